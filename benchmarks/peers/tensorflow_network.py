"""TensorFlow: MODEL BATCH STEP THREADS, Keras' network of that name in a tf.function."""
import os
import sys

from serve import require, serve

require("tensorflow")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf  # noqa: E402

NETWORKS = {"mobilenet_v2": "MobileNetV2", "resnet50": "ResNet50"}


def main(name, batch, step, threads):
    if name not in NETWORKS:
        sys.exit(f"Keras has no {name}")
    tf.config.threading.set_intra_op_parallelism_threads(int(threads))
    tf.config.threading.set_inter_op_parallelism_threads(1)
    make = getattr(tf.keras.applications, NETWORKS[name])
    network = make(weights=None, classes=1000, classifier_activation=None)
    images = tf.random.normal((int(batch), 224, 224, 3))
    labels = tf.random.uniform((int(batch),), 0, 1000, tf.int32)
    optimizer = tf.keras.optimizers.SGD(1e-3, momentum=0.9)
    optimizer.build(network.trainable_variables)

    @tf.function
    def evaluate():
        return network(images, training=False)

    @tf.function
    def train():
        with tf.GradientTape() as tape:
            logits = network(images, training=True)
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables))
        return loss

    run = evaluate if step == "eval" else train
    serve(f"TensorFlow {tf.__version__}", lambda: run().numpy())


main(*sys.argv[1:])

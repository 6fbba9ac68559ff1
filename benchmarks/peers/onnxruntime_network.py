"""ONNX Runtime: MODEL BATCH eval THREADS, all graph optimisations. $NETWORK holds MODEL.onnx."""
import os
import sys

from serve import require, serve

require("onnxruntime", "numpy")
import numpy  # noqa: E402
import onnxruntime  # noqa: E402


def main(name, batch, _step, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(threads)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(os.path.join(os.environ["NETWORK"], name + ".onnx"),
                                           options, providers=["CPUExecutionProvider"])
    images = numpy.random.randn(int(batch), 3, 224, 224).astype(numpy.float32)
    serve(f"ONNX Runtime {onnxruntime.__version__}", lambda: session.run(None, {"x": images}))


main(*sys.argv[1:])

"""MNN: MODEL 1 eval THREADS, high precision. $NETWORK holds MODEL.mnn."""
import os
import sys

from serve import require, serve

require("MNN", "numpy")
import MNN  # noqa: E402
import numpy  # noqa: E402


def main(name, _batch, _step, threads):
    interpreter = MNN.Interpreter(os.path.join(os.environ["NETWORK"], name + ".mnn"))
    session = interpreter.createSession(
        {"backend": "CPU", "precision": "high", "numThread": int(threads)})
    network_input = interpreter.getSessionInput(session)
    interpreter.resizeTensor(network_input, (1, 3, 224, 224))
    interpreter.resizeSession(session)
    image = numpy.random.randn(1, 3, 224, 224).astype(numpy.float32)
    tensor = MNN.Tensor((1, 3, 224, 224), MNN.Halide_Type_Float, image,
                        MNN.Tensor_DimensionType_Caffe)

    def call():
        network_input.copyFrom(tensor)
        interpreter.runSession(session)
        return interpreter.getSessionOutput(session).getNumpyData()

    serve(f"MNN {MNN.version()}", call)


main(*sys.argv[1:])

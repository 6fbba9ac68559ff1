"""OpenVINO: MODEL BATCH eval THREADS, f32, one stream. $NETWORK holds MODEL.onnx."""
import os
import sys

from serve import require, serve

require("openvino", "numpy")
import numpy  # noqa: E402
import openvino  # noqa: E402


def main(name, batch, _step, threads):
    core = openvino.Core()
    model = core.read_model(os.path.join(os.environ["NETWORK"], name + ".onnx"))
    model.reshape([int(batch), 3, 224, 224])
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": int(threads), "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    images = numpy.random.randn(int(batch), 3, 224, 224).astype(numpy.float32)
    serve(f"OpenVINO {openvino.__version__.split('-')[0]}", lambda: request.infer([images]))


main(*sys.argv[1:])

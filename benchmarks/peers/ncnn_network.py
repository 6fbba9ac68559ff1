"""ncnn: MODEL 1 eval THREADS, f32. $NETWORK holds MODEL.ncnn.param and MODEL.ncnn.bin."""
import os
import sys

from serve import require, serve

require("ncnn", "numpy")
import ncnn  # noqa: E402
import numpy  # noqa: E402


def main(name, _batch, _step, threads):
    network = ncnn.Net()
    network.opt.num_threads = int(threads)
    network.opt.use_vulkan_compute = False
    for option in ("use_fp16_packed", "use_fp16_storage", "use_bf16_storage"):
        setattr(network.opt, option, False)
    path = os.path.join(os.environ["NETWORK"], name + ".ncnn")
    network.load_param(path + ".param")
    network.load_model(path + ".bin")
    image = numpy.random.randn(3, 224, 224).astype(numpy.float32)

    def call():
        extractor = network.create_extractor()
        extractor.input("in0", ncnn.Mat(image))
        return numpy.array(extractor.extract("out0")[1])

    serve(f"ncnn {ncnn.__version__}", call)


main(*sys.argv[1:])

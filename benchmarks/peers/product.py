"""A product [M,K] x [K,N]: LIBRARY M N K THREADS. openblas: NumPy's; linear: PyTorch's layer."""
import os
import sys

from serve import require, serve

LIBRARY, M, N, K, THREADS = sys.argv[1], *map(int, sys.argv[2:])


def openblas():
    os.environ["OPENBLAS_NUM_THREADS"] = str(THREADS)
    require("numpy")
    import numpy
    if "openblas" not in str(numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]):
        sys.exit("NumPy is not built with OpenBLAS")
    a = numpy.random.rand(M, K).astype(numpy.float32)
    b = numpy.random.rand(K, N).astype(numpy.float32)
    c = numpy.empty((M, N), numpy.float32)
    version = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]["version"]
    serve(f"OpenBLAS {version}", lambda: numpy.matmul(a, b, out=c))


def linear():
    require("torch")
    import torch
    torch.set_num_threads(THREADS)
    layer = torch.nn.Linear(K, N, bias=False)
    a = torch.rand(M, K)

    def call():
        with torch.inference_mode():
            layer(a)

    serve(f"PyTorch {torch.__version__} Linear", call)


{"openblas": openblas, "linear": linear}[LIBRARY]()

"""What the rows are to reach, as a ratio of the fastest peer to Graft, each with its source.

"Goal" is a number that Graft commits to. Most of them stem from prototypes of the kernels, measured
on 2 cores of a Zen 4 in turns with PyTorch 2.15, ONNX Runtime 1.31, OpenVINO 2026.4, ncnn and MNN.
"""


class Target:
    def __init__(self, ratio, source):
        self.ratio, self.source = ratio, source


TARGETS = {
    "script": Target(20, "goal; 28 to 36 estimated: the frozen trunk runs once in 10 epochs"),
    "script-aug": Target(2.8, "goal; 3.6 estimated: every view is new, kernels and loader alone"),
    "r18-full": Target(1.8, "goal; prototype 1.99 with Winograd in all three passes"),
    "mbv2-full": Target(1.6, "goal 1.7 against PyTorch alone; TensorFlow is faster than PyTorch"),
    "r50-full": Target(1.4, "goal 1.5 against PyTorch alone; TensorFlow is faster than PyTorch"),
    "r18-eval": Target(1.7, "goal; prototype 1.75 against OpenVINO"),
    "mbv2-eval": Target(1.2, "goal; prototype 1.31 against ONNX Runtime"),
    "r50-eval": Target(1.15, "goal; Winograd saves 1.35 times the multiplies of the peers"),
    "b1-r18": Target(1.05, "goal; prototype 1.07 to 1.11 against ncnn, one thread"),
    "b1-mbv2": Target(1.05, "goal; prototype 1.06 to 1.15 against OpenVINO and MNN, one thread"),
    "bf16": Target(1.0, "goal; f32 by Winograd, prototype: 287 against 280 ms, 975 against 1036"),
    "gemm openblas": Target(1.05, "goal; prototype 1.04 to 1.26 on every shape tried"),
    "gemm linear": Target(1.0, "goal: not behind MKL, which comes close to the ceiling as well"),
    "small lenet5": Target(5, "goal; the arithmetic alone would take a 12th of PyTorch's time"),
    "small mlp3": Target(2.5, "goal; the arithmetic alone would take a quarter"),
    "small head": Target(20, "goal; the arithmetic alone would take a 60th"),
    "memory r18-full": Target(1435 / 870, "goal 870 MB; PyTorch 2.14 took 1435"),
    "memory r18-eval": Target(679 / 270, "goal 270 MB; PyTorch 2.14 took 679"),
    "memory mbv2-eval": Target(750 / 120, "goal 120 MB; PyTorch 2.14 took 750"),
    "loader libraries": Target(2.5, "goal; prototype 2.7 with libjpeg-turbo"),
    "loader stb": Target(1.5, "goal; prototype 1.6"),
    "startup": Target(1.0, "the limit is the goal: 50 ms to the first result, a program of 4 MB"),
    "kernels": Target(0.88, "prototype's direct convolutions: 103 to 111 of 116.9 GFLOP/s"),
}

"""What the rows are to reach, as a ratio of the fastest peer to Graft, each with its source.

"Goal" is a number that Graft commits to; where benchmarks/results/ has measured the row, its file is
named. The peers' versions stand there.
"""


class Target:
    def __init__(self, ratio, source):
        self.ratio, self.source = ratio, source


MEASURED = "goal; measured in benchmarks/results/2026-11-21-epyc-2cpu.txt"
ON_H200 = "goal on an H200, against the fastest mode of PyTorch there; not measured yet"

TARGETS = {
    "script": Target(20, "goal: the frozen trunk runs once, not in each of the 10 epochs"),
    "script-aug": Target(2.8, "goal: every view is new, kernels and loader alone count"),
    "r18-full": Target(1.8, MEASURED),
    "mbv2-full": Target(1.6, MEASURED),
    "r50-full": Target(1.4, MEASURED),
    "r18-eval": Target(1.7, MEASURED),
    "mbv2-eval": Target(1.2, MEASURED),
    "r50-eval": Target(1.15, MEASURED),
    "b1-r18": Target(1.05, MEASURED),
    "b1-mbv2": Target(1.05, MEASURED),
    "bf16": Target(1.0, "goal: not behind the peer's bf16; a step is in f32"),
    "gemm openblas": Target(1.05, MEASURED),
    "gemm linear": Target(1.0, "goal: not behind MKL, which comes close to the ceiling as well"),
    "small lenet5": Target(5, MEASURED),
    "small mlp3": Target(2.5, MEASURED),
    "small head": Target(20, MEASURED),
    "memory r18-full": Target(1435 / 870, "goal: 870 MB where PyTorch takes 1435"),
    "memory r18-eval": Target(679 / 270, "goal: 270 MB where PyTorch takes 679"),
    "memory mbv2-eval": Target(750 / 120, "goal: 120 MB where PyTorch takes 750"),
    "loader libraries": Target(2.5, MEASURED),
    "loader stb": Target(1.5, MEASURED),
    "startup": Target(1.0, "the limit is the goal: 50 ms to the first result, a program of 4 MB"),
    "cuda r50-train": Target(1.0, ON_H200),
    "cuda r18-tune eager": Target(2.0, ON_H200),
    "cuda r18-tune graph": Target(1.0, ON_H200),
    "cuda r50-features": Target(1.1, ON_H200),
    "cuda b1": Target(2.0, ON_H200),
    "cuda gemm": Target(0.85, ON_H200),
    "cuda bandwidth": Target(0.85, ON_H200),
    "cuda memory": Target(1 / 0.9, ON_H200),
    "kernels convolution": Target(0.88, "goal: a share of the machine's multiply-adds"),
    "kernels product": Target(0.92, "goal: a share of the machine's multiply-adds"),
}

"""Whole networks beside PyTorch."""

import os

from .page import Line

TITLE = "Speed beside PyTorch"
ASSETS = []
NOTE = """Eager PyTorch, channels_last, f32, random weights; each round times Graft, then PyTorch.
Medians of 5 rounds; more than 1 means that Graft is faster."""
COMMAND = ('"$TORCH_PYTHON" benchmarks/compare.py --bench "$(command -v graft_bench)" '
           '--models {model} --steps {step} --batch 32 --threads {threads} --rounds 5 '
           '--seconds 1 --json')
# (model, step, threads, least ratio)
ROWS = [("resnet18", "eval", 1, 1.0), ("resnet18", "eval", 2, 1.0), ("mobilenet_v2", "eval", 1, None),
        ("mobilenet_v2", "eval", 2, None), ("resnet50", "eval", 2, None),
        ("resnet18", "train", 2, None)]
PEER = ('"$TORCH_PYTHON" -c "import torch, torchvision; '
        'print(torch.__version__, torchvision.__version__)"')


def absent(shell):
    if shell.try_run(PEER).code != 0:
        return "PyTorch with torchvision (TORCH_PYTHON names an interpreter that has them)"
    return ""


def measure(shell):
    torch, torchvision = shell.run(PEER).stdout.split()
    load = os.getloadavg()[0]
    lines = []
    for model, step, threads, least in ROWS:
        command = COMMAND.format(model=model, step=step, threads=threads)
        row = shell.object(command)
        lines.append(Line(
            f"{model}, {step}, batch 32, {threads} thread{'s' if threads > 1 else ''}: times faster",
            f"{row['speedup']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f}); Graft "
            f"{row['graft_ms']:.0f} ms, PyTorch {row['torch_ms']:.0f} ms",
            f"PyTorch {torch}, torchvision {torchvision}" + (f"; ≥ {least:.0f}" if least else ""),
            row["speedup"] >= least if least else None, command))
    lines[0].claim += f" (load {load:.1f} before)"
    return lines

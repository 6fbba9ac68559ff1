"""Whole networks beside their peers."""

import os

from .page import Line

TITLE = "Speed beside the peers"
ASSETS = []
NOTE = """Random weights, f32; each round times Graft, then every peer that is installed.
Medians of 5 rounds; more than 1 means that Graft is faster than the fastest peer. Targets are of
`benchmarks/compare.py`."""
COMMAND = ('"$TORCH_PYTHON" benchmarks/compare.py --binaries "$(dirname "$(command -v graft)")" '
           '--files "$RUNS/comparison" --only {rows} --threads {threads} --json')
ROWS = {1: "r18-eval", 2: "r18-eval,mbv2-eval,r18-full"}
PEER = ('"$TORCH_PYTHON" -c "import torch, torchvision; '
        'print(torch.__version__, torchvision.__version__)"')


def absent(shell):
    if shell.try_run(PEER).code != 0:
        return "PyTorch with torchvision (TORCH_PYTHON names an interpreter that has them)"
    return ""


def measure(shell):
    load = os.getloadavg()[0]
    lines = []
    for threads, rows in ROWS.items():
        command = COMMAND.format(rows=rows, threads=threads)
        for name, row in shell.object(command).items():
            claim = f"{name}, {threads} thread{'s' if threads > 1 else ''}: times faster"
            lines.append(line_of(claim, row, command))
    lines[0].claim += f" (load {load:.1f} before)"
    return lines


def line_of(claim, row, command):
    target = f"≥ {row['target']}"
    if row["ratio"] is None:
        absent = "; ".join(f"{name}: {why}" for name, why in row["absent"].items())
        return Line(claim, f"not measured: {absent}", target, None, command)
    beside = "".join(f"; {other} {value:.0f}" for other, value in row["others"].items())
    return Line(claim, f"{row['ratio']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f}); Graft "
                f"{row['graft']:.0f} {row['unit']}, {row['peer_name']} {row['peer']:.0f}{beside}",
                target, row["ratio"] >= row["target"], command)

"""Networks against torchvision's under the same random weights."""

import re

from .page import Line

TITLE = "Networks against torchvision under random weights"
ASSETS = []
NOTE = """Largest deviation of the logits, of the loss, and of the gradient of every parameter
(relative to the tensor's scale; in training mode also of the running statistics), against golden
files that `tools/make_golden.py` wrote with PyTorch. The tolerance is 1e-4."""
COMMAND = "graft_tests --source-file='*models/test_golden_models.cpp'"
PATTERN = re.compile(r"largest deviations: (\S+) (eval|train) logits (\S+) loss (\S+) "
                     r"gradients (\S+) statistics (\S+)")


def measure(shell):
    done = shell.run(COMMAND)
    lines = []
    for model, mode, *deviations in PATTERN.findall(done.stdout + done.stderr):
        values = [float(value) for value in deviations]
        # Statistics move in training alone, and SqueezeNet has none.
        kinds = ["logits", "loss", "gradients"] + ["statistics"] * (values[3] > 0)
        lines.append(Line(f"{model}, {'evaluation' if mode == 'eval' else 'training'} mode",
                          ", ".join(f"{kind} {value:.1e}" for kind, value in zip(kinds, values)),
                          "≤ 1e-4", max(values) <= 1e-4, COMMAND))
    if len(lines) < 10:
        raise ValueError(f"the test reported {len(lines)} of 10 comparisons")
    return lines

"""Published CIFAR-10 networks from PyTorch's old pickle files."""

from . import numbers
from .page import Line

TITLE = "CIFAR ResNets: published weights give PyTorch's logits"
ASSETS = ["cifar10/test_500.bin", "weights/resnet20-12fca82f.th", "weights/resnet32-d509ac18.th"]
NOTE = ""

# Logits of the first test image, measured with PyTorch 1.13 (README of the assets).
FIRST_LOGITS = {
    20: [-5.3096805, -0.49577183, 0.87725663, 23.730513, -4.105041, 4.4637337, -0.23434603,
         -5.4179277, -3.7117941, -9.882179],
    32: [-0.368995, 1.343278, -1.055869, 18.441011, -6.100890, 0.611078, -1.888084, -2.462684,
         -3.827404, -4.660522],
}
RIGHT = {20: 455, 32: 466}
FILES = {20: "resnet20-12fca82f.th", 32: "resnet32-d509ac18.th"}


def pytorch_predictions(shell):
    """{name: digits} of the golden file that tools/make_golden.py writes."""
    with open(f"{shell.root}/tests/golden/predictions.txt", encoding="ascii") as golden:
        rows = [line.split() for line in golden if not line.startswith("#")]
    return {row[0]: row[3] for row in rows}


def measure(shell):
    golden = pytorch_predictions(shell)
    lines = []
    for depth, first in FIRST_LOGITS.items():
        name = f"cifar_resnet{depth}"
        command = (f'graft eval "$ASSETS/cifar10/test_500.bin" --model {name} --weights '
                   f'"$ASSETS/weights/{FILES[depth]}" --logits "$RUNS/{name}.npy" --json -q')
        result = shell.object(command)
        logits = shell.file(name + ".npy")
        off = numbers.deviation(numbers.read_npy(logits)[1][:10], first)
        ours = numbers.predictions(logits)
        equal = sum(a == b for a, b in zip(ours, golden[name]))
        lines += [
            Line(f"{name}: logits of the first test image against PyTorch, largest relative "
                 "deviation", f"{off:.1e}", "≤ 1e-4", off <= 1e-4, command),
            Line(f"{name}: predictions equal to PyTorch's", f"{equal} of {len(ours)}",
                 "500 of 500", ours == golden[name], command),
            Line(f"{name}: accuracy, mean cross-entropy",
                 f"{numbers.percent(result['accuracy'])}, {result['loss']:.5f}",
                 numbers.percent(RIGHT[depth] / 500), result["correct"] == RIGHT[depth], command),
        ]
    return lines

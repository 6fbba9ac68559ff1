"""A network that knows MNIST's digits, moved to the post office's."""

import statistics

from . import numbers
from .page import Line

TITLE = "Digits: MNIST's network to USPS"
ASSETS = ["usps/train-images-idx3-ubyte.gz", "usps/test-images-idx3-ubyte.gz",
          "weights/mnist_cnn.safetensors"]
NOTE = """10 or 100 labelled examples of each class, drawn anew for each of 3 seeds; the 2,007 test
digits only measure. All runs have the same options but for where they start and what is frozen."""
STARTS = {
    "frozen": ("frozen trunk, new head",
               '--weights "$ASSETS/weights/mnist_cnn.safetensors" --freeze trunk'),
    "tuned": ("all fine-tuned", '--weights "$ASSETS/weights/mnist_cnn.safetensors"'),
    "scratch": ("from scratch", "--scratch"),
}


def command_of(kind, per_class):
    return (f'for seed in 1 2 3; do graft tune "$ASSETS/usps/train-images-idx3-ubyte.gz" --val '
            f'"$ASSETS/usps/test-images-idx3-ubyte.gz" --model mnist_cnn {STARTS[kind][1]} '
            f'--per-class {per_class} --epochs 60 --lr 0.01 --seed $seed '
            f'--out "$RUNS/usps-{kind}-{per_class}-$seed" --json -q; done')


def measure(shell):
    lines = []
    for per_class in (10, 100):
        shares = {}
        for kind, (words, _) in STARTS.items():
            command = command_of(kind, per_class)
            shares[kind] = [result["val_accuracy"] for result in shell.objects(command)]
            lines.append(Line(f"{per_class} per class: {words}, accuracy",
                              numbers.spread(shares[kind]), "", None, command))
        gains = [a - b for a, b in zip(shares["tuned"], shares["scratch"])]
        few = per_class == 10
        lines.append(Line(f"{per_class} per class: fine-tuned minus scratch, points",
                          numbers.spread(gains).removesuffix(" %"), "≥ 2" if few else "",
                          statistics.mean(gains) >= 0.02 if few else None,
                          command_of("scratch", per_class)))
    return lines

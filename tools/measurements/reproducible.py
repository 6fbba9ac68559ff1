"""Bit-equal weights: interrupted and resumed, one thread and two."""

from .freezing import audit
from .page import Line
from .photographs import CONVERT

TITLE = "Resume and threads: bit-equal weights"
ASSETS = ["usps/train-images-idx3-ubyte.gz", "hymenoptera/train", "weights/mnist_cnn.safetensors",
          "weights/tf2_mobilenet_v2_1.0_224_ptq.tflite"]
NOTE = """The interrupted runs save after every step and are killed or interrupted after the given
seconds, over and over, before they are left to end. The test `tests/transfer/test_resume.cpp` stops a
training after each single step."""
DIGITS = ('graft tune "$ASSETS/usps/train-images-idx3-ubyte.gz" --val '
          '"$ASSETS/usps/test-images-idx3-ubyte.gz" --model mnist_cnn --weights '
          '"$ASSETS/weights/mnist_cnn.safetensors" --per-class 200 --epochs 4 --optimizer adamw '
          '--lr 0.001 --weight-decay 0.01 --save-every 1 --seed 3')
PHOTOS = ('graft tune "$ASSETS/hymenoptera" --weights "$RUNS/mobilenet_v2.safetensors" '
          '--epochs 1 --lr 0.001 --augment resized-crop --seed 3 --threads {threads} '
          '--workers {threads} --out "$RUNS/threads-{threads}" --json -q')
DELAYS = "0.3 0.45 0.6 0.35 0.8 0.5 0.4 0.7"


def line_of(shell, claim, setup, first, second):
    output = "".join(shell.run(command).stdout for command in setup)
    stops = [line for line in output.splitlines() if line.startswith("exit ")]
    report, command = audit(shell, first + "/model.safetensors", second)
    differing = report["changed"] + report["only_before"] + report["only_after"]
    shown = f"{len(stops)} stops with {stops[0]}; " if stops else ""
    return Line(claim, f"{shown}{len(report['equal'])} tensors equal, {len(differing)} differ",
                "all equal", not differing and bool(report["equal"]),
                "\n".join(setup + [command]))


def interrupted(signal, out):
    """The same training, stopped again and again; prints the exit code of each stop."""
    run = f'{DIGITS} --resume --out "$RUNS/{out}"'
    return (f'for delay in {DELAYS}; do timeout --preserve-status -s {signal} $delay {run} -q '
            '|| echo "exit $?"; done; '
            f'{run} --json -q')


def measure(shell):
    whole = f'{DIGITS} --out "$RUNS/whole" --json -q'
    return [
        line_of(shell, "mnist_cnn on USPS, killed 8 times (SIGKILL) and resumed, against whole",
                [whole, interrupted("KILL", "killed")], "whole", "killed"),
        line_of(shell, "the same, interrupted 8 times (SIGINT)",
                [interrupted("INT", "interrupted")], "whole", "interrupted"),
        line_of(shell, "mobilenet_v2, all trained with augmentation: 1 and 2 threads and workers",
                [CONVERT[0], PHOTOS.format(threads=1), PHOTOS.format(threads=2)], "threads-1",
                "threads-2"),
    ]

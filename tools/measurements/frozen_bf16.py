"""Frozen layers in bf16 beside f32: the same networks, the same pictures."""

import statistics

from . import cifar, numbers, photographs
from .page import Line

TITLE = "Frozen layers in bf16"
ASSETS = cifar.ASSETS + photographs.ASSETS
NOTE = """`--frozen-precision bf16` ([chapter 2](2-freezing.md)) against f32. The difference of the
logits is the largest one, relative to the largest logit. The runs are those of section 4 with a
frozen trunk: the head learns in f32, on the features of either trunk. Times are of random weights on
one thread, the fastest of three in turns."""
IN_BOTH = "for precision in f32 bf16; do {}; done"


def evaluation(shell, name, source, pictures):
    command = IN_BOTH.format(
        f'graft eval "$ASSETS/{pictures}" {source} --frozen-precision $precision '
        f'--logits "$RUNS/{name}-$precision.npy" --json -q')
    full, rounded = shell.objects(command)
    off = numbers.deviation(numbers.read_npy(rounded["logits"])[1],
                            numbers.read_npy(full["logits"])[1])
    return Line(f"{name}: right in f32 and in bf16, difference of the logits",
                f"{full['correct']} and {rounded['correct']} of {full['n']}, {off:.1e}",
                "loses ≤ 0.5 %", full["correct"] - rounded["correct"] <= 0.005 * full["n"], command)


def frozen_runs(shell, model):
    command = IN_BOTH.format(
        'for seed in 1 2 3; do graft tune "$ASSETS/hymenoptera" '
        f'{photographs.RUNS[model]["frozen"]} --frozen-precision $precision --seed $seed '
        f'--out "$RUNS/{model}-$precision-$seed" --json -q; done')
    shares = [run["val_accuracy"] for run in shell.objects(command)]
    full, rounded = shares[:3], shares[3:]
    return Line(f"{model}: frozen trunk, accuracy in f32 and in bf16",
                f"{numbers.spread(full)} and {numbers.spread(rounded)}", "loses ≤ 0.5 points",
                statistics.mean(full) - statistics.mean(rounded) <= 0.005, command)


def speed(shell, model):
    command = "for turn in 1 2 3; do " + IN_BOTH.format(
        f"graft_bench --model={model} --batch=8 --step=eval --threads=1 "
        "--frozen-precision=$precision --json") + "; done"
    times = [1e3 * result["best"] for result in shell.objects(command)]
    full, rounded = min(times[::2]), min(times[1::2])
    return Line(f"{model}, evaluation of a batch of 8: time in f32 and in bf16",
                f"{full:.0f} and {rounded:.0f} ms, {full / rounded:.2f} times faster", "", None,
                command)


def measure(shell):
    lines = [evaluation(shell, f"cifar_resnet{depth}", f"--model cifar_resnet{depth} --weights "
                        f'"$ASSETS/weights/{file}"', "cifar10/test_500.bin")
             for depth, file in cifar.FILES.items()]
    for command in photographs.CONVERT:
        shell.run(command)
    for model in photographs.RUNS:
        lines += [frozen_runs(shell, model),
                  evaluation(shell, model, f'--run "$RUNS/{model}-f32-1"', "hymenoptera")]
    lines[2].command = "\n".join(photographs.CONVERT + [lines[2].command])
    return lines + [speed(shell, model) for model in ("resnet18", "resnet50", "mobilenet_v2")]

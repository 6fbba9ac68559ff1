"""Two ImageNet networks of other programs, moved to 244 photographs of ants and bees."""

import statistics

from . import numbers
from .page import Line

TITLE = "Photographs: ants and bees"
ASSETS = ["hymenoptera/train", "hymenoptera/val", "weights/tf2_mobilenet_v2_1.0_224_ptq.tflite",
          "weights/squeezenet_v1.1.param", "weights/imagenet_labels.txt"]
NOTE = """244 photographs to train on, 153 to measure on (the given split), 3 seeds, mean ± standard
deviation. Every run is measured after its last epoch; settings were chosen on a part of the training
photographs (`--dev 0.3`), never on these 153. Tuned and from scratch have the same budget: the same
epochs, batches, optimizer and schedule; from scratch the whole network learns at the full rate.
MobileNetV2's file has its normalisation folded into int8 filters, so tuning keeps the norms
fixed."""

CONVERT = [
    'python3 tools/convert.py "$ASSETS/weights/tf2_mobilenet_v2_1.0_224_ptq.tflite" '
    '--labels "$ASSETS/weights/imagenet_labels.txt" -o "$RUNS/mobilenet_v2.safetensors"',
    'python3 tools/convert.py "$ASSETS/weights/squeezenet_v1.1.param" '
    '"$ASSETS/weights/squeezenet_v1.1.bin" --labels "$ASSETS/weights/imagenet_labels.txt" '
    '-o "$RUNS/squeezenet1_1.safetensors"',
]
RUNS = {
    "mobilenet_v2": {
        "frozen": '--weights "$RUNS/mobilenet_v2.safetensors" --freeze trunk --epochs 30 --lr 0.05',
        "tuned": '--weights "$RUNS/mobilenet_v2.safetensors" --freeze norms --epochs 8 '
                 '--optimizer adamw --lr 0.001 --trunk-lr 0.01',
        "scratch": '--scratch --model mobilenet_v2 --epochs 8 --optimizer adamw --lr 0.001',
    },
    "squeezenet1_1": {
        "frozen": '--weights "$RUNS/squeezenet1_1.safetensors" --head linear --freeze trunk '
                  '--epochs 60 --lr 0.0003',
        "tuned": '--weights "$RUNS/squeezenet1_1.safetensors" --head linear --epochs 8 '
                 '--optimizer adamw --lr 0.001 --trunk-lr 0.03',
        "scratch": '--scratch --model squeezenet1_1 --head linear --epochs 8 --optimizer adamw '
                   '--lr 0.001',
    },
}
LEAST_FROZEN = {"mobilenet_v2": 0.95, "squeezenet1_1": 0.89}
WORDS = {"frozen": "frozen trunk, linear head", "tuned": "all fine-tuned",
         "scratch": "from scratch, same budget"}


def command_of(model, kind):
    return (f'for seed in 1 2 3; do graft tune "$ASSETS/hymenoptera" {RUNS[model][kind]} '
            f'--seed $seed --out "$RUNS/{model}-{kind}-$seed" --json -q; done')


def measure(shell):
    for command in CONVERT:
        shell.run(command)
    lines = []
    for model, least in LEAST_FROZEN.items():
        shares = {}
        for kind, words in WORDS.items():
            command = command_of(model, kind)
            results = shell.objects(command)
            shares[kind] = [result["val_accuracy"] for result in results]
            mean = statistics.mean(shares[kind])
            seconds = statistics.mean(result["seconds"] for result in results)
            shown = "\n".join(CONVERT + [command]) if kind == "frozen" and not lines else command
            lines.append(Line(f"{model}: {words}, accuracy",
                              f"{numbers.spread(shares[kind])}, {seconds:.0f} s a run",
                              f"≥ {100 * least:.0f} %" if kind == "frozen" else "",
                              mean >= least if kind == "frozen" else None, shown))
        gains = [a - b for a, b in zip(shares["tuned"], shares["scratch"])]
        lines.append(Line(f"{model}: fine-tuned minus scratch, points",
                          numbers.spread(gains).removesuffix(" %"), "≥ 20",
                          statistics.mean(gains) >= 0.20, command_of(model, "scratch")))
    return lines

"""What freezing holds fixed, what it saves, and that the feature cache changes nothing."""

import json
import statistics

from .page import Line
from .photographs import CONVERT

TITLE = "Freezing"
ASSETS = ["hymenoptera/train", "weights/tf2_mobilenet_v2_1.0_224_ptq.tflite"]
NOTE = """The audit compares the SHA-256 of every tensor and buffer of two weight files. The frozen
runs pass through `train()`, with momentum and weight decay; before them are the pretrained weights."""
KEPT = "docs_freezing"
TUNE = ('graft tune "$ASSETS/hymenoptera" --weights "$RUNS/mobilenet_v2.safetensors" '
        '--freeze {freeze} --weight-decay 0.01 --momentum 0.9 --epochs {epochs} --lr 0.01 '
        '--cache {cache} --out "$RUNS/{out}" --json -q')
RESNET = ('graft tune "$ASSETS/hymenoptera" --scratch --model resnet18 --freeze trunk --epochs 3 '
          '--cache {cache} --out "$RUNS/resnet18-{cache}" --json -q')


def audit(shell, before, after):
    command = f'graft audit "$RUNS/{before}" "$RUNS/{after}/model.safetensors" --json'
    return shell.object(command), command


def audit_line(shell, claim, freeze, cache, prefixes):
    """A run from MobileNetV2's weights, in which nothing but tensors under `prefixes` may move."""
    tune = TUNE.format(freeze=freeze, epochs=2, cache=cache, out="frozen-" + freeze)
    shell.run(tune)
    report, command = audit(shell, "mobilenet_v2.safetensors", "frozen-" + freeze)
    moved = [name for name in report["changed"] if not name.startswith(prefixes)]
    untouched = [name for name in report["equal"] if name.startswith(prefixes)
                 and name.endswith((".weight", ".bias"))]
    # The converted file has no counters of training steps.
    new = [name for name in report["only_after"] if not name.endswith(".num_batches_tracked")]
    whole = not moved + untouched + new + report["only_before"]
    shown = f"{len(report['equal'])} equal, {len(report['changed'])} changed"
    return Line(claim, shown + (", all of them open" if not moved else f", {moved[0]} moved"),
                "only open tensors change", whole, f"{tune}\n{command}")


def kept_line(shell):
    """docs/programs/freezing.cpp prints what the allocator counts, in MB."""
    rows = [line.split() for line in shell.run(KEPT).stdout.splitlines() if line.endswith(" MB")]
    kept = {row[0]: float(row[1]) for row in rows}
    return Line("resnet18, 8 pictures of 64x64: bytes kept for backward, by what is frozen",
                ", ".join(f"{name} {size:.2f} MB" for name, size in kept.items()),
                "trunk frozen < 1 % of nothing frozen",
                kept["trunk"] < 0.01 * kept["nothing"], KEPT)


def epoch_seconds(shell, run):
    """Of the second epoch on: the first may still fill caches."""
    with open(shell.file(run, "metrics.jsonl"), encoding="utf-8") as metrics:
        events = [json.loads(line) for line in metrics]
    return statistics.median(event["seconds"] for event in events
                             if event.get("event") == "epoch" and event["epoch"] > 1)


def cache_lines(shell, model, tune):
    commands = {cache: tune(cache) for cache in ("on", "off")}
    results = {cache: shell.object(command) for cache, command in commands.items()}
    report, command = audit(shell, f"{model}-on/model.safetensors", f"{model}-off")
    differing = len(report["changed"] + report["only_before"] + report["only_after"])
    shown = "\n".join([*commands.values(), command])
    epoch = {cache: epoch_seconds(shell, f"{model}-{cache}") for cache in commands}
    ratio = epoch["off"] / max(epoch["on"], 1e-9)
    on, off = results["on"], results["off"]
    return [
        Line(f"{model}: feature cache on and off give equal weights",
             f"{len(report['equal'])} tensors equal, {differing} differ", "all equal",
             differing == 0, shown),
        Line(f"{model}: time with the cache on and off, {on['epochs']} epochs",
             f"{on['seconds']:.1f} s ({on['seconds_features']:.1f} s of it for the features) and "
             f"{off['seconds']:.1f} s", "", None, shown),
        Line(f"{model}: an epoch after the first with the cache, times faster",
             f"{ratio:.0f} ({1e3 * epoch['on']:.0f} ms, {1e3 * epoch['off']:.0f} ms)", "≥ 20",
             ratio >= 20, shown),
    ]


def measure(shell):
    shell.run(CONVERT[0])
    head = ("classifier.",)
    late = ("features.15.", "features.16.", "features.17.", "features.18.", "classifier.")
    lines = [
        audit_line(shell, "mobilenet_v2, trunk frozen: tensors before and after", "trunk", "off",
                   head),
        audit_line(shell, "mobilenet_v2, up to features.14 frozen: tensors before and after",
                   "features.0..features.14", "on", late),
        kept_line(shell),
    ]
    lines[0].command = CONVERT[0] + "\n" + lines[0].command
    lines += cache_lines(shell, "mobilenet_v2", lambda cache: TUNE.format(
        freeze="trunk", epochs=6, cache=cache, out="mobilenet_v2-" + cache))
    lines += cache_lines(shell, "resnet18", lambda cache: RESNET.format(cache=cache))
    return lines

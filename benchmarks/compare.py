#!/usr/bin/env python3
"""Graft beside PyTorch on whole networks, in alternating rounds of one run.

A machine's speed drifts: only times taken minutes apart under the same load can be compared. So
each round times Graft, then PyTorch (eager, channels_last, f32), and the table gives the median of
each and of their ratios. Needs torch and torchvision; Graft does not.

  benchmarks/compare.py --bench build/release/bin/graft_bench
  benchmarks/compare.py --models resnet18,mobilenet_v2 --steps eval,train --rounds 7 --threads 2
"""
import argparse
import json
import statistics
import subprocess
import sys
import time

import torch
import torchvision


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", default="build/release/bin/graft_bench", metavar="PROGRAM")
    parser.add_argument("--models", default="resnet18", help="names that both know")
    parser.add_argument("--steps", default="eval", help="eval, train, head")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="per side and round")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def graft_seconds(options, model, step):
    """Median seconds of a step, in a process of its own."""
    command = [options.bench, f"--model={model}", f"--step={step}", f"--batch={options.batch}",
               f"--threads={options.threads}", f"--min-time={options.seconds}", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"compare: {done.stderr.strip()}")
    return json.loads(done.stdout)["median"]


def torch_step(options, name, step):
    """A function that does one step."""
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None)
    model = model.to(memory_format=torch.channels_last)
    images = torch.rand(options.batch, 3, 224, 224).to(memory_format=torch.channels_last)
    if step == "eval":
        model.eval()

        def evaluate():
            with torch.inference_mode():
                model(images)
        return evaluate

    model.train()
    if step == "head":  # as the usual recipe: frozen weights and fixed statistics, a new last layer
        model.eval()
        head = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        for parameter in head.parameters():
            parameter.requires_grad_(True)
    labels = torch.randint(0, 1000, (options.batch,))
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trainable, lr=1e-3, momentum=0.9)

    def train():
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return train


def torch_seconds(options, step):
    """Median seconds of a step: one to warm up, at least 5."""
    step()
    seconds = []
    while len(seconds) < 5 or sum(seconds) < options.seconds:
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def compare(options, model, step):
    theirs_step = torch_step(options, model, step)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(graft_seconds(options, model, step))
        theirs.append(torch_seconds(options, theirs_step))
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {"model": model, "step": step, "batch": options.batch, "threads": options.threads,
            "graft_ms": 1e3 * statistics.median(ours),
            "torch_ms": 1e3 * statistics.median(theirs),
            "speedup": statistics.median(ratios), "lowest": min(ratios), "highest": max(ratios)}


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    if not options.json:
        print(f"torch {torch.__version__}, {options.threads} threads, batch {options.batch}, "
              f"{options.rounds} rounds")
        print(f"{'model':<18}{'step':<7}{'graft ms':>10}{'torch ms':>10}  torch/graft (range)")
    for model in options.models.split(","):
        for step in options.steps.split(","):
            row = compare(options, model, step)
            if options.json:
                print(json.dumps(row), flush=True)
            else:
                print(f"{model:<18}{step:<7}{row['graft_ms']:>10.1f}{row['torch_ms']:>10.1f}  "
                      f"{row['speedup']:.2f} ({row['lowest']:.2f} to {row['highest']:.2f})",
                      flush=True)


if __name__ == "__main__":
    main()

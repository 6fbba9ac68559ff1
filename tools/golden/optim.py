"""Optimizer steps, schedules, clipping and cross entropy of PyTorch in f64.

The parameter is unit("optim.param", 8), the gradient of step t (from 1) unit("optim.grad.<t>", 8).
Logits are 4 * unit("loss.logits", 6 x 7), the label of row i is (5 i + 2) mod 7.
"""

import os

import torch

from . import formula

STEPS, SIZE = 20, 8
OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.1}),
    "sgd_decay": (torch.optim.SGD, {"lr": 0.1, "weight_decay": 0.01}),
    "sgd_momentum": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}),
    "sgd_dampening": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "dampening": 0.5}),
    "sgd_nesterov": (torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01,
                                       "nesterov": True}),
    "adam": (torch.optim.Adam, {"lr": 0.01}),
    "adam_decay": (torch.optim.Adam, {"lr": 0.01, "betas": (0.8, 0.95), "eps": 1e-6,
                                      "weight_decay": 0.1}),
    "adamw": (torch.optim.AdamW, {"lr": 0.01, "weight_decay": 0.1}),
}
SCHEDULES = {
    "onecycle_cos": (torch.optim.lr_scheduler.OneCycleLR,
                     {"max_lr": 0.1, "total_steps": STEPS}),
    "onecycle_linear": (torch.optim.lr_scheduler.OneCycleLR,
                        {"max_lr": 0.1, "total_steps": STEPS, "pct_start": 0.25,
                         "div_factor": 10, "final_div_factor": 100,
                         "anneal_strategy": "linear"}),
    "cosine": (torch.optim.lr_scheduler.CosineAnnealingLR,
               {"T_max": STEPS - 1, "eta_min": 0.001}),
    "step": (torch.optim.lr_scheduler.StepLR, {"step_size": 5, "gamma": 0.3}),
    "warmup_cosine": (None, {"start_factor": 0.2, "warmup": 5, "T_max": STEPS - 5}),
}


def vector(name, *shape):
    return torch.from_numpy(formula.unit(name, shape)).double()


def numbers(values):
    return " ".join(repr(float(value)) for value in values)


def optimizer_lines():
    for name, (kind, options) in OPTIMIZERS.items():
        yield f"# {name}: {kind.__name__} {options}"
        parameter = torch.nn.Parameter(vector("optim.param", SIZE))
        optimizer = kind([parameter], **options)
        for step in range(1, STEPS + 1):
            parameter.grad = vector(f"optim.grad.{step}", SIZE)
            optimizer.step()
            yield f"optimizer {name} {step} {numbers(parameter.detach())}"


def make_schedule(optimizer, kind, options):
    schedulers = torch.optim.lr_scheduler
    if kind is not None:
        return kind(optimizer, **options)
    warmup = schedulers.LinearLR(optimizer, start_factor=options["start_factor"],
                                 total_iters=options["warmup"])
    cosine = schedulers.CosineAnnealingLR(optimizer, T_max=options["T_max"])
    return schedulers.SequentialLR(optimizer, [warmup, cosine], milestones=[options["warmup"]])


def schedule_lines():
    for name, (kind, options) in SCHEDULES.items():
        title = kind.__name__ if kind else "LinearLR, then CosineAnnealingLR"
        yield f"# {name}: base rate 0.1, {title} {options}"
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
        schedule = make_schedule(optimizer, kind, options)
        rates, momenta = [], []
        for _ in range(STEPS):
            rates.append(optimizer.param_groups[0]["lr"])
            momenta.append(optimizer.param_groups[0]["momentum"])
            optimizer.step()
            if len(rates) < STEPS:
                schedule.step()
        yield f"rates {name} {numbers(rates)}"
        if name.startswith("onecycle"):
            yield f"momenta {name} {numbers(momenta)}"


def clipping_lines():
    for limit in (0.5, 100.0):
        parameters = [torch.nn.Parameter(torch.zeros(n, dtype=torch.float64)) for n in (8, 3)]
        for i, parameter in enumerate(parameters):
            parameter.grad = vector(f"clip.grad.{i}", len(parameter))
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        clipped = torch.cat([parameter.grad for parameter in parameters])
        yield f"clip {limit} {numbers([norm])} {numbers(clipped)}"


def loss_lines():
    targets = torch.tensor([(5 * i + 2) % 7 for i in range(6)])
    for smoothing in (0.0, 0.1, 0.5):
        logits = (4 * vector("loss.logits", 6, 7)).requires_grad_()
        loss = torch.nn.functional.cross_entropy(logits, targets, label_smoothing=smoothing)
        loss.backward()
        yield f"cross_entropy {smoothing} {numbers([loss.detach()])}"
        yield f"cross_entropy_grad {smoothing} {numbers(logits.grad.flatten())}"


def write(path):
    """Lines `kind name values ...`; every number reads back to the same f64."""
    lines = [f"# f64 results of PyTorch {torch.__version__}"]
    for part in (optimizer_lines, schedule_lines, clipping_lines, loss_lines):
        lines += part()
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{path}: {len(lines)} lines")

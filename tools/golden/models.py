"""Logits, loss and gradients of torchvision's networks under formula weights, truth in f64.

One file per network, models/NAME.safetensors; README.md in tests/golden describes the keys. The
f64 pass gives the stored values, an f32 pass of PyTorch on the same numbers gives the deviation
that is stored in the metadata.
"""

import math
from array import array

import numpy as np
import torch
import torchvision

from converters.safetensors import write_safetensors
from converters.tensor import Tensor

from . import formula
from .stability import expected_flips, record_kinks

SIDE, CLASSES = 33, 1000
# MobileNetV2's last batch norms need more than the 8 values per channel that two images leave.
BATCH = {"resnet18": 2, "resnet34": 2, "resnet50": 2, "squeezenet1_1": 2, "mobilenet_v2": 4}
PROBES, SAMPLES = 4, 16
MODES = ("eval", "train")
# A gradient this far below the median is zero by the mathematics (a shift that the next batch norm
# takes out) and holds rounding noise alone.
ZERO = 1e-9
# The bias of every norm is this + v / 4: a positive one keeps the pre-activations away from the
# kinks, without which MobileNetV2 in training mode amplifies rounding errors a thousandfold.
NORM_BIAS_OFFSET = {"resnet18": 0.0, "resnet34": 0.0, "resnet50": 0.25, "squeezenet1_1": 0.0,
                    "mobilenet_v2": 1.5}
# The norms that end a residual branch, damped so that depth does not amplify rounding errors.
DAMPED = {"resnet18": ".bn2.weight", "resnet34": ".bn2.weight", "resnet50": ".bn3.weight",
          "mobilenet_v2": ".conv.3.weight", "squeezenet1_1": "no norms"}
# Input numbers (eval, train), chosen for few expected_flips and for an f32 pass of PyTorch that
# stays within 2e-5 of the truth: the best of the first 64 (resnet18, resnet34, squeezenet1_1), of
# 16 and 24 (resnet50), of 8 (mobilenet_v2 train; its eval input is the first). The deviations
# stored in the files are therefore those of good inputs, not typical ones: a flip costs about 1e-3.
INPUTS = {"resnet18": (41, 15), "resnet34": (27, 22), "resnet50": (5, 6),
          "squeezenet1_1": (44, 44), "mobilenet_v2": (0, 3)}


def input_name(number):
    return f"input.{number}"


def labels(name):
    return [(37 * i + 11) % CLASSES for i in range(BATCH[name])]


def build(name, dtype):
    """The network with formula state and without dropout."""
    options = {} if name.startswith("resnet") else {"dropout": 0.0}
    network = getattr(torchvision.models, name)(**options)
    state = network.state_dict()
    for key, tensor in state.items():
        norm = key.rpartition(".")[0] + ".running_mean" in state
        offset = NORM_BIAS_OFFSET[name] if norm and key.endswith(".bias") else 0.0
        values = formula.state_tensor(key, tuple(tensor.shape), offset, key in damped(name, state))
        state[key] = torch.from_numpy(np.asarray(values))
    network.load_state_dict(state, strict=True)
    return network.to(dtype)


def damped(name, state):
    return [key for key in state if key.endswith(DAMPED[name])]


def one_pass(name, dtype, mode, number):
    """Forward and backward: logits, loss, gradients, buffers afterwards, kinks."""
    network = build(name, dtype).train(mode == "train")
    kinks = record_kinks(network)
    images = torch.from_numpy(formula.unit(input_name(number), (BATCH[name], SIDE, SIDE, 3)))
    logits = network(images.to(dtype).permute(0, 3, 1, 2))
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels(name)))
    loss.backward()
    gradients = {key: p.grad.double().numpy() for key, p in network.named_parameters()}
    buffers = {key: b.double().numpy() for key, b in network.named_buffers()
               if not key.endswith("num_batches_tracked")}
    return (logits.detach().double().numpy(), loss.item(), gradients,
            buffers if mode == "train" else {}, kinks)


def signature(name, values, scale):
    """[norm, scale, sample scale, 4 dots, 16 samples] of one tensor in f64."""
    flat = values.ravel()
    norm = np.linalg.norm(flat)
    largest = np.abs(flat).max() if scale == norm else scale / math.sqrt(flat.size)
    dots = [flat @ formula.unit(f"{name}.probe{k}", flat.shape).astype(np.float64)
            for k in range(PROBES)]
    samples = flat[formula.positions(name + ".sample", SAMPLES, flat.size)]
    return np.array([norm, scale, largest, *dots, *samples])


def deviation(truth, other):
    """The largest difference of two signatures by the rule of the README."""
    scale, sample_scale = truth[1], truth[2]
    return max(np.abs(truth[[0, 3, 4, 5, 6]] - other[[0, 3, 4, 5, 6]]).max() / scale,
               np.abs(truth[7:] - other[7:]).max() / sample_scale)


def compare(name, mode, number):
    """(values to store, deviations of PyTorch's own f32 pass)."""
    exact = one_pass(name, torch.float64, mode, number)
    rounded = one_pass(name, torch.float32, mode, number)
    median = float(np.median([np.linalg.norm(g) for g in exact[2].values()]))
    values = {f"{mode}/logits": exact[0], f"{mode}/loss": np.array(exact[1])}
    measured = {"logits": np.abs(exact[0] - rounded[0]).max() / np.abs(exact[0]).max(),
                "loss": abs(exact[1] - rounded[1]) / abs(exact[1]), "grad": 0.0, "stats": 0.0,
                "expected_flips": expected_flips(exact[4], rounded[4])}
    for kind, truths, others in (("grad", exact[2], rounded[2]), ("stats", exact[3], rounded[3])):
        for key, truth in truths.items():
            norm = np.linalg.norm(truth)
            scale = median if kind == "grad" and norm < ZERO * median else norm
            mark = signature(key, truth, scale)
            values[f"{mode}/{kind}/{key}"] = mark
            off = deviation(mark, signature(key, others[key], scale))
            measured[kind] = max(measured[kind], off)
    return values, measured


def f32_tensor(values):
    values = np.ascontiguousarray(values, np.float32)
    return Tensor(values.shape, array("f", values.tobytes()))


def make_model(name, path):
    """Write one network's file; returns a line that says how stable it is."""
    state = build(name, torch.float32).state_dict()
    metadata = {"model": name, "torch": torch.__version__, "torchvision": torchvision.__version__,
                "batch": str(BATCH[name]), "height": str(SIDE), "width": str(SIDE),
                "labels": ",".join(map(str, labels(name))),
                "norm_bias_offset": str(NORM_BIAS_OFFSET[name]),
                "damped": ",".join(damped(name, state))}
    tensors, lines = {}, []
    for mode, number in zip(MODES, INPUTS[name]):
        values, measured = compare(name, mode, number)
        tensors.update({key: f32_tensor(value) for key, value in values.items()})
        metadata[f"{mode}.input"] = input_name(number)
        text = " ".join(f"{key}={value:.1e}" for key, value in measured.items())
        metadata[f"{mode}.torch_f32_deviation"] = text
        lines.append(f"{name} {mode} {text}")
    write_safetensors(path, tensors, metadata)
    return "\n".join(lines)


def search_inputs(name, count):
    """Print the stability of the first `count` inputs of each mode, best first."""
    for mode in MODES:
        results = []
        for number in range(count):
            measured = compare(name, mode, number)[1]
            results.append((measured["expected_flips"], measured["grad"], number))
        stable = [r for r in results if r[1] < 2e-5] or results
        for flips, grad, number in sorted(stable)[:4]:
            print(f"{name} {mode} input {number}: flips {flips:.1e}, gradients {grad:.1e}",
                  flush=True)

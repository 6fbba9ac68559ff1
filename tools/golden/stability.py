"""How far a golden value depends on rounding: the choice of inputs whose gradients are stable.

A ReLU whose input lies within rounding error of its kink may be open in one implementation and
closed in another; one such flip changes gradients by about 1/sqrt(number of units), far more than
1e-4. With the f32 error of a layer taken as normal, its size measured against f64, a unit at
distance d flips with probability Phi(-d / error). make_golden.py takes inputs for which the sum of
these over all units is small; that sum is stored with the values.
"""

import torch


def record_kinks(network):
    """Collect (kink, pre-activations) for every ReLU and ReLU6 of the next forward pass."""
    found = []

    def hook(module, inputs):
        values = inputs[0].detach().double().clone()
        found.append((0.0, values))
        if isinstance(module, torch.nn.ReLU6):
            found.append((6.0, values))

    for module in network.modules():
        if isinstance(module, (torch.nn.ReLU, torch.nn.ReLU6)):
            module.register_forward_pre_hook(hook)
    return found


def expected_flips(exact, rounded):
    """The sum of flip probabilities over two recordings of the same pass."""
    total = 0.0
    for (kink, truth), (_, approximation) in zip(exact, rounded):
        error = (truth - approximation).square().mean().sqrt().clamp_min(1e-300)
        total += torch.special.ndtr(-(truth - kink).abs() / error).sum().item()
    return total

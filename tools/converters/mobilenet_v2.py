"""TFLite MobileNetV2 1.0 -> torchvision's `mobilenet_v2`, with TensorFlow SAME padding.

The file's batch norms are folded into the convolutions. torchvision's names want them back, so
each becomes an exact identity on top of the folded weights: gamma 1, beta the folded bias, mean 0
and a variance for which 1/sqrt(var + eps) is 1 in f32.
"""

import math
from array import array

from .contract import preprocess
from .errors import require
from .tensor import filled

EPS = 1e-5
PREPROCESS = preprocess(224, "rgb", [127.5] * 3, [127.5] * 3)
# Expansion, channels, repeats of the inverted residual stages (Sandler et al. 2018, table 2).
STAGES = ((1, 16, 1), (6, 24, 2), (6, 32, 3), (6, 64, 4), (6, 96, 3), (6, 160, 3), (6, 320, 1))


def f32(value):
    return array("f", [value])[0]


def identity_variance():
    """The f32 variance that makes a batch norm with EPS an exact identity."""
    variance = f32(1 - EPS)
    for addend in (EPS, f32(EPS)):
        total = f32(variance + addend)
        require(f32(1 / math.sqrt(total)) == 1 and f32(1 / f32(math.sqrt(total))) == 1,
                "batch norm: 1/sqrt(var + eps) is not 1 in f32")
    return variance


def expected_layers():
    """(operator, convolution name, norm name, weight shape, activation) in execution order."""
    yield "conv_2d", "features.0.0", "features.0.1", (32, 3, 3, 3), "relu6"
    channels, block = 32, 1
    for expansion, out, repeats in STAGES:
        for _ in range(repeats):
            prefix, index, wide = f"features.{block}.conv", 0, channels * expansion
            if expansion > 1:
                yield ("conv_2d", f"{prefix}.0.0", f"{prefix}.0.1", (wide, channels, 1, 1),
                       "relu6")
                index = 1
            yield ("depthwise_conv_2d", f"{prefix}.{index}.0", f"{prefix}.{index}.1",
                   (wide, 1, 3, 3), "relu6")
            yield ("conv_2d", f"{prefix}.{index + 1}", f"{prefix}.{index + 2}",
                   (out, wide, 1, 1), "none")
            channels, block = out, block + 1
    yield ("conv_2d", f"features.{block}.0", f"features.{block}.1", (1280, channels, 1, 1),
           "relu6")


def matches(network):
    """Whether the operators are those of MobileNetV2 1.0 (any number of classes)."""
    found = [(step.kind, step.weight.shape, step.activation)
             for step in network.operators if step.weight and len(step.weight.shape) == 4]
    wanted = [(kind, shape, activation) for kind, _, _, shape, activation in expected_layers()]
    return found[:len(wanted)] == wanted


def convert(network):
    """{name: Tensor} under torchvision's names."""
    steps = [step for step in network.operators if step.weight]
    layers = list(expected_layers())
    require(len(steps) == len(layers) + 1, "MobileNetV2:", len(steps),
            "operators with weights instead of", len(layers) + 1)
    variance = identity_variance()
    tensors = {}
    for step, (_, convolution, norm, _, _) in zip(steps, layers):
        require(step.padding == "same" and step.bias, "MobileNetV2:", convolution,
                "has padding", step.padding or "none", "or no bias")
        size = step.weight.shape[0]
        tensors[convolution + ".weight"] = step.weight
        tensors[norm + ".weight"] = filled(size, 1)
        tensors[norm + ".bias"] = step.bias
        tensors[norm + ".running_mean"] = filled(size, 0)
        tensors[norm + ".running_var"] = filled(size, variance)
    head = steps[-1]
    classes = head.weight.shape[0]
    head.weight.shape = (classes, 1280)
    require(len(head.weight.values) == classes * 1280 and head.bias,
            "MobileNetV2: the last layer is no classifier with 1280 inputs")
    tensors["classifier.1.weight"] = head.weight
    tensors["classifier.1.bias"] = head.bias
    return tensors

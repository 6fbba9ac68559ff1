"""ncnn SqueezeNet 1.1 -> torchvision's `squeezenet1_1`.

Caffe's conv10 pads its 1x1 filter by 1, torchvision's does not: hence the option
`classifier_padding=1`. Poolings round up in both.
"""

from .contract import preprocess
from .errors import require

PREPROCESS = preprocess(227, "bgr", [104, 117, 123], [1, 1, 1])
# Caffe's fire number -> index in torchvision's `features`.
FIRES = {2: 3, 3: 4, 4: 6, 5: 7, 6: 9, 7: 10, 8: 11, 9: 12}
PARTS = {"squeeze1x1": "squeeze", "expand1x1": "expand1x1", "expand3x3": "expand3x3"}


def torch_names():
    """{ncnn layer name: torchvision module name}."""
    names = {"conv1": "features.0", "conv10": "classifier.1"}
    for fire, index in FIRES.items():
        for ours, theirs in PARTS.items():
            names[f"fire{fire}/{ours}"] = f"features.{index}.{theirs}"
    return names


def matches(convolutions):
    """Whether the layers are those of SqueezeNet 1.1."""
    return (sorted(layer.name for layer in convolutions) == sorted(torch_names())
            and next(x for x in convolutions if x.name == "conv1").weight.shape == (64, 3, 3, 3))


def options(convolutions):
    """`classifier_padding=N` when conv10 is padded as in Caffe."""
    padding = next(layer for layer in convolutions if layer.name == "conv10").padding
    return f"classifier_padding={padding}" if padding else ""


def convert(convolutions):
    """{name: Tensor} under torchvision's names."""
    names = torch_names()
    tensors = {}
    for layer in convolutions:
        require(layer.relu, "SqueezeNet:", layer.name, "has no ReLU")
        tensors[names[layer.name] + ".weight"] = layer.weight
        tensors[names[layer.name] + ".bias"] = layer.bias
    return tensors

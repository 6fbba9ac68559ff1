"""A named f32 array in PyTorch layout, and the few layout changes that the readers need.

Plain `array('f')` instead of numpy: the converter then runs on any Python 3.9, and a network of
four million values takes seconds.
"""

from array import array
from dataclasses import dataclass
from math import prod

from .errors import require


@dataclass
class Tensor:
    """Row-major f32 values; convolution filters are OIHW, dense weights [out, in]."""

    shape: tuple
    values: array

    def __post_init__(self):
        self.shape = tuple(self.shape)
        require(self.values.typecode == "f", "tensor: values are not f32")
        require(prod(self.shape) == len(self.values), "tensor: shape", self.shape, "needs",
                prod(self.shape), "values, found", len(self.values))


def filled(size, value):
    """A vector of `size` equal values."""
    return Tensor((size,), array("f", [value]) * size)


def ohwi_to_oihw(shape, values):
    """[O,H,W,I] -> [O,I,H,W]."""
    out, height, width, channels = shape
    area = height * width
    if area == 1:
        return Tensor((out, channels, 1, 1), values)
    result = array("f", bytes(4 * len(values)))
    block = area * channels
    for o in range(out):
        part = values[o * block:(o + 1) * block]
        for c in range(channels):
            start = o * block + c * area
            result[start:start + area] = part[c::channels]
    return Tensor((out, channels, height, width), result)


def depthwise_to_oihw(shape, values):
    """TFLite depthwise [1,H,W,C] -> [C,1,H,W]."""
    one, height, width, channels = shape
    require(one == 1, "depthwise filter: first size is", one, "instead of 1")
    result = array("f")
    for c in range(channels):
        result.extend(values[c::channels])
    return Tensor((channels, 1, height, width), result)

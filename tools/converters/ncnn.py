"""ncnn networks: the text `.param` file names the layers, the `.bin` file holds their constants.

Per convolution the `.bin` file has a u32 tag, the filter OIHW and the bias as f32. Tag 0x01306B47
means fp16 padded to 4 bytes, tag 0 f32. The file must be used up to the last byte.
"""

import struct
import sys
from array import array
from dataclasses import dataclass

from .errors import ConvertError, require
from .tensor import Tensor

PARAM_MAGIC = "7767517"
FP16_TAG = 0x01306B47
LAYERS_WITHOUT_CONSTANTS = ("Input", "Pooling", "Split", "Concat", "Dropout", "Softmax", "ReLU")


@dataclass
class Convolution:
    """One convolution; all sizes square and symmetric."""

    name: str
    kernel: int
    stride: int
    padding: int
    relu: bool
    weight: Tensor
    bias: Tensor


class BinReader:
    """Sequential checked reads from the .bin file."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    def take(self, size, what):
        require(size <= len(self.data) - self.position, "ncnn .bin ends in", what, ": needs", size,
                "bytes at", self.position, "of", len(self.data))
        self.position += size
        return self.data[self.position - size:self.position]

    def floats(self, count, what):
        values = array("f", self.take(4 * count, what))
        if sys.byteorder == "big":
            values.byteswap()
        return values

    def weights(self, count, what):
        tag = struct.unpack("<I", self.take(4, what))[0]
        if tag == 0:
            return self.floats(count, what)
        require(tag == FP16_TAG, "ncnn .bin:", what, f"has the storage tag {tag:#010x};",
                "only f32 (0) and fp16 (0x01306b47) are supported")
        raw = self.take((2 * count + 3) // 4 * 4, what)
        return array("f", struct.unpack(f"<{count}e", raw[:2 * count]))


def read_ncnn(param_text, data):
    """The convolutions of a network in file order."""
    lines = param_text.split("\n")
    require(lines[0].strip() == PARAM_MAGIC, "not an ncnn .param file: line 1 is not", PARAM_MAGIC)
    reader = BinReader(data)
    convolutions = []
    for line in filter(None, (line.strip() for line in lines[2:])):
        words = line.split()
        try:
            kind, name = words[0], words[1]
            skip = 4 + int(words[2]) + int(words[3])
            options = {int(key): int(value)
                       for key, value in (word.split("=") for word in words[skip:])}
        except (IndexError, ValueError) as error:
            raise ConvertError(f"ncnn .param: cannot read the line '{line}'") from error
        if kind == "Convolution":
            convolutions.append(convolution(name, options, reader))
        else:
            require(kind in LAYERS_WITHOUT_CONSTANTS, "ncnn .param: layer type", kind, "of", name,
                    "is not supported")
    require(reader.position == len(data), "ncnn .bin has", len(data) - reader.position,
            "bytes left over: .param and .bin do not belong together")
    return convolutions


def convolution(name, options, reader):
    """Read one convolution; keys: 0 out, 1 kernel, 2 dilation, 3 stride, 4 pad, 5 bias, 6 size."""
    out, kernel, size = options.get(0, 0), options.get(1, 0), options.get(6, 0)
    require(out > 0 and kernel > 0 and size > 0 and size % (out * kernel * kernel) == 0,
            "ncnn .param:", name, "has", size, "weights for", out, "outputs and kernel", kernel)
    require(options.get(2, 1) == 1 and options.get(11, kernel) == kernel,
            "ncnn .param:", name, "is dilated or not square")
    activation = options.get(9, 0)
    require(activation in (0, 1), "ncnn .param:", name, "has the unknown activation", activation)
    shape = (out, size // (out * kernel * kernel), kernel, kernel)
    weight = Tensor(shape, reader.weights(size, name + " weight"))
    bias = Tensor((out,), reader.floats(out, name + " bias") if options.get(5, 0)
                  else array("f", bytes(4 * out)))
    return Convolution(name, kernel, options.get(3, 1), options.get(4, 0), activation == 1, weight,
                       bias)

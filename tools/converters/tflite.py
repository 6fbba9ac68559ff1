"""TFLite networks: the operators in execution order with their constants de-quantised to f32.

w = (q - zero_point) * scale, per tensor or along `quantized_dimension`. The product of an 8-bit
number and an f32 scale is exact in a Python float, so the rounding to f32 equals that of an f32
multiplication. Schema: tensorflow/lite/schema/schema.fbs, version 3.
"""

from array import array
from dataclasses import dataclass
from math import prod

from .errors import require
from .flatbuffer import FlatBuffer
from .tensor import Tensor, depthwise_to_oihw, ohwi_to_oihw

OPERATORS = {0: "add", 1: "average_pool_2d", 2: "concatenation", 3: "conv_2d",
             4: "depthwise_conv_2d", 6: "dequantize", 9: "fully_connected", 17: "max_pool_2d",
             18: "mul", 19: "relu", 21: "relu6", 22: "reshape", 25: "softmax", 34: "pad",
             40: "mean", 43: "squeeze", 114: "quantize"}
ELEMENTS = {0: "f32", 2: "i32", 3: "u8", 4: "i64", 9: "i8"}
PADDINGS = {0: "same", 1: "valid"}
ACTIVATIONS = {0: "none", 1: "relu", 3: "relu6"}


@dataclass
class Operator:
    """One step of the network; weight and bias only where it has constants."""

    kind: str
    inputs: list
    outputs: list
    weight: Tensor = None
    bias: Tensor = None
    stride: tuple = (1, 1)
    padding: str = ""
    activation: str = "none"
    depth_multiplier: int = 1


class Network:
    """A parsed file: `operators` in execution order, `inputs` and `outputs` as tensor numbers."""

    def __init__(self, data):
        require(len(data) >= 8 and bytes(data[4:8]) == b"TFL3",
                "not a TFLite file: no TFL3 at byte 4")
        model = FlatBuffer(data).root()
        require(model.scalar(0, "u32") == 3, "TFLite version", model.scalar(0, "u32"),
                "is not supported (3 is)")
        graphs = model.tables(2)
        require(len(graphs) == 1, "TFLite file has", len(graphs), "subgraphs instead of 1")
        self.codes = [max(code.scalar(0, "i8"), code.scalar(3, "i32")) for code in model.tables(1)]
        self.buffers = model.tables(4)
        self.tensors = graphs[0].tables(0)
        self.inputs = list(graphs[0].vector(1, "i32") or [])
        self.outputs = list(graphs[0].vector(2, "i32") or [])
        self.operators = [self.operator(table) for table in graphs[0].tables(3)]

    def operator(self, table):
        index = table.scalar(0, "u32")
        require(index < len(self.codes), "TFLite operator code", index, "does not exist")
        kind = OPERATORS.get(self.codes[index], f"builtin_{self.codes[index]}")
        step = Operator(kind, list(table.vector(1, "i32") or []),
                        list(table.vector(2, "i32") or []))
        options = table.table(4)
        if kind in ("conv_2d", "depthwise_conv_2d") and options is not None:
            shift = 1 if kind == "depthwise_conv_2d" else 0
            step.padding = self.name_of(PADDINGS, options.scalar(0, "i8"), "padding")
            step.stride = (options.scalar(2, "i32"), options.scalar(1, "i32"))
            step.activation = self.name_of(ACTIVATIONS, options.scalar(3 + shift, "i8"),
                                           "activation")
            step.depth_multiplier = options.scalar(3, "i32", 1) if shift else 1
            dilation = (options.scalar(5 + shift, "i32", 1), options.scalar(4 + shift, "i32", 1))
            require(dilation == (1, 1), "TFLite", kind, "with dilation", dilation)
        if kind in ("conv_2d", "depthwise_conv_2d", "fully_connected"):
            require(len(step.inputs) >= 2, "TFLite", kind, "has", len(step.inputs), "inputs")
            step.weight = self.weight(kind, step.inputs[1])
            if len(step.inputs) > 2 and step.inputs[2] >= 0:
                step.bias = Tensor(*self.constant(step.inputs[2]))
        return step

    @staticmethod
    def name_of(table, number, what):
        require(number in table, "TFLite", what, number, "is not supported")
        return table[number]

    def weight(self, kind, number):
        shape, values = self.constant(number)
        if kind == "conv_2d":
            require(len(shape) == 4, "TFLite filter of rank", len(shape))
            return ohwi_to_oihw(shape, values)
        if kind == "depthwise_conv_2d":
            require(len(shape) == 4, "TFLite filter of rank", len(shape))
            return depthwise_to_oihw(shape, values)
        return Tensor(shape, values)

    def constant(self, number):
        """(shape, f32 values) of a constant tensor, de-quantised."""
        require(0 <= number < len(self.tensors), "TFLite tensor", number, "does not exist")
        tensor = self.tensors[number]
        name = tensor.text(3)
        shape = tuple(tensor.vector(0, "i32") or ())
        element = ELEMENTS.get(tensor.scalar(1, "i8"))
        require(element is not None, "TFLite tensor", name, "has the unknown type",
                tensor.scalar(1, "i8"))
        buffer = tensor.scalar(2, "u32")
        require(buffer < len(self.buffers), "TFLite buffer", buffer, "does not exist")
        raw = self.buffers[buffer].vector(0, "u8")
        require(raw is not None and len(raw), "TFLite tensor", name, "is no constant")
        values = array({"f32": "f", "i32": "i", "u8": "B", "i64": "q", "i8": "b"}[element])
        require(min(shape, default=1) > 0 and prod(shape) * values.itemsize == len(raw),
                "TFLite tensor", name, "of shape", shape, "and type", element, "holds", len(raw),
                "bytes")
        values.frombytes(raw.tobytes())
        quantization = tensor.table(4)
        scales = quantization.vector(2, "f32") if quantization else None
        if not scales:
            require(element == "f32", "TFLite tensor", name, "is", element, "without a scale")
            return shape, values
        zeros = quantization.vector(3, "i64") or array("q", [0]) * len(scales)
        return shape, dequantize(name, shape, values, scales, zeros, quantization.scalar(6, "i32"))


def dequantize(name, shape, values, scales, zeros, axis):
    """(q - zero) * scale with one scale for all, or one per index of `axis`."""
    require(len(zeros) == len(scales), "TFLite tensor", name, "has", len(scales), "scales and",
            len(zeros), "zero points")
    if len(scales) == 1:
        scale, zero = scales[0], zeros[0]
        return array("f", [(q - zero) * scale for q in values])
    require(0 <= axis < len(shape) and shape[axis] == len(scales), "TFLite tensor", name,
            "of shape", shape, "has", len(scales), "scales along axis", axis)
    run = prod(shape[axis + 1:])
    result = array("f")
    for block in range(len(values) // run):
        scale, zero = scales[block % len(scales)], zeros[block % len(scales)]
        result.extend([(q - zero) * scale for q in values[block * run:(block + 1) * run]])
    return result

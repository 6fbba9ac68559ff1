"""Writes small FlatBuffers by hand, so that the converter's tests need no foreign file.

A table is a dict {field number: value}; a value is a scalar (kind, number), text, a list of tables,
a vector (kind, [numbers]) or a table.
"""

import struct

LETTERS = {"i8": "b", "u8": "B", "i32": "i", "u32": "I", "i64": "q", "f32": "f"}


class Writer:
    """Appends tables in the order of their use: references always point forward."""

    def __init__(self):
        self.data = bytearray(b"\0\0\0\0TFL3")

    def align(self, size):
        self.data += bytes(-len(self.data) % size)

    def refer(self, at, target):
        struct.pack_into("<I", self.data, at, target - at)

    def table(self, fields):
        """Append vtable, table, then everything it refers to; returns its position."""
        count = max(fields, default=-1) + 1
        self.align(8)
        vtable = len(self.data)
        self.data += struct.pack("<HH", 4 + 2 * count, 8 + 8 * count) + bytes(2 * count)
        self.align(8)
        position = len(self.data)
        self.data += struct.pack("<i", position - vtable) + bytes(4 + 8 * count)
        for number in fields:
            struct.pack_into("<H", self.data, vtable + 4 + 2 * number, 8 + 8 * number)
        for number, value in fields.items():
            at = position + 8 + 8 * number
            if isinstance(value, tuple) and not isinstance(value[1], list):
                struct.pack_into("<" + LETTERS[value[0]], self.data, at, value[1])
            else:
                self.refer(at, self.child(value))
        return position

    def child(self, value):
        if isinstance(value, dict):
            return self.table(value)
        if isinstance(value, str):
            value = "u8", list(value.encode())
        self.align(8)
        if isinstance(value, tuple):
            kind, numbers = value
            self.data += bytes(4)  # the count ends where 8-byte elements may begin
            position = len(self.data)
            self.data += struct.pack(f"<I{len(numbers)}{LETTERS[kind]}", len(numbers), *numbers)
            return position
        position = len(self.data)
        self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for i, item in enumerate(value):
            self.refer(position + 4 + 4 * i, self.table(item))
        return position


def tensor(shape, element, buffer, scales=(), zeros=(), axis=0):
    quantization = {2: ("f32", list(scales)), 3: ("i64", list(zeros)), 6: ("i32", axis)}
    return {0: ("i32", list(shape)), 1: ("i8", element), 2: ("u32", buffer), 3: "t",
            **({4: quantization} if scales else {})}


def network():
    """conv 2x2 (2 -> 2 channels, int8 per channel), depthwise 1x2 (uint8, zero point 128)."""
    writer = Writer()
    tensors = [tensor((1, 4, 4, 2), 0, 0),
               tensor((2, 2, 2, 2), 9, 1, (0.5, 0.25), (0, 0)), tensor((2,), 2, 2, (0.125,), (0,)),
               tensor((1, 1, 2, 2), 3, 3, (2.0,), (128,)), tensor((2,), 0, 4)]
    buffers = [{}, {0: ("i8", list(range(-8, 8)))},
               {0: ("u8", list(struct.pack("<2i", 3, -4)))},
               {0: ("u8", [128, 129, 130, 131])}, {0: ("u8", list(struct.pack("<2f", 1.5, -2)))}]
    options = {0: ("i8", 0), 1: ("i32", 2), 2: ("i32", 1), 3: ("i8", 3)}
    operators = [{0: ("u32", 0), 1: ("i32", [0, 1, 2]), 2: ("i32", [0]), 4: options},
                 {0: ("u32", 1), 1: ("i32", [0, 3, 4]), 2: ("i32", [0])}]
    graph = {0: tensors, 1: ("i32", [0]), 2: ("i32", [0]), 3: operators}
    model = {0: ("u32", 3), 1: [{0: ("i8", 3)}, {3: ("i32", 4)}], 2: [graph], 4: buffers}
    writer.refer(0, writer.table(model))
    return bytes(writer.data)

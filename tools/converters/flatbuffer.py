"""A strict reader of FlatBuffers tables: every offset is checked against the file's size.

Only what the TFLite schema needs: tables, vectors of scalars, vectors of tables, strings. A table
is a signed offset to its vtable, whose u16 entries give the position of each field or 0 for
"absent, use the default".
"""

import struct
import sys
from array import array

from .errors import require

FORMATS = {"i8": "<b", "u8": "<B", "u16": "<H", "i32": "<i", "u32": "<I", "i64": "<q", "f32": "<f"}
TYPECODES = {"i8": "b", "u8": "B", "i32": "i", "i64": "q", "f32": "f"}


class FlatBuffer:
    """The bytes of a file and checked access to them."""

    def __init__(self, data):
        self.data = memoryview(data)

    def scalar(self, kind, position):
        layout = struct.Struct(FORMATS[kind])
        require(0 <= position <= len(self.data) - layout.size,
                "flatbuffer: offset", position, "lies outside the file of", len(self.data), "bytes")
        return layout.unpack_from(self.data, position)[0]

    def follow(self, position):
        """The target of the unsigned relative offset stored at `position`."""
        target = position + self.scalar("u32", position)
        require(position < target < len(self.data), "flatbuffer: offset at", position,
                "leads outside the file")
        return target

    def root(self):
        return Table(self, self.follow(0))

    def vector(self, kind, position):
        """The vector of scalars at `position` as an array."""
        count = self.scalar("u32", position)
        size = struct.calcsize(FORMATS[kind])
        require(count * size <= len(self.data) - position - 4, "flatbuffer: a vector of", count,
                "elements at", position, "does not fit the file")
        values = array(TYPECODES[kind], bytes(self.data[position + 4:position + 4 + count * size]))
        require(values.itemsize == size, "flatbuffer: this Python has no", kind, "array")
        if sys.byteorder == "big":
            values.byteswap()
        return values


class Table:
    """One table; fields are addressed by their number in the schema."""

    def __init__(self, buffer, position):
        self.buffer = buffer
        self.position = position
        self.vtable = position - buffer.scalar("i32", position)
        self.vtable_size = buffer.scalar("u16", self.vtable)
        require(self.vtable_size >= 4 and self.vtable_size % 2 == 0,
                "flatbuffer: vtable of", self.vtable_size, "bytes at", self.vtable)

    def field(self, number):
        """Where field `number` lies, or None when the file leaves it at its default."""
        slot = 4 + 2 * number
        if slot + 2 > self.vtable_size:
            return None
        offset = self.buffer.scalar("u16", self.vtable + slot)
        return self.position + offset if offset else None

    def scalar(self, number, kind, default=0):
        at = self.field(number)
        return default if at is None else self.buffer.scalar(kind, at)

    def table(self, number):
        at = self.field(number)
        return None if at is None else Table(self.buffer, self.buffer.follow(at))

    def vector(self, number, kind):
        at = self.field(number)
        return None if at is None else self.buffer.vector(kind, self.buffer.follow(at))

    def tables(self, number):
        """A vector of tables; empty when absent."""
        at = self.field(number)
        if at is None:
            return []
        start = self.buffer.follow(at)
        count = self.buffer.scalar("u32", start)
        require(4 * count <= len(self.buffer.data) - start - 4, "flatbuffer: a vector of", count,
                "tables at", start, "does not fit the file")
        return [Table(self.buffer, self.buffer.follow(start + 4 + 4 * i)) for i in range(count)]

    def text(self, number):
        raw = self.vector(number, "u8")
        return "" if raw is None else raw.tobytes().decode("utf-8", "replace")

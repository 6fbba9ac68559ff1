"""Reading and summing up what programs print and write."""

import math
import re
import statistics
import struct


def read_npy(path):
    """(shape, flat list) of a little-endian f32 .npy file."""
    with open(path, "rb") as source:
        data = source.read()
    if data[:8] != b"\x93NUMPY\x01\x00":
        raise ValueError(f"{path}: not a .npy file of version 1")
    (length,) = struct.unpack_from("<H", data, 8)
    header = data[10:10 + length].decode("latin-1")
    if "'<f4'" not in header or "'fortran_order': False" not in header:
        raise ValueError(f"{path}: not row-major f32: {header}")
    extents = re.search(r"'shape': \(([^)]*)\)", header)[1]
    shape = [int(extent) for extent in extents.split(",") if extent.strip()]
    count = math.prod(shape)
    return shape, list(struct.unpack_from(f"<{count}f", data, 10 + length))


def predictions(path):
    """The position of the largest logit of each row, as a string of digits."""
    (_, classes), values = read_npy(path)
    rows = [values[i:i + classes] for i in range(0, len(values), classes)]
    return "".join(str(row.index(max(row))) for row in rows)


def deviation(values, expected):
    """Largest difference, relative to the largest expected value."""
    return max(abs(a - b) for a, b in zip(values, expected)) / max(map(abs, expected))


def percent(share):
    return f"{100 * share:.2f} %"


def spread(shares):
    """Mean and sample standard deviation of shares, in percent."""
    return f"{100 * statistics.mean(shares):.2f} ± {100 * statistics.stdev(shares):.2f} %"

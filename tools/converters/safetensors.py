"""Writer and reader of safetensors files, f32 only.

Layout: u64 little-endian header length, a JSON header padded with spaces to a multiple of 8, then
the tensors back to back in the order given, each {dtype, shape, data_offsets}.
"""

import json
import os
import struct
import sys
from array import array

from .errors import require
from .tensor import Tensor


def little_endian(values):
    """The bytes of an array in little-endian order."""
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


def write_safetensors(path, tensors, metadata):
    """Write {name: Tensor} and {str: str} to `path`; the file appears whole or not at all."""
    header = {"__metadata__": dict(metadata)} if metadata else {}
    offset = 0
    for name, tensor in tensors.items():
        size = 4 * len(tensor.values)
        header[name] = {"dtype": "F32", "shape": list(tensor.shape),
                        "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    temporary = f"{path}.part-{os.getpid()}"
    try:
        with open(temporary, "xb") as out:
            out.write(struct.pack("<Q", len(text)))
            out.write(text)
            for tensor in tensors.values():
                out.write(little_endian(tensor.values))
        os.replace(temporary, path)
    except OSError as error:  # of the file that was asked for, not of the temporary one
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def read_blob(path):
    """({name: (dtype, shape, bytes)}, metadata) of any file, offsets checked."""
    with open(path, "rb") as source:
        blob = source.read()
    require(len(blob) >= 8, path, ": no safetensors header")
    length = struct.unpack_from("<Q", blob)[0]
    require(length <= len(blob) - 8, path, ": header of", length, "bytes does not fit the file")
    header = json.loads(blob[8:8 + length])
    metadata = header.pop("__metadata__", {})
    data = blob[8 + length:]
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        require(0 <= begin <= end <= len(data), path, ":", name, "has wrong offsets")
        tensors[name] = entry["dtype"], tuple(entry["shape"]), data[begin:end]
    return tensors, metadata


def read_safetensors(path):
    """({name: Tensor}, metadata) of a file that holds f32 only."""
    blobs, metadata = read_blob(path)
    tensors = {}
    for name, (kind, shape, data) in blobs.items():
        require(kind == "F32", path, ":", name, "is", kind, "instead of F32")
        values = array("f", data)
        if sys.byteorder == "big":
            values.byteswap()
        tensors[name] = Tensor(shape, values)
    return tensors, metadata

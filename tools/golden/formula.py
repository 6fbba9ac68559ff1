"""Numbers that any language regenerates bit for bit: a counter-based hash of (name, index).

  key(name)        = FNV-1a 64 of the UTF-8 name, low 32 bits
  bits(name, i)    = splitmix64(key(name) * 2^32 + i), the finaliser applied to that number plus
                     0x9E3779B97F4A7C15
  unit(name, i)    = 2 * (bits >> 40) / 2^24 - 1, in [-1, 1), exact in f32
  position(name, i, n) = bits(name, i) mod n

`i` counts in the order of the *file*: OIHW filters, [out, in] dense weights; images in [N,H,W,C]
order. All factors below are powers of two except `bound`, so that a fused multiply-add gives the
same bits.

A tensor of a network's state, v = unit(name, i); "norm" = there is a running_mean beside it:
  rank >= 2 (filters, dense weights)   v * bound, bound = f32(sqrt(6 / fan_in)), the root in f64,
                                       fan_in = product of the sizes after the first
  *.running_var                        1 + v / 2
  *.running_mean                       v / 4
  *.bias                               v / 4, in a norm offset + v / 4
  *.weight of rank 1 (norms)           1 + v / 4; if damped (1 + v / 4) / 4
  *.num_batches_tracked                0
`offset` and the list of damped norms are properties of the model, see models.py.
"""

import math

import numpy as np

MASK = (1 << 64) - 1


def key(name):
    """FNV-1a 64 of the name, low 32 bits."""
    state = 0xCBF29CE484222325
    for byte in name.encode():
        state = ((state ^ byte) * 0x100000001B3) & MASK
    return state & 0xFFFFFFFF


def bits(name, count):
    """The first `count` hashes of `name` as u64."""
    z = np.arange(count, dtype=np.uint64) + np.uint64(key(name) << 32)
    with np.errstate(over="ignore"):
        z += np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def unit(name, shape):
    """f32 values in [-1, 1)."""
    top = (bits(name, math.prod(shape)) >> np.uint64(40)).astype(np.int64)
    return ((2 * top - (1 << 24)) / float(1 << 24)).astype(np.float32).reshape(shape)


def positions(name, count, size):
    """`count` indices below `size`."""
    return (bits(name, count) % np.uint64(size)).astype(np.int64)


def state_tensor(name, shape, offset=0.0, damped=False):
    """The values of one tensor of a network's state; `offset` is 0 for anything but norm biases."""
    if name.endswith("num_batches_tracked"):
        return np.zeros(shape, np.int64)
    v = unit(name, shape)
    if len(shape) >= 2:
        return v * np.float32(math.sqrt(6 / math.prod(shape[1:])))
    if name.endswith("running_var"):
        return np.float32(1) + v / 2
    if name.endswith("running_mean"):
        return v / 4
    if name.endswith("bias"):
        return np.float32(offset) + v / 4
    return (np.float32(1) + v / 4) * np.float32(0.25 if damped else 1)

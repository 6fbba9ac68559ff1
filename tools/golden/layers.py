"""Layers of PyTorch in f64: results, and gradients under a given cotangent.

x is 3 * unit("layer_norm.x.SHAPE", shape), gamma 1 + unit("layer_norm.weight", C) / 4, beta
unit("layer_norm.bias", C) / 4. The table of the embedding is unit("embedding.weight", 7 x 3), number i
of [2,4] is (5 i + 2) mod 7. Cotangents are unit("OP.grad", shape of the result).
"""

import os

import torch

from . import formula

NORMS = (((2, 3, 5), 1e-5), ((4, 67), 1e-5), ((2, 130), 1e-12))


def vector(name, *shape):
    return torch.from_numpy(formula.unit(name, shape)).double()


def numbers(values):
    return " ".join(repr(float(value)) for value in values.flatten())


def layer_norm_lines():
    for shape, eps in NORMS:
        name = "x".join(map(str, shape))
        layer = torch.nn.LayerNorm(shape[-1], eps=eps, dtype=torch.float64)
        with torch.no_grad():
            layer.weight.copy_(1 + vector("layer_norm.weight", shape[-1]) / 4)
            layer.bias.copy_(vector("layer_norm.bias", shape[-1]) / 4)
        x = (3 * vector(f"layer_norm.x.{name}", *shape)).requires_grad_()
        y = layer(x)
        y.backward(vector("layer_norm.grad", *shape))
        for key, value in (("y", y), ("x", x.grad), ("weight", layer.weight.grad),
                           ("bias", layer.bias.grad)):
            yield f"layer_norm {name} {key} {numbers(value.detach())}"


def embedding_lines():
    layer = torch.nn.Embedding(7, 3, dtype=torch.float64)
    with torch.no_grad():
        layer.weight.copy_(vector("embedding.weight", 7, 3))
    y = layer(torch.tensor([(5 * i + 2) % 7 for i in range(8)]).reshape(2, 4))
    y.backward(vector("embedding.grad", 2, 4, 3))
    yield f"embedding y {numbers(y.detach())}"
    yield f"embedding weight {numbers(layer.weight.grad)}"


def write(path):
    """Lines `op [shape] what values ...`; every number reads back to the same f64."""
    lines = [f"# f64 results of PyTorch {torch.__version__}", *layer_norm_lines(), *embedding_lines()]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    print(f"{path}: {len(lines)} lines")

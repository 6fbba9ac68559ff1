"""Networks that have no counterpart in the zoo: every layer under its number in execution order."""


def dump_tflite(network):
    """{`layers.<k>.<operator>.{weight,bias}`: Tensor}, k counting the operators with constants."""
    tensors = {}
    for k, step in enumerate(step for step in network.operators if step.weight):
        tensors[f"layers.{k}.{step.kind}.weight"] = step.weight
        if step.bias:
            tensors[f"layers.{k}.{step.kind}.bias"] = step.bias
    return tensors


def dump_ncnn(convolutions):
    """{`<ncnn layer name>.{weight,bias}`: Tensor}."""
    tensors = {}
    for layer in convolutions:
        tensors[layer.name + ".weight"] = layer.weight
        tensors[layer.name + ".bias"] = layer.bias
    return tensors

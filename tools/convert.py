#!/usr/bin/env python3
"""Convert foreign weight files to safetensors with torchvision's tensor names.

  convert.py mobilenet_v2.tflite -o mobilenet_v2.safetensors --labels imagenet_labels.txt
  convert.py squeezenet.param squeezenet.bin -o squeezenet1_1.safetensors

Reads TFLite (quantised or f32; de-quantised to f32) and ncnn (.param and .bin, fp16 or f32).
MobileNetV2 1.0 and SqueezeNet 1.1 get torchvision's names and their preprocess contract in the
metadata; any other network is written layer by layer under its own numbers or names, with
graft.model "generic". Filters are OIHW, dense weights [out, in], as PyTorch stores them.

Needs Python 3.9, nothing else. Exit codes: 0 done, 2 wrong use, 3 bad input, 4 cannot read or
write a file.
"""

import argparse
import sys

from converters import contract, generic, mobilenet_v2, squeezenet
from converters.errors import ConvertError, require
from converters.ncnn import read_ncnn
from converters.safetensors import write_safetensors
from converters.tflite import Network


def read_bytes(path):
    with open(path, "rb") as source:
        return source.read()


def convert_tflite(path):
    """(tensors, model name, model options, contract, number of classes or None)."""
    network = Network(read_bytes(path))
    if mobilenet_v2.matches(network):
        tensors = mobilenet_v2.convert(network)
        return (tensors, "mobilenet_v2", "padding=same", mobilenet_v2.PREPROCESS,
                tensors["classifier.1.weight"].shape[0])
    return generic.dump_tflite(network), "generic", "", None, None


def convert_ncnn(param, data):
    """As convert_tflite, for the two files of an ncnn network."""
    try:
        text = read_bytes(param).decode("ascii")
    except UnicodeDecodeError as error:
        raise ConvertError(f"not an ncnn .param file: byte {error.start} is not ASCII") from error
    convolutions = read_ncnn(text, read_bytes(data))
    if squeezenet.matches(convolutions):
        tensors = squeezenet.convert(convolutions)
        return (tensors, "squeezenet1_1", squeezenet.options(convolutions), squeezenet.PREPROCESS,
                tensors["classifier.1.weight"].shape[0])
    return generic.dump_ncnn(convolutions), "generic", "", None, None


def convert(inputs):
    """Choose the reader by the number and the names of the files."""
    if len(inputs) == 1:
        return convert_tflite(inputs[0])
    param, data = sorted(inputs, key=lambda path: not path.endswith(".param"))
    return convert_ncnn(param, data)


def wrong_use(inputs):
    """What is wrong with the list of files: one whole file, or one .param with its .bin; or ""."""
    params = [path for path in inputs if path.endswith(".param")]
    if len(inputs) == 1 and inputs[0].endswith((".param", ".bin")):
        return f"{inputs[0]} is half of an ncnn network: give its .param and its .bin file"
    if (len(inputs), len(params)) not in ((1, 0), (2, 1)):
        return "give one .tflite file, or one .param and one .bin file"
    return ""


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("inputs", nargs="+", metavar="IN", help=".tflite, or .param and .bin")
    parser.add_argument("-o", "--output", required=True, metavar="OUT.safetensors")
    parser.add_argument("--labels", metavar="FILE", help="class names, one a line; a leading "
                        "'background' is dropped for a network without that class")
    options = parser.parse_args(arguments)
    if wrong_use(options.inputs):
        parser.error(wrong_use(options.inputs))
    try:
        labels = contract.read_labels(options.labels) if options.labels else []
        tensors, model, model_options, preprocess, classes = convert(options.inputs)
        require(tensors, "the network holds no weights")
        if classes is not None:
            labels = contract.fit_labels(labels, classes)
        write_safetensors(options.output, tensors,
                          contract.metadata(model, model_options, preprocess, labels))
    except ConvertError as error:
        print(f"convert: {' '.join(options.inputs)}: {error}", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"convert: {error.filename}: {error.strerror}", file=sys.stderr)
        return 4
    values = sum(len(tensor.values) for tensor in tensors.values())
    print(f"{options.output}: {model}, {len(tensors)} tensors, {values:,} values")
    return 0


if __name__ == "__main__":
    sys.exit(main())

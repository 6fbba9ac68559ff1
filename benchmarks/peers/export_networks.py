"""Writes a network that contestants read: FOLDER MODEL FORM. FORM: pth, onnx, mnn or ncnn.

FOLDER/MODEL.FORM (of ncnn .param and .bin) gets torchvision's network with random weights, always
the same. Exit code 1 with a last line that says why if it cannot be written.
"""
import os
import subprocess
import sys

from serve import require

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402


def write_pth(model, name):
    torch.save(model.state_dict(), name + ".pth")


def write_onnx(model, name):
    require("onnx", "onnxscript")
    batch = torch.export.Dim("batch")
    torch.onnx.export(model, (torch.randn(2, 3, 224, 224),), name + ".onnx", input_names=["x"],
                      output_names=["y"], dynamic_shapes=({0: batch},), external_data=False,
                      verbose=False)


def write_ncnn(model, name):
    require("pnnx")
    import pnnx
    pnnx.export(model, name + ".pt", (torch.randn(1, 3, 224, 224),), fp16=False)


def write_mnn(model, name):
    require("MNN")
    write_onnx(model, name)
    convert = os.path.join(os.path.dirname(sys.executable), "mnnconvert")
    subprocess.run([convert, "-f", "ONNX", "--modelFile", name + ".onnx", "--MNNModel",
                    name + ".mnn", "--bizCode", "graft"], check=True, capture_output=True)


FORMS = {"pth": (write_pth, [".pth"]), "onnx": (write_onnx, [".onnx"]),
         "mnn": (write_mnn, [".mnn"]), "ncnn": (write_ncnn, [".ncnn.param", ".ncnn.bin"])}


def main(folder, name, form):
    os.chdir(folder)
    torch.manual_seed(0)
    write, endings = FORMS[form]
    write(torchvision.models.get_model(name, weights=None).eval(), name)
    wanted = [name + ending for ending in endings]
    for file in wanted:
        if not os.path.exists(file):
            sys.exit(f"the exporter wrote no {file}")
    for file in set(os.listdir()) - set(wanted):  # what exporters leave on their way
        os.remove(file)


main(*sys.argv[1:])

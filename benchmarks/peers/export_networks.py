"""Writes what inference engines read: FOLDER MODEL... FOLDER/MODEL.{pth,onnx,mnn,ncnn.param,ncnn.bin}

Random weights of torchvision's networks. Prints a line for each form that cannot be written.
"""
import os
import subprocess
import sys

from serve import require

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402


def write_onnx(model, name):
    batch = torch.export.Dim("batch")
    torch.onnx.export(model, (torch.randn(2, 3, 224, 224),), name + ".onnx", input_names=["x"],
                      output_names=["y"], dynamic_shapes=({0: batch},), external_data=False,
                      verbose=False)


def write_ncnn(model, name):
    import pnnx
    pnnx.export(model, name + ".pt", (torch.randn(1, 3, 224, 224),), fp16=False)


def write_mnn(_model, name):
    convert = os.path.join(os.path.dirname(sys.executable), "mnnconvert")
    subprocess.run([convert, "-f", "ONNX", "--modelFile", name + ".onnx", "--MNNModel",
                    name + ".mnn", "--bizCode", "graft"], check=True, capture_output=True)


def main(folder, *names):
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    for name in names:
        torch.manual_seed(0)
        model = torchvision.models.get_model(name, weights=None).eval()
        torch.save(model.state_dict(), name + ".pth")
        for write in (write_onnx, write_ncnn, write_mnn):
            try:
                write(model, name)
            except Exception as error:  # an exporter may fail in any way: that peer is absent
                print(f"{write.__name__} {name}: {error}", file=sys.stderr)


main(*sys.argv[1:])

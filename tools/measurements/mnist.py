"""One network, two files of different containers and different training runs."""

from . import numbers
from .cifar import pytorch_predictions
from .page import Line

ASSETS = ["mnist/t1500-images-idx3-ubyte.gz", "weights/mnist_cnn.safetensors",
          "weights/mnist_cnn.pt"]
TITLE = "mnist_cnn from safetensors and from a PyTorch zip"
NOTE = ""
WRONG = {"mnist_cnn.safetensors": 16, "mnist_cnn.pt": 17}


def measure(shell):
    golden = pytorch_predictions(shell)
    lines = []
    for name, wrong in WRONG.items():
        command = (f'graft eval "$ASSETS/mnist/t1500-images-idx3-ubyte.gz" --model mnist_cnn '
                   f'--weights "$ASSETS/weights/{name}" --logits "$RUNS/{name}.npy" --json -q')
        result = shell.object(command)
        found = result["n"] - result["correct"]
        ours = numbers.predictions(shell.file(name + ".npy"))
        equal = sum(a == b for a, b in zip(ours, golden[name]))
        lines += [
            Line(f"{name}: wrong of {result['n']} test images", str(found), str(wrong),
                 found == wrong, command),
            Line(f"{name}: predictions equal to PyTorch's", f"{equal} of {len(ours)}",
                 "1500 of 1500", ours == golden[name], command),
        ]
    return lines

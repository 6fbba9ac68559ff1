"""PyTorch: NETWORK BATCH THREADS, a training step; lenet5, mlp3 or a linear head on cached features."""
import sys

from serve import require, serve

require("torch")
import torch  # noqa: E402
from torch import nn  # noqa: E402


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84),
        nn.ReLU(), nn.Linear(84, 10))


def mlp3():
    return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(),
                         nn.Linear(128, 10))


def head():
    return nn.Linear(512, 10)


NETWORKS = {"lenet5": (lenet5, (1, 28, 28)), "mlp3": (mlp3, (784,)), "head": (head, (512,))}


def main(name, batch, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    make, shape = NETWORKS[name]
    network = make()
    inputs = torch.randn(int(batch), *shape)
    labels = torch.randint(0, 10, (int(batch),))
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-2, momentum=0.9)

    def call():
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(inputs), labels).backward()
        optimizer.step()

    serve(f"PyTorch {torch.__version__}", call)


main(*sys.argv[1:])

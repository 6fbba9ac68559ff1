"""Predictions of PyTorch with the small pretrained networks of the test assets.

CIFAR-10 ResNets 20 and 32 (He et al. 2015, option A) on test_500, the MNIST network from both of
its files on t1500.
"""

import gzip
import os

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from converters.safetensors import read_blob


class CifarBlock(nn.Module):
    """3x3, 3x3 and a shortcut without weights: every second pixel, new channels half before."""

    def __init__(self, channels, out, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.stride, self.pad = stride, (out - channels) // 2

    def forward(self, x):
        y = functional.relu(self.bn1(self.conv1(x)))
        shortcut = x[:, :, ::self.stride, ::self.stride]
        shortcut = functional.pad(shortcut, (0, 0, 0, 0, self.pad, self.pad))
        return functional.relu(self.bn2(self.conv2(y)) + shortcut)


class CifarResNet(nn.Module):
    """6n + 2 layers."""

    def __init__(self, depth):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        channels = 16
        for stage, out in enumerate((16, 32, 64), start=1):
            blocks = []
            for i in range((depth - 2) // 6):
                blocks.append(CifarBlock(channels, out, 2 if stage > 1 and i == 0 else 1))
                channels = out
            setattr(self, f"layer{stage}", nn.Sequential(*blocks))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


class MnistNet(nn.Module):
    """Three convolutions without padding, two dense layers, batch norm on the logits."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = (nn.Conv2d(1, 8, 3), nn.Conv2d(8, 16, 3),
                                              nn.Conv2d(16, 24, 3))
        self.norm1 = nn.BatchNorm2d(24)
        self.fc1, self.fc2 = nn.Linear(24 * 22 * 22, 32), nn.Linear(32, 10)
        self.norm2 = nn.BatchNorm1d(10)

    def forward(self, x):
        for convolution in (self.conv1, self.conv2, self.conv3):
            x = functional.relu(convolution(x))
        x = self.norm1(x).flatten(1)
        return self.norm2(self.fc2(functional.relu(self.fc1(x))))


def cifar_images(path):
    """Normalised images and labels of a CIFAR-10 binary file."""
    records = np.fromfile(path, np.uint8).reshape(-1, 3073)
    mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
    images = records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255
    images = (images - mean[:, None, None]) / std[:, None, None]
    return torch.from_numpy(images), records[:, 0]


def mnist_images(folder):
    """Normalised images and labels of the 1,500 test digits."""
    with gzip.open(os.path.join(folder, "t1500-images-idx3-ubyte.gz")) as source:
        images = np.frombuffer(source.read(), np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(os.path.join(folder, "t1500-labels-idx1-ubyte.gz")) as source:
        labels = np.frombuffer(source.read(), np.uint8, offset=8)
    return torch.from_numpy((images.astype(np.float32) / 255 - 0.1307) / 0.3081).float(), labels


def torch_state(path):
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {key.removeprefix("module."): value
            for key, value in state.get("state_dict", state).items()}


def safetensors_state(path):
    types = {"F32": np.float32, "I64": np.int64}
    return {name: torch.from_numpy(np.frombuffer(data, types[kind]).reshape(shape).copy())
            for name, (kind, shape, data) in read_blob(path)[0].items()}


def line(name, network, state, images, labels):
    """`name wrong count predictions`, the predictions as one string of digits."""
    network.load_state_dict(state, strict=True)
    network.eval()
    with torch.no_grad():
        guesses = torch.cat([network(part).argmax(1) for part in images.split(250)]).numpy()
    wrong = int((guesses != labels).sum())
    return f"{name} {wrong} {len(labels)} " + "".join(map(str, guesses))


def write(assets, path):
    """One line per network and weight file."""
    weights = os.path.join(assets, "weights")
    cifar = cifar_images(os.path.join(assets, "cifar10", "test_500.bin"))
    mnist = mnist_images(os.path.join(assets, "mnist"))
    lines = [f"# predictions of PyTorch {torch.__version__} in f32", "# name wrong count digits"]
    for depth, name in ((20, "resnet20-12fca82f.th"), (32, "resnet32-d509ac18.th")):
        state = torch_state(os.path.join(weights, name))
        lines.append(line(f"cifar_resnet{depth}", CifarResNet(depth), state, *cifar))
    lines.append(line("mnist_cnn.safetensors", MnistNet(), safetensors_state(
        os.path.join(weights, "mnist_cnn.safetensors")), *mnist))
    lines.append(line("mnist_cnn.pt", MnistNet(), torch_state(
        os.path.join(weights, "mnist_cnn.pt")), *mnist))
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as out:
        out.write("\n".join(lines) + "\n")
    for text in lines[2:]:
        print(" ".join(text.split()[:3]))

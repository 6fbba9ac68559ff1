"""The textbook transfer script: DATA WEIGHTS OUT THREADS none|resized-crop.

A frozen ResNet-18 with a new head, 10 epochs over DATA/train, accuracy on DATA/val, weights saved.
"""
import sys

from serve import require

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402
from torchvision import transforms  # noqa: E402

DATA, WEIGHTS, OUT, THREADS, AUGMENT = sys.argv[1:]
NORMALISE = [transforms.ToTensor(),
             transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]
CENTRE = [transforms.Resize(256), transforms.CenterCrop(224)]
RANDOM = [transforms.RandomResizedCrop(224), transforms.RandomHorizontalFlip()]


def loader(part, views, shuffle):
    dataset = torchvision.datasets.ImageFolder(f"{DATA}/{part}",
                                               transforms.Compose(views + NORMALISE))
    return torch.utils.data.DataLoader(dataset, batch_size=32, shuffle=shuffle,
                                       num_workers=int(THREADS))


def main():
    torch.set_num_threads(int(THREADS))
    train = loader("train", RANDOM if AUGMENT == "resized-crop" else CENTRE, True)
    val = loader("val", CENTRE, False)
    model = torchvision.models.resnet18()
    model.load_state_dict(torch.load(WEIGHTS))
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.fc = torch.nn.Linear(512, len(train.dataset.classes))
    model = model.to(memory_format=torch.channels_last).eval()
    optimizer = torch.optim.SGD(model.fc.parameters(), lr=1e-2, momentum=0.9)
    for _ in range(10):
        for images, labels in train:
            optimizer.zero_grad()
            logits = model(images.to(memory_format=torch.channels_last))
            torch.nn.functional.cross_entropy(logits, labels).backward()
            optimizer.step()
    with torch.no_grad():
        right = sum(int((model(images).argmax(1) == labels).sum()) for images, labels in val)
    torch.save(model.state_dict(), OUT)
    print(f"PyTorch {torch.__version__}: {right} of {len(val.dataset)} right")


main()

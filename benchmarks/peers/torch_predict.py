"""PyTorch, from the start of the process to one prediction: PICTURE WEIGHTS THREADS, MobileNetV2."""
import sys

from serve import require

require("torch", "torchvision", "PIL")
import torch  # noqa: E402
import torchvision  # noqa: E402
from PIL import Image  # noqa: E402
from torchvision import transforms  # noqa: E402


def main(picture, weights, threads):
    torch.set_num_threads(int(threads))
    prepare = transforms.Compose([
        transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    model = torchvision.models.mobilenet_v2()
    model.load_state_dict(torch.load(weights))
    model.eval()
    with torch.inference_mode(), Image.open(picture) as image:
        logits = model(prepare(image.convert("RGB"))[None])
    print(f"PyTorch {torch.__version__}: class {int(logits.argmax())}")


main(*sys.argv[1:])

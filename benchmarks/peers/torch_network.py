"""PyTorch: MODEL BATCH STEP THREADS [compile] [bf16]; channels_last. STEP: eval, train or head.

compile: torch.compile, for evaluation with frozen weights. bf16: autocast.
"""
import contextlib
import importlib
import sys

from serve import require, serve

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402


def trainable_parameters(model, step):
    """Puts the model into the step's mode; the usual recipe for `head`: all else fixed."""
    model.train()
    if step == "head":
        model.eval()
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        head = [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]
        for parameter in head.parameters():
            parameter.requires_grad_(True)
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def main(name, batch, step, threads, *modes):
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    model = torchvision.models.get_model(name, weights=None).to(memory_format=torch.channels_last)
    images = torch.randn(int(batch), 3, 224, 224).to(memory_format=torch.channels_last)
    labels = torch.randint(0, 1000, (int(batch),))
    run = model
    if "compile" in modes:
        if step == "eval":
            importlib.import_module("torch._inductor.config").freezing = True
        run = torch.compile(model)
    precision = (torch.autocast("cpu", dtype=torch.bfloat16) if "bf16" in modes
                 else contextlib.nullcontext())

    if step == "eval":
        model.eval()

        def call():
            with torch.no_grad(), precision:
                run(images)
    else:
        optimizer = torch.optim.SGD(trainable_parameters(model, step), lr=1e-3, momentum=0.9)

        def call():
            optimizer.zero_grad()
            with precision:
                logits = run(images)
            torch.nn.functional.cross_entropy(logits.float(), labels).backward()
            optimizer.step()

    serve(" ".join(["PyTorch", torch.__version__, *modes]), call)


main(*sys.argv[1:])

"""PyTorch: MODEL BATCH STEP THREADS [compile] [bf16]; channels_last. STEP: eval or train.

compile: torch.compile, for evaluation with frozen weights. bf16: autocast.
"""
import contextlib
import importlib
import sys

from serve import require, serve

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402


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
        model.train()
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9)

        def call():
            optimizer.zero_grad()
            with precision:
                logits = run(images)
            torch.nn.functional.cross_entropy(logits.float(), labels).backward()
            optimizer.step()

    serve(" ".join(["PyTorch", torch.__version__, *modes]), call)


main(*sys.argv[1:])

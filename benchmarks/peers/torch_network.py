"""PyTorch: MODEL BATCH STEP THREADS DEVICE [MODE...]; channels_last. STEP: eval or train. Modes:

compile       torch.compile, for evaluation with frozen weights; on a GPU max-autotune, with CUDA
              graphs of its own
bf16          autocast
bf16-weights  all of the network and its input in bf16 (eval)
graph         the whole call as one CUDA graph
latency       waits for the device after each call, not after some
"""
import contextlib
import importlib
import sys

from serve import Host, require, serve

require("torch", "torchvision")
import torch  # noqa: E402
import torchvision  # noqa: E402


class Gpu:
    def __init__(self, latency):
        self.queues = not latency

    synchronize = staticmethod(torch.cuda.synchronize)
    peak_bytes = staticmethod(torch.cuda.max_memory_allocated)
    forget_peak = staticmethod(torch.cuda.reset_peak_memory_stats)


def place_of(device, latency):
    if device == "cpu":
        return Host()
    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no GPU")
    torch.backends.cudnn.benchmark = True
    return Gpu(latency)


def compiled(function, step, device, modes):
    if step == "eval":
        importlib.import_module("torch._inductor.config").freezing = True
    if device == "cpu":
        return torch.compile(function)
    return torch.compile(function, mode="max-autotune-no-cudagraphs" if "graph" in modes
                         else "max-autotune")


def as_graph(call):
    """A function that launches what the call queues, recorded after some calls to warm up."""
    if not torch.cuda.is_available():
        sys.exit("no CUDA graph on the CPU")
    beside = torch.cuda.Stream()
    beside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(beside):
        for _ in range(3):
            call()
    torch.cuda.current_stream().wait_stream(beside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        call()
    return graph.replay


def main(name, batch, step, threads, device, *modes):
    place = place_of(device, "latency" in modes)
    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    dtype = torch.bfloat16 if "bf16-weights" in modes else torch.float32
    model = torchvision.models.get_model(name, weights=None).to(
        device, dtype, memory_format=torch.channels_last)
    images = torch.randn(int(batch), 3, 224, 224).to(
        device, dtype, memory_format=torch.channels_last)
    labels = torch.randint(0, 1000, (int(batch),)).to(device)

    def precision():
        return (torch.autocast(torch.device(device).type, dtype=torch.bfloat16)
                if "bf16" in modes else contextlib.nullcontext())

    def loss_of(images, labels):
        with precision():
            logits = model(images)
        return torch.nn.functional.cross_entropy(logits.float(), labels)

    def logits_of(images):
        with precision():
            return model(images)

    if step == "eval":
        model.eval()
        run = compiled(logits_of, step, device, modes) if "compile" in modes else logits_of

        def call():
            with torch.no_grad():
                run(images)
    else:
        model.train()
        run = compiled(loss_of, step, device, modes) if "compile" in modes else loss_of
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9,
                                    fused=device != "cpu")

        def call():
            optimizer.zero_grad()
            run(images, labels).backward()
            optimizer.step()

    call()
    place.forget_peak()  # trying out algorithms took more
    if "graph" in modes:
        call = as_graph(call)
    serve(" ".join(["PyTorch", torch.__version__, *modes]), call, place)


main(*sys.argv[1:])

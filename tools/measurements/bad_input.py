"""What the command says to broken input, and with which exit code."""

import os

from .page import Line
from .photographs import CONVERT

TITLE = "Bad input"
ASSETS = ["weights/mnist_cnn.safetensors", "weights/mnist_cnn.pt", "weights/resnet20-12fca82f.th",
          "hostile/jpeg", "hymenoptera/val", "cifar10/test_500.bin"]
NOTE = """Exit codes: 2 wrong use, 3 bad data, 4 files and disks, 7 not finite. The message is what
stands on stderr. After a failed run the folder of the run holds no weights and no temporary
file."""
MNIST = '--model mnist_cnn --weights "$ASSETS/weights/mnist_cnn.safetensors"'
ANT = '"$ASSETS/hymenoptera/val/ants/8124241_36b290d372.jpg"'
# Root reads everything: another user's eyes, then.
AS_USER = "setpriv --reuid=65534 --clear-groups " if os.geteuid() == 0 else ""

# (case, exit code, command)
CASES = [
    ("truncated safetensors", 3,
     'head -c 500000 "$ASSETS/weights/mnist_cnn.safetensors" > "$RUNS/short.safetensors"\n'
     'graft info "$RUNS/short.safetensors"'),
    ("truncated PyTorch zip", 3,
     'head -c 500000 "$ASSETS/weights/mnist_cnn.pt" > "$RUNS/short.pt"\n'
     'graft info "$RUNS/short.pt"'),
    ("truncated PyTorch pickle stream", 3,
     'head -c 500000 "$ASSETS/weights/resnet20-12fca82f.th" > "$RUNS/short.th"\n'
     'graft info "$RUNS/short.th"'),
    ("corrupted safetensors header", 3,
     'cp "$ASSETS/weights/mnist_cnn.safetensors" "$RUNS/broken.safetensors"\n'
     "printf '\\377' | dd of=\"$RUNS/broken.safetensors\" bs=1 seek=100 conv=notrunc status=none\n"
     'graft info "$RUNS/broken.safetensors"'),
    ("one byte of a PyTorch zip changed", 3,
     'cp "$ASSETS/weights/mnist_cnn.pt" "$RUNS/broken.pt"\n'
     "printf '\\377' | dd of=\"$RUNS/broken.pt\" bs=1 seek=300000 conv=notrunc status=none\n"
     'graft info "$RUNS/broken.pt"'),
    ("truncated photograph", 3,
     f'head -c 5000 {ANT} > "$RUNS/short.jpg"\n'
     f'graft predict "$RUNS/short.jpg" --run "$RUNS/ants" -q'),
    ("hostile photograph", 3,
     'graft predict "$ASSETS/hostile/jpeg/crash-022a305c139b7d5ccff7287ff0bd6a0705caf290" '
     '--run "$RUNS/ants" -q'),
    ("corrupted photograph among those to train on", 3,
     'mkdir -p "$RUNS/pictures/ant" "$RUNS/pictures/bee"\n'
     'cp "$ASSETS/hymenoptera/val/ants/"1*.jpg "$RUNS/pictures/ant"\n'
     'cp "$ASSETS/hymenoptera/val/bees/"1*.jpg "$RUNS/pictures/bee"\n'
     'head -c 5000 /dev/zero > "$RUNS/pictures/bee/zero.jpg"\n'
     'graft tune "$RUNS/pictures" --scratch --model squeezenet1_1 --epochs 1 '
     '--out "$RUNS/out-zero" -q'),
    ("wrong architecture", 3,
     'graft eval "$ASSETS/cifar10/test_500.bin" --model cifar_resnet32 '
     '--weights "$ASSETS/weights/resnet20-12fca82f.th" -q'),
    ("wrong head size", 3,
     'graft tune "$ASSETS/hymenoptera" --weights "$RUNS/mobilenet_v2.safetensors" --head keep '
     '--out "$RUNS/out-head" -q'),
    ("empty class folder", 3,
     'mkdir -p "$RUNS/classes/full" "$RUNS/classes/empty"\n'
     f'cp {ANT} "$RUNS/classes/full"\n'
     f'graft tune "$RUNS/classes" --scratch --model resnet18 --out "$RUNS/out-empty" -q'),
    ("weight file that is not there", 4, 'graft info "$RUNS/none.safetensors"'),
    ("folder in place of a weight file", 4, 'graft info "$RUNS"'),
    ("weight file without permission to read", 4,
     'cp "$ASSETS/weights/mnist_cnn.pt" "$RUNS/locked.pt"; chmod 000 "$RUNS/locked.pt"\n'
     + AS_USER + '$(command -v graft) info "$RUNS/locked.pt"'),
    ("full disk (a file system of 1 MB)", 4,
     'mkdir -p "$RUNS/small"\n'
     "unshare --mount --map-root-user bash -c 'mount -t tmpfs -o size=1m none \"$RUNS/small\" && "
     f'graft tune "$ASSETS/mnist/t1500-images-idx3-ubyte.gz" {MNIST} --epochs 1 '
     '--out "$RUNS/small" -q; code=$?; find "$RUNS/small" -type f -printf "%f\\n"; exit $code\''),
    ("unknown model", 2, f'graft eval "$ASSETS/cifar10/test_500.bin" --model resnet19 --weights '
     '"$ASSETS/weights/resnet20-12fca82f.th" -q'),
    ("a rate at which training diverges", 7,
     f'graft tune "$ASSETS/mnist/t1500-images-idx3-ubyte.gz" {MNIST} --epochs 2 --lr 1e20 '
     '--out "$RUNS/out-nan" -q'),
]
PREPARE = ('graft tune "$ASSETS/hymenoptera" --weights "$RUNS/mobilenet_v2.safetensors" '
           '--freeze trunk --epochs 1 --out "$RUNS/ants" -q')


def half_written(shell, done):
    """Weights or temporary files that a failed run left, by name."""
    names = done.stdout.split()
    for folder in os.listdir(shell.runs):
        if folder.startswith("out-"):
            names += os.listdir(shell.file(folder))
    return [name for name in names if name == "model.safetensors" or "tmp" in name]


def shortened(text):
    return text if len(text) <= 240 else text[:240] + " …"


def measure(shell):
    for command in (CONVERT[0], PREPARE):
        shell.run(command)
    os.chmod(shell.runs, 0o755)  # the case without permission is about the file alone
    lines = []
    for case, code, command in CASES:
        done = shell.try_run(command)
        message = " ".join(line.strip() for line in done.stderr.strip().splitlines())
        left = half_written(shell, done)
        shown = f"exit {done.code}: {shortened(shell.without_paths(message))}"
        if left:
            shown += f" (left behind: {', '.join(left)})"
        clear = message.startswith("graft: ")
        if not lines:
            command = "\n".join([CONVERT[0], PREPARE, command])
        lines.append(Line(case, shown, f"exit {code}", done.code == code and clear and not left,
                          command))
    return lines

"""Who takes part in a comparison: something that can be measured again and again.

A contestant has a name, start() before its first turn, measure(seconds) -> Sample and close(). It
raises Absent when it cannot take part.
"""
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PEERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")


class Absent(Exception):
    """Why a contestant cannot take part."""


class Failed(Absent):
    """It was there, and ended with an error; `code` is its exit code where it had one."""

    def __init__(self, reason, code=None):
        super().__init__(reason)
        self.code = code


class Sample:
    """One measurement: seconds of a call, and bytes of memory or of a file."""

    def __init__(self, seconds=None, size=None):
        self.seconds, self.size = seconds, size


def peer_command(program, *arguments):
    return [sys.executable, os.path.join(PEERS, program + ".py"), *map(str, arguments)]


def last_line(text):
    return text.strip().splitlines()[-1] if text.strip() else "ended without a word"


def reason_in(said):
    """The line that says why a program ended: Python's last exception (advice may stand below it),
    else the last line."""
    exceptions = re.findall(r"^[\w.]+(?:Error|Exception)\b.*", said, re.MULTILINE)
    return exceptions[-1] if exceptions else last_line(said)


def run_measured(command):
    """(stdout, Sample) of a whole process."""
    with tempfile.TemporaryFile("w+") as said:  # a second pipe would fill while the first is read
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}") from None
        with process.stdout:
            out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            raise Failed(reason_in(said.read() or out), process.returncode)
    return out, Sample(seconds, usage.ru_maxrss * 1024)


class Contestant:
    """`files` (see files.py) are made before the first turn where they are missing."""

    def __init__(self, name, files=()):
        self.name, self.files = name, files

    def launch(self):
        """Begins to get ready, where that goes on beside others; start() may come without it."""

    def start(self):
        for file in self.files:
            file.provide()

    def close(self):
        pass


class Served(Contestant):
    """A program that is kept alive and idle between its turns (see peers/serve.py). `limit`: how
    many seconds it may take to get ready."""

    def __init__(self, name, command, files=(), environment=None, limit=None):
        super().__init__(name, files)
        self.command, self.environment, self.limit = command, environment, limit
        self.process = self.said = None

    def launch(self):
        if self.process:
            return
        super().start()
        self.said = tempfile.TemporaryFile("w+")  # not a pipe, which would fill
        try:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=self.said, text=True,
                                            env=self.environment)
        except OSError as error:
            raise Failed(f"{self.command[0]}: {error.strerror}") from None

    def start(self):
        self.launch()
        late = threading.Event()

        def give_up():
            late.set()
            self.process.kill()
        timer = threading.Timer(self.limit or threading.TIMEOUT_MAX, give_up)
        timer.daemon = True
        timer.start()
        try:
            self.ready(self._answer()["ready"])
        except Failed:
            if late.is_set():
                raise Absent(f"not ready after {self.limit:g} s") from None
            raise
        finally:
            timer.cancel()

    def ready(self, name):
        pass

    def measure(self, seconds):
        try:
            self.process.stdin.write(f"{seconds}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended; the answer says why
        return self.sample(self._answer())

    def sample(self, answer):
        return Sample(answer["seconds"], answer["peak_bytes"])

    def close(self):
        if self.process:
            self.process.kill()
            self.process.communicate()
            self.process = None
        if self.said:
            self.said.close()
            self.said = None

    def _answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):  # libraries print before serve() begins
                return json.loads(line)
        code = self.process.wait()
        self.said.seek(0)
        raise Failed(reason_in(self.said.read()), code)


class Peer(Served):
    """A program of benchmarks/peers, which says its name when it is ready."""

    def __init__(self, name, program, *arguments, network=None, limit=None):
        super().__init__(name, peer_command(program, *arguments), [network] if network else [],
                         dict(os.environ, NETWORK=network.path if network else ""), limit)

    def ready(self, name):
        self.name = name


class Program(Contestant):
    """A command that does the whole work in a process of its own; its wall time counts."""

    def __init__(self, name, command, files=()):
        super().__init__(name, files)
        self.command = command

    def start(self):
        super().start()
        return run_measured(self.command)[0]  # what it reads is in the system's cache from here on

    def measure(self, seconds):
        samples = [run_measured(self.command)[1]]
        while sum(sample.seconds for sample in samples) < seconds:
            samples.append(run_measured(self.command)[1])
        return Sample(statistics.median(sample.seconds for sample in samples),
                      max(sample.size for sample in samples))


class PeerProgram(Program):
    """A program of benchmarks/peers that prints "NAME VERSION: result"."""

    def __init__(self, name, program, *arguments, files=()):
        super().__init__(name, peer_command(program, *arguments), files)

    def start(self):
        self.name = last_line(super().start()).split(":")[0]


class GraftBench(Contestant):
    """graft_bench, which times its own calls."""

    def __init__(self, program, *arguments, files=()):
        super().__init__("Graft", files)
        self.command = [program, *arguments, "--json"]

    def measure(self, seconds):
        out, sample = run_measured(self.command + [f"--min-time={seconds}"])
        return Sample(json.loads(last_line(out))["median"], sample.size)


class GraftServer(Served):
    """graft_bench, kept alive: getting a device ready takes seconds. Its memory is the device's."""

    def __init__(self, program, *arguments):
        super().__init__("Graft", [program, *arguments, "--json", "--serve"])

    def sample(self, answer):
        return Sample(answer["median"], answer.get("peak_bytes"))


class StrippedProgram(Contestant):
    """The size of a program without its symbols."""

    def __init__(self, name, program):
        super().__init__(name)
        self.program = program

    def measure(self, _seconds):
        with tempfile.TemporaryDirectory() as folder:
            stripped = os.path.join(folder, "stripped")
            run_measured(["strip", "-o", stripped, self.program])
            return Sample(size=os.path.getsize(stripped))


class Limit(Contestant):
    """Stands among the peers where there is a number to keep to."""

    def __init__(self, sample):
        super().__init__("limit")
        self.sample = sample

    def measure(self, _seconds):
        return self.sample

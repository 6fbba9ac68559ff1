"""Who takes part in a comparison: something that can be measured again and again."""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "peers")


class Absent(Exception):
    """Why a contestant cannot take part."""


class Sample:
    """One measurement: seconds of a call, and the largest memory of the process."""

    def __init__(self, seconds, peak_bytes):
        self.seconds, self.peak_bytes = seconds, peak_bytes


def run_measured(command, environment=None, folder=None):
    """(stdout, Sample) of a whole process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment, cwd=folder)
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Absent((err.strip() or out.strip() or "failed").splitlines()[-1])
    return out, Sample(seconds, usage.ru_maxrss * 1024)


class Peer:
    """A program of benchmarks/peers, kept alive and idle between its turns (see serve.py)."""

    def __init__(self, program, *arguments, networks=None):
        self.command = [sys.executable, os.path.join(PEERS, program + ".py"), *map(str, arguments)]
        self.environment = dict(os.environ, NETWORKS=networks or "")
        self.name, self.process = program, None
        self.said = tempfile.TemporaryFile("w+")  # not a pipe, which would fill

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.said, text=True,
                                        env=self.environment)
        self.name = self._answer()["ready"]

    def measure(self, seconds):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self._answer()
        return Sample(answer["seconds"], answer["peak_bytes"])

    def close(self):
        if self.process:
            self.process.kill()
            self.process.communicate()
        self.said.close()

    def _answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):  # libraries print before serve() begins
                return json.loads(line)
        self.said.seek(0)
        said = self.said.read().strip().splitlines()
        raise Absent(said[-1] if said else "ended without a word")


class Program:
    """A command that does the whole work in a process of its own; its wall time counts."""

    def __init__(self, name, command):
        self.name, self.command = name, command

    def start(self):
        run_measured(self.command)  # files are in the system's cache from here on

    def measure(self, _seconds):
        return run_measured(self.command)[1]

    def close(self):
        pass


class GraftBench:
    """graft_bench, which times its own calls."""

    name = "Graft"

    def __init__(self, program, *arguments, calls=1):
        self.command, self.calls = [program, *arguments, "--json"], calls

    def start(self):
        pass

    def measure(self, seconds):
        out, sample = run_measured(self.command + [f"--min-time={seconds}"])
        answer = json.loads(out.splitlines()[-1])
        return Sample(answer["median"] / self.calls, sample.peak_bytes)

    def close(self):
        pass


def median(values):
    return statistics.median(values)

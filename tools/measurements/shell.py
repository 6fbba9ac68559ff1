"""Runs the commands that the page shows, exactly as it shows them."""

import json
import os
import subprocess
import sys
import time


class Failed(Exception):
    """A command ended with another exit code than the one that was to be."""


class Done:
    def __init__(self, code, stdout, stderr, seconds):
        self.code, self.stdout, self.stderr, self.seconds = code, stdout, stderr, seconds


class Shell:
    """bash in the root of the sources. $ASSETS and $RUNS are folders, PATH begins with the build."""

    def __init__(self, root, binaries, assets, runs):
        self.root, self.assets, self.runs = root, assets, runs
        self.environment = dict(os.environ, ASSETS=assets, RUNS=runs,
                                PATH=binaries + os.pathsep + os.environ["PATH"])
        self.environment.setdefault("TORCH_PYTHON", "python3")

    def try_run(self, command):
        print("$ " + command, file=sys.stderr, flush=True)
        start = time.monotonic()
        done = subprocess.run(["bash", "-c", command], cwd=self.root, env=self.environment,
                              capture_output=True, stdin=subprocess.DEVNULL, text=True,
                              errors="replace")
        seconds = time.monotonic() - start
        print(f"# exit {done.returncode}, {seconds:.1f} s", file=sys.stderr, flush=True)
        return Done(done.returncode, done.stdout, done.stderr, seconds)

    def run(self, command):
        done = self.try_run(command)
        if done.code != 0:
            raise Failed(f"exit {done.code}: {command}\n{done.stderr.strip() or done.stdout[-2000:]}")
        return done

    def objects(self, command):
        """The JSON objects that the command prints, one a line."""
        lines = self.run(command).stdout.splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def object(self, command):
        return self.objects(command)[-1]

    def file(self, *names):
        return os.path.join(self.runs, *names)

    def without_paths(self, text):
        return text.replace(self.runs, "$RUNS").replace(self.assets, "$ASSETS")

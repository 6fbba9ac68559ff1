"""The loop of every peer: get ready, then measure whenever asked.

A peer is a program that calls serve(). On stdout it says {"ready": "NAME VERSION"}; for each line
"SECONDS" on stdin it repeats its work for that long and answers {"seconds": median of a call,
"peak_bytes": of the process}. It ends when stdin does.
"""
import importlib.util
import json
import os
import resource
import statistics
import sys
import time


def require(*modules):
    """Ends the program with a line that names the first module that is not installed."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            sys.exit(f"no Python package {module}")


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def median_seconds(call, seconds):
    taken = []
    while not taken or sum(taken) < seconds:
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def serve(name, call):
    """`call` does the work once; it is warmed up by two calls."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes elsewhere
    call()
    call()

    def say(**fields):
        answer.write(json.dumps(fields) + "\n")
        answer.flush()

    say(ready=name)
    for line in sys.stdin:
        say(seconds=median_seconds(call, float(line)), peak_bytes=peak_bytes())

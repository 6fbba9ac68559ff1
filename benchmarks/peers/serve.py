"""The loop of every peer: get ready, then measure whenever asked.

A peer is a program that calls serve(). On stdout it says {"ready": "NAME VERSION"}; for each line
"SECONDS" on stdin it repeats its work for that long and answers {"seconds": median of a call,
"peak_bytes": of the process, or on its device}. It ends when stdin does.
"""
import importlib.util
import json
import math
import os
import resource
import statistics
import sys
import time

BATCH_SECONDS, MOST_CALLS = 0.02, 1000  # as in benchmarks/timing.cpp


def require(*modules):
    """Ends the program with a line that names the first module that is not installed."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            sys.exit(f"no Python package {module}")


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Host:
    """Does its work before a call returns."""
    queues = False
    peak_bytes = staticmethod(peak_bytes)

    def synchronize(self):
        pass

    def forget_peak(self):
        pass


def median_seconds(call, seconds, place=Host()):
    """Of a call. Where calls are queued, as many as take 20 ms are timed together."""
    def seconds_of(calls):
        start = time.perf_counter()
        for _ in range(calls):
            call()
        place.synchronize()
        return time.perf_counter() - start

    calls = 1
    if place.queues:
        calls = math.ceil(min(max(BATCH_SECONDS / seconds_of(1), 1), MOST_CALLS))
    taken = []
    while not taken or sum(taken) < seconds:
        taken.append(seconds_of(calls))
    return statistics.median(taken) / calls


def serve(name, call, place=Host()):
    """`call` does the work once, at `place`; it is warmed up by two calls."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print goes elsewhere
    call()
    call()
    place.synchronize()

    def say(**fields):
        answer.write(json.dumps(fields) + "\n")
        answer.flush()

    say(ready=name)
    for line in sys.stdin:
        say(seconds=median_seconds(call, float(line), place), peak_bytes=place.peak_bytes())

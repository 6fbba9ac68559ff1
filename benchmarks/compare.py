#!/usr/bin/env python3
"""Graft beside its peers on the same machine, in alternating rounds of one run.

Each round measures Graft, then every peer, between two probes of the machine's speed; the table
gives medians and the ratio of the fastest peer to Graft (above 1, Graft is ahead). Peers are
whatever of PyTorch, TensorFlow, ONNX Runtime, OpenVINO, ncnn, MNN and OpenBLAS (in NumPy) is
installed for the Python that runs this; the others are named as absent. Rows that have none give
Graft alone; what lacks a file that only a peer can make (weights, photographs) gives no number.

  benchmarks/compare.py                                  # every row, all threads
  benchmarks/compare.py --only r18-eval,b1-r18 --threads 1 --rounds 7
  benchmarks/compare.py --device cuda                    # the rows for a GPU; the one peer is PyTorch
  benchmarks/compare.py --list

Exit code 1 if Graft failed at a row, 2 if the arguments are wrong, 5 if there is no such device.
"""
import argparse
import json
import os
import sys
import time

from comparison.contestant import Absent, run_measured
from comparison.device_rows import DeviceBench
from comparison.files import Files
from comparison.rounds import note
from comparison.rows import Bench

NO_DEVICE = 5  # graft_bench's exit code
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def positive(number):
    def parse(text):
        value = number(text)
        if not value > 0:
            raise ValueError
        return value
    parse.__name__ = f"positive {number.__name__}"
    return parse


def parser():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="ID,ID", help="rows to measure; default: all")
    parser.add_argument("--list", action="store_true", help="name the rows and leave")
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--rehearse", action="store_true",
                        help="of a GPU's rows as little work as possible, the peer on the CPU: "
                        "tries them out on a device of host memory")
    parser.add_argument("--ready", metavar="SECONDS", type=positive(float),
                        help="how long a peer of a GPU's rows may take to compile and warm up")
    parser.add_argument("--warm-up", action="store_true",
                        help="start each peer that compiles and leave: what it has made is kept")
    parser.add_argument("--threads", type=positive(int), default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=positive(int), default=5)
    parser.add_argument("--seconds", type=positive(float), default=1.0,
                        help="per contestant and round")
    parser.add_argument("--json", action="store_true", help="one object of all rows on stdout")
    parser.add_argument("--binaries", metavar="DIR", default=os.path.join(ROOT, "build/release/bin"))
    parser.add_argument("--files", metavar="DIR", default=os.path.join(ROOT, "build/comparison"),
                        help="where networks and photographs are made once")
    return parser


def chosen(rows, only):
    """Raises KeyError for an id that no row has."""
    if only is None:
        return rows
    known = {row.id: row for row in rows}
    return [known[id_] for id_ in only.split(",")]


def bench(options):
    if options.device == "cpu":
        return Bench(options.binaries, Files(options.files), options.threads)
    return DeviceBench(options.binaries, options.device, options.rehearse, options.ready)


def cpu_probe(options):
    """A function that measures multiply-adds a second, in GFLOP/s."""
    command = [os.path.join(options.binaries, "graft_bench"), "--ceiling", "--json",
               f"--threads={options.threads}"]
    return lambda: json.loads(run_measured(command)[0])["ceiling"]["best_gflops"]


def print_outcome(row, outcome):
    case, values = outcome.case, outcome.as_json()
    name = row.id + (f" {case.name}" if case.name else "")
    if values["graft"] is None:
        print(f"{name:<30}{'-':>10}     {values['absent']['Graft']}")
        return
    line = f"{name:<30}{values['graft']:>10.2f} {case.unit:<3}"
    if values["ratio"] is None:
        print(line + " no peer")
        return
    met = "met" if values["ratio"] >= case.target.ratio else "below"
    dropped = f"; {values['dropped']} unsteady rounds dropped" if values["dropped"] else ""
    print(f"{line}{values['peer']:>10.2f}  {values['ratio']:6.2f} ({values['lowest']:.2f} to "
          f"{values['highest']:.2f})  {case.target.ratio:5.2f} {met:<6} {values['peer_name']}"
          + "".join(f"; {other} {value:.2f}" for other, value in values["others"].items())
          + dropped, flush=True)


def measure(row, options, probe):
    """(JSON of the row, whether Graft failed)"""
    note(f"{row.id}: {row.work}")
    cases, failed = {}, False
    for outcome in row.measure(options, probe):
        cases[outcome.case.name] = outcome.as_json()
        failed = failed or outcome.failed
        if not options.json:
            print_outcome(row, outcome)
    return row.summary(cases), failed


def warm_up(rows):
    for contest in dict.fromkeys(case.contest for row in rows for case in row.cases):
        for peer in contest.peers:
            if "compile" not in peer.command:
                continue
            start = time.monotonic()
            try:
                peer.start()
                note(f"{peer.name}: ready after {time.monotonic() - start:.0f} s")
            except Absent as reason:
                note(f"{peer.name} is absent: {reason}")
            finally:
                peer.close()


def print_all(rows, options, probe):
    """The exit code."""
    speed = probe()
    if not options.json:
        place = f"{options.threads} threads" if options.device == "cpu" else options.device
        print(f"{place}, {options.rounds} rounds; probe {speed:.0f} GFLOP/s\n"
              f"{'id':<30}{'Graft':>10}    {'peer':>10}  ratio (range)  target")
    measured = {row.id: measure(row, options, probe) for row in rows}
    if options.json:
        print(json.dumps({id_: row for id_, (row, _) in measured.items()}))
    return 1 if any(failed for _, failed in measured.values()) else 0


def main():
    arguments = parser()
    options = arguments.parse_args()
    place = bench(options)
    try:
        rows = chosen(place.rows(), options.only)
    except KeyError as unknown:
        arguments.error(f"no row {unknown}; --list names them")
    if options.list:
        for row in rows:
            print(f"{row.id:<12} {row.work}")
        return 0
    if options.warm_up:
        warm_up(rows)
        return 0
    probe = cpu_probe(options) if options.device == "cpu" else place.probe
    try:
        probe()
    except Absent as reason:
        if getattr(reason, "code", None) == NO_DEVICE:
            note(f"compare.py: {reason}")
            return NO_DEVICE
        arguments.error(f"no probe of the machine's speed: {reason}; --binaries says where Graft is")
    try:
        return print_all(rows, options, probe)
    finally:
        place.close()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Graft beside its peers on the same machine, in alternating rounds of one run.

Each round probes the machine's speed, then measures Graft, then every peer; the table gives medians
and the ratio of the fastest peer to Graft (above 1, Graft is ahead). Peers are whatever of PyTorch,
TensorFlow, ONNX Runtime, OpenVINO, ncnn, MNN and OpenBLAS (in NumPy) is installed for the Python
that runs this; the others are named as absent.

  benchmarks/compare.py                                  # every row, all threads
  benchmarks/compare.py --only r18-eval,b1-r18 --threads 1 --rounds 7
  benchmarks/compare.py --list

Exit code 1 if a row could not be measured.
"""
import argparse
import json
import os
import subprocess
import sys

from comparison.contestant import Absent
from comparison.files import Files
from comparison.rounds import note, run_case
from comparison.rows import Bench

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="ID,ID", help="rows to measure; default: all")
    parser.add_argument("--list", action="store_true", help="name the rows and leave")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="per contestant and round")
    parser.add_argument("--json", action="store_true", help="one object of all rows on stdout")
    parser.add_argument("--binaries", metavar="DIR", default=os.path.join(ROOT, "build/release/bin"))
    parser.add_argument("--files", metavar="DIR", default=os.path.join(ROOT, "build/comparison"),
                        help="where networks and photographs are made once")
    return parser.parse_args()


def chosen(rows, only):
    if not only:
        return rows
    known = {row.id: row for row in rows}
    for id_ in only.split(","):
        if id_ not in known:
            sys.exit(f"compare: no row {id_}; --list names them")
    return [known[id_] for id_ in only.split(",")]


def speed_probe(options):
    """A function that measures multiply-adds a second."""
    command = [os.path.join(options.binaries, "graft_bench"), "--ceiling", "--json",
               f"--threads={options.threads}"]

    def probe():
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)["ceiling"]["gflops"]
    return probe


def summary(outcomes):
    """A row's JSON: of its one case, or of the case that is furthest behind its target."""
    cases = {outcome.case.name: outcome.as_json() for outcome in outcomes}
    if len(cases) == 1:
        return next(iter(cases.values()))
    measured = [case for case in cases.values() if case["ratio"] is not None]
    worst = min(measured or cases.values(),
                key=lambda case: (case["ratio"] or 0) / case["target"])
    return {**worst, "cases": cases}


def print_outcome(row, outcome):
    case, values = outcome.case, outcome.as_json()
    name = row.id + (f" {case.name}" if case.name else "")
    line = f"{name:<22}{values['graft']:>10.2f} {case.unit:<3}"
    if values["ratio"] is None:
        print(line + " no peer")
        return
    met = "met" if values["ratio"] >= case.target else "below"
    print(f"{line}{values['peer']:>10.2f}  {values['ratio']:6.2f} ({values['lowest']:.2f} to "
          f"{values['highest']:.2f})  {case.target:5.2f} {met:<6} {values['peer_name']}"
          + "".join(f"; {other} {value:.2f}" for other, value in values["others"].items()),
          flush=True)


def main():
    options = arguments()
    files = Files(options.files, os.path.join(options.binaries, "graft"))
    rows = chosen(Bench(options.binaries, files, options.threads).rows(), options.only)
    if options.list:
        for row in rows:
            print(f"{row.id:<12} {row.work}")
        return 0
    files.make()
    probe = speed_probe(options)
    result, code = {}, 0
    if not options.json:
        print(f"{options.threads} threads, {options.rounds} rounds; probe {probe():.0f} GFLOP/s\n"
              f"{'id':<22}{'Graft':>10}    {'peer':>10}  ratio (range)  target")
    for row in rows:
        note(f"{row.id}: {row.work}")
        try:
            outcomes = []
            for case in row.cases:
                outcomes.append(run_case(case, options, probe))
                if not options.json:
                    print_outcome(row, outcomes[-1])
            result[row.id] = summary(outcomes)
        except Absent as reason:
            note(f"  not measured: {reason}")
            code = 1
    if options.json:
        print(json.dumps(result))
    return code


if __name__ == "__main__":
    sys.exit(main())

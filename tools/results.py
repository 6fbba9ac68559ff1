#!/usr/bin/env python3
"""Measures what Graft claims and writes docs/results.md; see `./run results`.

  tools/results.py                       # all sections
  tools/results.py --only 1,2            # these; the others stay as they are
  tools/results.py --list

The page names the commit that it measures, so changed files are refused unless --dirty is given.
Needs Python 3.9, the programs of a build, and the test assets (--assets or GRAFT_ASSETS). A section
whose assets or peers are absent is skipped, which its line says. Exit code 1 if a claim is not met
or a command failed, 2 if nothing was measured because of the arguments or the changes.
"""

import argparse
import datetime
import os
import subprocess
import sys
import tempfile
import time

from measurements import (bad_input, cifar, digits, freezing, frozen_bf16, golden_models, mnist,
                          page, photographs, reproducible, speed)
from measurements.shell import Failed, Shell

SECTIONS = {1: cifar, 2: mnist, 3: golden_models, 4: photographs, 5: digits, 6: freezing,
            7: reproducible, 8: bad_input, 9: speed, 10: frozen_bf16}
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="N,N", help="sections to measure; default: all")
    parser.add_argument("--list", action="store_true", help="name the sections and leave")
    parser.add_argument("--binaries", metavar="DIR", default=os.path.join(ROOT, "build/release/bin"))
    parser.add_argument("--assets", metavar="DIR", default=os.environ.get("GRAFT_ASSETS"),
                        help="default: $GRAFT_ASSETS")
    parser.add_argument("--runs", metavar="DIR",
                        help="keep what is written here, a folder without earlier runs")
    parser.add_argument("--out", metavar="FILE", default=os.path.join(ROOT, "docs/results.md"))
    parser.add_argument("--dirty", action="store_true",
                        help="measure although tracked files are changed; the page says so")
    options = parser.parse_args()
    if not options.assets and not options.list:
        parser.error("give --assets or set GRAFT_ASSETS; docs/test-assets.md says what is there")
    try:
        options.numbers = [int(n) for n in options.only.split(",")] if options.only else SECTIONS
    except ValueError:
        parser.error(f"--only takes numbers, not '{options.only}'")
    for number in options.numbers:
        if number not in SECTIONS:
            parser.error(f"no section {number}; --list names them")
    if changed_files() and not options.dirty and not options.list:
        parser.error("files are changed, so that no commit names what is measured; commit them, or "
                     "give --dirty: " + changed_files()[0])
    return options


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else ""


def changed_files():
    """Tracked files that differ from the commit; the page itself does not count."""
    return git("status", "--porcelain", "--untracked-files=no", "--", ".",
               ":!docs/results.md").splitlines()


def processor():
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            for line in info:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "an unnamed processor"


def circumstances(seconds, load):
    commit = git("rev-parse", "--short", "HEAD") or "unknown"
    if changed_files():
        commit += " with changes"
    cpus = len(os.sched_getaffinity(0))
    return (f"Measured {datetime.date.today()}, commit {commit}, {processor()}, {cpus} CPUs, "
            f"load {load:.1f} at the start, {seconds:.0f} s.")


def what_is_absent(section, shell):
    for asset in section.ASSETS:
        if not os.path.exists(os.path.join(shell.assets, asset)):
            return f"asset {asset}"
    return section.absent(shell) if hasattr(section, "absent") else ""


def measure(number, shell):
    """(text of the section, whether all is met)"""
    section = SECTIONS[number]
    start, load = time.monotonic(), os.getloadavg()[0]
    lines = section.measure(shell)
    text = page.section_text(number, section.TITLE, lines, section.NOTE,
                             circumstances(time.monotonic() - start, load))
    return text, all(line.met is not False for line in lines)


def run(options, runs):
    shell = Shell(ROOT, os.path.abspath(options.binaries), os.path.abspath(options.assets), runs)
    all_met = True
    for number in options.numbers:
        absent = what_is_absent(SECTIONS[number], shell)
        if absent:
            print(f"skipped: {number}. {SECTIONS[number].TITLE}: {absent} is absent")
            continue
        try:
            text, met = measure(number, shell)
        except Failed as failure:
            print(f"failed: {number}. {SECTIONS[number].TITLE}: {failure}")
            all_met = False
            continue
        all_met = all_met and met
        print(text)
        page.write_sections(options.out, {**page.read_sections(options.out), number: text})
    return 0 if all_met else 1


def main():
    options = arguments()
    if options.list:
        for number, section in SECTIONS.items():
            print(f"{number}. {section.TITLE}")
        return 0
    if options.runs:
        os.makedirs(options.runs, exist_ok=True)
        return run(options, os.path.abspath(options.runs))
    with tempfile.TemporaryDirectory(prefix="graft-results-") as runs:
        return run(options, runs)


if __name__ == "__main__":
    sys.exit(main())

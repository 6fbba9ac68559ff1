"""docs/results.md: a section for each kind of measurement, replaced one at a time."""

import os
import re

INTRODUCTION = """# Results

Written by `./run results`; `./run results --only 4,5` measures some sections again and leaves the
others as they are. Each command repeats its lines from the root of the sources, with `graft` on the
PATH, `$ASSETS` the folder of the test assets (real weights and data, no part of Graft), `$RUNS` any
empty folder and `$TORCH_PYTHON` an interpreter that has PyTorch. Later commands of a section use
what earlier ones wrote.
"""


class Line:
    """One claim. `met` is None where there is nothing to reach."""

    def __init__(self, claim, measured, reference, met, command):
        self.claim, self.measured, self.reference = claim, measured, reference
        self.met, self.command = met, command


def cell(text):
    return text.replace("\n", " ").replace("|", "\\|")


def section_text(number, title, lines, note, circumstances):
    """One section. Lines that share a command stand together above it."""
    out = [f"## {number}. {title}", ""]
    if note:
        out += [note.strip(), ""]
    out += ["| | claim | measured | reference | |", "|---|---|---|---|---|"]
    commands = {}
    for i, line in enumerate(lines, 1):
        name = f"{number}.{i}"
        verdict = {True: "met", False: "**not met**", None: ""}[line.met]
        out.append(f"| {name} | {cell(line.claim)} | {cell(line.measured)} | "
                   f"{cell(line.reference)} | {verdict} |")
        commands.setdefault(line.command, []).append(name)
    out += ["", "```sh"]
    for command, names in commands.items():
        out += ["# " + ", ".join(names), command]
    out += ["```", "", circumstances]
    return "\n".join(out) + "\n"


def read_sections(path):
    """{number: text} of the page as it is."""
    if not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as page:
        parts = re.split(r"^(?=## \d+\. )", page.read(), flags=re.MULTILINE)
    return {int(re.match(r"## (\d+)", part)[1]): part.strip() + "\n" for part in parts[1:]}


def write_sections(path, sections):
    text = "\n".join([INTRODUCTION] + [sections[number] for number in sorted(sections)])
    temporary = path + ".new"
    with open(temporary, "w", encoding="utf-8") as page:
        page.write(text)
    os.replace(temporary, path)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Which lines of the drivers run in the KUnit suites and end-to-end tests.

    coverage.py

Runs them on a kernel with CONFIG_GCOV_KERNEL, those that depend on the machine
on both machines, adds up what was counted, and prints a table: for each file of
drivers/ its lines and branches, how many of them ran, and the lines that did
not. A file of which less than 90 % of the lines ran is a failure. A guest that
panics can't tell what it has counted. Takes what qemu.py takes.
"""

import base64
import glob
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

from console import Demux
from results import Tally

BUILD = os.environ["BUILD"]
MODULES = os.path.realpath(f"{BUILD}/modules")
GCOV = os.environ.get("CROSS_COMPILE", "") + "gcov"
# Machine, what to make, and the consoles' logs that this leaves
RUNS = (
    ("zcu102", "kunit", f"{BUILD}/kunit.log"),
    ("zcu102", "e2e", f"{BUILD}/e2e.log"),
    ("zcu102", "boots", f"{BUILD}/boot-*.log"),
    ("versal", "e2e", f"{BUILD}/versal/e2e.log"),
    ("versal", "boots", f"{BUILD}/versal/boot-*.log"),
)
WANTED_PERCENT = 90


def archive_of(console):
    """What a guest has written to its console: (path, content) of each file."""
    text, inside = [], False
    for is_kernel, line in Demux().feed(console):
        if is_kernel:
            continue
        if line == "ampkit-coverage: begin":
            inside = True
        elif line == "ampkit-coverage: end":
            break
        elif inside:
            text.append(line)
    else:
        return
    packed = io.BytesIO(base64.b64decode("".join(text)))
    with tarfile.open(fileobj=packed) as archive:
        for member in archive:
            if member.isfile():
                yield (member.name.removeprefix("."),
                       archive.extractfile(member).read())


def gcov(path, content):
    """gcov's findings about one object file: its counts, and the notes that
    the compiler left beside it."""
    notes = path.removesuffix(".gcda") + ".gcno"
    if not os.path.exists(notes):
        return []
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(notes, f"{folder}/counts.gcno")
        with open(f"{folder}/counts.gcda", "wb") as stream:
            stream.write(content)
        told = subprocess.run([GCOV, "-b", "--json-format", "--stdout",
                               "counts.gcda"], cwd=folder, check=True,
                              stdout=subprocess.PIPE).stdout
    return json.loads(told)["files"]


def sums(ours, more):
    """Counts of the same branches in two object files."""
    longer, other = sorted((ours, more), key=len, reverse=True)
    return [a + b for a, b in zip(longer, other + [0] * len(longer))]


class Counts:
    """How often each line and each branch ran: by file and number of line."""

    def __init__(self):
        self.files = {}

    def add(self, file):
        """Add gcov's findings about one source file, if it is a driver's."""
        path = os.path.relpath(os.path.realpath(file["file"]), MODULES)
        if not path.startswith("drivers/") or path.endswith("_trace.h"):
            return
        lines = self.files.setdefault(path, {})
        for line in file["lines"]:
            count, branches = lines.get(line["line_number"], (0, []))
            more = [branch["count"] for branch in line["branches"]]
            lines[line["line_number"]] = (count + line["count"],
                                          sums(branches, more))

    def table(self):
        """Per file: path, lines, those that ran, branches, those that ran, and
        the numbers of the lines that did not run."""
        for path, lines in sorted(self.files.items()):
            branches = [count for _, of_line in lines.values()
                        for count in of_line]
            missed = [number for number, (count, _) in sorted(lines.items())
                      if not count]
            yield (path, len(lines), len(lines) - len(missed), len(branches),
                   sum(map(bool, branches)), missed)


def ranges(numbers):
    """Numbers in few words: 3-5 9."""
    words = []
    for number in numbers:
        if words and words[-1][1] == number - 1:
            words[-1][1] = number
        else:
            words.append([number, number])
    return " ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in words)


def percent(part, whole):
    """A share in percent; of nothing, all."""
    return 100 * part / whole if whole else 100


def judge(counts, tally):
    """Print the table, and whether each file has enough."""
    print(f"{'':44s} lines           branches")
    rows = list(counts.table())
    for path, lines, ran, branches, taken, _ in rows:
        print(f"{path:40s} {ran:4d}/{lines:<4d} {percent(ran, lines):5.1f} %"
              f"  {taken:4d}/{branches:<4d} {percent(taken, branches):5.1f} %")
    for path, _, _, _, _, missed in rows:
        if missed:
            print(f"# {path} did not run: {ranges(missed)}")
    for path, lines, ran, *_ in rows:
        share = percent(ran, lines)
        if share < WANTED_PERCENT:
            tally.fail(f"coverage.{path}", f": {share:.1f} % of the lines")
        else:
            tally.ok(f"coverage.{path}", f": {share:.1f} % of the lines")


def take(logs, counts):
    """Add what the guests of these logs have counted; True if any did."""
    found = False
    for log in glob.glob(logs):
        with open(log, "rb") as console:
            for path, content in archive_of(console.read()):
                found = True
                for file in gcov(path, content):
                    counts.add(file)
    return found


def main():
    tally = Tally()
    counts = Counts()
    for machine, mode, logs in RUNS:
        name = f"{mode}_on_{machine}"
        done = subprocess.run(["make", mode, f"MACHINE={machine}"], check=False)
        if done.returncode:
            tally.fail(name)
        if not take(logs, counts):
            tally.fail(f"counts_of_{name}", ": no guest has sent any")
    judge(counts, tally)
    tally.store(f"{BUILD}/results/coverage")
    print(f"coverage: {tally}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())

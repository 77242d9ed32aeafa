#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the tests of the firmware library that need no machine of its own.

They are a program for the host, built with sanitizers by the firmware's
makefile; it prints TAP. T= picks which of its results count.
"""

import fnmatch
import os
import subprocess
import sys

from results import PLAN, RESULT, Tally, Tap

BUILD = os.environ["BUILD"]
PATTERN = os.environ.get("T") or "*"


def is_picked(line):
    """Whether a line is about a test that is to count."""
    found = RESULT.match(line)
    return not found or fnmatch.fnmatch(found["name"], PATTERN)


def run(tally):
    """Build and run the tests; returns the command's status."""
    command = ["make", "-s", "-C", "firmware-example", "check",
               f"O={os.path.abspath(BUILD)}/firmware-host"]
    parser = Tap(tally)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT) as process:
        for line in map(str.rstrip, process.stdout):
            if not RESULT.match(line) and not PLAN.match(line):
                print(line, flush=True)
            elif is_picked(line):
                parser.take(line)
    if PATTERN == "*":
        parser.finish()
    return process.returncode


def main():
    tally = Tally()
    if run(tally) and not tally.failed:
        tally.fail("host", ": the tests ended in an error, see above")
    tally.store(f"{BUILD}/results/host")
    print(f"host: {tally}")
    return 1 if tally.failed or not tally.total() else 0


if __name__ == "__main__":
    sys.exit(main())

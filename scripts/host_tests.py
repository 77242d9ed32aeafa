#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the tests of the firmware that need no Linux beside it.

Those of its library are programs for the host, built with sanitizers by the
firmware's makefile; those of its images run them in QEMU, started at each
exception level. Both print TAP. T= picks which of the results count.
"""

import fnmatch
import os
import subprocess
import sys

from results import PLAN, RESULT, Tally, Tap

BUILD = os.environ["BUILD"]
PATTERN = os.environ.get("T") or "*"
# Target of the firmware's makefile, and its folder of build products
PARTS = (("check", "firmware-host"), ("smoke", "firmware/zcu102"))


def is_picked(line):
    """Whether a line is about a test that is to count."""
    found = RESULT.match(line)
    return not found or fnmatch.fnmatch(found["name"], PATTERN)


def run(tally, target, folder):
    """Build and run one part of the tests; returns the command's status."""
    command = ["make", "-s", "-C", "firmware-example", target,
               f"O={os.path.abspath(BUILD)}/{folder}", f"T={PATTERN}"]
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
    status = [run(tally, *part) for part in PARTS]
    if any(status) and not tally.failed:
        tally.fail("host", ": the tests ended in an error, see above")
    tally.store(f"{BUILD}/results/host")
    print(f"host: {tally}")
    return 1 if tally.failed or not tally.total() else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the tests that take too long for `make check`, and keep how they went.

    check_long.py [--list]

Each part is a command that prints TAP. Its row in docs/check-long.md tells when
it was run last, on what commit, and what came out; rows of parts that are not
run stay as they are. PARTS= picks parts by name, all of them take hours.
"""

import datetime
import os
import re
import subprocess
import sys
import time

from typing import NamedTuple

from results import Tally

PAGE = "docs/check-long.md"
RESULT = re.compile(r"^(not )?ok\b(.*)$")
SKIP = re.compile(r"# *SKIP", re.IGNORECASE)
ROW = re.compile(r"^\| (\w+) \|")
HEADER = "| Part | Command | Result | Took | On | Commit |"


class Part(NamedTuple):
    """Something that takes long."""
    what: str
    command: str


PARTS = {
    "cycles": Part("a thousand starts and stops beside a busy remote",
                   "make e2e CYCLES=1000 T='*cycles*'"),
    "fuzz": Part("ten minutes for each fuzzer of the firmware library",
                 "make -C firmware-example fuzz FUZZ=600"),
    "mutate": Part("each check of the firmware library taken out in turn",
                   "make -C firmware-example mutate"),
    "guards": Part("each guard of the drivers taken out in turn",
                   "make guards"),
    "debug": Part("the suites in a kernel with KASAN, lockdep and kmemleak",
                  "make kunit DEBUG=1 && make e2e DEBUG=1 && "
                  "make boots DEBUG=1"),
    "kobject": Part("KUnit where objects live on after their last user",
                    "make kunit DEBUG=1 KOBJECT=1"),
    "rt": Part("the suites in a PREEMPT_RT kernel",
               "make kunit RT=1 && make e2e RT=1 && make boots RT=1"),
    "coverage": Part("which lines of the drivers kunit and e2e run",
                     "make coverage"),
    "repeat": Part("the end-to-end tests twenty times over, two at a time",
                   "make e2e && seq 19 | xargs -P2 -I{} --process-slot-var=I "
                   "sh -c 'make e2e BUILD=build/repeat-$I'"),
}


def count(tally, line):
    """Look at one line of TAP."""
    found = RESULT.match(line)
    if not found:
        return
    if found[1]:
        tally.failed += 1
    elif SKIP.search(found[2]):
        tally.skipped += 1
    else:
        tally.passed += 1


def git(*arguments):
    """What git prints."""
    return subprocess.run(["git", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def commit():
    """The commit that is tested, marked when the tree has other changes than
    the rows of earlier parts."""
    changed = git("status", "--porcelain", "--", ".", f":!{PAGE}")
    return git("rev-parse", "--short", "HEAD") + ("-dirty" if changed else "")


def run(name, part):
    """Run a part; returns its row of the page, and whether all is well."""
    print(f"# {name}: {part.command}", flush=True)
    tested, tally, began = commit(), Tally(), time.monotonic()
    # Unbuffered, a line and its end are two writes, and two guests' lines get mixed
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("BUILD", "VARIANTS", "MAKEFLAGS", "T",
                                  "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL",
                                  "PYTHONUNBUFFERED")}
    with subprocess.Popen(["sh", "-c", part.command], text=True,
                          env=environment, stdout=subprocess.PIPE,
                          errors="replace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            count(tally, line)
    good = process.returncode == 0 and not tally.failed and tally.passed > 0
    said = str(tally) if good or tally.failed else f"{tally}, did not end well"
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    today = datetime.date.today().isoformat()
    command = part.command.replace("|", r"\|")
    return (f"| {name} | `{command}` | {said} | {minutes}:{seconds:02} | "
            f"{today} | {tested} |"), good


def keep(name, row):
    """Put a part's row into the page, in the place of its last one."""
    with open(PAGE, encoding="utf-8") as stream:
        lines = stream.read().splitlines()
    rows = {found[1]: line for line in lines if (found := ROW.match(line))
            and found[1] in PARTS}
    rows[name] = row
    table = lines.index(HEADER) + 2
    text = lines[:table] + [rows[part] for part in PARTS if part in rows]
    with open(PAGE, "w", encoding="utf-8") as stream:
        print(*text, sep="\n", file=stream)


def main():
    if sys.argv[1:] == ["--list"]:
        for name, part in PARTS.items():
            print(f"{name:10s} {part.what}: {part.command}")
        return 0
    picked = (os.environ.get("PARTS") or " ".join(PARTS)).split()
    for name in picked:
        if name not in PARTS:
            sys.exit(f"error: {name} is no part: there are {' '.join(PARTS)}")
    bad = []
    for name in picked:
        row, good = run(name, PARTS[name])
        keep(name, row)
        print(f"{'ok' if good else 'not ok'} - {name}", flush=True)
        if not good:
            bad.append(name)
    print(f"check-long: {len(picked) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

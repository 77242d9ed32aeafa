#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Switch the guards of the drivers off, one at a time, and see that the test
of each notices; and plant faults on the main path, which a test has to notice.

    guards.py [--list | --fit]

The rows stand in guard_rows.py. Each of them is applied to a copy of the tree,
of which the modules are built and just the row's test is run: "ok" when it
fails, after it did not without the row, "not ok" when it passes, or when the
row does not fit the source any more. T= picks rows, by the text behind "ok -".
--fit looks for rows of the latter kind only, and prints them.
"""

import fcntl
import fnmatch
import os
import pathlib
import re
import signal
import subprocess
import sys

from guard_rows import GUARDS

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD") or "build/6.12")
PATTERN = os.environ.get("T") or "*"
COPY = TOP / BUILD / "guards"

# Seconds after which a run counts as one that hangs, which is noticed as well
LIMIT = 180

RESULT = re.compile(r"^(not )?ok - (\S+?)(:.*)?$")


def label(guard):
    """How a row is called in the report."""
    return (f"guard {guard.fault:02} {guard.what}" if guard.fault else
            f"plant {guard.what}")


def run(arguments, **settings):
    """Run make in the copy; returns (exit status, lines), status None when it
    had to be ended."""
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("T", "BUILD", "MAKEFLAGS", "MFLAGS",
                                  "MAKELEVEL", "MAKEOVERRIDES")}
    with subprocess.Popen(["make", "-s", *arguments], cwd=COPY, text=True,
                          env={**environment, **settings},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          errors="replace", start_new_session=True) as process:
        try:
            output, _ = process.communicate(timeout=LIMIT)
            return process.returncode, output.splitlines()
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return None, output.splitlines()


def prepare():
    """Bring the copy up to date, and build what does not change."""
    COPY.mkdir(parents=True, exist_ok=True)
    subprocess.run(["rsync", "-rlpc", "--delete", "--exclude=/build",
                    "--exclude=/.git", f"{TOP}/", f"{COPY}/"], check=True)
    status, lines = run(["guest"])
    if status:
        sys.exit("\n".join(lines[-30:]) + "\nerror: the copy does not build")


def misfit(guard, tree):
    """What is wrong with a row's place in a tree, or None."""
    path = tree / "drivers" / guard.file
    text = path.read_text(encoding="utf-8")
    for old, _ in guard.changes():
        if text.count(old) != 1:
            return f"its text is in {guard.file} {text.count(old)} times"
    return None


class Runner:
    """Runs tests in the copy, and knows which pass with all guards on."""

    def __init__(self):
        self._whole = {}

    @staticmethod
    def results(test):
        """Run a test: a suite of KUnit, by "suite.test", or one of e2e.
        Returns (names that passed, names that failed, how it ended)."""
        suite, dot, _ = test.partition(".")
        status, lines = run(["kunit" if dot else "e2e"],
                            T=f"{suite}_kunit" if dot else test)
        found = [match for match in map(RESULT.match, lines) if match]
        passed = {match[2] for match in found if not match[1]}
        failed = {match[2] for match in found if match[1]}
        if status is None:
            return passed, {test}, "it hung"
        if status and not found:
            return passed, failed, "it did not build: " + \
                next((line for line in lines if "error" in line), "?")
        return passed, failed, ""

    @staticmethod
    def of_test(names, test):
        """Those of the names that are the test; a guest that dies takes the
        whole suite with it."""
        suite, dot, _ = test.partition(".")
        return {name for name in names if fnmatch.fnmatch(name, test) or
                (dot and name == f"{suite}_kunit")}

    def is_green(self, test):
        """Whether the test passes without any row applied."""
        key = test.partition(".")[0]
        if key not in self._whole:
            self._whole[key] = self.results(test)
        passed, failed, _ = self._whole[key]
        return self.of_test(passed, test) and not self.of_test(failed, test)

    def judge(self, guard):
        """Apply a row and run its test; returns what is wrong, or None."""
        wrong = misfit(guard, COPY)
        if wrong:
            return wrong
        path = COPY / "drivers" / guard.file
        text = path.read_text(encoding="utf-8")
        if not self.is_green(guard.test):
            return f"{guard.test} does not pass with the guard on"
        without = text
        for old, new in guard.changes():
            without = without.replace(old, new)
        path.write_text(without, encoding="utf-8")
        try:
            _, failed, trouble = self.results(guard.test)
        finally:
            path.write_text(text, encoding="utf-8")
        if self.of_test(failed, guard.test):
            return None
        return trouble or f"{guard.test} stays green"


def judge_all(picked):
    """Judge rows one after the other; returns the exit status."""
    prepare()
    runner = Runner()
    failed = 0
    for guard in picked:
        wrong = runner.judge(guard)
        failed += bool(wrong)
        print(f"not ok - {label(guard)}: {wrong}" if wrong else
              f"ok - {label(guard)}: {guard.test}", flush=True)
    print(f"guards: {len(picked) - failed} passed, {failed} failed")
    return 1 if failed or not picked else 0


def main():
    picked = [guard for guard in GUARDS
              if fnmatch.fnmatch(label(guard), PATTERN)]
    if "--fit" in sys.argv:
        wrong = {label(guard): misfit(guard, TOP) for guard in picked}
        wrong = [f"{name}: {what}" for name, what in wrong.items() if what]
        print(*wrong, sep="\n", end="\n" if wrong else "")
        return 1 if wrong else 0
    if "--list" in sys.argv:
        print("\n".join(f"{label(guard)}: {guard.test}" for guard in picked))
        return 0
    COPY.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{COPY}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return judge_all(picked)


if __name__ == "__main__":
    sys.exit(main())

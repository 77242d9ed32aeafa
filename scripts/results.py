# SPDX-License-Identifier: GPL-2.0
"""Test results: read from what a guest prints, counted, printed, stored."""

import os
import re

RESULT = re.compile(r"^(?P<indent> *)(?P<bad>not )?ok \d+(?: -)? ?"
                    r"(?P<name>[^#]*?)(?: *# *(?P<directive>.*))?$")
PLAN = re.compile(r"^( *)1\.\.(\d+)")
SUBTEST = re.compile(r"^( *)# Subtest: (\S+)")


class Tally:
    """Prints one line a test and counts them."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = set()
        self._tests = []

    def ok(self, name, note=""):
        """A test passed."""
        self.passed += 1
        self._tests.append(("pass", name, ""))
        print(f"ok - {name}{note}", flush=True)

    def skip(self, name, why):
        """A test could not run here."""
        self.skipped += 1
        self._tests.append(("skip", name, why))
        print(f"ok - {name} # SKIP {why}".rstrip(), flush=True)

    def fail(self, name, note=""):
        """A test failed, or something that is as bad happened."""
        self.failed += 1
        self.failures.add(name)
        self._tests.append(("fail", name, ""))
        print(f"not ok - {name}{note}", flush=True)

    def take(self, name, found):
        """Count a RESULT line under a name."""
        directive = found["directive"] or ""
        if found["bad"]:
            self.fail(name)
        elif directive.upper().startswith("SKIP"):
            self.skip(name, directive[4:].strip())
        else:
            self.ok(name)

    def total(self):
        """How many results there are."""
        return self.passed + self.failed + self.skipped

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"

    def store(self, path):
        """Leave the counts for scripts/check to add up, and the tests behind
        them for faults.py to look up."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as stream:
            print(self.passed, self.failed, self.skipped, file=stream)
        with open(f"{path}.tests", "w", encoding="utf-8") as stream:
            for test in self._tests:
                print(*test, sep="\t", file=stream)


class Tap:
    """Flat TAP, as the end-to-end tests print it."""

    def __init__(self, tally):
        self._tally = tally
        self._plan = None
        self._seen = 0

    def take(self, line):
        """Look at one line of the guest's programs."""
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if plan and self._plan is None:
            self._plan = int(plan[2])
        elif result:
            self._seen += 1
            self._tally.take(result["name"], result)
        elif line.startswith("# ") and not line.startswith("# log:"):
            print(line, flush=True)

    def finish(self):
        """Tests that were announced and did not report have failed."""
        if self._plan is None:
            self._tally.fail("plan", ": the guest announced no tests")
        elif self._seen != self._plan:
            self._tally.fail("plan", f": {self._seen} of {self._plan} "
                             "tests reported a result")


class Ktap:
    """Nested KTAP, as KUnit prints it when a module with suites is loaded.

    The kernel's own parser is not used: it takes the log of a whole boot, and
    kernels before 6.2 print no header or plan around a module's suites.
    """

    class Block:
        """An open subtest: the results between its header and its own."""

        def __init__(self, indent, name):
            self.indent = indent
            self.name = name
            self.plan = None
            self.seen = 0
            self.failed = 0

    def __init__(self, tally):
        self._tally = tally
        self._open = []
        self._notes = []

    def take(self, line):
        """Look at one kernel message."""
        subtest = SUBTEST.match(line)
        plan = PLAN.match(line)
        result = RESULT.match(line)
        if subtest:
            self._open.append(self.Block(len(subtest[1]), subtest[2]))
        elif plan and self._open and self._open[-1].indent == len(plan[1]):
            self._open[-1].plan = int(plan[2])
        elif result:
            self._take_result(len(result["indent"]), result)
            self._notes = []
        elif self._open:
            self._notes.append(line)

    def _take_result(self, indent, result):
        closed = None
        while self._open and self._open[-1].indent > indent:
            closed = self._open.pop()
        if self._open:
            self._open[-1].seen += 1
            self._open[-1].failed += bool(result["bad"])
        if closed and closed.seen:
            self._close(closed, result)
        elif indent or closed:
            if result["bad"] and self._notes:
                print(*self._notes, sep="\n")
            self._tally.take(self._path(result["name"]), result)

    def _close(self, block, result):
        """The result of a block tells more only where its parts did not."""
        path = self._path(block.name)
        if block.plan is not None and block.seen != block.plan:
            self._tally.fail(path, f": {block.seen} of {block.plan} ran")
        elif result["bad"] and not block.failed:
            self._tally.fail(path)

    def _path(self, name):
        return ".".join([block.name for block in self._open] + [name])

    def finish(self):
        """A subtest that never ended took the kernel with it."""
        for block in self._open:
            self._tally.fail(block.name, ": did not end")

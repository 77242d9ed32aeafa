#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Run the tests that need a boot of their own: another device tree, another
machine, or an end that is no good one.

    boots.py

T= picks tests by name. Takes what qemu.py takes from $BUILD, and leaves the
console's log of each boot there. In these boots QEMU itself is asked for the
state of a core's reset, on a line of the guest

    # host: is core N in reset, TEST

which is answered with a line on its console: "yes" or "no". That is a test
passed if it is as TEST, a name of the form "..._is_in_reset" or
"..._is_released", says.
"""

import fnmatch
import json
import os
import re
import socket
import subprocess
import sys
from typing import NamedTuple

from console import Watcher
from qemu import (BUILD, LIMIT, MACHINE, OUT, PATIENCE, PATTERN, SILENCE,
                  VERBOSE, command)
from results import Tally, Tap

QUESTION = re.compile(r"^# host: is core (\d+) in reset, (\S+)$")
PANIC_END = "---[ end Kernel panic"



class Cores(NamedTuple):
    """The remote cores of a machine."""
    numbers: tuple
    reset: int      # register with a bit for each of them
    variant: str    # what the names of its trees in dts/tests begin with


CORES = {
    "zcu102": Cores((2, 3), 0xfd1a0104, ""),
    "versal": Cores((0, 1), 0xff5e0300, "versal-"),
}[MACHINE]


def firmware(name):
    """A QEMU device that puts an image into memory before the start."""
    return f"loader,file={BUILD}/firmware/{MACHINE}/{name}.elf"


# What a boot loader does: the second core runs before Linux is there
EARLIER_CORE = (firmware(f"echo-core{CORES.numbers[1]}"),
                firmware(f"boot-stub-core{CORES.numbers[1]}") + ",cpu-num=0")

# Name of the boot, as the guest's program e2e knows it, and what it is like
BOOTS = {
    "auto-boot": {"dtb": CORES.variant + "auto-boot"},
    "bad-tree": {"dtb": CORES.variant + "bad-tree"},
    "earlier": {"devices": EARLIER_CORE},
    "panic": {"devices": EARLIER_CORE},
}

# What the guest's last words are followed by, and what they must leave behind
PANICS = {
    "panic": dict(zip(CORES.numbers, (
        "after_a_panic_a_remote_of_ours_is_in_reset",
        "after_a_panic_a_remote_that_was_attached_is_released"))),
}


class Monitor:
    """QEMU's monitor, on a socket."""

    def __init__(self, path):
        self.path = path
        self._stream = None

    def _ask(self, request, **arguments):
        if not self._stream:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(self.path)
            self._stream = connection.makefile("rw", encoding="utf-8")
            self._stream.readline()
            self._ask("qmp_capabilities")
        json.dump({"execute": request, "arguments": arguments}, self._stream)
        self._stream.write("\n")
        self._stream.flush()
        while True:
            answer = json.loads(self._stream.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])

    def word(self, address):
        """The 32-bit word at a physical address."""
        text = self._ask("human-monitor-command",
                         **{"command-line": f"xp /1xw {address:#x}"})
        return int(text.split(":")[1], 16)

    def in_reset(self, core):
        """Whether a core is held in reset."""
        return bool(self.word(CORES.reset) >> core & 1)


class Boot:
    """One guest, from its start to its end."""

    def __init__(self, name, tally):
        self._name = name
        self._tally = tally
        self._tap = Tap(tally)
        self._panics = PANICS.get(name, {})
        self._process = None
        self._monitor = Monitor(f"{OUT}/{name}.qmp")

    def _judge_core(self, core, test):
        in_reset = self._monitor.in_reset(core)
        wanted = test.endswith("_is_in_reset")
        if in_reset == wanted:
            self._tally.ok(test)
        else:
            self._tally.fail(test, f": QEMU has core {core} "
                             f"{'in reset' if in_reset else 'released'}")
        return in_reset

    def _take(self, is_kernel, line):
        if VERBOSE:
            print(line, flush=True)
        question = QUESTION.match(line)
        if is_kernel and line.startswith(PANIC_END) and self._panics:
            for core, test in self._panics.items():
                self._judge_core(core, test)
            self._process.kill()
        elif not is_kernel and question:
            answer = self._judge_core(int(question[1]), question[2])
            self._process.stdin.write(b"yes\n" if answer else b"no\n")
            self._process.stdin.flush()
        elif not is_kernel:
            self._tap.take(line)

    def _command(self):
        parameters = [f"ampkit.boot={self._name}"]
        if self._panics:
            parameters.append("panic=0")
        machine, changes = command("e2e", parameters=parameters,
                                   **BOOTS[self._name])
        machine += ["-qmp", f"unix:{self._monitor.path},server=on,wait=off"]
        return machine, {**os.environ, **changes}

    def run(self):
        """Boot, watch and judge."""
        machine, environment = self._command()
        if os.path.exists(self._monitor.path):
            os.remove(self._monitor.path)
        log_path = f"{OUT}/boot-{self._name}.log"
        with open(log_path, "wb") as log:
            self._process = subprocess.Popen(
                machine, env=environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            watcher = Watcher(log, self._take, SILENCE,
                              LIMIT["e2e"] * PATIENCE)
            try:
                watcher.follow(self._process)
            finally:
                self._process.kill()
        failed = self._tally.failed
        self._verdict(watcher)
        if self._tally.failed > failed:
            print(f"the console's log is {log_path}")

    def _verdict(self, watcher):
        if self._panics:
            self._verdict_of_panic(watcher)
            return
        if watcher.ended:
            self._tally.fail(watcher.running, f": {watcher.ended}")
        else:
            self._tap.finish()
        for test, line in watcher.trouble:
            print(f"# {test}: the kernel said: {line}")
            if test not in self._tally.failures:
                self._tally.fail(test, ": kernel trouble, see above")

    def _verdict_of_panic(self, watcher):
        """The guest must have died as it was told to, and of nothing else."""
        first = watcher.trouble[0][1] if watcher.trouble else "nothing"
        if "sysrq triggered crash" not in first:
            self._tally.fail(f"boot_{self._name}",
                             f": it did not panic as told, but: {first}")


def is_picked(boot):
    """Whether T= asks for a boot: by its name, or with everything."""
    return fnmatch.fnmatch(f"boot_{boot}", PATTERN) or PATTERN == "*"


def main():
    tally = Tally()
    for name in filter(is_picked, BOOTS):
        print(f"# boot {name}", flush=True)
        Boot(name, tally).run()
    tally.store(f"{OUT}/results/boots")
    if not tally.total():
        print(f"no boot matches {PATTERN}: " +
              " ".join(f"boot_{name}" for name in BOOTS))
    print(f"boots: {tally}")
    return 1 if tally.failed or not tally.total() else 0


if __name__ == "__main__":
    sys.exit(main())

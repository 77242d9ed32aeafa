#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Boot the guest in QEMU and judge what it does.

    qemu.py run | shell | kunit | e2e

Takes the kernel, device tree, initramfs from $BUILD and leaves the console's
log there. run shows the console and passes when the guest says so; kunit and
e2e print a line a test and pass when none failed; in all of them a kernel
that warns, dies or hangs is a failure. shell hands the terminal over.

The guest may have the load of one of its processors measured from outside, by
printing "# vcpu N idle begin" and "# vcpu N idle end": less than 1 % of a host
processor in between is a test passed. "# vcpu N idle never: why" skips it. With
DEBUG, it has to say at its end how much memory leaked and whether locks are
still checked, by printing "# kmemleak: N objects" and "# lockdep: on".
"""

import os
import re
import subprocess
import sys
import time
from typing import NamedTuple

from console import Watcher
from results import Ktap, Tally, Tap

QEMU = "qemu-system-aarch64"
MACHINE = os.environ.get("MACHINE") or "zcu102"
BUILD = os.environ["BUILD"]
PATTERN = os.environ.get("T") or "*"
VERBOSE = os.environ.get("V") == "1"
DEBUG = bool(os.environ.get("DEBUG"))

# A debug kernel is that much slower
PATIENCE = 25 if DEBUG else 1

# What takes long is done less often there
CYCLES = int(os.environ.get("CYCLES") or 100 // PATIENCE)

# Seconds without output, and in all, after which a guest is given up
SILENCE = 120 * PATIENCE
LIMIT = {"run": 180, "kunit": 600, "e2e": 1200 + 3 * CYCLES}

class Board(NamedTuple):
    """A machine that the guest runs on."""
    machine: list   # of QEMU's
    dtb: str        # name of its device tree
    console: str    # Linux' console


BOARDS = {
    "zcu102": Board(["-M", "xlnx-zcu102", "-smp", "4"], "zynqmp-zcu102-amp",
                    "ttyPS0"),
    "versal": Board(["-M", "xlnx-versal-virt"], "versal-virt-amp", "ttyAMA0"),
}
BOARD = BOARDS[MACHINE]

# Logs and results; what is booted is made for all machines
OUT = BUILD if MACHINE == "zcu102" else f"{BUILD}/{MACHINE}"

IDLE = re.compile(r"^# vcpu (\d+) idle (begin|end|never: (.*))$")
IDLE_PERCENT = 1.0

# What a debug guest says at its end, and what it has to say there
CHECKER = re.compile(r"^# (kmemleak|lockdep): (.*)$")
CONTENT = {"kmemleak": "0 objects", "lockdep": "on"}


def qemu_version():
    """QEMU's major version."""
    text = subprocess.run([QEMU, "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return int(re.search(r"version (\d+)", text)[1])


def command(mode, parameters=(), dtb=BOARD.dtb, devices=()):
    """QEMU's command line, and changes to the environment.

    `parameters` go to the kernel, behind those that are always given, and
    `devices` to QEMU; `dtb` is the name of a board.
    """
    os.makedirs(OUT, exist_ok=True)
    parameters = [
        f"console={BOARD.console},115200", "earlycon", "panic=-1", "printk.time=1",
        "printk_devkmsg=on", "loglevel=7", f"ampkit.mode={mode}",
        f"ampkit.tests={PATTERN}", f"ampkit.cycles={CYCLES}",
        f"ampkit.patience={PATIENCE}", *parameters]
    machine = [
        QEMU, "-name", "ampkit,debug-threads=on", *BOARD.machine,
        "-m", "512M", "-display", "none", "-no-reboot",
        "-kernel", f"{BUILD}/kernel/arch/arm64/boot/Image",
        "-dtb", f"{BUILD}/dtb/{dtb}.dtb",
        "-initrd", f"{BUILD}/initramfs.cpio",
        "-append", " ".join(parameters)]
    console = "mon:stdio" if mode == "shell" else "stdio"
    machine += ["-serial", console, "-serial", f"file:{OUT}/uart1.log"]
    for device in devices:
        machine += ["-device", device]
    if mode != "shell":
        machine += ["-monitor", "none"]
    # Silence QEMU's complaint about the host's sound, each in its own way
    if qemu_version() < 8:
        return machine, {"QEMU_AUDIO_DRV": "none"}
    return machine + ["-audio", "none"], {}


class Load:
    """The load that guest processors put on the host, when the guest asks."""

    def __init__(self, process, tally):
        self._process = process
        self._tally = tally
        self._began = {}

    def _used(self, vcpu):
        """Seconds of host processor time that the vCPU's thread has used."""
        tasks = f"/proc/{self._process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm", encoding="ascii") as stream:
                if not stream.read().startswith(f"CPU {vcpu}/"):
                    continue
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as stream:
                return int(stream.read().split()[0]) / 1e9
        raise RuntimeError(f"QEMU has no thread for vCPU {vcpu}")

    def take(self, line):
        """Look at one line of the guest's programs."""
        found = IDLE.match(line)
        if not found:
            return
        vcpu = found[1]
        if found[3]:
            self._tally.skip(f"vcpu_{vcpu}_is_idle", found[3])
            return
        now = time.monotonic(), self._used(vcpu)
        if found[2] == "begin":
            self._began[vcpu] = now
        elif vcpu in self._began:
            self._judge(vcpu, self._began.pop(vcpu), now)

    def _judge(self, vcpu, began, ended):
        seconds = ended[0] - began[0]
        percent = 100 * (ended[1] - began[1]) / seconds
        note = f": {percent:.2f} % of a host CPU over {seconds:.0f} s"
        judge = self._tally.ok if percent < IDLE_PERCENT else self._tally.fail
        judge(f"vcpu_{vcpu}_is_idle", note)


class Run:
    """What to make of the guest in `make run`: show it, look for its verdict."""

    VERDICT = "ampkit-run: PASS"

    def __init__(self):
        self._booted = VERBOSE
        self._passed = False

    def take(self, is_kernel, line):
        """Show a line, once the kernel has handed over to /init."""
        if is_kernel and line.startswith("Run /init"):
            self._booted = True
        elif self._booted:
            print(line, flush=True)
        self._passed |= not is_kernel and line == self.VERDICT

    def verdict(self, watcher, log):
        """Print how it went; returns the exit status."""
        wrong = [f"kernel trouble in {test}: {line}"
                 for test, line in watcher.trouble[:1]]
        if watcher.ended:
            wrong.append(watcher.ended)
        elif not self._passed:
            wrong.append("the guest did not get to its end, see above")
        if wrong:
            print(f"run: FAIL: {'; '.join(wrong)}")
            print(f"the console's log is {log}")
            return 1
        print("run: PASS")
        return 0


class Tests:
    """What to make of the guest in `make kunit` and `make e2e`."""

    def __init__(self, mode, process):
        self._mode = mode
        self._tally = Tally()
        self._load = Load(process, self._tally)
        self._parser = (Ktap if mode == "kunit" else Tap)(self._tally)
        self._checkers = {}

    def take(self, is_kernel, line):
        """Hand a line to whom it concerns."""
        if VERBOSE:
            print(line, flush=True)
        if is_kernel == (self._mode == "kunit"):
            self._parser.take(line)
        if not is_kernel:
            self._load.take(line)
            self._take_checker(line)
            self._take_complaint(line)

    def _take_checker(self, line):
        found = CHECKER.match(line)
        if found:
            self._checkers[found[1]] = found[2]

    def _judge_checkers(self):
        """A kernel that can tell has to have been asked."""
        for checker, wanted in CONTENT.items():
            said = self._checkers.get(checker, "not asked")
            if said == wanted:
                self._tally.ok(f"{checker}_is_content")
            else:
                self._tally.fail(f"{checker}_is_content", f": {said}, see "
                                 f"{OUT}/{self._mode}.log")

    def _take_complaint(self, line):
        """Scripts of the guest say "ampkit-<mode>: FAIL why" for what is no
        test's result, as a module that can't be loaded."""
        complaint = f"ampkit-{self._mode}: FAIL "
        if line.startswith(complaint):
            self._tally.fail(line[len(complaint):])

    def verdict(self, watcher, log):
        """Print how it went and leave the counts; returns the exit status."""
        tally = self._tally
        if watcher.ended:
            tally.fail(watcher.running, f": {watcher.ended}")
        else:
            self._parser.finish()
            if DEBUG:
                self._judge_checkers()
        for test, line in watcher.trouble:
            print(f"# {test}: the kernel said: {line}")
            if test not in tally.failures:
                tally.fail(test, ": kernel trouble, see above")
        tally.store(f"{OUT}/results/{self._mode}")
        if not tally.total():
            print(f"no test matches {PATTERN}")
        if tally.failed:
            print(f"the console's log is {log}")
        print(f"{self._mode}: {tally}")
        return 1 if tally.failed or not tally.total() else 0


def shell():
    """Become QEMU, on the user's terminal."""
    machine, changes = command("shell")
    print("Ctrl-A X leaves QEMU, Ctrl-A C gives its monitor", flush=True)
    os.execvpe(QEMU, machine, {**os.environ, **changes})


def judge(mode):
    """Boot, watch, and give a verdict; returns the exit status."""
    machine, changes = command(mode)
    log_path = f"{OUT}/{mode}.log"
    process = subprocess.Popen(machine, env={**os.environ, **changes},
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    viewer = Run() if mode == "run" else Tests(mode, process)
    try:
        with open(log_path, "wb") as log:
            watcher = Watcher(log, viewer.take, SILENCE,
                              LIMIT[mode] * PATIENCE)
            watcher.follow(process)
    finally:
        process.kill()
    return viewer.verdict(watcher, log_path)


def main():
    mode = sys.argv[1]
    if mode == "shell":
        shell()
    if mode not in LIMIT:
        sys.exit(__doc__)
    try:
        sys.exit(judge(mode))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()

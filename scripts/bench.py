#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Measure how fast messages pass, ours beside the kernel's own drivers.

    bench.py            (reads BUILD, MACHINE, QUICK, BENCH_CPUS, BENCH_MINUTES,
                         BENCH_ROUNDS)

Boots the guest for each round and lets its program "bench" visit the stacks in
turn; what that prints becomes blocks.csv and latency.csv in $BUILD/bench, or
$BUILD/$MACHINE/bench, and from there report.txt and plots. One more boot, in
which QEMU counts instructions and time is what they take, tells what a message
costs whatever the host does. Only ratios of what was measured side by side are
judged, with confidence intervals: see docs/bench.md. Fails when something could
not be measured, when both sides' counts disagree, or when a stack is found to
differ from itself.
"""

import csv
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile

import bench_profile
import bench_report
import qemu
from console import Watcher

OUT = f"{qemu.OUT}/bench"
QUICK = os.environ.get("QUICK") == "1"
MINUTES = int(os.environ.get("BENCH_MINUTES") or 0)
ROUNDS = int(os.environ.get("BENCH_ROUNDS") or (4 if QUICK else 8))
CPUS = int(os.environ.get("BENCH_CPUS") or 2)

# Length of a block in ms, and round trips of a latency block
BLOCK_MS = 30
SAMPLES = 500 if QUICK else 1000

# How long the remote looks for the next message before it asks for a bell. Ours gains
# by more, up to half a millisecond; the baselines lose by more than this: with 200 us B
# has three quarters of its rate, as each answer that comes alone is an interrupt. Where
# instructions are counted, looking would be all there is to count.
LINGER_US = 100

# One instruction is one nanosecond, and time passes at once while all wait
COUNTING = ["-icount", "shift=0,sleep=off"]
COUNTING_BLOCK_MS = 5
PROFILE_BLOCK_MS = 1

SILENCE = 180
LIMIT = 600 + 90 * MINUTES

FIELD = re.compile(r"(\w+)=(\S+)")
TEXT_FIELDS = {"stack", "mode", "direction", "histogram"}


def fields(line):
    """The key=value pairs of a line, numbers as such."""
    return {key: value if key in TEXT_FIELDS else int(value)
            for key, value in FIELD.findall(line)}


class Guest:
    """Takes the guest's lines, and answers its marks."""

    def __init__(self, process, profiler=None):
        self._process = process
        self._profiler = profiler
        self._marks = []
        self.blocks = []
        self.endurance = []
        self._enduring = False
        self.latencies = []
        self.starts = []
        self.failed = None
        self.done = False

    def _cpu_ns(self):
        """Processor time that QEMU has used so far, all its threads, ns."""
        total = 0
        tasks = f"/proc/{self._process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as stream:
                total += int(stream.read().split()[0])
        return total

    def _take_mark(self):
        if self._profiler:
            (self._profiler.end if self._marks else self._profiler.begin)()
        self._marks.append(self._cpu_ns())
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def _take_block(self, block):
        if self._profiler:
            self._profiler.take_block(block)
        end, begin = self._marks.pop(), self._marks.pop()
        (self.endurance if self._enduring else self.blocks).append(
            {**block, "cpu_ns": end - begin})

    def take(self, is_kernel, line):
        """Look at one line of the console."""
        if is_kernel or not line.startswith("bench: "):
            return
        what = line[len("bench: "):]
        kind = what.split(" ", 1)[0]
        if kind == "mark":
            self._take_mark()
        elif kind == "block":
            self._take_block(fields(what))
        elif kind == "modules" and self._profiler:
            self._profiler.begin_modules()
        elif kind == "module" and self._profiler:
            self._profiler.take_module(what[len("module "):])
        elif kind == "latency":
            self.latencies.append(fields(what))
        elif kind == "start":
            self.starts.append(fields(what))
        elif kind == "endure":
            self._enduring = what == "endure begins"
            print(f"bench: {what}", flush=True)
        elif kind == "FAIL":
            self.failed = what
        elif kind == "done":
            self.done = True


def measure_rounds():
    """Measure each round in a boot of its own, as boots differ by more than what
    is measured in one; returns a guest that has seen them all, and what is wrong.
    """
    whole = Guest(None)
    for number in range(ROUNDS):
        minutes = MINUTES if number == ROUNDS - 1 else 0
        guest, wrong = measure((bench_report.LAPS, BLOCK_MS, SAMPLES,
                                "quick" if QUICK else "full", minutes,
                                LINGER_US), "bench", dtb=shuffled_dtb())
        for row in guest.blocks + guest.latencies + guest.starts:
            row["position"] += bench_report.VISITS * row["round"]
            row["round"] = number
        whole.blocks += guest.blocks
        whole.latencies += guest.latencies
        whole.starts += guest.starts
        whole.endurance += guest.endurance
        if not wrong and not all(row["messages"] for row in guest.blocks):
            wrong = ["no message came in a whole block: the machine is too busy"]
        if wrong:
            return whole, wrong
        print(f"bench: round {number + 1} of {ROUNDS} is done", flush=True)
    return whole, []


def shuffled_dtb():
    """The name of a device tree by which the kernel chooses where its code lies.

    QEMU finds translated code by a few bits of its address, and has to look further
    for two places of one message that share them. Where that happens is chance, but
    with everything where it always is, the same chance in each boot.
    """
    name = f"{qemu.BOARD.dtb}-shuffled"
    path = f"{qemu.BUILD}/dtb/{name}.dtb"
    shutil.copyfile(f"{qemu.BUILD}/dtb/{qemu.BOARD.dtb}.dtb", path)
    seed = secrets.randbits(64) | 1
    subprocess.run(["fdtput", "-p", "-t", "x", path, "/chosen", "kaslr-seed",
                    f"{seed >> 32:x}", f"{seed & 0xffffffff:x}"], check=True)
    return name


def measure(plan, name, options=(), profiler=None, dtb=None):
    """Boot the guest and let it measure; returns it and what is wrong.

    `plan` is what the guest's program is called with, `options` go to QEMU. Without
    a `dtb` of its own, all code is where the kernel's image and the order of modules
    have it.
    """
    where = [f"maxcpus={CPUS}"] + (["nokaslr"] if not dtb else [])
    machine, changes = qemu.command(
        "exec", [*where, "ampkit.cmd=bench%20" + "%20".join(map(str, plan))],
        dtb=dtb or qemu.BOARD.dtb)
    log_path = f"{qemu.OUT}/{name}.log"
    process = subprocess.Popen([*machine, *options], env={**os.environ, **changes},
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    guest = Guest(process, profiler)
    try:
        with open(log_path, "wb") as log:
            watcher = Watcher(log, guest.take, SILENCE, LIMIT)
            watcher.follow(process)
    finally:
        process.kill()
        process.wait()
    wrong = [f"kernel trouble: {line}" for _, line in watcher.trouble][:3]
    if guest.failed:
        wrong.append(guest.failed)
    if watcher.ended:
        wrong.append(watcher.ended)
    elif not guest.done:
        wrong.append("the guest did not get to its end")
    return guest, [f"{text} (the console's log is {log_path})"
                   for text in wrong]


def profile():
    """Find out where the instructions are; returns rows and what is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        monitor, trace = f"{folder}/monitor", f"{folder}/trace"
        profiler = bench_profile.Profiler(monitor, trace)
        _, wrong = measure((1, PROFILE_BLOCK_MS, SAMPLES, "profile", 0, 0),
                           "bench-profile",
                           bench_profile.options(monitor, trace), profiler)
    return profiler.rows, wrong


def store(name, rows):
    """Write rows as CSV, whatever columns they have."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with open(f"{OUT}/{name}.csv", "w", encoding="ascii",
              newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def machine_name():
    """What the figures were taken on."""
    with open("/proc/cpuinfo", encoding="utf-8") as stream:
        found = re.search(r"model name\s*: (.*)", stream.read())
    name = found[1].strip() if found else platform.machine()
    return (f"{name}, {os.cpu_count()} processors, load "
            f"{os.getloadavg()[0]:.1f}; QEMU {qemu.qemu_version()}, "
            f"Linux {os.environ.get('KVER', '')} on {CPUS} of 2 processors")


def main():
    os.makedirs(OUT, exist_ok=True)
    before = machine_name()
    print(f"bench: {ROUNDS} rounds of {BLOCK_MS} ms a block"
          f"{', quick' if QUICK else ''}; {before}", flush=True)
    guest, wrong = measure_rounds()
    counting, parts = None, []
    if not wrong:
        print("bench: now once more, counting instructions", flush=True)
        counting, wrong = measure((1, COUNTING_BLOCK_MS, SAMPLES, "quick", 0, 0),
                                  "bench-counting", COUNTING)
        store("instructions", counting.blocks)
    if not wrong:
        print("bench: and once more, to see where they are", flush=True)
        parts, wrong = profile()
        store("profile", parts)
    store("blocks", guest.blocks)
    store("endurance", guest.endurance)
    store("latency", guest.latencies)
    store("start", guest.starts)
    if not wrong:
        report = bench_report.Report(guest, counting, parts, ROUNDS,
                                     before)
        wrong += report.wrong
        with open(f"{OUT}/report.txt", "w", encoding="utf-8") as stream:
            stream.write(report.text)
        print(report.text)
        bench_report.plot(guest, OUT)
        print(f"bench: text, CSV and plots are in {OUT}")
    for text in wrong:
        print(f"bench: FAIL: {text}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)

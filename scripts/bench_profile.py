# SPDX-License-Identifier: GPL-2.0
"""Which part of the system the instructions of a message are in.

QEMU runs one instruction at a time and writes down where each one is, while a
block is measured. That tells how much of a message's cost is the drivers' own,
and so what no driver could save: the program, the system calls, the kernel's
core, and the remote.
"""

import bisect
import collections
import os
import re
import socket
import subprocess
import time

import qemu

BUILD = os.environ["BUILD"]
SYMBOLS = f"{BUILD}/kernel/System.map"

PARTS = ("program", "kernel", "rpmsg core", "transport", "char device", "remote")

# Those that either side could have written in another way
OWN = ("transport", "char device")

MODULES = {"rpmsg_char": "char device", "rpmsg_ctrl": "char device"}

# In the kernel's image: virtio, remoteproc and rpmsg
CORE = re.compile(r"virtqueue_|vring_|virtio_|rproc_|rpmsg_|get_a_tx_buf|"
                  r"detach_buf|more_used")

TEXT = re.compile(r"^([0-9a-f]+) [tTwW] (\S+)$", re.MULTILINE)
TRACE = re.compile(rb"^Trace \d+: \S+ \[[0-9a-f]+/([0-9a-f]+)/", re.MULTILINE)
MODULE = re.compile(r"^(\S+) (\d+) .* 0x([0-9a-f]+)")

# Each instruction on a line of its own, and time is what was executed
STEPPING = ["-icount", "shift=0,sleep=off", "-d", "nochain"]


def options(monitor, trace):
    """What QEMU is called with; its monitor is a socket at `monitor`."""
    single = (["-singlestep"] if qemu.qemu_version() < 9 else
              ["-accel", "tcg,one-insn-per-tb=on"])
    return [*STEPPING, *single, "-D", trace,
            "-monitor", f"unix:{monitor},server,nowait"]


class Monitor:
    """QEMU's monitor, for which it has to run already."""

    PROMPT = b"(qemu) "
    PATIENCE = 10

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + self.PATIENCE
        while self._socket.connect_ex(path):
            if time.monotonic() > deadline:
                raise RuntimeError("QEMU's monitor does not answer")
            time.sleep(0.01)
        self._socket.settimeout(self.PATIENCE)
        self._read()

    def _read(self):
        said = b""
        while not said.endswith(self.PROMPT):
            said += self._socket.recv(4096)

    def command(self, text):
        """Do something, and wait until it is done."""
        self._socket.sendall(text.encode() + b"\n")
        self._read()


class Map:
    """What is where: starts of ranges, each with the name of its part."""

    def __init__(self, modules):
        ranges = [(0, "program")]
        for start, size in self._remotes():
            ranges += [(start, "remote"), (start + size, "program")]
        with open(SYMBOLS, encoding="ascii") as stream:
            for address, name in TEXT.findall(stream.read()):
                core = CORE.match(name)
                ranges.append((int(address, 16),
                               "rpmsg core" if core else "kernel"))
        for name, size, address in modules:
            start = int(address, 16)
            ranges += [(start, MODULES.get(name, "transport")),
                       (start + int(size), "kernel")]
        ranges.sort()
        self._starts = [start for start, _ in ranges]
        self._parts = [part for _, part in ranges]

    # Remotes run their images where those are linked
    @staticmethod
    def _remotes():
        folder = f"{BUILD}/firmware/{qemu.MACHINE}"
        for name in sorted(os.listdir(folder)):
            if re.fullmatch(r"bench-core\d\.elf", name):
                yield from Map._loaded(f"{folder}/{name}")

    @staticmethod
    def _loaded(path):
        said = subprocess.run(["readelf", "-lW", path], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        for address, size in re.findall(
                r"LOAD +0x\w+ 0x(\w+) 0x\w+ 0x\w+ 0x(\w+) R.E", said):
            yield int(address, 16), int(size, 16)

    def count(self, addresses):
        """{part: how many of the addresses are in it}."""
        counts = collections.Counter()
        for address, times in collections.Counter(addresses).items():
            i = bisect.bisect_right(self._starts, int(address, 16)) - 1
            counts[self._parts[i]] += times
        return counts


class Profiler:
    """Takes what bench.py tells of a guest that runs one step at a time."""

    def __init__(self, monitor, trace):
        self._path = monitor
        self._monitor = None
        self._trace = trace
        self._modules = []
        self.rows = []

    def begin_modules(self):
        """All modules that there are now will be told."""
        self._modules = []

    def take_module(self, line):
        """A line of /proc/modules."""
        found = MODULE.match(line)
        if found:
            self._modules.append(found.groups())

    def begin(self):
        """A block begins: write down what is executed from here on."""
        if not self._monitor:
            self._monitor = Monitor(self._path)
        with open(self._trace, "wb"):
            pass
        self._monitor.command(f"logfile {self._trace}")
        self._monitor.command("log exec,nochain")

    def end(self):
        """A block ends."""
        self._monitor.command("log nochain")

    def take_block(self, block):
        """What the block was, once it has ended."""
        with open(self._trace, "rb") as stream:
            counts = Map(self._modules).count(TRACE.findall(stream.read()))
        os.unlink(self._trace)
        self.rows.append({
            **{key: block[key] for key in ("stack", "mode", "direction")},
            **{part: counts[part] / block["messages"] for part in PARTS}})

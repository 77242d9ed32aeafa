#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Run a firmware image on QEMU's zcu102 without Linux.

This script is the host: over QEMU's qtest socket it loads the image, takes the
core out of reset, sets up the rings and rings the bell, byte by byte as the
contracts have it. Quick to run, and independent of any kernel.

    qemu_smoke.py [--cycles N] [--only PATTERN] IMAGE-DIRECTORY

Each test runs on a machine whose cores start at EL1, at EL2, and at EL3 with
and without an EL2 below it. Prints TAP.
"""

import argparse
import fnmatch
import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time

APU_RVBAR = 0xFD5C0040
CRF_RST_FPD_APU = 0xFD1A0104
GICD = 0xF9010000
VRING_NUM = 256
BUF_SIZE = 512
F_NS = 1 << 0
F_EVENT_IDX = 1 << 29
DRIVER_OK = 4
NAME_SERVICE = 53
OUR_ADDR = 0x400
NONC = 0x434E4F4E
HOLD = 0x444C4F48
# include/ampkit/ctrl.h
CTRL_TYPE, CTRL_MAGIC = 384, 0x43504D41
CTRL_STATE, CTRL_HEARTBEAT, CTRL_REQUEST, CTRL_CRASH = 8, 12, 64, 128
CTRL_READY, CTRL_STOPPED, CTRL_CRASHED = 1, 2, 3
CTRL_SHUTDOWN = 1
# include/ampkit/hostile.h
HOSTILE_MAGIC, HOSTILE_NOWHERE = 0x4C495645, 0x7FFFFFF8
HOSTILE_ABORT, HOSTILE_UNDEFINED, HOSTILE_STACK = 23, 24, 25
HOSTILE_IRQ, HOSTILE_PANIC = 26, 27
# Class of an exception in ESR_EL1, and SPSR_EL1's mode: EL1 on its own stack
EC_SHIFT, EC_UNKNOWN, EC_DATA_ABORT = 26, 0, 0x25
MODE_MASK, MODE_EL1H = 0xF, 5
# How the cores are started: name, machine options, exception level
ENTRIES = (
    ("el1", "", 1),
    ("el2", ",virtualization=on", 2),
    ("el3", ",secure=on", 3),
    ("el3_with_el2", ",secure=on,virtualization=on", 3),
)
# What core #0 runs: it accesses registers for us, since QEMU's GIC wants to
# know which core does. Command, address and value stand at STUB_MAILBOX.
#	mov x10, #0x1000; 1: ldr w0, [x10]; cbz w0, 1b; ldp w1, w2, [x10, #4]
#	cmp w0, #2; b.hi 4f; b.eq 2f; str w2, [x1]; b 3f
#	2: ldr w2, [x1]; str w2, [x10, #8]; 3: str wzr, [x10]; b 1b
#	4: wfi; b 4b
STUB = (
    0xD282000A, 0xB9400140, 0x34FFFFE0, 0x29408941, 0x7100081F,
    0x54000108, 0x54000060, 0xB9000022, 0x14000003, 0xB9400022,
    0xB9000942, 0xB900015F, 0x17FFFFF5, 0xD503207F, 0x17FFFFFF,
)
STUB_MAILBOX = 0x1000
STUB_WRITE, STUB_READ, STUB_REST = 1, 2, 3


class Failure(Exception):
    """The firmware did not do what it has to."""


class Machine:
    """A QEMU whose memory is read and written over its qtest socket."""

    def __init__(self, machine_options, entry_el):
        self.entry_el = entry_el
        self.dir = tempfile.TemporaryDirectory()
        path = os.path.join(self.dir.name, "qtest")
        stub = os.path.join(self.dir.name, "stub")
        with open(stub, "wb") as file:
            file.write(struct.pack(f"<{len(STUB)}I", *STUB))
        self.uart = os.path.join(self.dir.name, "uart1")
        server = socket.socket(socket.AF_UNIX)
        server.bind(path)
        server.listen(1)
        env = dict(os.environ, QEMU_AUDIO_DRV="none")
        command = [
            os.environ.get("QEMU", "qemu-system-aarch64"),
            "-M", "xlnx-zcu102" + machine_options, "-smp", "4",
            "-name", "smoke,debug-threads=on",
            "-m", "512M", "-accel", "tcg", "-display", "none",
            "-monitor", "none", "-serial", "null",
            "-serial", "file:" + self.uart, "-qtest", "unix:" + path,
            "-qtest-log", "/dev/null",
            "-device", f"loader,file={stub},addr=0,force-raw=on",
        ]
        self.qemu = subprocess.Popen(command, env=env,
                                     stderr=subprocess.DEVNULL)
        server.settimeout(20)
        self.socket = server.accept()[0]
        self.file = self.socket.makefile("rw", newline="\n")
        server.close()

    def close(self):
        self.socket.close()
        self.qemu.terminate()
        self.qemu.wait()
        self.dir.cleanup()

    def command(self, text):
        self.file.write(text + "\n")
        self.file.flush()
        while True:
            answer = self.file.readline().split()
            if not answer:
                raise Failure("QEMU is gone")
            if answer[0] == "OK":
                return answer[1:]
            if answer[0] != "IRQ":
                raise Failure(f"qtest: {answer}")

    def read(self, addr, size):
        return bytes.fromhex(self.command(f"read {addr:#x} {size}")[0][2:])

    def write(self, addr, data):
        for start in range(0, len(data), 4096):
            part = data[start:start + 4096]
            self.command(f"write {addr + start:#x} {len(part)} 0x{part.hex()}")

    def readl(self, addr):
        return int(self.command(f"readl {addr:#x}")[0], 16)

    def writel(self, addr, value):
        self.command(f"writel {addr:#x} {value:#x}")

    def stub(self, command, addr=0, value=0):
        self.write(STUB_MAILBOX + 4, struct.pack("<II", addr, value))
        self.write(STUB_MAILBOX, struct.pack("<I", command))
        if command != STUB_REST:
            wait_for("answer of core #0", lambda: not self.readl(STUB_MAILBOX))
        return self.readl(STUB_MAILBOX + 8)

    def cpu_seconds(self, core):
        """CPU time of a core's thread. QEMU's own main loop uses 2 % of a CPU
        for the board's timers, whatever the firmware does, and is not in it.
        """
        tasks = f"/proc/{self.qemu.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm", encoding="ascii") as file:
                if not file.read().startswith(f"CPU {core}/"):
                    continue
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
                return int(file.read().split()[0]) / 1e9
        raise Failure(f"QEMU has no thread for core #{core}")

    def gic_write(self, offset, value):
        self.stub(STUB_WRITE, GICD + offset, value)

    def gic_read(self, offset):
        return self.stub(STUB_READ, GICD + offset)

    def boot_gic(self):
        """As Linux does at boot: all shared interrupts off, and ours."""
        for word in (4, 8):
            self.gic_write(0x180 + word, 0xFFFFFFFF)
        for spi in range(32, 96, 4):
            self.gic_write(0x800 + spi, 0x01010101)

    def pend(self, interrupt):
        self.gic_write(0x200 + interrupt // 32 * 4, 1 << interrupt % 32)

    def take_pending(self, interrupt):
        """Was the interrupt pending? It is not any more."""
        bit = 1 << interrupt % 32
        was = self.gic_read(0x200 + interrupt // 32 * 4) & bit
        self.gic_write(0x280 + interrupt // 32 * 4, bit)
        return bool(was)


def wait_for(what, condition, seconds=5):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.001)
    raise Failure(f"no {what} within {seconds} s")


class Ring:
    """The driver's side of a ring, with one buffer for each entry."""

    def __init__(self, machine, base, buffers, writable):
        self.machine, self.base, self.buffers = machine, base, buffers
        self.avail = base + 16 * VRING_NUM
        self.used = (self.avail + 2 * (VRING_NUM + 3) + 4095) & ~4095
        self.avail_idx = self.used_idx = 0
        machine.write(base, bytes(self.used - base + 8 * VRING_NUM + 6))
        flags = 2 if writable else 0
        machine.write(base, b"".join(
            struct.pack("<QIHH", buffers + i * BUF_SIZE, BUF_SIZE, flags, 0)
            for i in range(VRING_NUM)))

    def add(self, head):
        slot = self.avail + 4 + 2 * (self.avail_idx % VRING_NUM)
        self.machine.write(slot, struct.pack("<H", head))
        self.avail_idx = (self.avail_idx + 1) & 0xFFFF
        self.machine.write(self.avail + 2, struct.pack("<H", self.avail_idx))

    def take_used(self):
        idx, = struct.unpack("<H", self.machine.read(self.used + 2, 2))
        if idx == self.used_idx:
            return None
        slot = self.used + 4 + 8 * (self.used_idx % VRING_NUM)
        self.used_idx = (self.used_idx + 1) & 0xFFFF
        # The event index follows: tell me of the next one.
        self.machine.write(self.avail + 4 + 2 * VRING_NUM,
                           struct.pack("<H", self.used_idx))
        return struct.unpack("<II", self.machine.read(slot, 8))


class Remote:
    """One core, its image and its link."""

    def __init__(self, machine, core, image):
        self.machine, self.core = machine, core
        self.base = 0x10000000 if core == 2 else 0x10400000
        self.to_remote, self.to_host = (63, 64) if core == 2 else (61, 62)
        with open(image, "rb") as file:
            self.elf = file.read()

    def load(self):
        entry, phoff = struct.unpack_from("<QQ", self.elf, 24)
        count, = struct.unpack_from("<H", self.elf, 56)
        for i in range(count):
            (kind, _, offset, _, addr, filesz, memsz,
             _) = struct.unpack_from("<IIQQQQQQ", self.elf, phoff + 56 * i)
            if kind == 1 and memsz:
                data = self.elf[offset:offset + filesz]
                self.machine.write(addr, data + bytes(memsz - filesz))
        return entry

    def start(self):
        entry = self.load()
        self.machine.writel(APU_RVBAR + 8 * self.core, entry)
        self.machine.writel(APU_RVBAR + 8 * self.core + 4, entry >> 32)
        self.reset(False)

    def reset(self, on):
        bits = self.machine.readl(CRF_RST_FPD_APU)
        bit = 1 << self.core
        self.machine.writel(CRF_RST_FPD_APU, bits | bit if on else bits & ~bit)
        if on:
            # QEMU stops the core a little later, and to start one that still
            # runs does nothing.
            time.sleep(0.3)

    def section(self, wanted):
        shoff, = struct.unpack_from("<Q", self.elf, 40)
        count, names = struct.unpack_from("<HH", self.elf, 60)
        sections = [struct.unpack_from("<IIQQQQ", self.elf, shoff + 64 * i)
                    for i in range(count)]
        for name, _, _, addr, offset, size in sections:
            start = sections[names][4] + name
            if self.elf[start:self.elf.index(b"\0", start)] == wanted:
                return addr, self.elf[offset:offset + size]
        raise Failure(f"the image has no section {wanted}")

    def table_entry(self, wanted):
        """The bytes of the table from the first entry of a type on."""
        table, _ = self.section(b".resource_table")
        data = self.machine.read(table, 256)
        num, = struct.unpack_from("<I", data, 4)
        for offset in struct.unpack_from(f"<{num}I", data, 16):
            if struct.unpack_from("<I", data, offset)[0] == wanted:
                return data[offset:]
        raise Failure(f"the table has no entry of type {wanted}")

    def trace(self):
        _, addr, size = struct.unpack_from("<III", self.table_entry(2))
        text = self.machine.read(addr, size)
        return text[:text.index(b"\0")].decode()

    def expect_entry(self):
        """The firmware found itself where this machine starts its cores."""
        line = f"core {self.core}, entered at EL{self.machine.entry_el}\n"
        if line not in self.trace():
            raise Failure(f"no '{line.strip()}' in {self.trace()}")

    def ctrl(self):
        """Address of the control block, and the heartbeat's promise."""
        (_, magic, version, addr, size, features, heartbeat_ms
         ) = struct.unpack_from("<7I", self.table_entry(CTRL_TYPE))
        if (magic, version, features) != (CTRL_MAGIC, 1, 15):
            raise Failure(f"control block {magic:x} {version} {features:x}")
        if size < 560 or addr % 4096:
            raise Failure(f"control block at {addr:x}, {size} bytes")
        return addr, heartbeat_ms

    def ctrl_is(self, state):
        return self.machine.readl(self.ctrl()[0] + CTRL_STATE) == state

    def link(self, features=F_NS | F_EVENT_IDX):
        """What the host does before DRIVER_OK, and DRIVER_OK."""
        table, data = self.section(b".resource_table")
        num, = struct.unpack_from("<I", data, 4)
        vdev = next(o for o in struct.unpack_from(f"<{num}I", data, 16)
                    if struct.unpack_from("<I", data, o)[0] == 3)
        self.status = table + vdev + 24
        rings = self.base + 0x100000
        self.rx = Ring(self.machine, rings, self.base + 0x120000, True)
        self.tx = Ring(self.machine, rings + 0x10000,
                       self.base + 0x120000 + VRING_NUM * BUF_SIZE, False)
        for head in range(VRING_NUM):
            self.rx.add(head)
        self.free = list(range(VRING_NUM))
        self.machine.writel(table + vdev + 16, features)
        for i, ring in enumerate((self.rx, self.tx)):
            vring = table + vdev + 28 + 20 * i
            self.machine.writel(vring, ring.base)
            self.machine.writel(vring + 12, i)
        self.machine.write(self.status, bytes([DRIVER_OK]))
        self.bell()

    def unlink(self):
        self.machine.write(self.status, bytes([0]))

    def bell(self):
        self.machine.pend(self.to_remote)

    def receive(self):
        wait_for("bell", lambda: self.machine.take_pending(self.to_host) or
                 self.pending())
        head, length = wait_for("message", self.rx.take_used)
        if not 16 <= length <= BUF_SIZE:
            raise Failure(f"used length {length}")
        data = self.machine.read(self.rx.buffers + head * BUF_SIZE, length)
        src, dst, _, size, _ = struct.unpack_from("<IIIHH", data)
        if size != length - 16:
            raise Failure(f"header length {size} in {length}")
        self.rx.add(head)
        return src, dst, data[16:]

    def pending(self):
        idx, = struct.unpack("<H", self.machine.read(self.rx.used + 2, 2))
        return idx != self.rx.used_idx

    def send(self, dst, payload):
        while (used := self.tx.take_used()) is not None:
            self.free.append(used[0])
        head = self.free.pop(0)
        header = struct.pack("<IIIHH", OUR_ADDR, dst, 0xDEADBEEF,
                             len(payload), 0)
        self.machine.write(self.tx.buffers + head * BUF_SIZE,
                           header + payload)
        self.tx.add(head)
        self.bell()

    def announcement(self):
        src, dst, data = self.receive()
        name, addr, flags = struct.unpack("<32sII", data)
        name = name.rstrip(b"\0")
        if (dst, name, flags, src) != (NAME_SERVICE, b"rpmsg-raw", 0, addr):
            raise Failure(f"announcement {src} {dst} {name} {addr} {flags}")
        return addr

    def echo(self, service, payload):
        self.send(service, payload)
        src, dst, data = self.receive()
        if (src, dst) != (service, OUR_ADDR):
            raise Failure(f"echo from {src} to {dst}")
        return data

    def nonce(self, service):
        data = self.echo(service, struct.pack("<I", NONC) + bytes(12))
        if data[:4] != struct.pack("<I", NONC) or data[12:] != bytes(4):
            raise Failure(f"nonce message {data}")
        return data[4:12]


def exchange(remote, service, count):
    for _ in range(count):
        payload = random.randbytes(random.randint(0, 496))
        if payload[:4] in (b"NONC", b"HOLD"):
            continue
        answer = remote.echo(service, payload)
        if answer != payload:
            raise Failure(f"{payload} came back as {answer}")


def one_life(remote, features, messages, hold):
    """Start, link, talk, stop; returns the nonce."""
    remote.start()
    remote.link(features)
    service = remote.announcement()
    exchange(remote, service, messages)
    nonce = remote.nonce(service)
    if hold:
        if remote.echo(service, struct.pack("<I", HOLD)) != b"HOLD":
            raise Failure("HOLD was not echoed")
        remote.send(service, b"x")
        wait_for("irq-hold", lambda: "irq-hold\n" in remote.trace())
    remote.reset(True)
    return nonce


def test_echo(machine, images, cycles):
    for core in (2, 3):
        remote = Remote(machine, core, f"{images}/echo-core{core}.elf")
        nonces = set()
        for cycle in range(cycles):
            features = F_NS | (F_EVENT_IDX if cycle % 2 == 0 else 0)
            messages = 300 if cycle < 2 else 3
            nonces.add(one_life(remote, features, messages, cycle % 3 == 1))
        if len(nonces) != cycles:
            raise Failure("a nonce came twice")
        remote.expect_entry()


def test_reset_by_host(machine, images):
    """The driver goes and comes back while the core runs on."""
    remote = Remote(machine, 3, f"{images}/echo-core3.elf")
    remote.start()
    for cycle in range(20):
        remote.link()
        service = remote.announcement()
        exchange(remote, service, 5)
        remote.unlink()
        # Half of the resets are over before the remote can see them.
        if cycle % 2:
            remote.bell()
            wait_for("link down", lambda: remote.trace().rstrip()
                     .endswith("link down"))
    remote.reset(True)


def test_late_host(machine, images):
    """The host takes the bell away, as Linux does when it boots."""
    remote = Remote(machine, 2, f"{images}/echo-core2.elf")
    remote.start()
    wait_for("trace", lambda: "nonce" in remote.trace())
    time.sleep(0.2)
    machine.boot_gic()
    time.sleep(0.2)
    remote.link()
    exchange(remote, remote.announcement(), 5)
    remote.reset(True)


def test_control_block(machine, images):
    """Ready, heartbeat in its time, a shutdown that is acknowledged."""
    remote = Remote(machine, 2, f"{images}/echo-core2.elf")
    remote.start()
    block, period_ms = remote.ctrl()
    wait_for("state READY", lambda: remote.ctrl_is(CTRL_READY))
    for _ in range(3):
        before = machine.readl(block + CTRL_HEARTBEAT)
        wait_for("heartbeat",
                 lambda: machine.readl(block + CTRL_HEARTBEAT) != before,
                 period_ms / 1000)
    remote.link()
    exchange(remote, remote.announcement(), 5)
    remote.unlink()
    machine.take_pending(remote.to_host)
    machine.writel(block + CTRL_REQUEST, CTRL_SHUTDOWN)
    remote.bell()
    wait_for("state STOPPED", lambda: remote.ctrl_is(CTRL_STOPPED), 0.5)
    wait_for("bell", lambda: machine.take_pending(remote.to_host))
    remote.reset(True)


def test_attach_header(machine, images):
    """What is at the start of an image leads to its table."""
    for name in ("echo", "hello"):
        remote = Remote(machine, 3, f"{images}/{name}-core3.elf")
        remote.start()
        header = struct.unpack("<IIIIQ", machine.read(remote.base, 24))
        addr, data = remote.section(b".resource_table") if name == "echo" \
            else (0, b"")
        magic = 0x78616D70 if data else 0
        complement = 0xFFFFFFFF - magic if data else 0
        if header != (1, magic, complement, len(data), addr):
            raise Failure(f"attach header of {name}: {header}")
        remote.reset(True)


def test_crash(machine, images):
    """Each way to die leaves a record, and the next life is a good one."""
    for core in (2, 3):
        remote = Remote(machine, core, f"{images}/hostile-core{core}.elf")
        for command, exception_class, text in (
                (HOSTILE_ABORT, EC_DATA_ABORT, "exception: sync"),
                (HOSTILE_UNDEFINED, EC_UNKNOWN, "exception: sync"),
                (HOSTILE_STACK, EC_DATA_ABORT, "exception: sync"),
                (HOSTILE_IRQ, EC_DATA_ABORT, "exception: sync"),
                (HOSTILE_PANIC, None, "panic: as told")):
            remote.start()
            remote.link()
            service = remote.announcement()
            exchange(remote, service, 3)
            remote.expect_entry()
            message = struct.pack("<IIII", HOSTILE_MAGIC, command, 0, 0)
            if remote.echo(service, message) != message:
                raise Failure("the command was not answered")
            remote.bell()
            wait_for("state CRASHED", lambda: remote.ctrl_is(CTRL_CRASHED))
            expect_record(remote, command, exception_class, text)
            remote.reset(True)


def expect_record(remote, command, exception_class, text):
    """The record tells of an exception of a class, or of a panic: None."""
    block, _ = remote.ctrl()
    record = remote.machine.read(block + CTRL_CRASH, 432)
    arch, cause, vector, _, esr, far, pc, pstate, sp = struct.unpack_from(
        "<IIIIQQQQQ", record)
    message = record[304:].split(b"\0")[0].decode()
    wanted = (2, 0) if exception_class is None else (1, 4)
    if arch != 1 or (cause, vector) != wanted or text not in message:
        raise Failure(f"crash record {arch} {cause} {vector} {message}")
    if not remote.base < pc < remote.base + 0x100000 or \
            not remote.base < sp < remote.base + 0x100000:
        raise Failure(f"crash at {pc:x}, stack {sp:x}")
    if exception_class is not None and \
            (esr >> EC_SHIFT, pstate & MODE_MASK) != (exception_class,
                                                      MODE_EL1H):
        raise Failure(f"crash with syndrome {esr:x}, state {pstate:x}")
    if command in (HOSTILE_ABORT, HOSTILE_IRQ) and far != HOSTILE_NOWHERE:
        raise Failure(f"crash with address {far:x}")
    # The page below the stack is not mapped
    if command == HOSTILE_STACK and not sp - 4096 < far < sp:
        raise Failure(f"stack overflow at {far:x}, stack {sp:x}")


def test_pair(machine, images):
    """One remote core is the host of the other, and nobody else is there."""
    for core in (2, 3):
        host = Remote(machine, core, f"{images}/pair-core{core}.elf")
        peer = Remote(machine, 5 - core, f"{images}/echo-core{5 - core}.elf")
        peer.load()
        host.start()
        wait_for("end of the pair", lambda: "pair ended" in host.trace(), 60)
        if "pair ended: 0" not in host.trace():
            raise Failure(host.trace())
        host.expect_entry()
        peer.expect_entry()
        host.reset(True)
        peer.reset(True)


def test_idle(machine, images):
    """With nothing to say a running remote costs next to nothing."""
    remote = Remote(machine, 2, f"{images}/echo-core2.elf")
    remote.start()
    remote.link()
    exchange(remote, remote.announcement(), 5)

    machine.stub(STUB_REST)
    before = machine.cpu_seconds(remote.core)
    time.sleep(3)
    used = machine.cpu_seconds(remote.core) - before
    remote.reset(True)
    if used > 0.03:
        raise Failure(f"{used:.3f} s of CPU in 3 s")


def test_hello(machine, images):
    """No table, no link: a line on the UART."""
    def greetings():
        with open(machine.uart, encoding="ascii") as file:
            return file.read().count("ampkit hello")

    for core in (2, 3):
        remote = Remote(machine, core, f"{images}/hello-core{core}.elf")
        before = greetings()
        remote.start()
        wait_for("greeting", lambda: greetings() == before + 1)
        remote.reset(True)


TESTS = (test_echo, test_reset_by_host, test_late_host, test_control_block,
         test_crash, test_pair, test_hello, test_attach_header, test_idle)


def boot(options, entry_el):
    """A machine in the state in which Linux, or nobody, would leave it."""
    machine = Machine(options, entry_el)
    if "secure=on" in options:
        for word in (4, 8):
            machine.gic_write(0x80 + word, 0xFFFFFFFF)
    machine.boot_gic()
    machine.gic_write(0, 3 if "secure=on" in options else 1)
    return machine


def run(test, machine, images, cycles):
    """Run one test; returns what is wrong, or None."""
    try:
        if test is test_echo:
            test(machine, images, cycles)
        else:
            test(machine, images)
    except (Failure, OSError) as error:
        return " ".join(str(error).split("\n"))
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", help="directory of the images")
    parser.add_argument("--cycles", type=int, default=10)
    parser.add_argument("--only", default="*", help="names of tests")
    args = parser.parse_args()
    count = failed = 0
    for entry, options, entry_el in ENTRIES:
        machine = None
        for test in TESTS:
            name = f"smoke_{entry}_{test.__name__.removeprefix('test_')}"
            if not fnmatch.fnmatch(name, args.only):
                continue
            # One machine for all of them: what a test leaves behind is there
            # for the next, unless it failed
            machine = machine or boot(options, entry_el)
            error = run(test, machine, args.images, args.cycles)
            count += 1
            failed += bool(error)
            print(f"not ok {count} - {name} # {error}" if error else
                  f"ok {count} - {name}", flush=True)
            if error:
                machine.close()
                machine = None
        if machine:
            machine.close()
    print(f"1..{count}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

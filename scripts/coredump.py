#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Crash a remote in the guest, and show its dumps in a debugger.

    coredump.py

Takes what qemu.py takes. The dumps are left beside its logs, one of a crash in
the main program and one of a crash where bells are taken. A dump is good when
the debugger tells from it and the firmware how the firmware got where it
crashed, and what a local variable held: a number that was drawn for this run
and sent to the firmware in a message.
"""

import base64
import gzip
import os
import random
import subprocess
import sys
import zlib

from typing import NamedTuple

from console import Demux
from qemu import BUILD, MACHINE, OUT, PATIENCE, command
from results import Tally

LOG = f"{OUT}/coredump.log"
TIMEOUT = 180 * PATIENCE


class Crash(NamedTuple):
    """A place to crash in."""
    place: str      # in words
    frames: tuple   # functions that have to be in the backtrace: innermost,
                    # some in between, outermost


MAIN_PROGRAM = Crash("main_program", ("touch_nowhere", "rx",
                                      "rpmsg_remote_poll", "main"))

# Each machine's image, and its crashes by the names that the guest has for them
IMAGE, CRASHES = {
    "zcu102": ("hostile-core2", {
        "main": MAIN_PROGRAM,
        "bell": Crash("interrupt_handler", ("touch_nowhere", "bell_rang",
                                            "board_irq")),
    }),
    "versal": ("hostile-core0", {
        "main": MAIN_PROGRAM,
        # There are no interrupts: it looks whether it was rung for
        "bell": Crash("port", ("touch_nowhere", "port_wait", "serve", "main")),
    }),
}[MACHINE]
IMAGE = f"{BUILD}/firmware/{MACHINE}/{IMAGE}.elf"


def unpack(text):
    """A dump from what was written of it, or None if that has no sense."""
    try:
        return gzip.decompress(base64.b64decode(text, validate=True))
    except (ValueError, EOFError, OSError, zlib.error):
        return None


def dumps_of(console):
    """The dumps that the guest has written to its console, by name."""
    found, name, text = {}, None, []
    for is_kernel, line in Demux().feed(console):
        if is_kernel:
            continue
        if line.startswith("ampkit-coredump: begin "):
            name, text = line.split()[-1], []
        elif name and line == f"ampkit-coredump: end {name}":
            found[name] = unpack("".join(text))
            name = None
        elif name:
            text.append(line)
    return found


def boot(seal):
    """Boot the guest; returns what it has written."""
    machine, changes = command("coredump", [f"ampkit.seal={seal:08x}"])
    done = subprocess.run(machine, env={**os.environ, **changes},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          check=False)
    with open(LOG, "wb") as log:
        log.write(done.stdout)
    return done.stdout


def debug(core):
    """What the debugger says when it is asked, without its greeting."""
    mark = "(the debugger has the dump)\n"
    gdb = ["gdb-multiarch", "-nx", "-batch",
           "-ex", f"set substitute-path . {os.getcwd()}/firmware-example",
           "-ex", f"echo {mark}", "-ex", "backtrace",
           "-ex", "print/x witness", "-ex", "info registers pc sp",
           IMAGE, core]
    said = subprocess.run(gdb, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    return said.partition(mark)[2]


def judge(crash, dump, seal, tally):
    """Whether the debugger finds in a dump what has to be there."""
    test = f"the_dump_of_a_crash_in_the_{crash.place}_has_a_backtrace"
    if not dump:
        tally.fail(test, f": the guest has sent no whole dump, see {LOG}")
        return
    core = f"{OUT}/coredump-{crash.place}.elf"
    with open(core, "wb") as stream:
        stream.write(dump)

    print(f"# gdb-multiarch {IMAGE} {core}")
    shown = debug(core)
    print(shown, end="")
    frames = [line for line in shown.splitlines() if line.startswith("#")]
    missing = [wanted for wanted in crash.frames
               if not any(f" {wanted} (" in frame for frame in frames)]
    if missing:
        tally.fail(test, f": no {' and no '.join(missing)} in it")
    else:
        tally.ok(test)

    test = f"the_dump_of_a_crash_in_the_{crash.place}_has_local_variables"
    if f"= {seal:#x}\n" in shown:
        tally.ok(test)
    else:
        tally.fail(test, f": {seal:#x} is not in it")


def main():
    tally = Tally()
    seal = random.getrandbits(32) | 1 << 31
    dumps = dumps_of(boot(seal))
    for name, crash in CRASHES.items():
        judge(crash, dumps.get(name), seal, tally)
    tally.store(f"{OUT}/results/coredump")
    print(f"coredump: {tally}")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())

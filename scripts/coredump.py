#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Crash a remote in the guest, and show its dump in a debugger.

    coredump.py

Takes what qemu.py takes. The dump is left in $BUILD/coredump.elf. Passes when
the debugger tells from the dump and the firmware where the crash happened and
how the firmware got there.
"""

import base64
import gzip
import os
import subprocess
import sys

from qemu import BUILD, command

IMAGE = f"{BUILD}/firmware/hostile-core2.elf"
CORE = f"{BUILD}/coredump.elf"
LOG = f"{BUILD}/coredump.log"
TIMEOUT = 180

# Innermost and outermost function of a crash on command
WANTED = ("touch_nowhere", "main")


def dump_of(console):
    """The dump that the guest has written to its console, or None."""
    lines = [line.strip() for line in console.splitlines()]
    try:
        begin = lines.index("ampkit-coredump: begin")
        end = lines.index("ampkit-coredump: end")
    except ValueError:
        return None
    return gzip.decompress(base64.b64decode("".join(lines[begin + 1:end])))


def boot():
    """Boot the guest; returns what it has written."""
    machine, changes = command("coredump")
    done = subprocess.run(machine, env={**os.environ, **changes},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=TIMEOUT,
                          check=False)
    with open(LOG, "wb") as log:
        log.write(done.stdout)
    return done.stdout.decode(errors="replace")


def backtrace():
    """What the debugger says."""
    gdb = ["gdb-multiarch", "-nx", "-batch",
           "-ex", f"set substitute-path . {os.getcwd()}/firmware-example",
           "-ex", "backtrace", "-ex", "info registers pc sp",
           IMAGE, CORE]
    return subprocess.run(gdb, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def main():
    dump = dump_of(boot())
    if not dump:
        sys.exit(f"coredump: FAIL: the guest has sent no dump, see {LOG}")
    with open(CORE, "wb") as core:
        core.write(dump)

    print(f"# gdb-multiarch {IMAGE} {CORE}")
    shown = backtrace()
    print(shown, end="")
    missing = [name for name in WANTED if name not in shown]
    if missing:
        sys.exit(f"coredump: FAIL: no {' and no '.join(missing)} in it")
    print("coredump: PASS")


if __name__ == "__main__":
    main()

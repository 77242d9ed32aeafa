# SPDX-License-Identifier: GPL-2.0
"""Read the guest's console: who said what, and whether something is wrong."""

import os
import re
import select
import time

# Every kernel message starts with its time (printk.time=1), wherever it lands
KERNEL_MESSAGE = re.compile(r"\[ *\d+\.\d{6}\](?:\[ *[TC]\d+\])? ?")

RUNNING = re.compile(r"^# running (\S+)")
DONE = "ampkit-guest: done"

# Only what reports a fault: a debug kernel also tells that its checkers are
# there ("kmemleak: Kernel memory leak detector initialized"). One that gives up
# says nothing any more, so that its end is trouble too.
TROUBLE = re.compile("|".join((
    "Kernel panic", "WARNING:", "BUG:", r"\bOops\b", "Call trace:",
    "Internal error", "Unable to handle", r"rcu: INFO", "self-detected stall",
    "blocked for more than", "hung_task", r"KASAN:", r"UBSAN:",
    r"possible .* locking", "suspicious RCU usage",
    "trying to register non-static key", "locking correctness validator",
    "new suspected memory leak", "memory leak detector disabled",
    "ODEBUG disabled",
    "refcount_t:", "list_(add|del) corruption", "scheduling while atomic",
    "sleeping function called", "soft lockup")))


class Demux:
    """Tells kernel messages from what programs write.

    Both share one UART. A kernel message may land in the middle of a
    program's line; it is taken out and the line put together again.
    """

    def __init__(self):
        self._bytes = b""
        self._pending = ""

    def feed(self, data):
        """Yields (is_kernel, line) for each line that `data` completes."""
        self._bytes += data
        *lines, self._bytes = self._bytes.split(b"\n")
        for line in lines:
            yield from self._split(
                line.decode("utf-8", "replace").replace("\r", ""))

    def finish(self):
        """Yields what was begun, when nothing more comes."""
        yield from self.feed(b"\n\n")

    def _split(self, line):
        found = KERNEL_MESSAGE.search(line)
        if found:
            self._pending += line[:found.start()]
            yield True, line[found.end():]
        else:
            line, self._pending = self._pending + line, ""
            yield False, line


class Watcher:
    """Follows a guest from its start to its end.

    Calls on_line(is_kernel, line) for each line. Afterwards `trouble` lists
    (test that was running, what the kernel said), and `ended` says why the
    guest did not end as it should, or is None.
    """

    def __init__(self, log, on_line, silence, limit):
        self._log = log
        self._on_line = on_line
        self._silence = silence
        self._deadline = time.monotonic() + limit
        self._demux = Demux()
        self._done = False
        self.running = "boot"
        self.trouble = []
        self.ended = None

    def follow(self, process):
        """Read until the guest's machine is off, or has to be switched off."""
        output = process.stdout.fileno()
        while True:
            wait = min(self._silence, self._deadline - time.monotonic())
            ready = wait > 0 and select.select([output], [], [], wait)[0]
            if not ready:
                self.ended = self._stuck()
                process.kill()
                break
            data = os.read(output, 65536)
            if not data:
                break
            self._log.write(data)
            self._log.flush()
            self._take(self._demux.feed(data))
        self._take(self._demux.finish())
        process.wait()
        if not self.ended and not self._done:
            self.ended = f"the guest died while running {self.running}"

    def _take(self, lines):
        for is_kernel, line in lines:
            self._look_at(is_kernel, line)
            self._on_line(is_kernel, line)

    def _look_at(self, is_kernel, line):
        found = RUNNING.match(line)
        if found:
            self.running = found.group(1)
        elif is_kernel and TROUBLE.search(line):
            self.trouble.append((self.running, line))
        elif line == DONE:
            self._done = True

    def _stuck(self):
        if self._done:
            return "the guest did not power off"
        if time.monotonic() >= self._deadline:
            return f"the guest took too long, while running {self.running}"
        return (f"the guest said nothing for {self._silence} s, "
                f"while running {self.running}")

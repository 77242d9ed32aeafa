# SPDX-License-Identifier: GPL-2.0
"""What the measurements of scripts/bench.py say: tables, targets, plots."""

import itertools
import math
import os
import statistics
import subprocess
from collections import defaultdict

from bench_profile import OWN, PARTS
from bench_stats import T99, Ratio, mean, paired

STACKS = ("A", "B", "ours")
OURS = "ours"
FLOOR = "floor"

# A round visits them forth and back in one boot, so many times
COURSE = ("A", "B", FLOOR, OURS)
LAPS = 2
VISITS = 2 * len(COURSE)

MACHINE = os.environ.get("MACHINE") or "zcu102"

# What the baselines are expected to do on a quiet machine: 1000 messages/s
# of 16 bytes with 32 in flight or more, doorbells and interrupts a message
BASELINES = {
    "zcu102": {"A": (52, 1.3, 0.4), "B": (98, 0.3, 0.25)},
    # Nobody has measured them elsewhere
    "versal": {},
}[MACHINE]
BASELINE_TOLERANCE = 0.15

# A few bells are the counting's own
SLACK = 4

# Remotes that hear of each bell of the other side, and whether a remote can be
# rung: on the Versal both share one bell, and look by themselves
LISTENERS, HAS_BELL = {"zcu102": (1, True), "versal": (2, False)}[MACHINE]


def rate(block):
    """Messages a second."""
    return block["messages"] * 1e9 / block["ns"]


def cost(block):
    """Microseconds of the host's processors a message."""
    return block["cpu_ns"] / 1e3 / block["messages"]


def instructions(block):
    """Instructions a message, where one takes a nanosecond."""
    return block["ns"] / block["messages"]


class Blocks:
    """The blocks by case: series of (round, position)."""

    def __init__(self, blocks):
        self._by_case = defaultdict(list)
        for block in blocks:
            self._by_case[self.case(block)].append(block)

    @staticmethod
    def case(block):
        """What a block is one of."""
        return (block["stack"], block["mode"], block["direction"],
                block["size"], block["window"], block["endpoints"],
                block["remotes"])

    def get(self, stack, mode="rw", direction="both", size=16, window=64,
            endpoints=1, remotes=1):
        """All blocks of a case."""
        return self._by_case[(stack, mode, direction, size, window, endpoints,
                              remotes)]

    def rounds(self, figure, *case, **more):
        """{round: [figure of each block]} of a case."""
        series = defaultdict(list)
        for block in self.get(*case, **more):
            series[block["round"]].append(figure(block))
        return series

    def cells(self, mode="rw"):
        """(direction, size, window) of the table, each once."""
        return sorted({case[2:5] for case in self._by_case
                       if case[1] == mode and case[5:] == (1, 1)})

    def per_message(self, key, *case, **more):
        """A count divided by messages, over all blocks of a case."""
        blocks = self.get(*case, **more)
        counted = LISTENERS if key == "taken" else 1
        return (sum(block[key] for block in blocks) / counted /
                sum(block["messages"] for block in blocks))

    def median(self, figure, *case, **more):
        """The median over all blocks of a case."""
        return statistics.median(figure(block)
                                 for block in self.get(*case, **more))


def disagreements(blocks):
    """Blocks of which both sides tell another story."""
    for block in blocks:
        where = (f"{block['stack']} {block['mode']} {block['direction']} "
                 f"{block['size']} bytes, window {block['window']}, round "
                 f"{block['round']}")
        if LISTENERS * block["irqs"] != block["taken"]:
            yield (f"{where}: {block['irqs']} interrupts, but the transport "
                   f"took {block['taken']} bells")
        if "fw_messages" not in block:
            continue
        slack = SLACK * block["remotes"]
        if block["fw_messages"] != block["messages"]:
            yield (f"{where}: {block['messages']} messages here, "
                   f"{block['fw_messages']} there")
        if HAS_BELL and block["fw_taken"] > block["rung"] + slack:
            yield (f"{where}: the remote took {block['fw_taken']} bells, of "
                   f"{block['rung']} that were rung")
        if block["irqs"] > block["fw_rung"] + slack:
            yield (f"{where}: {block['irqs']} interrupts of "
                   f"{block['fw_rung']} bells of the remote")


class Report:
    """The text, and what is wrong with it."""

    def __init__(self, guest, counting, parts, rounds, machine):
        self._blocks = Blocks(guest.blocks)
        self._guest = guest
        self._rounds = rounds
        self._lines = []
        self._targets = []
        self.wrong = []
        self._say(f"machine: {machine}")
        self._say(f"{rounds} rounds, each a boot with "
                  f"{' '.join(COURSE + COURSE[::-1])} twice; ratios with 95 % "
                  "confidence intervals")
        self._baselines()
        self._control()
        self._table()
        self._batch()
        self._floor()
        self._latency()
        self._links()
        self._start()
        self._counts()
        self._instructions(counting)
        self._parts(parts)
        self._endurance()
        self._cross_check()
        self._judge_all()
        self.text = "\n".join(self._lines) + "\n"

    def _say(self, text=""):
        self._lines.append(text)

    def _head(self, text):
        self._say()
        self._say(text)
        self._say("-" * len(text))

    # The ratio of two cases, of their rates unless another figure is given
    def _ratio(self, first, second, figure=rate):
        return paired(self._blocks.rounds(figure, *first[0], **first[1]),
                      self._blocks.rounds(figure, *second[0], **second[1]))

    @staticmethod
    def _case(*args, **more):
        return args, more

    def _against(self, stack, mode="rw", figure=rate, **more):
        return self._ratio(self._case(OURS, mode, **more),
                           self._case(stack, **more), figure)

    def _baselines(self):
        self._head("Baselines: 16 bytes both ways, 64 in flight, medians")
        for stack in ("A", "B"):
            found = self._blocks.median(rate, stack) / 1e3
            best = max(map(rate, self._blocks.get(stack))) / 1e3
            thousands, bells, irqs = "", "", ""
            if stack in BASELINES:
                wanted, *counts = BASELINES[stack]
                off = abs(found / wanted - 1)
                inside = "inside" if off <= BASELINE_TOLERANCE else "outside"
                thousands = f" ({wanted} k/s +-15 %: {inside})"
                bells, irqs = (f" ({count})" for count in counts)
            self._say(f"baseline {stack}: {found:.0f} k/s{thousands}, best "
                      f"block {best:.0f} k/s, "
                      f"{self._blocks.per_message('rung', stack):.2f} "
                      f"doorbells a message{bells}, "
                      f"{self._blocks.per_message('irqs', stack):.2f} "
                      f"interrupts{irqs}")

    # Visits that follow each other, of the same stack
    def _neighbours(self, stack):
        laps = range(0, LAPS * VISITS, VISITS)
        last = [lap + len(COURSE) - 1 for lap in laps] if stack == OURS else \
            [lap - 1 for lap in laps if lap]
        return [((number, position), (number, position + 1))
                for number in range(self._rounds) for position in last]

    def _control(self):
        self._head("Control: a stack against itself, 99 % intervals; each has "
                   "to contain 1.00")
        for stack in ("A", OURS):
            by_visit = defaultdict(list)
            for block in self._guest.blocks:
                if block["stack"] == stack and block["mode"] == "rw":
                    by_visit[block["round"], block["position"]].append(
                        (Blocks.case(block), math.log(rate(block))))
            logs = []
            for first, second in self._neighbours(stack):
                one, two = dict(by_visit[first]), dict(by_visit[second])
                logs.append(mean([one[case] - two[case] for case in one]))
            if len(logs) < 2:
                self._say(f"{stack}/{stack}: too few rounds")
                continue
            ratio = Ratio(logs, T99)
            good = ratio.contains(1.0)
            self._say(f"{stack}/{stack}: {ratio}"
                      f"{'' if good else '  does NOT contain 1.00'}")
            if not good:
                self.wrong.append(f"{stack} differs from itself: {ratio}; "
                                  "what this run says can't be trusted")

    def _table(self):
        self._head("Messages/s with read() and write(): ours / A, ours / B "
                   "(medians: thousands a second)")
        slower = []
        cells = self._blocks.cells()
        for direction, size, window in cells:
            where = {"direction": direction, "size": size, "window": window}
            medians = [self._blocks.median(rate, stack, **where) / 1e3
                       for stack in STACKS]
            ratios = [self._against(stack, **where) for stack in ("A", "B")]
            note = ""
            for stack, ratio in zip(("A", "B"), ratios):
                if ratio.high < 1.0:
                    note += f"  slower than {stack}"
            if note:
                slower.append((direction, size, window))
            self._say(f"{direction:4} {size:4} bytes {window:4} in flight: "
                      f"{str(ratios[0]):20} {str(ratios[1]):20} "
                      f"({medians[0]:.1f} {medians[1]:.1f} {medians[2]:.1f})"
                      f"{note}")
        for size, over_a, over_b in ((16, 3.0, 1.5), (496, 2.5, 1.3)):
            for stack, want in (("A", over_a), ("B", over_b)):
                self._at_least(f"read/write, {size} bytes, 64 in flight, over "
                               f"{stack}", self._against(stack, size=size),
                               want, self._floor_over(stack, size=size))
        self._target("cells of the table slower than in-tree", "0",
                     str(len(slower)), not slower)

    def _batch(self):
        self._head("Batch calls, both ways: over A, over our read() and "
                   "write(), over a client in the kernel")
        for _, size, window in [cell for cell in self._blocks.cells("batch")
                                if cell[0] == "both"]:
            where = {"size": size, "window": window}
            batch = self._case(OURS, "batch", **where)
            over = [self._against("A", "batch", **where),
                    self._ratio(batch, self._case(OURS, **where))]
            if self._blocks.get(OURS, "kernel", **where):
                over.append(self._ratio(batch, self._case(OURS, "kernel",
                                                          **where)))
            self._say(f"{size:4} bytes {window:4} in flight: "
                      + "  ".join(str(ratio) for ratio in over))
        self._at_least("batch calls, 16 bytes, 64 in flight, over A",
                       self._against("A", "batch"), 6.0,
                       self._floor_over("A", "batch"))
        self._at_least("batch calls, the same, over a client in the kernel",
                       self._ratio(self._case(OURS, "batch"),
                                   self._case(OURS, "kernel")), 0.75)

    # Of the least that there can be, over the read() and write() of a stack
    def _floor_over(self, stack, mode="rw", **more):
        return self._ratio(self._case(FLOOR, mode, **more),
                           self._case(stack, **more))

    def _floor(self):
        for mode, calls in (("rw", "read() and write()"),
                            ("batch", "Batch calls")):
            self._head(f"{calls} with the least that there can be: over A's and "
                       "B's read() and write(); ours over that")
            for where in self._floor_cells(mode):
                self._floor_line(mode, where)
        self._head("A client in the kernel that does not sleep: over the same")
        for size in (16, 496):
            where = {"direction": "both", "size": size, "window": 64}
            self._floor_line("kernel", where)

    def _floor_cells(self, mode):
        cells = [{"direction": direction, "size": size, "window": window}
                 for direction, size, window in self._blocks.cells(mode)]
        return [where for where in cells
                if self._blocks.get(FLOOR, mode, **where)]

    def _floor_line(self, mode, where):
        ours = self._ratio(self._case(OURS, mode, **where),
                           self._case(FLOOR, mode, **where))
        found = self._blocks.median(rate, FLOOR, mode, **where) / 1e3
        self._say(f"{where['direction']:4} {where['size']:4} bytes "
                  f"{where['window']:4} in flight: "
                  f"{str(self._floor_over('A', mode, **where)):20} "
                  f"{str(self._floor_over('B', mode, **where)):20} "
                  f"{str(ours):20} ({found:.1f})")

    def _latency(self):
        self._head("Round trip, 16 bytes, us")
        series = defaultdict(lambda: defaultdict(list))
        for row in self._guest.latencies:
            series[row["stack"], row["mode"]][row["round"]].append(row)
        p50 = {}
        for key, rounds in series.items():
            rows = [row for found in rounds.values() for row in found]
            times = [statistics.median(row[name] for row in rows) / 1e3
                     for name in ("p50", "p99", "p999")]
            p50[key] = {number: [row["p50"] for row in found]
                        for number, found in rounds.items()}
            self._say(f"{key[0]:5} {key[1]:5} p50 {times[0]:.0f}  "
                      f"p99 {times[1]:.0f}  p99.9 {times[2]:.0f}  p50 over "
                      f"A's: {paired(p50[key], p50[('A', 'rw')])}")
        self._at_most("round trip p50 over A's",
                      paired(p50[OURS, "rw"], p50["A", "rw"]), 0.8)
        if (OURS, "poll") in p50:
            self._at_most("round trip p50 with busy polling over A's",
                          paired(p50[OURS, "poll"], p50["A", "rw"]), 0.5)

    def _links(self):
        self._head("More endpoints, more remotes, and no program: medians, "
                   "thousands a second, and ours / B")
        for endpoints in (1, 8, 64):
            self._link_line(f"{endpoints} endpoints", endpoints=endpoints)
        self._link_line("2 remotes at once", remotes=2)
        for window in (64, 128, 240):
            for size in (16, 496):
                self._link_line(f"client in the kernel, {size} bytes, "
                                f"{window} in flight", mode="kernel",
                                size=size, window=window)
        self._at_most("cost per message, 64 endpoints over 1",
                      self._ratio(self._case(OURS, endpoints=64),
                                  self._case(OURS), cost), 1.10)

    def _link_line(self, what, mode="rw", **more):
        medians = [self._blocks.median(rate, stack, mode, **more) / 1e3
                   for stack in STACKS]
        ratio = self._ratio(self._case(OURS, mode, **more),
                            self._case("B", mode, **more))
        bells = self._blocks.per_message("rung", OURS, mode, **more)
        self._say(f"{what:42} A {medians[0]:.1f}  B {medians[1]:.1f}  ours "
                  f"{medians[2]:.1f}  {ratio}  {bells:.3f} doorbells")

    def _start(self):
        self._head("From \"echo start\" to the first echo, ms")
        series = defaultdict(lambda: defaultdict(list))
        for row in self._guest.starts:
            series[row["stack"]][row["round"]].append(row["ns"] / 1e6)
        for stack in STACKS:
            times = [x for found in series[stack].values() for x in found]
            self._say(f"{stack:5} {statistics.median(times):.1f}  over A's: "
                      f"{paired(series[stack], series['A'])}")

    def _counts(self):
        self._head("A message, 16 bytes both ways: doorbells to and from the "
                   "remote, interrupts,")
        self._say("context switches, system calls, us of the host's "
                  "processors (median)")
        for mode, stacks in (("rw", COURSE), ("batch", (FLOOR, OURS)),
                             ("kernel", ("B", FLOOR, OURS))):
            for stack in stacks:
                windows = sorted(cell[2] for cell in self._blocks.cells(mode)
                                 if cell[:2] == ("both", 16))
                for window in windows:
                    self._counts_line(stack, mode, window)
        worst = [0.0, 0.0]
        for direction, size, window in self._blocks.cells():
            if window >= 64:
                where = {"direction": direction, "size": size,
                         "window": window}
                for i, key in enumerate(("rung", "taken")):
                    worst[i] = max(worst[i], self._blocks.per_message(
                        key, OURS, **where))
        for name, found in zip(("to", "from"), worst):
            self._target(f"doorbells {name} the remote a message, any cell of "
                         "window >= 64", "<= 0.10", f"{found:.3f}",
                         found <= 0.1)

    def _counts_line(self, stack, mode, window):
        if not self._blocks.get(stack, mode, window=window):
            return
        counts = [self._blocks.per_message(key, stack, mode, window=window)
                  for key in ("rung", "taken", "irqs", "switches", "calls")]
        used = self._blocks.median(cost, stack, mode, window=window)
        self._say(f"{stack:5} {mode:6} {window:4} in flight: "
                  + "  ".join(f"{count:.3f}" for count in counts)
                  + f"  {used:.1f}")

    def _instructions(self, counting):
        self._head("Instructions of all processors a message, counted by QEMU: "
                   "A, B, ours; ours / B")
        blocks = Blocks(counting.blocks)
        for mode, window, more in (
                ("rw", 1, {}), ("rw", 64, {}), ("rw", 256, {}),
                ("rw", 64, {"size": 496}), ("rw", 64, {"endpoints": 64}),
                ("batch", 64, {}), ("batch", 256, {}), ("kernel", 64, {}),
                ("kernel", 240, {})):
            found = {stack: blocks.median(instructions, stack, mode,
                                          window=window, **more)
                     for stack in STACKS
                     if blocks.get(stack, mode, window=window, **more)}
            note = "".join(f", {name} {value}" for name, value in more.items())
            ratio = (f"{found[OURS] / found['B']:.2f}" if "B" in found
                     else "-")
            self._say(f"{mode:6} {window:4} in flight{note:14} "
                      + "  ".join(f"{found[stack]:7.0f}" if stack in found
                                  else "      -" for stack in STACKS)
                      + f"  {ratio}")
        one, many = (blocks.median(instructions, OURS, endpoints=count)
                     for count in (1, 64))
        self._target("instructions per message, 64 endpoints over 1",
                     "<= 1.10", f"{many / one:.2f}", many / one <= 1.1)

    def _parts(self, rows):
        self._head("Where they are, 16 bytes, 64 in flight")
        self._say(" " * 19 + "  ".join(f"{part:>11}" for part in PARTS)
                  + "          all")
        total, own = {}, {}
        # The second half of a round says the same
        for row in rows[:len(rows) // 2]:
            key = row["stack"], row["mode"], row["direction"]
            total[key] = sum(row[part] for part in PARTS)
            own[key] = sum(row[part] for part in OWN)
            self._say(f"{key[0]:5} {key[1]:7} {key[2]:5}"
                      + "  ".join(f"{row[part]:11.0f}" for part in PARTS)
                      + f"  {total[key]:11.0f}")
        self._say(f"Were our {' and '.join(OWN)} free, the rate of read() and "
                  "write() over B's by this count:")
        for direction in ("both", "out", "in"):
            free = total[OURS, "rw", direction] - own[OURS, "rw", direction]
            self._say(f"{direction:5} "
                      f"{total['B', 'rw', direction] / free:.2f}")

    def _endurance(self):
        blocks = self._guest.endurance
        what = "cost per message, last minute over the first"
        if not blocks:
            self._target(what, "<= 1.10", "BENCH_MINUTES=0", None)
            return
        self._head("The same load for minutes: us of the host's processors, "
                   "medians")
        span = 60e9
        ends = list(itertools.accumulate(block["ns"] for block in blocks))
        first = [block for block, end in zip(blocks, ends) if end <= span]
        last = [block for block, end in zip(blocks, ends)
                if end > ends[-1] - span]
        costs = [statistics.median(map(cost, part)) for part in (first, last)]
        calm = [sum(block["switches"] for block in part) /
                sum(block["messages"] for block in part)
                for part in (first, last)]
        self._say(f"first minute {costs[0]:.1f} us, {calm[0]:.3f} context "
                  f"switches a message; last {costs[1]:.1f} us, {calm[1]:.3f}")
        ratio = costs[1] / costs[0]
        self._target(what, "<= 1.10", f"{ratio:.2f}", ratio <= 1.1)

    def _cross_check(self):
        found = list(disagreements(self._guest.blocks +
                                   self._guest.endurance))
        self._head("Both sides' counts")
        self._say(f"{len(self._guest.blocks)} blocks, {len(found)} "
                  "disagreements")
        self.wrong += found[:5]

    def _target(self, what, want, found, met, note=""):
        self._targets.append((what, want, found, met, note))

    def _at_least(self, what, ratio, want, floor=None):
        note = self._doubt(ratio, want)
        if floor and ratio.value < want:
            beyond = "beyond the floor of" if floor.value < want else "floor"
            note += f", {beyond} {floor}"
        self._target(what, f">= {want:.2f}", str(ratio), ratio.value >= want,
                     note)

    def _at_most(self, what, ratio, want):
        self._target(what, f"<= {want:.2f}", str(ratio), ratio.value <= want,
                     self._doubt(ratio, want))

    @staticmethod
    def _doubt(ratio, want):
        return ", uncertain" if ratio.contains(want) else ""

    def _judge_all(self):
        self._head("Targets")
        for what, want, found, met, note in self._targets:
            verdict = {None: "not measured", True: "met", False: "NOT met"}[met]
            self._say(f"{what:64} {want:8} {found:20} {verdict}{note}")


def _curve(path, rows):
    with open(path, "w", encoding="ascii") as stream:
        for row in rows:
            print(*row, file=stream)


def _write_curves(guest, out):
    blocks = Blocks(guest.blocks)
    for stack, mode in (*((stack, "rw") for stack in STACKS),
                        (OURS, "batch")):
        cells = [cell[1:] for cell in blocks.cells(mode)
                 if cell[0] == "both"]
        for name, rows in (
                ("size", [(size, blocks.median(rate, stack, mode, size=size))
                          for size, window in cells if window == 64]),
                ("window", [(window, blocks.median(rate, stack, mode,
                                                   window=window))
                            for size, window in cells if size == 16])):
            _curve(f"{out}/{name}-{stack}-{mode}.dat", sorted(rows))


def _write_distributions(guest, out):
    sums = defaultdict(lambda: defaultdict(int))
    for row in guest.latencies:
        for part in row["histogram"].strip(",").split(","):
            start, count = part.split(":")
            sums[row["stack"], row["mode"]][int(start)] += int(count)
    for (stack, mode), buckets in sums.items():
        total, seen, rows = sum(buckets.values()), 0, []
        for start in sorted(buckets):
            seen += buckets[start]
            rows.append((start / 1e3, seen / total))
        _curve(f"{out}/latency-{stack}-{mode}.dat", rows)
    return sorted(sums)


PLOT = """
set terminal svg size 800,500
set output '{out}/{name}.svg'
set title '{title}'
set xlabel '{xlabel}'
set ylabel '{ylabel}'
set logscale x
set key {key}
set grid
{more}
plot {curves}
"""


def plot(guest, out):
    """Leave size.svg, window.svg and latency.svg."""
    _write_curves(guest, out)
    latencies = _write_distributions(guest, out)
    rates = [(stack, "rw") for stack in STACKS] + [(OURS, "batch")]
    plots = (
        ("size", "Messages/s over size: both ways, 64 in flight", "bytes",
         "messages/s", "top right", "set yrange [0:*]", rates),
        ("window", "Messages/s over window: both ways, 16 bytes",
         "messages in flight", "messages/s", "top left", "set yrange [0:*]",
         rates),
        ("latency", "Round trip of 16 bytes: how many are over by then",
         "us", "part", "bottom right", "set yrange [0:1]", latencies))
    script = ""
    for name, title, xlabel, ylabel, key, more, series in plots:
        style = "steps" if name == "latency" else "linespoints"
        curves = ", ".join(
            f"'{out}/{name}-{stack}-{mode}.dat' with {style} title "
            f"'{stack} {mode}'" for stack, mode in series)
        script += PLOT.format(out=out, name=name, title=title, xlabel=xlabel,
                              ylabel=ylabel, key=key, more=more,
                              curves=curves)
    subprocess.run(["gnuplot"], input=script, text=True, check=True)

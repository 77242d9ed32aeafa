#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Delete each barrier, each flush and each bound check of lib/ in turn, and
see that a test notices.

    mutate.py [--list] [--only PATTERN] [--fuzz SECONDS] BUILD-DIRECTORY

One line a deletion: "ok" when a test failed or hung with it, "not ok" when
none did. What may go without a test to notice stands in NEEDLESS, with the
reason.
"""

import argparse
import fnmatch
import pathlib
import re
import shutil
import subprocess
import sys

from run_host import unpack_corpus

TESTS = pathlib.Path(__file__).parent
LIB = TESTS.parent / "lib"
INCLUDE = TESTS.parent.parent / "include"
CFLAGS = ["-g", "-O1", "-std=gnu11", "-w", f"-I{LIB}", f"-I{INCLUDE}",
          "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
PROGRAMS = {
    "lib_test": ["lib_test.c"],
    "ctrl_test": ["ctrl_test.c"],
    "pair_test": ["pair_test.c", "model.c"],
}
RUN = {
    "pair_test": [["no_store_is_too_late"], ["both_ends_exchange_messages"],
                  ["first_look_finds_all"],
                  ["rings_are_there_when_the_status_says_so"],
                  ["control_block_is_seen_in_time"],
                  ["driver_refuses_what_it_never_lent"],
                  ["driver_refuses_an_id_twice"],
                  ["bad_places_for_rings_are_refused"],
                  ["more_entries_than_there_is_memory_for_are_refused"],
                  ["services_bind_on_both_sides_and_go"]],
}
FUZZERS = ("fuzz_ring", "fuzz_message")
TIMEOUT = 60

BARRIER = re.compile(r"^\t+(?:\w+->)+(?:mb|rmb|wmb)\(\);", re.M)
FLUSH = re.compile(r"^\t+port_(?:clean|invalidate)\([^;]*;", re.M)

# Bound checks: file, condition, what is put instead
CHECKS = [
    ("virtqueue.c", "is_power_of_2(cfg->num) &&", "cfg->num &&"),
    ("virtqueue.c", "cfg->num <= VIRTQ_MAX_NUM &&", ""),
    ("virtqueue.c", "is_power_of_2(cfg->align) &&", "cfg->align &&"),
    ("virtqueue.c", "cfg->align >= VIRTQ_MIN_ALIGN &&", ""),
    ("virtqueue.c", "cfg->align <= VIRTQ_MAX_ALIGN &&", ""),
    ("virtqueue.c", "!(cfg->da & (VIRTQ_MIN_ALIGN - 1))", "true"),
    ("virtqueue.c", "if (!ring)\n\t\treturn -EFAULT;", ""),
    ("virtqueue.c", "if ((uint16_t)(idx - vq->taken) > vq->num)",
     "if (false)"),
    ("virtqueue.c", "if (load_le16(&desc->flags) != want)", "if (false)"),
    ("virtqueue.c", "if (!buf->len)\n\t\treturn -EBADMSG;", ""),
    ("virtqueue.c", "buf->ptr ? 0 : -EBADMSG", "0"),
    ("virtqueue.c", "if (head >= vq->num) {", "if (false) {"),
    ("virtq_driver.c", "if ((uint16_t)(idx - vq->taken) > vq->lent)",
     "if (false)"),
    ("virtq_driver.c", "head >= vq->num || ", ""),
    ("virtq_driver.c", " || vq->owner[head] != VIRTQ_OWNER_DEVICE", ""),
    ("virtq_driver.c", "if (buf->len > vq->buf_size) {", "if (false) {"),
    ("virtq_driver.c", "!cfg->buf_size || ", ""),
    ("virtq_driver.c", "cfg->buf_size % VIRTQ_MIN_ALIGN ||\n", ""),
    ("virtq_driver.c", "cfg->buf_size > (UINT32_MAX - cfg->buf_da) / vq->num",
     "false"),
    ("virtq_driver.c", "if (!port->da_to_ptr(", "if (false && !port->da_to_ptr("),
    ("rpmsg_host.c", "driver.ring.num > cfg->num || ", ""),
    ("rpmsg_host.c", " || driver.ring.align > RSC_VRING_ALIGN", ""),
    ("rsc_table.h", "!table || size < sizeof(*hdr)", "!table"),
    ("rsc_table.h",
     "num <= (size - sizeof(*hdr)) / sizeof(uint32_t) ? num : 0", "num"),
    ("rsc_table.h", "size < len || ", ""),
    ("rsc_table.h", "offset > size - len || ", ""),
    ("rsc_table.h", " || offset % sizeof(uint32_t)", ""),
    ("rpmsg_rx.c", "buf->len < sizeof(*hdr) || ", ""),
    ("rpmsg_rx.c", " || (uintptr_t)hdr % sizeof(uint32_t)", ""),
    ("rpmsg_rx.c", "msg->len <= buf->len - sizeof(*hdr) ? 0 : -EBADMSG", "0"),
    ("rpmsg_tx.c", "buf->len > sizeof(struct rpmsg_wire_hdr) &&\n", ""),
    ("rpmsg_tx.c", "!((uintptr_t)buf->ptr % sizeof(uint32_t))", "true"),
    ("rpmsg_tx.c", "if (tx->size > MAX_PAYLOAD)", "if (false)"),
    ("rpmsg_tx.c", "if (len > buf->size)", "if (false)"),
    ("rpmsg_tx.c", "if (len > buf.size) {", "if (false) {"),
    ("rpmsg_tx.c", "else if (remote->num_held == RPMSG_MAX_TX_HELD)",
     "else if (false)"),
    ("rpmsg_ns.c", "if (msg->len != sizeof(ns)) {", "if (false) {"),
    ("rpmsg_ns.c",
     "str_len(ns.name, sizeof(ns.name)) == sizeof(ns.name) ||\n", ""),
    ("rpmsg_ns.c", "addr == RPMSG_NS_ADDR || ", ""),
    ("rpmsg_ns.c", " || addr == RPMSG_ADDR_ANY", ""),
    ("rpmsg_ept.c", "len == RPMSG_NAME_SIZE || ", ""),
    ("ctrl.c", "if (ms > AMPKIT_CTRL_HEARTBEAT_MAX)", "if (false)"),
    ("ctrl.c", " &&\n\t\t    load_le32(&rsc->magic) == AMPKIT_CTRL_MAGIC", ""),
    ("ctrl.c", "if (!rsc)\n\t\treturn -EINVAL;", ""),
    ("ctrl.c", "to->message[sizeof(to->message) - 1] = '\\0';", ""),
    ("vdev.c", " &&\n\t       load8(&rsc->num_of_vrings) == vrings", ""),
    ("vdev.c", " && load_le32(&rsc->type) == RSC_TYPE_VDEV", ""),
    ("vdev.c", "rsc && ", ""),
    ("mem.c", "len < max && ", ""),
    ("fmt.c", "if (to->len < to->room)", "if (true)"),
    ("trace.c", "if (trace->pos >= trace->size - 1)", "if (false)"),
    ("trace.c", "i < trace->size - 1 && ", ""),
    ("trace.c", "if (len >= (trace->size - trace->start) / 2)\n\t\tlen = 0;",
     ""),
    ("trace.c", " && trace->pos < trace->size / 2", ""),
    ("rpmsg_ns.c", "!ns.name[0] || ", ""),
    ("rpmsg_ept.c", "else if (*addr == RPMSG_NS_ADDR)", "else if (false)"),
    ("rpmsg_ept.c", "remote->next_addr < RPMSG_FIRST_DYNAMIC ||\n", ""),
    ("rpmsg_ept.c", "||\n\t\t    remote->next_addr == RPMSG_ADDR_ANY", ""),
    # What belongs to an earlier life of the link
    ("rpmsg_rx.c", " || msg->life != ept->remote->life", ""),
    ("rpmsg_rx.c", " && remote->life == life", ""),
    ("rpmsg_tx.c", " && buf->life == remote->life", ""),
    ("rpmsg_rx.c", "if (!rpmsg_rings_restarted(remote))", "if (true)"),
    ("rpmsg_rx.c", " &&\n\t    !rpmsg_rings_restarted(remote)", ""),
    ("rpmsg_tx.c", " ||\n\t    rpmsg_rings_restarted(remote)", ""),
    ("rpmsg_tx.c", " && !rpmsg_rings_restarted(remote)", ""),
    ("rpmsg_tx.c", " || !vdev_driver_ok(&remote->vdev)", ""),
    ("rpmsg.c", "virtq_was_reset(&remote->tx) || ", ""),
    ("rpmsg.c", " || virtq_was_reset(&remote->rx)", ""),
    ("virtqueue.c", "vq->broken = !virtq_was_reset(vq);",
     "vq->broken = true;"),
]

# Deletions that nothing can notice, and why they stay
NEEDLESS = {
}


def line_of(text, start):
    """Number of the line at an offset."""
    return text.count("\n", 0, start) + 1


def deletions():
    """Yield (name, file, text after the deletion)."""
    for path in sorted(LIB.glob("*.c")):
        text = path.read_text()
        for pattern in (BARRIER, FLUSH):
            for found in pattern.finditer(text):
                what = " ".join(found[0].split())
                line = line_of(text, found.start())
                yield (f"{path.name}:{line} {what}", path,
                       text[:found.start()] + "\t\t;" + text[found.end():])
    for name, old, new in CHECKS:
        path = LIB / name
        text = path.read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{name}: {text.count(old)} times: {old}")
        line = line_of(text, text.index(old))
        yield (f"{name}:{line} {' '.join(old.split())}", path,
               text.replace(old, new))


class Builder:
    """Compiles a lib of which one file is changed, and the tests with it."""

    def __init__(self, build):
        self.dir = build
        build.mkdir(parents=True, exist_ok=True)
        for path in LIB.glob("*.c"):
            self.compile(path, f"{path.stem}.o", [])
        self.compile_tests("", [])

    def compile_tests(self, prefix, more):
        """Compile the tests, with a changed header if `more` says so."""
        for sources in PROGRAMS.values():
            for source in sources:
                self.compile(TESTS / source, f"{prefix}{source}.o",
                             ["-DMODEL_SEEDS=16", "-DMODEL_MESSAGES=1000",
                              *more])

    def compile(self, source, target, more):
        subprocess.run(["gcc", *CFLAGS, *more, f"-I{TESTS}", "-c", "-o",
                        self.dir / target, source], check=True)

    def mutant_objects(self, path, text):
        """The objects of lib/ with the changed file."""
        changed = self.dir / "changed"
        changed.mkdir(exist_ok=True)
        for old in changed.iterdir():
            old.unlink()
        (changed / path.name).write_text(text)
        objects = []
        for source in LIB.glob("*.c"):
            target = f"{source.stem}.o"
            if source == path or path.suffix == ".h":
                where = changed / path.name if source == path else source
                target = f"changed_{source.stem}.o"
                subprocess.run(["gcc", *CFLAGS[:5], f"-I{changed}",
                                *CFLAGS[5:], f"-I{LIB}", "-include",
                                changed / path.name, "-c", "-o",
                                self.dir / target, where]
                               if path.suffix == ".h" else
                               ["gcc", *CFLAGS, "-c", "-o",
                                self.dir / target, where], check=True)
            objects.append(self.dir / target)
        return objects

    def programs(self, path, objects):
        """Yield a command for each run of a test."""
        prefix = ""
        if path.suffix == ".h":
            prefix = "changed_"
            self.compile_tests(prefix, ["-include",
                                        self.dir / "changed" / path.name])
        for name, sources in PROGRAMS.items():
            program = self.dir / name
            subprocess.run(
                ["gcc", *CFLAGS, "-pthread", "-o", program,
                 *[self.dir / f"{prefix}{source}.o" for source in sources],
                 *objects], check=True)
            for arguments in RUN.get(name, [[]]):
                yield [program, *arguments]

    def fuzzers(self, path, text, seconds):
        """Yield a command for each bounded run of a fuzzer."""
        changed = self.dir / "changed"
        for name in FUZZERS:
            program = self.dir / name
            sources = [changed / path.name if source == path else source
                       for source in LIB.glob("*.c")]
            extra = ["-include", changed / path.name] \
                if path.suffix == ".h" else []
            subprocess.run(["clang", *CFLAGS, "-fsanitize=fuzzer", *extra,
                            "-o", program, TESTS / f"{name}.c", *sources],
                           check=True)
            yield [program, f"-max_total_time={seconds}", "-seed=1",
                   "-max_len=512", "-timeout=10",
                   f"-artifact_prefix={self.dir}/",
                   self.corpus(name)]

    def corpus(self, name):
        """The kept corpus of a fuzzer, unpacked afresh."""
        folder = self.dir / f"corpus_{name}"
        shutil.rmtree(folder, ignore_errors=True)
        unpack_corpus(TESTS / "corpus" / f"{name}.txt", folder)
        return folder


def fails(command):
    """Whether a test fails, or does not end."""
    try:
        return subprocess.run(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False,
                              timeout=TIMEOUT).returncode != 0
    except subprocess.TimeoutExpired:
        return True


def finder(builder, path, text, seconds):
    """The name of what noticed, or None."""
    for command in builder.programs(
            path, builder.mutant_objects(path, text)):
        if fails(command):
            return " ".join([command[0].name, *command[1:]])
    if seconds:
        for command in builder.fuzzers(path, text, seconds):
            if fails(command):
                return command[0].name
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, nargs="?")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--only", default="*")
    parser.add_argument("--fuzz", type=int, default=0)
    args = parser.parse_args()
    picked = [mutant for mutant in deletions()
              if fnmatch.fnmatch(mutant[0], args.only)]
    if args.list or not args.build:
        print("\n".join(name for name, _, _ in picked))
        return 0
    builder = Builder(args.build)
    missed = 0
    for number, (name, path, text) in enumerate(picked, 1):
        found = finder(builder, path, text, args.fuzz)
        reason = next((why for key, why in NEEDLESS.items() if key in name),
                      None)
        if found:
            print(f"ok {number} - {name}: {found}", flush=True)
        elif reason:
            print(f"ok {number} - {name}: needless here: {reason}", flush=True)
        else:
            missed += 1
            print(f"not ok {number} - {name}: nothing noticed", flush=True)
    print(f"1..{len(picked)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Make images that a remote must not start, out of one that it starts.

    bad_images.py GOOD-coreN.elf OUTDIR

Writes OUTDIR/bad-<name>-coreN.elf for each function below that an image of this
class can be spoilt by, and OUTDIR/odd-<name>-coreN.elf for those that it has to
start all the same. What each of them must lead to stands in
scripts/guest/e2e/bad_input.c, odd_images.c and mutants.c; the guest finds the
files in /lib/firmware/ampkit. The same input gives the same files.
"""

import os
import random
import struct
import sys
from typing import NamedTuple

PAGE = 0x1000

RING_REGION = 0x10000

PT_LOAD = 1
PF_X = 1
RSC_DEVMEM = 1
RSC_TRACE = 2
RSC_VDEV = 3
RSC_CTRL = 384
RSC_UNKNOWN = 500
EM_ARM = 40
EM_AARCH64 = 183
EM_RISCV = 243
ELFCLASS32 = 1
ELFCLASS64 = 2
ELFDATA2MSB = 2


class Layout(NamedTuple):
    """Where the good image's remote has its memory."""
    image_end: int  # behind the carveout of the image
    vring0: int     # carveout of the first ring
    behind: int     # right behind all carveouts
    other: int      # the other remote's image


LAYOUTS = {
    EM_AARCH64: Layout(0x10100000, 0x10100000, 0x10200000, 0x10400000),
    EM_ARM: Layout(0x80000, 0x10100000, 0x10200000, 0x80000),
}


# An instruction that branches to itself
LOOP = {EM_AARCH64: 0x14000000, EM_ARM: 0xeafffffe}


class Format(NamedTuple):
    """What differs between the ELF classes."""
    bits: int
    header: str         # of struct, see Elf.HEADER
    segment: tuple      # fields of a program header
    segment_format: str
    section_size: int
    section_offset: int  # place of sh_offset in a section header
    address: str        # of struct


FORMATS = {
    ELFCLASS32: Format(32, "<16sHHIIIIIHHHHHH",
                       ("type", "offset", "vaddr", "paddr", "filesz", "memsz",
                        "flags", "align"), "<IIIIIIII", 40, 16, "<I"),
    ELFCLASS64: Format(64, "<16sHHIQQQIHHHHHH",
                       ("type", "flags", "offset", "vaddr", "paddr", "filesz",
                        "memsz", "align"), "<IIQQQQQQ", 64, 24, "<Q"),
}


class Elf:
    """A little-endian ELF file whose headers can be changed in place."""

    HEADER = ("ident", "type", "machine", "version", "entry", "phoff",
              "shoff", "flags", "ehsize", "phentsize", "phnum", "shentsize",
              "shnum", "shstrndx")

    def __init__(self, data):
        self.data = bytearray(data)
        if data[:4] != b"\x7fELF" or data[5] != 1:
            raise ValueError("not a little-endian ELF file")
        self.format = FORMATS[data[4]]
        self.top = 1 << self.format.bits
        self.layout = LAYOUTS[self.header()["machine"]]

    def _get(self, names, layout, offset):
        return dict(zip(names, struct.unpack_from(layout, self.data, offset)))

    def _set(self, names, layout, offset, changes):
        fields = self._get(names, layout, offset)
        for name, value in changes.items():
            if name not in fields:
                raise KeyError(name)
            fields[name] = value
        struct.pack_into(layout, self.data, offset,
                         *(fields[name] for name in names))

    def header(self):
        """The fields of the ELF header."""
        return self._get(self.HEADER, self.format.header, 0)

    def set_header(self, **changes):
        """Change fields of the ELF header."""
        self._set(self.HEADER, self.format.header, 0, changes)

    def _segment_offset(self, index):
        return (self.header()["phoff"] +
                index * struct.calcsize(self.format.segment_format))

    def segment(self, index):
        """The fields of a program header."""
        return self._get(self.format.segment, self.format.segment_format,
                         self._segment_offset(index))

    def set_segment(self, index, **changes):
        """Change fields of a program header."""
        self._set(self.format.segment, self.format.segment_format,
                  self._segment_offset(index), changes)

    def loaded(self):
        """Indices of the program headers that put something into memory."""
        return [index for index in range(self.header()["phnum"])
                if self.segment(index)["type"] == PT_LOAD
                and self.segment(index)["memsz"]]

    def last(self):
        """The loaded segment that is not the entry's, if there is a choice."""
        return self.loaded()[-1]

    def base(self):
        """Start of the remote's memory."""
        return min(self.segment(i)["paddr"] for i in self.loaded()) & -PAGE

    def _section(self, name):
        """Offset in the file of the section with a name."""
        header = self.header()

        def field(index, layout, offset):
            return struct.unpack_from(layout, self.data, header["shoff"] +
                                      index * self.format.section_size + offset)[0]

        place = self.format.address, self.format.section_offset
        names = field(header["shstrndx"], *place)
        for index in range(header["shnum"]):
            start = names + field(index, "<I", 0)
            if self.data[start:start + len(name) + 1] == name + b"\0":
                return field(index, *place)
        raise KeyError(name)

    def set_resource(self, kind, offset, value):
        """Change a word of the first entry of a kind in the resource table,
        by its place in it: the type is at 0."""
        table = self._section(b".resource_table")
        count, = struct.unpack_from("<I", self.data, table + 4)
        for start in struct.unpack_from(f"<{count}I", self.data, table + 16):
            if struct.unpack_from("<I", self.data, table + start)[0] == kind:
                struct.pack_into("<I", self.data, table + start + offset,
                                 value)
                return
        raise KeyError(kind)

    def set_ring(self, ring, field, value):
        """Change a field of a ring of the virtio device."""
        place = ("da", "align", "num").index(field)
        self.set_resource(RSC_VDEV, 28 + 20 * ring + 4 * place, value)

    def set_section(self, index, offset, layout, value):
        """Change a field of a section header, by its place in it."""
        struct.pack_into(layout, self.data, self.header()["shoff"] +
                         index * self.format.section_size + offset, value)


def empty(elf):
    del elf.data[:]


def cut_header(elf):
    del elf.data[40:]


def cut_program_headers(elf):
    del elf.data[elf.header()["phoff"] + 20:]


def truncated(elf):
    segment = max((elf.segment(i) for i in elf.loaded()),
                  key=lambda s: s["offset"] + s["filesz"])
    del elf.data[segment["offset"] + segment["filesz"] // 2:]


def garbage(elf):
    elf.data[:] = random.Random(1).randbytes(len(elf.data))


def machine(elf):
    elf.set_header(machine=EM_RISCV)


def other_machine(elf):
    own = elf.header()["machine"]
    elf.set_header(machine=EM_ARM if own == EM_AARCH64 else EM_AARCH64)


def elf_class(elf):
    elf.data[4] ^= ELFCLASS32 ^ ELFCLASS64


def endian(elf):
    elf.data[5] = ELFDATA2MSB


def no_segments(elf):
    elf.set_header(phnum=0)


def phentsize(elf):
    elf.set_header(phentsize=elf.header()["phentsize"] - 8)


def phoff(elf):
    elf.set_header(phoff=elf.top - 56)


def shoff(elf):
    elf.set_header(shoff=len(elf.data) - 8)


def shstrndx(elf):
    elf.set_header(shstrndx=elf.header()["shnum"])


def sh_name(elf):
    elf.set_section(1, 0, "<I", 0x7fffffff)


def segment_at(elf, address):
    elf.set_segment(elf.last(), paddr=address)


def segment_outside(elf):
    segment_at(elf, elf.layout.behind)


def segment_before(elf):
    segment_at(elf, elf.base() - PAGE)


def segment_at_0(elf):
    segment_at(elf, 0)


def segment_one_byte(elf):
    segment = elf.segment(elf.last())
    elf.set_segment(elf.last(), memsz=elf.layout.image_end -
                    segment["paddr"] + 1)


def segment_one_page(elf):
    segment = elf.segment(elf.last())
    size = -(-segment["memsz"] // PAGE) * PAGE
    elf.set_segment(elf.last(), memsz=size,
                    paddr=elf.layout.image_end - size + PAGE)


def segment_over_vring(elf):
    # Small enough to fit in there
    filesz = min(elf.segment(elf.last())["filesz"], PAGE)
    elf.set_segment(elf.last(), filesz=filesz, memsz=PAGE)
    segment_at(elf, elf.layout.vring0)


def over_the_other_remote(elf):
    segment_at(elf, elf.layout.other)


def segment_above_4g(elf):
    segment_at(elf, elf.segment(elf.last())["paddr"] + (1 << 32))


def segment_wraps(elf):
    elf.set_segment(elf.last(), memsz=elf.top - PAGE)


def filesz(elf):
    segment = elf.segment(elf.loaded()[0])
    elf.set_segment(elf.loaded()[0], memsz=segment["filesz"] - 1)


def offset(elf):
    elf.set_segment(elf.loaded()[0], offset=elf.top - PAGE)


def entry(elf):
    elf.set_header(entry=elf.layout.behind)


def vring_too_large(elf):
    for ring in range(2):
        elf.set_ring(ring, "num", 4096)


def vring_before(elf):
    elf.set_ring(0, "da", elf.layout.vring0 - PAGE)


def vring_behind(elf):
    elf.set_ring(0, "da", elf.layout.vring0 + RING_REGION - PAGE)


def vring_uneven(elf):
    """The size of a ring fits, but its second half begins at the next page."""
    for ring in range(2):
        elf.set_ring(ring, "num", 32)
    elf.set_ring(0, "da", elf.layout.vring0 + RING_REGION - PAGE - 0x1f0)


def trace_outside(elf):
    elf.set_resource(RSC_TRACE, 4, elf.layout.behind)


def features(elf):
    elf.set_resource(RSC_VDEV, 12, 0xffffffff)


def devmem(elf):
    elf.set_resource(RSC_TRACE, 0, RSC_DEVMEM)


def ctrl_outside(elf):
    elf.set_resource(RSC_CTRL, 12, elf.layout.behind)


def ctrl_over_vring(elf):
    elf.set_resource(RSC_CTRL, 12, elf.layout.vring0)


def ctrl_not_aligned(elf):
    elf.set_resource(RSC_CTRL, 12, elf.layout.image_end - PAGE + 4)


def ctrl_short(elf):
    elf.set_resource(RSC_CTRL, 16, 64)


def ctrl_version(elf):
    elf.set_resource(RSC_CTRL, 8, 99)


def endless(elf):
    """All code is loops, and nobody waits for it to get ready."""
    elf.set_resource(RSC_CTRL, 0, RSC_UNKNOWN)
    for index in elf.loaded():
        segment = elf.segment(index)
        if segment["flags"] & PF_X:
            words = segment["filesz"] // 4
            struct.pack_into(f"<{words}I", elf.data, segment["offset"],
                             *[LOOP[elf.header()["machine"]]] * words)


IMAGES = {
    "empty": empty,
    "cut-header": cut_header,
    "cut-program-headers": cut_program_headers,
    "truncated": truncated,
    "garbage": garbage,
    "machine": machine,
    "other-machine": other_machine,
    "class": elf_class,
    "endian": endian,
    "no-segments": no_segments,
    "phentsize": phentsize,
    "phoff": phoff,
    "shoff": shoff,
    "shstrndx": shstrndx,
    "sh-name": sh_name,
    "segment-outside": segment_outside,
    "segment-before": segment_before,
    "segment-at-0": segment_at_0,
    "segment-one-byte": segment_one_byte,
    "segment-one-page": segment_one_page,
    "segment-over-vring": segment_over_vring,
    "over-the-other-remote": over_the_other_remote,
    "segment-above-4g": segment_above_4g,
    "segment-wraps": segment_wraps,
    "filesz": filesz,
    "offset": offset,
    "entry": entry,
    "vring-too-large": vring_too_large,
    "vring-before": vring_before,
    "vring-behind": vring_behind,
    "vring-uneven": vring_uneven,
    "trace-outside": trace_outside,
}

# Those that an ELF32 file has no numbers for
ONLY_64 = ("segment-above-4g",)

ODD_IMAGES = {
    "features": features,
    "devmem": devmem,
    "ctrl-outside": ctrl_outside,
    "ctrl-over-vring": ctrl_over_vring,
    "ctrl-not-aligned": ctrl_not_aligned,
    "ctrl-short": ctrl_short,
    "ctrl-version": ctrl_version,
    "endless": endless,
}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as stream:
        good = stream.read()
    core = sys.argv[1].rpartition("-")[2]
    os.makedirs(sys.argv[2], exist_ok=True)
    for prefix, images in (("bad", IMAGES), ("odd", ODD_IMAGES)):
        for name, spoil in images.items():
            elf = Elf(good)
            if name in ONLY_64 and elf.format.bits == 32:
                continue
            spoil(elf)
            with open(f"{sys.argv[2]}/{prefix}-{name}-{core}", "wb") as stream:
                stream.write(elf.data)


if __name__ == "__main__":
    main()

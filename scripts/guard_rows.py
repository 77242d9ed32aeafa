# SPDX-License-Identifier: GPL-2.0
"""What guards.py switches off: the guards of drivers/remoteproc and
drivers/mailbox against faulty images and remotes; and what it plants."""

from typing import NamedTuple


class Guard(NamedTuple):
    """A guard, and the test that has to notice when it is gone.

    fault: its number in the list of faults that must not break the host, or
        0 for one that is planted
    what: what the guard is for; no other of the same fault is called so
    file: where it is, below drivers/
    old: its text, which is there once
    new: what switches it off
    test: "suite.test" of KUnit or a test of e2e; the pattern of its name
    worse: another text of the file, and what it is changed to as well, so that
        a test meets what happens too rarely; with the guard on it does no harm
    """
    fault: int
    what: str
    file: str
    old: str
    new: str
    test: str
    worse: tuple[str, str] | None = None

    def changes(self):
        """All that is changed: old and new texts."""
        return [(self.old, self.new)] + ([self.worse] if self.worse else [])


def image(fault, what, old, new, row):
    """A check of an image that broken_image_is_refused has a row for."""
    return Guard(fault, what, "remoteproc/elf_image.c", old, new,
                 f"elf_image.broken_image_is_refused.fault_{fault:02d}_{row}")


def table(fault, what, old, new, row):
    """A check of a resource table that it has a row for."""
    return Guard(fault, what, "remoteproc/rsc_table.c", old, new,
                 f"elf_image.broken_image_is_refused.fault_{fault:02d}_{row}")


def ring(fault, what, old, new, test):
    """A check in the ring relay."""
    return Guard(fault, what, "remoteproc/relay_ring.c", old, new,
                 f"relay_ring.{test}")


def names(what, old, new, test):
    """A check of announcements."""
    return Guard(19, what, "remoteproc/relay_ns.c", old, new,
                 f"relay_ns.{test}")


CYCLES = "fault_30_the_second_core_cycles_while_the_first_streams"


def plant(what, file, old, new, test=CYCLES):
    """Something that goes wrong now and then, on the main path."""
    return Guard(0, what, file, old, new, test)


def now_and_then(period):
    """True once in so many times that it is asked."""
    return f"({{ static unsigned int n; !(++n % {period}); }})"


PLANTS = [
    plant("a doorbell is swallowed", "mailbox/irq_doorbell.c",
          "\twmb();\n\n\treturn irq_set",
          f"\twmb();\n\tif ({now_and_then(64)})\n\t\treturn 0;\n\n"
          "\treturn irq_set",
          # With no heartbeat, nothing else wakes it
          "firmware_*echo*"),
    plant("a core is not stopped", "remoteproc/soc_zynqmp.c",
          "\tu32 mask = ZYNQMP_RST_FPD_APU_CORE(core);\n\n\treturn regmap",
          "\tu32 mask = 0;\n\n\treturn regmap"),
    plant("a message is dropped", "rpmsg/eptdev_rx.c",
          "\tqueued = msg_queue_push(&eptdev->queue, data, len, src);",
          f"\tqueued = {now_and_then(1000)} ||\n"
          "\t\t msg_queue_push(&eptdev->queue, data, len, src);"),
    plant("a message is altered", "remoteproc/relay_ring.c",
          "\t\tmemcpy(wire_buf(ring, i), phys_to_virt(le64(from->addr)), len);",
          "\t\tmemcpy(wire_buf(ring, i), phys_to_virt(le64(from->addr)), len),"
          f"\n\t\t((u8 *)wire_buf(ring, i))[len - 1] ^= {now_and_then(1000)};"),
    plant("memory is lost in each cycle", "remoteproc/amp_core.c",
          "\tamp_ctrl_clear(core);\n\trproc_relay_start",
          "\tWARN_ON_ONCE(!kmalloc(64, GFP_KERNEL));\n"
          "\tamp_ctrl_clear(core);\n\trproc_relay_start"),
    plant("a carveout is off by a page", "remoteproc/amp_memory.c",
          "devm_memremap(core->dev, rmem->base, rmem->size,",
          "devm_memremap(core->dev, rmem->base +\n\t\t\t\t   "
          "(strstr(region->name, \"buffer\") ? PAGE_SIZE : 0), rmem->size,"),
]

GUARDS = PLANTS + [
    image(1, "magic", " || memcmp(img->data, ELFMAG, SELFMAG)", "",
          "bad_magic"),
    image(1, "byte order", "img->data[EI_DATA] != ELFDATA2LSB", "false",
          "big_endian"),
    image(1, "class",
          "rules->class != ELFCLASSNONE && rules->class != img->class",
          "false", "elf32"),
    image(1, "machine",
          "\tstruct elf64_hdr hdr;\n\n"
          "\tif (img->size < sizeof(hdr))\n"
          "\t\treturn refuse(why, \"ELF header is cut short\");\n"
          "\tmemcpy(&hdr, img->data, sizeof(hdr));\n\n"
          "\tif (hdr.e_machine != machine)",
          "\tstruct elf64_hdr hdr;\n\n"
          "\tif (img->size < sizeof(hdr))\n"
          "\t\treturn refuse(why, \"ELF header is cut short\");\n"
          "\tmemcpy(&hdr, img->data, sizeof(hdr));\n\n"
          "\tif (false)", "other_machine"),
    Guard(1, "length of the identification", "remoteproc/elf_image.c",
          "img->size < EI_NIDENT || ", "",
          "elf_image.fault_01_image_cut_anywhere_is_refused"),
    Guard(1, "length of the header", "remoteproc/elf_image.c",
          "\tstruct elf64_hdr hdr;\n\n\tif (img->size < sizeof(hdr))",
          "\tstruct elf64_hdr hdr;\n\n\tif (false)",
          "elf_image.fault_01_image_cut_anywhere_is_refused"),
    image(1, "size of a program header",
          "hdr.e_phentsize != sizeof(struct elf64_phdr)", "false",
          "phentsize"),
    image(2, "program headers in the file",
          "!in_file(img, img->phoff, (u64)img->phnum * phentsize)", "false",
          "phoff_outside"),
    image(2, "offsets that wrap",
          "len <= img->size && offset <= img->size - len",
          "offset + len <= img->size", "phoff_wraps"),
    image(2, "no segments", "if (!img->phnum)", "if (false)", "no_segments"),
    image(2, "section headers in the file",
          "!in_file(img, all->off, (u64)all->num * need)", "false",
          "shoff_wraps"),
    image(2, "size of a section header", "entsize != need", "false",
          "shentsize"),
    image(2, "index of the names", "all->strndx >= all->num", "false",
          "shstrndx"),
    image(2, "names in the file", "!in_file(img, names.offset, names.size)",
          "false", "names_outside"),
    image(2, "name in the names", "sec.name > names.size", "false",
          "sh_name"),
    Guard(2, "name up to the end of the names", "remoteproc/elf_image.c",
          "names.size - sec.name < sizeof(TABLE_SECTION) ||\n\t\t    ", "",
          "elf_image.fault_02_names_are_not_read_past_their_end"),
    image(3, "size in the file", "seg.filesz > seg.memsz", "false", "filesz"),
    image(3, "segment in the file", "!in_file(img, seg.offset, seg.filesz)",
          "false", "offset_wraps"),
    image(4, "place of a segment",
          "!rules->placeable(rules->priv, seg.da, seg.memsz)", "false",
          "segment_past"),
    Guard(4, "length of a range", "remoteproc/amp_memory.c",
          "len <= region->len && ", "",
          "fault_04_a_segment_that_wraps_is_refused"),
    Guard(4, "end of a range", "remoteproc/amp_memory.c",
          "\n\t\t    da - region->da <= region->len - len", " true",
          "fault_04_a_segment_one_byte_too_long_is_refused"),
    Guard(4, "rings are no place for images", "remoteproc/amp_memory.c",
          "region && !str_has_prefix(region->name, \"vdev\")", "region",
          "fault_04_a_segment_over_a_vring_is_refused"),
    image(5, "entry point", "if (!entry_found)\n\t\treturn",
          "if (false)\n\t\treturn", "entry_before"),
    Guard(5, "where the entry point is loaded", "remoteproc/elf_image.c",
          "*da = seg->da + (linked - seg->vaddr);", "*da = linked;",
          "elf_image.fault_05_entry_is_where_it_is_loaded"),
    image(5, "alignment of the entry point",
          "img->entry & (rules->entry_align - 1)", "false", "entry_odd"),
    image(5, "entry point behind a segment",
          "addr >= start && addr - start < len", "addr >= start",
          "entry_after"),
    Guard(5, "segment of no size", "remoteproc/elf_image.c",
          "seg->type == PT_LOAD && seg->memsz", "seg->type == PT_LOAD",
          "elf_image.fault_05_empty_segment_is_skipped"),
    image(5, "segment that is not loaded",
          "seg->type == PT_LOAD && seg->memsz", "seg->memsz", "not_loaded"),
    image(6, "one table", "if (img->table)", "if (false)", "two_tables"),
    image(6, "table in the file", "!in_file(img, sec->offset, sec->size)",
          "false", "table_outside_file"),
    image(6, "table in a segment", "!section_da(img, sec, &da)", "false",
          "table_elsewhere"),
    image(6, "table in the bytes of a segment",
          " && sec->size <= seg.filesz &&\n"
          "\t\t    sec->addr - seg.vaddr <= seg.filesz - sec->size", "",
          "table_past_its_segment"),
    table(6, "length of the header", "len < sizeof(hdr)", "false",
          "table_short"),
    table(6, "version", "hdr.ver != 1", "false", "table_ver"),
    table(6, "reserved words", "hdr.reserved[0] || hdr.reserved[1]", "false",
          "table_reserved"),
    Guard(6, "number of entries", "remoteproc/rsc_table.c",
          "hdr.num > RSC_TABLE_MAX_ENTRIES ||\n\t    ", "",
          "elf_image.fault_06_table_of_too_many_entries_is_refused"),
    table(6, "room for the offsets",
          "hdr.num > RSC_TABLE_MAX_ENTRIES ||\n"
          "\t    len < struct_size_t(struct resource_table, offset, hdr.num)",
          "hdr.num > RSC_TABLE_MAX_ENTRIES", "table_num_past"),
    table(6, "offset in the header", "start < first || ", "",
          "entry_in_header"),
    table(6, "offset behind the table", "start > len ||\n\t\t    ", "",
          "entry_negative"),
    table(6, "room for an entry",
          "start > len ||\n\t\t    len - start < sizeof(struct fw_rsc_hdr)",
          "start > len", "entry_past"),
    table(6, "entries that overlap", "gap < sizeof(struct fw_rsc_hdr)",
          "false", "entries_overlap"),
    table(7, "length of a vdev entry", "len < sizeof(vdev)", "false",
          "vdev_cut"),
    table(7, "room for its rings",
          "len < vdev.num_of_vrings * sizeof(vring[0]) ||\n\t    ", "",
          "vdev_cut_in_its_rings"),
    table(7, "length of its configuration",
          "len < vdev.num_of_vrings * sizeof(vring[0]) ||\n"
          "\t    len - vdev.num_of_vrings * sizeof(vring[0]) < "
          "vdev.config_len", "len < vdev.num_of_vrings * sizeof(vring[0])",
          "config_len"),
    table(7, "reserved bytes of a vdev", "vdev.reserved[0] || "
          "vdev.reserved[1]", "false", "vdev_reserved"),
    table(7, "no rings", "!vdev.num_of_vrings || ", "", "no_vrings"),
    table(7, "many rings", " || vdev.num_of_vrings > RVDEV_NUM_VRINGS", "",
          "many_vrings"),
    table(7, "reserved word of a trace", "trace.reserved", "false",
          "trace_reserved"),
    table(7, "length of a trace", "len < sizeof(trace)", "false",
          "trace_cut"),
    table(7, "length of a carveout", "len < sizeof(carveout)", "false",
          "carveout_cut"),
    table(7, "reserved word of a carveout", "carveout.reserved", "false",
          "carveout_reserved"),
    table(7, "empty carveout", "!carveout.len", "false", "carveout_empty"),
    table(7, "name of a carveout",
          "strnlen(carveout.name, sizeof(carveout.name)) ==\n"
          "\t    sizeof(carveout.name)", "false", "carveout_name"),
    table(7, "kind of virtio device", "!is_welcome(vdev.id)", "false", "vdev_kind"),
    table(7, "carveout's name is a format", " || *name == '%'", "",
          "carveout_format"),
    table(7, "carveout's name is no text", "!is_plain(carveout.name)", "false",
          "carveout_control"),
    table(7, "carveout of a vdev's", "strstarts(carveout.name, \"vdev\")",
          "false", "carveout_vdev"),
    table(8, "power of two", "!is_power_of_2(vring->num) || ", "",
          "vring_odd"),
    table(8, "size of a ring", " || vring->num > 32768", "", "vring_huge"),
    table(8, "equal rings", "vring[i].num != vring[0].num", "false",
          "vring_unequal"),
    table(8, "alignment, a power of two", "!is_power_of_2(vring->align) || ",
          "", "vring_align_odd"),
    table(8, "alignment, too small", "vring->align < 4 ||\n\t    ", "",
          "vring_align_small"),
    table(8, "alignment, too large",
          "vring->align < 4 ||\n\t    vring->align > SZ_64K",
          "vring->align < 4", "vring_align_huge"),
    table(8, "address of a ring", "vring->da % 16", "false", "vring_da"),
    Guard(8, "ring before its carveout", "remoteproc/relay_table.c",
          "vring->da < region.da", "false",
          "fault_08_a_vring_before_its_carveout_is_refused"),
    Guard(8, "ring behind its carveout", "remoteproc/relay_table.c",
          "size > region.len || delta > region.len - size",
          "size > region.len",
          "fault_08_a_vring_behind_its_carveout_is_refused"),
    Guard(8, "ring larger than its carveout", "remoteproc/relay_table.c",
          "size > region.len || delta > region.len - size",
          "delta > region.len - size",
          "fault_08_a_vring_too_large_for_its_carveout_is_refused"),
    Guard(8, "alignment of a ring in its carveout", "remoteproc/relay_table.c",
          "!is_aligned(&region, delta, vring->align)", "false",
          "fault_08_a_vring_whose_second_half_begins_behind_its_carveout_"
          "is_refused"),
    Guard(8, "trace in a carveout", "remoteproc/relay_table.c",
          "if (!relay->ops->find_range(relay->priv, rsc->da, rsc->len, "
          "&region))\n\t\treturn 0;", "return 0;",
          "fault_08_a_trace_outside_the_carveouts_is_refused"),
    Guard(9, "features", "remoteproc/relay_table.c",
          "rsc->dfeatures &= known;", "",
          "fault_09_features_that_nobody_knows_are_not_taken"),
    Guard(9, "device memory", "remoteproc/relay_table.c",
          "if (!relay->rproc->has_iommu)", "if (false)",
          "fault_09_device_memory_is_skipped"),
    Guard(9, "entries of other kinds", "remoteproc/rsc_table.c",
          "\t\t/* Skipped or neutralised later, never looked into */\n"
          "\t\treturn 0;", "\t\treturn refuse(why, \"unknown entry\");",
          "elf_image.fault_09_unknown_entries_are_left_alone"),
    Guard(9, "control block in a carveout", "remoteproc/amp_ctrl.c",
          "!region || !amp_placeable(core, info->da, info->len) ||\n\t    ",
          "", "fault_09_a_control_block_outside_the_carveouts_is_ignored"),
    Guard(9, "control block over a ring", "remoteproc/amp_ctrl.c",
          " || !amp_placeable(core, info->da, info->len)", "",
          "fault_09_a_control_block_over_a_vring_is_ignored"),
    Guard(9, "alignment of the control block", "remoteproc/amp_ctrl.c",
          " || !IS_ALIGNED(info->da, 8)", "",
          "fault_09_a_control_block_that_is_not_aligned_is_ignored"),
    Guard(9, "length of the control block", "remoteproc/amp_ctrl.c",
          "info->len < sizeof(*core->ctrl) || ", "",
          "fault_09_a_control_block_that_is_too_short_is_ignored"),
    Guard(9, "version of the control block", "remoteproc/amp_ctrl.c",
          " ||\n\t    info->version != AMPKIT_CTRL_VERSION", "",
          "fault_09_a_control_block_of_another_version_is_ignored"),
    Guard(11, "table of a recovery", "remoteproc/amp_image.c",
          "!rproc_relay_same_table(core->relay, img.table, img.table_len)",
          "false", "fault_11_another_table_is_refused_by_a_recovery"),
    Guard(13, "table of the core's own", "remoteproc/amp_core.c",
          "return rproc_relay_table(core->relay);",
          "return core->wire_table;",
          "fault_13_a_table_of_garbage_changes_nothing"),
    ring(14, "id in range", "id >= ring->cfg.num || ", "",
         "pull_refuses.id_lent_but_for_its_upper_half"),
    ring(14, "id of an earlier host in range",
         "has_odd(ring) && id < ring->cfg.num &&", "has_odd(ring) &&",
         "adopted_ring_refuses_an_id_out_of_range"),
    ring(14, "id outstanding", " || !unmark_lent(ring, id)", "",
         "pull_refuses.id_not_lent"),
    Guard(14, "limit of bad ids", "remoteproc/relay_pass.c",
          "relay_bad_ids(queue) > RELAY_MAX_BAD_IDS", "false",
          "fault_14_too_many_bad_ids_are_a_crash"),
    Guard(14, "bad ids of an earlier life", "remoteproc/relay_vdev.c",
          "queue->old_bad_ids = "
          "atomic_read(&queue->ring.drops[RELAY_DROP_ID]);", "",
          "fault_14_too_many_bad_ids_are_a_crash"),
    ring(15, "length too short", "len < ring->cfg.min_len || ", "",
         "pull_refuses.length_below_the_least"),
    ring(15, "length too long", " || len > room", "",
         "pull_refuses.length_past_the_buffer"),
    ring(15, "buffer lent again", "\t\tmark_odd(ring, ring->again, id);",
         "\t\t;",
         "pull_refuses.length_zero"),
    ring(15, "any length of what is only read",
         "room && !pull_accepts(ring, id, room, len)",
         "!pull_accepts(ring, id, room, len)",
         "pull_takes_any_length_of_what_is_only_read"),
    ring(15, "length the host gets of what is only read",
         "room ? len : 0", "len",
         "pull_takes_any_length_of_what_is_only_read"),
    Guard(15, "least length of a message", "remoteproc/relay_table.c",
          "cfg.min_len = RELAY_RPMSG_HDR_LEN;", "",
          "fault_15_a_used_length_of_15_is_dropped"),
    Guard(15, "bell for a buffer lent again", "remoteproc/relay_pass.c",
          "\trelay_push_more(queue);\n\n\treturn count;",
          "\treturn count;",
          "fault_19_the_end_of_what_never_was_is_refused"),
    ring(16, "index that jumps", "if (pending > ring->cfg.num)", "if (false)",
         "pull_refuses_an_index_that_jumps"),
    ring(16, "work at a time",
         "min_t(unsigned int, budget, pending)", "pending",
         "pull_keeps_to_its_budget"),
    Guard(16, "quarantine", "remoteproc/relay_pass.c",
          "\tif (READ_ONCE(queue->broken))\n\t\treturn 0;\n\n"
          "\tcount = relay_ring_pull",
          "\tcount = relay_ring_pull",
          "fault_16_a_used_index_that_jumps_ends_the_queue"),
    Guard(16, "report of a crash", "remoteproc/relay_pass.c",
          "\trproc_report_crash(rproc, RPROC_FATAL_ERROR);", "",
          "fault_16_a_used_index_that_jumps_ends_the_queue"),
    ring(17, "descriptors of our own",
         "\t\tconst struct vring_desc *desc = &ring->host.desc[i];\n\n"
         "\t\tif (is_writable(desc)) {\n\t\t\tu32 part",
         "\t\tconst struct vring_desc *desc = &ring->wire.desc[i];\n\n"
         "\t\tif (is_writable(desc)) {\n\t\t\tu32 part",
         "descriptors_of_the_wire_are_not_believed"),
    ring(17, "adopted ring, head in range", "head >= ring->cfg.num || ", "",
         "memory_that_is_no_ring_is_cleared"),
    ring(17, "adopted ring, head twice",
         "head >= ring->cfg.num || !mark_odd(ring, ring->old, head)",
         "head >= ring->cfg.num || (mark_odd(ring, ring->old, head), false)",
         "memory_that_is_no_ring_is_cleared"),
    ring(17, "adopted buffer, length",
         " ||\n\t    le32(READ_ONCE(wire->len)) != len", "",
         "adopted_buffer_of_another_kind_is_waited_for"),
    Guard(18, "length in the header", "remoteproc/relay_rpmsg.c",
          "payload > len - sizeof(hdr)", "false",
          "fault_18_a_length_past_what_was_written_is_dropped"),
    Guard(18, "room for the header", "remoteproc/relay_rpmsg.c",
          "len < sizeof(hdr)", "false",
          "relay_ns.message_shorter_than_its_header_is_refused"),
    ring(18, "check of the copy",
         "ring->cfg.check(ring->cfg.check_priv,\n\t\t\t     "
         "phys_to_virt(le64(desc->addr)), len)",
         "ring->cfg.check(ring->cfg.check_priv,\n\t\t\t     "
         "wire_buf(ring, head), len)",
         "what_was_checked_does_not_change"),
    Guard(19, "announcements are looked at", "remoteproc/relay_rpmsg.c",
          "le32_to_cpu(hdr.dst) == RPMSG_NS_ADDR", "false",
          "fault_19_a_flood_of_channels_is_capped"),
    names("length", "len != sizeof(msg)", "false", "wrong_length_is_refused"),
    names("address of the name service", "addr == RPMSG_NS_ADDR || ", "",
          "nobodys_addresses_are_refused"),
    names("no address", " || addr == RPMSG_ADDR_ANY", "",
          "nobodys_addresses_are_refused"),
    names("no name", "!name_len || ", "", "nameless_is_refused"),
    names("name without an end", "sizeof(msg.name) - 1)", "sizeof(msg.name))",
          "name_without_an_end_is_cut"),
    names("rate", " || !take_token(ns, now_ms)", "",
          "flood_is_slowed_down"),
    names("rate after a rest",
          "min_t(u64, ns->tokens + earned, RELAY_NS_BURST)",
          "ns->tokens + earned", "rest_earns_no_more_than_a_burst"),
    names("number of channels", "ns->num == RELAY_NS_MAX_CHANNELS || ", "",
          "channels_are_capped"),
    names("the same again", " || find_channel(ns, addr, hash)", "",
          "duplicate_is_refused"),
    names("the end of what never was", "if (!channel)\n\t\treturn false;",
          "if (!channel)\n\t\treturn true;",
          "end_of_what_never_was_is_refused"),
    Guard(21, "bells in a window", "mailbox/irq_doorbell.c",
          "++db->window_bells > DOORBELL_STORM_BELLS", "false",
          "irq_doorbell.storm_is_told_from_traffic"),
    Guard(21, "window", "mailbox/irq_doorbell.c",
          "time_after(jiffies, db->window_end)", "false",
          "irq_doorbell.storm_is_told_from_traffic"),
    Guard(21, "throttle", "mailbox/irq_doorbell.c",
          "\tif (doorbell_storming(db))\n\t\tdoorbell_throttle(db);", "",
          "irq_doorbell.storm_is_masked_for_a_tick"),
    Guard(21, "end of the throttle", "mailbox/irq_doorbell.c",
          "schedule_delayed_work(&db->unthrottle, 1);", "",
          "irq_doorbell.storm_is_masked_for_a_tick"),
    Guard(21, "throttle, once", "mailbox/irq_doorbell.c",
          "db->listening && !db->throttled", "db->listening",
          "irq_doorbell.storm_is_masked_for_a_tick"),
    Guard(22, "throttle of who listens no more", "mailbox/irq_doorbell.c",
          "db->listening && !db->throttled", "!db->throttled",
          "irq_doorbell.storm_while_it_goes_leaves_it_masked"),
    Guard(22, "end of the throttle when the client goes",
          "mailbox/irq_doorbell.c", "\tflush_delayed_work(&db->unthrottle);",
          "", "irq_doorbell.storm_while_it_goes_leaves_it_masked"),
    Guard(23, "heartbeat", "remoteproc/amp_ctrl.c", "ctrl_is_hung(core)) {",
          "false) {", "a_remote_that_hangs_is_recovered"),
    Guard(24, "crash before ready", "remoteproc/amp_ctrl.c",
          "if (state == AMPKIT_CTRL_CRASHED)", "if (false)",
          "a_remote_that_crashes_before_it_is_ready_fails_to_start"),
    Guard(24, "bound of the start", "remoteproc/amp_ctrl.c",
          "\t\tdev_err(core->dev, \"the image does not get ready\\n\");\n"
          "\t\treturn ret;", "\t\treturn 0;",
          "a_remote_that_hangs_before_it_is_ready_fails_to_start"),
    Guard(24, "end of the crash message", "remoteproc/amp_ctrl.c",
          "\tcrash->message[sizeof(crash->message) - 1] = '\\0';", "",
          "fault_24_a_crash_record_of_garbage_is_harmless"),
    Guard(24, "text of the crash message", "remoteproc/amp_ctrl.c",
          "\t\t\tcrash->message[i] = '?';", "\t\t\t;",
          "fault_24_a_crash_record_of_garbage_is_harmless"),
    Guard(24, "one report in a life", "remoteproc/amp_ctrl.c",
          "\tif (atomic_xchg(&core->reported, 1))\n\t\treturn;\n", "",
          "fault_24_a_crash_is_reported_once"),
    Guard(25, "bound of the shutdown", "remoteproc/amp_ctrl.c",
          "bound * USEC_PER_MSEC", "20000 * USEC_PER_MSEC",
          "a_stop_without_an_answer_is_forced_in_time"),
    Guard(30, "crash of who was left alone", "remoteproc/amp_core.c",
          "if (amp_is_somebodys(core)) {\n\t\trproc->state = RPROC_DETACHED;\n"
          "\t\treturn -ENODEV", "if (false) {\n\t\treturn -ENODEV",
          "a_crash_reported_of_a_detached_remote_changes_nothing"),
    Guard(30, "start of who was left alone and has crashed",
          "remoteproc/amp_core.c",
          "if (amp_is_somebodys(core)) {\n\t\t/* Loading",
          "if (false) {\n\t\t/* Loading",
          "a_start_loads_nothing_over_a_detached_remote_that_crashed"),
    Guard(30, "users of who is attached to", "remoteproc/amp_core.c",
          "atomic_set(&rproc->power, 1);", "",
          "a_start_loads_nothing_over_a_detached_remote_that_crashed"),
    ring(35, "bell for what an earlier host has lent",
         "!ring->cfg.lazy || old || lent", "!ring->cfg.lazy || lent",
         "adopted_buffers_are_asked_for"),
    Guard(35, "second reset of who missed the first",
          "remoteproc/relay_remind.c",
          " ||\n\t\t\t\t vdev->looks == RELAY_REMIND_LONG_PULSE", "",
          "a_deaf_remote_notices_that_the_virtio_driver_was_away"),
    plant("a virtio driver that fails is not noticed",
          "remoteproc/relay_bus.c",
          "\t\trelay_vdev_leave(vdev);\n\t\trelay_vdev_left(vdev);\n", "",
          "a_virtio_driver_that_fails_leaves_the_device_to_the_next"),
    plant("a virtio device is freed with what the core has freed before",
          "remoteproc/relay_vdev.c",
          "\tdev->release = relay_release_virtio;\n",
          "\t(void)relay_release_virtio;\n\tmodule_put(THIS_MODULE);\n",
          "a_virtio_device_may_be_kept_for_longer_than_its_remote"),
    Guard(0, "a host goes to sleep without a bell to be woken by",
          "remoteproc/relay_serve.c",
          "\tif (queue && READ_ONCE(vdev->link->deferred))\n", "\tif (false)\n",
          "a_remote_wakes_a_host_whose_reader_was_busy",
          worse=("#define RELAY_DEFER\t\t1\n",
                 "#define RELAY_DEFER\t\t(30 * HZ)\n")),
    # Held up between the look at the link and the send, as by a busy processor
    plant("a link that closes looks like one with room", "rpmsg/eptdev_tx.c",
          "\treturn full ? -EAGAIN : ",
          "\tif (full)\n"
          "\t\tschedule_timeout_uninterruptible(HZ / 32);\n\treturn ",
          "a_hung_remote_is_stopped_within_its_bound"),
    plant("nobody looks after a client that was called",
          "remoteproc/relay_serve.c", "if (xchg(&vdev->owed, false) ||",
          "if (", "a_called_reader_who_can_not_run_is_not_waited_for"),
    plant("a client takes in what is for others", "remoteproc/relay_serve.c",
          "!msg || !relay_may_take(queue->vdev->link, addr,\n"
          "\t\t\t\t\t    relay_rpmsg_dst(msg))", "!msg",
          "a_reader_takes_in_nothing_of_who_may_not_like_that"),
    plant("an empty queue goes on where it was", "rpmsg/msg_queue.c",
          "\tif (queue->count) {", "\tif (true) {",
          "msg_queue.an_emptied_queue_begins_at_its_start"),
    plant("nobody looks after a busy reader", "remoteproc/relay_serve.c",
          " || READ_ONCE(vdev->link->deferred))", ")",
          "a_busy_reader_spares_the_remotes_bells"),
    plant("a busy reader lets another one sleep",
          "remoteproc/relay_serve.c", "atomic_read(&link->sleepers) ||", "",
          "bells_are_rung_while_another_reader_sleeps"),
    plant("a busy reader lets another one watch",
          "remoteproc/relay_serve.c", "|| atomic_read(&link->watchers) ||",
          "||", "bells_are_rung_while_a_file_is_polled_on"),
    plant("a file is watched for ever", "rpmsg/eptdev_fops.c",
          "\tif (file->watches)\n\t\trproc_relay_link_unwatch"
          "(eptdev->link);\n", "",
          "bells_are_rung_while_a_file_is_polled_on"),
    plant("a busy reader leaves messages to the next one",
          "rpmsg/eptdev_fops.c",
          "rproc_relay_link_settle(eptdev->link, eptdev->addr);", ";",
          "a_busy_reader_leaves_nothing_to_the_next_one"),
    plant("a client is called for what is for others",
          "remoteproc/relay_link.c", "if (standby->addr == addr)",
          "if (standby)", "a_reader_is_not_called_for_what_is_for_others"),
    plant("a client leaves the rest to nobody", "remoteproc/relay_serve.c",
          "\tif (relay_ring_arm(&queue->ring))\n\t\tkthread_queue_work",
          "\tif (false)\n\t\tkthread_queue_work",
          "a_reader_takes_in_nothing_of_who_may_not_like_that"),
    plant("a message from before the probe is lost", "rpmsg/channel.c",
          "\tif (!eptdev)\n\t\tearly_keep(rpdev, data, len, src);\n", "",
          "messages_that_come_before_a_probe_are_set_aside"),
    Guard(12, "table of a remote that runs", "remoteproc/amp_attach.c",
          "if (rsc_table_check(snapshot, *size, &why))", "if (false)",
          "a_remote_with_a_bad_resource_table_is_not_attached_to"),
    Guard(21, "storm of a serial port", "mailbox/pl011_doorbell.c",
          "if (bell_storming(bell))", "if (false)",
          "pl011_doorbell.storm_is_masked_for_a_tick"),
]

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Print what became of each fault that must not break the host.

    faults.py

Reads what the parts of `make check` left in $BUILD/results about their tests. A
fault is "pass" when all of its tests passed, "n/a" when all that it has were
skipped on this kernel (and then it says why), and "FAIL" when one failed, or
when one of the names below is no test that ran.
"""

import fnmatch
import glob
import os
import sys
from typing import NamedTuple

from results import Tally

BUILD = os.environ["BUILD"]


class Fault(NamedTuple):
    """A fault, and the names of its tests: patterns, each of which has to match
    one at least."""
    what: str
    tests: str


def numbered(*numbers):
    """The tests that have the number of a fault in their names."""
    return " ".join(f"fault_{number:02d}_*" for number in numbers)


def broken(number, row="*"):
    """Those of them that break an image for the validator."""
    return f"elf_image.broken_image_is_refused.fault_{number:02d}_{row}"


# By their numbers, from 1 on
FAULTS = (
    Fault("an image is cut short, or not one for this remote",
          broken(1) + " elf_image.fault_01_* elf_mutants.* " + numbered(1)),
    Fault("headers of an image lead out of the file, or wrap",
          broken(2) + " elf_image.fault_02_* " + numbered(2)),
    Fault("a segment is larger in the file, or ends behind it",
          broken(3) + " " + numbered(3)),
    Fault("a segment lies outside its carveouts, or over a ring",
          broken(4) + " " + numbered(4)),
    Fault("the entry point is in no loaded segment",
          broken(5) + " elf_image.fault_05_* " + numbered(5)),
    Fault("a resource table's header and offsets are wrong",
          "elf_image.fault_06_* " + broken(6)),
    Fault("an entry of a resource table is wrong", broken(7)),
    Fault("a ring's numbers or its place are wrong",
          broken(8) + " " + numbered(8)),
    Fault("entries and features that nobody knows",
          numbered(9) + " elf_image.fault_09_*"),
    Fault("an image with a table, then one without, and back", numbered(10)),
    Fault("an image is replaced by a bad one before a recovery",
          numbered(11)),
    Fault("no image, no name, a name that is a path", numbered(12)),
    Fault("a remote writes to its resource table", numbered(13)),
    Fault("a remote returns buffers that it does not have",
          numbered(14) + " relay_ring.pull_refuses.id_*"),
    Fault("a remote returns wrong lengths",
          numbered(15) + " relay_ring.pull_refuses.length_*"
          " relay_ring.pull_takes_any_length_of_what_is_only_read"),
    Fault("a used index jumps, or runs without an end",
          numbered(16) + " relay_ring.pull_refuses_an_index_that_jumps"
          " relay_ring.pull_keeps_to_its_budget"),
    Fault("descriptors loop in the shared ring",
          numbered(17) + " relay_ring.descriptors_of_the_wire_are_not_believed"),
    Fault("a header's length is wrong, or changes after the look at it",
          numbered(18) + " relay_ring.what_was_checked_does_not_change"
          " relay_ns.message_*_is_refused"),
    Fault("a remote floods the name service", numbered(19) + " relay_ns.*"),
    Fault("a remote floods a channel that nobody reads", numbered(20)),
    Fault("a remote rings without an end",
          numbered(21) + " irq_doorbell.storm_is_*"),
    Fault("a remote rings before its link is up, and after its end",
          numbered(22) + " irq_doorbell.storm_while_it_goes_leaves_it_masked"),
    Fault("a remote hangs, also with its ring full",
          numbered(23) + " a_remote_that_hangs_is_recovered"),
    Fault("a remote takes an exception, at any time",
          numbered(24) + " a_remote_that_*_is_recovered"
          " a_remote_that_*_fails_to_start"),
    Fault("a remote never acknowledges its shutdown",
          numbered(25) + " a_stop_without_an_answer_is_forced_in_time"),
    Fault("stop, crash and detach with users who wait",
          numbered(26) + " stop_wakes_* SIGKILL_ends_a_blocked_writer"
          " an_old_open_stays_dead_after_a_restart rpmsg_char.a_removal_*"),
    Fault("modules and drivers go while files are open",
          numbered(27) + " rmmod_of_* the_*_can_be_unbound_while_open"),
    Fault("an endpoint is destroyed twice, or never opened", numbered(28)),
    Fault("bad pointers and lengths from programs",
          numbered(29) + " bad_pointers_give_EFAULT"
          " a_2_GiB_write_gives_EMSGSIZE a_message_of_length_zero_comes_back"
          " a_short_read_takes_the_whole_message"),
    Fault("starts, stops and crashes that do not balance, and at once",
          numbered(30)),
    Fault("a crash with recovery off",
          numbered(31) + " a_crashed_remote_can_be_stopped_with_recovery_off"),
    Fault("no memory, at each allocation of ours", numbered(32)),
    Fault("a device tree that is wrong, a mailbox that comes late",
          numbered(33)),
    Fault("one remote crashes beside another that streams", numbered(34)),
    Fault("a peer that never rings, or rings too often; a full ring at stop",
          numbered(35) + " rpmsg_char.a_*_writer_*_without_a_bell"),
    Fault("panic, suspend, a dump that nobody reads",
          numbered(36) + " after_a_panic_* a_remote_wakes_a_suspended_host"
          " what_a_remote_says_to_a_suspended_host_is_kept"
          " a_message_is_a_wake_up_without_a_bell_of_its_own"),
)

# What drivers of the kernel, and its core, are known to do or to have done
DEFECTS = (
    Fault("a signal makes a blocked writer spin, and the stop hang",
          "SIGKILL_ends_a_blocked_writer fault_26_SIGKILL_*"),
    Fault("a blocked writer gets errno 512 after 15 s",
          "stop_wakes_a_blocked_writer_with_EPIPE"
          " rpmsg_char.a_blocked_writer_goes_on_without_a_bell"),
    Fault("a receive queue without a bound",
          "fault_20_a_flood_with_no_reader_is_bounded_and_counted"
          " msg_queue.the_*_bound_is_exact"),
    Fault("a second open gives EBUSY",
          "several_opens_share_one_queue cat_and_echo_meet_in_two_processes"),
    Fault("EPOLLOUT never comes",
          "a_full_ring_gives_EAGAIN_and_no_POLLOUT"
          " an_edge_comes_when_a_full_ring_gets_room"),
    Fault("the second DESTROY_EPT frees twice",
          "fault_28_an_endpoint_is_destroyed_twice"),
    Fault("readers that race get EFAULT",
          "racing_readers_get_each_message_once"),
    Fault("early messages are lost: the node is there before its endpoint",
          "rpmsg_char.messages_from_before_the_first_open_are_read"
          " rpmsg_char.messages_right_behind_the_announcement_are_read"),
    Fault("write allocates what it is told",
          "a_2_GiB_write_gives_EMSGSIZE 497_bytes_and_more_give_EMSGSIZE"),
    Fault("truncation is not seen", "truncation_by_read_is_visible"),
    Fault("an open control device points to a device that is gone",
          "fault_28_an_open_control_device_outlives_its_remote"),
    Fault("after a failed recovery a start does nothing",
          "a_failed_recovery_*"),
    Fault("CRASHED with recovery off refuses the stop",
          "a_crashed_remote_can_be_stopped_with_recovery_off"),
    Fault("a recovery copies the table's old size (CVE-2025-38152)",
          "fault_11_another_table_is_refused_by_a_recovery fault_10_*"),
    Fault("crash work after the removal (CVE-2026-90431)",
          "fault_27_a_remote_is_unbound_while_it_crashes"),
    Fault("queued bells share a buffer, and overflow a queue of 20",
          "amp_bell.bells_in_flight_become_one_more.*"
          " amp_bell.no_bell_is_lost.*"),
    Fault("no detection of a crash, no graceful stop",
          "a_remote_that_hangs_is_recovered a_stop_lets_the_remote_finish"),
    Fault("the second recovery fails",
          "fault_24_crashes_in_a_row_are_recovered"
          " fault_30_a_remote_is_recovered_again_and_again"),
    Fault("an endpoint destroyed twice on stop (CVE-2022-50421)",
          "an_old_open_stays_dead_after_a_restart"
          " many_dead_opens_are_closed_later"),
    Fault("a device released while it is opened or polled (CVE-2022-48759)",
          "64_endpoints_survive_a_crowd_that_comes_and_goes"
          " fault_27_a_channel_is_unbound_in_a_loop"),
    Fault("a leak when a copy from the user fails (CVE-2019-19053)",
          "fault_29_a_bad_pointer_loses_no_message bad_pointers_give_EFAULT"),
    Fault("use after free, double free and a stray IDA on error paths",
          "fault_32_*"),
    Fault("driver_override written by many at once (CVE-2025-71274)",
          "a_channel_is_bound_by_driver_override"
          " driver_override_is_written_by_many_at_once"),
    Fault("lengths of a vdev entry overflow",
          broken(7, "config_len") + " " + broken(7, "vdev_cut_in_its_rings")),
    Fault("the clean table leaks on attach",
          "a_remote_is_detached_and_attached_again"
          " traffic_goes_on_after_20_detaches"),
    Fault("clean-up out of bounds after a failed probe (CVE-2022-50672)",
          "fault_32_a_bell_is_probed_without_memory"),
    Fault("#mbox-cells of 0 (CVE-2026-43281)",
          "fault_33_nodes_that_are_wrong_are_refused_with_a_reason"),
    Fault("a stale source address when a channel is bound again",
          "a_channel_is_bound_again_when_its_address_is_taken"),
)


class Tests:
    """The tests of this run: status and reason, by name."""

    def __init__(self):
        self._found = {}
        for path in glob.glob(f"{BUILD}/results/*.tests"):
            with open(path, encoding="utf-8") as stream:
                for line in stream:
                    status, name, why = line.rstrip("\n").split("\t")
                    self._found[name] = status, why

    def of(self, pattern):
        """(name, status, why) of the tests that a pattern matches."""
        return [(name, *result) for name, result in self._found.items()
                if fnmatch.fnmatch(name, pattern)]

    def judge(self, fault):
        """What became of a fault: status, number of tests that passed, and
        what there is to say about it."""
        picked, missing = {}, []
        for pattern in fault.tests.split():
            found = self.of(pattern)
            picked.update((name, rest) for name, *rest in found)
            if not found:
                missing.append(pattern)
        by_status = {"pass": [], "skip": [], "fail": []}
        for name, (status, why) in picked.items():
            by_status[status].append((name, why))
        passed = len(by_status["pass"])
        if by_status["fail"]:
            names = " ".join(name for name, _ in by_status["fail"])
            return "FAIL", passed, names
        if missing:
            return "FAIL", passed, f"did not run: {' '.join(missing)}"
        skipped = "; ".join(sorted({why for _, why in by_status["skip"]}))
        if not passed:
            return "n/a", 0, skipped
        return "pass", passed, skipped and f"in part: {skipped}"


def main():
    tally = Tally()
    tests = Tests()
    rows = [(f"{number}", fault) for number, fault in enumerate(FAULTS, 1)]
    rows += [(f"known {number}", fault)
             for number, fault in enumerate(DEFECTS, 1)]
    for label, fault in rows:
        status, passed, remark = tests.judge(fault)
        remark = f" ({remark})" if remark else ""
        print(f"# {label:>8s}  {status:4s} {passed:3d} tests  "
              f"{fault.what}{remark}")
        if status == "FAIL":
            tally.fail(f"fault_table.{label.replace(' ', '_')}")
    tally.store(f"{BUILD}/results/faults")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Ask the checkers of a debug kernel what they have to say at the end, and print
#
#	# lockdep: on
#	# kmemleak: N objects
#
# lockdep turns itself off with its first report. kmemleak knows of memory that
# nothing refers to any more, and its report is printed where N is not 0. Other
# kernels have neither, and nothing is printed.
#
# Two of the kernel's own leaks are left out:
# - socket buffers: its rpmsg_char, which a test compares ours with, leaks those
#   of messages that come between the last close and the removal of a channel's
#   node. Nothing of ours ever has one
# - why a probe was put off: a driver that is registered while device_add() makes
#   a device for it is told that this is not ready yet, which is noted (6.12.117,
#   drivers/base/dd.c), but with the note of a device that was not put on the list
#   of those to be probed later nobody does anything any more

leaks=/sys/kernel/debug/kmemleak
[ -e "$leaks" ] || exit 0

echo "# running checkers"
if grep -q 'debug_locks: *1$' /proc/lockdep_stats; then
	echo "# lockdep: on"
else
	echo "# lockdep: off"
fi
# What was allocated in the last 5 s is not told of, and what is told of has to
# be the same in two scans: the age is what this waits for
echo scan >"$leaks"
sleep 6
echo scan >"$leaks"
echo scan >"$leaks"
awk '
	function tell() {
		if (!report || report ~ /__alloc_skb|deferred_probe_reason/)
			return
		printf "%s", report
		count++
	}
	/^unreferenced object/ { tell(); report = "" }
	{ report = report "# " $0 "\n" }
	END { tell(); print "# kmemleak: " count + 0 " objects" }
' "$leaks"

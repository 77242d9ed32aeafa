#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Ask a debug kernel for memory that nothing refers to any more, and print
#
#	# kmemleak: N objects
#
# with the kernel's report before it where N is not 0. Other kernels do not
# know, and nothing is printed.

leaks=/sys/kernel/debug/kmemleak
[ -e "$leaks" ] || exit 0

echo "# running leak_scan"
# What was allocated in the last 5 s is not told of, and what is told of has to
# be the same in two scans: the age is what this waits for
echo scan >"$leaks"
sleep 6
echo scan >"$leaks"
echo scan >"$leaks"
sed 's/^/# /' "$leaks"
echo "# kmemleak: $(grep -c '^unreferenced object' "$leaks") objects"

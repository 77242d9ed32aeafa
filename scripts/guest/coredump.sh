#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Crash a remote on purpose and write its dump to the console, packed and in
# base64: make coredump shows it in a debugger.

fail() {
	echo "ampkit-coredump: FAIL $1"
	exit 1
}

# shellcheck source=scripts/guest/guest-lib.sh
. /bin/guest-lib.sh

# The message that makes the firmware access memory that is not there: see
# include/ampkit/hostile.h
CRASH='EVIL\027\0\0\0\0\0\0\0\0\0\0\0'

dump_exists() {
	[ -e /sys/class/devcoredump/devcd1/data ]
}

for module in $AMPKIT_MODULES; do
	insmod "/lib/modules/ampkit/$module.ko" || fail "insmod $module"
done
wait_for 10 "the remote" remote_exists 0
echo ampkit/hostile-core2.elf >"${RPROC}0/firmware"
echo enabled >"${RPROC}0/coredump"
step "echo start > ${RPROC}0/state"
wait_for 10 "the channel" node_exists 0
node=$(node_of 0)
# shellcheck disable=SC2059
printf "$CRASH" >"$node" || fail "write to $node"
wait_for 30 "the dump" dump_exists

echo "ampkit-coredump: begin"
gzip </sys/class/devcoredump/devcd1/data | base64
echo "ampkit-coredump: end"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Crash a remote on purpose, in its main program and where it takes bells, and
# write the dump of each to the console, packed and in base64: make coredump
# shows them in a debugger.
#
#	coredump.sh SEAL	eight hexadecimal digits that the firmware has on
#				its stack when it crashes

fail() {
	echo "ampkit-coredump: FAIL $1"
	exit 1
}

# shellcheck source=scripts/guest/guest-lib.sh
. /bin/guest-lib.sh

# struct hostile_msg of include/ampkit/hostile.h, as printf wants it:
# message COMMAND, an octal number
message() {
	printf 'EVIL\\%s\\0\\0\\0' "$1"
	for byte in "${seal#??????}" "${seal#????}" "${seal#??}" "$seal"; do
		printf '\\%o' "0x$(echo "$byte" | cut -c1-2)"
	done
	printf '\\0\\0\\0\\0'
}
THREAD=27
HANDLER=32

dump_exists() {
	[ -e "/sys/class/devcoredump/devcd$1/data" ] || {
		# In the handler it crashes with the next bell
		{ echo bell >&3; } 2>/dev/null
		return 1
	}
}

# crash NAME COMMAND DUMP
crash() {
	wait_for 10 "the channel" node_exists 0
	# By its name it would become a file once the channel has gone
	exec 3>"$(node_of 0)"
	# shellcheck disable=SC2059
	printf "$(message "$2")" >&3 || fail "no command to the firmware"
	wait_for 30 "the dump" dump_exists "$3"
	dump=/sys/class/devcoredump/devcd$3/data
	echo "ampkit-coredump: begin $1"
	gzip <"$dump" | base64
	echo "ampkit-coredump: end $1"
	# That one was read: the next may come
	echo >"$dump"
	exec 3>&-
}

seal=$1
for module in $AMPKIT_MODULES; do
	insmod "/lib/modules/ampkit/$module.ko" || fail "insmod $module"
done
wait_for 10 "the remote" remote_exists 0
sed 's|/echo-|/hostile-|' "${RPROC}0/firmware" >/tmp/firmware
cat /tmp/firmware >"${RPROC}0/firmware"
echo enabled >"${RPROC}0/coredump"
step "echo start > ${RPROC}0/state"
crash main $THREAD 1
crash bell $HANDLER 2

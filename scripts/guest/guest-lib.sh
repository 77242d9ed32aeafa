# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# What the scripts of the guest share. Before use, define fail MESSAGE, which
# ends the script.

# The mailbox depends on the machine
case $(tr '\0' ' ' </proc/device-tree/compatible) in
*xlnx,versal*) AMPKIT_BELL=pl011_doorbell ;;
*) AMPKIT_BELL=irq_doorbell ;;
esac
AMPKIT_MODULES="$AMPKIT_BELL rproc_relay amp_rproc rpmsg_char"
RPROC=/sys/class/remoteproc/remoteproc

# Print a command as at a prompt, and run it: step COMMAND
step() {
	printf '# %s\n' "$1"
	eval "$1" || fail "$1"
}

# Wait until a command succeeds: wait_for SECONDS WHAT COMMAND...
wait_for() {
	wait_seconds=$1 wait_what=$2
	shift 2
	wait_end=$(($(cut -d. -f1 /proc/uptime) + wait_seconds))
	until "$@"; do
		[ "$(cut -d. -f1 /proc/uptime)" -le "$wait_end" ] ||
			fail "$wait_what did not come in $wait_seconds s"
		usleep 5000
	done
}

remote_exists() {
	[ -e "$RPROC$1/state" ]
}

# Whether the state file of a remote says so: remote_is REMOTE STATE
remote_is() {
	[ "$(cat "$RPROC$1/state")" = "$2" ]
}

# The device node of a remote's channel; fails if there is none: node_of REMOTE
node_of() {
	for node_link in /sys/class/rpmsg/rpmsg[0-9]*; do
		case $(readlink -f "$node_link") in
		*"/remoteproc$1/"*)
			echo "/dev/${node_link##*/}"
			return
			;;
		esac
	done
	return 1
}

node_exists() {
	node_path=$(node_of "$1") && [ -c "$node_path" ]
}

# Whether a process has a file open: has_open PROCESS FILE
has_open() {
	for open_fd in "/proc/$1/fd"/*; do
		[ "$(readlink "$open_fd")" != "$2" ] || return 0
	done
	return 1
}

has_ended() {
	! kill -0 "$1" 2>/dev/null
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The main job, as a transcript: each command is printed behind a "# " and then
# run, and what must be true after it is checked. Both remote cores are started
# and talk at the same time. The last line is "ampkit-run: PASS", or
# "ampkit-run: FAIL" and what went wrong.

fail() {
	echo "ampkit-run: FAIL $*"
	exit 1
}

# shellcheck source=scripts/guest/guest-lib.sh
. /bin/guest-lib.sh

load_modules() {
	for module in $AMPKIT_MODULES; do
		step "insmod /lib/modules/ampkit/$module.ko"
	done
	for remote in 0 1; do
		wait_for 10 "remoteproc$remote" remote_exists $remote
	done
}

show_remote() {
	step "cat $RPROC$1/name $RPROC$1/state $RPROC$1/firmware"
	remote_is "$1" offline || fail "remoteproc$1 is not offline at first"
}

start_remote() {
	step "echo start > $RPROC$1/state"
	step "cat $RPROC$1/state"
	remote_is "$1" running || fail "remoteproc$1 does not run"
	wait_for 10 "the channel of remoteproc$1" node_exists "$1"
	step "cat /sys/kernel/debug/remoteproc/remoteproc$1/trace0"
}

# Start a reader whose output is on the console and in a file:
# start_reader REMOTE, sets reader_REMOTE
start_reader() {
	reader_node=$(node_of "$1") || fail "remoteproc$1 has no channel"
	mkfifo "/tmp/pipe$1" || fail "mkfifo"
	tee "/tmp/read$1" <"/tmp/pipe$1" &
	echo "# cat $reader_node &"
	cat "$reader_node" >"/tmp/pipe$1" &
	eval "reader_$1=$!"
	wait_for 10 "the open of $reader_node" has_open $! "$reader_node"
}

has_read() {
	[ "$(cat "/tmp/read$1")" = "$2" ]
}

# Send a text and expect it from the reader: say_and_hear REMOTE TEXT
say_and_hear() {
	step "echo $2 > $(node_of "$1")"
	wait_for 10 "the echo of \"$2\"" has_read "$1" "$2"
}

stop_remote() {
	step "echo stop > $RPROC$1/state"
	step "cat $RPROC$1/state"
	remote_is "$1" offline || fail "remoteproc$1 is not offline after stop"
	eval "wait_for 10 'the end of cat' has_ended \$reader_$1"
}

unload_modules() {
	modules=
	for module in $AMPKIT_MODULES; do
		modules="$module $modules"
	done
	for module in $modules; do
		step "rmmod $module"
	done
}

check_nothing_is_left() {
	for module in $AMPKIT_MODULES; do
		! grep -q "^$module " /proc/modules ||
			fail "module $module is left"
	done
	for left in /dev/rpmsg* /sys/bus/rpmsg/devices/* "$RPROC"*; do
		[ ! -e "$left" ] || fail "$left is left"
	done
	echo "(no module, channel or device of ours is left)"
}

load_modules
show_remote 0
show_remote 1
start_remote 0
start_reader 0
say_and_hear 0 hello
start_remote 1
start_reader 1
say_and_hear 1 "hello, other core"
say_and_hear_again=$(printf 'hello\nstill there?')
step "echo 'still there?' > $(node_of 0)"
wait_for 10 "the second echo" has_read 0 "$say_and_hear_again"
stop_remote 0
stop_remote 1
unload_modules
check_nothing_is_left
echo "ampkit-run: PASS"

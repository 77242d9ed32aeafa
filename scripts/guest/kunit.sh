#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Run the KUnit suites: each *_kunit.ko runs when it is loaded and reports in
# the kernel log, which goes to the console here. A module that can't be loaded
# or unloaded is told in a line "ampkit-kunit: FAIL".
#
#	kunit.sh GLOB	a pattern of module names; one that matches none is
#			given to KUnit: "suite.test", or "test" alone

glob=${1:-*}
folder=/lib/modules/ampkit

# Whether the name of a suite's module matches: picked NAME
picked() {
	# shellcheck disable=SC2254
	case $1 in
	$glob) return 0 ;;
	esac
	return 1
}

count_picked() {
	for file in "$folder"/*_kunit.ko; do
		! picked "$(basename "$file" .ko)" || echo
	done | wc -l
}

file_of() {
	for file in "$folder/$1.ko" "/lib/modules/kernel/$1.ko"; do
		[ ! -e "$file" ] || {
			echo "$file"
			return
		}
	done
	echo "no $1.ko" >&2
	return 1
}

# The modules that have to be loaded before FILE: by its symbols, and those that
# it only wants to be there: needs FILE
needs() {
	strings "$1" | sed -n 's/^depends=//p; s/^softdep=pre: //p' |
		tr ',' ' '
}

# Load a module after those that it depends on: load NAME [PARAMETER...]
load() (
	[ ! -e "/sys/module/$1" ] || exit 0
	file=$(file_of "$1") || exit
	shift
	for need in $(needs "$file"); do
		load "$need" || exit
	done
	insmod "$file" "$@"
)

# In the kernel's log, as what we write ourselves may not be out yet when a suite
# takes the kernel with it
run_suite() {
	echo "# running $1" >/dev/kmsg
	load "$1" || echo "ampkit-kunit: FAIL insmod $1"
	rmmod "$1" || echo "ampkit-kunit: FAIL rmmod $1"
}

filter=
if [ "$(count_picked)" = 0 ]; then
	case $glob in
	*.*) filter="filter_glob=$glob" ;;
	*) filter="filter_glob=*.$glob" ;;
	esac
	glob='*'
fi
# Kernels that ask for it run no suite by itself
autorun=
! strings "$(file_of kunit)" | grep -q '^parmtype=autorun:' || autorun=autorun=1
# shellcheck disable=SC2086
load kunit enable=1 $autorun $filter || echo "ampkit-kunit: FAIL insmod kunit"
dmesg -n 8
for file in "$folder"/*_kunit.ko; do
	name=$(basename "$file" .ko)
	! picked "$name" || run_suite "$name"
done
dmesg -n 5

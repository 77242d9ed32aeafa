# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034
# What the shell scripts here share. Source it from a script in this folder,
# after `set -eu`; it changes into the top of the repository.

cd "$(dirname "$0")/.." || exit

: "${KVER:=6.12}"
: "${KSRC:=}"
: "${DEBUG:=}"
: "${CROSS_COMPILE:=aarch64-linux-gnu-}"
# The one program of 32 bits that an arm64 guest runs as well
: "${CROSS_COMPILE_ARM:=arm-linux-gnueabihf-}"

# Build products of this checkout, one folder a kernel
: "${BUILD:=build/$KVER}"

# What is costly to get and the same for every checkout
CACHE=${AMPKIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ampkit}

# Status of what could not be done here, but is no failure
SKIP=77

say() {
	printf '%s\n' "$*"
}

die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# Debian 12 or newer (testing and unstable carry no VERSION_ID)
on_debian() {
	[ -r /etc/os-release ] || return 1
	(
		# shellcheck disable=SC1091
		. /etc/os-release
		[ "${ID:-}" = debian ] && [ "${VERSION_ID:-99}" -ge 12 ]
	)
}

# Take the lock FILE on descriptor 9 until the script ends, telling who waits
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -n 9 && return
	say "waiting for another make that holds $1" >&2
	flock 9
}

#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# How many lines of lib/ the host tests reach: coverage.sh CC DIRECTORY
# Fails below 95 %.
set -eu

cc=$1
out=$2
top=$(cd "$(dirname "$0")/.." && pwd)
floor=95

rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$out"
for source in "$top"/lib/*.c; do
	"$cc" --coverage -O0 -std=gnu11 -I"$top/lib" -I"$top/../include" \
		-c "$source"
done
for test in lib_test ctrl_test pair_test; do
	"$cc" -O1 -std=gnu11 -I"$top/lib" -I"$top/tests" -I"$top/../include" \
		-DTHREAD_MESSAGES=20000 -DMODEL_SEEDS=10 --coverage -pthread \
		-o $test "$top/tests/$test.c" ./*.o "$top/tests/model.c"
	./$test >$test.log
done
for source in "$top"/lib/*.c; do
	gcov -n "$(basename "$source" .c).gcda"
done 2>/dev/null | awk -v floor=$floor '
	/^File/ { file = $2 }
	/^Lines executed/ && file ~ /lib\/[a-z_]*\.c/ {
		split($2, part, ":"); sub("%", "", part[2])
		sub(".*/", "", file); sub("\047", "", file)
		printf "%-18s %6.2f %% of %d\n", file, part[2], $4
		lines += $4; hit += part[2] * $4 / 100
	}
	END {
		printf "lib/: %.1f %% of %d lines\n", 100 * hit / lines, lines
		exit 100 * hit / lines < floor
	}'

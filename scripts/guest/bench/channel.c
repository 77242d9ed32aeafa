// SPDX-License-Identifier: GPL-2.0
/*
 * What the "bench" firmware is told and asked, see ampkit/bench.h.
 */
#include <ampkit/bench.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

static void tell(int fd, uint32_t what, uint32_t arg, uint64_t seq)
{
	const struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = what,
		.arg = arg,
		.seq = seq,
	};

	if (write(fd, &msg, sizeof(msg)) != sizeof(msg))
		die("a command to the firmware: %m");
}

/**
 * fw_echo_every() - let messages come back
 * @fd: the channel
 * @period: every so many
 */
void fw_echo_every(int fd, unsigned int period)
{
	tell(fd, BENCH_OTHERS, period, 0);
}

/**
 * fw_source() - let the firmware send
 * @fd: the channel
 * @messages: how many
 * @size: bytes of each
 */
void fw_source(int fd, unsigned int messages, unsigned int size)
{
	tell(fd, BENCH_SOURCE, messages, size);
}

/**
 * fw_reset() - forget what was before
 * @fd: the channel
 */
void fw_reset(int fd)
{
	tell(fd, BENCH_RESET, 0, 0);
}

/**
 * fw_linger() - let the firmware look for the next message for a while
 * @fd: the channel
 * @us: for how long, microseconds
 */
void fw_linger(int fd, unsigned int us)
{
	tell(fd, BENCH_LINGER, us, 0);
}

/**
 * fw_end() - let the firmware end, so that nothing is pending for its core
 * @fd: the channel, with nothing outstanding
 *
 * Our driver asks for that itself before it stops a remote. What is pending for
 * a core in reset costs the next to be measured: QEMU wakes its thread whenever
 * the interrupt controller's state changes.
 */
void fw_end(int fd)
{
	char data[16];

	tell(fd, BENCH_END, 0, 0);
	/* It takes its channel away */
	if (read(fd, data, sizeof(data)) != -1 || errno != EPIPE)
		die("the firmware does not end");
}

/**
 * fw_counters() - what the firmware has counted since fw_reset()
 * @fd: the channel, with nothing outstanding
 * @messages: receives how many messages it echoed, sank and sent
 * @taken: receives how often it heard the bell
 * @rung: receives how often it rang
 */
void fw_counters(int fd, uint64_t *messages, uint64_t *taken, uint64_t *rung)
{
	struct {
		struct bench_msg msg;
		struct bench_counters counters;
	} answer;

	tell(fd, BENCH_READ, 0, 0);
	if (read(fd, &answer, sizeof(answer)) != sizeof(answer) ||
	    answer.msg.command != BENCH_READ)
		die("the firmware does not tell its counters");
	if (answer.counters.refused || answer.counters.failed)
		die("the firmware refused %llu messages, and lost %llu",
		    (unsigned long long)answer.counters.refused,
		    (unsigned long long)answer.counters.failed);
	*messages = answer.counters.echoed + answer.counters.sunk +
		    answer.counters.sourced;
	*taken = answer.counters.bells_taken;
	*rung = answer.counters.bells_rung;
}

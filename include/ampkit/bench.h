/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The wire of the "bench" firmware. All numbers are little endian.
 *
 * Each command to BENCH_SERVICE starts with a struct bench_msg; what a command
 * does not name is ignored. What becomes of messages that are too short, or
 * have another magic, BENCH_OTHERS says.
 *
 * To a host that takes no event indices, this firmware is as most others are:
 * it never says that it can do without a bell.
 */
#ifndef AMPKIT_BENCH_H
#define AMPKIT_BENCH_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define BENCH_SERVICE		"rpmsg-raw"

/* "BNCH" */
#define BENCH_MAGIC		0x48434e42U

/* Comes back unchanged. */
#define BENCH_ECHO		1
/* Is counted; gaps in its sequence numbers are counted as lost. */
#define BENCH_SINK		2
/*
 * @arg messages of @seq bytes are sent to the sender, as fast as it goes; more
 * of them when some are still to be sent to him.
 */
#define BENCH_SOURCE		3
/* One such message, cut off at its end if it is short; @seq counts from 0. */
#define BENCH_DATA		4
/* A struct bench_counters comes back behind the header. */
#define BENCH_READ		5
/* All counters are 0 again, and a source ends. */
#define BENCH_RESET		6
/*
 * Every @arg-th message that is no command comes back, and the others count as
 * sunk: so there are messages shorter than a command. With 0, as at first, they
 * are refused.
 */
#define BENCH_OTHERS		7
/* The firmware ends, as when the host asks for it. */
#define BENCH_END		8
/*
 * After a message, the firmware looks @arg microseconds for the next one before it
 * asks for a bell; at first it does not.
 */
#define BENCH_LINGER		9

/**
 * struct bench_msg - start of every message
 * @magic: BENCH_MAGIC
 * @command: BENCH_ command
 * @arg: number of messages of BENCH_SOURCE; period of BENCH_OTHERS; time of
 *	BENCH_LINGER
 * @reserved: 0
 * @seq: sequence number; of BENCH_SOURCE: bytes of each message
 */
struct bench_msg {
	uint32_t magic;
	uint32_t command;
	uint32_t arg;
	uint32_t reserved;
	uint64_t seq;
};

/**
 * struct bench_counters - what happened since the start or BENCH_RESET
 * @echoed: messages sent back
 * @sunk: messages of BENCH_SINK
 * @sunk_bytes: and their bytes
 * @lost: sequence numbers that were skipped
 * @again: messages with a sequence number from before
 * @sourced: messages sent for BENCH_SOURCE
 * @refused: messages that made no sense
 * @failed: messages that could not be sent
 * @bells_taken: how often the host's bell was heard
 * @bells_rung: how often the host was rung
 */
struct bench_counters {
	uint64_t echoed;
	uint64_t sunk;
	uint64_t sunk_bytes;
	uint64_t lost;
	uint64_t again;
	uint64_t sourced;
	uint64_t refused;
	uint64_t failed;
	uint64_t bells_taken;
	uint64_t bells_rung;
};

#endif /* AMPKIT_BENCH_H */

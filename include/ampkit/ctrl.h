/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * ctrl.h - the control block: what host and remote tell each other beside rpmsg
 *
 * A page of shared memory that a remote may have, announced by a vendor entry
 * in its resource table. Everything in it is optional: the entry says what the
 * remote supports, and a host that does not know the entry, its version or a
 * bit does without. All numbers are little endian, and each field has one
 * writer.
 *
 *	remote	READY once it is set up; then it counts HEARTBEAT up, at least
 *		once in each period that the entry promises
 *	host	writes SHUTDOWN to REQUEST and rings; the remote finishes,
 *		answers with state STOPPED and waits to be reset
 *	remote	fills the crash record and, last of all, sets state CRASHED and
 *		rings
 */
#ifndef AMPKIT_CTRL_H
#define AMPKIT_CTRL_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

/* Type of the entry, out of the vendors' range of 128 to 511 */
#define AMPKIT_RSC_CTRL		384

/* First words of the entry's body and of the block: "AMPC" */
#define AMPKIT_CTRL_MAGIC	0x43504d41U
#define AMPKIT_CTRL_VERSION	1

/* What a remote supports, bits of the entry's features */
#define AMPKIT_CTRL_F_READY	(1U << 0)
#define AMPKIT_CTRL_F_HEARTBEAT	(1U << 1)
#define AMPKIT_CTRL_F_SHUTDOWN	(1U << 2)
#define AMPKIT_CTRL_F_CRASH	(1U << 3)

/* Bounds of heartbeat_ms; the host takes what is beyond for the nearest of them */
#define AMPKIT_CTRL_HEARTBEAT_MIN	10U
#define AMPKIT_CTRL_HEARTBEAT_MAX	3600000U

/**
 * struct ampkit_rsc_ctrl - body of the vendor entry, after the entry's type
 * @magic: AMPKIT_CTRL_MAGIC
 * @version: AMPKIT_CTRL_VERSION
 * @da: device address of the control block, on a page of its own
 * @len: its size in bytes
 * @features: AMPKIT_CTRL_F_ bits
 * @heartbeat_ms: longest time between two heartbeats, in milliseconds, from
 *	AMPKIT_CTRL_HEARTBEAT_MIN to _MAX
 * @reserved: 0
 */
struct ampkit_rsc_ctrl {
	uint32_t magic;
	uint32_t version;
	uint32_t da;
	uint32_t len;
	uint32_t features;
	uint32_t heartbeat_ms;
	uint32_t reserved[2];
};

/* State of the remote, written by it; 0 before it says anything */
#define AMPKIT_CTRL_STARTING	0
#define AMPKIT_CTRL_READY	1
#define AMPKIT_CTRL_STOPPED	2
#define AMPKIT_CTRL_CRASHED	3

/* Requests of the host, written by it; 0 for none */
#define AMPKIT_CTRL_NO_REQUEST	0
#define AMPKIT_CTRL_SHUTDOWN	1

/* Which registers a crash record has */
#define AMPKIT_CRASH_NONE	0
#define AMPKIT_CRASH_AARCH64	1
#define AMPKIT_CRASH_ARM	2

/* Why a remote crashed */
#define AMPKIT_CAUSE_OTHER	0
#define AMPKIT_CAUSE_EXCEPTION	1
#define AMPKIT_CAUSE_ASSERT	2
#define AMPKIT_CAUSE_LINK	3

/**
 * struct ampkit_crash - what a remote leaves behind when it crashes
 * @arch: AMPKIT_CRASH_ value: what @regs means
 * @cause: AMPKIT_CAUSE_ value
 * @vector: number of the exception's vector
 * @reserved: 0
 * @esr: syndrome (AArch64: ESR_ELx; Arm: DFSR or IFSR)
 * @far: faulting address
 * @pc: where it happened (AArch64: ELR_ELx)
 * @pstate: processor state there (AArch64: SPSR_ELx; Arm: SPSR)
 * @sp: stack pointer there
 * @regs: general registers (AArch64: x0 to x30; Arm: r0 to r12 and lr)
 * @message: text, ended by NUL
 */
struct ampkit_crash {
	uint32_t arch;
	uint32_t cause;
	uint32_t vector;
	uint32_t reserved;
	uint64_t esr;
	uint64_t far;
	uint64_t pc;
	uint64_t pstate;
	uint64_t sp;
	uint64_t regs[31];
	char message[128];
};

/**
 * struct ampkit_ctrl - the control block
 * @magic: AMPKIT_CTRL_MAGIC; in the image
 * @version: AMPKIT_CTRL_VERSION; in the image
 * @state: AMPKIT_CTRL_ state; the remote's
 * @heartbeat: counts up and wraps; the remote's
 * @remote_reserved: 0; the remote's
 * @request: AMPKIT_CTRL_ request; the host's
 * @host_reserved: 0; the host's
 * @crash: valid in state CRASHED; the remote's
 */
struct ampkit_ctrl {
	uint32_t magic;
	uint32_t version;
	uint32_t state;
	uint32_t heartbeat;
	uint32_t remote_reserved[12];
	uint32_t request;
	uint32_t host_reserved[15];
	struct ampkit_crash crash;
};

#endif /* AMPKIT_CTRL_H */

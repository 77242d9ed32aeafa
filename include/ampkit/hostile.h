/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The wire of the "hostile" firmware, which misbehaves on command. All numbers
 * are little endian.
 *
 * A struct hostile_msg to HOSTILE_SERVICE makes it do @command, with @arg. It is
 * answered first with the same message, unless a command says otherwise; all
 * other messages are echoed.
 */
#ifndef AMPKIT_HOSTILE_H
#define AMPKIT_HOSTILE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define HOSTILE_SERVICE		"rpmsg-raw"

/* "EVIL" */
#define HOSTILE_MAGIC		0x4c495645U

/* What is in the messages that it sends by itself, its NUL included */
#define HOSTILE_TEXT		"hostile"

/* The table while running: sizes, flags, all entries; @arg ignored */
#define HOSTILE_TABLE_NUMBERS	1
#define HOSTILE_TABLE_GARBAGE	2

/* The queue that the host receives by, @arg times unless said otherwise */
#define HOSTILE_ID_RANGE	3	/* a used id that no ring has */
#define HOSTILE_ID_STRAY	4	/* a message, its buffer used twice */
#define HOSTILE_USED_LEN	5	/* one message with used.len @arg */
#define HOSTILE_USED_JUMP	6	/* used.idx goes on by @arg at once */
#define HOSTILE_USED_RUN	7	/* used.idx goes on without an end */
#define HOSTILE_DESC_LOOP	8	/* a message while all descriptors loop */
#define HOSTILE_HDR_LEN		9	/* 4 bytes, and a header with length @arg */
#define HOSTILE_HDR_FLIP	10	/* messages whose length keeps changing */

/* Name service, @arg times */
#define HOSTILE_NS_FLOOD	11	/* all names different */
#define HOSTILE_NS_DUPLICATE	12	/* all the same */
#define HOSTILE_NS_UNTERMINATED	13
#define HOSTILE_NS_ADDR		14	/* address 53, and ANY */
#define HOSTILE_NS_DESTROY	15	/* of what never was */

/* Too much, or too little */
#define HOSTILE_FLOOD		16	/* @arg messages, numbered down to 1 */
#define HOSTILE_BELL_STORM	17	/* for @arg ms */
#define HOSTILE_SILENT_DRAIN	18	/* @arg: 1 no bell and no echo, 0 stop */
#define HOSTILE_BELL_ALWAYS	19	/* @arg: 1 ring for each poll, 0 stop */
#define HOSTILE_DEAF		20	/* take no message for @arg ms */

/* Ends, all after the answer */
#define HOSTILE_HANG		21	/* interrupts off */
#define HOSTILE_SPIN		22	/* interrupts on */
#define HOSTILE_CRASH_ABORT	23	/* an access to nowhere; @arg on the stack */
#define HOSTILE_CRASH_UNDEFINED	24	/* an undefined instruction */
#define HOSTILE_CRASH_STACK	25	/* a stack that overflows */
#define HOSTILE_CRASH_IRQ	26	/* the same in the next doorbell's handler */
#define HOSTILE_PANIC		27	/* reports a failed assertion */

/* The control block is overwritten with @arg, its state with @boot unless 0 */
#define HOSTILE_CTRL_GARBAGE	28

/* Shutdown requests are ignored from now on; @arg: 1 on, 0 off */
#define HOSTILE_NO_SHUTDOWN	29

/*
 * The next @arg boots misbehave as @boot says; kept in the shared memory
 * behind the first ring.
 */
#define HOSTILE_NEXT_BOOT	30

#define HOSTILE_BOOT_WELL	0
#define HOSTILE_BOOT_CRASH	1	/* before ready */
#define HOSTILE_BOOT_HANG	2	/* before ready */
#define HOSTILE_BOOT_CRASH_LATE	3	/* after ready, before DRIVER_OK */
#define HOSTILE_BOOT_BELLS	4	/* rings before DRIVER_OK */
#define HOSTILE_BOOT_STATUS	5	/* is the first to set DRIVER_OK */
#define HOSTILE_BOOT_TABLE	6	/* puts its table back after DRIVER_OK */

/**
 * struct hostile_msg - a command
 * @magic: HOSTILE_MAGIC
 * @command: HOSTILE_ command
 * @arg: see there
 * @boot: HOSTILE_BOOT_ value
 */
struct hostile_msg {
	uint32_t magic;
	uint32_t command;
	uint32_t arg;
	uint32_t boot;
};

#endif /* AMPKIT_HOSTILE_H */

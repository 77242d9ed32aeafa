/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The wire of the "echo" firmware, for the firmware and for those who test it.
 *
 * Every message sent to the service ECHO_SERVICE comes back to its sender
 * unchanged, but for those that start with one of the two magics below. All
 * numbers are little endian.
 */
#ifndef AMPKIT_ECHO_H
#define AMPKIT_ECHO_H

/* Name under which the service is announced. */
#define ECHO_SERVICE		"rpmsg-raw"

/*
 * "NONC": a message of ECHO_NONCE_MIN bytes or more that starts with this
 * comes back with the boot's 64-bit nonce at ECHO_NONCE_OFFSET. Two boots have
 * different nonces, so that a reply of an earlier life is told from a new one.
 */
#define ECHO_MAGIC_NONCE	0x434e4f4e
#define ECHO_NONCE_OFFSET	4
#define ECHO_NONCE_SIZE		8
#define ECHO_NONCE_MIN		(ECHO_NONCE_OFFSET + ECHO_NONCE_SIZE)

/*
 * "HOLD": the message is echoed, then the next doorbell interrupt handler
 * writes ECHO_HOLD_TRACE to the trace and spins, with its interrupt
 * acknowledged and not ended, until the core is reset.
 */
#define ECHO_MAGIC_HOLD		0x444c4f48
#define ECHO_HOLD_TRACE		"irq-hold"

#endif /* AMPKIT_ECHO_H */

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the library needs from its surroundings, and its few limits.
 *
 * This is the only header that knows whether the library is built into
 * firmware (freestanding), into a program (host tests) or into a kernel module
 * (KUnit). Everything else includes this one instead of system headers.
 */
#ifndef RPMSG_CONFIG_H
#define RPMSG_CONFIG_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/stdarg.h>
#include <linux/stddef.h>
#include <linux/types.h>
#else
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#if __STDC_HOSTED__
#include <errno.h>
#else
/* The values of Linux, so that a number in a trace means the same there. */
#define EIO		5
#define EAGAIN		11
#define EFAULT		14
#define EINVAL		22
#define ENOSPC		28
#define EPIPE		32
#define EPROTO		71
#define EBADMSG		74
#define EMSGSIZE	90
#define EADDRINUSE	98
#define ENOBUFS		105
#define ENOTCONN	107
#define ETIMEDOUT	110
#endif
#endif

/* Transmit buffers one remote may have taken and not yet sent at a time. */
#ifndef RPMSG_MAX_TX_HELD
#define RPMSG_MAX_TX_HELD	8
#endif

/* How often the status is looked at while there is no link, microseconds. */
#ifndef RPMSG_LINK_POLL_US
#define RPMSG_LINK_POLL_US	50000
#endif

/*
 * How often a sender that waits for a buffer looks by itself, microseconds:
 * a host that returns buffers without ringing must not put it to sleep.
 */
#ifndef RPMSG_TX_POLL_US
#define RPMSG_TX_POLL_US	10000
#endif

/* Messages that rpmsg_remote_run() handles between two bells to the host. */
#ifndef RPMSG_RUN_BUDGET
#define RPMSG_RUN_BUDGET	32
#endif

#if defined(__GNUC__)
#define RPMSG_PRINTF(fmt, args)	__attribute__((format(printf, fmt, args)))
#else
#define RPMSG_PRINTF(fmt, args)
#endif

#endif /* RPMSG_CONFIG_H */

/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The wire of the OpenAMP demonstrations, as their programs for Linux have it.
 *
 * One firmware image each, since all announce the same channel and programs
 * take the first that they find. All numbers are little endian.
 */
#ifndef AMPKIT_DEMO_H
#define AMPKIT_DEMO_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define DEMO_SERVICE		"rpmsg-openamp-demo-channel"

/* First word of a message that ends the service. */
#define DEMO_SHUTDOWN		0xef56a55aU

/* Matrix multiplication: two of these in, one out. */
#define DEMO_MATRIX_MAX		6

/**
 * struct demo_matrix - a square matrix
 * @size: rows and columns, DEMO_MATRIX_MAX at most
 * @elements: by row, then column; those from @size on mean nothing
 */
struct demo_matrix {
	uint32_t size;
	uint32_t elements[DEMO_MATRIX_MAX][DEMO_MATRIX_MAX];
};

/* Calls that the remote makes and the program on Linux carries out. */
#define DEMO_RPC_OPEN		1
#define DEMO_RPC_CLOSE		2
#define DEMO_RPC_WRITE		3
#define DEMO_RPC_READ		4
#define DEMO_RPC_TERM		6

/* Flags of DEMO_RPC_OPEN, those of Linux */
#define DEMO_RPC_O_RDONLY	0
#define DEMO_RPC_O_WRONLY	1
#define DEMO_RPC_O_CREAT	0100
#define DEMO_RPC_O_TRUNC	01000

/**
 * struct demo_rpc - a call or its answer, @len bytes follow
 * @id: DEMO_RPC_ call; the same in the answer
 * @a: open: flags; close, write, read: descriptor. Answer: what the call
 *	returned
 * @b: open: mode; write, read: bytes. Answer: 0
 * @len: bytes that follow. open: the path with its NUL, write: the data.
 *	Answer of read: the data
 */
struct demo_rpc {
	uint32_t id;
	int32_t a;
	int32_t b;
	uint32_t len;
};

#endif /* AMPKIT_DEMO_H */

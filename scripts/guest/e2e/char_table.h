/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of what a program can see of the rpmsg character devices: what its
 * rows act on, and what they share.
 */
#ifndef AMPKIT_E2E_CHAR_TABLE_H
#define AMPKIT_E2E_CHAR_TABLE_H

#include "char.h"

/**
 * struct scene - what the rows act on
 * @node: the channel's node
 * @fd: it, open for reading and writing with O_NONBLOCK
 * @ctrl: the control device, open
 * @ept: node of an endpoint
 * @ept_fd: it, open
 * @echo: address of the echo service
 */
struct scene {
	char node[64];
	int fd;
	int ctrl;
	char ept[64];
	int ept_fd;
	__u32 echo;
};

/**
 * struct row - one thing that a program can see
 * @what: its name
 * @measure: acts on a scene of its own; a number or a negative errno
 */
struct row {
	const char *what;
	long (*measure)(struct scene *scene);
};

/* char_rows.c: the rows beside those of single calls */
extern const struct row further_rows[];
extern const size_t further_rows_count;

/* char_table.c */
long outcome(long ret);
long try_open(const char *node, int flags);
void queue_text(int fd, const char *text, size_t len);
long text_attr(const char *folder, const char *name);
long link_hash(const char *path);

#endif /* AMPKIT_E2E_CHAR_TABLE_H */

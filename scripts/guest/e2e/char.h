/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of the rpmsg character devices share.
 */
#ifndef AMPKIT_E2E_CHAR_H
#define AMPKIT_E2E_CHAR_H

#include <linux/rpmsg.h>
#include <linux/rpmsg_ext.h>

#include "e2e.h"

/* As in the driver: bounds of a queue that nobody changed */
#define QUEUE_MESSAGES	1024

long long node_attr(const char *node, const char *name);
int node_set_attr(const char *node, const char *name, const char *value);
struct rpmsg_ept_info ept_info(int fd);
short poll_for(int fd, short events, int ms);
unsigned int drain(int fd);
void expect_settled(int fd, __u64 sent);
int ctrl_open(unsigned int remote);
__u32 echo_address(unsigned int remote);
void hold_back(int fd);
void read_held_back(int fd);
void ept_find(const char *name, char *node, size_t size);
void ept_create(int ctrl, const char *name, __u32 src, __u32 dst,
		char *node, size_t size);
int open_second_endpoint(__u32 addr);
void get_busy(int fd);

#endif /* AMPKIT_E2E_CHAR_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests with the firmware that misbehaves on command share: the
 * commands, and what the relay has counted of what came of them.
 */
#ifndef AMPKIT_E2E_MISUSE_H
#define AMPKIT_E2E_MISUSE_H

#include <ampkit/hostile.h>

#include "e2e.h"

#define HOSTILE		image_of(0, "hostile")

/* A hung remote is noticed after four periods of its heartbeat */
#define HANG_MS		20000

/* As in the driver: channels that a remote may have at a time */
#define MAX_CHANNELS	256

/* As in the driver: so many bad ids a remote may use and live on */
#define MAX_BAD_IDS	64

/**
 * struct counters - what the relay says of one queue of a remote
 * @pushed: messages passed on to the remote
 * @pulled: messages passed on to the host
 * @lent: buffers that the remote has
 * @quarantined: nothing passes any more
 * @id: dropped for their id
 * @length: dropped for their length
 * @message: refused messages
 * @index: indices that made no sense
 * @host: of the host's, that did not fit
 * @waiting: what the remote has used and nobody has looked at
 */
struct counters {
	unsigned long long pushed;
	unsigned long long pulled;
	unsigned int lent;
	bool quarantined;
	int id;
	int length;
	int message;
	int index;
	int host;
	unsigned int waiting;
};

/* The queue that the host receives by, and the one that it sends by */
#define QUEUE_RX	0
#define QUEUE_TX	1

int hostile_start(int flags);
void hostile_tell(int fd, __u32 what, __u32 arg);
void hostile_command(int fd, __u32 what, __u32 arg);
void hostile_next_boot(int fd, __u32 how, __u32 times);
void hostile_end(int fd);
void hostile_good_again(void);

struct counters counters_of(unsigned int queue);
unsigned long bells_taken(void);
unsigned long bells_deferred(void);
unsigned long bells_rung(void);
unsigned int crash_count(unsigned int remote);
void set_of_remote(const char *file, const char *text);
void expect_crash(void);
void expect_back(unsigned int remote, unsigned int before);
void expect_recovered(unsigned int before);
bool log_says(int mark, const char *text);

#endif /* AMPKIT_E2E_MISUSE_H */

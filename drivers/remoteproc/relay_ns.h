/* SPDX-License-Identifier: GPL-2.0 */
/*
 * relay_ns.h - which announcements of a remote the host gets to see
 *
 * Pure logic: no device, no lock, and the time is given.
 */

#ifndef AMPKIT_RELAY_NS_H
#define AMPKIT_RELAY_NS_H

#include <linux/mod_devicetable.h>
#include <linux/types.h>

/* Channels that a remote may have at a time */
#define RELAY_NS_MAX_CHANNELS	256

/* Announcements that may come at once, and then one in each so many ms */
#define RELAY_NS_BURST		512
#define RELAY_NS_PERIOD_MS	5

/**
 * struct relay_ns_channel - a channel that the host was told of
 * @addr: the remote's address of it
 * @name: its name, terminated
 */
struct relay_ns_channel {
	u32 addr;
	char name[RPMSG_NAME_SIZE];
};

/**
 * struct relay_ns - what the host was told of a vdev's channels
 * @awaited: the remote may not have noticed that it has a new host: what it
 *	sends before it announces something is for the old one
 * @num: used elements of @channels
 * @tokens: announcements that may still come at once
 * @filled_ms: when @tokens was filled up last
 * @channels: the channels there are
 */
struct relay_ns {
	bool awaited;
	unsigned int num;
	unsigned int tokens;
	u64 filled_ms;
	struct relay_ns_channel channels[RELAY_NS_MAX_CHANNELS];
};

void relay_ns_reset(struct relay_ns *ns, u64 now_ms);
bool relay_ns_accept(struct relay_ns *ns, const void *payload, u32 len,
		     u64 now_ms);

#endif /* AMPKIT_RELAY_NS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rproc_relay_link.h - what a relayed rpmsg transport tells its clients
 *
 * rpmsg has no event for "there is room to send again", and no state for "what
 * is sent now reaches nobody". A transport behind the relay of
 * drivers/remoteproc knows both. A client that shall work over any transport
 * takes rproc_relay_link_get() by symbol_get(), and needs it no more once it
 * has a link: those are counted by themselves, so that a file that is polled
 * on one may stay open long after remote, relay and their modules are gone.
 */

#ifndef AMPKIT_RPROC_RELAY_LINK_H
#define AMPKIT_RPROC_RELAY_LINK_H

#include <linux/compiler.h>
#include <linux/kref.h>
#include <linux/slab.h>
#include <linux/types.h>
#include <linux/wait.h>

struct device;

/**
 * struct rproc_relay_link - the transmit side of a vdev, as clients see it
 * @wait: woken when room comes back, with EPOLLOUT, and when the link closes
 * @refs: the vdev, and each client
 * @room: how many messages can be sent without waiting
 * @open: what is sent is passed on
 *
 * Clients use @wait and the functions below.
 */
struct rproc_relay_link {
	wait_queue_head_t wait;
	struct kref refs;
	unsigned int room;
	bool open;
};

struct rproc_relay_link *rproc_relay_link_get(struct device *dev);

static inline void rproc_relay_link_release(struct kref *refs)
{
	kfree(container_of(refs, struct rproc_relay_link, refs));
}

/**
 * rproc_relay_link_put() - give a link back
 * @link: the link; the caller waits on it no more
 *
 * Context: any.
 */
static inline void rproc_relay_link_put(struct rproc_relay_link *link)
{
	kref_put(&link->refs, rproc_relay_link_release);
}

/**
 * rproc_relay_link_is_open() - whether what is sent is passed on
 * @link: the link
 *
 * Not any more from the moment on in which the remote is given up, by a stop or
 * after a crash. The transport goes on to accept messages until its devices
 * are gone, but they reach nobody.
 *
 * Context: any.
 * Return: true if it is.
 */
static inline bool rproc_relay_link_is_open(const struct rproc_relay_link *link)
{
	return READ_ONCE(link->open);
}

/**
 * rproc_relay_link_room() - how much can be sent without waiting
 * @link: the link
 *
 * Context: any.
 * Return: number of messages; somebody else may be faster.
 */
static inline unsigned int
rproc_relay_link_room(const struct rproc_relay_link *link)
{
	return READ_ONCE(link->room);
}

#endif /* AMPKIT_RPROC_RELAY_LINK_H */

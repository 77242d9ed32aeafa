/* SPDX-License-Identifier: GPL-2.0 */
/*
 * amp_bell.h - bells to and from a remote, over any mailbox
 */

#ifndef AMPKIT_AMP_BELL_H
#define AMPKIT_AMP_BELL_H

#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mailbox_client.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct device;

/**
 * struct amp_line - a mailbox channel that has one message in flight at most
 * @client: what the mailbox core knows us as
 * @chan: the channel, or NULL while it is not ours
 * @lock: guards everything below
 * @again: a message is to be sent, once none is in flight
 * @by_irq: the provider tells when it is done, it can't be asked
 * @muted: the provider takes no messages on this channel
 * @sent: messages that the provider has taken
 * @refused: how often it did not take one
 * @since: when the one in flight was sent
 * @period: how soon the provider is asked again, ns
 * @look: asks it
 */
struct amp_line {
	struct mbox_client client;
	struct mbox_chan *chan;
	spinlock_t lock;	/* all below */
	bool again;
	bool by_irq;
	bool muted;
	unsigned long sent;
	unsigned long refused;
	ktime_t since;
	u64 period;
	struct hrtimer look;
};

/**
 * struct amp_bell - the bells between host and remote
 * @tx: rings the remote
 * @rx: is rung by it; what is sent there acknowledges a bell
 * @heard: called when the remote rings, in any context
 * @priv: passed to @heard
 */
struct amp_bell {
	struct amp_line tx;
	struct amp_line rx;
	void (*heard)(void *priv);
	void *priv;
};

int amp_bell_init(struct amp_bell *bell, struct device *dev, bool can_ring,
		  void (*heard)(void *priv), void *priv);
void amp_bell_free(struct amp_bell *bell);
void amp_bell_ring(struct amp_bell *bell);

#endif /* AMPKIT_AMP_BELL_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * amp_bell.c - bells to and from a remote, over any mailbox
 *
 * A bell says "look at the shared memory" and nothing else, so one that has not
 * been answered yet stands for all that come meanwhile: there is one message in
 * flight at most, and at most one to follow it. Nothing queues, and nothing is
 * lost: after a bell that had to wait there always is another ring.
 *
 * Providers differ in who knows that a message is through. Where an interrupt
 * tells, the mailbox core calls us. Any other provider is asked, right after
 * the message, which is all it takes where a bell is rung by writing it; when
 * another bell comes; and by a timer while one waits. The mailbox core could
 * poll too, but only once in some milliseconds, for each of two bells in a row.
 *
 * Some providers (xlnx,zynqmp-ipi-mailbox) ring again only after the last bell
 * was acknowledged by a message on the receive channel. Others take none there:
 * whoever refuses the first one is not sent another.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/mailbox/zynqmp-ipi-message.h>
#include <linux/mailbox_client.h>
#include <linux/mailbox_controller.h>

#include "../../include/compat.h"
#include "amp_bell.h"

/* Bytes of the longest message that a provider may believe it is given */
#define AMP_BELL_MESSAGE	64

/* How soon a provider that is not done is asked again, and how late */
#define AMP_BELL_LOOK_FIRST	(50 * NSEC_PER_USEC)
#define AMP_BELL_LOOK_LAST	(20 * NSEC_PER_MSEC)

/* For how long a message can be in flight before it counts as lost, ns */
#define AMP_BELL_PATIENCE	NSEC_PER_SEC

/*
 * The message: empty where a provider wants to know its length, and zeroes
 * where it expects some number of words. It is only read. NULL would be no
 * message to some kernels.
 */
static union {
	struct zynqmp_ipi_message ipi;
	u8 zeroes[AMP_BELL_MESSAGE];
} amp_bell_message;

/* The provider has the message, and nobody has told the core that it is done. */
static bool line_is_taken(const struct amp_line *line)
{
	return READ_ONCE(line->chan->active_req) == &amp_bell_message;
}

/* The provider has refused the message, and the mailbox core kept it. */
static bool line_is_stuck(const struct amp_line *line)
{
	return READ_ONCE(line->chan->msg_count) && !line_is_taken(line);
}

static bool line_is_through(const struct amp_line *line)
{
	struct mbox_chan *chan = line->chan;

	return !chan->mbox->ops->last_tx_done ||
	       chan->mbox->ops->last_tx_done(chan);
}

/* Offer the message that is stuck once more: what it says is true again. */
static bool line_offer_again(struct amp_line *line)
{
	mbox_client_txdone(line->chan, 0);
	if (!line_is_taken(line)) {
		line->refused++;
		return false;
	}

	line->sent++;
	line->again = false;
	line->since = ktime_get();

	return true;
}

/* Whether there is a message in flight still, after a look at it. */
static bool line_is_busy(struct amp_line *line)
{
	if (line->by_irq)
		return line_is_taken(line);

	if (line_is_stuck(line) && !line_offer_again(line))
		return true;

	if (!line_is_taken(line))
		return false;

	if (!line_is_through(line) &&
	    ktime_sub(ktime_get(), line->since) < AMP_BELL_PATIENCE)
		return true;

	mbox_client_txdone(line->chan, 0);

	return false;
}

/*
 * On the receive channel this is a provider that wants nothing there. Otherwise
 * the timer tries again; where an interrupt tells the end, the next bell does.
 */
static void line_take_refusal(struct amp_line *line)
{
	line->refused++;
	if (line->client.rx_callback && !line->sent)
		line->muted = true;
	else
		dev_warn_ratelimited(line->client.dev,
				     "the mailbox does not take a bell\n");
}

static void line_send(struct amp_line *line)
{
	line->again = false;
	line->since = ktime_get();
	line->period = AMP_BELL_LOOK_FIRST;

	if (mbox_send_message(line->chan, &amp_bell_message) < 0 ||
	    line_is_stuck(line)) {
		line_take_refusal(line);
		return;
	}

	line->sent++;
	/* Rung by being written, most likely */
	line_is_busy(line);
}

static void line_look_later(struct amp_line *line)
{
	if (hrtimer_is_queued(&line->look))
		return;

	hrtimer_start(&line->look, ns_to_ktime(line->period), HRTIMER_MODE_REL);
	line->period = min_t(u64, 2 * line->period, AMP_BELL_LOOK_LAST);
}

/* Send what there is to send, or see to it that it is sent later. */
static void line_advance(struct amp_line *line)
{
	if (!line->chan || line->muted)
		return;

	if (!line_is_busy(line) && line->again)
		line_send(line);

	if (!line->by_irq && !line->muted &&
	    (line->again || line_is_stuck(line)))
		line_look_later(line);
}

static void line_ring(struct amp_line *line)
{
	unsigned long flags;

	if (READ_ONCE(line->muted))
		return;

	spin_lock_irqsave(&line->lock, flags);
	line->again = true;
	line_advance(line);
	spin_unlock_irqrestore(&line->lock, flags);
}

static enum hrtimer_restart line_look(struct hrtimer *timer)
{
	struct amp_line *line = container_of(timer, struct amp_line, look);
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	line_advance(line);
	spin_unlock_irqrestore(&line->lock, flags);

	return HRTIMER_NORESTART;
}

/* Only where an interrupt tells the end. */
static void line_tx_done(struct mbox_client *client, void *message, int ret)
{
	struct amp_line *line = container_of(client, struct amp_line, client);
	unsigned long flags;

	spin_lock_irqsave(&line->lock, flags);
	if (ret < 0)
		line->refused++;
	line_advance(line);
	spin_unlock_irqrestore(&line->lock, flags);
}

/*
 * Acknowledged first and looked at then: what the remote says in between it
 * rings for once more.
 */
static void bell_rx_callback(struct mbox_client *client, void *message)
{
	struct amp_bell *bell = container_of(client, struct amp_bell,
					     rx.client);

	line_ring(&bell->rx);
	bell->heard(bell->priv);
}

static void line_init(struct amp_line *line, struct device *dev)
{
	spin_lock_init(&line->lock);
	hrtimer_setup(&line->look, line_look, CLOCK_MONOTONIC,
		      HRTIMER_MODE_REL);
	line->client.dev = dev;
	/* No polling by the mailbox core */
	line->client.knows_txdone = true;
}

/* The remote may ring before we know the channel that it did that on. */
static int line_open(struct amp_line *line, const char *name)
{
	struct mbox_chan *chan;
	unsigned long flags;

	chan = mbox_request_channel_byname(&line->client, name);
	if (IS_ERR(chan))
		return dev_err_probe(line->client.dev, PTR_ERR(chan),
				     "can't get the mailbox channel %s\n",
				     name);

	spin_lock_irqsave(&line->lock, flags);
	line->by_irq = chan->mbox->txdone_irq;
	if (line->by_irq)
		line->client.tx_done = line_tx_done;
	line->chan = chan;
	line_advance(line);
	spin_unlock_irqrestore(&line->lock, flags);

	return 0;
}

static void line_close(struct amp_line *line)
{
	struct mbox_chan *chan = line->chan;
	unsigned long flags;

	if (!chan)
		return;

	spin_lock_irqsave(&line->lock, flags);
	line->chan = NULL;
	spin_unlock_irqrestore(&line->lock, flags);

	hrtimer_cancel(&line->look);
	mbox_free_channel(chan);
}

/**
 * amp_bell_ring() - ring the remote's bell
 * @bell: the bells
 *
 * What was written to shared memory before is seen by a remote that looks
 * there after it was rung.
 *
 * Context: any.
 */
void amp_bell_ring(struct amp_bell *bell)
{
	/* Not every mailbox orders what it writes behind other memory */
	wmb();
	line_ring(&bell->tx);
}

/**
 * amp_bell_init() - get the mailbox channels "tx" and "rx" of a device
 * @bell: the bells, all zero
 * @dev: the device, whose mboxes and mbox-names they are
 * @can_ring: there is a "tx"; a remote that can't be rung looks at its rings by
 *	itself
 * @heard: called when the remote rings, in any context; soon from now on
 * @priv: passed to @heard
 *
 * Context: may sleep.
 * Return: 0 or a negative errno, with a message; then there is nothing to free.
 */
int amp_bell_init(struct amp_bell *bell, struct device *dev, bool can_ring,
		  void (*heard)(void *priv), void *priv)
{
	int ret;

	bell->heard = heard;
	bell->priv = priv;
	line_init(&bell->tx, dev);
	line_init(&bell->rx, dev);
	bell->rx.client.rx_callback = bell_rx_callback;

	ret = can_ring ? line_open(&bell->tx, "tx") : 0;
	if (ret)
		return ret;

	ret = line_open(&bell->rx, "rx");
	if (ret)
		line_close(&bell->tx);

	return ret;
}

/**
 * amp_bell_free() - give the mailbox channels back
 * @bell: the bells; a ring after this is none
 *
 * Context: may sleep; not in @heard.
 */
void amp_bell_free(struct amp_bell *bell)
{
	line_close(&bell->rx);
	line_close(&bell->tx);
}

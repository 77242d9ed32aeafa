// SPDX-License-Identifier: BSD-3-Clause
/*
 * Receiving: from the host's transmit queue to the endpoints.
 */
#include "endian_io.h"
#include "rpmsg_priv.h"

static void want_no_bell(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);

	virtq_disable_notify(&remote->rx);
	port_unlock(remote->port, key);
}

/* Asks for a bell when there is nothing, and looks again for the race's sake. */
static int pop_rx_or_ask(struct virtq *rx, struct virtq_buf *buf)
{
	int err = virtq_pop(rx, buf);

	if (err != -EAGAIN || !virtq_enable_notify(rx))
		return err;
	return virtq_pop(rx, buf);
}

/* -EPIPE: the host has set up its rings anew */
static int take_rx(struct rpmsg_remote *remote, struct virtq_buf *buf)
{
	uintptr_t key = port_lock(remote->port);
	int err = -EPIPE;

	/* The last message's receiver may have slept through a reset */
	if (!rpmsg_rings_restarted(remote))
		err = pop_rx_or_ask(&remote->rx, buf);
	port_unlock(remote->port, key);
	return err;
}

/* Reads the header once; its length is bounded by the buffer it is in. */
static int parse_header(struct rpmsg_remote *remote,
			const struct virtq_buf *buf, struct rpmsg_msg *msg)
{
	const struct rpmsg_wire_hdr *hdr = buf->ptr;

	if (buf->len < sizeof(*hdr) || (uintptr_t)hdr % sizeof(uint32_t))
		return -EBADMSG;
	port_invalidate(remote->port, hdr, buf->len);
	*msg = (struct rpmsg_msg){
		.src = load_le32(&hdr->src),
		.dst = load_le32(&hdr->dst),
		.data = hdr + 1,
		.len = load_le16(&hdr->len),
		.flags = load_le16(&hdr->flags),
		.head = buf->head,
		.life = remote->life,
	};
	return msg->len <= buf->len - sizeof(*hdr) ? 0 : -EBADMSG;
}

static void deliver(struct rpmsg_remote *remote, struct rpmsg_msg *msg)
{
	struct rpmsg_endpoint *ept = rpmsg_find_ept(remote, msg->dst);

	if (msg->dst == RPMSG_NS_ADDR) {
		rpmsg_ns_receive(remote, msg);
	} else if (ept && ept->ops->rx) {
		remote->stats.rx++;
		ept->ops->rx(ept, msg);
	} else {
		remote->stats.rx_unclaimed++;
	}
}

static void give_back(struct rpmsg_remote *remote, uint16_t head,
		      uint32_t life)
{
	uintptr_t key = port_lock(remote->port);

	if (remote->link == RPMSG_LINK_UP && remote->life == life &&
	    !rpmsg_rings_restarted(remote))
		virtq_push(&remote->rx, head, 0);
	port_unlock(remote->port, key);
}

static void handle_rx(struct rpmsg_remote *remote, const struct virtq_buf *buf)
{
	struct rpmsg_msg msg = { .life = remote->life };

	if (parse_header(remote, buf, &msg))
		remote->stats.rx_bad++;
	else
		deliver(remote, &msg);
	/* One that was released already is of no life any more */
	if (!msg.held)
		give_back(remote, buf->head, msg.life);
}

static bool rx_is_pending(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);
	bool pending = virtq_pending(&remote->rx);

	port_unlock(remote->port, key);
	return pending;
}

/**
 * rpmsg_remote_set_linger() - how long to look for the next message
 * @remote: the remote
 * @us: microseconds after each message until a bell is asked for, 0 for none
 *
 * Changes what @linger_us of its configuration has said. Some microseconds save most
 * bells of a stream; as long as the host takes to answer, nearly all of them. For
 * the loop that polls the remote, and callbacks.
 */
void rpmsg_remote_set_linger(struct rpmsg_remote *remote, uint32_t us)
{
	remote->linger_us = us;
}

/*
 * After a message, the last of a batch as well, the next one may be on its way, and
 * to look for it costs less than a bell. The host is told first of what was done so
 * far.
 */
static void linger(struct rpmsg_remote *remote, uint64_t began)
{
	const struct rpmsg_port *port = remote->port;

	while (!rx_is_pending(remote) &&
	       port->time_us(port->priv) - began < remote->linger_us)
		;
}

static void linger_in_batch(struct rpmsg_remote *remote)
{
	const struct rpmsg_port *port = remote->port;

	if (!remote->linger_us || rx_is_pending(remote))
		return;
	rpmsg_remote_kick(remote);
	linger(remote, port->time_us(port->priv));
}

/* For as long as is left since the batch before has ended, and the host was told. */
static void linger_behind_batch(struct rpmsg_remote *remote)
{
	if (remote->lingers)
		linger(remote, remote->batch_end_us);
	remote->lingers = false;
}

static void end_batch(struct rpmsg_remote *remote, unsigned int handled)
{
	const struct rpmsg_port *port = remote->port;

	remote->lingers = handled && remote->linger_us;
	if (remote->lingers)
		remote->batch_end_us = port->time_us(port->priv);
	remote->notified = true;
}

/**
 * rpmsg_rx_batch() - receive messages
 * @remote: the remote, its link up
 * @budget: how many at most
 *
 * Returns with the doorbell asked for, or with the remote marked for another
 * poll when the budget was used up or the host has set up its rings anew.
 *
 * Return: how many there were, those refused included.
 */
unsigned int rpmsg_rx_batch(struct rpmsg_remote *remote, unsigned int budget)
{
	unsigned int handled = 0;
	struct virtq_buf buf;
	int err;

	want_no_bell(remote);
	linger_behind_batch(remote);
	while (handled < budget) {
		if (handled)
			linger_in_batch(remote);
		err = take_rx(remote, &buf);
		if (err == -EAGAIN || err == -EPROTO)
			return handled;
		if (err == -EPIPE)
			break;
		if (!err)
			handle_rx(remote, &buf);
		handled++;
	}
	end_batch(remote, handled);
	return handled;
}

/**
 * rpmsg_hold_rx() - keep a received message beyond its callback
 * @ept: the endpoint
 * @msg: the message; copy the struct afterwards, it is the callback's
 *
 * Return: 0, -EINVAL when it is held already, was released, or is of a link that was
 * reset.
 */
int rpmsg_hold_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	if (msg->held || msg->life != ept->remote->life)
		return -EINVAL;
	msg->held = true;
	return 0;
}

/**
 * rpmsg_release_rx() - give a held message's buffer back
 * @ept: the endpoint
 * @msg: the message, or the copy that was made of it
 *
 * A message of a link that was reset since is forgotten.
 */
void rpmsg_release_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct rpmsg_remote *remote = ept->remote;

	if (!msg->held)
		return;
	msg->held = false;
	give_back(remote, msg->head, msg->life);
	/* The callback's own message must not be given back once more */
	msg->life--;
	if (!remote->polling)
		rpmsg_remote_kick(remote);
}

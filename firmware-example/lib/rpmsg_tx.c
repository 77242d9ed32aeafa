// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sending: buffers of the host's receive queue, with or without a copy.
 */
#include "endian_io.h"
#include "mem.h"
#include "rpmsg_priv.h"

/* The header counts the payload in 16 bits. */
#define MAX_PAYLOAD	0xffffU

/* A time that does not come. */
#define NEVER		(~(uint64_t)0)

static bool usable(const struct virtq_buf *buf)
{
	return buf->len > sizeof(struct rpmsg_wire_hdr) &&
	       !((uintptr_t)buf->ptr % sizeof(uint32_t));
}

/* -EAGAIN with the remote marked: there may be better ones behind a bad one. */
static int pop_tx(struct rpmsg_remote *remote, struct virtq_buf *buf)
{
	int err = virtq_pop(&remote->tx, buf);

	if (!err && !usable(buf)) {
		remote->tx.bad++;
		virtq_push(&remote->tx, buf->head, 0);
		err = -EBADMSG;
	}
	if (err != -EBADMSG)
		return err;
	remote->tx_wanted = true;
	remote->notified = true;
	return -EAGAIN;
}

/* Asks for a bell; true when it need not be waited for. */
static bool ask_for_tx(struct rpmsg_remote *remote)
{
	remote->tx_wanted = true;
	return virtq_enable_notify(&remote->tx);
}

/* Asks for a bell when there is none, and looks again for the race's sake. */
static int pop_tx_or_ask(struct rpmsg_remote *remote, struct virtq_buf *buf)
{
	int err = pop_tx(remote, buf);

	if (err != -EAGAIN || !ask_for_tx(remote))
		return err;
	return pop_tx(remote, buf);
}

/*
 * When the application gives one of its buffers back no bell of the host's says
 * so: what has to be announced is tried again by a poll that comes by itself.
 */
static int none_to_be_had(struct rpmsg_remote *remote)
{
	remote->tx_wanted = true;
	return -ENOBUFS;
}

static int take_tx(struct rpmsg_remote *remote, struct virtq_buf *buf)
{
	int err = 0;

	/* The status before the ring: with that of a new one comes the new one */
	if (remote->link != RPMSG_LINK_UP || !vdev_driver_ok(&remote->vdev) ||
	    rpmsg_rings_restarted(remote))
		return -ENOTCONN;
	if (remote->num_spare)
		*buf = remote->spare[--remote->num_spare];
	else if (remote->num_held == RPMSG_MAX_TX_HELD)
		err = none_to_be_had(remote);
	else
		err = pop_tx_or_ask(remote, buf);
	if (!err)
		remote->num_held++;
	return err;
}

/* @tell: tx_ready() shall be called when there is one again. */
static int try_get_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *tx,
		      bool tell)
{
	struct rpmsg_remote *remote = ept->remote;
	uintptr_t key = port_lock(remote->port);
	struct virtq_buf buf;
	int err = take_tx(remote, &buf);

	if (err == -EAGAIN && tell)
		ept->wants_tx = true;
	if (!err) {
		tx->data = (char *)buf.ptr + sizeof(struct rpmsg_wire_hdr);
		tx->size = buf.len - sizeof(struct rpmsg_wire_hdr);
		if (tx->size > MAX_PAYLOAD)
			tx->size = MAX_PAYLOAD;
		tx->head = buf.head;
		tx->life = remote->life;
	}
	port_unlock(remote->port, key);
	return err;
}

static uint32_t slice(uint64_t now, uint64_t deadline)
{
	uint64_t left = deadline - now;

	return left < RPMSG_TX_POLL_US ? left : RPMSG_TX_POLL_US;
}

/*
 * Looks by itself now and then, for a host that gives back buffers without a
 * bell. Its mark is its own: another context may sleep until the next poll's. To
 * wait for the host is no hang: the heart goes on beating.
 */
static int wait_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *tx,
		   uint32_t timeout_us)
{
	struct rpmsg_remote *remote = ept->remote;
	const struct rpmsg_port *port = remote->port;
	uint64_t now = port->time_us(port->priv);
	uint64_t deadline = timeout_us == RPMSG_WAIT_FOREVER ? NEVER :
			    now + timeout_us;
	int err = -EAGAIN;

	while (err == -EAGAIN && now < deadline) {
		/*
		 * The host may need what is in this batch before it can go on,
		 * and what others have sent meanwhile
		 */
		rpmsg_remote_kick(remote);
		port->wait(port->priv, &remote->tx_notified,
			   slice(now, deadline));
		remote->tx_notified = false;
		ctrl_beat(remote->heart);
		err = try_get_tx(ept, tx, false);
		now = port->time_us(port->priv);
	}
	return err == -EAGAIN ? -ETIMEDOUT : err;
}

/**
 * rpmsg_get_tx() - take a buffer to compose a message in
 * @ept: the endpoint
 * @buf: the buffer
 * @timeout_us: how long to wait for one; 0: not at all, and tx_ready() is
 *	called when there is one
 *
 * Ends in rpmsg_send_tx() or rpmsg_put_tx().
 *
 * Return: 0, -EAGAIN, -ETIMEDOUT, -ENOBUFS, -ENOTCONN or -EPROTO.
 */
int rpmsg_get_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf,
		 uint32_t timeout_us)
{
	int err = try_get_tx(ept, buf, !timeout_us);

	if (err == -EAGAIN && timeout_us)
		err = wait_tx(ept, buf, timeout_us);
	return err;
}

static struct rpmsg_wire_hdr *header_of(const struct rpmsg_txbuf *buf)
{
	return (struct rpmsg_wire_hdr *)buf->data - 1;
}

static void write_header(const struct rpmsg_endpoint *ept,
			 const struct rpmsg_txbuf *buf, uint32_t dst,
			 size_t len)
{
	struct rpmsg_wire_hdr *hdr = header_of(buf);

	store_le32(&hdr->src, ept->addr);
	store_le32(&hdr->dst, dst);
	store_le32(&hdr->reserved, 0);
	store_le16(&hdr->len, len);
	store_le16(&hdr->flags, 0);
	port_clean(ept->remote->port, hdr, sizeof(*hdr) + len);
}

static bool of_this_life(const struct rpmsg_remote *remote,
			 const struct rpmsg_txbuf *buf)
{
	return buf->data && buf->life == remote->life &&
	       remote->link == RPMSG_LINK_UP;
}

/**
 * rpmsg_send_tx() - send a buffer that was composed in place
 * @ept: the sender
 * @buf: from rpmsg_get_tx(); on success, and on -EPIPE, it is gone
 * @dst: the receiver
 * @len: bytes of payload
 *
 * Return: 0, -EMSGSIZE, -ENOTCONN without a receiver, -EPIPE.
 */
int rpmsg_send_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf,
		  uint32_t dst, size_t len)
{
	struct rpmsg_remote *remote = ept->remote;
	int err = -EPIPE;
	uintptr_t key;

	if (dst == RPMSG_ADDR_ANY)
		return -ENOTCONN;
	if (len > buf->size)
		return -EMSGSIZE;
	key = port_lock(remote->port);
	if (of_this_life(remote, buf) && !rpmsg_rings_restarted(remote)) {
		write_header(ept, buf, dst, len);
		virtq_push(&remote->tx, buf->head,
			   sizeof(struct rpmsg_wire_hdr) + len);
		remote->num_held--;
		remote->stats.tx++;
		err = 0;
	}
	buf->data = NULL;
	port_unlock(remote->port, key);
	if (!remote->polling)
		rpmsg_remote_kick(remote);
	return err;
}

/**
 * rpmsg_put_tx() - do not send a buffer after all
 * @ept: the endpoint
 * @buf: from rpmsg_get_tx()
 *
 * The library keeps it for the next message: the host would take an unused
 * one for a broken one.
 */
void rpmsg_put_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf)
{
	struct rpmsg_remote *remote = ept->remote;
	uintptr_t key = port_lock(remote->port);

	if (of_this_life(remote, buf)) {
		remote->spare[remote->num_spare++] = (struct virtq_buf){
			.ptr = header_of(buf),
			.len = buf->size + sizeof(struct rpmsg_wire_hdr),
			.head = buf->head,
		};
		remote->num_held--;
	}
	buf->data = NULL;
	port_unlock(remote->port, key);
}

/**
 * rpmsg_sendto() - send a copy of a message
 * @ept: the sender
 * @dst: the receiver
 * @data: payload
 * @len: its size, bytes
 * @timeout_us: how long to wait for a buffer, 0: not at all
 *
 * Return: 0, -EMSGSIZE when it is longer than the host's buffers, or what
 * rpmsg_get_tx() and rpmsg_send_tx() return.
 */
int rpmsg_sendto(struct rpmsg_endpoint *ept, uint32_t dst, const void *data,
		 size_t len, uint32_t timeout_us)
{
	struct rpmsg_txbuf buf;
	int err;

	if (dst == RPMSG_ADDR_ANY)
		return -ENOTCONN;
	err = rpmsg_get_tx(ept, &buf, timeout_us);
	if (err)
		return err;
	if (len > buf.size) {
		rpmsg_put_tx(ept, &buf);
		return -EMSGSIZE;
	}
	mem_copy(buf.data, data, len);
	return rpmsg_send_tx(ept, &buf, dst, len);
}

/**
 * rpmsg_send() - send a copy of a message to the endpoint's peer
 * @ept: the sender
 * @data: payload
 * @len: its size, bytes
 * @timeout_us: how long to wait for a buffer, 0: not at all
 *
 * Return: as rpmsg_sendto(); -ENOTCONN while the endpoint has no peer.
 */
int rpmsg_send(struct rpmsg_endpoint *ept, const void *data, size_t len,
	       uint32_t timeout_us)
{
	return rpmsg_sendto(ept, ept->dst, data, len, timeout_us);
}

static struct rpmsg_endpoint *next_wanting(struct rpmsg_remote *remote)
{
	struct rpmsg_endpoint *ept = remote->epts;

	while (ept && !ept->wants_tx)
		ept = ept->next;
	return ept;
}

/* The next time those behind it come first, however often it wants more. */
static void move_to_end(struct rpmsg_remote *remote,
			struct rpmsg_endpoint *ept)
{
	struct rpmsg_endpoint **at = &remote->epts;

	while (*at != ept)
		at = &(*at)->next;
	*at = ept->next;
	while (*at)
		at = &(*at)->next;
	*at = ept;
	ept->next = NULL;
}

static bool have_tx(struct rpmsg_remote *remote)
{
	return remote->num_spare || remote->tx.num_free ||
	       virtq_pending(&remote->tx);
}

/* Whether somebody has waited for buffers and there are some. */
static bool end_wait(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);
	bool ended = remote->tx_wanted && have_tx(remote);

	if (ended) {
		remote->tx_wanted = false;
		virtq_disable_notify(&remote->tx);
	}
	port_unlock(remote->port, key);
	return ended;
}

/* Others still wait: a buffer for them, or a bell when there is one. */
static bool have_more_tx(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);
	bool more = have_tx(remote) || ask_for_tx(remote);

	port_unlock(remote->port, key);
	return more;
}

/**
 * rpmsg_tx_ready() - tell who waits for buffers that there are some
 * @remote: the remote, its link up
 */
void rpmsg_tx_ready(struct rpmsg_remote *remote)
{
	struct rpmsg_endpoint *ept;

	if (!end_wait(remote))
		return;
	rpmsg_ns_announce(remote);
	while ((ept = next_wanting(remote)) && have_more_tx(remote)) {
		ept->wants_tx = false;
		move_to_end(remote, ept);
		if (ept->ops->tx_ready)
			ept->ops->tx_ready(ept);
	}
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * A remote: its link to the host, and the loop that serves it.
 */
#include "mem.h"
#include "rpmsg_priv.h"

/**
 * rpmsg_remote_init() - set up the remote side
 * @remote: memory for it
 * @cfg: what it is made of; not needed afterwards
 *
 * Does not wait for the host: the link comes up in rpmsg_remote_poll().
 *
 * Return: 0, -EINVAL without an rpmsg device in the table or with a control
 * block that is not there, or what the port's listen() returned.
 */
int rpmsg_remote_init(struct rpmsg_remote *remote,
		      const struct rpmsg_remote_cfg *cfg)
{
	const struct rpmsg_port *port = cfg->port;
	int err;

	mem_zero(remote, sizeof(*remote));
	err = vdev_find(&remote->vdev, port, cfg->table, cfg->table_size,
			VIRTIO_ID_RPMSG, RSC_RPMSG_VRINGS, cfg->vdev);
	if (!err)
		err = ctrl_init(&remote->ctrl, port, cfg->ctrl, cfg->table,
				cfg->table_size);
	if (err)
		return err;
	remote->port = port;
	remote->heart = cfg->ctrl_of ? &cfg->ctrl_of->ctrl : &remote->ctrl;
	remote->link_changed = cfg->link;
	remote->priv = cfg->priv;
	remote->linger_us = cfg->linger_us;
	remote->next_addr = RPMSG_FIRST_DYNAMIC;
	return port->listen ? port->listen(port->priv, remote, true) : 0;
}

static void set_link(struct rpmsg_remote *remote, enum rpmsg_link link)
{
	remote->link = link;
	if (remote->link_changed)
		remote->link_changed(remote, link, remote->priv);
}

static int init_queue(struct rpmsg_remote *remote, struct virtq *vq,
		      unsigned int index, bool writable)
{
	struct virtq_cfg cfg = {
		.event_idx = remote->features >> VIRTIO_RING_F_EVENT_IDX & 1,
		.writable = writable,
	};

	vdev_vring(&remote->vdev, index, &cfg);
	return virtq_init(vq, remote->port, &cfg);
}

static void forget_buffers(struct rpmsg_remote *remote)
{
	remote->life++;
	remote->num_spare = 0;
	remote->num_held = 0;
	remote->lingers = false;
	remote->tx_wanted = false;
}

static int take_over_rings(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);
	int err;

	forget_buffers(remote);
	remote->features = vdev_features(&remote->vdev);
	err = init_queue(remote, &remote->tx, 0, true);
	if (!err)
		err = init_queue(remote, &remote->rx, 1, false);
	if (!err)
		virtq_disable_notify(&remote->tx);
	remote->refused = err;
	port_unlock(remote->port, key);
	return err;
}

/* Of rings that were refused before nothing is said again. */
static void link_up(struct rpmsg_remote *remote)
{
	enum rpmsg_link link = take_over_rings(remote) ? RPMSG_LINK_BROKEN :
			       RPMSG_LINK_UP;

	if (link != remote->link)
		set_link(remote, link);
}

/* An unbound() may destroy endpoints: look from the start each time. */
static void unbind_all(struct rpmsg_remote *remote)
{
	struct rpmsg_endpoint *ept = remote->epts;

	while (ept) {
		ept->announced = false;
		ept->wants_tx = false;
		if (ept->bound) {
			rpmsg_unbind_ept(ept);
			ept = remote->epts;
		} else {
			ept = ept->next;
		}
	}
}

/**
 * rpmsg_link_is_down() - the link is gone, and all that belonged to it
 * @remote: the remote, or the host
 */
void rpmsg_link_is_down(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);

	forget_buffers(remote);
	remote->link = RPMSG_LINK_DOWN;
	port_unlock(remote->port, key);
	remote->stats.resets++;
	set_link(remote, RPMSG_LINK_DOWN);
	unbind_all(remote);
}

/**
 * rpmsg_link_is_up() - a host has set up its rings
 * @host: the host
 */
void rpmsg_link_is_up(struct rpmsg_remote *host)
{
	uintptr_t key = port_lock(host->port);

	forget_buffers(host);
	port_unlock(host->port, key);
	set_link(host, RPMSG_LINK_UP);
}

/**
 * rpmsg_rings_restarted() - did the host set up its rings anew under us?
 * @remote: the remote, locked, with rings that were taken over
 *
 * A host resets both at once, and a ring from which nothing was given yet shows
 * nothing.
 *
 * Return: true when one of them is not the one we know.
 */
bool rpmsg_rings_restarted(const struct rpmsg_remote *remote)
{
	return virtq_was_reset(&remote->tx) || virtq_was_reset(&remote->rx);
}

/* Who sends in another context is between our index and the ring's. */
static bool rings_restarted(const struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);
	bool restarted = !remote->refused && rpmsg_rings_restarted(remote);

	port_unlock(remote->port, key);
	return restarted;
}

/*
 * Follow the host's status. A reset and a new DRIVER_OK between two looks show
 * in the rings, which the host has cleared, whether they were broken or not.
 * Rings that were refused are not known: they are tried each time.
 */
static void follow_status(struct rpmsg_remote *remote)
{
	bool ok;

	/* A host has the say itself. */
	if (remote->is_host)
		return;
	ok = vdev_driver_ok(&remote->vdev);
	if (remote->link != RPMSG_LINK_DOWN &&
	    (!ok || rings_restarted(remote)))
		rpmsg_link_is_down(remote);
	if (ok && (remote->link == RPMSG_LINK_DOWN || remote->refused))
		link_up(remote);
}

/* What is set up by the first poll is what there is to be ready. */
static void serve_ctrl(struct rpmsg_remote *remote)
{
	if (!remote->ready) {
		remote->ready = true;
		ctrl_ready(&remote->ctrl);
	}
	ctrl_beat(&remote->ctrl);
	if (ctrl_shutdown_asked(&remote->ctrl))
		rpmsg_remote_stop(remote);
}

/**
 * rpmsg_remote_poll() - do what there is to do
 * @remote: the remote
 * @budget: messages to handle at most
 *
 * Looks at the status and at all rings, whatever the bell meant, and after the
 * control block: that is why it has to be called once in each heartbeat's time.
 * The host is rung once, at the end. Not to be called from a callback.
 *
 * Return: number of messages handled, -EPROTO when the link is broken.
 */
int rpmsg_remote_poll(struct rpmsg_remote *remote, unsigned int budget)
{
	unsigned int handled;

	remote->notified = false;
	/* the mark before the rings: a bell from here on is for the next poll */
	remote->port->mb();
	serve_ctrl(remote);
	follow_status(remote);
	if (remote->link != RPMSG_LINK_UP)
		return remote->link == RPMSG_LINK_DOWN ? 0 : -EPROTO;

	remote->polling = true;
	rpmsg_ns_announce(remote);
	handled = rpmsg_rx_batch(remote, budget);
	rpmsg_tx_ready(remote);
	remote->polling = false;
	rpmsg_remote_kick(remote);
	if (!remote->tx.broken && !remote->rx.broken)
		return handled;
	set_link(remote, RPMSG_LINK_BROKEN);
	return -EPROTO;
}

/**
 * rpmsg_remote_notify() - the host has rung
 * @remote: the remote
 *
 * For the doorbell's interrupt handler. Only marks.
 */
void rpmsg_remote_notify(struct rpmsg_remote *remote)
{
	remote->notified = true;
	remote->tx_notified = true;
}

/**
 * rpmsg_remote_kick() - ring the host now for what it was not yet told
 * @remote: the remote
 *
 * Needed only by a callback that does not return soon: the library rings at
 * the end of each batch and after each send outside of one.
 */
void rpmsg_remote_kick(struct rpmsg_remote *remote)
{
	uintptr_t key = port_lock(remote->port);

	if (remote->link == RPMSG_LINK_UP) {
		virtq_kick(&remote->tx);
		virtq_kick(&remote->rx);
	}
	port_unlock(remote->port, key);
}

/* Without a link the bell may not work yet, see the port's wait(). */
static uint32_t link_idle_us(const struct rpmsg_remote *remote)
{
	if (remote->link != RPMSG_LINK_UP)
		return RPMSG_LINK_POLL_US;
	return remote->tx_wanted ? RPMSG_TX_POLL_US : RPMSG_WAIT_FOREVER;
}

/**
 * rpmsg_remote_idle_us() - how long may be slept until the next poll
 * @remote: the remote
 *
 * For those who have a loop of their own instead of rpmsg_remote_run().
 *
 * Return: microseconds, RPMSG_WAIT_FOREVER when only a bell ends it, 0 when the
 * remote was told to stop.
 */
uint32_t rpmsg_remote_idle_us(const struct rpmsg_remote *remote)
{
	uint32_t link = link_idle_us(remote);
	uint32_t beat = ctrl_next_beat_us(&remote->ctrl);

	/* Who was stopped just before a poll is not marked any more */
	if (remote->stop)
		return 0;
	return link < beat ? link : beat;
}

/**
 * rpmsg_remote_run() - serve the link until it is told to stop
 * @remote: the remote
 *
 * By rpmsg_remote_stop(), or by the host in the control block.
 *
 * Return: 0.
 */
int rpmsg_remote_run(struct rpmsg_remote *remote)
{
	const struct rpmsg_port *port = remote->port;

	while (!remote->stop) {
		rpmsg_remote_poll(remote, RPMSG_RUN_BUDGET);
		port->wait(port->priv, &remote->notified,
			   rpmsg_remote_idle_us(remote));
	}
	remote->stop = false;
	return 0;
}

/**
 * rpmsg_remote_stop() - let rpmsg_remote_run() return
 * @remote: the remote
 *
 * May be called from a callback or an interrupt handler.
 */
void rpmsg_remote_stop(struct rpmsg_remote *remote)
{
	remote->stop = true;
	remote->notified = true;
}

/**
 * rpmsg_remote_should_stop() - was the remote told to stop?
 * @remote: the remote
 *
 * For those who have a loop of their own instead of rpmsg_remote_run().
 *
 * Return: true after rpmsg_remote_stop(), or when the host has asked for it.
 */
bool rpmsg_remote_should_stop(const struct rpmsg_remote *remote)
{
	return remote->stop;
}

/**
 * rpmsg_remote_deinit() - tear down the remote side
 * @remote: the remote
 *
 * Destroys the endpoints, with word to the host where there is a buffer for it,
 * and says in the control block that the remote has stopped.
 * The same memory may be given to rpmsg_remote_init() again.
 */
void rpmsg_remote_deinit(struct rpmsg_remote *remote)
{
	const struct rpmsg_port *port = remote->port;

	while (remote->epts)
		rpmsg_destroy_ept(remote->epts);
	if (port->listen)
		port->listen(port->priv, remote, false);
	remote->link = RPMSG_LINK_DOWN;
	ctrl_stopped(&remote->ctrl);
}

/**
 * rpmsg_remote_state() - state of the link
 * @remote: the remote
 *
 * Return: the state that the last poll found.
 */
enum rpmsg_link rpmsg_remote_state(const struct rpmsg_remote *remote)
{
	return remote->link;
}

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rpmsg for the remote side of a link: what an application includes.
 *
 * A remote is one virtio rpmsg device of the resource table. Endpoints live on
 * it; each has an address and gets the messages sent there. With a name an
 * endpoint is a service: it is announced to the host when the link comes up, and
 * again after each reset of the link by the host.
 *
 * No function allocates. Only those with a time-out can block, and callbacks
 * come from rpmsg_remote_poll() only, never from an interrupt handler.
 * Any context of a board with locks may send and release; creating and
 * destroying endpoints, polling and deinit belong to one context.
 *
 * Errors are negative errnos:
 *	-EINVAL		arguments that can never work
 *	-EADDRINUSE	an endpoint has this address already
 *	-EAGAIN		no buffer now, and the caller did not want to wait
 *	-ETIMEDOUT	no buffer within the time-out
 *	-ENOBUFS	RPMSG_MAX_TX_HELD buffers are taken already
 *	-EMSGSIZE	longer than a buffer; nothing is ever truncated
 *	-ENOTCONN	no link, or no destination
 *	-EPIPE		the buffer belonged to a link that was reset since
 *	-EPROTO		the host broke the ring; it has to set it up anew
 * and what the port's listen() says.
 *
 * Contract: struct rpmsg_hdr in the kernel's drivers/rpmsg/virtio_rpmsg_bus.c,
 * struct rpmsg_ns_msg in include/linux/rpmsg/ns.h.
 */
#ifndef RPMSG_H
#define RPMSG_H

#include "ctrl.h"
#include "port.h"
#include "rsc_table.h"
#include "vdev.h"
#include "virtqueue.h"

#define RPMSG_ADDR_ANY		0xffffffffU
/* Address of the host's name service, and of ours. */
#define RPMSG_NS_ADDR		53
/* Dynamic addresses start here; those below are for fixed ones. */
#define RPMSG_FIRST_DYNAMIC	1024
#define RPMSG_NAME_SIZE		32

/**
 * enum rpmsg_link - state of the link to the host
 * @RPMSG_LINK_DOWN: the host's driver is not there (yet, or after a reset)
 * @RPMSG_LINK_UP: messages flow
 * @RPMSG_LINK_BROKEN: the host's rings make no sense; it has to set them up anew, and
 *	where there was no link yet, UP may follow at once
 */
enum rpmsg_link {
	RPMSG_LINK_DOWN,
	RPMSG_LINK_UP,
	RPMSG_LINK_BROKEN,
};

/**
 * struct rpmsg_msg - a received message
 * @src: address of the sender
 * @dst: address it was sent to
 * @data: payload, in shared memory: the host should not change it, but can
 * @len: bytes, never more than the buffer has
 * @flags: from the header, without a meaning so far
 * @head: the library's
 * @life: the library's
 * @held: the library's
 *
 * Valid until the callback returns, or until it is released when it was held.
 */
struct rpmsg_msg {
	uint32_t src;
	uint32_t dst;
	const void *data;
	size_t len;
	uint16_t flags;
	uint16_t head;
	uint32_t life;
	bool held;
};

/**
 * struct rpmsg_txbuf - a buffer to compose a message in
 * @data: where the payload goes
 * @size: room, bytes
 * @head: the library's
 * @life: the library's
 */
struct rpmsg_txbuf {
	void *data;
	size_t size;
	uint16_t head;
	uint32_t life;
};

struct rpmsg_endpoint;

/**
 * struct rpmsg_ept_ops - what an endpoint is told; each may be NULL
 * @rx: a message came
 * @bound: the host announced a channel of our name; send() reaches it now
 * @unbound: that channel, or the link, is gone
 * @tx_ready: there are buffers again, after a send that got -EAGAIN
 */
struct rpmsg_ept_ops {
	void (*rx)(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg);
	void (*bound)(struct rpmsg_endpoint *ept);
	void (*unbound)(struct rpmsg_endpoint *ept);
	void (*tx_ready)(struct rpmsg_endpoint *ept);
};

/**
 * struct rpmsg_endpoint - an address, and who listens there
 * @addr: own address; read only
 * @dst: where rpmsg_send() sends to, RPMSG_ADDR_ANY if nowhere; read only
 * @name: service name, empty if it is not announced; read only
 * @priv: the application's
 * @next: the library's
 * @remote: the library's
 * @ops: the library's
 * @fixed_dst: @dst as it was created with
 * @announced: the host knows of it
 * @bound: @dst came from the host's name service
 * @wants_tx: a send got -EAGAIN, tell when there are buffers
 */
struct rpmsg_endpoint {
	uint32_t addr;
	uint32_t dst;
	char name[RPMSG_NAME_SIZE];
	void *priv;
	struct rpmsg_endpoint *next;
	struct rpmsg_remote *remote;
	const struct rpmsg_ept_ops *ops;
	uint32_t fixed_dst;
	bool announced;
	bool bound;
	bool wants_tx;
};

/**
 * struct rpmsg_remote_cfg - what a remote is made of
 * @table: the resource table, as loaded
 * @table_size: its size, bytes
 * @vdev: which of the table's rpmsg devices, from 0
 * @port: the board
 * @ctrl: control block of RSC_CTRL() in @table; optional. One remote of an
 *	image looks after it.
 * @ctrl_of: that remote, for the others of an image whose remotes are polled in
 *	one loop: its heart beats while one of them waits for a buffer. It is
 *	torn down last. Optional.
 * @link: told whenever the state of the link changes; optional
 * @priv: handed to @link
 * @linger_us: after a message, look for the next one for so long before a bell is
 *	asked for; 0 to ask at once. Some microseconds save most bells of a stream.
 */
struct rpmsg_remote_cfg {
	const void *table;
	size_t table_size;
	unsigned int vdev;
	const struct rpmsg_port *port;
	struct ampkit_ctrl *ctrl;
	struct rpmsg_remote *ctrl_of;
	void (*link)(struct rpmsg_remote *remote, enum rpmsg_link state,
		     void *priv);
	void *priv;
	uint32_t linger_us;
};

/**
 * struct rpmsg_stats - counters since rpmsg_remote_init()
 * @rx: messages delivered
 * @tx: messages sent
 * @rx_bad: received buffers with a header that did not fit
 * @rx_unclaimed: messages to an address nobody listens at
 * @ns_bad: name-service messages that made no sense
 * @resets: links lost
 */
struct rpmsg_stats {
	uint32_t rx;
	uint32_t tx;
	uint32_t rx_bad;
	uint32_t rx_unclaimed;
	uint32_t ns_bad;
	uint32_t resets;
};

/**
 * struct rpmsg_remote - one link; all members but @stats are the library's
 * @port: the board
 * @vdev: the virtio device
 * @ctrl: the control block
 * @heart: what beats while this remote waits: @ctrl, or that of another one
 * @tx: vq 0: the host receives
 * @rx: vq 1: the host transmits
 * @epts: list of endpoints
 * @link_changed: told of @link
 * @priv: for @link_changed
 * @link: state
 * @life: changes with each link, so that a buffer of an earlier one is known
 * @features: negotiated
 * @next_addr: next dynamic address to try
 * @stats: counters, for reading
 * @spare: buffers that were taken, not sent, and are kept for the next send
 * @num_spare: how many
 * @num_held: buffers the application has
 * @linger_us: how long to look for another message before a bell is asked for
 * @lingers: a batch has ended, and nobody has looked for another message since
 * @batch_end_us: when that was
 * @tx_wanted: somebody waits for buffers in @tx
 * @notified: there may be something to do
 * @tx_notified: there may be a buffer for who waits for one
 * @polling: bells are put off until the end of the batch
 * @stop: rpmsg_remote_run() shall return
 * @is_host: this is the other side, see rpmsg_host.h
 * @ready: the host was told that the remote is set up
 * @refused: the host's rings could not be taken over
 *
 * The port's lock guards both rings while the link is up, @spare, @num_spare,
 * @num_held, @tx_wanted, and @wants_tx of the endpoints.
 */
struct rpmsg_remote {
	const struct rpmsg_port *port;
	struct vdev vdev;
	struct ctrl ctrl;
	struct ctrl *heart;
	struct virtq tx;
	struct virtq rx;
	struct rpmsg_endpoint *epts;
	void (*link_changed)(struct rpmsg_remote *remote,
			     enum rpmsg_link state, void *priv);
	void *priv;
	enum rpmsg_link link;
	uint32_t life;
	uint32_t features;
	uint32_t next_addr;
	struct rpmsg_stats stats;
	struct virtq_buf spare[RPMSG_MAX_TX_HELD];
	unsigned int num_spare;
	unsigned int num_held;
	uint32_t linger_us;
	bool lingers;
	uint64_t batch_end_us;
	volatile bool tx_wanted;
	volatile bool notified;
	volatile bool tx_notified;
	volatile bool polling;
	volatile bool stop;
	bool is_host;
	bool ready;
	bool refused;
};

int rpmsg_remote_init(struct rpmsg_remote *remote,
		      const struct rpmsg_remote_cfg *cfg);
int rpmsg_remote_poll(struct rpmsg_remote *remote, unsigned int budget);
void rpmsg_remote_notify(struct rpmsg_remote *remote);
void rpmsg_remote_kick(struct rpmsg_remote *remote);
void rpmsg_remote_set_linger(struct rpmsg_remote *remote, uint32_t us);
int rpmsg_remote_run(struct rpmsg_remote *remote);
void rpmsg_remote_stop(struct rpmsg_remote *remote);
uint32_t rpmsg_remote_idle_us(const struct rpmsg_remote *remote);
bool rpmsg_remote_should_stop(const struct rpmsg_remote *remote);
void rpmsg_remote_deinit(struct rpmsg_remote *remote);
enum rpmsg_link rpmsg_remote_state(const struct rpmsg_remote *remote);

int rpmsg_create_ept(struct rpmsg_endpoint *ept, struct rpmsg_remote *remote,
		     const char *name, uint32_t src, uint32_t dst,
		     const struct rpmsg_ept_ops *ops, void *priv);
int rpmsg_destroy_ept(struct rpmsg_endpoint *ept);

int rpmsg_send(struct rpmsg_endpoint *ept, const void *data, size_t len,
	       uint32_t timeout_us);
int rpmsg_sendto(struct rpmsg_endpoint *ept, uint32_t dst, const void *data,
		 size_t len, uint32_t timeout_us);
int rpmsg_get_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf,
		 uint32_t timeout_us);
int rpmsg_send_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf,
		  uint32_t dst, size_t len);
void rpmsg_put_tx(struct rpmsg_endpoint *ept, struct rpmsg_txbuf *buf);
int rpmsg_hold_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg);
void rpmsg_release_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg);

#endif /* RPMSG_H */

/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rpmsg for the host's side of a link, where there is no Linux: bare metal
 * talks to bare metal.
 *
 * A host is a struct rpmsg_remote that drives the other's virtio device. After
 * rpmsg_host_start() all of rpmsg.h is used as on the remote side: endpoints,
 * sending, receiving, rpmsg_remote_poll() and rpmsg_remote_run().
 */
#ifndef RPMSG_HOST_H
#define RPMSG_HOST_H

#include "rpmsg.h"

/**
 * struct rpmsg_host_cfg - the remote's table, and memory for the rings
 * @table: the remote's resource table, as loaded
 * @table_size: its size, bytes
 * @vdev: which of the table's rpmsg devices, from 0
 * @port: the board
 * @vring_da: device addresses of both rings, whole pages
 * @buf_da: device addresses of the buffers of each, one for each entry
 * @buf_size: bytes of each buffer, a multiple of 16
 * @num: entries of a ring for which there is memory: in the ring, as buffers of
 *	@buf_size and in @owner
 * @owner: memory of one byte an entry for each ring, not shared
 * @link: told whenever the state of the link changes; optional
 * @priv: handed to @link
 *
 * How many entries a ring has stands in the table, which the remote can write:
 * more than @num are refused, and an alignment above RSC_VRING_ALIGN.
 */
struct rpmsg_host_cfg {
	void *table;
	size_t table_size;
	unsigned int vdev;
	const struct rpmsg_port *port;
	uint32_t vring_da[RSC_RPMSG_VRINGS];
	uint32_t buf_da[RSC_RPMSG_VRINGS];
	uint32_t buf_size;
	uint32_t num;
	uint8_t *owner[RSC_RPMSG_VRINGS];
	void (*link)(struct rpmsg_remote *remote, enum rpmsg_link state,
		     void *priv);
	void *priv;
};

int rpmsg_host_init(struct rpmsg_remote *host,
		    const struct rpmsg_host_cfg *cfg);
int rpmsg_host_start(struct rpmsg_remote *host,
		     const struct rpmsg_host_cfg *cfg);
void rpmsg_host_stop(struct rpmsg_remote *host);

#endif /* RPMSG_HOST_H */

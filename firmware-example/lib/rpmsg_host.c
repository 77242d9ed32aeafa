// SPDX-License-Identifier: BSD-3-Clause
/*
 * The host's side of a link, see rpmsg_host.h.
 */
#include "endian_io.h"
#include "mem.h"
#include "rpmsg_host.h"
#include "rpmsg_priv.h"

/* The host sees its own hand in the table, and writes there. */
static struct rsc_vdev *entry_of(const struct rpmsg_remote *host)
{
	return (struct rsc_vdev *)host->vdev.rsc;
}

/**
 * rpmsg_host_init() - set up the host side
 * @host: memory for it
 * @cfg: what it is made of
 *
 * Return: as rpmsg_remote_init().
 */
int rpmsg_host_init(struct rpmsg_remote *host,
		    const struct rpmsg_host_cfg *cfg)
{
	const struct rpmsg_remote_cfg remote_cfg = {
		.table = cfg->table,
		.table_size = cfg->table_size,
		.vdev = cfg->vdev,
		.port = cfg->port,
		.link = cfg->link,
		.priv = cfg->priv,
	};
	int err = rpmsg_remote_init(host, &remote_cfg);

	host->is_host = true;
	return err;
}

static void write_status(struct rpmsg_remote *host, uint8_t status)
{
	struct rsc_vdev *rsc = entry_of(host);

	/* what the status makes valid before the status */
	host->port->wmb();
	store8(&rsc->status, status);
	port_clean(host->port, &rsc->status, sizeof(rsc->status));
}

static int init_ring(struct rpmsg_remote *host, struct virtq *vq,
		     const struct rpmsg_host_cfg *cfg, unsigned int i)
{
	const struct rsc_vring *vring = &entry_of(host)->vring[i];
	const struct virtq_driver_cfg driver = {
		.ring = {
			.da = cfg->vring_da[i],
			.num = load_le32(&vring->num),
			.align = load_le32(&vring->align),
			.notifyid = i,
			.event_idx = host->features >>
				     VIRTIO_RING_F_EVENT_IDX & 1,
			.writable = i == 0,
		},
		.owner = cfg->owner[i],
		.buf_da = cfg->buf_da[i],
		.buf_size = cfg->buf_size,
	};

	/* More than there is memory for, whatever the remote says */
	if (driver.ring.num > cfg->num || driver.ring.align > RSC_VRING_ALIGN)
		return -EINVAL;
	return virtq_driver_init(vq, host->port, &driver);
}

static void publish(struct rpmsg_remote *host,
		    const struct rpmsg_host_cfg *cfg)
{
	struct rsc_vdev *rsc = entry_of(host);
	unsigned int i;

	for (i = 0; i < RSC_RPMSG_VRINGS; i++) {
		store_le32(&rsc->vring[i].da, cfg->vring_da[i]);
		store_le32(&rsc->vring[i].notifyid, i);
	}
	store_le32(&rsc->gfeatures, host->features);
	port_clean(host->port, rsc, sizeof(*rsc));
	write_status(host, VIRTIO_STATUS_DRIVER_OK);
}

/**
 * rpmsg_host_start() - set up the rings and tell the remote
 * @host: the host, its link down
 * @cfg: as for rpmsg_host_init()
 *
 * The remote may run already, or be started afterwards.
 *
 * Return: 0, -EINVAL when the table has more entries than there is memory for,
 * or what virtq_driver_init() says of rings that can't be.
 */
int rpmsg_host_start(struct rpmsg_remote *host,
		     const struct rpmsg_host_cfg *cfg)
{
	int err;

	host->features = load_le32(&entry_of(host)->dfeatures) &
			 RSC_RPMSG_FEATURES;
	err = init_ring(host, &host->rx, cfg, 0);
	if (!err)
		err = init_ring(host, &host->tx, cfg, 1);
	if (err)
		return err;
	virtq_disable_notify(&host->tx);
	publish(host, cfg);
	rpmsg_link_is_up(host);
	host->port->notify(host->port->priv, 0);
	return 0;
}

/**
 * rpmsg_host_stop() - reset the remote's device
 * @host: the host
 *
 * Messages on their way are lost. The rings may be set up again only when the
 * remote has seen the reset, or is stopped.
 */
void rpmsg_host_stop(struct rpmsg_remote *host)
{
	write_status(host, 0);
	host->port->notify(host->port->priv, 0);
	rpmsg_link_is_down(host);
}

// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer target: messages of any content, through rings that are well, from
 * a host that is this library too. Both of its ends read what they get.
 *
 * Input: messages, each a byte of length and that many bytes, which are the
 * whole buffer: header and payload.
 */
#include <stdlib.h>
#include <string.h>

#include "rpmsg.h"
#include "rpmsg_host.h"

#define NUM		4
#define BUF_SIZE	256
#define DA		0x1000U
#define SIZE		8192U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct table {
	struct rsc_hdr hdr;
	uint32_t offset[1];
	struct rsc_vdev vdev;
};

static struct table table;
static uint8_t *shared;
static struct rpmsg_remote remote, host;
static struct rpmsg_endpoint here, there;
static uint8_t owner[2][NUM];
static volatile uint8_t sum;

static void notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	(void)notifyid;
}

static void wait(void *priv, const volatile bool *work, uint32_t timeout_us)
{
	(void)priv;
	(void)work;
	(void)timeout_us;
}

static void *da_to_ptr(void *priv, uint64_t da, size_t len)
{
	(void)priv;
	if (da < DA || len > SIZE || da - DA > SIZE - len)
		return NULL;
	return shared + (da - DA);
}

static void barrier(void)
{
}

static uint64_t time_us(void *priv)
{
	static uint64_t now;

	(void)priv;
	return now++;
}

static const struct rpmsg_port port = {
	.notify = notify,
	.wait = wait,
	.da_to_ptr = da_to_ptr,
	.mb = barrier,
	.rmb = barrier,
	.wmb = barrier,
	.time_us = time_us,
};

static void rx(struct rpmsg_endpoint *e, struct rpmsg_msg *msg)
{
	size_t i;

	for (i = 0; i < msg->len; i++)
		sum += ((const uint8_t *)msg->data)[i];
	if (e->remote == &remote)
		rpmsg_sendto(e, msg->src, msg->data, msg->len, 0);
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

static void set_up(void)
{
	const struct rpmsg_remote_cfg remote_cfg = {
		.table = &table, .table_size = sizeof(table), .port = &port,
	};
	const struct rpmsg_host_cfg host_cfg = {
		.table = &table, .table_size = sizeof(table), .port = &port,
		.vring_da = { DA, DA + 1024 },
		.buf_da = { DA + 4096, DA + 4096 + NUM * BUF_SIZE },
		.buf_size = BUF_SIZE, .num = NUM, .owner = { owner[0], owner[1] },
	};
	unsigned int i;

	memset(&table, 0, sizeof(table));
	table.hdr.num = 1;
	table.offset[0] = offsetof(struct table, vdev);
	table.vdev.type = RSC_TYPE_VDEV;
	table.vdev.id = VIRTIO_ID_RPMSG;
	table.vdev.num_of_vrings = 2;
	table.vdev.dfeatures = RSC_RPMSG_FEATURES;
	for (i = 0; i < 2; i++) {
		table.vdev.vring[i].num = NUM;
		table.vdev.vring[i].align = 16;
	}
	if (rpmsg_remote_init(&remote, &remote_cfg) ||
	    rpmsg_create_ept(&here, &remote, "fuzz", 1024, RPMSG_ADDR_ANY,
			     &ops, NULL) ||
	    rpmsg_host_init(&host, &host_cfg) ||
	    rpmsg_create_ept(&there, &host, "fuzz", 1, RPMSG_ADDR_ANY, &ops,
			     NULL) ||
	    rpmsg_host_start(&host, &host_cfg))
		abort();
}

/* Any bytes as header and payload, of any of the two ends to the other. */
static void send_raw(struct rpmsg_endpoint *e, const uint8_t *data, size_t len)
{
	struct rpmsg_txbuf buf;

	if (rpmsg_get_tx(e, &buf, 0))
		return;
	memcpy((uint8_t *)buf.data - 16, data, len);
	virtq_push(&e->remote->tx, buf.head, len);
	e->remote->num_held--;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len;

	shared = calloc(1, SIZE);
	if (!shared)
		abort();
	set_up();
	while (size > 1) {
		len = data[0];
		if (len > size - 1)
			len = size - 1;
		rpmsg_remote_poll(&remote, NUM);
		rpmsg_remote_poll(&host, NUM);
		send_raw(len % 2 ? &here : &there, data + 1, len);
		data += 1 + len;
		size -= 1 + len;
	}
	rpmsg_remote_poll(&remote, NUM);
	rpmsg_remote_poll(&host, NUM);
	free(shared);
	return 0;
}

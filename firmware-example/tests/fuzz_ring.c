// SPDX-License-Identifier: BSD-3-Clause
/*
 * libFuzzer target: a host that writes what it likes where it can, while the
 * remote polls, sends, holds and releases.
 *
 * Input: bytes that are commands. What the fuzzer writes lies in an array of
 * its own, so that the sanitizers see an access beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "rpmsg.h"

#define NUM		8
#define DA		0x1000U
#define SIZE		4096U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct table {
	struct rsc_hdr hdr;
	uint32_t offset[1];
	struct rsc_vdev vdev;
};

static struct table table;
static uint8_t *shared;
static struct rpmsg_remote remote;
static struct rpmsg_endpoint ept;
static struct rpmsg_msg kept;
static uint64_t now;
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
	now += timeout_us;
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
	(void)priv;
	return now;
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

/* Reads all of it: the sanitizer sees a length that is too long. */
static void rx(struct rpmsg_endpoint *e, struct rpmsg_msg *msg)
{
	size_t i;

	for (i = 0; i < msg->len; i++)
		sum += ((const uint8_t *)msg->data)[i];
	if (!kept.held && msg->len && !rpmsg_hold_rx(e, msg))
		kept = *msg;
	rpmsg_sendto(e, msg->src, msg->data, msg->len, 0);
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

static void set_up(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table, .table_size = sizeof(table), .port = &port,
	};
	unsigned int i;

	memset(&table, 0, sizeof(table));
	memset(&kept, 0, sizeof(kept));
	table.hdr.num = 1;
	table.offset[0] = offsetof(struct table, vdev);
	table.vdev.type = RSC_TYPE_VDEV;
	table.vdev.id = VIRTIO_ID_RPMSG;
	table.vdev.num_of_vrings = 2;
	table.vdev.dfeatures = RSC_RPMSG_FEATURES;
	table.vdev.gfeatures = RSC_RPMSG_FEATURES;
	for (i = 0; i < 2; i++) {
		table.vdev.vring[i].num = NUM;
		table.vdev.vring[i].align = 16;
		table.vdev.vring[i].da = DA + i * 512;
	}
	if (rpmsg_remote_init(&remote, &cfg) ||
	    rpmsg_create_ept(&ept, &remote, "fuzz", 1024, RPMSG_ADDR_ANY, &ops,
			     NULL))
		abort();
}

static void put(size_t at, uint64_t value, size_t len)
{
	memcpy(shared + at, &value, len);
}

/* Rings in which all is well, to start from. */
static void good_rings(void)
{
	unsigned int ring, i;
	size_t at;

	for (ring = 0; ring < 2; ring++) {
		at = ring * 512;
		for (i = 0; i < NUM; i++) {
			put(at + i * 16, DA + 1024 + ring * 1024 + i * 128, 8);
			put(at + i * 16 + 8, 128, 4);
			put(at + i * 16 + 12, ring ? 0 : VIRTQ_DESC_F_WRITE, 2);
			put(at + NUM * 16 + 4 + i * 2, i, 2);
		}
		put(at + NUM * 16 + 2, NUM, 2);
	}
	for (i = 0; i < NUM; i++) {
		put(2048 + i * 128, 5, 4);
		put(2048 + i * 128 + 4, i % 2 ? 1024 : RPMSG_NS_ADDR, 4);
		put(2048 + i * 128 + 12, 40, 2);
	}
}

struct input {
	const uint8_t *data;
	size_t size;
};

static unsigned int take(struct input *in, unsigned int bytes)
{
	unsigned int value = 0;

	while (bytes--) {
		value <<= 8;
		if (in->size) {
			value |= *in->data++;
			in->size--;
		}
	}
	return value;
}

static void command(struct input *in)
{
	switch (take(in, 1) % 12) {
	case 0 ... 2:
		rpmsg_remote_poll(&remote, 20);
		break;
	case 3:
		table.vdev.status = take(in, 1);
		break;
	case 4:
		rpmsg_release_rx(&ept, &kept);
		break;
	case 5:
		rpmsg_sendto(&ept, 5, shared, take(in, 1), 0);
		break;
	case 6:
		((uint8_t *)&table.vdev)[take(in, 1) % sizeof(table.vdev)] =
			take(in, 1);
		break;
	case 7:
		good_rings();
		break;
	case 8:
		put(NUM * 16 + 2, take(in, 1), 2);
		break;
	case 9:
		put(512 + NUM * 16 + 2, take(in, 1), 2);
		break;
	default:
		put(take(in, 2) % (SIZE - 1), take(in, 2), 2);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };

	shared = calloc(1, SIZE);
	if (!shared)
		abort();
	set_up();
	good_rings();
	table.vdev.status = VIRTIO_STATUS_DRIVER_OK;
	while (in.size)
		command(&in);
	rpmsg_remote_deinit(&remote);
	free(shared);
	return 0;
}

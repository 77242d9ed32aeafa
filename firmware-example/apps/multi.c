// SPDX-License-Identifier: BSD-3-Clause
/*
 * Several virtio devices in one image: two rpmsg devices, whose endpoints come
 * and go on command, and a source of random numbers. See ampkit/multi.h.
 */
#include <ampkit/multi.h>

#include "app.h"
#include "fmt.h"

/* What the carveouts have room for, see memory_map.h. */
#define ENTRIES_0	256
#define ENTRIES_1	128
#define ENTRIES_RNG	8

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE),
		RSC_RPMSG(ENTRIES_0), RSC_RPMSG(ENTRIES_1),
		RSC_RNG(ENTRIES_RNG), RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

/**
 * struct slot - an endpoint that may be
 * @ept: the endpoint
 * @used: it is
 */
struct slot {
	struct rpmsg_endpoint ept;
	bool used;
};

/**
 * struct rng - the source of random numbers
 * @vdev: the device
 * @queue: its queue, while the host's driver is there
 * @up: it is
 * @state: of the generator
 */
struct rng {
	struct vdev vdev;
	struct virtq queue;
	bool up;
	uint64_t state;
};

static struct rpmsg_remote remotes[MULTI_DEVICES];
static struct rpmsg_endpoint control;
static struct slot slots[MULTI_DEVICES][MULTI_ENDPOINTS];
static struct rng rng;

static const struct rpmsg_ept_ops echo_ops = { .rx = app_echo };

static int create(struct slot *slot, struct multi_msg *msg)
{
	char name[RPMSG_NAME_SIZE];
	int err;

	if (slot->used)
		return -EADDRINUSE;
	fmt_string(name, sizeof(name), MULTI_NAME, (unsigned int)msg->device,
		   (unsigned int)msg->number);
	err = rpmsg_create_ept(&slot->ept, &remotes[msg->device], name,
			       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &echo_ops,
			       NULL);
	slot->used = !err;
	msg->addr = slot->ept.addr;
	return err;
}

static int destroy(struct slot *slot)
{
	if (!slot->used)
		return -ENOTCONN;
	slot->used = false;
	return rpmsg_destroy_ept(&slot->ept);
}

static int obey(struct multi_msg *msg)
{
	struct slot *slot;

	if (msg->device >= MULTI_DEVICES || msg->number >= MULTI_ENDPOINTS)
		return -EINVAL;
	slot = &slots[msg->device][msg->number];
	if (msg->command == MULTI_CREATE)
		return create(slot, msg);
	return msg->command == MULTI_DESTROY ? destroy(slot) : -EINVAL;
}

static void control_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct multi_msg copy;

	if (msg->len != sizeof(copy)) {
		app_echo(ept, msg);
		return;
	}
	mem_copy(&copy, msg->data, sizeof(copy));
	copy.result = obey(&copy);
	app_answer(ept, msg, &copy, sizeof(copy));
}

static const struct rpmsg_ept_ops control_ops = { .rx = control_rx };

/*
 * splitmix64 over the counter's value: different in each boot and good enough
 * to show the device. A product takes a true source of entropy.
 */
static uint64_t next_random(void)
{
	uint64_t x = rng.state += 0x9e3779b97f4a7c15ULL;

	x ^= board_port.time_us(NULL) << 20;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static void fill_random(const struct virtq_buf *buf)
{
	uint8_t *data = buf->ptr;
	uint64_t random = 0;
	uint32_t i;

	for (i = 0; i < buf->len; i++) {
		if (i % sizeof(random) == 0)
			random = next_random();
		data[i] = random >> (i % sizeof(random) * 8);
	}
}

static void rng_follow_status(void)
{
	struct virtq_cfg cfg = { .writable = true };
	bool ok = vdev_driver_ok(&rng.vdev);

	if (ok && !rng.up) {
		cfg.event_idx = vdev_features(&rng.vdev) >>
				VIRTIO_RING_F_EVENT_IDX & 1;
		vdev_vring(&rng.vdev, 0, &cfg);
		ok = !virtq_init(&rng.queue, &board_port, &cfg);
	}
	rng.up = ok;
}

/* Asks for a bell when there is nothing left to fill. */
static void rng_poll(void)
{
	struct virtq_buf buf;
	int err;

	rng_follow_status();
	if (!rng.up)
		return;
	do {
		err = virtq_pop(&rng.queue, &buf);
		if (err)
			continue;
		fill_random(&buf);
		virtq_push(&rng.queue, buf.head, buf.len);
	} while (!err || (err == -EAGAIN && virtq_enable_notify(&rng.queue)));
	virtq_kick(&rng.queue);
}

static int set_up(unsigned int device)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.vdev = device,
		.port = &board_port,
		.ctrl = device ? NULL : &ctrl,
		.ctrl_of = device ? &remotes[0] : NULL,
		.link = app_link,
	};

	return rpmsg_remote_init(&remotes[device], &cfg);
}

/* A bell marks all remotes: one of them stands for all that there is. */
static void serve_once(void)
{
	uint32_t idle = RPMSG_WAIT_FOREVER, us;
	unsigned int i;

	for (i = 0; i < MULTI_DEVICES; i++)
		rpmsg_remote_poll(&remotes[i], RPMSG_RUN_BUDGET);
	rng_poll();
	for (i = 0; i < MULTI_DEVICES; i++) {
		if (remotes[i].notified)
			rpmsg_remote_notify(&remotes[0]);
		us = rpmsg_remote_idle_us(&remotes[i]);
		idle = us < idle ? us : idle;
	}
	board_port.wait(board_port.priv, &remotes[0].notified, idle);
}

int main(void)
{
	unsigned int i;
	int err = 0;

	board_log_init(trace_log, sizeof(trace_log), "multi");
	rng.state = board_nonce();
	for (i = 0; !err && i < MULTI_DEVICES; i++)
		err = set_up(i);
	if (!err)
		err = vdev_find(&rng.vdev, &board_port, &table, sizeof(table),
				VIRTIO_ID_RNG, 1, 0);
	if (!err)
		err = rpmsg_create_ept(&control, &remotes[0], MULTI_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY,
				       &control_ops, NULL);
	while (!err && !rpmsg_remote_should_stop(&remotes[0]))
		serve_once();
	board_log("ended: %d\n", err);
	for (i = MULTI_DEVICES; !err && i--;)
		rpmsg_remote_deinit(&remotes[i]);
	return err;
}

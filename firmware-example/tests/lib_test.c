// SPDX-License-Identifier: BSD-3-Clause
/*
 * Host tests of lib/: the library as the remote, this file as the host.
 *
 * Runs with address and undefined-behaviour sanitizers. The rings lie in an
 * array of their own, at a made-up device address; everything else faults.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt.h"
#include "rpmsg.h"
#include "rsc_table.h"
#include "trace.h"

#define NUM		8
#define BUF_SIZE	512
#define DA		0x10000000U
#define RING_SIZE	8192U
#define DA_TX		(DA + 0)		/* vq 0: host receives */
#define DA_RX		(DA + RING_SIZE)	/* vq 1: host transmits */
#define DA_TX_BUFS	(DA + 2 * RING_SIZE)
#define DA_RX_BUFS	(DA_TX_BUFS + NUM * BUF_SIZE)
#define DA_HUGE		(DA_RX_BUFS + NUM * BUF_SIZE)
#define HUGE_SIZE	0x20000U
#define SHARED_SIZE	(2 * RING_SIZE + 2 * NUM * BUF_SIZE + HUGE_SIZE)
#define HOST_ADDR	0x400U
#define F_NS		(1U << VIRTIO_RPMSG_F_NS)
#define F_EVENT_IDX	(1U << VIRTIO_RING_F_EVENT_IDX)

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("%s:%d: %s\n", __func__, __LINE__, #cond);	\
		failed = true;						\
	}								\
} while (0)

RPMSG_RSC_TABLE(table, RSC_TRACE(log_buf, 4096), RSC_RPMSG(NUM));

/* The host's side of one ring. */
struct host_ring {
	struct virtq_desc *desc;
	struct virtq_avail *avail;
	struct virtq_used *used;
	uint16_t used_seen;
};

struct packet {
	uint32_t src;
	uint32_t dst;
	uint32_t reserved;
	uint16_t len;
	uint16_t flags;
	uint8_t data[BUF_SIZE - 16];
};

static bool failed;
static char shared[SHARED_SIZE] __attribute__((aligned(4096)));
static struct host_ring host_rx, host_tx;
static unsigned int bells;
static unsigned int waits;
static void (*on_wait)(void);
static void (*on_message)(void);
static void (*on_fetch)(void);
static void (*on_time)(void);
static void (*on_mb)(void);
static uint64_t now;
static bool lock_held;
/* What is in the rings is no payload. */
static bool rings_are_apart;
static struct rpmsg_remote remote;
static struct rpmsg_endpoint ept;
static struct rpmsg_msg kept;
static unsigned int received, bound, unbound, tx_ready;

static void fake_notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	CHECK(notifyid == 7 || notifyid == 8);
	bells++;
}

static void fake_wait(void *priv, const volatile bool *work,
		      uint32_t timeout_us)
{
	(void)priv;
	waits++;
	if (on_wait)
		on_wait();
	if (!*work)
		now += timeout_us;
}

static void *fake_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	(void)priv;
	if (da < DA || len > SHARED_SIZE || da - DA > SHARED_SIZE - len)
		return NULL;
	return shared + (da - DA);
}

static void fake_barrier(void)
{
	__sync_synchronize();
	if (on_mb)
		on_mb();
}

static uint64_t fake_time_us(void *priv)
{
	(void)priv;
	if (on_time)
		on_time();
	return now;
}

static uintptr_t fake_lock(void *priv)
{
	(void)priv;
	CHECK(!lock_held);
	lock_held = true;
	return 1;
}

static void fake_unlock(void *priv, uintptr_t key)
{
	(void)priv;
	CHECK(lock_held && key == 1);
	lock_held = false;
}

/* While there is a link, another context may be at the rings at any time. */
static void fake_cache(void *priv, const void *ptr, size_t len)
{
	const char *at = ptr;

	(void)priv;
	(void)len;
	if (on_fetch && ptr == host_tx.avail)
		on_fetch();
	if (rings_are_apart && at >= shared && at < shared + 2 * RING_SIZE &&
	    rpmsg_remote_state(&remote) == RPMSG_LINK_UP)
		CHECK(lock_held);
}

static const struct rpmsg_port port = {
	.lock = fake_lock,
	.unlock = fake_unlock,
	.cache_clean = fake_cache,
	.cache_invalidate = fake_cache,
	.notify = fake_notify,
	.wait = fake_wait,
	.da_to_ptr = fake_da_to_ptr,
	.mb = fake_barrier,
	.rmb = fake_barrier,
	.wmb = fake_barrier,
	.time_us = fake_time_us,
};

static void on_rx(struct rpmsg_endpoint *e, struct rpmsg_msg *msg)
{
	CHECK(!lock_held);
	received++;
	if (on_message)
		on_message();
	if (msg->len >= 4 && !memcmp(msg->data, "keep", 4)) {
		CHECK(!rpmsg_hold_rx(e, msg));
		CHECK(rpmsg_hold_rx(e, msg) == -EINVAL);
		kept = *msg;
		return;
	}
	rpmsg_sendto(e, msg->src, msg->data, msg->len, 0);
}

static void on_bound(struct rpmsg_endpoint *e)
{
	(void)e;
	bound++;
}

static void on_unbound(struct rpmsg_endpoint *e)
{
	(void)e;
	unbound++;
}

static void on_tx_ready(struct rpmsg_endpoint *e)
{
	(void)e;
	CHECK(!lock_held);
	tx_ready++;
}

static const struct rpmsg_ept_ops ops = {
	.rx = on_rx,
	.bound = on_bound,
	.unbound = on_unbound,
	.tx_ready = on_tx_ready,
};

static void send_one_now(struct rpmsg_endpoint *e)
{
	on_tx_ready(e);
	CHECK(rpmsg_sendto(e, HOST_ADDR, "y", 1, 0) == 0);
}

static const struct rpmsg_ept_ops send_one = { .tx_ready = send_one_now };

static struct rsc_vdev *vdev(void)
{
	return &table.entry1;
}

static void ring_init(struct host_ring *ring, uint32_t da, uint32_t bufs,
		      uint16_t flags)
{
	unsigned int i;

	memset(shared + (da - DA), 0, RING_SIZE);
	ring->desc = (void *)(shared + (da - DA));
	ring->avail = (void *)(ring->desc + NUM);
	ring->used = (void *)((char *)ring->desc + 4096);
	ring->used_seen = 0;
	for (i = 0; i < NUM; i++) {
		ring->desc[i].addr = bufs + i * BUF_SIZE;
		ring->desc[i].len = BUF_SIZE;
		ring->desc[i].flags = flags;
	}
}

static void ring_add(struct host_ring *ring, uint16_t head)
{
	ring->avail->ring[ring->avail->idx % NUM] = head;
	ring->avail->idx++;
}

static void set_used_event(struct host_ring *ring, uint16_t value)
{
	ring->avail->ring[NUM] = value;
}

static uint16_t avail_event(struct host_ring *ring)
{
	return *(uint16_t *)&ring->used->ring[NUM];
}

static bool ring_take(struct host_ring *ring, struct virtq_used_elem *elem)
{
	if (ring->used_seen == ring->used->idx)
		return false;
	*elem = ring->used->ring[ring->used_seen++ % NUM];
	return true;
}

/* Rings with all receive buffers posted, then DRIVER_OK. */
static void host_up(uint32_t features)
{
	unsigned int i;

	ring_init(&host_rx, DA_TX, DA_TX_BUFS, VIRTQ_DESC_F_WRITE);
	ring_init(&host_tx, DA_RX, DA_RX_BUFS, 0);
	for (i = 0; i < NUM; i++)
		ring_add(&host_rx, i);
	vdev()->gfeatures = features;
	for (i = 0; i < 2; i++) {
		vdev()->vring[i].da = i ? DA_RX : DA_TX;
		vdev()->vring[i].num = NUM;
		vdev()->vring[i].align = 4096;
		vdev()->vring[i].notifyid = 7 + i;
	}
	vdev()->status = VIRTIO_STATUS_DRIVER_OK;
}

static void host_down(void)
{
	vdev()->status = 0;
}

static struct packet *rx_packet(unsigned int head)
{
	return (void *)(shared + (DA_TX_BUFS - DA) + head * BUF_SIZE);
}

static struct packet *tx_packet(unsigned int head)
{
	return (void *)(shared + (DA_RX_BUFS - DA) + head * BUF_SIZE);
}

static void host_send(uint16_t head, uint32_t dst, const void *data,
		      uint16_t len)
{
	struct packet *packet = tx_packet(head);

	packet->src = HOST_ADDR;
	packet->dst = dst;
	packet->reserved = 0xdeadbeef;
	packet->len = len;
	packet->flags = 0;
	memcpy(packet->data, data, len);
	ring_add(&host_tx, head);
}

/* The next message, its buffer given back at once; NULL when there is none. */
static const struct packet *host_receive(void)
{
	static struct packet copy;
	struct virtq_used_elem elem;

	if (!ring_take(&host_rx, &elem))
		return NULL;
	CHECK(elem.id < NUM && elem.len >= 16 && elem.len <= BUF_SIZE);
	copy = *rx_packet(elem.id);
	CHECK(elem.len == 16U + copy.len);
	ring_add(&host_rx, elem.id);
	return &copy;
}

static void setup(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &port,
	};

	memset(shared, 0, sizeof(shared));
	host_down();
	bells = 0;
	waits = 0;
	received = 0;
	bound = 0;
	unbound = 0;
	tx_ready = 0;
	on_wait = NULL;
	on_time = NULL;
	on_mb = NULL;
	on_message = NULL;
	on_fetch = NULL;
	rings_are_apart = true;
	CHECK(!rpmsg_remote_init(&remote, &cfg));
	CHECK(!rpmsg_create_ept(&ept, &remote, "rpmsg-raw", RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &ops, NULL));
}

/* Up, with the announcement taken. */
static void setup_up(uint32_t features)
{
	setup();
	host_up(features);
	rpmsg_remote_poll(&remote, NUM);
	if (features & F_NS)
		CHECK(host_receive());
	bells = 0;
}

static void table_is_what_the_host_expects(void)
{
	CHECK(table.hdr.ver == 1 && table.hdr.num == 2);
	CHECK(table.offset[0] == 24 && table.offset[1] == 72);
	CHECK(table.entry2.type == RSC_TYPE_TRACE);
	CHECK(!strcmp(table.entry2.name, "log_buf"));
	CHECK(vdev()->type == RSC_TYPE_VDEV && vdev()->id == 7);
	CHECK(vdev()->dfeatures == (F_NS | F_EVENT_IDX));
	CHECK(vdev()->num_of_vrings == 2 && vdev()->config_len == 0);
}

static void nothing_happens_before_driver_ok(void)
{
	setup();
	host_up(F_NS);
	vdev()->status = 3;
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_DOWN);
	CHECK(!host_receive() && !bells);
	CHECK(rpmsg_send(&ept, "x", 1, 0) == -ENOTCONN);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -ENOTCONN);
}

static void service_is_announced_again_after_each_reset(void)
{
	const struct packet *packet;
	int i;

	setup();
	for (i = 0; i < 3; i++) {
		host_up(F_NS | F_EVENT_IDX);
		rpmsg_remote_poll(&remote, NUM);
		packet = host_receive();
		CHECK(packet && packet->dst == 53 && packet->len == 40);
		CHECK(packet && !memcmp(packet->data, "rpmsg-raw", 10));
		CHECK(!host_receive());
		/* Every other reset is over before it can be seen. */
		if (i == 0) {
			host_down();
			rpmsg_remote_poll(&remote, NUM);
			CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_DOWN);
		}
	}
	CHECK(remote.stats.resets == 2);
}

static void echo_of(uint32_t features)
{
	const struct packet *packet;
	struct virtq_used_elem elem;
	uint8_t data[BUF_SIZE - 16];
	unsigned int i;

	setup_up(features);
	for (i = 0; i < 200000; i++) {
		memset(data, i, sizeof(data));
		host_send(i % NUM, ept.addr, data, i % (sizeof(data) + 1));
		CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
		packet = host_receive();
		CHECK(packet && packet->src == ept.addr &&
		      packet->dst == HOST_ADDR && packet->reserved == 0 &&
		      packet->len == i % (sizeof(data) + 1) &&
		      !memcmp(packet->data, data, packet->len));
		CHECK(ring_take(&host_tx, &elem) && elem.id == i % NUM);
		if (failed)
			return;
	}
}

static void echo_wraps_all_indices(void)
{
	echo_of(0);
	echo_of(F_NS);
	echo_of(F_NS | F_EVENT_IDX);
}

static void host_is_rung_once_a_batch(void)
{
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	set_used_event(&host_rx, host_rx.used->idx);
	set_used_event(&host_tx, host_tx.used->idx + 100);
	for (i = 0; i < 5; i++)
		host_send(i, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 5);
	CHECK(bells == 1);
}

static void host_that_wants_no_bell_gets_none(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	set_used_event(&host_rx, host_rx.used->idx + 100);
	set_used_event(&host_tx, host_tx.used->idx + 100);
	host_send(0, ept.addr, "abc", 3);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(bells == 0);

	setup_up(F_NS);
	host_rx.avail->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
	host_tx.avail->flags = VIRTQ_AVAIL_F_NO_INTERRUPT;
	host_send(0, ept.addr, "abc", 3);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(bells == 0);
}

static void bell_is_asked_for_only_when_idle(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	CHECK(avail_event(&host_tx) == 0);
	host_send(0, ept.addr, "abc", 3);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(avail_event(&host_tx) == 1);
	CHECK(!remote.notified);
}

/* The second message comes while it is looked for. */
static void next_one_comes(void)
{
	now += 10;
	if (received == 1 && now == 20) {
		CHECK(bells == 1);
		CHECK(avail_event(&host_tx) == 0);
		host_send(1, ept.addr, "abc", 3);
	}
}

static void setup_lingering(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	set_used_event(&host_rx, host_rx.used->idx);
	set_used_event(&host_tx, host_tx.used->idx + 100);
	remote.linger_us = 30;
	now = 0;
	on_time = next_one_comes;
	host_send(0, ept.addr, "abc", 3);
}

static void bell_is_asked_for_after_lingering(void)
{
	setup_lingering();
	CHECK(rpmsg_remote_poll(&remote, NUM) == 2);
	CHECK(received == 2);
	CHECK(avail_event(&host_tx) == 2);
	CHECK(now == 20 + 40);
}

/* A batch that ends with its budget is no reason to ask at once. */
static void lingering_goes_on_behind_a_budget(void)
{
	setup_lingering();
	CHECK(rpmsg_remote_poll(&remote, 1) == 1);
	CHECK(remote.notified);
	CHECK(now == 10);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(received == 2);
	CHECK(avail_event(&host_tx) == 2);
	CHECK(now == 20 + 40);
	/* Once for a message */
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(now == 20 + 40);
}

static void who_polls_late_does_not_linger(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	remote.linger_us = 30;
	now = 0;
	host_send(0, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, 1) == 1);
	CHECK(avail_event(&host_tx) == 0);
	now = 30;
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(avail_event(&host_tx) == 1);
	CHECK(now == 30);
}

static void budget_bounds_a_poll(void)
{
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	for (i = 0; i < 6; i++)
		host_send(i, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, 4) == 4);
	CHECK(remote.notified);
	CHECK(rpmsg_remote_poll(&remote, 4) == 2);
	CHECK(!remote.notified);
}

static void bad_headers_are_dropped(void)
{
	struct virtq_used_elem elem;

	setup_up(F_NS);
	host_send(0, ept.addr, "abc", 3);
	tx_packet(0)->len = BUF_SIZE - 16 + 1;
	host_send(1, ept.addr, "abc", 3);
	tx_packet(1)->len = 0xffff;
	host_tx.desc[2].len = 15;
	host_send(2, ept.addr, "", 0);
	host_send(3, ept.addr + 1, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 4);
	CHECK(received == 0 && remote.stats.rx_bad == 3);
	CHECK(remote.stats.rx_unclaimed == 1);
	while (ring_take(&host_tx, &elem))
		;
	CHECK(host_tx.used_seen == 4);
}

static void bad_descriptors_are_given_back(void)
{
	setup_up(F_NS);
	host_tx.desc[0].flags = VIRTQ_DESC_F_NEXT;
	host_tx.desc[1].flags = VIRTQ_DESC_F_INDIRECT;
	host_tx.desc[2].flags = VIRTQ_DESC_F_WRITE;
	host_tx.desc[3].addr = DA - 1;
	host_tx.desc[4].addr = UINT64_MAX - 100;
	host_tx.desc[5].len = 0xffffffff;
	host_tx.desc[6].len = 0;
	for (int i = 0; i < NUM; i++)
		ring_add(&host_tx, i);
	host_tx.avail->ring[7] = NUM;
	rpmsg_remote_poll(&remote, 100);
	CHECK(received == 0 && remote.rx.bad == NUM);
	CHECK(host_tx.used->idx == NUM - 1);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
}

/* The host has nothing to ring for when the application gives one back. */
static void announcement_is_tried_until_there_is_a_buffer(void)
{
	static struct rpmsg_endpoint other;
	struct rpmsg_txbuf buf[RPMSG_MAX_TX_HELD];
	const struct packet *packet;
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	for (i = 0; i < RPMSG_MAX_TX_HELD; i++)
		CHECK(!rpmsg_get_tx(&ept, &buf[i], 0));
	CHECK(!rpmsg_create_ept(&other, &remote, "late", RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &ops, NULL));
	for (i = 0; i < 4; i++) {
		/* later there is one in the ring, which may not be taken */
		if (i == 2)
			ring_add(&host_rx, 0);
		rpmsg_remote_poll(&remote, NUM);
		CHECK(!remote.notified && !host_receive());
		CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_TX_POLL_US);
	}
	rpmsg_put_tx(&ept, &buf[0]);
	rpmsg_remote_poll(&remote, NUM);
	packet = host_receive();
	CHECK(packet && packet->dst == 53 && !strcmp((char *)packet->data, "late"));
	rpmsg_remote_poll(&remote, NUM);
	CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_WAIT_FOREVER);
}

RPMSG_RSC_TABLE(beating, RSC_RPMSG(NUM), RSC_CTRL(block, 1000));

/* No poll of the first one comes for as long as the second one waits. */
static void heart_of_another_remote_beats_during_a_wait(void)
{
	static struct rpmsg_remote first;
	const struct rpmsg_remote_cfg first_cfg = {
		.table = &beating,
		.table_size = sizeof(beating),
		.port = &port,
		.ctrl = &block,
	};
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &port,
		.ctrl_of = &first,
	};

	setup();
	CHECK(!rpmsg_remote_init(&first, &first_cfg));
	CHECK(!rpmsg_remote_init(&remote, &cfg));
	CHECK(!rpmsg_create_ept(&ept, &remote, NULL, RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &ops, NULL));
	host_up(F_NS);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(block.heartbeat == 0);
	while (!rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0))
		;
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 5000000) == -ETIMEDOUT);
	CHECK(block.heartbeat == 10);
	/* that all has stopped is for the first one to say */
	rpmsg_remote_deinit(&remote);
	CHECK(block.state == AMPKIT_CTRL_STARTING);
}

/* All that a poll would have noticed, had there been one. */
static void host_restarts(void)
{
	on_wait = NULL;
	on_message = NULL;
	on_fetch = NULL;
	host_down();
	host_up(F_NS | F_EVENT_IDX);
}

static void jumping_index_breaks_the_link_until_a_reset(void)
{
	setup_up(F_NS);
	host_tx.avail->idx = NUM + 1;
	CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_BROKEN);
	CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -ENOTCONN);
	host_down();
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	host_up(F_NS);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
}

static unsigned int told_broken, told_up;

static void count_link(struct rpmsg_remote *r, enum rpmsg_link state,
		       void *priv)
{
	(void)r;
	(void)priv;
	told_broken += state == RPMSG_LINK_BROKEN;
	told_up += state == RPMSG_LINK_UP;
}

static void watch_link(void)
{
	told_broken = 0;
	told_up = 0;
	remote.link_changed = count_link;
}

/* A reset that is over before it can be seen helps as well. */
static void broken_link_is_mended_by_a_restart(void)
{
	const struct packet *packet;

	setup_up(F_NS);
	watch_link();
	host_tx.avail->idx = NUM + 1;
	CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_BROKEN);
	host_restarts();
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
	CHECK(told_broken == 1 && told_up == 1 && remote.stats.resets == 1);
	packet = host_receive();
	CHECK(packet && packet->dst == 53);
}

/* Nothing is known of rings that were refused: whether they are others now. */
static void refused_rings_are_tried_again(void)
{
	const struct packet *packet;
	unsigned int i;

	setup();
	watch_link();
	host_up(F_NS);
	vdev()->vring[0].num = 6;
	for (i = 0; i < 10; i++) {
		CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
		CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_LINK_POLL_US);
		CHECK(!remote.notified);
	}
	CHECK(told_broken == 1 && told_up == 0);
	host_restarts();
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(told_broken == 1 && told_up == 1);
	packet = host_receive();
	CHECK(packet && packet->dst == 53);
	host_down();
	rpmsg_remote_poll(&remote, NUM);
	host_up(F_NS);
	vdev()->vring[1].da = RSC_ADDR_ANY;
	CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	CHECK(told_broken == 2);
	host_down();
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_DOWN);
}

static void bad_rings_are_refused(void)
{
	static const struct rsc_vring bad[] = {
		{ .da = RSC_ADDR_ANY, .num = NUM, .align = 4096 },
		{ .da = DA + 8, .num = NUM, .align = 4096 },
		{ .da = DA, .num = 0, .align = 4096 },
		{ .da = DA, .num = 6, .align = 4096 },
		{ .da = DA, .num = 65536, .align = 4096 },
		{ .da = DA, .num = NUM, .align = 0 },
		{ .da = DA, .num = NUM, .align = 3000 },
		{ .da = DA, .num = NUM, .align = 0x80000000 },
		{ .da = DA + SHARED_SIZE - 4096, .num = NUM, .align = 4096 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setup();
		host_up(F_NS);
		vdev()->vring[1] = bad[i];
		CHECK(rpmsg_remote_poll(&remote, NUM) == -EPROTO);
	}
}

/* Each number alone, and why: what is no ring is not looked for in memory. */
static void rings_are_judged_by_their_numbers(void)
{
	static const struct {
		struct virtq_cfg cfg;
		int err;
	} rows[] = {
		{ { .da = DA, .num = NUM, .align = 4096 }, 0 },
		{ { .da = DA, .num = NUM, .align = 16 }, 0 },
		{ { .da = DA, .num = 6, .align = 4096 }, -EINVAL },
		{ { .da = DA, .num = 65536, .align = 4096 }, -EINVAL },
		{ { .da = DA, .num = 32768, .align = 4096 }, -EFAULT },
		{ { .da = DA, .num = NUM, .align = 48 }, -EINVAL },
		{ { .da = DA, .num = NUM, .align = 8 }, -EINVAL },
		{ { .da = DA, .num = NUM, .align = 131072 }, -EINVAL },
		{ { .da = DA + 8, .num = NUM, .align = 4096 }, -EINVAL },
		{ { .da = DA - 16, .num = NUM, .align = 4096 }, -EFAULT },
	};
	struct virtq vq;
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(virtq_map(&vq, &port, &rows[i].cfg) == rows[i].err);
}

static void tables_end_where_they_end(void)
{
	uint32_t words[16] = { RSC_TABLE_VERSION, 1, 0, 0, 20 };

	CHECK(rsc_num(words, sizeof(words)) == 1);
	CHECK(rsc_num(words, 20) == 1);
	CHECK(rsc_num(words, 19) == 0);
	CHECK(rsc_num(words, 8) == 0);
	CHECK(rsc_entry(words, sizeof(words), 0, 44) == &words[5]);
	CHECK(!rsc_entry(words, sizeof(words), 0, 45));
	CHECK(!rsc_entry(words, 20, 0, 44));
	words[4] = 22;
	CHECK(!rsc_entry(words, sizeof(words), 0, 16));
	words[4] = 0xfffffff0;
	CHECK(!rsc_entry(words, sizeof(words), 0, 16));
}

static void bad_tables_are_refused(void)
{
	struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &port,
	};
	uint32_t offset = table.offset[1];

	cfg.table_size = 15;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	cfg.table_size = sizeof(table) - 49;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	cfg.table_size = sizeof(table);
	cfg.vdev = 1;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	cfg.vdev = 0;
	table.hdr.num = 0xffffffff;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	table.hdr.num = 2;
	table.offset[0] = 0xffffffff;
	table.offset[1] = 0xfffffffe;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	table.offset[0] = 24;
	table.offset[1] = offset;
	vdev()->num_of_vrings = 3;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	vdev()->num_of_vrings = 2;
	vdev()->type = RSC_TYPE_TRACE;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	vdev()->type = RSC_TYPE_VDEV;
	vdev()->id = VIRTIO_ID_RNG;
	CHECK(rpmsg_remote_init(&remote, &cfg) == -EINVAL);
	vdev()->id = VIRTIO_ID_RPMSG;
	CHECK(rpmsg_remote_init(&remote, &cfg) == 0);
}

static void names_and_addresses_are_checked(void)
{
	struct rpmsg_endpoint other;

	setup();
	CHECK(rpmsg_create_ept(&other, &remote,
			       "a-name-that-is-32-characters-lon", 1,
			       RPMSG_ADDR_ANY, &ops, NULL) == -EINVAL);
	CHECK(rpmsg_create_ept(&other, &remote, "x", RPMSG_NS_ADDR,
			       RPMSG_ADDR_ANY, &ops, NULL) == -EINVAL);
	CHECK(rpmsg_create_ept(&other, &remote, "x", ept.addr, RPMSG_ADDR_ANY,
			       &ops, NULL) == -EADDRINUSE);
	CHECK(rpmsg_create_ept(&other, &remote, NULL, 1, HOST_ADDR, &ops,
			       NULL) == 0);
	host_up(F_NS);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(host_receive() && !host_receive());
	CHECK(rpmsg_send(&other, "x", 1, 0) == 0);
	CHECK(host_receive());
	CHECK(rpmsg_destroy_ept(&other) == 0);
	CHECK(rpmsg_destroy_ept(&ept) == 0);
	CHECK(!remote.epts);
	CHECK(host_receive()->data[36] == 1);
}

/* What was given out long ago may still be in use when they begin anew. */
static void dynamic_addresses_never_leave_their_range(void)
{
	static const uint32_t next[] = {
		RPMSG_ADDR_ANY, 0, 1, RPMSG_FIRST_DYNAMIC,
	};
	struct rpmsg_endpoint other;
	unsigned int i;

	setup();
	CHECK(ept.addr == RPMSG_FIRST_DYNAMIC);
	for (i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		remote.next_addr = next[i];
		CHECK(!rpmsg_create_ept(&other, &remote, NULL, RPMSG_ADDR_ANY,
					RPMSG_ADDR_ANY, &ops, NULL));
		CHECK(other.addr == RPMSG_FIRST_DYNAMIC + 1);
		CHECK(!rpmsg_destroy_ept(&other));
	}
}

static void full_ring_is_told_and_ends(void)
{
	struct virtq_used_elem elem;
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -EAGAIN);
	CHECK(avail_event(&host_rx) == (uint16_t)(host_rx.avail->idx));
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 50000) == -ETIMEDOUT);
	CHECK(waits >= 5);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(tx_ready == 0);
	CHECK(ring_take(&host_rx, &elem));
	ring_add(&host_rx, elem.id);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(tx_ready == 1);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(tx_ready == 1);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
}

/* The buffer that comes back is for one of the two that wait. */
static void all_that_wait_are_told(void)
{
	static struct rpmsg_endpoint other;
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	CHECK(!rpmsg_create_ept(&other, &remote, NULL, RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &send_one, NULL));
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -EAGAIN);
	CHECK(rpmsg_sendto(&other, HOST_ADDR, "x", 1, 0) == -EAGAIN);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(host_receive());
	rpmsg_remote_poll(&remote, NUM);
	CHECK(tx_ready == 1);
	/* the bell for the next one is asked for, and no sleep is for ever */
	CHECK(avail_event(&host_rx) == host_rx.avail->idx);
	CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_TX_POLL_US);
	CHECK(host_receive());
	rpmsg_remote_poll(&remote, NUM);
	CHECK(tx_ready == 2);
	CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_WAIT_FOREVER);
}

static void send_until_full(struct rpmsg_endpoint *e)
{
	unsigned int *sent = e->priv;

	while (rpmsg_sendto(e, HOST_ADDR, "g", 1, 0) == 0)
		++*sent;
}

static const struct rpmsg_ept_ops greedy_ops = { .tx_ready = send_until_full };

/* Each always has more to send than there are buffers. */
static void greedy_senders_take_turns(void)
{
	static struct rpmsg_endpoint greedy[3];
	unsigned int sent[3] = { 0 }, i;

	setup_up(F_NS | F_EVENT_IDX);
	for (i = 0; i < 3; i++) {
		CHECK(!rpmsg_create_ept(&greedy[i], &remote, NULL,
					RPMSG_ADDR_ANY, RPMSG_ADDR_ANY,
					&greedy_ops, &sent[i]));
		send_until_full(&greedy[i]);
		sent[i] = 0;
	}
	for (i = 0; i < 30; i++) {
		CHECK(host_receive());
		rpmsg_remote_poll(&remote, NUM);
	}
	for (i = 0; i < 3; i++)
		CHECK(sent[i] == 10);
	for (i = 0; i < 3; i++)
		rpmsg_destroy_ept(&greedy[i]);
}

static void host_takes_one(void)
{
	if (waits == 3)
		CHECK(host_receive());
}

static void waiting_send_sees_buffers_without_a_bell(void)
{
	unsigned int i;

	setup_up(F_NS);
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
	waits = 0;
	on_wait = host_takes_one;
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "y", 1, 1000000) == 0);
	CHECK(waits == 3);
	on_wait = host_down;
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "y", 1, RPMSG_WAIT_FOREVER) ==
	      -ENOTCONN);
}

static struct rpmsg_endpoint faster;
static unsigned int bells_heard;

/* Takes what there is when it was rung. Then another context is faster, once. */
static void host_listens(void)
{
	if (bells == bells_heard)
		return;
	bells_heard = bells;
	while (host_receive())
		;
	set_used_event(&host_rx, host_rx.used->idx);
	if (waits == 1)
		while (rpmsg_sendto(&faster, HOST_ADDR, "z", 1, 0) == 0)
			;
}

static void send_and_wait(void)
{
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 1000000) == 0);
}

static void what_others_send_during_a_wait_is_rung_for(void)
{
	unsigned int i;

	setup_up(F_NS | F_EVENT_IDX);
	CHECK(!rpmsg_create_ept(&faster, &remote, NULL, RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &ops, NULL));
	set_used_event(&host_rx, host_rx.used->idx);
	bells_heard = bells;
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
	waits = 0;
	on_wait = host_listens;
	on_message = send_and_wait;
	host_send(0, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(received == 1 && waits == 2);
}

static void a_message_comes_meanwhile(void)
{
	if (waits == 1)
		rpmsg_remote_notify(&remote);
	else
		CHECK(remote.notified);
	if (waits == 3)
		CHECK(host_receive());
}

/* Another context may be about to sleep until then. */
static void a_wait_takes_no_bell_from_who_polls(void)
{
	unsigned int i;

	setup_up(F_NS);
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == 0);
	remote.notified = false;
	waits = 0;
	on_wait = a_message_comes_meanwhile;
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "y", 1, 1000000) == 0);
	CHECK(waits == 3 && remote.notified);
}

static void nothing_is_truncated(void)
{
	char data[BUF_SIZE - 16 + 1] = { 0 };
	int i;

	setup_up(F_NS);
	for (i = 0; i < 3 * NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, data, sizeof(data), 0) ==
		      -EMSGSIZE);
	CHECK(!host_receive());
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_sendto(&ept, HOST_ADDR, data, sizeof(data) - 1,
				   0) == 0);
	CHECK(rpmsg_sendto(&ept, RPMSG_ADDR_ANY, data, 1, 0) == -ENOTCONN);
}

/* In a buffer without room for more than a header no message is begun. */
static void buffers_without_room_are_left_alone(void)
{
	struct rpmsg_txbuf buf;
	unsigned int i;

	setup_up(F_NS);
	for (i = 0; i < NUM; i++)
		host_rx.desc[i].len = i % 2 ? 16 : 8;
	CHECK(rpmsg_get_tx(&ept, &buf, 0) == -EAGAIN);
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -EAGAIN);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
}

/* The header's length has 16 bits, however large the host's buffers are. */
static void no_message_is_longer_than_its_header_can_say(void)
{
	struct rpmsg_txbuf buf;
	unsigned int i;

	setup_up(F_NS);
	for (i = 0; i < NUM; i++) {
		host_rx.desc[i].addr = DA_HUGE;
		host_rx.desc[i].len = HUGE_SIZE;
	}
	CHECK(!rpmsg_get_tx(&ept, &buf, 0));
	CHECK(buf.size == 0xffff);
}

static void taken_buffers_are_bounded_and_survive_a_reset(void)
{
	struct rpmsg_txbuf buf[RPMSG_MAX_TX_HELD + 1];
	int i;

	setup_up(F_NS);
	for (i = 0; i < NUM; i++)
		CHECK(rpmsg_get_tx(&ept, &buf[i], 0) == 0);
	CHECK(rpmsg_get_tx(&ept, &buf[NUM], 0) == -ENOBUFS);
	for (i = 1; i < NUM; i++)
		rpmsg_put_tx(&ept, &buf[i]);
	memcpy(buf[0].data, "hi", 2);
	CHECK(rpmsg_send_tx(&ept, &buf[0], HOST_ADDR, buf[0].size + 1) ==
	      -EMSGSIZE);
	CHECK(rpmsg_send_tx(&ept, &buf[0], HOST_ADDR, 2) == 0);
	CHECK(rpmsg_send_tx(&ept, &buf[0], HOST_ADDR, 2) == -EPIPE);
	CHECK(!memcmp(host_receive()->data, "hi", 2));
	CHECK(rpmsg_get_tx(&ept, &buf[0], 0) == 0);
	CHECK(rpmsg_get_tx(&ept, &buf[1], 0) == 0);
	host_down();
	rpmsg_remote_poll(&remote, NUM);
	host_up(F_NS);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(rpmsg_send_tx(&ept, &buf[0], HOST_ADDR, 2) == -EPIPE);
	rpmsg_put_tx(&ept, &buf[1]);
	CHECK(remote.num_held == 0 && remote.num_spare == 0);
}

/* Nothing was written to the new rings; the next poll takes them over. */
static void check_new_rings(void)
{
	const struct packet *packet;

	CHECK(host_rx.used->idx == 0 && host_tx.used->idx == 0);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
	CHECK(remote.stats.resets == 1);
	packet = host_receive();
	CHECK(packet && packet->dst == 53);
	host_send(0, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	packet = host_receive();
	CHECK(packet && packet->len == 3 && !host_receive());
}

static void new_rings_are_not_taken_for_the_old(void)
{
	struct rpmsg_txbuf buf;
	struct rpmsg_msg held;

	setup_up(F_NS | F_EVENT_IDX);
	host_restarts();
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -ENOTCONN);
	check_new_rings();

	setup_up(F_NS | F_EVENT_IDX);
	CHECK(!rpmsg_get_tx(&ept, &buf, 0));
	host_restarts();
	CHECK(rpmsg_send_tx(&ept, &buf, HOST_ADDR, 1) == -EPIPE);
	check_new_rings();

	setup_up(F_NS | F_EVENT_IDX);
	host_send(0, ept.addr, "abc", 3);
	host_send(1, ept.addr, "keep", 4);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 2);
	held = kept;
	host_restarts();
	rpmsg_release_rx(&ept, &held);
	check_new_rings();
}

/* Nothing was given back yet: the other ring alone tells. */
static void a_ring_not_used_yet_is_known_by_the_other(void)
{
	struct rpmsg_txbuf buf;

	setup_up(F_NS | F_EVENT_IDX);
	host_send(0, ept.addr, "keep", 4);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	host_restarts();
	rpmsg_release_rx(&ept, &kept);
	check_new_rings();

	setup_up(F_NS | F_EVENT_IDX);
	host_send(0, ept.addr, "abc", 3);
	host_send(1, ept.addr, "abc", 3);
	on_message = host_restarts;
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	check_new_rings();

	/* no announcement, and nothing was sent */
	setup_up(F_EVENT_IDX);
	host_send(0, ept.addr + 1, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	host_restarts();
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0) == -ENOTCONN);
	check_new_rings();

	setup_up(F_EVENT_IDX);
	host_send(0, ept.addr + 1, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(!rpmsg_get_tx(&ept, &buf, 0));
	host_restarts();
	CHECK(rpmsg_send_tx(&ept, &buf, HOST_ADDR, 1) == -EPIPE);
	check_new_rings();
}

static void reset_during_a_callback_is_noticed(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	host_send(0, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(host_receive());
	host_send(1, ept.addr, "abc", 3);
	host_send(2, ept.addr, "abc", 3);
	on_message = host_restarts;
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	check_new_rings();
}

/* The index of the new ring is far from ours, and says nothing of ours. */
static void reset_before_the_index_is_read_is_noticed(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	host_send(0, ept.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(host_receive());
	on_fetch = host_restarts;
	CHECK(rpmsg_remote_poll(&remote, NUM) == 0);
	CHECK(!on_fetch && rpmsg_remote_state(&remote) == RPMSG_LINK_UP);
	check_new_rings();
}

static void reset_during_a_wait_is_noticed(void)
{
	setup_up(F_NS | F_EVENT_IDX);
	while (!rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 0))
		;
	on_wait = host_restarts;
	CHECK(rpmsg_sendto(&ept, HOST_ADDR, "x", 1, 1000000) == -ENOTCONN);
	check_new_rings();
}

static void held_message_is_given_back_on_release(void)
{
	struct virtq_used_elem elem;
	struct rpmsg_msg old;

	setup_up(F_NS);
	host_send(3, ept.addr, "keep", 4);
	host_send(4, ept.addr, "next", 4);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 2);
	CHECK(ring_take(&host_tx, &elem) && elem.id == 4);
	CHECK(!ring_take(&host_tx, &elem));
	CHECK(!memcmp(kept.data, "keep", 4));
	rpmsg_release_rx(&ept, &kept);
	CHECK(ring_take(&host_tx, &elem) && elem.id == 3);
	rpmsg_release_rx(&ept, &kept);
	CHECK(!ring_take(&host_tx, &elem));

	host_send(3, ept.addr, "keep", 4);
	rpmsg_remote_poll(&remote, NUM);
	old = kept;
	host_down();
	rpmsg_remote_poll(&remote, NUM);
	host_up(F_NS);
	rpmsg_remote_poll(&remote, NUM);
	rpmsg_release_rx(&ept, &old);
	CHECK(!ring_take(&host_tx, &elem));
	/* now as if it had not been held yet */
	CHECK(rpmsg_hold_rx(&ept, &old) == -EINVAL);
}

static void rx_hold_and_release(struct rpmsg_endpoint *e, struct rpmsg_msg *msg)
{
	CHECK(!rpmsg_hold_rx(e, msg));
	rpmsg_release_rx(e, msg);
}

static const struct rpmsg_ept_ops hold_and_release = {
	.rx = rx_hold_and_release,
};

static void release_within_the_callback_gives_back_once(void)
{
	static struct rpmsg_endpoint other;
	struct virtq_used_elem elem;

	setup_up(F_NS);
	CHECK(!rpmsg_create_ept(&other, &remote, NULL, RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &hold_and_release, NULL));
	host_send(3, other.addr, "abc", 3);
	CHECK(rpmsg_remote_poll(&remote, NUM) == 1);
	CHECK(ring_take(&host_tx, &elem) && elem.id == 3);
	CHECK(!ring_take(&host_tx, &elem));
}

static void host_ns(const char *name, uint32_t addr, uint32_t flags,
		    uint16_t len)
{
	struct virtq_used_elem elem;
	uint8_t data[41] = { 0 };

	memcpy(data, name, strlen(name));
	memcpy(data + 32, &addr, 4);
	memcpy(data + 36, &flags, 4);
	host_send(0, RPMSG_NS_ADDR, data, len);
	rpmsg_remote_poll(&remote, NUM);
	CHECK(ring_take(&host_tx, &elem));
}

static void hosts_name_service_binds_and_unbinds(void)
{
	setup_up(F_NS);
	host_ns("rpmsg-raw", 1, 0, 39);
	host_ns("rpmsg-raw", 1, 0, 41);
	host_ns("rpmsg-raw", RPMSG_NS_ADDR, 0, 40);
	host_ns("rpmsg-raw", RPMSG_ADDR_ANY, 0, 40);
	host_ns("", 1, 0, 40);
	host_ns("0123456789abcdef0123456789abcdef", 1, 0, 40);
	CHECK(remote.stats.ns_bad == 6);
	host_ns("rpmsg-ra", 1, 0, 40);
	host_ns("rpmsg-raw", 1, 1, 40);
	CHECK(bound == 0 && unbound == 0);
	CHECK(rpmsg_send(&ept, "x", 1, 0) == -ENOTCONN);

	host_ns("rpmsg-raw", 77, 0, 40);
	CHECK(bound == 1 && ept.dst == 77);
	CHECK(rpmsg_send(&ept, "x", 1, 0) == 0);
	CHECK(host_receive()->dst == 77);
	host_ns("rpmsg-raw", 77, 1, 40);
	CHECK(unbound == 1 && ept.dst == RPMSG_ADDR_ANY);

	host_ns("rpmsg-raw", 78, 0, 40);
	host_down();
	rpmsg_remote_poll(&remote, NUM);
	CHECK(bound == 2 && unbound == 2);
}

static void stop_it(void)
{
	rpmsg_remote_stop(&remote);
}

static void run_ends_on_stop_and_deinit_can_be_followed_by_init(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		setup();
		host_up(F_NS);
		on_wait = stop_it;
		CHECK(rpmsg_remote_run(&remote) == 0);
		CHECK(host_receive());
		rpmsg_remote_deinit(&remote);
		CHECK(host_receive()->data[36] == 1);
	}
}

static unsigned int slept_for_ever;

static void no_sleep_without_end(void)
{
	if (!remote.notified && rpmsg_remote_idle_us(&remote)) {
		slept_for_ever++;
		rpmsg_remote_stop(&remote);
	}
}

/* As an interrupt leaves it after the loop's test, and then the poll. */
static void stop_before_the_mark_is_taken(void)
{
	on_mb = NULL;
	remote.stop = true;
	remote.notified = false;
}

static void stop_just_before_a_poll_is_not_lost(void)
{
	setup_up(F_NS);
	slept_for_ever = 0;
	on_wait = no_sleep_without_end;
	on_mb = stop_before_the_mark_is_taken;
	CHECK(rpmsg_remote_run(&remote) == 0);
	CHECK(!slept_for_ever);
}

/* Whatever the host writes where it can: sanitizers watch. */
static void random_rings_do_no_harm(void)
{
	unsigned int i, j;

	srand(1);
	for (i = 0; i < 20000; i++) {
		setup();
		rings_are_apart = false;
		host_up(rand() % 2 ? F_NS : F_NS | F_EVENT_IDX);
		for (j = 0; j < 20; j++) {
			if (rand() % 4 == 0)
				shared[rand() % SHARED_SIZE] = rand();
			else
				host_send(rand() % NUM, ept.addr, "abc", 3);
			if (rand() % 8 == 0)
				host_tx.avail->idx += rand() % 4;
			rpmsg_remote_poll(&remote, rand() % 10);
			if (rand() % 4 == 0)
				ring_add(&host_rx, rand() % NUM);
		}
	}
}

static void trace_is_text_at_all_times(void)
{
	static char buf[64];
	struct trace trace;
	unsigned int i;

	trace_init(&trace, buf, sizeof(buf));
	CHECK(!strcmp(buf, ""));
	trace_printf(&trace, "%s %d %u %x %c%%\n", "a", -5, 7, 0xabc, 'z');
	CHECK(!strcmp(buf, "a -5 7 abc z%\n"));
	trace_pin(&trace);
	trace_printf(&trace, "%08llx %llu\n", 0x123456789abULL,
		     18446744073709551615ULL);
	CHECK(strstr(buf, "123456789ab 18446744073709551615\n"));
	for (i = 0; i < 1000; i++) {
		trace_printf(&trace, "line %u\n", i);
		CHECK(strlen(buf) < sizeof(buf));
		CHECK(!strncmp(buf, "a -5 7 abc z%\n", 14));
	}
	CHECK(strstr(buf, "line 999\n"));
	CHECK(strstr(buf, "line 997\n"));
}

static void long_text_leaves_the_log_whole(void)
{
	static char buf[32];
	struct trace trace;
	unsigned int i;

	trace_init(&trace, buf, sizeof(buf));
	for (i = 0; i < 3; i++) {
		trace_puts(&trace, "0123456789012345678901234567890123456789\n");
		CHECK(memchr(buf, 0, sizeof(buf)));
	}
	/* so much can't be kept for good: there would be no room for more */
	trace_init(&trace, buf, sizeof(buf));
	trace_puts(&trace, "this is more than half of it\n");
	trace_pin(&trace);
	trace_puts(&trace, "last line\n");
	CHECK(!strncmp(buf, "last line\n", 10));
	/* the host can write there as well, and leave no end */
	memset(buf, 'h', sizeof(buf));
	trace_puts(&trace, "x\n");
	CHECK(buf[sizeof(buf) - 1] == 'h');
}

static void text_is_cut_where_its_memory_ends(void)
{
	char buf[8] = "xxxxxxx";

	CHECK(fmt_string(buf, 6, "%u-%s", 12, "abcdef") == 5);
	CHECK(!memcmp(buf, "12-ab\0x", 8));
	CHECK(fmt_string(buf, 1, "%d", -1) == 0 && !buf[0]);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
#define TEST(name) { #name, name }
	TEST(table_is_what_the_host_expects),
	TEST(rings_are_judged_by_their_numbers),
	TEST(tables_end_where_they_end),
	TEST(buffers_without_room_are_left_alone),
	TEST(no_message_is_longer_than_its_header_can_say),
	TEST(bad_tables_are_refused),
	TEST(nothing_happens_before_driver_ok),
	TEST(service_is_announced_again_after_each_reset),
	TEST(echo_wraps_all_indices),
	TEST(host_is_rung_once_a_batch),
	TEST(host_that_wants_no_bell_gets_none),
	TEST(bell_is_asked_for_only_when_idle),
	TEST(bell_is_asked_for_after_lingering),
	TEST(lingering_goes_on_behind_a_budget),
	TEST(who_polls_late_does_not_linger),
	TEST(budget_bounds_a_poll),
	TEST(bad_headers_are_dropped),
	TEST(bad_descriptors_are_given_back),
	TEST(jumping_index_breaks_the_link_until_a_reset),
	TEST(broken_link_is_mended_by_a_restart),
	TEST(refused_rings_are_tried_again),
	TEST(bad_rings_are_refused),
	TEST(names_and_addresses_are_checked),
	TEST(dynamic_addresses_never_leave_their_range),
	TEST(full_ring_is_told_and_ends),
	TEST(all_that_wait_are_told),
	TEST(greedy_senders_take_turns),
	TEST(waiting_send_sees_buffers_without_a_bell),
	TEST(what_others_send_during_a_wait_is_rung_for),
	TEST(a_wait_takes_no_bell_from_who_polls),
	TEST(nothing_is_truncated),
	TEST(taken_buffers_are_bounded_and_survive_a_reset),
	TEST(new_rings_are_not_taken_for_the_old),
	TEST(a_ring_not_used_yet_is_known_by_the_other),
	TEST(reset_during_a_callback_is_noticed),
	TEST(reset_before_the_index_is_read_is_noticed),
	TEST(reset_during_a_wait_is_noticed),
	TEST(held_message_is_given_back_on_release),
	TEST(release_within_the_callback_gives_back_once),
	TEST(hosts_name_service_binds_and_unbinds),
	TEST(run_ends_on_stop_and_deinit_can_be_followed_by_init),
	TEST(announcement_is_tried_until_there_is_a_buffer),
	TEST(heart_of_another_remote_beats_during_a_wait),
	TEST(stop_just_before_a_poll_is_not_lost),
	TEST(random_rings_do_no_harm),
	TEST(trace_is_text_at_all_times),
	TEST(long_text_leaves_the_log_whole),
	TEST(text_is_cut_where_its_memory_ends),
};

int main(void)
{
	unsigned int i, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		failed = false;
		tests[i].run();
		printf("%s %u - %s\n", failed ? "not ok" : "ok", i + 1,
		       tests[i].name);
		bad += failed;
	}
	printf("1..%u\n", i);
	return bad != 0;
}

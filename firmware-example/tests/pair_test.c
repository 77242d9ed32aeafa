// SPDX-License-Identifier: BSD-3-Clause
/*
 * Both ends of a link against each other: the library as the remote, and the
 * library as the host. In memory as it is on this machine, in two threads, and
 * in memory as bad as it may be (model.h).
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model.h"
#include "rpmsg.h"
#include "rpmsg_host.h"

/* In the model's memory, which is small so that all of it is met often. */
#define NUM		4U
#define BUF_SIZE	64U
#define PAYLOAD		(BUF_SIZE - 16)
#define DA_TABLE	MODEL_DA
#define DA_VRING(i)	(MODEL_DA + 512 + (i) * 512)
#define DA_BUF(i)	(MODEL_DA + 2048 + (i) * 512)
#define DA_CTRL		(MODEL_DA + 3072)
#define RING_ALIGN	64
/* Half of it, in the model's time, is a heartbeat. */
#define HEARTBEAT_MS	1
#define WINDOW		(3 * NUM)

#define REMOTE		0
#define HOST		1

#ifndef MODEL_SEEDS
#define MODEL_SEEDS	30
#endif
#ifndef MODEL_MESSAGES
#define MODEL_MESSAGES	2000
#endif
#ifndef THREAD_MESSAGES
#define THREAD_MESSAGES	2000000
#endif

#define TALK_MESSAGES	(THREAD_MESSAGES / 2)

#define CHECK(cond) do {						\
	if (!(cond) && !failed) {					\
		printf("# %s:%d: %s\n", __func__, __LINE__, #cond);	\
		failed = true;						\
	}								\
} while (0)

/* The remote's table, alone: no section, no linker. */
struct table {
	struct rsc_hdr hdr;
	uint32_t offset[2];
	struct rsc_vdev vdev;
	struct rsc_ctrl ctrl;
};

struct message {
	uint32_t life;
	uint32_t seq;
	uint8_t data[PAYLOAD - 8];
};

/**
 * struct pair - a link with both of its ends
 * @remote: one end
 * @host: the other
 * @service: endpoint of @remote, echoes
 * @client: endpoint of @host, sends and checks
 * @cfg: of the host
 * @owner: memory for the host
 * @life: number of the link
 * @sent: messages the client sent in this life
 * @received: messages that came back
 * @wanted: messages of this life
 */
struct pair {
	struct rpmsg_remote remote;
	struct rpmsg_remote host;
	struct rpmsg_endpoint service;
	struct rpmsg_endpoint client;
	struct rpmsg_host_cfg cfg;
	uint8_t owner[2][NUM];
	uint32_t life;
	uint32_t sent;
	uint32_t received;
	uint32_t wanted;
};

static volatile bool failed;
static bool may_break;
static struct pair pair;
static char plain[MODEL_SIZE] __attribute__((aligned(4096)));

/* How many messages may be on their way. */
static uint32_t window = WINDOW;
/* Messages are sent between polls, not out of a callback. */
static bool send_outside;

static size_t length_of(uint32_t seq)
{
	return 8 + seq * 7 % (PAYLOAD - 8 + 1);
}

static void fill(struct message *message, uint32_t life, uint32_t seq)
{
	size_t i;

	message->life = life;
	message->seq = seq;
	for (i = 0; i < sizeof(message->data); i++)
		message->data[i] = seq * 31 + life + i;
}

static void pump(struct rpmsg_endpoint *ept)
{
	struct message message;

	while (pair.sent < pair.wanted && pair.sent - pair.received < window) {
		fill(&message, pair.life, pair.sent);
		if (rpmsg_send(ept, &message, length_of(pair.sent), 0))
			return;
		pair.sent++;
	}
}

static void client_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct message message;

	fill(&message, pair.life, pair.received);
	CHECK(msg->len == length_of(pair.received));
	if (!failed)
		CHECK(!memcmp(msg->data, &message, msg->len));
	pair.received++;
	if (!send_outside)
		pump(ept);
}

/* What finds no buffer is kept, and the order with it. */
#define MAX_KEPT	(2 * NUM)
static struct rpmsg_msg kept[MAX_KEPT];
static unsigned int num_kept;

static void send_kept(struct rpmsg_endpoint *ept)
{
	while (num_kept && !rpmsg_sendto(ept, kept[0].src, kept[0].data,
					 kept[0].len, 0)) {
		rpmsg_release_rx(ept, &kept[0]);
		memmove(kept, kept + 1, --num_kept * sizeof(kept[0]));
	}
}

static void service_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	if (!num_kept && !rpmsg_sendto(ept, msg->src, msg->data, msg->len, 0))
		return;
	CHECK(num_kept < MAX_KEPT);
	if (failed)
		return;
	CHECK(!rpmsg_hold_rx(ept, msg));
	kept[num_kept++] = *msg;
}

static void link_changed(struct rpmsg_remote *remote, enum rpmsg_link state,
			 void *priv)
{
	(void)remote;
	(void)priv;
	if (state != RPMSG_LINK_UP)
		num_kept = 0;
	CHECK(state != RPMSG_LINK_BROKEN || may_break);
}

static const struct rpmsg_ept_ops client_ops = {
	.rx = client_rx, .bound = pump, .tx_ready = pump,
};

static const struct rpmsg_ept_ops service_ops = {
	.rx = service_rx, .tx_ready = send_kept,
};

static void write_table(struct table *table, uint32_t features)
{
	unsigned int i;

	memset(table, 0, sizeof(*table));
	table->hdr.ver = RSC_TABLE_VERSION;
	table->hdr.num = 2;
	table->offset[1] = offsetof(struct table, ctrl);
	table->ctrl.type = AMPKIT_RSC_CTRL;
	table->ctrl.magic = AMPKIT_CTRL_MAGIC;
	table->ctrl.features = RSC_CTRL_FEATURES;
	table->ctrl.heartbeat_ms = HEARTBEAT_MS;
	table->offset[0] = offsetof(struct table, vdev);
	table->vdev.type = RSC_TYPE_VDEV;
	table->vdev.id = VIRTIO_ID_RPMSG;
	table->vdev.dfeatures = features;
	table->vdev.num_of_vrings = 2;
	for (i = 0; i < 2; i++) {
		table->vdev.vring[i].num = NUM;
		table->vdev.vring[i].align = RING_ALIGN;
	}
}

static void set_up(const struct rpmsg_port *remote_port, void *remote_table,
		   struct ampkit_ctrl *ctrl,
		   const struct rpmsg_port *host_port, void *host_table)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = remote_table,
		.table_size = sizeof(struct table),
		.port = remote_port,
		.ctrl = ctrl,
		.link = link_changed,
	};
	unsigned int i;

	memset(&pair, 0, sizeof(pair));
	num_kept = 0;
	pair.cfg.table = host_table;
	pair.cfg.table_size = sizeof(struct table);
	pair.cfg.port = host_port;
	pair.cfg.buf_size = BUF_SIZE;
	pair.cfg.num = NUM;
	for (i = 0; i < 2; i++) {
		pair.cfg.vring_da[i] = DA_VRING(i);
		pair.cfg.buf_da[i] = DA_BUF(i);
		pair.cfg.owner[i] = pair.owner[i];
	}
	CHECK(!rpmsg_remote_init(&pair.remote, &cfg));
	CHECK(!rpmsg_create_ept(&pair.service, &pair.remote, "echo",
				RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &service_ops,
				NULL));
	CHECK(!rpmsg_host_init(&pair.host, &pair.cfg));
	CHECK(!rpmsg_create_ept(&pair.client, &pair.host, "echo", 1,
				RPMSG_ADDR_ANY, &client_ops, NULL));
}

static void new_life(uint32_t messages)
{
	pair.life++;
	pair.sent = 0;
	pair.received = 0;
	pair.wanted = messages;
	CHECK(!rpmsg_host_start(&pair.host, &pair.cfg));
	rpmsg_remote_notify(&pair.host);
}

static void end_life(void)
{
	rpmsg_host_stop(&pair.host);
}

/* Ports for memory that is what it seems. */

static struct rpmsg_remote *bell_of[2];

static void plain_notify(void *priv, uint32_t notifyid)
{
	(void)notifyid;
	__sync_synchronize();
	rpmsg_remote_notify(bell_of[!priv]);
}

static void plain_wait(void *priv, const volatile bool *work,
		       uint32_t timeout_us)
{
	(void)priv;
	(void)timeout_us;
	if (!*work)
		sched_yield();
}

static void *plain_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	(void)priv;
	if (da < MODEL_DA || len > MODEL_SIZE ||
	    da - MODEL_DA > MODEL_SIZE - len)
		return NULL;
	return plain + (da - MODEL_DA);
}

static void plain_barrier(void)
{
	__sync_synchronize();
}

static uint64_t plain_time_us(void *priv)
{
	struct timespec now;

	(void)priv;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}

#define PLAIN_PORT(who) {						\
	.priv = who,							\
	.notify = plain_notify,						\
	.wait = plain_wait,						\
	.da_to_ptr = plain_da_to_ptr,					\
	.mb = plain_barrier,						\
	.rmb = plain_barrier,						\
	.wmb = plain_barrier,						\
	.time_us = plain_time_us,					\
}

static const struct rpmsg_port plain_remote = PLAIN_PORT(NULL);
static const struct rpmsg_port plain_host = PLAIN_PORT(&pair);

static void set_up_plain_port(const struct rpmsg_port *remote_port,
			      uint32_t features)
{
	memset(plain, 0, sizeof(plain));
	write_table((void *)plain, features);
	set_up(remote_port, plain, NULL, &plain_host, plain);
	bell_of[1] = &pair.host;
	bell_of[0] = &pair.remote;
}

static void set_up_plain(uint32_t features)
{
	set_up_plain_port(&plain_remote, features);
}

#define F_NS		(1U << VIRTIO_RPMSG_F_NS)
#define F_EVENT_IDX	(1U << VIRTIO_RING_F_EVENT_IDX)

static void poll_remote(void)
{
	model_run(REMOTE);
	rpmsg_remote_poll(&pair.remote, 3);
}

/* Each end is polled only when it was rung: a bell too few shows. */
static void exchange(void)
{
	while (pair.received < pair.wanted && !failed) {
		CHECK(pair.remote.notified || pair.host.notified);
		if (pair.remote.notified)
			poll_remote();
		if (pair.host.notified)
			rpmsg_remote_poll(&pair.host, 3);
	}
}

static void both_ends_exchange_messages(void)
{
	static const uint32_t features[] = { F_NS, F_NS | F_EVENT_IDX };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		set_up_plain(features[i]);
		new_life(200000);
		exchange();
		CHECK(pair.received == 200000);
		CHECK(pair.remote.stats.rx_bad + pair.host.stats.rx_bad == 0);
	}
}

/* Half of the ends come while messages are on their way. */
static void a_million_messages_after_100_restarts(void)
{
	unsigned int i;

	set_up_plain(F_NS | F_EVENT_IDX);
	for (i = 0; i < 100 && !failed; i++) {
		new_life(500);
		exchange();
		pair.wanted += 100;
		pump(&pair.client);
		if (i % 2)
			rpmsg_remote_poll(&pair.remote, 2);
		end_life();
		/* Every third reset is over before the remote looks */
		if (i % 3)
			rpmsg_remote_poll(&pair.remote, 3);
	}
	new_life(1000000);
	exchange();
	CHECK(pair.received == 1000000 && pair.sent == 1000000);
}

static void model_bell(unsigned int end)
{
	rpmsg_remote_notify(end == REMOTE ? &pair.host : &pair.remote);
}

static void set_up_model(uint64_t seed, uint32_t features)
{
	const struct rpmsg_port *port = model_port(HOST);

	model_reset(seed);
	model_run(HOST);
	write_table(model_view(HOST, DA_TABLE), features);
	port->cache_clean(port->priv, model_view(HOST, DA_TABLE),
			  sizeof(struct table));
	model_settle();
	/* Both see what was there before they began, if they look */
	port->mb();
	model_run(REMOTE);
	/* likewise */
	port->mb();
	model_on_bell(REMOTE, model_bell);
	model_on_bell(HOST, model_bell);
	set_up(model_port(REMOTE), model_view(REMOTE, DA_TABLE),
	       model_view(REMOTE, DA_CTRL),
	       model_port(HOST), model_view(HOST, DA_TABLE));
}

/* The remote is in the middle of something. */
static bool busy;

static void remote_main(void)
{
	for (;;) {
		/* Without a link it looks by itself, as rpmsg_remote_run() */
		if (pair.remote.notified ||
		    rpmsg_remote_state(&pair.remote) != RPMSG_LINK_UP) {
			busy = true;
			rpmsg_remote_poll(&pair.remote, 3);
			busy = false;
		}
		model_yield();
	}
}

static bool remote_has_work(void)
{
	return busy || pair.remote.notified;
}

/* Each end is polled only when it was rung: a bell too few shows. */
static void host_waits(void)
{
	if (pair.host.notified)
		rpmsg_remote_poll(&pair.host, 3);
	else if (remote_has_work())
		model_yield();
	else
		CHECK(pair.host.notified && "a bell was not rung");
}

static unsigned int lives;
static uint32_t messages;

static void host_main(void)
{
	unsigned int life;

	for (life = 0; life < lives && !failed; life++) {
		new_life(messages);
		while (pair.received < pair.wanted && !failed) {
			host_waits();
			if (send_outside && pair.client.bound)
				pump(&pair.client);
		}
		end_life();
		while (remote_has_work())
			model_yield();
		CHECK(rpmsg_remote_state(&pair.remote) == RPMSG_LINK_DOWN);
	}
}

static void run_in_model(unsigned int seed)
{
	busy = false;
	send_outside = seed / 2 % 2;
	window = send_outside ? 1 : WINDOW;
	set_up_model(seed, seed % 2 ? F_NS : F_NS | F_EVENT_IDX);
	model_run_both(remote_main, host_main);
	CHECK(pair.remote.rx.bad + pair.remote.tx.bad == 0);
	CHECK(pair.host.rx.bad + pair.host.tx.bad == 0);
	CHECK(!pair.remote.stats.rx_bad && !pair.host.stats.rx_bad);
	CHECK(!pair.remote.stats.rx_unclaimed);
	send_outside = false;
	window = WINDOW;
	if (failed)
		printf("# seed %u\n", seed);
}

static void no_store_is_too_late(void)
{
	unsigned int seed;

	lives = 3;
	messages = MODEL_MESSAGES;
	for (seed = 0; seed < MODEL_SEEDS && !failed; seed++)
		run_in_model(seed);
}

/* What is written once only, before the first DRIVER_OK. */
static void first_look_finds_all(void)
{
	unsigned int seed;

	lives = 1;
	messages = 2;
	for (seed = 0; seed < 100 * MODEL_SEEDS && !failed; seed++)
		run_in_model(seed);
}

/* DRIVER_OK says that the rings are set up: who sees it sees them so. */
static void rings_are_there_when_the_status_says_so(void)
{
	const struct rpmsg_port *port = model_port(REMOTE);
	const struct virtq_avail *avail = model_view(REMOTE, DA_VRING(0) +
						     NUM * sizeof(struct virtq_desc));
	unsigned int seed;

	for (seed = 0; seed < 10 * MODEL_SEEDS && !failed; seed++) {
		set_up_model(seed, F_NS);
		model_run(HOST);
		new_life(0);
		model_settle();
		model_run(REMOTE);
		if (!vdev_driver_ok(&pair.remote.vdev))
			continue;
		port->cache_invalidate(port->priv, avail, sizeof(*avail));
		CHECK(avail->idx == NUM);
	}
}

/* The host's end of the control block: a field as it is in memory now. */
static uint32_t read_ctrl(size_t offset)
{
	const struct rpmsg_port *port = model_port(HOST);
	uint32_t *word = (uint32_t *)((char *)model_view(HOST, DA_CTRL) +
				      offset);

	model_run(HOST);
	/* in the order in which it is asked for */
	port->rmb();
	port->cache_invalidate(port->priv, word, sizeof(*word));
	return *(volatile uint32_t *)word;
}

static void write_request(uint32_t value)
{
	const struct rpmsg_port *port = model_port(HOST);
	struct ampkit_ctrl *ctrl = model_view(HOST, DA_CTRL);

	model_run(HOST);
	ctrl->request = value;
	port->cache_clean(port->priv, &ctrl->request, sizeof(ctrl->request));
}

#define CTRL_FIELD(name)	read_ctrl(offsetof(struct ampkit_ctrl, name))

static struct ampkit_crash record;

/* Once the state says so, all of the record is there. */
static void look_at_crash(void)
{
	const struct rpmsg_port *port = model_port(HOST);
	struct ampkit_ctrl *ctrl = model_view(HOST, DA_CTRL);

	if (CTRL_FIELD(state) != AMPKIT_CTRL_CRASHED)
		return;
	/* in the order in which it is asked for */
	port->rmb();
	port->cache_invalidate(port->priv, &ctrl->crash, sizeof(ctrl->crash));
	CHECK(!memcmp(&ctrl->crash, &record, sizeof(record) - 1));
}

static void crash_now(void)
{
	memset(&record, 'c', sizeof(record));
	model_on_peek(look_at_crash);
	model_run(REMOTE);
	ctrl_crash(model_view(REMOTE, DA_CTRL), model_port(REMOTE), &record);
	look_at_crash();
	CHECK(CTRL_FIELD(state) == AMPKIT_CTRL_CRASHED);
}

static void control_block_is_seen_in_time(void)
{
	unsigned int seed, i;

	for (seed = 0; seed < 10 * MODEL_SEEDS && !failed; seed++) {
		set_up_model(seed, F_NS);
		for (i = 0; i < 3000 && CTRL_FIELD(heartbeat) < 3; i++)
			poll_remote();
		CHECK(CTRL_FIELD(state) == AMPKIT_CTRL_READY && i < 3000);
		write_request(AMPKIT_CTRL_SHUTDOWN);
		model_settle();
		poll_remote();
		CHECK(rpmsg_remote_should_stop(&pair.remote));
		crash_now();
	}
}

static volatile bool over;

static void *remote_thread(void *unused)
{
	(void)unused;
	while (!over)
		if (!rpmsg_remote_poll(&pair.remote, 32))
			plain_wait(NULL, &pair.remote.notified, 0);
	return NULL;
}

static void both_ends_in_two_threads(void)
{
	uint64_t start = plain_time_us(NULL), us;
	uint32_t last = 0, same = 0;
	pthread_t thread;

	set_up_plain(F_NS | F_EVENT_IDX);
	new_life(THREAD_MESSAGES);
	over = false;
	CHECK(!pthread_create(&thread, NULL, remote_thread, NULL));
	while (pair.received < pair.wanted && !failed) {
		if (rpmsg_remote_poll(&pair.host, 32))
			continue;
		same = pair.received == last ? same + 1 : 0;
		last = pair.received;
		CHECK(same < 20000000);
		sched_yield();
	}
	over = true;
	pthread_join(thread, NULL);
	us = plain_time_us(NULL) - start;
	printf("# %u messages there and back in %u ms\n", pair.received,
	       (unsigned int)(us / 1000));
	CHECK(pair.received == THREAD_MESSAGES);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uintptr_t mutex_lock(void *priv)
{
	(void)priv;
	return pthread_mutex_lock(&mutex);
}

static void mutex_unlock(void *priv, uintptr_t key)
{
	(void)priv;
	(void)key;
	pthread_mutex_unlock(&mutex);
}

/* One that sends from a thread that does not poll, and its listener. */
#define LISTENER_ADDR	2
#define TALK_TIMEOUT_US	20000000

static struct rpmsg_endpoint talker, listener;
static volatile uint32_t heard;

static void listener_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	uint32_t number;

	(void)ept;
	CHECK(msg->len == sizeof(number));
	memcpy(&number, msg->data, sizeof(number));
	CHECK(number == heard);
	heard++;
}

static const struct rpmsg_ept_ops no_ops = { .rx = NULL };
static const struct rpmsg_ept_ops listener_ops = { .rx = listener_rx };

static void *talker_thread(void *unused)
{
	uint32_t i;

	(void)unused;
	for (i = 0; i < TALK_MESSAGES && !failed; i++)
		CHECK(!rpmsg_sendto(&talker, LISTENER_ADDR, &i, sizeof(i),
				    TALK_TIMEOUT_US));
	return NULL;
}

/* The echo goes on meanwhile; no look at the rings is in its way. */
static void a_thread_that_does_not_poll_may_send(void)
{
	static struct rpmsg_port port;
	pthread_t poller, sender;

	port = plain_remote;
	port.lock = mutex_lock;
	port.unlock = mutex_unlock;
	set_up_plain_port(&port, F_NS | F_EVENT_IDX);
	CHECK(!rpmsg_create_ept(&talker, &pair.remote, NULL, RPMSG_ADDR_ANY,
				RPMSG_ADDR_ANY, &no_ops, NULL));
	CHECK(!rpmsg_create_ept(&listener, &pair.host, NULL, LISTENER_ADDR,
				RPMSG_ADDR_ANY, &listener_ops, NULL));
	heard = 0;
	over = false;
	new_life(TALK_MESSAGES);
	while (rpmsg_remote_state(&pair.remote) != RPMSG_LINK_UP)
		rpmsg_remote_poll(&pair.remote, 1);
	CHECK(!pthread_create(&poller, NULL, remote_thread, NULL));
	CHECK(!pthread_create(&sender, NULL, talker_thread, NULL));
	while ((pair.received < pair.wanted || heard < TALK_MESSAGES) &&
	       !failed)
		if (!rpmsg_remote_poll(&pair.host, 32))
			sched_yield();
	pthread_join(sender, NULL);
	over = true;
	pthread_join(poller, NULL);
	CHECK(pair.received == TALK_MESSAGES && heard == TALK_MESSAGES);
	CHECK(pair.remote.stats.resets == 0);
}

static unsigned int told;

static void send_when_told(struct rpmsg_endpoint *ept)
{
	told++;
	CHECK(!rpmsg_sendto(ept, LISTENER_ADDR, "x", 1, 0));
}

static const struct rpmsg_ept_ops waiting_ops = { .tx_ready = send_when_told };

/* The first of them takes all buffers back from the device, and uses one. */
static void all_that_wait_for_the_hosts_buffers_are_told(void)
{
	static struct rpmsg_endpoint waiting[2];
	unsigned int i;

	set_up_plain(F_NS | F_EVENT_IDX);
	for (i = 0; i < 2; i++)
		CHECK(!rpmsg_create_ept(&waiting[i], &pair.host, NULL,
					RPMSG_ADDR_ANY, RPMSG_ADDR_ANY,
					&waiting_ops, NULL));
	new_life(0);
	rpmsg_remote_poll(&pair.remote, NUM);
	for (i = 0; i < NUM; i++)
		CHECK(!rpmsg_sendto(&waiting[0], LISTENER_ADDR, "x", 1, 0));
	for (i = 0; i < 2; i++)
		CHECK(rpmsg_sendto(&waiting[i], LISTENER_ADDR, "x", 1, 0) ==
		      -EAGAIN);
	told = 0;
	CHECK(rpmsg_remote_poll(&pair.remote, NUM) == NUM);
	rpmsg_remote_poll(&pair.host, NUM);
	CHECK(told == 2);
}

static struct virtq_used *used_ring(unsigned int ring)
{
	return ring ? pair.host.tx.used : pair.host.rx.used;
}

static void put_used(unsigned int ring, uint32_t id, uint32_t len)
{
	struct virtq_used *used = used_ring(ring);

	used->ring[used->idx % NUM] = (struct virtq_used_elem){ id, len };
	used->idx++;
}

static void driver_refuses_what_it_never_lent(void)
{
	set_up_plain(F_NS);
	new_life(0);
	put_used(0, NUM, 16);
	put_used(0, 1, BUF_SIZE + 1);
	put_used(0, 2, 15);
	put_used(0, 0x7ffffff0, 16);
	CHECK(rpmsg_remote_poll(&pair.host, 8) == 4);
	CHECK(pair.host.rx.bad == 3 && pair.host.stats.rx_bad == 1);
	CHECK(rpmsg_remote_state(&pair.host) == RPMSG_LINK_UP);
	/* a length that was refused gave its buffer back */
	CHECK(pair.host.rx.owner[1] == VIRTQ_OWNER_DEVICE);
	/* a buffer that the device never had is not taken for one it gave back */
	CHECK(pair.host.tx.lent == 1 &&
	      pair.host.tx.owner[NUM - 1] == VIRTQ_OWNER_NONE);
	put_used(1, NUM - 1, 0);
	CHECK(!rpmsg_sendto(&pair.client, 1, "x", 1, 0));
	CHECK(pair.host.tx.bad == 1 && pair.host.tx.lent == 2);
	/* two are lent, and one index is taken: this is a jump */
	may_break = true;
	used_ring(1)->idx += 3;
	CHECK(rpmsg_sendto(&pair.client, 1, "x", 1, 0) == -EPROTO);
	CHECK(rpmsg_remote_poll(&pair.host, 8) == -EPROTO);
	CHECK(rpmsg_remote_state(&pair.host) == RPMSG_LINK_BROKEN);
}

static void driver_refuses_an_id_twice(void)
{
	set_up_plain(F_NS);
	new_life(0);
	put_used(0, 1, 16);
	put_used(0, 1, 16);
	CHECK(rpmsg_remote_poll(&pair.host, 8) == 2);
	/* the first came and was given again, so that the second is one too */
	CHECK(pair.host.rx.bad + pair.host.stats.rx_unclaimed >= 1);
	may_break = true;
	used_ring(0)->idx += NUM + 1;
	rpmsg_remote_poll(&pair.host, 8);
	CHECK(pair.host.rx.broken);
}

static void bad_places_for_rings_are_refused(void)
{
	struct rpmsg_host_cfg cfg;
	unsigned int i;

	set_up_plain(F_NS);
	cfg = pair.cfg;
	cfg.vring_da[1] = MODEL_DA + MODEL_SIZE;
	CHECK(rpmsg_host_start(&pair.host, &cfg) == -EFAULT);
	for (i = 0; i < 2; i++) {
		cfg = pair.cfg;
		cfg.buf_da[i] = MODEL_DA + MODEL_SIZE - NUM * BUF_SIZE + 16;
		CHECK(rpmsg_host_start(&pair.host, &cfg) == -EFAULT);
		cfg.buf_da[i] = 0U - NUM * BUF_SIZE + 16;
		CHECK(rpmsg_host_start(&pair.host, &cfg) == -EINVAL);
	}
	cfg = pair.cfg;
	cfg.buf_size = 0;
	CHECK(rpmsg_host_start(&pair.host, &cfg) == -EINVAL);
	cfg.buf_size = 40;
	CHECK(rpmsg_host_start(&pair.host, &cfg) == -EINVAL);
	cfg.buf_size = 0x80000000;
	CHECK(rpmsg_host_start(&pair.host, &cfg) == -EINVAL);
	CHECK(rpmsg_remote_state(&pair.host) == RPMSG_LINK_DOWN);
}

/* The table is the remote's to write, and the host's memory is not. */
static void more_entries_than_there_is_memory_for_are_refused(void)
{
	struct table *table = (void *)plain;
	uint8_t *owner;
	unsigned int i, n;

	for (i = 0; i < 2; i++) {
		set_up_plain(F_NS);
		/* the sanitizer sees what goes beyond these */
		owner = malloc(NUM);
		CHECK(owner);
		pair.cfg.owner[i] = owner;
		/* small enough that all of it would be shared memory */
		pair.cfg.buf_size = 16;
		for (n = 2 * NUM; n <= 8 * NUM; n *= 2) {
			table->vdev.vring[i].num = n;
			CHECK(rpmsg_host_start(&pair.host, &pair.cfg) ==
			      -EINVAL);
		}
		table->vdev.vring[i].num = NUM;
		table->vdev.vring[i].align = 2 * RSC_VRING_ALIGN;
		CHECK(rpmsg_host_start(&pair.host, &pair.cfg) == -EINVAL);
		table->vdev.vring[i].align = RING_ALIGN;
		CHECK(rpmsg_remote_state(&pair.host) == RPMSG_LINK_DOWN);
		CHECK(!table->vdev.status);
		/* fewer are the remote's affair */
		table->vdev.vring[i].num = NUM / 2;
		CHECK(!rpmsg_host_start(&pair.host, &pair.cfg));
		free(owner);
	}
}

static void services_bind_on_both_sides_and_go(void)
{
	set_up_plain(F_NS | F_EVENT_IDX);
	new_life(10);
	exchange();
	CHECK(pair.client.bound && pair.client.dst == pair.service.addr);
	CHECK(pair.service.bound && pair.service.dst == pair.client.addr);
	CHECK(!rpmsg_destroy_ept(&pair.service));
	rpmsg_remote_poll(&pair.host, 8);
	CHECK(!pair.client.bound && pair.client.dst == RPMSG_ADDR_ANY);
	CHECK(rpmsg_send(&pair.client, "x", 1, 0) == -ENOTCONN);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
#define TEST(name) { #name, name }
	TEST(both_ends_exchange_messages),
	TEST(services_bind_on_both_sides_and_go),
	TEST(driver_refuses_what_it_never_lent),
	TEST(driver_refuses_an_id_twice),
	TEST(bad_places_for_rings_are_refused),
	TEST(more_entries_than_there_is_memory_for_are_refused),
	TEST(a_million_messages_after_100_restarts),
	TEST(no_store_is_too_late),
	TEST(first_look_finds_all),
	TEST(rings_are_there_when_the_status_says_so),
	TEST(control_block_is_seen_in_time),
	TEST(both_ends_in_two_threads),
	TEST(all_that_wait_for_the_hosts_buffers_are_told),
	TEST(a_thread_that_does_not_poll_may_send),
};

int main(int argc, char **argv)
{
	unsigned int i, bad = 0, run = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		if (argc > 1 && strcmp(argv[1], tests[i].name))
			continue;
		failed = false;
		may_break = false;
		tests[i].run();
		printf("%s %u - %s\n", failed ? "not ok" : "ok", ++run,
		       tests[i].name);
		bad += failed;
	}
	printf("1..%u\n", run);
	return bad != 0;
}

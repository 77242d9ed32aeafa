// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the firmware's library as the remote of the kernel's own rpmsg
 * host: virtio, virtio_rpmsg_bus and the rpmsg core as they are, a small driver
 * as their client, and an echo service at the other end.
 */

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/rpmsg.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "compat.h"
#include "rpmsg_loopback.h"

#define SERVICE		"kunit-echo"
#define FIXED_ADDR	200
#define NOBODY		4711
/* Nothing takes that long, unless it is lost */
#define PATIENCE	(10 * HZ)
#define PATIENCE_US	10000000
/* What a host leaves goes on for seconds there, and is waited for */
#define RESTARTS	(IS_ENABLED(CONFIG_DEBUG_KOBJECT_RELEASE) ? 5 : 100)
/* More than a ring's index can count */
#define INDEX_WRAP	66000

/**
 * struct ring_row - kind of rings
 * @name: for people
 * @num: entries
 * @event_idx: bells are suppressed by index, else by flag
 * @messages: how many are sent in a test that sends many
 */
struct ring_row {
	const char *name;
	u16 num;
	bool event_idx;
	u32 messages;
};

static const struct ring_row ring_rows[] = {
	{ "2_entries_flags", 2, false, 2000 },
	{ "2_entries_event_idx", 2, true, 2000 },
	{ "4_entries_flags", 4, false, 2000 },
	{ "4_entries_event_idx", 4, true, 2000 },
	{ "256_entries_flags", 256, false, 10000 },
	{ "256_entries_event_idx", 256, true, INDEX_WRAP },
};

static void ring_desc(const struct ring_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(ring, ring_rows, ring_desc);

/**
 * struct client - the host's end of a test
 * @changed: woken whenever something below changes
 * @channel: the channel that the remote's announcement made, or NULL
 * @fixed: the channel at FIXED_ADDR, or NULL
 * @received: messages received
 * @wrong: those that were not what was expected
 * @next: number that the next message is expected to have
 * @expect_addr: address that messages are expected from
 * @hold: receiving blocks until it is completed, unless NULL
 */
static struct client {
	wait_queue_head_t changed;
	struct rpmsg_device *channel;
	struct rpmsg_device *fixed;
	u32 received;
	u32 wrong;
	u32 next;
	u32 expect_addr;
	struct completion *hold;
} client;

/**
 * struct remote_test - a test
 * @loopback: the wire
 * @echo: the service at its end
 * @bound: times that the host has bound it
 * @unbound: times that this ended
 * @peer: address that it was bound to last
 * @echo_failed: messages that could not be sent back
 * @hold: what a client that is slow waits for
 */
struct remote_test {
	struct rpmsg_loopback *loopback;
	struct loopback_service *echo;
	u32 bound;
	u32 unbound;
	u32 peer;
	u32 echo_failed;
	struct completion hold;
};

/* No two neighbours alike, neither bytes nor messages */
static void fill(u8 *data, u32 number, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		data[i] = number * 7 + i * 3;
	if (len >= sizeof(number))
		memcpy(data, &number, sizeof(number));
}

static bool is_filled(const u8 *data, u32 number, size_t len)
{
	size_t i = 0;

	if (len >= sizeof(number)) {
		if (memcmp(data, &number, sizeof(number)))
			return false;
		i = sizeof(number);
	}
	for (; i < len; i++)
		if (data[i] != (u8)(number * 7 + i * 3))
			return false;
	return true;
}

static int client_probe(struct rpmsg_device *rpdev)
{
	if (rpdev->src == FIXED_ADDR)
		WRITE_ONCE(client.fixed, rpdev);
	else
		WRITE_ONCE(client.channel, rpdev);
	wake_up(&client.changed);

	return 0;
}

static void client_remove(struct rpmsg_device *rpdev)
{
	if (rpdev == client.fixed)
		WRITE_ONCE(client.fixed, NULL);
	else
		WRITE_ONCE(client.channel, NULL);
	wake_up(&client.changed);
}

static int client_receive(struct rpmsg_device *rpdev, void *data, int len,
			  void *priv, u32 src)
{
	if (client.hold)
		wait_for_completion(client.hold);
	if (src != client.expect_addr || !is_filled(data, client.next, len))
		client.wrong++;
	client.next++;
	WRITE_ONCE(client.received, client.received + 1);
	wake_up(&client.changed);

	return 0;
}

static const struct rpmsg_device_id client_id_table[] = {
	{ .name = SERVICE },
	{ }
};

static struct rpmsg_driver client_driver = {
	.drv.name = "rpmsg_remote_kunit",
	.id_table = client_id_table,
	.probe = client_probe,
	.remove = client_remove,
	.callback = client_receive,
};

static void echo_rx(struct loopback_service *service, u32 src, const void *data,
		    size_t len)
{
	struct remote_test *ctx = loopback_priv(service);

	if (loopback_send(service, src, data, len, PATIENCE_US))
		ctx->echo_failed++;
}

static void echo_bound(struct loopback_service *service, u32 peer)
{
	struct remote_test *ctx = loopback_priv(service);

	ctx->peer = peer;
	WRITE_ONCE(ctx->bound, ctx->bound + 1);
	wake_up(&client.changed);
}

static void echo_unbound(struct loopback_service *service)
{
	struct remote_test *ctx = loopback_priv(service);

	WRITE_ONCE(ctx->unbound, ctx->unbound + 1);
	wake_up(&client.changed);
}

static const struct loopback_service_ops echo_ops = {
	.rx = echo_rx,
	.bound = echo_bound,
	.unbound = echo_unbound,
};

#define assert_soon(test, condition)					\
do {									\
	long left = wait_event_timeout(client.changed, condition,	\
				       PATIENCE);			\
									\
	KUNIT_ASSERT_GT_MSG(test, left, 0, "in vain: " #condition);	\
} while (0)

static int remote_test_init(struct kunit *test)
{
	const struct ring_row *row = test->param_value ?: &ring_rows[3];
	struct remote_test *ctx;

	ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ctx);
	memset(&client, 0, sizeof(client));
	init_waitqueue_head(&client.changed);
	init_completion(&ctx->hold);
	test->priv = ctx;

	ctx->loopback = loopback_create(row->num, row->event_idx);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->loopback);

	return 0;
}

static void remote_test_exit(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	if (!ctx)
		return;
	complete_all(&ctx->hold);
	if (!IS_ERR(ctx->loopback)) {
		loopback_unplug(ctx->loopback);
		if (!IS_ERR_OR_NULL(ctx->echo))
			loopback_withdraw(ctx->echo);
		loopback_destroy(ctx->loopback);
	}
}

/*
 * Once for all tests: with DEBUG_KOBJECT_RELEASE a driver's name is free only
 * some time after its end. Without an owner: 6.1 runs tests before their module
 * is in sysfs.
 */
static int remote_suite_init(struct kunit_suite *suite)
{
	return __register_rpmsg_driver(&client_driver, NULL);
}

static void remote_suite_exit(struct kunit_suite *suite)
{
	unregister_rpmsg_driver(&client_driver);
}

static void serve_echo(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	ctx->echo = loopback_serve(ctx->loopback, SERVICE, LOOPBACK_ADDR_ANY,
				   &echo_ops, ctx);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->echo);
	client.expect_addr = loopback_addr(ctx->echo);
}

static void expect_channel(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	assert_soon(test, READ_ONCE(client.channel));
	KUNIT_EXPECT_STREQ(test, client.channel->id.name, SERVICE);
	KUNIT_EXPECT_EQ(test, client.channel->dst, loopback_addr(ctx->echo));
}

/* A host, an echo service, and the channel between them */
static void connect(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	serve_echo(test);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	expect_channel(test);
}

/*
 * Never a blocking rpmsg_send(): in the kernel as it is that one takes a mutex
 * between going to sleep and sleeping, which CONFIG_DEBUG_ATOMIC_SLEEP tells.
 * A full ring of two or more holds a message whose echo is still to come.
 */
static void send_number(struct kunit *test, u32 number, size_t len)
{
	u8 data[LOOPBACK_MTU];
	u32 seen;
	int ret;

	fill(data, number, len);
	for (;;) {
		seen = READ_ONCE(client.received);
		ret = rpmsg_trysend(client.channel->ept, data, len);
		if (ret != -ENOMEM)
			break;
		assert_soon(test, READ_ONCE(client.received) != seen);
	}
	KUNIT_ASSERT_EQ(test, ret, 0);
}

static void expect_all_received(struct kunit *test, u32 number)
{
	struct remote_test *ctx = test->priv;

	assert_soon(test, READ_ONCE(client.received) == number);
	KUNIT_EXPECT_EQ(test, client.wrong, 0);
	KUNIT_EXPECT_EQ(test, ctx->echo_failed, 0);
}

static void expect_nothing_bad(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct loopback_stats stats;

	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.rx_bad, 0);
	KUNIT_EXPECT_EQ(test, stats.rx_unclaimed, 0);
	KUNIT_EXPECT_EQ(test, stats.ns_bad, 0);
	KUNIT_EXPECT_EQ(test, stats.bad_buffers, 0);
}

static void the_kernels_bus_driver_and_the_remote_link_up(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct device *dev;

	KUNIT_EXPECT_FALSE(test, loopback_is_linked(ctx->loopback));
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	dev = loopback_vdev(ctx->loopback);

	KUNIT_ASSERT_NOT_NULL(test, dev->driver);
	KUNIT_EXPECT_STREQ(test, dev->driver->name, "virtio_rpmsg_bus");
	loopback_settle(ctx->loopback);
	KUNIT_EXPECT_TRUE(test, loopback_is_linked(ctx->loopback));

	loopback_unplug(ctx->loopback);
	KUNIT_EXPECT_FALSE(test, loopback_is_linked(ctx->loopback));
}

static void a_service_from_before_the_host_gets_a_channel(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	serve_echo(test);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);

	expect_channel(test);
}

static void a_service_made_later_gets_a_channel(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	loopback_settle(ctx->loopback);
	KUNIT_EXPECT_NULL(test, client.channel);
	serve_echo(test);

	expect_channel(test);
}

static void a_withdrawn_service_loses_its_channel(struct kunit *test)
{
	struct remote_test *ctx = test->priv;

	connect(test);
	KUNIT_EXPECT_EQ(test, loopback_withdraw(ctx->echo), 0);
	ctx->echo = NULL;

	assert_soon(test, !READ_ONCE(client.channel));
}

static void every_length_is_echoed_byte_for_byte(struct kunit *test)
{
	size_t len;

	connect(test);
	for (len = 0; len <= LOOPBACK_MTU; len++)
		send_number(test, len, len);

	expect_all_received(test, LOOPBACK_MTU + 1);
	expect_nothing_bad(test);
}

static void neither_end_cuts_off_what_is_too_long(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	u8 data[LOOPBACK_MTU + 1] = {};

	connect(test);
	KUNIT_EXPECT_EQ(test, rpmsg_get_mtu(client.channel->ept), LOOPBACK_MTU);
	KUNIT_EXPECT_EQ(test, rpmsg_trysend(client.channel->ept, data,
					    sizeof(data)), -EMSGSIZE);
	KUNIT_EXPECT_EQ(test, loopback_send(ctx->echo, client.channel->src,
					    data, sizeof(data), 0), -EMSGSIZE);

	send_number(test, 0, LOOPBACK_MTU);
	expect_all_received(test, 1);
}

static void thousands_of_messages_keep_their_order(struct kunit *test)
{
	const struct ring_row *row = test->param_value;
	u32 i;

	connect(test);
	for (i = 0; i < row->messages; i++)
		send_number(test, i, sizeof(i) + i % 13);

	expect_all_received(test, row->messages);
	expect_nothing_bad(test);
}

static void make_fixed_channel(struct kunit *test,
			       struct rpmsg_channel_info *chinfo)
{
	struct remote_test *ctx = test->priv;

	*chinfo = (struct rpmsg_channel_info){
		.name = SERVICE,
		.src = FIXED_ADDR,
		.dst = loopback_addr(ctx->echo),
	};
	KUNIT_ASSERT_NOT_NULL(test, rpmsg_create_channel(client.channel,
							 chinfo));
	KUNIT_ASSERT_NOT_NULL(test, client.fixed);
}

static void a_channel_of_the_host_binds_the_service(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct rpmsg_channel_info chinfo;
	u8 data[8];

	connect(test);
	KUNIT_EXPECT_EQ(test, ctx->bound, 0);
	make_fixed_channel(test, &chinfo);
	assert_soon(test, READ_ONCE(ctx->bound));
	KUNIT_EXPECT_EQ(test, ctx->peer, FIXED_ADDR);

	fill(data, 0, sizeof(data));
	KUNIT_EXPECT_EQ(test, loopback_send(ctx->echo, ctx->peer, data,
					    sizeof(data), 0), 0);
	expect_all_received(test, 1);

	KUNIT_EXPECT_EQ(test, ctx->unbound, 0);
	KUNIT_EXPECT_EQ(test, rpmsg_release_channel(client.channel, &chinfo),
			0);
	assert_soon(test, READ_ONCE(ctx->unbound));
	KUNIT_EXPECT_EQ(test, ctx->bound, 1);
	expect_nothing_bad(test);
}

static void a_host_that_goes_unbinds_the_service(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct rpmsg_channel_info chinfo;

	connect(test);
	make_fixed_channel(test, &chinfo);
	assert_soon(test, READ_ONCE(ctx->bound));

	loopback_unplug(ctx->loopback);

	KUNIT_EXPECT_EQ(test, ctx->unbound, 1);
	KUNIT_EXPECT_NULL(test, client.channel);
	KUNIT_EXPECT_NULL(test, client.fixed);
}

/* Once more around everything that a restart has to do again */
static void expect_echo(struct kunit *test, u32 messages)
{
	u32 i;

	client.received = 0;
	client.next = 0;
	for (i = 0; i < messages; i++)
		send_number(test, i, sizeof(i));
	expect_all_received(test, messages);
}

static void a_host_comes_and_goes_again_and_again(struct kunit *test)
{
	const struct ring_row *row = test->param_value;
	struct remote_test *ctx = test->priv;
	struct loopback_stats stats;
	int i;

	serve_echo(test);
	for (i = 1; i <= RESTARTS; i++) {
		KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
		expect_channel(test);
		/* Leaves the indices somewhere else each time */
		expect_echo(test, i % (row->num + 3) + 1);
		loopback_unplug(ctx->loopback);
		KUNIT_ASSERT_FALSE(test, loopback_is_linked(ctx->loopback));
	}

	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.resets, RESTARTS);
	expect_nothing_bad(test);
}

static void a_reset_between_two_looks_is_noticed(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct loopback_stats stats;

	connect(test);
	expect_echo(test, 5);
	loopback_settle(ctx->loopback);
	loopback_halt(ctx->loopback);
	loopback_unplug(ctx->loopback);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	KUNIT_EXPECT_NULL(test, client.channel);
	loopback_resume(ctx->loopback);

	expect_channel(test);
	expect_echo(test, 300);
	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.resets, 1);
	expect_nothing_bad(test);
}

/* An interrupt or a thread of the remote may send before its loop looks */
static void new_rings_are_not_taken_for_those_before(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	u8 data[4] = {};
	u32 peer;

	connect(test);
	expect_echo(test, 5);
	loopback_settle(ctx->loopback);
	peer = client.channel->src;
	loopback_halt(ctx->loopback);
	loopback_unplug(ctx->loopback);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	KUNIT_EXPECT_EQ(test, loopback_send(ctx->echo, peer, data, sizeof(data),
					    0), -ENOTCONN);
	loopback_resume(ctx->loopback);

	expect_channel(test);
	expect_echo(test, 300);
	expect_nothing_bad(test);
}

static u32 fill_ring(struct kunit *test)
{
	u8 data[4] = {};
	u32 sent = 0;

	while (!rpmsg_trysend(client.channel->ept, data, sizeof(data)))
		sent++;
	return sent;
}

static void a_full_ring_has_room_again_when_the_remote_runs(struct kunit *test)
{
	const struct ring_row *row = test->param_value;
	struct remote_test *ctx = test->priv;

	connect(test);
	loopback_settle(ctx->loopback);
	loopback_halt(ctx->loopback);
	KUNIT_EXPECT_EQ(test, fill_ring(test), row->num);
	KUNIT_EXPECT_EQ(test, fill_ring(test), 0);
	loopback_resume(ctx->loopback);
	assert_soon(test, READ_ONCE(client.received) == row->num);
	loopback_settle(ctx->loopback);

	client.wrong = 0;
	expect_echo(test, 3 * row->num);
}

static u32 fill_host(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	u8 data[4];
	u32 sent = 0;
	int ret;

	do {
		fill(data, sent, sizeof(data));
		ret = loopback_send(ctx->echo, client.channel->src, data,
				    sizeof(data), 0);
		sent += !ret;
	} while (!ret);
	KUNIT_EXPECT_EQ(test, ret, -EAGAIN);
	return sent;
}

static void a_host_that_is_slow_loses_nothing(struct kunit *test)
{
	const struct ring_row *row = test->param_value;
	struct remote_test *ctx = test->priv;

	connect(test);
	loopback_settle(ctx->loopback);
	client.hold = &ctx->hold;
	KUNIT_EXPECT_EQ(test, fill_host(test), row->num);

	complete_all(&ctx->hold);
	expect_all_received(test, row->num);
	loopback_settle(ctx->loopback);
	client.hold = NULL;
	expect_echo(test, 3 * row->num);
}

static void messages_to_nobody_cost_nothing(struct kunit *test)
{
	struct remote_test *ctx = test->priv;
	struct loopback_stats stats;
	u8 data[4] = {};
	int i;

	connect(test);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_EQ(test, rpmsg_trysendto(client.channel->ept, data,
						      sizeof(data), NOBODY), 0);
		KUNIT_ASSERT_EQ(test, loopback_send(ctx->echo, NOBODY, data,
						    sizeof(data), 0), 0);
		loopback_settle(ctx->loopback);
	}

	expect_echo(test, 10);
	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.rx_unclaimed, 100);
}

/*
 * Answers that leave together are one bell, and what was taken together is one
 * where the host wants to hear of that. An index of 0, where the host parks its
 * wish for none, has to be behind us.
 */
static void a_batch_is_one_bell(struct kunit *test)
{
	const struct ring_row *row = test->param_value;
	struct remote_test *ctx = test->priv;
	unsigned int bells = compat_rpmsg_wants_tx_bells() ? 2 : 1;
	struct loopback_stats before, after;

	connect(test);
	expect_echo(test, 1);
	loopback_settle(ctx->loopback);
	loopback_halt(ctx->loopback);
	loopback_get_stats(ctx->loopback, &before);
	KUNIT_EXPECT_EQ(test, fill_ring(test), row->num);

	loopback_resume(ctx->loopback);
	assert_soon(test, READ_ONCE(client.received) == row->num + 1);
	loopback_settle(ctx->loopback);
	loopback_get_stats(ctx->loopback, &after);
	KUNIT_EXPECT_GE(test, after.bells - before.bells, 1);
	KUNIT_EXPECT_LE(test, after.bells - before.bells,
			bells * DIV_ROUND_UP(row->num, LOOPBACK_BATCH));
}

static struct kunit_case rpmsg_remote_cases[] = {
	KUNIT_CASE_PARAM(the_kernels_bus_driver_and_the_remote_link_up,
			 ring_gen_params),
	KUNIT_CASE(a_service_from_before_the_host_gets_a_channel),
	KUNIT_CASE(a_service_made_later_gets_a_channel),
	KUNIT_CASE(a_withdrawn_service_loses_its_channel),
	KUNIT_CASE_PARAM(every_length_is_echoed_byte_for_byte,
			 ring_gen_params),
	KUNIT_CASE(neither_end_cuts_off_what_is_too_long),
	KUNIT_CASE_PARAM(thousands_of_messages_keep_their_order,
			 ring_gen_params),
	KUNIT_CASE(a_channel_of_the_host_binds_the_service),
	KUNIT_CASE(a_host_that_goes_unbinds_the_service),
	KUNIT_CASE_PARAM(a_host_comes_and_goes_again_and_again, ring_gen_params),
	KUNIT_CASE_PARAM(a_reset_between_two_looks_is_noticed,
			 ring_gen_params),
	KUNIT_CASE_PARAM(new_rings_are_not_taken_for_those_before,
			 ring_gen_params),
	KUNIT_CASE_PARAM(a_full_ring_has_room_again_when_the_remote_runs,
			 ring_gen_params),
	KUNIT_CASE_PARAM(a_host_that_is_slow_loses_nothing, ring_gen_params),
	KUNIT_CASE(messages_to_nobody_cost_nothing),
	KUNIT_CASE_PARAM(a_batch_is_one_bell, ring_gen_params),
	{}
};

static struct kunit_suite rpmsg_remote_suite = {
	.name = "rpmsg_remote",
	.suite_init = remote_suite_init,
	.suite_exit = remote_suite_exit,
	.init = remote_test_init,
	.exit = remote_test_exit,
	.test_cases = rpmsg_remote_cases,
};

kunit_test_suite(rpmsg_remote_suite);

MODULE_DESCRIPTION("KUnit tests of the firmware's library against the kernel's rpmsg host");
MODULE_LICENSE("GPL");

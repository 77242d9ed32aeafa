// SPDX-License-Identifier: GPL-2.0
/*
 * amp_bell_kunit.c - tests of bells over mailboxes of each kind
 *
 * The mailbox core is the kernel's own; the provider below it is a fake one that
 * has one slot for each channel. A remote that looks empties it.
 */

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/kthread.h>
#include <linux/mailbox_client.h>
#include <linux/mailbox_controller.h>
#include <linux/mailbox/zynqmp-ipi-message.h>
#include <linux/module.h>
#include <linux/string.h>

#define FAKE_TX		0
#define FAKE_RX		1
#define FAKE_CHANS	2

/* How a provider of a test tells that a message is through */
enum fake_kind {
	FAKE_AT_ONCE,	/* it is when it was written, as a bell's */
	FAKE_ASKED,	/* it can be asked */
	FAKE_IRQ,	/* it tells by interrupt */
	FAKE_CLIENT,	/* it has no idea */
};

/**
 * struct fake_mailbox - a mailbox provider with one slot for each channel
 * @mbox: what the mailbox core knows
 * @chans: its channels
 * @kind: what kind of a provider it is
 * @full: the slot has a message that the remote has not looked at
 * @rung: the remote was rung, and did not look since
 * @written: what the host has written to shared memory
 * @seen: what the remote has seen of it
 * @sends: how often the core gave it a message
 * @overruns: how often it did while the slot was full
 * @message: the last message
 * @refuse: what sending on a channel returns
 * @ring_at_startup: the remote rings while the receive channel is requested
 * @missing: no such channel
 */
struct fake_mailbox {
	struct mbox_controller mbox;
	struct mbox_chan chans[FAKE_CHANS];
	enum fake_kind kind;
	bool full[FAKE_CHANS];
	bool rung;
	atomic_t written;
	unsigned int seen;
	unsigned int sends[FAKE_CHANS];
	unsigned int overruns;
	struct zynqmp_ipi_message *message;
	int refuse[FAKE_CHANS];
	bool ring_at_startup;
	const char *missing;
};

static struct fake_mailbox fake;

static struct mbox_chan *fake_request(struct mbox_client *client,
				      const char *name)
{
	struct mbox_chan *chan;
	int ret;

	if (fake.missing && !strcmp(fake.missing, name))
		return ERR_PTR(-ENOENT);

	chan = &fake.chans[strcmp(name, "tx") ? FAKE_RX : FAKE_TX];
	ret = mbox_bind_client(chan, client);

	return ret ? ERR_PTR(ret) : chan;
}

#define mbox_request_channel_byname fake_request

#include "../drivers/remoteproc/amp_bell.c"

static int fake_send_data(struct mbox_chan *chan, void *data)
{
	unsigned int i = chan - fake.chans;

	if (fake.refuse[i])
		return fake.refuse[i];

	fake.message = data;
	fake.sends[i]++;
	if (fake.full[i])
		fake.overruns++;
	fake.full[i] = fake.kind == FAKE_ASKED || fake.kind == FAKE_IRQ;
	if (i == FAKE_TX) {
		/* It is full before the remote, which empties it, hears of it */
		smp_store_release(&fake.rung, true);
	}

	return 0;
}

static bool fake_last_tx_done(struct mbox_chan *chan)
{
	return !fake.full[chan - fake.chans];
}

static int fake_startup(struct mbox_chan *chan)
{
	if (chan == &fake.chans[FAKE_RX] && fake.ring_at_startup)
		mbox_chan_received_data(chan, NULL);

	return 0;
}

static const struct mbox_chan_ops fake_ops_asked = {
	.send_data = fake_send_data,
	.last_tx_done = fake_last_tx_done,
	.startup = fake_startup,
};

static const struct mbox_chan_ops fake_ops = {
	.send_data = fake_send_data,
	.startup = fake_startup,
};

/* The remote looks: what was rung for before, it sees now. */
static void remote_looks(unsigned int i)
{
	bool was_full = fake.full[i];

	fake.full[i] = false;
	if (fake.kind == FAKE_IRQ && was_full)
		mbox_chan_txdone(&fake.chans[i], 0);
}

static void remote_rings(void)
{
	mbox_chan_received_data(&fake.chans[FAKE_RX], NULL);
}

/* Bound of a wait that is over soon when all is well, us */
#define SOON			(10 * USEC_PER_SEC)

/* Expect a count that a timer or a thread brings about. */
static void expect_reached(struct kunit *test, const unsigned int *count,
			   unsigned int least)
{
	unsigned int seen;

	read_poll_timeout(READ_ONCE, seen, seen >= least, 50, SOON, false,
			  *count);
	KUNIT_EXPECT_GE(test, seen, least);
}

/* Nothing more comes by itself: a line acts in a timer or when it is called. */
static void expect_settled(struct kunit *test, struct amp_line *line)
{
	bool active;

	read_poll_timeout(hrtimer_active, active, !active, 50, SOON, false,
			  &line->look);
	KUNIT_EXPECT_FALSE(test, active);
}

/**
 * struct bell_test - what a test has
 * @bell: the bells
 * @dev: the device that has them
 * @can_ring: what amp_bell_init() is told
 * @heard: how often the remote was heard
 * @sends_when_heard: messages on the receive channel by then
 */
struct bell_test {
	struct amp_bell bell;
	struct device *dev;
	bool can_ring;
	unsigned int heard;
	unsigned int sends_when_heard;
};

static void heard(void *priv)
{
	struct bell_test *bt = priv;

	bt->heard++;
	bt->sends_when_heard = fake.sends[FAKE_RX];
}

static struct device_driver fake_driver = {
	.name = "amp_bell_kunit",
	.owner = THIS_MODULE,
};

static int bell_test_init(struct kunit *test)
{
	struct bell_test *bt = kunit_kzalloc(test, sizeof(*bt), GFP_KERNEL);
	struct device *dev;

	if (!bt)
		return -ENOMEM;

	dev = __root_device_register("amp_bell_kunit", NULL);
	if (IS_ERR(dev))
		return PTR_ERR(dev);

	dev->driver = &fake_driver;
	bt->dev = dev;
	bt->can_ring = true;
	test->priv = bt;
	memset(&fake, 0, sizeof(fake));

	return 0;
}

/* A provider of one kind, and the bells over it */
static int open_bells(struct bell_test *bt, enum fake_kind kind)
{
	bool asked = kind == FAKE_AT_ONCE || kind == FAKE_ASKED;
	int ret;

	fake.kind = kind;
	fake.mbox.dev = bt->dev;
	fake.mbox.ops = asked ? &fake_ops_asked : &fake_ops;
	fake.mbox.chans = fake.chans;
	fake.mbox.num_chans = FAKE_CHANS;
	fake.mbox.txdone_irq = kind == FAKE_IRQ;
	fake.mbox.txdone_poll = asked;
	fake.mbox.txpoll_period = 5;
	ret = mbox_controller_register(&fake.mbox);
	if (ret)
		return ret;

	return amp_bell_init(&bt->bell, bt->dev, bt->can_ring, heard, bt);
}

static void bell_test_exit(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	if (!bt)
		return;

	amp_bell_free(&bt->bell);
	if (fake.mbox.ops)
		mbox_controller_unregister(&fake.mbox);
	bt->dev->driver = NULL;
	root_device_unregister(bt->dev);
}

/* One row: a kind of provider, and whether its messages stay in flight */
struct provider {
	const char *name;
	enum fake_kind kind;
	bool stays;
};

static const struct provider provider_rows[] = {
	{ "done_at_once", FAKE_AT_ONCE, false },
	{ "done_when_asked", FAKE_ASKED, true },
	{ "done_by_interrupt", FAKE_IRQ, true },
	{ "done_says_the_client", FAKE_CLIENT, false },
};

static void provider_desc(const struct provider *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(provider, provider_rows, provider_desc);

static void open_row(struct kunit *test)
{
	const struct provider *row = test->param_value;

	KUNIT_ASSERT_EQ(test, open_bells(test->priv, row->kind), 0);
}

static void message_is_empty(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	open_row(test);

	amp_bell_ring(&bt->bell);

	KUNIT_ASSERT_NOT_NULL(test, fake.message);
	KUNIT_EXPECT_EQ(test, fake.message->len, 0);
	KUNIT_EXPECT_NULL(test, memchr_inv(fake.message, 0, AMP_BELL_MESSAGE));
}

static void one_bell_is_one_message(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	unsigned int i;

	open_row(test);

	for (i = 0; i < 100; i++) {
		amp_bell_ring(&bt->bell);
		remote_looks(FAKE_TX);
	}

	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 100);
	KUNIT_EXPECT_EQ(test, bt->bell.tx.sent, 100);
	KUNIT_EXPECT_EQ(test, bt->bell.tx.refused, 0);
}

static void bells_in_flight_become_one_more(struct kunit *test)
{
	const struct provider *row = test->param_value;
	struct bell_test *bt = test->priv;
	unsigned int i, most = 0;

	open_row(test);

	for (i = 0; i < 1000; i++) {
		amp_bell_ring(&bt->bell);
		most = max_t(unsigned int, most,
			     fake.chans[FAKE_TX].msg_count);
	}
	KUNIT_EXPECT_EQ(test, most, 0);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], row->stays ? 1 : 1000);

	remote_looks(FAKE_TX);
	expect_settled(test, &bt->bell.tx);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], row->stays ? 2 : 1000);

	remote_looks(FAKE_TX);
	expect_settled(test, &bt->bell.tx);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], row->stays ? 2 : 1000);
	KUNIT_EXPECT_EQ(test, fake.overruns, 0);
}

static int remote_thread(void *data)
{
	while (!kthread_should_stop()) {
		if (xchg(&fake.rung, false)) {
			remote_looks(FAKE_TX);
			WRITE_ONCE(fake.seen, atomic_read(&fake.written));
		}
		usleep_range(5, 50);
	}

	return 0;
}

/* Whatever the order, the remote has seen all in the end. */
static void no_bell_is_lost(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	struct task_struct *remote;
	unsigned int i;

	open_row(test);
	remote = kthread_run(remote_thread, NULL, "amp_bell_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(remote));

	for (i = 0; i < 2000; i++) {
		atomic_inc(&fake.written);
		amp_bell_ring(&bt->bell);
		if (!(i % 7))
			usleep_range(5, 50);
		if (i % 100 == 99)
			expect_reached(test, &fake.seen, i + 1);
	}
	kthread_stop(remote);

	KUNIT_EXPECT_EQ(test, fake.overruns, 0);
	KUNIT_EXPECT_EQ(test, fake.chans[FAKE_TX].msg_count, 0);
}

/* Not as late as the mailbox core would: two bells in a row within its period */
static void bell_after_a_look_is_rung_at_once(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	open_row(test);
	amp_bell_ring(&bt->bell);
	remote_looks(FAKE_TX);

	amp_bell_ring(&bt->bell);

	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 2);
}

static void bell_of_the_remote_is_acknowledged(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	unsigned int i;

	open_row(test);

	for (i = 1; i <= 10; i++) {
		remote_rings();
		remote_looks(FAKE_RX);
		KUNIT_EXPECT_EQ(test, fake.sends[FAKE_RX], i);
		/* What it says from the acknowledgment on, it rings for */
		KUNIT_EXPECT_EQ(test, bt->sends_when_heard, i);
	}

	KUNIT_EXPECT_EQ(test, bt->heard, 10);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 0);
}

static void bell_before_the_channel_is_known_is_acknowledged(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	fake.ring_at_startup = true;

	open_row(test);

	KUNIT_EXPECT_EQ(test, bt->heard, 1);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_RX], 1);
}

static void provider_without_acknowledgments_is_left_alone(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	unsigned int i;

	open_row(test);
	fake.refuse[FAKE_RX] = -EOPNOTSUPP;

	for (i = 0; i < 100; i++)
		remote_rings();
	expect_settled(test, &bt->bell.rx);

	KUNIT_EXPECT_EQ(test, bt->heard, 100);
	KUNIT_EXPECT_EQ(test, bt->bell.rx.refused, 1);
	KUNIT_EXPECT_LE(test, fake.chans[FAKE_RX].msg_count, 1);
}

static void refused_bell_is_rung_later(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	open_row(test);
	fake.refuse[FAKE_TX] = -EBUSY;

	amp_bell_ring(&bt->bell);
	amp_bell_ring(&bt->bell);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 0);
	KUNIT_EXPECT_GT(test, bt->bell.tx.refused, 0);

	fake.refuse[FAKE_TX] = 0;
	if (fake.kind == FAKE_IRQ)
		amp_bell_ring(&bt->bell);

	expect_reached(test, &fake.sends[FAKE_TX], 1);
	KUNIT_EXPECT_EQ(test, fake.overruns, 0);
}

static void bells_at_a_mailbox_that_refuses_do_not_pile_up(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, open_bells(bt, FAKE_ASKED), 0);
	fake.refuse[FAKE_TX] = -EIO;

	for (i = 0; i < 1000; i++)
		amp_bell_ring(&bt->bell);

	KUNIT_EXPECT_EQ(test, fake.chans[FAKE_TX].msg_count, 1);
	KUNIT_EXPECT_GE(test, bt->bell.tx.refused, 1000);
}

static void failed_transmission_is_counted(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	KUNIT_ASSERT_EQ(test, open_bells(bt, FAKE_IRQ), 0);
	amp_bell_ring(&bt->bell);
	amp_bell_ring(&bt->bell);

	fake.full[FAKE_TX] = false;
	mbox_chan_txdone(&fake.chans[FAKE_TX], -EIO);

	KUNIT_EXPECT_EQ(test, bt->bell.tx.refused, 1);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 2);
}

static void remote_that_never_looks_is_rung_once_more(struct kunit *test)
{
	struct bell_test *bt = test->priv;
	ktime_t began;

	KUNIT_ASSERT_EQ(test, open_bells(bt, FAKE_ASKED), 0);

	began = ktime_get();
	amp_bell_ring(&bt->bell);
	amp_bell_ring(&bt->bell);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 1);

	expect_reached(test, &fake.sends[FAKE_TX], 2);
	KUNIT_EXPECT_GE(test, ktime_sub(ktime_get(), began),
			AMP_BELL_PATIENCE);
	expect_settled(test, &bt->bell.tx);
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 2);
}

static void freed_bell_is_silent(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	open_row(test);
	amp_bell_ring(&bt->bell);
	amp_bell_ring(&bt->bell);

	amp_bell_free(&bt->bell);
	fake.full[FAKE_TX] = false;
	fake.sends[FAKE_TX] = 0;
	amp_bell_ring(&bt->bell);

	KUNIT_EXPECT_FALSE(test, hrtimer_active(&bt->bell.tx.look));
	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 0);
	KUNIT_EXPECT_NULL(test, fake.chans[FAKE_TX].cl);
	KUNIT_EXPECT_NULL(test, fake.chans[FAKE_RX].cl);
}

static void remote_that_has_no_bell_can_ring(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	bt->can_ring = false;
	fake.missing = "tx";
	KUNIT_ASSERT_EQ(test, open_bells(bt, FAKE_AT_ONCE), 0);

	amp_bell_ring(&bt->bell);
	remote_rings();

	KUNIT_EXPECT_EQ(test, fake.sends[FAKE_TX], 0);
	KUNIT_EXPECT_EQ(test, bt->bell.tx.refused, 0);
	KUNIT_EXPECT_EQ(test, bt->heard, 1);
}

static void missing_channel_gives_back_the_other(struct kunit *test)
{
	struct bell_test *bt = test->priv;

	fake.missing = "rx";

	KUNIT_EXPECT_EQ(test, open_bells(bt, FAKE_AT_ONCE), -ENOENT);
	KUNIT_EXPECT_NULL(test, fake.chans[FAKE_TX].cl);
}

static struct kunit_case bell_cases[] = {
	KUNIT_CASE_PARAM(message_is_empty, provider_gen_params),
	KUNIT_CASE_PARAM(one_bell_is_one_message, provider_gen_params),
	KUNIT_CASE_PARAM(bells_in_flight_become_one_more, provider_gen_params),
	KUNIT_CASE_PARAM(no_bell_is_lost, provider_gen_params),
	KUNIT_CASE_PARAM(bell_after_a_look_is_rung_at_once,
			 provider_gen_params),
	KUNIT_CASE_PARAM(bell_of_the_remote_is_acknowledged,
			 provider_gen_params),
	KUNIT_CASE_PARAM(bell_before_the_channel_is_known_is_acknowledged,
			 provider_gen_params),
	KUNIT_CASE_PARAM(provider_without_acknowledgments_is_left_alone,
			 provider_gen_params),
	KUNIT_CASE_PARAM(refused_bell_is_rung_later, provider_gen_params),
	KUNIT_CASE(bells_at_a_mailbox_that_refuses_do_not_pile_up),
	KUNIT_CASE(failed_transmission_is_counted),
	KUNIT_CASE(remote_that_never_looks_is_rung_once_more),
	KUNIT_CASE_PARAM(freed_bell_is_silent, provider_gen_params),
	KUNIT_CASE(remote_that_has_no_bell_can_ring),
	KUNIT_CASE(missing_channel_gives_back_the_other),
	{}
};

static struct kunit_suite bell_suite = {
	.name = "amp_bell",
	.init = bell_test_init,
	.exit = bell_test_exit,
	.test_cases = bell_cases,
};

kunit_test_suite(bell_suite);

MODULE_DESCRIPTION("Tests of bells over mailboxes of each kind");
MODULE_LICENSE("GPL");

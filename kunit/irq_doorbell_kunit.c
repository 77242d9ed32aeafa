// SPDX-License-Identifier: GPL-2.0
/*
 * irq_doorbell_kunit.c - tests of the doorbell: what it does in a storm
 *
 * The interrupt is one of no controller, which the test raises by calling the
 * handler.
 */

#include <kunit/test.h>
#include <linux/mailbox_client.h>
#include <linux/module.h>
#include <linux/platform_device.h>

/* The driver stays out of it: there is a module that registers it */
#undef module_platform_driver
#define module_platform_driver(driver) \
	static struct platform_driver * const untested __maybe_unused = &(driver)

#include "../drivers/mailbox/irq_doorbell.c"

/**
 * struct bell - a doorbell with nobody behind it
 * @dev: its device, which no bus knows
 * @client: who listens, without a callback
 * @db: the doorbell; last, so that an overrun is seen
 */
struct bell {
	struct device dev;
	struct mbox_client client;
	struct irq_doorbell db;
};

static int bell_init(struct kunit *test)
{
	struct bell *bell = kunit_kzalloc(test, sizeof(*bell), GFP_KERNEL);
	struct irq_doorbell *db = &bell->db;

	KUNIT_ASSERT_NOT_NULL(test, bell);
	bell->dev.init_name = "bell";
	db->dev = &bell->dev;
	spin_lock_init(&db->lock);
	INIT_DELAYED_WORK(&db->unthrottle, doorbell_unthrottle);
	db->chans[DOORBELL_CHAN_RX].cl = &bell->client;
	db->chans[DOORBELL_CHAN_RX].mbox = &db->mbox;

	db->rx_irq = irq_alloc_desc(NUMA_NO_NODE);
	KUNIT_ASSERT_GT(test, db->rx_irq, 0);
	test->priv = bell;
	irq_set_chip_and_handler(db->rx_irq, &dummy_irq_chip,
				 handle_simple_irq);
	KUNIT_ASSERT_EQ(test, request_irq(db->rx_irq, doorbell_interrupt,
					  IRQF_NO_AUTOEN, "bell", db), 0);
	doorbell_startup(&db->chans[DOORBELL_CHAN_RX]);

	return 0;
}

static void bell_exit(struct kunit *test)
{
	struct bell *bell = test->priv;

	if (!bell)
		return;

	cancel_delayed_work_sync(&bell->db.unthrottle);
	free_irq(bell->db.rx_irq, &bell->db);
	irq_free_desc(bell->db.rx_irq);
}

static bool is_masked(struct irq_doorbell *db)
{
	return irqd_irq_disabled(irq_get_irq_data(db->rx_irq));
}

/* Where a handler may be interrupted, what storm() looks at may be over. */
static void need_no_tick_between(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "the handler is a thread here");
}

/*
 * One bell more than traffic is made of, with interrupts off as ever: the tick that
 * ends the masking comes later. Whether the bell is masked by then.
 */
static bool storm(struct irq_doorbell *db)
{
	unsigned long flags;
	bool masked;

	local_irq_save(flags);
	db->window_end = jiffies + DOORBELL_STORM_WINDOW;
	db->window_bells = DOORBELL_STORM_BELLS;
	doorbell_interrupt(db->rx_irq, db);
	masked = is_masked(db);
	/* One more was under way: it is masked once all the same */
	doorbell_interrupt(db->rx_irq, db);
	local_irq_restore(flags);

	return masked;
}

static void storm_is_told_from_traffic(struct kunit *test)
{
	struct bell *bell = test->priv;
	struct irq_doorbell *db = &bell->db;
	unsigned int i;

	/* A window that does not end meanwhile */
	db->window_end = jiffies + HZ * 1000;
	for (i = 0; i < DOORBELL_STORM_BELLS; i++)
		KUNIT_ASSERT_FALSE(test, doorbell_storming(db));
	KUNIT_EXPECT_TRUE(test, doorbell_storming(db));

	db->window_end = jiffies - 1;
	KUNIT_EXPECT_FALSE(test, doorbell_storming(db));
	KUNIT_EXPECT_EQ(test, db->window_bells, 1);
	KUNIT_EXPECT_TRUE(test, time_after(db->window_end, jiffies));
}

static void storm_is_masked_for_a_tick(struct kunit *test)
{
	struct bell *bell = test->priv;
	struct irq_doorbell *db = &bell->db;

	need_no_tick_between(test);
	doorbell_interrupt(db->rx_irq, db);
	KUNIT_EXPECT_FALSE(test, is_masked(db));

	KUNIT_EXPECT_TRUE(test, storm(db));

	flush_delayed_work(&db->unthrottle);
	KUNIT_EXPECT_FALSE(test, is_masked(db));
}

static void storm_while_it_goes_leaves_it_masked(struct kunit *test)
{
	struct bell *bell = test->priv;
	struct irq_doorbell *db = &bell->db;

	need_no_tick_between(test);
	KUNIT_EXPECT_TRUE(test, storm(db));
	doorbell_shutdown(&db->chans[DOORBELL_CHAN_RX]);
	KUNIT_EXPECT_TRUE(test, is_masked(db));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&db->unthrottle));

	/* The last of the storm is taken by nobody, and undone by nobody */
	storm(db);
	KUNIT_EXPECT_FALSE(test, db->throttled);

	doorbell_startup(&db->chans[DOORBELL_CHAN_RX]);
	KUNIT_EXPECT_FALSE(test, is_masked(db));
}

static struct kunit_case irq_doorbell_cases[] = {
	KUNIT_CASE(storm_is_told_from_traffic),
	KUNIT_CASE(storm_is_masked_for_a_tick),
	KUNIT_CASE(storm_while_it_goes_leaves_it_masked),
	{}
};

static struct kunit_suite irq_doorbell_suite = {
	.name = "irq_doorbell",
	.init = bell_init,
	.exit = bell_exit,
	.test_cases = irq_doorbell_cases,
};

kunit_test_suite(irq_doorbell_suite);

MODULE_DESCRIPTION("Tests of the doorbell in a storm");
MODULE_LICENSE("GPL");

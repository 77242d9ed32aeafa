// SPDX-License-Identifier: GPL-2.0
/*
 * pl011_doorbell_kunit.c - tests of the serial port as a doorbell: whom it tells,
 * and what it does in a storm
 *
 * The port is a piece of memory: nothing there acknowledges what is written.
 */

#include <kunit/test.h>
#include <linux/io.h>
#include <linux/mailbox_client.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

/* The driver stays out of it: there is a module that registers it */
#undef module_platform_driver
#define module_platform_driver(driver) \
	static struct platform_driver * const untested __maybe_unused = &(driver)

#include "../drivers/mailbox/pl011_doorbell.c"

#define REMOTES		2

/**
 * struct listener - who is told of a remote's bells
 * @client: as the mailbox knows it
 * @heard: how many there were
 */
struct listener {
	struct mbox_client client;
	unsigned int heard;
};

/**
 * struct port - a doorbell with nobody behind it
 * @dev: its device, which no bus knows
 * @regs: its registers
 * @of: who listens to which remote
 * @bell: the doorbell; last, so that an overrun is seen
 */
struct port {
	struct device dev;
	u32 regs[SZ_4K / sizeof(u32)];
	struct listener of[REMOTES];
	struct pl011_bell bell;
};

static void hear(struct mbox_client *client, void *message)
{
	container_of(client, struct listener, client)->heard++;
}

static int port_init(struct kunit *test)
{
	struct port *port = kunit_kzalloc(test, sizeof(*port), GFP_KERNEL);
	struct pl011_bell *bell = &port->bell;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, port);
	test->priv = port;
	port->dev.init_name = "port";
	bell->dev = &port->dev;
	bell->regs = (void __iomem *)port->regs;
	spin_lock_init(&bell->lock);
	INIT_DELAYED_WORK(&bell->unthrottle, bell_unthrottle);
	bell->mbox.chans = bell->chans;
	for (i = 0; i < REMOTES; i++) {
		port->of[i].client.rx_callback = hear;
		bell->chans[i].cl = &port->of[i].client;
		bell->chans[i].mbox = &bell->mbox;
	}

	return 0;
}

static void port_exit(struct kunit *test)
{
	struct port *port = test->priv;

	if (port)
		cancel_delayed_work_sync(&port->bell.unthrottle);
}

static u32 get_reg(struct port *port, unsigned int reg)
{
	return readl(port->bell.regs + reg);
}

static bool is_masked(struct port *port)
{
	return !(get_reg(port, PL011_IMSC) & PL011_INT_TX);
}

/* The port as it is when its transmit interrupt is pending, or another one */
static irqreturn_t ring(struct port *port, u32 pending)
{
	writel(0, port->bell.regs + PL011_ICR);
	writel(pending, port->bell.regs + PL011_MIS);

	return bell_interrupt(0, &port->bell);
}

/* One bell more than traffic is made of; whether the port is masked for it. */
static bool storm(struct port *port)
{
	struct pl011_bell *bell = &port->bell;
	unsigned long flags;
	bool masked;

	/* The tick that ends the masking comes later */
	local_irq_save(flags);
	bell->window_end = jiffies + BELL_STORM_WINDOW;
	bell->window_bells = BELL_STORM_BELLS;
	ring(port, PL011_INT_TX);
	masked = is_masked(port);
	local_irq_restore(flags);

	return masked;
}

static void need_no_tick_between(struct kunit *test)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		kunit_skip(test, "the handler is a thread here");
}

static void bell_is_told_to_all_who_listen(struct kunit *test)
{
	struct port *port = test->priv;
	struct pl011_bell *bell = &port->bell;

	bell_startup(&bell->chans[0]);
	KUNIT_EXPECT_EQ(test, ring(port, PL011_INT_TX), IRQ_HANDLED);
	KUNIT_EXPECT_EQ(test, get_reg(port, PL011_ICR), (u32)PL011_INT_TX);
	KUNIT_EXPECT_EQ(test, port->of[0].heard, 1);
	KUNIT_EXPECT_EQ(test, port->of[1].heard, 0);

	bell_startup(&bell->chans[1]);
	ring(port, PL011_INT_TX);
	KUNIT_EXPECT_EQ(test, port->of[0].heard, 2);
	KUNIT_EXPECT_EQ(test, port->of[1].heard, 1);
}

static void other_interrupts_are_not_ours(struct kunit *test)
{
	struct port *port = test->priv;

	bell_startup(&port->bell.chans[0]);
	KUNIT_EXPECT_EQ(test, ring(port, PL011_INT_ALL & ~PL011_INT_TX),
			IRQ_NONE);
	KUNIT_EXPECT_EQ(test, get_reg(port, PL011_ICR), 0);
	KUNIT_EXPECT_EQ(test, port->of[0].heard, 0);
}

static void port_is_masked_while_nobody_listens(struct kunit *test)
{
	struct port *port = test->priv;
	struct pl011_bell *bell = &port->bell;

	bell_startup(&bell->chans[0]);
	bell_startup(&bell->chans[1]);
	bell_shutdown(&bell->chans[0]);
	KUNIT_EXPECT_FALSE(test, is_masked(port));
	bell_shutdown(&bell->chans[1]);
	KUNIT_EXPECT_TRUE(test, is_masked(port));
}

static void storm_is_masked_for_a_tick(struct kunit *test)
{
	struct port *port = test->priv;

	need_no_tick_between(test);
	bell_startup(&port->bell.chans[0]);
	ring(port, PL011_INT_TX);
	KUNIT_EXPECT_FALSE(test, is_masked(port));

	KUNIT_EXPECT_TRUE(test, storm(port));
	/* What has rung is heard all the same */
	KUNIT_EXPECT_EQ(test, port->of[0].heard, 2);

	flush_delayed_work(&port->bell.unthrottle);
	KUNIT_EXPECT_FALSE(test, is_masked(port));
}

static void storm_is_forgotten_with_its_window(struct kunit *test)
{
	struct port *port = test->priv;
	struct pl011_bell *bell = &port->bell;

	bell_startup(&bell->chans[0]);
	bell->window_bells = BELL_STORM_BELLS;
	bell->window_end = jiffies - 1;
	ring(port, PL011_INT_TX);
	KUNIT_EXPECT_FALSE(test, is_masked(port));
	KUNIT_EXPECT_EQ(test, bell->window_bells, 1);
}

static void storm_outlasts_nobody_who_listens(struct kunit *test)
{
	struct port *port = test->priv;
	struct pl011_bell *bell = &port->bell;

	need_no_tick_between(test);
	bell_startup(&bell->chans[0]);
	KUNIT_EXPECT_TRUE(test, storm(port));
	bell_shutdown(&bell->chans[0]);
	flush_delayed_work(&bell->unthrottle);
	KUNIT_EXPECT_TRUE(test, is_masked(port));

	bell_startup(&bell->chans[0]);
	KUNIT_EXPECT_FALSE(test, is_masked(port));
}

static struct kunit_case pl011_doorbell_cases[] = {
	KUNIT_CASE(bell_is_told_to_all_who_listen),
	KUNIT_CASE(other_interrupts_are_not_ours),
	KUNIT_CASE(port_is_masked_while_nobody_listens),
	KUNIT_CASE(storm_is_masked_for_a_tick),
	KUNIT_CASE(storm_is_forgotten_with_its_window),
	KUNIT_CASE(storm_outlasts_nobody_who_listens),
	{}
};

static struct kunit_suite pl011_doorbell_suite = {
	.name = "pl011_doorbell",
	.init = port_init,
	.exit = port_exit,
	.test_cases = pl011_doorbell_cases,
};

kunit_test_suite(pl011_doorbell_suite);

MODULE_DESCRIPTION("Tests of a serial port as a doorbell");
MODULE_LICENSE("GPL");

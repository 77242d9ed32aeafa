// SPDX-License-Identifier: GPL-2.0
/*
 * irq_doorbell.c - a mailbox made of two interrupt lines
 *
 * Two processors that share an interrupt controller can ring each other by
 * setting an edge-triggered interrupt of the other side pending. A bell
 * carries no data: "look at the shared memory". One device is one pair of
 * bells; channel 0 rings the remote, channel 1 is rung by it:
 *
 *	mboxes = <&bell 0>, <&bell 1>;
 *	mbox-names = "tx", "rx";
 *
 * A bell that already rings stays rung, so sending never blocks and has
 * nothing to queue. While Linux is suspended, the remote's bell wakes it if the
 * device is enabled as a source of wake-ups.
 *
 * See dts/ampkit,irq-doorbell.yaml for the binding.
 */

#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/mailbox_controller.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/platform_device.h>
#include <linux/pm_wakeirq.h>
#include <linux/pm_wakeup.h>
#include <linux/property.h>
#include <linux/workqueue.h>

#define DOORBELL_CHAN_TX	0
#define DOORBELL_CHAN_RX	1
#define DOORBELL_NUM_CHANS	2

/* Cells of the longest interrupt specifier in use (GIC: 3, or 4 with PPIs) */
#define DOORBELL_MAX_CELLS	4

/*
 * A remote that rings without pause must not starve the CPU that takes its
 * interrupts: past this many bells in one window the line is masked for a
 * tick. Nothing is lost, an edge that arrives meanwhile is latched.
 */
#define DOORBELL_STORM_WINDOW	(HZ / 10 ?: 1)
#define DOORBELL_STORM_BELLS	20000

/**
 * struct irq_doorbell - one pair of bells
 * @dev: the platform device, for messages
 * @mbox: the mailbox controller
 * @chans: its channels, DOORBELL_CHAN_TX and DOORBELL_CHAN_RX
 * @tx_irq: Linux' number of the interrupt that rings the remote; never
 *	requested here, the remote is who takes it
 * @rx_irq: the interrupt that the remote rings
 * @window_end: when the present storm window ends, in jiffies; only the
 *	interrupt handler uses it and @window_bells
 * @window_bells: bells taken in the present window
 * @lock: guards @listening and @throttled
 * @listening: the receive channel is in use
 * @throttled: @rx_irq is masked because of a storm
 * @unthrottle: ends the masking
 */
struct irq_doorbell {
	struct device *dev;
	struct mbox_controller mbox;
	struct mbox_chan chans[DOORBELL_NUM_CHANS];
	unsigned int tx_irq;
	int rx_irq;
	unsigned long window_end;
	unsigned int window_bells;
	spinlock_t lock;	/* listening, throttled */
	bool listening;
	bool throttled;
	struct delayed_work unthrottle;
};

static bool doorbell_storming(struct irq_doorbell *db)
{
	if (time_after(jiffies, db->window_end)) {
		db->window_end = jiffies + DOORBELL_STORM_WINDOW;
		db->window_bells = 0;
	}

	return ++db->window_bells > DOORBELL_STORM_BELLS;
}

static void doorbell_throttle(struct irq_doorbell *db)
{
	unsigned long flags;

	spin_lock_irqsave(&db->lock, flags);
	if (db->listening && !db->throttled) {
		db->throttled = true;
		disable_irq_nosync(db->rx_irq);
		schedule_delayed_work(&db->unthrottle, 1);
		dev_warn_ratelimited(db->dev, "bell storm, masked for a tick\n");
	}
	spin_unlock_irqrestore(&db->lock, flags);
}

static void doorbell_unthrottle(struct work_struct *work)
{
	struct irq_doorbell *db = container_of(to_delayed_work(work),
					       struct irq_doorbell, unthrottle);
	unsigned long flags;

	spin_lock_irqsave(&db->lock, flags);
	if (db->throttled) {
		db->throttled = false;
		enable_irq(db->rx_irq);
	}
	spin_unlock_irqrestore(&db->lock, flags);
}

/*
 * The client is called right here, in hard interrupt context, which is what
 * mailbox_client.h promises of rx_callback: a client that has to sleep wakes
 * a thread of its own, and one that need not is a wake-up faster.
 */
static irqreturn_t doorbell_interrupt(int irq, void *data)
{
	struct irq_doorbell *db = data;

	if (doorbell_storming(db))
		doorbell_throttle(db);

	/* A suspend that has begun ends for this one, see wakeup_count */
	if (device_may_wakeup(db->dev))
		pm_wakeup_event(db->dev, 0);

	mbox_chan_received_data(&db->chans[DOORBELL_CHAN_RX], NULL);

	return IRQ_HANDLED;
}

static int doorbell_send_data(struct mbox_chan *chan, void *data)
{
	struct irq_doorbell *db = container_of(chan->mbox, struct irq_doorbell,
					       mbox);

	if (chan != &db->chans[DOORBELL_CHAN_TX])
		return -EOPNOTSUPP;

	/*
	 * Setting an interrupt pending is a relaxed write in the GIC driver:
	 * whatever the bell is about has to be in memory before it.
	 */
	wmb();

	return irq_set_irqchip_state(db->tx_irq, IRQCHIP_STATE_PENDING, true);
}

/* A bell is rung the moment it was written. */
static bool doorbell_last_tx_done(struct mbox_chan *chan)
{
	return true;
}

static int doorbell_startup(struct mbox_chan *chan)
{
	struct irq_doorbell *db = container_of(chan->mbox, struct irq_doorbell,
					       mbox);
	unsigned long flags;

	if (chan != &db->chans[DOORBELL_CHAN_RX])
		return 0;

	spin_lock_irqsave(&db->lock, flags);
	db->listening = true;
	spin_unlock_irqrestore(&db->lock, flags);

	enable_irq(db->rx_irq);

	return 0;
}

static void doorbell_shutdown(struct mbox_chan *chan)
{
	struct irq_doorbell *db = container_of(chan->mbox, struct irq_doorbell,
					       mbox);
	unsigned long flags;

	if (chan != &db->chans[DOORBELL_CHAN_RX])
		return;

	disable_irq(db->rx_irq);

	spin_lock_irqsave(&db->lock, flags);
	db->listening = false;
	spin_unlock_irqrestore(&db->lock, flags);

	/* Balances a masking that is still in force: the line stays off */
	flush_delayed_work(&db->unthrottle);
}

static const struct mbox_chan_ops doorbell_chan_ops = {
	.send_data = doorbell_send_data,
	.last_tx_done = doorbell_last_tx_done,
	.startup = doorbell_startup,
	.shutdown = doorbell_shutdown,
};

static struct mbox_chan *doorbell_xlate(struct mbox_controller *mbox,
					const struct of_phandle_args *args)
{
	if (args->args_count != 1 || args->args[0] >= mbox->num_chans)
		return ERR_PTR(-EINVAL);

	return &mbox->chans[args->args[0]];
}

static void doorbell_dispose_mapping(void *data)
{
	struct irq_doorbell *db = data;

	irq_dispose_mapping(db->tx_irq);
}

/*
 * The interrupt that rings the remote is no interrupt of this node, so it has
 * a property of its own: a specifier of the same interrupt parent.
 */
static int doorbell_map_tx_irq(struct irq_doorbell *db)
{
	struct device_node *np = db->dev->of_node;
	u32 cells[DOORBELL_MAX_CELLS];
	struct of_phandle_args args = {};
	int i, count;

	count = of_property_read_variable_u32_array(np,
						    "ampkit,remote-interrupt",
						    cells, 1, ARRAY_SIZE(cells));
	if (count < 0)
		return count;

	args.np = of_irq_find_parent(np);
	if (!args.np)
		return -ENODEV;

	args.args_count = count;
	for (i = 0; i < count; i++)
		args.args[i] = cells[i];

	db->tx_irq = irq_create_of_mapping(&args);
	of_node_put(args.np);
	if (!db->tx_irq)
		return -EINVAL;

	return devm_add_action_or_reset(db->dev, doorbell_dispose_mapping, db);
}

static void doorbell_cancel_unthrottle(void *data)
{
	struct irq_doorbell *db = data;

	cancel_delayed_work_sync(&db->unthrottle);
}

static int doorbell_request_rx_irq(struct irq_doorbell *db)
{
	struct platform_device *pdev = to_platform_device(db->dev);
	int ret;

	db->rx_irq = platform_get_irq(pdev, 0);
	if (db->rx_irq < 0)
		return db->rx_irq;

	ret = devm_add_action_or_reset(db->dev, doorbell_cancel_unthrottle, db);
	if (ret)
		return ret;

	/* Masked until a client asks for the receive channel */
	return devm_request_irq(db->dev, db->rx_irq, doorbell_interrupt,
				IRQF_NO_AUTOEN, dev_name(db->dev), db);
}

static void doorbell_clear_wake(void *data)
{
	struct irq_doorbell *db = data;

	dev_pm_clear_wake_irq(db->dev);
	device_init_wakeup(db->dev, false);
}

/*
 * A bell can wake the system up, and does where the device tree or the user, in
 * power/wakeup, wishes that. Any other is latched and answered after resume.
 */
static int doorbell_init_wake(struct irq_doorbell *db)
{
	int ret;

	device_set_wakeup_capable(db->dev, true);
	if (device_property_read_bool(db->dev, "wakeup-source"))
		device_wakeup_enable(db->dev);

	ret = dev_pm_set_wake_irq(db->dev, db->rx_irq);
	if (ret)
		return ret;

	return devm_add_action_or_reset(db->dev, doorbell_clear_wake, db);
}

static int doorbell_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct irq_doorbell *db;
	int ret;

	db = devm_kzalloc(dev, sizeof(*db), GFP_KERNEL);
	if (!db)
		return -ENOMEM;

	db->dev = dev;
	db->window_end = jiffies;
	spin_lock_init(&db->lock);
	INIT_DELAYED_WORK(&db->unthrottle, doorbell_unthrottle);

	ret = doorbell_map_tx_irq(db);
	if (ret)
		return dev_err_probe(dev, ret,
				     "can't map ampkit,remote-interrupt\n");

	ret = doorbell_request_rx_irq(db);
	if (ret)
		return dev_err_probe(dev, ret, "can't get the interrupt\n");

	ret = doorbell_init_wake(db);
	if (ret)
		return dev_err_probe(dev, ret, "can't become a wake-up source\n");

	db->mbox.dev = dev;
	db->mbox.ops = &doorbell_chan_ops;
	db->mbox.chans = db->chans;
	db->mbox.num_chans = DOORBELL_NUM_CHANS;
	db->mbox.of_xlate = doorbell_xlate;
	/* For clients that don't acknowledge by themselves */
	db->mbox.txdone_poll = true;
	db->mbox.txpoll_period = 1;

	ret = devm_mbox_controller_register(dev, &db->mbox);
	if (ret)
		return dev_err_probe(dev, ret, "can't register the mailbox\n");

	return 0;
}

static const struct of_device_id doorbell_of_match[] = {
	{ .compatible = "ampkit,irq-doorbell" },
	{}
};
MODULE_DEVICE_TABLE(of, doorbell_of_match);

static struct platform_driver doorbell_driver = {
	.probe = doorbell_probe,
	.driver = {
		.name = "irq_doorbell",
		.of_match_table = doorbell_of_match,
	},
};
module_platform_driver(doorbell_driver);

MODULE_DESCRIPTION("Mailbox made of two interrupt lines");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

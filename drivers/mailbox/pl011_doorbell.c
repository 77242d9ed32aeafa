// SPDX-License-Identifier: GPL-2.0
/*
 * pl011_doorbell.c - a mailbox made of a serial port's transmit interrupt
 *
 * A remote processor that can raise no interrupt of the host's can still send a
 * character by an Arm PL011 that nobody else uses: the host takes the port's
 * transmit interrupt (DDI 0183, 3.3.10 and following), and the character means
 * nothing. The way back there is none: such a remote looks at the shared memory
 * from time to time.
 *
 * While Linux is suspended, a bell wakes it if the device is enabled as a source of
 * wake-ups.
 *
 * Several remotes may share the port. Who of them has rung can't be told, so all
 * are looked at; channel n is that of remote n, and only has "rx":
 *
 *	mboxes = <&bell 0>;
 *	mbox-names = "rx";
 *
 * See dts/ampkit,pl011-doorbell.yaml for the binding.
 */

#include <linux/bitops.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/mailbox_controller.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm_wakeirq.h>
#include <linux/pm_wakeup.h>
#include <linux/property.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#define PL011_IMSC		0x38
#define PL011_MIS		0x40
#define PL011_ICR		0x44
#define PL011_INT_TX		BIT(5)
#define PL011_INT_ALL		GENMASK(10, 0)

#define BELL_NUM_CHANS		8

/*
 * A remote that rings without pause must not starve the CPU that takes its
 * interrupts: past this many bells in one window the port is masked for a tick.
 */
#define BELL_STORM_WINDOW	(HZ / 10 ?: 1)
#define BELL_STORM_BELLS	20000

/**
 * struct pl011_bell - a port that is rung by
 * @dev: the platform device, for messages
 * @regs: the port's registers
 * @irq: its interrupt
 * @mbox: the mailbox controller
 * @chans: its channels, one for each remote
 * @lock: guards @listening, @throttled and the interrupt mask
 * @listening: channels in use, a bit each
 * @throttled: masked because of a storm
 * @unthrottle: ends the masking
 * @window_end: when the present storm window ends, in jiffies; only the
 *	interrupt handler uses it and @window_bells
 * @window_bells: bells taken in the present window
 */
struct pl011_bell {
	struct device *dev;
	void __iomem *regs;
	int irq;
	struct mbox_controller mbox;
	struct mbox_chan chans[BELL_NUM_CHANS];
	spinlock_t lock;	/* listening, throttled, IMSC */
	unsigned long listening;
	bool throttled;
	struct delayed_work unthrottle;
	unsigned long window_end;
	unsigned int window_bells;
};

static void bell_update_mask(struct pl011_bell *bell)
{
	bool on = bell->listening && !bell->throttled;

	writel(on ? PL011_INT_TX : 0, bell->regs + PL011_IMSC);
}

static bool bell_storming(struct pl011_bell *bell)
{
	if (time_after(jiffies, bell->window_end)) {
		bell->window_end = jiffies + BELL_STORM_WINDOW;
		bell->window_bells = 0;
	}

	return ++bell->window_bells > BELL_STORM_BELLS;
}

static void bell_set_throttled(struct pl011_bell *bell, bool on)
{
	unsigned long flags;

	spin_lock_irqsave(&bell->lock, flags);
	bell->throttled = on;
	bell_update_mask(bell);
	spin_unlock_irqrestore(&bell->lock, flags);
}

static void bell_unthrottle(struct work_struct *work)
{
	bell_set_throttled(container_of(to_delayed_work(work),
					struct pl011_bell, unthrottle), false);
}

/* Acknowledged first: whoever rings from here on is heard once more. */
static irqreturn_t bell_interrupt(int irq, void *data)
{
	struct pl011_bell *bell = data;
	unsigned long listening;
	unsigned int i;

	if (!(readl(bell->regs + PL011_MIS) & PL011_INT_TX))
		return IRQ_NONE;
	writel(PL011_INT_TX, bell->regs + PL011_ICR);
	/* It has arrived there before the shared memory is looked at */
	readl(bell->regs + PL011_MIS);
	listening = READ_ONCE(bell->listening);

	if (bell_storming(bell)) {
		bell_set_throttled(bell, true);
		schedule_delayed_work(&bell->unthrottle, 1);
		dev_warn_ratelimited(bell->dev,
				     "bell storm, masked for a tick\n");
	}

	/* A suspend that has begun ends for this one, see wakeup_count */
	if (device_may_wakeup(bell->dev))
		pm_wakeup_event(bell->dev, 0);

	for_each_set_bit(i, &listening, BELL_NUM_CHANS)
		mbox_chan_received_data(&bell->chans[i], NULL);

	return IRQ_HANDLED;
}

/* There is nobody to ring: the remote looks by itself. */
static int bell_send_data(struct mbox_chan *chan, void *data)
{
	return -EOPNOTSUPP;
}

static bool bell_last_tx_done(struct mbox_chan *chan)
{
	return true;
}

static void bell_listen(struct mbox_chan *chan, bool on)
{
	struct pl011_bell *bell = container_of(chan->mbox, struct pl011_bell,
					       mbox);
	unsigned int i = chan - bell->chans;
	unsigned long flags;

	spin_lock_irqsave(&bell->lock, flags);
	if (on)
		bell->listening |= BIT(i);
	else
		bell->listening &= ~BIT(i);
	bell_update_mask(bell);
	spin_unlock_irqrestore(&bell->lock, flags);
}

static int bell_startup(struct mbox_chan *chan)
{
	bell_listen(chan, true);

	return 0;
}

static void bell_shutdown(struct mbox_chan *chan)
{
	struct pl011_bell *bell = container_of(chan->mbox, struct pl011_bell,
					       mbox);

	bell_listen(chan, false);
	/* The client is gone when this returns */
	synchronize_irq(bell->irq);
}

static const struct mbox_chan_ops bell_chan_ops = {
	.send_data = bell_send_data,
	.last_tx_done = bell_last_tx_done,
	.startup = bell_startup,
	.shutdown = bell_shutdown,
};

static void bell_silence(void *data)
{
	struct pl011_bell *bell = data;

	writel(0, bell->regs + PL011_IMSC);
	cancel_delayed_work_sync(&bell->unthrottle);
}

static void bell_clear_wake(void *data)
{
	struct pl011_bell *bell = data;

	dev_pm_clear_wake_irq(bell->dev);
	device_init_wakeup(bell->dev, false);
}

/*
 * A bell can wake the system up, and does where the device tree or the user, in
 * power/wakeup, wishes that. Any other waits in the port until after resume.
 */
static int bell_init_wake(struct pl011_bell *bell)
{
	int ret;

	device_set_wakeup_capable(bell->dev, true);
	if (device_property_read_bool(bell->dev, "wakeup-source"))
		device_wakeup_enable(bell->dev);

	ret = dev_pm_set_wake_irq(bell->dev, bell->irq);
	if (ret)
		return ret;

	return devm_add_action_or_reset(bell->dev, bell_clear_wake, bell);
}

static int bell_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct pl011_bell *bell;
	int ret;

	bell = devm_kzalloc(dev, sizeof(*bell), GFP_KERNEL);
	if (!bell)
		return -ENOMEM;

	bell->dev = dev;
	bell->window_end = jiffies;
	spin_lock_init(&bell->lock);
	INIT_DELAYED_WORK(&bell->unthrottle, bell_unthrottle);

	bell->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(bell->regs))
		return dev_err_probe(dev, PTR_ERR(bell->regs),
				     "can't map the registers\n");

	writel(0, bell->regs + PL011_IMSC);
	writel(PL011_INT_ALL, bell->regs + PL011_ICR);
	ret = devm_add_action_or_reset(dev, bell_silence, bell);
	if (ret)
		return ret;

	bell->irq = platform_get_irq(pdev, 0);
	if (bell->irq < 0)
		return dev_err_probe(dev, bell->irq,
				     "can't get the interrupt\n");
	ret = devm_request_irq(dev, bell->irq, bell_interrupt, 0, dev_name(dev),
			       bell);
	if (ret)
		return dev_err_probe(dev, ret, "can't get the interrupt\n");

	ret = bell_init_wake(bell);
	if (ret)
		return dev_err_probe(dev, ret, "can't become a wake-up source\n");

	bell->mbox.dev = dev;
	bell->mbox.chans = bell->chans;
	bell->mbox.num_chans = BELL_NUM_CHANS;
	bell->mbox.ops = &bell_chan_ops;
	bell->mbox.txdone_poll = true;

	return devm_mbox_controller_register(dev, &bell->mbox);
}

static const struct of_device_id bell_of_match[] = {
	{ .compatible = "ampkit,pl011-doorbell" },
	{}
};
MODULE_DEVICE_TABLE(of, bell_of_match);

static struct platform_driver bell_driver = {
	.probe = bell_probe,
	.driver = {
		.name = "pl011_doorbell",
		.of_match_table = bell_of_match,
	},
};
module_platform_driver(bell_driver);

MODULE_DESCRIPTION("Mailbox made of a serial port's transmit interrupt");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

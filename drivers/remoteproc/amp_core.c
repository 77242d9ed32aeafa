// SPDX-License-Identifier: GPL-2.0
/*
 * amp_core.c - a remote core as the remoteproc core sees it
 *
 * Start, stop and kick. Which image may run and how it is loaded stands in
 * amp_image.c, the carveouts in amp_memory.c, what passes between host and
 * remote in the relay, and how a core is held in reset with its SoC.
 */

#include <linux/device.h>
#include <linux/firmware.h>
#include <linux/mailbox_controller.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/pm_wakeup.h>
#include <linux/property.h>
#include <linux/remoteproc.h>

#include "amp_rproc.h"
#include "rproc_relay.h"

#define CREATE_TRACE_POINTS
#include "amp_trace.h"

/* How long a stop waits for the image to finish, unless it is set; ms */
#define AMP_SHUTDOWN_MS		1000

/* A crash was reported of one that runs, and that nobody is attached to. */
static bool amp_is_somebodys(const struct amp_core *core)
{
	return core->rproc->state == RPROC_CRASHED && !core->engaged;
}

/* One that somebody else started, and that we are not attached to. */
static bool amp_is_not_ours(const struct amp_core *core)
{
	return core->rproc->state == RPROC_DETACHED || amp_is_somebodys(core);
}

static int amp_prepare(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;

	if (READ_ONCE(core->removing))
		return -ESHUTDOWN;

	/* We are the first user, whatever stops in vain have made of the count */
	atomic_set(&rproc->power, 1);
	if (amp_is_somebodys(core)) {
		/* Loading an image to where one runs would spoil that */
		rproc->state = RPROC_DETACHED;
		dev_err(core->dev,
			"core %u still runs: start it once more to attach to it\n",
			core->id);
		return -EAGAIN;
	}

	amp_recovery_prepare(core);
	/* The core has freed what was there, and would once more */
	rproc->clean_table = NULL;

	return 0;
}

static int amp_unprepare(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;

	/* Its start was taken back, and it could not be stopped */
	if (core->engaged) {
		core->engaged = false;
		amp_farewell_disarm(core);
		amp_recovery_fail(core);
	}
	amp_ctrl_unbind(core);
	rproc_relay_unload(core->relay);
	core->wire_table = NULL;
	/* It was the relay's; after an attach that failed the core keeps it */
	rproc->table_ptr = NULL;
	rproc->table_sz = 0;
	amp_recovery_forget(core);

	return 0;
}

/* In reset, and quiet: from here on it writes nowhere. */
static int amp_halt(struct amp_core *core)
{
	const struct amp_reset_ops *reset = core->cluster->soc->reset;
	int ret;

	ret = reset->assert(core->cluster, core->id);
	if (!ret)
		ret = reset->settle(core->cluster, core->id, false);
	if (ret)
		dev_err(core->dev, "core %u does not stop: %d\n", core->id, ret);

	return ret;
}

static int amp_release(struct amp_core *core)
{
	const struct amp_reset_ops *reset = core->cluster->soc->reset;
	int ret;

	ret = reset->release(core->cluster, core->id, core->rproc->bootaddr);
	if (!ret)
		ret = reset->settle(core->cluster, core->id, true);
	if (ret)
		dev_err(core->dev, "core %u does not start: %d\n", core->id,
			ret);

	return ret;
}

/**
 * amp_reset_detached() - put a remote in reset that nobody is attached to
 * @core: the remote core
 *
 * For one that ran before the driver and can't be attached to, because it has
 * spoilt its resource table, say: no other way leads to a start.
 *
 * Context: may sleep; takes the remote's lock.
 * Return: 0, -EBUSY if it is not detached, or another negative errno.
 */
int amp_reset_detached(struct amp_core *core)
{
	struct rproc *rproc = core->rproc;
	int ret;

	ret = mutex_lock_interruptible(&rproc->lock);
	if (ret)
		return ret;

	if (amp_is_not_ours(core))
		ret = amp_halt(core);
	else
		ret = -EBUSY;
	if (!ret)
		rproc->state = RPROC_OFFLINE;
	mutex_unlock(&rproc->lock);

	return ret;
}

static int amp_start(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;
	int ret;

	amp_ctrl_clear(core);
	rproc_relay_start(core->relay, core->wire_table);

	ret = amp_release(core);
	if (!ret)
		ret = amp_ctrl_wait_ready(core);
	trace_amp_start(rproc->index, rproc->bootaddr, ret);
	if (ret) {
		amp_halt(core);
		rproc_relay_stop(core->relay);
		return ret;
	}

	core->engaged = true;
	amp_farewell_arm(core);
	amp_ctrl_start_watch(core);
	amp_recovery_done(core);

	return 0;
}

/**
 * amp_forget_crash() - drop a crash that was reported, but not looked at yet
 * @rproc: the remote, about to be stopped or left alone
 *
 * It is not one of the next life's. The work that looks at it may be the one
 * that stops.
 *
 * Context: under the remote's lock.
 */
void amp_forget_crash(struct rproc *rproc)
{
	if (cancel_work(&rproc->crash_handler))
		pm_relax(rproc->dev.parent);
}

/*
 * The core has freed the clean copy of an attached remote's table, and goes on with
 * another one: that is the clean one now, for the stop or detach to come.
 */
static void amp_keep_table(struct amp_core *core)
{
	struct rproc *rproc = core->rproc;

	if (rproc->state != RPROC_ATTACHED || !rproc->cached_table)
		return;

	rproc->clean_table = rproc->cached_table;
	rproc->cached_table = NULL;
	rproc->table_ptr = rproc_relay_table(core->relay);
}

static int amp_stop(struct rproc *rproc)
{
	bool crashed = rproc->state == RPROC_CRASHED;
	struct amp_core *core = rproc->priv;
	int ret;

	/* Its crash was reported before it was left alone, or by somebody else */
	if (amp_is_somebodys(core)) {
		rproc->state = RPROC_DETACHED;
		return -ENODEV;
	}

	amp_ctrl_stop_watch(core);
	amp_forget_crash(rproc);

	/* The second is of an attach that the core takes back */
	if ((amp_stays(core) && !crashed) || rproc->state == RPROC_DETACHED)
		return amp_detach(rproc);

	if (crashed)
		amp_ctrl_log_crash(core);
	else
		amp_ctrl_shut_down(core);

	ret = amp_halt(core);
	trace_amp_stop(rproc->index, crashed, ret);
	if (ret) {
		amp_keep_table(core);
		return ret;
	}

	core->engaged = false;
	amp_farewell_disarm(core);
	rproc_relay_stop(core->relay);
	if (crashed)
		amp_recovery_begin(core);
	else if (rproc->state == RPROC_OFFLINE)
		amp_recovery_fail(core);

	return 0;
}

static void amp_kick(struct rproc *rproc, int notifyid)
{
	struct amp_core *core = rproc->priv;

	rproc_relay_kick(core->relay, notifyid);
}

static void *amp_da_to_va(struct rproc *rproc, u64 da, size_t len,
			  bool *is_iomem)
{
	const struct amp_region *region = amp_find_range(rproc->priv, da, len);

	return region ? region->va + (da - region->da) : NULL;
}

static struct resource_table *
amp_find_loaded_rsc_table(struct rproc *rproc, const struct firmware *fw)
{
	struct amp_core *core = rproc->priv;

	return rproc_relay_table(core->relay);
}

/*
 * A remote that runs on would write to memory that a new kernel believes its
 * own; one that was there before us has its own idea of that. No lock is taken:
 * its holder may have died with it.
 */
static unsigned long amp_panic(struct rproc *rproc)
{
	struct amp_core *core = rproc->priv;
	struct amp_cluster *cluster = core->cluster;

	if (rproc->state == RPROC_ATTACHED || rproc->state == RPROC_DETACHED)
		return 0;

	cluster->soc->reset->assert(cluster, core->id);

	return 0;
}

/* Vendors' entries that we don't know are skipped, without a warning each time. */
static int amp_handle_rsc(struct rproc *rproc, u32 type, void *rsc, int offset,
			  int avail)
{
	if (type == AMPKIT_RSC_CTRL)
		amp_ctrl_bind(rproc->priv, rsc, max(avail, 0));
	else
		dev_dbg(&rproc->dev, "vendor resource %u skipped\n", type);

	return RSC_HANDLED;
}

static const struct rproc_ops amp_rproc_ops = {
	.prepare = amp_prepare,
	.unprepare = amp_unprepare,
	.start = amp_start,
	.stop = amp_stop,
	.attach = amp_attach,
	.detach = amp_detach,
	.get_loaded_rsc_table = amp_get_loaded_rsc_table,
	.kick = amp_kick,
	.da_to_va = amp_da_to_va,
	.sanity_check = amp_sanity_check,
	.get_boot_addr = amp_get_boot_addr,
	.parse_fw = amp_parse_fw,
	.load = amp_load,
	.find_loaded_rsc_table = amp_find_loaded_rsc_table,
	.handle_rsc = amp_handle_rsc,
	.panic = amp_panic,
	.coredump = amp_coredump,
};

static void fill_relay_region(struct rproc_relay_region *to,
			      const struct amp_region *from, u32 da, u32 len)
{
	to->va = from->va + (da - from->da);
	to->da = da;
	to->len = len;
}

static int amp_relay_find_region(void *priv, const char *name,
				 struct rproc_relay_region *region)
{
	const struct amp_region *found = amp_find_region(priv, name);

	if (!found)
		return -ENOENT;

	fill_relay_region(region, found, found->da, found->len);
	return 0;
}

static int amp_relay_find_range(void *priv, u32 da, u32 len,
				struct rproc_relay_region *region)
{
	const struct amp_region *found = amp_find_range(priv, da, len);

	if (!found)
		return -ENOENT;

	fill_relay_region(region, found, da, len);
	return 0;
}

/**
 * amp_ring_bell() - ring the remote's bell
 * @core: the remote core
 *
 * Context: any.
 */
void amp_ring_bell(struct amp_core *core)
{
	amp_bell_ring(&core->bell);
}

static void amp_relay_ring_bell(void *priv)
{
	amp_ring_bell(priv);
}

/*
 * A message that comes while others are being delivered comes without a bell,
 * and without what the mailbox does of it. A suspend ends for it all the same;
 * afterwards nobody would ring again.
 */
static void amp_relay_delivered(void *priv)
{
	struct amp_core *core = priv;
	struct device *mailbox = core->bell.rx.chan->mbox->dev;

	if (device_may_wakeup(mailbox))
		pm_wakeup_hard_event(mailbox);
}

static const struct rproc_relay_ops amp_relay_ops = {
	.find_region = amp_relay_find_region,
	.find_range = amp_relay_find_range,
	.ring_bell = amp_relay_ring_bell,
	.delivered = amp_relay_delivered,
};

static void amp_hear_bell(void *priv)
{
	struct amp_core *core = priv;

	amp_ctrl_bell(core);
	rproc_relay_bell(core->relay);
}

static void amp_free_bell(void *bell)
{
	amp_bell_free(bell);
}

/*
 * The mailbox core takes its channels from under clients that outlive a mailbox.
 * The device tree's links are good for the first life of a device only.
 */
static int amp_depend_on(struct amp_core *core, const struct mbox_chan *chan)
{
	struct device *mailbox;

	if (!chan)
		return 0;

	mailbox = chan->mbox->dev;
	if (device_link_add(core->dev, mailbox, DL_FLAG_AUTOPROBE_CONSUMER))
		return 0;

	return dev_err_probe(core->dev, -EINVAL, "can't depend on mailbox %s\n",
			     dev_name(mailbox));
}

static int amp_init_bell(struct amp_core *core)
{
	int lines = of_count_phandle_with_args(core->dev->of_node, "mboxes",
					       "#mbox-cells");
	int ret;

	/* One that is alone is "rx": this remote can't be rung */
	ret = amp_bell_init(&core->bell, core->dev, lines != 1, amp_hear_bell,
			    core);
	if (ret)
		return ret;

	ret = devm_add_action_or_reset(core->dev, amp_free_bell, &core->bell);
	if (ret)
		return ret;

	ret = amp_depend_on(core, core->bell.tx.chan);
	if (ret)
		return ret;

	return amp_depend_on(core, core->bell.rx.chan);
}

/* With a signal pending, the core gives up the lock at once each time. */
static void amp_wait_for_lock(struct rproc *rproc)
{
	mutex_lock(&rproc->lock);
	mutex_unlock(&rproc->lock);
}

/*
 * rproc_del() stops a remote once, but it may have been started more often
 * than that, and only the last shutdown puts it in reset.
 */
static void amp_stop_for_all(struct rproc *rproc)
{
	int ret;

	while (atomic_read(&rproc->power) > 0) {
		ret = rproc_shutdown(rproc);
		if (ret == -EINTR)
			amp_wait_for_lock(rproc);
		else if (ret)
			break;
	}
}

static void amp_shut_down(void *data)
{
	struct amp_core *core = data;

	WRITE_ONCE(core->removing, true);
	/* It has no reference, and the core does not cancel it */
	cancel_work_sync(&core->rproc->attach_work);
	amp_recovery_end(core);
	amp_stop_for_all(core->rproc);

	/* A crash on the way down is followed up by nobody */
	cancel_work_sync(&core->rproc->crash_handler);
	amp_recovery_end(core);
	/* That may have been a recovery, which counts no users until it is through */
	amp_stop_for_all(core->rproc);

	/* Also when the core believes it offline: it must not run unattended */
	if (!amp_is_not_ours(core) && !core->leave_running)
		amp_halt(core);
}

static int amp_read_farewell(struct amp_core *core)
{
	const char *channel;
	u32 message;
	int ret;

	if (device_property_read_string(core->dev, "ampkit,shutdown-channel",
					&channel))
		return 0;

	ret = device_property_read_u32(core->dev, "ampkit,shutdown-message",
				       &message);
	if (!ret)
		ret = amp_farewell_set(core, channel, message);
	if (ret)
		return dev_err_probe(core->dev, ret,
				     "bad shutdown channel or message\n");

	return 0;
}

/* What may be absent, but is to be a number if it is there. */
static int amp_read_shutdown_timeout(struct amp_core *core)
{
	int ret;

	core->shutdown_ms = AMP_SHUTDOWN_MS;
	ret = device_property_read_u32(core->dev, "ampkit,shutdown-timeout-ms",
				       &core->shutdown_ms);
	if (ret && ret != -EINVAL)
		return dev_err_probe(core->dev, ret,
				     "ampkit,shutdown-timeout-ms is no number\n");

	if (core->shutdown_ms > AMP_MAX_SHUTDOWN_MS)
		return dev_err_probe(core->dev, -EINVAL,
				     "ampkit,shutdown-timeout-ms is %u, %u is the most\n",
				     core->shutdown_ms, AMP_MAX_SHUTDOWN_MS);

	return 0;
}

static int amp_read_firmware_name(struct device *dev, const char **name)
{
	int ret;

	*name = NULL;
	ret = device_property_read_string(dev, "firmware-name", name);
	if (ret && ret != -EINVAL)
		return dev_err_probe(dev, ret, "firmware-name is no string\n");

	return 0;
}

static int amp_read_properties(struct amp_core *core)
{
	int ret;

	ret = device_property_read_u32(core->dev, "reg", &core->id);
	if (ret)
		return dev_err_probe(core->dev, ret, "no core number in reg\n");

	if (core->id >= core->cluster->soc->num_cores)
		return dev_err_probe(core->dev, -EINVAL,
				     "there is no core %u\n", core->id);

	ret = amp_read_shutdown_timeout(core);
	if (ret)
		return ret;

	return amp_read_farewell(core);
}

static int amp_find_state(struct amp_core *core)
{
	int ret = core->cluster->soc->reset->is_released(core->cluster,
							 core->id);

	if (ret < 0)
		return dev_err_probe(core->dev, ret,
				     "can't tell whether core %u runs\n",
				     core->id);

	core->rproc->state = ret ? RPROC_DETACHED : RPROC_OFFLINE;

	return 0;
}

static int amp_core_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *firmware;
	struct amp_core *core;
	struct rproc *rproc;
	int ret;

	ret = amp_read_firmware_name(dev, &firmware);
	if (ret)
		return ret;

	rproc = devm_rproc_alloc(dev, dev_name(dev), &amp_rproc_ops, firmware,
				 sizeof(*core));
	if (!rproc)
		return -ENOMEM;

	core = rproc->priv;
	core->dev = dev;
	core->rproc = rproc;
	core->cluster = amp_cluster_of(dev);
	if (!core->cluster)
		return dev_err_probe(dev, -EINVAL,
				     "the node is not below one of remote cores\n");
	platform_set_drvdata(pdev, core);
	rproc->auto_boot = device_property_read_bool(dev, "ampkit,auto-boot");
	amp_ctrl_init(core);
	amp_farewell_init(core);
	amp_recovery_init(core);

	ret = amp_read_properties(core);
	if (ret)
		return ret;

	ret = amp_memory_init(core);
	if (ret)
		return ret;

	ret = amp_find_state(core);
	if (ret)
		return ret;

	core->relay = devm_rproc_relay_alloc(dev, rproc, &amp_relay_ops, core);
	if (IS_ERR(core->relay))
		return dev_err_probe(dev, PTR_ERR(core->relay),
				     "can't make a relay\n");

	ret = amp_init_bell(core);
	if (ret)
		return ret;

	ret = devm_rproc_add(dev, rproc);
	if (ret)
		return dev_err_probe(dev, ret, "can't add the remote\n");

	rproc_relay_debugfs(core->relay);

	return devm_add_action_or_reset(dev, amp_shut_down, core);
}

/* From here on the mailbox hears of each message, and may be woken by it */
static int amp_core_suspend(struct device *dev)
{
	struct amp_core *core = dev_get_drvdata(dev);

	rproc_relay_settle(core->relay);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(amp_core_pm_ops, amp_core_suspend, NULL);

static const struct of_device_id amp_core_of_match[] = {
	{ .compatible = "xlnx,zynqmp-a53-remote" },
	{ .compatible = "xlnx,versal-r5f-remote" },
	{}
};
MODULE_DEVICE_TABLE(of, amp_core_of_match);

struct platform_driver amp_core_driver = {
	.probe = amp_core_probe,
	.driver = {
		.name = "amp_core",
		.of_match_table = amp_core_of_match,
		.dev_groups = amp_core_groups,
		.pm = pm_sleep_ptr(&amp_core_pm_ops),
	},
};

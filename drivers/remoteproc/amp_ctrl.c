// SPDX-License-Identifier: GPL-2.0
/*
 * amp_ctrl.c - the host's side of the control block
 *
 * What an image may tell us beside rpmsg, and we it: that it is ready, that it
 * is alive, that it shall finish, and why it died. See include/ampkit/ctrl.h
 * for the layout. An image without the entry, or with one that we don't know,
 * is run without all that.
 *
 * The block lies in the remote's memory: each field is read once, and none of
 * them leads anywhere.
 */

#include <linux/ctype.h>
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/remoteproc.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "amp_rproc.h"
#include "amp_trace.h"

/* How often a state that is waited for is looked at, us */
#define AMP_CTRL_POLL		200

/* How long an image may take until it is ready, ms */
#define AMP_CTRL_READY_BOUND	5000

/* A remote that misses so many heartbeats in a row is hung */
#define AMP_CTRL_MAX_MISSES	4

static u32 ctrl_state(struct amp_core *core)
{
	return READ_ONCE(core->ctrl->state);
}

static bool ctrl_has(const struct amp_core *core, u32 feature)
{
	return core->ctrl && (core->ctrl_info.features & feature);
}

/**
 * amp_ctrl_bind() - take over the control block's entry of a resource table
 * @core: the remote core
 * @body: the entry's body, in our copy of the table; needs no alignment
 * @len: bytes there
 *
 * Context: under the remote's lock.
 */
void amp_ctrl_bind(struct amp_core *core, const void *body, size_t len)
{
	struct ampkit_rsc_ctrl *info = &core->ctrl_info;
	const struct amp_region *region;

	if (core->ctrl || len < sizeof(*info))
		return;
	memcpy(info, body, sizeof(*info));

	if (info->magic != AMPKIT_CTRL_MAGIC ||
	    info->version != AMPKIT_CTRL_VERSION) {
		dev_info(core->dev, "control block of version %u ignored\n",
			 info->version);
		return;
	}

	region = amp_find_range(core, info->da, info->len);
	if (!region || !amp_placeable(core, info->da, info->len) ||
	    info->len < sizeof(*core->ctrl) || !IS_ALIGNED(info->da, 8)) {
		dev_warn(core->dev,
			 "control block at %#x (%u bytes) ignored: it lies outside the carveouts\n",
			 info->da, info->len);
		return;
	}

	info->heartbeat_ms = clamp(info->heartbeat_ms, AMPKIT_CTRL_HEARTBEAT_MIN,
				   AMPKIT_CTRL_HEARTBEAT_MAX);
	core->ctrl = region->va + (info->da - region->da);
}

/**
 * amp_ctrl_unbind() - forget the control block
 * @core: the remote core, stopped
 *
 * Context: under the remote's lock.
 */
void amp_ctrl_unbind(struct amp_core *core)
{
	core->ctrl = NULL;
	memset(&core->ctrl_info, 0, sizeof(core->ctrl_info));
}

/**
 * amp_ctrl_clear() - let nothing of an earlier life be taken for this one's
 * @core: the remote core, in reset
 *
 * Context: under the remote's lock.
 */
void amp_ctrl_clear(struct amp_core *core)
{
	if (!core->ctrl)
		return;

	WRITE_ONCE(core->ctrl->state, AMPKIT_CTRL_STARTING);
	WRITE_ONCE(core->ctrl->heartbeat, 0);
	WRITE_ONCE(core->ctrl->request, AMPKIT_CTRL_NO_REQUEST);
}

/**
 * amp_ctrl_wait_ready() - wait until the image says that it is ready
 * @core: the remote core, released
 *
 * Context: may sleep; under the remote's lock.
 * Return: 0, -ETIMEDOUT, or -EIO if it crashed instead; with a message.
 */
int amp_ctrl_wait_ready(struct amp_core *core)
{
	u32 state;
	int ret;

	if (!ctrl_has(core, AMPKIT_CTRL_F_READY))
		return 0;

	ret = read_poll_timeout(ctrl_state, state, state, AMP_CTRL_POLL,
				AMP_CTRL_READY_BOUND * USEC_PER_MSEC, false,
				core);
	if (ret) {
		dev_err(core->dev, "the image does not get ready\n");
		return ret;
	}
	if (state == AMPKIT_CTRL_CRASHED) {
		amp_ctrl_log_crash(core);
		return -EIO;
	}

	return 0;
}

/**
 * amp_ctrl_can_shut_down() - whether the image can be asked to finish
 * @core: the remote core
 *
 * Context: under the remote's lock.
 * Return: true if amp_ctrl_shut_down() may do something.
 */
bool amp_ctrl_can_shut_down(const struct amp_core *core)
{
	return ctrl_has(core, AMPKIT_CTRL_F_SHUTDOWN);
}

/**
 * amp_ctrl_shut_down() - ask the remote to finish, and wait until it has
 * @core: the remote core, running
 *
 * Whatever the remote does of it, this returns within the bound that is set.
 *
 * Context: may sleep; under the remote's lock.
 */
void amp_ctrl_shut_down(struct amp_core *core)
{
	unsigned int bound = READ_ONCE(core->shutdown_ms);
	u32 state;

	if (!amp_ctrl_can_shut_down(core) || !bound ||
	    ctrl_state(core) != AMPKIT_CTRL_READY)
		return;

	WRITE_ONCE(core->ctrl->request, AMPKIT_CTRL_SHUTDOWN);
	amp_ring_bell(core);

	if (read_poll_timeout(ctrl_state, state, state != AMPKIT_CTRL_READY,
			      AMP_CTRL_POLL, bound * USEC_PER_MSEC, false,
			      core))
		dev_warn(core->dev,
			 "no answer to the shutdown request in %u ms\n", bound);
}

static bool ctrl_says_crashed(const struct amp_core *core)
{
	return ctrl_has(core, AMPKIT_CTRL_F_CRASH) &&
	       READ_ONCE(core->ctrl->state) == AMPKIT_CTRL_CRASHED;
}

/* Once for each life: bells go on, and each report holds off a suspend. */
static void report_crash(struct amp_core *core, enum rproc_crash_type type)
{
	if (atomic_xchg(&core->reported, 1))
		return;

	trace_amp_crash(core->rproc->index, type);
	rproc_report_crash(core->rproc, type);
}

/* Silent for too long? Called once a period. */
static bool ctrl_is_hung(struct amp_core *core)
{
	u32 beat;

	if (!ctrl_has(core, AMPKIT_CTRL_F_HEARTBEAT))
		return false;

	beat = READ_ONCE(core->ctrl->heartbeat);
	if (beat != core->last_beat) {
		core->last_beat = beat;
		core->missed_beats = 0;
		return false;
	}

	return ++core->missed_beats >= AMP_CTRL_MAX_MISSES;
}

static void queue_watch(struct amp_core *core)
{
	queue_delayed_work(system_freezable_wq, &core->watch,
			   msecs_to_jiffies(core->ctrl_info.heartbeat_ms));
}

static void ctrl_watch(struct work_struct *work)
{
	struct amp_core *core = container_of(to_delayed_work(work),
					     struct amp_core, watch);

	if (ctrl_says_crashed(core)) {
		report_crash(core, RPROC_FATAL_ERROR);
	} else if (ctrl_is_hung(core)) {
		dev_err(core->dev, "no heartbeat in %u ms\n",
			AMP_CTRL_MAX_MISSES * core->ctrl_info.heartbeat_ms);
		report_crash(core, RPROC_WATCHDOG);
	} else {
		queue_watch(core);
	}
}

/**
 * amp_ctrl_init() - set up what outlives a remote's lives
 * @core: the remote core
 */
void amp_ctrl_init(struct amp_core *core)
{
	INIT_DELAYED_WORK(&core->watch, ctrl_watch);
	spin_lock_init(&core->watch_lock);
}

static void set_watched(struct amp_core *core, bool watched)
{
	unsigned long flags;

	spin_lock_irqsave(&core->watch_lock, flags);
	core->watched = watched;
	spin_unlock_irqrestore(&core->watch_lock, flags);
}

/**
 * amp_ctrl_start_watch() - watch over the remote from now on
 * @core: the remote core, running
 *
 * Context: may sleep; under the remote's lock.
 */
void amp_ctrl_start_watch(struct amp_core *core)
{
	atomic_set(&core->reported, 0);
	if (!core->ctrl)
		return;

	core->last_beat = READ_ONCE(core->ctrl->heartbeat);
	core->missed_beats = 0;
	set_watched(core, true);
	queue_watch(core);
	/* Who crashed before that has rung in vain */
	amp_ctrl_bell(core);
}

/**
 * amp_ctrl_stop_watch() - end the watch
 * @core: the remote core
 *
 * Context: may sleep; under the remote's lock, which the work never takes.
 */
void amp_ctrl_stop_watch(struct amp_core *core)
{
	set_watched(core, false);
	cancel_delayed_work_sync(&core->watch);
}

/**
 * amp_ctrl_bell() - the remote has rung: perhaps to say that it crashed
 * @core: the remote core
 *
 * Context: any.
 */
void amp_ctrl_bell(struct amp_core *core)
{
	unsigned long flags;

	/*
	 * Once it is no longer watched, the block may go, and what was reported
	 * is forgotten: not while we look
	 */
	spin_lock_irqsave(&core->watch_lock, flags);
	if (core->watched && ctrl_says_crashed(core))
		report_crash(core, RPROC_FATAL_ERROR);
	spin_unlock_irqrestore(&core->watch_lock, flags);
}

/**
 * amp_ctrl_read_crash() - take a copy of the crash record
 * @core: the remote core
 * @crash: filled in; its message is terminated and printable
 *
 * Context: any; under the remote's lock.
 * Return: true if the remote has left one.
 */
bool amp_ctrl_read_crash(struct amp_core *core, struct ampkit_crash *crash)
{
	size_t i;

	if (!ctrl_says_crashed(core))
		return false;

	/* The state is what the remote writes last */
	dma_rmb();
	memcpy(crash, &core->ctrl->crash, sizeof(*crash));

	crash->message[sizeof(crash->message) - 1] = '\0';
	for (i = 0; crash->message[i]; i++)
		if (!isascii(crash->message[i]) || !isprint(crash->message[i]))
			crash->message[i] = '?';

	return true;
}

/**
 * amp_ctrl_log_crash() - say what a crashed remote has left behind
 * @core: the remote core
 *
 * Context: may sleep; under the remote's lock.
 */
void amp_ctrl_log_crash(struct amp_core *core)
{
	struct ampkit_crash crash;

	if (!amp_ctrl_read_crash(core, &crash))
		return;

	dev_err(core->dev, "crashed: %s (cause %u, pc %#llx, esr %#llx, far %#llx)\n",
		crash.message, crash.cause, crash.pc, crash.esr, crash.far);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * amp_recovery.c - what happens when a recovery fails
 *
 * The remoteproc core recovers a crashed remote by stop and start. When the
 * start fails (the image was replaced by a bad one, say), it would leave the
 * remote offline but counted as powered: a start then succeeds without booting
 * anything, and a stop fails. So the count is put aside in the stop and given
 * back in the start: what is left of a failed recovery is a plain "offline",
 * where a start by hand works. And each crash is followed up, to try again,
 * less and less often.
 */

#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/remoteproc.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "amp_rproc.h"

/* Delay of the first try, ms; doubled with each of the others */
#define AMP_RETRY_MS		200
#define AMP_MAX_RETRIES		8

/*
 * Free what the core keeps for the start of a recovery that then failed. It
 * frees that itself in any other start that fails.
 *
 * Context: under the remote's lock.
 */
static void undo_failed_recovery(struct amp_core *core)
{
	struct rproc *rproc = core->rproc;

	rproc_resource_cleanup(rproc);
	rproc->ops->unprepare(rproc);
	kfree(rproc->cached_table);
	rproc->cached_table = NULL;
	rproc->table_ptr = NULL;
	rproc->table_sz = 0;
}

/* Whether a recovery has failed since the last look. Takes it back if so. */
static bool has_failed(struct amp_core *core)
{
	struct rproc *rproc = core->rproc;
	bool failed;

	mutex_lock(&rproc->lock);
	failed = core->recovering && rproc->state == RPROC_OFFLINE;
	if (failed)
		undo_failed_recovery(core);
	mutex_unlock(&rproc->lock);

	return failed;
}

/* For how many users the remote has to run again; 0 if for none any more. */
static unsigned int users_to_serve(struct amp_core *core)
{
	struct rproc *rproc = core->rproc;
	unsigned int users = 0;

	mutex_lock(&rproc->lock);
	if (rproc->state == RPROC_OFFLINE && !core->removing &&
	    !rproc->recovery_disabled)
		users = core->owed_users;
	mutex_unlock(&rproc->lock);

	return users;
}

/* The users that the core counted before the crash are users still. */
static void return_users(struct amp_core *core, unsigned int users)
{
	struct rproc *rproc = core->rproc;

	mutex_lock(&rproc->lock);
	if (rproc->state == RPROC_RUNNING)
		atomic_add(users - 1, &rproc->power);
	mutex_unlock(&rproc->lock);
}

static void queue_retry(struct amp_core *core)
{
	queue_delayed_work(system_freezable_wq, &core->recovery,
			   msecs_to_jiffies(AMP_RETRY_MS << core->retries));
}

static void follow_up(struct work_struct *work)
{
	struct amp_core *core = container_of(to_delayed_work(work),
					     struct amp_core, recovery);
	unsigned int users;

	if (has_failed(core)) {
		queue_retry(core);
		return;
	}
	users = users_to_serve(core);
	if (!users)
		return;

	if (!rproc_boot(core->rproc)) {
		return_users(core, users);
		return;
	}

	if (++core->retries < AMP_MAX_RETRIES) {
		queue_retry(core);
		return;
	}
	dev_err(core->dev,
		"recovery given up after %u tries: start it by hand\n",
		core->retries);
}

/**
 * amp_recovery_init() - set up the follow-up of crashes
 * @core: the remote core
 */
void amp_recovery_init(struct amp_core *core)
{
	INIT_DELAYED_WORK(&core->recovery, follow_up);
}

/**
 * amp_recovery_begin() - the remote was stopped because it crashed
 * @core: the remote core
 *
 * The core starts it again next, under the same lock. Until that has worked it
 * counts as started by nobody: if it fails, anyone may start the remote. The
 * follow-up gets to look when it is over.
 *
 * Context: under the remote's lock.
 */
void amp_recovery_begin(struct amp_core *core)
{
	core->crashes++;
	core->retries = 0;
	core->recovering = true;
	core->owed_users = atomic_xchg(&core->rproc->power, 0);
	/* There is no follow-up of a remote that goes */
	if (!READ_ONCE(core->removing))
		queue_delayed_work(system_freezable_wq, &core->recovery, 0);
}

/**
 * amp_recovery_prepare() - the remote is about to be started by someone
 * @core: the remote core
 *
 * That may be before the follow-up of a failed recovery has had a look.
 *
 * Context: under the remote's lock.
 */
void amp_recovery_prepare(struct amp_core *core)
{
	if (core->recovering)
		undo_failed_recovery(core);
}

/**
 * amp_recovery_done() - the remote was started
 * @core: the remote core
 *
 * If it was the core that recovered it, those who used it before the crash are
 * its users again. Whoever else started it decides when it stops.
 *
 * Context: under the remote's lock.
 */
void amp_recovery_done(struct amp_core *core)
{
	if (core->recovering)
		atomic_set(&core->rproc->power, core->owed_users);
	core->owed_users = 0;
}

/**
 * amp_recovery_fail() - a start is taken back that amp_recovery_done() saw
 * @core: the remote core
 *
 * Context: under the remote's lock.
 */
void amp_recovery_fail(struct amp_core *core)
{
	if (core->recovering)
		core->owed_users = atomic_xchg(&core->rproc->power, 0);
}

/**
 * amp_recovery_forget() - what the core keeps for a recovery was freed
 * @core: the remote core
 *
 * Context: under the remote's lock.
 */
void amp_recovery_forget(struct amp_core *core)
{
	core->recovering = false;
}

/**
 * amp_recovery_end() - follow nothing up any more
 * @core: the remote core, being removed
 *
 * Context: may sleep; without the remote's lock.
 */
void amp_recovery_end(struct amp_core *core)
{
	cancel_delayed_work_sync(&core->recovery);
	has_failed(core);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * relay_remind.c - reminds a remote of its host
 *
 * Some firmware puts its image's table back when it starts (OpenAMP's does),
 * over what it was told meanwhile, and then waits for that. Until it shows life
 * it is told again.
 */

#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/workqueue.h>

#include "relay_internal.h"

/* First and longest delay of a look whether the remote still knows, jiffies */
#define RELAY_REMIND_MIN	(HZ / 50 ?: 1)
#define RELAY_REMIND_MAX	HZ
/* How many there are at most */
#define RELAY_REMIND_LOOKS	60
/* Which of them end the patience with a remote that ran before its host */
#define RELAY_REMIND_PULSE	3
#define RELAY_REMIND_LONG_PULSE	5
/* And which ends that with one that still does not announce anything */
#define RELAY_REMIND_GIVE_UP	6

/*
 * Whether the remote has used one of its rings since the host is there. One that
 * ran before may still be talking to the host before: then only an announcement
 * is sure to be meant for this one.
 */
static bool relay_vdev_has_life(const struct relay_vdev *vdev)
{
	unsigned int i;

	if (vdev->adopted && relay_vdev_announces(vdev))
		return READ_ONCE(vdev->ns.num);

	for (i = 0; i < vdev->num_queues; i++)
		if (READ_ONCE(vdev->queue[i].ring.passed) !=
		    vdev->queue[i].passed_before)
			return true;

	return false;
}

/*
 * Nothing is left to be said: a reset that it was told of to no purpose, because
 * its announcement was on the way, has to be taken back.
 */
static bool relay_vdev_is_well(const struct relay_vdev *vdev)
{
	return relay_vdev_has_life(vdev) &&
	       (!vdev->adopted || relay_vdev_knows(vdev));
}

/*
 * A remote that was reset and set up again between two of its looks at the
 * status has not noticed, and waits for a host that is no more. That is all that
 * can be told from outside, so it is reset once more, for a while this time, and
 * for longer if it was too busy to notice that.
 */
static bool relay_may_have_missed(struct relay_vdev *vdev)
{
	return vdev->adopted && (vdev->looks == RELAY_REMIND_PULSE ||
				 vdev->looks == RELAY_REMIND_LONG_PULSE);
}

/* True if something was said. */
static bool relay_remind_vdev(struct relay_vdev *vdev)
{
	if (vdev->looks == RELAY_REMIND_GIVE_UP)
		WRITE_ONCE(vdev->ns.awaited, false);
	if (!relay_vdev_knows(vdev)) {
		relay_vdev_publish(vdev);
		return true;
	}
	if (relay_may_have_missed(vdev)) {
		relay_vdev_unpublish(vdev);
		return true;
	}

	return false;
}

/**
 * relay_remind() - tell the remote again what it may have forgotten
 * @work: @remind of a relay
 *
 * Context: may sleep.
 */
void relay_remind(struct work_struct *work)
{
	struct rproc_relay *relay = container_of(to_delayed_work(work),
						 struct rproc_relay, remind);
	bool waiting = false, told = false;
	unsigned int i;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		if (!READ_ONCE(vdev->live) || !relay_vdev_is_open(vdev) ||
		    relay_vdev_is_well(vdev) ||
		    vdev->looks == RELAY_REMIND_LOOKS)
			continue;

		vdev->looks++;
		waiting = true;
		told |= relay_remind_vdev(vdev);
	}

	if (told)
		relay_ring_bell(relay);
	if (!waiting)
		return;

	relay->remind_delay = min(2 * relay->remind_delay,
				  (unsigned long)RELAY_REMIND_MAX);
	if (relay_is_open(relay))
		schedule_delayed_work(&relay->remind, relay->remind_delay);
}

/**
 * relay_remind_soon() - look soon whether the remote knows what it was told
 * @relay: the relay
 *
 * Context: any.
 */
void relay_remind_soon(struct rproc_relay *relay)
{
	relay->remind_delay = RELAY_REMIND_MIN;
	/* Not only when it is another vdev's turn */
	cancel_delayed_work(&relay->remind);
	schedule_delayed_work(&relay->remind, relay->remind_delay);
}

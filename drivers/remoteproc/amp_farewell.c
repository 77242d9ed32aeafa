// SPDX-License-Identifier: GPL-2.0
/*
 * amp_farewell.c - a last message for images without a control block
 *
 * Firmware that knows nothing of ours may still have a message by which it is
 * asked to finish: SHUTDOWN_MSG of the OpenAMP demos. Where the device tree or
 * sysfs names the channel and the message, a stop sends it first, and waits until
 * the remote has taken the channel back, but no longer than for any other image.
 *
 * That has to happen before the virtio devices go: in a subdevice, which are
 * stopped in reverse order, and this one is added last.
 */

#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/mutex.h>
#include <linux/remoteproc.h>
#include <linux/rpmsg.h>
#include <linux/string.h>

#include "amp_rproc.h"

/* How often the channel is looked for, us */
#define AMP_FAREWELL_POLL	500

/**
 * struct channel_search - looks for a channel below a device
 * @name: of the channel
 * @found: the channel, or NULL; the caller owns a reference
 */
struct channel_search {
	const char *name;
	struct rpmsg_device *found;
};

static bool is_channel(struct device *dev, const char *name)
{
	const struct rpmsg_device *channel;

	if (!dev->bus || strcmp(dev->bus->name, "rpmsg"))
		return false;

	channel = container_of(dev, struct rpmsg_device, dev);

	return !strcmp(channel->id.name, name);
}

/* Remote, rproc-virtio, virtio, rpmsg: no deeper than that. */
static int search_below(struct device *dev, void *data)
{
	struct channel_search *search = data;

	if (!is_channel(dev, search->name))
		return device_for_each_child(dev, data, search_below);

	get_device(dev);
	search->found = container_of(dev, struct rpmsg_device, dev);

	return 1;
}

static struct rpmsg_device *find_channel(struct amp_core *core)
{
	struct channel_search search = { .name = core->farewell.channel };

	device_for_each_child(&core->rproc->dev, &search, search_below);

	return search.found;
}

/* What the remote may answer is of no interest any more. */
static int ignore_answer(struct rpmsg_device *channel, void *data, int len,
			 void *priv, u32 src)
{
	return 0;
}

/* The lock of the virtio device is held, which itself stays until after us. */
static bool try_send(struct amp_core *core, struct rpmsg_device *channel)
{
	struct rpmsg_channel_info info = {
		.src = RPMSG_ADDR_ANY,
		.dst = channel->dst,
	};
	__le32 message = cpu_to_le32(core->farewell.message);
	struct rpmsg_endpoint *ept;
	int ret;

	/* The virtio driver has gone, and what the channel sends by with it */
	if (!channel->dev.parent->driver || !device_is_registered(&channel->dev))
		return false;

	ept = rpmsg_create_ept(channel, ignore_answer, NULL, info);
	if (!ept)
		return false;
	ret = rpmsg_trysendto(ept, &message, sizeof(message), channel->dst);
	rpmsg_destroy_ept(ept);

	return !ret;
}

/* One step of it: send what could not be sent before, look for the channel. */
static bool is_over(struct amp_core *core, bool *sent)
{
	struct rpmsg_device *channel = find_channel(core);

	if (!channel)
		return true;

	if (!*sent) {
		/* The virtio device: its driver stays meanwhile */
		device_lock(channel->dev.parent);
		*sent = try_send(core, channel);
		device_unlock(channel->dev.parent);
	}
	put_device(&channel->dev);

	return false;
}

/* @bound is in milliseconds, and not 0: that would be no bound at all. */
static void say_farewell(struct amp_core *core, unsigned int bound)
{
	bool sent = false;
	bool over;

	if (read_poll_timeout(is_over, over, over, AMP_FAREWELL_POLL,
			      bound * USEC_PER_MSEC, false, core, &sent))
		dev_warn(core->dev, "no answer to the shutdown message in %u ms\n",
			 bound);
}

/* An attached remote may only be about to be left: the core does not tell. */
static bool is_wanted(const struct amp_core *core)
{
	return core->farewell.channel[0] &&
	       core->rproc->state == RPROC_RUNNING && !amp_stays(core) &&
	       !amp_ctrl_can_shut_down(core);
}

static void farewell_stop(struct rproc_subdev *subdev, bool crashed)
{
	struct amp_core *core = container_of(subdev, struct amp_core,
					     farewell.subdev);
	unsigned int bound = READ_ONCE(core->shutdown_ms);

	mutex_lock(&core->farewell.lock);
	if (!crashed && bound && is_wanted(core))
		say_farewell(core, bound);
	mutex_unlock(&core->farewell.lock);
}

/**
 * amp_farewell_set() - choose the message
 * @core: the remote core
 * @channel: name of the channel that it is sent to, empty for no message
 * @message: sent as a little-endian word
 *
 * Context: may sleep; waits for a stop that is under way.
 * Return: 0, or -EINVAL if there can be no channel of that name.
 */
int amp_farewell_set(struct amp_core *core, const char *channel, u32 message)
{
	struct amp_farewell *farewell = &core->farewell;

	if (strlen(channel) >= sizeof(farewell->channel))
		return -EINVAL;

	mutex_lock(&farewell->lock);
	strscpy(farewell->channel, channel, sizeof(farewell->channel));
	farewell->message = message;
	mutex_unlock(&farewell->lock);

	return 0;
}

/**
 * amp_farewell_init() - no message
 * @core: the remote core
 */
void amp_farewell_init(struct amp_core *core)
{
	mutex_init(&core->farewell.lock);
	core->farewell.subdev.stop = farewell_stop;
}

/**
 * amp_farewell_arm() - have the message sent when the remote is stopped
 * @core: the remote core, about to run, its relay started
 *
 * Context: under the remote's lock.
 */
void amp_farewell_arm(struct amp_core *core)
{
	rproc_add_subdev(core->rproc, &core->farewell.subdev);
}

/**
 * amp_farewell_disarm() - undo amp_farewell_arm()
 * @core: the remote core
 *
 * Context: under the remote's lock.
 */
void amp_farewell_disarm(struct amp_core *core)
{
	rproc_remove_subdev(core->rproc, &core->farewell.subdev);
}

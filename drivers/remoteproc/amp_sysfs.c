// SPDX-License-Identifier: GPL-2.0
/*
 * amp_sysfs.c - what a user may see and set of a remote core
 *
 * In /sys/class/remoteproc/remoteprocN/device/ampkit:
 *
 *	shutdown_timeout_ms	how long a stop waits for the image to finish
 *				by itself, 0 not to ask it at all
 *	shutdown_message	"CHANNEL NUMBER", what an image without a
 *				control block is sent first; or "none"
 *	leave_running		1: the remote runs on when the driver goes, for
 *				the next one to attach to
 *	reset			1 puts a remote in reset that is detached and
 *				can't be attached to
 *	crashes			how often it crashed since the driver came
 */

#include <linux/device.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "amp_rproc.h"

static ssize_t shutdown_timeout_ms_show(struct device *dev,
					struct device_attribute *attr,
					char *buf)
{
	struct amp_core *core = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(core->shutdown_ms));
}

static ssize_t shutdown_timeout_ms_store(struct device *dev,
					 struct device_attribute *attr,
					 const char *buf, size_t count)
{
	struct amp_core *core = dev_get_drvdata(dev);
	unsigned int val;
	int ret;

	ret = kstrtouint(buf, 0, &val);
	if (ret)
		return ret;
	if (val > AMP_MAX_SHUTDOWN_MS)
		return -EINVAL;

	WRITE_ONCE(core->shutdown_ms, val);
	return count;
}
static DEVICE_ATTR_RW(shutdown_timeout_ms);

static ssize_t shutdown_message_show(struct device *dev,
				     struct device_attribute *attr, char *buf)
{
	struct amp_core *core = dev_get_drvdata(dev);
	struct amp_farewell *farewell = &core->farewell;
	ssize_t len;

	mutex_lock(&farewell->lock);
	if (farewell->channel[0])
		len = sysfs_emit(buf, "%s %#x\n", farewell->channel,
				 farewell->message);
	else
		len = sysfs_emit(buf, "none\n");
	mutex_unlock(&farewell->lock);

	return len;
}

static int set_message(struct amp_core *core, char *channel)
{
	char *number = strim(channel);
	u32 message;
	int ret;

	channel = strsep(&number, " ");
	if (!number && !strcmp(channel, "none"))
		return amp_farewell_set(core, "", 0);
	if (!number || !channel[0])
		return -EINVAL;

	ret = kstrtou32(skip_spaces(number), 0, &message);
	if (ret)
		return ret;

	return amp_farewell_set(core, channel, message);
}

static ssize_t shutdown_message_store(struct device *dev,
				      struct device_attribute *attr,
				      const char *buf, size_t count)
{
	char *copy = kstrndup(buf, count, GFP_KERNEL);
	int ret;

	if (!copy)
		return -ENOMEM;
	ret = set_message(dev_get_drvdata(dev), copy);
	kfree(copy);

	return ret ?: count;
}
static DEVICE_ATTR_RW(shutdown_message);

static ssize_t leave_running_show(struct device *dev,
				  struct device_attribute *attr, char *buf)
{
	struct amp_core *core = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%d\n", READ_ONCE(core->leave_running));
}

static ssize_t leave_running_store(struct device *dev,
				   struct device_attribute *attr,
				   const char *buf, size_t count)
{
	struct amp_core *core = dev_get_drvdata(dev);
	bool val;
	int ret;

	ret = kstrtobool(buf, &val);
	if (ret)
		return ret;

	WRITE_ONCE(core->leave_running, val);
	return count;
}
static DEVICE_ATTR_RW(leave_running);

static ssize_t reset_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	bool val;
	int ret;

	ret = kstrtobool(buf, &val);
	if (ret)
		return ret;
	if (!val)
		return -EINVAL;

	ret = amp_reset_detached(dev_get_drvdata(dev));

	return ret ?: count;
}
static DEVICE_ATTR_WO(reset);

static ssize_t crashes_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct amp_core *core = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(core->crashes));
}
static DEVICE_ATTR_RO(crashes);

static struct attribute *amp_core_attrs[] = {
	&dev_attr_shutdown_timeout_ms.attr,
	&dev_attr_shutdown_message.attr,
	&dev_attr_leave_running.attr,
	&dev_attr_reset.attr,
	&dev_attr_crashes.attr,
	NULL
};

static const struct attribute_group amp_core_group = {
	.name = "ampkit",
	.attrs = amp_core_attrs,
};

const struct attribute_group *amp_core_groups[] = {
	&amp_core_group,
	NULL
};

// SPDX-License-Identifier: GPL-2.0
/*
 * amp_sysfs.c - what a user may see and set of a remote core
 *
 * In /sys/class/remoteproc/remoteprocN/device/ampkit:
 *
 *	shutdown_timeout_ms	how long a stop waits for the image to finish
 *				by itself, 0 not to ask it at all
 *	leave_running		1: the remote runs on when the driver goes, for
 *				the next one to attach to
 *	crashes			how often it crashed since the driver came
 */

#include <linux/device.h>
#include <linux/sysfs.h>

#include "amp_rproc.h"

/* Longest wait for a shutdown, ms: a stop must return some day */
#define AMP_MAX_SHUTDOWN_MS	60000

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

static ssize_t crashes_show(struct device *dev, struct device_attribute *attr,
			    char *buf)
{
	struct amp_core *core = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(core->crashes));
}
static DEVICE_ATTR_RO(crashes);

static struct attribute *amp_core_attrs[] = {
	&dev_attr_shutdown_timeout_ms.attr,
	&dev_attr_leave_running.attr,
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

// SPDX-License-Identifier: GPL-2.0
/*
 * What an endpoint device shows in /sys/class/rpmsg/rpmsgN: its name and
 * addresses as existing programs look for them; the bounds of its receive
 * queue and what becomes of messages beyond them; and in statistics/ what went
 * through it.
 */

#include <linux/kstrtox.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "eptdev.h"

static ssize_t name_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return sysfs_emit(buf, "%s\n", dev_to_eptdev(dev)->chinfo.name);
}
static DEVICE_ATTR_RO(name);

/* Signed: programs know RPMSG_ADDR_ANY as -1 */
static ssize_t src_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%d\n", (int)dev_to_eptdev(dev)->chinfo.src);
}
static DEVICE_ATTR_RO(src);

static ssize_t dst_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%d\n", (int)dev_to_eptdev(dev)->chinfo.dst);
}
static DEVICE_ATTR_RO(dst);

static int eptdev_parse_bound(const char *buf, u32 *bound, u32 most)
{
	int ret = kstrtou32(buf, 0, bound);

	if (ret)
		return ret;

	return *bound && *bound <= most ? 0 : -EINVAL;
}

static ssize_t queue_messages_show(struct device *dev,
				   struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", dev_to_eptdev(dev)->queue.max_msgs);
}

static ssize_t queue_messages_store(struct device *dev,
				    struct device_attribute *attr,
				    const char *buf, size_t count)
{
	u32 bound;
	int ret;

	ret = eptdev_parse_bound(buf, &bound, RPMSG_EPTDEV_MAX_MSGS);
	if (!ret)
		ret = rpmsg_eptdev_resize(dev_to_eptdev(dev), bound, 0);

	return ret ?: count;
}
static DEVICE_ATTR_RW(queue_messages);

static ssize_t queue_bytes_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", dev_to_eptdev(dev)->queue.max_bytes);
}

static ssize_t queue_bytes_store(struct device *dev,
				 struct device_attribute *attr,
				 const char *buf, size_t count)
{
	u32 bound;
	int ret;

	ret = eptdev_parse_bound(buf, &bound, RPMSG_EPTDEV_MAX_BYTES);
	if (!ret)
		ret = rpmsg_eptdev_resize(dev_to_eptdev(dev), 0, bound);

	return ret ?: count;
}
static DEVICE_ATTR_RW(queue_bytes);

static const char *const overflow_names[] = {
	[RPMSG_EPT_OVERFLOW_DROP] = "drop",
	[RPMSG_EPT_OVERFLOW_HOLD] = "hold",
};

static ssize_t overflow_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	bool hold = test_bit(EPTDEV_HOLD, &dev_to_eptdev(dev)->flags);

	return sysfs_emit(buf, "%s\n", overflow_names[hold]);
}

static ssize_t overflow_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	int which = sysfs_match_string(overflow_names, buf);
	int ret;

	if (which < 0)
		return which;

	ret = rpmsg_eptdev_set_overflow(dev_to_eptdev(dev),
					which == RPMSG_EPT_OVERFLOW_HOLD);
	return ret ?: count;
}
static DEVICE_ATTR_RW(overflow);

static ssize_t announce_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	return sysfs_emit(buf, "%d\n", test_bit(EPTDEV_ANNOUNCE,
						&dev_to_eptdev(dev)->flags));
}

static ssize_t announce_store(struct device *dev, struct device_attribute *attr,
			      const char *buf, size_t count)
{
	bool announce;
	int ret;

	ret = kstrtobool(buf, &announce);
	if (ret)
		return ret;

	assign_bit(EPTDEV_ANNOUNCE, &dev_to_eptdev(dev)->flags, announce);
	return count;
}
static DEVICE_ATTR_RW(announce);

static struct attribute *eptdev_attrs[] = {
	&dev_attr_name.attr,
	&dev_attr_src.attr,
	&dev_attr_dst.attr,
	&dev_attr_queue_messages.attr,
	&dev_attr_queue_bytes.attr,
	&dev_attr_overflow.attr,
	&dev_attr_announce.attr,
	NULL
};

/* Only a channel has a name that the remote knows */
static umode_t eptdev_attr_is_visible(struct kobject *kobj,
				      struct attribute *attr, int n)
{
	struct rpmsg_eptdev *eptdev = dev_to_eptdev(kobj_to_dev(kobj));

	if (attr == &dev_attr_announce.attr && !eptdev->on_channel)
		return 0;

	return attr->mode;
}

static const struct attribute_group eptdev_group = {
	.attrs = eptdev_attrs,
	.is_visible = eptdev_attr_is_visible,
};

#define EPTDEV_STAT_SHOW(_name)						\
static ssize_t _name##_show(struct device *dev,				\
			    struct device_attribute *attr, char *buf)	\
{									\
	struct msg_queue_stats stats;					\
									\
	msg_queue_get_stats(&dev_to_eptdev(dev)->queue, &stats);	\
	return sysfs_emit(buf, "%llu\n", (u64)stats._name);		\
}

EPTDEV_STAT_SHOW(received)
static DEVICE_ATTR_RO(received);

EPTDEV_STAT_SHOW(received_bytes)
static DEVICE_ATTR_RO(received_bytes);

EPTDEV_STAT_SHOW(dropped)
static DEVICE_ATTR_RO(dropped);

EPTDEV_STAT_SHOW(dropped_bytes)
static DEVICE_ATTR_RO(dropped_bytes);

EPTDEV_STAT_SHOW(taken)
static DEVICE_ATTR_RO(taken);

EPTDEV_STAT_SHOW(truncated)
static DEVICE_ATTR_RO(truncated);

EPTDEV_STAT_SHOW(discarded)
static DEVICE_ATTR_RO(discarded);

EPTDEV_STAT_SHOW(high_water)
static DEVICE_ATTR_RO(high_water);

EPTDEV_STAT_SHOW(queued)
static DEVICE_ATTR_RO(queued);

EPTDEV_STAT_SHOW(queued_bytes)
static DEVICE_ATTR_RO(queued_bytes);

static ssize_t eptdev_emit_count(char *buf, const atomic64_t *count)
{
	return sysfs_emit(buf, "%lld\n", atomic64_read(count));
}

static ssize_t sent_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return eptdev_emit_count(buf, &dev_to_eptdev(dev)->sent);
}
static DEVICE_ATTR_RO(sent);

static ssize_t sent_bytes_show(struct device *dev,
			       struct device_attribute *attr, char *buf)
{
	return eptdev_emit_count(buf, &dev_to_eptdev(dev)->sent_bytes);
}
static DEVICE_ATTR_RO(sent_bytes);

static ssize_t held_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	return eptdev_emit_count(buf, &dev_to_eptdev(dev)->held);
}
static DEVICE_ATTR_RO(held);

static struct attribute *eptdev_stat_attrs[] = {
	&dev_attr_received.attr,
	&dev_attr_received_bytes.attr,
	&dev_attr_dropped.attr,
	&dev_attr_dropped_bytes.attr,
	&dev_attr_taken.attr,
	&dev_attr_truncated.attr,
	&dev_attr_discarded.attr,
	&dev_attr_high_water.attr,
	&dev_attr_queued.attr,
	&dev_attr_queued_bytes.attr,
	&dev_attr_sent.attr,
	&dev_attr_sent_bytes.attr,
	&dev_attr_held.attr,
	NULL
};

static const struct attribute_group eptdev_stat_group = {
	.name = "statistics",
	.attrs = eptdev_stat_attrs,
};

const struct attribute_group *rpmsg_eptdev_groups[] = {
	&eptdev_group,
	&eptdev_stat_group,
	NULL
};

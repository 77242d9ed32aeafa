/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the rpmsg char driver offers to other modules: endpoint devices on any
 * rpmsg device, as rpmsg_ctrl makes them for user space.
 */

#ifndef _AMPKIT_RPMSG_CHAR_H
#define _AMPKIT_RPMSG_CHAR_H

#include <linux/rpmsg.h>

int rpmsg_chrdev_eptdev_create(struct rpmsg_device *rpdev,
			       struct device *parent,
			       struct rpmsg_channel_info chinfo);
int rpmsg_chrdev_eptdev_destroy(struct device *dev, void *data);

#endif /* _AMPKIT_RPMSG_CHAR_H */

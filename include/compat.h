/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that knows kernel versions: what older kernels lack is
 * defined here under its upstream name, so that the rest reads like code for
 * the newest. Kernel only.
 */

#ifndef _AMPKIT_COMPAT_H
#define _AMPKIT_COMPAT_H

#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/rpmsg.h>
#include <linux/version.h>

struct rproc;

/* All: exported for platform drivers, declared in the core's private header. */
irqreturn_t rproc_vq_interrupt(struct rproc *rproc, int notifyid);

/*
 * All: exported by the rpmsg core, but declared in its private header.
 * 6.12: rpmsg_class is an object; before it is a pointer. Drop the latter when
 * the floor is 6.12.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
extern const struct class rpmsg_class;
#else
extern struct class *rpmsg_class;
#define rpmsg_class (*rpmsg_class)
#endif

struct rpmsg_device *rpmsg_create_channel(struct rpmsg_device *rpdev,
					  struct rpmsg_channel_info *chinfo);
int rpmsg_release_channel(struct rpmsg_device *rpdev,
			  struct rpmsg_channel_info *chinfo);

/* 6.6: flow control of endpoints was added; drop when the floor is 6.6 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static inline void
rpmsg_ept_set_flow_cb(struct rpmsg_endpoint *ept,
		      int (*flow_cb)(struct rpmsg_device *, void *, bool))
{
	ept->flow_cb = flow_cb;
}
#else
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)

static inline void
rpmsg_ept_set_flow_cb(struct rpmsg_endpoint *ept,
		      int (*flow_cb)(struct rpmsg_device *, void *, bool))
{
}

static inline int rpmsg_set_flow_control(struct rpmsg_endpoint *ept,
					 bool pause, u32 dst)
{
	return -EOPNOTSUPP;
}
#endif

/* 6.13: hrtimer_setup() replaced hrtimer_init(); drop when the floor is 6.13 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
static inline void
hrtimer_setup(struct hrtimer *timer,
	      enum hrtimer_restart (*function)(struct hrtimer *),
	      clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#endif /* _AMPKIT_COMPAT_H */

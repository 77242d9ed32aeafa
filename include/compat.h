/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that knows kernel versions: what older kernels lack is
 * defined here under its upstream name, so that the rest reads like code for
 * the newest. Kernel only.
 */

#ifndef _AMPKIT_COMPAT_H
#define _AMPKIT_COMPAT_H

#include <linux/arm-smccc.h>
#include <linux/device.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/fs_struct.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/rpmsg.h>
#include <linux/version.h>
#include <linux/virtio_config.h>

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

/* What a transport does when the remote asks for it */
static inline int rpmsg_ept_tell_flow(struct rpmsg_device *rpdev,
				      struct rpmsg_endpoint *ept, bool pause)
{
	return ept->flow_cb(rpdev, ept->priv, pause);
}
#else
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)

static inline void
rpmsg_ept_set_flow_cb(struct rpmsg_endpoint *ept,
		      int (*flow_cb)(struct rpmsg_device *, void *, bool))
{
}

static inline int rpmsg_ept_tell_flow(struct rpmsg_device *rpdev,
				      struct rpmsg_endpoint *ept, bool pause)
{
	return -EOPNOTSUPP;
}

static inline int rpmsg_set_flow_control(struct rpmsg_endpoint *ept,
					 bool pause, u32 dst)
{
	return -EOPNOTSUPP;
}
#endif

/*
 * 6.11: find_vqs() of a virtio transport takes one array of what there is to
 * know of each queue; before these are three. For the parameters of such a
 * function, and for one queue's. Drop when the floor is 6.11.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define VIRTIO_VQS_INFO		struct virtqueue_info vqs_info[]
#define VIRTIO_VQ_INFO(_i)	vqs_info[_i]
#else
struct virtqueue_info {
	const char *name;
	vq_callback_t *callback;
	bool ctx;
};

static inline struct virtqueue_info
compat_vq_info(unsigned int i, vq_callback_t *callbacks[],
	       const char * const names[], const bool *ctx)
{
	return (struct virtqueue_info){
		.name = names[i],
		.callback = callbacks[i],
		.ctx = ctx && ctx[i],
	};
}

#define VIRTIO_VQS_INFO							\
	vq_callback_t *callbacks[], const char * const names[],		\
	const bool *ctx
#define VIRTIO_VQ_INFO(_i)	compat_vq_info(_i, callbacks, names, ctx)
#endif

/*
 * 6.11: KUnit was given memory of a user's. Without it tests that need some
 * skip. Drop when the floor is 6.11.
 */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
struct file;
struct kunit;

static inline unsigned long
kunit_vm_mmap(struct kunit *test, struct file *file, unsigned long addr,
	      unsigned long len, unsigned long prot, unsigned long flag,
	      unsigned long offset)
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

/*
 * 7.0: virtio_rpmsg_bus wants a bell for what the remote has taken at all times,
 * not only for a sender that waits. Drop when it is the floor.
 */
static inline bool compat_rpmsg_wants_tx_bells(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0);
}

/*
 * 7.2 or so: kernel threads have a file system of their own, with nothing in it,
 * unless they ask for that of programs. Drop when all have it.
 */
#ifndef scoped_with_init_fs
#define scoped_with_init_fs()
#endif

/* 7.2: flags of a device are bits; before, members. Drop when it is the floor */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
static inline void dev_set_dma_coherent(struct device *dev)
{
	dev->dma_coherent = true;
}
#endif

/*
 * All: the state of a node is asked for by a call that kernels after 6.12
 * export. It is the same call to the firmware here.
 * 6.12: the general call of the platform firmware is exported, and so are those
 * that power a processor up and down; in 6.1 none of them is. Drop the others
 * when the floor is 6.12. Vendors' kernels may have these names already.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
static inline int compat_zynqmp_pm_ask(u32 api_id, u32 node, u32 *payload)
{
#if IS_REACHABLE(CONFIG_ZYNQMP_FIRMWARE)
	return zynqmp_pm_invoke_fn(api_id, payload, 1, node);
#else
	return -ENODEV;
#endif
}
#else
#define PM_GET_NODE_STATUS	3
#define PM_FORCE_POWERDOWN	8
#define PM_REQUEST_WAKEUP	10

static inline int compat_zynqmp_pm_errno(u32 status)
{
	switch (status) {
	case XST_PM_SUCCESS:
	case XST_PM_DOUBLE_REQ:
		return 0;
	case XST_PM_NO_FEATURE:
		return -EOPNOTSUPP;
	case XST_PM_NO_ACCESS:
		return -EACCES;
	case XST_PM_MULT_USER:
		return -EUSERS;
	default:
		return -EINVAL;
	}
}

/* Not below a hypervisor, which would be called in another way */
static inline int compat_zynqmp_pm_call(u32 api_id, u64 arg01, u64 arg23,
					u32 *payload)
{
	struct arm_smccc_res res;

	arm_smccc_smc(PM_SIP_SVC | api_id, arg01, arg23, 0, 0, 0, 0, 0, &res);
	if (payload) {
		payload[0] = lower_32_bits(res.a0);
		payload[1] = upper_32_bits(res.a0);
		payload[2] = lower_32_bits(res.a1);
		payload[3] = upper_32_bits(res.a1);
	}

	return compat_zynqmp_pm_errno(lower_32_bits(res.a0));
}

static inline int compat_zynqmp_pm_ask(u32 api_id, u32 node, u32 *payload)
{
	return compat_zynqmp_pm_call(api_id, node, 0, payload);
}

static inline int
compat_zynqmp_pm_force_pwrdwn(u32 node, enum zynqmp_pm_request_ack ack)
{
	return compat_zynqmp_pm_call(PM_FORCE_POWERDOWN,
				     node | (u64)ack << 32, 0, NULL);
}

#define zynqmp_pm_force_pwrdwn compat_zynqmp_pm_force_pwrdwn

static inline int
compat_zynqmp_pm_request_wake(u32 node, bool set_addr, u64 address,
			      enum zynqmp_pm_request_ack ack)
{
	return compat_zynqmp_pm_call(PM_REQUEST_WAKEUP,
				     node | (address | set_addr) << 32,
				     upper_32_bits(address) | (u64)ack << 32,
				     NULL);
}

#define zynqmp_pm_request_wake compat_zynqmp_pm_request_wake
#endif

static inline int
compat_zynqmp_pm_get_node_status(u32 node, u32 *status, u32 *requirements,
				 u32 *usage)
{
	u32 payload[PAYLOAD_ARG_CNT];
	int ret;

	ret = compat_zynqmp_pm_ask(PM_GET_NODE_STATUS, node, payload);
	if (ret)
		return ret;

	*status = payload[1];
	if (requirements)
		*requirements = payload[2];
	if (usage)
		*usage = payload[3];

	return 0;
}

#define zynqmp_pm_get_node_status compat_zynqmp_pm_get_node_status

#endif /* _AMPKIT_COMPAT_H */

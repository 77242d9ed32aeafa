// SPDX-License-Identifier: GPL-2.0
/*
 * The remote of the rpmsg loopback: a board for the firmware's library whose
 * processor is a thread, and services on it.
 *
 * The thread is a worker, so that what the library wants from one context only
 * (polling, making and removing endpoints) comes there one after the other,
 * whoever asks for it.
 */

#include <linux/bits.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/wait.h>

#include "rpmsg.h"

#include "loopback_priv.h"

/**
 * struct loopback_table - resource table with one rpmsg device
 * @hdr: its header
 * @offset: where @vdev is
 * @vdev: the device
 */
struct loopback_table {
	struct rsc_hdr hdr;
	u32 offset[1];
	struct rsc_vdev vdev;
};

/**
 * struct loopback_remote - remote processor
 * @lib: what its firmware runs on
 * @port: what the library asks of a board
 * @loopback: the wire
 * @cpu: the processor
 * @poll: its main loop, once around
 * @halted: the main loop stands still
 * @awake: what a sender in need of a buffer sleeps on
 * @lock: the library's: guards its rings and buffers
 * @table: the resource table, of which the host writes what is its own
 */
struct loopback_remote {
	struct rpmsg_remote lib;
	struct rpmsg_port port;
	struct rpmsg_loopback *loopback;
	struct kthread_worker *cpu;
	struct kthread_delayed_work poll;
	bool halted;
	wait_queue_head_t awake;
	struct mutex lock;	/* the library's */
	struct loopback_table table;
};

/**
 * struct loopback_service - service of a remote
 * @ept: its endpoint
 * @remote: the remote
 * @ops: what it does
 * @priv: the test's
 */
struct loopback_service {
	struct rpmsg_endpoint ept;
	struct loopback_remote *remote;
	const struct loopback_service_ops *ops;
	void *priv;
};

static void board_notify(void *priv, uint32_t notifyid)
{
	struct loopback_remote *remote = priv;

	loopback_ring_host(remote->loopback, notifyid);
}

static void board_wait(void *priv,
		       const typeof_member(struct rpmsg_remote, notified) work[],
		       uint32_t timeout_us)
{
	struct loopback_remote *remote = priv;

	wait_event_timeout(remote->awake, *work, usecs_to_jiffies(timeout_us));
}

static uintptr_t board_lock(void *priv)
{
	struct loopback_remote *remote = priv;

	mutex_lock(&remote->lock);
	return 0;
}

static void board_unlock(void *priv, uintptr_t key)
{
	struct loopback_remote *remote = priv;

	mutex_unlock(&remote->lock);
}

static void *board_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	struct loopback_remote *remote = priv;

	return loopback_translate(remote->loopback, da, len);
}

static void board_mb(void)
{
	/* The host is another of this machine's processors, here as below */
	smp_mb();
}

static void board_rmb(void)
{
	/* Pairs with the host's barriers, which virtio_ring documents */
	smp_rmb();
}

static void board_wmb(void)
{
	/* Likewise */
	smp_wmb();
}

static uint64_t board_time_us(void *priv)
{
	return ktime_to_us(ktime_get());
}

static const struct rpmsg_port board_port = {
	.notify = board_notify,
	.wait = board_wait,
	.lock = board_lock,
	.unlock = board_unlock,
	.da_to_ptr = board_da_to_ptr,
	.mb = board_mb,
	.rmb = board_rmb,
	.wmb = board_wmb,
	.time_us = board_time_us,
};

static void remote_poll_again(struct loopback_remote *remote)
{
	u32 idle_us = rpmsg_remote_idle_us(&remote->lib);

	if (remote->lib.notified)
		kthread_mod_delayed_work(remote->cpu, &remote->poll, 0);
	else if (idle_us != RPMSG_WAIT_FOREVER)
		kthread_mod_delayed_work(remote->cpu, &remote->poll,
					 usecs_to_jiffies(idle_us));
}

static void remote_poll(struct kthread_work *work)
{
	struct loopback_remote *remote = container_of(work,
						      struct loopback_remote,
						      poll.work);

	if (READ_ONCE(remote->halted))
		return;

	rpmsg_remote_poll(&remote->lib, LOOPBACK_BATCH);
	remote_poll_again(remote);
}

/**
 * loopback_remote_ring() - ring the remote's bell
 * @remote: the remote
 *
 * Context: any.
 */
void loopback_remote_ring(struct loopback_remote *remote)
{
	rpmsg_remote_notify(&remote->lib);
	wake_up(&remote->awake);
	kthread_mod_delayed_work(remote->cpu, &remote->poll, 0);
}

/**
 * loopback_remote_settle() - wait until the remote has nothing left to do
 * @remote: the remote
 *
 * A halted one only finishes what it was at. May sleep.
 */
void loopback_remote_settle(struct loopback_remote *remote)
{
	do
		kthread_flush_worker(remote->cpu);
	while (remote->lib.notified && !READ_ONCE(remote->halted));
}

static void remote_init_table(struct loopback_table *table, u16 num,
			      bool event_idx)
{
	struct rsc_vdev *vdev = &table->vdev;
	unsigned int i;

	table->hdr.ver = RSC_TABLE_VERSION;
	table->hdr.num = 1;
	table->offset[0] = offsetof(struct loopback_table, vdev);
	vdev->type = RSC_TYPE_VDEV;
	vdev->id = VIRTIO_ID_RPMSG;
	vdev->dfeatures = BIT(VIRTIO_RPMSG_F_NS);
	if (event_idx)
		vdev->dfeatures |= BIT(VIRTIO_RING_F_EVENT_IDX);
	vdev->num_of_vrings = LOOPBACK_VRINGS;
	for (i = 0; i < LOOPBACK_VRINGS; i++) {
		vdev->vring[i].da = RSC_ADDR_ANY;
		vdev->vring[i].align = LOOPBACK_VRING_ALIGN;
		vdev->vring[i].num = num;
		vdev->vring[i].notifyid = RSC_NOTIFY_ID_ANY;
	}
}

static int remote_init_lib(struct loopback_remote *remote)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &remote->table,
		.table_size = sizeof(remote->table),
		.port = &remote->port,
	};

	return rpmsg_remote_init(&remote->lib, &cfg);
}

/**
 * loopback_remote_create() - make a remote, and let it run
 * @loopback: the wire to its host
 * @num: entries of each of its two rings
 * @event_idx: it offers VIRTIO_RING_F_EVENT_IDX
 *
 * May sleep.
 *
 * Return: the remote or an ERR_PTR.
 */
struct loopback_remote *loopback_remote_create(struct rpmsg_loopback *loopback,
					       u16 num, bool event_idx)
{
	struct loopback_remote *remote;
	int ret;

	remote = kzalloc(sizeof(*remote), GFP_KERNEL);
	if (!remote)
		return ERR_PTR(-ENOMEM);

	remote->loopback = loopback;
	remote->port = board_port;
	remote->port.priv = remote;
	init_waitqueue_head(&remote->awake);
	mutex_init(&remote->lock);
	kthread_init_delayed_work(&remote->poll, remote_poll);
	remote_init_table(&remote->table, num, event_idx);
	ret = remote_init_lib(remote);
	if (ret)
		goto free_remote;

	remote->cpu = kthread_create_worker(0, "loopback_remote");
	if (IS_ERR(remote->cpu)) {
		ret = PTR_ERR(remote->cpu);
		goto free_remote;
	}
	return remote;

free_remote:
	kfree(remote);
	return ERR_PTR(ret);
}

/**
 * loopback_remote_destroy() - do away with a remote
 * @remote: the remote, without services and without a host
 *
 * May sleep.
 */
void loopback_remote_destroy(struct loopback_remote *remote)
{
	kthread_cancel_delayed_work_sync(&remote->poll);
	kthread_destroy_worker(remote->cpu);
	rpmsg_remote_deinit(&remote->lib);
	kfree(remote);
}

/**
 * loopback_remote_add_stats() - tell the remote's part of the statistics
 * @remote: the remote
 * @stats: where to
 */
void loopback_remote_add_stats(struct loopback_remote *remote,
			       struct loopback_stats *stats)
{
	const struct rpmsg_remote *lib = &remote->lib;

	stats->rx = lib->stats.rx;
	stats->tx = lib->stats.tx;
	stats->rx_bad = lib->stats.rx_bad;
	stats->rx_unclaimed = lib->stats.rx_unclaimed;
	stats->ns_bad = lib->stats.ns_bad;
	stats->resets = lib->stats.resets;
	stats->bad_buffers = lib->tx.bad + lib->rx.bad;
}

/**
 * loopback_remote_get_status() - the device status in the resource table
 * @remote: the remote
 *
 * Return: the status.
 */
u8 loopback_remote_get_status(struct loopback_remote *remote)
{
	return READ_ONCE(remote->table.vdev.status);
}

/**
 * loopback_remote_set_status() - write the device status
 * @remote: the remote, which is not told
 * @status: the status; seen by the remote after all that was written before
 */
void loopback_remote_set_status(struct loopback_remote *remote, u8 status)
{
	/* Pairs with the rmb() of the library's vdev_driver_ok() */
	smp_store_release(&remote->table.vdev.status, status);
}

/**
 * loopback_remote_get_features() - the features that the remote offers
 * @remote: the remote
 *
 * Return: the features.
 */
u32 loopback_remote_get_features(struct loopback_remote *remote)
{
	return remote->table.vdev.dfeatures;
}

/**
 * loopback_remote_set_features() - write the features that the host took
 * @remote: the remote, its status not DRIVER_OK
 * @features: the features
 */
void loopback_remote_set_features(struct loopback_remote *remote, u32 features)
{
	WRITE_ONCE(remote->table.vdev.gfeatures, features);
}

/**
 * loopback_remote_set_vring() - write where a ring is
 * @remote: the remote, its status not DRIVER_OK
 * @index: which ring; is its notify id as well
 * @da: device address
 */
void loopback_remote_set_vring(struct loopback_remote *remote,
			       unsigned int index, u32 da)
{
	WRITE_ONCE(remote->table.vdev.vring[index].da, da);
	WRITE_ONCE(remote->table.vdev.vring[index].notifyid, index);
}

/**
 * loopback_halt() - stop the remote's processor
 * @loopback: the loopback
 *
 * When this returns it neither reads nor writes shared memory, except for a
 * test that makes it send. May sleep.
 */
void loopback_halt(struct rpmsg_loopback *loopback)
{
	struct loopback_remote *remote = loopback_remote_of(loopback);

	WRITE_ONCE(remote->halted, true);
	kthread_flush_worker(remote->cpu);
}
EXPORT_SYMBOL_GPL(loopback_halt);

/**
 * loopback_resume() - let the remote's processor go on where it was halted
 * @loopback: the loopback
 *
 * Context: any.
 */
void loopback_resume(struct rpmsg_loopback *loopback)
{
	struct loopback_remote *remote = loopback_remote_of(loopback);

	WRITE_ONCE(remote->halted, false);
	loopback_remote_ring(remote);
}
EXPORT_SYMBOL_GPL(loopback_resume);

/**
 * loopback_is_linked() - whether the remote has found its host
 * @loopback: the loopback
 *
 * Context: any.
 * Return: true if so when it last looked.
 */
bool loopback_is_linked(struct rpmsg_loopback *loopback)
{
	struct loopback_remote *remote = loopback_remote_of(loopback);

	return rpmsg_remote_state(&remote->lib) == RPMSG_LINK_UP;
}
EXPORT_SYMBOL_GPL(loopback_is_linked);

static void service_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct loopback_service *service = ept->priv;

	if (service->ops->rx)
		service->ops->rx(service, msg->src, msg->data, msg->len);
}

static void service_bound(struct rpmsg_endpoint *ept)
{
	struct loopback_service *service = ept->priv;

	if (service->ops->bound)
		service->ops->bound(service, ept->dst);
}

static void service_unbound(struct rpmsg_endpoint *ept)
{
	struct loopback_service *service = ept->priv;

	if (service->ops->unbound)
		service->ops->unbound(service);
}

static const struct rpmsg_ept_ops service_ept_ops = {
	.rx = service_rx,
	.bound = service_bound,
	.unbound = service_unbound,
};

/**
 * struct loopback_call - something to be done on the remote's processor
 * @work: for its worker
 * @service: the service to be made or removed
 * @name: name of the service to make
 * @addr: address of the service to make
 * @ret: how it went
 */
struct loopback_call {
	struct kthread_work work;
	struct loopback_service *service;
	const char *name;
	u32 addr;
	int ret;
};

static int loopback_call(struct loopback_call *call, kthread_work_func_t func)
{
	kthread_init_work(&call->work, func);
	kthread_queue_work(call->service->remote->cpu, &call->work);
	kthread_flush_work(&call->work);

	return call->ret;
}

static void do_serve(struct kthread_work *work)
{
	struct loopback_call *call = container_of(work, struct loopback_call,
						  work);
	struct loopback_service *service = call->service;

	call->ret = rpmsg_create_ept(&service->ept, &service->remote->lib,
				     call->name, call->addr, RPMSG_ADDR_ANY,
				     &service_ept_ops, service);
}

static void do_withdraw(struct kthread_work *work)
{
	struct loopback_call *call = container_of(work, struct loopback_call,
						  work);

	call->ret = rpmsg_destroy_ept(&call->service->ept);
}

/**
 * loopback_serve() - make a service of the remote
 * @loopback: the loopback; plugged in or not
 * @name: name to announce, or NULL
 * @addr: address, or LOOPBACK_ADDR_ANY
 * @ops: what it does
 * @priv: the test's
 *
 * It is announced by the remote as soon as that runs. May sleep, not to be
 * called by a service.
 *
 * Return: the service or an ERR_PTR.
 */
struct loopback_service *
loopback_serve(struct rpmsg_loopback *loopback, const char *name, u32 addr,
	       const struct loopback_service_ops *ops, void *priv)
{
	struct loopback_call call = { .name = name, .addr = addr };
	struct loopback_service *service;

	service = kzalloc(sizeof(*service), GFP_KERNEL);
	if (!service)
		return ERR_PTR(-ENOMEM);

	service->remote = loopback_remote_of(loopback);
	service->ops = ops;
	service->priv = priv;
	call.service = service;
	if (loopback_call(&call, do_serve)) {
		kfree(service);
		return ERR_PTR(call.ret);
	}

	loopback_remote_ring(service->remote);
	return service;
}
EXPORT_SYMBOL_GPL(loopback_serve);

/**
 * loopback_withdraw() - end a service
 * @service: the service, freed
 *
 * May sleep, not to be called by a service.
 *
 * Return: 0, or an error of the library when the host could not be told.
 */
int loopback_withdraw(struct loopback_service *service)
{
	struct loopback_call call = { .service = service };

	loopback_call(&call, do_withdraw);
	kfree(service);

	return call.ret;
}
EXPORT_SYMBOL_GPL(loopback_withdraw);

/**
 * loopback_priv() - what the test gave to loopback_serve()
 * @service: the service
 *
 * Return: its @priv.
 */
void *loopback_priv(struct loopback_service *service)
{
	return service->priv;
}
EXPORT_SYMBOL_GPL(loopback_priv);

/**
 * loopback_addr() - where a service listens
 * @service: the service
 *
 * Return: its address.
 */
u32 loopback_addr(struct loopback_service *service)
{
	return service->ept.addr;
}
EXPORT_SYMBOL_GPL(loopback_addr);

/**
 * loopback_send() - let a service send
 * @service: the service
 * @dst: address at the host
 * @data: the message
 * @len: its length
 * @timeout_us: how long to wait for a buffer; other than 0 only for a call that
 *	a service makes: it is the remote's processor that waits
 *
 * May sleep.
 *
 * Return: 0 or an error of rpmsg_sendto() of the library.
 */
int loopback_send(struct loopback_service *service, u32 dst, const void *data,
		  size_t len, u32 timeout_us)
{
	return rpmsg_sendto(&service->ept, dst, data, len, timeout_us);
}
EXPORT_SYMBOL_GPL(loopback_send);

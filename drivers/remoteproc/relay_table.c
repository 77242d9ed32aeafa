// SPDX-License-Identifier: GPL-2.0
/*
 * relay_table.c - the resource table in two copies
 *
 * The core works on private copies of the table and writes into them what the
 * remote has to know: where its rings are, which features were agreed on, and
 * that the driver is ready. Exactly that is carried over to the remote's own
 * table in shared memory. Nothing is ever taken over from there.
 */

#include <linux/device.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/virtio_ring.h>

#include "relay_internal.h"
#include "rsc_table.h"

/* Features of the transport that the relay can carry, the device's own apart */
#define RELAY_TRANSPORT_FEATURES	BIT(VIRTIO_RING_F_EVENT_IDX)
#define RELAY_DEVICE_FEATURES		GENMASK(23, 0)

/* VIRTIO_RPMSG_F_NS, of which the kernel has no public header */
#define RELAY_RPMSG_F_NS		BIT(0)

static struct fw_rsc_vdev *vdev_rsc(const struct relay_vdev *vdev, void *table)
{
	return table + vdev->rsc_offset;
}

/**
 * relay_vdev_is_ok() - whether the vdev's driver is ready
 * @vdev: the vdev
 *
 * The core tells nobody when it changes the status, so it is looked at with
 * each kick until it is. Context: any.
 *
 * Return: true if DRIVER_OK is set.
 */
bool relay_vdev_is_ok(const struct relay_vdev *vdev)
{
	return READ_ONCE(vdev_rsc(vdev, vdev->relay->table)->status) &
	       VIRTIO_CONFIG_S_DRIVER_OK;
}

/**
 * relay_vdev_has_event_idx() - whether VIRTIO_RING_F_EVENT_IDX is agreed on
 * @vdev: a vdev whose driver is ready
 *
 * Context: any.
 * Return: true if so.
 */
bool relay_vdev_has_event_idx(const struct relay_vdev *vdev)
{
	return vdev_rsc(vdev, vdev->relay->table)->gfeatures &
	       BIT(VIRTIO_RING_F_EVENT_IDX);
}

/**
 * relay_vdev_announces() - whether the remote will announce its channels
 * @vdev: a vdev whose driver is ready
 *
 * Context: any.
 * Return: true if it is rpmsg with VIRTIO_RPMSG_F_NS agreed on.
 */
bool relay_vdev_announces(const struct relay_vdev *vdev)
{
	return vdev->id == VIRTIO_ID_RPMSG &&
	       vdev_rsc(vdev, vdev->relay->table)->gfeatures & RELAY_RPMSG_F_NS;
}

/**
 * relay_vdev_publish() - tell the remote what the core has decided
 * @vdev: a vdev whose driver is ready
 *
 * Context: any.
 */
void relay_vdev_publish(struct relay_vdev *vdev)
{
	const struct fw_rsc_vdev *from = vdev_rsc(vdev, vdev->relay->table);
	struct fw_rsc_vdev *to = vdev_rsc(vdev, vdev->relay->wire_table);
	unsigned int i;

	for (i = 0; i < vdev->num_queues; i++) {
		to->vring[i].da = vdev->queue[i].da;
		to->vring[i].notifyid = from->vring[i].notifyid;
	}
	to->gfeatures = from->gfeatures;
	memcpy(&to->vring[vdev->num_queues], &from->vring[vdev->num_queues],
	       from->config_len);

	/* The remote waits for the status before it reads the rest */
	wmb();
	WRITE_ONCE(to->status, from->status);
}

/**
 * relay_vdev_knows() - whether the remote's table still says what it was told
 * @vdev: a vdev whose driver is ready
 *
 * Nothing follows from a wrong answer but that it is told again. Context: any.
 *
 * Return: true if so.
 */
bool relay_vdev_knows(const struct relay_vdev *vdev)
{
	const struct fw_rsc_vdev *from = vdev_rsc(vdev, vdev->relay->table);
	const struct fw_rsc_vdev *to = vdev_rsc(vdev, vdev->relay->wire_table);
	unsigned int i;

	for (i = 0; i < vdev->num_queues; i++)
		if (READ_ONCE(to->vring[i].da) != vdev->queue[i].da ||
		    READ_ONCE(to->vring[i].notifyid) != from->vring[i].notifyid)
			return false;

	return READ_ONCE(to->gfeatures) == from->gfeatures &&
	       READ_ONCE(to->status) == from->status;
}

/**
 * relay_read_notifyids() - learn the core's numbers of the queues
 * @relay: the relay
 *
 * The core hands them out between load and start. Context: any.
 */
void relay_read_notifyids(struct rproc_relay *relay)
{
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		for (j = 0; j < vdev->num_queues; j++)
			vdev->queue[j].notifyid =
				vdev_rsc(vdev, relay->table)->vring[j].notifyid;
	}
}

/*
 * Both sides find the used ring by rounding an address up, which is the same place
 * only where neither has to round what it begins with. From anywhere else the size
 * of a ring is more than vring_size().
 */
static bool is_aligned(const struct rproc_relay_region *region, u32 delta,
		       u32 align)
{
	return IS_ALIGNED(region->da + delta, align) &&
	       IS_ALIGNED((uintptr_t)region->va + delta, align);
}

/* Finds the wire copy of a ring: in its carveout, where the table wants it. */
static int find_wire(struct relay_queue *queue, unsigned int id,
		     const struct fw_rsc_vdev_vring *vring,
		     struct relay_ring_config *cfg)
{
	struct rproc_relay *relay = queue->vdev->relay;
	struct device *dev = &relay->rproc->dev;
	size_t size = vring_size(vring->num, vring->align);
	struct rproc_relay_region region;
	char name[32];
	u32 delta = 0;
	int ret;

	snprintf(name, sizeof(name), "vdev%uvring%u", queue->vdev->index, id);
	ret = relay->ops->find_region(relay->priv, name, &region);
	if (ret) {
		dev_err(dev, "no carveout %s\n", name);
		return ret;
	}

	if (vring->da != FW_RSC_ADDR_ANY) {
		if (vring->da < region.da) {
			dev_err(dev, "vring lies outside carveout %s\n", name);
			return -EINVAL;
		}
		delta = vring->da - region.da;
	}

	if (size > region.len || delta > region.len - size) {
		dev_err(dev, "vring of %u does not fit carveout %s\n",
			vring->num, name);
		return -EINVAL;
	}

	if (!is_aligned(&region, delta, vring->align)) {
		dev_err(dev, "vring in carveout %s is not aligned to %u\n",
			name, vring->align);
		return -EINVAL;
	}

	queue->da = region.da + delta;
	cfg->wire = region.va + delta;
	return 0;
}

/*
 * Finds the wire buffers: the vdev's buffer carveout, in equal parts. rpmsg has
 * buffers of 512 bytes.
 *
 * The last queue's come first. The host's bus driver lays out its own the other way
 * round, in memory that is as much aligned: a message and its copy would lie in pages
 * whose numbers end alike, and a direct-mapped cache of translations, as QEMU has it,
 * can't hold both. A remote that was left running may have them in another order, see
 * relay_ring_follow().
 */
static int find_buffers(struct relay_queue *queue, unsigned int id,
			struct relay_ring_config *cfg)
{
	struct relay_vdev *vdev = queue->vdev;
	struct rproc_relay *relay = vdev->relay;
	unsigned int part = vdev->num_queues - 1 - id;
	struct rproc_relay_region region;
	char name[32];
	size_t size;
	int ret;

	snprintf(name, sizeof(name), "vdev%ubuffer", vdev->index);
	ret = relay->ops->find_region(relay->priv, name, &region);
	if (ret) {
		dev_err(&relay->rproc->dev, "no carveout %s\n", name);
		return ret;
	}

	size = region.len / ((size_t)vdev->num_queues * cfg->num);
	if (vdev->id == VIRTIO_ID_RPMSG)
		size = size < RELAY_RPMSG_BUF_LEN ? 0 : RELAY_RPMSG_BUF_LEN;
	size = rounddown(size, 16);
	if (!size) {
		dev_err(&relay->rproc->dev,
			"carveout %s is too small for %u buffers\n", name,
			vdev->num_queues * cfg->num);
		return -EINVAL;
	}

	cfg->buf_size = size;
	cfg->buf = region.va + part * cfg->num * size;
	cfg->buf_da = region.da + part * cfg->num * size;
	return 0;
}

static int init_queue(struct relay_queue *queue, unsigned int id,
		      const struct fw_rsc_vdev_vring *vring)
{
	struct relay_ring_config cfg = {
		.num = vring->num,
		.align = vring->align,
	};
	bool rpmsg = queue->vdev->id == VIRTIO_ID_RPMSG;
	int ret;

	spin_lock_init(&queue->pull_lock);

	ret = find_wire(queue, id, vring, &cfg);
	if (ret)
		return ret;
	ret = find_buffers(queue, id, &cfg);
	if (ret)
		return ret;

	/* rpmsg: what comes in is delivered to clients, which may sleep */
	queue->threaded = rpmsg && id == 0;
	if (queue->threaded) {
		cfg.min_len = RELAY_RPMSG_HDR_LEN;
		cfg.check = relay_check;
		cfg.check_priv = queue->vdev;
	}
	cfg.lazy = rpmsg && id == 1;
	cfg.most = cfg.lazy ? RELAY_RPMSG_MAX_BUFS : 0;
	/* A message without length to an address that nobody has */
	cfg.empty_len = cfg.lazy ? RELAY_RPMSG_HDR_LEN : 0;

	cfg.host = alloc_pages_exact(vring_size(cfg.num, cfg.align),
				     GFP_KERNEL | __GFP_ZERO);
	if (!cfg.host)
		return -ENOMEM;

	ret = relay_ring_init(&queue->ring, &cfg);
	if (ret)
		free_pages_exact(cfg.host, vring_size(cfg.num, cfg.align));

	return ret;
}

static void free_queue(struct relay_queue *queue)
{
	const struct relay_ring_config *cfg = &queue->ring.cfg;

	relay_ring_free(&queue->ring);
	free_pages_exact(cfg->host, vring_size(cfg->num, cfg->align));
}

static int init_thread(struct relay_vdev *vdev)
{
	struct kthread_worker *worker;

	kthread_init_work(&vdev->receive, relay_receive);
	kthread_init_delayed_work(&vdev->overdue, relay_overdue);
	worker = kthread_create_worker(0, "relay/%d.%u",
				       vdev->relay->rproc->index, vdev->index);
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	vdev->worker = worker;

	return 0;
}

/* @vdev->num_queues only counts those that are set up. */
static int init_vdev(struct relay_vdev *vdev, const struct rsc_entry *entry)
{
	const struct fw_rsc_vdev *rsc;
	unsigned int i;
	int ret;

	vdev->rsc_offset = entry->offset;
	rsc = vdev_rsc(vdev, vdev->relay->table);
	vdev->id = rsc->id;

	vdev->link = relay_link_alloc();
	if (!vdev->link)
		return -ENOMEM;
	relay_link_set_vdev(vdev->link, vdev);

	ret = init_thread(vdev);
	if (ret)
		return ret;

	/* The buffers are shared out among all queues */
	vdev->num_queues = rsc->num_of_vrings;
	for (i = 0; i < rsc->num_of_vrings; i++) {
		vdev->queue[i].vdev = vdev;
		ret = init_queue(&vdev->queue[i], i, &rsc->vring[i]);
		if (ret) {
			vdev->num_queues = i;
			return ret;
		}
	}

	return 0;
}

static void free_vdevs(struct rproc_relay *relay)
{
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		/* Clients may have the link for longer */
		if (vdev->link)
			relay_link_set_vdev(vdev->link, NULL);
		if (vdev->worker)
			kthread_destroy_worker(vdev->worker);
		for (j = 0; j < vdev->num_queues; j++) {
			relay->bells_spared += vdev->queue[j].bells_spared;
			free_queue(&vdev->queue[j]);
		}
		if (vdev->link)
			rproc_relay_link_put(vdev->link);
	}

	kvfree(relay->vdevs);
	relay->vdevs = NULL;
	relay->num_vdevs = 0;
}

static int init_vdevs(struct rproc_relay *relay)
{
	unsigned int num = rsc_table_num(relay->table);
	unsigned int i;
	int ret;

	relay->vdevs = kvcalloc(num, sizeof(*relay->vdevs), GFP_KERNEL);
	if (!relay->vdevs)
		return -ENOMEM;

	for (i = 0; i < num; i++) {
		struct rsc_entry entry = rsc_table_entry(relay->table,
							 relay->table_len, i);
		struct relay_vdev *vdev = &relay->vdevs[relay->num_vdevs];

		if (entry.type != RSC_VDEV)
			continue;

		vdev->relay = relay;
		vdev->index = relay->num_vdevs++;
		ret = init_vdev(vdev, &entry);
		if (ret)
			return ret;
	}

	return 0;
}

/* The core makes its own memory for a ring that has no carveout by its name. */
static int add_ring_carveouts(struct rproc_relay *relay)
{
	struct rproc_mem_entry *mem;
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++) {
		struct relay_vdev *vdev = &relay->vdevs[i];

		for (j = 0; j < vdev->num_queues; j++) {
			struct relay_ring_config *cfg = &vdev->queue[j].ring.cfg;

			mem = rproc_mem_entry_init(&relay->rproc->dev,
						   cfg->host, 0,
						   PAGE_ALIGN(vring_size(cfg->num, cfg->align)),
						   vdev->queue[j].da,
						   NULL, NULL, "vdev%uvring%u",
						   i, j);
			if (!mem)
				return -ENOMEM;
			rproc_add_carveout(relay->rproc, mem);
		}
	}

	return 0;
}

/*
 * A carveout that the table asks for is memory of the remote's that is there
 * already; the core would quietly allocate it anywhere.
 */
static int bind_carveout(struct rproc_relay *relay, struct fw_rsc_carveout *rsc)
{
	struct rproc *rproc = relay->rproc;
	struct rproc_relay_region region;
	struct rproc_mem_entry *mem;

	if (relay->ops->find_range(relay->priv, rsc->da, rsc->len, &region)) {
		dev_err(&rproc->dev,
			"carveout %s of the table (%#x, %#x bytes) lies in no memory region\n",
			rsc->name, rsc->da, rsc->len);
		return -EINVAL;
	}

	mem = rproc_mem_entry_init(&rproc->dev, NULL, rsc->da, rsc->len,
				   rsc->da, NULL, NULL, "%s", rsc->name);
	if (!mem)
		return -ENOMEM;
	rproc_add_carveout(rproc, mem);

	return 0;
}

static int check_trace_range(struct rproc_relay *relay,
			     const struct fw_rsc_trace *rsc)
{
	struct rproc_relay_region region;

	if (!relay->ops->find_range(relay->priv, rsc->da, rsc->len, &region))
		return 0;

	dev_err(&relay->rproc->dev,
		"trace buffer of the table (%#x, %#x bytes) lies in no memory region\n",
		rsc->da, rsc->len);
	return -EINVAL;
}

static void mask_features(struct rproc_relay *relay, struct fw_rsc_vdev *rsc)
{
	u32 known = RELAY_DEVICE_FEATURES | RELAY_TRANSPORT_FEATURES;

	if (rsc->dfeatures & ~known)
		dev_info(&relay->rproc->dev,
			 "features %#x of vdev type %u are not supported\n",
			 rsc->dfeatures & (u32)~known, rsc->id);

	rsc->dfeatures &= known;
	rsc->gfeatures = 0;
	rsc->status = 0;
}

/*
 * Without an IOMMU there is nothing to map for a device memory entry, and the
 * core refuses to boot: it becomes one of a vendor's, which is skipped.
 */
static void neutralise(struct rproc_relay *relay, void *body)
{
	struct fw_rsc_hdr *hdr = body - sizeof(*hdr);

	dev_info(&relay->rproc->dev,
		 "devmem entry ignored: the remote has no IOMMU\n");
	hdr->type = RSC_VENDOR_START;
}

static int adopt_entry(struct rproc_relay *relay, const struct rsc_entry *entry)
{
	void *body = (void *)relay->table + entry->offset;

	switch (entry->type) {
	case RSC_CARVEOUT:
		return bind_carveout(relay, body);
	case RSC_TRACE:
		return check_trace_range(relay, body);
	case RSC_DEVMEM:
		if (!relay->rproc->has_iommu)
			neutralise(relay, body);
		return 0;
	case RSC_VDEV:
		mask_features(relay, body);
		return 0;
	default:
		return 0;
	}
}

static int adopt_table(struct rproc_relay *relay)
{
	unsigned int i;
	int ret;

	for (i = 0; i < rsc_table_num(relay->table); i++) {
		struct rsc_entry entry = rsc_table_entry(relay->table,
							 relay->table_len, i);

		ret = adopt_entry(relay, &entry);
		if (ret)
			return ret;
	}

	ret = init_vdevs(relay);
	if (ret)
		return ret;

	return add_ring_carveouts(relay);
}

static int copy_table(struct rproc_relay *relay, const void *table, size_t len)
{
	relay->table_len = len;
	relay->image_table = kmemdup(table, len, GFP_KERNEL);
	relay->table = kzalloc(len + RELAY_TABLE_SLACK, GFP_KERNEL);
	if (!relay->image_table || !relay->table)
		return -ENOMEM;
	memcpy(relay->table, table, len);

	return 0;
}

static int load_table(struct rproc_relay *relay, const void *table, size_t len)
{
	int ret;

	ret = copy_table(relay, table, len);
	if (ret)
		return ret;

	ret = adopt_table(relay);
	/* The core would leave the carveouts of a failed load in its list */
	if (ret)
		rproc_resource_cleanup(relay->rproc);

	return ret;
}

/**
 * rproc_relay_load() - take over the resource table of an image
 * @relay: the relay
 * @table: a table that rsc_table_check() has passed, or NULL for none
 * @len: its size in bytes
 *
 * Gives the remoteproc core a private copy, and its carveouts. For the driver's
 * .parse_fw; .unprepare, which the core calls whatever comes of this, calls
 * rproc_relay_unload().
 *
 * Context: may sleep; under the remote's lock.
 * Return: 0, -EINVAL if the table asks for what the remote has not, or
 * another negative errno.
 */
int rproc_relay_load(struct rproc_relay *relay, const void *table, size_t len)
{
	struct rproc *rproc = relay->rproc;
	int ret;

	if (!table)
		return 0;

	ret = load_table(relay, table, len);
	if (ret)
		return ret;

	rproc->table_sz = len + RELAY_TABLE_SLACK;
	rproc->cached_table = kmemdup(relay->table, rproc->table_sz, GFP_KERNEL);
	if (!rproc->cached_table) {
		rproc_resource_cleanup(rproc);
		return -ENOMEM;
	}
	rproc->table_ptr = rproc->cached_table;

	return 0;
}
EXPORT_SYMBOL_GPL(rproc_relay_load);

/* What an earlier host has written is nothing that the remote's image says. */
static void forget_earlier_host(void *table, size_t len)
{
	unsigned int i, j;

	for (i = 0; i < rsc_table_num(table); i++) {
		struct rsc_entry entry = rsc_table_entry(table, len, i);
		struct fw_rsc_vdev *rsc = table + entry.offset;

		if (entry.type != RSC_VDEV)
			continue;

		rsc->status = 0;
		rsc->gfeatures = 0;
		for (j = 0; j < rsc->num_of_vrings; j++)
			rsc->vring[j].notifyid = FW_RSC_ADDR_ANY;
	}
}

/**
 * rproc_relay_load_running() - take over the resource table of a running remote
 * @relay: the relay
 * @table: a snapshot of its table that rsc_table_check() has passed; is changed
 *	to what it is without a host
 * @len: its size in bytes; receives the size of what is returned
 *
 * For the driver's .get_loaded_rsc_table.
 *
 * Context: may sleep; under the remote's lock.
 * Return: the table that the core shall take for the remote's, or an ERR_PTR.
 */
struct resource_table *rproc_relay_load_running(struct rproc_relay *relay,
						void *table, size_t *len)
{
	int ret;

	forget_earlier_host(table, *len);
	ret = load_table(relay, table, *len);
	if (ret)
		return ERR_PTR(ret);
	*len += RELAY_TABLE_SLACK;

	return relay->table;
}
EXPORT_SYMBOL_GPL(rproc_relay_load_running);

/**
 * relay_vdev_unpublish() - tell the remote that a vdev has no driver any more
 * @vdev: the vdev
 *
 * To the remote that is a reset (virtio 1.2, 2.1). Context: any.
 */
void relay_vdev_unpublish(struct relay_vdev *vdev)
{
	struct fw_rsc_vdev *to = vdev_rsc(vdev, vdev->relay->wire_table);

	WRITE_ONCE(to->status, 0);

	/* Before what is meaningless after it, and before the bell */
	wmb();
	to->gfeatures = 0;
}

/**
 * relay_restore_table() - leave the remote's table as it was without a host
 * @relay: the relay, stopped
 * @wire_table: the remote's table
 *
 * Context: any.
 */
void relay_restore_table(struct rproc_relay *relay, void *wire_table)
{
	unsigned int i;

	for (i = 0; i < relay->num_vdevs; i++)
		WRITE_ONCE(vdev_rsc(&relay->vdevs[i], wire_table)->status, 0);

	/* First the reset, then what is meaningless after it */
	wmb();

	memcpy(wire_table, relay->image_table, relay->table_len);
}

/**
 * rproc_relay_unload() - forget the image
 * @relay: the relay
 *
 * Undoes rproc_relay_load(), also one that failed or never was, and
 * rproc_relay_start() of a remote that could not be stopped. For the driver's
 * .unprepare.
 *
 * Context: may sleep; under the remote's lock, the remote is stopped.
 */
void rproc_relay_unload(struct rproc_relay *relay)
{
	rproc_relay_stop(relay);
	free_vdevs(relay);
	kfree(relay->table);
	kfree(relay->image_table);
	relay->table = NULL;
	relay->image_table = NULL;
	relay->table_len = 0;
}
EXPORT_SYMBOL_GPL(rproc_relay_unload);

/**
 * rproc_relay_same_table() - whether an image fits what was loaded
 * @relay: the relay
 * @table: resource table of the image, or NULL for none
 * @len: its size in bytes
 *
 * Recovery reads the image anew but keeps rings and carveouts, so the table
 * has to be the one that they were made for.
 *
 * Context: any; under the remote's lock.
 * Return: true if it is.
 */
bool rproc_relay_same_table(const struct rproc_relay *relay,
			    const void *table, size_t len)
{
	if (!table || !relay->image_table)
		return !table && !relay->image_table;

	return len == relay->table_len && !memcmp(table, relay->image_table, len);
}
EXPORT_SYMBOL_GPL(rproc_relay_same_table);

/**
 * rproc_relay_table() - the table that the core shall take for the remote's
 * @relay: the relay
 *
 * For the driver's .find_loaded_rsc_table.
 *
 * Return: the table, or NULL if the image has none.
 */
struct resource_table *rproc_relay_table(struct rproc_relay *relay)
{
	return relay->table;
}
EXPORT_SYMBOL_GPL(rproc_relay_table);

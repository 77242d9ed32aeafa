// SPDX-License-Identifier: GPL-2.0
/*
 * bench_core.c - what our remoteproc driver is measured against
 *
 * A remoteproc driver for the same nodes in the manner of those in the tree
 * (stm32_rproc, xlnx_r5_remoteproc): the core works on shared memory itself, a
 * kick is a message to the mailbox, and a bell from the remote queues work that
 * looks at all vrings. Nothing is checked, watched or recovered; it is for
 * `make bench` only, with images that are known to be good.
 *
 *	insmod bench_transport.ko event_idx=0	as if the image did not offer it
 *
 * debugfs has "bells" in the folder of the remote, and "owned": 1 leaves it to a client
 * to take in messages until the next start, whatever the bell may say.
 */

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/firmware.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/mailbox_client.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/of_reserved_mem.h>
#include <linux/platform_device.h>
#include <linux/remoteproc.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

#include "../drivers/remoteproc/amp_rproc.h"
#include "../include/compat.h"
#include "rproc_elf.h"

static bool event_idx = true;
module_param(event_idx, bool, 0444);
MODULE_PARM_DESC(event_idx, "let the host use VIRTIO_RING_F_EVENT_IDX (default y)");

/**
 * struct bench_core - a remote core
 * @dev: its device
 * @rproc: the remote
 * @cluster: what it belongs to
 * @id: number of the core
 * @client: of both mailbox channels
 * @tx: rings the remote, or NULL where it looks by itself
 * @tx_lock: held from a message's start to its end
 * @rx: is rung by it
 * @work: looks at all vrings
 * @quiet: stops before the virtqueues go, and then @work, which those in the tree
 *	leave to chance
 * @closed: @work has nothing to look at any more
 * @owned: a client takes in messages, and @work none
 * @rung: bells rung
 * @taken: bells heard
 */
struct bench_core {
	struct device *dev;
	struct rproc *rproc;
	struct amp_cluster *cluster;
	u32 id;
	struct mbox_client client;
	struct mbox_chan *tx;
	spinlock_t tx_lock;	/* a message on @tx */
	struct mbox_chan *rx;
	struct work_struct work;
	struct rproc_subdev quiet;
	bool closed;
	bool owned;
	atomic_long_t rung;
	atomic_long_t taken;
};

/* Subdevices stop in reverse order, and this one was added last. */
static void bench_quiet_stop(struct rproc_subdev *subdev, bool crashed)
{
	struct bench_core *core = container_of(subdev, struct bench_core,
					       quiet);

	/* What is queued after this finds it closed, what runs is waited for */
	WRITE_ONCE(core->closed, true);
	cancel_work_sync(&core->work);
}

static int bench_start(struct rproc *rproc)
{
	struct bench_core *core = rproc->priv;
	const struct amp_reset_ops *reset = core->cluster->soc->reset;
	int ret;

	WRITE_ONCE(core->closed, false);
	WRITE_ONCE(core->owned, false);
	ret = reset->release(core->cluster, core->id, rproc->bootaddr);
	if (!ret)
		ret = reset->settle(core->cluster, core->id, true);
	if (ret)
		return ret;

	core->quiet.stop = bench_quiet_stop;
	rproc_add_subdev(rproc, &core->quiet);

	return 0;
}

static int bench_stop(struct rproc *rproc)
{
	struct bench_core *core = rproc->priv;
	const struct amp_reset_ops *reset = core->cluster->soc->reset;
	int ret;

	ret = reset->assert(core->cluster, core->id);
	if (!ret)
		ret = reset->settle(core->cluster, core->id, false);
	if (!ret)
		rproc_remove_subdev(rproc, &core->quiet);

	return ret;
}

static void bench_kick(struct rproc *rproc, int notifyid)
{
	struct bench_core *core = rproc->priv;
	unsigned long flags;
	int ret;

	if (!core->tx)
		return;

	/* A message and its end belong together, or the queue fills up */
	spin_lock_irqsave(&core->tx_lock, flags);
	ret = mbox_send_message(core->tx, core);
	if (ret >= 0)
		mbox_client_txdone(core->tx, 0);
	spin_unlock_irqrestore(&core->tx_lock, flags);

	if (ret < 0)
		dev_err_ratelimited(core->dev, "the mailbox takes no bell\n");
	else
		atomic_long_inc(&core->rung);
}

static int bench_mem_alloc(struct rproc *rproc, struct rproc_mem_entry *mem)
{
	mem->va = (__force void *)ioremap_wc(mem->dma, mem->len);

	return mem->va ? 0 : -ENOMEM;
}

static int bench_mem_release(struct rproc *rproc, struct rproc_mem_entry *mem)
{
	iounmap((__force void __iomem *)mem->va);

	return 0;
}

static struct rproc_mem_entry *bench_mem_entry(struct bench_core *core,
					       struct device_node *np,
					       const char *name)
{
	struct reserved_mem *rmem = of_reserved_mem_lookup(np);

	if (!rmem)
		return NULL;

	return rproc_mem_entry_init(core->dev, NULL, rmem->base, rmem->size,
				    rmem->base, bench_mem_alloc,
				    bench_mem_release, "%s", name);
}

static int bench_add_region(struct bench_core *core, int index)
{
	struct device_node *np = core->dev->of_node;
	struct rproc_mem_entry *mem = NULL;
	struct device_node *region;
	const char *name;
	int ret;

	ret = of_property_read_string_index(np, "memory-region-names", index,
					    &name);
	if (ret)
		return ret;

	region = of_parse_phandle(np, "memory-region", index);
	if (region)
		mem = bench_mem_entry(core, region, name);
	of_node_put(region);
	if (!mem)
		return -ENOMEM;

	rproc_add_carveout(core->rproc, mem);
	return 0;
}

static int bench_prepare(struct rproc *rproc)
{
	struct bench_core *core = rproc->priv;
	int count = of_property_count_strings(core->dev->of_node,
					      "memory-region-names");
	int i, ret = min(count, 0);

	for (i = 0; i < count && !ret; i++)
		ret = bench_add_region(core, i);

	return ret;
}

/* The table is a copy of the core's, which goes to the remote at its start. */
static void bench_hide_event_idx(struct resource_table *table)
{
	struct fw_rsc_hdr *hdr;
	struct fw_rsc_vdev *vdev;
	u32 i;

	for (i = 0; i < table->num; i++) {
		hdr = (void *)table + table->offset[i];
		if (hdr->type != RSC_VDEV)
			continue;
		vdev = (void *)hdr->data;
		vdev->dfeatures &= ~BIT(VIRTIO_RING_F_EVENT_IDX);
	}
}

static int bench_parse_fw(struct rproc *rproc, const struct firmware *fw)
{
	int ret = rproc_elf_load_rsc_table(rproc, fw);

	if (!ret && !event_idx)
		bench_hide_event_idx(rproc->cached_table);

	return ret;
}

/* The vendor's entry of the image: nothing here knows it. */
static int bench_handle_rsc(struct rproc *rproc, u32 type, void *rsc,
			    int offset, int avail)
{
	return RSC_HANDLED;
}

static const struct rproc_ops bench_rproc_ops = {
	.prepare = bench_prepare,
	.start = bench_start,
	.stop = bench_stop,
	.kick = bench_kick,
	.load = rproc_elf_load_segments,
	.parse_fw = bench_parse_fw,
	.find_loaded_rsc_table = rproc_elf_find_loaded_rsc_table,
	.sanity_check = rproc_elf_sanity_check,
	.get_boot_addr = rproc_elf_get_boot_addr,
	.handle_rsc = bench_handle_rsc,
};

static int bench_look_at_vring(int id, void *ptr, void *data)
{
	rproc_vq_interrupt(data, id);

	return 0;
}

static void bench_work(struct work_struct *work)
{
	struct bench_core *core = container_of(work, struct bench_core, work);

	if (READ_ONCE(core->closed) || READ_ONCE(core->owned))
		return;

	idr_for_each(&core->rproc->notifyids, bench_look_at_vring,
		     core->rproc);
}

static void bench_rx_callback(struct mbox_client *client, void *message)
{
	struct bench_core *core = container_of(client, struct bench_core,
					       client);

	atomic_long_inc(&core->taken);
	if (!READ_ONCE(core->owned))
		schedule_work(&core->work);
}

/* Not to be changed while the remote starts or stops */
static int owned_set(void *data, u64 owned)
{
	struct bench_core *core = data;

	if (owned != 1)
		return -EINVAL;

	WRITE_ONCE(core->owned, true);
	cancel_work_sync(&core->work);

	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(owned_fops, NULL, owned_set, "%llu\n");

static int bells_show(struct seq_file *seq, void *unused)
{
	struct bench_core *core = seq->private;

	seq_printf(seq, "bells: rung %lu spared 0 taken %lu\n",
		   atomic_long_read(&core->rung),
		   atomic_long_read(&core->taken));

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(bells);

static void bench_free_channel(void *chan)
{
	mbox_free_channel(chan);
}

static int bench_get_channel(struct bench_core *core, const char *name,
			     struct mbox_chan **chan)
{
	*chan = mbox_request_channel_byname(&core->client, name);
	if (IS_ERR(*chan))
		return dev_err_probe(core->dev, PTR_ERR(*chan),
				     "can't get the mailbox channel %s\n",
				     name);

	return devm_add_action_or_reset(core->dev, bench_free_channel, *chan);
}

static int bench_init_bells(struct bench_core *core)
{
	int ret = 0;

	INIT_WORK(&core->work, bench_work);
	spin_lock_init(&core->tx_lock);
	core->client.dev = core->dev;
	core->client.knows_txdone = true;
	core->client.rx_callback = bench_rx_callback;

	if (device_property_match_string(core->dev, "mbox-names", "tx") >= 0)
		ret = bench_get_channel(core, "tx", &core->tx);
	if (ret)
		return ret;

	return bench_get_channel(core, "rx", &core->rx);
}

static int bench_core_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const char *firmware = NULL;
	struct bench_core *core;
	struct rproc *rproc;
	int ret;

	device_property_read_string(dev, "firmware-name", &firmware);
	rproc = devm_rproc_alloc(dev, dev_name(dev), &bench_rproc_ops, firmware,
				 sizeof(*core));
	if (!rproc)
		return -ENOMEM;

	core = rproc->priv;
	core->dev = dev;
	core->rproc = rproc;
	core->cluster = dev_get_drvdata(dev->parent);
	rproc->auto_boot = false;

	ret = device_property_read_u32(dev, "reg", &core->id);
	if (ret)
		return dev_err_probe(dev, ret, "no core number in reg\n");

	ret = bench_init_bells(core);
	if (ret)
		return ret;

	ret = devm_rproc_add(dev, rproc);
	if (ret)
		return dev_err_probe(dev, ret, "can't add the remote\n");

	debugfs_create_file("bells", 0444, rproc->dbg_dir, core, &bells_fops);
	debugfs_create_file("owned", 0200, rproc->dbg_dir, core, &owned_fops);

	return 0;
}

static const struct of_device_id bench_core_of_match[] = {
	{ .compatible = "xlnx,zynqmp-a53-remote" },
	{ .compatible = "xlnx,versal-r5f-remote" },
	{}
};

static struct platform_driver bench_core_driver = {
	.probe = bench_core_probe,
	.driver = {
		.name = "bench_core",
		.of_match_table = bench_core_of_match,
	},
};

static int bench_cluster_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct amp_cluster *cluster;
	int ret;

	cluster = devm_kzalloc(dev, sizeof(*cluster), GFP_KERNEL);
	if (!cluster)
		return -ENOMEM;

	cluster->dev = dev;
	cluster->soc = of_device_get_match_data(dev);
	platform_set_drvdata(pdev, cluster);

	ret = cluster->soc->reset->init(cluster);

	return ret ?: devm_of_platform_populate(dev);
}

static const struct of_device_id bench_cluster_of_match[] = {
	{ .compatible = "xlnx,zynqmp-apu-remoteproc", .data = &amp_soc_zynqmp },
	{ .compatible = "xlnx,versal-rpu-remoteproc", .data = &amp_soc_versal },
	{}
};

static struct platform_driver bench_cluster_driver = {
	.probe = bench_cluster_probe,
	.driver = {
		.name = "bench_transport",
		.of_match_table = bench_cluster_of_match,
	},
};

static struct platform_driver * const bench_drivers[] = {
	&bench_core_driver,
	&bench_cluster_driver,
};

static int __init bench_transport_init(void)
{
	return platform_register_drivers(bench_drivers,
					 ARRAY_SIZE(bench_drivers));
}
module_init(bench_transport_init);

static void __exit bench_transport_exit(void)
{
	platform_unregister_drivers(bench_drivers, ARRAY_SIZE(bench_drivers));
}
module_exit(bench_transport_exit);

MODULE_DESCRIPTION("remoteproc driver in the in-tree manner, to compare with");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

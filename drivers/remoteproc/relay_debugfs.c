// SPDX-License-Identifier: GPL-2.0
/*
 * relay_debugfs.c - the relay's counters
 *
 * /sys/kernel/debug/remoteproc/remoteprocN/relay: bells since the relay came,
 * and a line for each virtqueue of the image that runs.
 */

#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/seq_file.h>

#include "relay_internal.h"

static void show_queue(struct seq_file *seq, struct relay_queue *queue,
		       unsigned int id)
{
	static const char * const causes[RELAY_DROP_NUM] = {
		[RELAY_DROP_ID] = "id",
		[RELAY_DROP_LEN] = "length",
		[RELAY_DROP_MSG] = "message",
		[RELAY_DROP_INDEX] = "index",
		[RELAY_DROP_HOST] = "host",
	};
	struct relay_ring *ring = &queue->ring;
	unsigned int i;

	seq_printf(seq, "vdev%uvring%u: pushed %llu pulled %llu lent %u%s dropped",
		   queue->vdev->index, id, ring->pushed, ring->passed,
		   relay_ring_lent(ring), queue->broken ? " quarantined" : "");
	for (i = 0; i < RELAY_DROP_NUM; i++)
		seq_printf(seq, " %s %d", causes[i],
			   atomic_read(&ring->drops[i]));
	seq_printf(seq, " waiting %u\n", relay_ring_used(ring));
}

static unsigned long bells_spared(const struct rproc_relay *relay)
{
	unsigned long spared = relay->bells_spared;
	unsigned int i, j;

	for (i = 0; i < relay->num_vdevs; i++)
		for (j = 0; j < relay->vdevs[i].num_queues; j++)
			spared += READ_ONCE(relay->vdevs[i].queue[j].bells_spared);

	return spared;
}

static int relay_show(struct seq_file *seq, void *unused)
{
	struct rproc_relay *relay = seq->private;
	unsigned int i, j;

	/* The queues are the present image's */
	mutex_lock(&relay->rproc->lock);
	seq_printf(seq, "bells: rung %lu spared %lu taken %lu deferred %lu\n",
		   atomic_long_read(&relay->bells_rung), bells_spared(relay),
		   atomic_long_read(&relay->bells_taken),
		   atomic_long_read(&relay->deferred));
	for (i = 0; i < relay->num_vdevs; i++)
		for (j = 0; j < relay->vdevs[i].num_queues; j++)
			show_queue(seq, &relay->vdevs[i].queue[j], j);
	mutex_unlock(&relay->rproc->lock);

	return 0;
}
DEFINE_SHOW_ATTRIBUTE(relay);

/**
 * rproc_relay_debugfs() - show the relay's counters
 * @relay: the relay
 *
 * For after rproc_add(), which makes the folder; it goes with it.
 *
 * Context: may sleep.
 */
void rproc_relay_debugfs(struct rproc_relay *relay)
{
	if (relay->rproc->dbg_dir)
		debugfs_create_file("relay", 0444, relay->rproc->dbg_dir,
				    relay, &relay_fops);
}
EXPORT_SYMBOL_GPL(rproc_relay_debugfs);

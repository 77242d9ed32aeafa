/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rproc_relay.h - keeps the kernel's core away from shared memory
 *
 * A library for remoteproc drivers. The virtio core, the rpmsg bus and the
 * remoteproc core believe what stands in rings, buffers and resource table;
 * behind a relay all of these are private kernel memory, and what the remote
 * has written gets there only after it was checked.
 *
 * This makes Linux robust against a remote that is broken or hostile in what
 * it says. It does not isolate a remote that can write all of memory. Which driver
 * binds to a virtio device is the image's choice, and most of them believe more
 * than rings: so images have devices of the kinds in the parameter virtio_ids only.
 *
 * How a driver uses it, op by op of its struct rproc_ops:
 *
 *	parse_fw		rproc_relay_load()
 *	load			rproc_relay_mend_vdevs(), rproc_relay_same_table()
 *	find_loaded_rsc_table	rproc_relay_table()
 *	start, then release	rproc_relay_start()
 *	kick			rproc_relay_kick()
 *	bell from the remote	rproc_relay_bell()
 *	stop, after the reset	rproc_relay_stop()
 *	unprepare		rproc_relay_unload()
 *
 * From the .suspend of its struct dev_pm_ops it calls rproc_relay_settle().
 *
 * And for a remote that runs before the driver does, or after it:
 *
 *	get_loaded_rsc_table	rproc_relay_load_running()
 *	attach			rproc_relay_mend_vdevs(), rproc_relay_attach()
 *	detach			rproc_relay_detach()
 */

#ifndef AMPKIT_RPROC_RELAY_H
#define AMPKIT_RPROC_RELAY_H

#include <linux/types.h>

struct device;
struct resource_table;
struct rproc;
struct rproc_relay;

/**
 * struct rproc_relay_region - a carveout shared with the remote
 * @va: where Linux has it mapped, not cached
 * @da: the remote's address of it
 * @len: its size in bytes
 */
struct rproc_relay_region {
	void *va;
	u32 da;
	size_t len;
};

/**
 * struct rproc_relay_ops - what the relay asks of its driver
 * @find_region: look a carveout up by its name ("vdev0vring0"); -ENOENT if
 *	there is none. May sleep
 * @find_range: look up the @len bytes at device address @da, which have to lie
 *	in one carveout, else -ENOENT. May sleep
 * @ring_bell: ring the remote's bell, after all that was written to its memory
 *	before is there; must not sleep
 * @delivered: messages of the remote were delivered, perhaps without a bell for
 *	each of them. May sleep
 */
struct rproc_relay_ops {
	int (*find_region)(void *priv, const char *name,
			   struct rproc_relay_region *region);
	int (*find_range)(void *priv, u32 da, u32 len,
			  struct rproc_relay_region *region);
	void (*ring_bell)(void *priv);
	void (*delivered)(void *priv);
};

struct rproc_relay *devm_rproc_relay_alloc(struct device *dev,
					   struct rproc *rproc,
					   const struct rproc_relay_ops *ops,
					   void *priv);
void rproc_relay_debugfs(struct rproc_relay *relay);
int rproc_relay_load(struct rproc_relay *relay, const void *table, size_t len);
struct resource_table *rproc_relay_load_running(struct rproc_relay *relay,
						void *table, size_t *len);
int rproc_relay_mend_vdevs(struct rproc_relay *relay);
void rproc_relay_unload(struct rproc_relay *relay);
bool rproc_relay_same_table(const struct rproc_relay *relay,
			    const void *table, size_t len);
struct resource_table *rproc_relay_table(struct rproc_relay *relay);
void rproc_relay_start(struct rproc_relay *relay, void *wire_table);
void rproc_relay_attach(struct rproc_relay *relay, void *wire_table);
void rproc_relay_stop(struct rproc_relay *relay);
void rproc_relay_detach(struct rproc_relay *relay);
void rproc_relay_settle(struct rproc_relay *relay);
void rproc_relay_kick(struct rproc_relay *relay, int notifyid);
void rproc_relay_bell(struct rproc_relay *relay);

#endif /* AMPKIT_RPROC_RELAY_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * amp_rproc.h - what the files of the remoteproc driver share
 */

#ifndef AMPKIT_AMP_RPROC_H
#define AMPKIT_AMP_RPROC_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/remoteproc.h>
#include <linux/rpmsg.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "../../include/ampkit/ctrl.h"
#include "amp_bell.h"

/* Longest wait for a shutdown, ms: a stop must return some day */
#define AMP_MAX_SHUTDOWN_MS	60000

struct amp_cluster;
struct attribute_group;
struct device;
struct elf_image;
struct firmware;
struct platform_driver;
struct regmap;
struct rproc_relay;

/**
 * struct amp_reset_ops - how a SoC holds its remote cores in reset
 * @init: get what the others need; once per cluster
 * @assert: put @core in reset; it stops at once, whatever it is doing
 * @release: let @core run from device address @boot_addr
 * @is_released: 1 if @core is out of reset, 0 if not
 * @settle: wait until @core has followed @assert or @release: it has stopped, or it
 *	runs. -ETIMEDOUT if it does not within some seconds
 *
 * All return a negative errno where they fail, and but for @is_released 0 where
 * they don't. @assert may be called in atomic context, out of a panic, the others
 * may sleep.
 */
struct amp_reset_ops {
	int (*init)(struct amp_cluster *cluster);
	int (*assert)(struct amp_cluster *cluster, unsigned int core);
	int (*release)(struct amp_cluster *cluster, unsigned int core,
		       u64 boot_addr);
	int (*is_released)(struct amp_cluster *cluster, unsigned int core);
	int (*settle)(struct amp_cluster *cluster, unsigned int core,
		      bool running);
};

/**
 * enum amp_power - whether the platform tells which remote cores run
 * @AMP_POWER_UNKNOWN: it was not found out yet
 * @AMP_POWER_REPORTED: it does
 * @AMP_POWER_UNREPORTED: it does not
 */
enum amp_power {
	AMP_POWER_UNKNOWN,
	AMP_POWER_REPORTED,
	AMP_POWER_UNREPORTED,
};

/**
 * struct amp_soc - what differs between SoCs
 * @reset: its reset back end
 * @num_cores: cores are numbered from 0 to below this
 * @elf_class: ELFCLASS32 or ELFCLASS64, what images come in; ELFCLASSNONE for
 *	either, where a remote with 64-bit addresses is given ELF32 as well
 * @elf_machine: EM_ value of the remotes
 * @boot_align: what the boot address has to be a multiple of, a power of two
 */
struct amp_soc {
	const struct amp_reset_ops *reset;
	unsigned int num_cores;
	u8 elf_class;
	u16 elf_machine;
	u32 boot_align;
};

/**
 * struct amp_cluster - remote cores that share their reset registers
 * @dev: the parent device
 * @soc: what SoC it is
 * @reset_regs: the reset registers; a regmap, because the cores share them
 * @boot_regs: the boot address registers, where there are any
 * @boot_page: what the cores begin with, where that is memory
 * @power: whether the platform tells which cores run; a hint that cores may
 *	find out at the same time, with the same result
 */
struct amp_cluster {
	struct device *dev;
	const struct amp_soc *soc;
	struct regmap *reset_regs;
	struct regmap *boot_regs;
	u32 *boot_page;
	enum amp_power power;
};

/**
 * struct amp_region - a carveout of a remote core
 * @name: what the device tree calls it ("image", "vdev0vring0")
 * @va: where it is mapped, not cached
 * @da: address that the remote knows it by; the physical one
 * @len: its size in bytes
 */
struct amp_region {
	const char *name;
	void *va;
	u32 da;
	u32 len;
};

/**
 * struct amp_farewell - the last message to an image without a control block
 * @subdev: sends it before the virtio devices go
 * @lock: guards @channel and @message
 * @channel: name of the channel that it is sent to, or empty
 * @message: what is sent
 */
struct amp_farewell {
	struct rproc_subdev subdev;
	struct mutex lock;	/* channel, message */
	char channel[RPMSG_NAME_SIZE];
	u32 message;
};

/**
 * struct amp_core - a remote core
 * @dev: its device
 * @cluster: what it belongs to
 * @id: its number, as the reset registers count
 * @rproc: what the remoteproc core knows it as
 * @relay: stands between the kernel's core and the shared memory
 * @regions: its carveouts
 * @num_regions: their number
 * @bell: rings the remote, and is rung by it
 * @wire_table: where the present image's resource table was loaded
 * @removing: the driver is going: nothing starts any more
 * @engaged: the remote was started or attached to, and not stopped or detached
 *	from since; under the remote's lock
 * @leave_running: a remove leaves the remote running
 * @shutdown_ms: how long a stop waits for the image to finish, 0 not to ask
 * @farewell: how an image without one is asked to finish
 * @ctrl: the image's control block in its memory, or NULL
 * @ctrl_info: our copy of its entry in the resource table
 * @watch: looks at the control block once a heartbeat
 * @watch_lock: guards @watched, and @ctrl while a bell is looked at
 * @watched: bells and heartbeats are looked at
 * @reported: a crash was reported in this life
 * @last_beat: the heartbeat that @watch has seen last
 * @missed_beats: how often in a row it found the same
 * @recovery: follows a crash up
 * @retries: how often it has tried to start the remote since the crash
 * @recovering: the remote crashed, and what the core keeps for its recovery was
 *	not freed since; under the remote's lock
 * @owed_users: power count to give back once the remote runs again; under the
 *	remote's lock
 * @crashes: how often the remote crashed
 */
struct amp_core {
	struct device *dev;
	struct amp_cluster *cluster;
	u32 id;
	struct rproc *rproc;
	struct rproc_relay *relay;
	struct amp_region *regions;
	unsigned int num_regions;
	struct amp_bell bell;
	void *wire_table;
	bool removing;
	bool engaged;
	bool leave_running;
	unsigned int shutdown_ms;
	struct amp_farewell farewell;
	struct ampkit_ctrl *ctrl;
	struct ampkit_rsc_ctrl ctrl_info;
	struct delayed_work watch;
	spinlock_t watch_lock;	/* watched, ctrl */
	bool watched;
	atomic_t reported;
	u32 last_beat;
	unsigned int missed_beats;
	struct delayed_work recovery;
	unsigned int retries;
	bool recovering;
	unsigned int owed_users;
	unsigned int crashes;
};

/* Whether the driver goes, and was told to leave the remote as it is. */
static inline bool amp_stays(const struct amp_core *core)
{
	return READ_ONCE(core->removing) && READ_ONCE(core->leave_running);
}

/* amp_core.c */
void amp_forget_crash(struct rproc *rproc);

/* amp_attach.c */
struct resource_table *amp_get_loaded_rsc_table(struct rproc *rproc,
						size_t *size);
int amp_attach(struct rproc *rproc);
int amp_detach(struct rproc *rproc);

/* amp_memory.c */
int amp_memory_init(struct amp_core *core);
const struct amp_region *amp_find_region(const struct amp_core *core,
					 const char *name);
const struct amp_region *amp_find_range(const struct amp_core *core, u64 da,
					u64 len);
bool amp_placeable(const void *core, u64 da, u64 len);

/* amp_image.c */
int amp_sanity_check(struct rproc *rproc, const struct firmware *fw);
u64 amp_get_boot_addr(struct rproc *rproc, const struct firmware *fw);
int amp_parse_fw(struct rproc *rproc, const struct firmware *fw);
int amp_load(struct rproc *rproc, const struct firmware *fw);

/* amp_core.c */
extern struct platform_driver amp_core_driver;
struct amp_cluster *amp_cluster_of(const struct device *dev);
int amp_reset_detached(struct amp_core *core);
void amp_ring_bell(struct amp_core *core);

/* amp_coredump.c */
void amp_coredump(struct rproc *rproc);

/* amp_ctrl.c */
void amp_ctrl_init(struct amp_core *core);
void amp_ctrl_bind(struct amp_core *core, const void *body, size_t len);
void amp_ctrl_unbind(struct amp_core *core);
void amp_ctrl_clear(struct amp_core *core);
int amp_ctrl_wait_ready(struct amp_core *core);
bool amp_ctrl_can_shut_down(const struct amp_core *core);
void amp_ctrl_shut_down(struct amp_core *core);
void amp_ctrl_start_watch(struct amp_core *core);
void amp_ctrl_stop_watch(struct amp_core *core);
void amp_ctrl_bell(struct amp_core *core);
bool amp_ctrl_read_crash(struct amp_core *core, struct ampkit_crash *crash);
void amp_ctrl_log_crash(struct amp_core *core);

/* amp_farewell.c */
void amp_farewell_init(struct amp_core *core);
int amp_farewell_set(struct amp_core *core, const char *channel, u32 message);
void amp_farewell_arm(struct amp_core *core);
void amp_farewell_disarm(struct amp_core *core);

/* amp_recovery.c */
void amp_recovery_init(struct amp_core *core);
void amp_recovery_begin(struct amp_core *core);
void amp_recovery_prepare(struct amp_core *core);
void amp_recovery_done(struct amp_core *core);
void amp_recovery_fail(struct amp_core *core);
void amp_recovery_forget(struct amp_core *core);
void amp_recovery_end(struct amp_core *core);

/* amp_sysfs.c */
extern const struct attribute_group *amp_core_groups[];

/* soc_psci.c */
void amp_psci_init(struct amp_cluster *cluster);
int amp_psci_settle(struct amp_cluster *cluster, u64 mpidr, bool running);

/* soc_regs.c */
struct regmap *amp_map_registers(struct amp_cluster *cluster, const char *name);

/* soc_versal.c */
extern const struct amp_soc amp_soc_versal;

/* soc_zynqmp.c */
extern const struct amp_soc amp_soc_zynqmp;

/* soc_zynqmp_pm.c */
extern const struct amp_soc amp_soc_zynqmp_pm;

#endif /* AMPKIT_AMP_RPROC_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * soc_zynqmp_pm.c - the same A53 cores where firmware owns their registers
 *
 * On a board with Arm Trusted Firmware and the PMU's firmware the reset
 * registers are not Linux' to write. Cores are powered up and down by calls to
 * that firmware instead (UG1200, "EEMI API"), by way of its driver. Its
 * configuration has to let the APU do that.
 */

#include <linux/bits.h>
#include <linux/device.h>
#include <linux/elf.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/iopoll.h>
#include <linux/kernel.h>
#include <linux/of.h>

#include "../../include/compat.h"
#include "amp_rproc.h"

/* How often the firmware is asked, and how long a change may take, us */
#define ZYNQMP_PM_POLL		USEC_PER_MSEC
#define ZYNQMP_PM_BOUND		(5 * USEC_PER_SEC)

/* A core starts at an instruction, and bit 0 is not part of the address */
#define ZYNQMP_PM_BOOT_ALIGN	GENMASK(1, 0)

/* UG1200, "PM_GET_NODE_STATUS": states of a processor */
enum zynqmp_pm_state {
	ZYNQMP_PM_OFF,
	ZYNQMP_PM_ACTIVE,
	ZYNQMP_PM_SLEEP,
	ZYNQMP_PM_SUSPENDING,
};

/* UG1200, "Node IDs": NODE_APU_0 to NODE_APU_3 */
static const u32 zynqmp_pm_nodes[] = { 2, 3, 4, 5 };

/**
 * struct zynqmp_pm_reason - what an answer of the firmware means for a user
 * @err: the errno that its driver makes of it
 * @text: why, and what to do
 */
struct zynqmp_pm_reason {
	int err;
	const char *text;
};

static const struct zynqmp_pm_reason zynqmp_pm_reasons[] = {
	{ -EACCES, "not permitted, see the PMU's configuration object" },
	{ -EINVAL, "refused as invalid" },
	{ -ENODEV, "firmware driver not bound" },
	{ -EOPNOTSUPP, "not offered by this firmware" },
	{ -ENOTSUPP, "not offered by this firmware" },
	{ -EUSERS, "in use by another processor" },
};

static const char *zynqmp_pm_reason(int err)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(zynqmp_pm_reasons); i++)
		if (zynqmp_pm_reasons[i].err == err)
			return zynqmp_pm_reasons[i].text;

	return "failed";
}

static int zynqmp_pm_complain(struct amp_cluster *cluster, unsigned int core,
			      const char *what, int err)
{
	dev_err(cluster->dev, "firmware call to %s core %u: %s (%d)\n", what,
		core, zynqmp_pm_reason(err), err);

	return err;
}

static int zynqmp_pm_node(struct amp_cluster *cluster, unsigned int core,
			  u32 *node)
{
	if (core >= ARRAY_SIZE(zynqmp_pm_nodes)) {
		dev_err(cluster->dev, "the firmware knows no core %u\n", core);
		return -EINVAL;
	}

	*node = zynqmp_pm_nodes[core];

	return 0;
}

/* Whether the firmware's driver is still to come, rather than never there. */
static bool zynqmp_pm_is_expected(void)
{
	struct device_node *np;
	bool expected;

	if (!IS_REACHABLE(CONFIG_ZYNQMP_FIRMWARE))
		return false;

	np = of_find_compatible_node(NULL, NULL, "xlnx,zynqmp-firmware");
	expected = np && of_device_is_available(np);
	of_node_put(np);

	return expected;
}

/*
 * The firmware's driver looks up what the firmware offers, and remembers it in
 * memory that it allocates: here and not in a panic.
 */
static int zynqmp_pm_check_features(struct amp_cluster *cluster)
{
	const u32 calls[] = { PM_REQUEST_WAKEUP, PM_FORCE_POWERDOWN,
			      PM_GET_NODE_STATUS };
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(calls); i++) {
		ret = zynqmp_pm_feature(calls[i]);
		if (ret < 0)
			return dev_err_probe(cluster->dev, ret,
					     "the firmware does not offer call %u\n",
					     calls[i]);
	}

	return 0;
}

static int zynqmp_pm_init(struct amp_cluster *cluster)
{
	u32 version;
	int ret;

	ret = zynqmp_pm_get_api_version(&version);
	if (ret == -ENODEV && zynqmp_pm_is_expected())
		ret = -EPROBE_DEFER;
	if (ret)
		return dev_err_probe(cluster->dev, ret,
				     "no platform firmware, it takes CONFIG_ZYNQMP_FIRMWARE and a node xlnx,zynqmp-firmware\n");

	return zynqmp_pm_check_features(cluster);
}

static int zynqmp_pm_is_released(struct amp_cluster *cluster,
				 unsigned int core)
{
	u32 node, state;
	int ret;

	ret = zynqmp_pm_node(cluster, core, &node);
	if (ret)
		return ret;

	ret = zynqmp_pm_get_node_status(node, &state, NULL, NULL);
	if (ret)
		return zynqmp_pm_complain(cluster, core, "look at", ret);

	return state == ZYNQMP_PM_ACTIVE || state == ZYNQMP_PM_SUSPENDING;
}

/*
 * The call never sleeps: it is the secure monitor that waits for the PMU's
 * answer. A panic does not, as the PMU may be what it is about; then an error
 * is not told either.
 */
static int zynqmp_pm_assert(struct amp_cluster *cluster, unsigned int core)
{
	enum zynqmp_pm_request_ack ack = oops_in_progress ?
					 ZYNQMP_PM_REQUEST_ACK_NO :
					 ZYNQMP_PM_REQUEST_ACK_BLOCKING;
	u32 node;
	int ret;

	ret = zynqmp_pm_node(cluster, core, &node);
	if (ret)
		return ret;

	ret = zynqmp_pm_force_pwrdwn(node, ack);
	if (ret)
		return zynqmp_pm_complain(cluster, core, "power down", ret);

	return 0;
}

static int zynqmp_pm_release(struct amp_cluster *cluster, unsigned int core,
			     u64 boot_addr)
{
	u32 node;
	int ret;

	ret = zynqmp_pm_node(cluster, core, &node);
	if (ret)
		return ret;

	if (boot_addr & ZYNQMP_PM_BOOT_ALIGN) {
		dev_err(cluster->dev, "core %u can't start at 0x%llx: not aligned\n",
			core, boot_addr);
		return -EINVAL;
	}

	/* What the core will run, before it runs */
	wmb();

	ret = zynqmp_pm_request_wake(node, true, boot_addr,
				     ZYNQMP_PM_REQUEST_ACK_BLOCKING);
	if (ret)
		return zynqmp_pm_complain(cluster, core, "wake", ret);

	return 0;
}

static int zynqmp_pm_settle(struct amp_cluster *cluster, unsigned int core,
			    bool running)
{
	int state, ret;

	ret = read_poll_timeout(zynqmp_pm_is_released, state,
				state < 0 || state == running, ZYNQMP_PM_POLL,
				ZYNQMP_PM_BOUND, false, cluster, core);

	return state < 0 ? state : ret;
}

static const struct amp_reset_ops zynqmp_pm_reset_ops = {
	.init = zynqmp_pm_init,
	.assert = zynqmp_pm_assert,
	.release = zynqmp_pm_release,
	.is_released = zynqmp_pm_is_released,
	.settle = zynqmp_pm_settle,
};

const struct amp_soc amp_soc_zynqmp_pm = {
	.reset = &zynqmp_pm_reset_ops,
	.num_cores = ARRAY_SIZE(zynqmp_pm_nodes),
	/* Some tool chains put A53 code into ELF32 */
	.elf_class = ELFCLASSNONE,
	.elf_machine = EM_AARCH64,
	.boot_align = 4,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * amp_cluster.c - remote cores that are reset in the same way
 *
 * The parent of the remote cores: it has the registers, or the platform's
 * firmware has them, which the compatible tells. The cores are its children and
 * have a driver of their own, amp_core.c. A user meets them as
 * /sys/class/remoteproc/remoteprocN. See dts/xlnx,zynqmp-apu-remoteproc.yaml
 * for the binding.
 */

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>

#include "amp_rproc.h"

static int amp_cluster_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct amp_cluster *cluster;
	int ret;

	if (IS_ENABLED(CONFIG_CPU_BIG_ENDIAN))
		return dev_err_probe(dev, -EINVAL,
				     "the wire is little endian, this kernel is not\n");

	cluster = devm_kzalloc(dev, sizeof(*cluster), GFP_KERNEL);
	if (!cluster)
		return -ENOMEM;

	cluster->dev = dev;
	cluster->soc = of_device_get_match_data(dev);
	platform_set_drvdata(pdev, cluster);

	ret = cluster->soc->reset->init(cluster);
	if (ret)
		return ret;

	return devm_of_platform_populate(dev);
}

static const struct of_device_id amp_cluster_of_match[] = {
	{ .compatible = "xlnx,zynqmp-apu-remoteproc", .data = &amp_soc_zynqmp },
	{ .compatible = "xlnx,zynqmp-apu-remoteproc-pm",
	  .data = &amp_soc_zynqmp_pm },
	{ .compatible = "xlnx,versal-rpu-remoteproc", .data = &amp_soc_versal },
	{}
};
MODULE_DEVICE_TABLE(of, amp_cluster_of_match);

static struct platform_driver amp_cluster_driver = {
	.probe = amp_cluster_probe,
	.driver = {
		.name = "amp_rproc",
		.of_match_table = amp_cluster_of_match,
	},
};

/**
 * amp_cluster_of() - the cores that a remote core is one of
 * @dev: its device
 *
 * Context: for probe, where the parent stays.
 * Return: the cluster, NULL if the parent is none.
 */
struct amp_cluster *amp_cluster_of(const struct device *dev)
{
	if (dev->parent->driver != &amp_cluster_driver.driver)
		return NULL;

	return dev_get_drvdata(dev->parent);
}

static struct platform_driver * const amp_drivers[] = {
	&amp_core_driver,
	&amp_cluster_driver,
};

static int __init amp_rproc_init(void)
{
	return platform_register_drivers(amp_drivers, ARRAY_SIZE(amp_drivers));
}
module_init(amp_rproc_init);

static void __exit amp_rproc_exit(void)
{
	platform_unregister_drivers(amp_drivers, ARRAY_SIZE(amp_drivers));
}
module_exit(amp_rproc_exit);

MODULE_DESCRIPTION("Remote processors started by reset registers");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

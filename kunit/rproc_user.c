// SPDX-License-Identifier: GPL-2.0
/*
 * rproc_user.c - another module that needs a remote, for the tests
 *
 * As a driver with a phandle to a remote does: from its start to its end the
 * remote runs.
 *
 *	insmod rproc_user.ko node=/soc/remoteproc@fd1a0000/core@2
 *	echo 1 > /sys/module/rproc_user/parameters/panic
 *
 * The second does to that remote what a panic of the kernel would do to it.
 */

#include <linux/module.h>
#include <linux/of.h>
#include <linux/remoteproc.h>

static char *node = "";
module_param(node, charp, 0444);
MODULE_PARM_DESC(node, "path of the remote in the device tree");

static struct rproc *remote;

/* The test does not write while the module goes, and @remote with it */
static int panic_set(const char *val, const struct kernel_param *kp)
{
	if (!remote || !remote->ops->panic)
		return -ENODEV;

	remote->ops->panic(remote);

	return 0;
}

static const struct kernel_param_ops panic_ops = {
	.set = panic_set,
};

module_param_cb(panic, &panic_ops, NULL, 0200);
MODULE_PARM_DESC(panic, "call what is to be called in a panic");

static int __init rproc_user_init(void)
{
	struct device_node *np = of_find_node_by_path(node);
	phandle number;
	int ret;

	if (!np)
		return -ENOENT;
	number = np->phandle;
	of_node_put(np);

	remote = rproc_get_by_phandle(number);
	if (!remote)
		return -EPROBE_DEFER;

	ret = rproc_boot(remote);
	if (ret)
		rproc_put(remote);

	return ret;
}
module_init(rproc_user_init);

static void __exit rproc_user_exit(void)
{
	rproc_shutdown(remote);
	rproc_put(remote);
}
module_exit(rproc_user_exit);

MODULE_DESCRIPTION("Keeps a remote processor running, for tests");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0
/*
 * soc_zynqmp_pm_kunit.c - tests of the resets by way of the platform firmware
 *
 * The firmware is a fake one: it writes down how it was called, and answers
 * what the test wishes.
 */

#include <kunit/test.h>
#include <linux/device.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/string.h>

#include "../include/compat.h"

/**
 * struct fake_firmware - the platform firmware of a test
 * @answer: what each call returns
 * @state: what the node's state is, until @changes_after questions for it
 * @state_after: what it is from then on
 * @changes_after: number of questions that get @state
 * @questions: number of questions for the state
 * @missing: a call that it does not offer
 * @in_tree: the device tree has a node for it
 * @node: the node of the last call
 * @address: the boot address of the last call
 * @set_addr: whether that was to be taken
 * @ack: which answer the last call wished
 * @wakes: number of calls to wake
 * @powerdowns: number of calls to power down
 */
struct fake_firmware {
	int answer;
	u32 state;
	u32 state_after;
	unsigned int changes_after;
	unsigned int questions;
	u32 missing;
	bool in_tree;
	u32 node;
	u64 address;
	bool set_addr;
	int ack;
	unsigned int wakes;
	unsigned int powerdowns;
};

static struct fake_firmware fake;
static int fake_oops;
static struct device_node fake_node;

static int fake_api_version(u32 *version)
{
	*version = 1;
	return fake.answer;
}

static int fake_feature(u32 api_id)
{
	return fake.missing && api_id == fake.missing ? -EOPNOTSUPP : 1;
}

static int fake_request_wake(u32 node, bool set_addr, u64 address,
			     enum zynqmp_pm_request_ack ack)
{
	fake.node = node;
	fake.set_addr = set_addr;
	fake.address = address;
	fake.ack = ack;
	fake.wakes++;

	return fake.answer;
}

static int fake_force_pwrdwn(u32 node, enum zynqmp_pm_request_ack ack)
{
	fake.node = node;
	fake.ack = ack;
	fake.powerdowns++;

	return fake.answer;
}

static int fake_get_node_status(u32 node, u32 *status, u32 *requirements,
				u32 *usage)
{
	fake.node = node;
	*status = fake.questions++ < fake.changes_after ? fake.state :
							  fake.state_after;

	return fake.answer;
}

static struct device_node *fake_find_node(struct device_node *from,
					  const char *type, const char *name)
{
	return fake.in_tree ? &fake_node : NULL;
}

static bool fake_is_available(const struct device_node *np)
{
	return true;
}

static void fake_put(struct device_node *np)
{
}

#undef zynqmp_pm_request_wake
#undef zynqmp_pm_force_pwrdwn
#undef zynqmp_pm_get_node_status
#define zynqmp_pm_get_api_version fake_api_version
#define zynqmp_pm_feature fake_feature
#define zynqmp_pm_request_wake fake_request_wake
#define zynqmp_pm_force_pwrdwn fake_force_pwrdwn
#define zynqmp_pm_get_node_status fake_get_node_status
#define of_find_compatible_node fake_find_node
#define of_device_is_available fake_is_available
#define of_node_put fake_put
#define oops_in_progress fake_oops
/* As if the kernel had the firmware's driver */
#undef CONFIG_ZYNQMP_FIRMWARE
#define CONFIG_ZYNQMP_FIRMWARE 1

#include "../drivers/remoteproc/soc_zynqmp_pm.c"

#define BOOT_ADDR	0x110000040ULL

static const struct amp_reset_ops *ops = &zynqmp_pm_reset_ops;

static int pm_init(struct kunit *test)
{
	struct amp_cluster *cluster;
	struct device *dev;

	memset(&fake, 0, sizeof(fake));
	fake_oops = 0;

	dev = __root_device_register("soc_zynqmp_pm_kunit", NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(dev));

	cluster = kunit_kzalloc(test, sizeof(*cluster), GFP_KERNEL);
	if (!cluster) {
		root_device_unregister(dev);
		return -ENOMEM;
	}

	cluster->dev = dev;
	cluster->soc = &amp_soc_zynqmp_pm;
	test->priv = cluster;

	return 0;
}

static void pm_exit(struct kunit *test)
{
	struct amp_cluster *cluster = test->priv;

	if (cluster)
		root_device_unregister(cluster->dev);
}

/* One row: a core, and its node */
struct core_node {
	const char *name;
	unsigned int core;
	u32 node;
};

static const struct core_node core_node_rows[] = {
	{ "core_0", 0, 2 },
	{ "core_1", 1, 3 },
	{ "core_2", 2, 4 },
	{ "core_3", 3, 5 },
};

static void core_node_desc(const struct core_node *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(core_node, core_node_rows, core_node_desc);

static void release_wakes_the_core_at_its_address(struct kunit *test)
{
	const struct core_node *row = test->param_value;

	KUNIT_EXPECT_EQ(test, ops->release(test->priv, row->core, BOOT_ADDR),
			0);
	KUNIT_EXPECT_EQ(test, fake.wakes, 1);
	KUNIT_EXPECT_EQ(test, fake.node, row->node);
	KUNIT_EXPECT_TRUE(test, fake.set_addr);
	KUNIT_EXPECT_EQ(test, fake.address, BOOT_ADDR);
	KUNIT_EXPECT_EQ(test, fake.ack, (int)ZYNQMP_PM_REQUEST_ACK_BLOCKING);
}

static void assert_powers_the_core_down(struct kunit *test)
{
	const struct core_node *row = test->param_value;

	KUNIT_EXPECT_EQ(test, ops->assert(test->priv, row->core), 0);
	KUNIT_EXPECT_EQ(test, fake.powerdowns, 1);
	KUNIT_EXPECT_EQ(test, fake.node, row->node);
	KUNIT_EXPECT_EQ(test, fake.ack, (int)ZYNQMP_PM_REQUEST_ACK_BLOCKING);
}

static void assert_in_a_panic_waits_for_no_answer(struct kunit *test)
{
	const struct core_node *row = test->param_value;

	fake_oops = 1;

	KUNIT_EXPECT_EQ(test, ops->assert(test->priv, row->core), 0);
	KUNIT_EXPECT_EQ(test, fake.node, row->node);
	KUNIT_EXPECT_EQ(test, fake.ack, (int)ZYNQMP_PM_REQUEST_ACK_NO);
	KUNIT_EXPECT_EQ(test, fake.questions, 0);
}

static void unaligned_address_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ops->release(test->priv, 3, BOOT_ADDR | 1),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, ops->release(test->priv, 3, BOOT_ADDR | 2),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, fake.wakes, 0);
}

static void unknown_core_is_refused(struct kunit *test)
{
	const unsigned int cores[] = { 4, 5, UINT_MAX };
	unsigned int i;

	KUNIT_EXPECT_EQ(test, amp_soc_zynqmp_pm.num_cores, 4);
	for (i = 0; i < ARRAY_SIZE(cores); i++) {
		KUNIT_EXPECT_EQ(test, ops->release(test->priv, cores[i], 0),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, ops->assert(test->priv, cores[i]),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, ops->is_released(test->priv, cores[i]),
				-EINVAL);
		KUNIT_EXPECT_EQ(test, ops->settle(test->priv, cores[i], true),
				-EINVAL);
	}
	KUNIT_EXPECT_EQ(test, fake.wakes + fake.powerdowns + fake.questions,
			0);
}

/* One row: an error of the firmware's driver, and a word that explains it */
struct firmware_error {
	const char *name;
	int err;
	const char *text;
};

static const struct firmware_error firmware_error_rows[] = {
	{ "no_access", -EACCES, "not permitted" },
	{ "invalid", -EINVAL, "invalid" },
	{ "no_driver", -ENODEV, "not bound" },
	{ "no_feature", -ENOTSUPP, "not offered" },
	{ "no_version", -EOPNOTSUPP, "not offered" },
	{ "other_user", -EUSERS, "another processor" },
	{ "anything_else", -EIO, "failed" },
};

static void firmware_error_desc(const struct firmware_error *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(firmware_error, firmware_error_rows, firmware_error_desc);

static void error_is_passed_on_and_explained(struct kunit *test)
{
	const struct firmware_error *row = test->param_value;

	fake.answer = row->err;

	KUNIT_EXPECT_EQ(test, ops->release(test->priv, 3, BOOT_ADDR),
			row->err);
	KUNIT_EXPECT_EQ(test, ops->assert(test->priv, 3), row->err);
	KUNIT_EXPECT_EQ(test, ops->is_released(test->priv, 3), row->err);
	KUNIT_EXPECT_EQ(test, ops->settle(test->priv, 3, true), row->err);
	KUNIT_EXPECT_NOT_NULL(test, strstr(zynqmp_pm_reason(row->err),
					   row->text));
}

/* One row: a state of a processor, and whether it is out of reset in it */
struct node_state {
	const char *name;
	u32 state;
	int released;
};

static const struct node_state node_state_rows[] = {
	{ "off", 0, 0 },
	{ "active", 1, 1 },
	{ "sleep", 2, 0 },
	{ "suspending", 3, 1 },
};

static void node_state_desc(const struct node_state *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(node_state, node_state_rows, node_state_desc);

static void is_released_follows_the_state(struct kunit *test)
{
	const struct node_state *row = test->param_value;

	fake.state_after = row->state;

	KUNIT_EXPECT_EQ(test, ops->is_released(test->priv, 2), row->released);
	KUNIT_EXPECT_EQ(test, fake.node, 4);
}

static void settle_waits_until_the_state_is_reached(struct kunit *test)
{
	fake.state = 0;
	fake.state_after = 1;
	fake.changes_after = 5;

	KUNIT_EXPECT_EQ(test, ops->settle(test->priv, 3, true), 0);
	KUNIT_EXPECT_EQ(test, fake.questions, 6);

	fake.state = 1;
	fake.state_after = 0;
	fake.questions = 0;

	KUNIT_EXPECT_EQ(test, ops->settle(test->priv, 3, false), 0);
	KUNIT_EXPECT_EQ(test, fake.questions, 6);
}

static void settle_gives_up_in_the_end(struct kunit *test)
{
	ktime_t start = ktime_get();

	fake.state_after = 1;

	KUNIT_EXPECT_EQ(test, ops->settle(test->priv, 3, false), -ETIMEDOUT);
	KUNIT_EXPECT_LT(test, ktime_ms_delta(ktime_get(), start), 10000);
}

static int probe_answer;

static int fake_probe(struct platform_device *pdev)
{
	struct amp_cluster cluster = { .dev = &pdev->dev };

	probe_answer = ops->init(&cluster);

	return probe_answer;
}

/* Without an owner: suites of 6.1 run before the module has a kobject */
static struct platform_driver fake_driver = {
	.driver = {
		.name = "soc_zynqmp_pm_kunit",
		.bus = &platform_bus_type,
	},
	.probe = fake_probe,
};

/* A real probe: the kernel frees the reason of no other that is put off */
static void probe_waits_for_the_firmware_driver(struct kunit *test)
{
	struct platform_device *pdev;
	int ret;

	fake.answer = -ENODEV;
	fake.in_tree = true;
	probe_answer = 0;

	pdev = platform_device_register_simple("soc_zynqmp_pm_kunit",
					       PLATFORM_DEVID_NONE, NULL, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR(pdev));
	ret = driver_register(&fake_driver.driver);
	KUNIT_EXPECT_EQ(test, ret, 0);
	if (!ret)
		driver_unregister(&fake_driver.driver);
	KUNIT_EXPECT_EQ(test, probe_answer, -EPROBE_DEFER);
	platform_device_unregister(pdev);
}

static void probe_fails_without_the_firmware(struct kunit *test)
{
	fake.answer = -ENODEV;

	KUNIT_EXPECT_EQ(test, ops->init(test->priv), -ENODEV);
}

static void probe_fails_without_a_call(struct kunit *test)
{
	fake.missing = PM_FORCE_POWERDOWN;

	KUNIT_EXPECT_EQ(test, ops->init(test->priv), -EOPNOTSUPP);
}

static void probe_takes_a_firmware_that_offers_all(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ops->init(test->priv), 0);
}

static struct kunit_case pm_cases[] = {
	KUNIT_CASE_PARAM(release_wakes_the_core_at_its_address,
			 core_node_gen_params),
	KUNIT_CASE_PARAM(assert_powers_the_core_down, core_node_gen_params),
	KUNIT_CASE_PARAM(assert_in_a_panic_waits_for_no_answer,
			 core_node_gen_params),
	KUNIT_CASE(unaligned_address_is_refused),
	KUNIT_CASE(unknown_core_is_refused),
	KUNIT_CASE_PARAM(error_is_passed_on_and_explained,
			 firmware_error_gen_params),
	KUNIT_CASE_PARAM(is_released_follows_the_state,
			 node_state_gen_params),
	KUNIT_CASE(settle_waits_until_the_state_is_reached),
	KUNIT_CASE(settle_gives_up_in_the_end),
	KUNIT_CASE(probe_waits_for_the_firmware_driver),
	KUNIT_CASE(probe_fails_without_the_firmware),
	KUNIT_CASE(probe_fails_without_a_call),
	KUNIT_CASE(probe_takes_a_firmware_that_offers_all),
	{}
};

static struct kunit_suite pm_suite = {
	.name = "soc_zynqmp_pm",
	.init = pm_init,
	.exit = pm_exit,
	.test_cases = pm_cases,
};

kunit_test_suite(pm_suite);

MODULE_DESCRIPTION("Tests of the resets by way of the platform firmware");
MODULE_LICENSE("GPL");

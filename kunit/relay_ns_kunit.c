// SPDX-License-Identifier: GPL-2.0
/*
 * relay_ns_kunit.c - tests of what is passed on of a remote's announcements
 */

#include <kunit/test.h>
#include <linux/module.h>

#include "../drivers/remoteproc/relay_ns.c"
#include "../drivers/remoteproc/relay_rpmsg.c"

static int ns_init(struct kunit *test)
{
	struct relay_ns *ns = kunit_kzalloc(test, sizeof(*ns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ns);
	relay_ns_reset(ns, 1000);
	test->priv = ns;

	return 0;
}

static bool announce(struct relay_ns *ns, const char *name, u32 addr,
		     u32 flags, u64 now_ms)
{
	struct rpmsg_ns_msg msg = {
		.addr = (__force __rpmsg32)cpu_to_le32(addr),
		.flags = (__force __rpmsg32)cpu_to_le32(flags),
	};

	strscpy_pad(msg.name, name, sizeof(msg.name));
	return relay_ns_accept(ns, &msg, sizeof(msg), now_ms);
}

static void channels_come_and_go(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 1, RPMSG_NS_CREATE, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 2, RPMSG_NS_CREATE, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "b", 1, RPMSG_NS_CREATE, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 1, RPMSG_NS_DESTROY, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 1, RPMSG_NS_CREATE, 1000));
	KUNIT_EXPECT_EQ(test, ns->num, 3);
}

static void duplicate_is_refused(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	announce(ns, "a", 1, RPMSG_NS_CREATE, 1000);

	KUNIT_EXPECT_FALSE(test, announce(ns, "a", 1, RPMSG_NS_CREATE, 1000));
	KUNIT_EXPECT_EQ(test, ns->num, 1);
}

static void end_of_what_never_was_is_refused(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	announce(ns, "a", 1, RPMSG_NS_CREATE, 1000);

	KUNIT_EXPECT_FALSE(test, announce(ns, "b", 1, RPMSG_NS_DESTROY, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "a", 2, RPMSG_NS_DESTROY, 1000));
	KUNIT_EXPECT_EQ(test, ns->num, 1);
}

static void nobodys_addresses_are_refused(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	KUNIT_EXPECT_FALSE(test, announce(ns, "a", RPMSG_NS_ADDR, 0, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "a", RPMSG_ADDR_ANY, 0, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 0, 0, 1000));
}

static void hashes_of_names_do_not_matter(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	/* jhash() makes the same of both */
	announce(ns, "ch20311", 1, RPMSG_NS_CREATE, 1000);
	KUNIT_EXPECT_FALSE(test, announce(ns, "ch87477", 1, RPMSG_NS_DESTROY,
					  1000));
	KUNIT_EXPECT_EQ(test, ns->num, 1);
	KUNIT_EXPECT_TRUE(test, announce(ns, "ch87477", 1, 0, 1000));
}

static void name_that_is_no_text_is_refused(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	KUNIT_EXPECT_FALSE(test, announce(ns, "a\nMAJOR=1", 1, 0, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "\x1b[2J", 1, 0, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "\xc4", 1, 0, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "a/b", 1, 0, 1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "a !~", 1, 0, 1000));
}

static void name_of_the_bus_own_is_refused(struct kunit *test)
{
	struct relay_ns *ns = test->priv;

	KUNIT_EXPECT_FALSE(test, announce(ns, "rpmsg_ctrl", 0, 0, 1000));
	KUNIT_EXPECT_FALSE(test, announce(ns, "rpmsg_ctrl", 0, RPMSG_NS_DESTROY,
					  1000));
	KUNIT_EXPECT_TRUE(test, announce(ns, "rpmsg_ctrl2", 0, 0, 1000));
}

static void nameless_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, announce(test->priv, "", 1, 0, 1000));
}

static void name_without_an_end_is_cut(struct kunit *test)
{
	struct relay_ns *ns = test->priv;
	struct rpmsg_ns_msg msg = {
		.addr = (__force __rpmsg32)cpu_to_le32(1),
	};

	memset(msg.name, 'n', sizeof(msg.name));
	KUNIT_EXPECT_TRUE(test, relay_ns_accept(ns, &msg, sizeof(msg), 1000));

	/* The host sees 31 characters, so this is the same channel */
	msg.name[31] = '\0';
	KUNIT_EXPECT_FALSE(test, relay_ns_accept(ns, &msg, sizeof(msg), 1000));
}

static void wrong_length_is_refused(struct kunit *test)
{
	struct rpmsg_ns_msg msg = { .name = "a" };

	KUNIT_EXPECT_FALSE(test, relay_ns_accept(test->priv, &msg,
						 sizeof(msg) - 1, 1000));
	KUNIT_EXPECT_FALSE(test, relay_ns_accept(test->priv, &msg, 0, 1000));
}

static void channels_are_capped(struct kunit *test)
{
	struct relay_ns *ns = test->priv;
	unsigned int i;

	for (i = 0; i < RELAY_NS_MAX_CHANNELS; i++)
		KUNIT_ASSERT_TRUE(test, announce(ns, "a", 1024 + i, 0, 1000));

	KUNIT_EXPECT_FALSE(test, announce(ns, "a", 1, 0, 1000));
	announce(ns, "a", 1024, RPMSG_NS_DESTROY, 1000);
	KUNIT_EXPECT_TRUE(test, announce(ns, "a", 1, 0, 1000));
}

static void flood_is_slowed_down(struct kunit *test)
{
	struct relay_ns *ns = test->priv;
	unsigned int passed = 0;
	unsigned int i;

	for (i = 0; i < 10 * RELAY_NS_BURST; i++)
		passed += announce(ns, "a", 1, i & 1, 1000);
	KUNIT_EXPECT_EQ(test, passed, RELAY_NS_BURST);

	for (i = 0; i < 1000; i++)
		passed += announce(ns, "a", 1, i & 1,
				   1000 + 10 * RELAY_NS_PERIOD_MS);
	KUNIT_EXPECT_EQ(test, passed, RELAY_NS_BURST + 10);
}

static void rest_earns_no_more_than_a_burst(struct kunit *test)
{
	struct relay_ns *ns = test->priv;
	unsigned int passed = 0;
	unsigned int i;

	for (i = 0; i < 2 * RELAY_NS_BURST; i++)
		passed += announce(ns, "a", 1, i & 1, 1000 + 3600 * 1000);
	KUNIT_EXPECT_EQ(test, passed, RELAY_NS_BURST);
}

/* A message as it stands in a buffer: 4 bytes to a client, @len written */
static bool check_message(struct kunit *test, u16 hdr_len, u32 len)
{
	struct {
		struct rpmsg_wire_hdr hdr;
		char payload[4];
	} msg = {
		.hdr.dst = cpu_to_le32(1024),
		.hdr.len = cpu_to_le16(hdr_len),
	};

	return relay_rpmsg_check(test->priv, &msg, len);
}

static void message_shorter_than_its_header_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, check_message(test, 0, 16));
	KUNIT_EXPECT_FALSE(test, check_message(test, 0, 15));
	KUNIT_EXPECT_FALSE(test, check_message(test, 0, 0));
}

static void message_longer_than_what_was_written_is_refused(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, check_message(test, 4, 20));
	KUNIT_EXPECT_FALSE(test, check_message(test, 5, 20));
	KUNIT_EXPECT_FALSE(test, check_message(test, U16_MAX, 20));
}

static struct kunit_case relay_ns_cases[] = {
	KUNIT_CASE(channels_come_and_go),
	KUNIT_CASE(duplicate_is_refused),
	KUNIT_CASE(end_of_what_never_was_is_refused),
	KUNIT_CASE(nobodys_addresses_are_refused),
	KUNIT_CASE(hashes_of_names_do_not_matter),
	KUNIT_CASE(name_that_is_no_text_is_refused),
	KUNIT_CASE(name_of_the_bus_own_is_refused),
	KUNIT_CASE(nameless_is_refused),
	KUNIT_CASE(name_without_an_end_is_cut),
	KUNIT_CASE(wrong_length_is_refused),
	KUNIT_CASE(channels_are_capped),
	KUNIT_CASE(flood_is_slowed_down),
	KUNIT_CASE(rest_earns_no_more_than_a_burst),
	KUNIT_CASE(message_shorter_than_its_header_is_refused),
	KUNIT_CASE(message_longer_than_what_was_written_is_refused),
	{}
};

static struct kunit_suite relay_ns_suite = {
	.name = "relay_ns",
	.init = ns_init,
	.test_cases = relay_ns_cases,
};

kunit_test_suite(relay_ns_suite);

MODULE_DESCRIPTION("Tests of what is passed on of a remote's announcements");
MODULE_LICENSE("GPL");

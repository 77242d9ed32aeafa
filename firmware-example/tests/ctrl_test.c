// SPDX-License-Identifier: BSD-3-Clause
/*
 * Host tests of the control block's client, alone and in a remote.
 */
#include <stdio.h>
#include <string.h>

#include "rpmsg.h"

#define PERIOD_MS	1000
#define PERIOD_US	(PERIOD_MS * 1000U)

#define CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __func__, __LINE__, #cond);	\
		failed = true;						\
	}								\
} while (0)

RPMSG_RSC_TABLE(table, RSC_RPMSG(8), RSC_CTRL(block, PERIOD_MS));
RPMSG_RSC_TABLE(bare, RSC_RPMSG(8));

static bool failed;
static uint64_t now;
static unsigned int bells;
static uint32_t state_at_bell;
static struct rpmsg_remote remote;

static void fake_notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	CHECK(notifyid == RPMSG_NOTIFY_CTRL);
	state_at_bell = block.state;
	bells++;
}

/* Asks for a shutdown while the remote sleeps, after five heartbeats. */
static void fake_wait(void *priv, const volatile bool *work,
		      uint32_t timeout_us)
{
	(void)priv;
	CHECK(timeout_us <= PERIOD_US / 2);
	if (*work)
		return;
	now += timeout_us;
	if (block.heartbeat == 5)
		block.request = AMPKIT_CTRL_SHUTDOWN;
}

static void *fake_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	(void)priv;
	(void)da;
	(void)len;
	return NULL;
}

static void fake_barrier(void)
{
}

static uint64_t fake_time_us(void *priv)
{
	(void)priv;
	return now;
}

static const struct rpmsg_port port = {
	.notify = fake_notify,
	.wait = fake_wait,
	.da_to_ptr = fake_da_to_ptr,
	.mb = fake_barrier,
	.rmb = fake_barrier,
	.wmb = fake_barrier,
	.time_us = fake_time_us,
};

static void clear(void)
{
	memset(&block, 0, sizeof(block));
	block.magic = AMPKIT_CTRL_MAGIC;
	block.version = AMPKIT_CTRL_VERSION;
	bells = 0;
	now = 1000;
}

static int init(const void *resources, size_t size, struct ampkit_ctrl *ctrl)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = resources,
		.table_size = size,
		.port = &port,
		.ctrl = ctrl,
	};

	clear();
	return rpmsg_remote_init(&remote, &cfg);
}

#if __SIZEOF_POINTER__ == 4
/* Only there is an address of this program one of 32 bits. */
static void entry_is_what_the_host_expects(void)
{
	struct ampkit_rsc_ctrl body;

	CHECK(table.entry1.type == AMPKIT_RSC_CTRL);
	memcpy(&body, &table.entry1.magic, sizeof(body));
	CHECK(body.magic == AMPKIT_CTRL_MAGIC && body.version == 1);
	CHECK(body.da == (uint32_t)(uintptr_t)&block);
	CHECK(body.len == sizeof(block) && body.features == 15);
	CHECK(body.heartbeat_ms == PERIOD_MS);
	CHECK((uintptr_t)&block % RSC_PAGE_SIZE == 0);
}
#endif

static void a_block_has_to_be_announced(void)
{
	CHECK(init(&bare, sizeof(bare), &block) == -EINVAL);
	CHECK(init(&bare, sizeof(bare), NULL) == 0);
	CHECK(rpmsg_remote_poll(&remote, 1) == 0);
	CHECK(block.state == AMPKIT_CTRL_STARTING && !bells);
	CHECK(rpmsg_remote_idle_us(&remote) == RPMSG_LINK_POLL_US);
	CHECK(init(&table, sizeof(table) - 1, &block) == -EINVAL);
	table.entry1.magic++;
	CHECK(init(&table, sizeof(table), &block) == -EINVAL);
	table.entry1.magic--;
	CHECK(init(&table, sizeof(table), &block) == 0);
}

static void ready_comes_with_the_first_poll(void)
{
	CHECK(!init(&table, sizeof(table), &block));
	CHECK(block.state == AMPKIT_CTRL_STARTING && !bells);
	rpmsg_remote_poll(&remote, 1);
	CHECK(block.state == AMPKIT_CTRL_READY && bells == 1);
	CHECK(block.heartbeat == 1);
	rpmsg_remote_poll(&remote, 1);
	CHECK(bells == 1 && block.heartbeat == 1);
}

static void heart_beats_twice_a_period(void)
{
	unsigned int i;

	CHECK(!init(&table, sizeof(table), &block));
	for (i = 0; i < 100; i++) {
		rpmsg_remote_poll(&remote, 1);
		now += PERIOD_US / 10;
	}
	CHECK(block.heartbeat == 20);
	table.entry1.features &= ~AMPKIT_CTRL_F_HEARTBEAT;
	CHECK(!init(&table, sizeof(table), &block));
	now += 10 * PERIOD_US;
	rpmsg_remote_poll(&remote, 1);
	CHECK(block.heartbeat == 0);
	table.entry1.features |= AMPKIT_CTRL_F_HEARTBEAT;
	table.entry1.heartbeat_ms = 0xffffffff;
	CHECK(!init(&table, sizeof(table), &block));
	CHECK(remote.ctrl.period_us == 1800000000U);
	table.entry1.heartbeat_ms = PERIOD_MS;
}

static void shutdown_ends_run_and_deinit_acknowledges(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		CHECK(!init(&table, sizeof(table), &block));
		CHECK(rpmsg_remote_run(&remote) == 0);
		CHECK(block.heartbeat == 5);
		CHECK(block.state == AMPKIT_CTRL_READY);
		rpmsg_remote_deinit(&remote);
		CHECK(block.state == AMPKIT_CTRL_STOPPED && bells == 2);
		CHECK(state_at_bell == AMPKIT_CTRL_STOPPED);
	}
}

static void requests_not_known_are_ignored(void)
{
	CHECK(!init(&table, sizeof(table), &block));
	block.request = 77;
	rpmsg_remote_poll(&remote, 1);
	CHECK(!rpmsg_remote_should_stop(&remote));
	block.request = AMPKIT_CTRL_SHUTDOWN;
	rpmsg_remote_poll(&remote, 1);
	CHECK(rpmsg_remote_should_stop(&remote));
}

static void crash_record_is_whole_when_the_state_says_so(void)
{
	struct ampkit_crash crash;
	unsigned int i;

	clear();
	memset(&crash, 'x', sizeof(crash));
	crash.arch = AMPKIT_CRASH_AARCH64;
	for (i = 0; i < 31; i++)
		crash.regs[i] = i * 0x100000001ULL;
	ctrl_crash(&block, &port, &crash);
	CHECK(block.state == AMPKIT_CTRL_CRASHED && bells == 1);
	CHECK(block.crash.message[sizeof(crash.message) - 1] == '\0');
	CHECK(block.crash.message[sizeof(crash.message) - 2] == 'x');
	CHECK(!memcmp(block.crash.regs, crash.regs, sizeof(crash.regs)));
	CHECK(block.crash.esr == 0x7878787878787878ULL);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
#define TEST(name) { #name, name }
#if __SIZEOF_POINTER__ == 4
	TEST(entry_is_what_the_host_expects),
#endif
	TEST(a_block_has_to_be_announced),
	TEST(ready_comes_with_the_first_poll),
	TEST(heart_beats_twice_a_period),
	TEST(shutdown_ends_run_and_deinit_acknowledges),
	TEST(requests_not_known_are_ignored),
	TEST(crash_record_is_whole_when_the_state_says_so),
};

int main(void)
{
	unsigned int i, bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		failed = false;
		tests[i].run();
		printf("%s %u - %s\n", failed ? "not ok" : "ok", i + 1,
		       tests[i].name);
		bad += failed;
	}
	printf("1..%u\n", i);
	return bad != 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that come while a channel is being bound: the rpmsg core makes its
 * endpoint before the driver is asked, which then sets some messages aside.
 */
#include <ampkit/bench.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "char.h"

#define DRIVER		"/sys/bus/rpmsg/drivers/rpmsg_chrdev/"
#define PARAMETERS	"/sys/module/rpmsg_char/parameters/"

/* More than come in a flood */
#define MANY_MESSAGES	"65536"
#define MANY_BYTES	"16777216"

/* As in the driver: so many are set aside */
#define EARLY_MAX	64

/* How long a processor is busy, and how long not */
#define HOG_US		3000
#define PAUSE_US	50

#define ROUNDS		40

/* Messages of a flood, which lasts longer than a bind */
#define FLOOD		40000

static void ask_for_a_flood(int fd)
{
	struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = BENCH_SOURCE,
		.arg = FLOOD,
		.seq = sizeof(msg),
	};

	expect_eq(write(fd, &msg, sizeof(msg)), sizeof(msg));
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
}

/*
 * How many messages come without a gap, at most one more than are set aside; 0
 * when the flood is over before there is one.
 */
static unsigned int count_in_a_row(int fd)
{
	struct bench_msg msg;
	unsigned int count;
	__u64 first = 0;

	for (count = 0; count <= EARLY_MAX; count++) {
		if (!poll_for(fd, POLLIN, PROMPT_MS))
			return 0;
		expect_eq(read(fd, &msg, sizeof(msg)), sizeof(msg));
		expect_eq(msg.command, BENCH_DATA);
		if (!count)
			first = msg.seq;
		if (msg.seq != first + count)
			break;
	}
	return count;
}

static atomic_bool bound;

/* Of one processor it leaves others a moment now and then: there all takes long */
static void *hog_a_processor(void *unused)
{
	const struct sched_param param = { .sched_priority = 1 };
	__u64 until;

	stay_on(1);
	expect_ok(sched_setscheduler(0, SCHED_FIFO, &param));
	while (!atomic_load(&bound)) {
		until = now_us() + HOG_US;
		while (now_us() < until)
			;
		pause_us(PAUSE_US);
	}
	return unused;
}

static void bind_slowly(const char *channel)
{
	pthread_t hog;

	atomic_store(&bound, false);
	expect_eq(pthread_create(&hog, NULL, hog_a_processor, NULL), 0);
	stay_on(1);
	expect_ok(write_file(DRIVER "bind", channel));
	stay_on(0);
	atomic_store(&bound, true);
	expect_eq(pthread_join(hog, NULL), 0);
}

static bool is_silent(void *fd)
{
	drain(*(int *)fd);
	return !poll_for(*(int *)fd, POLLIN, 100);
}

/*
 * True if more came before the driver was ready than it sets aside: those are in a
 * row, and what came first behind them is not.
 */
static bool bind_in_a_flood(void)
{
	int fd = remote_open(0, O_NONBLOCK);
	char channel[128];
	unsigned int count;

	expect(remote_find_channel(0, channel, sizeof(channel)), "no channel");
	ask_for_a_flood(fd);
	expect_ok(write_file(DRIVER "unbind", channel));
	close(fd);
	bind_slowly(channel);

	fd = remote_open(0, O_NONBLOCK);
	count = count_in_a_row(fd);
	note("%u in a row", count);
	expect_soon(is_silent, &fd, 4 * WAIT_MS);
	close(fd);
	/* Or the driver was quick */
	expect(!count || count >= EARLY_MAX, "%u in a row", count);
	return count == EARLY_MAX;
}

static void bind_in_floods(void)
{
	unsigned int i;

	remote_set_firmware(0, image_of(0, "bench"));
	remote_start(0);
	expect_ok(write_file(PARAMETERS "queue_messages", MANY_MESSAGES));
	expect_ok(write_file(PARAMETERS "queue_bytes", MANY_BYTES));
	for (i = 0; i < ROUNDS; i++)
		if (bind_in_a_flood())
			return;
	fail("never more than %d came before the driver was ready", EARLY_MAX);
}

static const struct test tests[] = {
	TEST("messages_that_come_before_a_probe_are_set_aside", bind_in_floods,
	     .timeout_s = 120),
};

const struct suite char_early_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

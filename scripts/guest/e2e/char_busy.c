// SPDX-License-Identifier: GPL-2.0
/*
 * Readers that look for messages themselves for a while before they sleep.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

#define ECHOES		40
#define ROUNDS		100

static void echo_many(int fd)
{
	unsigned int i;

	for (i = 0; i < ECHOES; i++)
		remote_echo(fd, i % 2 ? "odd" : "even");
}

/* remote_echo() asks poll() before it reads: that is no reader who polls */
static void read_many(int fd)
{
	unsigned int i, number;

	for (i = 0; i < ECHOES; i++) {
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i);
	}
}

/* True if it has polled for its message, and not in vain. */
static bool read_polling(int fd, unsigned int number)
{
	unsigned int answer;
	int there;
	__u64 began;

	expect_eq(write(fd, &number, sizeof(number)), sizeof(number));
	expect_ok(ioctl(fd, FIONREAD, &there));
	began = now_us();
	expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
	expect_eq(answer, number);
	return !there && now_us() - began < RPMSG_EPT_BUSY_POLL_MAX;
}

/* On a busy host many answers are there at once, or come too late: they ring */
static void poll_without_bells(void)
{
	int fd = remote_start_and_open(0, 0);
	unsigned int reads, polled = 0;
	unsigned long bells;

	read_many(fd);
	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, RPMSG_EPT_BUSY_POLL_MAX));
	bells = bells_taken();
	for (reads = 0; reads < ROUNDS * ECHOES && polled < ECHOES; reads++)
		polled += read_polling(fd, reads);
	bells = bells_taken() - bells;
	note("%lu bells for %u messages, %u of them polled for", bells, reads,
	     polled);
	expect_eq(polled, ECHOES);
	expect(bells < reads - ECHOES / 4, "%lu bells", bells);

	/* And then it is as before */
	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, 0));
	bells = bells_taken();
	echo_many(fd);
	expect(bells_taken() - bells > ECHOES / 2, "%lu bells",
	       bells_taken() - bells);
}

/* Too short for any answer: each read polls in vain, and sleeps */
static void poll_in_vain(void)
{
	int fd = remote_start_and_open(0, 0);

	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, 1));
	read_many(fd);
}

static void poll_bounds(void)
{
	int fd = remote_start_and_open(0, 0);

	expect_errno(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL,
			   RPMSG_EPT_BUSY_POLL_MAX + 1), EINVAL);
	expect_errno(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, ~0UL), EINVAL);
	remote_echo(fd, "as before");
}

static void *read_one(void *context)
{
	static char data[PAYLOAD_MAX];
	long ret = read(*(int *)context, data, sizeof(data));

	return (void *)(ret < 0 ? -(long)errno : ret);
}

/* Who polls takes messages in for an endpoint that holds back, too */
static void poll_beside_holding(void)
{
	int holder, poller;
	pthread_t reader;
	char node[64];
	void *ret;

	expect_ok(module_load("rpmsg_ctrl"));
	holder = remote_start_and_open(0, 0);
	ept_create(ctrl_open(0), "poller", RPMSG_ADDR_ANY, echo_address(0),
		   node, sizeof(node));
	poller = open(node, O_RDWR);
	expect_ok(poller);
	expect_ok(ioctl(poller, RPMSG_EPT_SET_BUSY_POLL,
			RPMSG_EPT_BUSY_POLL_MAX));
	hold_back(holder);
	expect_eq(write(poller, "behind", 6), 6);
	expect_eq(pthread_create(&reader, NULL, read_one, &poller), 0);
	read_held_back(holder);
	expect_eq(pthread_join(reader, &ret), 0);
	expect_eq((long)ret, 6);
	expect_eq(ept_info(holder).dropped, 0);
}

static void *poll_until_the_end(void *context)
{
	void *ret;

	do {
		ret = read_one(context);
	} while ((long)ret >= 0);
	return ret;
}

static void stop_while_polled(void)
{
	int fd = remote_start_and_open(0, 0);
	unsigned int i;
	pthread_t reader;
	void *ret;

	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, RPMSG_EPT_BUSY_POLL_MAX));
	expect_eq(pthread_create(&reader, NULL, poll_until_the_end, &fd), 0);
	for (i = 0; i < ECHOES; i++)
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
	remote_stop(0);
	expect_eq(pthread_join(reader, &ret), 0);
	expect_eq((long)ret, -EPIPE);
}

static const struct test tests[] = {
	TEST("a_reader_who_polls_spares_the_remotes_bells", poll_without_bells),
	TEST("a_reader_who_polled_in_vain_sleeps_and_is_woken", poll_in_vain),
	TEST("nobody_polls_for_more_than_a_millisecond", poll_bounds),
	TEST("a_reader_who_polls_drops_nothing_of_who_holds_back",
	     poll_beside_holding),
	TEST("a_stop_ends_a_reader_who_polls", stop_while_polled),
};

const struct suite char_busy_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

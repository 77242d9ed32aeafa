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
/* Bells spared, so that it is no chance */
#define ENOUGH		ECHOES

static void read_many(int fd)
{
	unsigned int i, number;

	for (i = 0; i < ECHOES; i++) {
		expect_eq(write(fd, &i, sizeof(i)), sizeof(i));
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, i);
	}
}

/* How many of the remote's bells were spared in @rounds, or until enough were */
static int count_spared(int fd, int *rounds)
{
	unsigned long before = bells_taken();
	int i, spared = 0;

	for (i = 0; i < *rounds && spared < ENOUGH; i++) {
		read_many(fd);
		spared = (i + 1) * ECHOES - (int)(bells_taken() - before);
	}
	*rounds = i;
	return spared;
}

/*
 * An answer that comes before its reader polls, or when he does no more, has
 * rung: on a busy host that may be most of them. There a sleeper may spare some,
 * too, that come while he is served: false if they were too many.
 */
static bool polling_spares_bells(int fd)
{
	int polled, slept, rounds = ROUNDS;

	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, RPMSG_EPT_BUSY_POLL_MAX));
	polled = count_spared(fd, &rounds);
	expect_ok(ioctl(fd, RPMSG_EPT_SET_BUSY_POLL, 0));
	slept = count_spared(fd, &rounds);

	note("bells spared in %d messages: %d polling, %d sleeping",
	     rounds * ECHOES, polled, slept);
	expect(polled >= ENOUGH, "%d spared", polled);
	return slept < ENOUGH / 2;
}

static void poll_without_bells(void)
{
	int fd = remote_start_and_open(0, 0);
	unsigned int try;

	/* Who has asked poll() once is told of each message: none is spared else */
	poll_for(fd, POLLIN, 0);
	read_many(fd);
	for (try = 0; try < TRIES; try++)
		if (polling_spares_bells(fd))
			break;
	expect(try < TRIES, "as many are spared without polling");
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

// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that nobody may touch: what lies beside the carveouts, while messages
 * flow and remotes die.
 */
#include <fcntl.h>
#include <unistd.h>

#include "e2e.h"

static void survive_traffic(void)
{
	struct stream streams[REMOTES];
	unsigned int remote;

	guards_expect_unchanged();
	for (remote = 0; remote < REMOTES; remote++) {
		stream_init(&streams[remote],
			    remote_start_and_open(remote, O_NONBLOCK), 64,
			    false);
		stream_exchange(&streams[remote], 1000);
	}
	guards_expect_unchanged();
}

static void survive_full_ring(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);

	remote_hold(0, fd);
	fill_ring(fd);
	remote_stop(0);
	close(fd);
	guards_expect_unchanged();
	remote_check_echo(0);
}

static void leave_other_carveouts(void)
{
	__u64 hash = carveouts_of_hash(1, "*");
	struct stream stream;

	stream_init(&stream, remote_start_and_open(0, O_NONBLOCK), 64, false);
	stream_exchange(&stream, 1000);
	expect(carveouts_of_hash(1, "*") == hash, "they were written");
}

static const struct test tests[] = {
	TEST("traffic_writes_nothing_beside_the_carveouts", survive_traffic),
	TEST("a_full_ring_writes_nothing_beside_the_carveouts",
	     survive_full_ring),
	TEST("one_remote_leaves_the_carveouts_of_the_other",
	     leave_other_carveouts),
};

const struct suite memory_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
	.prepare = guards_take,
};

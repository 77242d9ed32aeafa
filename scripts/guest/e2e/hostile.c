// SPDX-License-Identifier: GPL-2.0
/*
 * A remote that writes what it likes to its table and to the ring that the host
 * receives by. The number in a test's name is that of the fault in the list of
 * those that must not break the host. Each bad entry is counted once, under its
 * own cause and no other; no message that was good is lost; and afterwards the
 * remote starts and echoes as ever.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "misuse.h"

#define RING_SIZE	256

/* Commands of one kind in a test: more than the ring has buffers to lose */
#define MANY		300

/**
 * struct misuse - a test's channel, and the counters it began with
 * @fd: the channel, with O_NONBLOCK
 * @rx: of the queue that the host receives by
 * @tx: of the one that it sends by
 */
struct misuse {
	int fd;
	struct counters rx;
	struct counters tx;
};

static struct misuse begin(void)
{
	struct misuse misuse = { .fd = hostile_start(O_NONBLOCK) };

	remote_echo(misuse.fd, "a good beginning");
	misuse.rx = counters_of(QUEUE_RX);
	misuse.tx = counters_of(QUEUE_TX);
	return misuse;
}

/* The last one comes back a moment after its message was delivered. */
static bool has_all_buffers(void *unused)
{
	(void)unused;
	return counters_of(QUEUE_RX).lent == RING_SIZE;
}

/*
 * Expects so much more than at the beginning, after one more echo; and that no
 * buffer got lost on the way.
 */
static void expect_more(const struct misuse *misuse, struct counters more)
{
	struct counters rx, tx;

	remote_echo(misuse->fd, "all was looked at");
	rx = counters_of(QUEUE_RX);
	tx = counters_of(QUEUE_TX);
	expect(!rx.quarantined, "the queue is quarantined");
	expect_eq(rx.pulled - misuse->rx.pulled, more.pulled + 1);
	expect_eq(rx.id - misuse->rx.id, more.id);
	expect_eq(rx.length - misuse->rx.length, more.length);
	expect_eq(rx.message - misuse->rx.message, more.message);
	expect_eq(rx.index - misuse->rx.index, more.index);
	expect_eq(rx.host - misuse->rx.host, more.host);
	expect_soon(has_all_buffers, NULL, WAIT_MS);
	expect_eq(tx.id + tx.length + tx.message + tx.index + tx.host,
		  misuse->tx.id + misuse->tx.length + misuse->tx.message +
		  misuse->tx.index + misuse->tx.host);
}

/* Takes a message; false if it is not one the remote has sent by itself. */
static bool take_text_or(int fd, const char *otherwise)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	char text[PAYLOAD_MAX + 16];
	ssize_t len;

	expect(poll(&poll_fd, 1, WAIT_MS) == 1, "a message is missing");
	len = read(fd, text, sizeof(text));
	if (len == (ssize_t)strlen(otherwise) && !memcmp(text, otherwise, len))
		return false;
	expect_eq(len, sizeof(HOSTILE_TEXT));
	expect(!memcmp(text, HOSTILE_TEXT, len), "the message was altered");
	return true;
}

static void take_text(int fd)
{
	expect(take_text_or(fd, "none"), "another message");
}

static void exchange(int fd, unsigned int messages)
{
	struct stream stream;

	stream_init(&stream, fd, 32, false);
	stream_exchange(&stream, messages);
}

/* In each life there may be as much, and the next one has a good table. */
static void change_the_table(const void *arg)
{
	const __u32 *what = arg;
	struct misuse misuse = begin();
	unsigned int before = crash_count(0);

	hostile_command(misuse.fd, *what, 0);
	exchange(misuse.fd, 1000);
	expect_more(&misuse, (struct counters){ .pulled = 1001 });
	guards_expect_unchanged();

	hostile_tell(misuse.fd, HOSTILE_CRASH_ABORT, 0);
	close(misuse.fd);
	expect_recovered(before);
	misuse.fd = remote_open(0, O_NONBLOCK);
	hostile_command(misuse.fd, *what, 0);
	exchange(misuse.fd, 100);
	hostile_end(misuse.fd);
	guards_expect_unchanged();
}

/*
 * It announces nothing before the host is there, and is served all the same. The
 * firmware goes by the host's first bell to be a good one again.
 */
static void set_the_status_first(void)
{
	struct misuse misuse;

	if (!machine.remotes[0].is_rung)
		skip("without a bell the remote can't tell that the host began");
	misuse.fd = hostile_start(O_NONBLOCK);
	hostile_next_boot(misuse.fd, HOSTILE_BOOT_STATUS, 1);
	close(misuse.fd);
	remote_stop(0);
	misuse = begin();
	exchange(misuse.fd, 100);
	expect_more(&misuse, (struct counters){ .pulled = 100 });
	hostile_end(misuse.fd);
}

static void use_ids_out_of_range(void)
{
	struct misuse misuse = begin();

	hostile_command(misuse.fd, HOSTILE_ID_RANGE, MAX_BAD_IDS);
	expect_more(&misuse, (struct counters){
		.pulled = 1, .id = MAX_BAD_IDS,
	});
	hostile_end(misuse.fd);
}

static void use_ids_twice(void)
{
	struct misuse misuse = begin();
	unsigned int i;

	hostile_command(misuse.fd, HOSTILE_ID_STRAY, MAX_BAD_IDS);
	for (i = 0; i < MAX_BAD_IDS; i++)
		take_text(misuse.fd);
	expect_more(&misuse, (struct counters){
		.pulled = MAX_BAD_IDS + 1, .id = MAX_BAD_IDS,
	});
	hostile_end(misuse.fd);
}

/* What it did in an earlier life is forgiven: else it would crash for ever. */
static void use_too_many_bad_ids(void)
{
	unsigned int before = crash_count(0);
	struct misuse misuse = begin();
	struct counters rx;
	int fd;

	hostile_tell(misuse.fd, HOSTILE_ID_RANGE, MAX_BAD_IDS + 1);
	expect_recovered(before);
	close(misuse.fd);
	rx = counters_of(QUEUE_RX);
	expect_eq(rx.id - misuse.rx.id, MAX_BAD_IDS + 1);
	expect(!rx.quarantined, "in its new life");

	fd = remote_open(0, O_NONBLOCK);
	hostile_command(fd, HOSTILE_ID_RANGE, MAX_BAD_IDS);
	remote_echo(fd, "that much is suffered");
	expect_eq(counters_of(QUEUE_RX).id - rx.id, MAX_BAD_IDS);
	expect_eq(crash_count(0), before + 1);
	hostile_end(fd);
}

static void use_bad_length(const void *arg)
{
	const __u32 *len = arg;
	struct misuse misuse = begin();
	unsigned int i;

	for (i = 0; i < MANY; i++)
		hostile_command(misuse.fd, HOSTILE_USED_LEN, *len);
	expect_more(&misuse, (struct counters){
		.pulled = MANY, .length = MANY,
	});
	hostile_end(misuse.fd);
}

static bool has_rung(void *context)
{
	const unsigned long *before = context;

	return bells_taken() > *before;
}

/* Further than the ring is long, or back, which is further still. */
static void jump_too_far(const void *arg)
{
	const __u32 *by = arg;
	unsigned int before = crash_count(0);
	struct misuse misuse = begin();
	int mark = log_mark();
	unsigned long bells;
	struct counters rx;
	unsigned int i;

	set_of_remote("recovery", "disabled");
	hostile_command(misuse.fd, HOSTILE_BELL_ALWAYS, 1);
	hostile_tell(misuse.fd, HOSTILE_USED_JUMP, *by);
	expect_crash();
	/* More bells, which nobody looks in that queue for */
	for (i = 0; i < 20; i++) {
		bells = bells_taken();
		expect_eq(write(misuse.fd, "bell", 4), 4);
		expect_soon(has_rung, &bells, WAIT_MS);
	}
	rx = counters_of(QUEUE_RX);
	/* The core recovers it right in this write */
	set_of_remote("recovery", "enabled");
	expect(rx.quarantined, "the queue goes on");
	expect_eq(rx.index - misuse.rx.index, 1);
	expect_eq(rx.id - misuse.rx.id, 0);
	expect_eq(rx.length - misuse.rx.length, 0);
	expect_eq(rx.message - misuse.rx.message, 0);
	expect(log_says(mark, "vring 0 quarantined"), "the log is silent");
	close(misuse.fd);
	expect_recovered(before);
	remote_stop(0);
	hostile_good_again();
}

/* The other remote has an answer to everything meanwhile, and in time. */
static void run_without_end(void)
{
	int other = remote_start_and_open(1, O_NONBLOCK);
	unsigned int before = crash_count(0);
	struct misuse misuse = begin();

	hostile_tell(misuse.fd, HOSTILE_USED_RUN, 0);
	while (crash_count(0) == before)
		exchange(other, 100);
	close(misuse.fd);
	expect_recovered(before);
	exchange(other, 100);
	remote_stop(0);
	hostile_good_again();
}

static void loop_descriptors(void)
{
	struct misuse misuse = begin();
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		hostile_command(misuse.fd, HOSTILE_DESC_LOOP, 0);
		take_text(misuse.fd);
	}
	exchange(misuse.fd, 1000);
	expect_more(&misuse, (struct counters){ .pulled = 2 * MANY + 1000 });
	hostile_end(misuse.fd);
}

static void say_bad_length(const void *arg)
{
	const __u32 *len = arg;
	struct misuse misuse = begin();
	unsigned int i;

	for (i = 0; i < MANY; i++)
		hostile_command(misuse.fd, HOSTILE_HDR_LEN, *len);
	expect_more(&misuse, (struct counters){
		.pulled = MANY, .message = MANY,
	});
	hostile_end(misuse.fd);
}

/* Either the one length or the other was there when it was copied. */
static void keep_changing_lengths(void)
{
	struct misuse misuse = begin();
	unsigned int i, refused, taken;

	hostile_command(misuse.fd, HOSTILE_HDR_FLIP, MANY);
	/* Behind all of them, but read before those that passed */
	expect_eq(write(misuse.fd, "end", 3), 3);
	for (taken = 0; take_text_or(misuse.fd, "end"); taken++)
		;
	refused = counters_of(QUEUE_RX).message - misuse.rx.message;
	note("%u taken, %u refused", taken, refused);
	expect_eq(taken + refused, MANY);
	for (i = 0; i < 10; i++)
		remote_echo(misuse.fd, "again");
	expect_more(&misuse, (struct counters){
		.pulled = 1 + taken + 1 + 10, .message = refused,
	});
	hostile_end(misuse.fd);
}

#define WITH_NUMBER(sentence, function, number)				\
	TEST_WITH(sentence, function, (&(const __u32){ number }))

static const struct test tests[] = {
	WITH_NUMBER("fault_13_numbers_in_the_table_change_nothing",
		    change_the_table, HOSTILE_TABLE_NUMBERS),
	WITH_NUMBER("fault_13_a_table_of_garbage_changes_nothing",
		    change_the_table, HOSTILE_TABLE_GARBAGE),
	TEST("fault_13_a_status_that_the_remote_sets_changes_nothing",
	     set_the_status_first),
	TEST("fault_14_a_used_id_out_of_range_is_dropped",
	     use_ids_out_of_range),
	TEST("fault_14_a_used_id_that_is_not_outstanding_is_dropped",
	     use_ids_twice),
	TEST("fault_14_too_many_bad_ids_are_a_crash", use_too_many_bad_ids),
	WITH_NUMBER("fault_15_a_used_length_of_0_is_dropped", use_bad_length,
		    0),
	WITH_NUMBER("fault_15_a_used_length_of_15_is_dropped", use_bad_length,
		    15),
	WITH_NUMBER("fault_15_a_used_length_of_513_is_dropped", use_bad_length,
		    513),
	WITH_NUMBER("fault_15_a_used_length_of_all_ones_is_dropped",
		    use_bad_length, 0xffffffff),
	WITH_NUMBER("fault_16_a_used_index_that_jumps_ends_the_queue",
		    jump_too_far, RING_SIZE + 1),
	WITH_NUMBER("fault_16_a_used_index_that_goes_back_ends_the_queue",
		    jump_too_far, 0x10000 - RING_SIZE),
	TEST("fault_16_a_used_index_without_an_end_is_a_crash",
	     run_without_end),
	TEST("fault_17_descriptors_that_loop_change_nothing",
	     loop_descriptors),
	WITH_NUMBER("fault_18_a_length_past_what_was_written_is_dropped",
		    say_bad_length, 5),
	WITH_NUMBER("fault_18_a_length_past_the_buffer_is_dropped",
		    say_bad_length, PAYLOAD_MAX + 1),
	WITH_NUMBER("fault_18_a_length_of_all_ones_is_dropped",
		    say_bad_length, 0xffff),
	TEST("fault_18_lengths_that_keep_changing_are_looked_at_once",
	     keep_changing_lengths),
};

const struct suite hostile_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
	.prepare = guards_take,
};

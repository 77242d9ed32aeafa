// SPDX-License-Identifier: GPL-2.0
/*
 * More messages than anybody reads: what is dropped is counted to the last,
 * and an endpoint that holds back loses none. Messages carry numbers, so that
 * those which are missing are known one by one.
 */
#include <ampkit/bench.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "char.h"

#define FLOOD		5000
#define SMALL		16

#define STUCK_PAGE	"/dev/stuck_page"

/* The firmware gives an echo up after 10 s without a buffer: hold for less */
#define HOLD_MS		300

/* What the bench firmware sends on demand */
#define SOURCED		20000
#define SOURCED_SIZE	32

static void send_numbers(int fd, __u64 from, __u64 count)
{
	__u64 number;

	for (number = from; number < from + count; number++)
		while (write(fd, &number, sizeof(number)) < 0) {
			expect_eq(errno, EAGAIN);
			expect_eq(poll_for(fd, POLLOUT, WAIT_MS), POLLOUT);
		}
}

/* The firmware writes a line when it could not send an echo */
static void expect_no_echo_lost(unsigned int remote)
{
	char trace[8192];

	remote_trace(remote, trace, sizeof(trace));
	expect(!strstr(trace, "echo lost"), "trace: %s", trace);
}

static long free_kib(void)
{
	char text[4096];

	expect(read_file("/proc/meminfo", text, sizeof(text)) > 0, "meminfo");
	return strtol(strstr(text, "MemFree:") + 8, NULL, 10);
}

static void flood_nobody(void)
{
	struct rpmsg_ept_info info;
	unsigned int count = 0;
	long before, after;
	int fd, reader;
	char node[64];
	__u64 number;

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	fd = open(node, O_WRONLY | O_NONBLOCK);
	expect_ok(fd);
	send_numbers(fd, 0, 2 * QUEUE_MESSAGES);
	before = free_kib();
	send_numbers(fd, 2 * QUEUE_MESSAGES, FLOOD);
	after = free_kib();
	expect_settled(fd, 2 * QUEUE_MESSAGES + FLOOD);
	info = ept_info(fd);
	note("%u sent, %llu queued, %llu dropped, free %ld -> %ld KiB",
	     2 * QUEUE_MESSAGES + FLOOD, info.received, info.dropped, before,
	     after);
	/* A kernel that looks for faults keeps notes, and what was freed */
	expect(before - after < 512 || patience() > 1, "%ld KiB less",
	       before - after);
	expect_eq(info.received, QUEUE_MESSAGES);
	expect_eq(info.high_water, QUEUE_MESSAGES);
	expect_no_echo_lost(0);

	/* The oldest are those that were kept */
	reader = remote_open(0, O_NONBLOCK);
	while (read(reader, &number, sizeof(number)) == sizeof(number))
		expect_eq(number, count++);
	expect_eq(count, QUEUE_MESSAGES);
}

/* Whoever reads learns of each gap where it is, and how long it is */
static void tell_gaps(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	__u64 number, next = 0, lost = 0, sent = 0;
	struct rpmsg_ept_msg msg = {
		.data = (__u64)(unsigned long)&number, .size = sizeof(number),
	};
	struct rpmsg_ept_batch batch = {
		.msgs = (__u64)(unsigned long)&msg, .count = 1,
	};
	int round;

	for (round = 0; round < 4; round++) {
		send_numbers(fd, sent, QUEUE_MESSAGES + 100 * round);
		sent += QUEUE_MESSAGES + 100 * round;
		expect_settled(fd, sent);
		while (ioctl(fd, RPMSG_EPT_RECV, &batch) == 1) {
			next += msg.lost;
			lost += msg.lost;
			expect_eq(number, next);
			next++;
		}
		expect_eq(errno, EAGAIN);
	}
	/* Nothing came after the last gap that could tell of it */
	expect_eq(lost + 300, ept_info(fd).dropped);
	expect_eq(next + 300, sent);
}

static void tell_by_poll(void)
{
	static void *volatile bad_pointer = (void *)8;
	int fd = remote_start_and_open(0, O_NONBLOCK);
	int other = remote_open(0, O_NONBLOCK);

	expect_eq(poll_for(fd, POLLRDBAND, 0), 0);
	send_numbers(fd, 0, QUEUE_MESSAGES + 7);
	expect_settled(other, QUEUE_MESSAGES + 7);
	expect_eq(poll_for(other, POLLRDBAND, 0), 0);
	expect_eq(poll_for(fd, POLLRDBAND, 0), POLLRDBAND);
	/* Who was not told is told when it works */
	expect_errno(ioctl(fd, RPMSG_EPT_GET_INFO, bad_pointer), EFAULT);
	expect_eq(poll_for(fd, POLLRDBAND, 0), POLLRDBAND);
	expect_eq(ept_info(fd).new_dropped, 7);
	expect_eq(ept_info(fd).new_dropped, 0);
	expect_eq(poll_for(fd, POLLRDBAND, 0), 0);
}

/* A rule of the same remote that nobody reads takes nothing from another */
static void others_live(void)
{
	char node[64];
	int ctrl, quiet, fd;

	expect_ok(module_load("rpmsg_ctrl"));
	fd = remote_start_and_open(0, O_NONBLOCK);
	ctrl = ctrl_open(0);
	ept_create(ctrl, "quiet", RPMSG_ADDR_ANY, echo_address(0), node,
		   sizeof(node));
	/* The ring may be full of numbers: it waits for its turn */
	quiet = open(node, O_RDWR);
	expect_ok(quiet);
	send_numbers(fd, 0, FLOOD);
	remote_echo(quiet, "still here");
	expect_settled(fd, FLOOD);
	expect_eq(ept_info(quiet).dropped, 0);
	close(quiet);
	close(ctrl);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

/* Reads into a page that does not come; ends with the errno of that */
static pid_t read_into_a_stuck_page(int fd)
{
	pid_t pid = fork();
	void *page;

	expect_ok(pid);
	if (pid)
		return pid;
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
		    open(STUCK_PAGE, O_RDWR), 0);
	if (page == MAP_FAILED)
		_exit(errno);
	_exit(read(fd, page, 8) < 0 ? errno : 0);
}

/* Likewise */
static pid_t resize_in_vain(const char *node)
{
	pid_t pid = fork();

	expect_ok(pid);
	if (!pid)
		_exit(-node_set_attr(node, "queue_messages", "2000"));
	return pid;
}

static bool is_stuck(void *unused)
{
	char text[16] = "";

	(void)unused;
	read_file("/sys/module/stuck_page/parameters/stuck", text, sizeof(text));
	return atoi(text) == 1;
}

static int exit_of(pid_t pid)
{
	int status;

	expect_eq(waitpid(pid, &status, 0), pid);
	expect(WIFEXITED(status), "status %#x", status);
	return WEXITSTATUS(status);
}

/* A stop waits for who writes to sysfs, and he must not wait for the reader */
static void stop_behind_a_stuck_reader(void)
{
	int fd = remote_start_and_open(0, 0);
	pid_t reader, resizer;
	char node[64];
	__u64 began;

	remote_wait_node(0, node, sizeof(node));
	expect_ok(module_load("stuck_page"));
	reader = read_into_a_stuck_page(fd);
	expect_eq(write(fd, "an echo", 8), 8);
	expect_soon(is_stuck, NULL, WAIT_MS);
	resizer = resize_in_vain(node);
	task_sleeps(resizer);
	began = now_us();
	remote_stop(0);
	expect(now_us() - began < PROMPT_MS * 1000ULL * patience(), "stop hung");
	expect_eq(exit_of(resizer), EPIPE);
	expect(is_stuck(NULL), "the reader did not wait so long");
	expect_ok(write_file(STUCK_PAGE, "1"));
	expect_eq(exit_of(reader), EFAULT);
	expect_ok(module_unload("stuck_page"));
	close(fd);
	remote_check_echo(0);
}

static void resize(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	__u64 number, expected;
	char node[64];

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "0"), -EINVAL);
	expect_eq(node_set_attr(node, "queue_messages", "65537"), -EINVAL);
	expect_eq(node_set_attr(node, "queue_bytes", "junk"), -EINVAL);
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	send_numbers(fd, 0, SMALL + 4);
	expect_settled(fd, SMALL + 4);
	expect_eq(node_attr(node, "statistics/dropped"), 4);
	expect_eq(node_attr(node, "statistics/queued"), SMALL);
	expect_eq(node_set_attr(node, "queue_messages", "15"), -ENOSPC);
	expect_eq(node_set_attr(node, "queue_bytes", "127"), -ENOSPC);
	expect_eq(node_set_attr(node, "queue_messages", "2000"), 0);
	expect_eq(node_set_attr(node, "queue_bytes", "100000"), 0);
	send_numbers(fd, SMALL + 4, SMALL);
	expect_settled(fd, 2 * SMALL + 4);
	expect_eq(node_attr(node, "statistics/dropped"), 4);
	expect_eq(node_attr(node, "statistics/high_water"), 2 * SMALL);
	for (expected = 0; expected < 2 * SMALL + 4; expected++) {
		if (expected == SMALL)
			expected += 4;
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, expected);
	}
}

/* Starts remote 0 with a queue of SMALL messages that holds back */
static int open_holding(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	char node[64];

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	expect_eq(node_set_attr(node, "overflow", "nonsense"), -EINVAL);
	expect_ok(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, RPMSG_EPT_OVERFLOW_HOLD));
	expect(ept_info(fd).flags & RPMSG_EPT_INFO_HOLDS, "holds");
	return fd;
}

static bool is_holding(void *context)
{
	return ept_info(*(int *)context).held > 0;
}

/* Fills the queue, and 64 more that have to wait outside */
static int hold_messages(void)
{
	int fd = open_holding();

	send_numbers(fd, 0, SMALL + 64);
	expect_soon(is_holding, &fd, WAIT_MS);
	expect_eq(ept_info(fd).queued, SMALL);
	return fd;
}

static void take_numbers(int fd, __u64 from, __u64 count)
{
	__u64 expected, number;

	for (expected = from; expected < from + count; expected++) {
		expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
		expect_eq(read(fd, &number, sizeof(number)), sizeof(number));
		expect_eq(number, expected);
	}
}

static void hold_loses_nothing(void)
{
	int fd = open_holding();
	__u64 sent = 0, received = 0, number;
	__u64 quiet_until = 0;

	/* A reader that is slower than the remote, and rests now and then */
	while (received < FLOOD) {
		number = sent;
		if (sent < FLOOD &&
		    write(fd, &number, sizeof(number)) == sizeof(number))
			sent++;
		if (now_us() < quiet_until)
			continue;
		if (received % 1000 == 999)
			quiet_until = now_us() + HOLD_MS * 1000;
		if (read(fd, &number, sizeof(number)) < 0)
			continue;
		expect_eq(number, received);
		received++;
	}
	expect_settled(fd, FLOOD);
	note("held back %llu times", ept_info(fd).held);
	expect(ept_info(fd).held, "never held back");
	expect_eq(ept_info(fd).dropped, 0);
	expect_no_echo_lost(0);
}

/* While the receive side stands still, what was sent is completed all the same */
static void hold_completes(void)
{
	int fd = hold_messages(), other;
	struct rpmsg_ept_info info;
	struct stream stream;

	other = remote_start_and_open(1, O_NONBLOCK);
	stream_init(&stream, other, 32, true);
	stream_exchange(&stream, 2000);
	info = ept_info(fd);
	expect_eq(info.queued, SMALL);
	expect_eq(info.dropped, 0);
	take_numbers(fd, 0, SMALL + 64);
	expect_eq(ept_info(fd).dropped, 0);
	expect_no_echo_lost(0);
}

static void stop_while_held(void)
{
	int fd = hold_messages();
	__u64 began = now_us();
	char data[8];

	remote_stop(0);
	note("stopped in %llu ms", (now_us() - began) / 1000);
	expect(now_us() - began < PROMPT_MS * 1000ULL * patience(),
	       "stop hung");
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	expect_eq(poll_for(fd, POLLIN, 0), POLLHUP | POLLERR);
	close(fd);
	remote_check_echo(0);
}

static bool is_recovered(void *context)
{
	char node[64];

	(void)context;
	return remote_is(0, "running") &&
	       remote_find_node(0, node, sizeof(node));
}

static void crash_while_held(void)
{
	int fd = hold_messages();
	char data[8];

	expect_eq(write_file(DEBUGFS_RPROC "0/crash", "1"), 0);
	expect_eq(poll_for(fd, 0, WAIT_MS), POLLHUP | POLLERR);
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	close(fd);
	/* Recovery is on: the channel comes again */
	expect_soon(is_recovered, NULL, 2 * WAIT_MS);
	fd = remote_open(0, O_NONBLOCK);
	remote_echo(fd, "new life");
}

static void unbind_while_held(void)
{
	int fd = hold_messages();
	char channel[128], data[8];

	expect(remote_find_channel(0, channel, sizeof(channel)), "channel");
	expect_eq(write_file("/sys/bus/rpmsg/drivers/rpmsg_chrdev/unbind",
			     channel), 0);
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	close(fd);
	remote_stop(0);
	remote_check_echo(0);
}

static void close_while_held(void)
{
	int fd = hold_messages();
	char node[64];

	/* The queue is emptied with its last reader, and the rest comes in */
	close(fd);
	fd = remote_open(0, O_NONBLOCK);
	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "overflow", "drop"), 0);
	expect_settled(fd, SMALL + 64);
	drain(fd);
	remote_echo(fd, "as before");
}

static void drop_ends_hold(void)
{
	int fd = hold_messages();

	expect_ok(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, RPMSG_EPT_OVERFLOW_DROP));
	expect_settled(fd, SMALL + 64);
	expect_eq(ept_info(fd).dropped, 64);
	drain(fd);
	remote_echo(fd, "as before");
}

static void more_room_ends_hold(void)
{
	int fd = hold_messages();
	char node[64];

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "1000"), 0);
	expect_settled(fd, SMALL + 64);
	expect_eq(ept_info(fd).dropped, 0);
	take_numbers(fd, 0, SMALL + 64);
}

/* An endpoint is destroyed by its last close, which waits for deliveries */
static void close_endpoint_while_held(void)
{
	char node[64];
	int ctrl, fd;
	__u64 began;

	expect_ok(module_load("rpmsg_ctrl"));
	remote_start(0);
	ctrl = ctrl_open(0);
	ept_create(ctrl, "holder", RPMSG_ADDR_ANY, echo_address(0), node,
		   sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	expect_eq(node_set_attr(node, "overflow", "hold"), 0);
	fd = open(node, O_RDWR | O_NONBLOCK);
	expect_ok(fd);
	send_numbers(fd, 0, SMALL + 64);
	expect_soon(is_holding, &fd, WAIT_MS);
	began = now_us();
	close(fd);
	expect(now_us() - began < PROMPT_MS * 1000ULL * patience(),
	       "close hung");
	fd = remote_open(0, O_NONBLOCK);
	remote_echo(fd, "the channel lives");
	close(fd);
	close(ctrl);
	remote_stop(0);
	expect_ok(module_unload("rpmsg_ctrl"));
}

/* Starts the firmware that counts, and opens its channel */
static int bench_open(void)
{
	remote_set_firmware(0, image_of(0, "bench"));
	return remote_start_and_open(0, O_NONBLOCK);
}

static void bench_source(int fd)
{
	const struct bench_msg msg = {
		.magic = BENCH_MAGIC, .command = BENCH_SOURCE, .arg = SOURCED,
		.seq = SOURCED_SIZE,
	};

	expect_eq(write(fd, &msg, sizeof(msg)), sizeof(msg));
}

static struct bench_counters bench_read(int fd)
{
	struct {
		struct bench_msg msg;
		struct bench_counters counters;
	} answer = {
		.msg = { .magic = BENCH_MAGIC, .command = BENCH_READ },
	};

	expect_eq(write(fd, &answer.msg, sizeof(answer.msg)),
		  sizeof(answer.msg));
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
	expect_eq(read(fd, &answer, sizeof(answer)), sizeof(answer));
	return answer.counters;
}

static bool all_sourced(void *context)
{
	struct rpmsg_ept_info info = ept_info(*(int *)context);

	return info.received + info.dropped >= SOURCED;
}

/* Takes what is queued, each with a number that is due; returns how many */
static unsigned int take_sourced(int fd, __u64 *due)
{
	char data[PAYLOAD_MAX];
	unsigned int count = 0;
	struct bench_msg msg;

	while (read(fd, data, sizeof(data)) == SOURCED_SIZE) {
		memcpy(&msg, data, sizeof(msg));
		expect_eq(msg.command, BENCH_DATA);
		expect_eq(msg.seq, *due);
		(*due)++;
		count++;
	}
	expect_eq(errno, EAGAIN);
	return count;
}

static void firmware_flood(void)
{
	struct bench_counters counters;
	struct rpmsg_ept_info info;
	int fd = bench_open();
	__u64 due = 0;

	bench_source(fd);
	expect_soon(all_sourced, &fd, 2 * WAIT_MS);
	info = ept_info(fd);
	expect_eq(take_sourced(fd, &due), QUEUE_MESSAGES);
	counters = bench_read(fd);
	note("firmware sent %llu, %llu queued, %llu dropped",
	     (unsigned long long)counters.sourced, info.received, info.dropped);
	expect_eq(counters.sourced, SOURCED);
	expect_eq(counters.failed, 0);
	expect_eq(info.received + info.dropped, counters.sourced);
	expect_eq(info.received, QUEUE_MESSAGES);
}

static void firmware_held(void)
{
	struct bench_counters counters;
	int fd = bench_open(), rests = 0;
	struct rpmsg_ept_info info;
	char node[64];
	__u64 due = 0;

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "overflow", "hold"), 0);
	bench_source(fd);
	while (due < SOURCED) {
		expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
		if (rests++ < 5)
			pause_us(HOLD_MS * 1000);
		take_sourced(fd, &due);
	}
	info = ept_info(fd);
	counters = bench_read(fd);
	note("firmware sent %llu, all received, held back %llu times",
	     (unsigned long long)counters.sourced, info.held);
	expect_eq(counters.sourced, SOURCED);
	expect_eq(counters.failed, 0);
	expect_eq(info.received, SOURCED);
	expect_eq(info.dropped, 0);
	expect(info.held, "never held back");
}

static void expect_text(const char *node, const char *name, const char *text)
{
	char path[160], value[64];

	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/%s",
		 strrchr(node, '/') + 1, name);
	expect_ok(read_file(path, value, sizeof(value)));
	expect(!strcmp(value, text), "%s: %s", path, value);
}

/* Of numbers of 8 bytes, as many as fit and 4 more */
static void count_what_is_lost(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	char node[64], start[4];

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "16"), 0);
	send_numbers(fd, 0, SMALL + 4);
	expect_settled(fd, SMALL + 4);
	expect_eq(node_attr(node, "statistics/received_bytes"), 8 * SMALL);
	expect_eq(node_attr(node, "statistics/queued_bytes"), 8 * SMALL);
	expect_eq(node_attr(node, "statistics/dropped_bytes"), 8 * 4);
	expect_eq(node_attr(node, "statistics/truncated"), 0);
	expect_eq(read(fd, start, sizeof(start)), sizeof(start));
	expect_eq(node_attr(node, "statistics/truncated"), 1);
	expect_eq(node_attr(node, "statistics/queued_bytes"), 8 * (SMALL - 1));
	expect_eq(node_attr(node, "statistics/discarded"), 0);
	close(fd);
	expect_eq(node_attr(node, "statistics/discarded"), SMALL - 1);
	expect_eq(node_attr(node, "statistics/queued_bytes"), 0);
}

static void choose_in_sysfs(void)
{
	int fd = remote_start_and_open(0, 0);
	char node[64];

	remote_wait_node(0, node, sizeof(node));
	expect_text(node, "overflow", "drop\n");
	expect_eq(node_set_attr(node, "overflow", "lose"), -EINVAL);
	expect_eq(node_set_attr(node, "announce", "perhaps"), -EINVAL);
	expect_eq(node_attr(node, "statistics/held"), 0);
	expect_eq(node_set_attr(node, "overflow", "hold"), 0);
	expect_text(node, "overflow", "hold\n");
	hold_back(fd);
	read_held_back(fd);
	expect(node_attr(node, "statistics/held"), "nothing was held back");
	expect_eq(node_set_attr(node, "overflow", "drop"), 0);
	expect_text(node, "overflow", "drop\n");
}

static const struct test tests[] = {
	TEST("fault_20_a_flood_is_counted_as_the_firmware_counts_it",
	     firmware_flood),
	TEST("holding_back_loses_nothing_that_the_firmware_sent",
	     firmware_held),
	TEST("fault_20_a_flood_with_no_reader_is_bounded_and_counted",
	     flood_nobody),
	TEST("fault_20_other_endpoints_stay_live_in_a_flood", others_live),
	TEST("a_reader_learns_where_messages_were_dropped", tell_gaps),
	TEST("poll_tells_each_reader_once_of_drops", tell_by_poll),
	TEST("the_bounds_of_a_queue_can_be_changed_in_use", resize),
	TEST("fault_27_a_stop_does_not_wait_for_a_reader_in_a_page_fault",
	     stop_behind_a_stuck_reader),
	TEST("holding_back_drops_nothing", hold_loses_nothing),
	TEST("holding_back_stops_no_other_remote", hold_completes),
	TEST("stop_is_prompt_while_messages_are_held_back", stop_while_held),
	TEST("fault_26_a_crash_ends_the_holding_back", crash_while_held),
	TEST("fault_27_unbind_ends_the_holding_back", unbind_while_held),
	TEST("the_last_close_empties_a_queue_that_holds_back",
	     close_while_held),
	TEST("dropping_again_ends_the_holding_back", drop_ends_hold),
	TEST("more_room_ends_the_holding_back", more_room_ends_hold),
	TEST("sysfs_counts_what_is_lost", count_what_is_lost),
	TEST("sysfs_chooses_what_to_do_when_the_queue_is_full",
	     choose_in_sysfs),
	TEST("closing_an_endpoint_ends_the_holding_back",
	     close_endpoint_while_held),
};

const struct suite char_overload_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

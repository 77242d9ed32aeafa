// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of /dev/rpmsgN: many messages at once, what is known of an
 * endpoint, and wrong arguments.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "char.h"
#include "misuse.h"

#define BATCH		100

/* Stops amid batches, and messages before each of them */
#define STOPS_AMID	20
#define STOP_AMID	2000
#define TRACING		"/sys/kernel/tracing/"

#ifndef RPMSG_GET_OUTGOING_FLOWCONTROL
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)
#endif

/* What 32-bit programs see is the same: no padding, nothing of 8 bytes askew */
_Static_assert(sizeof(struct rpmsg_ept_msg) == 32, "layout");
_Static_assert(sizeof(struct rpmsg_ept_batch) == 24, "layout");
_Static_assert(sizeof(struct rpmsg_ept_info) == 160, "layout");
_Static_assert(offsetof(struct rpmsg_ept_info, received) == 48, "layout");

/* An address that is nobody's; volatile keeps the compiler from knowing it */
static void *volatile bad_pointer = (void *)8;

struct messages {
	struct rpmsg_ept_msg msg[BATCH];
	char data[BATCH][PAYLOAD_MAX];
	struct rpmsg_ept_batch batch;
};

static void messages_init(struct messages *messages, unsigned int count,
			  size_t size)
{
	unsigned int i;

	memset(messages, 0, sizeof(*messages));
	for (i = 0; i < count; i++) {
		messages->msg[i].data = (__u64)(unsigned long)messages->data[i];
		messages->msg[i].size = size;
		messages->msg[i].src = RPMSG_ADDR_ANY;
		messages->msg[i].dst = RPMSG_ADDR_ANY;
		snprintf(messages->data[i], PAYLOAD_MAX, "message %u", i);
	}
	messages->batch.msgs = (__u64)(unsigned long)messages->msg;
	messages->batch.count = count;
}

static struct messages out, in;

static void batches(void)
{
	int fd = remote_start_and_open(0, 0);
	struct rpmsg_ept_info info = ept_info(fd);
	unsigned int got = 0, i;
	int ret;

	messages_init(&out, BATCH, 16);
	expect_eq(ioctl(fd, RPMSG_EPT_SEND, &out.batch), BATCH);
	while (got < BATCH) {
		messages_init(&in, BATCH, PAYLOAD_MAX);
		memset(in.data, 0, sizeof(in.data));
		ret = ioctl(fd, RPMSG_EPT_RECV, &in.batch);
		expect(ret > 0, "%s", strerror(errno));
		for (i = 0; i < (unsigned int)ret; i++, got++) {
			expect_eq(in.msg[i].len, 16);
			expect_eq(in.msg[i].size, PAYLOAD_MAX);
			expect_eq(in.msg[i].flags, 0);
			expect_eq(in.msg[i].lost, 0);
			expect_eq(in.msg[i].src, info.dst);
			expect_eq(in.msg[i].dst, info.src);
			expect(!memcmp(in.data[i], out.data[got], 16), "%u",
			       got);
		}
	}
	info = ept_info(fd);
	expect_eq(info.sent, BATCH);
	expect_eq(info.sent_bytes, BATCH * 16);
	expect_eq(info.taken, BATCH);
}

static void expect_send_errno(int fd, int wanted)
{
	expect_errno(ioctl(fd, RPMSG_EPT_SEND, &out.batch), wanted);
}

static void wrong_batches(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	struct rpmsg_ept_info info = ept_info(fd);

	expect_errno(ioctl(fd, RPMSG_EPT_SEND, bad_pointer), EFAULT);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, bad_pointer), EFAULT);
	messages_init(&out, 1, 16);
	out.batch.count = 0;
	expect_send_errno(fd, EINVAL);
	out.batch.count = RPMSG_EPT_BATCH_MAX + 1;
	expect_send_errno(fd, EINVAL);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &out.batch), EINVAL);
	out.batch.count = 1;
	out.batch.flags = 2;
	expect_send_errno(fd, EINVAL);
	out.batch.flags = 0;
	out.batch.reserved[1] = 1;
	expect_send_errno(fd, EINVAL);
	messages_init(&out, 1, PAYLOAD_MAX + 1);
	expect_send_errno(fd, EMSGSIZE);
	messages_init(&out, 1, 0xffffffff);
	expect_send_errno(fd, EMSGSIZE);
	messages_init(&out, 1, 16);
	out.msg[0].src = info.src + 1;
	expect_send_errno(fd, EINVAL);
	out.msg[0].src = info.src;
	out.msg[0].flags = 1;
	expect_send_errno(fd, EINVAL);
	out.msg[0].flags = 0;
	out.msg[0].data = 8;
	expect_send_errno(fd, EFAULT);
	out.batch.msgs = 8;
	expect_send_errno(fd, EFAULT);
	out.batch.msgs = ~0ULL;
	expect_send_errno(fd, EFAULT);
	expect_eq(ept_info(fd).sent, 0);
	remote_echo(fd, "unharmed");
}

/* The messages before the one that is wrong were sent, and that is told */
static void half_a_batch(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);

	messages_init(&out, BATCH, 16);
	out.msg[BATCH / 2].size = PAYLOAD_MAX + 1;
	expect_eq(ioctl(fd, RPMSG_EPT_SEND, &out.batch), BATCH / 2);
	expect_settled(fd, BATCH / 2);
	expect_eq(drain(fd), BATCH / 2);
}

static void batch_waiting(void)
{
	int fd = remote_start_and_open(0, 0);

	messages_init(&in, 2, 16);
	in.batch.flags = RPMSG_EPT_DONTWAIT;
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &in.batch), EAGAIN);
	expect_eq(write(fd, "one", 3), 3);
	/* It waits for one, not for two */
	in.batch.flags = 0;
	expect_eq(ioctl(fd, RPMSG_EPT_RECV, &in.batch), 1);
}

static void batch_truncation(void)
{
	int fd = remote_start_and_open(0, 0);

	expect_eq(write(fd, "0123456789", 10), 10);
	messages_init(&in, 1, 4);
	expect_eq(ioctl(fd, RPMSG_EPT_RECV, &in.batch), 1);
	expect_eq(in.msg[0].len, 10);
	expect_eq(in.msg[0].flags, RPMSG_EPT_MSG_TRUNC);
	expect(!memcmp(in.data[0], "0123age 0", 9), "%s", in.data[0]);
	expect_eq(ept_info(fd).truncated, 1);
}

static void batch_fault_keeps(void)
{
	int fd = remote_start_and_open(0, 0);
	char data[16];

	expect_eq(write(fd, "precious", 8), 8);
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
	messages_init(&in, 1, 16);
	in.msg[0].data = 8;
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &in.batch), EFAULT);
	in.batch.msgs = 8;
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &in.batch), EFAULT);
	expect_errno(read(fd, bad_pointer, 8), EFAULT);
	expect_eq(read(fd, data, sizeof(data)), 8);
}

static void access_modes(void)
{
	char node[64], data[8];
	int reader, writer;

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	reader = open(node, O_RDONLY | O_NONBLOCK);
	writer = open(node, O_WRONLY | O_NONBLOCK);
	messages_init(&out, 1, 4);
	expect_errno(ioctl(reader, RPMSG_EPT_SEND, &out.batch), EBADF);
	expect_errno(ioctl(writer, RPMSG_EPT_RECV, &out.batch), EBADF);
	expect_eq(ioctl(writer, RPMSG_EPT_SEND, &out.batch), 1);
	expect_eq(poll_for(reader, POLLIN | POLLOUT, WAIT_MS), POLLIN);
	expect_eq(poll_for(writer, POLLIN | POLLOUT, WAIT_MS), POLLOUT);
	expect_errno(read(writer, data, sizeof(data)), EBADF);
	expect_eq(read(reader, data, sizeof(data)), 4);
}

static void see_truncation(void)
{
	int fd = remote_start_and_open(0, 0);
	struct rpmsg_ept_info info;
	char data[16];
	int next = -1;

	expect_eq(write(fd, "0123456789", 10), 10);
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
	expect_ok(ioctl(fd, FIONREAD, &next));
	expect_eq(next, 10);
	expect_eq(ept_info(fd).next_len, 10);
	expect_eq(read(fd, data, 4), 4);
	info = ept_info(fd);
	expect(info.flags & RPMSG_EPT_INFO_TRUNC, "flags %#x", info.flags);
	expect_eq(info.last_len, 10);
	remote_echo(fd, "whole");
	info = ept_info(fd);
	expect(!(info.flags & RPMSG_EPT_INFO_TRUNC), "flags %#x", info.flags);
	expect_eq(info.last_len, 5);
}

static void tell_empty_message(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	char data[8];
	int next = -1;

	expect_eq(ept_info(fd).queued, 0);
	expect_eq(write(fd, "", 0), 0);
	expect_eq(poll_for(fd, POLLIN, WAIT_MS), POLLIN);
	expect_ok(ioctl(fd, FIONREAD, &next));
	expect_eq(next, 0);
	expect_eq(ept_info(fd).queued, 1);
	messages_init(&in, 1, 16);
	expect_eq(ioctl(fd, RPMSG_EPT_RECV, &in.batch), 1);
	expect_eq(in.msg[0].len, 0);
	expect_errno(read(fd, data, sizeof(data)), EAGAIN);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &in.batch), EAGAIN);
}

static void counters_agree(void)
{
	int fd = remote_start_and_open(0, 0);
	struct rpmsg_ept_info info;
	char node[64];
	int i;

	for (i = 0; i < 20; i++)
		remote_echo(fd, "12345");
	remote_wait_node(0, node, sizeof(node));
	info = ept_info(fd);
	expect_eq(info.mtu, PAYLOAD_MAX);
	expect_eq(info.src, node_attr(node, "src"));
	expect_eq(info.dst, node_attr(node, "dst"));
	expect_eq(info.sent, 20);
	expect_eq(info.received_bytes, 100);
	expect_eq(info.sent, node_attr(node, "statistics/sent"));
	expect_eq(info.sent_bytes, node_attr(node, "statistics/sent_bytes"));
	expect_eq(info.received, node_attr(node, "statistics/received"));
	expect_eq(info.taken, node_attr(node, "statistics/taken"));
	expect_eq(info.high_water, node_attr(node, "statistics/high_water"));
	expect_eq(info.max_msgs, node_attr(node, "queue_messages"));
	expect_eq(info.max_bytes, node_attr(node, "queue_bytes"));
	expect_errno(ioctl(fd, RPMSG_EPT_GET_INFO, bad_pointer), EFAULT);
}

static void wrong_arguments(void)
{
	int fd = remote_start_and_open(0, 0);
	struct rpmsg_endpoint_info info = { .name = "x" };

	expect_errno(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, 2), EINVAL);
	expect_errno(ioctl(fd, RPMSG_GET_OUTGOING_FLOWCONTROL, bad_pointer),
		     EFAULT);
	expect_errno(ioctl(fd, RPMSG_SET_INCOMING_FLOWCONTROL, 2), EINVAL);
	expect_errno(ioctl(fd, RPMSG_SET_INCOMING_FLOWCONTROL, 1), EOPNOTSUPP);
	expect_errno(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL), EINVAL);
	expect_errno(ioctl(fd, FIONREAD, bad_pointer), EFAULT);
	expect_errno(ioctl(fd, RPMSG_CREATE_EPT_IOCTL, &info), ENOTTY);
	expect_errno(ioctl(fd, _IO(0xb5, 0x7f), 0), ENOTTY);
	remote_echo(fd, "unharmed");
}

static void dead_file(void)
{
	int fd = remote_start_and_open(0, 0), next;
	struct rpmsg_ept_info info;

	messages_init(&out, 1, 16);
	remote_stop(0);
	expect_errno(ioctl(fd, RPMSG_EPT_GET_INFO, &info), EPIPE);
	expect_errno(ioctl(fd, RPMSG_EPT_SEND, &out.batch), EPIPE);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &out.batch), EPIPE);
	expect_errno(ioctl(fd, RPMSG_EPT_ANNOUNCE), EPIPE);
	expect_errno(ioctl(fd, RPMSG_SET_INCOMING_FLOWCONTROL, 0), EPIPE);
	expect_errno(ioctl(fd, FIONREAD, &next), EPIPE);
	expect_eq(poll_for(fd, 0, 0), POLLHUP | POLLERR);
}

/* Until the device is dead, whatever there is room for */
static void *send_batches(void *arg)
{
	int fd = *(int *)arg;
	struct messages *messages = calloc(1, sizeof(*messages));

	expect(messages, "no memory");
	messages_init(messages, BATCH, 16);
	while (ioctl(fd, RPMSG_EPT_SEND, &messages->batch) >= 0 ||
	       errno == EAGAIN)
		;
	expect_eq(errno, EPIPE);
	free(messages);
	return NULL;
}

static void *send_singly(void *arg)
{
	int fd = *(int *)arg;

	while (write(fd, "single", 6) >= 0 || errno == EAGAIN)
		;
	expect_eq(errno, EPIPE);
	return NULL;
}

static bool has_sent_enough(void *fd)
{
	return ept_info(*(int *)fd).sent > STOP_AMID;
}

/* What waits in a batch meets a push by others, room that comes, and the end */
static void stop_amid_batches(void)
{
	pthread_t batches, singles;
	unsigned int i;
	int fd;

	for (i = 0; i < scaled(STOPS_AMID); i++) {
		fd = remote_start_and_open(0, O_NONBLOCK);
		expect_eq(pthread_create(&batches, NULL, send_batches, &fd), 0);
		expect_eq(pthread_create(&singles, NULL, send_singly, &fd), 0);
		expect_soon(has_sent_enough, &fd, WAIT_MS);
		remote_stop(0);
		pthread_join(batches, NULL);
		pthread_join(singles, NULL);
		close(fd);
		sign_of_life();
	}
}

/* One message more goes out, and it is no echo that comes back */
static void announce(void)
{
	char node[64];
	int fd, other;

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_attr(node, "announce"), 0);
	fd = open(node, O_RDWR);
	expect_eq(ept_info(fd).sent, 0);
	close(fd);
	expect_eq(node_set_attr(node, "announce", "1"), 0);
	fd = open(node, O_RDWR);
	expect_eq(ept_info(fd).sent, 1);
	expect_eq(ept_info(fd).sent_bytes, 40);
	/* Somebody is there already, and that was said */
	other = open(node, O_RDWR);
	expect_ok(other);
	expect_eq(ept_info(other).sent, 1);
	close(fd);
	fd = open(node, O_WRONLY);
	expect_eq(ept_info(fd).sent, 1);
	/* By hand, as often as one likes */
	expect_ok(ioctl(fd, RPMSG_EPT_ANNOUNCE));
	expect_eq(ept_info(fd).sent, 2);
	remote_echo(other, "and still");
	close(fd);
	close(other);
	fd = open(node, O_RDWR);
	expect_eq(ept_info(fd).sent, 4);
}

/* Who asked for it learns that it was not done */
static void announce_on_full_ring(void)
{
	char node[64];
	int fd;

	remote_start(0);
	remote_wait_node(0, node, sizeof(node));
	fd = open(node, O_RDWR | O_NONBLOCK);
	expect_ok(fd);
	expect_eq(node_set_attr(node, "announce", "1"), 0);
	remote_hold(0, fd);
	fill_ring(fd);
	expect_errno(open(node, O_RDWR | O_NONBLOCK), EAGAIN);
	expect_errno(ioctl(fd, RPMSG_EPT_ANNOUNCE), EAGAIN);
	expect_eq(node_set_attr(node, "announce", "0"), 0);
	expect_ok(open(node, O_RDWR | O_NONBLOCK));
}

/* What tracefs has of events of ours, of one endpoint */
static void expect_traced(const char *node, const char *event,
			  const char *what)
{
	static char trace[65536];
	char line[160];

	expect(read_file(TRACING "trace", trace, sizeof(trace)) > 0, "trace");
	snprintf(line, sizeof(line), "%s: %s %s", event,
		 strrchr(node, '/') + 1, what);
	expect(strstr(trace, line), "no \"%s\" in: %s", line, trace);
}

static void tracepoints(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	struct rpmsg_ept_info info = ept_info(fd);
	char node[64], what[64], data[4];
	int i;

	remote_wait_node(0, node, sizeof(node));
	expect_eq(node_set_attr(node, "queue_messages", "1"), 0);
	expect_ok(write_file(TRACING "trace", ""));
	expect_ok(write_file(TRACING "events/rpmsg_char/enable", "1"));
	for (i = 0; i < 2; i++)
		expect_eq(write(fd, "traced", 6), 6);
	expect_settled(fd, 2);
	expect_eq(read(fd, data, sizeof(data)), 4);
	expect_ok(write_file(TRACING "events/rpmsg_char/enable", "0"));
	snprintf(what, sizeof(what), "dst=%u len=6 ret=0\n", info.dst);
	expect_traced(node, "rpmsg_ept_send", what);
	snprintf(what, sizeof(what), "src=%u len=6\n", info.dst);
	expect_traced(node, "rpmsg_ept_receive", what);
	snprintf(what, sizeof(what), "src=%u len=6 dropped\n", info.dst);
	expect_traced(node, "rpmsg_ept_receive", what);
	snprintf(what, sizeof(what), "src=%u len=6 copied=4\n", info.dst);
	expect_traced(node, "rpmsg_ept_take", what);
}

/* Passed on by 16 at once, each time with one bell at most */
static void batch_bells(void)
{
	int fd = remote_start_and_open(0, O_NONBLOCK);
	unsigned long bells;

	messages_init(&out, 32, 16);
	remote_echo(fd, "awake");
	bells = bells_rung();
	expect_eq(ioctl(fd, RPMSG_EPT_SEND, &out.batch), 32);
	expect_settled(fd, ept_info(fd).sent);
	bells = bells_rung() - bells;
	expect(bells <= 4, "%lu bells", bells);
	expect_eq(drain(fd), 32);
}

static const struct test tests[] = {
	TEST("a_batch_of_100_goes_out_and_comes_back", batches),
	TEST("fault_29_wrong_batches_are_refused", wrong_batches),
	TEST("a_batch_tells_how_far_it_got", half_a_batch),
	TEST("a_batch_waits_for_the_first_message_only", batch_waiting),
	TEST("a_batch_tells_of_truncation", batch_truncation),
	TEST("a_batch_of_32_rings_for_16_at_once", batch_bells),
	TEST("a_stop_amid_batches_ends_all_senders", stop_amid_batches),
	TEST("fault_29_a_bad_pointer_loses_no_message", batch_fault_keeps),
	TEST("readers_and_writers_get_what_they_opened_for", access_modes),
	TEST("truncation_by_read_is_visible", see_truncation),
	TEST("an_empty_message_is_told_from_nothing", tell_empty_message),
	TEST("ioctl_and_sysfs_count_the_same", counters_agree),
	TEST("fault_29_wrong_ioctls_are_refused", wrong_arguments),
	TEST("fault_26_every_ioctl_of_a_dead_file_gives_EPIPE", dead_file),
	TEST("the_first_open_can_announce_us_to_the_remote", announce),
	TEST("tracepoints_tell_of_each_message", tracepoints),
	TEST("an_open_that_can_not_announce_us_gives_EAGAIN",
	     announce_on_full_ring),
};

const struct suite char_ioctl_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

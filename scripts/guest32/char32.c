// SPDX-License-Identifier: GPL-2.0
/*
 * /bin/char32 of the guest: a program of 32 bits that uses all that the rpmsg
 * char driver offers, on an arm64 kernel. Called by the end-to-end tests as
 *
 *	char32 /dev/rpmsgN /dev/rpmsg_ctrlN ADDRESS
 *
 * for a channel whose remote echoes, its control device, and the address of the
 * echo service. Exits with 0, or writes what was not as expected.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg_ext.h>
#include <linux/types.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define MESSAGES	8
#define SIZE		16
#define WAIT_MS		60000

#ifndef RPMSG_GET_OUTGOING_FLOWCONTROL
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)
#endif

/* The same as in programs of 64 bits */
_Static_assert(sizeof(void *) == 4, "this is a program of 32 bits");
_Static_assert(sizeof(struct rpmsg_ept_msg) == 32, "layout");
_Static_assert(sizeof(struct rpmsg_ept_batch) == 24, "layout");
_Static_assert(sizeof(struct rpmsg_ept_info) == 160, "layout");
_Static_assert(offsetof(struct rpmsg_ept_msg, size) == 8, "layout");
_Static_assert(offsetof(struct rpmsg_ept_info, received) == 48, "layout");
_Static_assert(offsetof(struct rpmsg_ept_info, reserved) == 128, "layout");

#define expect(condition)						\
	do {								\
		if (!(condition)) {					\
			printf("# char32.c:%d: expected %s (errno %d)\n",	\
			       __LINE__, #condition, errno);		\
			exit(1);					\
		}							\
	} while (0)

#define expect_errno(call, wanted)					\
	do {								\
		errno = 0;						\
		expect((call) == -1 && errno == (wanted));		\
	} while (0)

static __u64 to_u64(const void *pointer)
{
	return (uintptr_t)pointer;
}

static struct rpmsg_ept_info get_info(int fd)
{
	struct rpmsg_ept_info info;

	memset(&info, 0xff, sizeof(info));
	expect(!ioctl(fd, RPMSG_EPT_GET_INFO, &info));
	return info;
}

static void wait_for(int fd, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };

	expect(poll(&poll_fd, 1, WAIT_MS) == 1);
	expect(poll_fd.revents == events);
}

static char data[MESSAGES][SIZE];
static struct rpmsg_ept_msg msgs[MESSAGES];

static struct rpmsg_ept_batch make_batch(__u32 size, __u32 flags)
{
	unsigned int i;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < MESSAGES; i++) {
		msgs[i].data = to_u64(data[i]);
		msgs[i].size = size;
		msgs[i].src = RPMSG_ADDR_ANY;
		msgs[i].dst = RPMSG_ADDR_ANY;
	}
	return (struct rpmsg_ept_batch) {
		.msgs = to_u64(msgs), .count = MESSAGES, .flags = flags,
	};
}

static void send_all(int fd)
{
	struct rpmsg_ept_batch batch = make_batch(SIZE, 0);
	unsigned int i;

	for (i = 0; i < MESSAGES; i++)
		memset(data[i], 'a' + i, SIZE);
	expect(ioctl(fd, RPMSG_EPT_SEND, &batch) == MESSAGES);
}

/* Receives what send_all() sent, with room for @size bytes of each */
static void receive_all(int fd, __u32 size)
{
	struct rpmsg_ept_info info = get_info(fd);
	char wanted[SIZE];
	int got = 0, ret, i;

	while (got < MESSAGES) {
		struct rpmsg_ept_batch batch = make_batch(size, 0);

		memset(data, 0, sizeof(data));
		ret = ioctl(fd, RPMSG_EPT_RECV, &batch);
		expect(ret > 0);
		for (i = 0; i < ret; i++, got++) {
			memset(wanted, 0, sizeof(wanted));
			memset(wanted, 'a' + got, size);
			expect(!memcmp(data[i], wanted, SIZE));
			expect(msgs[i].data == to_u64(data[i]));
			expect(msgs[i].size == size);
			expect(msgs[i].len == SIZE);
			expect(msgs[i].src == info.dst);
			expect(msgs[i].dst == info.src);
			expect(msgs[i].flags ==
			       (size < SIZE ? RPMSG_EPT_MSG_TRUNC : 0));
			expect(!msgs[i].lost);
		}
	}
}

static void batches(int fd)
{
	struct rpmsg_ept_batch batch;

	send_all(fd);
	receive_all(fd, SIZE);
	send_all(fd);
	receive_all(fd, SIZE / 2);
	batch = make_batch(SIZE, RPMSG_EPT_DONTWAIT);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, &batch), EAGAIN);
	expect_errno(ioctl(fd, RPMSG_EPT_RECV, NULL), EFAULT);
	expect_errno(ioctl(fd, RPMSG_EPT_SEND, (void *)8), EFAULT);
	/* The upper half counts: it is no address that this program has */
	batch.msgs |= 1ULL << 32;
	expect_errno(ioctl(fd, RPMSG_EPT_SEND, &batch), EFAULT);
	batch = make_batch(SIZE, 0);
	msgs[0].data |= 1ULL << 32;
	expect_errno(ioctl(fd, RPMSG_EPT_SEND, &batch), EFAULT);
}

/* An address in the upper half of what this program can have */
static void high_address(int fd)
{
	char *high = mmap((void *)0xe0000000, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	struct rpmsg_ept_batch *batch = (void *)high;
	struct rpmsg_ept_msg *msg = (void *)(high + 256);

	expect(high != MAP_FAILED);
	memcpy(high + 512, "high", 4);
	*msg = (struct rpmsg_ept_msg) {
		.data = to_u64(high + 512), .size = 4,
		.src = RPMSG_ADDR_ANY, .dst = RPMSG_ADDR_ANY,
	};
	*batch = (struct rpmsg_ept_batch) { .msgs = to_u64(msg), .count = 1 };
	expect(ioctl(fd, RPMSG_EPT_SEND, batch) == 1);
	*msg = (struct rpmsg_ept_msg) {
		.data = to_u64(high + 1024), .size = 4,
	};
	expect(ioctl(fd, RPMSG_EPT_RECV, batch) == 1);
	expect(!memcmp(high + 1024, "high", 4));
}

static void info(int fd, __u32 address)
{
	struct rpmsg_ept_info before = get_info(fd), after;
	int next = -1, i;

	expect(before.dst == address);
	expect(before.mtu == 496);
	expect(before.max_msgs && before.max_bytes && !before.queued);
	expect(write(fd, "0123456789", 10) == 10);
	wait_for(fd, POLLIN);
	expect(!ioctl(fd, FIONREAD, &next) && next == 10);
	after = get_info(fd);
	expect(after.next_len == 10 && after.queued == 1);
	expect(after.queued_bytes == 10);
	expect(read(fd, data, 4) == 4);
	after = get_info(fd);
	expect(after.flags == RPMSG_EPT_INFO_TRUNC && after.last_len == 10);
	expect(after.sent == before.sent + 1);
	expect(after.sent_bytes == before.sent_bytes + 10);
	expect(after.received == before.received + 1);
	expect(after.received_bytes == before.received_bytes + 10);
	expect(after.taken == before.taken + 1);
	expect(after.truncated == before.truncated + 1);
	expect(!after.dropped && !after.discarded && !after.held);
	for (i = 0; i < 4; i++)
		expect(!after.reserved[i]);
	expect_errno(ioctl(fd, RPMSG_EPT_GET_INFO, (void *)8), EFAULT);
}

static void by_value(int fd)
{
	expect(!ioctl(fd, RPMSG_EPT_SET_OVERFLOW, RPMSG_EPT_OVERFLOW_HOLD));
	expect(get_info(fd).flags & RPMSG_EPT_INFO_HOLDS);
	expect(!ioctl(fd, RPMSG_EPT_SET_OVERFLOW, RPMSG_EPT_OVERFLOW_DROP));
	expect(!(get_info(fd).flags & RPMSG_EPT_INFO_HOLDS));
	expect_errno(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, 2), EINVAL);
	expect_errno(ioctl(fd, RPMSG_EPT_SET_OVERFLOW, -1), EINVAL);
}

static void announce(int fd)
{
	__u64 sent = get_info(fd).sent;

	expect(!ioctl(fd, RPMSG_EPT_ANNOUNCE));
	expect(get_info(fd).sent == sent + 1);
}

/* Those that the kernel's own driver has as well */
static void flow_control(int fd)
{
	int flow = -1;

	expect(!ioctl(fd, RPMSG_GET_OUTGOING_FLOWCONTROL, &flow) && !flow);
	expect_errno(ioctl(fd, RPMSG_SET_INCOMING_FLOWCONTROL, 1), EOPNOTSUPP);
	expect_errno(ioctl(fd, RPMSG_SET_INCOMING_FLOWCONTROL, 2), EINVAL);
	expect_errno(ioctl(fd, RPMSG_DESTROY_EPT_IOCTL), EINVAL);
	expect_errno(ioctl(fd, _IO(0xb5, 0x7f), 0), ENOTTY);
}

static void find_endpoint(const char *name, char *node, size_t size)
{
	char path[128], text[64];
	glob_t found;
	FILE *file;
	size_t i;

	node[0] = '\0';
	expect(!glob("/sys/class/rpmsg/rpmsg[0-9]*", 0, NULL, &found));
	for (i = 0; i < found.gl_pathc; i++) {
		snprintf(path, sizeof(path), "%s/name", found.gl_pathv[i]);
		file = fopen(path, "r");
		expect(file && fgets(text, sizeof(text), file));
		fclose(file);
		text[strcspn(text, "\n")] = '\0';
		if (!strcmp(text, name))
			snprintf(node, size, "/dev/%s",
				 strrchr(found.gl_pathv[i], '/') + 1);
	}
	globfree(&found);
	expect(node[0]);
}

static void endpoint(int ctrl, __u32 address)
{
	struct rpmsg_endpoint_info wanted = {
		.name = "char32", .src = 0, .dst = address,
	};
	char node[64];
	int fd;

	expect(!ioctl(ctrl, RPMSG_CREATE_EPT_IOCTL, &wanted));
	find_endpoint("char32", node, sizeof(node));
	fd = open(node, O_RDWR);
	expect(fd >= 0);
	expect(get_info(fd).src == 0);
	send_all(fd);
	receive_all(fd, SIZE);
	expect_errno(ioctl(fd, RPMSG_EPT_ANNOUNCE), EINVAL);
	expect(!ioctl(fd, RPMSG_DESTROY_EPT_IOCTL));
	expect_errno(read(fd, data, sizeof(data)), EPIPE);
	close(fd);
	expect_errno(open(node, O_RDWR), ENOENT);
}

static void local_channel(int ctrl)
{
	struct rpmsg_endpoint_info wanted = {
		.name = "char32-channel", .src = 1500, .dst = 1501,
	};

	expect(!ioctl(ctrl, RPMSG_CREATE_DEV_IOCTL, &wanted));
	expect(!ioctl(ctrl, RPMSG_RELEASE_DEV_IOCTL, &wanted));
	expect_errno(ioctl(ctrl, RPMSG_RELEASE_DEV_IOCTL, &wanted), EINVAL);
	expect_errno(ioctl(ctrl, RPMSG_CREATE_EPT_IOCTL, (void *)8), EFAULT);
	expect_errno(ioctl(ctrl, _IO(0xb5, 0x7f), &wanted), ENOTTY);
}

int main(int argc, char **argv)
{
	__u32 address;
	int fd, ctrl;

	setvbuf(stdout, NULL, _IOLBF, 0);
	expect(argc == 4);
	fd = open(argv[1], O_RDWR);
	expect(fd >= 0);
	ctrl = open(argv[2], O_RDWR);
	expect(ctrl >= 0);
	address = strtoul(argv[3], NULL, 0);

	info(fd, address);
	batches(fd);
	high_address(fd);
	by_value(fd);
	announce(fd);
	flow_control(fd);
	endpoint(ctrl, address);
	local_channel(ctrl);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What a program sees of the in-tree rpmsg_char and rpmsg_ctrl, and what it
 * sees of ours: one row for each call, attribute and node behaviour, measured
 * with both. The differences have to be those of the list in this file, which
 * is frozen: each is an improvement that a program can rely on. Any other
 * difference fails, and so does one that has gone.
 *
 * Not in the table: what harms the kernel with the in-tree driver (a second
 * RPMSG_DESTROY_EPT_IOCTL on one file, flow control of a dead file, a write of
 * 2 GiB, a control device whose remote is gone, the release of its own channel,
 * readers that race, a signal for a writer who waits).
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "char_table.h"

#define IN_TREE_FOLDER	"/lib/modules/kernel/"
#define OUR_FOLDER	"/lib/modules/ampkit/"
#define SAME_SOURCE	88
#define MOST_ROWS	200

#ifndef RPMSG_GET_OUTGOING_FLOWCONTROL
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)
#endif

static void *volatile bad_pointer = (void *)8;

/**
 * outcome() - of a call
 * @ret: what it returned
 *
 * Return: that, or a negative errno.
 */
long outcome(long ret)
{
	return ret < 0 ? -errno : ret;
}

/**
 * try_open() - open and close
 * @node: what
 * @flags: how
 *
 * Return: 0 or a negative errno.
 */
long try_open(const char *node, int flags)
{
	int fd = open(node, flags);
	long ret = fd < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return ret;
}

static long second_open(struct scene *s)
{
	return try_open(s->node, O_RDWR);
}

static long exclusive_open(struct scene *s)
{
	return try_open(s->node, O_RDWR | O_EXCL);
}

static long write_only_open(struct scene *s)
{
	close(s->fd);
	return try_open(s->node, O_WRONLY);
}

static long truncating_open(struct scene *s)
{
	close(s->fd);
	return try_open(s->node, O_RDWR | O_CREAT | O_TRUNC);
}

static long mode_of_node(struct scene *s)
{
	struct stat node;

	expect_ok(stat(s->node, &node));
	return node.st_mode;
}

static long mode_of_ctrl(struct scene *s)
{
	struct stat node;

	expect_ok(fstat(s->ctrl, &node));
	return node.st_mode;
}

/**
 * queue_text() - echo a text, and wait until it is in the queue
 * @fd: a channel or endpoint
 * @text: the text
 * @len: its length
 */
void queue_text(int fd, const char *text, size_t len)
{
	expect_eq(write(fd, text, len), len);
	expect(poll_for(fd, POLLIN, WAIT_MS) & POLLIN, "no echo");
}

static long read_nothing(struct scene *s)
{
	char data[8];

	return outcome(read(s->fd, data, sizeof(data)));
}

static long read_message(struct scene *s)
{
	char data[16];

	queue_text(s->fd, "0123456789", 10);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long read_short(struct scene *s)
{
	char data[16];

	queue_text(s->fd, "0123456789", 10);
	return outcome(read(s->fd, data, 4));
}

static long read_rest(struct scene *s)
{
	read_short(s);
	return read_nothing(s);
}

static long read_no_bytes(struct scene *s)
{
	char data[16];

	queue_text(s->fd, "0123456789", 10);
	return outcome(read(s->fd, data, 0));
}

static long read_bad(struct scene *s)
{
	queue_text(s->fd, "0123456789", 10);
	return outcome(read(s->fd, bad_pointer, 10));
}

static long read_after_bad(struct scene *s)
{
	char data[16];

	read_bad(s);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long read_parts(struct scene *s)
{
	char data[16];
	struct iovec parts[2] = { { data, 3 }, { data + 3, 13 } };

	queue_text(s->fd, "0123456789", 10);
	return outcome(readv(s->fd, parts, 2));
}

static long read_empty(struct scene *s)
{
	char data[16];

	queue_text(s->fd, "", 0);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long write_size(struct scene *s, size_t size)
{
	static char data[1 << 20];

	return outcome(write(s->fd, data, size));
}

static long write_nothing(struct scene *s)
{
	return write_size(s, 0);
}

static long write_most(struct scene *s)
{
	return write_size(s, PAYLOAD_MAX);
}

static long write_too_much(struct scene *s)
{
	return write_size(s, PAYLOAD_MAX + 1);
}

static long write_far_too_much(struct scene *s)
{
	return write_size(s, 1 << 20);
}

static long write_bad(struct scene *s)
{
	return outcome(write(s->fd, bad_pointer, 8));
}

static long write_parts(struct scene *s)
{
	struct iovec parts[2] = { { "ab", 2 }, { "cd", 2 } };

	return outcome(writev(s->fd, parts, 2));
}

static long write_full(struct scene *s)
{
	remote_hold(0, s->fd);
	fill_ring(s->fd);
	return outcome(write(s->fd, "x", 1));
}

static long poll_idle(struct scene *s)
{
	return poll_for(s->fd, POLLIN | POLLOUT | POLLPRI, 0);
}

static long poll_message(struct scene *s)
{
	queue_text(s->fd, "x", 1);
	return poll_for(s->fd, POLLIN | POLLOUT | POLLPRI, 0);
}

static long poll_dead(struct scene *s)
{
	remote_stop(0);
	return poll_for(s->fd, POLLIN | POLLOUT, 0);
}

static long read_dead(struct scene *s)
{
	remote_stop(0);
	return read_nothing(s);
}

static long write_dead(struct scene *s)
{
	remote_stop(0);
	return write_size(s, 4);
}

static long write_long_dead(struct scene *s)
{
	remote_stop(0);
	return write_size(s, PAYLOAD_MAX + 1);
}

static long node_dead(struct scene *s)
{
	remote_stop(0);
	return try_open(s->node, O_RDWR);
}

static long seek(struct scene *s)
{
	return outcome(lseek(s->fd, 0, SEEK_SET));
}

static long map(struct scene *s)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, s->fd, 0);

	return at == MAP_FAILED ? -errno : 0;
}

static long sync_node(struct scene *s)
{
	return outcome(fsync(s->fd));
}

static long terminal(struct scene *s)
{
	char data[128];

	return outcome(ioctl(s->fd, TCGETS, data));
}

static long next_size(struct scene *s)
{
	int size = -1;

	queue_text(s->fd, "0123456789", 10);
	return ioctl(s->fd, FIONREAD, &size) < 0 ? -errno : size;
}

static long unknown_call(struct scene *s)
{
	return outcome(ioctl(s->fd, _IO(0xb5, 0x7f), 0));
}

static long create_on_node(struct scene *s)
{
	struct rpmsg_endpoint_info info = { .name = "x" };

	return outcome(ioctl(s->fd, RPMSG_CREATE_EPT_IOCTL, &info));
}

static long destroy_channel(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_DESTROY_EPT_IOCTL));
}

static long get_flow(struct scene *s)
{
	int flow = -1;

	return outcome(ioctl(s->fd, RPMSG_GET_OUTGOING_FLOWCONTROL, &flow)) ?:
	       flow;
}

static long get_flow_bad(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_GET_OUTGOING_FLOWCONTROL,
			     bad_pointer));
}

static long set_flow(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_SET_INCOMING_FLOWCONTROL, 1));
}

static long set_flow_bad(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_SET_INCOMING_FLOWCONTROL, 2));
}

static long get_info(struct scene *s)
{
	struct rpmsg_ept_info info;

	return outcome(ioctl(s->fd, RPMSG_EPT_GET_INFO, &info));
}

static long send_batch(struct scene *s)
{
	struct rpmsg_ept_msg msg = {
		.data = (__u64)(unsigned long)"x", .size = 1,
		.src = RPMSG_ADDR_ANY, .dst = RPMSG_ADDR_ANY,
	};
	struct rpmsg_ept_batch batch = {
		.msgs = (__u64)(unsigned long)&msg, .count = 1,
	};

	return outcome(ioctl(s->fd, RPMSG_EPT_SEND, &batch));
}

static long receive_batch(struct scene *s)
{
	char data[8];
	struct rpmsg_ept_msg msg = {
		.data = (__u64)(unsigned long)data, .size = sizeof(data),
	};
	struct rpmsg_ept_batch batch = {
		.msgs = (__u64)(unsigned long)&msg, .count = 1,
	};

	queue_text(s->fd, "x", 1);
	return outcome(ioctl(s->fd, RPMSG_EPT_RECV, &batch));
}

static long set_overflow(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_EPT_SET_OVERFLOW,
			     RPMSG_EPT_OVERFLOW_DROP));
}

static long announce(struct scene *s)
{
	return outcome(ioctl(s->fd, RPMSG_EPT_ANNOUNCE));
}

/* Whether a file is there below the node's folder in sysfs */
static long has_attr(struct scene *s, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/%s",
		 strrchr(s->node, '/') + 1, name);
	return exists(path);
}

/**
 * text_attr() - what stands in a file of sysfs
 * @folder: its folder
 * @name: its name
 *
 * Return: a number that only has to be equal, or a negative errno.
 */
long text_attr(const char *folder, const char *name)
{
	char path[256], text[256];
	__u64 hash = 0;
	char *c;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (read_file(path, text, sizeof(text)) < 0)
		return -errno;
	for (c = text; *c; c++)
		hash = mix64(hash ^ *c);
	return hash >> 33;
}

static long node_text(struct scene *s, const char *name)
{
	char folder[128];

	snprintf(folder, sizeof(folder), "/sys/class/rpmsg/%s",
		 strrchr(s->node, '/') + 1);
	return text_attr(folder, name);
}

static long attr_name(struct scene *s)
{
	return node_text(s, "name");
}

static long attr_src(struct scene *s)
{
	return node_text(s, "src");
}

static long attr_dst(struct scene *s)
{
	return node_text(s, "dst");
}

static long attr_src_of_endpoint(struct scene *s)
{
	return node_attr(s->ept, "src");
}

static long attr_write(struct scene *s)
{
	return node_set_attr(s->node, "name", "x");
}

static long attr_queue(struct scene *s)
{
	return has_attr(s, "queue_messages");
}

static long attr_overflow(struct scene *s)
{
	return has_attr(s, "overflow");
}

static long attr_announce(struct scene *s)
{
	return has_attr(s, "announce");
}

static long attr_statistics(struct scene *s)
{
	return has_attr(s, "statistics/dropped");
}

/**
 * link_hash() - the name of a link's target
 * @path: the link
 *
 * Return: a number that only has to be equal, or a negative errno.
 */
long link_hash(const char *path)
{
	char target[PATH_MAX];
	__u64 hash = 0;
	char *c;

	if (!realpath(path, target))
		return -errno;
	for (c = strrchr(target, '/'); *c; c++)
		hash = mix64(hash ^ *c);
	return hash >> 33;
}

static long parent_of_channel(struct scene *s)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/device",
		 strrchr(s->node, '/') + 1);
	return link_hash(path);
}

static long parent_of_endpoint(struct scene *s)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/device",
		 strrchr(s->ept, '/') + 1);
	return link_hash(path);
}

static long channel_driver(struct scene *s)
{
	char path[160];

	snprintf(path, sizeof(path), "/sys/class/rpmsg/%s/device/driver",
		 strrchr(s->node, '/') + 1);
	return link_hash(path);
}

static long channel_attr(struct scene *s, const char *name)
{
	char folder[160];

	snprintf(folder, sizeof(folder), "/sys/class/rpmsg/%s/device",
		 strrchr(s->node, '/') + 1);
	return text_attr(folder, name);
}

static long channel_override(struct scene *s)
{
	return channel_attr(s, "driver_override");
}

static long channel_announced(struct scene *s)
{
	return channel_attr(s, "announce");
}

static long first_node(struct scene *s)
{
	return atoi(strrchr(s->node, 'g') + 1);
}

static long ept_echo(struct scene *s)
{
	char data[8];

	queue_text(s->ept_fd, "ept", 3);
	return outcome(read(s->ept_fd, data, sizeof(data)));
}

static long ept_second_open(struct scene *s)
{
	return try_open(s->ept, O_RDWR);
}

static long ept_destroy(struct scene *s)
{
	return outcome(ioctl(s->ept_fd, RPMSG_DESTROY_EPT_IOCTL));
}

static long ept_destroy_read(struct scene *s)
{
	char data[8];

	ept_destroy(s);
	return outcome(read(s->ept_fd, data, sizeof(data)));
}

static long ept_destroy_node(struct scene *s)
{
	ept_destroy(s);
	return exists(s->ept);
}

static long ept_same_source(struct scene *s)
{
	char node[64];

	ept_create(s->ctrl, "other", SAME_SOURCE, s->echo, node, sizeof(node));
	return try_open(node, O_RDWR);
}

static long ept_reopen(struct scene *s)
{
	int fd;
	long ret;

	queue_text(s->ept_fd, "unread", 6);
	close(s->ept_fd);
	fd = open(s->ept, O_RDWR | O_NONBLOCK);
	expect_ok(fd);
	ret = poll_for(fd, POLLIN, 0);
	close(fd);
	s->ept_fd = open(s->ept, O_RDWR);
	return ret;
}

static long ctrl_second_open(struct scene *s)
{
	char path[64];

	expect(remote_find_ctrl(0, path, sizeof(path)), "no node for %d",
	       s->ctrl);
	return try_open(path, O_RDWR);
}

static long ctrl_call(struct scene *s, unsigned long call, const char *name)
{
	struct rpmsg_endpoint_info info = { .src = 1500, .dst = 1501 };

	snprintf(info.name, sizeof(info.name), "%s", name);
	return outcome(ioctl(s->ctrl, call, &info));
}

static long ctrl_create(struct scene *s)
{
	return ctrl_call(s, RPMSG_CREATE_EPT_IOCTL, "new");
}

static long ctrl_create_bad(struct scene *s)
{
	return outcome(ioctl(s->ctrl, RPMSG_CREATE_EPT_IOCTL, bad_pointer));
}

static long ctrl_channel(struct scene *s)
{
	return ctrl_call(s, RPMSG_CREATE_DEV_IOCTL, "channel");
}

static long ctrl_channel_again(struct scene *s)
{
	ctrl_channel(s);
	return ctrl_channel(s);
}

static long ctrl_release(struct scene *s)
{
	ctrl_channel(s);
	return ctrl_call(s, RPMSG_RELEASE_DEV_IOCTL, "channel");
}

static long ctrl_release_again(struct scene *s)
{
	ctrl_release(s);
	return ctrl_call(s, RPMSG_RELEASE_DEV_IOCTL, "channel");
}

static long ctrl_unknown(struct scene *s)
{
	return ctrl_call(s, _IOW(0xb5, 0x7f, struct rpmsg_endpoint_info), "x");
}

static long ctrl_destroy(struct scene *s)
{
	struct rpmsg_endpoint_info info = { .name = "x" };

	return outcome(ioctl(s->ctrl, RPMSG_DESTROY_EPT_IOCTL, &info));
}

static long ctrl_read(struct scene *s)
{
	char data[8];

	return outcome(read(s->ctrl, data, sizeof(data)));
}

static long ctrl_write(struct scene *s)
{
	return outcome(write(s->ctrl, "x", 1));
}

static long ctrl_poll(struct scene *s)
{
	return poll_for(s->ctrl, POLLIN | POLLOUT, 0);
}

static const struct row rows[] = {
	{ "node: mode", mode_of_node },
	{ "node: number of the first", first_node },
	{ "node: parent of a channel's", parent_of_channel },
	{ "node: parent of an endpoint's", parent_of_endpoint },
	{ "node: gone when dead", node_dead },
	{ "channel: driver", channel_driver },
	{ "channel: driver_override", channel_override },
	{ "channel: announce", channel_announced },
	{ "attribute: name", attr_name },
	{ "attribute: src", attr_src },
	{ "attribute: dst", attr_dst },
	{ "attribute: src of an endpoint", attr_src_of_endpoint },
	{ "attribute: written to", attr_write },
	{ "attribute: queue_messages", attr_queue },
	{ "attribute: overflow", attr_overflow },
	{ "attribute: announce", attr_announce },
	{ "attribute: statistics", attr_statistics },
	{ "open: second", second_open },
	{ "open: O_EXCL when open", exclusive_open },
	{ "open: O_WRONLY", write_only_open },
	{ "open: O_CREAT | O_TRUNC", truncating_open },
	{ "read: nothing there", read_nothing },
	{ "read: a message", read_message },
	{ "read: into a short buffer", read_short },
	{ "read: after a short buffer", read_rest },
	{ "read: into no buffer", read_no_bytes },
	{ "read: bad pointer", read_bad },
	{ "read: after a bad pointer", read_after_bad },
	{ "read: in parts", read_parts },
	{ "read: an empty message", read_empty },
	{ "read: when dead", read_dead },
	{ "write: nothing", write_nothing },
	{ "write: MTU", write_most },
	{ "write: MTU + 1", write_too_much },
	{ "write: 1 MiB", write_far_too_much },
	{ "write: bad pointer", write_bad },
	{ "write: in parts", write_parts },
	{ "write: ring full", write_full },
	{ "write: when dead", write_dead },
	{ "write: MTU + 1 when dead", write_long_dead },
	{ "poll: idle", poll_idle },
	{ "poll: message", poll_message },
	{ "poll: when dead", poll_dead },
	{ "lseek", seek },
	{ "mmap", map },
	{ "fsync", sync_node },
	{ "ioctl: TCGETS", terminal },
	{ "ioctl: FIONREAD", next_size },
	{ "ioctl: unknown", unknown_call },
	{ "ioctl: CREATE_EPT on a channel", create_on_node },
	{ "ioctl: DESTROY_EPT on a channel", destroy_channel },
	{ "ioctl: GET_OUTGOING_FLOWCONTROL", get_flow },
	{ "ioctl: GET_OUTGOING_FLOWCONTROL, bad pointer", get_flow_bad },
	{ "ioctl: SET_INCOMING_FLOWCONTROL", set_flow },
	{ "ioctl: SET_INCOMING_FLOWCONTROL of 2", set_flow_bad },
	{ "ioctl: EPT_GET_INFO", get_info },
	{ "ioctl: EPT_SEND", send_batch },
	{ "ioctl: EPT_RECV", receive_batch },
	{ "ioctl: EPT_SET_OVERFLOW", set_overflow },
	{ "ioctl: EPT_ANNOUNCE", announce },
	{ "endpoint: echo", ept_echo },
	{ "endpoint: second open", ept_second_open },
	{ "endpoint: same source", ept_same_source },
	{ "endpoint: unread after reopen", ept_reopen },
	{ "endpoint: DESTROY_EPT", ept_destroy },
	{ "endpoint: read after DESTROY_EPT", ept_destroy_read },
	{ "endpoint: node after DESTROY_EPT", ept_destroy_node },
	{ "control: mode", mode_of_ctrl },
	{ "control: second open", ctrl_second_open },
	{ "control: CREATE_EPT", ctrl_create },
	{ "control: CREATE_EPT, bad pointer", ctrl_create_bad },
	{ "control: CREATE_DEV", ctrl_channel },
	{ "control: CREATE_DEV twice", ctrl_channel_again },
	{ "control: RELEASE_DEV", ctrl_release },
	{ "control: RELEASE_DEV twice", ctrl_release_again },
	{ "control: unknown", ctrl_unknown },
	{ "control: DESTROY_EPT", ctrl_destroy },
	{ "control: read", ctrl_read },
	{ "control: write", ctrl_write },
	{ "control: poll", ctrl_poll },
};

/**
 * struct difference - a frozen line: where ours is not as the in-tree driver
 * @what: name of the row
 * @in_tree: what that measures
 * @ours: what ours does
 */
struct difference {
	const char *what;
	long in_tree;
	long ours;
};

static const struct difference differences[] = {
	/* Nodes can be shared */
	{ "open: second", -EBUSY, 0 },
	{ "endpoint: second open", -EBUSY, 0 },
	/* A failed read loses nothing */
	{ "read: after a bad pointer", -EAGAIN, 10 },
	/* A dead file is dead whatever is asked of it */
	{ "poll: when dead", POLLERR, POLLHUP | POLLERR },
	{ "poll: while it is stopped", POLLERR, POLLHUP | POLLERR },
	{ "endpoint: poll when dead", POLLERR, POLLHUP | POLLERR },
	{ "ioctl: unknown when dead", -EINVAL, -EPIPE },
	{ "ioctl: EPT_GET_INFO when dead", -EINVAL, -EPIPE },
	/* A queue has bounds, and tells when they were too narrow */
	{ "read: 1100 messages unread", 1100, QUEUE_MESSAGES },
	{ "poll: messages dropped", 0, POLLRDBAND },
	/* Nobody needs a thread in order not to wait */
	{ "read: RWF_NOWAIT", -EOPNOTSUPP, -EAGAIN },
	{ "write: RWF_NOWAIT", -EOPNOTSUPP, 1 },
	/* Room to send is told */
	{ "poll: idle", 0, POLLOUT },
	{ "poll: message", POLLIN, POLLIN | POLLOUT },
	{ "poll: opened for writing", 0, POLLOUT },
	/* An ioctl that is not known is none of this device */
	{ "ioctl: TCGETS", -EINVAL, -ENOTTY },
	{ "ioctl: unknown", -EINVAL, -ENOTTY },
	{ "ioctl: CREATE_EPT on a channel", -EINVAL, -ENOTTY },
	{ "control: unknown", -EINVAL, -ENOTTY },
	{ "control: DESTROY_EPT", -EINVAL, -ENOTTY },
	{ "control: EPT_GET_INFO", -EINVAL, -ENOTTY },
	{ "control: GET_OUTGOING_FLOWCONTROL", -EINVAL, -ENOTTY },
	/* New */
	{ "ioctl: FIONREAD", -EINVAL, 10 },
	{ "ioctl: FIONREAD of nothing", -EINVAL, 0 },
	{ "ioctl: EPT_GET_INFO", -EINVAL, 0 },
	{ "ioctl: EPT_SEND", -EINVAL, 1 },
	{ "ioctl: EPT_RECV", -EINVAL, 1 },
	{ "ioctl: EPT_SET_OVERFLOW", -EINVAL, 0 },
	{ "ioctl: EPT_ANNOUNCE", -EINVAL, 0 },
	{ "module: parameters", 0, 1 },
	{ "attribute: queue_messages", 0, 1 },
	{ "attribute: queue_bytes", 0, 1 },
	{ "attribute: overflow", 0, 1 },
	{ "attribute: announce", 0, 1 },
	{ "attribute: statistics", 0, 1 },
};

/* Flow control came with Linux 6.6: there the in-tree driver knows no such */
static const struct difference old_differences[] = {
	{ "ioctl: GET_OUTGOING_FLOWCONTROL", -EINVAL, 0 },
	{ "ioctl: GET_OUTGOING_FLOWCONTROL, bad pointer", -EINVAL, -EFAULT },
	{ "ioctl: SET_INCOMING_FLOWCONTROL", -EINVAL, -EOPNOTSUPP },
	{ "ioctl: GET_OUTGOING_FLOWCONTROL when dead", -EINVAL, 0 },
	{ "endpoint: GET_OUTGOING_FLOWCONTROL", -EINVAL, 0 },
	{ "endpoint: SET_INCOMING_FLOWCONTROL", -EINVAL, -EOPNOTSUPP },
};

/*
 * Room in the ring came to the in-tree driver's poll with Linux 7.0, of a file
 * that can't write, too
 */
static const struct difference new_differences[] = {
	{ "poll: idle", POLLOUT, POLLOUT },
	{ "poll: message", POLLIN | POLLOUT, POLLIN | POLLOUT },
	{ "poll: opened for writing", POLLOUT, POLLOUT },
	{ "poll: opened for reading", POLLOUT, 0 },
};

static void load(const char *folder, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s%s.ko", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && !strcmp(folder, IN_TREE_FOLDER))
		skip("this kernel has no %s", path);
	expect(fd >= 0, "open %s: %s", path, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		fail("insmod %s: %s", path, strerror(errno));
	close(fd);
}

static void scene_up(struct scene *scene)
{
	remote_start(0);
	remote_wait_node(0, scene->node, sizeof(scene->node));
	scene->echo = node_attr(scene->node, "dst");
	scene->fd = open(scene->node, O_RDWR | O_NONBLOCK);
	expect(scene->fd >= 0, "open %s: %s", scene->node, strerror(errno));
	scene->ctrl = ctrl_open(0);
	ept_create(scene->ctrl, "scene", SAME_SOURCE, scene->echo, scene->ept,
		   sizeof(scene->ept));
	scene->ept_fd = open(scene->ept, O_RDWR);
	expect(scene->ept_fd >= 0, "open %s: %s", scene->ept, strerror(errno));
}

static void scene_down(struct scene *scene)
{
	close(scene->ept_fd);
	close(scene->fd);
	close(scene->ctrl);
	if (!remote_is(0, "offline"))
		remote_stop(0);
}

/* What was measured of all rows: those above, and those of char_rows.c */
struct measured {
	long value[MOST_ROWS];
};

static size_t count_rows(void)
{
	return ARRAY_SIZE(rows) + further_rows_count;
}

static const struct row *get_row(size_t i)
{
	return i < ARRAY_SIZE(rows) ? &rows[i] :
				      &further_rows[i - ARRAY_SIZE(rows)];
}

static void measure_all(const char *folder, struct measured *measured)
{
	struct scene scene;
	size_t i;

	load(folder, "rpmsg_char");
	load(folder, "rpmsg_ctrl");
	for (i = 0; i < count_rows(); i++) {
		scene_up(&scene);
		measured->value[i] = get_row(i)->measure(&scene);
		scene_down(&scene);
		sign_of_life();
	}
	expect_ok(module_unload("rpmsg_ctrl"));
	expect_ok(module_unload("rpmsg_char"));
}

static const struct difference *
find_difference(const struct difference *list, size_t count, const char *what)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(list[i].what, what))
			return &list[i];
	return NULL;
}

static bool kernel_before(int major, int minor)
{
	int running_major, running_minor, found;
	char release[64];

	read_file("/proc/sys/kernel/osrelease", release, sizeof(release));
	found = sscanf(release, "%d.%d", &running_major, &running_minor);
	expect_eq(found, 2);
	return running_major < major ||
	       (running_major == major && running_minor < minor);
}

/* What the lists say of a row: no line means that both are the same */
static bool as_frozen(const char *what, long in_tree, long ours)
{
	const struct difference *line = NULL;

	if (!kernel_before(7, 0))
		line = find_difference(new_differences,
				       ARRAY_SIZE(new_differences), what);
	if (!line)
		line = find_difference(differences, ARRAY_SIZE(differences),
				       what);
	if (!line && kernel_before(6, 6))
		line = find_difference(old_differences,
				       ARRAY_SIZE(old_differences), what);
	return line ? line->in_tree == in_tree && line->ours == ours :
		      in_tree == ours;
}

/* A line of no row would prove nothing */
static void expect_rows_of(const struct difference *list, size_t count)
{
	bool found;
	size_t i, j;

	for (i = 0; i < count; i++) {
		found = false;
		for (j = 0; j < count_rows(); j++)
			found |= !strcmp(get_row(j)->what, list[i].what);
		expect(found, "no row \"%s\"", list[i].what);
	}
}

static void table(void)
{
	static struct measured in_tree, ours;
	unsigned int wrong = 0, differ = 0;
	size_t i;

	expect(count_rows() <= MOST_ROWS, "%zu rows", count_rows());
	expect_rows_of(differences, ARRAY_SIZE(differences));
	expect_rows_of(old_differences, ARRAY_SIZE(old_differences));
	expect_rows_of(new_differences, ARRAY_SIZE(new_differences));
	expect_ok(module_unload("rpmsg_char"));
	measure_all(IN_TREE_FOLDER, &in_tree);
	measure_all(OUR_FOLDER, &ours);
	for (i = 0; i < count_rows(); i++) {
		differ += in_tree.value[i] != ours.value[i];
		if (as_frozen(get_row(i)->what, in_tree.value[i],
			      ours.value[i]))
			continue;
		note("%s: in-tree %ld, ours %ld", get_row(i)->what,
		     in_tree.value[i], ours.value[i]);
		wrong++;
	}
	note("%zu rows, %u differ", count_rows(), differ);
	expect_eq(wrong, 0);
}

static const struct test tests[] = {
	TEST("the_in_tree_drivers_differ_only_as_listed", table),
};

const struct suite char_table_suite = {
	.tests = tests,
	.count = ARRAY_SIZE(tests),
};

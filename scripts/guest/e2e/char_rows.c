// SPDX-License-Identifier: GPL-2.0
/*
 * Further rows of the table in char_table.c: whatever a program can see of the
 * devices beside what single calls on a channel's file return. That is sysfs,
 * files opened in other ways, calls that wait, removal, and what can be made
 * with the control device.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "char_table.h"

#define DRIVERS		"/sys/bus/rpmsg/drivers/"
#define DEVICES		"/sys/bus/rpmsg/devices/"
#define UNREAD		1100
#define CHANNEL_SRC	1500
#define CHANNEL_DST	1501

#ifndef RPMSG_GET_OUTGOING_FLOWCONTROL
#define RPMSG_GET_OUTGOING_FLOWCONTROL	_IOR(0xb5, 0x5, int)
#define RPMSG_SET_INCOMING_FLOWCONTROL	_IOR(0xb5, 0x6, int)
#endif

static void *volatile bad_pointer = (void *)8;

/* What ours has beyond the in-tree driver, each in a row of its own */
static const char *const new_files[] = {
	"queue_messages", "queue_bytes", "overflow", "announce", "statistics",
};

static bool is_new(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(new_files); i++)
		if (!strcmp(name, new_files[i]))
			return true;
	return false;
}

static __u64 hash_text(__u64 hash, const char *text)
{
	while (*text)
		hash = mix64(hash ^ *text++);
	return hash;
}

/* The names of all files in a folder, but for the new ones */
static long files_hash(const char *folder)
{
	char pattern[192];
	const char *name;
	glob_t found;
	__u64 hash = 0;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/*", folder);
	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	for (i = 0; i < found.gl_pathc; i++) {
		name = strrchr(found.gl_pathv[i], '/') + 1;
		if (!is_new(name))
			hash = hash_text(hash, name);
	}
	globfree(&found);
	return hash >> 33;
}

static const char *class_folder(const char *node)
{
	static char folder[160];

	snprintf(folder, sizeof(folder), "/sys/class/rpmsg/%s",
		 strrchr(node, '/') + 1);
	return folder;
}

static const char *ctrl_node(const struct scene *s)
{
	static char path[64];

	expect(remote_find_ctrl(0, path, sizeof(path)), "no node for %d",
	       s->ctrl);
	return path;
}

static long files_of_node(struct scene *s)
{
	return files_hash(class_folder(s->node));
}

static long files_of_ctrl(struct scene *s)
{
	return files_hash(class_folder(ctrl_node(s)));
}

static long files_of_channel(struct scene *s)
{
	char folder[192];

	snprintf(folder, sizeof(folder), "%s/device", class_folder(s->node));
	return files_hash(folder);
}

static long bytes_attr(struct scene *s)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/queue_bytes", class_folder(s->node));
	return exists(path);
}

/* All but the first line, MAJOR, which is whichever was free */
static long uevent_of(const char *node)
{
	char path[192], text[512], *rest;

	snprintf(path, sizeof(path), "%s/uevent", class_folder(node));
	if (read_file(path, text, sizeof(text)) < 0)
		return -errno;
	rest = strchr(text, '\n');
	return rest ? (long)(hash_text(0, rest) >> 33) : -ENODATA;
}

static long uevent_of_node(struct scene *s)
{
	return uevent_of(s->node);
}

static long uevent_of_ctrl(struct scene *s)
{
	return uevent_of(ctrl_node(s));
}

static long class_of_node(struct scene *s)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/subsystem", class_folder(s->node));
	return link_hash(path);
}

static long parent_of_ctrl(struct scene *s)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/device", class_folder(ctrl_node(s)));
	return link_hash(path);
}

static long driver_of_ctrl(struct scene *s)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/device/driver",
		 class_folder(ctrl_node(s)));
	return link_hash(path);
}

static long number_of_ctrl(struct scene *s)
{
	return atoi(strrchr(ctrl_node(s), 'l') + 1);
}

static long number_of_endpoint(struct scene *s)
{
	return atoi(strrchr(s->ept, 'g') + 1);
}

static long name_of_endpoint(struct scene *s)
{
	return text_attr(class_folder(s->ept), "name");
}

static long dst_of_endpoint(struct scene *s)
{
	return node_attr(s->ept, "dst");
}

static long is_in_devices(const char *name)
{
	char text[4096], line[64];

	expect(read_file("/proc/devices", text, sizeof(text)) > 0, "devices");
	snprintf(line, sizeof(line), " %s\n", name);
	return !!strstr(text, line);
}

static long devices_of_nodes(struct scene *s)
{
	(void)s;
	return is_in_devices("rpmsg_char");
}

static long devices_of_ctrl(struct scene *s)
{
	(void)s;
	return is_in_devices("rpmsg_ctrl");
}

static long module_parameters(struct scene *s)
{
	(void)s;
	return exists("/sys/module/rpmsg_char/parameters");
}

static long module_users(struct scene *s)
{
	char text[32];

	(void)s;
	if (read_file("/sys/module/rpmsg_char/refcnt", text, sizeof(text)) < 0)
		return -errno;
	return atoi(text);
}

static void reopen(struct scene *s, int flags)
{
	close(s->fd);
	s->fd = open(s->node, flags);
	expect(s->fd >= 0, "open %s: %s", s->node, strerror(errno));
}

static long open_after_exclusive(struct scene *s)
{
	reopen(s, O_RDWR | O_EXCL);
	return try_open(s->node, O_RDWR);
}

static long read_write_only(struct scene *s)
{
	char data[8];

	reopen(s, O_WRONLY);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long write_read_only(struct scene *s)
{
	reopen(s, O_RDONLY);
	return outcome(write(s->fd, "x", 1));
}

static long poll_write_only(struct scene *s)
{
	reopen(s, O_WRONLY);
	return poll_for(s->fd, POLLIN | POLLOUT | POLLPRI, 0);
}

static long poll_read_only(struct scene *s)
{
	reopen(s, O_RDONLY | O_NONBLOCK);
	return poll_for(s->fd, POLLIN | POLLOUT | POLLPRI, 0);
}

static long poll_full(struct scene *s)
{
	remote_hold(0, s->fd);
	fill_ring(s->fd);
	return poll_for(s->fd, POLLOUT, 0);
}

static long read_at_offset(struct scene *s)
{
	char data[16];

	queue_text(s->fd, "0123456789", 10);
	return outcome(pread(s->fd, data, sizeof(data), 4));
}

static long write_at_offset(struct scene *s)
{
	return outcome(pwrite(s->fd, "x", 1, 4));
}

static long read_nowait(struct scene *s)
{
	char data[8];
	struct iovec part = { data, sizeof(data) };

	return outcome(preadv2(s->fd, &part, 1, -1, RWF_NOWAIT));
}

static long write_nowait(struct scene *s)
{
	struct iovec part = { "x", 1 };

	return outcome(pwritev2(s->fd, &part, 1, -1, RWF_NOWAIT));
}

static long splice_out(struct scene *s)
{
	int ends[2];
	long ret;

	expect_ok(pipe(ends));
	queue_text(s->fd, "0123456789", 10);
	ret = outcome(splice(s->fd, NULL, ends[1], NULL, 64,
			     SPLICE_F_NONBLOCK));
	close(ends[0]);
	close(ends[1]);
	return ret;
}

static long signals_on_input(struct scene *s)
{
	return outcome(fcntl(s->fd, F_SETFL, O_NONBLOCK | O_ASYNC));
}

static void ignore(int signal)
{
	(void)signal;
}

/* Signals come until the read is over: the first may be too early for it */
static long read_interrupted(struct scene *s)
{
	const struct itimerval every = { { 0, 10000 }, { 0, 10000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	const struct sigaction action = { .sa_handler = ignore };
	char data[8];
	long ret;

	reopen(s, O_RDWR);
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &every, NULL);
	ret = outcome(read(s->fd, data, sizeof(data)));
	setitimer(ITIMER_REAL, &never, NULL);
	return ret;
}

/* A call that waits while the remote is stopped */
static struct call call_over_stop(struct scene *s, enum call_kind kind)
{
	static struct call call;

	reopen(s, O_RDWR);
	call.events = POLLIN;
	call_start(&call, kind, s->fd);
	call_blocks(&call);
	remote_stop(0);
	call_ends(&call, WAIT_MS);
	return call;
}

static long read_over_stop(struct scene *s)
{
	struct call call = call_over_stop(s, CALL_READ);

	return call.result < 0 ? -call.error : call.result;
}

static long poll_over_stop(struct scene *s)
{
	return call_over_stop(s, CALL_POLL).revents;
}

/* An old file when the remote is back */
static long read_after_restart(struct scene *s)
{
	char data[8];

	remote_stop(0);
	remote_start(0);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long write_after_restart(struct scene *s)
{
	remote_stop(0);
	remote_start(0);
	return outcome(write(s->fd, "x", 1));
}

/*
 * More messages than ours keeps. The remote answers in order: when the answer
 * to the endpoint is there, all those before it have come.
 */
static void write_patiently(int fd)
{
	while (write(fd, "x", 1) < 0) {
		expect_eq(errno, EAGAIN);
		pause_us(1000);
	}
}

static void leave_unread(struct scene *s)
{
	int i;

	for (i = 0; i < UNREAD; i++)
		write_patiently(s->fd);
	expect_ok(fcntl(s->ept_fd, F_SETFL, O_NONBLOCK));
	write_patiently(s->ept_fd);
	expect(poll_for(s->ept_fd, POLLIN, WAIT_MS) & POLLIN, "no echo");
}

static long keep_unread(struct scene *s)
{
	leave_unread(s);
	return drain(s->fd);
}

static long poll_dropped(struct scene *s)
{
	leave_unread(s);
	return poll_for(s->fd, POLLRDBAND, 0);
}

/* What nobody has read is not for who comes later */
static long read_after_close(struct scene *s)
{
	queue_text(s->fd, "old", 3);
	reopen(s, O_RDWR | O_NONBLOCK);
	return poll_for(s->fd, POLLIN, 0);
}

static long next_size_of_nothing(struct scene *s)
{
	int size = -1;

	return ioctl(s->fd, FIONREAD, &size) < 0 ? -errno : size;
}

static long info_dead(struct scene *s)
{
	struct rpmsg_ept_info info;

	remote_stop(0);
	return outcome(ioctl(s->fd, RPMSG_EPT_GET_INFO, &info));
}

static long unknown_dead(struct scene *s)
{
	remote_stop(0);
	return outcome(ioctl(s->fd, _IO(0xb5, 0x7f), 0));
}

static long flow_dead(struct scene *s)
{
	int flow = -1;

	remote_stop(0);
	return outcome(ioctl(s->fd, RPMSG_GET_OUTGOING_FLOWCONTROL, &flow)) ?:
	       flow;
}

static long destroy_dead(struct scene *s)
{
	remote_stop(0);
	return outcome(ioctl(s->fd, RPMSG_DESTROY_EPT_IOCTL));
}

static long unbind(const char *driver)
{
	char channel[128], path[128];

	expect(remote_find_channel(0, channel, sizeof(channel)), "channel");
	snprintf(path, sizeof(path), DRIVERS "%s", driver);
	return write_file(path, channel);
}

static long unbind_channel(struct scene *s)
{
	long ret = unbind("rpmsg_chrdev/unbind");

	return ret ?: try_open(s->node, O_RDWR);
}

static long read_unbound(struct scene *s)
{
	char data[8];

	expect_eq(unbind("rpmsg_chrdev/unbind"), 0);
	return outcome(read(s->fd, data, sizeof(data)));
}

static long bind_again(struct scene *s)
{
	char node[64];

	expect_eq(unbind("rpmsg_chrdev/unbind"), 0);
	close(s->fd);
	expect_eq(unbind("rpmsg_chrdev/bind"), 0);
	remote_wait_node(0, node, sizeof(node));
	s->fd = open(node, O_RDWR | O_NONBLOCK);
	expect_ok(s->fd);
	queue_text(s->fd, "again", 5);
	return atoi(strrchr(node, 'g') + 1);
}

static long ept_flow(struct scene *s)
{
	int flow = -1;

	return outcome(ioctl(s->ept_fd, RPMSG_GET_OUTGOING_FLOWCONTROL,
			     &flow)) ?: flow;
}

static long ept_set_flow(struct scene *s)
{
	return outcome(ioctl(s->ept_fd, RPMSG_SET_INCOMING_FLOWCONTROL, 1));
}

static long ept_announce(struct scene *s)
{
	return outcome(ioctl(s->ept_fd, RPMSG_EPT_ANNOUNCE));
}

static long ept_open_destroyed(struct scene *s)
{
	expect_ok(ioctl(s->ept_fd, RPMSG_DESTROY_EPT_IOCTL));
	return try_open(s->ept, O_RDWR);
}

static long ept_write_destroyed(struct scene *s)
{
	expect_ok(ioctl(s->ept_fd, RPMSG_DESTROY_EPT_IOCTL));
	return outcome(write(s->ept_fd, "x", 1));
}

static long ept_read_dead(struct scene *s)
{
	char data[8];

	remote_stop(0);
	return outcome(read(s->ept_fd, data, sizeof(data)));
}

static long ept_write_dead(struct scene *s)
{
	remote_stop(0);
	return outcome(write(s->ept_fd, "x", 1));
}

static long ept_poll_dead(struct scene *s)
{
	remote_stop(0);
	return poll_for(s->ept_fd, POLLIN | POLLOUT, 0);
}

static long ept_node_dead(struct scene *s)
{
	remote_stop(0);
	return exists(s->ept);
}

static long ept_without_ctrl(struct scene *s)
{
	close(s->ctrl);
	queue_text(s->ept_fd, "x", 1);
	s->ctrl = ctrl_open(0);
	return exists(s->ept);
}

/* An endpoint at an address: what it answers, or why it can't be opened */
static long echo_from(struct scene *s, __u32 src, __u32 dst)
{
	char node[64], data[8];
	long ret;
	int fd;

	ept_create(s->ctrl, "other", src, dst, node, sizeof(node));
	fd = open(node, O_RDWR);
	if (fd < 0)
		return -errno;
	ret = outcome(write(fd, "x", 1));
	if (ret == 1)
		ret = outcome(read(fd, data, sizeof(data)));
	close(fd);
	return ret;
}

static long ept_source_0(struct scene *s)
{
	return echo_from(s, 0, s->echo);
}

static long ept_source_53(struct scene *s)
{
	return echo_from(s, 53, s->echo);
}

static long ept_source_any(struct scene *s)
{
	return echo_from(s, RPMSG_ADDR_ANY, s->echo);
}

static long ept_dst_any(struct scene *s)
{
	return echo_from(s, RPMSG_ADDR_ANY, RPMSG_ADDR_ANY);
}

/* Of one with any source, also while it is open and has one */
static long attr_src_any(struct scene *s)
{
	char node[64];
	long src;
	int fd;

	ept_create(s->ctrl, "other", RPMSG_ADDR_ANY, s->echo, node,
		   sizeof(node));
	fd = open(node, O_RDWR);
	expect_ok(fd);
	src = node_attr(node, "src");
	close(fd);
	return src;
}

static long ctrl_dead_node(struct scene *s)
{
	char path[64];

	snprintf(path, sizeof(path), "%s", ctrl_node(s));
	remote_stop(0);
	return try_open(path, O_RDWR);
}

static long ctrl_bad(struct scene *s, unsigned long call)
{
	return outcome(ioctl(s->ctrl, call, bad_pointer));
}

static long ctrl_create_dev_bad(struct scene *s)
{
	return ctrl_bad(s, RPMSG_CREATE_DEV_IOCTL);
}

static long ctrl_release_dev_bad(struct scene *s)
{
	return ctrl_bad(s, RPMSG_RELEASE_DEV_IOCTL);
}

static long ctrl_unknown_bad(struct scene *s)
{
	return ctrl_bad(s, _IOW(0xb5, 0x7f, struct rpmsg_endpoint_info));
}

static long ctrl_info(struct scene *s)
{
	struct rpmsg_ept_info info;

	return outcome(ioctl(s->ctrl, RPMSG_EPT_GET_INFO, &info));
}

static long ctrl_flow(struct scene *s)
{
	char room[sizeof(struct rpmsg_endpoint_info)];

	return outcome(ioctl(s->ctrl, RPMSG_GET_OUTGOING_FLOWCONTROL, room));
}

static long ctrl_create_nameless(struct scene *s)
{
	struct rpmsg_endpoint_info info = { .src = 1510, .dst = 1511 };

	return outcome(ioctl(s->ctrl, RPMSG_CREATE_EPT_IOCTL, &info));
}

/* A name without an end: what is left of it */
static long ctrl_create_endless(struct scene *s)
{
	struct rpmsg_endpoint_info info = { .src = 1510, .dst = 1511 };
	char name[sizeof(info.name)], node[64];

	memset(info.name, 'n', sizeof(info.name));
	expect_ok(ioctl(s->ctrl, RPMSG_CREATE_EPT_IOCTL, &info));
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	/* One more of the name that the first should have been given */
	ept_create(s->ctrl, name, 1512, 1513, node, sizeof(node));
	return text_attr(class_folder(node), "name");
}

static struct rpmsg_endpoint_info channel_info(const char *name)
{
	struct rpmsg_endpoint_info info = {
		.src = CHANNEL_SRC, .dst = CHANNEL_DST,
	};

	snprintf(info.name, sizeof(info.name), "%s", name);
	return info;
}

static unsigned int count_nodes(void)
{
	return count_entries("/sys/class/rpmsg/rpmsg[0-9]*");
}

/* A channel of a name that the driver takes: how many nodes more there are */
static long ctrl_raw_channel(struct scene *s)
{
	struct rpmsg_endpoint_info info = channel_info("rpmsg-raw");
	unsigned int before = count_nodes();
	long more;

	expect_ok(ioctl(s->ctrl, RPMSG_CREATE_DEV_IOCTL, &info));
	more = count_nodes() - before;
	expect_ok(ioctl(s->ctrl, RPMSG_RELEASE_DEV_IOCTL, &info));
	return more;
}

/* As programs bind a channel of any name: how many nodes more there are */
static long ctrl_override(struct scene *s)
{
	struct rpmsg_endpoint_info info = channel_info("any-name");
	unsigned int before = count_nodes();
	const char *device = "virtio0.any-name.1500.1501";
	long more;

	expect_ok(ioctl(s->ctrl, RPMSG_CREATE_DEV_IOCTL, &info));
	expect_eq(write_file(DEVICES "virtio0.any-name.1500.1501/driver_override",
			     "rpmsg_chrdev"), 0);
	expect_eq(write_file(DRIVERS "rpmsg_chrdev/bind", device), 0);
	more = count_nodes() - before;
	expect_ok(ioctl(s->ctrl, RPMSG_RELEASE_DEV_IOCTL, &info));
	return more;
}

static long ctrl_bind_without_override(struct scene *s)
{
	struct rpmsg_endpoint_info info = channel_info("any-name");
	long ret;

	expect_ok(ioctl(s->ctrl, RPMSG_CREATE_DEV_IOCTL, &info));
	ret = write_file(DRIVERS "rpmsg_chrdev/bind",
			 "virtio0.any-name.1500.1501");
	expect_ok(ioctl(s->ctrl, RPMSG_RELEASE_DEV_IOCTL, &info));
	return ret;
}

static long ctrl_release_unknown(struct scene *s)
{
	struct rpmsg_endpoint_info info = channel_info("never-was");

	return outcome(ioctl(s->ctrl, RPMSG_RELEASE_DEV_IOCTL, &info));
}

const struct row further_rows[] = {
	{ "node: class", class_of_node },
	{ "node: other files", files_of_node },
	{ "node: uevent", uevent_of_node },
	{ "node: number of an endpoint's", number_of_endpoint },
	{ "node: /proc/devices", devices_of_nodes },
	{ "channel: files", files_of_channel },
	{ "channel: unbound", unbind_channel },
	{ "channel: bound again", bind_again },
	{ "attribute: queue_bytes", bytes_attr },
	{ "attribute: name of an endpoint", name_of_endpoint },
	{ "attribute: dst of an endpoint", dst_of_endpoint },
	{ "attribute: src of any", attr_src_any },
	{ "module: parameters", module_parameters },
	{ "module: users", module_users },
	{ "open: after O_EXCL", open_after_exclusive },
	{ "read: at an offset", read_at_offset },
	{ "read: RWF_NOWAIT", read_nowait },
	{ "read: interrupted", read_interrupted },
	{ "read: opened for writing", read_write_only },
	{ "read: while it is stopped", read_over_stop },
	{ "read: after a restart", read_after_restart },
	{ "read: when unbound", read_unbound },
	{ "read: after close and open", read_after_close },
	{ "read: 1100 messages unread", keep_unread },
	{ "write: at an offset", write_at_offset },
	{ "write: RWF_NOWAIT", write_nowait },
	{ "write: opened for reading", write_read_only },
	{ "write: after a restart", write_after_restart },
	{ "poll: opened for writing", poll_write_only },
	{ "poll: opened for reading", poll_read_only },
	{ "poll: ring full", poll_full },
	{ "poll: while it is stopped", poll_over_stop },
	{ "poll: messages dropped", poll_dropped },
	{ "splice", splice_out },
	{ "O_ASYNC", signals_on_input },
	{ "ioctl: FIONREAD of nothing", next_size_of_nothing },
	{ "ioctl: EPT_GET_INFO when dead", info_dead },
	{ "ioctl: unknown when dead", unknown_dead },
	{ "ioctl: GET_OUTGOING_FLOWCONTROL when dead", flow_dead },
	{ "ioctl: DESTROY_EPT on a channel when dead", destroy_dead },
	{ "endpoint: GET_OUTGOING_FLOWCONTROL", ept_flow },
	{ "endpoint: SET_INCOMING_FLOWCONTROL", ept_set_flow },
	{ "endpoint: EPT_ANNOUNCE", ept_announce },
	{ "endpoint: open after DESTROY_EPT", ept_open_destroyed },
	{ "endpoint: write after DESTROY_EPT", ept_write_destroyed },
	{ "endpoint: read when dead", ept_read_dead },
	{ "endpoint: write when dead", ept_write_dead },
	{ "endpoint: poll when dead", ept_poll_dead },
	{ "endpoint: node when dead", ept_node_dead },
	{ "endpoint: control device closed", ept_without_ctrl },
	{ "endpoint: source 0", ept_source_0 },
	{ "endpoint: source 53", ept_source_53 },
	{ "endpoint: any source", ept_source_any },
	{ "endpoint: no destination", ept_dst_any },
	{ "control: files", files_of_ctrl },
	{ "control: uevent", uevent_of_ctrl },
	{ "control: parent", parent_of_ctrl },
	{ "control: driver", driver_of_ctrl },
	{ "control: number", number_of_ctrl },
	{ "control: /proc/devices", devices_of_ctrl },
	{ "control: node when dead", ctrl_dead_node },
	{ "control: CREATE_EPT without a name", ctrl_create_nameless },
	{ "control: CREATE_EPT, name without an end", ctrl_create_endless },
	{ "control: CREATE_DEV, bad pointer", ctrl_create_dev_bad },
	{ "control: CREATE_DEV of rpmsg-raw", ctrl_raw_channel },
	{ "control: CREATE_DEV and driver_override", ctrl_override },
	{ "control: CREATE_DEV and bind", ctrl_bind_without_override },
	{ "control: RELEASE_DEV, bad pointer", ctrl_release_dev_bad },
	{ "control: RELEASE_DEV of none", ctrl_release_unknown },
	{ "control: unknown, bad pointer", ctrl_unknown_bad },
	{ "control: EPT_GET_INFO", ctrl_info },
	{ "control: GET_OUTGOING_FLOWCONTROL", ctrl_flow },
};

const size_t further_rows_count = ARRAY_SIZE(further_rows);

// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the rpmsg char driver over a transport that tells nothing of its
 * room: virtio_rpmsg_bus, with the firmware's library at the other end, which
 * can be halted, or run without a sound.
 *
 * The nodes of the driver are opened, read and polled as a program would.
 */

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/rpmsg.h>
#include <linux/rpmsg/ns.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/rpmsg.h>
#include <uapi/linux/rpmsg_ext.h>

#include "compat.h"
#include "rpmsg_loopback.h"

#define SERVICE		"rpmsg-raw"
#define RING_SIZE	4
/* The host's first dynamic address, which its first channel gets */
#define FIRST_ADDR	1024
#define PATIENCE	(10 * HZ)
/* Times that the timer comes, to be sure that it was not by chance */
#define RETRIES		5
#define PATH_SIZE	64
#define MAX_QUEUES	2

/**
 * struct wire_msg - message as it lies in a ring
 * @src: address of the sender
 * @dst: address of the receiver
 * @reserved: 0
 * @len: length of @ns
 * @flags: 0
 * @ns: the payload, of an announcement
 */
struct wire_msg {
	__le32 src;
	__le32 dst;
	__le32 reserved;
	__le16 len;
	__le16 flags;
	struct rpmsg_ns_msg ns;
} __packed;

/**
 * struct io_job - read() or write() that may block
 * @work: where it is done
 * @done: it has returned
 * @file: the file
 * @is_write: it is a write()
 * @ret: what it has returned
 * @data: the message
 */
struct io_job {
	struct work_struct work;
	struct completion done;
	struct file *file;
	bool is_write;
	ssize_t ret;
	char data[8];
};

/**
 * struct poller - program in poll()
 * @table: what poll() is given
 * @entries: where it waits
 * @queues: what it waits on
 * @count: how many these are
 * @wakes: times that it was woken
 * @woken: woken then
 */
struct poller {
	poll_table table;
	struct wait_queue_entry entries[MAX_QUEUES];
	struct wait_queue_head *queues[MAX_QUEUES];
	unsigned int count;
	atomic_t wakes;
	wait_queue_head_t woken;
};

/**
 * struct char_test - a test
 * @loopback: the wire
 * @service: the service at its end, which sends back what it gets if it can
 * @file: the channel's node, once it was opened
 * @job: read() or write() that was started
 * @job_started: it was
 * @poller: poll() on @file
 * @heard: woken by the service
 * @bound: times that the service was bound
 * @peer: address that it was bound to
 * @rx: messages that the service has got
 * @rx_src: address that the last came from
 */
struct char_test {
	struct rpmsg_loopback *loopback;
	struct loopback_service *service;
	struct file *file;
	struct io_job job;
	bool job_started;
	struct poller poller;
	wait_queue_head_t heard;
	u32 bound;
	u32 peer;
	u32 rx;
	u32 rx_src;
};

static void service_rx(struct loopback_service *service, u32 src,
		       const void *data, size_t len)
{
	struct char_test *ctx = loopback_priv(service);

	/* A deaf host takes back no buffer: that is no reason to wait here */
	loopback_send(service, src, data, len, 0);
	ctx->rx_src = src;
	WRITE_ONCE(ctx->rx, ctx->rx + 1);
	wake_up(&ctx->heard);
}

static void service_bound(struct loopback_service *service, u32 peer)
{
	struct char_test *ctx = loopback_priv(service);

	ctx->peer = peer;
	WRITE_ONCE(ctx->bound, ctx->bound + 1);
	wake_up(&ctx->heard);
}

static const struct loopback_service_ops service_ops = {
	.rx = service_rx,
	.bound = service_bound,
};

static int char_test_init(struct kunit *test)
{
	struct char_test *ctx = kunit_kzalloc(test, sizeof(*ctx), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	init_waitqueue_head(&ctx->heard);
	/* A host that was deaf for a while hears the next bell: no event index */
	ctx->loopback = loopback_create(RING_SIZE, false);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->loopback);
	test->priv = ctx;

	ctx->service = loopback_serve(ctx->loopback, SERVICE, LOOPBACK_ADDR_ANY,
				      &service_ops, ctx);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->service);

	return 0;
}

/**
 * struct node_search - search for a node of the rpmsg class
 * @format: what its name looks like
 * @found: it, with a reference
 */
struct node_search {
	const char *format;
	struct device *found;
};

static int find_node_below(struct device *dev, void *data)
{
	struct node_search *search = data;
	unsigned int id;

	if (MAJOR(dev->devt) && sscanf(dev_name(dev), search->format, &id) == 1)
		search->found = get_device(dev);
	else
		device_for_each_child(dev, search, find_node_below);

	return !!search->found;
}

/* With a reference, which the test drops when it is over */
static struct device *find_node(struct kunit *test, const char *format)
{
	struct char_test *ctx = test->priv;
	struct node_search search = { .format = format };

	find_node_below(loopback_vdev(ctx->loopback), &search);
	KUNIT_ASSERT_NOT_NULL_MSG(test, search.found, "no %s", format);

	return search.found;
}

/* A test is a kernel thread */
static struct file *open_path(const char *path, int flags)
{
	struct file *file = NULL;

	scoped_with_init_fs()
		file = filp_open(path, flags, 0);

	return file;
}

static struct file *open_node(struct kunit *test, const char *format, int flags)
{
	struct device *node = find_node(test, format);
	char path[PATH_SIZE];
	struct file *file;

	snprintf(path, sizeof(path), "/dev/%s", dev_name(node));
	file = open_path(path, flags);
	put_device(node);

	return file;
}

static long run_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd, arg);
}

static void open_channel(struct kunit *test, int flags)
{
	struct char_test *ctx = test->priv;

	ctx->file = open_node(test, "rpmsg%u", flags);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->file);
}

/* As close() of the last descriptor: over when it returns */
static void close_channel(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	__fput_sync(ctx->file);
	ctx->file = NULL;
}

/* As by writev(): what write() and read() call knows no memory of the kernel's */
static ssize_t do_write(struct file *file, const void *data, size_t len)
{
	struct kvec vec = { .iov_base = (void *)data, .iov_len = len };
	struct iov_iter from;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, file);
	iov_iter_kvec(&from, WRITE, &vec, 1, len);
	return file->f_op->write_iter(&iocb, &from);
}

/* And by readv() */
static ssize_t do_read(struct file *file, void *data, size_t len)
{
	struct kvec vec = { .iov_base = data, .iov_len = len };
	struct iov_iter to;
	struct kiocb iocb;

	init_sync_kiocb(&iocb, file);
	iov_iter_kvec(&to, READ, &vec, 1, len);
	return file->f_op->read_iter(&iocb, &to);
}

static void attribute_path(struct kunit *test, const char *name, char *path)
{
	struct device *node = find_node(test, "rpmsg%u");

	snprintf(path, PATH_SIZE, "/sys/class/rpmsg/%s/%s", dev_name(node),
		 name);
	put_device(node);
}

static void set_attribute(struct kunit *test, const char *name,
			  const char *value)
{
	char path[PATH_SIZE];
	struct file *file;

	attribute_path(test, name, path);
	file = open_path(path, O_WRONLY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_EQ(test, do_write(file, value, strlen(value)),
			(ssize_t)strlen(value));
	__fput_sync(file);
}

static u64 get_attribute(struct kunit *test, const char *name)
{
	char path[PATH_SIZE], text[PATH_SIZE] = {};
	struct file *file;
	u64 value = 0;

	attribute_path(test, name, path);
	file = open_path(path, O_RDONLY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	KUNIT_EXPECT_GT(test, do_read(file, text, sizeof(text) - 1), 0);
	__fput_sync(file);
	KUNIT_EXPECT_EQ(test, kstrtou64(strim(text), 0, &value), 0);

	return value;
}

/* A host, and its channel to the service */
static void plug(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	loopback_settle(ctx->loopback);
	KUNIT_EXPECT_EQ(test, get_attribute(test, "src"), FIRST_ADDR);
}

static void remote_says(struct kunit *test, const char *text)
{
	struct char_test *ctx = test->priv;

	KUNIT_ASSERT_EQ(test, loopback_send(ctx->service, FIRST_ADDR, text,
					    strlen(text), 0), 0);
}

static void do_job(struct work_struct *work)
{
	struct io_job *job = container_of(work, struct io_job, work);

	if (job->is_write)
		job->ret = do_write(job->file, job->data, sizeof(job->data));
	else
		job->ret = do_read(job->file, job->data, sizeof(job->data));
	complete(&job->done);
}

static void start_job(struct kunit *test, bool is_write)
{
	struct char_test *ctx = test->priv;
	struct io_job *job = &ctx->job;

	job->file = ctx->file;
	job->is_write = is_write;
	job->ret = -EINPROGRESS;
	init_completion(&job->done);
	INIT_WORK(&job->work, do_job);
	ctx->job_started = true;
	queue_work(system_unbound_wq, &job->work);
}

static void expect_job(struct kunit *test, ssize_t ret)
{
	struct char_test *ctx = test->priv;

	KUNIT_ASSERT_TRUE(test, wait_for_completion_timeout(&ctx->job.done,
							    PATIENCE));
	KUNIT_EXPECT_EQ(test, ctx->job.ret, ret);
}

static int poller_wake(struct wait_queue_entry *entry, unsigned int mode,
		       int flags, void *key)
{
	struct poller *poller = entry->private;

	atomic_inc(&poller->wakes);
	wake_up(&poller->woken);

	return 0;
}

static void poller_wait(struct file *file, wait_queue_head_t *queue,
			poll_table *table)
{
	struct poller *poller = container_of(table, struct poller, table);
	struct wait_queue_entry *entry;

	if (WARN_ON(poller->count == MAX_QUEUES))
		return;

	entry = &poller->entries[poller->count];
	poller->queues[poller->count++] = queue;
	init_waitqueue_func_entry(entry, poller_wake);
	entry->private = poller;
	add_wait_queue(queue, entry);
}

static __poll_t poller_begin(struct poller *poller, struct file *file)
{
	atomic_set(&poller->wakes, 0);
	init_waitqueue_head(&poller->woken);
	init_poll_funcptr(&poller->table, poller_wait);

	return vfs_poll(file, &poller->table);
}

static void poller_end(struct poller *poller)
{
	while (poller->count) {
		poller->count--;
		remove_wait_queue(poller->queues[poller->count],
				  &poller->entries[poller->count]);
	}
}

/* The removal ends whatever still blocks */
static void char_test_exit(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	if (!ctx)
		return;
	loopback_unplug(ctx->loopback);
	poller_end(&ctx->poller);
	if (ctx->job_started)
		flush_work(&ctx->job.work);
	if (!IS_ERR_OR_NULL(ctx->file))
		filp_close(ctx->file, NULL);
	if (!IS_ERR_OR_NULL(ctx->service))
		loopback_withdraw(ctx->service);
	loopback_destroy(ctx->loopback);
}

static bool poller_is_woken(struct poller *poller, int times)
{
	return wait_event_timeout(poller->woken,
				  atomic_read(&poller->wakes) >= times,
				  PATIENCE);
}

/* So that a message that never comes is a failure, and no hang */
static bool is_readable_soon(struct char_test *ctx)
{
	struct poller *poller = &ctx->poller;
	bool woken = true;
	int i;

	poller_begin(poller, ctx->file);
	for (i = 1; woken && !(vfs_poll(ctx->file, NULL) & EPOLLIN); i++)
		woken = poller_is_woken(poller, i);
	poller_end(poller);

	return woken;
}

static void expect_read(struct kunit *test, const char *text)
{
	struct char_test *ctx = test->priv;
	char data[LOOPBACK_MTU + 1] = {};

	KUNIT_ASSERT_TRUE(test, is_readable_soon(ctx));
	KUNIT_EXPECT_EQ(test, do_read(ctx->file, data, LOOPBACK_MTU),
			(ssize_t)strlen(text));
	KUNIT_EXPECT_STREQ(test, data, text);
}

static void expect_nothing_to_read(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	char data[8];

	KUNIT_EXPECT_EQ(test, do_read(ctx->file, data, sizeof(data)), -EAGAIN);
}

static void every_length_goes_out_and_back(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	u8 out[LOOPBACK_MTU], in[LOOPBACK_MTU];
	size_t len;

	plug(test);
	open_channel(test, O_RDWR);
	for (len = 1; len <= LOOPBACK_MTU; len++) {
		memset(out, len, len);
		out[len - 1] = ~len;
		KUNIT_ASSERT_EQ(test, do_write(ctx->file, out, len), len);
		KUNIT_ASSERT_TRUE(test, is_readable_soon(ctx));
		KUNIT_ASSERT_EQ(test, do_read(ctx->file, in, sizeof(in)), len);
		KUNIT_ASSERT_EQ(test, memcmp(in, out, len), 0);
	}
	KUNIT_EXPECT_EQ(test, do_write(ctx->file, out, LOOPBACK_MTU + 1),
			-EMSGSIZE);
}

static void messages_from_before_the_first_open_are_read(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	plug(test);
	remote_says(test, "first");
	remote_says(test, "second");
	remote_says(test, "third");
	loopback_settle(ctx->loopback);

	open_channel(test, O_RDWR | O_NONBLOCK);
	expect_read(test, "first");
	expect_read(test, "second");
	expect_read(test, "third");
	expect_nothing_to_read(test);
}

/* The host finds the announcement and what came behind it at one glance */
static void messages_right_behind_the_announcement_are_read(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	loopback_mute(ctx->loopback, true);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	loopback_settle(ctx->loopback);
	remote_says(test, "early");
	remote_says(test, "bird");
	loopback_mute(ctx->loopback, false);
	remote_says(test, "worm");
	loopback_settle(ctx->loopback);

	open_channel(test, O_RDWR | O_NONBLOCK);
	expect_read(test, "early");
	expect_read(test, "bird");
	expect_read(test, "worm");
	expect_nothing_to_read(test);
}

static void messages_beyond_the_bound_are_dropped_and_counted(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	char text[] = "0";

	plug(test);
	set_attribute(test, "queue_messages", "3");
	for (; text[0] < '8'; text[0]++) {
		remote_says(test, text);
		loopback_settle(ctx->loopback);
	}

	open_channel(test, O_RDWR | O_NONBLOCK);
	expect_read(test, "0");
	expect_read(test, "1");
	expect_read(test, "2");
	expect_nothing_to_read(test);
	KUNIT_EXPECT_EQ(test, get_attribute(test, "statistics/dropped"), 5);
	remote_says(test, "next");
	loopback_settle(ctx->loopback);
	expect_read(test, "next");
}

/* Fill the ring of a halted remote, to the last entry */
static void fill_ring(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	unsigned int i;

	loopback_settle(ctx->loopback);
	loopback_halt(ctx->loopback);
	for (i = 0; i < RING_SIZE; i++)
		KUNIT_ASSERT_EQ(test, do_write(ctx->file, "fill", 4), 4);
}

/* From now on the remote takes what there is, and nobody is told */
static void drain_silently(struct kunit *test, struct loopback_stats *stats)
{
	struct char_test *ctx = test->priv;

	loopback_get_stats(ctx->loopback, stats);
	loopback_mute(ctx->loopback, true);
	loopback_resume(ctx->loopback);
}

static void expect_silence(struct kunit *test,
			   const struct loopback_stats *before)
{
	struct char_test *ctx = test->priv;
	struct loopback_stats stats;

	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.bells, before->bells);
}

/*
 * The writer alone tries again, and that it was woken so often says that it
 * had gone to sleep each time.
 */
static void a_blocked_writer_goes_on_without_a_bell(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;
	struct loopback_stats stats;
	long left;

	plug(test);
	open_channel(test, O_RDWR);
	fill_ring(test);
	KUNIT_EXPECT_TRUE(test, poller_begin(poller, ctx->file) & EPOLLOUT);
	start_job(test, true);
	KUNIT_EXPECT_TRUE(test, poller_is_woken(poller, RETRIES));
	KUNIT_EXPECT_FALSE(test, completion_done(&ctx->job.done));

	drain_silently(test, &stats);
	poller_end(poller);
	expect_job(test, sizeof(ctx->job.data));
	expect_silence(test, &stats);
	left = wait_event_timeout(ctx->heard,
				  READ_ONCE(ctx->rx) == RING_SIZE + 1,
				  PATIENCE);
	KUNIT_EXPECT_GT(test, left, 0);
}

static void a_nonblocking_writer_polls_its_way_on_without_a_bell(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;
	struct loopback_stats stats;
	ssize_t ret;
	int i;

	plug(test);
	open_channel(test, O_RDWR | O_NONBLOCK);
	fill_ring(test);
	poller_begin(poller, ctx->file);
	for (i = 1; i <= RETRIES; i++) {
		KUNIT_EXPECT_EQ(test, do_write(ctx->file, "more", 4), -EAGAIN);
		KUNIT_ASSERT_TRUE(test, poller_is_woken(poller, i));
		KUNIT_EXPECT_TRUE(test, vfs_poll(ctx->file, NULL) & EPOLLOUT);
	}

	KUNIT_EXPECT_EQ(test, do_write(ctx->file, "more", 4), -EAGAIN);
	drain_silently(test, &stats);
	do {
		KUNIT_ASSERT_TRUE(test, poller_is_woken(poller, i++));
		ret = do_write(ctx->file, "more", 4);
	} while (ret == -EAGAIN);
	poller_end(poller);
	KUNIT_EXPECT_EQ(test, ret, 4);
	expect_silence(test, &stats);
}

static void poll_tells_of_a_full_ring(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;
	int attempt;
	__poll_t mask;

	plug(test);
	open_channel(test, O_RDWR | O_NONBLOCK);
	fill_ring(test);
	poller_begin(poller, ctx->file);

	/* The first retry comes after 1 ms, those after it later and later */
	for (attempt = 1; attempt <= RETRIES; attempt++) {
		KUNIT_EXPECT_EQ(test, do_write(ctx->file, "more", 4), -EAGAIN);
		mask = vfs_poll(ctx->file, NULL);
		if (atomic_read(&poller->wakes) < attempt)
			break;
	}
	poller_end(poller);
	KUNIT_EXPECT_LE(test, attempt, RETRIES);
	KUNIT_EXPECT_FALSE(test, mask & (EPOLLOUT | EPOLLWRNORM));
}

/* What the host has sent to the halted remote is the announcement, no more */
static void expect_announcement(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct wire_msg msg = {}, expected = {
		.src = cpu_to_le32(FIRST_ADDR),
		.dst = cpu_to_le32(RPMSG_NS_ADDR),
		.len = cpu_to_le16(sizeof(msg.ns)),
		.ns.name = SERVICE,
		.ns.addr = cpu_to_rpmsg32(NULL, FIRST_ADDR),
		.ns.flags = cpu_to_rpmsg32(NULL, RPMSG_NS_CREATE),
	};

	KUNIT_ASSERT_EQ(test, loopback_peek(ctx->loopback, 0, &msg,
					    sizeof(msg)), sizeof(msg));
	KUNIT_EXPECT_EQ(test, memcmp(&msg, &expected, sizeof(msg)), 0);
	KUNIT_EXPECT_EQ(test, loopback_peek(ctx->loopback, 1, &msg,
					    sizeof(msg)), 0);
}

/* So the service, to which nobody has written, knows whom to write to */
static void expect_remote_speaks_first(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct loopback_stats stats;
	long left;

	KUNIT_EXPECT_EQ(test, ctx->bound, 0);
	loopback_resume(ctx->loopback);
	left = wait_event_timeout(ctx->heard, READ_ONCE(ctx->bound), PATIENCE);
	KUNIT_ASSERT_GT(test, left, 0);
	KUNIT_EXPECT_EQ(test, loopback_send(ctx->service, ctx->peer, "hello", 5,
					    0), 0);
	expect_read(test, "hello");
	loopback_get_stats(ctx->loopback, &stats);
	KUNIT_EXPECT_EQ(test, stats.ns_bad, 0);
	KUNIT_EXPECT_EQ(test, stats.rx, 0);
}

static void nothing_is_announced_unasked(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct wire_msg msg;

	plug(test);
	KUNIT_EXPECT_EQ(test, get_attribute(test, "announce"), 0);
	loopback_halt(ctx->loopback);
	open_channel(test, O_RDWR);

	KUNIT_EXPECT_EQ(test, loopback_peek(ctx->loopback, 0, &msg,
					    sizeof(msg)), 0);
}

static void an_open_announces_when_asked_in_sysfs(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	plug(test);
	set_attribute(test, "announce", "1");
	loopback_halt(ctx->loopback);
	open_channel(test, O_RDWR);

	expect_announcement(test);
	expect_remote_speaks_first(test);
}

static void an_ioctl_announces(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	plug(test);
	loopback_halt(ctx->loopback);
	open_channel(test, O_RDWR);
	KUNIT_EXPECT_EQ(test, run_ioctl(ctx->file, RPMSG_EPT_ANNOUNCE, 0), 0);

	expect_announcement(test);
	expect_remote_speaks_first(test);
}

static void an_open_that_can_not_announce_fails(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct file *file;

	plug(test);
	open_channel(test, O_RDWR);
	fill_ring(test);
	set_attribute(test, "announce", "1");

	file = open_node(test, "rpmsg%u", O_RDWR | O_NONBLOCK);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(file), -EAGAIN);
	if (!IS_ERR(file))
		__fput_sync(file);

	/* And has left nothing behind: an exclusive open is possible */
	close_channel(test);
	loopback_resume(ctx->loopback);
	loopback_settle(ctx->loopback);
	open_channel(test, O_RDWR | O_EXCL);
}

static void expect_dead(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	char data[8] = {};

	KUNIT_EXPECT_EQ(test, do_read(ctx->file, data, sizeof(data)), -EPIPE);
	KUNIT_EXPECT_EQ(test, do_write(ctx->file, data, sizeof(data)), -EPIPE);
	KUNIT_EXPECT_EQ(test, run_ioctl(ctx->file, RPMSG_EPT_ANNOUNCE, 0),
			-EPIPE);
	KUNIT_EXPECT_EQ(test, (__force u32)vfs_poll(ctx->file, NULL),
			(__force u32)(EPOLLHUP | EPOLLERR));
}

static void a_removal_ends_a_blocked_reader(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	plug(test);
	open_channel(test, O_RDWR);
	start_job(test, false);
	loopback_unplug(ctx->loopback);

	expect_job(test, -EPIPE);
	expect_dead(test);
}

static void a_removal_ends_a_blocked_writer(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;

	plug(test);
	open_channel(test, O_RDWR);
	fill_ring(test);
	poller_begin(poller, ctx->file);
	start_job(test, true);
	KUNIT_EXPECT_TRUE(test, poller_is_woken(poller, RETRIES));
	poller_end(poller);
	loopback_unplug(ctx->loopback);

	expect_job(test, -EPIPE);
	expect_dead(test);
}

static void a_removal_wakes_who_polls(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;

	plug(test);
	open_channel(test, O_RDWR);
	KUNIT_EXPECT_FALSE(test, poller_begin(poller, ctx->file) &
			   (EPOLLHUP | EPOLLERR | EPOLLIN));
	KUNIT_EXPECT_EQ(test, atomic_read(&poller->wakes), 0);
	loopback_unplug(ctx->loopback);

	KUNIT_EXPECT_GT(test, atomic_read(&poller->wakes), 0);
	poller_end(poller);
	expect_dead(test);
}

static void a_withdrawn_service_ends_its_readers(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	plug(test);
	open_channel(test, O_RDWR);
	start_job(test, false);
	KUNIT_EXPECT_EQ(test, loopback_withdraw(ctx->service), 0);
	ctx->service = NULL;

	expect_job(test, -EPIPE);
	expect_dead(test);
}

static void a_dead_descriptor_stays_dead_when_the_remote_is_back(struct kunit *test)
{
	struct char_test *ctx = test->priv;
	struct file *dead;

	plug(test);
	open_channel(test, O_RDWR);
	loopback_unplug(ctx->loopback);
	plug(test);
	expect_dead(test);
	dead = ctx->file;

	open_channel(test, O_RDWR);
	KUNIT_EXPECT_EQ(test, do_write(ctx->file, "again", 5), 5);
	expect_read(test, "again");
	__fput_sync(dead);
}

/**
 * struct address_row - address that a program asks for
 * @name: for people
 * @src: the address
 */
struct address_row {
	const char *name;
	u32 src;
};

static const struct address_row address_rows[] = {
	{ "zero", 0 },
	{ "one", 1 },
	{ "beside_the_name_service", RPMSG_NS_ADDR + 1 },
	{ "last_of_the_fixed", 1023 },
	{ "among_the_dynamic", 5000 },
};

static void address_desc(const struct address_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(address, address_rows, address_desc);

/* Memory that is a program's */
static unsigned long user_page(struct kunit *test)
{
	unsigned long user;

	user = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (user == -EOPNOTSUPP)
		kunit_skip(test, "this kernel's KUnit has no user memory");
	KUNIT_ASSERT_NE(test, user, 0);

	return user;
}

/* The remote asks us to pause; this transport never does that by itself */
static void remote_tells_flow(struct kunit *test, bool pause)
{
	struct device *node = find_node(test, "rpmsg%u");
	struct rpmsg_device *rpdev = container_of(node->parent,
						  struct rpmsg_device, dev);
	int ret = rpmsg_ept_tell_flow(rpdev, rpdev->ept, pause);

	put_device(node);
	if (ret == -EOPNOTSUPP)
		kunit_skip(test, "this kernel's rpmsg has no flow control");
	KUNIT_EXPECT_EQ(test, ret, 0);
}

static int asked_flow(struct kunit *test, unsigned long user)
{
	struct char_test *ctx = test->priv;
	int flow = -1;

	KUNIT_EXPECT_EQ(test, run_ioctl(ctx->file,
					RPMSG_GET_OUTGOING_FLOWCONTROL, user),
			0);
	KUNIT_EXPECT_EQ(test, get_user(flow, (int __user *)user), 0);

	return flow;
}

static void poll_tells_of_flow_control_until_it_was_asked_for(struct kunit *test)
{
	unsigned long user = user_page(test);
	struct char_test *ctx = test->priv;
	struct poller *poller = &ctx->poller;

	plug(test);
	open_channel(test, O_RDWR);
	KUNIT_EXPECT_FALSE(test, poller_begin(poller, ctx->file) & EPOLLPRI);
	remote_tells_flow(test, true);
	KUNIT_EXPECT_TRUE(test, poller_is_woken(poller, 1));
	poller_end(poller);
	KUNIT_EXPECT_TRUE(test, vfs_poll(ctx->file, NULL) & EPOLLPRI);

	KUNIT_EXPECT_EQ(test, asked_flow(test, user), 1);
	KUNIT_EXPECT_FALSE(test, vfs_poll(ctx->file, NULL) & EPOLLPRI);
	remote_tells_flow(test, false);
	KUNIT_EXPECT_TRUE(test, vfs_poll(ctx->file, NULL) & EPOLLPRI);
	KUNIT_EXPECT_EQ(test, asked_flow(test, user), 0);
}

/* Who can't be told has to be told again */
static void flow_control_is_not_lost_by_a_bad_pointer(struct kunit *test)
{
	unsigned long user = user_page(test);
	struct char_test *ctx = test->priv;

	plug(test);
	open_channel(test, O_RDWR);
	remote_tells_flow(test, true);
	KUNIT_EXPECT_EQ(test, run_ioctl(ctx->file,
					RPMSG_GET_OUTGOING_FLOWCONTROL, 8),
			-EFAULT);
	KUNIT_EXPECT_TRUE(test, vfs_poll(ctx->file, NULL) & EPOLLPRI);
	KUNIT_EXPECT_EQ(test, asked_flow(test, user), 1);
}

/* An endpoint by /dev/rpmsg_ctrlN, to the service; opened is its node */
static void make_endpoint(struct kunit *test, u32 src)
{
	struct char_test *ctx = test->priv;
	struct rpmsg_endpoint_info info = {
		.name = "fixed",
		.src = src,
		.dst = loopback_addr(ctx->service),
	};
	unsigned long user = user_page(test);
	struct file *ctrl;

	KUNIT_ASSERT_EQ(test, copy_to_user((void __user *)user, &info,
					   sizeof(info)), 0);

	ctrl = open_node(test, "rpmsg_ctrl%u", O_RDWR);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctrl);
	KUNIT_EXPECT_EQ(test, run_ioctl(ctrl, RPMSG_CREATE_EPT_IOCTL, user), 0);
	__fput_sync(ctrl);
}

/* No service: then the only node is the one that is made in the test */
static void plug_without_channel(struct kunit *test)
{
	struct char_test *ctx = test->priv;

	loopback_withdraw(ctx->service);
	ctx->service = loopback_serve(ctx->loopback, NULL, LOOPBACK_ADDR_ANY,
				      &service_ops, ctx);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, ctx->service);
	KUNIT_ASSERT_EQ(test, loopback_plug(ctx->loopback), 0);
	loopback_settle(ctx->loopback);
}

static void an_endpoint_has_the_address_it_was_made_with(struct kunit *test)
{
	const struct address_row *row = test->param_value;
	struct char_test *ctx = test->priv;

	plug_without_channel(test);
	make_endpoint(test, row->src);
	open_channel(test, O_RDWR);
	KUNIT_EXPECT_EQ(test, do_write(ctx->file, "from", 4), 4);

	expect_read(test, "from");
	loopback_settle(ctx->loopback);
	KUNIT_EXPECT_EQ(test, ctx->rx, 1);
	KUNIT_EXPECT_EQ(test, ctx->rx_src, row->src);
}

static void the_address_of_the_name_service_is_not_given_away(struct kunit *test)
{
	struct file *file;

	plug_without_channel(test);
	make_endpoint(test, RPMSG_NS_ADDR);

	file = open_node(test, "rpmsg%u", O_RDWR);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(file), -EINVAL);
	if (!IS_ERR(file))
		__fput_sync(file);
}

static struct kunit_case rpmsg_char_cases[] = {
	KUNIT_CASE(every_length_goes_out_and_back),
	KUNIT_CASE(messages_from_before_the_first_open_are_read),
	KUNIT_CASE(messages_right_behind_the_announcement_are_read),
	KUNIT_CASE(messages_beyond_the_bound_are_dropped_and_counted),
	KUNIT_CASE(a_blocked_writer_goes_on_without_a_bell),
	KUNIT_CASE(a_nonblocking_writer_polls_its_way_on_without_a_bell),
	KUNIT_CASE(poll_tells_of_a_full_ring),
	KUNIT_CASE(poll_tells_of_flow_control_until_it_was_asked_for),
	KUNIT_CASE(flow_control_is_not_lost_by_a_bad_pointer),
	KUNIT_CASE(nothing_is_announced_unasked),
	KUNIT_CASE(an_open_announces_when_asked_in_sysfs),
	KUNIT_CASE(an_ioctl_announces),
	KUNIT_CASE(an_open_that_can_not_announce_fails),
	KUNIT_CASE(a_removal_ends_a_blocked_reader),
	KUNIT_CASE(a_removal_ends_a_blocked_writer),
	KUNIT_CASE(a_removal_wakes_who_polls),
	KUNIT_CASE(a_withdrawn_service_ends_its_readers),
	KUNIT_CASE(a_dead_descriptor_stays_dead_when_the_remote_is_back),
	KUNIT_CASE_PARAM(an_endpoint_has_the_address_it_was_made_with,
			 address_gen_params),
	KUNIT_CASE(the_address_of_the_name_service_is_not_given_away),
	{}
};

static struct kunit_suite rpmsg_char_suite = {
	.name = "rpmsg_char",
	.init = char_test_init,
	.exit = char_test_exit,
	.test_cases = rpmsg_char_cases,
};

kunit_test_suite(rpmsg_char_suite);

/* Nothing of theirs is called by name, but they have to be there */
MODULE_SOFTDEP("pre: rpmsg_char rpmsg_ctrl");
MODULE_DESCRIPTION("KUnit tests of the rpmsg char driver over a transport without events");
MODULE_LICENSE("GPL");

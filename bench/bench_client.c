// SPDX-License-Identifier: GPL-2.0
/*
 * bench_client.c - how fast a link is without a character device above it
 *
 * An rpmsg driver that takes the first channel of the "bench" image it meets
 * and keeps a number of messages in flight, for `make bench` only:
 *
 *	echo "64 16 10000" > /sys/kernel/debug/bench_client/run
 *	cat /sys/kernel/debug/bench_client/run
 *
 * sends 10000 messages of 16 bytes, 64 of them in flight, and tells how many
 * nanoseconds it took until the last one was back. Half of what is in flight
 * comes back before more is sent. It sleeps until then; with "64 16 10000 1" it takes
 * them in by itself instead, without a pause: that is for the bench's own transport,
 * which has to be told before.
 */

#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/rpmsg.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "../include/ampkit/bench.h"
#include "bench_take_in.h"

#define CLIENT_MAX_SIZE		496
#define CLIENT_MAX_WINDOW	256
#define CLIENT_PATIENCE		(10 * HZ)

/**
 * struct client_run - one measurement
 * @window: most messages in flight
 * @size: bytes of each
 * @messages: their number
 * @spin: take them in by itself
 * @ns: how long it took
 */
struct client_run {
	unsigned int window;
	unsigned int size;
	unsigned int messages;
	unsigned int spin;
	u64 ns;
};

/* Guards client_rpdev and last_run, and makes runs follow each other */
static DEFINE_MUTEX(client_lock);
static struct rpmsg_device *client_rpdev;
static struct client_run last_run;

/*
 * Messages that came back; when that gets to wake_at, the waiter is woken. Not by a
 * wait queue: where a host has less processors than its guests keep busy, who wakes
 * somebody is held up by just that, with the queue's lock, which the waiter spins on
 * when it next waits.
 */
static atomic_t received;
static unsigned int wake_at;
static struct task_struct *waiter;

static void client_wake(void)
{
	struct task_struct *task;

	/* Tasks are freed a grace period after their end */
	rcu_read_lock();
	task = READ_ONCE(waiter);
	if (task)
		wake_up_process(task);
	rcu_read_unlock();
}

static int client_callback(struct rpmsg_device *rpdev, void *data, int len,
			   void *priv, u32 src)
{
	if (atomic_inc_return(&received) == READ_ONCE(wake_at))
		client_wake();

	return 0;
}

static int client_await(unsigned int count)
{
	long left = CLIENT_PATIENCE;
	int ret = 0;

	WRITE_ONCE(waiter, current);
	/* Either we see the last one, or it sees that we wait for it */
	smp_store_mb(wake_at, count);
	for (;;) {
		set_current_state(TASK_KILLABLE);
		if ((unsigned int)atomic_read(&received) >= count)
			break;
		ret = fatal_signal_pending(current) ? -ERESTARTSYS :
		      left ? 0 : -ETIMEDOUT;
		if (ret)
			break;
		left = schedule_timeout(left);
	}
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(waiter, NULL);

	return ret;
}

static int client_spin(unsigned int count)
{
	unsigned long end = jiffies + CLIENT_PATIENCE;

	while ((unsigned int)atomic_read(&received) < count) {
		bench_take_in(client_rpdev);
		if (fatal_signal_pending(current))
			return -ERESTARTSYS;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
	}

	return 0;
}

static int client_wait(const struct client_run *run, unsigned int count)
{
	return run->spin ? client_spin(count) : client_await(count);
}

/* As many as fit into the window and the link; how many were sent in all. */
static int client_fill(const struct client_run *run, void *data,
		       unsigned int *sent)
{
	unsigned int back = atomic_read(&received);
	int ret = 0;

	while (!ret && *sent < run->messages && *sent - back < run->window) {
		ret = rpmsg_trysend(client_rpdev->ept, data, run->size);
		if (!ret)
			++*sent;
	}

	/* Without anything in flight nobody would bring room back */
	return ret == -ENOMEM && *sent != back ? 0 : ret;
}

static int client_transfer(const struct client_run *run)
{
	u8 data[CLIENT_MAX_SIZE] = {};
	unsigned int sent = 0;
	unsigned int left;
	int ret = 0;

	while (!ret && sent < run->messages) {
		ret = client_fill(run, data, &sent);
		if (ret)
			break;
		left = sent < run->messages ? run->window / 2 : 0;
		ret = client_wait(run, sent - min(left, sent - 1));
	}

	return ret ?: client_wait(run, run->messages);
}

/* The image echoes messages that are no commands from here on. */
static int client_prepare(void)
{
	struct bench_msg msg = {
		.magic = BENCH_MAGIC,
		.command = BENCH_OTHERS,
		.arg = 1,
	};

	atomic_set(&received, 0);

	return rpmsg_trysend(client_rpdev->ept, &msg, sizeof(msg));
}

static int client_run_locked(struct client_run *run)
{
	u64 began;
	int ret;

	if (!client_rpdev)
		return -ENODEV;

	ret = client_prepare();
	if (ret)
		return ret;

	began = ktime_get_ns();
	ret = client_transfer(run);
	run->ns = ktime_get_ns() - began;

	return ret;
}

static ssize_t run_write(struct file *filp, const char __user *from,
			 size_t count, loff_t *pos)
{
	struct client_run run = {};
	char text[64] = {};
	int ret;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, from, count))
		return -EFAULT;
	if (sscanf(text, "%u %u %u %u", &run.window, &run.size, &run.messages,
		   &run.spin) < 3)
		return -EINVAL;
	if (!run.window || run.window > CLIENT_MAX_WINDOW || !run.size ||
	    run.size > CLIENT_MAX_SIZE || !run.messages)
		return -EINVAL;

	mutex_lock(&client_lock);
	ret = client_run_locked(&run);
	if (!ret)
		last_run = run;
	mutex_unlock(&client_lock);

	return ret ?: count;
}

static ssize_t run_read(struct file *filp, char __user *to, size_t count,
			loff_t *pos)
{
	char text[64];
	int len;

	mutex_lock(&client_lock);
	len = scnprintf(text, sizeof(text), "messages %u ns %llu\n",
			last_run.messages, last_run.ns);
	mutex_unlock(&client_lock);

	return simple_read_from_buffer(to, count, pos, text, len);
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.read = run_read,
	.write = run_write,
};

static int client_probe(struct rpmsg_device *rpdev)
{
	int ret = -EBUSY;

	mutex_lock(&client_lock);
	if (!client_rpdev) {
		client_rpdev = rpdev;
		ret = 0;
	}
	mutex_unlock(&client_lock);

	return ret;
}

static void client_remove(struct rpmsg_device *rpdev)
{
	mutex_lock(&client_lock);
	client_rpdev = NULL;
	mutex_unlock(&client_lock);
}

static const struct rpmsg_device_id client_id_table[] = {
	{ .name = BENCH_SERVICE },
	{ }
};

static struct rpmsg_driver client_driver = {
	.drv.name = "bench_client",
	.id_table = client_id_table,
	.probe = client_probe,
	.remove = client_remove,
	.callback = client_callback,
};

static struct dentry *client_dir;

static int __init bench_client_init(void)
{
	int ret;

	ret = register_rpmsg_driver(&client_driver);
	if (ret)
		return ret;

	client_dir = debugfs_create_dir("bench_client", NULL);
	debugfs_create_file("run", 0600, client_dir, NULL, &run_fops);

	return 0;
}
module_init(bench_client_init);

static void __exit bench_client_exit(void)
{
	debugfs_remove(client_dir);
	unregister_rpmsg_driver(&client_driver);
}
module_exit(bench_client_exit);

MODULE_DESCRIPTION("rpmsg client that measures a link");
MODULE_AUTHOR("The ampkit authors");
MODULE_LICENSE("GPL");

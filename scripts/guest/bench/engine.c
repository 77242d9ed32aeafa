// SPDX-License-Identifier: GPL-2.0
/*
 * Keeps a number of messages in flight, as a program does that has work for
 * them: it takes up to half of the window, and then fills that again. All calls
 * block. Endpoints take turns, and as the remote answers in order, each answer
 * is looked for where it has to come.
 */
#include <errno.h>
#include <linux/rpmsg_ext.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"

/* What a message starts with, as far as it is long enough: its number */
static uint32_t number_mask(const struct load *load)
{
	return load->size >= sizeof(uint32_t) ? ~0U :
	       (1U << 8 * load->size) - 1;
}

/* Never the number of a command: that is far away */
static void put_number(const struct load *load, char *data, uint64_t number)
{
	uint32_t value = number & 0x3fffffff;

	memcpy(data, &value, load->size < sizeof(value) ? load->size :
							  sizeof(value));
}

static void check_number(const struct load *load, const char *data,
			 uint64_t number)
{
	uint32_t value = 0;

	memcpy(&value, data, load->size < sizeof(value) ? load->size :
							  sizeof(value));
	if (value != (number & 0x3fffffff & number_mask(load)))
		die("message %llu came instead of %llu",
		    (unsigned long long)value, (unsigned long long)number);
}

static int fd_of(const struct load *load, uint64_t number)
{
	return load->count == 1 ? load->fds[0] :
	       load->fds[number % load->count];
}

static void write_messages(struct load *load, unsigned int count)
{
	char data[PAYLOAD_MAX] = { 0 };

	load->calls += count;
	while (count--) {
		put_number(load, data, load->sent);
		if (write(fd_of(load, load->sent), data, load->size) !=
		    (ssize_t)load->size)
			die("write: %m");
		load->sent++;
	}
}

/* Number that the answer with this number carries */
static uint64_t answer_number(const struct load *load, uint64_t number)
{
	unsigned int period = load->window / 2 ?: 1;

	return load->direction == TO_REMOTE ? (number + 1) * period - 1 :
					      number;
}

static void check_message(const struct load *load, const char *data,
			  uint64_t number)
{
	/* What the firmware makes up has another look */
	if (load->direction != TO_HOST)
		check_number(load, data, answer_number(load, number));
}

static void read_messages(struct load *load, unsigned int count)
{
	char data[PAYLOAD_MAX];

	load->calls += count;
	while (count--) {
		if (read(fd_of(load, load->received), data, sizeof(data)) !=
		    (ssize_t)load->size)
			die("read: %m");
		check_message(load, data, load->received);
		load->received++;
	}
}

/* Descriptors of a batch, each with a buffer of its own */
static char batch_data[MAX_WINDOW][PAYLOAD_MAX];
static struct rpmsg_ept_msg batch_msgs[MAX_WINDOW];

static void describe(unsigned int count, unsigned int size)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		batch_msgs[i] = (struct rpmsg_ept_msg){
			.data = (uintptr_t)batch_data[i],
			.size = size,
			.src = 0xffffffff,
			.dst = 0xffffffff,
		};
	}
}

static void send_batch(struct load *load, unsigned int count)
{
	struct rpmsg_ept_batch batch = {
		.msgs = (uintptr_t)batch_msgs,
		.count = count,
	};
	unsigned int i;

	describe(count, load->size);
	for (i = 0; i < count; i++)
		put_number(load, batch_data[i], load->sent + i);
	load->calls++;
	if (ioctl(load->fds[0], RPMSG_EPT_SEND, &batch) != (int)count)
		die("RPMSG_EPT_SEND: %m");
	load->sent += count;
}

static void receive_batch(struct load *load, unsigned int count)
{
	struct rpmsg_ept_batch batch = {
		.msgs = (uintptr_t)batch_msgs,
	};
	int i, got;

	while (count) {
		batch.count = count;
		describe(count, PAYLOAD_MAX);
		load->calls++;
		got = ioctl(load->fds[0], RPMSG_EPT_RECV, &batch);
		if (got < 0)
			die("RPMSG_EPT_RECV: %m");
		for (i = 0; i < got; i++) {
			if (batch_msgs[i].len != load->size)
				die("a message of %u bytes", batch_msgs[i].len);
			check_message(load, batch_data[i], load->received);
			load->received++;
		}
		count -= got;
	}
}

static void send_messages(struct load *load, unsigned int count)
{
	if (load->mode == MODE_BATCH)
		send_batch(load, count);
	else
		write_messages(load, count);
}

static void receive_messages(struct load *load, unsigned int count)
{
	if (load->mode == MODE_BATCH)
		receive_batch(load, count);
	else
		read_messages(load, count);
}

/* Each message comes back. */
static void run_both_ways(struct load *load, uint64_t end)
{
	unsigned int half = load->window / 2;
	unsigned int flying = 0;

	fw_echo_every(load->fds[0], 1);
	while (now_ns() < end) {
		send_messages(load, load->window - flying);
		receive_messages(load, load->window - half);
		flying = half;
	}
	receive_messages(load, flying);
}

/* One message comes back for each half of the window. */
static void run_to_remote(struct load *load, uint64_t end)
{
	unsigned int half = load->window / 2 ?: 1;
	unsigned int flying = 0;

	fw_echo_every(load->fds[0], half);
	while (now_ns() < end) {
		while (flying + half <= load->window) {
			send_messages(load, half);
			flying += half;
		}
		receive_messages(load, 1);
		flying -= half;
	}
	while (flying) {
		receive_messages(load, 1);
		flying -= half;
	}
}

/* Each half of the window is asked for by a message. */
static void run_to_host(struct load *load, uint64_t end)
{
	unsigned int half = load->window / 2 ?: 1;
	unsigned int flying = 0;

	while (now_ns() < end) {
		while (flying + half <= load->window) {
			fw_source(load->fds[0], half, load->size);
			load->calls++;
			flying += half;
		}
		receive_messages(load, half);
		flying -= half;
	}
	receive_messages(load, flying);
}

static uint64_t passed(const struct load *load)
{
	return load->direction == TO_REMOTE ? load->sent : load->received;
}

/**
 * engine_run() - run a load for some time
 * @load: the load
 * @ns: how long
 * @block: receives what came of it
 *
 * Ends with nothing in flight.
 */
void engine_run(struct load *load, uint64_t ns, struct block *block)
{
	static void (*const runs[])(struct load *, uint64_t) = {
		[BOTH_WAYS] = run_both_ways,
		[TO_REMOTE] = run_to_remote,
		[TO_HOST] = run_to_host,
	};
	uint64_t began = now_ns();

	load->sent = 0;
	load->received = 0;
	load->calls = 0;
	runs[load->direction](load, began + ns);
	block->ns = now_ns() - began;
	block->messages = passed(load);
	block->calls = load->calls;
}

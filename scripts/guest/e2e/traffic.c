// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of random length and content that can be checked when they come
 * back: everything about message n follows from the stream's seed and n, so
 * nothing has to be kept for what is outstanding.
 */
#include <ampkit/echo.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "e2e.h"

/* How far ahead a wrong answer is searched for, to tell a loss. */
#define LOSS_SEARCH	300

struct message {
	size_t len;
	__u8 data[PAYLOAD_MAX];
};

/**
 * mix64() - scatter the bits of a number (splitmix64)
 * @value: the number
 *
 * Return: one that looks random.
 */
__u64 mix64(__u64 value)
{
	value += 0x9e3779b97f4a7c15ULL;
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
	return value ^ (value >> 31);
}

/**
 * test_seed() - the seed of this run's random numbers
 *
 * It is printed once in a test, and ampkit.seed= sets it.
 *
 * Return: the seed.
 */
__u64 test_seed(void)
{
	static __u64 seed;
	struct timespec now;

	if (!seed) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		seed = param_number("seed", mix64(now.tv_nsec) >> 33 | 1);
		note("ampkit.seed=%llu", seed);
	}
	return seed;
}

/**
 * random_below() - a random number; not for use in several threads
 * @bound: one more than the largest
 *
 * Return: the number.
 */
unsigned int random_below(unsigned int bound)
{
	static __u64 count;

	return (mix64(test_seed() * 31 + ++count) >> 32) % bound;
}

/* Mostly any length, now and then one at an edge. */
static size_t message_length(__u64 random)
{
	static const __u16 edges[] = {
		1, 2, 3, 4, 7, 8, 11, 12, 13, 495, PAYLOAD_MAX,
	};

	if (random % 16)
		return 1 + (random >> 8) % PAYLOAD_MAX;
	return edges[(random >> 8) % ARRAY_SIZE(edges)];
}

static bool asks_for_nonce(const struct stream *stream, __u64 number,
			   const struct message *message)
{
	return stream->nonces && message->len >= ECHO_NONCE_MIN && number % 2;
}

static void make_message(const struct stream *stream, __u64 number,
			 struct message *message)
{
	__u64 random = mix64(stream->seed ^ mix64(number));
	__u32 first;
	size_t i;

	message->len = message_length(random);
	for (i = 0; i < message->len; i++) {
		if (i % 8 == 0)
			random = mix64(random);
		message->data[i] = random >> (i % 8 * 8);
	}
	if (message->len < sizeof(first))
		return;
	memcpy(&first, message->data, sizeof(first));
	if (asks_for_nonce(stream, number, message))
		first = ECHO_MAGIC_NONCE;
	else if (first == ECHO_MAGIC_HOLD || first == ECHO_MAGIC_NONCE)
		first++;
	else
		return;
	memcpy(message->data, &first, sizeof(first));
}

/**
 * stream_init() - begin a stream
 * @stream: the stream
 * @fd: a node opened with O_NONBLOCK
 * @window: how many messages may be outstanding, 1 at least
 * @nonces: also ask for the boot nonce
 */
void stream_init(struct stream *stream, int fd, unsigned int window,
		 bool nonces)
{
	static atomic_uint streams;

	memset(stream, 0, sizeof(*stream));
	stream->fd = fd;
	stream->window = window;
	stream->nonces = nonces;
	stream->seed = mix64(test_seed() + atomic_fetch_add(&streams, 1));
}

/**
 * stream_send() - send the next message if there is room for it
 * @stream: the stream
 *
 * Return: false if the ring is full.
 */
bool stream_send(struct stream *stream)
{
	struct message message;
	ssize_t len;

	make_message(stream, stream->sent, &message);
	len = write(stream->fd, message.data, message.len);
	if (len < 0 && errno == EAGAIN)
		return false;
	if (len != (ssize_t)message.len)
		fail("message %llu, %zu bytes: write returned %zd, %s",
		     stream->sent, message.len, len,
		     len < 0 ? strerror(errno) : "too few");
	stream->sent++;
	return true;
}

/* What comes back for a message, with whatever nonce these bytes have. */
static void make_answer(const struct stream *stream, __u64 number,
			const __u8 *data, size_t len, struct message *answer)
{
	make_message(stream, number, answer);
	if (asks_for_nonce(stream, number, answer) && len == answer->len)
		memcpy(answer->data + ECHO_NONCE_OFFSET,
		       data + ECHO_NONCE_OFFSET, ECHO_NONCE_SIZE);
}

static bool is_answer(const struct stream *stream, __u64 number,
		      const __u8 *data, size_t len)
{
	struct message wanted;

	make_answer(stream, number, data, len, &wanted);
	return wanted.len == len && !memcmp(wanted.data, data, len);
}

/* Says in which way an answer is not the one that is due, and fails. */
static void report_wrong(struct stream *stream, const __u8 *data, size_t len)
{
	__u64 due = stream->received, other;
	struct message wanted;
	size_t at = 0;

	for (other = due + 1; other < due + LOSS_SEARCH; other++)
		if (is_answer(stream, other, data, len))
			fail("messages %llu to %llu lost", due, other - 1);
	for (other = due; other > 0 && due - other < LOSS_SEARCH; other--)
		if (is_answer(stream, other - 1, data, len))
			fail("message %llu came again instead of %llu",
			     other - 1, due);
	make_answer(stream, due, data, len, &wanted);
	while (at < len && at < wanted.len && data[at] == wanted.data[at])
		at++;
	fail("message %llu altered: %zu bytes instead of %zu, wrong from byte %zu",
	     due, len, wanted.len, at);
}

/* Takes the nonce out of an answer and expects it to be this boot's. */
static void check_nonce(struct stream *stream, const __u8 *data)
{
	__u64 nonce;

	memcpy(&nonce, data + ECHO_NONCE_OFFSET, sizeof(nonce));
	expect(!stream->nonce_known || stream->nonce == nonce,
	       "message %llu: nonce %016llx, before %016llx", stream->received,
	       nonce, stream->nonce);
	stream->nonce = nonce;
	stream->nonce_known = true;
}

/**
 * stream_receive() - receive and check the next message if there is one
 * @stream: the stream
 *
 * Return: false if there is none yet.
 */
bool stream_receive(struct stream *stream)
{
	__u8 data[PAYLOAD_MAX + 16];
	struct message wanted;
	ssize_t len;

	len = read(stream->fd, data, sizeof(data));
	if (len < 0 && errno == EAGAIN)
		return false;
	if (len < 0)
		fail("read: %s", strerror(errno));
	if (!is_answer(stream, stream->received, data, len))
		report_wrong(stream, data, len);
	make_message(stream, stream->received, &wanted);
	if (asks_for_nonce(stream, stream->received, &wanted))
		check_nonce(stream, data);
	stream->received++;
	stream->bytes += len;
	return true;
}

static void wait_for_progress(struct stream *stream, bool room)
{
	struct pollfd poll_fd = {
		.fd = stream->fd,
		.events = room ? POLLIN | POLLOUT : POLLIN,
	};

	if (poll(&poll_fd, 1, 2 * WAIT_MS) == 0)
		fail("stuck: %llu sent, %llu received",
		     stream->sent,
		     stream->received);
	if (poll_fd.revents & (POLLHUP | POLLERR))
		fail("the channel went: revents %#x", poll_fd.revents);
}

/**
 * stream_exchange() - send messages and receive the answers
 * @stream: the stream
 * @messages: how many more; afterwards nothing is outstanding
 */
void stream_exchange(struct stream *stream, unsigned int messages)
{
	__u64 last = stream->received + messages;
	bool room, moved;

	while (stream->received < last) {
		moved = false;
		do {
			room = stream->sent < last &&
			       stream->sent - stream->received < stream->window;
			if (!room || !stream_send(stream))
				break;
			moved = true;
		} while (room);
		while (stream->received < stream->sent &&
		       stream_receive(stream))
			moved = true;
		if (!moved)
			wait_for_progress(stream, room);
	}
}

/**
 * stream_leave() - send messages whose answers nobody reads
 * @stream: the stream, of no use afterwards
 * @outstanding: how many
 */
void stream_leave(struct stream *stream, unsigned int outstanding)
{
	while (outstanding-- && stream_send(stream))
		;
}

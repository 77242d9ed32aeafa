// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the char driver's message queue: its bounds, its order and its
 * counters, in rings so small that every message wraps sooner or later.
 */

#include <kunit/test.h>
#include <linux/module.h>

#include "../drivers/rpmsg/msg_queue.c"

#define SMALL_MSGS	4
#define SMALL_BYTES	16
#define WIDE_BYTES	64
#define HEAD		sizeof(struct msg_queue_head)
#define SRC		1024

static int msg_queue_test_init(struct kunit *test)
{
	struct msg_queue *queue = kunit_kzalloc(test, sizeof(*queue),
						GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, queue);
	KUNIT_ASSERT_EQ(test, msg_queue_init(queue, SMALL_MSGS, SMALL_BYTES), 0);
	test->priv = queue;

	return 0;
}

static void msg_queue_test_exit(struct kunit *test)
{
	if (test->priv)
		msg_queue_destroy(test->priv);
}

static bool push(struct msg_queue *queue, const char *text)
{
	return msg_queue_push(queue, text, strlen(text), SRC);
}

static bool peek(struct msg_queue *queue, struct msg_queue_view *view)
{
	const struct msg_queue_cursor cursor = msg_queue_begin(queue);

	return msg_queue_peek(queue, &cursor, view);
}

/* The oldest message, of which so much was copied */
static void pop(struct msg_queue *queue, size_t copied)
{
	struct msg_queue_cursor cursor = msg_queue_begin(queue);
	struct msg_queue_view view;

	if (!msg_queue_peek(queue, &cursor, &view))
		return;

	msg_queue_take(&cursor, &view, copied);
	msg_queue_pop(queue, &cursor);
}

/* The oldest message put together from its parts; pops it */
static const char *take(struct msg_queue *queue, char *text)
{
	struct msg_queue_view view;

	if (!peek(queue, &view))
		return "(empty)";

	memcpy(text, view.part[0].iov_base, view.part[0].iov_len);
	memcpy(text + view.part[0].iov_len, view.part[1].iov_base,
	       view.part[1].iov_len);
	text[view.len] = '\0';
	pop(queue, view.len);

	return text;
}

static void messages_come_out_in_the_order_they_went_in(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	KUNIT_EXPECT_TRUE(test, push(queue, "one"));
	KUNIT_EXPECT_TRUE(test, push(queue, "second"));
	KUNIT_EXPECT_TRUE(test, push(queue, "3"));

	KUNIT_EXPECT_STREQ(test, take(queue, text), "one");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "second");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "3");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "(empty)");
}

static const struct {
	u32 pos, step, size, expected;
} wrap_rows[] = {
	{ 0, 0, 4, 0 },
	{ 0, 3, 4, 3 },
	{ 0, 4, 4, 0 },
	{ 2, 1, 4, 3 },
	{ 3, 1, 4, 0 },
	{ 3, 4, 4, 3 },
	{ 0, 1, 1, 0 },
	{ U32_MAX - 1, 1, U32_MAX, 0 },
	{ U32_MAX - 1, U32_MAX, U32_MAX, U32_MAX - 1 },
};

static void positions_wrap_before_the_rings_end(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(wrap_rows); i++)
		KUNIT_EXPECT_EQ_MSG(test, wrap_rows[i].expected,
				    msg_queue_wrap(wrap_rows[i].pos,
						   wrap_rows[i].step,
						   wrap_rows[i].size),
				    "row %d", i);
}

static void a_new_queue_is_empty(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_view view;

	KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
	KUNIT_EXPECT_FALSE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, msg_queue_next_len(queue), 0);
}

static void peeking_removes_nothing(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_view view;
	char text[SMALL_BYTES + 1];

	push(queue, "still here");

	KUNIT_EXPECT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_FALSE(test, msg_queue_is_empty(queue));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "still here");
	KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
}

static void the_source_address_stays_with_its_message(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_view view;

	msg_queue_push(queue, "a", 1, 0);
	msg_queue_push(queue, "b", 1, U32_MAX);

	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, view.src, 0);
	pop(queue, view.len);
	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, view.src, U32_MAX);
}

/* Instead of the usual one, whose messages are too short to wrap */
static struct msg_queue *widen(struct kunit *test)
{
	struct msg_queue *queue = test->priv;

	msg_queue_destroy(queue);
	test->priv = NULL;
	KUNIT_ASSERT_EQ(test, msg_queue_init(queue, SMALL_MSGS, WIDE_BYTES), 0);
	test->priv = queue;

	return queue;
}

/* Two of them take 5 / 12 of the ring: every offset is seen */
static const char *numbered(char *text, unsigned int number)
{
	sprintf(text, number % 2 ? "<%03u>" : "<%03u, which is long>", number);

	return text;
}

static void messages_survive_wrapping_at_every_offset(struct kunit *test)
{
	struct msg_queue *queue = widen(test);
	char in[WIDE_BYTES], text[WIDE_BYTES + 1];
	unsigned long seen = 0;
	struct msg_queue_view view;
	int i, wrapped = 0;

	KUNIT_ASSERT_EQ(test, queue->size, 12 * HEAD);
	/* One is always there: an empty queue begins again at its start */
	KUNIT_ASSERT_TRUE(test, push(queue, numbered(in, 0)));
	for (i = 0; i < 4 * WIDE_BYTES; i++) {
		KUNIT_ASSERT_TRUE(test, push(queue, numbered(in, i + 1)));

		seen |= BIT(queue->first / HEAD);
		numbered(in, i);
		KUNIT_ASSERT_TRUE(test, peek(queue, &view));
		KUNIT_EXPECT_EQ(test, view.len, strlen(in));
		wrapped += view.part[1].iov_len > 0;
		KUNIT_EXPECT_STREQ(test, take(queue, text), in);
	}
	KUNIT_EXPECT_EQ(test, seen, GENMASK(11, 0));
	KUNIT_EXPECT_GT(test, wrapped, 0);
	KUNIT_EXPECT_LT(test, wrapped, i);
}

static void an_emptied_queue_begins_at_its_start(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];
	struct msg_queue_view view;

	push(queue, "one");
	push(queue, "second");
	take(queue, text);
	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_PTR_EQ(test, view.part[0].iov_base,
			    (void *)queue->ring + 3 * HEAD);
	take(queue, text);

	push(queue, "third");
	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_PTR_EQ(test, view.part[0].iov_base,
			    (void *)queue->ring + HEAD);
	KUNIT_EXPECT_EQ(test, queue->first, 0);
}

static void a_message_ending_at_the_rings_end_does_not_wrap(struct kunit *test)
{
	static const char *const before[] = { "one", "two", "three" };
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];
	struct msg_queue_view view;
	int i;

	/* One head, and then four times a head and a message */
	KUNIT_ASSERT_EQ(test, queue->size, 9 * HEAD);
	push(queue, "");
	for (i = 0; i < ARRAY_SIZE(before); i++) {
		push(queue, before[i]);
		take(queue, text);
	}
	push(queue, "to the end");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "three");

	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, view.part[0].iov_len, 10);
	KUNIT_EXPECT_EQ(test, view.part[1].iov_len, 0);
	KUNIT_EXPECT_EQ(test, queue->next, 0);
	push(queue, "start");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "to the end");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "start");
}

static void the_message_bound_is_exact(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];
	int i;

	for (i = 0; i < SMALL_MSGS; i++)
		KUNIT_EXPECT_TRUE(test, push(queue, "x"));
	KUNIT_EXPECT_FALSE(test, push(queue, "y"));

	KUNIT_EXPECT_STREQ(test, take(queue, text), "x");
	KUNIT_EXPECT_TRUE(test, push(queue, "z"));
	KUNIT_EXPECT_FALSE(test, push(queue, "y"));
}

static void the_byte_bound_is_exact(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	KUNIT_EXPECT_TRUE(test, push(queue, "0123456789"));
	KUNIT_EXPECT_FALSE(test, push(queue, "0123456"));
	KUNIT_EXPECT_TRUE(test, push(queue, "012345"));
	KUNIT_EXPECT_FALSE(test, push(queue, "0"));

	KUNIT_EXPECT_STREQ(test, take(queue, text), "0123456789");
	KUNIT_EXPECT_FALSE(test, push(queue, "0123456789a"));
	KUNIT_EXPECT_TRUE(test, push(queue, "abcdefghij"));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "012345");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "abcdefghij");
}

static void one_message_may_fill_the_whole_queue(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	push(queue, "moved");
	take(queue, text);

	KUNIT_EXPECT_TRUE(test, push(queue, "0123456789abcdef"));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "0123456789abcdef");
	KUNIT_EXPECT_FALSE(test, push(queue, "0123456789abcdefg"));
}

static void a_length_near_the_top_of_size_t_is_dropped(struct kunit *test)
{
	struct msg_queue *queue = test->priv;

	push(queue, "here");
	KUNIT_EXPECT_FALSE(test, msg_queue_push(queue, NULL, SIZE_MAX, SRC));
	KUNIT_EXPECT_FALSE(test, msg_queue_push(queue, NULL, SIZE_MAX - 3, SRC));
	KUNIT_EXPECT_FALSE(test, msg_queue_push(queue, NULL,
						(size_t)U32_MAX + 1, SRC));
}

static void an_empty_message_is_a_message(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	KUNIT_EXPECT_TRUE(test, push(queue, ""));
	KUNIT_EXPECT_FALSE(test, msg_queue_is_empty(queue));
	KUNIT_EXPECT_EQ(test, msg_queue_next_len(queue), 0);
	KUNIT_EXPECT_STREQ(test, take(queue, text), "");
	KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
}

static void empty_messages_fit_when_no_byte_is_left(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	push(queue, "0123456789abcdef");
	KUNIT_EXPECT_TRUE(test, push(queue, ""));
	KUNIT_EXPECT_TRUE(test, push(queue, ""));
	KUNIT_EXPECT_TRUE(test, push(queue, ""));
	KUNIT_EXPECT_FALSE(test, push(queue, ""));

	KUNIT_EXPECT_STREQ(test, take(queue, text), "0123456789abcdef");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "");
}

static void next_len_tells_the_oldest_message(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	push(queue, "three");
	push(queue, "seven..");
	KUNIT_EXPECT_EQ(test, msg_queue_next_len(queue), 5);
	take(queue, text);
	KUNIT_EXPECT_EQ(test, msg_queue_next_len(queue), 7);
}

static void a_short_read_takes_the_whole_message(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_stats stats;
	char text[SMALL_BYTES + 1];

	push(queue, "long one");
	push(queue, "next");
	pop(queue, 4);
	KUNIT_EXPECT_STREQ(test, take(queue, text), "next");

	msg_queue_get_stats(queue, &stats);
	KUNIT_EXPECT_EQ(test, stats.taken, 2);
	KUNIT_EXPECT_EQ(test, stats.truncated, 1);
}

static void messages_taken_together_stay_until_they_are_popped(struct kunit *test)
{
	static const char *const texts[] = { "one", "two", "three" };
	struct msg_queue *queue = test->priv;
	struct msg_queue_cursor cursor;
	struct msg_queue_stats stats;
	struct msg_queue_view view;
	char text[SMALL_BYTES + 1];
	int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		push(queue, texts[i]);
	cursor = msg_queue_begin(queue);
	for (i = 0; i < 2; i++) {
		KUNIT_ASSERT_TRUE(test, msg_queue_peek(queue, &cursor, &view));
		KUNIT_ASSERT_EQ(test, view.len, 3);
		KUNIT_EXPECT_EQ(test, memcmp(view.part[0].iov_base, texts[i], 3),
				0);
		/* Of the second one a byte is left */
		msg_queue_take(&cursor, &view, 3 - i);
	}
	KUNIT_EXPECT_EQ(test, msg_queue_next_len(queue), 3);
	KUNIT_EXPECT_TRUE(test, push(queue, "four"));
	KUNIT_EXPECT_FALSE(test, push(queue, "no room"));

	msg_queue_pop(queue, &cursor);
	msg_queue_get_stats(queue, &stats);
	KUNIT_EXPECT_EQ(test, stats.taken, 2);
	KUNIT_EXPECT_EQ(test, stats.truncated, 1);
	KUNIT_EXPECT_EQ(test, stats.queued, 2);
	KUNIT_EXPECT_EQ(test, stats.queued_bytes, 9);
	KUNIT_EXPECT_STREQ(test, take(queue, text), "three");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "four");
}

static void a_cursor_ends_with_the_messages(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_cursor cursor;
	struct msg_queue_view view;

	push(queue, "one");
	cursor = msg_queue_begin(queue);
	KUNIT_ASSERT_TRUE(test, msg_queue_peek(queue, &cursor, &view));
	msg_queue_take(&cursor, &view, view.len);
	KUNIT_EXPECT_FALSE(test, msg_queue_peek(queue, &cursor, &view));
	/* One that comes before they are popped goes on with it */
	push(queue, "second");
	KUNIT_ASSERT_TRUE(test, msg_queue_peek(queue, &cursor, &view));
	KUNIT_EXPECT_EQ(test, view.len, 6);
	msg_queue_take(&cursor, &view, view.len);
	msg_queue_pop(queue, &cursor);
	KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
	KUNIT_EXPECT_EQ(test, queue->first, 0);
}

static void every_drop_is_counted(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_stats stats;
	int i;

	for (i = 0; i < 10; i++)
		push(queue, "abc");

	msg_queue_get_stats(queue, &stats);
	KUNIT_EXPECT_EQ(test, stats.received, SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.received_bytes, 3 * SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.dropped, 10 - SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.dropped_bytes, 3 * (10 - SMALL_MSGS));
	KUNIT_EXPECT_EQ(test, stats.high_water, SMALL_MSGS);
}

static void a_drop_leaves_what_is_queued_alone(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	push(queue, "0123456789");
	push(queue, "dropped, dropped");
	push(queue, "abcdef");

	KUNIT_EXPECT_STREQ(test, take(queue, text), "0123456789");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "abcdef");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "(empty)");
}

static void high_water_stays_when_the_queue_drains(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_stats stats;
	char text[SMALL_BYTES + 1];

	push(queue, "a");
	push(queue, "b");
	take(queue, text);
	take(queue, text);
	push(queue, "c");

	msg_queue_get_stats(queue, &stats);
	KUNIT_EXPECT_EQ(test, stats.high_water, 2);
}

static void clearing_discards_and_counts(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_stats stats;
	char text[SMALL_BYTES + 1];

	push(queue, "one");
	push(queue, "two");
	push(queue, "three");
	take(queue, text);
	msg_queue_clear(queue);

	KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
	msg_queue_get_stats(queue, &stats);
	KUNIT_EXPECT_EQ(test, stats.received, 3);
	KUNIT_EXPECT_EQ(test, stats.taken, 1);
	KUNIT_EXPECT_EQ(test, stats.discarded, 2);

	KUNIT_EXPECT_TRUE(test, push(queue, "0123456789abcdef"));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "0123456789abcdef");
}

static void a_queue_without_room_is_refused(struct kunit *test)
{
	struct msg_queue queue;

	KUNIT_EXPECT_EQ(test, msg_queue_init(&queue, 0, 1), -EINVAL);
	KUNIT_EXPECT_EQ(test, msg_queue_init(&queue, 1, 0), -EINVAL);
}

static void a_queue_of_one_message_works(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[2];
	int i;

	msg_queue_destroy(queue);
	test->priv = NULL;
	KUNIT_ASSERT_EQ(test, msg_queue_init(queue, 1, 1), 0);
	test->priv = queue;

	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, push(queue, "1"));
		KUNIT_EXPECT_FALSE(test, push(queue, ""));
		KUNIT_EXPECT_STREQ(test, take(queue, text), "1");
	}
}

static void a_full_queue_tells_nothing_of_a_failed_try(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_stats stats;

	while (msg_queue_try_push(queue, "x", 1, SRC))
		;
	msg_queue_get_stats(queue, &stats);

	KUNIT_EXPECT_EQ(test, stats.received, SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.queued, SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.queued_bytes, SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, stats.dropped, 0);
	KUNIT_EXPECT_EQ(test, msg_queue_dropped(queue), 0);
}

static void the_message_after_a_gap_tells_its_length(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	struct msg_queue_view view;
	int i;

	for (i = 0; i < SMALL_MSGS + 3; i++)
		push(queue, "x");
	KUNIT_EXPECT_EQ(test, msg_queue_dropped(queue), 3);
	for (i = 0; i < SMALL_MSGS; i++) {
		KUNIT_ASSERT_TRUE(test, peek(queue, &view));
		KUNIT_EXPECT_EQ(test, view.lost, 0);
		pop(queue, view.len);
	}
	push(queue, "after");
	push(queue, "next");

	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, view.lost, 3);
	pop(queue, view.len);
	KUNIT_ASSERT_TRUE(test, peek(queue, &view));
	KUNIT_EXPECT_EQ(test, view.lost, 0);
}

/* The oldest message, an empty one, is @heads behind the start */
static void move_on(struct msg_queue *queue, u32 heads)
{
	char text[WIDE_BYTES + 1];

	push(queue, "");
	while (heads--) {
		push(queue, "");
		take(queue, text);
	}
}

/* At each offset in the ring, so that what is moved wraps somewhere */
static void resizing_keeps_messages_order_and_counters(struct kunit *test)
{
	struct msg_queue *queue = widen(test);
	char text[WIDE_BYTES + 1];
	u32 i, more = 0;

	for (i = 0; i < 24; i++) {
		move_on(queue, i);
		more += i;
		KUNIT_ASSERT_TRUE(test, push(queue, "1"));
		KUNIT_EXPECT_STREQ(test, take(queue, text), "");
		KUNIT_ASSERT_TRUE(test, push(queue, "the second of them all"));
		KUNIT_ASSERT_TRUE(test, push(queue, ""));
		KUNIT_ASSERT_EQ(test, msg_queue_resize(queue, SMALL_MSGS + i % 3,
						       WIDE_BYTES + i % 5), 0);
		KUNIT_ASSERT_TRUE(test, push(queue, "last"));
		KUNIT_EXPECT_STREQ(test, take(queue, text), "1");
		KUNIT_EXPECT_STREQ(test, take(queue, text),
				   "the second of them all");
		KUNIT_EXPECT_STREQ(test, take(queue, text), "");
		KUNIT_EXPECT_STREQ(test, take(queue, text), "last");
		KUNIT_EXPECT_TRUE(test, msg_queue_is_empty(queue));
	}
	KUNIT_EXPECT_EQ(test, queue->stats.received, 5 * i + more);
	KUNIT_EXPECT_EQ(test, queue->stats.taken, 5 * i + more);
}

/* As much as may be there, so that it has to fit */
static void a_queue_may_be_resized_to_what_it_holds(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	KUNIT_ASSERT_TRUE(test, push(queue, "123"));
	KUNIT_ASSERT_TRUE(test, push(queue, "4"));
	KUNIT_ASSERT_EQ(test, msg_queue_resize(queue, 2, 4), 0);
	KUNIT_EXPECT_FALSE(test, push(queue, ""));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "123");
	KUNIT_EXPECT_TRUE(test, push(queue, "567"));
	KUNIT_EXPECT_STREQ(test, take(queue, text), "4");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "567");
}

static void a_queue_without_end_is_refused(struct kunit *test)
{
	struct msg_queue queue;

	KUNIT_EXPECT_EQ(test, msg_queue_init(&queue, U32_MAX, U32_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, msg_queue_init(&queue, 1, U32_MAX), -ENOMEM);
	KUNIT_EXPECT_EQ(test, msg_queue_init(&queue, U32_MAX / 31, 1), -ENOMEM);
}

static void resizing_below_what_is_queued_changes_nothing(struct kunit *test)
{
	struct msg_queue *queue = test->priv;
	char text[SMALL_BYTES + 1];

	push(queue, "one");
	push(queue, "second");

	KUNIT_EXPECT_EQ(test, msg_queue_resize(queue, 1, SMALL_BYTES), -ENOSPC);
	KUNIT_EXPECT_EQ(test, msg_queue_resize(queue, SMALL_MSGS, 8), -ENOSPC);
	KUNIT_EXPECT_EQ(test, msg_queue_resize(queue, 0, 8), -EINVAL);
	KUNIT_EXPECT_EQ(test, queue->max_msgs, SMALL_MSGS);
	KUNIT_EXPECT_EQ(test, queue->max_bytes, SMALL_BYTES);
	KUNIT_EXPECT_STREQ(test, take(queue, text), "one");
	KUNIT_EXPECT_STREQ(test, take(queue, text), "second");
	KUNIT_EXPECT_EQ(test, msg_queue_resize(queue, 1, 1), 0);
}

static struct kunit_case msg_queue_cases[] = {
	KUNIT_CASE(positions_wrap_before_the_rings_end),
	KUNIT_CASE(a_new_queue_is_empty),
	KUNIT_CASE(messages_come_out_in_the_order_they_went_in),
	KUNIT_CASE(peeking_removes_nothing),
	KUNIT_CASE(the_source_address_stays_with_its_message),
	KUNIT_CASE(messages_survive_wrapping_at_every_offset),
	KUNIT_CASE(an_emptied_queue_begins_at_its_start),
	KUNIT_CASE(a_message_ending_at_the_rings_end_does_not_wrap),
	KUNIT_CASE(the_message_bound_is_exact),
	KUNIT_CASE(the_byte_bound_is_exact),
	KUNIT_CASE(one_message_may_fill_the_whole_queue),
	KUNIT_CASE(a_length_near_the_top_of_size_t_is_dropped),
	KUNIT_CASE(an_empty_message_is_a_message),
	KUNIT_CASE(empty_messages_fit_when_no_byte_is_left),
	KUNIT_CASE(next_len_tells_the_oldest_message),
	KUNIT_CASE(a_short_read_takes_the_whole_message),
	KUNIT_CASE(messages_taken_together_stay_until_they_are_popped),
	KUNIT_CASE(a_cursor_ends_with_the_messages),
	KUNIT_CASE(every_drop_is_counted),
	KUNIT_CASE(a_drop_leaves_what_is_queued_alone),
	KUNIT_CASE(high_water_stays_when_the_queue_drains),
	KUNIT_CASE(clearing_discards_and_counts),
	KUNIT_CASE(a_queue_without_room_is_refused),
	KUNIT_CASE(a_queue_of_one_message_works),
	KUNIT_CASE(a_full_queue_tells_nothing_of_a_failed_try),
	KUNIT_CASE(the_message_after_a_gap_tells_its_length),
	KUNIT_CASE(resizing_keeps_messages_order_and_counters),
	KUNIT_CASE(resizing_below_what_is_queued_changes_nothing),
	KUNIT_CASE(a_queue_may_be_resized_to_what_it_holds),
	KUNIT_CASE(a_queue_without_end_is_refused),
	{}
};

static struct kunit_suite msg_queue_suite = {
	.name = "msg_queue",
	.init = msg_queue_test_init,
	.exit = msg_queue_test_exit,
	.test_cases = msg_queue_cases,
};

kunit_test_suite(msg_queue_suite);

MODULE_DESCRIPTION("KUnit tests of the rpmsg char driver's message queue");
MODULE_LICENSE("GPL");

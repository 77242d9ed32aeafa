// SPDX-License-Identifier: GPL-2.0
/*
 * relay_ring_kunit.c - tests of the ring relay
 *
 * The test is the host's virtio core on one side and the remote on the other,
 * both of the plainest kind, on rings of eight.
 */

#include <kunit/test.h>
#include <linux/io.h>
#include <linux/module.h>

#include "../drivers/remoteproc/relay_ring.c"

#define NUM		8
#define ALIGN_TO	64
#define BUF		64
#define BUF_DA		0x10120000

/**
 * struct pair - both ends of a ring
 * @host_buf: the host's buffers, one a descriptor
 * @wire_buf: the wire's
 * @host_mem: the host copy
 * @wire_mem: the wire copy
 * @ring: what is tested; last, so that an overrun is seen
 */
struct pair {
	u8 (*host_buf)[BUF];
	u8 *wire_buf;
	void *host_mem;
	void *wire_mem;
	struct relay_ring ring;
};

static bool refuse_x(void *priv, const void *msg, u32 len)
{
	return *(const char *)msg != 'x';
}

static int pair_init(struct kunit *test)
{
	struct relay_ring_config cfg = {
		.num = NUM, .align = ALIGN_TO,
		.buf_size = BUF, .buf_da = BUF_DA,
		.min_len = 4, .check = refuse_x,
	};
	struct pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->host_mem = kunit_kzalloc(test, vring_size(NUM, ALIGN_TO), GFP_KERNEL);
	p->wire_mem = kunit_kzalloc(test, vring_size(NUM, ALIGN_TO), GFP_KERNEL);
	p->host_buf = kunit_kzalloc(test, NUM * BUF, GFP_KERNEL);
	p->wire_buf = kunit_kzalloc(test, NUM * BUF, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, p->host_mem);
	KUNIT_ASSERT_NOT_NULL(test, p->wire_mem);
	KUNIT_ASSERT_NOT_NULL(test, p->host_buf);
	KUNIT_ASSERT_NOT_NULL(test, p->wire_buf);

	cfg.host = p->host_mem;
	cfg.wire = p->wire_mem;
	cfg.buf = p->wire_buf;
	KUNIT_ASSERT_EQ(test, relay_ring_init(&p->ring, &cfg), 0);
	relay_ring_reset(&p->ring, true);
	test->priv = p;

	return 0;
}

static void pair_exit(struct kunit *test)
{
	struct pair *p = test->priv;

	if (p)
		relay_ring_free(&p->ring);
}

/* The host makes descriptor @i available, @len bytes long. */
static void host_offer(struct pair *p, unsigned int i, u32 len, bool writable)
{
	struct vring *host = &p->ring.host;
	u16 idx = le16(host->avail->idx);

	host->desc[i] = (struct vring_desc){
		.addr = to_le64(virt_to_phys(p->host_buf[i])),
		.len = to_le32(len),
		.flags = to_le16(writable ? VRING_DESC_F_WRITE : 0),
	};
	host->avail->ring[idx % NUM] = to_le16(i);
	host->avail->idx = to_le16(idx + 1);
}

/* The remote uses descriptor @id, saying it has written @len bytes. */
static void remote_use(struct pair *p, u32 id, u32 len)
{
	struct vring *wire = &p->ring.wire;
	u16 idx = le16(wire->used->idx);

	wire->used->ring[idx % NUM].id = to_le32(id);
	wire->used->ring[idx % NUM].len = to_le32(len);
	wire->used->idx = to_le16(idx + 1);
}

static u16 wire_avail_idx(struct pair *p)
{
	return le16(p->ring.wire.avail->idx);
}

static u16 host_used_idx(struct pair *p)
{
	return le16(p->ring.host.used->idx);
}

static int drops(struct pair *p, enum relay_drop cause)
{
	return atomic_read(&p->ring.drops[cause]);
}

static void push_copies_what_the_remote_reads(struct kunit *test)
{
	struct pair *p = test->priv;

	strscpy(p->host_buf[3], "hello", BUF);
	host_offer(p, 3, 6, false);

	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), 1);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->ring[0]), 3);
	KUNIT_EXPECT_STREQ(test, (char *)p->wire_buf + 3 * BUF, "hello");
	KUNIT_EXPECT_EQ(test, le64(p->ring.wire.desc[3].addr),
			BUF_DA + 3 * BUF);
	KUNIT_EXPECT_EQ(test, le32(p->ring.wire.desc[3].len), 6);
}

static void push_offers_no_more_than_a_wire_buffer(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, 10 * BUF, true);
	relay_ring_push(&p->ring);

	KUNIT_EXPECT_EQ(test, le32(p->ring.wire.desc[0].len), BUF);
}

static void push_drops_what_does_not_fit_a_wire_buffer(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF + 1, false);
	host_offer(p, 1, BUF, false);

	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->ring[0]), 1);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_HOST), 1);
}

static void what_does_not_fit_comes_back_in_the_end(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF + 1, false);
	relay_ring_push(&p->ring);

	KUNIT_EXPECT_EQ(test, relay_ring_give_back(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 0);
}

static void push_asks_the_host_for_the_next_kick(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, 1, false);
	host_offer(p, 1, 1, false);
	relay_ring_push(&p->ring);

	KUNIT_EXPECT_EQ(test, le16(vring_avail_event(&p->ring.host)), 2);
}

static void pull_copies_what_the_remote_wrote(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 2, BUF, true);
	relay_ring_push(&p->ring);
	strscpy(p->wire_buf + 2 * BUF, "world", BUF);
	remote_use(p, 2, 6);

	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), 1);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 1);
	KUNIT_EXPECT_EQ(test, le32(p->ring.host.used->ring[0].id), 2);
	KUNIT_EXPECT_EQ(test, le32(p->ring.host.used->ring[0].len), 6);
	KUNIT_EXPECT_STREQ(test, (char *)p->host_buf[2], "world");
	KUNIT_EXPECT_EQ(test, p->ring.passed, 1);
}

static void pull_copies_no_more_than_was_written(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF, true);
	relay_ring_push(&p->ring);
	memset(p->wire_buf, 'a', BUF);
	remote_use(p, 0, 5);
	relay_ring_pull(&p->ring, NUM);

	KUNIT_EXPECT_EQ(test, p->host_buf[0][4], 'a');
	KUNIT_EXPECT_EQ(test, p->host_buf[0][5], 0);
}

static void pull_spreads_a_chain(struct kunit *test)
{
	struct pair *p = test->priv;
	struct vring *host = &p->ring.host;

	host_offer(p, 1, 8, true);
	host->desc[1].flags |= to_le16(VRING_DESC_F_NEXT);
	host->desc[1].next = to_le16(4);
	host->desc[4] = (struct vring_desc){
		.addr = to_le64(virt_to_phys(p->host_buf[4])),
		.len = to_le32(8), .flags = to_le16(VRING_DESC_F_WRITE),
	};
	relay_ring_push(&p->ring);
	memset(p->wire_buf + 1 * BUF, 'a', BUF);
	memset(p->wire_buf + 4 * BUF, 'b', BUF);
	remote_use(p, 1, 10);
	relay_ring_pull(&p->ring, NUM);

	KUNIT_EXPECT_EQ(test, p->host_buf[1][7], 'a');
	KUNIT_EXPECT_EQ(test, p->host_buf[4][1], 'b');
	KUNIT_EXPECT_EQ(test, p->host_buf[4][2], 0);
}

/* One row: a used entry that is refused, for descriptor 0 of 64 bytes lent */
struct bad_used {
	const char *name;
	u32 id;
	u32 len;
	enum relay_drop cause;
	bool lent_again;
};

static const struct bad_used bad_used_rows[] = {
	{ "id_out_of_range", NUM, 16, RELAY_DROP_ID, false },
	{ "id_not_lent", 1, 16, RELAY_DROP_ID, false },
	{ "id_of_all_ones", U32_MAX, 16, RELAY_DROP_ID, false },
	{ "id_lent_but_for_its_upper_half", BIT(16), 16, RELAY_DROP_ID, false },
	{ "length_zero", 0, 0, RELAY_DROP_LEN, true },
	{ "length_below_the_least", 0, 3, RELAY_DROP_LEN, true },
	{ "length_past_the_buffer", 0, BUF + 1, RELAY_DROP_LEN, true },
	{ "length_of_all_ones", 0, U32_MAX, RELAY_DROP_LEN, true },
	{ "message_refused", 0, 17, RELAY_DROP_MSG, true },
};

static void bad_used_desc(const struct bad_used *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(bad_used, bad_used_rows, bad_used_desc);

static void pull_refuses(struct kunit *test)
{
	const struct bad_used *row = test->param_value;
	struct pair *p = test->priv;

	host_offer(p, 0, BUF, true);
	relay_ring_push(&p->ring);
	memset(p->wire_buf, row->cause == RELAY_DROP_MSG ? 'x' : 'a', BUF);
	remote_use(p, row->id, row->len);

	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), 1);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 0);
	KUNIT_EXPECT_EQ(test, drops(p, row->cause), 1);
	KUNIT_EXPECT_EQ(test, p->ring.passed, 0);

	/* The buffer is the remote's again, or still */
	relay_ring_push(&p->ring);
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), row->lent_again ? 2 : 1);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 1);

	/* And the next message arrives */
	p->wire_buf[0] = 'a';
	remote_use(p, 0, 16);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 1);
}

static void pull_takes_any_length_of_what_is_only_read(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, 16, false);
	host_offer(p, 1, 16, false);
	relay_ring_push(&p->ring);
	remote_use(p, 0, 0);
	remote_use(p, 1, U32_MAX);
	relay_ring_pull(&p->ring, NUM);

	KUNIT_EXPECT_EQ(test, host_used_idx(p), 2);
	KUNIT_EXPECT_EQ(test, le32(p->ring.host.used->ring[1].len), 0);
}

static void pull_refuses_an_index_that_jumps(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF, true);
	relay_ring_push(&p->ring);
	p->ring.wire.used->idx = to_le16(NUM + 1);

	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), -EPROTO);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 0);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_INDEX), 1);
}

static void pull_keeps_to_its_budget(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int i;

	for (i = 0; i < NUM; i++)
		host_offer(p, i, BUF, true);
	relay_ring_push(&p->ring);
	for (i = 0; i < NUM; i++)
		remote_use(p, i, 16);

	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, 3), 3);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 3);
	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), NUM - 3);
}

static void descriptors_of_the_wire_are_not_believed(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int i;

	host_offer(p, 0, 16, true);
	relay_ring_push(&p->ring);
	for (i = 0; i < NUM; i++) {
		p->ring.wire.desc[i].flags = to_le16(VRING_DESC_F_NEXT |
						     VRING_DESC_F_WRITE |
						     VRING_DESC_F_INDIRECT);
		p->ring.wire.desc[i].next = to_le16(i);
		p->ring.wire.desc[i].len = to_le32(U32_MAX);
		p->ring.wire.desc[i].addr = to_le64(0);
	}
	remote_use(p, 0, 17);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_LEN), 1);

	relay_ring_push(&p->ring);
	KUNIT_EXPECT_EQ(test, le32(p->ring.wire.desc[0].len), 16);
	KUNIT_EXPECT_EQ(test, le64(p->ring.wire.desc[0].addr), BUF_DA);
}

/* Looks at a message, of which the remote keeps no byte as it was. */
static bool check_while_it_changes(void *priv, const void *msg, u32 len)
{
	struct pair *p = priv;

	memset(p->wire_buf, 'x', NUM * BUF);
	return refuse_x(NULL, msg, len);
}

static void what_was_checked_does_not_change(struct kunit *test)
{
	struct pair *p = test->priv;

	p->ring.cfg.check = check_while_it_changes;
	p->ring.cfg.check_priv = p;
	host_offer(p, 0, BUF, true);
	relay_ring_push(&p->ring);
	memset(p->wire_buf, 'a', BUF);
	remote_use(p, 0, 16);
	relay_ring_pull(&p->ring, NUM);

	KUNIT_EXPECT_EQ(test, host_used_idx(p), 1);
	KUNIT_EXPECT_EQ(test, p->host_buf[0][0], 'a');
}

/* One row: what the remote wishes, and whether it is rung for three pushes */
struct wish {
	const char *name;
	bool event_idx;
	u16 avail_event;
	u16 flags;
	bool bell;
};

static const struct wish wish_rows[] = {
	{ "event_at_the_first", true, 0, 0, true },
	{ "event_at_the_last", true, 2, 0, true },
	{ "event_ahead", true, 3, 0, false },
	{ "event_passed", true, U16_MAX, 0, false },
	{ "event_not_flags", true, 0, VRING_USED_F_NO_NOTIFY, true },
	{ "flags_clear", false, 7, 0, true },
	{ "flags_no_notify", false, 0, VRING_USED_F_NO_NOTIFY, false },
};

static void wish_desc(const struct wish *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(wish, wish_rows, wish_desc);

static void bell_is_rung_as_wished(struct kunit *test)
{
	const struct wish *row = test->param_value;
	struct pair *p = test->priv;
	unsigned int i;

	relay_ring_reset(&p->ring, row->event_idx);
	vring_avail_event(&p->ring.wire) = to_le16(row->avail_event);
	p->ring.wire.used->flags = to_le16(row->flags);
	for (i = 0; i < 3; i++)
		host_offer(p, i, 1, false);
	relay_ring_push(&p->ring);

	KUNIT_EXPECT_EQ(test, relay_ring_needs_bell(&p->ring), row->bell);
	KUNIT_EXPECT_FALSE(test, relay_ring_needs_bell(&p->ring));
}

static void arm_tells_what_came_before_it(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF, true);
	relay_ring_push(&p->ring);
	KUNIT_EXPECT_FALSE(test, relay_ring_arm(&p->ring));

	remote_use(p, 0, 16);
	KUNIT_EXPECT_TRUE(test, relay_ring_arm(&p->ring));

	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_FALSE(test, relay_ring_arm(&p->ring));
	KUNIT_EXPECT_EQ(test, le16(vring_used_event(&p->ring.wire)), 1);
}

static void lazy_ring_wants_bells_when_room_is_scarce(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int i;

	p->ring.cfg.lazy = true;
	relay_ring_reset(&p->ring, false);

	host_offer(p, 0, 1, false);
	relay_ring_push(&p->ring);
	relay_ring_arm(&p->ring);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->flags),
			VRING_AVAIL_F_NO_INTERRUPT);

	for (i = 1; i < NUM * 3 / 4 - 1; i++)
		host_offer(p, i, 1, false);
	relay_ring_push(&p->ring);
	relay_ring_arm(&p->ring);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->flags),
			VRING_AVAIL_F_NO_INTERRUPT);
	/* Not by what it has, nor by one more */
	KUNIT_EXPECT_EQ(test, le16(vring_used_event(&p->ring.wire)),
			NUM * 3 / 4);

	host_offer(p, i, 1, false);
	relay_ring_push(&p->ring);
	relay_ring_arm(&p->ring);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->flags), 0);
	/* By the third of six */
	KUNIT_EXPECT_EQ(test, le16(vring_used_event(&p->ring.wire)), 2);
}

/* There are no three quarters of the ring that it could wait for */
static void lazy_ring_larger_than_what_the_host_has_wants_bells(struct kunit *test)
{
	struct pair *p = test->priv;

	p->ring.cfg.lazy = true;
	p->ring.cfg.most = 2;
	relay_ring_reset(&p->ring, false);

	host_offer(p, 0, 1, false);
	host_offer(p, 1, 1, false);
	relay_ring_push(&p->ring);
	relay_ring_arm(&p->ring);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->flags), 0);
	KUNIT_EXPECT_EQ(test, le16(vring_used_event(&p->ring.wire)), 0);
}

static void what_is_lent_and_what_is_used_is_counted(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, BUF, true);
	host_offer(p, 1, 16, false);
	relay_ring_push(&p->ring);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 2);
	KUNIT_EXPECT_EQ(test, relay_ring_used(&p->ring), 0);

	/* Twice the same is no second one */
	remote_use(p, 0, BUF);
	remote_use(p, 0, BUF);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 2);
	KUNIT_EXPECT_EQ(test, relay_ring_used(&p->ring), 2);

	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, relay_ring_used(&p->ring), 0);

	relay_ring_give_back(&p->ring);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 0);
}

static void give_back_returns_what_is_only_read(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, 16, false);
	host_offer(p, 1, BUF, true);
	relay_ring_push(&p->ring);

	KUNIT_EXPECT_EQ(test, relay_ring_give_back(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 1);
	KUNIT_EXPECT_EQ(test, le32(p->ring.host.used->ring[0].id), 0);

	/* The remote comes too late with it */
	remote_use(p, 0, 0);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_ID), 1);
}

/* Looks at a message while somebody who has other locks gives back. */
static bool check_while_it_is_given_back(void *priv, const void *msg, u32 len)
{
	struct pair *p = priv;
	u16 used = host_used_idx(p);

	return !relay_ring_give_back(&p->ring) &&
	       !relay_ring_swallow(&p->ring) && host_used_idx(p) == used;
}

static void give_back_keeps_away_from_a_pull(struct kunit *test)
{
	struct pair *p = test->priv;

	p->ring.cfg.check = check_while_it_is_given_back;
	p->ring.cfg.check_priv = p;
	host_offer(p, 0, BUF, true);
	host_offer(p, 1, BUF, true);
	relay_ring_push(&p->ring);
	remote_use(p, 0, 16);
	remote_use(p, 1, 16);

	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), 2);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_MSG), 0);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 2);
	KUNIT_EXPECT_EQ(test, relay_ring_lent(&p->ring), 0);
}

static void swallow_shows_the_remote_nothing(struct kunit *test)
{
	struct pair *p = test->priv;

	host_offer(p, 0, 16, false);
	host_offer(p, 1, 16, false);

	KUNIT_EXPECT_EQ(test, relay_ring_swallow(&p->ring), 2);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 2);
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), 0);
}

/* An earlier host has lent descriptors 1 and 2, five messages into its life. */
static void lend_old(struct pair *p, u16 flags)
{
	struct vring *wire = &p->ring.wire;
	unsigned int i;

	wire->used->idx = to_le16(5);
	wire->avail->idx = to_le16(7);
	wire->avail->ring[5] = to_le16(1);
	wire->avail->ring[6] = to_le16(2);
	for (i = 1; i <= 2; i++)
		wire->desc[i] = (struct vring_desc){
			.addr = to_le64(BUF_DA + i * BUF),
			.len = to_le32(BUF),
			.flags = to_le16(flags),
		};
}

static void adopted_ring_goes_on(struct kunit *test)
{
	struct pair *p = test->priv;

	lend_old(p, VRING_DESC_F_WRITE);
	KUNIT_ASSERT_TRUE(test, relay_ring_adopt(&p->ring, true));

	/* The same buffer serves again, another one is lent behind it */
	host_offer(p, 1, BUF, true);
	host_offer(p, 3, BUF, true);
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), 8);
	KUNIT_EXPECT_EQ(test, le16(p->ring.wire.avail->ring[7]), 3);

	remote_use(p, 1, 6);
	KUNIT_EXPECT_EQ(test, relay_ring_pull(&p->ring, NUM), 1);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 1);
	KUNIT_EXPECT_EQ(test, le32(p->ring.host.used->ring[0].id), 1);
}

static void buffers_are_shared_out_as_an_earlier_host_did(struct kunit *test)
{
	struct pair *p = test->priv;
	struct relay_ring_config *cfg = &p->ring.cfg;
	struct vring_desc desc[NUM] = {};
	struct relay_ring other = {
		.cfg = *cfg,
		.wire.desc = desc,
	};

	other.cfg.buf = cfg->buf + NUM * BUF;
	other.cfg.buf_da = BUF_DA + NUM * BUF;

	/* Its own, and such as are nobody's */
	p->ring.wire.desc[0].addr = to_le64(BUF_DA + (NUM - 1) * BUF);
	p->ring.wire.desc[1].addr = to_le64(BUF_DA - 1);
	p->ring.wire.desc[2].addr = to_le64(BUF_DA + 2 * NUM * BUF);
	relay_ring_follow(&p->ring, &other);
	KUNIT_EXPECT_EQ(test, cfg->buf_da, BUF_DA);
	KUNIT_EXPECT_EQ(test, other.cfg.buf_da, BUF_DA + NUM * BUF);

	p->ring.wire.desc[NUM - 1].addr = to_le64(BUF_DA + NUM * BUF);
	relay_ring_follow(&p->ring, &other);
	KUNIT_EXPECT_EQ(test, cfg->buf_da, BUF_DA + NUM * BUF);
	KUNIT_EXPECT_EQ(test, other.cfg.buf_da, BUF_DA);
	KUNIT_EXPECT_PTR_EQ(test, cfg->buf, other.cfg.buf + NUM * BUF);

	/* And when only the other one's tell */
	memset(p->ring.wire.desc, 0, sizeof(desc));
	desc[3].addr = to_le64(BUF_DA + 2 * NUM * BUF - 1);
	relay_ring_follow(&p->ring, &other);
	KUNIT_EXPECT_EQ(test, cfg->buf_da, BUF_DA);
	KUNIT_EXPECT_EQ(test, other.cfg.buf_da, BUF_DA + NUM * BUF);
}

/* Also when it is looked for among the buffers of an earlier host */
static void adopted_ring_refuses_an_id_out_of_range(struct kunit *test)
{
	struct pair *p = test->priv;

	lend_old(p, VRING_DESC_F_WRITE);
	KUNIT_ASSERT_TRUE(test, relay_ring_adopt(&p->ring, true));

	remote_use(p, U32_MAX, 6);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 0);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_ID), 1);
}

static void adopted_buffer_of_another_kind_is_waited_for(struct kunit *test)
{
	struct pair *p = test->priv;

	lend_old(p, VRING_DESC_F_WRITE);
	p->ring.wire.desc[1].len = to_le32(BUF / 2);
	KUNIT_ASSERT_TRUE(test, relay_ring_adopt(&p->ring, true));

	host_offer(p, 1, BUF, true);
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 0);

	/* What comes in it is for the earlier host, then it is ours */
	remote_use(p, 1, 6);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 0);
	KUNIT_EXPECT_TRUE(test, relay_ring_wants_push(&p->ring));
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, le32(p->ring.wire.desc[1].len), BUF);
	KUNIT_EXPECT_EQ(test, drops(p, RELAY_DROP_ID), 0);
}

static void messages_do_not_overtake_an_earlier_hosts(struct kunit *test)
{
	struct pair *p = test->priv;

	lend_old(p, 0);
	KUNIT_ASSERT_TRUE(test, relay_ring_adopt(&p->ring, true));

	host_offer(p, 0, 4, false);
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 0);

	remote_use(p, 1, 0);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 0);

	remote_use(p, 2, 0);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_TRUE(test, relay_ring_wants_push(&p->ring));
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 0);
}

/* Nobody kicks for the messages that wait for them */
static void adopted_buffers_are_asked_for(struct kunit *test)
{
	struct pair *p = test->priv;

	p->ring.cfg.lazy = true;
	lend_old(p, 0);
	KUNIT_EXPECT_FALSE(test, relay_ring_has_old(&p->ring));
	KUNIT_ASSERT_TRUE(test, relay_ring_adopt(&p->ring, true));
	KUNIT_EXPECT_TRUE(test, relay_ring_has_old(&p->ring));

	KUNIT_EXPECT_FALSE(test, relay_ring_arm(&p->ring));
	KUNIT_EXPECT_EQ(test, le16(vring_used_event(&p->ring.wire)), 5);
	remote_use(p, 1, 0);
	KUNIT_EXPECT_TRUE(test, relay_ring_arm(&p->ring));
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_TRUE(test, relay_ring_has_old(&p->ring));

	remote_use(p, 2, 0);
	relay_ring_pull(&p->ring, NUM);
	KUNIT_EXPECT_FALSE(test, relay_ring_has_old(&p->ring));
	KUNIT_EXPECT_FALSE(test, relay_ring_arm(&p->ring));
	KUNIT_EXPECT_GT(test, le16(vring_used_event(&p->ring.wire)), 7);
}

static void memory_that_is_no_ring_is_cleared(struct kunit *test)
{
	struct pair *p = test->priv;

	memset(p->wire_mem, 0xa5, vring_size(NUM, ALIGN_TO));
	p->ring.wire.avail->idx = to_le16(NUM + 1);
	p->ring.wire.used->idx = 0;
	KUNIT_EXPECT_FALSE(test, relay_ring_adopt(&p->ring, true));
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), 0);

	/* A head that no ring of ours has */
	lend_old(p, 0);
	p->ring.wire.avail->ring[6] = to_le16(NUM);
	KUNIT_EXPECT_FALSE(test, relay_ring_adopt(&p->ring, true));

	/* The same head twice */
	lend_old(p, 0);
	p->ring.wire.avail->ring[6] = to_le16(1);
	KUNIT_EXPECT_FALSE(test, relay_ring_adopt(&p->ring, true));

	host_offer(p, 0, 4, false);
	KUNIT_EXPECT_EQ(test, relay_ring_push(&p->ring), 1);
	KUNIT_EXPECT_EQ(test, wire_avail_idx(p), 1);
}

static void indices_wrap(struct kunit *test)
{
	struct pair *p = test->priv;
	unsigned int i;

	for (i = 0; i < 70000; i++) {
		unsigned int d = i % NUM;

		p->wire_buf[d * BUF] = i & 1;
		host_offer(p, d, BUF, true);
		KUNIT_ASSERT_EQ(test, relay_ring_push(&p->ring), 1);
		remote_use(p, d, 4);
		KUNIT_ASSERT_EQ(test, relay_ring_pull(&p->ring, NUM), 1);
		KUNIT_ASSERT_EQ(test, p->host_buf[d][0], i & 1);
	}

	KUNIT_EXPECT_EQ(test, p->ring.passed, 70000);
	KUNIT_EXPECT_EQ(test, host_used_idx(p), 70000 & U16_MAX);
}

static struct kunit_case relay_ring_cases[] = {
	KUNIT_CASE(push_copies_what_the_remote_reads),
	KUNIT_CASE(push_offers_no_more_than_a_wire_buffer),
	KUNIT_CASE(push_drops_what_does_not_fit_a_wire_buffer),
	KUNIT_CASE(what_does_not_fit_comes_back_in_the_end),
	KUNIT_CASE(push_asks_the_host_for_the_next_kick),
	KUNIT_CASE(pull_copies_what_the_remote_wrote),
	KUNIT_CASE(pull_copies_no_more_than_was_written),
	KUNIT_CASE(pull_spreads_a_chain),
	KUNIT_CASE_PARAM(pull_refuses, bad_used_gen_params),
	KUNIT_CASE(pull_takes_any_length_of_what_is_only_read),
	KUNIT_CASE(pull_refuses_an_index_that_jumps),
	KUNIT_CASE(pull_keeps_to_its_budget),
	KUNIT_CASE(descriptors_of_the_wire_are_not_believed),
	KUNIT_CASE(what_was_checked_does_not_change),
	KUNIT_CASE_PARAM(bell_is_rung_as_wished, wish_gen_params),
	KUNIT_CASE(arm_tells_what_came_before_it),
	KUNIT_CASE(lazy_ring_wants_bells_when_room_is_scarce),
	KUNIT_CASE(lazy_ring_larger_than_what_the_host_has_wants_bells),
	KUNIT_CASE(what_is_lent_and_what_is_used_is_counted),
	KUNIT_CASE(give_back_returns_what_is_only_read),
	KUNIT_CASE(give_back_keeps_away_from_a_pull),
	KUNIT_CASE(swallow_shows_the_remote_nothing),
	KUNIT_CASE(adopted_ring_goes_on),
	KUNIT_CASE(buffers_are_shared_out_as_an_earlier_host_did),
	KUNIT_CASE(adopted_ring_refuses_an_id_out_of_range),
	KUNIT_CASE(adopted_buffer_of_another_kind_is_waited_for),
	KUNIT_CASE(messages_do_not_overtake_an_earlier_hosts),
	KUNIT_CASE(adopted_buffers_are_asked_for),
	KUNIT_CASE(memory_that_is_no_ring_is_cleared),
	KUNIT_CASE(indices_wrap),
	{}
};

static struct kunit_suite relay_ring_suite = {
	.name = "relay_ring",
	.init = pair_init,
	.exit = pair_exit,
	.test_cases = relay_ring_cases,
};

kunit_test_suite(relay_ring_suite);

MODULE_DESCRIPTION("Tests of the ring relay");
MODULE_LICENSE("GPL");

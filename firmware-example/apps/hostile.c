// SPDX-License-Identifier: BSD-3-Clause
/*
 * A remote that misbehaves on command, to test hosts: see ampkit/hostile.h.
 *
 * It uses the library as any image does, and then reaches past it into ring,
 * table and control block. Nothing in here is an example but of what may come.
 */
#include <ampkit/hostile.h>

#include "app.h"
#include "endian_io.h"
#include "fmt.h"
#include "memory_map.h"
#include "rpmsg_priv.h"
#include "sysreg.h"

#define RING_ENTRIES	256
#define US_PER_MS	1000U
/* The last words of the first ring's carveout, which no ring reaches. */
#define NOTE_ADDR	(SHARED_BASE + 0x10000 - sizeof(struct boot_note))
/* Not mapped, not aligned to anything that is. */
#define NOWHERE		0x7ffffff8UL

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE),
		RSC_RPMSG(RING_ENTRIES), RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

/**
 * struct boot_note - what the next boot shall do, left in shared memory
 * @magic: HOSTILE_MAGIC, or there is none
 * @boot: HOSTILE_BOOT_ value
 * @times: how many boots
 */
struct boot_note {
	uint32_t magic;
	uint32_t boot;
	uint32_t times;
};

static struct rpmsg_remote remote;
static struct rpmsg_endpoint service;
static volatile bool crash_in_irq, bell_rang;
static uint32_t irq_seal;
static uint8_t image_table[sizeof(table)];
static bool silent, ring_always, no_shutdown, own_status;
static uint32_t flood_left, flood_dst;
static uint16_t never_lent;
static struct rpmsg_port port;

/*
 * An address that is not mapped: a data abort with this as FAR. The seal is for
 * whoever looks into the dump, to see that it is this crash's.
 */
static void __attribute((noinline)) touch_nowhere(uint32_t seal)
{
	volatile uint32_t witness = seal;

	*(volatile uint32_t *)NOWHERE = witness;
}

/**
 * board_bell_hook() - in the interrupt handler
 */
void board_bell_hook(void)
{
	bell_rang = true;
	if (crash_in_irq)
		touch_nowhere(irq_seal);
}

/* Entries are named from the end: the device is the last but one. */
static void table_numbers(void)
{
	store_le32(&table.entry2.config_len, 0xfffffff0);
	store_le32(&table.entry2.vring[0].num, 3);
	store_le32(&table.entry2.vring[0].da, 0x80000000);
	*(volatile uint8_t *)&table.entry2.num_of_vrings = 200;
}

static void set_status(uint8_t status)
{
	*(volatile uint8_t *)&table.entry2.status = status;
}

/* All of it, but for the status: our own library looks for a reset there. */
static void table_garbage(void)
{
	volatile uint8_t *byte = (void *)&table;
	size_t i;

	for (i = 0; i < sizeof(table); i++)
		if (byte + i != &table.entry2.status)
			byte[i] = 0xff - i;
	set_status(0xf0 | VIRTIO_STATUS_DRIVER_OK);
}

/* One more used entry of the host's receive queue, whatever it says. */
static void put_used(uint32_t id, uint32_t len)
{
	struct virtq *vq = &remote.tx;
	struct virtq_used_elem *elem =
		&vq->used->ring[vq->given++ & (vq->num - 1)];

	store_le32(&elem->id, id);
	store_le32(&elem->len, len);
}

/* The host sees all that was put since the last time, at one look. */
static void publish_used(void)
{
	dmb_sy();
	store_le16(&remote.tx.used->idx, remote.tx.given);
}

static void push_used(uint32_t id, uint32_t len)
{
	put_used(id, len);
	publish_used();
}

static void ring(void)
{
	port.notify(port.priv, 0);
}

static void bad_ids(uint32_t id, uint32_t times)
{
	while (times--) {
		push_used(id, sizeof(struct rpmsg_wire_hdr));
		never_lent++;
		ring();
	}
}

/* Until whatever was given to the host has come back. */
static void wait_for_buffers(void)
{
	uint64_t end = port.time_us(NULL) + APP_SEND_TIMEOUT_US;
	const struct virtq *vq = &remote.tx;
	uint16_t all = vq->num - never_lent;

	while ((uint16_t)(load_le16(&vq->avail->idx) - vq->given) != all &&
	       port.time_us(NULL) < end)
		;
}

static struct rpmsg_wire_hdr *header_of(const struct rpmsg_txbuf *buf)
{
	return (struct rpmsg_wire_hdr *)buf->data - 1;
}

/* A message to the sender, as the host would believe it. */
static int fill_message(struct rpmsg_txbuf *buf, uint32_t dst, uint16_t len)
{
	int err = rpmsg_get_tx(&service, buf, APP_SEND_TIMEOUT_US);
	struct rpmsg_wire_hdr *hdr;

	if (err)
		return err;
	mem_copy(buf->data, HOSTILE_TEXT, sizeof(HOSTILE_TEXT));
	hdr = header_of(buf);
	store_le32(&hdr->src, service.addr);
	store_le32(&hdr->dst, dst);
	store_le32(&hdr->reserved, 0);
	store_le16(&hdr->len, len);
	store_le16(&hdr->flags, 0);
	return 0;
}

static void odd_message(uint32_t dst, uint16_t hdr_len, uint32_t used_len)
{
	struct rpmsg_txbuf buf;

	if (fill_message(&buf, dst, hdr_len))
		return;
	push_used(buf.head, used_len);
	remote.num_held--;
	ring();
}

/*
 * A message that is as it should be, but its buffer is used twice. The host
 * sees both at one look, which is not full of others, and so has not given it
 * back in between.
 */
static void use_twice(uint32_t dst, uint32_t times)
{
	const uint32_t len = sizeof(struct rpmsg_wire_hdr) +
			     sizeof(HOSTILE_TEXT);
	struct rpmsg_txbuf buf;

	while (times-- && !fill_message(&buf, dst, sizeof(HOSTILE_TEXT))) {
		put_used(buf.head, len);
		push_used(buf.head, len);
		never_lent++;
		remote.num_held--;
		ring();
		wait_for_buffers();
	}
}

/* Sent well, then its length changes while the host may look at it. */
static void flip_lengths(uint32_t dst, uint32_t times)
{
	struct rpmsg_wire_hdr *hdr;
	struct rpmsg_txbuf buf;
	unsigned int i;

	while (times-- && !fill_message(&buf, dst, sizeof(HOSTILE_TEXT))) {
		hdr = header_of(&buf);
		push_used(buf.head, sizeof(*hdr) + sizeof(HOSTILE_TEXT));
		remote.num_held--;
		ring();
		for (i = 0; i < 1000; i++)
			store_le16(&hdr->len,
				   i % 2 ? sizeof(HOSTILE_TEXT) : 0xfff0);
	}
}

static void jump(uint32_t by)
{
	remote.tx.given += by;
	store_le16(&remote.tx.used->idx, remote.tx.given);
	ring();
}

static void run_index(void)
{
	for (;;)
		jump(1);
}

/* Each descriptor leads to the one before it, the first to the last. */
static void chain_descriptors(uint16_t flags)
{
	struct virtq_desc *desc = (struct virtq_desc *)remote.tx.desc;
	unsigned int i;

	for (i = 0; i < remote.tx.num; i++) {
		store_le16(&desc[i].flags, flags);
		store_le16(&desc[i].next, (i - 1) & (remote.tx.num - 1));
	}
}

/*
 * The host gets a message out of the midst of it, and gives the buffer back.
 * Then they are as before, for our own library believes what it finds there.
 */
static void loop_descriptors(uint32_t dst)
{
	struct rpmsg_txbuf buf;

	if (fill_message(&buf, dst, sizeof(HOSTILE_TEXT)))
		return;
	chain_descriptors(VIRTQ_DESC_F_NEXT | VIRTQ_DESC_F_INDIRECT);
	push_used(buf.head,
		  sizeof(struct rpmsg_wire_hdr) + sizeof(HOSTILE_TEXT));
	remote.num_held--;
	ring();
	wait_for_buffers();
	chain_descriptors(VIRTQ_DESC_F_WRITE);
}

/* None is lost, however long a slow host takes to make its devices. */
static void send_ns(const char *name, uint32_t addr, uint32_t flags)
{
	struct rpmsg_wire_ns ns = { .addr = addr, .flags = flags };

	mem_copy(ns.name, name, str_len(name, sizeof(ns.name)));
	while (rpmsg_sendto(&service, RPMSG_NS_ADDR, &ns, sizeof(ns),
			    APP_SEND_TIMEOUT_US) == -ETIMEDOUT)
		ctrl_beat(&remote.ctrl);
}

static void flood_names(uint32_t times, bool same)
{
	char name[RPMSG_NAME_SIZE];
	unsigned int i;

	for (i = 0; i < times; i++) {
		fmt_string(name, sizeof(name), "hostile-%u", same ? 0 : i);
		send_ns(name, same ? 5000 : 5000 + i, RPMSG_NS_CREATE);
	}
}

static void repeat_ns(const char *name, uint32_t addr, uint32_t flags,
		      uint32_t times)
{
	while (times--)
		send_ns(name, addr, flags);
}

/* It storms, but it does not hang. */
static void storm(uint32_t ms)
{
	uint64_t end = port.time_us(NULL) + (uint64_t)ms * US_PER_MS;

	while (port.time_us(NULL) < end) {
		ctrl_beat(&remote.ctrl);
		ring();
	}
}

static void pump(struct rpmsg_endpoint *ept)
{
	uint32_t number;

	while (flood_left) {
		store_le32(&number, flood_left);
		if (rpmsg_sendto(ept, flood_dst, &number, sizeof(number), 0))
			return;
		flood_left--;
	}
}

static void spin(void)
{
	for (;;)
		;
}

static void hang(void)
{
	irq_mask();
	spin();
}

/* Deep enough for any stack; volatile, so that the compiler does not know. */
static int overflow(volatile int *depth)
{
	volatile int frame[64];

	frame[*depth & 63] = *depth;
	if (++*depth == 1000000)
		return 0;
	return overflow(depth) + frame[*depth & 63];
}

static void overflow_stack(void)
{
	volatile int depth = 0;

	overflow(&depth);
}

static void undefined(void)
{
	__asm__ volatile("udf #0");
}

static void ctrl_garbage(uint32_t value, uint32_t state)
{
	uint32_t *word = (uint32_t *)&ctrl;
	size_t i;

	for (i = 0; i < sizeof(ctrl) / sizeof(*word); i++)
		store_le32(&word[i], value);
	if (state)
		store_le32(&ctrl.state, state);
}

static void leave_note(uint32_t boot, uint32_t times)
{
	struct boot_note *note = (void *)NOTE_ADDR;

	store_le32(&note->boot, boot);
	store_le32(&note->times, times);
	store_le32(&note->magic, HOSTILE_MAGIC);
}

/* What this boot has to do, as an earlier one was told. */
static uint32_t read_note(void)
{
	struct boot_note *note = (void *)NOTE_ADDR;
	uint32_t times = load_le32(&note->times);

	if (load_le32(&note->magic) != HOSTILE_MAGIC || !times)
		return HOSTILE_BOOT_WELL;
	store_le32(&note->times, times - 1);
	return load_le32(&note->boot);
}

static void misuse_ring(const struct hostile_msg *cmd, uint32_t src)
{
	switch (cmd->command) {
	case HOSTILE_ID_RANGE:
		bad_ids(RING_ENTRIES + 7, cmd->arg);
		break;
	case HOSTILE_ID_STRAY:
		use_twice(src, cmd->arg);
		break;
	case HOSTILE_USED_LEN:
		odd_message(src, 0, cmd->arg);
		break;
	case HOSTILE_USED_JUMP:
		jump(cmd->arg);
		break;
	case HOSTILE_USED_RUN:
		run_index();
		break;
	case HOSTILE_DESC_LOOP:
		loop_descriptors(src);
		break;
	case HOSTILE_HDR_LEN:
		odd_message(src, cmd->arg, sizeof(struct rpmsg_wire_hdr) + 4);
		break;
	case HOSTILE_HDR_FLIP:
		flip_lengths(src, cmd->arg);
		break;
	}
}

static void misuse_ns(const struct hostile_msg *cmd)
{
	static const char endless[] = "0123456789abcdef0123456789abcdef";

	switch (cmd->command) {
	case HOSTILE_NS_FLOOD:
		flood_names(cmd->arg, false);
		break;
	case HOSTILE_NS_DUPLICATE:
		flood_names(cmd->arg, true);
		break;
	case HOSTILE_NS_UNTERMINATED:
		repeat_ns(endless, 6000, RPMSG_NS_CREATE, cmd->arg);
		break;
	case HOSTILE_NS_ADDR:
		repeat_ns("hostile-53", RPMSG_NS_ADDR, RPMSG_NS_CREATE,
			  cmd->arg);
		repeat_ns("hostile-any", RPMSG_ADDR_ANY, RPMSG_NS_CREATE,
			  cmd->arg);
		break;
	case HOSTILE_NS_DESTROY:
		repeat_ns("hostile-never", 7000, RPMSG_NS_DESTROY, cmd->arg);
		break;
	}
}

/* From here on, also to what is in the ring already; it lives all the same. */
static void be_deaf(uint32_t ms)
{
	uint64_t until = port.time_us(NULL) + (uint64_t)ms * US_PER_MS;

	while (port.time_us(NULL) < until) {
		ctrl_beat(&remote.ctrl);
		port.wait(port.priv, &remote.notified, US_PER_MS);
	}
}

static void misbehave(const struct hostile_msg *cmd, uint32_t src)
{
	switch (cmd->command) {
	case HOSTILE_TABLE_NUMBERS:
		table_numbers();
		break;
	case HOSTILE_TABLE_GARBAGE:
		table_garbage();
		break;
	case HOSTILE_FLOOD:
		flood_left = cmd->arg;
		flood_dst = src;
		pump(&service);
		break;
	case HOSTILE_BELL_STORM:
		storm(cmd->arg);
		break;
	case HOSTILE_SILENT_DRAIN:
		silent = cmd->arg;
		/* For what was sent meanwhile */
		ring();
		break;
	case HOSTILE_BELL_ALWAYS:
		ring_always = cmd->arg;
		break;
	case HOSTILE_DEAF:
		be_deaf(cmd->arg);
		break;
	case HOSTILE_NO_SHUTDOWN:
		no_shutdown = cmd->arg;
		break;
	case HOSTILE_NEXT_BOOT:
		leave_note(cmd->boot, cmd->arg);
		break;
	}
}

static void come_to_an_end(const struct hostile_msg *cmd)
{
	switch (cmd->command) {
	case HOSTILE_HANG:
		hang();
		break;
	case HOSTILE_SPIN:
		spin();
		break;
	case HOSTILE_CRASH_ABORT:
		touch_nowhere(cmd->arg);
		break;
	case HOSTILE_CRASH_UNDEFINED:
		undefined();
		break;
	case HOSTILE_CRASH_STACK:
		overflow_stack();
		break;
	case HOSTILE_CRASH_IRQ:
		irq_seal = cmd->arg;
		crash_in_irq = true;
		break;
	case HOSTILE_PANIC:
		board_panic(AMPKIT_CAUSE_ASSERT, "as told by HOSTILE_PANIC");
	case HOSTILE_CTRL_GARBAGE:
		ctrl_garbage(cmd->arg, cmd->boot);
		break;
	}
}

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct hostile_msg cmd;

	if (msg->len != sizeof(cmd) || app_first_word(msg) != HOSTILE_MAGIC) {
		if (!silent)
			app_echo(ept, msg);
		return;
	}
	app_echo(ept, msg);
	mem_copy(&cmd, msg->data, sizeof(cmd));
	/* The answer is on its way before anything goes wrong. */
	rpmsg_remote_kick(ept->remote);
	board_log("command %u, arg %u\n", (unsigned int)cmd.command,
		  (unsigned int)cmd.arg);
	misuse_ring(&cmd, msg->src);
	misuse_ns(&cmd);
	misbehave(&cmd, msg->src);
	come_to_an_end(&cmd);
}

static const struct rpmsg_ept_ops ops = { .rx = rx, .tx_ready = pump };

static void notify_or_not(void *priv, uint32_t notifyid)
{
	if (!silent)
		board_port.notify(priv, notifyid);
}

/*
 * The host rings when it has set its own status: what was found by ours is
 * forgotten, as after a reset.
 */
static void forget_own_status(void)
{
	if (!own_status || !bell_rang)
		return;
	own_status = false;
	set_status(0);
	rpmsg_remote_poll(&remote, 0);
	set_status(VIRTIO_STATUS_DRIVER_OK);
	remote.notified = true;
}

static void serve(void)
{
	while (no_shutdown || !rpmsg_remote_should_stop(&remote)) {
		forget_own_status();
		rpmsg_remote_poll(&remote, RPMSG_RUN_BUDGET);
		if (ring_always)
			board_port.notify(board_port.priv, 0);
		port.wait(port.priv, &remote.notified,
			  rpmsg_remote_idle_us(&remote));
	}
}

/* What some start-up code does with the initial values of its data. */
static void put_table_back(void)
{
	while (!(*(volatile uint8_t *)&table.entry2.status &
		 VIRTIO_STATUS_DRIVER_OK))
		;
	mem_copy(&table, image_table, sizeof(table));
}

static void boot(uint32_t how)
{
	switch (how) {
	case HOSTILE_BOOT_CRASH:
		touch_nowhere(0);
		break;
	case HOSTILE_BOOT_HANG:
		hang();
		break;
	case HOSTILE_BOOT_CRASH_LATE:
		ctrl_ready(&remote.ctrl);
		touch_nowhere(0);
		break;
	case HOSTILE_BOOT_BELLS:
		storm(1000);
		break;
	case HOSTILE_BOOT_STATUS:
		own_status = true;
		set_status(VIRTIO_STATUS_DRIVER_OK);
		break;
	case HOSTILE_BOOT_TABLE:
		ctrl_ready(&remote.ctrl);
		put_table_back();
		break;
	}
}

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &port,
		.ctrl = &ctrl,
		.link = app_link,
	};
	uint32_t how = read_note();
	int err;

	mem_copy(image_table, &table, sizeof(table));
	board_log_init(trace_log, sizeof(trace_log), "hostile");
	board_log("boot: %u\n", (unsigned int)how);
	port = board_port;
	port.notify = notify_or_not;
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&service, &remote, HOSTILE_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	boot(how);
	if (!err)
		serve();
	rpmsg_remote_stop(&remote);
	return app_run(&remote, err);
}

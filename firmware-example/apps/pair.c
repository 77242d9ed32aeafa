// SPDX-License-Identifier: BSD-3-Clause
/*
 * Bare metal to bare metal: this core is the host of the other remote core,
 * without Linux. It starts the image that lies in the other's carveout (echo,
 * or any that echoes under that name), sets up its rings, and exchanges
 * messages; then it resets the link and does all that again.
 */
#include <ampkit/echo.h>

#include "app.h"
#include "endian_io.h"
#include "gic.h"
#include "memory_map.h"
#include "mmu.h"
#include "reset.h"
#include "rpmsg_host.h"

#define ATTACH_MAGIC		0x78616d70
#define PEER_BASE		CARVEOUT_OF(PEER_CORE)
#define RING_ENTRIES		256
#define BUF_SIZE		512
#define LINKS			5
#define MESSAGES		20000
#define WINDOW			32
/* The other side follows a bell at once, and looks itself every 50 ms. */
#define RESET_SEEN_US		200000
#define LINK_TIMEOUT_US		20000000

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE));

/**
 * struct attach_header - start of each image
 * @version: 1
 * @magic: ATTACH_MAGIC, when there is a table
 * @complement: of @magic
 * @size: of the table, bytes
 * @addr: of the table
 */
struct attach_header {
	uint32_t version;
	uint32_t magic;
	uint32_t complement;
	uint32_t size;
	uint64_t addr;
};

static struct rpmsg_remote host;
static struct rpmsg_endpoint client;
static uint8_t owner[2][RING_ENTRIES];
static struct rpmsg_port port;
static uint32_t sent, received, wrong;

static void *peer_da_to_ptr(void *priv, uint64_t da, size_t len)
{
	const uint64_t base = PEER_BASE + VRING0_OFFSET;

	(void)priv;
	if (da < base || len > SHARED_SIZE || da - base > SHARED_SIZE - len)
		return NULL;
	return (void *)(uintptr_t)da;
}

static void peer_notify(void *priv, uint32_t notifyid)
{
	(void)priv;
	(void)notifyid;
	gic_ring(BELL_TO_CORE(PEER_CORE));
}

static size_t length_of(uint32_t number)
{
	return sizeof(number) + number % (BUF_SIZE - 16 - sizeof(number));
}

static void fill(uint8_t *data, uint32_t number)
{
	size_t i;

	mem_copy(data, &number, sizeof(number));
	for (i = sizeof(number); i < length_of(number); i++)
		data[i] = number + i;
}

static void pump(struct rpmsg_endpoint *ept)
{
	uint8_t data[BUF_SIZE];

	while (sent < MESSAGES && sent - received < WINDOW) {
		fill(data, sent);
		if (rpmsg_send(ept, data, length_of(sent), 0))
			return;
		sent++;
	}
}

static bool same(const uint8_t *a, const uint8_t *b, size_t len)
{
	while (len && *a == *b) {
		a++;
		b++;
		len--;
	}
	return !len;
}

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	uint8_t wanted[BUF_SIZE];

	fill(wanted, received);
	if (msg->len != length_of(received) ||
	    !same(msg->data, wanted, msg->len))
		wrong++;
	if (++received == MESSAGES)
		rpmsg_remote_stop(ept->remote);
	pump(ept);
}

static const struct rpmsg_ept_ops ops = {
	.rx = rx,
	.bound = pump,
	.tx_ready = pump,
};

/* The table of the image that lies in the other core's carveout. */
static int find_table(struct rpmsg_host_cfg *cfg)
{
	const struct attach_header *header = (void *)(uintptr_t)PEER_BASE;
	uint32_t size = load_le32(&header->size);
	uint64_t addr = load_le64(&header->addr);

	if (load_le32(&header->magic) != ATTACH_MAGIC ||
	    load_le32(&header->complement) != ~(uint32_t)ATTACH_MAGIC ||
	    addr < PEER_BASE || size > IMAGE_SIZE ||
	    addr - PEER_BASE > IMAGE_SIZE - size)
		return -EINVAL;
	cfg->table = (void *)(uintptr_t)addr;
	cfg->table_size = size;
	return 0;
}

/* One link from its start to its end; the other core runs on. */
static int exchange(const struct rpmsg_host_cfg *cfg)
{
	uint64_t start = port.time_us(NULL), us = 0;
	int err;

	sent = 0;
	received = 0;
	err = rpmsg_host_start(&host, cfg);
	if (err)
		return err;
	while (!rpmsg_remote_should_stop(&host)) {
		rpmsg_remote_poll(&host, RPMSG_RUN_BUDGET);
		port.wait(NULL, &host.notified, RPMSG_LINK_POLL_US);
		us = port.time_us(NULL) - start;
		if (us > LINK_TIMEOUT_US)
			return -ETIMEDOUT;
	}
	rpmsg_remote_run(&host);
	board_log("%u messages, %u wrong, %u ms\n", received, wrong,
		  (unsigned int)(us / 1000));
	rpmsg_host_stop(&host);
	return wrong ? -EBADMSG : 0;
}

static void let_reset_be_seen(void)
{
	uint64_t end = port.time_us(NULL) + RESET_SEEN_US;
	const volatile bool never = false;

	while (port.time_us(NULL) < end)
		port.wait(NULL, &never, RESET_SEEN_US / 10);
}

static int talk(void)
{
	struct rpmsg_host_cfg cfg = {
		.port = &port,
		.vring_da = { PEER_BASE + VRING0_OFFSET,
			      PEER_BASE + VRING1_OFFSET },
		.buf_da = { PEER_BASE + BUFFER_OFFSET,
			    PEER_BASE + BUFFER_OFFSET +
			    RING_ENTRIES * BUF_SIZE },
		.buf_size = BUF_SIZE,
		.num = RING_ENTRIES,
		.owner = { owner[0], owner[1] },
		.link = app_link,
	};
	unsigned int i;
	int err = find_table(&cfg);

	if (!err)
		err = rpmsg_host_init(&host, &cfg);
	if (!err)
		err = rpmsg_create_ept(&client, &host, ECHO_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	if (err)
		return err;
	core_start(PEER_CORE, PEER_BASE + IMAGE_ENTRY);
	for (i = 0; !err && i < LINKS; i++) {
		err = exchange(&cfg);
		let_reset_be_seen();
	}
	return err;
}

int main(void)
{
	int err;

	board_log_init(trace_log, sizeof(trace_log), "pair");
	port = board_port;
	port.da_to_ptr = peer_da_to_ptr;
	port.notify = peer_notify;
	mmu_map_shared(PEER_BASE, CARVEOUT_SIZE);
	board_add_bell(BELL_OF_CORE(PEER_CORE));
	err = talk();
	board_log("pair ended: %d\n", err);
	return err;
}

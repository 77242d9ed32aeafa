// SPDX-License-Identifier: BSD-3-Clause
/*
 * Sends every message back to where it came from. See ampkit/echo.h for the
 * two messages that do something else, for tests.
 */
#include <ampkit/echo.h>

#include "board.h"
#include "mem.h"
#include "rpmsg.h"

#define RING_ENTRIES	256
#define LOG_SIZE	4096
/* A remote that is silent for so long counts as dead. */
#define HEARTBEAT_MS	1000
/* A host that takes nothing for so long, busy or not, loses an echo. */
#define SEND_TIMEOUT_US	10000000

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, LOG_SIZE), RSC_RPMSG(RING_ENTRIES),
		RSC_CTRL(ctrl, HEARTBEAT_MS));

static struct rpmsg_remote remote;
static struct rpmsg_endpoint echo;
static volatile bool hold;

/**
 * board_bell_hook() - in the interrupt handler: stay there if so told
 *
 * With a heartbeat, so that the host gives it up when it is stopped, and not
 * before.
 */
void board_bell_hook(void)
{
	if (!hold)
		return;
	board_log(ECHO_HOLD_TRACE "\n");
	for (;;)
		ctrl_beat(&remote.ctrl);
}

/* What a message asks for, 0 when it is too short to ask for anything. */
static uint32_t magic_of(const struct rpmsg_msg *msg)
{
	uint32_t magic = 0;

	if (msg->len >= sizeof(magic))
		mem_copy(&magic, msg->data, sizeof(magic));
	return magic;
}

/* From the shared buffer it came in to the one it goes out in: one copy. */
static int send_back(const struct rpmsg_msg *msg, uint32_t magic)
{
	uint64_t nonce = board_nonce();
	struct rpmsg_txbuf buf;
	int err;

	err = rpmsg_get_tx(&echo, &buf, SEND_TIMEOUT_US);
	if (err)
		return err;
	if (msg->len > buf.size) {
		rpmsg_put_tx(&echo, &buf);
		return -EMSGSIZE;
	}
	mem_copy(buf.data, msg->data, msg->len);
	if (magic == ECHO_MAGIC_NONCE && msg->len >= ECHO_NONCE_MIN)
		mem_copy((char *)buf.data + ECHO_NONCE_OFFSET, &nonce,
			 ECHO_NONCE_SIZE);
	return rpmsg_send_tx(&echo, &buf, msg->src, msg->len);
}

static void echo_rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	uint32_t magic = magic_of(msg);
	int err = send_back(msg, magic);

	if (err)
		board_log("echo lost: error %d, %zu bytes from %u\n", err,
			  msg->len, (unsigned int)msg->src);
	if (magic == ECHO_MAGIC_HOLD) {
		/* The echo is on its way before there is nobody to ring. */
		rpmsg_remote_kick(ept->remote);
		hold = true;
	}
}

static const struct rpmsg_ept_ops echo_ops = { .rx = echo_rx };

static void link_changed(struct rpmsg_remote *rpmsg, enum rpmsg_link state,
			 void *priv)
{
	static const char *const name[] = { "down", "up", "broken" };

	(void)rpmsg;
	(void)priv;
	board_log("link %s\n", name[state]);
}

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &board_port,
		.ctrl = &ctrl,
		.link = link_changed,
	};
	int err;

	board_log_init(trace_log, sizeof(trace_log), "echo");
	board_log_pin();
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&echo, &remote, ECHO_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY,
				       &echo_ops, NULL);
	if (!err)
		err = rpmsg_remote_run(&remote);
	board_log("echo ended: %d\n", err);
	if (!err)
		rpmsg_remote_deinit(&remote);
	return err;
}

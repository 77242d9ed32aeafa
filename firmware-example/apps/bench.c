// SPDX-License-Identifier: BSD-3-Clause
/*
 * The other end of measurements: echo, sink and source, see ampkit/bench.h.
 */
#include <ampkit/bench.h>

#include "app.h"

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE), RSC_RPMSG(256),
		RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

/**
 * struct source - messages that are to be sent
 * @dst: to whom
 * @left: how many more
 * @size: bytes of each
 * @seq: number of the next
 */
struct source {
	uint32_t dst;
	uint32_t left;
	size_t size;
	uint64_t seq;
};

static struct rpmsg_remote remote;
static struct rpmsg_endpoint bench;
static struct rpmsg_port port;
static struct virtq_ops plain;
static struct bench_counters counters;
static struct source source;
static uint64_t expected;
/* Of messages that are no commands: which come back, and how many came since */
static uint32_t others_period;
static uint32_t others;

/**
 * board_bell_hook() - count the host's bells
 */
void board_bell_hook(void)
{
	counters.bells_taken++;
}

static void count_ring(void *priv, uint32_t notifyid)
{
	counters.bells_rung++;
	board_port.notify(priv, notifyid);
}

static void ask_nothing(struct virtq *vq, bool bell)
{
	(void)vq;
	(void)bell;
}

/* Without event indices: as firmware that knows nothing of suppression. */
static void link_changed(struct rpmsg_remote *link, enum rpmsg_link state,
			 void *priv)
{
	app_link(link, state, priv);
	if (state != RPMSG_LINK_UP || link->rx.event_idx)
		return;
	link->rx.ops->ask(&link->rx, true);
	link->tx.ops->ask(&link->tx, true);
	plain = *link->rx.ops;
	plain.ask = ask_nothing;
	link->rx.ops = &plain;
	link->tx.ops = &plain;
}

static void count_sunk(const struct bench_msg *head, size_t len)
{
	counters.sunk++;
	counters.sunk_bytes += len;
	if (head->seq < expected) {
		counters.again++;
		return;
	}
	counters.lost += head->seq - expected;
	expected = head->seq + 1;
}

static int send_data(struct rpmsg_endpoint *ept)
{
	struct bench_msg head = {
		.magic = BENCH_MAGIC,
		.command = BENCH_DATA,
		.seq = source.seq,
	};
	struct rpmsg_txbuf buf;
	int err = rpmsg_get_tx(ept, &buf, 0);

	if (err)
		return err;
	if (source.size > buf.size)
		source.size = buf.size;
	mem_copy(buf.data, &head,
		 source.size < sizeof(head) ? source.size : sizeof(head));
	return rpmsg_send_tx(ept, &buf, source.dst, source.size);
}

/* Until there is no buffer: then tx_ready goes on, which this is as well. */
static void pump(struct rpmsg_endpoint *ept)
{
	while (source.left && !send_data(ept)) {
		source.left--;
		source.seq++;
		counters.sourced++;
	}
}

static void start_source(struct rpmsg_endpoint *ept,
			 const struct rpmsg_msg *msg,
			 const struct bench_msg *head)
{
	if (!source.left || source.dst != msg->src) {
		source.left = 0;
		source.seq = 0;
	}
	source.dst = msg->src;
	source.left += head->arg;
	source.size = head->seq;
	pump(ept);
}

static void send_counters(struct rpmsg_endpoint *ept,
			  const struct rpmsg_msg *msg,
			  const struct bench_msg *head)
{
	struct {
		struct bench_msg head;
		struct bench_counters counters;
	} answer = { *head, counters };

	if (app_answer(ept, msg, &answer, sizeof(answer)))
		counters.failed++;
}

static void reset(void)
{
	mem_zero(&counters, sizeof(counters));
	source.left = 0;
	expected = 0;
	others_period = 0;
}

static void echo(struct rpmsg_endpoint *ept, const struct rpmsg_msg *msg)
{
	if (app_answer(ept, msg, msg->data, msg->len))
		counters.failed++;
	else
		counters.echoed++;
}

static void take_other(struct rpmsg_endpoint *ept, const struct rpmsg_msg *msg)
{
	if (!others_period) {
		counters.refused++;
	} else if (++others == others_period) {
		others = 0;
		echo(ept, msg);
	} else {
		counters.sunk++;
		counters.sunk_bytes += msg->len;
	}
}

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct bench_msg head = { 0 };

	if (msg->len >= sizeof(head))
		mem_copy(&head, msg->data, sizeof(head));
	if (head.magic != BENCH_MAGIC)
		head.command = 0;
	switch (head.command) {
	case BENCH_ECHO:
		echo(ept, msg);
		break;
	case BENCH_END:
		rpmsg_remote_stop(&remote);
		break;
	case BENCH_SINK:
		count_sunk(&head, msg->len);
		break;
	case BENCH_SOURCE:
		start_source(ept, msg, &head);
		break;
	case BENCH_READ:
		send_counters(ept, msg, &head);
		break;
	case BENCH_RESET:
		reset();
		break;
	case BENCH_OTHERS:
		others_period = head.arg;
		others = 0;
		break;
	case BENCH_LINGER:
		rpmsg_remote_set_linger(&remote, head.arg);
		break;
	default:
		take_other(ept, msg);
	}
}

static const struct rpmsg_ept_ops ops = { .rx = rx, .tx_ready = pump };

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &port,
		.ctrl = &ctrl,
		.link = link_changed,
	};
	int err;

	board_log_init(trace_log, sizeof(trace_log), "bench");
	port = board_port;
	port.notify = count_ring;
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&bench, &remote, BENCH_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	return app_run(&remote, err);
}

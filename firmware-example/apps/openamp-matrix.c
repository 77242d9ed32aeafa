// SPDX-License-Identifier: BSD-3-Clause
/*
 * OpenAMP's matrix demonstration, see ampkit/demo.h. DEMO_SHUTDOWN takes the
 * service away; the remote itself lives on until the host stops it.
 */
#include <ampkit/demo.h>

#include "app.h"

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE), RSC_RPMSG(256),
		RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

static struct rpmsg_remote remote;
static struct rpmsg_endpoint service;

static void multiply(const struct demo_matrix *a, const struct demo_matrix *b,
		     struct demo_matrix *product)
{
	uint32_t size = a->size, row, column, i;

	mem_zero(product, sizeof(*product));
	product->size = size;
	for (row = 0; row < size; row++)
		for (column = 0; column < size; column++)
			for (i = 0; i < size; i++)
				product->elements[row][column] +=
					a->elements[row][i] *
					b->elements[i][column];
}

/* Works on a copy: the host can change what is in the shared buffer. */
static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	struct demo_matrix in[2], product;

	if (app_first_word(msg) == DEMO_SHUTDOWN) {
		board_log("shutdown message\n");
		rpmsg_destroy_ept(ept);
		return;
	}
	if (msg->len != sizeof(in)) {
		board_log("%zu bytes are no two matrices\n", msg->len);
		return;
	}
	mem_copy(in, msg->data, sizeof(in));
	if (in[0].size > DEMO_MATRIX_MAX || in[1].size != in[0].size) {
		board_log("sizes %u and %u refused\n",
			  (unsigned int)in[0].size, (unsigned int)in[1].size);
		return;
	}
	multiply(&in[0], &in[1], &product);
	app_answer(ept, msg, &product, sizeof(product));
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &board_port,
		.ctrl = &ctrl,
		.link = app_link,
	};
	int err;

	board_log_init(trace_log, sizeof(trace_log), "openamp-matrix");
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&service, &remote, DEMO_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	return app_run(&remote, err);
}

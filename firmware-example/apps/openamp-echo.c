// SPDX-License-Identifier: BSD-3-Clause
/*
 * OpenAMP's echo demonstration, see ampkit/demo.h. DEMO_SHUTDOWN takes the
 * service away; the remote itself lives on until the host stops it. As the
 * original it has no control block.
 */
#include <ampkit/demo.h>

#include "app.h"

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE), RSC_RPMSG(256));

static struct rpmsg_remote remote;
static struct rpmsg_endpoint service;

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	if (app_first_word(msg) != DEMO_SHUTDOWN) {
		app_echo(ept, msg);
		return;
	}
	board_log("shutdown message\n");
	rpmsg_destroy_ept(ept);
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &board_port,
		.link = app_link,
	};
	int err;

	board_log_init(trace_log, sizeof(trace_log), "openamp-echo");
	err = rpmsg_remote_init(&remote, &cfg);
	if (!err)
		err = rpmsg_create_ept(&service, &remote, DEMO_SERVICE,
				       RPMSG_ADDR_ANY, RPMSG_ADDR_ANY, &ops,
				       NULL);
	return app_run(&remote, err);
}

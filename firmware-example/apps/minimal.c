// SPDX-License-Identifier: BSD-3-Clause
/*
 * A whole firmware in as few lines as it takes, as the README shows it: echo.
 */
#include "board.h"
#include "rpmsg.h"

RPMSG_RSC_TABLE(table, RSC_TRACE(log, 4096), RSC_RPMSG(64));

static struct rpmsg_remote remote;
static struct rpmsg_endpoint echo;

static void rx(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	rpmsg_sendto(ept, msg->src, msg->data, msg->len, 0);
}

static const struct rpmsg_ept_ops ops = { .rx = rx };

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table, .table_size = sizeof(table), .port = &board_port,
	};
	int err = rpmsg_remote_init(&remote, &cfg);

	if (!err)
		err = rpmsg_create_ept(&echo, &remote, "rpmsg-raw", RPMSG_ADDR_ANY,
				       RPMSG_ADDR_ANY, &ops, NULL);
	return err ? err : rpmsg_remote_run(&remote);
}

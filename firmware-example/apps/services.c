// SPDX-License-Identifier: BSD-3-Clause
/*
 * Services for the drivers that Linux has, see ampkit/services.h.
 */
#include <ampkit/services.h>

#include "app.h"

RPMSG_RSC_TABLE(table, RSC_TRACE(trace_log, APP_LOG_SIZE), RSC_RPMSG(256),
		RSC_CTRL(ctrl, APP_HEARTBEAT_MS));

static const struct {
	const char *name;
	uint32_t addr;
} services[] = {
	{ SERVICES_SAMPLE, RPMSG_ADDR_ANY },
	{ SERVICES_TTY, RPMSG_ADDR_ANY },
	{ SERVICES_RAW, RPMSG_ADDR_ANY },
	{ NULL, SERVICES_FIXED_ADDR },
};

#define NUM_SERVICES	(sizeof(services) / sizeof(services[0]))

static struct rpmsg_remote remote;
static struct rpmsg_endpoint ept[NUM_SERVICES];

static const struct rpmsg_ept_ops ops = { .rx = app_echo };

int main(void)
{
	const struct rpmsg_remote_cfg cfg = {
		.table = &table,
		.table_size = sizeof(table),
		.port = &board_port,
		.ctrl = &ctrl,
		.link = app_link,
	};
	unsigned int i;
	int err;

	board_log_init(trace_log, sizeof(trace_log), "services");
	err = rpmsg_remote_init(&remote, &cfg);
	for (i = 0; !err && i < NUM_SERVICES; i++)
		err = rpmsg_create_ept(&ept[i], &remote, services[i].name,
				       services[i].addr, RPMSG_ADDR_ANY, &ops,
				       NULL);
	return app_run(&remote, err);
}

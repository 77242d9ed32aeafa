/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The remote's end of the control block: ready, heartbeat, shutdown, crash.
 *
 * Contract: ampkit/ctrl.h, which host and remote share. RSC_CTRL() announces a
 * block in the resource table; rpmsg_remote_init() is given it and does the
 * rest. A board reports exceptions with ctrl_crash(), which needs nothing to
 * have been set up.
 */
#ifndef CTRL_H
#define CTRL_H

#include <ampkit/ctrl.h>

#include "port.h"

/**
 * struct ctrl - a control block in use; all members are the library's
 * @port: the board
 * @block: the block, shared with the host; NULL when there is none
 * @period_us: time between two heartbeats, half of what was promised; 0: none
 * @next_us: when the next is due
 * @beats: heartbeats so far
 */
struct ctrl {
	const struct rpmsg_port *port;
	struct ampkit_ctrl *block;
	uint32_t period_us;
	uint64_t next_us;
	uint32_t beats;
};

int ctrl_init(struct ctrl *ctrl, const struct rpmsg_port *port,
	      struct ampkit_ctrl *block, const void *table, size_t size);
void ctrl_ready(struct ctrl *ctrl);
void ctrl_beat(struct ctrl *ctrl);
uint32_t ctrl_next_beat_us(const struct ctrl *ctrl);
bool ctrl_shutdown_asked(const struct ctrl *ctrl);
void ctrl_stopped(struct ctrl *ctrl);
void ctrl_crash(struct ampkit_ctrl *block, const struct rpmsg_port *port,
		const struct ampkit_crash *crash);

#endif /* CTRL_H */

// SPDX-License-Identifier: BSD-3-Clause
/*
 * The remote's end of the control block, see ctrl.h.
 */
#include "ctrl.h"
#include "endian_io.h"
#include "mem.h"
#include "rsc_table.h"

#define US_PER_MS	1000U

/* What was promised to the host for this block; NULL when nothing was. */
static const struct rsc_ctrl *find_entry(const void *table, size_t size)
{
	const struct rsc_ctrl *rsc;
	uint32_t i;

	for (i = 0; i < rsc_num(table, size); i++) {
		rsc = rsc_entry(table, size, i, sizeof(*rsc));
		if (rsc && load_le32(&rsc->type) == AMPKIT_RSC_CTRL &&
		    load_le32(&rsc->magic) == AMPKIT_CTRL_MAGIC)
			return rsc;
	}
	return NULL;
}

/*
 * Half of what was promised: one that is late by a busy moment is not yet
 * missed.
 */
static uint32_t beat_period_us(const struct rsc_ctrl *rsc)
{
	uint32_t ms = load_le32(&rsc->heartbeat_ms);

	if (!(load_le32(&rsc->features) & AMPKIT_CTRL_F_HEARTBEAT))
		return 0;
	/* Longer would not fit a time-out */
	if (ms > AMPKIT_CTRL_HEARTBEAT_MAX)
		ms = AMPKIT_CTRL_HEARTBEAT_MAX;
	return ms * (US_PER_MS / 2);
}

/**
 * ctrl_init() - begin to use a control block
 * @ctrl: the client
 * @port: the board
 * @block: from RSC_CTRL(), or NULL: then all the rest does nothing
 * @table: the resource table that announces it, as vdev_find() has read it
 * @size: its size, bytes
 *
 * Return: 0, -EINVAL when the table does not announce a block.
 */
int ctrl_init(struct ctrl *ctrl, const struct rpmsg_port *port,
	      struct ampkit_ctrl *block, const void *table, size_t size)
{
	const struct rsc_ctrl *rsc;

	mem_zero(ctrl, sizeof(*ctrl));
	ctrl->port = port;
	if (!block)
		return 0;
	rsc = find_entry(table, size);
	if (!rsc)
		return -EINVAL;
	ctrl->block = block;
	ctrl->period_us = beat_period_us(rsc);
	return 0;
}

static void write_word(const struct rpmsg_port *port, uint32_t *word,
		       uint32_t value)
{
	store_le32(word, value);
	port_clean(port, word, sizeof(*word));
}

static void write_state(const struct rpmsg_port *port,
			struct ampkit_ctrl *block, uint32_t state)
{
	/* what was written before is there when the host sees the state */
	port->wmb();
	write_word(port, &block->state, state);
	port->notify(port->priv, RPMSG_NOTIFY_CTRL);
}

/**
 * ctrl_ready() - tell the host that the remote is set up
 * @ctrl: the client
 */
void ctrl_ready(struct ctrl *ctrl)
{
	if (!ctrl->block)
		return;
	if (ctrl->period_us)
		ctrl_beat(ctrl);
	write_state(ctrl->port, ctrl->block, AMPKIT_CTRL_READY);
}

/**
 * ctrl_beat() - count the heartbeat up if it is time
 * @ctrl: the client
 */
void ctrl_beat(struct ctrl *ctrl)
{
	uint64_t now;

	if (!ctrl->period_us)
		return;
	now = ctrl->port->time_us(ctrl->port->priv);
	if (now < ctrl->next_us)
		return;
	ctrl->next_us = now + ctrl->period_us;
	write_word(ctrl->port, &ctrl->block->heartbeat, ++ctrl->beats);
}

/**
 * ctrl_next_beat_us() - how long may be slept without missing a heartbeat
 * @ctrl: the client
 *
 * Return: microseconds, RPMSG_WAIT_FOREVER without a heartbeat.
 */
uint32_t ctrl_next_beat_us(const struct ctrl *ctrl)
{
	uint64_t now;

	if (!ctrl->period_us)
		return RPMSG_WAIT_FOREVER;
	now = ctrl->port->time_us(ctrl->port->priv);
	return now < ctrl->next_us ? ctrl->next_us - now : 0;
}

/**
 * ctrl_shutdown_asked() - does the host want the remote to finish?
 * @ctrl: the client
 *
 * Return: true once it has asked.
 */
bool ctrl_shutdown_asked(const struct ctrl *ctrl)
{
	const uint32_t *request;

	if (!ctrl->block)
		return false;
	request = &ctrl->block->request;
	port_invalidate(ctrl->port, request, sizeof(*request));
	return load_le32(request) == AMPKIT_CTRL_SHUTDOWN;
}

/**
 * ctrl_stopped() - tell the host that the remote may be reset
 * @ctrl: the client
 */
void ctrl_stopped(struct ctrl *ctrl)
{
	if (ctrl->block)
		write_state(ctrl->port, ctrl->block, AMPKIT_CTRL_STOPPED);
}

/* Nothing to do where that is the machine's own. */
static void to_little_endian(struct ampkit_crash *crash)
{
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	size_t i;

	store_le32(&crash->arch, crash->arch);
	store_le32(&crash->cause, crash->cause);
	store_le32(&crash->vector, crash->vector);
	store_le64(&crash->esr, crash->esr);
	store_le64(&crash->far, crash->far);
	store_le64(&crash->pc, crash->pc);
	store_le64(&crash->pstate, crash->pstate);
	store_le64(&crash->sp, crash->sp);
	for (i = 0; i < sizeof(crash->regs) / sizeof(crash->regs[0]); i++)
		store_le64(&crash->regs[i], crash->regs[i]);
#else
	(void)crash;
#endif
}

/**
 * ctrl_crash() - leave a crash record behind
 * @block: the block
 * @port: the board; its wmb(), notify() and cache_clean() are used
 * @crash: the record, in host byte order; the message may lack its NUL
 *
 * Needs no client, so that a crash before ctrl_init() is told as well.
 */
void ctrl_crash(struct ampkit_ctrl *block, const struct rpmsg_port *port,
		const struct ampkit_crash *crash)
{
	struct ampkit_crash *to = &block->crash;

	mem_copy(to, crash, sizeof(*to));
	to_little_endian(to);
	to->message[sizeof(to->message) - 1] = '\0';
	port_clean(port, to, sizeof(*to));
	write_state(port, block, AMPKIT_CTRL_CRASHED);
}

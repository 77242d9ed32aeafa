/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that the library asks of a board: one constant struct of functions.
 *
 * Members marked optional may be NULL. No function may call back into the
 * library, but for the doorbell's interrupt handler, which calls
 * rpmsg_remote_notify() and nothing else.
 */
#ifndef RPMSG_PORT_H
#define RPMSG_PORT_H

#include "rpmsg_config.h"

struct rpmsg_remote;

/* A wait without an end. */
#define RPMSG_WAIT_FOREVER	0xffffffffU

/* What notify() gets for the control block, which has no notify id. */
#define RPMSG_NOTIFY_CTRL	0xffffffffU

/**
 * struct rpmsg_port - what a board supplies
 * @priv: handed to every function below
 * @listen: from now on call rpmsg_remote_notify(@remote) whenever the host
 *	rings; @on false ends it. Returns 0 or a negative errno. Optional for a
 *	board that polls.
 * @notify: ring the host's bell for a notify id. Everything written before
 *	must be visible to the host first, whatever kind of memory it is in
 *	(on Arm a dsb: a dmb orders no store to a device of another domain).
 * @wait: sleep until an interrupt or until @timeout_us have passed, unless
 *	*@work is true already. A bell between the test and the sleep must not
 *	be lost: test and sleep with interrupts masked, or take a semaphore that
 *	the interrupt handler gives. Where several contexts use the library, who
 *	polls and who waits for a buffer may both be here, with a @work each: a
 *	bell wakes all. May return early. RPMSG_WAIT_FOREVER: no time-out.
 * @lock: enter the section that guards a remote's rings and endpoints;
 *	returns what @unlock needs. Optional when one context uses the library.
 *	No callback is called with it held.
 * @unlock: leave that section. Given if and only if @lock is.
 * @da_to_ptr: translate a device address the host wrote to a pointer, NULL
 *	unless all of @len bytes are memory that is shared with the host.
 * @mb: full barrier between memory accesses, shared with the host
 * @rmb: orders loads before loads
 * @wmb: orders stores before stores
 * @time_us: a clock that never goes back, microseconds
 * @cache_clean: write back what was written; optional where shared memory is
 *	not cached
 * @cache_invalidate: forget what was read before; optional likewise
 */
struct rpmsg_port {
	void *priv;
	int (*listen)(void *priv, struct rpmsg_remote *remote, bool on);
	void (*notify)(void *priv, uint32_t notifyid);
	void (*wait)(void *priv, const volatile bool *work,
		     uint32_t timeout_us);
	uintptr_t (*lock)(void *priv);
	void (*unlock)(void *priv, uintptr_t key);
	void *(*da_to_ptr)(void *priv, uint64_t da, size_t len);
	void (*mb)(void);
	void (*rmb)(void);
	void (*wmb)(void);
	uint64_t (*time_us)(void *priv);
	void (*cache_clean)(void *priv, const void *ptr, size_t len);
	void (*cache_invalidate)(void *priv, const void *ptr, size_t len);
};

static inline uintptr_t port_lock(const struct rpmsg_port *port)
{
	return port->lock ? port->lock(port->priv) : 0;
}

static inline void port_unlock(const struct rpmsg_port *port, uintptr_t key)
{
	if (port->unlock)
		port->unlock(port->priv, key);
}

static inline void port_clean(const struct rpmsg_port *port, const void *ptr,
			      size_t len)
{
	if (port->cache_clean)
		port->cache_clean(port->priv, ptr, len);
}

static inline void port_invalidate(const struct rpmsg_port *port,
				   const void *ptr, size_t len)
{
	if (port->cache_invalidate)
		port->cache_invalidate(port->priv, ptr, len);
}

#endif /* RPMSG_PORT_H */

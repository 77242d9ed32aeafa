/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the files of the library share and an application does not see.
 */
#ifndef RPMSG_PRIV_H
#define RPMSG_PRIV_H

#include "rpmsg.h"

/**
 * struct rpmsg_wire_hdr - header of every message, little endian
 * @src: address of the sender
 * @dst: address of the receiver
 * @reserved: sent 0, ignored on receive: hosts use it for themselves
 * @len: bytes that follow
 * @flags: sent 0
 */
struct rpmsg_wire_hdr {
	uint32_t src;
	uint32_t dst;
	uint32_t reserved;
	uint16_t len;
	uint16_t flags;
};

_Static_assert(sizeof(struct rpmsg_wire_hdr) == 16, "the header of rpmsg");

/* flags of a name-service message */
#define RPMSG_NS_CREATE		0
#define RPMSG_NS_DESTROY	1

/**
 * struct rpmsg_wire_ns - a service came or went, little endian
 * @name: of the service
 * @addr: where it listens
 * @flags: RPMSG_NS_CREATE or RPMSG_NS_DESTROY
 */
struct rpmsg_wire_ns {
	char name[RPMSG_NAME_SIZE];
	uint32_t addr;
	uint32_t flags;
};

_Static_assert(sizeof(struct rpmsg_wire_ns) == 40, "as rpmsg_ns_msg");

/* rpmsg.c */
void rpmsg_link_is_up(struct rpmsg_remote *remote);
void rpmsg_link_is_down(struct rpmsg_remote *remote);
bool rpmsg_rings_restarted(const struct rpmsg_remote *remote);

/* rpmsg_ept.c */
struct rpmsg_endpoint *rpmsg_find_ept(struct rpmsg_remote *remote,
				      uint32_t addr);
void rpmsg_unbind_ept(struct rpmsg_endpoint *ept);

/* rpmsg_ns.c */
void rpmsg_ns_announce(struct rpmsg_remote *remote);
int rpmsg_ns_withdraw(struct rpmsg_endpoint *ept);
void rpmsg_ns_receive(struct rpmsg_remote *remote,
		      const struct rpmsg_msg *msg);

/* rpmsg_rx.c */
unsigned int rpmsg_rx_batch(struct rpmsg_remote *remote, unsigned int budget);

/* rpmsg_tx.c */
void rpmsg_tx_ready(struct rpmsg_remote *remote);

#endif /* RPMSG_PRIV_H */

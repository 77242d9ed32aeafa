/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What most images do alike.
 */
#ifndef APP_H
#define APP_H

#include "board.h"
#include "mem.h"
#include "rpmsg.h"

#define APP_LOG_SIZE		4096
/* A remote that is silent for so long counts as dead. */
#define APP_HEARTBEAT_MS	1000
/* A host that takes nothing for so long has to live with a lost answer. */
#define APP_SEND_TIMEOUT_US	500000

/* Logs each change of the link. */
static inline void app_link(struct rpmsg_remote *remote,
			    enum rpmsg_link state, void *priv)
{
	static const char *const name[] = { "down", "up", "broken" };

	(void)remote;
	(void)priv;
	board_log("link %s\n", name[state]);
}

/* The first word of a message, 0 when it is too short to have one. */
static inline uint32_t app_first_word(const struct rpmsg_msg *msg)
{
	uint32_t word = 0;

	if (msg->len >= sizeof(word))
		mem_copy(&word, msg->data, sizeof(word));
	return word;
}

/* Sends to who sent a message; what can't be sent is logged. */
static inline int app_answer(struct rpmsg_endpoint *ept,
			     const struct rpmsg_msg *msg, const void *data,
			     size_t len)
{
	int err = rpmsg_sendto(ept, msg->src, data, len, APP_SEND_TIMEOUT_US);

	if (err)
		board_log("answer lost: error %d, %zu bytes to %u\n", err, len,
			  (unsigned int)msg->src);
	return err;
}

/* A receive callback: the message goes back as it came. */
static inline void app_echo(struct rpmsg_endpoint *ept, struct rpmsg_msg *msg)
{
	app_answer(ept, msg, msg->data, msg->len);
}

/* Serves until the host has asked for an end, and takes leave of it. */
static inline int app_run(struct rpmsg_remote *remote, int err)
{
	if (!err)
		err = rpmsg_remote_run(remote);
	board_log("ended: %d\n", err);
	if (!err)
		rpmsg_remote_deinit(remote);
	return err;
}

#endif /* APP_H */

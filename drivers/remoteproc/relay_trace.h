/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the relay, in events/rproc_relay of tracefs: what passes
 * between host and remote, by the number of the remote and of the virtqueue.
 */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM rproc_relay

#if !defined(AMPKIT_RELAY_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define AMPKIT_RELAY_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(rproc_relay_push,
	TP_PROTO(int remote, int notifyid, unsigned int count, bool bell),
	TP_ARGS(remote, notifyid, count, bell),
	TP_STRUCT__entry(__field(int, remote)
			 __field(int, notifyid)
			 __field(unsigned int, count)
			 __field(bool, bell)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->notifyid = notifyid;
		       __entry->count = count;
		       __entry->bell = bell;),
	TP_printk("remoteproc%d vq %d: %u out%s", __entry->remote,
		  __entry->notifyid, __entry->count,
		  __entry->bell ? ", bell" : "")
);

TRACE_EVENT(rproc_relay_pull,
	TP_PROTO(int remote, int notifyid, int count),
	TP_ARGS(remote, notifyid, count),
	TP_STRUCT__entry(__field(int, remote)
			 __field(int, notifyid)
			 __field(int, count)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->notifyid = notifyid;
		       __entry->count = count;),
	TP_printk("remoteproc%d vq %d: %d in", __entry->remote,
		  __entry->notifyid, __entry->count)
);

TRACE_EVENT(rproc_relay_bell,
	TP_PROTO(int remote),
	TP_ARGS(remote),
	TP_STRUCT__entry(__field(int, remote)),
	TP_fast_assign(__entry->remote = remote;),
	TP_printk("remoteproc%d", __entry->remote)
);

TRACE_EVENT(rproc_relay_quarantine,
	TP_PROTO(int remote, int notifyid, const char *why),
	TP_ARGS(remote, notifyid, why),
	TP_STRUCT__entry(__field(int, remote)
			 __field(int, notifyid)
			 __field(const char *, why)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->notifyid = notifyid;
		       __entry->why = why;),
	TP_printk("remoteproc%d vq %d: %s", __entry->remote,
		  __entry->notifyid, __entry->why)
);

TRACE_EVENT(rproc_relay_drop,
	TP_PROTO(int remote, int notifyid, unsigned int total),
	TP_ARGS(remote, notifyid, total),
	TP_STRUCT__entry(__field(int, remote)
			 __field(int, notifyid)
			 __field(unsigned int, total)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->notifyid = notifyid;
		       __entry->total = total;),
	TP_printk("remoteproc%d vq %d: %u in all", __entry->remote,
		  __entry->notifyid, __entry->total)
);

#endif /* AMPKIT_RELAY_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE relay_trace
#include <trace/define_trace.h>

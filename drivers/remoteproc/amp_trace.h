/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the remoteproc driver, in events/amp_rproc of tracefs: the
 * life of a remote core.
 */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM amp_rproc

#if !defined(AMPKIT_AMP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define AMPKIT_AMP_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(amp_start,
	TP_PROTO(int remote, u64 boot_addr, int ret),
	TP_ARGS(remote, boot_addr, ret),
	TP_STRUCT__entry(__field(int, remote)
			 __field(u64, boot_addr)
			 __field(int, ret)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->boot_addr = boot_addr;
		       __entry->ret = ret;),
	TP_printk("remoteproc%d at %#llx: %d", __entry->remote,
		  __entry->boot_addr, __entry->ret)
);

TRACE_EVENT(amp_stop,
	TP_PROTO(int remote, bool crashed, int ret),
	TP_ARGS(remote, crashed, ret),
	TP_STRUCT__entry(__field(int, remote)
			 __field(bool, crashed)
			 __field(int, ret)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->crashed = crashed;
		       __entry->ret = ret;),
	TP_printk("remoteproc%d%s: %d", __entry->remote,
		  __entry->crashed ? " crashed" : "", __entry->ret)
);

TRACE_EVENT(amp_crash,
	TP_PROTO(int remote, int type),
	TP_ARGS(remote, type),
	TP_STRUCT__entry(__field(int, remote)
			 __field(int, type)),
	TP_fast_assign(__entry->remote = remote;
		       __entry->type = type;),
	TP_printk("remoteproc%d: type %d", __entry->remote, __entry->type)
);

#endif /* AMPKIT_AMP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE amp_trace
#include <trace/define_trace.h>

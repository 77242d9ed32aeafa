/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the rpmsg char driver, in events/rpmsg_char of tracefs: what
 * goes in and out of an endpoint device, by the number of its node.
 */

#undef TRACE_SYSTEM
#define TRACE_SYSTEM rpmsg_char

#if !defined(_AMPKIT_EPTDEV_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _AMPKIT_EPTDEV_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(rpmsg_ept_receive,
	TP_PROTO(int id, u32 src, u32 len, bool queued),
	TP_ARGS(id, src, len, queued),
	TP_STRUCT__entry(__field(int, id)
			 __field(u32, src)
			 __field(u32, len)
			 __field(bool, queued)),
	TP_fast_assign(__entry->id = id;
		       __entry->src = src;
		       __entry->len = len;
		       __entry->queued = queued;),
	TP_printk("rpmsg%d src=%u len=%u%s", __entry->id, __entry->src,
		  __entry->len, __entry->queued ? "" : " dropped")
);

TRACE_EVENT(rpmsg_ept_hold,
	TP_PROTO(int id, u32 src, u32 len),
	TP_ARGS(id, src, len),
	TP_STRUCT__entry(__field(int, id)
			 __field(u32, src)
			 __field(u32, len)),
	TP_fast_assign(__entry->id = id;
		       __entry->src = src;
		       __entry->len = len;),
	TP_printk("rpmsg%d src=%u len=%u", __entry->id, __entry->src,
		  __entry->len)
);

TRACE_EVENT(rpmsg_ept_take,
	TP_PROTO(int id, u32 src, u32 len, u32 copied),
	TP_ARGS(id, src, len, copied),
	TP_STRUCT__entry(__field(int, id)
			 __field(u32, src)
			 __field(u32, len)
			 __field(u32, copied)),
	TP_fast_assign(__entry->id = id;
		       __entry->src = src;
		       __entry->len = len;
		       __entry->copied = copied;),
	TP_printk("rpmsg%d src=%u len=%u copied=%u", __entry->id, __entry->src,
		  __entry->len, __entry->copied)
);

TRACE_EVENT(rpmsg_ept_send,
	TP_PROTO(int id, u32 dst, u32 len, int ret),
	TP_ARGS(id, dst, len, ret),
	TP_STRUCT__entry(__field(int, id)
			 __field(u32, dst)
			 __field(u32, len)
			 __field(int, ret)),
	TP_fast_assign(__entry->id = id;
		       __entry->dst = dst;
		       __entry->len = len;
		       __entry->ret = ret;),
	TP_printk("rpmsg%d dst=%u len=%u ret=%d", __entry->id, __entry->dst,
		  __entry->len, __entry->ret)
);

#endif /* _AMPKIT_EPTDEV_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE eptdev_trace
#include <trace/define_trace.h>

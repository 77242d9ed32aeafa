// SPDX-License-Identifier: GPL-2.0 AND BSD-3-Clause
/*
 * The firmware's library, as it is, in the kernel. A file of its own: some of
 * its functions have the names of functions that the kernel exports.
 */

#include "../firmware-example/lib/ctrl.c"
#include "../firmware-example/lib/mem.c"
#include "../firmware-example/lib/rpmsg.c"
#include "../firmware-example/lib/rpmsg_ept.c"
#include "../firmware-example/lib/rpmsg_ns.c"
#include "../firmware-example/lib/rpmsg_rx.c"
#include "../firmware-example/lib/rpmsg_tx.c"
#include "../firmware-example/lib/vdev.c"
#include "../firmware-example/lib/virtqueue.c"

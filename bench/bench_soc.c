// SPDX-License-Identifier: GPL-2.0
/*
 * bench_soc.c - reset, as our driver does it: that is not what is compared
 */

#include "../drivers/remoteproc/soc_psci.c"
#include "../drivers/remoteproc/soc_regs.c"
#include "../drivers/remoteproc/soc_versal.c"
#include "../drivers/remoteproc/soc_zynqmp.c"

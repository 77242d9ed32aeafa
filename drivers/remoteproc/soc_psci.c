// SPDX-License-Identifier: GPL-2.0
/*
 * soc_psci.c - whether a remote core runs, as the platform's firmware sees it
 *
 * An emulated core takes a moment over a change of its reset, and an order that
 * comes within that moment is lost on it. PSCI (DEN 0022, AFFINITY_INFO) tells
 * when it is over, where PSCI is aware of these cores at all: QEMU's is, TF-A's
 * is not.
 */

#include <linux/arm-smccc.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/device.h>
#include <linux/iopoll.h>
#include <linux/of.h>
#include <uapi/linux/psci.h>

#include "amp_rproc.h"

/* How often PSCI is asked, and how long it may take to learn of a change, us */
#define PSCI_POWER_POLL	20
#define PSCI_POWER_BOUND	(5 * USEC_PER_SEC)
/*
 * The same before it is known whether PSCI is aware of our cores: where it is
 * not, the first start takes that much longer
 */
#define PSCI_POWER_TRY	USEC_PER_SEC

/* Whether PSCI is there, and called the way that it is called here. */
static bool psci_is_there(void)
{
	struct device_node *np = of_find_node_by_path("/psci");
	const char *method;
	bool smc;

	smc = !of_property_read_string(np, "method", &method) &&
	      !strcmp(method, "smc");
	of_node_put(np);

	return smc;
}

static bool psci_is_on(u64 mpidr)
{
	struct arm_smccc_res res;

	arm_smccc_smc(PSCI_0_2_FN64_AFFINITY_INFO, mpidr, 0, 0, 0, 0, 0, 0,
		      &res);

	return res.a0 == PSCI_0_2_AFFINITY_LEVEL_ON;
}

static int psci_poll_on(u64 mpidr, unsigned long bound)
{
	bool on;

	return read_poll_timeout(psci_is_on, on, on, PSCI_POWER_POLL, bound,
				 false, mpidr);
}

/* Another core may find out meanwhile. */
static int psci_wait_on(struct amp_cluster *cluster, u64 mpidr)
{
	if (READ_ONCE(cluster->power) == AMP_POWER_UNKNOWN) {
		if (!psci_poll_on(mpidr, PSCI_POWER_TRY))
			WRITE_ONCE(cluster->power, AMP_POWER_REPORTED);
		else if (cmpxchg(&cluster->power, AMP_POWER_UNKNOWN,
				 AMP_POWER_UNREPORTED) == AMP_POWER_UNKNOWN)
			dev_info(cluster->dev,
				 "PSCI does not tell which of these cores run\n");
	}
	if (READ_ONCE(cluster->power) == AMP_POWER_UNREPORTED)
		return 0;

	return psci_poll_on(mpidr, PSCI_POWER_BOUND);
}

static int psci_wait_off(u64 mpidr)
{
	bool on;

	return read_poll_timeout(psci_is_on, on, !on, PSCI_POWER_POLL,
				 PSCI_POWER_BOUND, false, mpidr);
}

/**
 * amp_psci_init() - find out whether there is a PSCI to ask
 * @cluster: the remote cores
 *
 * Context: may sleep; for a back end's init.
 */
void amp_psci_init(struct amp_cluster *cluster)
{
	cluster->power = psci_is_there() ? AMP_POWER_UNKNOWN :
					   AMP_POWER_UNREPORTED;
}

/**
 * amp_psci_settle() - wait until a core has followed its reset, or at once
 * @cluster: the remote cores
 * @mpidr: affinity of the core, as PSCI counts
 * @running: whether it was released, and not put in reset
 *
 * Context: may sleep.
 * Return: 0, also when nobody knows, or -ETIMEDOUT.
 */
int amp_psci_settle(struct amp_cluster *cluster, u64 mpidr, bool running)
{
	if (READ_ONCE(cluster->power) == AMP_POWER_UNREPORTED)
		return 0;

	return running ? psci_wait_on(cluster, mpidr) : psci_wait_off(mpidr);
}

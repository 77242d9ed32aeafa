// SPDX-License-Identifier: GPL-2.0
/*
 * /bin/e2e of the guest: the end-to-end tests. Called by /init as
 *
 *	e2e [glob]
 *
 * where glob picks tests by name, by default the one of "ampkit.tests=" on the
 * kernel command line. Other parameters come from there too: ampkit.cycles=,
 * ampkit.seed=, ampkit.patience= (multiplies the time limits). In a boot that
 * is made for certain tests, ampkit.boot= names it, and only those are run, all
 * of them (scripts/boots.py).
 */
#include "e2e.h"

static const struct suite *const suites[] = {
	&lifecycle_suite,
	&chardev_suite,
	&teardown_suite,
	&memory_suite,
	&bad_input_suite,
	&cycles_suite,
	&idle_suite,
	&char_ioctl_suite,
	&char_poll_suite,
	&char_busy_suite,
	&char_standby_suite,
	&char_defer_suite,
	&char_overload_suite,
	&char_ctrl_suite,
	&char_crowd_suite,
	&char_table_suite,
	&char_compat_suite,
	&char_early_suite,
	&char_vdevs_suite,
	&fw_apps_suite,
	&crashes_suite,
	&shutdown_suite,
	&detach_suite,
	&reattach_suite,
	&owners_suite,
	&suspend_suite,
	&fail_nth_suite,
	&hostile_suite,
	&hostile_load_suite,
	&hostile_end_suite,
	&odd_images_suite,
	&known_defects_suite,
	&mutants_suite,
	&last_suite,
};

static const struct {
	const char *boot;
	const struct suite *suite;
} boots[] = {
	{ "auto-boot", &auto_boot_suite },
	{ "bad-tree", &bad_tree_suite },
	{ "earlier", &earlier_suite },
	{ "panic", &panic_suite },
};

static int run_boot(const char *boot)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(boots); i++)
		if (!strcmp(boots[i].boot, boot))
			return run_suites(&boots[i].suite, 1, "*") ? 1 : 0;
	note("there are no tests for a boot %s", boot);
	return 1;
}

int main(int argc, char **argv)
{
	const char *glob = argc > 1 ? argv[1] : param("tests", "*");
	const char *boot = param("boot", NULL);

	machine_init();
	if (boot)
		return run_boot(boot);
	return run_suites(suites, ARRAY_SIZE(suites), glob) ? 1 : 0;
}

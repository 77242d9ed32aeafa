// SPDX-License-Identifier: GPL-2.0
/*
 * /bin/e2e of the guest: the end-to-end tests. Called by /init as
 *
 *	e2e [glob]
 *
 * where glob picks tests by name, by default the one of "ampkit.tests=" on the
 * kernel command line. Other parameters come from there too: ampkit.cycles=,
 * ampkit.seed=, ampkit.patience= (multiplies the time limits).
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
	&char_overload_suite,
	&char_ctrl_suite,
	&char_crowd_suite,
	&char_table_suite,
	&fw_apps_suite,
	&lives_suite,
	&last_suite,
};

int main(int argc, char **argv)
{
	const char *glob = argc > 1 ? argv[1] : param("tests", "*");

	return run_suites(suites, ARRAY_SIZE(suites), glob) ? 1 : 0;
}

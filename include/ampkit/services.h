/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * What the "services" firmware announces: the names that drivers of Linux bind
 * to, and an address that is known without a name service. All echo.
 */
#ifndef AMPKIT_SERVICES_H
#define AMPKIT_SERVICES_H

#define SERVICES_SAMPLE		"rpmsg-client-sample"
#define SERVICES_TTY		"rpmsg-tty"
#define SERVICES_RAW		"rpmsg-raw"

/* Listens here, and is not announced. */
#define SERVICES_FIXED_ADDR	100

#endif /* AMPKIT_SERVICES_H */

/* SPDX-License-Identifier: GPL-2.0 OR BSD-3-Clause */
/*
 * The wire of the "multi" firmware: two rpmsg devices and a source of random
 * numbers. All numbers are little endian.
 *
 * The first rpmsg device has the service MULTI_SERVICE: it takes a
 * struct multi_msg and sends it back with the result. Endpoints made by it
 * announce MULTI_NAME with their device and number, and echo.
 */
#ifndef AMPKIT_MULTI_H
#define AMPKIT_MULTI_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdint.h>
#endif

#define MULTI_SERVICE		"rpmsg-raw"
/* A format: device, number */
#define MULTI_NAME		"ampkit-multi-%u-%u"

#define MULTI_DEVICES		2
#define MULTI_ENDPOINTS		8

#define MULTI_CREATE		1
#define MULTI_DESTROY		2

/**
 * struct multi_msg - make an endpoint, or end it
 * @command: MULTI_ command
 * @device: on which rpmsg device
 * @number: of the endpoint
 * @result: in the answer: 0 or a negative errno of Linux
 * @addr: in the answer: address of the endpoint that was made
 */
struct multi_msg {
	uint32_t command;
	uint32_t device;
	uint32_t number;
	int32_t result;
	uint32_t addr;
};

#endif /* AMPKIT_MULTI_H */

// SPDX-License-Identifier: BSD-3-Clause
/*
 * The smallest image: no resource table, no link, one line on the UART.
 */
#include "board.h"

int main(void)
{
	board_log("ampkit hello: no resource table, nonce %016llx\n",
		  (unsigned long long)board_nonce());
	return 0;
}

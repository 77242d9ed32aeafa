/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Functions in assembly, whatever the architecture.
 */
#ifndef FUNC_H
#define FUNC_H

#ifdef __ASSEMBLER__

/* A function in a section of its own. */
.macro func name, section
.ifb \section
	.section .text.\name, "ax", %progbits
.else
	.section \section, "ax", %progbits
.endif
	.type \name, %function
	.global \name
	.balign 4
\name:
.endm

.macro endfunc name
	.size \name, . - \name
.endm

#endif /* __ASSEMBLER__ */

#endif /* FUNC_H */

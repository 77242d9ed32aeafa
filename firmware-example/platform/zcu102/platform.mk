# SPDX-License-Identifier: BSD-3-Clause
# ZynqMP as QEMU's xlnx-zcu102 has it: Cortex-A53 #2 and #3

CROSS_COMPILE ?= aarch64-linux-gnu-
CLANG_TARGET := aarch64-none-elf
CORES	?= 2 3
APPS	?= hello minimal echo bench services multi hostile pair openamp-echo \
	   openamp-matrix openamp-rpc
CPU	:= -mcpu=cortex-a53 -mgeneral-regs-only -mno-outline-atomics \
	   -mstrict-align

# Not part of an image: it starts one before there is a host
STUB	:= $(PLATFORM)/boot_stub
STUB_BASE := 0xfffc0000

# The size of an image that people copy is a promise, in bytes.
ECHO_MAX := 16384

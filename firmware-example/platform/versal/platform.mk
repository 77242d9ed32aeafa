# SPDX-License-Identifier: BSD-3-Clause
# Versal as QEMU's xlnx-versal-virt has it: both Cortex-R5F

# Not part of an image: it starts one before there is a host, and is run by a
# core of the host's kind
STUB	:= $(PLATFORM)/boot_stub
STUB_BASE := 0xfffc0000
STUB_CPU := -mcpu=cortex-a72
STUB_CROSS := $(or $(CROSS_COMPILE),aarch64-linux-gnu-)
STUB_TARGET := aarch64-none-elf

# Its own variable: those who build for both give CROSS_COMPILE for the other
ARM_CROSS_COMPILE ?= arm-none-eabi-
override CROSS_COMPILE := $(ARM_CROSS_COMPILE)
CLANG_TARGET := armv7r-none-eabi
CORES	?= 0 1
# pair needs a way to start the other core, and a bell to ring it
APPS	?= hello minimal echo bench services multi hostile openamp-echo \
	   openamp-matrix openamp-rpc
CPU	:= -mcpu=cortex-r5 -mthumb -mfloat-abi=soft -mno-unaligned-access

# Division of 64-bit numbers
RUNTIME	= $(shell $(CROSS_COMPILE)gcc $(CPU) -print-libgcc-file-name)

ECHO_MAX := 16384

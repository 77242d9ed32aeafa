# SPDX-License-Identifier: GPL-2.0
# People's makefile: `make help` lists what there is. What kbuild reads for
# `make -C $KDIR M=$PWD modules` is the Kbuild beside it.

KVER  ?= 6.12
KSRC  ?=
DEBUG ?=
RT    ?=
KOBJECT ?=
COVERAGE ?=
BENCH ?=
CYCLES ?=
MACHINE ?= zcu102
CROSS_COMPILE ?= aarch64-linux-gnu-

# Switches: 1 is on, 0 and nothing are off
define switch
ifneq ($$(filter-out 0 1,$$($(1))),)
$$(error $(1)=$$($(1)): 1 is on, 0 is off)
endif
override $(1) := $$(filter 1,$$($(1)))
endef
$(foreach name,DEBUG RT KOBJECT COVERAGE BENCH,$(eval $(call switch,$(name))))

# What is added to the guest's kernel: scripts/kernel-<variant>.config
VARIANTS := $(if $(DEBUG),debug) $(if $(RT),rt) $(if $(COVERAGE),coverage)
VARIANTS += $(if $(KOBJECT),kobject) $(if $(BENCH),bench)

# One folder of build products for each kernel
BUILD := build/$(if $(KSRC),ksrc,$(KVER))$(if $(DEBUG),-debug)$(if $(RT),-rt)
BUILD := $(BUILD)$(if $(COVERAGE),-coverage)$(if $(KOBJECT),-kobject)
BUILD := $(BUILD)$(if $(BENCH),-bench)
GUEST_MODULES := $(BUILD)/modules

# All that there is firmware for; MACHINE is the one that is booted
MACHINES := zcu102 versal
ifeq ($(filter $(MACHINE),$(MACHINES)),)
$(error MACHINE=$(MACHINE): there are $(MACHINES))
endif
# host runs images at the exception levels of an A53 and rings them by its GIC;
# guards tests tests, and KUnit asks for no machine
ONLY_ZCU102 := $(filter host kunit guards coverage,$(MAKECMDGOALS))
ifneq ($(if $(filter-out zcu102,$(MACHINE)),$(ONLY_ZCU102)),)
$(error make $(ONLY_ZCU102) is for MACHINE=zcu102 only)
endif

# What is given on the command line reaches the scripts by itself
export KVER KSRC DEBUG VARIANTS CYCLES MACHINE CROSS_COMPILE BUILD
export AMPKIT_BENCH QUICK BENCH_CPUS BENCH_MINUTES BENCH_ROUNDS PARTS

# The kernel's source is unpacked by one processor, while another builds what
# needs none of it
GUEST = +$(MAKE) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j2) guest

Q := $(if $(filter 1,$(V)),,@)
MAKEFLAGS += --no-print-directory

.PHONY: help run shell coredump check check-long lint host kunit e2e boots \
	guards coverage bench modules modules_install dtbs firmware clean \
	deps deps-check kernel source programs guest

help:
	@sed -n 's/^## \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

## Try it (builds and fetches what is needed; Debian 12 or newer)
##   make run              boot, load, start the remote core, talk to it, stop
##   make shell            the same guest with an interactive console
##   make coredump         crash a remote core, and see its dump in a debugger
##
## Test it
##   make check            lint, host, kunit, e2e, boots and coredump, on one
##                         kernel; with MACHINE=versal the last three, which
##                         depend on the machine
##   make check-long       what takes too long for check: hours; PARTS= picks
##   make lint             style, static analysis, compiler warnings, docs
##   make host             tests of the firmware, on this machine and without Linux
##   make kunit            KUnit suites, in the guest
##   make e2e              end-to-end tests, in the guest
##   make boots            those that need a boot of their own each
##   make coverage         which lines of the drivers kunit and e2e run
##   make guards           does a test fail for each guard that is taken out?
##   make bench            how fast it is, beside the kernel's own drivers
##
## Build parts of it
##   make modules          our modules, against the guest's kernel or KDIR=
##   make modules_install  the same, installed below INSTALL_MOD_PATH
##   make dtbs             the device tree blobs
##   make firmware         the firmware images
##   make kernel           the guest's kernel
##   make clean            remove build/
##
## Variables
##   KVER=6.12             the guest's kernel, from Debian: 6.12, 6.1, or 7, the
##                         newest 7.x of the next release's backports
##   MACHINE=zcu102        what is booted: zcu102 or versal
##   KSRC=DIR              the guest's kernel: your own source tree
##   KDIR=DIR              modules: any kernel's build folder
##   T=PATTERN             only tests whose name matches, as in T='*stop*'; of
##                         kunit T=SUITE_kunit as well, of boots T=boot_NAME only
##   DEBUG=1               the guest's kernel: with KASAN, lockdep, kmemleak and
##                         more; slow, and what takes long is done less often
##   KOBJECT=1             kunit, with DEBUG=1: objects live on for some seconds
##   RT=1                  the guest's kernel: PREEMPT_RT (6.12 and newer)
##   PARTS="fuzz guards"   check-long: only these (scripts/check_long.py --list)
##   CYCLES=100            how many times the start and stop test goes round
##   QUICK=1               bench: only what has a target, in some minutes
##   BENCH_ROUNDS=8        bench: how many boots to measure in
##   BENCH_CPUS=1          bench: how many processors Linux has, of 2
##   BENCH_MINUTES=10      bench: and how it is after so many minutes
##   AMPKIT_CACHE=DIR      where kernels are kept (~/.cache/ampkit)
##   V=1                   show every command and the guest's whole console
##   ARCH CROSS_COMPILE LLVM W C O MO INSTALL_MOD_PATH go on to kbuild

# What has to be installed on the host, asked for once at the start
deps:
	$(Q)scripts/deps run

deps-check:
	$(Q)scripts/deps run debug e2e check

run: deps
	$(Q)$(GUEST)
	$(Q)scripts/qemu.py run

shell: deps
	$(Q)$(GUEST)
	$(Q)scripts/qemu.py shell

coredump:
	$(Q)scripts/deps run debug
	$(Q)$(GUEST)
	$(Q)scripts/coredump.py

kunit: deps
	$(Q)$(GUEST)
	$(Q)scripts/qemu.py kunit

e2e:
	$(Q)scripts/deps run e2e
	$(Q)$(GUEST)
	$(Q)scripts/qemu.py e2e

boots: deps
	$(Q)$(GUEST)
	$(Q)scripts/boots.py

# The same tests on a kernel that counts; takes some minutes, and no part in
# check
ifdef COVERAGE
coverage:
	$(Q)scripts/deps run e2e
	$(Q)$(GUEST)
	$(Q)scripts/coverage.py
else
coverage:
	$(Q)$(MAKE) COVERAGE=1 coverage
endif

# Takes some minutes, and no part in check: it tests the tests
guards: deps
	$(Q)$(MAKE) kernel
	$(Q)scripts/guards.py

# Modules and programs that nothing else needs, on a kernel without the checks
# that tests want
ifdef BENCH
bench:
	$(Q)scripts/deps run bench
	$(Q)$(GUEST) AMPKIT_BENCH=y
	$(Q)scripts/bench.py
else
bench:
	$(Q)$(MAKE) BENCH=1 bench
endif

host: deps
	$(Q)scripts/host_tests.py

lint: deps-check
	$(Q)$(MAKE) kernel
	$(Q)scripts/lint

check: deps-check
	$(Q)scripts/check

check-long: deps-check
	$(Q)scripts/check_long.py

source:
	$(Q)scripts/kernel source

kernel: source
	$(Q)scripts/kernel build

ifdef KDIR
export KDIR
modules:
	$(Q)scripts/modules build/kdir
	@echo "the modules are below $(or $(MO),build/kdir)"

modules_install: modules
	$(Q)scripts/modules build/kdir $@
else
modules: kernel
	$(Q)KDIR=$(BUILD)/kernel scripts/modules $(GUEST_MODULES)

modules_install: modules
	$(Q)KDIR=$(BUILD)/kernel scripts/modules $(GUEST_MODULES) $@
endif

dtbs: $(if $(KDIR),,source)
	$(Q)scripts/dtbs $(BUILD)/dtb

firmware:
	$(Q)for machine in $(MACHINES); do \
		$(MAKE) -C firmware-example MACHINE=$$machine \
			O=$(CURDIR)/$(BUILD)/firmware/$$machine || exit; \
	done

programs:
	$(Q)scripts/busybox $(BUILD)/busybox
	$(Q)scripts/liburing $(BUILD)/liburing
	$(Q)scripts/guest-programs $(BUILD)/guest

# Everything QEMU is given
guest: modules dtbs firmware programs
	$(Q)scripts/initramfs $(BUILD)/initramfs.cpio

clean:
	$(Q)rm -rf build

# SPDX-License-Identifier: GPL-2.0-only
#
# The module is built by the kernel's own build system from Kbuild; this file
# is what people type. "make help" lists it.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
INSTALL_MOD_PATH ?= $(DESTDIR)
INSTALL_HDR_PATH ?= /usr
INSTALL ?= install
FILE ?=
TIME ?= 600

headers := $(DESTDIR)$(INSTALL_HDR_PATH)/include

# What kbuild reads from its command line or the environment, ARCH and
# CROSS_COMPILE among it, gets there by itself.
kbuild = $(MAKE) -C "$(KDIR)" M="$(CURDIR)"

modules: kernel-headers
	$(kbuild) modules

modules_install: kernel-headers
	$(kbuild) INSTALL_MOD_PATH="$(INSTALL_MOD_PATH)" modules_install

headers_install:
	$(INSTALL) -D -m 644 -t "$(headers)/linux" include/uapi/linux/ion.h
	$(INSTALL) -D -m 644 -t "$(headers)/ion" include/ion/*.h

kernel-headers:
	@[ -e "$(KDIR)/Makefile" ] || { \
		echo "no kernel headers in $(KDIR): install the package" \
			"linux-headers-$(KERNELRELEASE), or give KDIR=" >&2; \
		exit 1; }

demo:
	@tools/guest/demo $(if $(FILE),"$$FILE")
export FILE TIME

# What the rules of tools/check give to "make -C selftests install": ARCH,
# CROSS_COMPILE, STATIC=1, OUTPUT (where to build), INSTALL_PATH (where
# run_kselftest.sh is to be) and KSELFTEST_DIR (the kernel's
# tools/testing/selftests, with lib.mk and the runner). "make -C selftests
# original" comes before it, in another root, with the same but the last two.
check:
	@tools/check/run check

lint:
	@tools/check/run lint

litmus:
	@tools/check/litmus

bench:
	@tools/check/step bench

stress:
	@tools/check/step stress "$$TIME"

shell:
	@tools/guest/shell

format:
	@tools/check/step format

htmldocs:
	@tools/check/step build_documentation
	@echo "build/htmldocs/index.html"

clean:
	@[ ! -e "$(KDIR)/Makefile" ] || $(kbuild) clean
	rm -rf build

help:
	@echo 'On the machine that is to use it:'
	@echo '  modules          build ion.ko for the running kernel (default)'
	@echo '  modules_install  install it below /lib/modules'
	@echo '  headers_install  install the headers for programs'
	@echo '  clean            remove what was built'
	@echo 'In a riscv64 guest (installs and makes what it needs at first):'
	@echo '  demo             see the module carry a file; FILE= is yours'
	@echo '  check            build all, run every test on each kernel'
	@echo '  litmus           the proofs of the memory ordering alone'
	@echo '  stress           sleepers and wakers at random, TIME= seconds'
	@echo '  bench            packets per second beside io_uring'
	@echo '  shell            log into a guest with ion inserted'
	@echo 'For developers:'
	@echo '  lint             style and static checks'
	@echo '  format           write user-space code as lint wants it'
	@echo '  htmldocs         the documentation, in build/htmldocs'
	@echo '  help             this list'
	@echo 'Variables:'
	@echo '  KERNELRELEASE=$(KERNELRELEASE)'
	@echo '  KDIR=$(KDIR)'
	@echo '  INSTALL_MOD_PATH=$(INSTALL_MOD_PATH)  (default: DESTDIR)'
	@echo '  INSTALL_HDR_PATH=$(INSTALL_HDR_PATH)'
	@echo '  ARCH=$(ARCH)  CROSS_COMPILE=$(CROSS_COMPILE)  DESTDIR=$(DESTDIR)'

.PHONY: modules modules_install headers_install kernel-headers demo check lint
.PHONY: litmus stress bench shell format htmldocs clean help
.DEFAULT_GOAL := modules

# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own build system builds the module, from Kbuild. This file has the
# targets that people type; "make help" lists them.

KERNELRELEASE ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
INSTALL_MOD_PATH ?= $(DESTDIR)
INSTALL_HDR_PATH ?= /usr
PREFIX ?= /usr/local
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
INSTALL ?= install
FILE ?=
TIME ?= 600

include packaging/paths.mk

# Rules of other folders run there, so make relative paths absolute here.
absolute = $(if $(1),$(abspath $(1)))
dest := $(call absolute,$(DESTDIR))
mod_path := $(call absolute,$(INSTALL_MOD_PATH))
headers := $(dest)$(INSTALL_HDR_PATH)/include
header_files := $(addprefix $(headers)/,linux/ion.h linux/ion_net.h \
	$(patsubst include/%,%,$(wildcard include/ion/*.h)))
rules := $(dest)$(UDEVDIR)/60-ion.rules $(dest)$(SYSUSERSDIR)/ion.conf
stage := $(CURDIR)/build/stage
version := 0.1.0
dkms := $(dest)/usr/src/ion-$(version)

# Variables of the command line and of the environment, such as ARCH and
# CROSS_COMPILE, reach kbuild without being passed on here.
kbuild = $(MAKE) -C "$(KDIR)" M="$(CURDIR)"

release = $(shell cat "$(KDIR)/include/config/kernel.release")

# The headers of a distribution make kbuild sign modules, but contain no key.
sign_key = $(shell sed -n 's/^CONFIG_MODULE_SIG_KEY=//p' \
	"$(KDIR)/include/config/auto.conf" 2>/dev/null | tr -d '"')
unsigned = $(if $(filter pkcs11:%,$(sign_key))$(wildcard \
	$(sign_key) $(KDIR)/$(sign_key)),,CONFIG_MODULE_SIG_ALL=)

all: modules user

modules: kernel-headers
	$(kbuild) modules

# kbuild may stop half way, so it installs to a folder in build first.
modules_install: can-write-INSTALL_MOD_PATH can-depmod modules
	@rm -rf "$(stage)"
	$(kbuild) INSTALL_MOD_PATH="$(stage)" $(unsigned) modules_install
	@packaging/install-module "$(mod_path)" "$(release)" "$(stage)"

headers_install: can-write-INSTALL_HDR_PATH
	$(INSTALL) -D -m 644 -t "$(headers)/linux" include/uapi/linux/ion*.h
	$(INSTALL) -D -m 644 -t "$(headers)/ion" include/ion/*.h

kernel-headers:
	@packaging/has-headers "$(KDIR)" "$(KERNELRELEASE)"

# The parts that run in user space. Each has an install rule of its own.
user_parts := $(patsubst %/Makefile,%,lib/Makefile \
	tools/ionctl/Makefile man/Makefile)

user: jansson
	@for part in $(user_parts); do \
		$(MAKE) -C $$part || exit; \
	done

# Use the compiler that builds the parts.
jansson: CC := $(if $(filter default,$(origin CC)),$(CROSS_COMPILE)gcc,$(CC))
jansson:
	@echo '#include <jansson.h>' | $(CC) $(CPPFLAGS) -E - >/dev/null 2>&1 || { \
		echo 'no jansson.h for ionctl: install the package' \
			'libjansson-dev (make modules does without)' >&2; \
		exit 1; }

# Install nothing before everything is built, and every file can be written.
install: can-install-module can-install-user modules user
	@$(MAKE) --no-print-directory install-module
	@$(MAKE) --no-print-directory install-user
	@$(if $(dest)$(mod_path),,echo 'now: modprobe ion')

install-module: can-install-module modules
	@$(MAKE) --no-print-directory modules_install
	@$(MAKE) --no-print-directory install-rules

install-rules: can-install-rules
	$(INSTALL) -D -m 644 -t "$(dest)$(UDEVDIR)" packaging/60-ion.rules
	$(INSTALL) -D -m 644 -t "$(dest)$(SYSUSERSDIR)" packaging/ion.conf
	@$(if $(dest),,packaging/activate group "$(SYSUSERSDIR)/ion.conf")

install-user: can-install-user user
	@for part in $(user_parts); do \
		$(MAKE) -C $$part install DESTDIR="$(dest)" || exit; \
	done
	@$(if $(dest),,packaging/activate library)

can-install-module: can-write-INSTALL_MOD_PATH can-install-rules can-depmod

can-depmod: kernel-headers
	@packaging/install-module "$(mod_path)" "$(release)"

can-install-rules:
	@packaging/can-write "UDEVDIR SYSUSERSDIR PREFIX" $(rules)

can-install-user:
	@for part in $(user_parts); do \
		$(MAKE) -s --no-print-directory -C $$part can-install \
			DESTDIR="$(dest)" || exit; \
	done

# Remove everything that the targets above may have installed, for any kernel. This
# needs no built files, and no tools that build them.
uninstall:
	@list=$$(for part in $(user_parts); do \
		$(MAKE) -s --no-print-directory -C $$part list-installed \
			DESTDIR="$(dest)" || exit; \
	done) && printf '%s\n' $$list $(rules) $(header_files) $(wildcard \
		$(mod_path)/lib/modules/*/updates/drivers/ion/ion.ko* \
		$(mod_path)/lib/modules/*/updates/drivers/ion_net/ion_net.ko*) | \
		packaging/remove "$(dest)$(PREFIX)" "$(mod_path)" "$(headers)"
	@$(if $(dest),,packaging/activate library)

# Install the module's sources in the layout of dkms.
dkms-source: can-write-DESTDIR
	@rm -rf "$(dkms)"
	@find Kbuild drivers include LICENSES -type f ! -name '*.mod.c' \
		\( -name '*.[ch]' -o -name Kbuild -o -path 'LICENSES/*' \) | \
	while read -r file; do \
		$(INSTALL) -D -m 644 "$$file" "$(dkms)/$$file" || exit; \
	done
	$(INSTALL) -m 644 COPYING dkms.conf "$(dkms)"

# Install the udev rule and the group too. Remove an older copy of this version first,
# and remove everything again if dkms cannot build it.
dkms-install: dkms-tool can-write-DESTDIR can-install-rules modules
	@$(MAKE) --no-print-directory dkms-uninstall
	@$(MAKE) --no-print-directory dkms-source install-rules
	dkms add ion/$(version) && \
	dkms build ion/$(version) -k $(KERNELRELEASE) && \
	dkms install ion/$(version) -k $(KERNELRELEASE) || \
		{ $(MAKE) --no-print-directory dkms-uninstall; exit 1; }

dkms-uninstall: dkms-tool can-write-DESTDIR
	@[ -z "$$(dkms status ion/$(version))" ] || \
		dkms remove ion/$(version) --all
	@rm -rf "$(dkms)"
	@printf '%s\n' $(rules) | packaging/remove "$(dest)$(PREFIX)"

dkms-tool:
	@command -v dkms >/dev/null || { \
		echo 'no dkms here: install the package dkms' >&2; exit 1; }

deb:
	@tools/package/build

# Check that every file can be written, before any is.
can-write-INSTALL_MOD_PATH: place = $(mod_path)/lib/modules/
can-write-INSTALL_HDR_PATH: place = $(header_files)
can-write-DESTDIR: place = $(dkms)/

can-write-%:
	@packaging/can-write $* $(place)

demo:
	@tools/guest/demo $(if $(FILE),"$$FILE")
export FILE TIME SHUFFLE

# The rules of tools/check set these for "make -C selftests install": ARCH,
# CROSS_COMPILE, STATIC=1, OUTPUT (where to build), INSTALL_PATH (the folder for
# run_kselftest.sh) and KSELFTEST_DIR (the kernel's tools/testing/selftests, with
# lib.mk and the runner). They run "make -C selftests original" before it, in
# another root, with the same variables except the last two.
check:
	@tools/check/run check

lint:
	@tools/check/run lint

check-debug:
	@tools/check/run debug

check-machines:
	@ALL="$(ALL)" tools/check/run machines

check-kcsan:
	@ALL="$(ALL)" tools/check/run kcsan

litmus:
	@tools/check/litmus

model:
	@tools/check/model
	@tools/check/protocol

coverage:
	@tools/check/coverage

kunit:
	@tools/check/step kunit

guards:
	@tools/check/guards

mutants:
	@tools/check/mutants $(if $(N),--count "$(N)") $(if $(SEED),--seed "$(SEED)")

bench:
	@tools/check/step bench

bench-uml:
	@tools/check/step bench_uml

bench-native:
	@tools/check/step bench_native

baseline:
	@tools/check/step baseline

stress:
	@tools/check/step stress "$$TIME"

soak:
	@tools/check/soak $(if $(filter file,$(origin TIME)),3600,"$$TIME")

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
	@echo 'On the machine that will use ion:'
	@echo '  all              build both of the next two (default)'
	@echo '  modules          ion.ko and ion_net.ko for the running kernel'
	@echo '  user             the library and ionctl'
	@echo '  install          install both of the next two'
	@echo '  install-module   the modules, udev rule, group ion'
	@echo '  install-user     the library, its headers, ionctl, man pages'
	@echo '  uninstall        remove what the install targets above installed'
	@echo '  dkms-install     have dkms build it for each kernel, now and later'
	@echo '  dkms-uninstall   remove what dkms-install installed'
	@echo '  modules_install  install only the module, below /lib/modules'
	@echo '  headers_install  install only the headers for programs'
	@echo '  clean            remove what was built'
	@echo 'In a riscv64 guest (the first run installs and builds what it needs):'
	@echo '  demo             carry a file through the module; FILE= names another one'
	@echo '  check            build all and run every test on each kernel;'
	@echo '                   SHUFFLE=yes in random order, SHUFFLE=SEED repeats it'
	@echo '  check-debug      every test on a kernel with debug checks'
	@echo '  coverage         which lines of the module the tests run'
	@echo '  check-machines   tests on x86_64 and arm64, and as 32-bit programs'
	@echo '  check-kcsan      tests on a kernel that reports data races'
	@echo '  litmus           only the proofs of the memory ordering'
	@echo '  model            only the proofs of the ring and of the protocol'
	@echo '  kunit            only the KUnit suites, at native speed'
	@echo '  guards           remove each guard of the module: does its test fail?'
	@echo '  mutants          make N= random mistakes (SEED=): does a test fail?'
	@echo '  stress           sleepers and wakers at random, TIME= seconds'
	@echo '  soak             the fuzzer and more, TIME= seconds, in the debug guest'
	@echo '  bench            packets per second, compared with other mechanisms'
	@echo '  bench-uml        the same in User Mode Linux, at native speed'
	@echo '  bench-native     the ring compared with others, on this machine'
	@echo '  baseline         record the cost of a packet, which check compares'
	@echo '  shell            log into a guest with ion inserted'
	@echo 'For developers:'
	@echo '  lint             style and static checks'
	@echo '  format           format user-space code as lint requires'
	@echo '  htmldocs         the documentation, in build/htmldocs'
	@echo '  deb              Debian packages, in build/deb'
	@echo '  help             this list'
	@echo 'Variables:'
	@echo '  KERNELRELEASE=$(KERNELRELEASE)'
	@echo '  KDIR=$(KDIR)'
	@echo '  INSTALL_MOD_PATH=$(INSTALL_MOD_PATH)  (default: DESTDIR)'
	@echo '  INSTALL_HDR_PATH=$(INSTALL_HDR_PATH)  (headers_install alone)'
	@echo '  PREFIX=$(PREFIX)  LIBDIR, BINDIR, MANDIR, UDEVDIR: below it'
	@echo '  ARCH=$(ARCH)  CROSS_COMPILE=$(CROSS_COMPILE)  DESTDIR=$(DESTDIR)'

.PHONY: all modules user modules_install headers_install kernel-headers
.PHONY: jansson demo check lint install install-module install-rules install-user uninstall
.PHONY: can-install-module can-install-rules can-install-user can-depmod
.PHONY: dkms-source dkms-install dkms-uninstall dkms-tool deb
.PHONY: check-debug litmus model guards mutants stress bench bench-uml bench-native shell format htmldocs clean help
.PHONY: coverage kunit baseline check-machines check-kcsan
.DEFAULT_GOAL := all

# SPDX-License-Identifier: GPL-2.0-only
#
# The test in another language. Without its compiler, use the program that was built
# before, or else a test that is skipped and prints the reason.

NIM ?= nim
nim_cpu_riscv64 := riscv64
nim_cpu_x86_64 := amd64
nim_cpu_aarch64 := arm64
nim_gcc := $(CROSS_COMPILE)gcc
nim_cpu := $(nim_cpu_$(firstword $(subst -, ,$(shell $(nim_gcc) -dumpmachine))))
nim_flags := --cpu:$(nim_cpu) --os:linux --cc:gcc --gcc.exe:$(nim_gcc) \
	--gcc.linkerexe:$(nim_gcc) --mm:arc -d:useMalloc -d:release \
	--threads:off --hints:off --warnings:on --passL:-static \
	--nimcache:$(OUTPUT)/nim/cache --skipParentCfg --skipUserCfg

$(OUTPUT)/original: original.nim original.mk FORCE
	@mkdir -p $(OUTPUT)/nim
	@if command -v $(NIM) >/dev/null; then \
		$(MAKE) -s -f original.mk OUTPUT=$(OUTPUT) $(OUTPUT)/nim/original; \
	fi
	@if [ $(OUTPUT)/nim/original -nt original.nim ]; then \
		cp $(OUTPUT)/nim/original $@; \
	else \
		printf '%s\n' '#!/bin/sh' 'echo TAP version 13' \
			'echo "1..0 # SKIP built without a Nim compiler"' \
			'exit 4' >$@; \
		chmod +x $@; \
	fi

$(OUTPUT)/nim/original: original.nim
	@echo '  NIM      original.nim'
	@$(NIM) c $(nim_flags) --out:$@ $<

.PHONY: FORCE

# SPDX-License-Identifier: GPL-2.0-only
#
# Compile the headers in every language, dialect and width that this compiler knows.
# The test is that they compile.

abi_headers := ../../include/uapi/linux/ion.h ../../include/ion/ring.h \
	../../include/ion/attach.h ../../include/ion/barrier.h \
	../../include/ion/barrier_end.h
abi_flags := -I../../include/uapi -I../../include -fsyntax-only -Werror \
	-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
	-Wcast-qual -Wundef -Wstrict-aliasing=2 -O2

abi_c := c99 c11 c17 gnu99 gnu11 gnu17 gnu2x
abi_cxx := c++11 c++14 c++17 c++20 gnu++11 gnu++20 gnu++2b

# A 32-bit target of the same compiler. It needs no C library.
abi_machine := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
abi_32_riscv64 := -march=rv32imac -mabi=ilp32
abi_32_x86_64 := -m32
abi_32 := $(abi_32_$(abi_machine))

# i386 differs most from 64 bits: test it if there is a compiler for it.
abi_i386 := $(shell command -v i686-linux-gnu-gcc)

have_cxx := $(shell command -v $(CXX))

$(OUTPUT)/abi: $(OUTPUT)/abi_headers.ok

$(OUTPUT)/abi_headers.ok: abi_headers.c abi_layout.h $(abi_headers) abi.mk
	@echo '  DIALECTS abi_headers.c'
	@set -e; for std in $(abi_c); do \
		$(CC) $(abi_flags) -std=$$std $<; \
	done
	@set -e; for std in $(if $(have_cxx),$(abi_cxx)); do \
		$(CXX) $(abi_flags) -std=$$std -x c++ $<; \
	done
	@$(CC) $(abi_flags) -U__BYTE_ORDER__ -D__BYTE_ORDER__=4321 $< 2>&1 | \
		grep -q 'error.*are little-endian' || \
		{ echo 'a big-endian machine is not refused' >&2; exit 1; }
	$(if $(abi_32),@$(CC) $(abi_flags) $(abi_32) -ffreestanding $<)
	$(if $(abi_i386),@$(abi_i386) $(abi_flags) -ffreestanding $<)
	@touch $@

ifneq ($(have_cxx),)
$(OUTPUT)/abi: $(OUTPUT)/abi_cxx.o
$(OUTPUT)/abi_cxx.o: abi_cxx.cc abi_layout.h $(abi_headers)
	@echo '  CXX      abi_cxx.cc'
	@$(CXX) -O2 -Wall -Wextra -Werror -fno-exceptions -fno-rtti \
		-I../../include/uapi -I../../include -c $< -o $@
$(OUTPUT)/abi: CPPFLAGS += -DION_HAVE_CXX
endif

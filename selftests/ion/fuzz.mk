# SPDX-License-Identifier: GPL-2.0-only
#
# The fuzzer, which is of several files.

fuzz_files := $(wildcard fuzz_*.c)

$(OUTPUT)/fuzz: $(fuzz_files) fuzz.h
$(OUTPUT)/fuzz: LOCAL_HDRS += fuzz.h

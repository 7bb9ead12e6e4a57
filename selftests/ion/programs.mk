# SPDX-License-Identifier: GPL-2.0-only
#
# Programs of several files, and the parts that programs share: these are built once,
# and each program is linked with those that it uses.

$(OUTPUT)/fuzz: $(wildcard fuzz_*.c) long_test.c
$(OUTPUT)/hostile: $(wildcard hostile_*.c) long_test.c
$(OUTPUT)/state: $(wildcard state_*.c) long_test.c
$(OUTPUT)/stress: $(wildcard stress_*.c) long_test.c
$(OUTPUT)/direct_stress: stress_worker.c long_test.c
$(OUTPUT)/direct_hostile: direct_victim.c long_test.c
$(OUTPUT)/direct_foreign: direct_victim.c long_test.c
$(OUTPUT)/port_race: long_test.c

shared := channel ion_live kernel_log console options arena_test pair_test direct_test port_test \
	errors_test serve_test selftest_report service_test starve_test trace_test uring_test net_test \
	fault_block fault_page fault_sweep fault_test
shared_objects := $(addprefix $(OUTPUT)/shared/,$(addsuffix .o,$(shared)))

$(shared_objects): $(OUTPUT)/shared/%.o: %.c $(LOCAL_HDRS)
	@mkdir -p $(@D)
	$(call msg,CC,,$@)
	$(Q)$(COMPILE.c) -o $@ $<

$(OUTPUT)/shared.a: $(shared_objects)
	$(call msg,AR,,$@)
	$(Q)rm -f $@
	$(Q)$(CROSS_COMPILE)ar rcs $@ $^

$(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED): $(OUTPUT)/shared.a

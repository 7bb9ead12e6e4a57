# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of "make check-machines" and "make check-kcsan": other architectures,
# other numbers of processors, programs of 32 bits, and data races.

readonly other_machines=(x86_64 arm64)

machines_steps()
{
	local arch

	step "selftests" install_selftests
	in_parallel processor_steps machine_steps
}

# The tests whose waits, wake-ups and races depend on the number of processors.
processor_steps()
{
	local count

	for count in 1 2 4 8; do
		tap_step "$count processors" run_on_processors "$count"
	done
}

machine_steps()
{
	local arch k

	for arch in "${other_machines[@]}"; do
		step "selftests for $arch" install_selftests "$arch"
		for k in $(stock_kernels "$arch"); do
			step "modules for $k on $arch" \
				"$guest/build-module" --all --kernel "$k" --arch "$arch"
			tap_step "selftests on $k on $arch" \
				run_machine "$arch" "$k"
		done
	done
	step "library by clang" library_by_clang
	step "selftests of 32 bits" install_selftests_32
	for k in $(stock_kernels x86_64); do
		tap_step "selftests of 32 bits on $k" run_machine_32 "$k"
	done
}

kcsan_steps()
{
	step "selftests for x86_64" install_selftests x86_64
	step "modules for kcsan" \
		"$guest/build-module" --all --kernel kcsan --arch x86_64
	tap_step "selftests on kcsan" run_kcsan
}

# The tests of every topic, without long random ones.
readonly machine_tests=(abi ring mapping ioctl errors errors_setup errors_limits poison counters
	split split_ring wait wait_poll wait_event rw rw_uring serve serve_end stress
	arena arena_owner arena_reset arena_map source big
	pair pair_join pair_stamp pair_arena direct direct_wake direct_rights
	service_calls service_wake service_life service_arena service_flood service_device
	library list trace selftest original)

# runner_options TEST...: print the options of the runner that select these tests;
# none with ALL=1, which runs all tests.
runner_options()
{
	[ -n "${ALL-}" ] || printf -- '-t ion:%s ' "$@"
}

# run_machine ARCH KERNEL [TEST...]: run the selftests in one boot.
run_machine()
{
	local tests=("${@:3}")

	[ $# -gt 2 ] || tests=("${machine_tests[@]}")
	# shellcheck disable=SC2046
	run_guest "$2" --arch "$1" --timeout 1800 --log "build/log/kernel-$1-$2" \
		--add "build/kselftest-$1" -- "kselftest-$1/run_kselftest.sh" \
		--override-timeout 600 $(runner_options "${tests[@]}")
}

# run_on_processors COUNT: run the selftests that have threads.
run_on_processors()
{
	# shellcheck disable=SC2046
	run_guest "$default_kernel" --smp "$1" --timeout 1800 \
		--log "build/log/kernel-$1-processors" --add build/kselftest \
		-- kselftest/run_kselftest.sh $(runner_options \
			wait wait_poll wait_event rw serve serve_end stress \
			hostile arena_hostile list processes pair_end pair_wake \
			direct_wake direct_stress direct_hostile direct_foreign direct_gone \
			service_wake service_flood service_race service_kill \
			selftest_live big)
}

# run_kcsan: run the tests that have threads. A word is watched for longer than by
# default, because an emulated processor may not run meanwhile.
run_kcsan()
{
	# shellcheck disable=SC2046
	run_guest kcsan --arch x86_64 --timeout 3600 --log build/log/kernel-kcsan \
		--append "kcsan.udelay_task=1500 kcsan.udelay_interrupt=300 kcsan.skip_watch=400" \
		--add build/kselftest-x86_64 \
		-- kselftest-x86_64/run_kselftest.sh --override-timeout 600 \
		$(runner_options wait wait_event rw serve serve_end stress list \
			processes arena_owner pair pair_wake pair_arena source \
			direct_wake direct_stress direct_gone \
			service_wake service_flood service_race)
}

# clang builds the library here, and the module for the kcsan kernel.
library_by_clang()
{
	"$guest/in-root" --arch x86_64 -- make -s -C lib all CC=clang CXX=clang++ \
		"CFLAGS=-O2 -g -Werror" "OUTPUT=$top/build/lib-clang"
}

# install_selftests_32: build them as programs of 32 bits, which x86_64 runs too.
# Those of ionctl are left out: there is no 32-bit library for JSON.
install_selftests_32()
{
	"$guest/in-root" --arch x86_64 -- make -C selftests install STATIC=1 \
		collections=ion ARCH=i386 CROSS_COMPILE=i686-linux-gnu- \
		"KSELFTEST_DIR=$source/tools/testing/selftests" \
		"OUTPUT=$top/build/selftests-i386" \
		"INSTALL_PATH=$top/build/kselftest-i386"
}

run_machine_32()
{
	# shellcheck disable=SC2046
	run_guest "$1" --arch x86_64 --timeout 1800 \
		--log "build/log/kernel-i386-$1" --add build/kselftest-i386 \
		-- kselftest-i386/run_kselftest.sh \
		$(runner_options "${machine_tests[@]}")
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of "make check". A new test adds its line to one of these functions.

readonly source=/usr/src/linux-source-6.12	# in the root of Debian 13
readonly guest=tools/guest

check_steps()
{
	local k

	for k in $(stock_kernels); do
		step "modules for $k" "$guest/build-module" --all --kernel "$k"
	done
	step "selftests" install_selftests
	# Run guests alone: a guest that waits for a processor misses its times.
	guest_steps
	in_parallel proof_steps host_steps
}

guest_steps()
{
	local k

	for k in $(stock_kernels); do
		kernel_steps "$k"
	done
	tap_step "waiting on one processor" run_on_one_processor
	tap_step "without the self-test" run_without_selftest
	step "samples" build_samples
	for k in $(stock_kernels); do
		tap_step "samples on $k" run_samples "$k"
	done
}

# Run the proofs, which explore every order and every state.
proof_steps()
{
	tap_step "litmus" tools/check/litmus
	tap_step "model" tools/check/model
	tap_step "protocol" tools/check/protocol
	# User Mode Linux only runs on x86_64.
	[ "$(uname -m)" != x86_64 ] || tap_step "KUnit" run_kunit uml
}

host_steps()
{
	tap_step "headers" headers_compile
	tap_step "C libraries" in_root tools/check/libc
	tap_step "library" in_root make -s -C lib check
	tap_step "ionctl" in_root tools/ionctl/tests/run
	tap_step "man pages" in_root make -s -C man check
	tap_step "packages" tools/package/test
	step "benchmarks" build_benchmarks
	tap_step "instructions" count_instructions
	step "README" make -C samples check
	step "documentation" build_documentation
}

# kernel_steps KERNEL: run the selftests on it.
kernel_steps()
{
	tap_step "selftests on $1" run_selftests "$1"
	tap_step "misuse on $1" run_misuse "$1"
}

# Run the tests that are not too slow for the debug kernel.
debug_steps()
{
	step "modules for debug" "$guest/build-module" --all --kernel debug
	step "selftests" install_selftests
	tap_step "selftests on debug" run_selftests debug 3600 \
		--override-timeout 900
	tap_step "misuse on debug" run_misuse debug
	tap_step "KUnit on debug" run_kunit debug
}

# copy_changed FOLDER: copy the files whose names are on stdin, each ended by a NUL,
# to the folder, unless they are the same there.
copy_changed()
{
	local file

	while IFS= read -rd '' file; do
		[ ! -f "$file" ] || cmp -s "$file" "$1/$file" ||
			cp --parents "$file" "$1"
	done
}

in_root()
{
	"$guest/in-root" -- "$@"
}

# install_selftests [ARCH]: build them for the guests, in kselftest's own layout.
# The one in Nim is built in the root of Debian testing, which has the compiler.
# shellcheck disable=SC2120
install_selftests()
{
	local other=${1:+-$1} in=("$guest/in-root" --arch "${1-$default_arch}")
	local make

	load_data arch "${1-$default_arch}"
	make=(make "-j$(nproc)" -C selftests STATIC=1 "ARCH=$ARCH_KBUILD"
	      "CROSS_COMPILE=$ARCH_CROSS" "OUTPUT=$top/build/selftests$other")
	"${in[@]}" --kernel 7.2 -- "${make[@]}" original || return
	"${in[@]}" -- "${make[@]}" install \
		"KSELFTEST_DIR=$source/tools/testing/selftests" \
		"INSTALL_PATH=$top/build/kselftest$other"
}

# run_guest KERNEL [--arch ARCH] [OPTION...]: run a guest with all modules, which the
# tests insert.
run_guest()
{
	local target=(--kernel "$1") modules module adds=()

	shift
	if [ "$1" = --arch ]; then
		target+=(--arch "$2")
		shift 2
	fi
	modules=$("$guest/build-module" --all "${target[@]}") || return
	for module in $modules; do
		adds+=(--add "$module")
	done
	"$guest/run" "${target[@]}" "${adds[@]}" "$@"
}

# run_selftests KERNEL [SECONDS [OPTION...]]: run all of them in one boot.
run_selftests()
{
	local tests=build/kselftest

	if [ -n "${SHUFFLE-}" ]; then
		shuffle_selftests "$SHUFFLE" || return
		tests=build/shuffled/kselftest
	fi
	run_guest "$1" --timeout "${2-900}" --log "build/log/kernel-$1" \
		--add "$tests" -- kselftest/run_kselftest.sh "${@:3}"
}

# shuffle_selftests SEED|yes: make a copy of them with another order.
shuffle_selftests()
{
	local seed=$1 list=build/shuffled/kselftest/kselftest-list.txt

	[ "$seed" != yes ] || seed=$((RANDOM * 32768 + RANDOM))
	[[ $seed =~ ^[0-9]+$ ]] ||
		die "SHUFFLE is a whole number, or yes, not '$seed'"
	echo "# the selftests in another order: SHUFFLE=$seed"
	rm -rf build/shuffled
	mkdir -p build/shuffled
	cp -al build/kselftest build/shuffled
	rm "$list"
	awk -v seed="$seed" 'BEGIN { srand(seed) } { print rand() "\t" $0 }' \
		build/kselftest/kselftest-list.txt | LC_ALL=C sort |
		cut -f 2- >"$list"
}

# run_misuse KERNEL: the test makes mistakes like a bad module, and checks that the
# kernel warns. All other tests must run without a warning.
run_misuse()
{
	run_guest "$1" --expect 'WARNING: .*\[ion\]' \
		--log "build/log/kernel-misuse-$1" \
		--add build/kselftest/ion -- ion/service_misuse
}

# run_without_selftest: insert a module that has no ION_IOC_SELFTEST, and run the tests
# of that call and of the ABI on it.
run_without_selftest()
{
	local module modules

	modules=$("$guest/build-module" --no-selftest) || return
	module=$(grep '/ion\.ko$' <<<"$modules")
	# shellcheck disable=SC2016
	"$guest/run" --no-module --timeout 120 --add "$module" \
		--add build/kselftest/ion -- sh -c \
		'insmod ion.ko && ion/selftest -t without_its_feature_bit_the_call_is_enotty &&
		ion/abi && rmmod ion'
}

# run_kunit KERNEL: run the KUnit tests of the module. The last suite makes the
# kernel warn, about ion or the module that called it last.
run_kunit()
{
	local modules

	modules=$("$guest/build-module" --all --kernel "$1") || return
	"$guest/run" --kernel "$1" --timeout 900 \
		--append 'kunit.enable=1 log_buf_len=4M' \
		--expect 'WARNING: .*\[ion(_kunit)?\]' \
		--log "build/log/kernel-kunit-$1" \
		--add "$(grep '/ion_kunit\.ko$' <<<"$modules")" \
		--add selftests/kunit/run.sh -- ./run.sh ion_kunit.ko
}

# kunit [KERNEL]: run the KUnit tests, and print how many passed.
kunit()
{
	local status=0

	run_kunit "${1-uml}" | tee build/log/kunit || status=$?
	awk -f tools/check/tap.awk build/log/kunit && return "$status"
}

# Build the samples, and the programs in the man pages.
build_samples()
{
	load_data arch "$default_arch"
	in_root make -C samples all lwip STATIC=1 "CROSS_COMPILE=$ARCH_CROSS" \
		"CFLAGS=-O2 -g -Werror" \
		"OUTPUT=$top/build/samples-$default_arch" || return
	in_root make -C man examples STATIC=1 "CROSS_COMPILE=$ARCH_CROSS" \
		"OUTPUT=$top/build/examples-$default_arch"
}

run_samples()
{
	local file adds=() examples=() modules

	modules=$("$guest/build-module" --kernel "$1") || return
	adds=(--add "$(grep '/ion_net\.ko$' <<<"$modules")")
	for file in samples/test.sh "build/samples-$default_arch"/*; do
		adds+=(--add "$file")
	done
	for file in "build/examples-$default_arch"/*.[1-9]; do
		adds+=(--add "$file")
		examples+=("./${file##*/}")
	done
	"$guest/run" --kernel "$1" "${adds[@]}" -- ./test.sh "${examples[@]}"
}

build_benchmarks()
{
	load_data arch "$default_arch"
	in_root make -C selftests/bench STATIC=1 "CROSS_COMPILE=$ARCH_CROSS" \
		"OUTPUT=$top/build/bench"
}

# Count the instructions for a packet, and compare them with the baseline.
count_instructions()
{
	run_count --add selftests/bench/baseline \
		-- ./ion_count --baseline baseline
}

# run_count [OPTION...]: run ion_count in a guest whose clock counts instructions,
# with the modules that it inserts.
run_count()
{
	local modules

	modules=$("$guest/build-module" --all) || return
	"$guest/run" --icount --add build/bench/ion_count \
		--add "$(grep '/ion_probe\.ko$' <<<"$modules")" \
		--add "$(grep '/ion_net\.ko$' <<<"$modules")" "$@"
}

# baseline: make the counts of now the baseline.
baseline()
{
	local new=build/bench/baseline

	build_benchmarks >&2 || return
	run_count -- ./ion_count --write >"$new" || return
	diff -u selftests/bench/baseline "$new" || :
	cp "$new" selftests/bench/baseline
}

# switch_rates [OPTION...]: compare how fast TCP is through a switch on ion and on TAP.
# With --icount, a second is 10^9 instructions of all programs and the kernel together.
switch_rates()
{
	# shellcheck disable=SC2119
	install_selftests >&2 || return
	run_guest "$default_kernel" "$@" --add build/kselftest/ionctl \
		--add build/kselftest/ion_net -- ion_net/switch.sh rates
}

# bench [OPTION...]: compare ion with its peers, on an otherwise idle machine.
bench()
{
	build_benchmarks >&2 || return
	bench_on "$default_kernel" build/bench guest "$@"
}

# bench_uml [OPTION...]: the same in User Mode Linux, at native speed.
bench_uml()
{
	"$guest/in-root" --kernel uml -- make -C selftests/bench STATIC=1 \
		"OUTPUT=$top/build/bench-uml" >&2 || return
	bench_on uml build/bench-uml uml "$@"
}

# bench_on KERNEL FOLDER NAME [OPTION...]: run ion_bench in a guest. The line that
# begins with { is the JSON, which goes to a file here.
bench_on()
{
	local json=build/bench/$3.json options=() kernel=$1 folder=$2

	shift 3
	while [ $# -gt 0 ]; do
		case $1 in
		--json) json=${2?"--json takes a file"}; shift ;;
		*) options+=("$1") ;;
		esac
		shift
	done
	mkdir -p build/bench
	"$guest/run" --kernel "$kernel" --timeout 3600 \
		--add "$folder/ion_bench" \
		-- ./ion_bench --json /dev/stdout "${options[@]}" |
		awk -v json="$json" '/^{/ { print >json; next }
			{ print; fflush() }'
}

# bench_native [OPTION...]: compare the ring between two threads of this machine with
# the rings that Debian packages.
bench_native()
{
	local folder=build/bench/native in_bench=("$guest/in-root" --root bench --)

	"${in_bench[@]}" make -s -C selftests/bench/native "OUTPUT=$top/$folder" >&2 ||
		return
	"${in_bench[@]}" "$folder/ion_native" --json build/bench/native.json "$@"
}

# stress SECONDS: run the long form of the selftest, on each kernel in turn.
stress()
{
	local k seconds=${1-}

	[[ $seconds =~ ^[1-9][0-9]*$ ]] ||
		die "TIME is a whole number of seconds, not '$seconds'"
	# shellcheck disable=SC2119
	install_selftests >&2
	for k in $(stock_kernels); do
		"$guest/run" --kernel "$k" --timeout 0 \
			--add build/kselftest/ion/stress \
			-- ./stress --seconds "$seconds" || return
	done
}

# Run the tests that wait on one processor, where the other thread cannot run
# meanwhile.
run_on_one_processor()
{
	local test tests=()

	for test in wait wait_event rw serve serve_end stress service_wake \
		service_flood pair_wake direct_wake direct_stress; do
		tests+=(-t "ion:$test")
	done
	run_guest "$default_kernel" --smp 1 --timeout 900 \
		--log build/log/kernel-one --add build/kselftest -- kselftest/run_kselftest.sh "${tests[@]}"
}

# headers_compile: compile each public header alone, as C and C++, for 64 and 32
# bits; every warning is an error.
headers_compile()
{
	local header cpu number=0

	for header in linux/ion.h linux/ion_net.h $(cd include && echo ion/*.h); do
		for cpu in riscv64 i686; do
			header_compiles "$cpu-linux-gnu-gcc -x c -std=gnu11"
			header_compiles "$cpu-linux-gnu-g++ -x c++ -std=gnu++17"
		done
	done
	echo "1..$number"
}

header_compiles()
{
	local result=ok

	# shellcheck disable=SC2086
	in_root $1 -Wall -Wextra -Werror -fsyntax-only -Iinclude/uapi \
		-Iinclude -include "$header" /dev/null || result="not ok"
	echo "$result $((number += 1)) $header: $1"
}

build_documentation()
{
	in_root env "KSRC=$source" sphinx-build -q -W --keep-going -b html \
		-d build/doctrees Documentation build/htmldocs
}

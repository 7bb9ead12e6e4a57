# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of "make check". A later test adds its line to check_steps.

readonly source=/usr/src/linux-source-6.12	# in the root of Debian 13
readonly guest=tools/guest

check_steps()
{
	local k

	for k in $(data_names kernels); do
		step "module for $k" $guest/build-module --kernel "$k"
	done
	tap_step "headers" headers_compile
	step "selftests" install_selftests
	for k in $(data_names kernels); do
		tap_step "selftests on $k" run_selftests "$k"
	done
	step "documentation" build_documentation
}

in_root()
{
	$guest/in-root -- "$@"
}

# install_selftests: build them for the guests, in kselftest's own layout.
install_selftests()
{
	load_data arch "$default_arch"
	in_root make -C selftests install STATIC=1 "ARCH=$ARCH_KBUILD" \
		"CROSS_COMPILE=$ARCH_CROSS" \
		"KSELFTEST_DIR=$source/tools/testing/selftests" \
		"OUTPUT=$top/build/selftests" \
		"INSTALL_PATH=$top/build/kselftest"
}

run_selftests()
{
	$guest/run --kernel "$1" --timeout 900 --log "build/log/kernel-$1" \
		--add build/kselftest -- kselftest/run_kselftest.sh
}

# headers_compile: each public header alone, in each language, for 64 and 32
# bits, with every warning an error.
headers_compile()
{
	in_root bash -c '
		strict="-Wall -Wextra -Werror -Wpedantic -fsyntax-only"
		number=0
		compile() {
			$1 $strict "${@:3}" -Iinclude/uapi -Iinclude \
				-include "$2" -x "$language" - </dev/null ||
				printf "not "
			echo "ok $((number += 1)) $2: ${*:1:1} ${*:3}"
		}
		for header in linux/ion.h $(cd include && ls ion/*.h); do
			for cpu in riscv64 i686; do
				language=c
				compile $cpu-linux-gnu-gcc $header -std=gnu11
				language=c++
				compile $cpu-linux-gnu-g++ $header -std=gnu++17
			done
		done
		echo "1..$number"
	'
}

build_documentation()
{
	in_root env "KSRC=$source" sphinx-build -q -W --keep-going -b html \
		-d build/doctrees Documentation build/htmldocs
}

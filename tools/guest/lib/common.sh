# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared by all commands of tools/guest: messages, statuses, data files. A command
# sets "program" and sources this file first.

# The statuses of tools/guest/run that are not the command's own.
readonly STATUS_TIMEOUT=124	# the guest did not end in time
readonly STATUS_TOOL=125	# bad option, or the tool itself failed
readonly STATUS_KERNEL=126	# the kernel reported a fault

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly guest_dir
top=$(cd "$guest_dir/../.." && pwd -P)
readonly top
if [[ $top == *[[:space:]]* ]]; then
	printf 'the kernel does not build in a path with spaces: %s\n' \
		"$top" >&2
	exit "$STATUS_TOOL"
fi
readonly default_kernel=6.12
readonly default_arch=riscv64

note()
{
	printf '%s: %s\n' "$program" "$*" >&2
}

die()
{
	note "$*"
	exit "$STATUS_TOOL"
}

# data_names KIND: print the names of data files (kernels, arch, roots) in a line.
data_names()
{
	local names=("$guest_dir/$1"/*)

	printf '%s ' "${names[@]##*/}"
}

# load_data KIND NAME: read a data file, or die with the list of those that exist.
load_data()
{
	local file=$guest_dir/$1/$2

	if [[ $2 == */* || ! -f $file ]]; then
		die "no '$2' in tools/guest/$1; there is: $(data_names "$1")"
	fi
	# shellcheck disable=SC1090
	. "$file"
}

# load_kernel NAME: read its data file, after setting the defaults.
load_kernel()
{
	KERNEL_ARCH='' KERNEL_FLAVOUR='' KERNEL_TOOLS=''
	KERNEL_CONFIG='' KERNEL_LLVM='' KERNEL_MEM=1G
	load_data kernels "$1"
}

# arch_has ARCH: whether the loaded kernel is available for that architecture. A
# kernel without KERNEL_ARCH is available for all that Debian has kernels for.
arch_has()
{
	if [ -n "$KERNEL_ARCH" ]; then
		[ "$KERNEL_ARCH" = "$1" ]
	else
		(load_data arch "$1" && [ -n "$ARCH_FLAVOUR" ])
	fi
}

# stock_kernels [ARCH]: print the names of Debian's own kernels in a line.
stock_kernels()
{
	local name names=()

	for name in $(data_names kernels); do
		load_kernel "$name"
		[ -z "$KERNEL_CONFIG" ] || continue
		arch_has "${1-$default_arch}" && names+=("$name")
	done
	printf '%s\n' "${names[*]}"
}

# load_target KERNEL ARCH [ROOT]: set the kernel, the architecture and the root
# that the rest of the tool uses. An empty ARCH means the one that the kernel is
# for, or the default. The root is that of the kernel's suite, a lean one if the
# architecture says so, or ROOT, another one of the same suite.
load_target()
{
	ARCH_LEAN=''
	load_kernel "$1"
	kernel=$1
	arch=${2:-${KERNEL_ARCH:-$default_arch}}
	load_data arch "$arch"
	arch_has "$arch" || die "kernel $kernel is not for $arch"
	root_name=${3:-$KERNEL_SUITE${ARCH_LEAN:+-lean}}
	load_data roots "$root_name"
}

# need_value OPTION COUNT: die unless the option has its value.
need_value()
{
	[ "$2" -ge 2 ] || die "option $1 needs a value"
}

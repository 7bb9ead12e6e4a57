# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel of a guest. Debian's own lie in the root of their suite; one that
# has a KERNEL_CONFIG is built from the suite's source, into the cache.
. "$guest_dir/lib/uml.sh"

# need_kernel: have the loaded target's kernel, and leave in $kernel_image and
# $kernel_headers where it is in the root, in $kernel_binds how it gets there.
need_kernel()
{
	local entry maker=kernel

	need_root
	kernel_binds=()
	kernel_image=/ion/kernels/$kernel/image
	kernel_headers=/usr/src/linux-headers-$(kernel_release)
	[ -n "$KERNEL_CONFIG" ] || return 0
	[ "$ARCH_KBUILD" != um ] || maker=uml
	cache_entry "kernel-$kernel-$arch" \
		"$(hash_of "$(kernel_from)" "$(kernel_config)" \
			"$(declare -f "${maker}_make" "${maker}_script")")" \
		"${maker}_make"
	kernel_binds=(--ro-bind "$entry" /kernel)
	kernel_image=/kernel/image
	kernel_headers=/kernel/build
}

# kernel_from: what tells one state of the source and of the compiler from
# another. The rest of the root may change without a new kernel.
kernel_from()
{
	local compiler=${ARCH_CROSS}gcc

	[ -z "$KERNEL_LLVM" ] || compiler=clang
	(cd "$root/usr" && stat -L -c '%n %s' "src/$KERNEL_SOURCE.tar.xz" \
		"bin/$compiler")
}

# kernel_release: the full name of the loaded target's kernel, if it is Debian's.
kernel_release()
{
	[ -n "$KERNEL_CONFIG" ] || cat "$root/ion/kernels/$kernel/release"
}

# kernel_config: the options of the loaded target's kernel.
kernel_config()
{
	local name file

	for name in "$arch" $KERNEL_CONFIG; do
		file=$guest_dir/configs/$name
		[ -f "$file" ] ||
			die "kernel $kernel is not for $arch: no $file"
		cat "$file"
	done
}

# kernel_compilers: leave in $compilers what tells kbuild of them.
kernel_compilers()
{
	compilers=("ARCH=$ARCH_KBUILD" "CROSS_COMPILE=$ARCH_CROSS")
	[ -z "$KERNEL_LLVM" ] || compilers+=("LLVM=$KERNEL_LLVM")
}

# kernel_make DIR: the maker of its cache entry: the image, and what modules are
# built with.
kernel_make()
{
	local enter start=$SECONDS kernel_binds=(--bind "$1" /kernel) compilers

	note "building the $kernel kernel, once (it takes ten minutes or more)"
	kernel_config >"$1/config" || return
	kernel_compilers
	prepare_enter
	"${enter[@]}" --chdir /kernel -- \
		env "${compilers[@]}" bash -euc "$(declare -f kernel_script)
			kernel_script $KERNEL_SOURCE $ARCH_IMAGE" \
		>"$1/log" 2>&1 || { tail -n 30 "$1/log" >&2; return 1; }
	note "built the $kernel kernel in $((SECONDS - start)) s"
}

# kernel_script SOURCE IMAGE: the part of kernel_make that runs in the root. An option
# that the source does not know, or that lacks another, is a mistake.
kernel_script()
{
	local make lost

	mkdir source build
	tar -xJf "/usr/src/$1.tar.xz" -C source --strip-components=1
	make=(make -s -C source "O=/kernel/build" "-j$(nproc)")
	"${make[@]}" KCONFIG_ALLCONFIG=/kernel/config allnoconfig
	lost=$(grep '^CONFIG' config | grep -vxFf build/.config || :)
	if [ -n "$lost" ]; then
		echo "options that are not to be had:" "$lost"
		return 1
	fi
	"${make[@]}" vmlinux "$2" modules
	cp "build/arch/$ARCH/boot/$2" image
	rm -r source/{Documentation,tools/testing} build/vmlinux*
	find build -not -path '*/scripts/*' \( -name '*.o' -o -name '*.a' \
		-o -name '*.cmd' -o -name '*Image*' -o -name '*.gcno' \) -delete
	find source -not -path '*/scripts/*' \( -name '*.[cS]' -o -name '*.dts*' \
		-o -name '*.h' -not -path '*/include/*' -path '*/drivers/*' \) \
		-delete
}

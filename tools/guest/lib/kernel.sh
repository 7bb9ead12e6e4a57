# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel of a guest. Debian's own kernels are in the root of their suite; a
# kernel with a KERNEL_CONFIG is built from the suite's source, into the cache.
. "$guest_dir/lib/uml.sh"

# need_kernel: make the loaded target's kernel if necessary. Set $kernel_image and
# $kernel_headers to its paths in the root, and $kernel_binds to the options that
# bind it there.
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

# kernel_from: identify the state of the kernel source and the compiler. Other
# changes of the root do not need a new kernel.
kernel_from()
{
	local compiler=${ARCH_CROSS}gcc

	[ -z "$KERNEL_LLVM" ] || compiler=clang
	(cd "$root/usr" && stat -L -c '%n %s' "src/$KERNEL_SOURCE.tar.xz" \
		"bin/$compiler")
}

# kernel_release: print the release of the loaded target's kernel if it is Debian's.
kernel_release()
{
	[ -n "$KERNEL_CONFIG" ] || cat "$root/ion/kernels/$kernel/release"
}

# kernel_config: print the options of the loaded target's kernel.
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

# kernel_compilers: set $compilers to the options that select kbuild's compilers.
kernel_compilers()
{
	compilers=("ARCH=$ARCH_KBUILD" "CROSS_COMPILE=$ARCH_CROSS")
	[ -z "$KERNEL_LLVM" ] || compilers+=("LLVM=$KERNEL_LLVM")
}

# kernel_make DIR: make its cache entry: the image, and the files that modules are
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

# kernel_script SOURCE IMAGE: the part of kernel_make that runs in the root. It
# fails if the source does not know an option, or the option needs another one.
kernel_script()
{
	local make lost

	mkdir source build
	tar -xJf "/usr/src/$1.tar.xz" -C source --strip-components=1
	make=(make -s -C source "O=/kernel/build" "-j$(nproc)")
	"${make[@]}" KCONFIG_ALLCONFIG=/kernel/config allnoconfig
	lost=$(grep '^CONFIG' config | grep -vxFf build/.config || :)
	if [ -n "$lost" ]; then
		echo "options that this kernel does not have:" "$lost"
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

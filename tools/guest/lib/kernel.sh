# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The kernel of a guest. Debian's own lie in the root of their suite; one that
# has a KERNEL_CONFIG is built from the suite's source, into the cache.

# need_kernel: have the loaded target's kernel, and leave in $kernel_image and
# $kernel_headers where it is in the root, in $kernel_binds how it gets there.
need_kernel()
{
	local entry

	need_root
	kernel_binds=()
	kernel_image=/ion/kernels/$kernel/image
	kernel_headers=/usr/src/linux-headers-$(kernel_release)
	[ -n "$KERNEL_CONFIG" ] || return 0
	cache_entry "kernel-$kernel-$arch" \
		"$(hash_of "$(kernel_from)" "$(cat "$(kernel_config "$KERNEL_CONFIG")" \
			"$(kernel_config "$arch")")" \
			"$(declare -f kernel_make kernel_script)")" \
		kernel_make
	kernel_binds=(--ro-bind "$entry" /kernel)
	kernel_image=/kernel/image
	kernel_headers=/kernel/build
}

# kernel_from: what tells one state of the source and of the compiler from
# another. The rest of the root may change without a new kernel.
kernel_from()
{
	(cd "$root/usr" && stat -L -c '%n %s' "src/$KERNEL_SOURCE.tar.xz" \
		"bin/${ARCH_CROSS}gcc")
}

# kernel_release: the full name of the loaded target's kernel, if it is Debian's.
kernel_release()
{
	[ -n "$KERNEL_CONFIG" ] || cat "$root/ion/kernels/$kernel/release"
}

# kernel_config NAME: the file with the options.
kernel_config()
{
	local file=$guest_dir/configs/$1

	[ -f "$file" ] || die "kernel $kernel is not for $arch: no $file"
	printf '%s\n' "$file"
}

# kernel_make DIR: the maker of its cache entry: the image, and what modules are
# built with.
kernel_make()
{
	local enter start=$SECONDS kernel_binds=(--bind "$1" /kernel)

	note "building the $kernel kernel, once (it takes ten minutes or more)"
	cat "$(kernel_config "$arch")" "$(kernel_config "$KERNEL_CONFIG")" \
		>"$1/config" || return
	prepare_enter
	"${enter[@]}" --setenv ARCH "$ARCH_KBUILD" \
		--setenv CROSS_COMPILE "$ARCH_CROSS" --chdir /kernel -- \
		bash -euc "$(declare -f kernel_script); kernel_script $KERNEL_SOURCE" \
		>"$1/log" 2>&1 || { tail -n 30 "$1/log" >&2; return 1; }
	note "built the $kernel kernel in $((SECONDS - start)) s"
}

# kernel_script SOURCE: the part of kernel_make that runs in the root. An option
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
	"${make[@]}" vmlinux Image modules
	cp build/arch/*/boot/Image image
	rm -r source/{Documentation,tools/testing} build/vmlinux*
	find build -not -path '*/scripts/*' \( -name '*.o' -o -name '*.a' \
		-o -name '*.cmd' -o -name 'Image*' -o -name '*.gcno' \) -delete
	find source -not -path '*/scripts/*' \( -name '*.[cS]' -o -name '*.dts*' \
		-o -name '*.h' -not -path '*/include/*' -path '*/drivers/*' \) \
		-delete
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# User Mode Linux: builds its kernel, and starts it instead of QEMU.

# uml_make DIR: make its cache entry, like kernel_make.
uml_make()
{
	local enter start=$SECONDS kernel_binds=(--bind "$1" /kernel)

	[ "$(uname -m)" = x86_64 ] ||
		die "kernel $kernel is for x86_64 machines, and this is none"
	note "building the $kernel kernel, once (it takes some minutes)"
	kernel_config >"$1/config" || return
	prepare_enter
	"${enter[@]}" --setenv ARCH "$ARCH_KBUILD" --chdir /kernel -- \
		bash -euc "$(declare -f uml_script); uml_script $KERNEL_SOURCE" \
		>"$1/log" 2>&1 || { tail -n 30 "$1/log" >&2; return 1; }
	note "built the $kernel kernel in $((SECONDS - start)) s"
}

# uml_script SOURCE: the part of uml_make that runs in the root, like
# kernel_script. Keep only the files that modules are built with.
uml_script()
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
	"${make[@]}" linux modules
	cp build/linux image
	rm -r source/{Documentation,tools/testing} build/vmlinux* build/linux
	find build -not -path '*/scripts/*' -not -path '*/tools/*' \
		\( -name '*.o' -o -name '*.a' -o -name '*.cmd' \) -delete
	find source -not -path '*/scripts/*' -not -path '*/tools/*' \
		\( -name '*.[cS]' -o -name '*.dts*' \
		-o -name '*.h' -not -path '*/include/*' -path '*/drivers/*' \) \
		-delete
}

# uml_options: the part of guest_options that differs. The ports are serial lines,
# which are open files of this shell. init gets their names from its environment,
# to which the kernel adds the options that it does not know.
uml_options()
{
	local line=0 port

	# shellcheck disable=SC2206
	qemu=("$kernel_image" "mem=$mem" "ncpus=$smp" seccomp=on quiet
	      initrd=/guest/initramfs con=null "con0=null,fd:$log_fd" ssl=null
	      $append)
	for port in "stdout:$out_fd" "stderr:$err_fd" "status:$status_out"; do
		qemu+=("ssl$((line += 1))=null,fd:${port#*:}"
		       "port_${port%:*}=/dev/ttyS$line")
	done
	[ -z "$shell" ] || qemu+=('con1=fd:0,fd:1' port_shell=/dev/tty1)
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The module, built for a guest's kernel.

readonly module_sources=(Kbuild drivers include)
readonly module_file=drivers/ion/ion.ko

# module_folder: where the loaded target's build lies.
module_folder()
{
	printf '%s\n' "$top/build/$arch-$kernel"
}

# mirror_sources FOLDER: kbuild leaves its objects beside the sources, so each
# kernel gets a copy of them. Times are kept, so that only what changed is
# built again, and what is gone from the checkout goes from the copy.
mirror_sources()
{
	local folder=$1 file

	mkdir -p "$folder"
	for file in "${module_sources[@]}"; do
		[ ! -e "$top/$file" ] || cp -auT "$top/$file" "$folder/$file"
	done
	(cd "$folder" && find "${module_sources[@]}" -type f \
		\( -name '*.[chS]' -o -name Kbuild \) ! -name '*.mod.c' \
		-print0 2>/dev/null) |
		while IFS= read -rd '' file; do
			[ -e "$top/$file" ] || rm "$folder/$file"
		done
}

# build_module MAKE-ARG...: build it, and fail on any warning.
build_module()
{
	local root folder headers log

	folder=$(module_folder)
	need_root
	headers=/usr/src/linux-headers-$(kernel_release)
	mirror_sources "$folder"
	log=$folder/build.log
	if ! enter_root make -C "$headers" M="$folder" ARCH="$ARCH_KBUILD" \
		CROSS_COMPILE="$ARCH_CROSS" "$@" modules >"$log" 2>&1; then
		cat "$log" >&2
		die "the module does not build for $kernel"
	fi
	if grep -n -i 'warning' "$log" >&2; then
		# Built objects would hide the warning from the next build.
		rm -rf "$folder"
		die "the module builds for $kernel with warnings"
	fi
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The module, and those that use it, built for a guest's kernel.

readonly module_file=drivers/ion/ion.ko
# Each of these folders is built as one of somebody else's would be.
readonly module_users=(samples/service selftests/modules selftests/kunit)
readonly module_sources=(Kbuild drivers include "${module_users[@]}")

# module_folder: where the loaded target's build lies.
module_folder()
{
	printf '%s\n' "$top/build/$arch-$kernel${coverage:+-coverage}"
}

# mirror_sources FOLDER: kbuild leaves its objects beside the sources, so each
# kernel gets a copy of them. Times are kept, so that only what changed is
# built again, and what is gone from the checkout goes from the copy.
mirror_sources()
{
	local folder=$1 file

	(
		cd "$top" || exit
		list_sources | xargs -0 cp -au --parents -t "$folder"
	)
	(cd "$folder" && list_sources) |
		while IFS= read -rd '' file; do
			[ -e "$top/$file" ] || rm "$folder/$file"
		done
}

# list_sources: the names of the sources in this folder. Anything else in it
# was built, maybe for another kernel.
list_sources()
{
	find "${module_sources[@]}" -type f ! -name '*.mod.c' \
		\( -name '*.[chS]' -o -name Kbuild \) -print0
}

# Whether the module is to count which of its lines run.
coverage=''

# want_coverage: have it do so, which takes a kernel that gathers the counts.
want_coverage()
{
	local options

	options=$([ -z "$KERNEL_CONFIG" ] || kernel_config)
	grep -q '^CONFIG_GCOV_KERNEL=y' <<<"$options" ||
		die "--coverage wants a kernel with GCOV_KERNEL, like debug"
	coverage=yes
}

# build_module [USER...]: build it for the loaded target, and the users of it,
# and fail on any warning.
build_module()
{
	local root kernel_binds kernel_image kernel_headers compilers

	need_kernel
	kernel_compilers
	kbuild_args=("${compilers[@]}" W=1)
	[ -z "$coverage" ] || kbuild_args+=(GCOV_PROFILE=y)
	kbuild_in "$(module_folder)" "$kernel_headers" "$@"
}

# built_modules [USER...]: their paths.
built_modules()
{
	local folder user

	folder=$(module_folder)
	printf '%s\n' "$folder/$module_file"
	# Of those for KUnit there is none where the kernel has not got it.
	for user; do
		find "$folder/$user" -maxdepth 1 -name '*.ko'
	done
}

# build_for_sparse [USER...]: have sparse read them. It does not know the options
# of every architecture's compiler, so it is given the build machine's own.
build_for_sparse()
{
	local root release native

	[ -z "$KERNEL_CONFIG" ] || die "sparse is for Debian's kernels"
	need_root
	release=$(kernel_release)
	native=${release%"$ARCH_FLAVOUR"}$(dpkg --print-architecture)
	[ -d "$root/usr/src/linux-headers-$native" ] ||
		die "no headers of the build machine's own for $kernel"
	kbuild_args=(C=2)
	kbuild_in "$top/build/sparse-$kernel" "/usr/src/linux-headers-$native" \
		"$@"
}

# kbuild_in FOLDER HEADERS [USER...]: in a copy of the sources, one at a time.
kbuild_in()
{
	local folder=$1 headers=$2 log=$1/build.log user lock

	mkdir -p "$folder"
	exec {lock}>"$folder.lock"
	flock "$lock"
	mirror_sources "$folder"
	kbuild "$headers" "$folder"
	for user in "${@:3}"; do
		# kbuild does not look whether the symbols of others changed.
		rm -f "$folder/$user/Module.symvers"
		kbuild "$headers" "$folder/$user"
	done
	exec {lock}>&-
}

# kbuild HEADERS WHERE: a part of kbuild_in.
kbuild()
{
	if ! enter_root make -C "$1" M="$2" "${kbuild_args[@]}" modules \
		>"$log" 2>&1; then
		cat "$log" >&2
		die "${2#"$top/"} does not build for $kernel"
	fi
	if grep -n -i -E 'warning|error:' "$log" >&2; then
		# Built objects would hide the warning from the next build.
		rm -rf "$folder"
		die "${2#"$top/"} builds for $kernel with warnings"
	fi
}

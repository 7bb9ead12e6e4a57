# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Builds the module, and the modules that use it, for a guest's kernel.

readonly module_file=drivers/ion/ion.ko
# Each of these folders is built like an out-of-tree module of another project.
readonly module_users=(samples/service selftests/modules selftests/kunit)
readonly module_sources=(Kbuild drivers include "${module_users[@]}")

# module_folder: print the build folder of the loaded target.
module_folder()
{
	printf '%s\n' "$top/build/$arch-$kernel${coverage:+-coverage}${selftest:+-no-selftest}"
}

# mirror_sources FOLDER: copy the sources. kbuild puts its objects beside the
# sources, so each kernel needs its own copy. Times are kept, so that only changed
# files are built again. Files that are gone from the checkout are removed.
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

# list_sources: print the names of the sources in this folder. All other files in
# it were built, maybe for another kernel.
list_sources()
{
	find "${module_sources[@]}" -type f ! -name '*.mod.c' \
		\( -name '*.[chS]' -o -name Kbuild \) -print0
}

# Whether the module counts which of its lines run.
coverage=''

# no-selftest if the module is to be built without ION_IOC_SELFTEST.
selftest=''

# want_coverage: turn that on; it needs a kernel that collects the counts.
want_coverage()
{
	local options

	options=$([ -z "$KERNEL_CONFIG" ] || kernel_config)
	grep -q '^CONFIG_GCOV_KERNEL=y' <<<"$options" ||
		die "--coverage needs a kernel with GCOV_KERNEL, like debug"
	coverage=yes
}

# build_module [USER...]: build the module, and the USERs of it, for the loaded
# target. A warning is a failure.
build_module()
{
	local root kernel_binds kernel_image kernel_headers compilers

	need_kernel
	kernel_compilers
	kbuild_args=("${compilers[@]}" W=1)
	[ -z "$coverage" ] || kbuild_args+=(GCOV_PROFILE=y)
	[ -z "$selftest" ] || kbuild_args+=(CONFIG_ION_SELFTEST=n)
	kbuild_in "$(module_folder)" "$kernel_headers" "$@"
}

# built_modules [USER...]: print the paths of these modules.
built_modules()
{
	local folder user

	folder=$(module_folder)
	printf '%s\n' "$folder/$module_file"
	# ion_net is only built if the kernel has IP.
	find "$folder/drivers/ion_net" -maxdepth 1 -name '*.ko'
	# The modules for KUnit are only built if the kernel has KUnit.
	for user; do
		find "$folder/$user" -maxdepth 1 -name '*.ko'
	done
}

# build_for_sparse [USER...]: check the modules with sparse, for the build machine's
# own architecture, because sparse does not know the options of all compilers.
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

# kbuild_in FOLDER HEADERS [USER...]: build in a copy of the sources, one process
# at a time.
kbuild_in()
{
	local folder=$1 headers=$2 log=$1/build.log user lock

	mkdir -p "$folder"
	exec {lock}>"$folder.lock"
	flock "$lock"
	mirror_sources "$folder"
	kbuild "$headers" "$folder"
	for user in "${@:3}"; do
		# kbuild does not notice that symbols of other modules changed.
		rm -f "$folder/$user/Module.symvers"
		kbuild "$headers" "$folder/$user"
	done
	exec {lock}>&-
}

# kbuild HEADERS WHERE: build one folder for kbuild_in.
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

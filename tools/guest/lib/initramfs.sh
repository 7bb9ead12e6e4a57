# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The initramfs of a guest: a cached archive that all runs of a kernel share
# (busybox, programs that tests need, init, drivers), followed by an archive with
# the files of this run.

# The serial ports need these modules, unless they are built into the kernel.
readonly guest_drivers=(virtio_pci virtio_console)

# Modules for modprobe, and for the kernel itself: TAP devices and VLANs.
readonly guest_modules=(tun 8021q)

# The programs that tests use for JSON and completion, with their libraries.
readonly guest_files=(usr/bin/{jq,bash-static} 'usr/lib*/ld-linux-*.so.[12]'
	'usr/lib/*/'{'ld-linux-*.so.[12]',lib{c.so.6,m.so.6,jq.so.1,onig.so.5}})

# pack TREE: write an archive of a folder, in which root owns all files.
pack()
{
	local enter

	prepare_enter
	"${enter[@]}" --ro-bind "$1" /mnt --chdir /mnt -- sh -c \
		'find . -print0 | cpio --quiet -0o -H newc -R 0:0'
}

# need_base: set $base to the shared archive of the loaded target.
need_base()
{
	local entry

	need_root
	cache_entry "initramfs-$arch-$kernel" \
		"$(hash_of "$root" "$(cat "$guest_dir/init" \
			"$guest_dir"/files/{bin/sed,usr/bin/timeout})" \
			"${guest_drivers[*]}" "${guest_modules[*]}" \
			"${guest_files[*]}" \
			"$(declare -f base_make base_drivers base_modules \
				base_files base_users module_copy \
				module_files)")" \
		base_make
	base=$entry/base.cpio
}

# base_make DIR: make its cache entry.
base_make()
{
	local tree=$1/tree

	mkdir -p "$tree"/{bin,etc,ion,root,run,added} || return
	cp "$root"/ion/guest/{,usr/}bin/busybox "$tree/bin/" 2>/dev/null
	[ -x "$tree/bin/busybox" ] || return
	cp "$guest_dir/init" "$tree/init" || return
	cp -r "$guest_dir/files/." "$tree" || return
	base_users "$tree/etc"
	base_files "$tree" || return
	base_drivers "$tree/ion" || return
	base_modules "$tree" || return
	pack "$tree" >"$1/base.cpio" || return
	rm -r "$tree"
}

# base_users ETC: add root, and two users for tests that drop privileges.
base_users()
{
	cat >"$1/passwd" <<-EOF
		root:x:0:0:root:/root:/bin/sh
		user:x:1000:1000:user:/tmp:/bin/sh
		nobody:x:65534:65534:nobody:/tmp:/bin/sh
	EOF
	cat >"$1/group" <<-EOF
		root:x:0:
		user:x:1000:
		nogroup:x:65534:
	EOF
}

# base_files TREE: copy the programs that busybox lacks. The guest's /lib is
# /usr/lib.
base_files()
{
	# shellcheck disable=SC2068
	(cd "$root/ion/guest" && cp -L --parents ${guest_files[@]} "$1") || return
	ln -s usr/lib "$1/lib"
	[ ! -d "$1/usr/lib64" ] || ln -s usr/lib64 "$1/lib64"
	ln -s /usr/bin/bash-static "$1/bin/bash"
}

# module_files NAME...: print the files of kernel modules, each after those that it
# needs. It prints nothing for a kernel that was built here: it has them built in.
module_files()
{
	local enter

	[ -z "$KERNEL_CONFIG" ] || return 0
	prepare_enter
	"${enter[@]}" -- modprobe --all --set-version "$(kernel_release)" \
		--show-depends "$@" | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++'
}

# module_copy FILE DIR: copy a module to the folder, uncompressed.
module_copy()
{
	case $1 in
	*.xz) xz -dc "$root/$1" >"$2/$(basename "$1" .xz)" ;;
	*) cp "$root/$1" "$2/" ;;
	esac
}

# base_drivers DIR: copy the drivers, and list their file names in the order in
# which to insert them.
base_drivers()
{
	local file

	module_files "${guest_drivers[@]}" >"$1/files" || return
	while read -r file; do
		module_copy "$file" "$1" || return
		file=${file##*/}
		echo "/ion/${file%.xz}"
	done <"$1/files" >"$1/drivers"
	rm "$1/files"
}

# base_modules TREE: make a tree of modules for modprobe.
base_modules()
{
	local enter file release into

	[ -z "$KERNEL_CONFIG" ] || return 0
	release=$(kernel_release)
	into=$1/usr/lib/modules/$release
	mkdir -p "$into"
	module_files "${guest_modules[@]}" >"$into/files" || return
	while read -r file; do
		module_copy "$file" "$into" || return
	done <"$into/files"
	rm "$into/files"
	touch "$into"/modules.{order,builtin,builtin.modinfo}
	prepare_enter
	"${enter[@]}" --bind "$1" /mnt -- depmod -b /mnt "$release"
}

# quoted ARG...: print the arguments in single quotes, for any shell.
quoted()
{
	local arg

	for arg; do
		printf " '%s'" "${arg//\'/\'\\\'\'}"
	done
}

# add_path TREE PATH: add a file or folder to the command's working folder.
add_path()
{
	local name

	[ -e "$2" ] || die "--add: no such file or folder: $2"
	name=$(basename "$(realpath -s "$2")")
	[ ! -e "$1/$name" ] || die "--add: two things are called '$name'"
	cp -aHT "$2" "$1/$name" || die "--add: cannot copy $2"
}

# make_initramfs FILE: write the whole initramfs, from $run_dir, $module (empty for
# none), $adds and $command.
make_initramfs()
{
	local tree=$run_dir/tree path

	need_base
	mkdir -p "$tree/ion" "$tree/added"
	chmod 755 "$tree" "$tree/added"
	[ -z "$module" ] || cp "$module" "$tree/ion/ion.ko"
	for path in "${adds[@]}"; do
		add_path "$tree/added" "$path"
	done
	printf '%s\n' "$command" >"$tree/ion/command"
	pack "$tree" | cat "$base" - >"$1" || die "could not pack the files"
	rm -r "$tree"
}

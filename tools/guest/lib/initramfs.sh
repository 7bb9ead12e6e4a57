# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a guest boots with: a cached archive that every run of a kernel shares
# (busybox, what tests need, init, drivers), and one with the files of this run
# behind it.

# Without these modules, or the kernel having them built in, no serial ports.
readonly guest_drivers=(virtio_pci virtio_console)

# What tests read JSON with, with the libraries of it, and try completion in.
readonly guest_files=(usr/bin/{jq,bash-static} 'usr/lib*/ld-linux-*.so.[12]'
	'usr/lib/*/'{'ld-linux-*.so.[12]',lib{c.so.6,m.so.6,jq.so.1,onig.so.5}})

# pack TREE: an archive of a folder, all of it owned by the guest's root.
pack()
{
	local enter

	prepare_enter
	"${enter[@]}" --ro-bind "$1" /mnt --chdir /mnt -- sh -c \
		'find . -print0 | cpio --quiet -0o -H newc -R 0:0'
}

# need_base: leave the shared archive of the loaded target in $base.
need_base()
{
	local entry

	need_root
	cache_entry "initramfs-$arch-$kernel" \
		"$(hash_of "$root" "$(cat "$guest_dir/init" \
			"$guest_dir"/files/{bin/sed,usr/bin/timeout})" \
			"${guest_drivers[*]}" "${guest_files[*]}" \
			"$(declare -f base_make base_drivers base_users \
				base_files)")" \
		base_make
	base=$entry/base.cpio
}

# base_make DIR: the maker of its cache entry.
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
	pack "$tree" >"$1/base.cpio" || return
	rm -r "$tree"
}

# base_users ETC: root, and two that tests drop their privileges to.
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

# base_files TREE: programs that are not busybox's. The guest's /lib is /usr/lib.
base_files()
{
	# shellcheck disable=SC2068
	(cd "$root/ion/guest" && cp -L --parents ${guest_files[@]} "$1") || return
	ln -s usr/lib "$1/lib"
	[ ! -d "$1/usr/lib64" ] || ln -s usr/lib64 "$1/lib64"
	ln -s /usr/bin/bash-static "$1/bin/bash"
}

# base_drivers DIR: copy the drivers, and list them in the order to insert
# them. The guest is told file names: it has no folder of modules.
base_drivers()
{
	local enter verb file

	# What is built has them in it.
	: >"$1/drivers"
	[ -z "$KERNEL_CONFIG" ] || return 0
	prepare_enter
	"${enter[@]}" -- modprobe --all --set-version "$(kernel_release)" \
		--show-depends "${guest_drivers[@]}" >"$1/depends" || return
	while read -r verb file; do
		[ "$verb" = insmod ] || continue
		case $file in
		*.xz) xz -dc "$root/$file" >"$1/$(basename "$file" .xz)" ;;
		*) cp "$root/$file" "$1/" ;;
		esac
		file=${file##*/}
		echo "/ion/${file%.xz}"
	done <"$1/depends" >"$1/drivers"
	rm "$1/depends"
}

# quoted ARG...: the arguments in single quotes, as any shell reads them.
quoted()
{
	local arg

	for arg; do
		printf " '%s'" "${arg//\'/\'\\\'\'}"
	done
}

# add_path TREE PATH: a file or folder for the command's working folder.
add_path()
{
	local name

	[ -e "$2" ] || die "--add: no such file or folder: $2"
	name=$(basename "$(realpath -s "$2")")
	[ ! -e "$1/$name" ] || die "--add: two things are called '$name'"
	cp -aHT "$2" "$1/$name" || die "--add: can not copy $2"
}

# make_initramfs FILE: all that the guest boots with. The rest is in $run_dir,
# $module (empty for none), $adds and $command.
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

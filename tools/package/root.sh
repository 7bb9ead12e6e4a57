# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian 13 roots of the host's own architecture for packages: one to build them in,
# and one like that of a user, to install them in. Unlike the roots of tools/guest,
# they are writable while a command runs. The changes are in memory, and are gone
# when it ends.

readonly package_dir=$top/tools/package

# The packages of a root, and the architectures of its packages. %n is the host's
# own architecture.
package_root_data()
{
	case $1 in
	build)
		echo '%n,riscv64'
		echo build-essential debhelper dh-dkms lintian pkgconf \
			gcc-riscv64-linux-gnu libc6-dev:riscv64 \
			libjansson-dev libjansson-dev:riscv64
		;;
	fresh)
		echo '%n'
		echo gcc libc6-dev make pkgconf dkms linux-headers-%n \
			systemd-standalone-sysusers udev libjansson-dev \
			zsh fish
		;;
	esac
}

# need_package_root NAME: set $root to its path; make it if it does not exist.
need_package_root()
{
	local entry

	cache_entry "package-root-$1" \
		"$(hash_of "$(package_root_data "$1")" \
			   "$(declare -f package_root_make)")" \
		package_root_make "$1"
	root=$entry
}

# package_root_make DIR NAME: make a root's cache entry. The options that exclude
# documentation apply only to the root's own packages.
package_root_make()
{
	local dir=$1 native mirror proxy data architectures packages
	local start=$SECONDS settings=/etc/dpkg/dpkg.cfg.d/99mmdebstrap

	host_prepare
	native=$(dpkg --print-architecture)
	mirror=$(host_mirror)
	[ -n "$mirror" ] || die "apt on this machine is configured for no mirror"
	mapfile -t proxy < <(host_proxy)
	data=$(package_root_data "$2")
	{ read -r architectures; read -r packages; } <<<"${data//%n/$native}"
	note "making the root $2 for packages, once (it takes a minute)"
	isolated mmdebstrap --mode=root --quiet --variant=apt --format=tar \
		--architectures="$architectures" --include="${packages// /,}" \
		--skip=chroot/mount/sys \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--aptopt='APT::Sandbox::User "root"' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"${proxy[@]}" \
		--customize-hook="echo force-unsafe-io >\"\$1\"$settings" \
		trixie - "deb $mirror trixie main" |
		tar -x -C "$dir" --no-same-owner --exclude='./dev/*' || return
	note "made the root $2 for packages in $((SECONDS - start)) s"
}

# in_package_root NAME FOLDER COMMAND...: run the command there as root, without
# network, in FOLDER of the checkout, which is at /ion and writable.
in_package_root()
{
	need_package_root "$1"
	(isolated "$package_dir/enter" "$root" "$2" "${@:3}")
}

# copy_source FOLDER: copy the files of the project, committed or not, without built
# files. Times are kept, so that files built in the copy stay valid. Files that are
# gone from the checkout are removed from an older copy.
copy_source()
{
	local list=$1/.sources

	mkdir -p "$1"
	[ -e "$list" ] || : >"$list"
	list_project | sort -z >"$list.new"
	comm -z -23 "$list" "$list.new" | (cd "$1" && xargs -0 rm -f)
	(cd "$top" && xargs -0 cp -au --parents -t "$1") <"$list.new"
	mv "$list.new" "$list"
	chmod -R a+rX "$1"
}

# list_project: print the names of its files, each ended by a NUL.
list_project()
{
	local file

	if [ ! -e "$top/.git" ]; then
		cd "$top" && find . -path ./build -prune -o -type f ! -name '*.o' \
			! -name '*.ko' ! -name '*.mod*' ! -name '.*.cmd' -print0
		return
	fi
	git -C "$top" ls-files -z --cached --others --exclude-standard |
		while IFS= read -rd '' file; do
			[ ! -f "$top/$file" ] || printf '%s\0' "$file"
		done
}

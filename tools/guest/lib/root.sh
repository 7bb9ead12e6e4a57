# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build roots: a Debian suite of the host's own architecture, with the cross
# compiler for one guest architecture, and that architecture's kernels of the
# suite unpacked into it.

# Options of bubblewrap for further mounts in the root; need_kernel sets them.
kernel_binds=()

# root_kernels: print the kernels of the loaded root's suite.
root_kernels()
{
	local name

	for name in $(stock_kernels "$arch"); do
		(
			load_kernel "$name"
			[ "$KERNEL_SUITE" = "$suite" ] && echo "$name"
		) || :
	done
}

# root_tools: print the packages that builds in the loaded root need.
root_tools()
{
	local name

	for name in $(data_names kernels); do
		(
			load_kernel "$name"
			[ "$KERNEL_SUITE" != "$suite" ] || ! arch_has "$arch" ||
				printf '%s ' "$KERNEL_TOOLS"
		)
	done
}

# need_root: set $root to the loaded target's root; make it if it does not exist.
need_root()
{
	local entry suite=$KERNEL_SUITE name
	local data=("$guest_dir/roots/$root_name" "$guest_dir/arch/$arch"
		    "$guest_dir/lib/root-hook")

	for name in $(root_kernels); do
		data+=("$guest_dir/kernels/$name")
	done
	cache_entry "root-$root_name-$arch" \
		"$(hash_of "$(cat "${data[@]}")" "$(root_tools)" \
			"$(declare -f root_make)")" \
		root_make "$suite"
	root=$entry
}

# isolated COMMAND...: replace this process by the command, as root of a namespace
# with its own mounts and processes, which end with it or with this script.
isolated()
{
	local user=()

	[ "$(id -u)" -eq 0 ] || user=(--user --map-root-user --map-auto)
	exec setpriv --pdeathsig KILL unshare "${user[@]}" --mount --pid --fork \
		--kill-child=KILL --mount-proc "$@"
}

# root_make DIR SUITE: make a root's cache entry. All files in it belong to the
# user, because a root is only read, through bubblewrap.
root_make()
{
	local dir=$1 suite=$2 native architectures mirror proxy packages
	local start=$SECONDS

	host_prepare
	native=$(dpkg --print-architecture)
	architectures=$native
	[ "$ARCH_DEB" = "$native" ] || architectures+=,$ARCH_DEB
	mirror=$(host_mirror)
	[ -n "$mirror" ] || die "apt on this machine is configured for no mirror"
	mapfile -t proxy < <(host_proxy)
	packages="$ROOT_PACKAGES $ARCH_PACKAGES $(root_tools)"
	note "making the $suite root for $arch, once (it takes a minute or two)"
	mkdir "$dir/.making"
	root_settings "$native" >"$dir/.making/settings"
	TMPDIR=$dir/.making ION_SETTINGS=$dir/.making/settings \
	ION_HOOK=$guest_dir/lib/root-hook \
	isolated mmdebstrap --mode=root --quiet --variant=apt --format=tar \
		--architectures="$architectures" \
		--include="$(xargs <<<"$packages" | tr ' ' ,)" \
		--skip=chroot/mount/sys \
		--aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--aptopt='APT::Sandbox::User "root"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"${proxy[@]}" \
		--customize-hook="\"\$ION_HOOK\" \"\$1\"" \
		"$suite" - "deb $mirror $suite main" |
		tar -x -C "$dir" --no-same-owner --exclude='./dev/*' || return
	rm -rf "$dir/.making"
	note "made the $suite root for $arch in $((SECONDS - start)) s"
}

# root_settings NATIVE: print the settings for lib/root-hook as shell assignments.
root_settings()
{
	local name

	printf 'deb=%q image=%q native=%q\n' \
		"$ARCH_DEB" "$ARCH_BOOT_IMAGE" "$1"
	printf 'source=%q source_files=%q\n' "$ROOT_SOURCE" "$ROOT_SOURCE_FILES"
	printf 'foreign=%q\n' "$ROOT_FOREIGN"
	for name in $(root_kernels); do
		(
			load_kernel "$name"
			printf 'kernels+=(%q) flavours+=(%q) ' \
				"$name" "${KERNEL_FLAVOUR:-$ARCH_FLAVOUR}"
			printf 'packages+=(%q) images+=(%q)\n' \
				"$KERNEL_PACKAGES" "$KERNEL_IMAGE"
		)
	done
}

# enter_root COMMAND [ARG...]: run the command in the loaded target's root. The
# root is read-only; the checkout is at its own path, and writable.
enter_root()
{
	local enter

	need_root
	prepare_enter
	"${enter[@]}" --bind "$top" "$top" --chdir "$PWD" -- "$@"
}

# prepare_enter: set $enter to a bubblewrap command, to which further options, "--"
# and the command are added. It includes $kernel_binds, and dies with the shell
# that starts it.
#
# The folders of a root are bound one by one into an empty file system, because
# the path of the checkout must be made there too, below /home for example.
prepare_enter()
{
	local entry

	enter=(bwrap --die-with-parent --unshare-pid --unshare-ipc --new-session)
	for entry in "$root"/{boot,etc,ion,usr} "$root"/{bin,sbin,lib*}; do
		if [ -L "$entry" ]; then
			enter+=(--symlink "$(readlink "$entry")")
		else
			enter+=(--ro-bind "$entry")
		fi
		enter+=("/${entry##*/}")
	done
	enter+=("${kernel_binds[@]}" --dev /dev --proc /proc --tmpfs /tmp
		--setenv PATH /usr/sbin:/usr/bin:/sbin:/bin
		--setenv HOME /tmp --setenv LC_ALL C.UTF-8 --unsetenv TMPDIR)
}

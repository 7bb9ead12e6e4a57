# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared by the tests that run in the root "fresh". A result is a line "ok NAME" or
# "not ok NAME"; tools/package/test numbers them.
set -u

release=$(ls /lib/modules 2>/dev/null)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /ion/dkms.conf)
log=$(mktemp)

# try NAME COMMAND...: the command succeeds; its output is shown if it fails.
try()
{
	if "${@:2}" >"$log" 2>&1 </dev/null; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed 's/^/# /' "$log"
	fi
}

# refuses STATUS PATTERN COMMAND...: the command fails with that status and a single
# line that matches, apart from the lines of make.
refuses()
{
	local status=0 said

	said=$("${@:3}" 2>&1 >/dev/null </dev/null) || status=$?
	printf '%s\n' "$said"
	[ "$status" -eq "$1" ] || return
	said=$(grep -v '^make' <<<"$said")
	[ "$(wc -l <<<"$said")" -eq 1 ] && grep -q -e "$2" <<<"$said"
}

# files: list all files, except those that the tools leave after any use: logs and
# caches, the account database, and the key that dkms signs with.
files()
{
	find / -xdev \( -path /ion -o -path /tmp -o -path /proc -o -path /dev \
		-o -path /var/log -o -path /var/cache \
		-o -path /var/lib/apt -o -path '/var/lib/dpkg/*-old' \
		-o -path '/etc/*-' -o -path /etc/gshadow -o -path /run \
		-o -path '/var/lib/dkms/mok.*' \) -prune -o -print | sort
}

# same_files: the files are the same as those listed in /tmp/before.
same_files()
{
	files | diff /tmp/before -
}

# module_is PATH [MODULE]: modprobe finds the module there, built for the kernel.
module_is()
{
	local module=${2-ion}

	modinfo -k "$release" "$module" &&
		[[ $(modinfo -k "$release" -n "$module") == "/lib/modules/$release/$1"* ]] &&
		[[ $(modinfo -k "$release" -F vermagic "$module") == "$release "* ]] &&
		[ "$(modinfo -k "$release" -F version "$module")" = "$version" ]
}

# net_is PATH: the same for ion_net, for which modprobe inserts ion first.
net_is()
{
	module_is "$1" ion_net &&
		[ "$(modinfo -k "$release" -F depends ion_net)" = ion ]
}

no_module()
{
	! modinfo -k "$release" ion
}

group_ion()
{
	getent group ion
}

# A release that is too old for ion.
old=6.11.11-amd64

# another_kernel RELEASE: add a second kernel, with the headers of the first.
another_kernel()
{
	mkdir -p "/lib/modules/$1" "/usr/src/headers-$1" &&
		cp -a "/usr/src/linux-headers-$release/." "/usr/src/headers-$1" &&
		ln -s "/usr/src/headers-$1" "/lib/modules/$1/build" &&
		echo "$1" >"/usr/src/headers-$1/include/config/kernel.release"
}

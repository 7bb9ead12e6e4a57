# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests that run in the root "fresh" share. A result is a line "ok NAME"
# or "not ok NAME"; tools/package/test numbers them.
set -u

release=$(ls /lib/modules 2>/dev/null)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' /ion/dkms.conf)
log=$(mktemp)

# try NAME COMMAND...: it succeeds. What it says is shown when it does not.
try()
{
	if "${@:2}" >"$log" 2>&1 </dev/null; then
		echo "ok $1"
	else
		echo "not ok $1"
		sed 's/^/# /' "$log"
	fi
}

# refuses STATUS PATTERN COMMAND...: it fails like that, and says so in one line,
# but for what make adds.
refuses()
{
	local status=0 said

	said=$("${@:3}" 2>&1 >/dev/null </dev/null) || status=$?
	printf '%s\n' "$said"
	[ "$status" -eq "$1" ] || return
	said=$(grep -v '^make' <<<"$said")
	[ "$(wc -l <<<"$said")" -eq 1 ] && grep -q -e "$2" <<<"$said"
}

# files: all files there are, but what each use of these tools leaves: logs and
# caches, the account database, and the key that dkms signs with.
files()
{
	find / -xdev \( -path /ion -o -path /tmp -o -path /proc -o -path /dev \
		-o -path /var/log -o -path /var/cache \
		-o -path /var/lib/apt -o -path '/var/lib/dpkg/*-old' \
		-o -path '/etc/*-' -o -path /etc/gshadow -o -path /run \
		-o -path '/var/lib/dkms/mok.*' \) -prune -o -print | sort
}

# same_files: as when they were listed in /tmp/before.
same_files()
{
	files | diff /tmp/before -
}

# module_is PATH: that kernel's module ion is that, and made for it.
module_is()
{
	modinfo -k "$release" ion &&
		[[ $(modinfo -k "$release" -n ion) == "/lib/modules/$release/$1"* ]] &&
		[[ $(modinfo -k "$release" -F vermagic ion) == "$release "* ]] &&
		[ "$(modinfo -k "$release" -F version ion)" = "$version" ]
}

no_module()
{
	! modinfo -k "$release" ion
}

group_ion()
{
	getent group ion
}

# One that ion is too new for.
old=6.11.11-amd64

# A second kernel, of that release, with the headers of the first.
another_kernel()
{
	mkdir -p "/lib/modules/$1" "/usr/src/headers-$1" &&
		cp -a "/usr/src/linux-headers-$release/." "/usr/src/headers-$1" &&
		ln -s "/usr/src/headers-$1" "/lib/modules/$1/build" &&
		echo "$1" >"/usr/src/headers-$1/include/config/kernel.release"
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# demo.sh [FILE]: inserts ion.ko, carries FILE (default /bin/busybox) through
# the kernel and back, compares, and removes the module again. Runs as root
# beside ion.ko, carry and hello, and wants no more than busybox. Ends with 0
# if all was as it should be, with 1 and the reason if not.
set -eu

file=$(readlink -f "${1:-/bin/busybox}")
here=$(cd "$(dirname "$0")" && pwd)
back=$(mktemp)
mark="ion demo $$"
inserted=

fail()
{
	echo "demo: FAILED: $*" >&2
	exit 1
}

clean_up()
{
	rm -f "$back"
	[ -z "$inserted" ] || rmmod ion || :
}
trap clean_up EXIT

# A step is a headline, the command as it is run, and what it prints.
step()
{
	printf '\n== %s\n' "$1"
	shift
	printf '# %s\n' "$*"
	"$@" || fail "status $? of: $*"
}

# The kernel's log since the demo began.
log()
{
	dmesg | sed "1,/$mark/d"
}

sum_of()
{
	sha256sum <"$1" | cut -d ' ' -f 1
}

[ -r "$file" ] || fail "$file: can not be read; give another file"
[ ! -e /dev/ion ] || fail "the module is loaded already; rmmod ion first"
cd "$here"
[ -f ion.ko ] || fail "no ion.ko in $here; build it first"
PATH=$here:$PATH

uname -srm
echo "$mark" >/dev/kmsg

step "the module" insmod ion.ko
inserted=yes
log | grep 'ion: /dev/ion is ready' || fail "no word of it in the kernel log"
ls -l /dev/ion

step "one packet" hello
step "the file" ls -l "$file"
step "there and back" carry --output "$back" "$file"

printf '\n== SHA-256 of what went and of what came back\n'
sent=$(sum_of "$file")
received=$(sum_of "$back")
printf '%s  went\n%s  came back\n' "$sent" "$received"
[ "$sent" = "$received" ] || fail "they differ"

step "the end" rmmod ion
inserted=
[ ! -e /dev/ion ] || fail "/dev/ion is still there"

printf '\n== the kernel log from insmod to rmmod\n'
log
if log | grep -qE 'WARNING|BUG|Oops|Unable to handle|Call Trace|leak'; then
	fail "the kernel complained"
fi

printf '\nsame bytes, same order, same ids; clean kernel log\n'

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# demo.sh [FILE]: inserts ion.ko, carries FILE (default /bin/busybox) through
# the kernel and back, sends it from one process to another, compares a server of many
# clients with one of unix sockets, has another module sum the file up, compares the
# results, and removes the modules again. Runs as root in the folder of ion.ko,
# ion_crc.ko, carry, crc, five, hello, many and send, and needs only busybox. The status
# is 0 if everything is right, else 1, with the reason.
set -eu

file=$(readlink -f "${1:-/bin/busybox}")
here=$(cd "$(dirname "$0")" && pwd)
back=$(mktemp)
mark="ion demo $$"
inserted=
receiver=

fail()
{
	echo "demo: FAILED: $*" >&2
	exit 1
}

clean_up()
{
	[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || :
	wait
	rm -f "$back"
	for module in $inserted; do
		rmmod "$module" || :
	done
}
trap clean_up EXIT

# run COMMAND...: print the command, then run it.
run()
{
	printf '# %s\n' "$*"
	"$@" || fail "status $? of: $*"
}

# A headline, and a command.
step()
{
	printf '\n== %s\n' "$1"
	shift
	run "$@"
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

# compare: compare the sent file with the received one.
compare()
{
	printf '\n== SHA-256 of the sent and of the received file\n'
	sent=$(sum_of "$file")
	received=$(sum_of "$back")
	printf '%s  sent\n%s  received\n' "$sent" "$received"
	[ "$sent" = "$received" ] || fail "they differ"
}

# The output of gzip ends with CRC-32 and length of the file, four bytes each.
crc_of()
{
	gzip -c <"$1" | tail -c 8 | head -c 4 | od -A n -t x4 | tr -d ' '
}

[ -r "$file" ] || fail "$file: cannot be read; give another file"
[ ! -e /dev/ion ] || fail "the module is loaded already; rmmod ion first"
cd "$here"
for module in ion.ko ion_crc.ko; do
	[ -f "$module" ] || fail "no $module in $here; build it first"
done
PATH=$here:$PATH

uname -srm
echo "$mark" >/dev/kmsg

step "the module" insmod ion.ko
inserted=ion
log | grep 'ion: /dev/ion is ready' || fail "the kernel log does not say that /dev/ion is ready"
ls -l /dev/ion

step "one packet" hello
step "the same by the library" five
step "the file" ls -l "$file"
step "there and back" carry --output "$back" "$file"
compare

printf '\n== from one process to another\n# send receive demo %s &\n' "$back"
: >"$back"
send receive demo "$back" 2>&1 &
receiver=$!
# If the receiver fails before the two meet, the sender waits: limit its time.
run timeout 60 send send demo "$file"
wait "$receiver" || fail "status $? of the receiver"
receiver=
compare

step "one server, four clients" many

step "a module of its own" insmod ion_crc.ko
inserted="ion_crc ion"
step "its CRC-32 of the file" crc "$file"
ours=$(crc "$file" | cut -d ' ' -f 1)
printf '%s  says gzip\n' "$(crc_of "$file")"
[ "$ours" = "$(crc_of "$file")" ] || fail "they differ"

step "the end" rmmod ion_crc ion
inserted=
[ ! -e /dev/ion ] || fail "/dev/ion is still there"

printf '\n== the kernel log from insmod to rmmod\n'
log
if log | grep -qE 'WARNING|BUG|Oops|Unable to handle|Call Trace|leak'; then
	fail "the kernel log has warnings"
fi

printf '\nsame bytes, same order, same ids; clean kernel log\n'

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# demo.sh [FILE]: inserts ion.ko, carries FILE (default /bin/busybox) through
# the kernel and back, sends it from one process to another, compares a server of many
# clients with one of unix sockets, has another module sum the file up, fetches it from
# a TCP stack in user space, compares the results, and removes the modules again. Runs
# as root in the folder of ion.ko, ion_crc.ko, ion_net.ko, carry, crc, five, hello, many,
# net_http, net_ping and send, and needs only busybox. Without net_http, which needs
# lwIP, it leaves that out. The status is 0 if everything is right, else 1, with the
# reason.
set -eu

file=$(readlink -f "${1:-/bin/busybox}")
here=$(cd "$(dirname "$0")" && pwd)
back=$(mktemp)
mark="ion demo $$"
inserted=
receiver=
interface=

fail()
{
	echo "demo: FAILED: $*" >&2
	exit 1
}

clean_up()
{
	[ -z "$receiver" ] || kill "$receiver" 2>/dev/null || :
	[ -z "$interface" ] || ip link del "$interface" 2>/dev/null || :
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

# attach INTERFACE SUBNET COMMAND...: run a program that makes an interface, and give
# the kernel the address SUBNET.1 there.
attach()
{
	interface=$1
	subnet=$2
	shift 2
	printf '# %s &\n' "$*"
	"$@" &
	program=$!
	until ip link show "$interface" >/dev/null 2>&1; do
		kill -0 "$program" 2>/dev/null || fail "status $? of: $*"
		sleep 0.1
	done
	run ip addr add "$subnet.1/24" dev "$interface"
	run ip link set "$interface" up
}

# detach: delete the interface; its program ends.
detach()
{
	run ip link del "$interface"
	wait "$program" || fail "status $? of the program"
	interface=
}

# A program answers the kernel's pings.
be_pinged()
{
	printf '\n== a network interface whose packets a program answers\n'
	attach ping0 10.9.0 net_ping ping0
	run ping -c 3 10.9.0.2
	detach
}

# lwIP in a program sends the file to a client in the kernel's stack.
be_fetched()
{
	printf '\n== the file, from a TCP stack in user space\n'
	attach http0 10.9.1 net_http http0 10.9.1.2 "$file"
	run ping -c 1 10.9.1.2
	: >"$back"
	run wget -q -O "$back" http://10.9.1.2/
	compare
	grep http0: /proc/net/dev | awk '{ printf "%d bytes, %d frames from it; %d bytes, %d frames to it\n", $2, $3, $10, $11 }'
	detach
}

[ -r "$file" ] || fail "$file: cannot be read; give another file"
[ ! -e /dev/ion ] || fail "the module is loaded already; rmmod ion first"
cd "$here"
for module in ion.ko ion_crc.ko ion_net.ko; do
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

step "network interfaces" insmod ion_net.ko
inserted="ion_net ion_crc ion"
be_pinged
if [ -x net_http ]; then
	be_fetched
else
	printf '\n(no TCP stack in user space: net_http is not built, for want of lwIP)\n'
fi

step "the end" rmmod ion_net ion_crc ion
inserted=
[ ! -e /dev/ion ] || fail "/dev/ion is still there"

printf '\n== the kernel log from insmod to rmmod\n'
log
if log | grep -qE 'WARNING|BUG|Oops|Unable to handle|Call Trace|leak'; then
	fail "the kernel log has warnings"
fi

printf '\nsame bytes, same order, same ids; clean kernel log\n'

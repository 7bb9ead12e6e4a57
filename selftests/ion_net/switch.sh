#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# switch.sh [rates]: real clients in three network namespaces that the sample net_switch joins: ping, VLANs,
# fragments, TCP, UDP, multicast, over ion_net with and without offloads. The same over
# TAP, where there is TAP: if that fails too, the test is wrong. With "rates", it only
# sends streams of TCP, and prints how fast they were.
. "$(dirname "$0")/../ionctl/tap.sh"
need_device

clients=$here/clients
spaces='' switch='' helpers='' ours=

# shellcheck disable=SC2086
stop()
{
	[ -z "$helpers" ] || kill $helpers 2>/dev/null
	[ -z "$switch" ] || kill $switch 2>/dev/null
	switch='' helpers=
}

# shellcheck disable=SC2086
end()
{
	stop
	[ -z "$spaces" ] || kill $spaces 2>/dev/null
	wait 2>/dev/null
	[ -z "$ours" ] || rmmod ion_net
	clean_up
}

trap end EXIT

need_ion_net()
{
	[ -d /proc/sys/net/ipv4 ] || skip_all "no IPv4"
	[ ! -d /sys/module/ion_net ] || return 0
	ours=yes
	insmod ion_net.ko 2>/dev/null || insmod /added/ion_net.ko 2>/dev/null ||
		modprobe ion_net 2>/dev/null && return
	ours=
	skip_all "no ion_net.ko"
}

# in_space N COMMAND...: run it in a namespace.
in_space()
{
	# shellcheck disable=SC2086
	set -- "$(echo $spaces | cut -d ' ' -f "$1")" "$@"
	process=$1
	shift 2
	nsenter -t "$process" -n "$@"
}

# A namespace is that of a process that sleeps.
new_space()
{
	unshare -n sleep 1000 &
	spaces="$spaces $!"
	while [ "$(readlink "/proc/$!/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do
		kill -0 $! || exit 1
		sleep 0.05
	done
	# Addresses of IPv6 are ready at once.
	nsenter -t $! -n sh -c \
		'echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad' 2>/dev/null
}

# plug N: move port N to namespace N, where it is host N.
plug()
{
	# shellcheck disable=SC2086
	process=$(echo $spaces | cut -d ' ' -f "$1")
	until ip link set "port$1" netns "$process" 2>/dev/null; do
		kill -0 "$switch" || return
		sleep 0.05
	done
	in_space "$1" ip addr add "10.9.2.$1/24" dev "port$1" &&
		in_space "$1" ip link set "port$1" up &&
		in_space "$1" ip route add 239.0.0.0/8 dev "port$1" || return
	[ ! -d /proc/sys/net/ipv6 ] ||
		in_space "$1" ip addr add "fd00:9::$1/64" dev "port$1"
}

# start OPTION...: start the switch, and plug its ports in.
start()
{
	"$here/net_switch" "$@" port1 port2 port3 >counts 2>&1 &
	switch=$!
	plug 1 && plug 2 && plug 3 && return
	cat counts
	return 1
}

# The lengths around those at which frames are padded, and the longest of the MTU.
lengths="0 1 17 18 19 45 46 47 99 512 1023 1451 1452"

# pings PROGRAM HOST LENGTH...: one ping of each length.
pings()
{
	program=$1 host=$2
	shift 2
	for length; do
		in_space 1 "$program" -c 1 -W 5 -s "$length" "$host" || return
	done
}

vlan()
{
	for n in 1 2; do
		in_space "$n" ip link add link "port$n" name "vlan$n" type vlan id 7 &&
			in_space "$n" ip addr add "10.9.7.$n/24" dev "vlan$n" &&
			in_space "$n" ip link set "vlan$n" up || return
	done
	pings ping 10.9.7.2 0 1 1472 4000
}

# stream FROM TO ADDRESS BYTES: send BYTES, of which each has to arrive.
stream()
{
	in_space "$2" timeout 30 "$clients" receive 5000 >stream &
	receiver=$!
	until in_space "$2" netstat -ltn | grep -q :5000; do
		kill -0 "$receiver" || return
		sleep 0.05
	done
	in_space "$1" timeout 30 "$clients" send "$3" 5000 "$4"
	wait "$receiver" && grep -q "^$4 bytes" stream
}

# stream_rate NAME: test a long stream, and print how fast it was.
stream_rate()
{
	check "$1" stream 1 2 10.9.2.2 "${rates:+1}5000000"
	echo "# $1: $(cut -d ' ' -f 3- stream)"
}

# How many frames a host has received.
received()
{
	in_space "$1" sed -n "s/^ *port$1: *[0-9]* *\\([0-9]*\\) .*/\\1/p" /proc/net/dev
}

# Frames to an address that the switch knows go to its port alone.
learns()
{
	before=$(received 3)
	stream 2 1 10.9.2.1 1000000 || return
	after=$(received 3)
	echo "$before, $after"
	[ "$((after - before))" -lt 20 ]
}

# answer_at N [GROUP]: start a host that answers datagrams.
answer_at()
{
	in_space "$1" "$clients" answer 6000 ${2:+"$2"} &
	helpers="$helpers $!"
	until in_space "$1" netstat -lun | grep -q :6000; do
		kill -0 $! || return
		sleep 0.05
	done
}

datagrams()
{
	answer_at 2 239.1.1.9 && answer_at 3 239.1.1.9 || return
	# shellcheck disable=SC2086
	in_space 1 "$clients" ask 10.9.2.2 6000 1 $lengths 1472 1473 8000 65507
}

group()
{
	in_space 1 "$clients" ask 239.1.1.9 6000 2 1 18 1000 1472
}

# The switch ends by itself when an interface is deleted.
deleted()
{
	in_space 1 ip link del port1 || return
	wait "$switch" || return
	switch=
	grep '^port1: [1-9][0-9]* frames received, ' counts
}

# run NAME OPTION...: all tests over one kind of ports.
run()
{
	over="over $1"
	shift
	check "the switch starts $over" start "$@"
	if [ -n "$rates" ]; then
		for n in 1 2 3; do
			stream_rate "TCP $over, stream $n"
		done
	else
		run_tests
	fi
	check "the switch ends $over" deleted
	[ -z "$rates" ] || sed 's/^/# /' counts
	stop
}

run_tests()
{
	# shellcheck disable=SC2086
	check "ping $over" pings ping 10.9.2.2 $lengths 1471 1472
	check "ping in fragments $over" pings ping 10.9.2.2 1473 8000 30000
	if [ -d /proc/sys/net/ipv6 ]; then
		# shellcheck disable=SC2086
		check "ping of IPv6 $over" pings ping6 fd00:9::2 $lengths 8000
		check "TCP on IPv6 $over" stream 2 1 fd00:9::1 3000000
	fi
	check "the switch learns $over" learns
	stream_rate "TCP $over"
	check "UDP $over" datagrams
	check "multicast $over" group
	[ -n "$no_vlan" ] || check "a VLAN $over" vlan
}

need_ion_net
new_space
new_space
new_space
rates='' no_vlan=
[ "${1-}" != rates ] || rates=yes
[ -d /sys/module/8021q ] || modprobe 8021q 2>/dev/null || no_vlan=yes
run ion
run "ion with offloads" --offload
if [ -e /dev/net/tun ] || modprobe tun 2>/dev/null; then
	run TAP --tap
	run "TAP with offloads" --tap --offload
fi
finish

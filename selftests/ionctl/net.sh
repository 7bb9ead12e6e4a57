#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl net: makes interfaces of ion_net, lists and deletes them, shows the frames
# that the kernel sends there, and sends frames of files.
. "$(dirname "$0")/tap.sh"
need_device

module='' program=''
for folder in "$here" "$here/.." "$here/../.."; do
	[ ! -e "$folder/ion_net.ko" ] || module=$folder/ion_net.ko
done
[ -n "$module" ] || skip_all "no ion_net.ko"
insmod "$module" || skip_all "ion_net.ko cannot be loaded"
# The kernel sends nothing to an interface by itself.
quiet=/proc/sys/net/ipv6/conf/default/disable_ipv6
[ ! -e "$quiet" ] || { was=$(cat "$quiet"); echo 1 >"$quiet"; }

# Instead of that of tap.sh.
clean_up()
{
	[ -z "$program" ] || kill "$program" 2>/dev/null && wait "$program"
	rmmod ion_net
	[ ! -e "$quiet" ] || echo "$was" >"$quiet"
	cd / && rm -rf "$tmp"
}

net()
{
	"$ionctl" net "$@"
}

# ---- make, list, delete ----------------------------------------------------------

adds()
{
	is_done net add tap0 || return
	is_done net add tun0 --mode tun --owner user --group 7 --queues 4 ||
		return
	json '[.interfaces[] | .name] == ["tap0", "tun0"] and
		(.interfaces[0] | .mode == "tap" and .owner == null and
		.group == null and .queues == 0 and .max_queues == 1 and
		.mtu == 1500 and .up == false and .carrier == false and
		.rx.frames == 0 and .tx.dropped == 0) and
		(.interfaces[1] | .mode == "tun" and .group == 7 and
		.owner == 1000 and .max_queues == 4)' net list --json || return
	prints '^tun0  tun   user ' net list || return
	prints ' 0/4  down ' net list
}

check "interfaces are made and listed" adds
check "an interface that exists" fails 1 'tap0: an interface of that name exists' \
	net add tap0
check "a name that is not allowed" fails 1 'a/b: the name, or' net add a/b

# denied ARGUMENT...: an ordinary user may not.
denied()
{
	as_user "'$ionctl' net $*" 2>err
	[ $? -eq 4 ] && grep -q CAP_NET_ADMIN err && return
	cat err
	return 1
}

check "make one without privilege" denied add x0
check "delete one without privilege" denied del tap0
check "delete an interface of another driver" \
	fails 1 'lo: it is not an interface of ion_net' net del lo
check "delete an interface that does not exist" \
	fails 1 'nothing0: no such interface' net del nothing0
check "the names of interfaces are completed" \
	prints '^tun0	tun$' "$ionctl" __complete net dump t

# ---- frames of the kernel ----------------------------------------------------------

ip addr add 10.9.0.1 peer 10.9.0.2 dev tun0
ip link set tun0 up
ip link set tap0 up
ip addr add 10.8.0.1/24 dev tap0

# dump OPTION...: attach in the background; $program is then attached.
dump()
{
	"$ionctl" net dump "$@" >dumped 2>dump.err &
	program=$!
	until "$ionctl" --json net list | jq -e \
		"[.interfaces[] | select(.carrier)] | length == 1" >/dev/null; do
		kill -0 "$program" || return
		sleep 0.05
	done
}

# stopped STATUS: the program ends with that status.
stopped()
{
	wait "$program"
	[ $? -eq "$1" ] && return
	cat dumped dump.err
	return 1
}

shows_packets()
{
	dump tun0 --count 3 || return
	ping -c 3 -W 1 -s 100 10.9.0.2 >/dev/null
	stopped 0 || return
	cat dumped
	[ "$(wc -l <dumped)" -eq 3 ] &&
		grep -q '^    0\.000000    128  IPv4 10.9.0.1 > 10.9.0.2 ICMP echo request, id [0-9]*, seq [01]$' dumped &&
		grep -q ' ICMP echo request, id [0-9]*, seq [23]$' dumped
}

check "packets are shown" shows_packets

shows_frames()
{
	dump tap0 -n 1 --json || return
	ping -c 1 -W 1 10.8.0.2 >/dev/null
	stopped 0 || return
	cat dumped
	jq -e '.len == 42 and .seconds == 0 and (.text | test(
		" > ff:ff:ff:ff:ff:ff ARP who has 10.8.0.2, tell 10.8.0.1$"))' \
		dumped
}

check "Ethernet frames are shown, as JSON" shows_frames

ends_by_signal()
{
	dump tun0 || return
	kill -TERM "$program"
	stopped 0
}

check "a signal ends it" ends_by_signal

ends_by_deletion()
{
	is_done net add gone0 || return
	dump gone0 || return
	json '.queues == 1 and .carrier' net stats gone0 --json || return
	is_done net del gone0 || return
	stopped 0
}

check "the interface is deleted" ends_by_deletion

in_use()
{
	dump tun0 || return
	fails 1 'tun0: a program is attached to each queue' net dump tun0
	status=$?
	kill "$program"
	stopped 0 && return "$status"
}

check "a second program" in_use

mtu_of_9000()
{
	ip link set tun0 mtu 9000
	dump tun0 --count 1 || return
	ping -c 1 -W 1 -s 8000 10.9.0.2 >/dev/null
	stopped 0 || return
	ip link set tun0 mtu 1500
	grep -q ' 8028  IPv4 ' dumped
}

check "frames of a large MTU" mtu_of_9000

owner()
{
	chmod 666 /dev/ion
	as_user "exec '$ionctl' net dump tun0 --count 1" >mine &
	program=$!
	until ip link show tun0 | grep -q LOWER_UP; do
		kill -0 "$program" || return
		sleep 0.05
	done
	ping -c 1 -W 1 10.9.0.2 >/dev/null
	stopped 0 || return
	denied dump tap0 || return
	grep -q 'echo request' mine
}

check "an owner attaches, and others do not" owner
chmod 660 /dev/ion

# ---- files ----------------------------------------------------------------------------

writes_pcap()
{
	dump tun0 --count 4 --write packets || return
	ping -c 4 -i 0.2 -W 1 -s 56 10.9.0.2 >/dev/null
	stopped 0 || return
	# The header of the file, and of each packet, which has 84 bytes.
	[ "$(wc -c <packets)" -eq $((24 + 4 * (16 + 84))) ]
}

check "packets are written as pcap" writes_pcap

pcap_on_stdout()
{
	dump tun0 --count 2 --write - || return
	ping -c 2 -i 0.2 -W 1 -s 56 10.9.0.2 >/dev/null
	stopped 0 || return
	[ "$(wc -c <dumped)" -eq $((24 + 2 * (16 + 84))) ]
}

check "pcap on stdout" pcap_on_stdout

# received: how many frames tun0 has received.
received()
{
	"$ionctl" --json net stats tun0 | jq .rx.frames
}

sends()
{
	before=$(received)
	prints '^4 frames, 336 bytes$' net send tun0 packets || return
	[ "$(received)" -eq $((before + 4)) ] || return
	is_done net send tun0 - --json <packets || return
	jq -e '.frames == 4 and .bytes == 336' out &&
		[ "$(received)" -eq $((before + 8)) ]
}

check "a file is sent" sends

sends_many()
{
	before=$(received)
	head -c 24 packets >many
	for i in $(seq 500); do
		tail -c +25 packets
	done >>many
	prints '^2000 frames, 168000 bytes$' net send tun0 many || return
	[ "$(received)" -eq $((before + 2000)) ]
}

check "more frames than there are buffers" sends_many

damaged()
{
	head -c 150 packets >part
	ends 1 net send tun0 part || return
	grep -q '^1 frame, 84 bytes$' out &&
		grep -q 'part: it is damaged after frame 1$' err
}

check "a file that is cut off" damaged
head -c 100 /dev/zero >zeros
check "a file that is no pcap" fails 1 'it is not a pcap file' \
	net send tun0 zeros
check "a file of frames of another type" \
	fails 1 'packets: its frames have type 101, those of tap0 have type 1: Ethernet' \
	net send tap0 packets
check "a file that does not exist" fails 1 'none: No such file' \
	net send tun0 none
ip link set tun0 down
check "send to an interface that is down" fails 1 'tun0: it is down' \
	net send tun0 packets
ip link set tun0 up
check "a disk that is full" fails 1 '/dev/full: ' \
	net dump tun0 --write /dev/full

# ---- counters --------------------------------------------------------------------------

counts()
{
	dump tun0 || return
	ping -c 2 -i 0.2 -W 1 -s 56 10.9.0.2 >/dev/null
	json '.name == "tun0" and .queues == 1 and .max_queues == 4 and
		(.queue | length == 1) and .rx.length_errors == 0 and
		(.queue[0] | .tx_packets == 2 and .tx_bytes == 168 and
		.rx_packets == 0 and has("tx_stops_no_buffer") and
		has("tx_stops_no_room"))' net stats tun0 --json || return
	prints '^interface tun0: tun, up, 1 of 4 queues, MTU 1500$' \
		net stats tun0 || return
	prints '^  *0  *0  *0  *2  *168  *0  *0$' net stats tun0
	status=$?
	kill "$program"
	stopped 0 && return "$status"
}

check "counters of an interface and of a queue" counts
check "no queue, no counters" json '.queue == []' net stats tun0 --json

# ---- the command line ------------------------------------------------------------------

check "no action" fails 2 'what to do is missing' net
check "a wrong action" fails 2 "'make' is not add" net make
check "no name" fails 2 'the argument is missing' net dump
check "a long name" fails 2 'has 1 to 15 bytes, not 16' net add 1234567890123456
check "a wrong mode" fails 2 '--mode is tap or tun' net add x0 --mode x
check "too many queues" fails 2 '--queues is a number from 1 to 64' \
	net add x0 --queues 65
check "an unknown owner" fails 2 "there is no user 'nobody7'" \
	net add x0 --owner nobody7
check "an unknown group" fails 2 "there is no group 'nobody7'" \
	net add x0 --group nobody7
check "an option of another action" fails 2 'list has no option --count' \
	net list --count 3
check "options of two actions" fails 2 'add has no option --count' \
	net add x0 --mode tun --count 3
check "pcap as JSON" fails 2 'write and --json: give one' \
	net dump tun0 --json --write x
check "no device" fails 3 'modprobe ion' "$ionctl" --device /none net dump tun0
check "list needs no device" is_done "$ionctl" --device /none net list
check "delete an interface" is_done net del tun0
check "delete the other one" is_done net del tap0
check "none is left" json '.interfaces == []' net list --json
finish

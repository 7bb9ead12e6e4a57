#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# test.sh [PROGRAM...]: runs the small samples in its own folder, with ion loaded,
# and checks their output; then runs the PROGRAMs, which must end with 0. Prints
# TAP. The samples that demo.sh runs are not run here.
set -u

here=$(cd "$(dirname "$0")" && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
number=0
failed=0

# result STATUS NAME: print one line of TAP, and the output before it on failure.
result()
{
	word=ok
	if [ "$1" -ne 0 ]; then
		word="not ok"
		failed=1
		sed 's/^/# /' "$out"/*
	fi
	echo "$word $((number += 1)) $2"
	rm -f "$out"/*
}

# prints PATTERN PROGRAM: it succeeds, and its only line matches PATTERN.
prints()
{
	timeout 60 "$here/$2" >"$out/says" 2>&1 &&
		[ "$(wc -l <"$out/says")" -eq 1 ] &&
		grep -Eqx "$1" "$out/says"
	result $? "$2"
}

# Two programs say a line and good-bye to each other.
talks()
{
	echo "good morning" | timeout 60 "$here/talk" tea >"$out/one" 2>&1 &
	echo "how do you do?" | timeout 60 "$here/talk" tea >"$out/other" 2>&1
	status=$?
	wait $! || status=1
	by='process [0-9]+ of user 0'
	grep -Eqx "$by: how do you do\?" "$out/one" &&
		grep -Eqx "$by says good-bye" "$out/one" &&
		grep -Eqx "$by: good morning" "$out/other" &&
		grep -Eqx "$by says good-bye" "$out/other" &&
		[ "$status" -eq 0 ]
	result $? talk
}

# A program whose partner is killed is notified.
left_alone()
{
	sleep 60 | "$here/talk" coffee >"$out/one" 2>&1 &
	one=$!
	timeout 60 "$here/talk" coffee </dev/null >"$out/other" 2>&1 &
	until grep -q good-bye "$out/one" || ! kill -0 "$one"; do
		sleep 1
	done
	kill "$one"
	wait $!
	[ $? -eq 1 ] && grep -q 'the other one has gone' "$out/other"
	result $? "talk, left alone"
}

# A file crosses in shared memory.
sends_directly()
{
	head -c 3000000 /dev/urandom >"$out/file"
	timeout 60 "$here/direct_send" send milk <"$out/file" 2>"$out/one" &
	timeout 60 "$here/direct_send" receive milk >"$out/copy" 2>"$out/other"
	status=$?
	wait $! || status=1
	cmp "$out/file" "$out/copy" || status=1
	rm -f "$out/file" "$out/copy"
	result "$status" direct_send
}

# Three programs get all lines.
publishes()
{
	seq 0 59 >"$out/lines"
	timeout 60 "$here/direct_publish" salt 3 <"$out/lines" 2>"$out/one" &
	publisher=$!
	timeout 60 "$here/direct_publish" salt.0 >"$out/first" 2>&1 &
	first=$!
	timeout 60 "$here/direct_publish" salt.1 >"$out/second" 2>&1 &
	second=$!
	"$here/direct_publish" salt.2 >"$out/third" 2>&1 &
	third=$!
	wait "$publisher" && wait "$first" && wait "$second" && wait "$third"
	status=$?
	awk '{ print NR - 1 ": " $0 }' "$out/lines" >"$out/expected"
	for copy in first second third; do
		cmp "$out/expected" "$out/$copy" || status=1
	done
	result "$status" direct_publish
}

# connect NAME COMMAND...: run a client once its server listens.
connect()
{
	name=$1
	shift
	until "$@" 2>"$out/$name.err" || ! grep -q nobody "$out/$name.err"; do
		kill -0 "$server" 2>/dev/null || return
		sleep 0.1
	done
}

# One server has several clients at once.
echoes()
{
	timeout 60 "$here/echo_server" many 3 >"$out/server" 2>&1 &
	server=$!
	for client in 1 2 3; do
		connect "$client" timeout 60 "$here/echo_client" many 50000 \
			>"$out/$client" &
	done
	wait "$server" && wait &&
		grep -qx '3 clients, 150000 packets returned' "$out/server" &&
		[ "$(grep -c '^50000 packets came back' "$out"/[123] |
			grep -c ':1$')" -eq 3 ]
	result $? "echo_server, echo_client"
}

# Each request has its reply.
requests()
{
	timeout 60 "$here/request_server" capitals 2 >"$out/server" 2>&1 &
	server=$!
	for client in 1 2; do
		connect "$client" timeout 60 "$here/request_client" capitals \
			"good morning" "client $client" a b c d e f g h \
			>"$out/$client"
	done
	wait "$server" && [ "$(head -n 2 "$out/1")" = "GOOD MORNING
CLIENT 1" ] && [ "$(tail -n 1 "$out/2")" = H ]
	result $? "request_server, request_client"
}

# The kernel pings a program; ping compares what comes back.
pings()
{
	insmod "$here/ion_net.ko" 2>"$out/insmod"
	timeout 60 "$here/net_ping" ping0 >"$out/program" 2>&1 &
	pid=$!
	until ip addr add 10.9.0.1 peer 10.9.0.2 dev ping0 2>"$out/ip" ||
		! kill -0 "$pid"; do
		sleep 0.1
	done
	ip link set ping0 up && ping -c 3 -s 1400 10.9.0.2 >"$out/ping"
	status=$?
	ip link del ping0
	wait "$pid" && [ "$status" -eq 0 ]
	result $? net_ping
}

# Start a process in a network namespace of its own; its id goes to $namespace.
new_namespace()
{
	unshare -n sleep 60 &
	namespace=$!
	while [ "$(readlink /proc/$namespace/ns/net)" = \
		"$(readlink /proc/self/ns/net)" ]; do
		sleep 0.1
	done
}

# plug NAME PROCESS ADDRESS: move a port of the switch to another namespace.
plug()
{
	until ip link set "$1" netns "$2" 2>"$out/ip" || ! kill -0 "$switch"; do
		sleep 0.1
	done
	nsenter -t "$2" -n ip addr add "$3/24" dev "$1" &&
		nsenter -t "$2" -n ip link set "$1" up
}

# switches [OPTION]: two network namespaces ping each other.
switches()
{
	timeout 60 "$here/net_switch" "$@" left right >"$out/switch" 2>&1 &
	switch=$!
	new_namespace
	one=$namespace
	new_namespace
	two=$namespace
	plug left "$one" 10.9.2.1 && plug right "$two" 10.9.2.2 &&
		nsenter -t "$one" -n ping -c 3 -s 4000 10.9.2.2 >"$out/ping"
	status=$?
	nsenter -t "$one" -n ip link del left
	wait "$switch" && [ "$status" -eq 0 ] &&
		grep -q '^right: [1-9][0-9]* frames received' "$out/switch"
	result $? "net_switch${*:+ $*}"
	kill "$one" "$two"
	wait "$one" "$two" 2>"$out/killed"
	rm -f "$out/killed"
}

# Four clients fetch a page at once, from a TCP stack in user space.
serves_pages()
{
	head -c 3000000 /dev/urandom >"$out/page"
	timeout 60 "$here/net_http" http0 10.9.1.2 "$out/page" \
		>"$out/program" 2>&1 &
	pid=$!
	until ip addr add 10.9.1.1/24 dev http0 2>"$out/ip" ||
		! kill -0 "$pid"; do
		sleep 0.1
	done
	ip link set http0 up
	clients=
	for client in 1 2 3 4; do
		wget -q -T 20 -O "$out/copy$client" http://10.9.1.2/ \
			2>"$out/wget$client" &
		clients="$clients $!"
	done
	status=0
	for client in $clients; do
		wait "$client" || status=1
	done
	for client in 1 2 3 4; do
		cmp "$out/page" "$out/copy$client" || status=1
	done
	ip link del http0
	wait "$pid" || status=1
	rm -f "$out/page" "$out"/copy*
	result "$status" net_http
}

prints 'packet 7 came back: 0x10ad' five
prints 'packet 7 came back: 0x10ad' hello
for way in eventfd ioctl poll read; do
	prints '100000 packets came back' "wait_$way"
done
prints '1000000 packets came back: [0-9]+ system calls, [0-9]+ of them kicks' \
	wait_never
talks
left_alone
sends_directly
publishes
echoes
requests
pings
switches
if [ -e /dev/net/tun ] || modprobe tun; then
	switches --tap
fi
# It is only built where lwIP is.
if [ -x "$here/net_http" ]; then
	serves_pages
fi
for program; do
	timeout 60 "$program" >"$out/says" 2>&1
	result $? "${program##*/}"
done
echo "1..$number"
exit "$failed"

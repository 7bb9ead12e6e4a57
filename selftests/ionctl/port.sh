#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl listen and connect, and ports in list, info and ping.
. "$(dirname "$0")/tap.sh"
need_device

server=

# listen OPTION...: start a server on the name "there", in the background, with the
# stdin of the function.
listen()
{
	# One that a failed test left behind.
	[ -z "$server" ] || kill "$server" 2>/dev/null
	{ "$ionctl" listen there "$@" <&4 & } 4<&0
	server=$!
	until "$ionctl" list | grep -q listening; do
		kill -0 "$server" || return
		sleep 0.05
	done
}

# stop: end the server by a signal; it ends with status 0.
stop()
{
	kill -TERM "$server"
	wait "$server"
	set -- $?
	server=
	return "$1"
}

seq 200000 >big
seq 99999 -1 1 >other

both_ways()
{
	rm -f came
	listen --once "$@" <big >came || return
	ends 0 "$ionctl" connect there "$@" --timeout 10 <other || return
	wait "$server" && cmp out big && cmp came other
}

check "bytes go both ways" both_ways
check "bytes go both ways through a pair" both_ways --service pair

one_after_the_other()
{
	listen </dev/null >came || return
	for text in one two three; do
		echo "$text" | "$ionctl" connect there --timeout 10 || return
	done
	stop
	[ "$(tr '\n' ' ' <came)" = "one two three " ]
}

check "one client after the other" one_after_the_other

small_buffers()
{
	listen --once </dev/null >came || return
	"$ionctl" connect there --timeout 10 --buffers 2 --buffer-size 256 \
		--slots 8 <big || return
	wait "$server" && cmp came big
}

check "few and small buffers" small_buffers

echoes()
{
	listen --echo "$@" >clients || return
	ends 0 "$ionctl" connect there "$@" --timeout 10 <big || return
	cmp out big || return
	stop
	grep -q "^process [1-9][0-9]* of root: [0-9]* packets, 1288895 bytes$" \
		clients && return
	cat clients
	return 1
}

check "the echo returns everything" echoes
check "the echo returns everything through a pair" echoes --service pair

as_json()
{
	"$ionctl" --json listen there --once --echo >clients &
	server=$!
	until echo x | "$ionctl" connect there --timeout 10 >out 2>err; do
		kill -0 "$server" || return
		sleep 0.05
	done
	wait "$server" && jq -e '.packets == 1 and .bytes == 2 and
		.user == "root" and .uid == 0 and .pid > 0' <clients
}

check "a client as JSON" as_json

sound='.lost == 0 and .min_ns > 0 and .min_ns <= .p50_ns and .p99_ns <= .max_ns'

pings()
{
	listen --echo >clients || return
	json ".service == \"direct\" and .sent == 100 and $sound" \
		"$ionctl" --json ping --connect there -c 100 -i 0 -q || return
	json ".payload == 5000 and .sent == 100 and $sound" \
		"$ionctl" --json ping --connect there -c 100 -i 0 -q -s 5000 ||
		return
	stop
	# The packet that meets the server is not counted.
	grep -q ': 101 packets, 0 bytes$' clients &&
		grep -q ': 101 packets, 505000 bytes$' clients
}

check "ping through a port" pings

listed()
{
	listen --echo >/dev/null || return
	json "[.channels[] | select(.state == \"listening\")] | length == 1 and
		(.[0] | .key == \"there\" and .service == \"direct\" and
		.pid == $server and (has(\"rings\") | not))" \
		"$ionctl" --json list || return
	port=$(jq '.channels[] | select(.state == "listening").channel' out)
	prints " direct  *there  *- .* listening " "$ionctl" list || return
	prints "^channel $port: service direct, listening on there$" \
		"$ionctl" info "$port" || return
	sleep 100 | "$ionctl" connect there &
	client=$!
	until "$ionctl" --json list | jq -e '[.channels[] |
		select(.peer > 0)] | length == 2' >/dev/null; do
		sleep 0.05
	done
	"$ionctl" --json list >out
	channel=$(jq ".channels[] | select(.pid == $client).channel" out)
	peer=$(jq ".channels[] | select(.pid == $client).peer" out)
	jq -e ".channels[] | select(.channel == $peer) |
		.peer == $channel and .key == \"there\" and .pid == $server" out &&
		json ".key == \"there\" and .peer.channel == $peer and
			.peer.pid == $server and .peer.state == \"there\" and
			.peer.user == \"root\"" "$ionctl" --json info "$channel" &&
		prints "^peer: channel $peer, process $server of root, there$" \
			"$ionctl" info "$channel"
	status=$?
	kill "$client"
	stop
	return "$status"
}

check "list and info show ports and peers" listed

completes()
{
	listen --echo >/dev/null || return
	prints "^there	direct, process $server$" "$ionctl" __complete connect t
	status=$?
	stop
	return "$status"
}

check "the names of ports are completed" completes

bytes_are_lost()
{
	listen --once <big >/dev/full 2>err2 || return
	ends 1 "$ionctl" connect there --timeout 10 <big || return
	wait "$server"
	[ $? -eq 1 ] && grep -q 'the disk is full' err2 &&
		grep -q 'has gone before it read everything' err
}

check "a server that cannot write ends, and its client too" bytes_are_lost

modes()
{
	listen --echo >/dev/null || return
	chmod 666 /dev/ion
	as_user "'$ionctl' connect there </dev/null" 2>err
	status=$?
	stop
	[ "$status" -eq 4 ] && grep -q 'mode of the port does not permit' err ||
		return
	listen --echo --mode 0666 >/dev/null || return
	as_user "echo hello | '$ionctl' connect there --timeout 10" >out
	status=$?
	stop
	chmod 660 /dev/ion
	[ "$status" -eq 0 ] && [ "$(cat out)" = hello ]
}

check "the mode says who may connect" modes
chmod 660 /dev/ion
check "nobody listens" fails 1 'nobody listens on that name' \
	"$ionctl" connect nobody </dev/null

in_use()
{
	listen --echo >/dev/null || return
	fails 1 'another program listens on that name' "$ionctl" listen there &&
		fails 1 'listens for another service' \
			"$ionctl" connect there --service pair </dev/null
	status=$?
	stop
	return "$status"
}

check "a name in use, and another service" in_use
check "no client comes" fails 6 'the time was up before a client came' \
	"$ionctl" listen there --timeout 0.2

quiet()
{
	listen --echo >/dev/null || return
	sleep 3 | fails 6 'nothing moved for 0.3 s' \
		"$ionctl" connect there --timeout 0.3
	status=$?
	stop
	return "$status"
}

check "--timeout ends a connection" quiet
check "a wrong mode" fails 2 '--mode is octal' "$ionctl" listen there --mode 9
check "a wrong service" fails 2 'is direct or pair' \
	"$ionctl" listen there --service echo
check "a name that is too long" fails 2 'has 1 to 31 bytes, not 32' \
	"$ionctl" connect 12345678901234567890123456789012
check "no name" fails 2 'the argument is missing' "$ionctl" connect
check "JSON without an echo" fails 2 'json is for --echo' \
	"$ionctl" --json listen there
check "--key and --connect" fails 2 'give one of them' \
	"$ionctl" ping --key a --connect b
check "no device" fails 3 'modprobe ion' \
	"$ionctl" --device /nonexistent listen there
check "no device for connect" fails 3 'modprobe ion' \
	"$ionctl" --device /nonexistent connect there
check "no channel is left" json '.channels == 0' "$ionctl" --json info
finish

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests the output of ionctl ping and bench, but not how fast they are.
. "$(dirname "$0")/tap.sh"
need_device

# The counts and times are consistent.
sound='.lost == 0 and .min_ns > 0 and .min_ns <= .p50_ns and .p50_ns <= .p90_ns
	and .p90_ns <= .p99_ns and .p99_ns <= .max_ns and .min_ns <= .avg_ns and
	.avg_ns <= .max_ns'

check "three packets" json ".sent == 3 and .received == 3 and .payload == 0 and
	.service == \"echo\" and (.times_ns | length) == 3 and
	(.times_ns | min) == .min_ns and (.times_ns | max) == .max_ns and
	(.times_ns | sort)[1] == .p50_ns and $sound" \
	"$ionctl" --json ping -c 3 -i 0.01
check "percentiles" json '(.times_ns | length) == 20 and
	.p50_ns == (.times_ns | sort)[9] and .p90_ns == (.times_ns | sort)[17] and
	.p99_ns == (.times_ns | sort)[19]' "$ionctl" --json ping -c 20 -i 0
check "a thousand packets with a payload, without pauses" json \
	".sent == 1000 and .payload == 1000 and (has(\"times_ns\") | not) and
	$sound" "$ionctl" --json ping -c 1000 -i 0 -q -s 1000
check "ping with a lent thread" json ".sent == 100 and .lent and $sound" \
	"$ionctl" --json ping -c 100 -i 0 -q --lend
check "ping in compact rings of two slots" json "$sound" "$ionctl" --json ping -c 100 -i 0 -q \
	--layout compact --slots 2
check "a line for each packet" prints '^from echo: seq=2 time=[0-9.]* [num]*s$' \
	"$ionctl" ping -c 2 -i 0
check "a line with the summary" prints \
	'^round trip: min .*s, avg .*s, p50 .*s, p90 .*s, p99 .*s, max .*s$' \
	"$ionctl" ping -c 2 -i 0 --quiet

# answered SERVICE OPTION...: another program answers the packets.
answered()
{
	service=$1
	shift
	set -- --service "$service" --key ping "$@"
	"$ionctl" --json ping --answer "$@" >answers &
	json ".service == \"$service\" and .sent == 50 and $sound" \
		"$ionctl" --json ping -c 50 -i 0 "$@" || return
	# The packet with which the two find each other is not counted.
	wait $! && [ "$(jq .answered <answers)" -eq 51 ]
}

check "another program answers" answered pair
check "another program answers packets with a payload" answered pair -s 5000
check "another program answers in shared memory" answered direct
check "no payload by direct" fails 2 'ionctl moves no payloads by direct' \
	"$ionctl" ping --service direct --key ping -s 5000

interrupted()
{
	"$ionctl" ping -i 0.05 >came 2>err &
	until grep -q seq=2 came; do sleep 0.05; done
	kill -INT $!
	wait $! && grep -q ' 0 lost$' came && grep -q '^round trip' came &&
		[ ! -s err ]
}

not_answered()
{
	"$ionctl" pop --key mute >/dev/null &
	fails 6 'no packet moved for 0.3 s' \
		"$ionctl" --json ping --key mute -c 1 --timeout 0.3
}

# Only the first packet is answered.
lost()
{
	{ echo phys=0xffffffffffffffff; sleep 3; } |
		"$ionctl" push --key lost --return >/dev/null &
	ends 1 "$ionctl" --json ping --key lost -c 2 -i 0 --timeout 0.3
	status=$?
	wait $!
	[ "$status" -eq 0 ] || return
	jq -e '.sent == 2 and .received == 0 and .lost == 2' <out &&
		grep -qx 'ionctl: packet 2 did not come back' err
}

# Another program overwrites the packets of ping.
refused()
{
	"$ionctl" ping -i 0 -q -s 100 -c 20000 --timeout 60 >out 2>err &
	ping=$!
	"$here/scribble" "$ping" slots || return
	wait "$ping"
	[ $? -eq 1 ] && tail -n 1 err |
		grep -q '^ionctl: the kernel refused [0-9]* packet.*outside its'
}

check "ping says why the kernel refused a packet, at once" refused
check "SIGINT ends it with a summary" interrupted
check "no program answers" not_answered
check "lost packets" lost
check "a full disk" ends 1 sh -c "'$ionctl' ping >/dev/full"
check "ping reports the full disk" grep -q 'the disk is full' err
check "--answer without a pair" fails 2 '--answer is for two programs' \
	"$ionctl" ping --answer
check "a wrong interval" fails 2 '--interval is 0, or else it is a number of seconds' \
	"$ionctl" ping -i x
check "an interval that is too short" fails 2 'is 0, or else it is a number' \
	"$ionctl" ping -i 0.0001
# source sends all the time, but never an answer.
check "packets other than the answer" ends 1 timeout 20 \
	"$ionctl" ping --service source -c 1 --timeout 0.3
check "ping reports the missing answer" grep -q 'packet 1 did not come back' err
check "no device" fails 3 'modprobe ion' \
	"$ionctl" --device /nonexistent ping

check "bench as JSON" json '(.results | length) == 30 and .processors > 0 and
	([.results[] | .packets_per_second > 0] | all) and
	([.results[].batch] | unique) == [1, 8, 32, 64, 128] and .qemu' \
	"$ionctl" --json bench -t 1
check "bench as a table" prints '^ion, lent thread, split  *[0-9]' \
	"$ionctl" bench -t 0.5
check "bench names the machine" grep -q '^[a-z0-9_]*, Linux .*, under QEMU' out
# Another program changes packets that are queued.
changed()
{
	"$ionctl" bench -t 15 >out 2>err &
	bench=$!
	"$here/scribble" "$bench" slots || return
	wait "$bench"
	status=$?
	[ "$status" -eq 1 ] && [ ! -s out ] &&
		grep -qx 'ionctl: ion, .*: a packet came back wrong' err && return
	echo "status $status"
	cat out err
	return 1
}

check "bench checks the packets that come back" changed
check "bench, no device" fails 3 'modprobe ion' \
	"$ionctl" --device /nonexistent bench
check "no channel is left" json '.channels == 0' "$ionctl" --json info
finish

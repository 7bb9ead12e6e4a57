#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl stats: counters, and rates with --watch.
. "$(dirname "$0")/tap.sh"
need_device
have moving queued answered poisoned open
: "${moving:=}" "${queued:=}" "${answered:=}" "${poisoned:=}" "${open:=}"

law='.pushed == .popped + .queued + .discarded'

check "a channel" prints "^channel $queued of process $holder hold: ready" \
	"$ionctl" stats "$queued"
check "a ring of the channel" prints '^  tx  *5  *0  *0  *5  #---------  *255  *0$' \
	"$ionctl" stats "$queued"
check "a channel that is not set up" prints "^channel $open .*: open$" \
	"$ionctl" stats "$open"
check "how a ring was poisoned" \
	prints '^  poisoned: tx by range: the index was 4711, allowed 0..255;' \
	"$ionctl" stats "$poisoned"
check "several channels, in the order of the arguments" \
	json "[.channels[].channel] == [$answered, $queued]" \
	"$ionctl" --json stats "$answered" "$queued"
check "all channels together" json "(.total.channels == 5) and
	(.total.poisoned == 1) and (.total.rings.tx.queued >= 5) and
	([.total.rings[] | $law] | all)" "$ionctl" --json stats
check "all channels together, as text" prints '^5 channels, .* 1 poisoned' \
	"$ionctl" stats
check "a channel that does not exist" \
	fails 1 "channel 99999: no such channel, or you may not see it" \
	"$ionctl" stats 99999
check "nothing is printed if one of the channels does not exist" \
	fails 1 "channel 99999: no such channel" "$ionctl" stats "$queued" 99999

# watched LINES COMMAND...: it prints this many lines.
watched()
{
	lines=$1
	shift
	is_done "$@" || return
	[ "$(wc -l <out)" -eq "$lines" ] && return
	cat out
	return 1
}

# Each line is a document for which the expression holds.
documents()
{
	watched "$1" "$ionctl" --json stats -w0.1 -n "$1" "$3" || return
	while read -r document; do
		echo "$document" | jq -e "$2" >/dev/null && continue
		echo "$document"
		return 1
	done <out
}

check "watched: titles, and a line for each report" \
	watched 4 "$ionctl" stats --watch=0.05 --count 3
check "watched: a line for each channel" \
	watched 5 "$ionctl" stats -w0.05 -n2 "$moving" "$queued"
check "watched: titles are repeated" watched 23 "$ionctl" stats -w0.01 -n 21
check "a number after -w is the interval" \
	prints '^CHANNELS  *TX/S' "$ionctl" stats -w 0.05 -n 2
check "a number after --watch is the interval" \
	watched 3 "$ionctl" stats --watch 0.05 -n 2
check "a number after the interval is a channel" \
	prints '^CHANNEL  *TX/S' "$ionctl" stats -w 0.05 -n 2 "$moving"
check "a channel before -w is watched" \
	prints '^CHANNEL  *TX/S' "$ionctl" stats "$moving" -w -n 1
check "-j is --json" json ".channels[0].channel == $queued" \
	"$ionctl" -j stats "$queued"
check "--count without --watch" watched 2 "$ionctl" stats -n 1
check "watched: each line is a JSON document" documents 3 "(.seconds > 0) and
	(.channels[0] | .channel == $moving and .rates.tx > 0 and
	.rates.rx > 0 and .rates.cmd == 0 and .rates.kicks > 0)" "$moving"

# A signal ends it after whole lines.
signalled()
{
	"$ionctl" --json stats -w0.05 >out 2>err &
	until [ "$(wc -l <out)" -ge 2 ]; do sleep 0.05; done
	kill "-$1" $!
	wait $!
	status=$?
	if [ "$status" -ne "$2" ] || [ -s err ]; then
		echo "status $status"
		cat err
		return 1
	fi
	[ "$(jq -c .seconds <out | wc -l)" -eq "$(wc -l <out)" ]
}

# A shell has its background processes ignore SIGINT: undo that.
interrupted()
{
	"$here/terminal" -2 sh -c "echo q quit; exec '$ionctl' stats -w0.05" \
		>out 2>err
	[ $? -eq 130 ]
}

check "SIGTERM ends it" signalled TERM 143
check "SIGINT ends it" interrupted
check "a pipe that is closed ends it" \
	sh -c "timeout 20 '$ionctl' stats -w0.05 | head -n 2 | grep -q TX/S"
check "a full disk ends it" fails 1 "disk is full" \
	sh -c "timeout 20 '$ionctl' stats -w0.05 >/dev/full"

# With stdout closed, nothing is written to the device instead.
check "stdout is closed" fails 1 "stdout: Bad file descriptor" \
	sh -c "'$ionctl' stats -w0.05 -n 2 >&-"

# The channel is closed while it is watched.
goes()
{
	# A process that still has the pipe open would keep the channels.
	"$ionctl" stats -w0.05 "$moving" >out 2>err 3>&- &
	until [ "$(wc -l <out)" -ge 2 ]; do sleep 0.05; done
	let_go
	wait $!
	[ $? -eq 1 ] && grep -qx "ionctl: channel $moving: it has gone" err
}

check "a channel is closed while it is watched" goes
check "no channels" prints '^0 channels, 0 B$' "$ionctl" stats
check "the totals keep closed channels" json ".total.rings.tx.pushed > 0" "$ionctl" --json stats

# total FILTER: print a number from the totals of the system.
total()
{
	"$ionctl" --json stats | jq -r ".total$1"
}

# The totals include programs that have ended.
outlives()
{
	before=$(total .rings.tx.pushed)
	opened=$(total .opened)
	"$ionctl" push --service sink data=1 data=2 data=3 || return
	after=$(total .rings.tx.pushed)
	echo "$before packets, then $after"
	[ "$after" -eq $((before + 3)) ] && [ "$(total .opened)" -gt "$opened" ]
}

# Programs that start and end between two reports are included in the rates.
short_lives()
{
	"$ionctl" --json stats -w0.5 -n 3 >out &
	i=0
	while kill -0 $! 2>/dev/null; do
		"$ionctl" push --service sink data=1 data=2 >/dev/null || return
		i=$((i + 1))
	done
	echo "$i programs"
	cat out
	jq -se 'length == 3 and all(.total.rates.tx > 0)' out >/dev/null
}

# No number decreases while programs come and go.
never_falls()
{
	last=0
	for i in 1 2 3 4 5 6 7 8; do
		"$ionctl" push --service sink data=1 >/dev/null || return
		now=$(total .rings.tx.pushed)
		echo "$now"
		[ "$now" -gt "$last" ] || return
		last=$now
	done
}

check "the totals keep the packets of a closed channel" outlives
check "totals never decrease" never_falls
check "the totals as text" prints "opened since the module was loaded" "$ionctl" stats
check "watched: rates include short-lived channels" short_lives

# ---- channels with buffers --------------------------------------------------

before=$(total .held_total)
have waiting
: "${waiting:=}"
held='payloads waiting for an empty buffer at the other end'
check "stats says who owns the buffers of a channel" \
	prints '^  8 buffers of 2.00 KiB, 6 with the program, 2 with the service$' \
	"$ionctl" stats "$waiting"
check "stats says how many payloads wait for a buffer" \
	prints "^  $held: 2, 3 so far$" "$ionctl" stats "$waiting"
check "stats sums up the buffers of all channels" \
	prints '^  16 buffers, 14 with the program, 2 with the service$' \
	"$ionctl" stats
check "JSON says how many payloads wait for a buffer" json \
	'.channels[0] | .held == 2 and .held_total == 3 and .buffers == 8 and
	.buffers_owned == 6' "$ionctl" --json stats "$waiting"
check "JSON sums up the buffers of all channels" json \
	".total | .held == 2 and .held_total == $before + 3 and
	.buffers == 16 and .buffers_owned == 14" "$ionctl" --json stats
let_go
check "the totals keep payloads that had to wait" json \
	".total | .held == 0 and .held_total == $before + 3" \
	"$ionctl" --json stats
finish

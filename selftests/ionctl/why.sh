#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl why: what it says of programs that make a mistake, and of those that do
# not.
. "$(dirname "$0")/tap.sh"
need_device

hold=$here/wrong
# A cause for each program, or "none".
causes="never_kicks not-kicked
never_kicks_commands not-kicked
wrong_ring other-ring
bad_index poisoned
never_pops not-popped
no_peer no-peer
no_empties no-empty-buffer
bad_range refused
same_buffer refused
wants_more too-few
flag_not_set flag-not-set
is_stopped stopped
peer_never_pops peer-not-popping
direct_never_pops peer-not-popping
peer_gone hung-up
never_accepts no-peer
source_without_buffers no-empty-buffer
right_idle none
right_waits none
right_waits_for_peer none
right_busy none"

# finds CHANNEL CAUSE: it finds that, and nothing else, of the channel.
finds()
{
	findings="[]" code=0
	[ "$2" = none ] || findings="[\"$2\"]" code=1
	ends "$code" "$ionctl" why --json --time 0.3 "$1" || return
	jq -e "[.findings[].cause] == $findings and .channels == 1" out >result &&
		return
	cat out
	return 1
}

# says REGEX ARGUMENT...: a line of ionctl why matches, and something is wrong.
says()
{
	regex=$1
	shift
	ends 1 "$ionctl" why --time 0.3 "$@" || return
	grep -q -e "$regex" out && return
	cat out
	return 1
}

# shellcheck disable=SC2046
have $(echo "$causes" | cut -d ' ' -f 1)
while read -r name cause; do
	eval "channel=\$$name"
	check "$name: $cause" finds "$channel" "$cause"
done <<END
$causes
END

# shellcheck disable=SC2154
as_text()
{
	check "a finding names its channel and its program" says \
		"^channel $never_kicks (never_kicks, pid [0-9]*, service echo): 10 packets wait on tx" \
		"$never_kicks"
	check "a finding has an advice" says "^    Kick after the last packet" \
		"$never_kicks"
	check "several channels are looked at" says "^channel $no_peer .*'alone'" \
		"$never_kicks" "$no_peer"
	check "nothing is wrong with a channel" prints \
		"^nothing is wrong with 1 channel$" "$ionctl" why --time 0.1 "$right_idle"
	check "the process of a listener is named" says \
		"^channel [0-9]* (never_accepts, pid .*): 1 clients wait at its port, and were not accepted"
	chmod 666 /dev/ion
	check "a user sees no channel of root" prints \
		"^nothing is wrong with 0 channels$" as_user "'$ionctl'" why --time 0.1
	chmod 660 /dev/ion
	check "a channel that is not there" fails 1 "channel 999999: no such channel" \
		"$ionctl" why 999999
	check "a time that is none" fails 2 "--time" "$ionctl" why --time x
}

as_text
let_go
check "nothing is wrong without channels" prints "^nothing is wrong with 0 channels$" \
	"$ionctl" why --time 0.1
finish

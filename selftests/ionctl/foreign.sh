#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl info, peek and reset on channels of other processes.
. "$(dirname "$0")/tap.sh"
need_device
have open idle compact queued answered poisoned lent closed arena inherited \
	locked
: "${open:=}" "${idle:=}" "${compact:=}" "${queued:=}" "${answered:=}"
: "${poisoned:=}" "${lent:=}" "${closed:=}" "${arena:=}" "${inherited:=}"
: "${locked:=}"

check "info of the split layout" json ".channel == $idle and
	.layout == \"split\" and (.areas | length) == 6 and
	(.areas[] | select(.name == \"kernel\") | .writable == false) and
	.rings.tx.nr_slots == 256 and .rings.cmd.slot_size == 32 and
	.rings.tx.head == 1073741824" "$ionctl" --json info "$idle"
check "info of the compact layout" json '.layout == "compact" and
	[.areas[].name] == ["tx", "rx", "cmd", "evt"] and
	.rings.rx.slots == 268435472' "$ionctl" info --json "$compact"
check "info of an arena" json '.buffers == 16 and .buffer_size == 2048 and
	(.areas[] | select(.name == "arena") | .length == 32768)' \
	"$ionctl" --json info "$arena"
check "info as text" prints '^kernel  *0x50000000  *4096  read$' \
	"$ionctl" info "$idle"
check "info of a channel that is not set up" \
	fails 1 "channel $open: .*not yet set up" "$ionctl" info "$open"

# peeked COUNT OPTION...: peek prints this many, and they are still queued.
peeked()
{
	lines=$1
	shift
	is_done "$ionctl" peek "$@" || return
	[ "$(wc -l <out)" -eq "$lines" ] && return
	cat out
	return 1
}

first="data=0x1000 phys=0 len=0 id=1 pad=0"
check "peek at tx" peeked 5 "$queued" tx
check "peek shows the oldest first" sh -c "head -n 1 out | grep -qx '$first'"
check "peek leaves the packets queued" peeked 5 "$queued" tx
check "peek -n" peeked 2 -n 2 "$queued" tx
check "peek --skip" peeked 1 --skip 4 "$queued" tx
check "peek --skip of all packets" peeked 0 --skip 5 "$queued" tx
check "peek -n of more than there are" peeked 3 --count 99 "$answered" rx
check "peek at evt" prints \
	'^kind=3 arg=0 id=00000000000000020000000000000001 pad=0$' \
	"$ionctl" peek "$answered" evt
check "peek as JSON" json '.id == 3 and .data == "0x1002"' \
	"$ionctl" --json peek --skip 2 "$answered" rx
check "peek at an empty ring" peeked 0 "$idle" rx
check "peek at a poisoned ring" peeked 0 "$poisoned" tx
check "peek --binary" sh -c "[ \$('$ionctl' peek --binary $queued tx | wc -c) -eq 120 ]"
check "peek at a channel that is not set up" \
	fails 1 "channel $open: the channel was not set up" \
	"$ionctl" peek "$open" tx
check "peek on a full disk" fails 1 "disk is full" \
	sh -c "'$ionctl' peek $queued tx >/dev/full"

# ionctl closes its copy of the descriptor, which does not end the lent thread.
lent_stays()
{
	"$ionctl" peek "$lent" tx && "$ionctl" info "$lent" >/dev/null &&
		json "(.channels[0].kernel_end) == \"lent, sleeping\"" \
		"$ionctl" --json stats "$lent"
}

check "a lent thread stays lent" lent_stays

# A process that did not open the channel has the descriptor.
check "a channel is found in a process that inherited it" \
	fails 1 "channel $inherited: .*not yet set up" \
	"$ionctl" info "$inherited"
check "a channel with many locks on its descriptor is found" \
	json ".channel == $locked" "$ionctl" --json info "$locked"
check "a channel that only a service keeps" \
	fails 1 "channel $closed: no process has it open, a service" \
	"$ionctl" info "$closed"
check "a channel that does not exist" \
	fails 1 "channel 99999: no such channel, or you may not see it" \
	"$ionctl" peek 99999 tx
check "ionctl leaves no channel open" json "[.channels[].pid] | index($$) == null" \
	"$ionctl" --json list

check "reset of a poisoned channel" prints "^channel $poisoned: 0 discarded$" \
	"$ionctl" reset "$poisoned"
check "reset clears the poison" json '.channels[0].poisoned == false and
	.channels[0].resets == 1' "$ionctl" --json stats "$poisoned"
check "reset discards what is queued" json ".channel == $answered and .discarded == 4" \
	"$ionctl" --json reset "$answered"
check "reset counts what it discarded" json '.channels[0].rings.rx | .queued == 0 and
	.discarded == 3' "$ionctl" --json stats "$answered"

# A user may not trace the process: it is theirs, but forbids it.
untraceable()
{
	cp "$ionctl" "$hold" .
	chmod 666 /dev/ion
	mkfifo user_keep
	chmod 644 user_keep
	: >user_names
	su user -c "./hold $1 idle" <user_keep >user_names &
	exec 4>user_keep
	until grep -q '^ready' user_names; do sleep 0.05; done
	theirs=$(sed -n 's/^idle //p' user_names)
	shift
	"$@"
	status=$?
	exec 4>&-
	chmod 660 /dev/ion
	rm user_keep
	return "$status"
}

denied()
{
	fails 4 "channel $theirs: no permission to trace process [0-9]* hold: be root" \
		as_user ./ionctl info "$theirs"
}

allowed()
{
	prints "^channel $theirs: service echo" as_user ./ionctl info "$theirs"
}

not_seen()
{
	fails 1 "channel $idle: no such channel, or you may not see it" \
		as_user ./ionctl reset "$idle"
}

check "a process that may not be traced" untraceable private denied
check "a process that may be traced" untraceable compact allowed
check "a channel of another user" untraceable compact not_seen
let_go

# The descriptor belongs to another channel by the time it is copied.
swaps()
{
	have swapped
	: "${swapped:=}"
	i=0 status=0
	while [ "$status" -eq 0 ] && [ $((i += 1)) -le 100 ]; do
		json ".channel == $swapped" "$ionctl" --json info "$swapped"
		status=$?
	done
	let_go
	return "$status"
}

check "a descriptor that becomes that of another channel" swaps
finish

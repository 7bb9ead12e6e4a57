#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl cat: the same bytes in the same order, with any number of buffers.
. "$(dirname "$0")/tap.sh"
need_device
head -c 5000000 /dev/urandom >big
head -c 100001 big >small

# carried FILE OPTION...: the file comes back unchanged.
carried()
{
	file=$1
	shift
	is_done "$ionctl" cat "$@" <"$file" && cmp out "$file"
}

check "megabytes through echo" carried big
check "megabytes with a lent thread" carried big --lend
check "megabytes in the compact layout" carried big --layout compact
check "two small buffers, four slots" \
	carried small --buffers 2 --buffer-size 256 --slots 4
check "buffers that are larger than the largest packet" \
	carried big --buffers 3 --buffer-size 131072
check "an empty file" carried /dev/null
check "a single byte" sh -c "[ \"\$(printf x | '$ionctl' cat)\" = x ]"
check "a slow reader" \
	sh -c "'$ionctl' cat <big | { sleep 1; cmp - big; }"
check "input that comes slowly" sh -c "
	{ echo a; sleep 0.3; echo b; } | '$ionctl' cat | tr -d '\n' | grep -qx ab"
check "output comes before the end of the input" sh -c "
	mkfifo in; '$ionctl' cat <in | { read -r a; echo \"\$a\" >got; } &
	exec 4>in; echo first >&4
	until [ -s got ]; do sleep 0.05; done; exec 4>&-; wait"

# ---- two programs -----------------------------------------------------------

one_way()
{
	"$ionctl" cat --key way --receive "$@" >came &
	"$ionctl" cat --key way --send "$@" <big || return
	wait $! && cmp came big
}

both_ways()
{
	"$ionctl" cat --key both "$@" <small >there &
	"$ionctl" cat --key both "$@" <big >here || return
	wait $! && cmp there big && cmp here small
}

check "one program sends to another" one_way
check "one program sends to another, with lent threads" one_way --lend
check "two programs send to each other" both_ways
check "two programs send to each other, with two buffers" both_ways --buffers 2 --buffer-size 4096
check "two programs send to each other, with four slots" \
	both_ways --buffers 3 --buffer-size 4096 --slots 4

# The output of one program is read only after all that it sends has arrived.
stuck_one_way()
{
	: >there
	"$ionctl" cat --key stuck <big | {
		until [ "$(wc -c <there)" -eq 5000000 ]; do sleep 0.1; done
		cat >here
	} &
	"$ionctl" cat --key stuck <big >there || return
	wait $! && cmp there big && cmp here big
}

check "one direction continues while the other one is stuck" stuck_one_way

# The sender or the receiver reports that not all arrived.
receiver_full()
{
	"$ionctl" cat --key full --receive >/dev/full 2>messages &
	receiver=$!
	fails 1 'the other program has gone' \
		"$ionctl" cat --key full --send <big || return
	! wait "$receiver" && grep -q 'the disk is full' messages
}

receiver_killed()
{
	mkfifo never
	exec 5<>never
	"$ionctl" cat --key kill --receive >never &
	receiver=$!
	(sleep 1; kill -9 "$receiver") &
	fails 1 'the other program has gone' \
		"$ionctl" cat --key kill --send <big
	status=$?
	exec 5>&-
	return "$status"
}

sender_killed()
{
	mkfifo still
	exec 5<>still
	"$ionctl" cat --key dead --send <still &
	sender=$!
	(sleep 1; kill -9 "$sender") &
	fails 1 'the other program has gone' \
		"$ionctl" cat --key dead --receive
	status=$?
	exec 5>&-
	return "$status"
}

both_send()
{
	"$ionctl" cat --key two --send <small 2>/dev/null &
	fails 1 'both programs are to send, and nothing else' \
		"$ionctl" cat --key two --send <small
}

# The other program is not ionctl cat.
no_cat()
{
	"$ionctl" push --key none --cmd --buffers 64 --buffer-size 32768 1 \
		>/dev/null &
	fails 1 'the other program is no ionctl cat' \
		"$ionctl" cat --key none --receive
}

check "the receiver has no room" receiver_full
check "the receiver is killed" receiver_killed
check "the sender is killed" sender_killed
check "both send" both_send
check "the other program is not ionctl cat" no_cat
check "no other program comes" fails 6 'no packet moved for 0.2 s' \
	"$ionctl" cat --key alone --timeout 0.2

# Another program overwrites the packets of cat.
refused()
{
	"$ionctl" cat </dev/zero >/dev/null 2>err &
	cat=$!
	"$here/scribble" "$cat" slots || return
	wait "$cat"
	[ $? -eq 1 ] && [ "$(wc -l <err)" -eq 1 ] &&
		grep -q '^ionctl: the kernel refused [0-9]* packet.*outside its' err
}

check "cat ends when the kernel refuses a packet, and says why" refused

# ---- stdin and stdout -------------------------------------------------------

check "a full disk" fails 1 'the disk is full' \
	sh -c "'$ionctl' cat <big >/dev/full"
check "stdout is closed" fails 1 'stdout: ' sh -c "'$ionctl' cat <big >&-"
check "stdin is closed" fails 1 'stdin: Bad file' sh -c "'$ionctl' cat <&-"
check "stdin is a folder" fails 1 'stdin: Is a directory' \
	sh -c "'$ionctl' cat </"
check "a reader that stops early" sh -c "'$ionctl' cat <big | head -c 1000 | wc -c |
	grep -qx 1000"
check "--send without a pair" fails 2 '--send is for a pair' \
	"$ionctl" cat --send
check "a service that does not send back" fails 1 'source sends nothing back' \
	sh -c "echo hi | '$ionctl' cat --service source"
check "a channel of the shell" sh -c "exec 3<>/dev/ion
	echo hi | '$ionctl' cat --fd 3 | grep -qx hi"
check "more buffers than slots" fails 1 '300 buffers need at least 301 slots' \
	"$ionctl" cat --buffers 300 --slots 256
check "no channel is left" json '.channels == 0' "$ionctl" --json info
finish

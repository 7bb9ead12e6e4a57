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

prints 'packet 7 came back: 0x10ad' five
prints 'packet 7 came back: 0x10ad' hello
for way in eventfd ioctl poll read; do
	prints '100000 packets came back' "wait_$way"
done
prints '1000000 packets came back: [0-9]+ system calls, [0-9]+ of them kicks' \
	wait_never
talks
left_alone
for program; do
	timeout 60 "$program" >"$out/says" 2>&1
	result $? "${program##*/}"
done
echo "1..$number"
exit "$failed"

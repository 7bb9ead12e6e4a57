#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl top on a terminal, which is restored however top ends.
. "$(dirname "$0")/tap.sh"
need_device
have moving idle poisoned
escape=$(printf '\033')

# shows STATUS ACTION OPTION...: it ends with STATUS, and took and restored the page.
shows()
{
	want=$1 action=$2
	shift 2
	ends "$want" "$here/terminal" "$action" env TERM=xterm "$ionctl" top "$@" ||
		return
	grep -q "^$escape\[?1049h$escape\[?25l" out &&
		tail -n 1 out | grep -q "$escape\[?25h$escape\[?1049l" &&
		grep -q '[0-9]* channels, ' out && grep -q CHANNEL out && return
	cat out err
	return 1
}

# order NAME CHANNEL: sorted like that, this channel is in the first line.
order()
{
	ends 0 "$here/terminal" none env TERM=xterm NO_COLOR=1 \
		"$ionctl" top -n 1 -d 0.1 --sort "$1" || return
	tr -d '\r' <out | sed "s/$escape\[K//g" | grep -A 1 '^CHANNEL' |
		grep -q "^ *$2 " && return
	cat out
	return 1
}

check "q ends top" shows 0 q
check "--count ends top" shows 0 none --count 2 --delay 0.1
check "SIGINT ends top" shows 130 -2
check "SIGTERM ends top" shows 143 -15
check "SIGHUP ends top" shows 129 -1
check "an unknown key does nothing" \
	shows 0 z --count 2 --delay 0.5
# shellcheck disable=SC2154
{
	check "the busiest channel first" order rate "$moving"
	check "the oldest channel first" order channel "$moving"
	check "the channel with the most kicks first" order kicks "$moving"
}
check "stdout is not a terminal" \
	fails 1 "stdout is not a terminal: use ionctl stats --watch" "$ionctl" top

# page KEYS [OPTION...]: write the terminal after those keys to the file page.
page()
{
	keys=$1
	shift
	ends 0 "$here/terminal" "$keys" env TERM=xterm NO_COLOR=1 \
		"$ionctl" top -d 0.3 "$@" || return
	tr -d '\r' <out | sed -e "s/$escape\[H/\n=page=/g" \
		-e "s/$escape\[[?0-9;]*[a-zA-Z]//g" |
		awk '/^=page=/ { text = "" } { text = text $0 "\n" }
			END { printf "%s", text }' | sed 's/^=page=//' >page
}

# fits COLUMNS [OPTION...]: no line is wider, no column is cut, and there are at most
# as many lines as the terminal has.
fits()
{
	COLUMNS=$1
	export COLUMNS
	shift
	page none -n 1 "$@"
	status=$?
	[ "$status" -eq 0 ] && ! grep ".\{$((COLUMNS + 1))\}" page &&
		[ "$(wc -l <page)" -le 20 ] && whole_titles
	status=$?
	[ "$status" -eq 0 ] || { echo "in $COLUMNS columns:"; cat page; }
	unset COLUMNS
	return "$status"
}

whole_titles()
{
	grep '^CHANNEL' page | tr -s ' ' '\n' | while read -r title; do
		case $title in
		CHANNEL | PID | COMM | USER | SERVICE | STATE | MEMORY | TX/S | \
		RX/S | CMD/S | EVT/S | KICKS/S | WAKEUPS/S | TX | RX) ;;
		*) echo "no title: $title"; return 1 ;;
		esac
	done
}

# titles COLUMNS REGEX [OPTION...]: the titles of the table match.
titles()
{
	columns=$1 regex=$2
	shift 2
	fits "$columns" "$@" || return
	grep '^CHANNEL' page | tr -s ' ' | grep -q -x -e "$regex" && return
	cat page
	return 1
}

for columns in 10 20 33 40 57 72 80 100 132 200; do
	check "top fits $columns columns" fits "$columns"
done
check "top has all columns on a wide terminal" titles 200 \
	"CHANNEL PID COMM USER SERVICE STATE MEMORY TX/S RX/S CMD/S EVT/S KICKS/S WAKEUPS/S TX RX"
check "top leaves out the least important columns in 80 columns" titles 80 \
	"CHANNEL PID COMM SERVICE STATE TX/S RX/S .*"
check "top keeps the column that it is sorted by" titles 30 \
	"CHANNEL.* KICKS/S" --sort kicks
check "top shows the memory that it is sorted by in 80 columns" titles 80 \
	"CHANNEL .* MEMORY .*" --sort memory

# ---- filters ----------------------------------------------------------------

# channels KEYS EXPECTED [OPTION...]: the table has these channels in this order.
channels()
{
	keys=$1 expected=$2
	shift 2
	page "$keys" --sort channel "$@" || return
	seen=$(sed '1,/^CHANNEL/d' page | awk 'NF { print $1 }' | paste -s -d ' ')
	[ "$seen" = "$expected" ] && return
	echo "$seen, not $expected:"
	cat page
	return 1
}

# shellcheck disable=SC2154
{
	check "top --poisoned" channels q "$poisoned" --poisoned
	check "top --service without such a channel" \
		channels q "" --service nosuch
	check "top --pid" channels q "$moving $idle $poisoned" --pid "$holder"
	check "top --user" channels q "$moving $idle $poisoned" --user root
	check "top filters by a text that is typed" \
		channels "/poiso
q" "$poisoned"
	check "top filters in upper and lower case" channels "/POISO
q" "$poisoned"
	check "backspace removes a letter" channels "/poisox$(printf '\177')
q" "$poisoned"
	check "q is a letter while a text is typed" channels "/q${escape}q" \
		"$moving $idle $poisoned"
	check "escape shows all channels again" \
		channels "/poiso${escape}q" "$moving $idle $poisoned"
}
let_go

# ---- scrolling ---------------------------------------------------------------

# shellcheck disable=SC2046
have $(yes compact | head -n 40)
all=$(sed -n 's/^compact //p' names)

# from N: print the channels that fit the terminal, beginning with the Nth.
from()
{
	echo "$all" | sed -n "$1,$(($1 + 15))p" | paste -s -d ' '
}

check "top shows as many channels as fit" channels q "$(from 1)"
check "top says which channels are shown" grep -q '^1 to 16 of 40: ' page
check "down scrolls by one" channels "${escape}[B${escape}[Bq" "$(from 3)"
check "up scrolls back" channels "${escape}[B${escape}[B${escape}[Aq" "$(from 2)"
check "up ends at the first" channels "${escape}[Aq" "$(from 1)"
check "page down scrolls by a page" channels "${escape}[6~q" "$(from 17)"
check "page up scrolls back by a page" \
	channels "${escape}[6~${escape}[6~${escape}[5~q" "$(from 9)"
check "end shows the last" channels "${escape}[Fq" "$(from 25)"
check "down does nothing at the end" channels "${escape}[4~${escape}[Bq" "$(from 25)"
check "home shows the first" channels "${escape}[F${escape}[Hq" "$(from 1)"
check "an unknown sequence does nothing" channels "${escape}[15~q" "$(from 1)"
let_go
check "no channels at all" shows 0 none -n 1 -d 0.1
finish

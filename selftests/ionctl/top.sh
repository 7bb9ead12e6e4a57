#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# ionctl top: on a terminal, that is given back however it ends.
. "$(dirname "$0")/tap.sh"
need_device
have moving idle poisoned
escape=$(printf '\033')

# shows STATUS ACTION OPTION...: in between the page is taken and given back.
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

# order KEY CHANNEL: after that key this channel is in the first line.
order()
{
	ends 0 "$here/terminal" none env TERM=xterm NO_COLOR=1 \
		"$ionctl" top -n 1 -d 0.1 --sort "$1" || return
	tr -d '\r' <out | sed "s/$escape\[K//g" | grep -A 1 '^CHANNEL' |
		grep -q "^ *$2 " && return
	cat out
	return 1
}

check "q ends it" shows 0 q
check "so many looks end it" shows 0 none --count 2 --delay 0.1
check "SIGINT" shows 130 -2
check "SIGTERM" shows 143 -15
check "SIGHUP" shows 129 -1
check "a key that means nothing, and then the end" \
	shows 0 z --count 2 --delay 0.5
# shellcheck disable=SC2154
{
	check "the busiest first" order rate "$moving"
	check "the oldest first" order channel "$moving"
	check "by kicks" order kicks "$moving"
}
check "stdout is no terminal" \
	fails 1 "stdout is no terminal: use ionctl stats --watch" "$ionctl" top

# Nothing is wider than the terminal, nor are there more lines.
fits()
{
	ends 0 "$here/terminal" none env TERM=xterm "$ionctl" top -n 1 -d 0.1 ||
		return
	tr -d '\r' <out | sed "s/$escape\[[?0-9;]*[a-zA-Z]//g" >page
	! grep '.\{101\}' page && [ "$(wc -l <page)" -le 20 ]
}

check "it fits" fits
let_go
check "no channels at all" shows 0 none -n 1 -d 0.1
finish

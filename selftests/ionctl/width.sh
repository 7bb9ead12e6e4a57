#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests the tables of all commands on terminals of any width, except top: top.sh.
. "$(dirname "$0")/tap.sh"
need_device
have moving arena waiting poisoned
: "${moving:=}" "${arena:=}" "${waiting:=}"

# fits REGEX COMMAND...: on a terminal of any width some lines match, and none of them
# is wider than the terminal.
fits()
{
	regex=$1
	shift
	for columns in 8 15 20 31 40 60 80 100 140; do
		ends 0 env COLUMNS="$columns" TERM=dumb "$here/terminal" none \
			"$ionctl" "$@" || return
		tr -d '\r' <out | grep -e "$regex" >page || return
		! grep ".\{$((columns + 1))\}" page && continue
		echo "in $columns columns:"
		cat out
		return 1
	done
}

# A table is the whole output, or begins with its titles and the names of rings.
check "list fits every width" fits . list
check "info fits every width" fits . info
check "the areas and offsets of info fit every width" \
	fits '^\(AREA\|[a-z]* *0x\|  *TX\|slot\|[a-z]* [a-z]*  *0x\)' info "$arena"
check "the rings of stats fit every width" \
	fits '^  \(RING\|\(tx\|rx\|cmd\|evt\)\(  .*\)*$\)' stats "$waiting"
check "the rings of all channels fit every width" \
	fits '^  \(RING\|\(tx\|rx\|cmd\|evt\)\(  .*\)*$\)' stats
check "the rates of all channels fit every width" fits . stats -n 1 -w 0.01
check "the rates of a channel fit every width" \
	fits . stats -n 1 -w 0.01 "$moving"
check "rates leave out the least important columns in 60 columns" sh -c \
	"COLUMNS=60 TERM=dumb '$here/terminal' none '$ionctl' stats -n 1 -w 0.01 |
	grep -q '^CHANNELS  *TX/S  *RX/S  *CMD/S  *KICKS/S  *WAKEUPS/S'"

# All words of the features are there, in lines of their own.
broken()
{
	ends 0 env COLUMNS=40 TERM=dumb "$here/terminal" none "$ionctl" info ||
		return
	for word in compact split wait serve arena join list selftest echo sink; do
		grep -q -w "$word" out || { cat out; return 1; }
	done
}

check "info breaks long texts into lines" broken

# The lines of its table end with the reason of a failure; there is none here.
tests_fit()
{
	for columns in 20 40 80; do
		ends 0 env COLUMNS="$columns" TERM=dumb "$here/terminal" none \
			"$ionctl" selftest || return
		tr -d '\r' <out | sed '$d' >page
		! grep ".\{$((columns + 1))\}" page || return
	done
}

if "$ionctl" info | grep -q 'features.*selftest'; then
	check "selftest fits every width" tests_fit
fi
let_go
finish

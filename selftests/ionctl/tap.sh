# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Shared by the tests of ionctl: TAP, and checks of commands. A test sources this,
# calls the functions below, and ends with finish.

here=$(cd "$(dirname "$0")" && pwd)
ionctl=${IONCTL:-$here/ionctl}
hold=$here/hold
tmp=$(mktemp -d)
tests=0 failures=0 holder=

chmod 755 "$tmp"
cd "$tmp" || exit 1
echo "TAP version 13"

clean_up()
{
	[ -z "$holder" ] || kill "$holder" 2>/dev/null
	cd / && rm -rf "$tmp"
}

trap clean_up EXIT

skip_all()
{
	echo "1..0 # SKIP $*"
	exit 4
}

finish()
{
	echo "1..$tests"
	[ "$failures" -eq 0 ]
	exit
}

# result STATUS NAME: print the result of a test.
result()
{
	tests=$((tests + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tests $2"
	else
		echo "not ok $tests $2"
		failures=$((failures + 1))
	fi
}

# check NAME COMMAND...: the command succeeds.
check()
{
	name=$1
	shift
	"$@" >log 2>&1
	status=$?
	[ "$status" -eq 0 ] || { tr -d '\033' <log | sed 's/^/# /'; echo; }
	result "$status" "$name"
}

# ends STATUS COMMAND...: the command ends with STATUS; its output is in out and err.
ends()
{
	want=$1
	shift
	"$@" >out 2>err
	status=$?
	[ "$status" -eq "$want" ] && return
	echo "status $status, not $want, of: $*"
	head -n 20 out err
	return 1
}

# is_done COMMAND...: it succeeds, and prints nothing on stderr.
is_done()
{
	ends 0 "$@" || return
	[ ! -s err ] && return
	cat err
	return 1
}

# fails STATUS REGEX COMMAND...: it ends with STATUS, prints nothing on stdout, and a
# single line on stderr, which matches.
fails()
{
	want=$1 regex=$2
	shift 2
	ends "$want" "$@" || return
	if [ -s out ] || [ "$(wc -l <err)" -ne 1 ] ||
	   ! grep -q "^ionctl: .*$regex" err; then
		echo "stdout, and stderr, which is not one line with $regex:"
		cat out err
		return 1
	fi
}

# json EXPRESSION COMMAND...: its output is JSON for which the expression holds.
json()
{
	expression=$1
	shift
	is_done "$@" || return
	jq -e "$expression" out >result 2>&1 && return
	echo "$expression does not hold of:"
	cat out result
	return 1
}

# prints REGEX COMMAND...: a line of its output matches.
prints()
{
	regex=$1
	shift
	is_done "$@" || return
	grep -q -e "$regex" out && return
	echo "no line with $regex in:"
	cat out
	return 1
}

# have STATE...: open a channel in each state, with its number in $STATE.
have()
{
	rm -f keep names
	mkfifo keep
	"$hold" "$@" <keep >names &
	holder=$!
	exec 3>keep
	until grep -q '^ready' names; do
		kill -0 "$holder" || exit 1
		sleep 0.05
	done
	while read -r state number; do
		eval "$state=$number"
	done <names
}

# let_go: close the channels of have.
let_go()
{
	exec 3>&-
	wait "$holder"
	holder=
}

# as_user COMMAND...: run it as an ordinary user, in the same folder.
as_user()
{
	su user -c "cd '$tmp' && $*"
}

need_device()
{
	[ -c /dev/ion ] || skip_all "no /dev/ion"
}

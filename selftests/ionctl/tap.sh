# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of ionctl share: TAP, and commands that are to end as told. A
# test sources this, calls what is below, and ends with finish.

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

# result STATUS NAME: of one test.
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

# check NAME COMMAND...: it succeeds.
check()
{
	name=$1
	shift
	"$@" >log 2>&1
	status=$?
	[ "$status" -eq 0 ] || { tr -d '\033' <log | sed 's/^/# /'; echo; }
	result "$status" "$name"
}

# ends STATUS COMMAND...: the command does, with what it printed in out and err.
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

# is_done COMMAND...: it succeeds, and says nothing on stderr.
is_done()
{
	ends 0 "$@" || return
	[ ! -s err ] && return
	cat err
	return 1
}

# fails STATUS REGEX COMMAND...: with that status, with nothing on stdout, and
# with one line on stderr that matches.
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

# json EXPRESSION COMMAND...: its output is JSON of which that holds.
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

# prints REGEX COMMAND...: a line that matches.
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

# have STATE...: channels of which the numbers are in $STATE each.
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

# let_go: of the channels of have.
let_go()
{
	exec 3>&-
	wait "$holder"
	holder=
}

# as_user COMMAND...: by somebody who is not root, in the same folder.
as_user()
{
	su user -c "cd '$tmp' && $*"
}

need_device()
{
	[ -c /dev/ion ] || skip_all "no /dev/ion"
}

#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests completion in bash with a device. tools/ionctl/tests/completion tests it in
# all shells without one.
. "$(dirname "$0")/tap.sh"
PATH=$(dirname "$ionctl"):$PATH
. "${COMPLETION:-$here/ionctl.bash}"

# completes WORDS EXPECTED: bash offers these on a line that ends with the last word.
completes()
{
	read -ra COMP_WORDS <<<"$1"
	[[ $1 != *' ' ]] || COMP_WORDS+=('')
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	COMPREPLY=()
	_ionctl
	[ "${COMPREPLY[*]}" = "$2" ] && return
	echo "${COMPREPLY[*]}"
	return 1
}

# line WORDS EXPECTED: test one line.
line()
{
	check "$1" completes "$1" "$2"
}

line 'ionctl lis' 'list listen'
line 'ionctl conn' connect
line 'ionctl list --color = al' always
line 'ionctl cat ' ''
touch file
line 'ionctl push --file fi' file
line 'ionctl --device /nonexistent info ' ''
line 'ionctl --device = /nonexistent stats ' ''
line 'ionctl frobnicate ' ''
check "completion is set up" grep -qw _ionctl <(complete -p ionctl)
if [ -c /dev/ion ] && [ -x "$hold" ]; then
	have idle compact
	: "${idle:=}" "${compact:=}"
	line 'ionctl info ' "$idle $compact"
	line 'ionctl stats 1 ' "$idle $compact"
	line 'ionctl stats -w ' "$idle $compact"
	line 'ionctl reset ' "$idle $compact"
	line 'ionctl list --service e' echo
	line 'ionctl list --pid ' "$holder"
	line 'ionctl top --pid = ' "$holder"
	let_go
	exec 7<>/dev/ion
	line 'ionctl push --fd ' 7
	exec 7>&-
fi
finish

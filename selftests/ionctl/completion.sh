#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion in bash; what asks the driver only if there is one.
. "$(dirname "$0")/tap.sh"
PATH=$(dirname "$ionctl"):$PATH
. "${COMPLETION:-$here/completion.bash}"

# completes WORDS EXPECTED: of a line that ends with the last word.
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

# line WORDS EXPECTED: a test of it.
line()
{
	check "$1" completes "$1" "$2"
}

line 'ionctl li' list
line 'ionctl sta' stats
line 'ionctl help sel' selftest
line 'ionctl --j' --json
line 'ionctl list --po' --poisoned
line 'ionctl stats --w' --watch
line 'ionctl --color ' 'auto always never'
line 'ionctl list --color = al' always
line 'ionctl list --color =' 'auto always never'
line 'ionctl top --sort m' memory
line 'ionctl top -s m' memory
line 'ionctl peek 7 ' 'tx rx cmd evt'
line 'ionctl peek --skip 3 7 e' evt
line 'ionctl --json peek -n 2 7 c' cmd
line 'ionctl --device /nonexistent info ' ''
line 'ionctl --device = /nonexistent stats ' ''
line 'ionctl frobnicate ' ''
check "it is set up" grep -qw _ionctl <(complete -p ionctl)
if [ -c /dev/ion ] && [ -x "$hold" ]; then
	have idle compact
	: "${idle:=}" "${compact:=}"
	line 'ionctl info ' "$idle $compact"
	line 'ionctl stats 1 ' "$idle $compact"
	line 'ionctl reset ' "$idle $compact"
	line 'ionctl list --service e' echo
	line 'ionctl list --pid ' "$holder"
	let_go
fi
finish

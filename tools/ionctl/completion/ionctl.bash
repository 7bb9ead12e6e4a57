# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completes ionctl in bash. ionctl itself says what may come next.

# _ionctl_words: set the array words to the words up to the cursor, joined again
# where bash split them at "=", and $before to the part of the last word that bash
# does not replace.
_ionctl_words()
{
	local i word joins=

	words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ -n "$joins" ] || { [ "$word" = '=' ] && ((i > 1)); }; then
			before=${words[-1]}
			[ "$word" != '=' ] || before+='='
			words[-1]+=$word
			joins=
			[ "$word" != '=' ] || joins=yes
		else
			words+=("$word")
			before=
		fi
	done
}

_ionctl()
{
	local words before lines line

	COMPREPLY=()
	_ionctl_words
	mapfile -t lines < <("${COMP_WORDS[0]}" __complete "${words[@]}" \
		2>/dev/null)
	if [ "${lines[0]-}" = :files ]; then
		compopt -o filenames 2>/dev/null
		line=${words[-1]#"$before"}
		mapfile -t COMPREPLY < <(compgen -f -- "$line")
		return
	fi
	for line in "${lines[@]}"; do
		line=${line%%$'\t'*}
		COMPREPLY+=("${line#"$before"}")
		[[ $line != *= ]] || compopt -o nospace 2>/dev/null
	done
}

complete -F _ionctl ionctl

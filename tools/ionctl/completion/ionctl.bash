# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion of ionctl's commands, options and arguments in bash. What ionctl
# can do is asked of ionctl, by --help; which channels there are, by list.

# _ionctl_reply WORDS: those of them that begin with what was typed.
_ionctl_reply()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# _ionctl_section NAME [COMMAND]: the first words in a section of the help.
_ionctl_section()
{
	"$ionctl" ${2:+"$2"} --help 2>/dev/null |
		awk -v name="$1" '/^[^ ]/ { on = $0 == name; next } on && NF'
}

_ionctl_commands()
{
	_ionctl_section Commands | awk '{ print $1 }'
}

_ionctl_options()
{
	_ionctl_section Options ${1:+"$1"} | grep -o -e '--[a-z-]*' |
		sort -u
}

# _ionctl_valued OPTION [COMMAND]: its long form, if its help shows a value.
_ionctl_valued()
{
	_ionctl_section Options ${2:+"$2"} |
		awk -v option="$1" '{
			long = $1 ~ /^--/ ? 1 : 2
			if ($1 == option "," || $long == option)
				if ($(long + 1) ~ /^[A-Z]+$/)
					print $long
		}'
}

_ionctl_channels()
{
	"$ionctl" ${device:+"$device"} --json list 2>/dev/null |
		sed -n 's/^ *"channel": \([0-9]*\),*$/\1/p'
}

_ionctl_services()
{
	"$ionctl" ${device:+"$device"} --json info 2>/dev/null |
		awk '/"services"/ { on = 1; next } /\]/ { on = 0 }
			on { gsub(/[ ",]/, ""); print }'
}

# _ionctl_value OPTION: what may follow it.
_ionctl_value()
{
	case $1 in
	--color) _ionctl_reply 'auto always never' ;;
	--sort) _ionctl_reply 'rate kicks memory pid channel' ;;
	--layout) _ionctl_reply 'compact split' ;;
	--service) _ionctl_reply "$(_ionctl_services)" ;;
	--user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	--device) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	--pid)
		_ionctl_reply "$("$ionctl" --json list 2>/dev/null |
			sed -n 's/^ *"pid": \([0-9]*\),*$/\1/p' | sort -u)"
		;;
	esac
}

# _ionctl_argument COMMAND NUMBER: the arguments that are no options.
_ionctl_argument()
{
	case $1:$2 in
	info:1 | reset:1 | peek:1 | stats:*) _ionctl_reply "$(_ionctl_channels)" ;;
	peek:2) _ionctl_reply 'tx rx cmd evt' ;;
	help:1) _ionctl_reply "$(_ionctl_commands)" ;;
	cat:* | push:*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}

# _ionctl_parse: leave the command in $command, how many arguments are before
# the word in $arguments, and an option that the word is the value of in $option.
_ionctl_parse()
{
	local i word

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		# Bash makes words of "--device=/dev/ion" by its own rules.
		case $word in
		=) continue ;;
		--device) device=--device=${COMP_WORDS[i + 1]#=} ;;
		esac
		if [[ $word == -* ]]; then
			[[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
			word=$(_ionctl_valued "$word" "$command")
			[ -n "$word" ] || continue
			((++i < COMP_CWORD)) || option=$word
		elif [ -z "$command" ]; then
			command=$word
		else
			((arguments++))
		fi
	done
}

_ionctl()
{
	local ionctl=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]}
	local command='' option='' device='' arguments=0

	COMPREPLY=()
	_ionctl_parse
	if [ "$cur" = = ]; then
		cur='' option=${COMP_WORDS[COMP_CWORD - 1]}
	elif [ "${COMP_WORDS[COMP_CWORD - 1]}" = = ]; then
		option=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	if [ -n "$option" ]; then
		_ionctl_value "$option"
	elif [[ $cur == -* ]]; then
		_ionctl_reply "$(_ionctl_options "$command")"
	elif [ -z "$command" ]; then
		_ionctl_reply "$(_ionctl_commands)"
	else
		_ionctl_argument "$command" "$((arguments + 1))"
	fi
}

complete -F _ionctl ionctl

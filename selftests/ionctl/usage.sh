#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests the command line and stdout; needs no module.
. "$(dirname "$0")/tap.sh"

commands=$("$ionctl" --help | awk '/^[^ ]/ { on = $0 == "Commands"; next }
	on && NF { print $1 }')

helps()
{
	is_done "$ionctl" --device /nonexistent "$1" --help || return
	for part in "^usage: ionctl $1" '^Options$' '^Examples$' \
		"^  .*ionctl.* $1" '^Exit status$' '^  5  '; do
		grep -q -e "$part" out || { echo "no $part"; return 1; }
	done
	# It fits 80 columns.
	! grep '.\{81\}' out
}

some_commands()
{
	for command in info list stats top peek reset selftest; do
		echo "$commands" | grep -qx "$command" || return
	done
}

check "the help lists the commands" some_commands
for command in $commands; do
	check "$command --help" helps "$command"
	check "$command: an unknown option" \
		fails 2 "$command: there is no option --foo" \
		"$ionctl" "$command" --foo
	check "$command: an unknown short option" \
		fails 2 "$command: there is no option -Z" "$ionctl" "$command" -Z
	check "$command: an option without its value" \
		fails 2 "option --device needs a value" \
		"$ionctl" "$command" --device
	check "$command: an option with an unexpected value" \
		fails 2 "option --json takes no value" \
		"$ionctl" "$command" --json=1
	check "$command: an unknown colour mode" \
		fails 2 "--color is auto, always or never, not 'red'" \
		"$ionctl" "$command" --color red
done

check "--help" prints '^usage: ionctl' "$ionctl" --help
check "help COMMAND" prints '^usage: ionctl list' "$ionctl" help list
check "--version" prints '^ionctl [0-9.]* (ABI version 1)' "$ionctl" --version
check "-h is --help" prints '^usage: ionctl' "$ionctl" -h
check "-V is --version" prints '^ionctl [0-9.]* (ABI version 1)' "$ionctl" -V
for command in $commands; do
	check "$command -h is its help" prints "^usage: ionctl $command" \
		"$ionctl" "$command" -h
	check "$command -V is the version" prints '^ionctl [0-9.]* (ABI' \
		"$ionctl" "$command" -V
done
check "the help shows the short options" sh -c \
	"'$ionctl' -h | grep -q '^  -j, --json ' &&
	'$ionctl' -h | grep -q '^  -V, --version '"
check "no command at all" fails 2 "a command is missing" "$ionctl"
check "an unknown command" \
	fails 2 "no command 'lst'; nearest: list; see ionctl --help" \
	"$ionctl" lst
check "the beginning of a command" fails 2 "nearest: selftest" "$ionctl" selft
check "a command that is like no other" \
	fails 2 "no command 'frobnicate'; see" "$ionctl" frobnicate
check "an empty command" fails 2 "no command ''" "$ionctl" ''
check "a long command" fails 2 "no command 'x*'; see" \
	"$ionctl" "$(head -c 4000 /dev/zero | tr '\0' x)"

# wrong TEXT ARGUMENT...: the arguments are refused before the device is opened.
wrong()
{
	regex=$1
	shift
	check "wrong: $*" fails 2 "$regex" "$ionctl" --device /nonexistent "$@"
}

wrong "'2' is one argument too many" info 1 2
wrong "CHANNEL is a number from 1, not 'x'" info x
wrong "CHANNEL is a number from 1, not '0'" info 0
wrong "CHANNEL is a number from 1, not ''" info ''
wrong "CHANNEL is a number from 1, not '18446744073709551616'" \
	info 18446744073709551616
wrong "'7' is one argument too many" list 7
wrong "there is no user 'nosuch'" list --user nosuch
wrong "there is no user '4294967296'" list --user 4294967296
wrong "--pid is a number from 1 to 2147483647, not '-1'" list --pid=-1
wrong "CHANNEL is a number from 1, not '1x'" stats 1 1x
wrong "--watch is a number of seconds from 0.001, not '0'" stats --watch=0
wrong "--watch is a number of seconds from 0.001, not 'nan'" stats -wnan
wrong "--watch is a number of seconds from 0.001, not '0'" stats -w 0
wrong "--watch is a number of seconds from 0.001, not '1.2.3'" stats --watch 1.2.3
wrong "CHANNEL is a number from 1, not '1x'" stats -w 1x
wrong "it has no JSON: use stats --watch" top -j
wrong "--count is a number from 1, not '0'" stats -n 0
wrong "'1' is one argument too many" top 1
wrong "--sort is rate, kicks, memory, pid or channel, not 'x'" top --sort x
wrong "no JSON: use stats --watch" top --json
wrong "--delay is a number of seconds from 0.001, not '1e99'" top --delay 1e99
wrong "an argument is missing" peek 1
wrong "the argument is missing" peek
wrong "RING is tx, rx, cmd or evt, not 'TX'" peek 1 TX
wrong "--count is a number from 1 to 4294967295, not '0'" peek -n 0 1 tx
wrong "--binary and --json exclude each other" peek --json --binary 1 tx
wrong "the argument is missing" reset
wrong "'2' is one argument too many" reset 1 2
wrong "'now' is one argument too many" selftest now

# Without a device, each ends with status 3 and says what to do about it.
for command in info 'info 1' list stats 'stats 1' top 'peek 1 tx' 'reset 1' \
	selftest; do
	# shellcheck disable=SC2086
	check "$command: no device" fails 3 "/nonexistent: .*modprobe ion" \
		"$ionctl" --device /nonexistent $command
	# shellcheck disable=SC2086
	check "$command: another kind of device" \
		fails 1 "/dev/null: not a device of the module ion" \
		"$ionctl" $command --device /dev/null
done
check "the device is a folder" fails 1 "not a device of the module ion" \
	"$ionctl" --device / info

# It is an error if the output cannot be written.
to_full()
{
	"$@" >/dev/full
}

to_closed()
{
	"$@" >&-
}

# If SIGPIPE is ignored, the status reports a closed pipe.
to_nobody()
{
	trap '' PIPE
	{ sleep 0.2; "$@" 2>err; echo $? >status; } | true
	trap - PIPE
	[ "$(cat status)" -eq 1 ] && [ ! -s err ]
}

check "--help on a full disk" fails 1 "stdout: the disk is full" \
	to_full "$ionctl" --help
check "stdout is closed" fails 1 "stdout: " to_closed "$ionctl" --help
check "a closed pipe is not a signal if SIGPIPE is ignored" to_nobody "$ionctl" --help
check "--version on a full disk" fails 1 "disk is full" \
	to_full "$ionctl" --version
finish

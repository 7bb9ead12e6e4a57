#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl list: states, filters, permissions, and channels that come and go.
. "$(dirname "$0")/tap.sh"
need_device
have open idle compact queued answered poisoned lent gone closed arena \
	inherited named

# of CHANNEL: print a filter of jq that selects it.
of()
{
	echo "(.channels[] | select(.channel == $1))"
}

# holds NAME CHANNEL EXPRESSION: the expression holds for it in list --json.
# shellcheck disable=SC2154
holds()
{
	check "$1" json "$(of "$2") | $3" "$ionctl" --json list
}

# line REGEX: a line of list matches.
line()
{
	is_done "$ionctl" list || return
	[ "$(grep -c -e "$1" out)" -eq 1 ] && return
	cat out
	return 1
}

# shellcheck disable=SC2154
many_holds()
{
	holds "a channel that is not set up" "$open" \
		'.state == "open" and (has("rings") | not)'
	holds "a channel that is set up" "$idle" '.state == "ready" and .layout == "split"
		and .service == "echo" and .kernel_end == "sleeping" and
		.uid == 0 and .user == "root" and .bytes == 40960 and
		.poisoned == false and .rings.tx.capacity == 255'
	holds "the compact layout" "$compact" '.layout == "compact"'
	holds "packets queued on tx" "$queued" '.rings.tx.queued == 5 and
		.rings.tx.pushed == 5 and .rings.rx.queued == 0'
	holds "packets and an answer queued" "$answered" '.rings.rx.queued == 3 and
		.rings.evt.queued == 1 and .kicks == 1'
	holds "a poisoned channel" "$poisoned" '.poisoned and .state == "ready" and
		(.rings.tx | .poison == "range" and .poison_seen == 4711 and
		.poison_first == 0 and .poison_last == 255) and
		.rings.rx.poison == "none"'
	holds "a lent thread" "$lent" '.kernel_end == "lent, sleeping"'
	holds "the service has gone" "$gone" '.kernel_end == "gone"'
	holds "a closed channel that a service keeps" "$closed" '.state == "closed" and
		.service == "pair"'
	holds "an arena" "$arena" '.buffers == 16 and .buffer_size == 2048 and
		.buffers_owned == 16'
	holds "a channel of a process that has ended" "$inherited" '.comm == ""'
	holds "the process of a channel" "$idle" ".pid == $holder"
	holds "a name with control characters" "$named" \
		'.comm == "\u001b]0;\ufffd\u00e9\"x"'
}

many_holds
check "channels are sorted by number" json '[.channels[].channel] | . == sort' \
	"$ionctl" list --json
check "pushed packets are popped, queued or discarded" \
	json '[.channels[] | select(.rings) | .rings[] |
	.pushed == .popped + .queued + .discarded] | all' "$ionctl" --json list
check "the channel of ionctl itself is not listed" json "[.channels[].comm] |
	index(\"ionctl\") == null" "$ionctl" --json list

# shellcheck disable=SC2154
as_text()
{
	check "a channel with packets is a line with bars" line \
		"^ *$queued  *$holder .* root  *echo  *-  *-  *split  *40.0 KiB  *ready  *sleeping  *#--------- 5/255  *---------- 0/255  *---------- 0/255  *---------- 0/255$"
	check "a channel that is not set up is a line of dashes" line \
		"^ *$open .* root  *-  *-  *-  *-  *0 B  open  *-  *-  *-  *-  *-$"
	check "a poisoned channel says so" line "^ *$poisoned .* poisoned  *sleeping"
	check "a full ring has a full bar" line "^ *$closed .* closed .* ########## 255/255"
	check "a name with control characters is made safe" line \
		"^ *$named .* ?]0;???\"x  *root"
}

as_text

plain()
{
	is_done env "$@" || return
	! grep -q "$(printf '\033')" out
}

painted()
{
	is_done "$ionctl" --color=always list || return
	grep -q "$(printf '\033')\[1;31mpoisoned$(printf '\033')\[0m" out
}

check "no colours unless on a terminal" plain TERM=xterm "$ionctl" list
check "colours on a terminal" prints '31mpoisoned' "$here/terminal" none \
	env TERM=xterm "$ionctl" list
check "no colours on a terminal with NO_COLOR" plain NO_COLOR=1 TERM=xterm \
	"$here/terminal" none "$ionctl" list
check "no colours on a terminal with --color=never" plain TERM=xterm \
	"$here/terminal" none "$ionctl" list --color=never
check "no colours on a terminal without them" plain TERM=dumb \
	"$here/terminal" none "$ionctl" list
check "poisoned is red" painted

# filtered NAME EXPRESSION OPTION...: it holds for the numbers of the channels.
filtered()
{
	name=$1 expression=$2
	shift 2
	check "$name" json "[.channels[].channel] | $expression" \
		"$ionctl" --json list "$@"
}

# shellcheck disable=SC2154
filters()
{
	filtered "--poisoned" ". == [$poisoned]" --poisoned
	filtered "--service" "index($gone) != null and index($idle) == null" \
		--service pair
	filtered "--service without a channel" ". == []" -s nosuch
	filtered "--pid" "index($idle) != null and index($inherited) == null" \
		--pid "$holder"
	filtered "--user by name" "index($idle) != null" --user root
	filtered "--user by number" "index($idle) != null" -u 0
	filtered "--user without a channel" ". == []" -u nobody
	filtered "two filters" ". == []" --poisoned --service pair
}

filters

# Print list as on a terminal of that width, without colours.
shown_in()
{
	ends 0 env COLUMNS="$1" TERM=dumb "$here/terminal" none "$ionctl" list &&
		tr -d '\r' <out >page
}

# titled WIDTH TITLES: it prints these titles, and no line is wider than WIDTH.
titled()
{
	shown_in "$1" || return
	[ "$(head -n 1 page | tr -s ' ')" = "$2" ] &&
		! grep -q ".\{$(($1 + 1))\}" page && return
	cat page
	return 1
}

# On a wide terminal the output is the same as to a pipe.
all_of_it()
{
	shown_in 200 && is_done "$ionctl" list && cmp page out
}

# shellcheck disable=SC2154
narrow()
{
	rings="TX RX CMD EVT"
	check "a wide terminal shows all columns" all_of_it
	check "a terminal of 130 columns" titled 130 \
		"CHANNEL PID COMM SERVICE KEY STATE $rings"
	check "a terminal of 80 columns" titled 80 \
		"CHANNEL PID COMM SERVICE KEY STATE TX RX CMD"
	check "how full a ring is, without its bar" grep -q \
		"^ *$queued  *$holder  *[^ ]*  *echo  *-  *ready  *5/255  *0/255  *0/255$" page
	check "a terminal of 44 columns" titled 44 "CHANNEL PID SERVICE KEY STATE"
	check "a terminal of 20 columns" titled 20 "CHANNEL STATE"
	check "a terminal of 10 columns" titled 10 "CHANNEL"
}

narrow
check "only the titles when nothing matches" \
	prints '^CHANNEL  PID  COMM .* EVT$' "$ionctl" list -s nosuch

# A user sees only channels of their own.
others()
{
	cp "$ionctl" "$hold" .
	chmod 666 /dev/ion
	mkfifo user_keep
	chmod 644 user_keep
	: >user_names
	su user -c "./hold idle" <user_keep >user_names &
	exec 4>user_keep
	until grep -q '^ready' user_names; do sleep 0.05; done
	theirs=$(sed -n 's/^idle //p' user_names)
	is_done as_user ./ionctl --json list &&
		jq -e "[.channels[].channel] == [$theirs] and
			.channels[0].user == \"user\"" out
	status=$?
	# Root sees those of all users.
	is_done "$ionctl" --json list --user user &&
		jq -e "[.channels[].channel] == [$theirs]" out || status=1
	exec 4>&-
	chmod 660 /dev/ion
	return "$status"
}

check "users see their own channels, and root sees all" others
check "no permission" fails 4 "/dev/ion: no permission: join the group ion" \
	as_user ./ionctl list
check "no permission for info" fails 4 "/dev/ion: no permission" \
	as_user ./ionctl info

# Channels come and go during the list.
come_and_go()
{
	touch going
	(while [ -e going ]; do "$hold" idle arena compact </dev/null; done) \
		>/dev/null 2>&1 &
	i=0
	while [ $((i += 1)) -le 20 ]; do
		is_done "$ionctl" --json list || return
		jq -e '[.channels[].channel] | . == (sort | unique)' \
			out >/dev/null || return
	done
	rm going
	wait $!
}

check "list works while channels come and go" come_and_go

# There are more channels than a single call of the driver returns.
many()
{
	# shellcheck disable=SC2046
	set -- $(yes compact | head -n 150)
	mkfifo many_keep
	"$hold" "$@" <many_keep >many_names &
	exec 5>many_keep
	until grep -q '^ready' many_names; do sleep 0.05; done
	json "[.channels[] | select(.pid == $!)] | length == 150" \
		"$ionctl" --json list
	status=$?
	exec 5>&-
	wait $!
	return "$status"
}

check "more channels than one call returns" many
check "a pipe that is not read to its end" \
	sh -c "'$ionctl' --json list | head -n 1 | grep -qx '{'"
check "a full disk" fails 1 "disk is full" \
	sh -c "'$ionctl' list >/dev/full"
let_go
check "no channel is left" json '.channels == []' "$ionctl" --json list
finish

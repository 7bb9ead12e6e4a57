# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What a kernel says when something is wrong with it.

# The words that start each kind of report, in the kernel's own spelling.
readonly kernel_reports='WARNING: |BUG: |kernel BUG at |Oops|Kernel panic'\
'|Unable to handle kernel |general protection fault|UBSAN: '\
'|INFO: rcu_|rcu: INFO: |INFO: task .* blocked for more than '\
'|INFO: trying to register non-static key|detected stalls on CPUs'\
'|kmemleak: [1-9][0-9]* new suspected memory leaks'

# own_races LOG: the log, with the data races between others than our modules
# taken out: the kernel has its own. Whose one is, the ends of its stacks say: the
# function that it was seen in and the two that led to it, as far as the interrupt.
# Who is further down asked the kernel to do something with memory of the kernel's.
own_races()
{
	awk '
		function put(i) {
			if (!own)
				sub(/BUG: /, "not ours: ", held[0])
			for (i = 0; i < n; i++)
				print held[i]
			n = own = below = frames = 0
		}
		/BUG: KCSAN: / { put() }
		/ asm_/ { below = 1 }
		/ (by task|by interrupt) / { below = frames = 0 }
		n || /BUG: KCSAN: / {
			held[n++] = $0
			own = own || (!below && frames <= 2 && /\[ion/)
			frames += /^ /
		}
		!n { print }
		n && /=====/ { put() }
		END { put() }' "$1"
}

# first_report LOG: what its first report begins with, without the time; nothing when
# there is none, or no log.
first_report()
{
	[ ! -s "$1" ] || { grep -a -m 1 -E "$kernel_reports" "$1" || :; } |
		tr -d '\r' | sed 's/^\[[^]]*\] *//'
}

# report_of LOG EXPECTED: the first report of a kernel log whose first line does
# not match EXPECTED, and what follows it, on stderr. False when there is none.
report_of()
{
	local line

	line=$(grep -v -m 1 -E "$2" \
		<(own_races "$1" | grep -a -n -E "$kernel_reports")) || return
	note "the kernel reported a fault:"
	tail -n "+${line%%:*}" "$1" | head -n 100 | tr -d '\r' >&2
}

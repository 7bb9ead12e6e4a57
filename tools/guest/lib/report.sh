# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Finds the reports of a faulty kernel in its log.

# The words that start each kind of report, in the kernel's own spelling.
readonly kernel_reports='WARNING: |BUG: |kernel BUG at |Oops|Kernel panic'\
'|Unable to handle kernel |general protection fault|UBSAN: '\
'|INFO: rcu_|rcu: INFO: |INFO: task .* blocked for more than '\
'|INFO: trying to register non-static key|detected stalls on CPUs'\
'|kmemleak: [1-9][0-9]* new suspected memory leaks'

# own_races LOG: print the log, with data races outside our modules renamed, because
# the kernel has its own. A race is ours if one of our modules is near the top of a
# stack: the function of the race or its two callers, up to an interrupt. A module
# further down only asked the kernel to use memory of the kernel.
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

# first_report LOG: print the first line of its first report, without the time;
# nothing if there is no report or no log.
first_report()
{
	[ ! -s "$1" ] || { grep -a -m 1 -E "$kernel_reports" "$1" || :; } |
		tr -d '\r' | sed 's/^\[[^]]*\] *//'
}

# report_of LOG EXPECTED: print to stderr the first report of a kernel log whose
# first line does not match EXPECTED, and the lines after it. Fail if there is none.
report_of()
{
	local line

	line=$(grep -v -m 1 -E "$2" \
		<(own_races "$1" | grep -a -n -E "$kernel_reports")) || return
	note "the kernel reported a fault:"
	tail -n "+${line%%:*}" "$1" | head -n 100 | tr -d '\r' >&2
}

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

# report_of LOG EXPECTED: the first report of a kernel log whose first line does
# not match EXPECTED, and what follows it, on stderr. False when there is none.
report_of()
{
	local line

	line=$(grep -v -m 1 -E "$2" \
		<(grep -a -n -E "$kernel_reports" "$1")) || return
	note "the kernel reported a fault:"
	tail -n "+${line%%:*}" "$1" | head -n 100 | tr -d '\r' >&2
}

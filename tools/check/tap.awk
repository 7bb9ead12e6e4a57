# SPDX-License-Identifier: GPL-2.0-only
#
# Counts the results of a TAP document by its leaves. The results of a test program
# are nested below that of the program; kselftest marks them by "# ", KTAP by two
# spaces. A result with others below it is their summary, and is not counted again.
# A summary that failed while none of its results did is a failure of its own: the
# program crashed, or was stopped.
#
# Prints "N passed, N failed", with ", N skipped" if any. Fails if any failed,
# or if nothing passed or failed.

function depth_of(line,    depth) {
	while (match(line, /^(# |  )/)) {
		line = substr(line, 3)
		depth++
	}
	rest = line
	return depth + 0
}

{
	sub(/\r$/, "")
	depth = depth_of($0)
}

rest ~ /^(not )?ok( |$)/ && rest ~ /^(not )?ok( [0-9]+)?( |$)/ {
	if (rest !~ /^(not )?ok [0-9]+/)
		next
	children = failures = 0
	for (d = depth + 1; d <= deepest; d++) {
		children += seen[d]
		failures += bad[d]
		seen[d] = bad[d] = 0
	}
	if (depth > deepest)
		deepest = depth
	seen[depth]++
	is_bad = rest ~ /^not /
	if (is_bad)
		bad[depth]++
	if (is_bad && rest ~ /# *TODO/)
		skipped++
	else if (is_bad)
		failed += failures == 0
	else if (children)
		next
	else if (toupper(rest) ~ /# *SKIP/)
		skipped++
	else
		passed++
}

END {
	line = sprintf("%d passed, %d failed", passed, failed)
	if (skipped)
		line = line sprintf(", %d skipped", skipped)
	print line
	exit failed > 0 || passed + failed == 0
}

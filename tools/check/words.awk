# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f words.awk WORDS FILE...: no phrase of WORDS is in the text of FILE: page, code,
# comments and messages. Quotations in pages are skipped: lines that a tab indents (.rst),
# between ``` (.md), and between .EX and .EE (manual pages). A phrase may continue in the
# next line, behind the signs that begin and end a line of a comment or a string.
FNR == 1 {
	file++
	quoting = 0
	before = ""
}

file == 1 {
	if (!/^#/ && split($0, field, /\t+/) == 2) {
		phrase[++phrases] = "(^|[^a-z0-9_-])(" field[1] ")($|[^a-z0-9_-])"
		instead[phrases] = field[2]
	}
	next
}

FILENAME ~ /\.rst$/ && /^\t/ { before = ""; next }
FILENAME ~ /\.md$/ && /^```/ { quoting = !quoting; before = ""; next }
FILENAME ~ /\.[1-9]$/ && /^\.E[XE]/ { quoting = /^\.EX/; before = ""; next }
quoting { next }

{
	line = tolower($0)
	gsub(/^[ \t*#>\/"+-]+|(\\n)?[ \t"\\]+$/, "", line)
	for (i = 1; i <= phrases; i++)
		if (found(before " " line, phrase[i]) && !found(before, phrase[i])) {
			print FILENAME ":" FNR ": " shown ": write " instead[i]
			bad = 1
		}
	before = line
}

function found(text, what)
{
	if (!match(text, what))
		return 0
	shown = substr(text, RSTART, RLENGTH)
	gsub(/^[^a-z0-9]+|[^a-z0-9]+$/, "", shown)
	return 1
}

END { exit bad }

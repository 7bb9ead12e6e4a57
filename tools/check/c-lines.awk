# SPDX-License-Identifier: GPL-2.0-only
#
# For programs that read C line by line. They call new_file() at the start of a file.

function new_file()
{
	in_comment = 0
}

# Set "code" to the line with comments and strings blanked out, at the same length,
# and "said" to the text of its comments.
function split_line(line,	at, c, two, in_string)
{
	code = said = ""
	for (at = 1; at <= length(line); at++) {
		c = substr(line, at, 1)
		two = substr(line, at, 2)
		if (in_comment && two == "*/" || !in_string && two == "/*") {
			in_comment = two == "/*"
			code = code "  "
			at++
		} else if (in_comment) {
			said = said c
			code = code (c == "\t" ? c : " ")
		} else if (c == "\"") {
			in_string = !in_string
			code = code " "
		} else {
			code = code (!in_string || c == "\t" ? c : " ")
		}
	}
}

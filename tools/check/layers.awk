# SPDX-License-Identifier: GPL-2.0-only
#
# Reads kernel C and prints lines: the file, "defines" and a name, for each function
# and object that it defines; the file, "uses" and a name, for each name that is used
# in a function or an initialiser.

FNR == 1 {
	new_file()
	head = ""
	depth = 0
}

# name_of(TEXT): return the name that a definition defines. It stands before the first
# parenthesis of a function, or before the brackets or "=" of an object.
function name_of(text,	at)
{
	gsub(/__[a-z_]+\([^()]*\)/, "", text)
	at = match(text, /\(|\[|=|$/)
	text = substr(text, 1, at - 1)
	sub(/[ \t]+$/, "", text)
	sub(/^.*[ \t*]/, "", text)
	return text
}

function uses(text,	name, before, last)
{
	while (match(text, /[A-Za-z_][A-Za-z0-9_]*/)) {
		before = last substr(text, 1, RSTART - 1)
		name = substr(text, RSTART, RLENGTH)
		text = substr(text, RSTART + RLENGTH)
		# Members and tags have other name spaces.
		if (name ~ /^ion_/ && before !~ /(\.|->|struct |enum |union )$/)
			print FILENAME, "uses", name
		last = name
	}
}

{
	split_line($0)
	sub(/\/\/.*/, "", code)
	if (code ~ /^[ \t]*#/ || continued) {
		continued = code ~ /\\$/
		next
	}
	for (at = 1; at <= length(code); at++) {
		c = substr(code, at, 1)
		if (c == "{") {
			if (!depth++ && head !~ /^[ \t]*(struct|enum|union)[ \t]+[a-z_0-9]*[ \t]*$/)
				print FILENAME, "defines", name_of(head)
			body = ""
		} else if (c == "}") {
			uses(body)
			body = ""
			if (!--depth)
				head = ""
		} else if (depth) {
			body = body c
		} else if (c == ";") {
			head = ""
		} else {
			head = head c
		}
	}
	if (depth)
		body = body " "
	else
		head = head " "
}

# SPDX-License-Identifier: GPL-2.0-only
#
# Prints where C files order memory: file, function, primitive with its first
# argument, and the comment on the line or right above it. It needs c-lines.awk
# before it.

function name_of(line)
{
	sub(/\(.*/, "", line)
	sub(/.*[^A-Za-z0-9_]/, "", line)
	return line
}

# Return the first argument of the call that "text" begins with, without spaces.
function argument(text,		at, depth, c)
{
	sub(/^[a-z0-9_]*\(/, "", text)
	for (at = 1; at <= length(text); at++) {
		c = substr(text, at, 1)
		if (c == "(")
			depth++
		else if (c == ")" && !depth--)
			break
		else if (c == "," && !depth)
			break
	}
	text = substr(text, 1, at - 1)
	gsub(/[ \t]+/, "", text)
	return text
}

function spaced(text)
{
	gsub(/[ \t]+/, " ", text)
	return text
}

function order_in(text,		call)
{
	text = " " text
	while (match(text, primitives)) {
		call = substr(text, RSTART + 1, RLENGTH - 2)
		text = substr(text, RSTART + 1)
		print FILENAME "\t" in_function "()\t" call "(" argument(text) ")\t" \
			spaced(above said)
		text = substr(text, length(call) + 1)
	}
}

BEGIN {
	primitives = "[^A-Za-z0-9_](smp_([rw]?mb|store_release|load_acquire|store_mb" \
		"|mb__[a-z_]*|cond_load_acquire|acquire__after_[a-z_]*)" \
		"|(dma_)?[rw]mb|mb|barrier|(try_)?(cmp)?xchg[a-z_]*" \
		"|atomic(64|_long)?_[a-z_]*(xchg|return|acquire|release|_test|not_zero)[a-z_]*" \
		"|test_and_[a-z]+_bit[a-z_]*|clear_bit_unlock|bit_spin_[a-z]*" \
		"|prepare_to_wait[a-z_]*|set_current_state|list_empty_careful)\\("
}

FNR == 1 {
	new_file()
	in_function = above = ""
}

{
	split_line($0)
	if (code ~ /^[A-Za-z_].*[A-Za-z0-9_]\(/ && code !~ /;[ \t]*$/)
		in_function = name_of(code)
	else if (code ~ /^#define [A-Za-z0-9_]+\(/)
		in_function = name_of(code)
	order_in(code)
	if (code ~ /[^ \t]/)
		above = ""
	else
		above = above said " "
}

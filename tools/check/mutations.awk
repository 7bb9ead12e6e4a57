# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the single mistakes that can be made in C files: file, line, kind, and the
# changed line, separated by tabs. A mistake that changes several lines has a record
# for each line, with the kind "and" from the second one on.
#
# Comments, strings, the preprocessor, declarations and checks are left alone. It
# needs c-lines.awk before it.

function mistake(kind, becomes)
{
	gsub(/\t/, " ", becomes)
	print FILENAME "\t" FNR "\t" kind "\t" becomes
}

# Replace "count" characters by "with".
function changed(at, count, with)
{
	return substr($0, 1, at - 1) with substr($0, at + count)
}

function operators(code,	i, at, from)
{
	for (i = 1; i <= nr_operators; i++) {
		from = 1
		while ((at = index(substr(code, from), operator[i]))) {
			at += from - 1
			mistake("operator", changed(at, length(operator[i]), \
						    instead[operator[i]]))
			from = at + length(operator[i])
		}
	}
}

# Find a whole word by a pattern; "kind" says what replaces it.
function words(code, pattern, kind,	at, word, text)
{
	text = code
	at = 0
	while (match(text, "[^A-Za-z0-9_.]" pattern "[^A-Za-z0-9_.]")) {
		word = substr(text, RSTART + 1, RLENGTH - 2)
		at += RSTART
		text = substr(text, RSTART + RLENGTH - 1)
		mistake(kind, changed(at + 1, length(word), other(word)))
		at += length(word)
	}
}

function other(word)
{
	if (word == "true")
		return "false"
	if (word == "false" || word == "1")
		return word == "1" ? "0" : "true"
	if (word ~ /^E[A-Z]/)
		return word == "EDOM" ? "EXDEV" : "EDOM"
	return word == "0" ? "1" : word + 1
}

# Return the end of the parentheses that begin at "at"; 0 if not on this line.
function closing(code, at,	depth, c)
{
	for (; at <= length(code); at++) {
		c = substr(code, at, 1)
		if (c == "(")
			depth++
		else if (c == ")" && !--depth)
			return at
	}
	return 0
}

function conditions(code,	at, end)
{
	if (!match(code, /(^|[^A-Za-z0-9_])if \(/))
		return
	at = RSTART + RLENGTH - 1
	end = closing(code, at)
	if (!end)
		return
	mistake("condition", substr($0, 1, at) "!" substr($0, at, end - at + 1) \
		substr($0, end))
	mistake("condition", substr($0, 1, at) "0" substr($0, end))
	mistake("condition", substr($0, 1, at) "1" substr($0, end))
}

function statement(code)
{
	if (code !~ /;[ \t]*$/ || code !~ /^\t/ ||
	    code ~ /^\t+(return|goto|break|continue|case|default|else|do|while|for)/)
		return
	# A type and a name are a declaration.
	if (code ~ /^\t+[A-Za-z_][A-Za-z0-9_]*( [A-Za-z_]+)* \**[A-Za-z_][A-Za-z0-9_]*( =|;|,|\[)/)
		return
	# This is the rest of a statement that began on a line above.
	if (previous !~ /[;{}:]$/ && previous !~ /^\t*(if|for|while) \(.*\)$/ &&
	    previous !~ /^\t*else$/ && previous !~ /^$/)
		return
	if (code !~ /(\(|=|\+\+|--)/)
		return
	mistake("statement", indent(code) ";")
}

function returns(code,	value)
{
	if (code !~ /^\t+return [^;]+;[ \t]*$/)
		return
	value = code
	sub(/^\t+return /, "", value)
	sub(/;.*/, "", value)
	if (value ~ /^(0|1|true|false)$/)
		return
	mistake("return", indent(code) "return 0;")
}

function indent(code)
{
	match(code, /^\t*/)
	return substr(code, 1, RLENGTH)
}

# Remove a lock that is taken on a line of its own, and its unlock. The file was
# read into text[] before.
function locks(code,	name, unlock, to, line)
{
	if (!match(code, /^\t+([a-z]+ = )?[a-z_]*_lock(_irq|_irqsave|_bh|_nested)?\(.*\);/))
		return
	name = code
	sub(/^\t+([a-z]+ = )?/, "", name)
	to = name
	sub(/^[a-z_]*\(/, "", to)
	sub(/[,)].*/, "", to)
	sub(/\(.*/, "", name)
	if (name ~ /^rcu/)
		return
	mistake("lock", indent(code) \
		(code ~ /^\t+[a-z]+ = / ? assigned(code) " = 0;" : \
		 name ~ /irqsave/ ? "flags = 0;" : ";"))
	unlock = name
	sub(/_lock/, "_unlock", unlock)
	sub(/_irqsave/, "_irqrestore", unlock)
	sub(/_nested/, "", unlock)
	for (line = FNR + 1; line <= lines && text[line] !~ /^}/; line++)
		if (index(text[line], unlock "(" to))
			print FILENAME "\t" line "\tand\t" (unlock ~ /irqrestore|ring_unlock/ ? \
				"(void)flags;" : ";")
}

function assigned(code)
{
	sub(/ = .*/, "", code)
	sub(/^\t+/, "", code)
	return code
}

# Replace a primitive that orders memory by one that does not. It need not compile.
function orders(code)
{
	if (match(code, /smp_[rw]?mb\(\)/))
		mistake("order", changed(RSTART, RLENGTH, "barrier()"))
	if (match(code, /smp_store_release\(/))
		mistake("order", changed(RSTART, RLENGTH, "store_relaxed("))
	if (match(code, /smp_load_acquire\(/))
		mistake("order", changed(RSTART, RLENGTH, "load_relaxed("))
}

BEGIN {
	FS = "\n"
	operator[1] = " || "; instead[" || "] = " && "
	operator[2] = " | "; instead[" | "] = " & "
	operator[3] = " |= "; instead[" |= "] = " &= "
	operator[4] = " == "; instead[" == "] = " != "
	operator[5] = " != "; instead[" != "] = " == "
	operator[6] = " <= "; instead[" <= "] = " < "
	operator[7] = " >= "; instead[" >= "] = " > "
	operator[8] = " < "; instead[" < "] = " <= "
	operator[9] = " > "; instead[" > "] = " >= "
	operator[10] = " && "; instead[" && "] = " || "
	operator[11] = " + "; instead[" + "] = " - "
	operator[12] = " - "; instead[" - "] = " + "
	operator[13] = " & "; instead[" & "] = " | "
	operator[14] = " << "; instead[" << "] = " >> "
	operator[15] = " >> "; instead[" >> "] = " << "
	operator[16] = " += "; instead[" += "] = " -= "
	operator[17] = " -= "; instead[" -= "] = " += "
	operator[18] = " &= "; instead[" &= "] = " |= "
	operator[19] = "++"; instead["++"] = "--"
	operator[20] = "--"; instead["--"] = "++"
	operator[21] = "(!"; instead["(!"] = "("
	operator[22] = " !"; instead[" !"] = " "
	nr_operators = 22
}

FNR == 1 {
	new_file()
	previous = ""
	lines = 0
	while ((getline line < FILENAME) > 0)
		text[++lines] = line
	close(FILENAME)
}

{
	split_line($0)
	sub(/[ \t]+$/, "", code)
	if (continued || code ~ /^#/ || code !~ /[^ \t]/) {
		continued = code ~ /\\$/
		next
	}
	continued = code ~ /\\$/
	if (code !~ /^[^\t]/ &&
	    code !~ /(lockdep_assert|WARN_ON|WARN_ONCE|BUILD_BUG|static_assert|_assert_held)/) {
		operators(code)
		words(code, "(0|[1-9][0-9]*)", "constant")
		words(code, "(true|false)", "constant")
		words(code, "E[A-Z][A-Z0-9]+", "errno")
		conditions(code)
		statement(code)
		returns(code)
		locks(code)
		orders(code)
	}
	previous = code
}

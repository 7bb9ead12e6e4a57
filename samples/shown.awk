# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# awk -f shown.awk FILE... PAGE: check that what PAGE shows between ```c and ``` stands
# in one of the FILEs, line by line and to the letter.
FNR == 1 { name[++files] = FILENAME; text[files] = "\n" }
{ text[files] = text[files] $0 "\n" }

END {
	count = split(text[files], page, "\n")
	for (i = 1; i <= count; i++) {
		if (page[i] == "```c") {
			begin = i
			shown = ""
		} else if (begin && page[i] == "```") {
			look(begin, shown)
			begin = 0
		} else {
			shown = shown page[i] "\n"
		}
	}
	if (!blocks) {
		print name[files] ": shows no program"
		bad = 1
	}
	exit bad
}

function look(at, shown,    i)
{
	blocks++
	for (i = 1; i < files; i++)
		if (index(text[i], "\n" shown))
			return
	print name[files] ":" at - 1 ": is in none of the samples as they stand"
	bad = 1
}

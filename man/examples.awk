# SPDX-License-Identifier: GPL-2.0-only
#
# awk -v dir=FOLDER -f examples.awk PAGE...: writes the programs of the pages to
# FOLDER/PAGE.c, and a second one to FOLDER/PAGE-2.c. A program stands between .EX
# and .EE and begins with an #include.
FNR == 1 { number = 0 }

/^\.EE/ && inside {
	if (file != "")
		close(file)
	inside = 0
	next
}

inside == 1 {
	inside = 2
	file = ""
	if (/^#include/) {
		number++
		file = FILENAME
		sub(/.*\//, "", file)
		file = dir "/" file (number > 1 ? "-" number : "") ".c"
		printf "" >file
	}
}

inside && file != "" {
	sub(/^\\&/, "")
	gsub(/\\-/, "-")
	gsub(/\\\(aq/, "'")
	gsub(/\\\(ha/, "^")
	gsub(/\\\(ti/, "~")
	gsub(/\\e/, "\\")
	print >file
}

/^\.EX/ { inside = 1 }

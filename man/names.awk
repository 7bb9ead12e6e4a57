# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f names.awk PAGE...: prints the names of the section NAME, one on each line.
/^\.SH/ { in_name = $2 == "NAME" && NF == 2; next }

in_name {
	ends = sub(/ *\\-.*/, "")
	count = split($0, names, /, */)
	for (i = 1; i <= count; i++)
		if (names[i] != "")
			print names[i]
	if (ends)
		in_name = 0
}

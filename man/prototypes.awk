# SPDX-License-Identifier: GPL-2.0-only
#
# awk -f prototypes.awk HEADER...: prints the functions with a comment, as a
# page shows them, one on each line.
/^ \* ionc_[a-z_0-9]*\(\) - / { wanted = 1 }

/^ \*\/$/ && wanted == 1 { wanted = 2; text = ""; next }

wanted == 2 {
	text = text " " $0
	if (/[;{]/) {
		sub(/[;{].*/, ";", text)
		sub(/^ *static inline /, "", text)
		gsub(/[ \t]+/, " ", text)
		gsub(/ \)/, ")", text)
		sub(/^ /, "", text)
		sub(/ ;/, ";", text)
		print text
		wanted = 0
	}
}

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh MODULE: in a guest, inserts the module with the KUnit suites, prints their
# results, and checks the warnings of the kernel meanwhile. The last suite makes six
# kinds of mistakes, and the kernel warns of each of them once.

# said: print the kernel's log, without the times.
said()
{
	dmesg | sed 's/^\[[^]]*\] //'
}

# warnings: count the warnings on stdin.
warnings()
{
	grep -c 'WARNING: '
}

# report: pass KTAP on, and other lines as comments, except after the start of the
# suite that makes mistakes: there they are the warnings that it causes.
report()
{
	awk '/Test should be marked slow/ { next }
	     /# Subtest: ion_misuse/ { mistakes = 1 }
	     /^ *(KTAP|[0-9]+\.\.|#|ok |not ok )/ { print; next }
	     !mistakes { print "# " $0 }'
}

# result NAME SAW EXPECTED: print one more result, after those of the suites.
result()
{
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number $1"
	else
		echo "not ok $number $1: saw $2, expected $3"
		failed=1
	fi
}

echo "ion_kunit begins" >/dev/kmsg
insmod "$1" || exit
said | sed '1,/^ion_kunit begins$/d' >log
report <log
grep -qE '^ *not ok ' log && failed=1
number=$(grep -cE '^(not )?ok ' log)
result "all suites ran" "$number" 9
result "no warning but of mistakes" \
	"$(sed '/# Subtest: ion_misuse/,$d' log | warnings)" 0
result "one warning of each mistake" \
	"$(sed '1,/# Subtest: ion_misuse/d' log | warnings)" 6
rmmod ion_kunit || failed=1
exit "${failed-0}"

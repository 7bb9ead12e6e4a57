#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests ionctl selftest, which prints the driver's own report.
. "$(dirname "$0")/tap.sh"
need_device

check "selftest passes" is_done "$ionctl" selftest
check "the last line counts the passed tests" \
	sh -c "tail -n 1 out | grep -q '^[1-9][0-9]* passed, 0 failed'"
check "no blanks at the end of a line" sh -c "! grep -q ' $' out"
check "a line for each test" prints '^poison.*  [0-9.]* [a-z]*s  passed' \
	"$ionctl" selftest
check "selftest as JSON" json '.failed == 0 and .passed == (.tests | length) and
	.passed > 10 and ([.tests[] | .result == "passed" and .errno == 0 and
	.ns > 0 and .name != ""] | all)' "$ionctl" --json selftest

as_nobody()
{
	cp "$ionctl" .
	chmod 666 /dev/ion
	fails 4 "selftest: no permission: be root" as_user ./ionctl selftest
	status=$?
	chmod 660 /dev/ion
	return "$status"
}

check "no permission" as_nobody
check "no channel is left" json '.channels == 0 and .bytes == 0' \
	"$ionctl" --json info
finish

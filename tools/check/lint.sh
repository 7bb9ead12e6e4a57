# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of "make lint": quiet about what is clean.

# Kernel code outside drivers and include, and programs.
readonly kernel_folders=('samples/service/*.[ch]' 'selftests/modules/*.[ch]'
			 'selftests/kunit/*.[ch]')
readonly programs=('selftests/*.[ch]' 'samples/*.[ch]' 'lib/*.[ch]'
		   'tools/*.[ch]' "${kernel_folders[@]/#/:!}")

lint_steps()
{
	in_parallel lint_builds lint_texts
}

lint_builds()
{
	local k

	for k in $(stock_kernels); do
		step "no warnings with W=1 for $k" \
			"$guest/build-module" --all --kernel "$k"
	done
	step "sparse" "$guest/build-module" --all --sparse
}

lint_texts()
{
	step "license lines" lint_licenses
	step "checkpatch" lint_checkpatch
	step "clang-format" lint_format
	step "clang-tidy" lint_tidy
	step "coccinelle" lint_coccinelle
	step "shellcheck" lint_shell
	step "codespell" lint_spelling
	step "words" lint_words
	step "guards" lint_guards
	step "memory order" tools/check/order
	step "layers" tools/check/layers
}

# sources [PATHSPEC...]: print the files of the checkout, one a line, committed or
# not.
sources()
{
	git ls-files --cached --others --exclude-standard -- "$@" |
		while read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# Every file states its license, except the licenses themselves, generated files, and
# files whose form has no comments.
lint_licenses()
{
	local file bad=0

	while read -r file; do
		head -n 5 "$file" | grep -q SPDX-License-Identifier && continue
		echo "$file: no SPDX-License-Identifier in its first lines"
		bad=1
	done < <(sources ':!LICENSES' ':!COPYING' ':!.clang-format' \
		":!debian/"{changelog,copyright,source/format})
	return "$bad"
}

# These checks are ignored:
# - everywhere: FILE_PATH_CHANGES needs the kernel's MAINTAINERS file, and a compat
#   header out of tree needs LINUX_VERSION_CODE;
# - in headers that programs include: BIT() is not available there;
# - in the header that defines barriers for programs: they are defined and not used,
#   so they pair with nothing, and need volatile and attributes;
# - in the file that exports functions for KUnit only: EXPORT_SYMBOL requires the
#   export beside each function;
# - in the header of the channel: a loop over the rings names its arguments more than
#   once, as all loops of the kernel do;
# - in the header of the tracepoints: their fields and assignments are arguments
#   of macros, laid out as everywhere in the kernel;
# - in programs: advice to use helpers of the kernel and on the error of a system call
#   that is missing, which programs check for, checks of the layout, which clang-format
#   does, and checks of macros, which may return or declare in tests.
lint_checkpatch()
{
	local status=0 kernel=FILE_PATH_CHANGES,LINUX_VERSION_CODE
	local barriers=VOLATILE,MEMORY_BARRIER,COMPLEX_MACRO,MACRO_ARG_REUSE
	local macros=COMPLEX_MACRO,MACRO_ARG_REUSE,MACRO_WITH_FLOW_CONTROL
	local events=OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT
	local attributes=PREFER_DEFINED_ATTRIBUTE_MACRO
	local program=$attributes,STRNCPY,ENOSYS,VOLATILE,NEW_TYPEDEFS

	barriers+=,$attributes
	macros+=,MULTISTATEMENT_MACRO_USE_DO_WHILE,TRAILING_SEMICOLON
	program+=,PARENTHESIS_ALIGNMENT,LONG_LINE,$macros
	checkpatch "$kernel" 'drivers/*.[ch]' \
		':!drivers/ion/'{channel.h,trace.h,kunit.c} || status=1
	checkpatch "$kernel,MACRO_ARG_REUSE" drivers/ion/channel.h || status=1
	checkpatch "$kernel,EXPORT_SYMBOL" drivers/ion/kunit.c || status=1
	checkpatch "$kernel,$events" drivers/ion/trace.h || status=1
	checkpatch "$kernel,BIT_MACRO" 'include/*.h' \
		':!include/ion/barrier.h' "${kernel_folders[@]}" || status=1
	checkpatch "$kernel,$barriers" include/ion/barrier.h || status=1
	checkpatch "$kernel,BIT_MACRO,$program" "${programs[@]}" || status=1
	return "$status"
}

# checkpatch IGNORED PATHSPEC...: run it in /tmp, because it leaves a file in the
# working folder.
checkpatch()
{
	sources "${@:2}" | sed "s|^|$top/|" |
		in_root env --chdir=/tmp xargs --no-run-if-empty \
		"$source/scripts/checkpatch.pl" --no-tree --strict --terse \
		--quiet --no-summary --ignore "$1" -f
}

# checkpatch checks the layout of kernel code; this is for user space.
lint_format()
{
	sources "${programs[@]}" |
		in_root xargs --no-run-if-empty clang-format "${1--n}" --Werror
}

# Options of the compiler that suit all programs. The analyzer leaves a function after
# this many states: most have fewer, and without the limit it takes several times as
# long.
readonly tidy_options=(-std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
		       '-DVERSION="0"' -Iinclude/uapi -Iinclude -Ilib -Ilib/tests
		       -Itools/ionctl -isystem /usr/include/lwip
		       -isystem "$source/tools/testing/selftests"
		       -Xclang -analyzer-config -Xclang max-nodes=5000)

# .clang-tidy has the checks. The models are for cbmc, and bench/native needs the root
# "bench".
lint_tidy()
{
	sources "${programs[@]}" ':!*.h' ':!selftests/'{model,bench/native} |
		in_root xargs "-P$(nproc)" -I{} \
		clang-tidy --quiet {} -- "${tidy_options[@]}"
}

lint_coccinelle()
{
	sources 'drivers/*.[ch]' "${kernel_folders[@]}" |
		in_root xargs tools/check/coccinelle "$source/scripts/coccinelle"
}

# format: reformat user-space code for lint_format.
format()
{
	lint_format -i
}

lint_shell()
{
	sources | while read -r file; do
		case $file in
		*.sh) echo "$file" ;;
		*) ! head -n 1 "$file" | grep -q '^#!.*sh' || echo "$file" ;;
		esac
	done | in_root xargs shellcheck
}

# "make guards" takes too long for every run, but its patches must apply, and the table of
# results has a row for each.
lint_guards()
{
	local page=Documentation/pitfalls.rst patch text bad=0

	for patch in selftests/guards/*.patch; do
		git apply --check "$patch" || bad=1
		text=$(sed -n 's/^Without: //p' "$patch")
		grep -qFe "\`\`: $text" "$page" || {
			echo "$page: no row for $patch"
			bad=1
		}
	done
	return "$bad"
}

# Files whose wording tools/check/words is for: all but licenses, and the list itself.
readonly worded=(':!LICENSES' ':!COPYING' ':!tools/check/words')

# lint_words [FILE...]: pages, comments and messages have none of the phrases of
# tools/check/words. words.awk says which quotations are exempt.
lint_words()
{
	local files=("$@")

	[ $# -gt 0 ] || mapfile -t files < <(sources "${worded[@]}")
	awk -f tools/check/words.awk tools/check/words "${files[@]}"
}

lint_spelling()
{
	sources ':!LICENSES' ':!COPYING' | in_root xargs codespell
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The steps of "make lint": quiet about what is clean.

lint_steps()
{
	local k

	step "license lines" lint_licenses
	step "checkpatch" lint_checkpatch
	for k in $(data_names kernels); do
		step "no warnings with W=1 for $k" \
			"$guest/build-module" --kernel "$k"
	done
	step "sparse" "$guest/build-module" --sparse
	step "clang-format" lint_format
	step "shellcheck" lint_shell
	step "codespell" lint_spelling
}

# sources [PATHSPEC...]: the files of the checkout, one a line, whether or not
# they are committed yet.
sources()
{
	git ls-files --cached --others --exclude-standard -- "$@" |
		while read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

# Every file says what its license is, but the licenses and what is generated.
lint_licenses()
{
	local file bad=0

	while read -r file; do
		head -n 5 "$file" | grep -q SPDX-License-Identifier && continue
		echo "$file: no SPDX-License-Identifier in its first lines"
		bad=1
	done < <(sources ':!LICENSES' ':!COPYING' ':!.clang-format')
	return "$bad"
}

# The ignored checks are about the kernel's own tree:
# - FILE_PATH_CHANGES wants its MAINTAINERS file,
# - LINUX_VERSION_CODE: out of tree, the compat header has to ask.
#
# It leaves a file in the working folder, which is better not the checkout.
lint_checkpatch()
{
	sources '*.c' '*.h' | sed "s|^|$top/|" |
		in_root env --chdir=/tmp xargs "$source/scripts/checkpatch.pl" \
		--no-tree --strict --terse --quiet --no-summary \
		--ignore FILE_PATH_CHANGES,LINUX_VERSION_CODE -f
}

# Kernel code is checkpatch's; this is for what runs in user space.
lint_format()
{
	sources 'selftests/*.[ch]' 'samples/*.[ch]' 'lib/*.[ch]' \
		'tools/*.[ch]' |
		in_root xargs --no-run-if-empty clang-format "${1--n}" --Werror
}

# format: write user-space code as lint_format wants it.
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

lint_spelling()
{
	sources ':!LICENSES' ':!COPYING' | in_root xargs codespell
}

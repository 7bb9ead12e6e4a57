# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A cache for things that take minutes to make. An entry is a folder. Its name has
# a hash of its inputs, so it is never stale. It appears by one rename, so it is
# never incomplete. A lock makes a second maker wait for the first one, so it is
# not made twice.

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/ion

# hash_of TEXT...: print a short hash of the texts.
hash_of()
{
	local sum

	sum=$(printf '%s\0' "$@" | sha256sum)
	printf '%s\n' "${sum:0:12}"
}

# cache_entry NAME KEY MAKER [ARG...]: make the entry if it does not exist, by
# calling MAKER with an empty folder and the ARGs; set $entry to its path. It must
# run in this shell, not in $(...), so that the maker's processes are children of
# this one and die with it.
cache_entry()
{
	local lock

	entry=$cache/$1-$2
	if [ -d "$entry" ]; then
		touch "$entry"
		return
	fi
	mkdir -p "$cache" || die "cannot make the cache folder $cache"
	exec {lock}>"$cache/.lock-$1"
	flock "$lock"
	[ -d "$entry" ] || cache_fill "$1" "${@:3}" ||
		die "could not make $1"
	exec {lock}>&-
}

# cache_fill NAME MAKER [ARG...]: the part of cache_entry that holds the lock. No
# other maker runs, so remove the remains of killed makers here, and entries that
# were not used for a month: their recipe has changed.
cache_fill()
{
	local temp

	rm -rf "$cache/.make-$1".*
	find "$cache" -maxdepth 1 -name "$1-*" -mtime +30 -exec rm -rf {} +
	temp=$(mktemp -d "$cache/.make-$1.XXXXXX") || return
	chmod 755 "$temp"
	"$2" "$temp" "${@:3}" || { rm -rf "$temp"; return 1; }
	mv -T "$temp" "$entry"
}

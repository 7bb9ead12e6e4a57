# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cache of what takes minutes to make. An entry is a folder whose name
# carries a hash of what it was made from, so it is never stale; it appears by
# one rename, so it is never half made; and a lock makes a second maker wait
# for the first instead of making it twice.

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/ion

# hash_of TEXT...: a short name for what something is made from.
hash_of()
{
	local sum

	sum=$(printf '%s\0' "$@" | sha256sum)
	printf '%s\n' "${sum:0:12}"
}

# cache_entry NAME KEY MAKER [ARG...]: make the entry unless it is there, by
# calling MAKER with an empty folder and the ARGs; leave its path in $entry.
# It runs in this shell and not in a $(...) so that what a maker starts has this
# process for a parent, and dies with it.
cache_entry()
{
	local lock

	entry=$cache/$1-$2
	if [ -d "$entry" ]; then
		touch "$entry"
		return
	fi
	mkdir -p "$cache" || die "can not make the cache folder $cache"
	exec {lock}>"$cache/.lock-$1"
	flock "$lock"
	[ -d "$entry" ] || cache_fill "$1" "${@:3}" ||
		die "could not make $1"
	exec {lock}>&-
}

# cache_fill NAME MAKER [ARG...]: the part of cache_entry under the lock. What
# a killed maker left behind can be removed here, where no other maker runs, and
# so can entries that nobody used for a month: their recipe has changed.
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

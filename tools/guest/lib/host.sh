# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The needs of the host: a few packages, and the name of its mirror.

# The commands that the host must have, with their packages, one pair a line.
host_needs()
{
	echo "bwrap bubblewrap"
	echo "flock util-linux"
	echo "mmdebstrap mmdebstrap"
	echo "mount mount"
	echo "xz xz-utils"
	# An ordinary user makes roots in a user namespace with many ids.
	[ "$(id -u)" -eq 0 ] || echo "newuidmap uidmap"
}

host_missing()
{
	local command package

	host_needs | while read -r command package; do
		command -v "$command" >/dev/null || printf '%s ' "$package"
	done
}

# Install missing packages on the host, as root or through sudo.
host_prepare()
{
	local missing sudo=()

	missing=$(host_missing)
	[ -n "$missing" ] || { host_check_ids; return; }
	if [ "$(id -u)" -ne 0 ]; then
		sudo -n true 2>/dev/null ||
			die "this machine lacks these packages: $missing"
		sudo=(sudo -n)
	fi
	note "installing on this machine: $missing"
	# shellcheck disable=SC2086
	host_install $missing >/dev/null || die "could not install: $missing"
	host_check_ids
}

# An ordinary user needs subordinate ids to make a root, for the files' owners.
host_check_ids()
{
	[ "$(id -u)" -eq 0 ] || grep -qs "^$(id -un):" /etc/subuid ||
		die "$(id -un) has no line in /etc/subuid and /etc/subgid;" \
		    "see usermod --add-subuids"
}

host_install()
{
	local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)

	# A fresh machine has no package lists yet; an old one has stale ones.
	"${apt[@]}" update &&
		"${apt[@]}" install --no-install-recommends -y "$@" </dev/null
}

# Print the mirror that this machine is configured for: from the first line with
# the machine's own release, else from the first plain suite, because updates,
# security and backports may have another mirror.
host_mirror()
{
	local codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	# shellcheck disable=SC2016
	apt-get indextargets --no-release-info \
		--format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 2>/dev/null |
		awk -v own="$codename" '
			$3 != "main" || $1 !~ /^https?:|^file:/ { next }
			$2 == own { found = $1; exit }
			$2 !~ /[-\/]/ && !found { found = $1 }
			END { print found }'
}

# Print the proxy settings of the host's apt as options of mmdebstrap.
host_proxy()
{
	apt-config dump Acquire 2>/dev/null |
		sed -n '/::[Pp]roxy.* "..*";$/s/^/--aptopt=/p'
}

# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# A part that can be installed alone includes this. $(installed) has the paths of all
# files that "make install" installs, without DESTDIR, and $(install_dirs) has the
# variables of their folders. No rule here needs the files themselves.

list-installed:
	@printf '%s\n' $(addprefix $(DESTDIR),$(installed))

can-install:
	@$(top)/packaging/can-write "$(install_dirs) PREFIX" \
		$(addprefix $(DESTDIR),$(installed))

uninstall:
	@$(MAKE) -s --no-print-directory list-installed | \
		$(top)/packaging/remove "$(DESTDIR)$(PREFIX)"

.PHONY: list-installed can-install uninstall
.DEFAULT_GOAL := all

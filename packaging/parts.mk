# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# A part that can be installed alone includes this. In $(installed) are the paths of
# all that "make install" puts somewhere, without DESTDIR, and in $(install_dirs) the
# variables that say where. No rule here needs what is to be installed.

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

# SPDX-License-Identifier: GPL-2.0-only OR MIT
#
# Each Makefile that installs or builds something includes this, after the variables
# that have a default path. make, kbuild and the shell split a path with a space and
# write to the wrong place: this refuses such a path before anything is done.

path_empty :=
path_space := $(path_empty) $(path_empty)
path_tab := $(path_empty)	$(path_empty)
define path_newline


endef
path_hash := \#
path_special := ' " ` $$ \ ; & | < > ( ) * ? [ ] % $(path_hash)

path_unfit = $(if $(findstring $(path_space),$(1))$(findstring $(path_tab),$(1))$(findstring \
	$(path_newline),$(1)),yes)$(strip $(foreach c,$(path_special),$(findstring $c,$(1))))
path_check = $(if $(call path_unfit,$(2)),$(error $(1) is \
	'$(subst $(path_newline),?,$(2))': no path may hold a space, nor any of $(path_special)))

$(foreach v,DESTDIR PREFIX LIBDIR INCLUDEDIR BINDIR MANDIR COMPLETIONDIR \
	ZSHCOMPLETIONDIR FISHCOMPLETIONDIR UDEVDIR SYSUSERSDIR \
	INSTALL_MOD_PATH INSTALL_HDR_PATH OUTPUT KDIR ION,$(call \
	path_check,$v,$($v)))
$(call path_check,the folder of the sources,$(CURDIR))

# SPDX-License-Identifier: GPL-2.0-only
#
# The tests of the library, with the library linked into them.

library := $(OUTPUT)/libionchannel/libionchannel.a

$(OUTPUT)/library $(OUTPUT)/net_library: CPPFLAGS += -I../../lib
$(OUTPUT)/library: LDFLAGS += -Wl,--wrap=ioctl
$(OUTPUT)/library: | library.h
$(OUTPUT)/library $(OUTPUT)/net_library: $(library)

$(library): $(wildcard ../../lib/*.[ch]) ../../lib/Makefile \
	$(filter ../../include/%,$(LOCAL_HDRS))
	$(MAKE) -C ../../lib static OUTPUT=$(@D) CC="$(CC)" CFLAGS="-O2 -g"

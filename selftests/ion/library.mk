# SPDX-License-Identifier: GPL-2.0-only
#
# The test of the library, with the library linked into it.

library := $(OUTPUT)/libionchannel/libionchannel.a

$(OUTPUT)/library: CPPFLAGS += -I../../lib
$(OUTPUT)/library: LDFLAGS += -Wl,--wrap=ioctl
$(OUTPUT)/library: $(library) | library.h

$(library): $(wildcard ../../lib/*.[ch]) ../../lib/Makefile \
	$(filter ../../include/%,$(LOCAL_HDRS))
	$(MAKE) -C ../../lib static OUTPUT=$(@D) CC="$(CC)" CFLAGS="-O2 -g"

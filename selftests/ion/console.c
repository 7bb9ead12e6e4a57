// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel messages on and off the console. Where allocations fail, those of
 * kmemleak fail too, and it reports that with a lock held under which a serial
 * console must not take its own: lockdep is right to complain. Nothing goes to the
 * console while faults are injected. Everything is in the log, which the tests
 * read.
 */
#include "channel.h"
#include "console.h"

#define IGNORE_LOGLEVEL "/sys/module/printk/parameters/ignore_loglevel"
#define LOGLEVELS	"/proc/sys/kernel/printk"

static char ignore_loglevel[16], loglevels[64];

void console_off(void)
{
	if (ion_read_text(IGNORE_LOGLEVEL, ignore_loglevel,
			  sizeof(ignore_loglevel)) < 0 ||
	    ion_read_text(LOGLEVELS, loglevels, sizeof(loglevels)) < 0)
		return;
	ion_write_text(IGNORE_LOGLEVEL, "N");
	ion_write_text(LOGLEVELS, "1");
}

void console_on(void)
{
	if (!*loglevels)
		return;
	ion_write_text(LOGLEVELS, loglevels);
	ion_write_text(IGNORE_LOGLEVEL, ignore_loglevel);
}

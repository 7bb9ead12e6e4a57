/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel messages on and off the console. */
#ifndef _ION_CONSOLE_H
#define _ION_CONSOLE_H

void console_off(void);
void console_on(void);

#endif /* _ION_CONSOLE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_SERVE_H
#define _DRIVERS_ION_SERVE_H

#include "channel.h"

int ion_serve(struct ion_channel *ch, struct ion_serve *serve);
bool ion_serve_kick(struct ion_channel *ch);
void ion_serve_news(struct ion_channel *ch);
void ion_serve_close(struct ion_channel *ch, const void *files);
enum ion_kernel_end ion_serve_state(struct ion_channel *ch);

#endif /* _DRIVERS_ION_SERVE_H */

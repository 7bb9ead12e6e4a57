/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_SERVE_H
#define _DRIVERS_ION_SERVE_H

#include "channel.h"

struct file;

int ion_serve(struct ion_channel *ch, const struct file *file,
	      struct ion_serve *serve);

#endif /* _DRIVERS_ION_SERVE_H */

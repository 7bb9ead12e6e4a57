// SPDX-License-Identifier: GPL-2.0-only
#include <linux/array_size.h>
#include <linux/string.h>

#include "service.h"

/* The first one is the default. */
static const struct ion_service *const ion_services[] = {
	&ion_service_echo,
	&ion_service_sink,
};

/**
 * ion_service_find() - a service by its name
 * @name: the name; empty for the default
 *
 * Return: the service, or NULL if there is none of that name.
 */
const struct ion_service *ion_service_find(const char *name)
{
	unsigned int i;

	if (!*name)
		return ion_services[0];
	for (i = 0; i < ARRAY_SIZE(ion_services); i++)
		if (!strcmp(name, ion_services[i]->name))
			return ion_services[i];
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_SERVICE_H
#define _DRIVERS_ION_SERVICE_H

int ion_services_init(void);
void ion_services_exit(void);

#endif /* _DRIVERS_ION_SERVICE_H */

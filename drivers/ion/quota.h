/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _DRIVERS_ION_QUOTA_H
#define _DRIVERS_ION_QUOTA_H

#include <linux/capability.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

struct ion_quota;

/* Returns the share of a system-wide limit that is not reserved for CAP_SYS_ADMIN. */
static inline u64 ion_quota_unreserved(u64 limit)
{
	return limit - limit / 16;
}

/* Lacking the capability is no offence, so the check is not audited. */
static inline bool ion_quota_admin(void)
{
	return ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN);
}

u32 ion_quota_limit(void);
u32 ion_quota_user_limit(void);
u32 ion_quota_count(void);
u32 ion_quota_user_count(kuid_t uid);

struct ion_quota *ion_quota_charge(kuid_t uid);
void ion_quota_uncharge(struct ion_quota *quota);

#endif /* _DRIVERS_ION_QUOTA_H */

/* SPDX-License-Identifier: MIT */
/*
 * What the files of the library share. Nothing of it is visible outside.
 */
#ifndef _IONC_INTERNAL_H
#define _IONC_INTERNAL_H

#include <ionchannel.h>
#include <stdbool.h>

struct ionc_lent;

/**
 * struct ionc_stock - the free buffers of an arena, the one freed last on top
 * @top: in the low half the number of the topmost one plus one, 0 for none; in
 *	the high half how often it changed
 * @next: for each buffer the one below it, in the same manner; or IONC_HELD
 */
struct ionc_stock {
	__u64 top;
	__u32 *next;
};

/* A buffer that the program or the service has. */
#define IONC_HELD (~0U)

/**
 * struct ionc_private - what there is of a channel
 * @ch: what programs see, first
 * @info: the geometry
 * @area: the mappings, by their number in @info
 * @owner: the process that has them, by the number of ionc_get_owner()
 * @spin_ns: how long to look before sleeping
 * @eventfd: of ionc_eventfd(), or -1
 * @waking: the eventfd that is read by ionc_disarm(), or -1
 * @stock: the free buffers
 * @lent: the lent thread, or NULL
 */
struct ionc_private {
	struct ionc_channel ch;
	struct ion_info info;
	void *area[ION_AREAS_MAX];
	__u64 owner;
	__u64 spin_ns;
	int eventfd;
	int waking;
	struct ionc_stock stock;
	struct ionc_lent *lent;
};

static inline struct ionc_private *ionc_private(struct ionc_channel *ch)
{
	return (struct ionc_private *)(void *)ch;
}

/*
 * The number of this process: not that of any process that it descends from by
 * fork(). -errno.
 */
int ionc_get_owner(__u64 *owner);

/* Whether this process made the channel, and is no child of the one that did. */
bool ionc_is_owner(const struct ionc_private *p);

/*
 * What ioctl() returns, or -errno. The numbers of /dev/ion have 16 bits, and so fit
 * whatever type a C library has ioctl() take.
 */
int ionc_ioctl(int fd, __u16 request, void *arg);

/* The clock that timeouts are of, and a time on it; IONC_FOREVER stays it. */
__u64 ionc_now(void);
__u64 ionc_deadline(__u64 timeout_ns);
__u64 ionc_left(__u64 deadline);

/*
 * Copy in a struct that begins with its size and may be older or newer than
 * this library: -EINVAL, or -E2BIG if it asks for what is not known here.
 */
int ionc_copy_options(void *to, __u32 size, const void *from, __u32 first);

/* Take the user's ends of all rings, where they stand. */
int ionc_take_ends(struct ionc_private *p);

/* Which of the IONC_TX, ... are there, by the rings alone; -EPROTO. */
int ionc_look(struct ionc_channel *ch, unsigned int events);

int ionc_stock_init(struct ionc_private *p);
int ionc_stock_fill(struct ionc_private *p);
void ionc_stock_destroy(struct ionc_private *p);

/* A lent thread that stopped over a poisoned ring goes on. */
void ionc_lent_resume(struct ionc_private *p);

#endif /* _IONC_INTERNAL_H */

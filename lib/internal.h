/* SPDX-License-Identifier: MIT */
/* Shared by the files of the library; nothing here is exported. */
#ifndef _IONC_INTERNAL_H
#define _IONC_INTERNAL_H

#include <ionchannel.h>
#include <stdbool.h>

/* Bytes of a buffer if the options do not say. */
#define IONC_BUFFER_SIZE 2048

struct ionc_lent;

/**
 * struct ionc_free_list - the free buffers of an arena, last freed on top
 * @top: the low half is the number of the topmost buffer plus one, 0 if there is
 *	none; the high half counts the changes of @top
 * @next: for each buffer the number of the buffer below it plus one, 0 if there
 *	is none; IONC_HELD if the buffer is not free
 */
struct ionc_free_list {
	__u64 top;
	__u32 *next;
};

/* The buffer is in use by the program or the service. */
#define IONC_HELD (~0U)

/**
 * struct ionc_private - a channel, as the library sees it
 * @ch: the public part; must be first
 * @info: the geometry
 * @area: the mappings, by their number in @info
 * @owner: the process that mapped them, as a number of ionc_get_owner()
 * @spin_ns: how long to poll the rings before sleeping
 * @eventfd: the eventfd that ionc_eventfd() created, or -1
 * @waking: the eventfd that ionc_disarm() reads, or -1
 * @free_list: the free buffers
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
	struct ionc_free_list free_list;
	struct ionc_lent *lent;
};

static inline struct ionc_private *ionc_private(struct ionc_channel *ch)
{
	return (struct ionc_private *)(void *)ch;
}

/*
 * Get a number for this process, which differs from that of every process that
 * it descends from by fork(). Return 0 or -errno.
 */
int ionc_get_owner(__u64 *owner);

/* Return whether this process itself made the channel, and not an ancestor. */
bool ionc_is_owner(const struct ionc_private *p);

/*
 * Return the result of ioctl(), or -errno. The requests of /dev/ion have 16 bits,
 * so they fit any type that a C library gives the argument of ioctl().
 */
int ionc_ioctl(int fd, __u16 request, void *arg);

/* The clock of the timeouts, and times on it; IONC_FOREVER stays IONC_FOREVER. */
__u64 ionc_now(void);
__u64 ionc_deadline(__u64 timeout_ns);
__u64 ionc_left(__u64 deadline);

/*
 * Copy a struct that begins with its size and may be older or newer than this
 * library. Return -EINVAL if it is shorter than @first, -E2BIG if it sets fields
 * that this library does not know.
 */
int ionc_copy_options(void *to, __u32 size, const void *from, __u32 first);

/* Copy the options of a program, or the defaults if @from is NULL, and check them. */
int ionc_get_options(struct ionc_options *options,
		     const struct ionc_options *from);

/* Copy a name, which may be NULL, into zeros; -ENAMETOOLONG if it does not fit. */
int ionc_set_name(char *to, size_t size, const char *from);

/* Open @device, or /dev/ion if it is NULL; return the descriptor or -errno. */
int ionc_open_device(const char *device, int flags);

/* Ask the driver what it can do, and check the version of its ABI. */
int ionc_get_query(int fd, struct ion_query *query);

/* Open a channel and set it up, with ION_SETUP_* flags besides those of the options. */
int ionc_open_with(struct ionc_channel **ch, const struct ionc_options *options,
		   __u32 flags);

/* Make a channel of a descriptor that is set up; if this fails, it stays open. */
int ionc_make(struct ionc_channel **ch, int fd,
	      const struct ionc_options *options);

/* Attach the user ends of all rings at their current positions. */
int ionc_take_ends(struct ionc_private *p);

/* Return which of the IONC_TX, ... are ready, from the rings alone; -EPROTO. */
int ionc_ready(struct ionc_channel *ch, unsigned int events);

int ionc_free_list_init(struct ionc_private *p);
int ionc_free_list_fill(struct ionc_private *p);
void ionc_free_list_destroy(struct ionc_private *p);

/* Let a lent thread that stopped because of a poisoned ring continue. */
void ionc_lent_resume(struct ionc_private *p);

#endif /* _IONC_INTERNAL_H */

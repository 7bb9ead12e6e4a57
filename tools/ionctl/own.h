/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A channel of our own, that packets go through: the options of push, pop, cat
 * and ping that tell how it is to be, opening and closing it, and what is done
 * with its buffers.
 */
#ifndef _IONCTL_OWN_H
#define _IONCTL_OWN_H

#include "ionctl.h"

enum {
	OWN_SERVICE = 0x2000,
	OWN_KEY,
	OWN_ARG,
	OWN_STAMP,
	OWN_FD,
	OWN_SLOTS,
	OWN_LAYOUT,
	OWN_BUFFERS,
	OWN_BUFFER_SIZE,
	OWN_LEND,
	OWN_TIMEOUT,
	OWN_STATS,
};

/* For the options of a command. */
/* clang-format off */
#define OWN_OPTIONS \
	{ OWN_SERVICE, "service", "NAME", \
	  "the service at the other end (default echo)" }, \
	{ OWN_KEY, "key", "NAME", \
	  "the name by which two programs find each other; service pair" }, \
	{ OWN_ARG, "arg", "NUMBER", \
	  "what the service is told: to source, packets a second" }, \
	{ OWN_STAMP, "stamp", NULL, \
	  "the kernel writes the ids of commands of a pair" }, \
	{ OWN_FD, "fd", "NUMBER", \
	  "a descriptor that the shell opened: 3<>/dev/ion" }, \
	{ OWN_SLOTS, "slots", "NUMBER", \
	  "slots of each ring, a power of two (default 256)" }, \
	{ OWN_LAYOUT, "layout", "NAME", "compact, or split (default)" }, \
	{ OWN_BUFFERS, "buffers", "NUMBER", "buffers of the arena" }, \
	{ OWN_BUFFER_SIZE, "buffer-size", "BYTES", \
	  "bytes of each, a power of two from 256" }, \
	{ OWN_LEND, "lend", "[CPU]", \
	  "lend the kernel a thread, pinned to that processor" }, \
	{ OWN_TIMEOUT, "timeout", "SECONDS", \
	  "how long to wait at the most when nothing comes or goes" }, \
	{ OWN_STATS, "stats", NULL, "print counters on stderr at the end" }
/* clang-format on */

/* How many buffers of a pair are given away, to be filled by the other program. */
enum own_give {
	OWN_GIVE_ALL,  /* to receive */
	OWN_GIVE_HALF, /* to send and to receive */
	OWN_GIVE_NONE, /* to send */
};

/**
 * struct own_refused - packets on tx that the kernel refused
 * @id: of a buffer that does not exist
 * @range: with data or len outside their buffer
 * @owner: of a buffer that was handed over before
 */
struct own_refused {
	uint64_t id;
	uint64_t range;
	uint64_t owner;
};

/**
 * struct own - a channel of our own
 * @options: how it is to be
 * @setup: the first option that told so, without its dashes; NULL: none did
 * @fd: --fd; -1: the channel is opened here
 * @lend: whether to lend a thread
 * @lending: how
 * @timeout_ns: --timeout, IONC_FOREVER if there is none
 * @stats: whether to print counters at the end
 * @give: set by the command before own_open()
 * @ch: the channel
 * @fills: the service has to be given empty buffers, which it fills
 * @before: what was refused before the channel was ours
 * @refused: how many own_wait() has reported
 * @told: own_tell_refused() said why
 * @has_wrong: there is one
 * @wrong: the first packet that own_refused_note() found wrong
 */
struct own {
	struct ionc_options options;
	const char *setup;
	int fd;
	bool lend;
	struct ionc_lend_options lending;
	uint64_t timeout_ns;
	bool stats;
	enum own_give give;
	struct ionc_channel *ch;
	bool fills;
	struct own_refused before;
	uint64_t refused;
	bool told;
	bool has_wrong;
	struct ion_packet wrong;
};

/* The defaults. */
void own_init(struct own *own);

/* Take an option of OWN_OPTIONS, with its value in optarg. */
void own_option(struct own *own, int letter);

/**
 * own_open() - open the channel
 * @own: what own_init() and own_option() left
 *
 * Lends the thread, and gives empty buffers to a service that fills them.
 *
 * Return: the exit status; anything but EXIT_OK has been told, and needs no
 * own_close().
 */
int own_open(struct own *own);

/**
 * own_close() - print what is wanted of it, and close it
 * @own: what own_open() opened
 * @status: the exit status so far
 *
 * Says what the kernel refused, unless that was said before.
 *
 * Return: the exit status; not EXIT_OK if something was refused.
 */
int own_close(struct own *own, int status);

/* ---- what the kernel refuses, own_refused.c ----------------------------- */

/* For own_open(): what is refused from now on counts. */
void own_refused_begin(struct own *own);

/* How many packets were refused since own_open(). */
uint64_t own_refused(const struct own *own);

/* Remember a packet that is pushed, if it is the first that can not be right. */
void own_refused_note(struct own *own, const struct ion_packet *packet);

/*
 * Say how many were refused and why, if any were, and once. Returns EXIT_FAILED
 * then, or else EXIT_OK.
 */
int own_tell_refused(struct own *own);

/**
 * own_wait() - wait for any of several things, or until something is refused
 * @own: the channel
 * @events: as for ionc_poll()
 * @timeout_ns: how long at most
 *
 * Return: -EBADMSG if packets were refused, once for those that were; else as
 * ionc_poll() or ionc_wait().
 */
int own_wait(struct own *own, unsigned int events, uint64_t timeout_ns);

/* ---- the rest ---------------------------------------------------------- */

/* It has no buffers, and is to have some. Returns the exit status; told. */
int own_no_buffers(const struct own *own);

/* Print the counters on stderr, if that is wanted. */
void own_show_stats(const struct own *own);

/**
 * own_failed() - a wait or a kick did
 * @own: the channel
 * @error: -errno; -ETIME is the time of --timeout, -EBADMSG of own_wait()
 *
 * Return: the exit status, which has been told.
 */
int own_failed(struct own *own, int error);

/* What own_failed() tells, with room for it in @text, and returns. */
const char *own_reason(const struct own *own, int error, char text[64]);
int own_status(int error);

/**
 * own_popped() - be done with the buffer of a packet that was popped
 * @own: the channel
 * @packet: the packet
 *
 * Nothing without an arena.
 */
void own_popped(struct own *own, const struct ion_packet *packet);

/* What the service is called, and whether it is pair. */
const char *own_service(const struct own *own);
bool own_is_pair(const struct own *own);

/*
 * From now on SIGINT and SIGTERM end waits, by -EINTR, and set own_stopped. A
 * second one ends the program.
 */
void own_stop_by_signals(void);

extern volatile int own_stopped;

/* Write to stdout. Returns EXIT_OK, or the exit status after it was told. */
int own_write(const void *bytes, size_t length);

#endif /* _IONCTL_OWN_H */

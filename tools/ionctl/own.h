/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An own channel is one that ionctl opens to send packets through. This covers
 * its options, which push, pop, cat and ping have, opening and closing it, and
 * its buffers.
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
	OWN_CONNECT,
};

/* Rows for the options of a command. */
/* clang-format off */
#define OWN_OPTIONS \
	{ OWN_SERVICE, "service", "NAME", \
	  "the service at the other end (default echo)" }, \
	{ OWN_KEY, "key", "NAME", \
	  "the name that joins two programs (service pair)" }, \
	{ OWN_ARG, "arg", "NUMBER", \
	  "argument of the service; of source: its rate" }, \
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
	  "how long to wait at most while no packet moves" }, \
	{ OWN_STATS, "stats", NULL, "print counters on stderr at the end" }
/* clang-format on */

/* A row for commands that can use a port. */
#define OWN_CONNECT_OPTION                \
	{ OWN_CONNECT, "connect", "NAME", \
	  "the server that listens on this name" }

/* How many buffers a pair gives away, for the other program's data. */
enum own_give {
	OWN_GIVE_ALL,  /* this program only receives */
	OWN_GIVE_HALF, /* it sends and receives */
	OWN_GIVE_NONE, /* it only sends */
};

/**
 * struct own_refused - packets on tx that the kernel refused
 * @id: number of packets whose buffer does not exist
 * @range: number of packets whose data or len leave their buffer
 * @owner: number of packets whose buffer was handed over before
 */
struct own_refused {
	uint64_t id;
	uint64_t range;
	uint64_t owner;
};

/**
 * struct own - an own channel
 * @options: options for ionc_open()
 * @setup: the first option of the set-up, without its dashes; NULL: none given
 * @connect: the port of --connect, or NULL
 * @fd: the descriptor of --fd; -1: ionctl opens the device
 * @lend: whether to lend a thread
 * @lending: options of the lent thread
 * @timeout_ns: --timeout, IONC_FOREVER if not given
 * @stats: whether to print counters at the end
 * @give: buffers to give away; the command sets it before own_open()
 * @ch: the channel
 * @fills: the service needs empty buffers, which it fills
 * @before: packets that were refused before own_open()
 * @refused: number of refused packets that own_wait() has reported
 * @reported: own_report_refused() has printed its message
 * @has_wrong: @wrong is set
 * @wrong: the first packet that own_refused_note() found wrong
 */
struct own {
	struct ionc_options options;
	const char *setup;
	const char *connect;
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
	bool reported;
	bool has_wrong;
	struct ion_packet wrong;
};

/* Set the defaults. */
void own_init(struct own *own);

/* Take an option of OWN_OPTIONS, with its value in optarg. */
void own_option(struct own *own, int letter);

/**
 * own_open() - open the channel
 * @own: the channel, after own_init() and own_option()
 *
 * Also lends the thread, and gives empty buffers to a service that fills them.
 *
 * Return: %EXIT_OK, or the exit status of an error that was reported; then it
 * needs no own_close().
 */
int own_open(struct own *own);

/**
 * own_close() - print the counters if --stats asks for them, and close
 * @own: a channel that own_open() opened
 * @status: the exit status so far
 *
 * Reports what the kernel refused, unless that was reported before.
 *
 * Return: the exit status; not %EXIT_OK if a packet was refused.
 */
int own_close(struct own *own, int status);

/* ---- refused packets, own_refused.c ------------------------------------- */

/* Start counting refused packets; own_open() calls this. */
void own_refused_begin(struct own *own);

/* Return how many packets were refused since own_open(). */
uint64_t own_refused(const struct own *own);

/* Remember a pushed packet if it is the first one that must be wrong. */
void own_refused_note(struct own *own, const struct ion_packet *packet);

/*
 * Report once how many packets were refused and why. Return EXIT_FAILED if any
 * were, else EXIT_OK.
 */
int own_report_refused(struct own *own);

/**
 * own_wait() - wait for any of several events, or until a packet is refused
 * @own: the channel
 * @events: as for ionc_poll()
 * @timeout_ns: how long to wait at most
 *
 * Return: -EBADMSG if packets were refused since the last report; else as
 * ionc_poll() or ionc_wait().
 */
int own_wait(struct own *own, unsigned int events, uint64_t timeout_ns);

/* ---- buffers, counters, errors ----------------------------------------- */

/* Report that the channel has no buffers; return the exit status. */
int own_no_buffers(const struct own *own);

/* Print the counters on stderr if --stats asks for them. */
void own_show_stats(const struct own *own);

/**
 * own_failed() - report that a wait or a kick failed
 * @own: the channel
 * @error: -errno; -ETIME is the time of --timeout, -EBADMSG of own_wait()
 *
 * Return: the exit status.
 */
int own_failed(struct own *own, int error);

/* Return the reason that own_failed() reports; @text is room for it. */
const char *own_reason(const struct own *own, int error, char text[64]);
int own_status(int error);

/* Return the payload of a packet that was popped, or NULL if it is in no buffer. */
const void *own_payload(const struct own *own, const struct ion_packet *packet);

/**
 * own_popped() - free or return the buffer of a packet that was popped
 * @own: the channel
 * @packet: the packet
 *
 * Does nothing without an arena.
 */
void own_popped(struct own *own, const struct ion_packet *packet);

/* The name of the service, whether it is pair, and whether it joins two programs. */
const char *own_service(const struct own *own);
bool own_is_pair(const struct own *own);
bool own_has_peer(const struct own *own);

/*
 * Have SIGINT and SIGTERM end waits, by -EINTR, and set own_stopped. A second
 * signal ends the program.
 */
void own_stop_by_signals(void);

extern volatile int own_stopped;

/* Write to stdout. Return EXIT_OK, or report the error and return its status. */
int own_write(const void *bytes, size_t length);

#endif /* _IONCTL_OWN_H */

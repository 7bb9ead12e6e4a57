/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ionctl listen and connect: bytes between stdin and stdout of two programs, or an
 * echo. Payloads go both ways in one loop.
 */
#ifndef _IONCTL_TALK_H
#define _IONCTL_TALK_H

#include "ionctl.h"

/* Buffers of ionctl connect, unless the options say otherwise. */
#define TALK_BUFFERS	 32
#define TALK_BUFFER_SIZE 32768

/**
 * struct talk - a connection
 * @ch: the channel
 * @echo: return what comes, instead of stdin and stdout
 * @timeout_ns: end after that time in which nothing moves
 * @direct: the service is direct: payloads lie in the arena of who sends them
 * @told: the other program knows how many bytes were sent in all
 * @end_known: it said how many bytes it sent in all
 * @end: that number
 * @sent: bytes that were sent
 * @came: bytes that came
 * @packets: packets that came
 * @out: own buffers that the other program has
 * @held: with @echo, payloads that wait for a free buffer; room for all buffers
 * @first: index of the first of them
 * @nr_held: number of them
 * @stuck: stdout cannot be written to
 *
 * The caller sets the first three.
 */
struct talk {
	struct ionc_channel *ch;
	bool echo;
	uint64_t timeout_ns;
	bool direct;
	bool told;
	bool end_known;
	uint64_t end;
	uint64_t sent;
	uint64_t came;
	uint64_t packets;
	uint32_t out;
	struct ion_packet *held;
	uint32_t first;
	uint32_t nr_held;
	bool stuck;
};

/**
 * talk() - carry bytes until both programs sent all of theirs, or one has gone
 * @talk: the connection
 *
 * Return: the exit status; what went wrong was reported.
 */
int talk(struct talk *talk);

/* Report that a port cannot be used; return the exit status. */
int talk_no_port(enum ionc_call call, int error, const char *name);

/* Read the name of a port from the command line. */
const char *port_argument(const char *text);

/* Likewise the value of --service: direct or pair. */
const char *port_service(const char *text);

#endif /* _IONCTL_TALK_H */

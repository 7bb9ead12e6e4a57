// SPDX-License-Identifier: GPL-2.0-only
/* ionctl cat: the command, and the loop of the first thread. */
#include <errno.h>
#include <stdlib.h>

#include "cat.h"
#include "fail.h"
#include "options.h"

#define BUFFERS	    64
#define BUFFER_SIZE 32768

enum {
	OPTION_SEND = 's',
	OPTION_RECEIVE = 'r',
};

/* ---- the loop ---------------------------------------------------------- */

/* Return whether nothing more will come on rx and evt. */
static bool all_came(struct cat *cat)
{
	bool all;

	pthread_mutex_lock(&cat->lock);
	if (cat->pair)
		all = cat->acked && cat->end_known && cat->popped == cat->end;
	else
		all = cat->eof && !cat->out;
	pthread_mutex_unlock(&cat->lock);
	return all;
}

/* Return whether buffers or an answer are still to come back. */
static bool is_owed(struct cat *cat)
{
	bool owed;

	pthread_mutex_lock(&cat->lock);
	owed = cat->out || (cat->pair && cat->eof);
	pthread_mutex_unlock(&cat->lock);
	return owed;
}

static void wait_for_some(struct cat *cat)
{
	int ret;

	ret = own_wait(&cat->own, IONC_RX | (cat->pair ? IONC_EVT : 0),
		       cat->own.timeout_ns);
	if (!ret || ret == -EINTR || (ret == -ETIME && !is_owed(cat)))
		return;
	cat_quit(cat, own_failed(&cat->own, ret));
}

static void carry(struct cat *cat)
{
	const bool sends = cat->sends;
	pthread_t reader, writer;

	if (cat->pair)
		cat_meet(cat);
	if (sends)
		cat_thread(cat, &reader, cat_read);
	cat_thread(cat, &writer, cat_write);
	while (!all_came(cat)) {
		wait_for_some(cat);
		cat_pop(cat);
		if (cat->pair)
			cat_hear(cat);
	}
	pthread_mutex_lock(&cat->lock);
	cat->finished = true;
	pthread_cond_signal(&cat->work);
	pthread_mutex_unlock(&cat->lock);
	pthread_join(writer, NULL);
	if (sends)
		pthread_join(reader, NULL);
}

/* ---- the command ------------------------------------------------------- */

static int check_channel(struct cat *cat)
{
	const struct ionc_channel *ch = cat->own.ch;
	uint64_t tx = ch->tx.end.mask, rx = ch->rx.end.mask;

	if (!ch->buffers)
		return own_no_buffers(&cat->own);
	if (cat->own.fills && !own_is_pair(&cat->own))
		return fail("the service %s sends nothing back: %s",
			    own_service(&cat->own),
			    "ionctl pop --payload prints what it sends");
	if (ch->buffers > (tx < rx ? tx : rx))
		return fail("%u buffers need at least %u slots", ch->buffers,
			    ch->buffers + 1);
	return EXIT_OK;
}

static void parse(struct cat *cat, int argc, char **argv)
{
	struct ionc_options *o = &cat->own.options;
	bool send = false, receive = false;
	int letter;

	own_init(&cat->own);
	while ((letter = next_option(argc, argv, &cmd_cat)) >= 0) {
		if (letter == OPTION_SEND)
			send = true;
		else if (letter == OPTION_RECEIVE)
			receive = true;
		else
			own_option(&cat->own, letter);
	}
	want_arguments(argc, argv, 0, 0);
	if (send && receive)
		fail_usage("--send and --receive: leave both out for both");
	if ((send || receive) && !o->key && cat->own.fd < 0)
		fail_usage("--%s is for a pair: give a --key",
			   send ? "send" : "receive");
	cat->sends = !receive;
	cat->receives = !send;
	cat->own.give = send	  ? OWN_GIVE_NONE
			: receive ? OWN_GIVE_ALL
				  : OWN_GIVE_HALF;
	if (!o->buffers) {
		o->buffers = BUFFERS;
		o->buffer_size = BUFFER_SIZE;
	}
	if (o->buffers == 1)
		fail_usage("--buffers is at least 2, one for each direction");
}

static int run(int argc, char **argv)
{
	struct cat *cat = calloc(1, sizeof(*cat));
	int status;

	if (!cat)
		fail_memory();
	parse(cat, argc, argv);
	status = own_open(&cat->own);
	if (status == EXIT_OK)
		status = check_channel(cat);
	if (status != EXIT_OK)
		return status;
	cat->pair = own_is_pair(&cat->own);
	cat->queue = calloc(cat->own.ch->buffers, sizeof(*cat->queue));
	if (!cat->queue)
		fail_memory();
	pthread_mutex_init(&cat->lock, NULL);
	pthread_cond_init(&cat->freed, NULL);
	pthread_cond_init(&cat->work, NULL);
	carry(cat);
	status = own_close(&cat->own, EXIT_OK);
	free(cat->queue);
	free(cat);
	return status;
}

static const struct option_help options[] = {
	{ OPTION_SEND, "send", NULL, "do not write to stdout; with --key" },
	{ OPTION_RECEIVE, "receive", NULL, "do not read stdin; with --key" },
	OWN_OPTIONS,
	{ 0 },
};

const struct command cmd_cat = {
	.name = "cat",
	.summary = "stdin through a channel to stdout",
	.run = run,
	.usage = "[OPTION]...",
	.text = "Reads stdin into buffers, pushes them, and writes what comes back to stdout:\n"
		"the same bytes with the service echo, those of another program with pair.\n"
		"\n"
		"With --key two programs that give the same name send each other their stdin,\n"
		"both ways at once. Each ends when it has written all bytes of the other one,\n"
		"and the other one has written all of its bytes; the status says whether\n"
		"everything arrived.\n"
		"\n"
		"--timeout limits the wait for the other program, and for bytes to come back.\n"
		"It does not limit the wait for stdin.\n",
	.options = options,
	.examples = "ionctl cat <big | cmp - big\n"
		    "ionctl cat --key there --send <big\n"
		    "ionctl cat --key there --receive >copy\n",
};

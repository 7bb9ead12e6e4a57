// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands between two ionctl cat. There is no order between commands and
 * packets, so a count of bytes marks the end.
 */
#include <errno.h>

#include "cat.h"
#include "fail.h"

/* Kinds of commands: the program chooses them, pair ignores them. */
enum {
	KIND_HELLO = 0x696f6e01, /* comes first; arg: WAY_SENDS, WAY_RECEIVES */
	KIND_END = 0x696f6e02,	 /* all was sent; arg: bytes */
	KIND_DONE = 0x696f6e03,	 /* all was written; arg: bytes */
};

enum {
	WAY_SENDS = 1,
	WAY_RECEIVES = 2,
};

static void tell(struct cat *cat, uint32_t kind, uint64_t arg)
{
	struct ion_cmd_packet cmd = { .kind = kind, .arg = arg };

	/* A ring has at least two slots, and the other program reads at once. */
	while (!ionc_push_cmd(cat->own.ch, &cmd)) {
		int ret = ionc_wait_room_cmd(cat->own.ch, IONC_FOREVER);

		/* The next wait reports other errors. */
		if (ret && ret != -EINTR)
			return;
	}
}

static const char *ways(uint64_t way)
{
	return way & WAY_SENDS ? "send" : "receive";
}

/* A program that only sends needs one that receives, and vice versa. */
static void agree(struct cat *cat, uint64_t other)
{
	uint64_t mine = (cat->sends ? WAY_SENDS : 0) |
			(cat->receives ? WAY_RECEIVES : 0);

	cat->sends = cat->sends && (other & WAY_RECEIVES);
	cat->receives = cat->receives && (other & WAY_SENDS);
	if (!cat->sends && !cat->receives)
		cat_quit(cat, fail("both programs are to %s, and nothing else",
				   ways(mine)));
	/* A direction that is not used has ended already. */
	cat->eof = !cat->sends;
	cat->acked = !cat->sends;
	cat->end_known = !cat->receives;
	cat->done = !cat->receives;
}

void cat_meet(struct cat *cat)
{
	struct ion_cmd_packet cmd;
	int ret;

	tell(cat, KIND_HELLO,
	     (cat->sends ? WAY_SENDS : 0) | (cat->receives ? WAY_RECEIVES : 0));
	do {
		ret = ionc_receive_evt(cat->own.ch, &cmd, cat->own.timeout_ns);
	} while (ret == -EINTR);
	if (ret)
		cat_quit(cat, own_failed(&cat->own, ret));
	if (cmd.kind != KIND_HELLO)
		cat_quit(cat, fail("the other program is no ionctl cat"));
	agree(cat, cmd.arg);
}

void cat_tell_end(struct cat *cat)
{
	tell(cat, KIND_END, cat->sent);
}

void cat_tell_done(struct cat *cat)
{
	if (!cat->pair || cat->done || !cat->end_known)
		return;
	if (cat->written > cat->end)
		cat_quit(cat, fail("the other program sent too many bytes"));
	if (cat->written < cat->end)
		return;
	cat->done = true;
	tell(cat, KIND_DONE, cat->written);
}

static void hear(struct cat *cat, const struct ion_cmd_packet *cmd)
{
	if (cmd->kind == KIND_END && !cat->end_known) {
		cat->end = cmd->arg;
		cat->end_known = true;
		cat_tell_done(cat);
	} else if (cmd->kind == KIND_DONE && cat->eof && !cat->acked &&
		   cmd->arg == cat->sent) {
		cat->acked = true;
	} else {
		cat_quit(cat, fail("the other program is no ionctl cat"));
	}
}

void cat_hear(struct cat *cat)
{
	struct ion_cmd_packet cmd;

	pthread_mutex_lock(&cat->lock);
	while (ionc_pop_evt(cat->own.ch, &cmd))
		hear(cat, &cmd);
	pthread_mutex_unlock(&cat->lock);
	ionc_kick(cat->own.ch);
}

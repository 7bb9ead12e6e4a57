// SPDX-License-Identifier: GPL-2.0-only
/* ionctl reset: empty the rings of a channel and clear its poison. */
#include <unistd.h>

#include "foreign.h"
#include "fail.h"
#include "open.h"
#include "options.h"

static int run_reset(int argc, char **argv)
{
	struct ion_list_entry entry;
	int fd, status, discarded;
	__u64 channel;
	json_t *doc;

	no_options(argc, argv, &cmd_reset);
	want_arguments(argc, argv, 1, 1);
	channel = channel_argument(argv[optind]);
	status = open_foreign(channel, &fd, &entry);
	if (status)
		return status;
	discarded = device_call(fd, ION_IOC_RESET, NULL);
	close(fd);
	if (discarded < 0)
		return fail_call(IONC_ANY, discarded, "channel %llu", channel);
	if (!globals.json) {
		printf("channel %llu: %d discarded\n", channel, discarded);
		return EXIT_OK;
	}
	doc = json_new_object();
	json_put_number(doc, "channel", channel);
	json_put_number(doc, "discarded", (uint64_t)discarded);
	json_print(doc);
	return EXIT_OK;
}

const struct command cmd_reset = {
	.name = "reset",
	.summary = "empty the rings of a channel, clear its poison",
	.run = run_reset,
	.usage = "[OPTION]... CHANNEL",
	.text = "Discards what is queued in the four rings of a channel, and clears its poison.\n"
		"The program that uses the channel must know: its view of the rings is no longer\n"
		"right, so it has to attach again or close the channel.\n"
		"\n" FOREIGN_TEXT,
	.json = "channel, and discarded: how many packets and commands were discarded\n",
	.examples = "ionctl list --poisoned\n"
		    "ionctl reset 7\n",
};

// SPDX-License-Identifier: MIT
/*
 * A program as a user would write it. It is compiled as C and as C++ with all
 * warnings, and run without a device, which it reports.
 */
#include <ionchannel.h>
#include <stdio.h>

static int carry(struct ionc_channel *ch)
{
	struct ion_packet packet;
	int ret;

	memset(&packet, 0, sizeof(packet));
	ret = ionc_send(ch, &packet, 1, IONC_FOREVER);
	if (ret < 0)
		return ret;
	return ionc_receive(ch, &packet, 1, IONC_FOREVER);
}

/* A server of one client. */
static int serve(void)
{
	struct ionc_listen_options options;
	struct ionc_channel *ch;
	struct ion_peer peer;
	int listener, ret;

	ionc_listen_options_init(&options);
	options.mode = 0666;
	listener = ionc_listen("header", &options);
	if (listener < 0)
		return listener;
	ret = ionc_accept(&ch, listener, NULL, 0);
	if (ret)
		return ret;
	ret = ionc_peer(ch, &peer);
	ionc_close(ch);
	return ret;
}

int main(void)
{
	struct ionc_channel *ch;
	int ret = ionc_open(&ch, NULL);

	if (!ret) {
		ret = carry(ch);
		ionc_close(ch);
		serve();
	}
	if (ret < 0)
		printf("%s\n", ionc_explain(IONC_OPEN, ret));
	return 0;
}

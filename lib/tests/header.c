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

int main(void)
{
	struct ionc_channel *ch;
	int ret = ionc_open(&ch, NULL);

	if (!ret) {
		ret = carry(ch);
		ionc_close(ch);
	}
	if (ret < 0)
		printf("%s\n", ionc_explain(IONC_OPEN, ret));
	return 0;
}

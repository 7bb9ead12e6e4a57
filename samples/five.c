// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* One packet to the kernel and back: five lines, and what to do about errors. */
#include <err.h>
#include <ionchannel.h>
#include <stdio.h>

static void must(enum ionc_call call, int ret)
{
	if (ret < 0)
		errx(1, "%s", ionc_explain(call, ret));
}

int main(void)
{
	struct ion_packet packet = { .data = 0x10ad, .len = 2, .id = 7 };
	struct ionc_channel *ch;

	must(IONC_OPEN, ionc_open(&ch, NULL));
	ionc_push(ch, &packet);
	must(IONC_WAIT, ionc_wait_rx(ch, 1, IONC_FOREVER));
	ionc_pop(ch, &packet);
	ionc_close(ch);

	printf("packet %u came back: %#llx\n", packet.id,
	       (unsigned long long)packet.data);
	return 0;
}

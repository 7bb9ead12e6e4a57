// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * net_ping NAME: makes an interface for IP packets, and answers each ping that the
 * kernel sends there, whatever the address, until the interface is deleted.
 *
 *   ./net_ping ping0 &
 *   ip addr add 10.9.0.1 peer 10.9.0.2 dev ping0
 *   ip link set ping0 up
 *   ping 10.9.0.2
 */
#include <err.h>
#include <errno.h>
#include <ionchannel.h>
#include <linux/ion_net.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <stdbool.h>

/* Turn an echo request into its reply, in place; false if it is none. */
static bool answer(void *payload, unsigned int len)
{
	struct iphdr *ip = payload;
	struct icmphdr *icmp = (void *)(ip + 1);
	__u32 sum, source;

	if (len < sizeof(*ip) + sizeof(*icmp) || ip->version != 4 ||
	    ip->ihl != 5 || ip->protocol != IPPROTO_ICMP ||
	    icmp->type != ICMP_ECHO)
		return false;
	source = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = source;
	icmp->type = ICMP_ECHOREPLY;
	sum = ntohs(icmp->checksum) + (ICMP_ECHO << 8);
	icmp->checksum = htons((sum & 0xffff) + (sum >> 16));
	return true;
}

int main(int argc, char **argv)
{
	struct ionc_options options;
	struct ionc_channel *ch;
	struct ion_packet packet = { 0 };
	__u32 id;
	int ret;

	ionc_options_init(&options);
	options.service = "net";
	options.key = argc > 1 ? argv[1] : "";
	options.arg[0] = ION_NET_TUN;
	options.buffers = 64;
	ret = ionc_open(&ch, &options);
	if (ret)
		errx(1, "%s", ionc_explain(IONC_OPEN, ret));

	/* Give all buffers, empty: there is one slot for each. */
	for (id = 0; id < options.buffers; id++) {
		packet.id = (__u16)id;
		packet.data = (__u64)id * ch->buffer_size;
		ionc_push(ch, &packet);
	}
	ionc_kick(ch);
	while (!(ret = ionc_wait_rx(ch, 1, IONC_FOREVER)) || ret == -EINTR) {
		while (ionc_pop(ch, &packet)) {
			/* The buffer goes back with the answer, or empty. */
			if (packet.len &&
			    !answer(ionc_payload(ch, &packet), packet.len))
				packet.len = 0;
			ionc_push(ch, &packet);
		}
		ionc_kick(ch);
	}
	ionc_close(ch);
	return ret == -EPIPE ? 0 : 1;
}

// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * net_http NAME ADDRESS [FILE]: a web server with its own TCP/IP stack, lwIP. It makes
 * the interface NAME, is the host ADDRESS behind it, and sends FILE, or a page of its own,
 * to everybody who asks on port 80, until the interface is deleted.
 *
 *   ./net_http http0 10.9.1.2 &
 *   ip addr add 10.9.1.1/24 dev http0
 *   ip link set http0 up
 *   wget -O - http://10.9.1.2/
 *
 * Received frames are not copied: lwIP parses them in their buffers.
 */
#include <err.h>
#include <ionchannel_net.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include <lwip/etharp.h>
#include <lwip/tcp.h>
#include <lwip/tcpip.h>
#include <netif/ethernet.h>

#define BATCH	32
#define BUFFERS 512

/* A frame that lwIP has, in a buffer of the net. */
struct held {
	struct pbuf_custom pbuf;
	struct ionc_frame frame;
};

/* A connection: how much of the page was sent, and the line ends since the last text. */
struct client {
	size_t sent;
	unsigned int line_ends;
};

/* All of it is used with the lock of lwIP's core, which has a thread for its timers. */
static struct ionc_net *net;
static struct held held[BUFFERS];
static bool in_batch;

static char *page;
static size_t page_len;

/* ---- the driver of the interface --------------------------------------- */

/* Kick once for all that lwIP sends and frees during a batch of frames. */
static void flush(void)
{
	if (!in_batch)
		ionc_net_flush(net);
}

static err_t send_frame(struct netif *netif, struct pbuf *pbuf)
{
	struct ionc_frame frame;

	(void)netif;
	/* TCP sends again later what finds no buffer now. */
	if (!ionc_net_alloc(net, &frame, 1))
		return ERR_MEM;
	frame.len = pbuf_copy_partial(pbuf, frame.data, (u16_t)frame.len, 0);
	ionc_net_send(net, &frame, 1);
	flush();
	return ERR_OK;
}

/* lwIP is done with a frame: its buffer goes back to the kernel. */
static void free_frame(struct pbuf *pbuf)
{
	ionc_net_free(net, &((struct held *)pbuf)->frame, 1);
	flush();
}

static void take_frame(struct netif *netif, const struct ionc_frame *frame)
{
	struct held *ours = &held[frame->id];
	u16_t len = (u16_t)frame->len;
	struct pbuf *pbuf;

	ours->frame = *frame;
	ours->pbuf.custom_free_function = free_frame;
	pbuf = pbuf_alloced_custom(PBUF_RAW, len, PBUF_REF, &ours->pbuf,
				   frame->data, len);
	if (netif->input(pbuf, netif) != ERR_OK)
		pbuf_free(pbuf);
}

/* Let lwIP have all frames. */
static void take_frames(struct netif *netif)
{
	struct ionc_frame frames[BATCH];
	__u32 i, n;

	LOCK_TCPIP_CORE();
	in_batch = true;
	while ((n = ionc_net_receive(net, frames, BATCH)))
		for (i = 0; i < n; i++)
			take_frame(netif, &frames[i]);
	in_batch = false;
	flush();
	UNLOCK_TCPIP_CORE();
}

static err_t set_up(struct netif *netif)
{
	memcpy(netif->name, "io", sizeof(netif->name));
	memcpy(netif->hwaddr, "\x02ion:1", ETH_HWADDR_LEN);
	netif->hwaddr_len = ETH_HWADDR_LEN;
	netif->mtu = 1500;
	netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP |
		       NETIF_FLAG_ETHERNET | NETIF_FLAG_LINK_UP;
	netif->output = etharp_output;
	netif->linkoutput = send_frame;
	return ERR_OK;
}

/* ---- the server -------------------------------------------------------- */

static void forget(struct client *client, struct tcp_pcb *pcb)
{
	tcp_arg(pcb, NULL);
	tcp_recv(pcb, NULL);
	tcp_sent(pcb, NULL);
	tcp_err(pcb, NULL);
	free(client);
}

/* Send as much of the page as there is room for, and close after its end. */
static err_t send_page(struct client *client, struct tcp_pcb *pcb)
{
	size_t part;

	while (client->sent < page_len) {
		part = page_len - client->sent;
		if (part > tcp_sndbuf(pcb))
			part = tcp_sndbuf(pcb);
		if (part > TCP_MSS)
			part = TCP_MSS;
		if (!part || tcp_write(pcb, page + client->sent, (u16_t)part,
				       TCP_WRITE_FLAG_COPY))
			break;
		client->sent += part;
	}
	tcp_output(pcb);
	if (client->sent == page_len && !tcp_close(pcb))
		forget(client, pcb);
	return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t len)
{
	(void)len;
	return send_page(arg, pcb);
}

static void on_error(void *arg, err_t error)
{
	(void)error;
	free(arg);
}

/* The head of a request ends with an empty line, and GET has no body. */
static bool has_ended(struct client *client, const struct pbuf *pbuf)
{
	u16_t i;

	for (i = 0; i < pbuf->tot_len && client->line_ends < 2; i++) {
		u8_t byte = pbuf_get_at(pbuf, i);

		if (byte == '\n')
			client->line_ends++;
		else if (byte != '\r')
			client->line_ends = 0;
	}
	return client->line_ends == 2;
}

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *pbuf,
			 err_t error)
{
	struct client *client = arg;
	bool ended;

	(void)error;
	if (!pbuf) { /* the client closes */
		forget(client, pcb);
		return tcp_close(pcb);
	}
	ended = client->line_ends < 2 && has_ended(client, pbuf);
	tcp_recved(pcb, pbuf->tot_len);
	pbuf_free(pbuf);
	if (!ended)
		return ERR_OK;
	tcp_sent(pcb, on_sent);
	return send_page(client, pcb);
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
	struct client *client = calloc(1, sizeof(*client));

	(void)arg;
	if (error || !client) {
		free(client);
		return ERR_MEM;
	}
	tcp_arg(pcb, client);
	tcp_recv(pcb, on_received);
	tcp_err(pcb, on_error);
	return ERR_OK;
}

static void serve(void)
{
	struct tcp_pcb *pcb = tcp_new();

	if (!pcb || tcp_bind(pcb, IP_ANY_TYPE, 80))
		errx(1, "cannot bind to port 80");
	tcp_accept(tcp_listen(pcb), on_connected);
}

/* Make the page, with its head, of a file or of a text. */
static void make_page(const char *path)
{
	static const char text[] =
		"Hello! lwIP sends this page, through a channel of /dev/ion.\n";
	FILE *file = path ? fopen(path, "re")
			  : fmemopen((void *)text, sizeof(text) - 1, "r");
	long len = -1;
	int head;

	if (file && !fseek(file, 0, SEEK_END))
		len = ftell(file);
	page = len < 0 ? NULL : malloc((size_t)len + 100);
	if (!page || fseek(file, 0, SEEK_SET))
		err(1, "%s", path ? path : "page");
	head = snprintf(page, 100,
			"HTTP/1.0 200 OK\r\nContent-Length: %ld\r\n"
			"Content-Type: text/plain\r\n\r\n",
			len);
	page_len = (size_t)head + fread(page + head, 1, (size_t)len, file);
	fclose(file);
}

/* ---- main -------------------------------------------------------------- */

static void start(struct netif *netif, const char *address)
{
	ip4_addr_t ours, mask;

	IP4_ADDR(&mask, 255, 255, 255, 0);
	if (!ip4addr_aton(address, &ours))
		errx(1, "%s is no IPv4 address", address);
	tcpip_init(NULL, NULL);
	LOCK_TCPIP_CORE();
	netif_add(netif, &ours, &mask, IP4_ADDR_ANY4, NULL, set_up,
		  ethernet_input);
	netif_set_up(netif);
	serve();
	UNLOCK_TCPIP_CORE();
}

int main(int argc, char **argv)
{
	struct ionc_net_options options;
	struct pollfd ready = { .events = POLLIN };
	struct netif netif = { 0 };
	int ret;

	if (argc < 3)
		errx(1, "takes the name of an interface, and an address");
	make_page(argc > 3 ? argv[3] : NULL);
	ionc_net_options_init(&options);
	options.name = argv[1];
	options.buffers = BUFFERS;
	ret = ionc_net_open(&net, &options);
	if (ret)
		errx(1, "%s", ionc_explain(IONC_NET_OPEN, ret));
	start(&netif, argv[2]);
	ready.fd = ionc_fd(ionc_net_channel(net));
	while (!(ready.revents & (POLLERR | POLLHUP))) {
		take_frames(&netif);
		poll(&ready, 1, -1);
	}
	/* lwIP's thread may still use the net, which goes with the process. */
	return ready.revents & POLLERR ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * net_switch [--offload] [--tap] NAME NAME...: a learning Ethernet switch in user space.
 * It joins the interfaces, and makes those that do not exist.
 *
 *   ./net_switch port0 port1 &
 *   ip link set port0 netns one
 *   ip link set port1 netns two
 *
 * With --offload, frames may lack checksums and be superframes: their headers go with
 * them. With --tap, the same switch reads and writes TAP devices, for comparison.
 *
 * Ends when one of the interfaces is deleted, and prints what each port received.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <ionchannel_net.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define PORTS_MAX  16
#define BATCH	   32
#define FRAME_MAX  65536
#define PLACES	   1024
#define FORGET	   300 /* seconds */
#define ETHER_ADDR 6

/* Older headers lack it. */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#define OFFLOADS                                                         \
	(ION_NET_VNET_HDR | ION_NET_CSUM | ION_NET_TSO4 | ION_NET_TSO6 | \
	 ION_NET_TSO_ECN | ION_NET_USO)

/* A port has a net, or it is a TAP device. */
struct port {
	const char *name;
	int fd;
	struct ionc_net *net;
	struct ionc_frame in[BATCH];  /* received, not forwarded yet */
	struct ionc_frame out[BATCH]; /* copied, not sent yet */
	__u32 nr_in;
	__u32 nr_out;
	unsigned long received;
	unsigned long dropped;
};

/* Behind which port an address is. */
struct place {
	__u64 address;
	struct port *port;
	time_t seen;
};

static struct port ports[PORTS_MAX];
static unsigned int nr_ports;
static struct place places[PLACES];
static time_t now;
static bool offload, tap;

/* ---- ports on ion ------------------------------------------------------ */

/* There is a buffer for each frame that all other ports receive at once. */
static void ion_attach(struct port *port)
{
	struct ionc_net_options options;
	int ret;

	ionc_net_options_init(&options);
	options.name = port->name;
	options.flags = offload ? OFFLOADS : 0;
	options.receive = 2 * BATCH;
	options.buffers = options.receive + (nr_ports - 1) * BATCH;
	ret = ionc_net_open(&port->net, &options);
	if (ret)
		errx(1, "%s: %s", port->name, ionc_explain(IONC_NET_OPEN, ret));
	port->fd = ionc_fd(ionc_net_channel(port->net));
}

/* Hand over what was copied. Returns false if the interface is deleted. */
static bool ion_flush(struct port *port)
{
	ionc_net_send(port->net, port->out, port->nr_out);
	port->nr_out = 0;
	return !ionc_net_flush(port->net);
}

/* Copy a frame to a buffer of the port. Like any switch, it drops what has no room. */
static bool ion_send(struct port *port, const struct ionc_frame *frame)
{
	struct ionc_frame *copy = &port->out[port->nr_out];

	if (!ionc_net_alloc(port->net, copy, 1))
		return false;
	if (frame->len > copy->len) {
		ionc_net_free(port->net, copy, 1);
		return false;
	}
	memcpy(copy->data, frame->data, frame->len);
	copy->len = frame->len;
	if (copy->header)
		*copy->header = *frame->header;
	if (++port->nr_out == BATCH)
		ion_flush(port);
	return true;
}

/* ---- ports on TAP ------------------------------------------------------ */

static void tap_attach(struct port *port)
{
	const unsigned int offloads = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 |
				      TUN_F_TSO_ECN | TUN_F_USO4 | TUN_F_USO6;
	int size = sizeof(struct virtio_net_hdr_v1);
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };

	if (offload)
		ifr.ifr_flags |= IFF_VNET_HDR;
	strncpy(ifr.ifr_name, port->name, IFNAMSIZ - 1);
	port->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (port->fd < 0 || ioctl(port->fd, TUNSETIFF, &ifr))
		err(1, "%s", port->name);
	if (offload && (ioctl(port->fd, TUNSETVNETHDRSZ, &size) ||
			ioctl(port->fd, TUNSETOFFLOAD, offloads)))
		err(1, "%s: offloads", port->name);
}

static __u32 tap_receive(struct port *port)
{
	static unsigned char buffers[PORTS_MAX][BATCH][FRAME_MAX];
	size_t header = offload ? sizeof(*port->in->header) : 0;
	unsigned char *buffer;
	ssize_t len;
	__u32 n;

	for (n = 0; n < BATCH; n++) {
		buffer = buffers[port - ports][n];
		len = read(port->fd, buffer, FRAME_MAX);
		if (len <= (ssize_t)header)
			break;
		port->in[n].data = buffer + header;
		port->in[n].len = (__u32)((size_t)len - header);
	}
	return n;
}

/* The header of a frame lies before it, where tap_receive() read it. */
static bool tap_send(struct port *port, const struct ionc_frame *frame)
{
	size_t header = offload ? sizeof(*frame->header) : 0;

	return write(port->fd, (char *)frame->data - header,
		     frame->len + header) > 0;
}

/* ---- the switch -------------------------------------------------------- */

static __u64 address_at(const unsigned char *at)
{
	__u64 address = 0;

	memcpy(&address, at, ETHER_ADDR);
	return address;
}

/* An address has one place. One that takes the place of another is flooded to again. */
static struct place *place_of(__u64 address)
{
	return &places[address * 0x9e3779b97f4a7c15 >> 32 & (PLACES - 1)];
}

/* Return the port that an address is behind, or NULL: all of them. */
static struct port *find(const unsigned char *address)
{
	const struct place *place = place_of(address_at(address));
	bool group = *address & 1;

	if (group || place->address != address_at(address) ||
	    now - place->seen > FORGET)
		return NULL;
	return place->port;
}

static void learn(const unsigned char *address, struct port *port)
{
	if (*address & 1)
		return;
	*place_of(address_at(address)) = (struct place){
		.address = address_at(address),
		.port = port,
		.seen = now,
	};
}

static void forward(struct port *from, const struct ionc_frame *frame)
{
	const unsigned char *bytes = frame->data;
	struct port *only, *to;

	if (frame->len < 2 * ETHER_ADDR)
		return;
	learn(bytes + ETHER_ADDR, from);
	only = find(bytes);
	for (to = ports; to < ports + nr_ports; to++) {
		if (to == from || (only && only != to))
			continue;
		if (!(tap ? tap_send(to, frame) : ion_send(to, frame)))
			to->dropped++;
	}
}

/* Receive a batch of each port. Returns how many frames there are. */
static __u32 receive(void)
{
	struct port *port;
	__u32 n = 0;

	for (port = ports; port < ports + nr_ports; port++) {
		port->nr_in =
			tap ? tap_receive(port)
			    : ionc_net_receive(port->net, port->in, BATCH);
		port->received += port->nr_in;
		n += port->nr_in;
	}
	return n;
}

/* Forward what was received. Returns false if an interface is deleted. */
static bool forward_all(void)
{
	struct port *port;
	bool up = true;
	__u32 i;

	for (port = ports; port < ports + nr_ports; port++)
		for (i = 0; i < port->nr_in; i++)
			forward(port, &port->in[i]);
	for (port = ports; !tap && port < ports + nr_ports; port++) {
		ionc_net_free(port->net, port->in, port->nr_in);
		up &= ion_flush(port);
	}
	return up;
}

/* Sleep until there is a frame. Returns false if an interface is deleted. */
static bool await_frame(void)
{
	struct pollfd fds[PORTS_MAX];
	unsigned int i;

	for (i = 0; i < nr_ports; i++)
		fds[i] = (struct pollfd){ ports[i].fd, POLLIN, 0 };
	if (poll(fds, nr_ports, -1) < 0)
		return errno == EINTR;
	for (i = 0; i < nr_ports; i++)
		if (fds[i].revents & (POLLERR | POLLHUP))
			return false;
	return true;
}

/* While frames come, nothing sleeps, and ports on ion need no poll. */
static void run(void)
{
	bool up = true;
	__u32 n;

	while (up) {
		now = time(NULL);
		n = receive();
		up = forward_all();
		if (!n && up)
			up = await_frame();
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "offload", no_argument, NULL, 'o' },
		{ "tap", no_argument, NULL, 't' },
		{ 0 },
	};
	struct port *port;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return 1;
		offload |= c == 'o';
		tap |= c == 't';
	}
	nr_ports = (unsigned int)(argc - optind);
	if (nr_ports < 2 || nr_ports > PORTS_MAX)
		errx(1, "takes the names of 2 to %d interfaces", PORTS_MAX);
	for (port = ports; port < ports + nr_ports; port++) {
		port->name = argv[optind++];
		if (tap)
			tap_attach(port);
		else
			ion_attach(port);
	}
	run();
	for (port = ports; port < ports + nr_ports; port++) {
		printf("%s: %lu frames received, %lu dropped\n", port->name,
		       port->received, port->dropped);
		ionc_net_close(port->net);
	}
	return 0;
}

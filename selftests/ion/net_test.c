// SPDX-License-Identifier: GPL-2.0-only
/* Interfaces by rtnetlink and ioctl(), and a program that is attached to one. */
/* Before <linux/if.h>, which then leaves out what both define. */
#include <net/if.h>

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "net_test.h"
#include "service_test.h"

int net_insert(void)
{
	int fd = module_open_file(NET_MODULE), ret;

	if (fd < 0)
		return fd;
	ret = syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
	close(fd);
	return ret;
}

int net_remove(void)
{
	return syscall(SYS_delete_module, NET_MODULE, O_NONBLOCK) ? -errno : 0;
}

static pid_t net_main;

/* The harness ends the program itself. */
static void net_remove_at_exit(void)
{
	if (getpid() == net_main)
		net_remove();
}

/* Skip the program if the device or the module is missing. Removes it at the end. */
void net_test_need_module(void)
{
	int ret;

	net_main = getpid();
	atexit(net_remove_at_exit);
	ion_test_need_device();
	ret = net_insert();
	if (ret && ret != -EEXIST) {
		ksft_print_header();
		ksft_exit_skip(NET_MODULE ".ko: %s\n", strerror(-ret));
	}
}

/* Move to a network of its own, in which no interface sends by itself. */
int net_alone(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	ion_write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	ion_write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	return 0;
}

/* ---- rtnetlink ---------------------------------------------------------- */

struct net_request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
};

static struct rtattr *net_put(struct net_request *r, unsigned short type,
			      const void *data, size_t len)
{
	struct rtattr *at =
		(void *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	at->rta_type = type;
	at->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(at), data, len);
	r->header.nlmsg_len =
		NLMSG_ALIGN(r->header.nlmsg_len) + RTA_ALIGN(at->rta_len);
	return at;
}

static void net_end_nest(struct net_request *r, struct rtattr *nest)
{
	nest->rta_len = (char *)r + r->header.nlmsg_len - (char *)nest;
}

/* Send a request and return its result. */
static int net_ask(struct net_request *r)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	char reply[4096];
	struct nlmsghdr *header = (void *)reply;
	int ret = -errno;

	if (fd < 0)
		return ret;
	ret = -EIO;
	if (send(fd, r, r->header.nlmsg_len, 0) > 0 &&
	    recv(fd, reply, sizeof(reply), 0) > 0 &&
	    header->nlmsg_type == NLMSG_ERROR)
		ret = ((struct nlmsgerr *)NLMSG_DATA(header))->error;
	close(fd);
	return ret;
}

static void net_request(struct net_request *r, __u16 type, __u16 flags,
			const char *name)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = NLMSG_LENGTH(sizeof(r->info));
	r->header.nlmsg_type = type;
	r->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
	net_put(r, IFLA_IFNAME, name, strlen(name) + 1);
}

/* ip link add NAME type ion; @owner is -1 for none. */
int net_add(const char *name, __u32 mode, __s64 owner)
{
	struct rtattr *info, *data;
	struct net_request r;
	__u32 uid = (__u32)owner;

	net_request(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	info = net_put(&r, IFLA_LINKINFO, NULL, 0);
	net_put(&r, IFLA_INFO_KIND, "ion", 3);
	data = net_put(&r, IFLA_INFO_DATA, NULL, 0);
	net_put(&r, IFLA_ION_MODE, &mode, sizeof(mode));
	if (owner >= 0)
		net_put(&r, IFLA_ION_OWNER, &uid, sizeof(uid));
	net_end_nest(&r, data);
	net_end_nest(&r, info);
	return net_ask(&r);
}

/* Change the user and the group who may attach; -1 leaves one as it is. */
int net_own(const char *name, __s64 owner, __s64 group)
{
	__u32 uid = (__u32)owner, gid = (__u32)group;
	struct rtattr *info, *data;
	struct net_request r;

	net_request(&r, RTM_NEWLINK, 0, name);
	info = net_put(&r, IFLA_LINKINFO, NULL, 0);
	net_put(&r, IFLA_INFO_KIND, "ion", 3);
	data = net_put(&r, IFLA_INFO_DATA, NULL, 0);
	if (owner >= 0)
		net_put(&r, IFLA_ION_OWNER, &uid, sizeof(uid));
	if (group >= 0)
		net_put(&r, IFLA_ION_GROUP, &gid, sizeof(gid));
	net_end_nest(&r, data);
	net_end_nest(&r, info);
	return net_ask(&r);
}

/* ip link add NAME numtxqueues QUEUES numrxqueues QUEUES type ion */
int net_add_queues(const char *name, __u32 queues)
{
	struct net_request r;
	struct rtattr *info;

	net_request(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, name);
	net_put(&r, IFLA_NUM_TX_QUEUES, &queues, sizeof(queues));
	net_put(&r, IFLA_NUM_RX_QUEUES, &queues, sizeof(queues));
	info = net_put(&r, IFLA_LINKINFO, NULL, 0);
	net_put(&r, IFLA_INFO_KIND, "ion", 3);
	net_end_nest(&r, info);
	return net_ask(&r);
}

int net_del(const char *name)
{
	struct net_request r;

	net_request(&r, RTM_DELLINK, 0, name);
	return net_ask(&r);
}

/* ---- ioctls of interfaces ------------------------------------------------ */

static int net_ioctl(const char *name, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;

	if (fd < 0)
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	strncpy(ifr->ifr_name, name, IFNAMSIZ - 1);
	ret = ion_call(fd, request, ifr);
	close(fd);
	return ret;
}

int net_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP };

	return net_ioctl(name, SIOCSIFFLAGS, &ifr);
}

int net_down(const char *name)
{
	struct ifreq ifr = { 0 };

	return net_ioctl(name, SIOCSIFFLAGS, &ifr);
}

int net_mtu(const char *name, int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	return net_ioctl(name, SIOCSIFMTU, &ifr);
}

int net_mac(const char *name, __u8 *mac)
{
	struct ifreq ifr = { 0 };
	int ret = net_ioctl(name, SIOCGIFHWADDR, &ifr);

	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	return ret;
}

/* ip maddr add 01:00:5e:00:00:05 dev NAME */
int net_multicast(const char *name)
{
	struct ifreq ifr = { 0 };

	memcpy(ifr.ifr_hwaddr.sa_data, "\x01\x00\x5e\x00\x00\x05", 6);
	return net_ioctl(name, SIOCADDMULTI, &ifr);
}

int net_address(const char *name, const char *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ifreq ifr = { 0 };
	int ret;

	inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	ret = net_ioctl(name, SIOCSIFADDR, &ifr);
	if (ret)
		return ret;
	inet_pton(AF_INET, "255.255.255.0", &in.sin_addr);
	memcpy(&ifr.ifr_addr, &in, sizeof(in));
	return net_ioctl(name, SIOCSIFNETMASK, &ifr);
}

/* Also allows IPv6 on the interface, without checks whether others have the address. */
int net_address6(const char *name, const char *address)
{
	/* struct in6_ifreq; its header and <netinet/in.h> define the same types. */
	struct {
		struct in6_addr address;
		__u32 prefix;
		int index;
	} ifr = { .prefix = 64, .index = (int)if_nametoindex(name) };
	char path[80];
	int fd, ret;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/accept_dad",
		 name);
	ion_write_text(path, "0");
	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/disable_ipv6",
		 name);
	ion_write_text(path, "0");
	inet_pton(AF_INET6, address, &ifr.address);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = ion_call(fd, SIOCSIFADDR, &ifr);
	close(fd);
	return ret;
}

bool net_exists(const char *name)
{
	struct ifreq ifr = { 0 };

	return !net_ioctl(name, SIOCGIFINDEX, &ifr);
}

int net_carrier(const char *name)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GLINK };
	struct ifreq ifr = { .ifr_data = (void *)&value };
	int ret = net_ioctl(name, SIOCETHTOOL, &ifr);

	return ret ? ret : (int)value.data;
}

/* How many channels are attached, as ethtool says. */
int net_queues(const char *name)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	struct ifreq ifr = { .ifr_data = (void *)&channels };
	int ret = net_ioctl(name, SIOCETHTOOL, &ifr);

	return ret ? ret : (int)channels.combined_count;
}

/* How many counters ethtool -S shows. */
int net_counters(const char *name)
{
	struct {
		struct ethtool_sset_info info;
		__u32 count;
	} sset = { .info = { .cmd = ETHTOOL_GSSET_INFO,
			     .sset_mask = 1ULL << ETH_SS_STATS } };
	struct ifreq ifr = { .ifr_data = (void *)&sset };
	int ret = net_ioctl(name, SIOCETHTOOL, &ifr);

	return ret ? ret : (int)sset.count;
}

/* A number of the interface's line in /proc/net/dev, the first one is column 0. */
__s64 net_stat(const char *name, unsigned int column)
{
	char line[512], *at;
	__s64 value = -1;
	FILE *file = fopen("/proc/thread-self/net/dev", "r");

	while (file && fgets(line, sizeof(line), file)) {
		at = strchr(line, ':');
		if (!at)
			continue;
		*at++ = '\0';
		if (strcmp(line + strspn(line, " "), name))
			continue;
		for (column++; column; column--)
			value = strtoll(at, &at, 10);
		break;
	}
	if (file)
		fclose(file);
	return value;
}

/* ---- frames ---------------------------------------------------------------- */

/* Fill in an Ethernet frame for everybody; each byte depends on the number. */
void net_frame(void *frame, __u32 number, int len)
{
	__u8 *at = frame;
	int i;

	memset(at, 0xff, 6);
	memcpy(at + 6, "\x02ion..", 6);
	at[12] = NET_TYPE >> 8;
	at[13] = NET_TYPE & 0xff;
	memcpy(at + NET_HEADER, &number, sizeof(number));
	for (i = NET_HEADER + sizeof(number); i < len; i++)
		at[i] = (__u8)(number * 7 + i);
}

/* The number of such a frame, -1 if it is none or a byte is wrong. */
__s64 net_number(const void *frame, int len)
{
	__u8 expected[NET_SIZE];
	__u32 number;

	if (len < NET_HEADER + (int)sizeof(number))
		return -1;
	memcpy(&number, (const char *)frame + NET_HEADER, sizeof(number));
	net_frame(expected, number, len);
	return memcmp(expected, frame, len) ? -1 : (__s64)number;
}

/* The sum of 16-bit numbers that checksums of IP are made of, added to @sum. */
__u32 net_sum(const void *data, size_t len, __u32 sum)
{
	const __u8 *at = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 ? at[i] : (__u32)at[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* The checksum of IP, in network byte order. */
__u16 net_checksum(const void *data, size_t len)
{
	return htons((__u16)~net_sum(data, len, 0));
}

/* A packet socket that sends to an interface, and receives frames of NET_TYPE. */
int net_socket(const char *name)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(NET_TYPE),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(NET_TYPE));

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -errno;
}

int net_socket_send(int socket, __u32 number, int len)
{
	__u8 frame[NET_SIZE];

	net_frame(frame, number, len);
	return send(socket, frame, len, 0) < 0 ? -errno : 0;
}

/* The number of the next frame; -ETIME, or -1 if it is not of that length. */
__s64 net_socket_receive(int socket, int len)
{
	struct pollfd poll_fd = { .fd = socket, .events = POLLIN };
	__u8 frame[NET_SIZE];
	ssize_t n;

	if (poll(&poll_fd, 1, LONG_MS) != 1)
		return -ETIME;
	n = recv(socket, frame, sizeof(frame), 0);
	return n == len ? net_number(frame, len) : -1;
}

/* ---- a program that is attached -------------------------------------------- */

void net_setup(struct ion_setup *setup, const char *name, __u32 mode)
{
	ion_setup_init(setup, "net");
	ion_setup_key(setup, name);
	setup->layout = ION_LAYOUT_SPLIT;
	setup->buffers = NET_BUFFERS;
	setup->buffer_size = NET_SIZE;
	setup->arg[0] = mode;
}

int net_open_setup(struct net_end *end, const struct ion_setup *setup)
{
	unsigned int id;
	int ret = channel_open_live(&end->ch, setup);

	end->size = setup->buffer_size;
	end->nr_free = 0;
	for (id = NET_EMPTY; !ret && id < NET_BUFFERS; id++)
		end->free[end->nr_free++] = (__u16)id;
	if (ret)
		end->ch.fd = -1;
	return ret;
}

int net_open(struct net_end *end, const char *name, __u32 mode)
{
	struct ion_setup setup;

	net_setup(&setup, name, mode);
	return net_open_setup(end, &setup);
}

int net_open_flags(struct net_end *end, const char *name, __u32 mode,
		   __u32 flags, __u32 size)
{
	struct ion_setup setup;

	net_setup(&setup, name, mode);
	setup.arg[1] = flags;
	setup.buffer_size = size;
	return net_open_setup(end, &setup);
}

/* Give empty buffers, and kick. */
bool net_give(struct net_end *end, __u16 from, __u16 count)
{
	__u16 id;

	for (id = from; id < from + count; id++) {
		struct ion_packet packet = { .data = (__u64)id * end->size,
					     .id = id };

		if (!ion_ring_push(&end->ch.tx, &packet))
			return false;
	}
	return !ion_kick(end->ch.fd);
}

/* Send a frame, without a kick; false if there is no buffer or no room for it. */
bool net_send(struct net_end *end, const void *frame, __u16 len)
{
	struct ion_packet packet = { .len = len };

	if (!end->nr_free)
		return false;
	packet.id = end->free[end->nr_free - 1];
	packet.data = (__u64)packet.id * end->size;
	memcpy(channel_at(&end->ch, ION_MMAP_ARENA) + packet.data, frame, len);
	if (!ion_ring_push(&end->ch.tx, &packet))
		return false;
	end->nr_free--;
	return true;
}

/*
 * Receive a frame, and give its buffer back, with a kick; buffers that were sent
 * and come back are kept. Returns the frame's length, 0 if there is none.
 */
int net_receive(struct net_end *end, void *frame)
{
	struct ion_packet packet;

	while (ion_ring_pop(&end->ch.rx, &packet)) {
		if (!packet.len) {
			end->free[end->nr_free++] = packet.id;
			continue;
		}
		memcpy(frame,
		       channel_at(&end->ch, ION_MMAP_ARENA) + packet.data,
		       packet.len);
		net_give(end, packet.id, 1);
		return packet.len;
	}
	return 0;
}

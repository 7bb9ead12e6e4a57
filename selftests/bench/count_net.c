// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts the instructions for a frame of a network interface: from the program into the
 * stack, which drops it, and from a packet socket to the program. The peer is TAP.
 */
#include <errno.h>
#include <fcntl.h>
#include <ionchannel_net.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "count.h"

#define MODULE	"ion_net"
#define NAME	"count0"
#define BATCH	32
#define BATCHES 8
#define LEN_MAX 1514
/* A type of frames that nobody uses. */
#define TYPE 0x88b5

/**
 * struct way - a program that is attached to an interface
 * @name: its name
 * @ours: it is ion
 * @open: make and attach to NAME
 * @close: undo it
 * @put: make BATCH frames, and send them into the stack; returns false if that fails
 * @get: receive as many
 */
struct way {
	const char *name;
	bool ours;
	bool (*open)(void);
	void (*close)(void);
	bool (*put)(void);
	bool (*get)(void);
};

static const struct way *way;
static unsigned int len;
static int packets = -1;
static bool failed;
static unsigned char frame[LEN_MAX] = { [12] = TYPE >> 8, [13] = TYPE & 0xff };

/* ---- ion --------------------------------------------------------------- */

static struct ionc_net *net;

static bool ion_net_open(void)
{
	struct ionc_net_options options;
	int ret;

	ionc_net_options_init(&options);
	options.name = NAME;
	ret = ionc_net_open(&net, &options);
	if (ret)
		count_fails("ion", "%s", ionc_explain(IONC_NET_OPEN, ret));
	return !ret;
}

static void ion_net_close(void)
{
	ionc_net_close(net);
}

static bool ion_net_put(void)
{
	struct ionc_frame frames[BATCH];
	unsigned int i;

	/* Take back the buffers of the last batch. */
	if (ionc_net_receive(net, frames, 1) ||
	    ionc_net_alloc(net, frames, BATCH) != BATCH)
		return false;
	for (i = 0; i < BATCH; i++) {
		memcpy(frames[i].data, frame, len);
		frames[i].len = len;
	}
	return ionc_net_send(net, frames, BATCH) == BATCH &&
	       !ionc_net_flush(net);
}

static bool ion_net_get(void)
{
	struct ionc_frame frames[BATCH];
	__u32 n = ionc_net_receive(net, frames, BATCH), i;
	bool good = n == BATCH;

	for (i = 0; i < n; i++)
		good &= frames[i].len == len;
	ionc_net_free(net, frames, n);
	return good && !ionc_net_flush(net);
}

/* ---- TAP --------------------------------------------------------------- */

static int tap;

static bool tap_open(void)
{
	struct ifreq ifr = { .ifr_name = NAME,
			     .ifr_flags = IFF_TAP | IFF_NO_PI };

	if (access("/dev/net/tun", F_OK) && system("modprobe tun"))
		return false;
	tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap >= 0 && !ioctl(tap, TUNSETIFF, &ifr))
		return true;
	count_fails("TAP", "%s", strerror(errno));
	close(tap);
	return false;
}

static void tap_close(void)
{
	close(tap);
}

/* The program makes each frame, as it does in a buffer of ion. */
static bool tap_put(void)
{
	static unsigned char buffer[LEN_MAX];
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		memcpy(buffer, frame, len);
		if (write(tap, buffer, len) != (ssize_t)len)
			return false;
	}
	return true;
}

static bool tap_get(void)
{
	static unsigned char got[LEN_MAX];
	unsigned int i;

	for (i = 0; i < BATCH; i++)
		if (read(tap, got, sizeof(got)) != (ssize_t)len)
			return false;
	return true;
}

/* ---- both -------------------------------------------------------------- */

static const struct way ways[] = {
	{ "ion", true, ion_net_open, ion_net_close, ion_net_put, ion_net_get },
	{ "TAP", false, tap_open, tap_close, tap_put, tap_get },
};

/* Send a batch to the program. */
static bool send_batch(void)
{
	static struct mmsghdr messages[BATCH];
	static struct iovec vectors[BATCH];
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ frame, len };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	return sendmmsg(packets, messages, BATCH, 0) == BATCH;
}

static void into_kernel(void)
{
	unsigned int i;

	for (i = 0; i < BATCHES; i++)
		failed |= !way->put();
}

static void out_of_kernel(void)
{
	unsigned int i;

	for (i = 0; i < BATCHES; i++)
		failed |= !send_batch() || !way->get();
}

static unsigned long frames_in_kernel(void)
{
	unsigned long count = 0;
	char line[256];
	FILE *file = fopen("/proc/self/net/dev", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, " " NAME ": %*u %lu", &count) == 1)
			break;
	if (file)
		fclose(file);
	return count;
}

static bool set_up(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET,
				  .sll_ifindex = (int)if_nametoindex(NAME) };
	struct ifreq ifr = { .ifr_name = NAME, .ifr_flags = IFF_UP };

	memset(frame, 0xff, 6);
	packets = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (!ioctl(packets, SIOCSIFFLAGS, &ifr) &&
	    !bind(packets, (struct sockaddr *)&to, sizeof(to)))
		return true;
	count_fails(way->name, "%s", strerror(errno));
	return false;
}

static void count_direction(const char *direction, void (*run)(void))
{
	double least = count_least(run, NULL) / (BATCHES * BATCH);

	count_add(least, COUNT_INSTRUCTIONS, way->ours,
		  "net: %s, %u bytes, %s, batches of %u", direction, len,
		  way->name, BATCH);
}

static void count_way(void)
{
	static const unsigned int lengths[] = { 60, LEN_MAX };
	unsigned int i;

	failed = false;
	for (i = 0; i < 2; i++) {
		len = lengths[i];
		count_direction("into the kernel", into_kernel);
		count_direction("from a socket", out_of_kernel);
	}
	if (failed || frames_in_kernel() != 2UL * COUNT_RUNS * BATCHES * BATCH)
		count_fails(way->name, "a frame is missing");
}

static bool insert(void)
{
	int fd = open(MODULE ".ko", O_RDONLY | O_CLOEXEC);
	bool inserted = fd >= 0 && !syscall(SYS_finit_module, fd, "", 0);

	if (!inserted)
		count_fails(MODULE ".ko", "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return inserted;
}

/* A network of its own, in which no interface sends by itself. */
static bool be_alone(void)
{
	int fd;

	if (unshare(CLONE_NEWNET)) {
		count_fails("net", "%s", strerror(errno));
		return false;
	}
	fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6",
		  O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return true;
	if (write(fd, "1", 1) != 1)
		count_fails("net", "IPv6 stays on");
	close(fd);
	return true;
}

void count_nets(bool all)
{
	unsigned int i;

	if (!be_alone() || !insert())
		return;
	for (i = 0; i < (all ? 2 : 1); i++) {
		way = &ways[i];
		if (!way->open())
			continue;
		if (set_up())
			count_way();
		close(packets);
		way->close();
	}
	syscall(SYS_delete_module, MODULE, O_NONBLOCK);
}

// SPDX-License-Identifier: GPL-2.0-only
/* Lists, makes and deletes interfaces of the link type "ion", by rtnetlink. */
#include "links.h"

#include <errno.h>
#include <linux/ion_net.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "link_ethtool.h"

#define KIND "ion"

/* A reader with this much room gets answers of that size. */
#define ANSWER_MAX 32768

struct request {
	struct nlmsghdr header;
	struct ifinfomsg info;
	char attributes[256];
};

/* ---- requests ----------------------------------------------------------- */

static void begin(struct request *r, uint16_t type, uint16_t flags)
{
	memset(r, 0, sizeof(*r));
	r->header.nlmsg_len = NLMSG_LENGTH(sizeof(r->info));
	r->header.nlmsg_type = type;
	r->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
}

static struct rtattr *put(struct request *r, uint16_t type, const void *data,
			  size_t length)
{
	struct rtattr *at =
		(void *)((char *)r + NLMSG_ALIGN(r->header.nlmsg_len));

	at->rta_type = type;
	at->rta_len = (uint16_t)RTA_LENGTH(length);
	if (length)
		memcpy(RTA_DATA(at), data, length);
	r->header.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->header.nlmsg_len) +
					 RTA_ALIGN(at->rta_len));
	return at;
}

static void put_number(struct request *r, uint16_t type, int64_t number)
{
	uint32_t value = (uint32_t)number;

	if (number >= 0)
		put(r, type, &value, sizeof(value));
}

static void end_nest(struct request *r, struct rtattr *nest)
{
	nest->rta_len =
		(uint16_t)((char *)r + r->header.nlmsg_len - (char *)nest);
}

static int send_request(const struct request *r)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;

	if (fd < 0)
		return -errno;
	if (send(fd, r, r->header.nlmsg_len, 0) >= 0)
		return fd;
	error = errno;
	close(fd);
	return -error;
}

/* Send a request, and return its result. */
static int ask(const struct request *r)
{
	char reply[4096] = "";
	struct nlmsghdr *header = (void *)reply;
	int fd = send_request(r), ret = -EIO;

	if (fd < 0)
		return fd;
	if (recv(fd, reply, sizeof(reply), 0) < 0)
		ret = -errno;
	else if (header->nlmsg_type == NLMSG_ERROR)
		ret = ((struct nlmsgerr *)NLMSG_DATA(header))->error;
	close(fd);
	return ret;
}

int link_add(const struct link_info *link)
{
	struct rtattr *info, *data;
	struct request r;

	begin(&r, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	put(&r, IFLA_IFNAME, link->name, strlen(link->name) + 1);
	put_number(&r, IFLA_NUM_TX_QUEUES, link->max_queues);
	put_number(&r, IFLA_NUM_RX_QUEUES, link->max_queues);
	info = put(&r, IFLA_LINKINFO, NULL, 0);
	put(&r, IFLA_INFO_KIND, KIND, strlen(KIND));
	data = put(&r, IFLA_INFO_DATA, NULL, 0);
	put_number(&r, IFLA_ION_MODE, link->mode);
	put_number(&r, IFLA_ION_OWNER, link->owner);
	put_number(&r, IFLA_ION_GROUP, link->group);
	end_nest(&r, data);
	end_nest(&r, info);
	return ask(&r);
}

int link_del(unsigned int index)
{
	struct request r;

	begin(&r, RTM_DELLINK, NLM_F_ACK);
	r.info.ifi_index = (int)index;
	return ask(&r);
}

/* ---- answers ------------------------------------------------------------ */

/* Sort attributes by their type, as far as there is room in @at. */
static void sort(struct rtattr *attribute, size_t length, struct rtattr **at,
		 unsigned int most)
{
	size_t size;

	memset((void *)at, 0, (most + 1) * sizeof(*at));
	while (RTA_OK(attribute, (int)length)) {
		if (attribute->rta_type <= most)
			at[attribute->rta_type] = attribute;
		size = RTA_ALIGN(attribute->rta_len);
		if (size >= length)
			break;
		length -= size;
		attribute = (void *)((char *)attribute + size);
	}
}

static void sort_nest(struct rtattr *nest, struct rtattr **at,
		      unsigned int most)
{
	sort(RTA_DATA(nest), RTA_PAYLOAD(nest), at, most);
}

static int64_t number(const struct rtattr *at, int64_t otherwise)
{
	uint32_t value;

	if (!at || RTA_PAYLOAD(at) < sizeof(value))
		return otherwise;
	memcpy(&value, RTA_DATA(at), sizeof(value));
	return value;
}

static void read_data(struct link_info *link, struct rtattr *nest)
{
	struct rtattr *at[IFLA_ION_MAX + 1];

	if (!nest)
		return;
	sort_nest(nest, at, IFLA_ION_MAX);
	link->mode = (uint32_t)number(at[IFLA_ION_MODE], 0);
	link->owner = number(at[IFLA_ION_OWNER], LINK_NOBODY);
	link->group = number(at[IFLA_ION_GROUP], LINK_NOBODY);
}

/* Read an interface; return false if it is of another type. */
static bool read_link(struct link_info *link, struct nlmsghdr *header)
{
	struct ifinfomsg *info = NLMSG_DATA(header);
	struct rtattr *at[IFLA_MAX + 1], *in[IFLA_INFO_MAX + 1];

	memset(link, 0, sizeof(*link));
	sort(IFLA_RTA(info), IFLA_PAYLOAD(header), at, IFLA_MAX);
	if (!at[IFLA_LINKINFO] || !at[IFLA_IFNAME])
		return false;
	sort_nest(at[IFLA_LINKINFO], in, IFLA_INFO_MAX);
	if (!in[IFLA_INFO_KIND] ||
	    RTA_PAYLOAD(in[IFLA_INFO_KIND]) < strlen(KIND) ||
	    strncmp(RTA_DATA(in[IFLA_INFO_KIND]), KIND,
		    RTA_PAYLOAD(in[IFLA_INFO_KIND])))
		return false;
	link->owner = LINK_NOBODY;
	link->group = LINK_NOBODY;
	read_data(link, in[IFLA_INFO_DATA]);
	snprintf(link->name, sizeof(link->name), "%.*s",
		 (int)RTA_PAYLOAD(at[IFLA_IFNAME]),
		 (const char *)RTA_DATA(at[IFLA_IFNAME]));
	link->index = (unsigned int)info->ifi_index;
	link->up = info->ifi_flags & IFF_UP;
	if (at[IFLA_CARRIER] && RTA_PAYLOAD(at[IFLA_CARRIER]))
		link->carrier = *(uint8_t *)RTA_DATA(at[IFLA_CARRIER]);
	link->mtu = (uint32_t)number(at[IFLA_MTU], 0);
	link->max_queues = (uint32_t)number(at[IFLA_NUM_TX_QUEUES], 1);
	if (at[IFLA_STATS64]) {
		size_t size = RTA_PAYLOAD(at[IFLA_STATS64]);

		memcpy(&link->stats, RTA_DATA(at[IFLA_STATS64]),
		       size < sizeof(link->stats) ? size : sizeof(link->stats));
	}
	return true;
}

/* Add the interfaces of an answer; return 1 for more, 0 at the end, or -errno. */
static int read_answer(struct links *links, char *answer, ssize_t length)
{
	struct nlmsghdr *header = (void *)answer;
	struct link_info link, *more;
	unsigned int left = (unsigned int)length;

	for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
		if (header->nlmsg_type != RTM_NEWLINK ||
		    !read_link(&link, header))
			continue;
		more = reallocarray(links->link, links->count + 1,
				    sizeof(*more));
		if (!more)
			fail_memory();
		more[links->count++] = link;
		links->link = more;
	}
	return 1;
}

int links_read(struct links *links)
{
	static char answer[ANSWER_MAX];
	struct request r;
	ssize_t length;
	size_t i;
	int fd, ret;

	memset(links, 0, sizeof(*links));
	begin(&r, RTM_GETLINK, NLM_F_DUMP);
	fd = send_request(&r);
	if (fd < 0)
		return fail_errno(fd, "rtnetlink");
	do {
		length = recv(fd, answer, sizeof(answer), 0);
		ret = length < 0 ? -errno : read_answer(links, answer, length);
	} while (ret > 0);
	close(fd);
	for (i = 0; i < links->count; i++)
		link_queues(&links->link[i]);
	return ret ? fail_errno(ret, "rtnetlink") : EXIT_OK;
}

void links_free(struct links *links)
{
	free(links->link);
}

int link_read(const char *name, struct link_info *link)
{
	struct links links;
	size_t i;
	int status = links_read(&links);
	bool found = false;

	for (i = 0; i < links.count && !found; i++)
		if (!strcmp(links.link[i].name, name)) {
			*link = links.link[i];
			found = true;
		}
	links_free(&links);
	if (status || found)
		return status;
	if (!if_nametoindex(name))
		return fail("%s: no such interface; make it: ionctl net add",
			    name);
	return fail("%s: it is not an interface of ion_net: ionctl net list",
		    name);
}

const char *link_mode(const struct link_info *link)
{
	return link->mode == ION_NET_TUN ? "tun" : "tap";
}

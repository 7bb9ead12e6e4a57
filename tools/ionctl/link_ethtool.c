// SPDX-License-Identifier: GPL-2.0-only
/* Reads the queues of an interface and their counters, by the ioctls of ethtool. */
#include "link_ethtool.h"

#include <ctype.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/ion_net.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

/* Room for the counters of queues that come meanwhile. */
#define ROOM (16 * (size_t)ION_NET_QUEUES_MAX)

static int ethtool(const char *name, void *data)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret;
	struct ifreq ifr;

	if (fd < 0)
		return -errno;
	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, name, IF_NAMESIZE);
	ifr.ifr_data = data;
	ret = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return ret;
}

void link_queues(struct link_info *link)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };

	link->queues = link->carrier;
	if (ethtool(link->name, &channels))
		return;
	link->queues = channels.combined_count;
	link->max_queues = channels.max_combined;
}

/* Read how many counters there are. */
static int count_of(const char *name)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} set = { .info = { .cmd = ETHTOOL_GSSET_INFO,
			    .sset_mask = 1ULL << ETH_SS_STATS } };
	int ret = ethtool(name, &set);

	return ret ? ret : (int)set.count;
}

/* Split "rx12_packets" into the number of its queue and "rx_packets". */
static bool split(struct link_count *count, const char *name)
{
	size_t letters = strcspn(name, "0123456789");
	char *end;

	if (!isdigit((unsigned char)name[letters]) || letters > 8)
		return false;
	count->queue = (unsigned int)strtoul(name + letters, &end, 10);
	snprintf(count->name, sizeof(count->name), "%.*s%s", (int)letters, name,
		 end);
	return true;
}

/* If queues come or go meanwhile, a newer kernel fills in nothing. */
static int read_counts(const char *name, uint32_t most,
		       struct ethtool_gstrings *names,
		       struct ethtool_stats *stats, struct link_count *counts)
{
	char text[ETH_GSTRING_LEN + 1] = "";
	uint32_t i, n;
	int ret, taken = 0;

	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_STATS;
	names->len = most;
	ret = ethtool(name, names);
	if (ret)
		return ret;
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = most;
	ret = ethtool(name, stats);
	if (ret)
		return ret;
	n = names->len < stats->n_stats ? names->len : stats->n_stats;
	for (i = 0; i < n && i < most; i++) {
		memcpy(text, names->data + i * ETH_GSTRING_LEN,
		       ETH_GSTRING_LEN);
		if (!split(&counts[taken], text))
			continue;
		counts[taken++].value = stats->data[i];
	}
	return taken;
}

int link_counts(const struct link_info *link, struct link_count **counts)
{
	int count = count_of(link->name), ret;
	struct ethtool_gstrings *names;
	struct ethtool_stats *stats;
	size_t room;

	*counts = NULL;
	if (count <= 0)
		return count == -EOPNOTSUPP ? 0 : count;
	/* An older kernel fills in what queues there are, whatever the room for it. */
	room = (size_t)count + ROOM;
	names = calloc(1, sizeof(*names) + room * ETH_GSTRING_LEN);
	stats = calloc(1, sizeof(*stats) + room * sizeof(uint64_t));
	*counts = calloc(room, sizeof(**counts));
	if (!names || !stats || !*counts)
		fail_memory();
	ret = read_counts(link->name, (uint32_t)count, names, stats, *counts);
	free(names);
	free(stats);
	return ret;
}

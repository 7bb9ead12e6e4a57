// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of a direct channel that obeys no rule, and the calls of its victim, at random.
 */
#include "direct_hostile.h"
#include "long_test.h"
#include "port_test.h"

/* ---- the hostile program ----------------------------------------------- */

/* Overwrite words of the program's page, and slots. */
void hostile_scribble(struct channel *ch, __u64 *random)
{
	unsigned int id = random_below(random, ION_RINGS);
	__u64 x = random_next(random);
	struct ion_packet packet;
	unsigned int i;

	switch (x % 8) {
	case 0:
		WRITE_ONCE(*user_index(ch, id), (__u32)(x >> 32));
		break;
	case 1:
	case 2:
		WRITE_ONCE(*user_index(ch, id), (x >> 32) % HOSTILE_SLOTS);
		break;
	case 3:
		WRITE_ONCE(*direct_half(ch, id), (__u16)(x >> 32));
		break;
	case 4:
		WRITE_ONCE(*direct_half(ch, id), (x >> 32) % HOSTILE_SLOTS);
		break;
	case 5:
		/* The mask and both halves are in the words after the index. */
		WRITE_ONCE(user_index(ch, id)[1 + x / 8 % 2], (__u32)(x >> 32));
		break;
	case 6:
		for (i = 0; i < sizeof(packet) / 8; i++)
			((__u64 *)&packet)[i] = random_next(random);
		memcpy(channel_slot(ch, x & 16 ? ION_RING_TX : ION_RING_CMD,
				    (x >> 8) % HOSTILE_SLOTS),
		       &packet, sizeof(packet));
		break;
	default:
		ion_kick(ch->fd);
	}
}

/* Make the words of a program right again: its rings empty, and nobody asleep. */
void hostile_repair(struct channel *ch)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++) {
		WRITE_ONCE(*user_index(ch, id), 0);
		WRITE_ONCE(user_index(ch, id)[2], 0);
	}
	channel_attach_live(ch);
}

/* ---- the victim -------------------------------------------------------- */

static int get_fdinfo(int fd)
{
	char path[64], text[4096];
	int ret;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	ret = ion_read_text(path, text, sizeof(text));
	return ret < 0 ? ret : 0;
}

static int call_list(void)
{
	static __thread struct ion_list_entry entries[8];
	struct ion_list list = {
		.size = sizeof(list),
		.count = ARRAY_SIZE(entries),
		.entry_size = sizeof(entries[0]),
		.addr = (__u64)(unsigned long)entries,
	};
	int fd = ion_open(O_RDWR), ret;

	ret = ion_call(fd, ION_IOC_LIST, &list);
	close(fd);
	return ret;
}

static int call_wait(int fd, __u64 *random)
{
	struct ion_wait wait = {
		.size = sizeof(wait),
		.rx = random_below(random, HOSTILE_SLOTS),
		.evt = 1 + random_below(random, HOSTILE_SLOTS - 1),
		.timeout_ns = random_below(random, 2 * MS),
		.min_wait_ns = random_below(random, MS),
	};

	return ion_call(fd, ION_IOC_WAIT, &wait);
}

static int call_epoll(int fd, __u64 *random)
{
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLOUT | EPOLLPRI |
			  (random_below(random, 2) ? (__u32)EPOLLET : 0),
	};
	int ep = epoll_create1(EPOLL_CLOEXEC), ret;

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	epoll_wait(ep, &event, 1, 0);
	ret = epoll_wait(ep, &event, 1, random_below(random, 3));
	close(ep);
	return ret < 0 ? -errno : 0;
}

static int call_rw(int fd, __u64 *random)
{
	struct ion_packet packets[20] = {};
	struct iovec iov = { packets, sizeof(packets) };
	bool wait = !random_below(random, 16);
	ssize_t n;

	/* A signal ends it, if nothing else does. */
	if (random_below(random, 2))
		n = preadv2(fd, &iov, 1, -1, wait ? 0 : RWF_NOWAIT);
	else
		n = pwritev2(fd, &iov, 1, -1, wait ? 0 : RWF_NOWAIT);
	return n < 0 ? -errno : 0;
}

/* With its argument in the memory that both programs can see. */
static int call_in_shared(const struct channel *ch, __u64 *random)
{
	char *at = channel_at(ch, random_below(random, 2)
					  ? ION_MMAP_ARENA
					  : ION_MMAP_PEER_ARENA);
	static const unsigned long calls[] = {
		ION_IOC_WAIT, ION_IOC_POP,   ION_IOC_PUSH,    ION_IOC_PEEK,
		ION_IOC_INFO, ION_IOC_STATS, ION_IOC_EVENTFD, ION_IOC_PEER,
	};

	ion_call(ch->fd, calls[random_below(random, ARRAY_SIZE(calls))], at);
	return 0;
}

/* Make one of all calls. */
int victim_call(struct channel *ch, __u64 *random)
{
	struct ion_cmd_packet packets[HOSTILE_SLOTS] = {};
	unsigned int id = random_below(random, ION_RINGS);
	struct ion_stats stats;
	struct ion_peer peer;
	struct ion_info info;
	unsigned long request;
	int ret;

	switch (random_below(random, 14)) {
	case 0:
		return ion_kick(ch->fd);
	case 1:
		return call_wait(ch->fd, random);
	case 2:
		return ion_poll_for(ch->fd, POLLIN | POLLOUT | POLLPRI,
				    random_below(random, 3));
	case 3:
		return call_epoll(ch->fd, random);
	case 4:
	case 5:
		return call_rw(ch->fd, random);
	case 6:
		request = ion_kernel_pushes(id) ? ION_IOC_POP : ION_IOC_PUSH;
		return ion_batch(ch->fd, request, id, packets,
				 1 + random_below(random, HOSTILE_SLOTS));
	case 7:
		return ion_peek(ch->fd, id, packets, random_below(random, 4),
				HOSTILE_SLOTS);
	case 8:
		ret = ion_get_stats(ch->fd, &stats);
		return ret				       ? ret
		       : stats.ring[id].queued < HOSTILE_SLOTS ? 0
							       : -EBADMSG;
	case 9:
		return get_fdinfo(ch->fd);
	case 10:
		return call_list();
	case 11:
		return ion_get_info(ch->fd, &info);
	case 12:
		return port_peer(ch->fd, &peer);
	default:
		return call_in_shared(ch, random);
	}
}

/* Whether a call may return that while both programs are there. */
bool victim_may_get(int ret)
{
	return ret >= 0 || ret == -EAGAIN || ret == -EPROTO || ret == -EINTR ||
	       ret == -ETIME;
}

/* A call that waits forever ends with a signal, which may come before it sleeps. */
int victim_end(struct task *task)
{
	__u64 until = now_ns() + 2 * LONG_MS * MS;

	while (!READ_ONCE(task->done) && now_ns() < until) {
		task_signal(task, SIGUSR1);
		sleep_ns(MS);
	}
	return task_join(task);
}

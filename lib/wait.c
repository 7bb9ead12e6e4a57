// SPDX-License-Identifier: MIT
/*
 * Waits: check the rings, kick, poll them for a while, then sleep in the kernel.
 * A thread that sleeps in a call needs no wake flag, because the kernel knows of
 * it; the flags are for the eventfd.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <time.h>

#include "internal.h"

#define IONC_EVENTS (IONC_TX | IONC_RX | IONC_CMD | IONC_EVT)

/* This many checks cost about as much as reading the clock. */
#define IONC_CHECKS 32

/**
 * struct ionc_want - what a call waits for
 * @events: any of these events is enough
 * @rx: number of packets that make IONC_RX ready; 0: 1
 * @evt: number of answers that make IONC_EVT ready; 0: 1
 * @min_wait_ns: after this time in the kernel one of either is enough; 0: never
 */
struct ionc_want {
	unsigned int events;
	__u32 rx;
	__u32 evt;
	__u64 min_wait_ns;
};

static bool ionc_broken(const struct ion_end *end, unsigned int events,
			unsigned int bit)
{
	return (events & bit) && end->broken;
}

/* Return which of the wanted events are ready, from the rings alone; -EPROTO. */
static int ionc_ready_for(struct ionc_channel *ch, const struct ionc_want *want)
{
	unsigned int events = want->events, there = 0;
	__u32 rx = want->rx ? want->rx : 1;
	__u32 evt = want->evt ? want->evt : 1;

	if ((events & IONC_TX) && ion_ring_reserve(&ch->tx, 1))
		there |= IONC_TX;
	if ((events & IONC_RX) && ion_ring_peek(&ch->rx, rx) == rx)
		there |= IONC_RX;
	if ((events & IONC_CMD) && ion_ring_reserve(&ch->cmd, 1))
		there |= IONC_CMD;
	if ((events & IONC_EVT) && ion_ring_peek(&ch->evt, evt) == evt)
		there |= IONC_EVT;
	if (there)
		return (int)there;
	if (ionc_broken(&ch->tx.end, events, IONC_TX) ||
	    ionc_broken(&ch->rx.end, events, IONC_RX) ||
	    ionc_broken(&ch->cmd.end, events, IONC_CMD) ||
	    ionc_broken(&ch->evt.end, events, IONC_EVT))
		return -EPROTO;
	return 0;
}

int ionc_ready(struct ionc_channel *ch, unsigned int events)
{
	struct ionc_want want = { .events = events };

	return ionc_ready_for(ch, &want);
}

static int ionc_spin(struct ionc_channel *ch, const struct ionc_want *want,
		     __u64 deadline)
{
	__u64 until = ionc_now() + ionc_private(ch)->spin_ns;
	int i, ret;

	if (until > deadline)
		until = deadline;
	while (ionc_now() < until) {
		for (i = 0; i < IONC_CHECKS; i++) {
			ret = ionc_ready_for(ch, want);
			if (ret)
				return ret;
		}
	}
	return 0;
}

/* ---- sleeping ---------------------------------------------------------- */

static int ionc_sleep_wait(struct ionc_channel *ch,
			   const struct ionc_want *want, __u64 deadline)
{
	struct ion_wait wait;

	memset(&wait, 0, sizeof(wait));
	wait.size = sizeof(wait);
	wait.rx = want->rx;
	wait.evt = want->evt;
	wait.timeout_ns = ionc_left(deadline);
	wait.min_wait_ns = want->min_wait_ns;
	return ionc_ioctl(ch->fd, ION_IOC_WAIT, &wait);
}

static short ionc_poll_events(unsigned int events)
{
	int mask = POLLRDHUP;

	mask |= events & IONC_TX ? POLLOUT : 0;
	mask |= events & IONC_RX ? POLLIN : 0;
	mask |= events & IONC_CMD ? POLLWRBAND : 0;
	mask |= events & IONC_EVT ? POLLPRI : 0;
	return (short)mask;
}

/* Return what poll() says as -errno; 0 if an event is ready. */
static int ionc_poll_once(struct ionc_channel *ch, unsigned int events,
			  __u64 timeout_ns)
{
	struct pollfd pollfd;
	struct timespec left;
	int ret;

	memset(&pollfd, 0, sizeof(pollfd));
	pollfd.fd = ch->fd;
	pollfd.events = ionc_poll_events(events);
	left.tv_sec = (time_t)(timeout_ns / 1000000000U);
	left.tv_nsec = (long)(timeout_ns % 1000000000U);
	ret = ppoll(&pollfd, 1, timeout_ns == IONC_FOREVER ? NULL : &left,
		    NULL);
	if (ret < 0)
		return -errno;
	if (!ret)
		return -ETIME;
	if (pollfd.revents & POLLNVAL)
		return -EBADF;
	if (pollfd.revents & POLLERR)
		return -EPROTO;
	return pollfd.revents & (POLLHUP | POLLRDHUP) ? -EPIPE : 0;
}

static int ionc_sleep(struct ionc_channel *ch, const struct ionc_want *want,
		      __u64 deadline)
{
	if (want->rx || want->evt)
		return ionc_sleep_wait(ch, want, deadline);
	return ionc_poll_once(ch, want->events, ionc_left(deadline));
}

/*
 * The rings decide, not the kernel's answer: that may be an error which comes
 * after the packets that are already queued. If the kernel says that the events
 * are ready and the rings do not, another program used these ends.
 */
static int ionc_await(struct ionc_channel *ch, const struct ionc_want *want,
		      __u64 timeout_ns)
{
	struct ionc_want any = { .events = want->events };
	__u64 deadline;
	int ret, there;

	there = ionc_ready_for(ch, want);
	if (there)
		return there;
	deadline = ionc_deadline(timeout_ns);
	if (ionc_private(ch)->spin_ns) {
		ret = ionc_kick(ch);
		there = ionc_ready_for(ch, want);
		if (there || ret == -EPROTO)
			return there ? there : ret;
		there = ionc_spin(ch, want, deadline);
		if (there)
			return there;
	}
	/* The kernel end is kicked before this sleeps. */
	ret = ionc_sleep(ch, want, deadline);
	there = ionc_ready_for(ch, ret || !want->min_wait_ns ? want : &any);
	if (there)
		return there;
	return ret < 0 ? ret : -ESTALE;
}

int ionc_wait(struct ionc_channel *ch, __u32 rx, __u32 evt, __u64 timeout_ns)
{
	return ionc_wait_batch(ch, rx, evt, 0, timeout_ns);
}

int ionc_wait_batch(struct ionc_channel *ch, __u32 rx, __u32 evt,
		    __u64 min_wait_ns, __u64 timeout_ns)
{
	struct ionc_want want = {
		.events = (rx ? IONC_RX : 0) | (evt ? IONC_EVT : 0),
		.rx = rx,
		.evt = evt,
		.min_wait_ns = min_wait_ns,
	};
	int ret;

	if (!want.events || rx > ch->rx.end.mask || evt > ch->evt.end.mask)
		return -EINVAL;
	ret = ionc_await(ch, &want, timeout_ns);
	return ret < 0 ? ret : 0;
}

int ionc_poll(struct ionc_channel *ch, unsigned int events, __u64 timeout_ns)
{
	struct ionc_want want = { .events = events };

	if (!events || (events & ~IONC_EVENTS))
		return -EINVAL;
	return ionc_await(ch, &want, timeout_ns);
}

int ionc_check(struct ionc_channel *ch)
{
	struct pollfd pollfd = { .fd = ch->fd };

	if (poll(&pollfd, 1, 0) < 0)
		return -errno;
	if (pollfd.revents & POLLERR)
		return -EPROTO;
	return pollfd.revents & POLLHUP ? -EPIPE : 0;
}

int ionc_kick_now(struct ionc_channel *ch)
{
	return ionc_ioctl(ch->fd, ION_IOC_KICK, NULL);
}

/* ---- calls that move packets, kick and wait ---------------------------- */

int ionc_send(struct ionc_channel *ch, const struct ion_packet *packets,
	      __u32 count, __u64 timeout_ns)
{
	__u64 deadline = ionc_deadline(timeout_ns);
	__u32 done = 0;
	int ret;

	if (count > INT32_MAX)
		return -EINVAL;
	for (;;) {
		done += ionc_push_n(ch, packets + done, count - done);
		if (done == count)
			break;
		ret = ionc_wait_room(ch, ionc_left(deadline));
		if ((ret == -ETIME || ret == -EINTR) && done)
			break;
		if (ret)
			return ret;
	}
	ret = ionc_kick(ch);
	return ret ? ret : (int)done;
}

int ionc_receive(struct ionc_channel *ch, struct ion_packet *packets,
		 __u32 count, __u64 timeout_ns)
{
	__u32 done;
	int ret;

	if (!count || count > INT32_MAX)
		return -EINVAL;
	done = ionc_pop_n(ch, packets, count);
	if (!done) {
		ret = ionc_wait(ch, 1, 0, timeout_ns);
		if (ret)
			return ret;
		done = ionc_pop_n(ch, packets, count);
	}
	/* The kernel end may wait for the room made; the next call has errors. */
	ionc_kick(ch);
	return (int)done;
}

int ionc_send_cmd(struct ionc_channel *ch, const struct ion_cmd_packet *cmd,
		  __u64 timeout_ns)
{
	int ret;

	if (!ionc_push_cmd(ch, cmd)) {
		ret = ionc_wait_room_cmd(ch, timeout_ns);
		if (ret)
			return ret;
		ionc_push_cmd(ch, cmd);
	}
	return ionc_kick(ch);
}

int ionc_receive_evt(struct ionc_channel *ch, struct ion_cmd_packet *cmd,
		     __u64 timeout_ns)
{
	int ret;

	if (!ionc_pop_evt(ch, cmd)) {
		ret = ionc_wait(ch, 0, 1, timeout_ns);
		if (ret)
			return ret;
		ionc_pop_evt(ch, cmd);
	}
	ionc_kick(ch);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each rule below compares a channel at two times, and knows one thing that keeps
 * packets from moving. A program that is right may be idle for as long as it likes: a
 * rule needs something that waits, and that did not move meanwhile.
 */
#include "why.h"

#include <stdarg.h>
#include <string.h>

#include "text.h"

static const struct ion_ring_stats *ring_of(const struct ion_list_entry *entry,
					    unsigned int ring)
{
	return &entry->stats.ring[ring];
}

/* Return whether packets were on the ring at both times, and none moved. */
static bool stuck(const struct look *look, unsigned int ring)
{
	const struct ion_ring_stats *was = ring_of(look->was, ring);
	const struct ion_ring_stats *is = ring_of(look->is, ring);

	return was->queued && is->queued && was->popped == is->popped &&
	       was->discarded == is->discarded;
}

static bool full(const struct ion_list_entry *entry, unsigned int ring)
{
	const struct ion_ring_stats *stats = ring_of(entry, ring);

	return stats->capacity && stats->queued == stats->capacity;
}

static bool of_service(const struct look *look, const char *name)
{
	return !strncmp(look->is->service, name, sizeof(look->is->service));
}

/* Return whether the same calls seem to sleep for the ring at both times. */
static unsigned int waited(const struct look *look, unsigned int ring)
{
	unsigned int was = ring_of(look->was, ring)->waited;
	unsigned int is = ring_of(look->is, ring)->waited;

	return was == is ? is : 0;
}

__attribute__((format(printf, 4, 5))) static void found(struct finding *finding,
							const char *cause,
							const char *advice,
							const char *format, ...)
{
	va_list args;

	finding->cause = cause;
	finding->advice = advice;
	va_start(args, format);
	vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
}

/* ---- rules of a channel --------------------------------------------------- */

static bool is_stopped(const struct look *look, struct finding *finding)
{
	if (!look->stopped)
		return false;
	found(finding, "stopped",
	      "Let it go on: kill -CONT, or leave its debugger.",
	      "its process %u is stopped", look->is->pid);
	return true;
}

static bool was_refused(const struct look *look, struct finding *finding)
{
	const struct ion_ring_stats *tx = ring_of(look->is, ION_RING_TX);

	if (!(tx->bad_id || tx->bad_range || tx->bad_owner))
		return false;
	found(finding, "refused",
	      "Take buffers by ionc_buffer_get(), and fill in packets by ionc_packet().",
	      "the kernel refused packets on tx: %llu name no buffer, %llu leave their buffer, the buffer of %llu was handed over before",
	      (unsigned long long)tx->bad_id, (unsigned long long)tx->bad_range,
	      (unsigned long long)tx->bad_owner);
	return true;
}

static bool has_hung_up(const struct look *look, struct finding *finding)
{
	const struct ion_stats *stats = &look->is->stats;

	if (look->was->stats.kernel_end != ION_KERNEL_END_GONE ||
	    stats->kernel_end != ION_KERNEL_END_GONE)
		return false;
	found(finding, "hung-up", "Pop what is left, and close the channel.",
	      "the other end has gone, and nothing more comes");
	return true;
}

/* A program may wait for its peer as long as it has nothing to say. */
static bool has_no_peer(const struct look *look, struct finding *finding)
{
	char key[ION_KEY_LEN + 1];

	if (!*look->is->key || look->is->peer || of_service(look, "net") ||
	    !(stuck(look, ION_RING_TX) || stuck(look, ION_RING_CMD)))
		return false;
	text_safe(key, sizeof(key), look->is->key, sizeof(look->is->key));
	found(finding, "no-peer",
	      "Start the other program, with the same key and service; for a port, let the server call ionc_accept().",
	      "no other program has joined it by the name '%s'", key);
	return true;
}

static bool has_held(const struct look *look, struct finding *finding)
{
	if (!look->was->stats.held || !look->is->stats.held ||
	    look->was->stats.held_total != look->is->stats.held_total)
		return false;
	if (look->peer && full(look->peer, ION_RING_RX)) {
		found(finding, "peer-not-popping",
		      "The other program pops from rx: ionc_pop().",
		      "%llu of its payloads wait: rx of its peer, channel %llu, is full",
		      (unsigned long long)look->is->stats.held,
		      (unsigned long long)look->is->peer);
		return true;
	}
	found(finding, "no-empty-buffer",
	      "The receiver pushes empty buffers (len 0) for the payloads of the sender.",
	      "%llu of its payloads wait: its peer, channel %llu, has handed over no empty buffer",
	      (unsigned long long)look->is->stats.held,
	      (unsigned long long)look->is->peer);
	return true;
}

/* A program that only sends to an interface gives it no buffers. */
static bool wants_frames(const struct look *look)
{
	return !of_service(look, "net") ||
	       ring_of(look->is, ION_RING_RX)->waited || look->is->stats.hears;
}

static bool lacks_buffers(const struct look *look, struct finding *finding)
{
	const struct ion_list_entry *was = look->was, *is = look->is;

	if (!(of_service(look, "net") || of_service(look, "source")) ||
	    !wants_frames(look) || !is->buffers ||
	    was->buffers_owned != was->buffers ||
	    is->buffers_owned != is->buffers ||
	    ring_of(was, ION_RING_RX)->pushed !=
		    ring_of(is, ION_RING_RX)->pushed)
		return false;
	found(finding, "no-empty-buffer",
	      "Push empty buffers (len 0), and kick.",
	      "the service %.*s has no empty buffer to fill: the program owns all %u",
	      (int)sizeof(is->service), is->service, is->buffers);
	return true;
}

static bool has_clients(const struct look *look, struct finding *finding)
{
	if (!look->clients || !look->is->clients)
		return false;
	found(finding, "not-accepted",
	      "Accept them: ionc_accept(), or ION_IOC_ACCEPT.",
	      "%u clients wait at its port, and were not accepted in %.1f s",
	      look->clients, look->seconds);
	return true;
}

/* ---- rules of a ring ------------------------------------------------------ */

static bool is_poisoned(const struct look *look, unsigned int id,
			struct finding *finding)
{
	const struct ion_ring_stats *ring = ring_of(look->is, id);

	if (!ring->poison)
		return false;
	found(finding, "poisoned",
	      "Only one thread may push to a ring, and write its index; then ionc_reset(), or ionctl reset.",
	      "%s is poisoned: its index was %u, and %u to %u were right",
	      ring_name(id), ring->poison_seen, ring->poison_first,
	      ring->poison_last);
	return true;
}

static bool is_not_popped(const struct look *look, unsigned int id,
			  struct finding *finding)
{
	if (id == ION_RING_TX || id == ION_RING_CMD || !stuck(look, id) ||
	    !full(look->was, id) || !full(look->is, id))
		return false;
	found(finding, "not-popped",
	      id == ION_RING_RX ? "Pop from it: ionc_pop()."
				: "Pop from it: ionc_pop_evt().",
	      "%s is full with %u packets, and its program popped none",
	      ring_name(id), ring_of(look->is, id)->queued);
	return true;
}

/* The ring that the answers to this one come on. */
static unsigned int answers_of(unsigned int id)
{
	return id == ION_RING_TX ? ION_RING_RX : ION_RING_EVT;
}

/* Return whether the kernel end is to take packets that nothing else holds up. */
static bool is_to_be_taken(const struct look *look, unsigned int id)
{
	return (id == ION_RING_TX || id == ION_RING_CMD) && stuck(look, id) &&
	       !channel_poisoned(look->is) && !full(look->is, answers_of(id)) &&
	       look->is->stats.kernel_end != ION_KERNEL_END_GONE &&
	       (!*look->is->key || look->is->peer || of_service(look, "net"));
}

static bool is_not_kicked(const struct look *look, unsigned int id,
			  struct finding *finding)
{
	const struct ion_stats *was = &look->was->stats, *is = &look->is->stats;

	if (!is_to_be_taken(look, id) || of_service(look, "direct") ||
	    is->kernel_end == ION_KERNEL_END_LENT || was->kicks != is->kicks ||
	    was->sleeps != is->sleeps || is->held)
		return false;
	if (look->peer && full(look->peer, answers_of(id)))
		return false;
	if (!ring_of(look->is, id)->kernel_wake) {
		found(finding, "lost-wake-up",
		      "This is a fault of the driver: please report it, with ionctl --json list.",
		      "%u packets wait on %s, the kernel end sleeps and has not asked for a kick",
		      is->ring[id].queued, ring_name(id));
		return true;
	}
	found(finding, "not-kicked",
	      "Kick after the last packet: ionc_kick(), or ION_IOC_KICK.",
	      "%u packets wait on %s, the kernel end sleeps, and no kick came in %.1f s",
	      is->ring[id].queued, ring_name(id), look->seconds);
	return true;
}

static bool peer_does_not_pop(const struct look *look, unsigned int id,
			      struct finding *finding)
{
	const struct ion_list_entry *peer = look->peer;
	unsigned int there = answers_of(id), queued;

	if (!is_to_be_taken(look, id) || !peer)
		return false;
	queued = ring_of(look->is, id)->queued;
	if (!of_service(look, "direct") && !full(peer, there))
		return false;
	if (of_service(look, "direct") && ring_of(peer, there)->waited &&
	    queued >= ring_of(peer, there)->waited) {
		found(finding, "not-kicked",
		      "Kick after the last packet: ionc_kick(), or ION_IOC_KICK.",
		      "%u packets wait on %s while its peer, channel %llu, sleeps for %u, and no kick came",
		      queued, ring_name(id), (unsigned long long)peer->channel,
		      ring_of(peer, there)->waited);
		return true;
	}
	found(finding, "peer-not-popping",
	      "The other program pops from rx and evt.",
	      "%u packets wait on %s, and its peer, channel %llu (pid %u), pops none",
	      queued, ring_name(id), (unsigned long long)peer->channel,
	      peer->pid);
	return true;
}

static bool lent_is_stuck(const struct look *look, unsigned int id,
			  struct finding *finding)
{
	const struct ion_stats *was = &look->was->stats, *is = &look->is->stats;

	if (!is_to_be_taken(look, id) || is->held ||
	    was->kernel_end != ION_KERNEL_END_LENT ||
	    is->kernel_end != ION_KERNEL_END_LENT || was->sleeps != is->sleeps)
		return false;
	found(finding, "lent-thread-stuck",
	      "See whether it gets a processor: its affinity, its priority, a stopped program.",
	      "%u packets wait on %s, and the lent thread took none in %.1f s",
	      is->ring[id].queued, ring_name(id), look->seconds);
	return true;
}

/* It sleeps for one ring, and what it could go on with lies on the other one. */
static bool waits_on_other(const struct look *look, unsigned int id,
			   struct finding *finding)
{
	unsigned int other = id == ION_RING_RX ? ION_RING_EVT : ION_RING_RX;

	if (id == ION_RING_TX || id == ION_RING_CMD || !waited(look, id) ||
	    waited(look, other) || !stuck(look, other))
		return false;
	found(finding, "other-ring",
	      "Wait for both rings, and pop from the one that has something.",
	      "it waits for %u on %s, while %u lie on %s and are not popped",
	      waited(look, id), ring_name(id), ring_of(look->is, other)->queued,
	      ring_name(other));
	return true;
}

static bool waits_for_more(const struct look *look, unsigned int id,
			   struct finding *finding)
{
	unsigned int queued = ring_of(look->is, id)->queued;

	if (id == ION_RING_TX || id == ION_RING_CMD || !stuck(look, id) ||
	    ring_of(look->was, id)->pushed != ring_of(look->is, id)->pushed ||
	    queued >= waited(look, id))
		return false;
	found(finding, "too-few",
	      "Wait for 1, or set min_wait_ns, after which 1 is enough.",
	      "it waits for %u on %s, and %u are there", waited(look, id),
	      ring_name(id), queued);
	return true;
}

/* A program that hears by an eventfd or epoll asks for it by its wake flag. */
static bool flag_is_wrong(const struct look *look, unsigned int id,
			  struct finding *finding)
{
	const struct ion_ring_stats *ring = ring_of(look->is, id);
	unsigned int hears = look->was->stats.hears & look->is->stats.hears;

	if (id == ION_RING_TX || id == ION_RING_CMD || !stuck(look, id) ||
	    look->is->stats.sleepers)
		return false;
	if (hears == ION_HEARS_EVENTFD && !ring->program_wake) {
		found(finding, "flag-not-set",
		      "Set the wake flag, check the ring again, then read the eventfd: ionc_arm().",
		      "%u packets lie on %s; its eventfd is signalled only if the wake flag is set",
		      ring->queued, ring_name(id));
		return true;
	}
	if (hears && ring->program_wake > ring->queued &&
	    ring->program_wake <= ring->capacity &&
	    ring_of(look->was, id)->pushed == ring->pushed) {
		found(finding, "too-few",
		      "Set the wake flag to 1, or pop what is there after some time.",
		      "its wake flag asks for %u on %s, and %u are there",
		      ring->program_wake, ring_name(id), ring->queued);
		return true;
	}
	return false;
}

static bool (*const channel_rules[])(const struct look *look,
				     struct finding *finding) = {
	is_stopped, was_refused,   has_hung_up, has_no_peer,
	has_held,   lacks_buffers, has_clients,
};

static bool (*const ring_rules[])(const struct look *look, unsigned int id,
				  struct finding *finding) = {
	is_poisoned,   is_not_popped,  is_not_kicked,  peer_does_not_pop,
	lent_is_stuck, waits_on_other, waits_for_more, flag_is_wrong,
};

unsigned int why_find(const struct look *look,
		      struct finding findings[FINDINGS_MAX])
{
	bool rings = channel_has_rings(look->is);
	unsigned int n = 0, id;
	size_t i;

	for (i = 0; i < sizeof(channel_rules) / sizeof(*channel_rules); i++)
		if (n < FINDINGS_MAX && channel_rules[i](look, &findings[n]))
			n++;
	for (id = 0; rings && id < ION_RINGS; id++)
		for (i = 0; i < sizeof(ring_rules) / sizeof(*ring_rules); i++)
			if (n < FINDINGS_MAX &&
			    ring_rules[i](look, id, &findings[n]))
				n++;
	return n;
}

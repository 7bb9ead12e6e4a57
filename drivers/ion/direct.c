// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "direct" joins two channels whose programs share memory: what one program
 * writes (its page of words, the slots of its tx and cmd, its arena) is mapped writable
 * for it and read-only for its peer. The tx of one is the rx of the other. The kernel
 * moves no packet. It allocates the memory, wakes programs, and says when one has gone.
 *
 * The first channel chooses the geometry and is charged for the memory of both
 * directions. The memory is freed once both channels are gone, and no other link gets it.
 *
 * Sleeping
 * --------
 * A wake flag has two halves: one that the program writes, as on any ring, and one that
 * the kernel writes for a program that sleeps in a system call. Both are in the page of
 * the program that sleeps. A program that has published checks both halves of its peer,
 * and kicks if one of them is set.
 *
 *	the program that sleeps			the program that wakes it
 *
 *	    join the wait queue			    publish its own index
 *	    lock; set the kernel's half; unlock	(F) full barrier
 *	(E) full barrier			    check both halves: kick
 *	    check the indices			    check both halves: lock;
 *	    sleep				    check halves and indices;
 *						    clear the halves; wake; unlock
 *
 * (E) pairs with (F), as in <ion/ring.h>. The kernel sets and clears a half under the lock
 * of the link. A call that clears a half notifies, under the same lock, everybody who may
 * rely on it: each of them joined the wait queue before the half was set. A sleeper that is
 * woken too early, because another one asked for less, sets the half again. So does one
 * in poll(): the wake-up names no events, or io_uring would not check again.
 *
 * The halves of a program that has gone stay set. A kick for them is EPIPE.
 *
 * The program can write both halves. A program that clears its own misses its own
 * wake-up, and one that does not kick wakes nobody: neither harms the kernel. An index
 * outside 0..mask is reported, and not remembered.
 */
#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "direct.h"
#include "geometry.h"
#include "notify.h"
#include "trace_hot.h"

/**
 * struct ion_direct_side - one of the two channels of a link
 * @link: the link
 * @peer: the other side
 * @ch: the channel, NULL before it has come and after it has gone; &ion_direct.lock
 * @gone: the channel was there and is closed, or none will ever come; ion_direct_lock
 */
struct ion_direct_side {
	struct ion_direct *link;
	struct ion_direct_side *peer;
	struct ion_channel *ch;
	bool gone;
};

/**
 * struct ion_direct - a link of two channels, and the memory of both
 * @ref: one for each side whose channel exists
 * @waiting: in the list of links that wait for their second side
 * @taken: the second side has been taken; ion_direct_lock
 * @uid: the user whose programs may meet here
 * @key: the name by which they meet; empty for a connection of a port
 * @info: the geometry, as the first side sees it
 * @areas: the memory, in the order of the first side, which is charged for it
 * @lock: see above
 * @side: the first side and the second
 */
struct ion_direct {
	refcount_t ref;
	struct list_head waiting;
	bool taken;
	kuid_t uid;
	char key[ION_KEY_LEN];
	struct ion_info info;
	struct ion_areas areas;
	spinlock_t lock;	/* the channels, and the kernel's halves */
	struct ion_direct_side side[2];
};

/* Protects the list, and whether a side has gone. */
static DEFINE_SPINLOCK(ion_direct_lock);
static LIST_HEAD(ion_direct_waiting);

static bool ion_direct_is_first(const struct ion_direct_side *side)
{
	return side == &side->link->side[0];
}

/*
 * Returns area @i of a side. ion_geometry() adds the areas in pairs: the words, tx and
 * rx, cmd and evt, the arenas; in each pair what is one's own is the peer's for the other.
 */
static const struct ion_memory *
ion_direct_area(const struct ion_direct_side *side, unsigned int i)
{
	return &side->link->areas.area[ion_direct_is_first(side) ? i : i ^ 1];
}

static void ion_direct_free(struct ion_direct *link)
{
	ion_areas_free(&link->areas);
	kfree(link);
}

static struct ion_direct *ion_direct_create(const struct ion_channel *ch,
					    const struct ion_config *config)
{
	struct ion_direct *link = kzalloc(sizeof(*link), ION_GFP);
	unsigned int i;
	int ret;

	if (!link)
		return ERR_PTR(-ENOMEM);
	refcount_set(&link->ref, 1);
	INIT_LIST_HEAD(&link->waiting);
	spin_lock_init(&link->lock);
	link->uid = ch->opener.uid;
	strscpy(link->key, config->bind.key);
	link->info = config->info;
	for (i = 0; i < ARRAY_SIZE(link->side); i++) {
		link->side[i].link = link;
		link->side[i].peer = &link->side[!i];
	}
	ret = ion_areas_alloc(&link->areas, &link->info);
	if (ret) {
		ion_direct_free(link);
		return ERR_PTR(ret);
	}
	return link;
}

/* Check that a second side asks for the mirrored geometry of the first. */
static bool ion_direct_fits(const struct ion_direct *link,
			    const struct ion_info *info)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (info->ring[id].nr_slots !=
		    link->info.ring[ion_geometry_mirror(id)].nr_slots)
			return false;
	return info->buffers == link->info.buffers &&
	       info->buffer_size == link->info.buffer_size;
}

/* Let the second side be found by the key of the link. */
static void ion_direct_list(struct ion_direct *link)
{
	lockdep_assert_held(&ion_direct_lock);

	if (*link->key && !link->side[0].gone)
		list_add_tail(&link->waiting, &ion_direct_waiting);
}

static void ion_direct_take_second(struct ion_direct *link)
{
	lockdep_assert_held(&ion_direct_lock);

	link->taken = true;
	list_del_init(&link->waiting);
	refcount_inc(&link->ref);
}

static struct ion_direct *ion_direct_find(kuid_t uid, const char *key)
{
	struct ion_direct *link;

	lockdep_assert_held(&ion_direct_lock);

	/* No link with an empty key is in the list. */
	list_for_each_entry(link, &ion_direct_waiting, waiting)
		if (uid_eq(link->uid, uid) && !strcmp(link->key, key))
			return link;
	return NULL;
}

/* Take the link that waits by the same name, of the same user; NULL: there is none. */
static struct ion_direct *ion_direct_meet(const struct ion_channel *ch,
					  const struct ion_config *config)
{
	struct ion_direct *link;

	spin_lock(&ion_direct_lock);
	link = ion_direct_find(ch->opener.uid, config->bind.key);
	if (link && !ion_direct_fits(link, &config->info))
		link = ERR_PTR(-EINVAL);
	else if (link)
		ion_direct_take_second(link);
	spin_unlock(&ion_direct_lock);
	return link;
}

/* Take the other side of a channel that was set up for a port, or for PAIR. */
static struct ion_direct *ion_direct_join(struct ion_direct_side *first)
{
	struct ion_direct *link = first->link;

	spin_lock(&ion_direct_lock);
	if (first->gone)
		link = ERR_PTR(-EPIPE);
	else if (link->taken || !ion_direct_is_first(first))
		link = ERR_PTR(-EISCONN);
	else if (first->peer->gone)
		link = ERR_PTR(-EPIPE);
	else
		ion_direct_take_second(link);
	spin_unlock(&ion_direct_lock);
	return link;
}

/**
 * ion_direct_take() - get a side of a link for a channel that is being configured
 * @ch: the channel
 * @config: the request
 *
 * The other side of the peer that the request names; else the second side of a link that
 * waits by the same key and was made by the same user; else the first side of a new
 * one, with all its memory.
 *
 * Context: may sleep.
 * Return: the side, for ion_direct_attach() or ion_direct_put(); -EINVAL for arguments,
 * and for a geometry that is not the peer's, mirrored; -EOPNOTSUPP for flags; -EISCONN or
 * -EPIPE if the peer has a peer or has gone; -ENOSPC or -ENOMEM; -EINTR if the caller has
 * been killed.
 */
struct ion_direct_side *ion_direct_take(const struct ion_channel *ch,
					const struct ion_config *config)
{
	const struct ion_bind *how = &config->bind;
	struct ion_direct *link;

	if (how->flags || config->phys)
		return ERR_PTR(-EOPNOTSUPP);
	if (how->arg[0] || how->arg[1])
		return ERR_PTR(-EINVAL);
	link = config->peer ? ion_direct_join(config->peer->direct) :
			      ion_direct_meet(ch, config);
	if (IS_ERR(link))
		return ERR_CAST(link);
	if (link)
		return &link->side[1];
	link = ion_direct_create(ch, config);
	return IS_ERR(link) ? ERR_CAST(link) : &link->side[0];
}

/**
 * ion_direct_put() - drop the reference of a side
 * @side: the side, or NULL; no channel uses it any more
 *
 * If the second side was taken, and its channel could not be configured, the first one
 * waits again.
 *
 * Context: may sleep.
 */
void ion_direct_put(struct ion_direct_side *side)
{
	if (!side)
		return;
	spin_lock(&ion_direct_lock);
	if (!ion_direct_is_first(side) && !side->gone) {
		side->link->taken = false;
		ion_direct_list(side->link);
	}
	spin_unlock(&ion_direct_lock);
	if (refcount_dec_and_test(&side->link->ref))
		ion_direct_free(side->link);
}

/*
 * The kernel has no end of such a ring. Its view has the indices of both programs: the
 * peer's replaces the kernel's.
 */
static void ion_direct_connect(struct ion_channel *ch, unsigned int id)
{
	const struct ion_direct_side *side = ch->direct;
	struct ion_split_words *own = ion_direct_area(side, 0)->addr;
	struct ion_split_words *peer = ion_direct_area(side, 1)->addr;
	struct ion_ring *ring = &ch->ring[id];

	own += id;
	peer += ion_geometry_mirror(id);
	ring->kind = &ion_ring_kinds[id];
	ring->ch = ch;
	raw_spin_lock_init(&ring->lock);
	ring->direct = true;
	ring->end.mask = ch->info.ring[id].nr_slots - 1;
	ring->end.slots = ion_direct_area(side, 2 + id)->addr;
	ring->end.own_index = &peer->index;
	ring->end.peer_index = &own->index;
	ring->end.peer_wake = &own->wake;
	ring->user_index = &own->index;
	ring->kernel_wake = &own->kernel_wake;
	ring->mask = &own->mask;
	WRITE_ONCE(own->mask, ring->end.mask);
}

/**
 * ion_direct_attach() - give a channel its side of a link
 * @ch: the channel, being configured
 * @side: from ion_direct_take(); the channel owns it from here on
 */
void ion_direct_attach(struct ion_channel *ch, struct ion_direct_side *side)
{
	unsigned int i;

	ch->direct = side;
	for (i = 0; i < ch->info.nr_areas; i++)
		ch->areas.area[i] = *ion_direct_area(side, i);
	if (!ion_direct_is_first(side))
		ch->info.bytes = 0;
	for (i = 0; i < ION_RINGS; i++)
		ion_direct_connect(ch, i);
}

static void ion_direct_set_channel(struct ion_direct_side *side,
				   struct ion_channel *ch)
{
	struct ion_direct_side *peer = side->peer;

	spin_lock(&side->link->lock);
	side->ch = ch;
	if (ch && peer->ch) {
		ion_channel_set_peer(ch, peer->ch);
		ion_channel_set_peer(peer->ch, ch);
	}
	spin_unlock(&side->link->lock);
}

/*
 * The last step of the configuration: the peer can find the channel. Returns -EAGAIN if
 * a link by the same name has begun to wait since ion_direct_take(): of two channels
 * that are configured at the same time, each would wait for the other.
 */
static int ion_direct_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct ion_direct_side *side = ch->direct;
	bool first = ion_direct_is_first(side);
	struct ion_direct *link = side->link;
	bool late, alone;

	ion_direct_set_channel(side, ch);

	spin_lock(&ion_direct_lock);
	late = first && ion_direct_find(link->uid, link->key);
	if (first && !late)
		ion_direct_list(link);
	alone = side->peer->gone;
	spin_unlock(&ion_direct_lock);
	if (late) {
		ion_direct_set_channel(side, NULL);
		return -EAGAIN;
	}
	/* It left after ion_direct_take(), and did not find this channel. */
	if (alone)
		ion_channel_hangup(ch);
	return 0;
}

/*
 * Set the kernel's halves of a side whose program has gone. They always ask for a kick,
 * so that its peer learns of the hang-up even if it sets its flag after that: then no
 * signal comes for the flag.
 */
static void ion_direct_set_halves(const struct ion_direct_side *side)
{
	struct ion_split_words *words = ion_direct_area(side, 0)->addr;
	unsigned int id;

	lockdep_assert_held(&side->link->lock);

	for (id = 0; id < ION_RINGS; id++)
		WRITE_ONCE(words[id].kernel_wake, 1);
}

/* The program has gone: its peer gets what it pushed before, and then EPIPE. */
static void ion_direct_unbind(struct ion_channel *ch)
{
	struct ion_direct_side *side = ch->direct;
	struct ion_direct *link = side->link;

	spin_lock(&ion_direct_lock);
	list_del_init(&link->waiting);
	side->gone = true;
	spin_unlock(&ion_direct_lock);

	spin_lock(&link->lock);
	side->ch = NULL;
	/* Before (F) of the hang-up: the peer is notified, or sees them. */
	ion_direct_set_halves(side);
	if (side->peer->ch)
		ion_channel_hangup(side->peer->ch);
	spin_unlock(&link->lock);
}

/**
 * ion_direct_abandon() - hang a channel up that waits for its other side
 * @ch: the channel, of a link; nothing happens if it has another side, or had
 *
 * As if the other side had been there, and had gone.
 *
 * Context: process; waits for no other thread.
 */
void ion_direct_abandon(struct ion_channel *ch)
{
	struct ion_direct_side *peer = ch->direct->peer;
	struct ion_direct *link = peer->link;
	bool alone;

	spin_lock(&ion_direct_lock);
	alone = !link->taken;
	if (alone)
		peer->gone = true;
	spin_unlock(&ion_direct_lock);
	if (!alone)
		return;

	spin_lock(&link->lock);
	ion_direct_set_halves(peer);
	ion_channel_hangup(ch);
	spin_unlock(&link->lock);
}

/**
 * ion_direct_ask() - set the kernel's halves of wake flags, before a check of the rings
 * @ch: the channel, of a link
 * @want: for each ring the number of slots to ask for; 0: leave its flag alone
 *
 * The caller has joined a wait queue of the channel. Of two sleepers the one that asks
 * for less decides. Contains the full barrier (E).
 */
void ion_direct_ask(struct ion_channel *ch, const u32 *want)
{
	struct ion_direct *link = ch->direct->link;
	unsigned int id;

	spin_lock(&link->lock);
	for (id = 0; id < ION_RINGS; id++) {
		u16 *half = ch->ring[id].kernel_wake;
		u16 now = READ_ONCE(*half);
		u16 least = min_t(u32, READ_ONCE(want[id]), U16_MAX);

		if (least)
			WRITE_ONCE(*half, now ? min(now, least) : least);
	}
	spin_unlock(&link->lock);
	smp_mb();	/* (E), pairs with (F) */
}

/* Check whether a half that ion_direct_ask() set is still set. */
static bool ion_direct_asked(const struct ion_channel *ch, const u32 *want)
{
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (READ_ONCE(want[id]) && READ_ONCE(*ch->ring[id].kernel_wake))
			return true;
	return false;
}

/**
 * ion_direct_unask() - clear halves that ion_direct_ask() set, unless others sleep
 * @ch: the channel, of a link; the caller has left the wait queue
 * @want: as for ion_direct_ask()
 *
 * A half that is left set costs the peer a kick.
 */
void ion_direct_unask(struct ion_channel *ch, const u32 *want)
{
	struct ion_direct *link = ch->direct->link;
	unsigned int id;

	/* A kick that woke the caller has cleared them. */
	if (!ion_direct_asked(ch, want))
		return;
	spin_lock(&link->lock);
	/* Who joins a queue later sets a half of its own, under this lock. */
	if (!waitqueue_active(&ch->wait) && !waitqueue_active(&ch->waiters))
		for (id = 0; id < ION_RINGS; id++)
			if (READ_ONCE(want[id]))
				WRITE_ONCE(*ch->ring[id].kernel_wake, 0);
	spin_unlock(&link->lock);
}

/* Clear a half that is set and asks for no more than @usable slots. */
static bool ion_direct_take_half(u16 *half, u32 usable, u32 mask)
{
	u16 asks = READ_ONCE(*half);

	if (!asks || min_t(u32, asks, mask) > usable)
		return false;
	WRITE_ONCE(*half, 0);
	return true;
}

/*
 * Clear the halves of a ring that is ready, and return whether one was set. Sets @wanted
 * if the program's own was. The program finds out by itself that an index is bad.
 */
static bool ion_direct_take_flag(struct ion_ring *ring, bool *wanted)
{
	u16 *program = (u16 *)ring->end.peer_wake;
	u32 mask = ring->end.mask;
	bool taken, bad = false;
	u32 usable;

	if (!READ_ONCE(*program) && !READ_ONCE(*ring->kernel_wake))
		return false;
	usable = ion_ring_user_has(ring, &bad);
	if (bad)
		usable = mask;
	taken = ion_direct_take_half(ring->kernel_wake, usable, mask);
	if (!ion_direct_take_half(program, usable, mask))
		return taken;
	*wanted = true;
	return true;
}

/* Check, after (F) and without the lock, whether the program of a side asks for a kick. */
static bool ion_direct_asks(const struct ion_direct_side *side)
{
	const struct ion_split_words *words = ion_direct_area(side, 0)->addr;
	unsigned int id;

	for (id = 0; id < ION_RINGS; id++)
		if (READ_ONCE(words[id].wake) || READ_ONCE(words[id].kernel_wake))
			return true;
	return false;
}

/* Notify the program of a channel, if it asks for it. Returns whether it did. */
static bool ion_direct_wake(struct ion_channel *ch)
{
	unsigned int ready = 0, id;
	bool wanted = false;

	lockdep_assert_held(&ch->direct->link->lock);

	for (id = 0; id < ION_RINGS; id++)
		if (ion_direct_take_flag(&ch->ring[id], &wanted))
			ready |= BIT(id);
	if (ready)
		ion_notify_rings(ch, ready, wanted);
	return ready;
}

/**
 * ion_direct_kick() - wake the peer's program, if it asks for it
 * @ch: the channel, of a link
 *
 * Context: process; waits for no other thread.
 * Return: 0, or -EPIPE if the peer has gone.
 */
int ion_direct_kick(struct ion_channel *ch)
{
	struct ion_direct_side *peer = ch->direct->peer;
	struct ion_direct *link = ch->direct->link;
	bool woken = false;

	ion_trace_kick(ch);
	/* Fully ordered: it is (F) too, for a program that kicks without a check. */
	atomic64_inc_return(&ch->kicks);
	if (ion_direct_asks(peer)) {
		spin_lock(&link->lock);
		woken = peer->ch && ion_direct_wake(peer->ch);
		spin_unlock(&link->lock);
	}
	if (!woken)
		atomic64_inc(&ch->kicks_spurious);
	ion_trace_kick_done(ch, false, 0, !woken);
	return ion_channel_hungup(ch) ? -EPIPE : 0;
}

static void ion_direct_doorbell(struct ion_channel *ch)
{
	ion_direct_kick(ch);
}

const struct ion_service_ops ion_direct_ops = {
	.name = ION_DIRECT_NAME,
	.bind = ion_direct_bind,
	.unbind = ion_direct_unbind,
	.doorbell = ion_direct_doorbell,
	.connects = true,
};

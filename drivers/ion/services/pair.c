// SPDX-License-Identifier: GPL-2.0-only
/*
 * The service "pair" joins two channels: packets and commands that the program of one
 * pushes to tx and cmd, the other program pops from rx and evt. Neither maps the
 * memory of the other.
 *
 * Two channels are joined once and remain joined: by a name, if the same user opened
 * both, or by ION_IOC_JOIN. The channel and the peer each hold a reference to an end,
 * so that packets that one program sent before it closed still reach the other one.
 *
 * ion_pair_lock protects which ends wait and which are joined; the lock of an end nests
 * in it. Packets cross afterwards, with neither held. All locks here are spinlocks that
 * are held for a bounded time: no call of one program waits for a preempted thread of
 * another.
 */
#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/pid.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uidgid.h>

#include "builtin.h"
#include "pair.h"

static DEFINE_SPINLOCK(ion_pair_lock);
/* All ends that have not been joined. */
static LIST_HEAD(ion_pair_waiting);

static struct ion_pair_end *ion_pair_end_get(struct ion_pair_end *end)
{
	refcount_inc(&end->ref);
	return end;
}

static void ion_pair_end_put(struct ion_pair_end *end)
{
	if (!end || !refcount_dec_and_test(&end->ref))
		return;
	put_pid(end->opener.pid);
	put_cred(end->opener.cred);
	ion_pair_buffers_destroy(end);
	ion_channel_put(end->ch);
	kfree(end);
}

static struct ion_pair_end *ion_pair_end_create(struct ion_channel *ch,
						const struct ion_bind *how)
{
	struct ion_pair_end *end = kzalloc(sizeof(*end), ION_SERVICE_GFP);
	unsigned int id;

	if (!end)
		return NULL;
	refcount_set(&end->ref, 1);
	end->ch = ion_channel_get(ch);
	for (id = 0; id < ION_RINGS; id++)
		end->ring[id] = ion_channel_ring(ch, id);
	end->stamp = how->flags & ION_SETUP_STAMP;
	strscpy(end->key, how->key);
	spin_lock_init(&end->lock);
	spin_lock_init(&end->crossing);
	INIT_LIST_HEAD(&end->waiting);
	if (ion_pair_buffers_init(end)) {
		ion_pair_end_put(end);
		return NULL;
	}
	return end;
}

static struct ion_pair_end *ion_pair_keep_peer(struct ion_pair_end *end)
{
	lockdep_assert_held(&end->lock);

	return end->peer ? ion_pair_end_get(end->peer) : NULL;
}

/* Returns the peer, with a reference, or NULL. */
static struct ion_pair_end *ion_pair_peer(struct ion_pair_end *end)
{
	struct ion_pair_end *peer;

	spin_lock(&end->lock);
	peer = ion_pair_keep_peer(end);
	spin_unlock(&end->lock);
	return peer;
}

static struct ion_pair_end *ion_pair_swap_peer(struct ion_pair_end *end,
					       struct ion_pair_end *peer)
{
	struct ion_pair_end *old = end->peer;

	lockdep_assert_held(&end->lock);

	end->peer = peer;
	return old;
}

static void ion_pair_set_peer(struct ion_pair_end *end,
			      struct ion_pair_end *peer)
{
	struct ion_pair_end *old;

	spin_lock(&end->lock);
	old = ion_pair_swap_peer(end, peer);
	spin_unlock(&end->lock);
	ion_pair_end_put(old);
}

static void ion_pair_connect(struct ion_pair_end *end,
			     struct ion_pair_end *peer, bool stamp)
{
	const struct ion_opener *opener = ion_channel_opener(peer->ch);

	lockdep_assert_held(&ion_pair_lock);

	list_del_init(&end->waiting);
	end->joined = true;
	end->stamp = stamp;
	end->origin = ion_channel_id(peer->ch);
	end->opener = *opener;
	get_pid(opener->pid);
	get_cred(opener->cred);
	ion_channel_set_peer(end->ch, peer->ch);
	ion_pair_set_peer(end, ion_pair_end_get(peer));
}

static int ion_pair_join_ends(struct ion_pair_end *a, struct ion_pair_end *b)
{
	bool stamp = a->stamp || b->stamp;

	lockdep_assert_held(&ion_pair_lock);

	if (a->joined || b->joined)
		return -EISCONN;
	if (a->pool.size != b->pool.size)
		return -EINVAL;
	ion_pair_connect(a, b, stamp);
	ion_pair_connect(b, a, stamp);
	return 0;
}

/* Pass on what was sent before the two were joined. */
static void ion_pair_begin(struct ion_pair_end *a, struct ion_pair_end *b)
{
	ion_pair_exchange(a, b);
	ion_channel_notify(a->ch);
	ion_channel_notify(b->ch);
}

/* Find an end that waits by the same name, and was opened by the same user. */
static struct ion_pair_end *ion_pair_find(const struct ion_pair_end *end)
{
	kuid_t uid = ion_channel_opener(end->ch)->uid;
	struct ion_pair_end *other;

	lockdep_assert_held(&ion_pair_lock);

	if (!*end->key)
		return NULL;
	/* Compare the user first: the list may be long, and a string costs more. */
	list_for_each_entry(other, &ion_pair_waiting, waiting)
		if (uid_eq(ion_channel_opener(other->ch)->uid, uid) &&
		    !strcmp(other->key, end->key))
			return other;
	return NULL;
}

/* Find the end of a channel, which has not been joined. */
static struct ion_pair_end *ion_pair_find_channel(u64 id)
{
	struct ion_pair_end *other;

	lockdep_assert_held(&ion_pair_lock);

	list_for_each_entry(other, &ion_pair_waiting, waiting)
		if (ion_channel_id(other->ch) == id)
			return other;
	return NULL;
}

/* The port that it waited at has gone: it gets no peer, as nothing would reach it. */
static bool ion_pair_is_hungup(const struct ion_pair_end *end)
{
	return ion_channel_error(end->ch) == -EPIPE;
}

/* @other may be NULL: it has been joined. */
static int ion_pair_join_waiting(struct ion_pair_end *end,
				 struct ion_pair_end *other)
{
	if (!other)
		return -EISCONN;
	return ion_pair_is_hungup(other) ? -EPIPE :
					   ion_pair_join_ends(end, other);
}

/*
 * Join the end of the channel that is asked for, or one that waits by the same key, and
 * return it with a reference; if none is asked for, and none waits, wait. The kernel end
 * of the other channel is not locked: a thread that its program lends may keep it.
 */
static int ion_pair_meet(struct ion_pair_end *end, u64 peer,
			 struct ion_pair_end **other)
{
	int ret = 0;

	spin_lock(&ion_pair_lock);
	*other = peer ? ion_pair_find_channel(peer) : ion_pair_find(end);
	if (peer)
		ret = ion_pair_join_waiting(end, *other);
	else if (*other)
		ret = ion_pair_join_ends(end, *other);
	else
		list_add_tail(&end->waiting, &ion_pair_waiting);
	if (*other && !ret)
		ion_pair_end_get(*other);
	spin_unlock(&ion_pair_lock);
	return ret;
}

static int ion_pair_bind(struct ion_channel *ch, const struct ion_bind *how)
{
	struct ion_pair_end *end, *other = NULL;
	int ret;

	if (how->arg[0] || how->arg[1])
		return -EINVAL;
	end = ion_pair_end_create(ch, how);
	if (!end)
		return -ENOMEM;
	ion_channel_set_async(ch, ION_ASYNC_ANY);
	ion_channel_set_private(ch, end);
	ret = ion_pair_meet(end, how->peer, &other);
	if (ret) {
		ion_pair_end_put(end);
		return ret;
	}
	if (other) {
		ion_pair_begin(end, other);
		ion_pair_end_put(other);
	}
	return 0;
}

static int ion_pair_join(struct ion_channel *ch, struct ion_channel *other)
{
	struct ion_pair_end *a = ion_channel_private(ch);
	struct ion_pair_end *b = ion_channel_private(other);
	int ret;

	spin_lock(&ion_pair_lock);
	if (!a->joined && !b->joined &&
	    (ion_pair_is_hungup(a) || ion_pair_is_hungup(b)))
		ret = -EPIPE;
	else
		ret = ion_pair_join_ends(a, b);
	spin_unlock(&ion_pair_lock);
	if (!ret)
		ion_pair_begin(a, b);
	return ret;
}

/*
 * End a channel whose peer sends nothing more. The program gets its buffers back before
 * the hang-up. Until there is room for them, it only learns that the peer has gone.
 */
static void ion_pair_leave(struct ion_pair_end *end)
{
	if (ion_pair_unsent(end))
		ion_channel_set_undelivered(end->ch);
	if (ion_pair_return_buffers(end))
		ion_channel_hangup(end->ch);
	else
		ion_channel_set_peer_gone(end->ch);
}

/* The peer has gone: drop it once everything that it sent has crossed. */
static void ion_pair_finish(struct ion_pair_end *end, struct ion_pair_end *peer)
{
	if (!ion_pair_drained(peer)) {
		if (ion_pair_unsent(end))
			ion_channel_set_undelivered(end->ch);
		ion_channel_set_peer_gone(end->ch);
		return;
	}
	WRITE_ONCE(end->alone, true);
	ion_pair_set_peer(end, NULL);
	ion_pair_leave(end);
}

static void ion_pair_doorbell(struct ion_channel *ch)
{
	struct ion_pair_end *end = ion_channel_private(ch);
	struct ion_pair_end *peer = ion_pair_peer(end);

	if (!peer) {
		if (READ_ONCE(end->alone) && !ion_channel_error(ch))
			ion_pair_leave(end);
		return;
	}
	ion_pair_exchange(end, peer);
	ion_channel_notify(peer->ch);
	if (READ_ONCE(peer->gone))
		ion_pair_finish(end, peer);
	ion_pair_end_put(peer);
}

/*
 * The program has gone. What it sent crosses as far as there is room, and the peer
 * takes the rest when it has made room.
 */
static void ion_pair_unbind(struct ion_channel *ch)
{
	struct ion_pair_end *end = ion_channel_private(ch);
	struct ion_pair_end *peer;

	spin_lock(&ion_pair_lock);
	list_del_init(&end->waiting);
	spin_unlock(&ion_pair_lock);

	peer = ion_pair_peer(end);
	WRITE_ONCE(end->gone, true);
	if (peer) {
		ion_pair_exchange(end, peer);
		ion_channel_notify(peer->ch);
		ion_pair_finish(peer, end);
		ion_pair_end_put(peer);
	}
	ion_pair_set_peer(end, NULL);
	ion_pair_end_put(end);
}

static bool ion_pair_verify(struct ion_channel *ch,
			    const struct ion_cmd_packet *cmd,
			    const struct ion_opener **opener)
{
	struct ion_pair_end *end = ion_channel_private(ch);
	bool joined;

	spin_lock(&ion_pair_lock);
	joined = end->joined && end->stamp;
	spin_unlock(&ion_pair_lock);

	*opener = &end->opener;
	return joined && ion_pair_stamped(end->origin, cmd);
}

const struct ion_service_ops ion_pair_ops = {
	.name = "pair",
	.bind = ion_pair_bind,
	.unbind = ion_pair_unbind,
	.doorbell = ion_pair_doorbell,
	.join = ion_pair_join,
	.verify = ion_pair_verify,
	.connects = true,
};

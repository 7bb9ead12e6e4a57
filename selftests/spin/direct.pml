/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A ring of a direct channel: two programs move it, sleep and wake each other, and the
 * kernel only keeps the halves of their wake flags: see drivers/ion/direct.c.
 *
 * As in kernel-end.pml every access to a shared word is a step of its own, and a missing
 * full barrier is the load that comes before the store. Steps under the lock of the link
 * are one if nobody else can tell the difference. The two indices are loaded in one step:
 * each end has one thread that moves it.
 *
 * Side 0 pushes and sleeps while there is no room. Side 1 pops and sleeps while there
 * are too few packets; another thread of it only waits. tools/check/protocol gives the
 * parts:
 *	SLOTS		slots of the ring
 *	WAITS		the program calls WAIT, for any number of packets, with and without
 *			a timeout
 *	POLLS		it calls poll()
 *	EDGE, LEVEL	it has an epoll, or a multishot poll, which stays in the queue
 *	ARMS		it sleeps on its eventfd
 *	OTHERS		how often the other thread of side 1 waits
 *	CLOSES		side 0 may close
 * and M_..., one mistake, if any.
 */

#define MASK	(SLOTS - 1)
#define queued	((head - tail) & MASK)
#define usable(side)	(side -> queued : MASK - queued)

byte head, tail;

/* The halves of each program's wake flag, and those of its kernel end. */
byte program[2], kernel[2];

bit link_lock;
bit gone;		/* side 0 has closed */
bit hungup;		/* and side 1 was told */
bit eventfd[2];

/* The queues, by thread: 0 pushes, 1 pops, 2 is the other thread of side 1. */
#define side_of(thread)	(thread > 0)
byte waiter[3];		/* in ch->waiters: for how many it waits */
bit polls[2];		/* in ch->wait */
bit woken[2];		/* of it: to check again */
#if defined(EDGE) || defined(LEVEL)
#define registered	1	/* the epoll is always in ch->wait */
bit listed;		/* the epoll has it in its list of what to check */
#else
#define registered	0
#endif

/* What each thread sleeps for; 0: it does not. */
byte sleeps[3];

#define least(a, b)	((a) < (b) -> (a) : (b))

#define enough(side, n)	(usable(side) >= (n) || (side && hungup))

/* Somebody of the side is in a queue. */
#define others(side)	(side -> waiter[1] || waiter[2] || polls[1] || registered \
			      : waiter[0] || polls[0])

/* ion_waiting_wake(): everybody, as the half that was cleared stood for all. */
inline wake_waiter(thread)
{
	if
#ifdef M_DIRECT_WOKEN_FOR_MORE
	:: waiter[thread] && enough(side_of(thread), waiter[thread]) ->
		waiter[thread] = 0
#else
	:: waiter[thread] -> waiter[thread] = 0
#endif
	:: else
	fi
}

inline wake_poller(thread)
{
	if
	:: polls[thread] -> woken[thread] = 1
	:: else
	fi
}

inline wake_queues(side)
{
	if
	:: side == 0 ->
		wake_waiter(0);
		wake_poller(0)
	:: else ->
		wake_waiter(1);
		wake_waiter(2);
		wake_poller(1);
#if registered
		listed = 1;
#endif
	fi
}

/* Clear a half that is set and asks for no more than what is there. */
#define asked(half)	((half) && least(half, MASK) <= n)
#ifdef M_DIRECT_CLEARS_UNREADY
#define cleared(half)	(half)
#else
#define cleared(half)	asked(half)
#endif

/*
 * ion_direct_kick(), for the sleepers of @side. The kernel's half is only written under
 * the lock, so that it is taken in one step; the program may write its own meanwhile.
 */
inline kick(side)
{
	atomic {
		!link_lock -> link_lock = 1;
		if
		:: side == 0 && gone -> n = 0; was = 0; half = 0
		:: else ->
			n = usable(side);
			was = asked(kernel[side]);
			if
			:: cleared(kernel[side]) -> kernel[side] = 0
			:: else
			fi;
			half = program[side]
		fi
	};
	if
	:: cleared(half) -> program[side] = 0
	:: else
	fi;
	d_step {
		if
		:: asked(half) -> eventfd[side] = 1; taken = 1
		:: else
		fi;
		if
#ifdef M_DIRECT_CLEARED_SILENTLY
		:: was && !taken -> wake_queues(side)
#else
		:: was || taken -> wake_queues(side)
#endif
		:: else
		fi;
		n = 0;
		half = 0;
		taken = 0;
		was = 0;
		link_lock = 0
	}
}

/* After a push or a pop: (F), then check both halves of the peer. */
inline kick_if_needed(side)
{
	was = program[side];
	was = was || kernel[side];
	if
	:: was -> was = 0; kick(side)
	:: else
	fi
}

/* ion_direct_ask(): one store, under the lock. */
inline ask(side, want)
{
	atomic {
		!link_lock ->
		kernel[side] = (kernel[side] -> least(kernel[side], want) : want)
	}
}

/* ion_direct_unask(), by a thread that has left the queue. */
inline unask(side)
{
	atomic {
		!link_lock ->
		if
#ifdef M_DIRECT_UNASK_UNCHECKED
		:: true -> kernel[side] = 0
#else
		:: !others(side) -> kernel[side] = 0
		:: else
#endif
		fi
	}
}

/* Set the half and check the ring: there is enough if @was. */
inline ask_and_check(side, want)
{
#ifdef M_DIRECT_ASK_WITHOUT_E
	if
	:: was = enough(side, want); ask(side, want)
	:: ask(side, want); was = enough(side, want)
	fi
#else
	ask(side, want);
#ifndef M_DIRECT_ASK_WITHOUT_CHECK
	was = enough(side, want)
#endif
#endif
}

/* ION_IOC_WAIT, read() and write(): @n packets or slots, perhaps with a timeout. */
inline wait_in_call(thread, n, timed)
{
	kick(1 - side_of(thread));
	do
	:: true ->
#ifdef M_DIRECT_ASK_BEFORE_QUEUE
		ask(side_of(thread), n);
		was = enough(side_of(thread), n);
		waiter[thread] = n;
#else
		waiter[thread] = n;
		ask_and_check(side_of(thread), n);
#endif
		if
		:: was -> break
		:: else
		fi;
		if
		:: timed -> break
		:: !timed ->
			sleeps[thread] = n;
			!waiter[thread];
			sleeps[thread] = 0;
			if
			:: enough(side_of(thread), n) -> break
			:: else -> unask(side_of(thread))
			fi
		/* The timeout comes after a while. */
		:: timed -> !waiter[thread]; break
		fi
	od;
	was = 0;
	waiter[thread] = 0;
	unask(side_of(thread))
}

/* poll() */
inline wait_in_poll(thread)
{
	polls[thread] = 1;
	kick(1 - side_of(thread));
	do
	:: woken[thread] = 0;
		ask_and_check(side_of(thread), 1);
		if
		:: was -> break
		:: else ->
			sleeps[thread] = 1;
			woken[thread];
			sleeps[thread] = 0
		fi
	od;
	was = 0;
	d_step { polls[thread] = 0; woken[thread] = 0 }
}

#if registered
/*
 * epoll_wait(), of a thread that has taken all that there was if it is edge-triggered.
 * A multishot poll is the same, but that io_uring checks.
 */
inline wait_in_epoll()
{
	do
	:: sleeps[1] = 1;
		listed;
		sleeps[1] = 0;
		listed = 0;
#ifdef M_DIRECT_EDGE_WITHOUT_ASK
		was = enough(1, 1);
		if
		:: !was -> ask_and_check(1, 1)
		:: else
		fi;
#else
		ask_and_check(1, 1);
#endif
		if
		:: was -> break
		:: else
		fi
	od;
#ifdef LEVEL
	listed = 1;
#endif
	was = 0
}
#endif

/* ionc_arm(), and the sleep; a half of the peer that is set asks for a kick. */
inline wait_on_eventfd(side)
{
	do
	:: eventfd[side] = 0;
		program[side] = 1;
		was = kernel[1 - side];
		was = was || program[1 - side];
		if
		:: was ->
			kick(1 - side);
			was = side && hungup
		:: else
		fi;
		was = was || usable(side) > 0;
		if
		:: was -> break
		:: else ->
			sleeps[side] = 1;
			eventfd[side];
			sleeps[side] = 0
		fi
	od;
	was = 0;
#ifdef M_DIRECT_ONE_HALF
	kernel[side] = 0;
#endif
	program[side] = 0
}

/* ion_direct_unbind() of side 0: set its halves, notify the peer. */
inline close()
{
	atomic { !link_lock -> link_lock = 1; gone = 1 };
#ifndef M_DIRECT_GONE_WITHOUT_HALVES
	kernel[0] = 1;
#endif
	hungup = 1;
#ifndef M_DIRECT_HANGUP_SILENT
	if
	:: program[1] -> eventfd[1] = 1
	:: else
	fi;
	d_step { wake_queues(1) };
#endif
	link_lock = 0
}

inline push()
{
#ifdef M_DIRECT_PUSH_WITHOUT_F
	if
	:: was = program[1]; was = was || kernel[1]; head = (head + 1) & MASK
	:: head = (head + 1) & MASK; was = program[1]; was = was || kernel[1]
	fi;
	if
	:: was -> was = 0; kick(1)
	:: else
	fi
#else
	head = (head + 1) & MASK;
	kick_if_needed(1)
#endif
}

active proctype Pushes()
{
	byte n, half;
	bit taken, was;

	do
	:: usable(0) > 0 -> push()
#ifdef WAITS
	:: usable(0) == 0 -> wait_in_call(0, 1, 0)
#endif
#ifdef POLLS
	:: usable(0) == 0 -> wait_in_poll(0)
#endif
#ifdef ARMS
	:: usable(0) == 0 -> wait_on_eventfd(0)
#endif
	:: break
	od;
#ifdef CLOSES
	close()
#endif
}

active proctype Pops()
{
	byte n, half;
	bit taken, was;

#if registered
	ask_and_check(1, 1);
	if
	:: was -> listed = 1; was = 0
	:: else
	fi;
#endif
	do
	:: usable(1) > 0 ->
		tail = (tail + 1) & MASK;
		kick_if_needed(0)
#ifdef WAITS
	:: wait_in_call(1, 1, 0)
#if SLOTS > 2
	:: wait_in_call(1, 2, 0)
#endif
#endif
#ifdef POLLS
	:: wait_in_poll(1)
#endif
#ifdef LEVEL
	:: wait_in_epoll()
#endif
#ifdef EDGE
	:: usable(1) == 0 -> wait_in_epoll()
#endif
#ifdef ARMS
	:: wait_on_eventfd(1)
#endif
	:: hungup -> break
	:: break
	od
}

#if OTHERS > 0
active proctype Other()
{
	byte n, half, times;
	bit taken, was;

	do
	:: times < OTHERS ->
		times++;
		if
		:: wait_in_call(2, 1, 1)
		:: wait_in_call(2, 1, 0)
#if SLOTS > 2
		:: wait_in_call(2, 2, 1)
		:: wait_in_call(2, 2, 0)
#endif
		fi
	:: break
	od
}
#endif

/* When nobody can take a step: nobody sleeps although there is enough. */
#define slept_through(thread)	(sleeps[thread] && enough(side_of(thread), sleeps[thread]))

active proctype Rest()
{
end_rests:
	timeout ->
	assert(!link_lock);
	assert(!slept_through(0) || gone);
	assert(!slept_through(1));
	assert(!slept_through(2))
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel end of a channel as one protocol: when it runs, when it sleeps, and
 * who must kick it. See Documentation/kernel-end.rst for the states and events.
 *
 * Every access to a shared word is a step of its own, and so are taking and
 * releasing a lock. Accesses are sequentially consistent: selftests/litmus proves
 * that the barriers make them so. A missing full barrier between a store and a later
 * load is modelled by doing the load first; that is all that such a mistake can cause.
 *
 * tools/check/model gives the sizes and parts:
 *	SLOTS		slots of each ring
 *	ECHO, SOURCE	the service: what comes on tx goes to rx, or rx is kept full
 *	OBEYS, POLLS	the program checks the wake flags and kicks, or it calls
 *			poll() instead
 *	OTHER		what another thread of the program does, as a set of
 *			KICK, RESET and SIGNAL, in any order, OTHER_MOST times
 *	LENDS		how often a thread is lent
 *	WAITS		the program sleeps until an answer comes
 *	ASYNC		the service also takes from tx in another context, and arms it,
 *			ARMS times
 *	LIVE		for the property of liveness: the program never stops
 * and M_..., one mistake, if any (selftests/spin/mistakes).
 */

#define KICK	1
#define RESET	2
#define SIGNAL	4

#define MASK	(SLOTS - 1)
#define queued(head, tail)	(((head) - (tail)) & MASK)
#define room(head, tail)	(MASK - queued(head, tail))

/* The state of the kernel end. */
#define SLEEPING	0
#define LENT		1
#define LENT_SLEEPING	2
#define LENT_KICKED	3
byte state = SLEEPING;

#ifdef SOURCE
#define WANTS_ROOM	1	/* rx was filled once */
#else
#define WANTS_ROOM	0
#endif

/* Shared with the program: indices and wake flags. */
byte tx_head, tx_tail;		/* the program pushes, the kernel end pops */
byte rx_head = WANTS_ROOM * MASK;	/* the kernel end pushes */
byte rx_tail;			/* the program pops */
bit tx_flag = 1, rx_flag = WANTS_ROOM;	/* of the kernel end */
bit user_flag;			/* of the program, for rx */

/* Private to the kernel: under state_lock, and the rest under end_mutex. */
bit tx_asleep = 1, rx_asleep = WANTS_ROOM;
bit stalled = WANTS_ROOM;		/* a push found no room */
byte tx_seen, rx_seen;		/* the program's indices as last seen */

bit end_mutex, state_lock, kick_pending;
#ifdef ASYNC
bit ring_lock;			/* of tx */
bit polled;			/* the service disarmed tx: it polls the ring */
#else
#define polled	0
#endif
bit signalled;			/* to the lent thread: a signal, or a close */
bit user_lock;			/* the program's own, for the user ends */
bit waiter;			/* sleeps in ION_IOC_WAIT: in ch->waiters */
bit eventfd;
#ifdef WAITS
bit waiting;			/* the program sleeps */
byte due;			/* answers that it has not popped yet */
#define add_due(n)	due = due + (n)
#else
#define waiting		0
#define add_due(n)	skip
#endif

#define lock(l)		atomic { !l -> l = 1 }
#define unlock(l)	l = 0

/*
 * Wake flags. The private copy saves a read of shared memory, so the two must
 * agree.
 */
#define set_tx()	d_step { if :: !tx_asleep -> tx_asleep = 1; tx_flag = 1 \
				    :: else fi }
#define set_rx()	d_step { if :: !rx_asleep -> rx_asleep = 1; rx_flag = 1 \
				    :: else fi }
#define clear_tx()	d_step { tx_asleep = 0; tx_flag = 0 }
#define clear_rx()	d_step { rx_asleep = 0; rx_flag = 0 }

inline set_flags()
{
	if
	:: !polled -> set_tx()
	:: else
	fi;
	if
	:: stalled -> set_rx()
	:: else
	fi
}

inline clear_flags()
{
	clear_tx();
	clear_rx()
}

/* What a kick does to the flags. */
inline take_flags_back()
{
#ifdef M_FLAG_WITHOUT_ASLEEP
	tx_flag = 0;
	rx_flag = 0
#else
	clear_flags()
#endif
}

/*
 * Wake the program for what was published: (F), then check who sleeps. A waiter is
 * woken, and removed from the queue, if what it waits for is there.
 */
inline notify()
{
#ifdef WAITS
	if
	:: waiter ->
		if
		:: rx_head != rx_tail -> waiter = 0
		:: else
		fi
	:: else
	fi;
#ifndef M_NOTIFY_EARLY
	if
	:: user_flag -> eventfd = 1
	:: else
	fi
#endif
#else
	skip
#endif
}

/* One run of the service, end_mutex held. Each index is loaded once. */
inline pass()
{
#ifdef ASYNC
	lock(ring_lock);
#endif
	h = tx_head;
	t = rx_tail;
	d_step {
		tx_seen = h;
		rx_seen = t;
		n = room(rx_head, t);
#ifdef SOURCE
		stalled = 1;
#else
		stalled = queued(h, tx_tail) > n;
		if
		:: queued(h, tx_tail) < n -> n = queued(h, tx_tail)
		:: else
		fi;
#endif
		t = 0;
	};
#ifdef M_NOTIFY_EARLY
	if
	:: user_flag -> eventfd = 1
	:: else
	fi;
#endif
	if
	:: n > 0 -> rx_head = (rx_head + n) & MASK
	:: else
	fi;
#ifdef SOURCE
	tx_tail = h;
#else
	if
	:: n > 0 -> tx_tail = (tx_tail + n) & MASK
	:: else
	fi;
#endif
#ifdef ASYNC
	unlock(ring_lock);
#endif
	if
	:: n > 0 -> notify()
	:: else
	fi;
	d_step { n = 0; h = 0 }
}

/* Check whether the program has moved on since the last pass. */
inline find_work()
{
#ifdef ASYNC
	lock(ring_lock);
#endif
	h = tx_head;
	work = h != tx_seen;
	h = 0;
#ifdef ASYNC
	unlock(ring_lock);
#endif
#ifndef M_IDLE_CHECKS_TX_ONLY
	if
	:: stalled && rx_tail != rx_seen -> work = 1
	:: else
	fi
#endif
}

/*
 * Ask for a kick when there is room, if something waits for it. The flag of tx
 * is 1 all the time. A lent thread that came meanwhile sets its flags itself.
 */
inline rest()
{
	do
	:: stalled ->
		lock(state_lock);
#ifdef M_STALL_WITHOUT_FLAG
		work = 0;
#else
		if
#ifdef M_REST_BESIDE_LENT
		:: !rx_asleep -> work = 1; set_rx()
#else
		:: state == SLEEPING && !rx_asleep -> work = 1; set_rx()
#endif
		:: else -> work = 0
		fi;
#endif
		unlock(state_lock);
		if
		:: work ->
#ifndef M_REST_WITHOUT_CHECK
			if
			:: rx_tail != rx_seen -> pass()
			:: else -> break
			fi
#else
			break
#endif
		:: else -> break
		fi
	:: else -> break
	od;
	work = 0
}

/* A kick in the caller's context, end_mutex held. */
inline run_kernel_end()
{
	if
#ifdef M_RUN_BESIDE_LENT
	:: true ->
#else
	:: state == SLEEPING ->
#endif
		if
		:: rx_asleep ->
			lock(state_lock);
			clear_rx();
			unlock(state_lock)
		:: else
		fi;
		stalled = 0;
		pass();
		rest()
	:: else
	fi
}

/* What somebody left to the owner of end_mutex. */
inline run_pending()
{
	do
	:: kick_pending ->
		if
		:: atomic { !end_mutex -> end_mutex = 1 } ->
#ifdef M_PENDING_CLEARED_LATE
			run_kernel_end();
			kick_pending = 0;
#else
			kick_pending = 0;
			run_kernel_end();
#endif
			unlock(end_mutex)
		:: else -> break
		fi
	:: else -> break
	od
}

inline unlock_end()
{
	unlock(end_mutex);
#ifndef M_PENDING_NOT_CHECKED
	run_pending()
#endif
}

/* For who must not wait: poll(), and a thread that leaves SERVE. */
inline try_kick()
{
#ifdef M_TRY_WITHOUT_PENDING
	if
	:: atomic { !end_mutex -> end_mutex = 1 } ->
		run_kernel_end();
		unlock_end()
	:: else
	fi
#else
	kick_pending = 1;
#ifndef M_TRY_LEAVES_IT
	run_pending()
#endif
#endif
}

/* Take the wake flags back from a lent thread, and wake it if it sleeps. */
inline kick_lent()
{
	if
	:: state != SLEEPING ->
		lock(state_lock);
		if
		:: state == LENT_SLEEPING ->
			take_flags_back();
			state = LENT_KICKED;
			done = 1
		:: state == LENT ->
			take_flags_back();
			done = 1
		:: state == LENT_KICKED ->
			done = 1
		:: else
		fi;
		unlock(state_lock)
	:: else
	fi
}

inline kick()
{
	kick_lent();
	if
	:: !done ->
		lock(end_mutex);
		run_kernel_end();
		unlock_end()
	:: else
	fi;
	done = 0
}

/* poll(): for a program that has not looked at the flags. */
inline poll()
{
	if
	:: state == SLEEPING -> try_kick()
	:: else ->
		kick_lent();
		if
		:: !done -> try_kick()
		:: else
		fi;
		done = 0
	fi
}

inline reset()
{
	lock(user_lock);
	lock(end_mutex);
	tx_tail = tx_head;
	d_step {
		tx_seen = tx_tail;
		rx_tail = rx_head;
		rx_seen = rx_tail;
		stalled = 0;
	};
	lock(state_lock);
	clear_rx();
#ifndef M_RESET_WITHOUT_WAKE
	if
	:: state == LENT_SLEEPING ->
		clear_tx();
		state = LENT_KICKED
	:: else
	fi;
#endif
	unlock(state_lock);
	notify();
	run_kernel_end();
	unlock_end();
	unlock(user_lock)
}

/* The program, or one thread of it, that uses the rings. */

/* After a push to tx or a pop from rx: (F), then check the flag. */
inline kick_if_needed(flag)
{
	if
	:: flag -> kick()
	:: else
	fi
}

inline after(flag)
{
#ifdef POLLS
	poll()
#else
	kick_if_needed(flag)
#endif
}

inline push()
{
	lock(user_lock);
	t = tx_tail;
	if
	:: room(tx_head, t) > 0 ->
		d_step { t = 0; add_due(1) };
#ifdef M_PUSH_WITHOUT_F
		if
		:: work = tx_flag; tx_head = (tx_head + 1) & MASK
		:: tx_head = (tx_head + 1) & MASK; work = tx_flag
		fi;
		unlock(user_lock);
		if
		:: work -> work = 0; kick()
		:: else
		fi
#else
		tx_head = (tx_head + 1) & MASK;
		unlock(user_lock);
		after(tx_flag)
#endif
	:: else ->
		t = 0;
		unlock(user_lock)
	fi
}

inline pop()
{
	lock(user_lock);
	h = rx_head;
	if
	:: h != rx_tail ->
		d_step { h = 0; add_due(-1) };
		rx_tail = (rx_tail + 1) & MASK;
		unlock(user_lock);
		after(rx_flag)
	:: else ->
		h = 0;
		unlock(user_lock)
	fi
}

#ifdef WAITS
/* ION_IOC_WAIT: kick; then, in the queue, check and sleep until taken from it. */
inline wait_by_call()
{
	poll();
	skip;
	do
	:: !due -> break
	:: else ->
#ifdef M_WAITER_CHECKS_FIRST
		work = rx_head != rx_tail;
		waiter = 1;
#else
		waiter = 1;
		work = rx_head != rx_tail;
#endif
		if
		:: work -> break
		:: else
		fi;
		waiting = 1;
		!waiter -> waiting = 0
	od;
	waiter = 0;
	work = 0
}

/* The eventfd: set the own flag, (E), check again, sleep. */
inline wait_by_eventfd()
{
	eventfd = 0;
	do
	:: !due -> break
	:: else ->
		eventfd = 0;
#ifdef M_SLEEP_WITHOUT_E
		if
		:: work = rx_head != rx_tail; user_flag = 1
		:: user_flag = 1; work = rx_head != rx_tail
		fi;
#else
		user_flag = 1;
		work = rx_head != rx_tail;
#endif
		if
		:: work -> break
		:: else
		fi;
		waiting = 1;
		eventfd -> waiting = 0
	od;
	work = 0;
	user_flag = 0
}
#endif

active proctype Program()
{
	byte h, t, n;
	bit work, done;

	do
#ifndef SOURCE
	:: push()
#endif
	:: pop()
#ifdef WAITS
	:: wait_by_call()
	:: wait_by_eventfd()
#endif
#ifndef LIVE
	:: break
#endif
	od
}

#if OTHER_MOST > 0
active proctype Other()
{
	byte h, t, n, times;
	bit work, done;

	do
	:: times < OTHER_MOST ->
		times++;
		if
#if OTHER & KICK
		:: kick()
#endif
#if OTHER & RESET
		:: reset()
#endif
#if OTHER & SIGNAL
		:: signalled = 1
#endif
		fi
	:: break
	od
}
#endif

#ifdef ASYNC
/*
 * Another context of the service: disarm tx, take what comes, arm it again in
 * whatever state the kernel end is, (E), check once more.
 */
active proctype Service()
{
	byte h, times;

	do
	:: times < ARMS ->
		times++;
		lock(state_lock);
		polled = 1;
		clear_tx();
		unlock(state_lock);
		do
		:: lock(ring_lock);
			h = tx_head;
			tx_seen = h;
			tx_tail = h;
			h = 0;
			lock(state_lock);
			polled = 0;
			set_tx();
			unlock(state_lock);
#ifdef M_ARM_WITHOUT_LOOK
			unlock(ring_lock);
			break
#else
			h = tx_head;
			unlock(ring_lock);
			if
			:: h == tx_seen -> break
			:: else
			fi
#endif
		od;
		h = 0
	:: break
	od
}
#endif

#if LENDS > 0
/* Go to sleep, end_mutex held. */
inline idle()
{
#ifdef M_FLAGS_BEFORE_STATE
	lock(state_lock);
	set_flags();
	unlock(state_lock);
	lock(state_lock);
	state = LENT_SLEEPING;
	unlock(state_lock);
	find_work()
#elif defined(M_STATE_AFTER_CHECK)
	lock(state_lock);
	set_flags();
	unlock(state_lock);
	find_work();
	lock(state_lock);
	state = LENT_SLEEPING;
	unlock(state_lock)
#elif defined(M_IDLE_WITHOUT_E)
	if
	:: find_work();
		lock(state_lock);
		state = LENT_SLEEPING;
		set_flags();
		unlock(state_lock)
	:: lock(state_lock);
		state = LENT_SLEEPING;
		set_flags();
		unlock(state_lock);
		find_work()
	fi
#else
	lock(state_lock);
	state = LENT_SLEEPING;
	set_flags();
	unlock(state_lock);
#ifndef M_IDLE_WITHOUT_CHECK
	find_work()
#endif
#endif
}

inline awake()
{
	lock(state_lock);
	state = LENT;
	clear_flags();
	unlock(state_lock)
}

/* end_mutex as a call takes it that can be killed. */
inline lock_end_killable()
{
	if
	:: atomic { !end_mutex -> end_mutex = 1 }
	:: signalled -> break
	fi
}

/* From here to its end: whatever the reason is. */
inline leave()
{
#ifdef M_LEAVE_KICKS_FIRST
	lock(state_lock);
	state = SLEEPING;
	unlock(state_lock);
	try_kick();
	lock(state_lock);
	set_flags();
	unlock(state_lock)
#else
	lock(state_lock);
#ifdef M_LEAVE_KICKED_WITHOUT_FLAGS
	if
	:: state == LENT -> set_flags()
	:: else
	fi;
	state = SLEEPING;
#else
	state = SLEEPING;
	set_flags();
#endif
	unlock(state_lock);
#ifndef M_LEAVE_WITHOUT_KICK
	try_kick()
#endif
#endif
}

active proctype Lent()
{
	byte h, t, n, times;
	bit work;

	do
	:: times < LENDS ->
		times++;
		awake();
		do
		:: lock_end_killable();
			pass();
			if
			:: signalled -> unlock_end(); break
			/* Others want the ends, or there was work. */
			:: unlock_end()
			:: idle();
				if
				:: work ->
					work = 0;
					awake();
					unlock_end()
				:: else ->
					unlock_end();
end_asleep:				state != LENT_SLEEPING || signalled;
					if
					:: signalled -> break
					:: else -> awake()
					fi
				fi
			fi
		od;
		leave();
		signalled = 0
	:: break
	od
}
#endif

/* What state_lock guards, whenever it is free. */
#define lent_awake	(state == LENT || state == LENT_KICKED)
#define flags_agree	(tx_asleep == tx_flag && rx_asleep == rx_flag)
#ifdef ASYNC
#define flags_fit	(lent_awake || tx_flag || polled)	/* or armed */
#else
#define flags_fit	(lent_awake -> !tx_flag && !rx_flag : tx_flag)
#endif
/* Besides, when nobody owns the ends. */
#define room_wanted	(lent_awake || !stalled || rx_flag)

active proctype Invariant()
{
end_holds:
	atomic {
		!state_lock && (!flags_agree || !flags_fit ||
				(!end_mutex && !room_wanted)) ->
		assert(flags_agree);
		assert(flags_fit);
		assert(end_mutex || room_wanted)
	}
}

#ifdef LIVE
/* Fairly scheduled, what was pushed is handled as soon as there is room. */
#define to_do	(tx_head != tx_tail && room(rx_head, rx_tail) > 0)
ltl handled { [] (to_do -> <> !to_do) }
#endif

/* When nobody can take a step: nothing may be left to do. */
active proctype Rest()
{
end_rests:
	timeout ->
	assert(!end_mutex && !state_lock && !user_lock && !kick_pending);
	assert(state == SLEEPING || state == LENT_SLEEPING);
	assert(tx_flag);
#ifdef SOURCE
	assert(room(rx_head, rx_tail) == 0);
#endif
	assert(tx_head == tx_tail || room(rx_head, rx_tail) == 0);
	assert(room(rx_head, rx_tail) > 0 || !stalled || rx_flag);
	assert(!waiting || rx_head == rx_tail)
}

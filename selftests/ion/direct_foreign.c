// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of another user, in a process of its own, that obeys no rule on the memory that
 * it shares with a server: it overwrites its words and slots at random, kicks, comes and
 * goes, and is killed. Meanwhile the server makes every call on its side. Nothing may hang,
 * each call returns a result that is allowed, what the server wrote stays as it was, and
 * nothing is left of the client.
 */
#include <sys/prctl.h>
#include <sys/stat.h>

#include "direct_hostile.h"
#include "long_test.h"
#include "port_test.h"

#define CALLERS 3

/**
 * struct foreign - a round
 * @server: the server's channel
 * @client: the process of the client
 * @over: all threads must return
 * @calls: how many calls were made
 * @refused: how many of them returned EPROTO
 */
struct foreign {
	struct channel server;
	pid_t client;
	bool over;
	__u64 calls;
	__u64 refused;
};

static struct foreign foreign;

/* ---- the client -------------------------------------------------------- */

static int client_connects(struct channel *ch)
{
	struct ion_setup setup;

	arena_wants(&setup, ION_LAYOUT_SPLIT, "direct", HOSTILE_SLOTS,
		    HOSTILE_BUFFERS, 4096);
	setup.flags = ION_SETUP_CONNECT;
	ion_setup_key(&setup, PORT_NAME);
	return channel_open_live(ch, &setup);
}

/* Calls that make no sense here, with fields that make none. */
static void client_calls(struct channel *ch, __u64 *random)
{
	static const struct {
		unsigned long call;
		__u32 size;
	} calls[] = {
		{ ION_IOC_SETUP, sizeof(struct ion_setup) },
		{ ION_IOC_RESET, 0 },
		{ ION_IOC_SERVE, sizeof(struct ion_serve) },
		{ ION_IOC_PAIR, sizeof(struct ion_accept) },
		{ ION_IOC_ACCEPT, sizeof(struct ion_accept) },
		{ ION_IOC_JOIN, sizeof(struct ion_join) },
		{ ION_IOC_PUSH, sizeof(struct ion_batch) },
		{ ION_IOC_POP, sizeof(struct ion_batch) },
		{ ION_IOC_PEEK, sizeof(struct ion_batch) },
		{ ION_IOC_EVENTFD, sizeof(struct ion_eventfd) },
	};
	unsigned int nr = random_below(random, ARRAY_SIZE(calls)), i;
	__u32 arg[sizeof(struct ion_setup) / sizeof(__u32)] = { 0 };

	arg[0] = calls[nr].size;
	for (i = 1; i < arg[0] / sizeof(__u32); i++)
		arg[i] = random_below(random, 4) * random_next(random);
	ion_call(ch->fd, calls[nr].call, arg[0] ? arg : NULL);
}

static void client_runs(__u64 random)
{
	struct channel ch;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (ion_drop_privileges() || client_connects(&ch))
		_exit(1);
	for (;;) {
		hostile_scribble(&ch, &random);
		if (!random_below(&random, 64))
			sched_yield();
		if (!random_below(&random, 1024))
			client_calls(&ch, &random);
		if (!random_below(&random, 1 << 18))
			_exit(0);
	}
}

/* ---- the server -------------------------------------------------------- */

static int call_on(struct task *task)
{
	__u64 random = task->arg[0];
	int ret;

	while (!READ_ONCE(foreign.over)) {
		ret = victim_call(task->ch, &random);
		/* The client may have gone by itself. */
		if (!victim_may_get(ret) && ret != -EPIPE)
			return ret;
		__atomic_fetch_add(&foreign.calls, 1, __ATOMIC_RELAXED);
		if (ret == -EPROTO)
			__atomic_fetch_add(&foreign.refused, 1,
					   __ATOMIC_RELAXED);
	}
	return 0;
}

/* Start a client, and accept it: not, if it has left before. */
static int client_begins(struct foreign *f, int listener, __u64 *random)
{
	__u64 own = random_next(random);
	struct ion_accept accept;
	int ret;

	f->client = fork();
	if (!f->client)
		client_runs(own);
	if (ion_poll_for(listener, POLLIN, LONG_MS) != POLLIN)
		return -EAGAIN;
	ret = port_accept(&f->server, listener, &accept);
	if (!ret && accept.uid == getuid())
		long_test_stop("the client is of the same user");
	return ret;
}

static void client_ends(struct foreign *f)
{
	kill(f->client, SIGKILL);
	waitpid(f->client, NULL, 0);
}

static void round_open(struct foreign *f, int listener, __u64 *random)
{
	unsigned int tries = 0;
	int ret;

	memset(f, 0, sizeof(*f));
	while ((ret = client_begins(f, listener, random)) == -EAGAIN &&
	       tries++ < 3)
		client_ends(f);
	if (ret)
		long_test_stop("no client: %s", strerror(-ret));
	memset(channel_at(&f->server, ION_MMAP_ARENA), 0x5a,
	       HOSTILE_BUFFERS * 4096);
}

/* No client can write to the arena of the server. */
static bool arena_is_untouched(struct foreign *f)
{
	const unsigned char *at = channel_at(&f->server, ION_MMAP_ARENA);
	unsigned int i;

	for (i = 0; i < HOSTILE_BUFFERS * 4096; i++)
		if (at[i] != 0x5a)
			return false;
	return true;
}

/* Whatever the words of the client are now, the server learns that it has gone. */
static bool server_is_told(struct foreign *f)
{
	struct ion_peer peer;

	return ion_poll_for(f->server.fd, POLLIN | POLLRDHUP, 0) &
		       (POLLRDHUP | POLLERR) &&
	       ion_kick(f->server.fd) == -EPIPE &&
	       !port_peer(f->server.fd, &peer) && peer.state == ION_PEER_GONE;
}

static void round_run(unsigned int number, int listener, __u64 *random)
{
	struct foreign *f = &foreign;
	struct task caller[CALLERS];
	unsigned int i;
	int ret = 0;

	round_open(f, listener, random);
	for (i = 0; i < CALLERS; i++)
		task_start(&caller[i], call_on, &f->server, random_next(random),
			   0);
	sleep_ns((50 + random_below(random, 200)) * MS);
	client_ends(f);
	sleep_ns(random_below(random, 20) * MS);
	WRITE_ONCE(f->over, true);
	for (i = 0; i < CALLERS; i++)
		ret = victim_end(&caller[i]) ?: ret;
	if (ret)
		long_test_stop("round %u: a call returned %d (%s)", number, ret,
			       strerror(-ret));
	if (!arena_is_untouched(f))
		long_test_stop("round %u: the client wrote to a foreign arena",
			       number);
	if (!server_is_told(f))
		long_test_stop("round %u: the server is not told", number);
}

static void all_rounds(int listener)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	__u64 random = long_test.options.seed, calls = 0, refused = 0;
	struct usage before = usage_now();
	unsigned int number = 0;

	while (now_ns() < until) {
		round_run(number, listener, &random);
		calls += foreign.calls;
		refused += foreign.refused;
		channel_close(&foreign.server);
		if (!usage_returns_to(&before))
			long_test_stop("round %u: something is left", number);
		number++;
	}
	printf("# seed %llu: %u rounds, %llu calls, %llu of them EPROTO\n",
	       long_test.options.seed, number, calls, refused);
	long_test_result(refused, "a server notices what the client writes");
}

static void run(void)
{
	int listener = port_listen("direct", 0666, 1);

	task_handle_signal(0);
	/* For a client without the rights of root. */
	if (listener < 0 || fcntl(listener, F_SETFL, O_NONBLOCK) ||
	    chmod(ION_DEVICE, 0666))
		long_test_stop("no port: %d", listener);
	all_rounds(listener);
	chmod(ION_DEVICE, 0660);
	close(listener);
	long_test_result(true, "nothing hangs, and nothing is left of it");
}

static unsigned int results(void)
{
	return 2;
}

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED,
		.seconds = 3,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};

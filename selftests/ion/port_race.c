// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random programs that listen, connect, accept, pair, close and are killed, on two ports.
 * No client may be connected twice, each that stays is accepted or hung up, and what all
 * of them had is freed at the end.
 */
#include <sys/wait.h>

#include "ion_test.h"
#include "long_test.h"
#include "port_test.h"
#include "random.h"

#define PORTS	  2
#define PROCESSES 4
#define SERVERS	  2
#define CLIENTS	  3

/* Channels are remembered by number; as many as this are not open at once. */
#define REMEMBERED 65536

/**
 * struct race - memory that the processes share
 * @taken: numbers of the clients that were accepted
 * @accepted: number of clients that were accepted
 * @paired: number of channels that PAIR gave another side
 * @hungup: number of clients that were hung up
 * @over: the processes end
 * @fault: what went wrong, and @channel where
 */
struct race {
	__u64 taken[REMEMBERED];
	__u64 accepted;
	__u64 paired;
	__u64 hungup;
	bool over;
	const char *fault;
	__u64 channel;
};

static struct race *race;

static void fail(const char *fault, __u64 channel)
{
	WRITE_ONCE(race->channel, channel);
	/* Pairs with the acquire in watch(): the number is there. */
	smp_store_release(&race->fault, fault);
}

static void count(__u64 *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static const char *random_service(__u64 *random)
{
	return random_one_in(random, 2) ? "direct" : "pair";
}

static void random_name(struct ion_setup *setup, __u64 *random)
{
	static const char *const names[PORTS] = { "race 0", "race 1" };

	memset(setup->key, 0, sizeof(setup->key));
	ion_setup_key(setup, names[random_below(random, PORTS)]);
}

/* ---- servers ----------------------------------------------------------- */

/* The first packet of a client is the number of its channel, if it came so far. */
static void check_accepted(struct channel *ch, const struct ion_accept *accept)
{
	__u64 *taken = &race->taken[accept->channel % REMEMBERED];
	struct ion_peer peer;

	count(&race->accepted);
	if (__atomic_exchange_n(taken, accept->channel, __ATOMIC_RELAXED) ==
	    accept->channel)
		fail("a client was accepted twice", accept->channel);
	if (port_peer(ch->fd, &peer) ||
	    (peer.channel && peer.channel != accept->channel))
		fail("the peer is not the client", accept->channel);
	if (ion_ring_peek(&ch->rx, 1) &&
	    ion_pop_from(ch, accept->channel, 1) != 1)
		fail("a packet of another client", accept->channel);
}

/* Accept until the listener is over; several threads do so at once. */
static int accepts(struct task *task)
{
	const bool *over = (const bool *)(unsigned long)task->arg[1];
	struct ion_accept accept;
	struct channel ch;
	int ret;

	while (!READ_ONCE(*over)) {
		ret = port_accept(&ch, (int)task->arg[0], &accept);
		if (!ret)
			check_accepted(&ch, &accept);
		else if (ret == -EAGAIN)
			ion_poll_for((int)task->arg[0], POLLIN, 1);
		else if (ret != -EINTR && !READ_ONCE(*over))
			fail("an error of ACCEPT", (__u64)-ret);
		if (!ret)
			channel_close(&ch);
	}
	return 0;
}

static int listens(__u64 *random)
{
	int flags = random_one_in(random, 2) ? O_NONBLOCK : 0;
	int fd = ion_open(O_RDWR | flags), ret;
	struct ion_setup setup;

	port_wants(&setup, random_service(random), 0600,
		   1 + random_below(random, 4));
	random_name(&setup, random);
	ret = ion_call(fd, ION_IOC_SETUP, &setup);
	if (!ret)
		return fd;
	close(fd);
	if (ret != -EADDRINUSE)
		fail("an error of LISTEN", (__u64)-ret);
	return ret;
}

/* A thread that sleeps in ACCEPT keeps the listener, also when it was closed. */
static void serve(int listener, __u64 *random)
{
	unsigned int nr = 1 + random_below(random, 2), i;
	bool over = false, early = random_one_in(random, 2);
	struct task task[2];

	for (i = 0; i < nr; i++)
		task_start(&task[i], accepts, NULL, (__u64)listener,
			   (__u64)(unsigned long)&over);
	sleep_ns(random_below(random, 30) * MS);
	WRITE_ONCE(over, true);
	if (early)
		close(listener);
	for (i = 0; i < nr; i++) {
		while (!READ_ONCE(task[i].done)) {
			task_signal(&task[i], SIGUSR1);
			sleep_ns(MS / 4);
		}
		task_join(&task[i]);
	}
	if (!early)
		close(listener);
}

static int server(struct task *task)
{
	__u64 random = task->arg[0];
	int listener;

	while (!READ_ONCE(race->over)) {
		listener = listens(&random);
		if (listener >= 0)
			serve(listener, &random);
		else
			sleep_ns(MS);
	}
	return 0;
}

/* ---- clients ----------------------------------------------------------- */

static bool connects(struct channel *ch, __u64 *random)
{
	struct ion_setup setup;
	int ret;

	port_client_wants(&setup, random_service(random));
	random_name(&setup, random);
	ret = channel_open_live(ch, &setup);
	if (ret && ret != -ECONNREFUSED && ret != -EAGAIN && ret != -EPROTOTYPE)
		fail("an error of CONNECT", (__u64)-ret);
	return !ret;
}

/* Be the other side too, unless a server is, or the listener has closed. */
static void pairs(struct channel *ch)
{
	struct channel other;
	int ret = port_pair(&other, ch->fd);

	if (ret == -EISCONN || ret == -EPIPE)
		return;
	count(&race->paired);
	if (ret)
		fail("an error of PAIR", (__u64)-ret);
	else if (ion_poll_for(ch->fd, POLLRDHUP, 0) & POLLRDHUP)
		fail("a client with a peer was hung up", ch->info.channel);
	channel_close(&other);
}

static void check_hungup(struct channel *ch)
{
	count(&race->hungup);
	if (ion_kick(ch->fd) != -EPIPE)
		fail("a kick after a hang-up is no error", ch->info.channel);
	if (!ion_end_peer_sleeps(&ch->tx.end))
		fail("no flag asks for that kick", ch->info.channel);
}

/* Stay until a server or the end of the listener is there. */
static void stay(struct channel *ch)
{
	__u64 until = now_ns() + long_test.options.stuck_s * SECOND;
	struct ion_peer peer = { 0 };

	while (!READ_ONCE(race->over) && peer.state == ION_PEER_NONE) {
		if (now_ns() > until)
			fail("a client was left alone", ch->info.channel);
		if (port_peer(ch->fd, &peer))
			fail("an error of PEER", ch->info.channel);
		ion_poll_for(ch->fd, POLLRDHUP, 1);
	}
	if (peer.state == ION_PEER_GONE && !peer.channel)
		check_hungup(ch);
}

static int client(struct task *task)
{
	__u64 random = task->arg[0];
	struct channel ch;

	while (!READ_ONCE(race->over)) {
		if (!connects(&ch, &random)) {
			sleep_ns(MS / 4);
			continue;
		}
		ion_push_from(&ch, ch.info.channel, 1);
		ion_kick(ch.fd);
		if (random_one_in(&random, 8))
			pairs(&ch);
		if (!random_one_in(&random, 4))
			stay(&ch);
		channel_close(&ch);
	}
	return 0;
}

/* ---- processes --------------------------------------------------------- */

static void program(__u64 random)
{
	struct task task[SERVERS + CLIENTS];
	unsigned int i;

	task_handle_signal(0);
	for (i = 0; i < SERVERS + CLIENTS; i++)
		task_start(&task[i], i < SERVERS ? server : client, NULL,
			   random_next(&random), 0);
	for (i = 0; i < SERVERS + CLIENTS; i++)
		task_join(&task[i]);
	_exit(0);
}

static pid_t begin(__u64 *random)
{
	__u64 own = random_next(random);
	pid_t pid = fork();

	if (!pid)
		program(own);
	return pid;
}

static void end(pid_t pid, int signal)
{
	if (signal)
		kill(pid, signal);
	waitpid(pid, NULL, 0);
}

static void watch(void)
{
	/* Pairs with the release in fail(). */
	const char *fault = smp_load_acquire(&race->fault);

	if (fault)
		long_test_stop("%s: %llu", fault, READ_ONCE(race->channel));
}

/* Kill one program after another, with whatever it does at that time. */
static unsigned int kill_some(pid_t *pid, unsigned int nr, __u64 *random)
{
	__u64 until = now_ns() + (__u64)(long_test.options.seconds * SECOND);
	unsigned int killed = 0, i;

	while (now_ns() < until) {
		sleep_ns((20 + random_below(random, 80)) * MS);
		watch();
		i = random_below(random, nr);
		end(pid[i], SIGKILL);
		pid[i] = begin(random);
		killed++;
	}
	return killed;
}

static void run(void)
{
	__u64 random = long_test.options.seed;
	unsigned int nr = 2 + random_below(&random, PROCESSES - 1), killed, i;
	struct usage before = usage_now();
	pid_t pid[PROCESSES];

	race = mmap(NULL, sizeof(*race), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (race == MAP_FAILED)
		long_test_stop("no memory");
	for (i = 0; i < nr; i++)
		pid[i] = begin(&random);
	killed = kill_some(pid, nr, &random);
	WRITE_ONCE(race->over, true);
	for (i = 0; i < nr; i++)
		end(pid[i], 0);
	watch();
	printf("# seed %llu: %u processes, %u killed, %llu clients accepted, %llu hung up, %llu paired\n",
	       long_test.options.seed, nr, killed, race->accepted, race->hungup,
	       race->paired);
	long_test_result(race->accepted && race->hungup,
			 "no client connected twice, none left alone");
	long_test_result(AWAIT(usage_is(before)), "all is freed");
}

static unsigned int results(void)
{
	return 2;
}

struct long_test long_test = {
	.options = {
		.shared = TEST_SECONDS | TEST_SEED | TEST_STUCK,
		.seconds = 4,
		.stuck_s = 10,
	},
	.results = results,
	.run = run,
	.log_clean = ion_kernel_log_clean,
};

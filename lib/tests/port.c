// SPDX-License-Identifier: MIT
/* Tests of the calls for ports: options, geometry, timeouts and refusals. */
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "check.h"
#include "fake.h"

#define MS   1000000ULL
#define NAME "a name"

static int listener_of(const char *service)
{
	struct ionc_listen_options options;

	ionc_listen_options_init(&options);
	options.device = FAKE_DEVICE;
	options.service = service;
	return ionc_listen(NAME, &options);
}

static void options_of_client(struct ionc_options *options)
{
	ionc_options_init(options);
	options->device = FAKE_DEVICE;
	options->slots[ION_RING_TX] = 8;
	options->slots[ION_RING_RX] = 16;
	options->buffers = 4;
	options->flags = IONC_NO_SPIN;
}

static int connect_one(struct ionc_channel **ch)
{
	struct ionc_options options;

	options_of_client(&options);
	return ionc_connect(ch, NAME, &options);
}

static int open_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void listener_has_defaults(void)
{
	struct ionc_listen_options options;
	int fd = listener_of(NULL);

	CHECK(fd >= 0);
	CHECK(!strcmp(fake_port_setup.service, "direct"));
	CHECK(!strcmp(fake_port_setup.key, NAME));
	CHECK_EQ(0600, fake_port_setup.arg[0]);
	CHECK_EQ(0, fake_port_setup.arg[1]);
	CHECK_EQ(0, fake_port_setup.buffers);
	close(fd);

	ionc_listen_options_init(&options);
	options.device = FAKE_DEVICE;
	options.service = "pair";
	options.mode = 0666;
	options.backlog = 3;
	options.slots[ION_RING_RX] = 64;
	options.buffer_size = 4096;
	fd = ionc_listen(NAME, &options);
	CHECK(fd >= 0);
	CHECK(!strcmp(fake_port_setup.service, "pair"));
	CHECK_EQ(0666, fake_port_setup.arg[0]);
	CHECK_EQ(3, fake_port_setup.arg[1]);
	CHECK_EQ(64, fake_port_setup.slots[ION_RING_RX]);
	CHECK_EQ(4096, fake_port_setup.buffer_size);
	close(fd);
}

static void listen_options_grow(void)
{
	struct {
		struct ionc_listen_options options;
		__u64 more;
	} large;
	int fd;

	memset(&large, 0, sizeof(large));
	large.options.size = sizeof(large);
	large.options.device = FAKE_DEVICE;
	fd = ionc_listen(NAME, &large.options);
	CHECK(fd >= 0);
	close(fd);
	large.more = 1;
	CHECK_EQ(-E2BIG, ionc_listen(NAME, &large.options));
	large.options.size = 8;
	CHECK_EQ(-EINVAL, ionc_listen(NAME, &large.options));
	ionc_listen_options_init(&large.options);
	large.options.flags = 1;
	CHECK_EQ(-EINVAL, ionc_listen(NAME, &large.options));
	CHECK_EQ(-ENAMETOOLONG,
		 ionc_listen("a name that is longer than any name may be",
			     NULL));
}

static void both_sides_fit(void)
{
	struct ionc_channel *client, *server;
	int listener = listener_of(NULL);
	struct ion_peer peer;

	CHECK_EQ(0, connect_one(&client));
	CHECK_EQ(0, ionc_accept(&server, listener, NULL, 0));
	CHECK(!strcmp(ionc_info(client)->service, "direct"));
	CHECK_EQ(8, ionc_info(server)->ring[ION_RING_RX].nr_slots);
	CHECK_EQ(16, ionc_info(server)->ring[ION_RING_TX].nr_slots);
	CHECK_EQ(4, ionc_info(server)->buffers);
	CHECK_EQ(0, ionc_peer(server, &peer));
	CHECK_EQ(getpid(), peer.pid);
	CHECK_EQ(ION_PEER_THERE, peer.state);
	ionc_close(client);
	ionc_close(server);
	close(listener);
}

static void accept_ends_at_its_timeout(void)
{
	struct timespec from, to;
	int listener = listener_of(NULL);
	struct ionc_channel *server;

	CHECK_EQ(-ETIME, ionc_accept(&server, listener, NULL, 0));
	clock_gettime(CLOCK_MONOTONIC, &from);
	CHECK_EQ(-ETIME, ionc_accept(&server, listener, NULL, 20 * MS));
	clock_gettime(CLOCK_MONOTONIC, &to);
	CHECK((to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec -
		      from.tv_nsec >=
	      (long)(20 * MS));
	CHECK(!server);
	close(listener);
}

static void *connects_later(void *arg)
{
	usleep(20000);
	if (connect_one((struct ionc_channel **)arg))
		abort();
	return NULL;
}

static void accept_sleeps_until_a_client_comes(void)
{
	struct ionc_channel *client, *server;
	int listener = listener_of(NULL);
	pthread_t thread;

	if (pthread_create(&thread, NULL, connects_later, (void *)&client))
		abort();
	CHECK_EQ(0, ionc_accept(&server, listener, NULL, IONC_FOREVER));
	pthread_join(thread, NULL);
	ionc_close(client);
	ionc_close(server);
	close(listener);
}

static void pair_makes_both(void)
{
	struct ionc_channel *one, *other;
	struct ionc_options options;
	int before = open_descriptors();

	options_of_client(&options);
	CHECK_EQ(0, ionc_pair(&one, &other, &options));
	CHECK_EQ(8, ionc_info(other)->ring[ION_RING_RX].nr_slots);
	CHECK(!strcmp(ionc_info(other)->service, "direct"));
	ionc_close(one);
	ionc_close(other);

	fake_fail_request = ION_IOC_PAIR;
	fake_fail_error = ENFILE;
	CHECK_EQ(-ENFILE, ionc_pair(&one, &other, &options));
	CHECK(!one && !other);
	options.key = "key";
	CHECK_EQ(-EINVAL, ionc_pair(&one, &other, &options));
	CHECK_EQ(before, open_descriptors());
}

static void refusals(void)
{
	struct ionc_channel *ch, *clients[4];
	struct ionc_options options;
	int before = open_descriptors(), listener, i;

	options_of_client(&options);
	CHECK_EQ(-ECONNREFUSED, ionc_connect(&ch, "nobody", &options));
	CHECK(!ch);
	fake_features &= ~ION_FEATURE_PORTS;
	CHECK_EQ(-EOPNOTSUPP, ionc_connect(&ch, NAME, &options));
	CHECK_EQ(-EOPNOTSUPP, listener_of(NULL));
	fake_features = ~0ULL;
	fake_fail_request = ION_IOC_SETUP;
	fake_fail_error = EADDRINUSE;
	CHECK_EQ(-EADDRINUSE, listener_of(NULL));

	listener = listener_of("pair");
	CHECK_EQ(-EPROTOTYPE, ionc_connect(&ch, NAME, &options));
	options.service = "pair";
	for (i = 0; i < 4; i++)
		CHECK_EQ(0, ionc_connect(&clients[i], NAME, &options));
	CHECK_EQ(-EAGAIN, ionc_connect(&ch, NAME, &options));
	CHECK_EQ(-EINVAL, ionc_accept(&ch, ionc_fd(clients[0]), NULL, 0));
	fake_fail_request = ION_IOC_INFO;
	fake_fail_error = ENOMEM;
	CHECK_EQ(-ENOMEM, ionc_accept(&ch, listener, NULL, 0));
	CHECK(!ch);
	options.key = "key";
	CHECK_EQ(-EINVAL, ionc_connect(&ch, NAME, &options));
	for (i = 0; i < 4; i++)
		ionc_close(clients[i]);
	close(listener);
	CHECK_EQ(-EBADF, ionc_accept(&ch, listener, NULL, 0));
	CHECK_EQ(before, open_descriptors());
}

static void explanations(void)
{
	static const struct {
		enum ionc_call call;
		int error;
	} errors[] = {
		{ IONC_CONNECT, ECONNREFUSED }, { IONC_CONNECT, EACCES },
		{ IONC_CONNECT, EPROTOTYPE },	{ IONC_CONNECT, EMSGSIZE },
		{ IONC_CONNECT, EAGAIN },	{ IONC_CONNECT, ENOENT },
		{ IONC_LISTEN, EADDRINUSE },	{ IONC_LISTEN, EDQUOT },
		{ IONC_ACCEPT, ETIME },		{ IONC_ACCEPT, EMFILE },
		{ IONC_ACCEPT, EINTR },		{ IONC_PAIR, EISCONN },
		{ IONC_PAIR, ENOSPC },
	};
	const char *other = ionc_explain(IONC_ANY, -9999);
	unsigned int i;

	for (i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		CHECK(ionc_explain(errors[i].call, -errors[i].error) != other);
	CHECK(ionc_explain(IONC_CONNECT, -EACCES) !=
	      ionc_explain(IONC_OPEN, -EACCES));
}

int main(void)
{
	static const struct check checks[] = {
		{ "a listener has defaults", listener_has_defaults },
		{ "options of a listener grow", listen_options_grow },
		{ "both sides have one geometry", both_sides_fit },
		{ "accept ends at its timeout", accept_ends_at_its_timeout },
		{ "accept sleeps until a client comes",
		  accept_sleeps_until_a_client_comes },
		{ "pair makes both sides", pair_makes_both },
		{ "refusals", refusals },
		{ "explanations", explanations },
		{ NULL, NULL },
	};

	return check_all(checks);
}

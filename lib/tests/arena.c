// SPDX-License-Identifier: MIT
/* Tests of the buffers: allocating, addressing, handing over, and owners. */
#include <errno.h>
#include <sched.h>

#include "check.h"
#include "fake.h"

#define BUFFERS 100U
#define SIZE	512U

static struct ionc_channel *channel(const char *service)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	options.service = service;
	options.buffers = BUFFERS;
	options.buffer_size = SIZE;
	if (ionc_open(&ch, &options))
		abort();
	return ch;
}

static __u32 free_buffers(struct ionc_channel *ch)
{
	int ids[BUFFERS];
	__u32 i, n = 0;

	while (n < BUFFERS) {
		ids[n] = ionc_buffer_get(ch);
		if (ids[n] < 0)
			break;
		n++;
	}
	for (i = n; i-- > 0;)
		CHECK_EQ(0, ionc_buffer_put(ch, (__u32)ids[i]));
	return n;
}

static void allocation(void)
{
	struct ionc_channel *ch = channel(NULL);
	bool seen[BUFFERS] = { false };
	__u32 i;
	int id;

	for (i = 0; i < BUFFERS; i++) {
		id = ionc_buffer_get(ch);
		CHECK(id >= 0 && (__u32)id < BUFFERS);
		if (id < 0)
			break;
		CHECK(!seen[id]);
		seen[id] = true;
	}
	CHECK_EQ(-ENOBUFS, ionc_buffer_get(ch));
	CHECK_EQ(0, ionc_buffer_put(ch, 42));
	CHECK_EQ(-EALREADY, ionc_buffer_put(ch, 42));
	CHECK_EQ(-EINVAL, ionc_buffer_put(ch, BUFFERS));
	CHECK_EQ(42, ionc_buffer_get(ch));
	ionc_close(ch);
}

static void addresses(void)
{
	struct ionc_channel *ch = channel(NULL);
	struct ion_packet packet = ionc_packet(ch, 3, 100);
	unsigned char *at = ionc_buffer(ch, 3);

	CHECK(at == (unsigned char *)ionc_buffer(ch, 0) + 3 * SIZE);
	CHECK(!ionc_buffer(ch, BUFFERS));
	memset(ionc_buffer(ch, BUFFERS - 1), 0xa5, SIZE);
	CHECK_EQ(3 * SIZE, packet.data);
	CHECK(ionc_payload(ch, &packet) == at);
	packet.data += SIZE - 100;
	CHECK(ionc_payload(ch, &packet) == at + SIZE - 100);
	packet.data++;
	CHECK(!ionc_payload(ch, &packet));
	packet.len = 0;
	packet.data = 4 * SIZE;
	CHECK(!ionc_payload(ch, &packet));
	packet.data = 3 * SIZE - 1;
	CHECK(!ionc_payload(ch, &packet));
	packet.id = BUFFERS;
	packet.data = BUFFERS * SIZE;
	CHECK(!ionc_payload(ch, &packet));
	ionc_close(ch);
}

static void there_and_back(void)
{
	struct ionc_channel *ch = channel(NULL);
	struct ion_packet packet;
	int i, id;

	for (i = 0; i < 300; i++) {
		id = ionc_buffer_get(ch);
		memset(ionc_buffer(ch, (__u32)id), i & 0xff, 64);
		packet = ionc_packet(ch, (__u32)id, 64);
		CHECK_EQ(1, ionc_send(ch, &packet, 1, 0));
		memset(&packet, 0, sizeof(packet));
		CHECK_EQ(1, ionc_receive(ch, &packet, 1, 0));
		CHECK_EQ(i & 0xff, *(unsigned char *)ionc_payload(ch, &packet));
		CHECK_EQ(0, ionc_buffer_put(ch, packet.id));
	}
	CHECK_EQ(BUFFERS, free_buffers(ch));
	ionc_close(ch);
}

/* A buffer that the service owns is never free. */
static void ownership(void)
{
	struct ionc_channel *ch = channel("hold"), *other;
	__u64 bits[2] = { 0 };
	int fd;

	CHECK_EQ(10, ionc_give_free(ch, 10));
	CHECK_EQ(BUFFERS - 10, free_buffers(ch));
	CHECK_EQ(BUFFERS, ionc_owners(ch, NULL));
	CHECK_EQ(0, ionc_kick(ch));
	CHECK_EQ(BUFFERS - 10, ionc_owners(ch, bits));
	CHECK_EQ(~0x3ffULL, bits[0]);
	CHECK_EQ((1ULL << 36) - 1, bits[1]);

	/* A reset gives the two queued ones back; one is in use. */
	CHECK_EQ(2, ionc_give_free(ch, 2));
	CHECK(ionc_buffer_get(ch) >= 0);
	CHECK_EQ(BUFFERS - 13, free_buffers(ch));
	CHECK_EQ(2, ionc_reset(ch));
	CHECK_EQ(BUFFERS - 10, free_buffers(ch));

	/* For another view of the channel they are not free either. */
	CHECK_EQ(3, ionc_give_free(ch, 3));
	fd = ionc_detach(ch);
	CHECK_EQ(0, ionc_attach(&other, fd, NULL));
	CHECK_EQ(BUFFERS - 13, free_buffers(other));
	ionc_close(other);

	ch = channel(NULL);
	CHECK_EQ(4, ionc_give_free(ch, 4));
	CHECK_EQ(0, ionc_kick(ch));
	fd = ionc_detach(ch);
	CHECK_EQ(0, ionc_attach(&other, fd, NULL));
	CHECK_EQ(BUFFERS - 4, free_buffers(other));
	ionc_close(other);
}

static void without(void)
{
	struct ionc_options options;
	struct ionc_channel *ch;

	ionc_options_init(&options);
	options.device = FAKE_DEVICE;
	CHECK_EQ(0, ionc_open(&ch, &options));
	CHECK_EQ(-ENOBUFS, ionc_buffer_get(ch));
	CHECK_EQ(-EINVAL, ionc_buffer_put(ch, 0));
	CHECK_EQ(-EOPNOTSUPP, ionc_owners(ch, NULL));
	CHECK(!ionc_buffer(ch, 0));
	CHECK_EQ(0, ionc_give_free(ch, 1));
	ionc_close(ch);
}

/* Each thread allocates buffers, writes into them, and frees them. */
static void *churn(void *arg)
{
	struct ionc_channel *ch = arg;
	int mine[8];
	unsigned int i, n;

	for (i = 0; i < 3000; i++) {
		for (n = 0; n < i % 8 + 1; n++) {
			mine[n] = ionc_buffer_get(ch);
			if (mine[n] < 0)
				break;
			*(unsigned int *)ionc_buffer(ch, (__u32)mine[n]) += n;
		}
		if (!(i % 64))
			sched_yield();
		while (n-- > 0)
			if (ionc_buffer_put(ch, (__u32)mine[n]))
				abort();
	}
	return NULL;
}

static void threads(void)
{
	struct ionc_channel *ch = channel(NULL);
	pthread_t thread[3];
	unsigned int i;

	for (i = 0; i < 3; i++)
		if (pthread_create(&thread[i], NULL, churn, ch))
			abort();
	for (i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	CHECK_EQ(BUFFERS, free_buffers(ch));
	ionc_close(ch);
}

int main(void)
{
	static const struct check checks[] = {
		{ "allocation", allocation },
		{ "addresses", addresses },
		{ "there and back", there_and_back },
		{ "the service's buffers are not free", ownership },
		{ "no arena", without },
		{ "three threads", threads },
		{ NULL, NULL },
	};

	return check_all(checks);
}

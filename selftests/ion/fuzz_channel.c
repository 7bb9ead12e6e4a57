// SPDX-License-Identifier: GPL-2.0-only
/* The fuzzer opens channels, sets them up, maps them, joins and closes them. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "fuzz.h"

/* Flags of open(), some of which do not concern the device. */
static int open_flags(struct fuzz *f)
{
	static const int odd[] = { O_APPEND,  O_ASYNC,	O_DIRECT,   O_DSYNC,
				   O_SYNC,    O_TRUNC,	O_CREAT,    O_EXCL,
				   O_PATH,    O_NOCTTY, O_NOFOLLOW, O_DIRECTORY,
				   O_NOATIME, O_TMPFILE };
	int flags = fuzz_chance(f, 10) ? (int)fuzz_below(f, 4) : O_RDWR;

	if (fuzz_chance(f, 2))
		flags |= O_NONBLOCK;
	if (fuzz_chance(f, 2))
		flags |= O_CLOEXEC;
	while (fuzz_chance(f, 8))
		flags |= odd[fuzz_below(f, FUZZ_ARRAY(odd))];
	return flags;
}

static void forget(struct fuzz_channel *ch, int fd)
{
	unsigned int i;

	ch->ready = false;
	for (i = 0; i < ION_AREAS_MAX; i++)
		ch->place[i] = FUZZ_PLACES;
	ch->fd = fd;
}

static long step_open(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	int fd = open("/dev/ion", open_flags(f), 0600);
	int old;

	if (fd < 0)
		return -errno;
	old = __atomic_exchange_n(&ch->fd, fd, __ATOMIC_ACQ_REL);
	forget(ch, fd);
	if (old >= 0)
		close(old);
	return fd;
}

static long step_close(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	int fd = ch->fd;

	/* Sometimes other threads use it, and keep the number. */
	if (fuzz_chance(f, 2))
		ch->fd = -1;
	return fd < 0 ? 0 : fuzz_ret(close(fd));
}

static __u32 some_slots(struct fuzz *f)
{
	if (fuzz_chance(f, 12))
		return 1U << fuzz_below(f, 17);
	return fuzz_chance(f, 6) ? 0 : 2U << fuzz_below(f, 7);
}

static void some_arena(struct fuzz *f, struct ion_setup *setup)
{
	setup->buffers = 1 + fuzz_below(f, 130);
	setup->buffer_size = 256U << fuzz_below(f, 6);
	if (fuzz_chance(f, 10)) {
		setup->buffers = 1U << fuzz_below(f, 13);
		setup->buffer_size = (4U << 20) / setup->buffers;
	}
	if (fuzz_chance(f, 4))
		setup->flags |= ION_SETUP_PHYS;
}

/* Few shapes and names, or two channels would rarely fit and meet. */
static void some_direct(struct fuzz *f, struct ion_setup *setup)
{
	unsigned int id;

	setup->layout = ION_LAYOUT_SPLIT;
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = fuzz_chance(f, 30) ? some_slots(f) : 4;
	setup->key[0] = (char)('a' + fuzz_below(f, 3));
	setup->flags &= ~ION_SETUP_PHYS;
	if (setup->buffers) {
		setup->buffers = 8;
		setup->buffer_size = 1024;
	}
}

/* A valid set-up, unless a limit of another thread prevents it. */
static void some_setup(struct fuzz *f, struct ion_setup *setup)
{
	static const char *const services[] = {
		"",	"echo", "sink",	  "source",
		"pair", "pair", "direct", "direct",
	};
	const char *service = services[fuzz_below(f, FUZZ_ARRAY(services))];
	unsigned int id;

	memset(setup, 0, sizeof(*setup));
	setup->size = sizeof(*setup);
	setup->layout = fuzz_below(f, 2);
	for (id = 0; id < ION_RINGS; id++)
		setup->slots[id] = some_slots(f);
	memcpy(setup->service, service, strlen(service));
	if (fuzz_chance(f, 2))
		some_arena(f, setup);
	if (!strcmp(service, "source"))
		setup->arg[0] = fuzz_chance(f, 2) ? 0 : fuzz_below(f, 1000001);
	if (!strcmp(service, "pair")) {
		if (fuzz_chance(f, 2))
			setup->key[0] = (char)('a' + fuzz_below(f, 3));
		if (fuzz_chance(f, 3))
			setup->flags |= ION_SETUP_STAMP;
		/* Both channels must agree in these. */
		if (setup->buffers)
			setup->buffer_size = 1024;
	}
	if (!strcmp(service, "direct"))
		some_direct(f, setup);
}

static void learn(struct fuzz_channel *ch)
{
	struct ion_info info = { .size = sizeof(info) };

	if (!ioctl(ch->fd, ION_IOC_INFO, &info)) {
		ch->info = info;
		ch->ready = true;
	}
}

static long step_setup(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	struct ion_setup setup;
	long ret;

	some_setup(f, &setup);
	if (fuzz_chance(f, 10))
		setup.flags |= ION_SETUP_DRY_RUN;
	ret = fuzz_ret(ioctl(ch->fd, ION_IOC_SETUP,
			     fuzz_argument(f, &setup, sizeof(setup))));
	learn(ch);
	return ret;
}

static long map_area(struct fuzz *f, struct fuzz_channel *ch, unsigned int i)
{
	const struct ion_area *area = &ch->info.area[i % ION_AREAS_MAX];
	unsigned int place = fuzz_below(f, FUZZ_PLACES);
	size_t length = area->length;
	void *at;

	if (!length || length > FUZZ_STRIDE)
		return -ENOMEM;
	at = mmap(fuzz_place(place), length, (int)area->prot,
		  MAP_SHARED | MAP_FIXED |
			  (fuzz_chance(f, 6) ? MAP_POPULATE : 0),
		  ch->fd, (off_t)area->offset);
	if (at == MAP_FAILED)
		return -errno;
	fuzz_world.length[place] = length;
	ch->place[i % ION_AREAS_MAX] = place;
	return 0;
}

static long step_map(struct fuzz *f)
{
	struct fuzz_channel *ch = fuzz_channel(f);
	unsigned int i;
	long ret = 0;

	if (!ch->ready)
		learn(ch);
	for (i = 0; i < ch->info.nr_areas && i < ION_AREAS_MAX && !ret; i++)
		ret = map_area(f, ch, i);
	return ret;
}

/* Close a channel that is no longer usable, if there is one soon. */
static struct fuzz_channel *dead_channel(struct fuzz *f)
{
	struct fuzz_channel *ch;
	int tries = 6;

	do {
		ch = fuzz_channel(f);
	} while (ch->ready && fcntl(ch->fd, F_GETFD) >= 0 && tries--);
	return ch;
}

/* Open a channel and make it run, which random steps rarely do. */
long fuzz_channel_make(struct fuzz *f)
{
	struct fuzz_channel *ch = dead_channel(f);
	struct ion_setup setup;
	unsigned int i;
	int old, fd = open("/dev/ion",
			   O_RDWR | open_flags(f) % 4 | O_CLOEXEC |
				   (int)fuzz_below(f, 2) * O_NONBLOCK);

	if (fd < 0)
		return -errno;
	some_setup(f, &setup);
	if (ioctl(fd, ION_IOC_SETUP, &setup)) {
		i = errno;
		close(fd);
		return -(long)i;
	}
	old = __atomic_exchange_n(&ch->fd, fd, __ATOMIC_ACQ_REL);
	forget(ch, fd);
	if (old >= 0)
		close(old);
	ch->info = setup.info;
	ch->ready = true;
	for (i = 0; i < ch->info.nr_areas && i < ION_AREAS_MAX; i++)
		map_area(f, ch, i);
	return 0;
}

/* Four mappings and no call give the default rings. */
static long step_make_default(struct fuzz *f)
{
	static const __u64 offsets[] = { ION_MMAP_TX, ION_MMAP_RX, ION_MMAP_CMD,
					 ION_MMAP_EVT };
	struct fuzz_channel *ch = fuzz_channel(f);
	unsigned int i;
	long ret = step_open(f);

	for (i = 0; i < 4 && ret >= 0; i++) {
		unsigned int place = fuzz_below(f, FUZZ_PLACES);
		size_t length = page_align(i < 2 ? 6160 : 8208);
		void *at = mmap(fuzz_place(place), length,
				PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
				ch->fd, (off_t)offsets[i]);

		if (at == MAP_FAILED)
			return -errno;
		fuzz_world.length[place] = length;
	}
	learn(ch);
	return ret;
}

static long step_join(struct fuzz *f)
{
	struct ion_join join = { .size = sizeof(join), .fd = fuzz_fd(f) };

	return fuzz_ret(ioctl(fuzz_fd(f), ION_IOC_JOIN,
			      fuzz_argument(f, &join, sizeof(join))));
}

static const struct fuzz_step steps[] = {
	{ "open", 4, step_open },
	{ "close", 2, step_close },
	{ "setup", 8, step_setup },
	{ "map", 6, step_map },
	{ "make", 20, fuzz_channel_make },
	{ "make default", 2, step_make_default },
	{ "join", 12, step_join },
};

const struct fuzz_steps fuzz_channel_steps = { steps, FUZZ_ARRAY(steps) };

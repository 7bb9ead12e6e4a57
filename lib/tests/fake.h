/* SPDX-License-Identifier: MIT */
/*
 * A driver in the test itself: a memory file with the rings in it, in the same
 * places as the real one has them, and the system calls of the library, which
 * the linker has come here (--wrap). Its service is echo; with the name "hold" it
 * keeps what it gets, and with "quiet" does nothing at all.
 */
#ifndef _IONC_FAKE_H
#define _IONC_FAKE_H

#include <ionchannel.h>
#include <pthread.h>
#include <sys/types.h>

#define FAKE_DEVICE "/fake/ion"

/**
 * struct fake - a channel, as the driver has it
 * @ino: the memory file
 * @owner: the process that it is in
 * @info: its geometry; info.nr_areas is 0 before SETUP
 * @area: the driver's own mappings
 * @lock: for all that follows
 * @news: anything changed
 * @tx: the kernel's ends
 * @rx: likewise
 * @cmd: likewise
 * @evt: likewise
 * @poisoned: a ring is
 * @hungup: the service hung up
 * @serving: a thread is lent
 * @asleep: it sleeps
 * @kicked: it was kicked
 * @closed: a descriptor was closed while it was lent
 * @eventfd: -1, or a descriptor of its own
 * @kicks: KICKs
 * @calls: all ioctls and polls
 * @owned: for each buffer whether it is the program's
 */
struct fake {
	ino_t ino;
	pid_t owner;
	struct ion_info info;
	void *area[ION_AREAS_MAX];
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct ion_consumer tx;
	struct ion_producer rx;
	struct ion_consumer cmd;
	struct ion_producer evt;
	bool poisoned;
	bool hungup;
	bool serving;
	bool asleep;
	bool kicked;
	bool closed;
	int eventfd;
	unsigned int kicks;
	unsigned int calls;
	bool owned[256];
};

/* What the driver says of itself, and what the next call of a kind fails with. */
extern __u32 fake_abi;
extern __u64 fake_features;
extern unsigned long fake_fail_request;
extern int fake_fail_error;

/* How long ION_IOC_SERVE takes to begin, for those who want it back early. */
extern unsigned int fake_serve_delay_us;

struct fake *fake_of(int fd);

void *fake_at(const struct fake *f, __u64 offset);
int fake_setup(struct fake *f, int fd, const struct ion_setup *setup);
void fake_attach(struct fake *f);

/* With the lock: run the kernel end until there is nothing to do. */
void fake_run(struct fake *f);
bool fake_pass(struct fake *f);
void fake_awake(struct fake *f);
bool fake_sleep(struct fake *f);
void fake_notify(struct fake *f);
void fake_reset(struct fake *f);

/* From a test: hang up, as when the other program of a pair has gone. */
void fake_hang_up(struct fake *f);

#endif /* _IONC_FAKE_H */

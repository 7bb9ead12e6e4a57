/* SPDX-License-Identifier: MIT */
/*
 * A fake driver inside the test. The rings are in a memory file, at the offsets
 * of the real driver, and the linker (--wrap) redirects the library's system
 * calls here. Its service is echo; the service "hold" keeps the packets that it
 * gets, "quiet" does nothing, and "net" returns frames. Two channels of "direct" share
 * one file.
 */
#ifndef _IONC_FAKE_H
#define _IONC_FAKE_H

#include <ionchannel.h>
#include <poll.h>
#include <pthread.h>
#include <sys/types.h>
#include <time.h>

#define FAKE_DEVICE  "/fake/ion"
#define FAKE_BUFFERS 512

/**
 * struct fake - a channel of the fake driver
 * @ino: inode number of the memory file
 * @owner: the process that opened it
 * @info: its geometry; info.nr_areas is 0 before SETUP
 * @area: the driver's own mappings
 * @lock: protects all fields below
 * @changed: signalled when any of them changes
 * @tx: the kernel end of tx
 * @rx: the kernel end of rx
 * @cmd: the kernel end of cmd
 * @evt: the kernel end of evt
 * @poisoned: a ring is poisoned
 * @hungup: the service hung up
 * @serving: a thread is lent
 * @asleep: the lent thread sleeps
 * @kicked: the lent thread was kicked
 * @closed: a descriptor was closed while a thread was lent
 * @eventfd: the driver's own duplicate of the eventfd, or -1
 * @kicks: number of KICKs
 * @calls: number of ioctls and polls
 * @owned: for each buffer whether the program owns it
 * @direct: the service is direct
 * @second: the memory is that of @peer
 * @peer: the other direct channel; NULL before it has come and after it has gone
 * @file: the memory file of the first direct channel
 * @empty: the empty buffers of the service net
 * @nr_empty: how many there are
 */
struct fake {
	ino_t ino;
	pid_t owner;
	struct ion_info info;
	void *area[ION_AREAS_MAX];
	pthread_mutex_t lock;
	pthread_cond_t changed;
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
	bool owned[FAKE_BUFFERS];
	bool direct;
	bool second;
	struct fake *peer;
	int file;
	__u16 empty[FAKE_BUFFERS];
	unsigned int nr_empty;
};

/* The driver's answers to QUERY, and the error of the next call of each kind. */
extern __u32 fake_abi;
extern __u64 fake_features;
extern unsigned long fake_fail_request;
extern int fake_fail_error;

/* Where the second half of a wake flag of a direct channel is, after the index. */
extern unsigned int fake_half;

/* How long ION_IOC_SERVE takes to begin, so that a test can end it before. */
extern unsigned int fake_serve_delay_us;

struct fake *fake_of(int fd);

void *fake_at(const struct fake *f, __u64 offset);
int fake_setup(struct fake *f, int fd, const struct ion_setup *setup);
void fake_attach(struct fake *f);

/* The offset at which the peer of a direct channel maps the same area. */
__u64 fake_mirror(__u64 offset);

/* Wake the peer of a direct channel if it asks for it. */
void fake_kick_peer(struct fake *f);
void fake_ask(struct fake *f, unsigned int id, __u32 want);

/* Ports; the caller of fake_port_call() holds the lock. */
extern struct ion_setup fake_port_setup;

bool fake_port_has(unsigned long request, const void *arg);
int fake_port_call(struct fake *f, int fd, unsigned long request, void *arg);
bool fake_port_listens(const struct fake *f);
int fake_port_poll(struct pollfd *fd, const struct timespec *left);

/* The service net. */
extern struct ion_setup fake_net_setup;

bool fake_net_pass(struct fake *f);
void fake_net_answer(struct ion_cmd_packet *cmd);

/* Run the kernel end until there is nothing to do; the caller holds the lock. */
void fake_run(struct fake *f);
bool fake_pass(struct fake *f);
void fake_awake(struct fake *f);
bool fake_sleep(struct fake *f);
void fake_notify(struct fake *f);
void fake_reset(struct fake *f);

/* Hang up, as if the other program of a pair had gone; tests call this. */
void fake_hang_up(struct fake *f);

#endif /* _IONC_FAKE_H */

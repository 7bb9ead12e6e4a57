/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fuzzer: the state of its processes, and its steps.
 *
 * A step (a function of struct fuzz) is one thing that a program may do to
 * /dev/ion or to its mappings. Each thread makes steps at random, by their
 * weights, from its own random numbers. The result of a step is that of its
 * call, or -errno, and is counted.
 */
#ifndef _ION_FUZZ_H
#define _ION_FUZZ_H

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include <linux/ion.h>
#include <ion/barrier.h>

#include "ion_page.h"

#define FUZZ_ARRAY(array) (sizeof(array) / sizeof((array)[0]))

#define FUZZ_CHANNELS 6
#define FUZZ_PLACES   24
#define FUZZ_OTHERS   10
#define FUZZ_THREADS  4
#define FUZZ_CHILDREN 3
#define FUZZ_WORKERS  16
#define FUZZ_STEPS    128
#define FUZZ_ERRNOS   160

/*
 * The place of the mappings is far from those of the program itself: a thread
 * that writes to a mapping that another thread unmaps then never hits memory of
 * the program.
 */
#define FUZZ_STRIDE 0x1000000UL
#define FUZZ_BASE \
	((unsigned long)(sizeof(long) == 8 ? 0x2000000000ULL : 0x30000000))

/* Memory for arguments: writable, then read-only, then not mapped. */
#define FUZZ_SCRATCH 0x10000UL

struct fuzz;

/**
 * struct fuzz_step - one step
 * @name: the name of its counts
 * @weight: how often it is chosen, relative to the others
 * @run: makes the step
 */
struct fuzz_step {
	const char *name;
	unsigned int weight;
	long (*run)(struct fuzz *f);
};

/**
 * struct fuzz_steps - the steps of one file
 * @step: the steps
 * @count: how many
 */
struct fuzz_steps {
	const struct fuzz_step *step;
	unsigned int count;
};

/**
 * struct fuzz_channel - a channel of a process; its threads race for it
 * @fd: the descriptor; -1: none
 * @ready: @info was read
 * @info: its geometry
 * @place: the places of its areas; FUZZ_PLACES: not mapped
 */
struct fuzz_channel {
	int fd;
	bool ready;
	struct ion_info info;
	unsigned int place[ION_AREAS_MAX];
};

/**
 * struct fuzz_options - the options that the fuzzer alone has
 * @workers: how many processes at a time
 * @faults: fail allocations
 * @module: the file of the module, to be inserted again at the end; or NULL
 */
struct fuzz_options {
	long workers;
	bool faults;
	const char *module;
};

extern struct fuzz_options fuzz_options;

/**
 * struct fuzz_count - the results of the calls of a step
 * @done: how many calls
 * @error: how many of them by errno; 0: success; the last: errors that no program
 *	may see
 */
struct fuzz_count {
	__u64 done;
	__u64 error[FUZZ_ERRNOS];
};

/**
 * struct fuzz_shared - memory that all processes of the fuzzer share
 * @root: the fuzzer runs as root
 * @pid: the workers; 0: none
 * @steps: how many steps each of them made
 * @count: the results by step
 * @broken: the first fault that a worker saw
 */
struct fuzz_shared {
	bool root;
	pid_t pid[FUZZ_WORKERS];
	__u64 steps[FUZZ_WORKERS];
	struct fuzz_count count[FUZZ_STEPS];
	char broken[256];
};

/**
 * struct fuzz_world - memory that the threads of a process share
 * @channel: the channels
 * @other: other descriptors, often for calls that need another kind
 * @length: the length of the mapping at each place; 0: none
 * @child: the child processes; 0: none
 * @depth: how many processes are between it and its worker
 * @thread: the threads
 * @threads: how many
 * @worker: the number of its worker
 * @life: how many steps the worker makes
 */
struct fuzz_world {
	struct fuzz_channel channel[FUZZ_CHANNELS];
	int other[FUZZ_OTHERS];
	size_t length[FUZZ_PLACES];
	pid_t child[FUZZ_CHILDREN];
	unsigned int depth;
	pid_t thread[FUZZ_THREADS];
	unsigned int threads;
	unsigned int worker;
	__u64 life;
};

/**
 * struct fuzz - a thread of the fuzzer
 * @random: state of its random numbers
 * @scratch: memory for arguments
 * @guarded: a fault is expected
 * @back: where it goes on after a fault
 */
struct fuzz {
	__u64 random;
	char *scratch;
	volatile bool guarded;
	sigjmp_buf back;
};

extern struct fuzz_shared *fuzz_shared;
extern struct fuzz_world fuzz_world;

extern const struct fuzz_steps fuzz_channel_steps, fuzz_call_steps;
extern const struct fuzz_steps fuzz_map_steps, fuzz_touch_steps;
extern const struct fuzz_steps fuzz_io_steps, fuzz_fd_steps;
extern const struct fuzz_steps fuzz_uring_steps, fuzz_other_steps;

/* fuzz_random.c */
__u64 fuzz_random(struct fuzz *f);
__u64 fuzz_below(struct fuzz *f, __u64 limit);
bool fuzz_chance(struct fuzz *f, unsigned int one_in);
__u64 fuzz_number(struct fuzz *f);
void *fuzz_pointer(struct fuzz *f);
void *fuzz_memory(struct fuzz *f, size_t size);
void *fuzz_argument(struct fuzz *f, const void *arg, size_t size);
void *fuzz_place(unsigned int place);
struct fuzz_channel *fuzz_channel(struct fuzz *f);
int fuzz_fd(struct fuzz *f);
int fuzz_other(struct fuzz *f);
__u64 fuzz_now_ns(void);

static inline long fuzz_ret(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* Run code that may fault: false if it did. It must not make a call. */
#define FUZZ_GUARDED(f, what)                   \
	(__extension__({                        \
		bool __good = false;            \
		if (!sigsetjmp((f)->back, 0)) { \
			(f)->guarded = true;    \
			__sync_synchronize();   \
			what;                   \
			__good = true;          \
		}                               \
		__sync_synchronize();           \
		(f)->guarded = false;           \
		__good;                         \
	}))

/* fuzz_step.c */
unsigned int fuzz_steps_count(void);
const char *fuzz_step_name(unsigned int number);
void fuzz_step(struct fuzz *f);
void fuzz_broken(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fuzz_worker.c */
void fuzz_worker(unsigned int worker, __u64 seed, __u64 life, bool other);
void fuzz_child(struct fuzz *f);

/* fuzz_channel.c */
long fuzz_channel_make(struct fuzz *f);

/* fuzz_touch.c */
void fuzz_packet(struct fuzz *f, const struct fuzz_channel *ch, void *slot);

/* fuzz_run.c */
int fuzz_run(void);

/* fuzz_end.c */
int fuzz_faults_arm(void);
void fuzz_faults_self(void);
void fuzz_faults_disarm(void);
void fuzz_end_begin(void);
const char *fuzz_end_empty(void);
const char *fuzz_end_works(void);
const char *fuzz_end_reload(const char *module);
bool fuzz_end_log(void);

#endif /* _ION_FUZZ_H */

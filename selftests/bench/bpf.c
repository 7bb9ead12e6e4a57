// SPDX-License-Identifier: GPL-2.0-only
/* Makes BPF maps, loads BPF programs, and calls them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

#define JIT "/proc/sys/net/core/bpf_jit_enable"

static long bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	return syscall(__NR_bpf, cmd, attr, sizeof(*attr));
}

int bpf_new_map(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key;
	attr.value_size = value;
	attr.max_entries = entries;
	fd = (int)bpf(BPF_MAP_CREATE, &attr);
	if (fd < 0)
		bench_why("a BPF map: %s", strerror(errno));
	return fd;
}

int bpf_new_count(void)
{
	return bpf_new_map(BPF_MAP_TYPE_ARRAY, sizeof(__u32),
			   sizeof(struct bpf_count), 1);
}

bool bpf_get_count(int map, struct bpf_count *count)
{
	union bpf_attr attr;
	__u32 key = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (__u32)map;
	attr.key = (__u64)(unsigned long)&key;
	attr.value = (__u64)(unsigned long)count;
	return !bpf(BPF_MAP_LOOKUP_ELEM, &attr);
}

bool bpf_set_fd(int map, __u32 key, __u32 fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (__u32)map;
	attr.key = (__u64)(unsigned long)&key;
	attr.value = (__u64)(unsigned long)&fd;
	return !bpf(BPF_MAP_UPDATE_ELEM, &attr);
}

/*
 * Debian turns the JIT compiler off on riscv64. Turn it on while a program is
 * loaded: users who want speed do so, and callbacks need it.
 */
static char jit_set(char to)
{
	int fd = open(JIT, O_RDWR | O_CLOEXEC);
	char was = 0;

	if (fd < 0)
		return 0;
	if (pread(fd, &was, 1, 0) != 1 || pwrite(fd, &to, 1, 0) != 1)
		was = 0;
	close(fd);
	return was;
}

/* Return the verifier's last message before its summary. */
static const char *last(char *log)
{
	char *line, *end = strstr(log, "\nprocessed ");

	if (!end)
		return log;
	*end = 0;
	line = strrchr(log, '\n');
	return line ? line + 1 : log;
}

/* The verifier needs type information to know that a callback is a function. */
enum {
	TYPE_INT = 1,
	TYPE_PROTO,
	TYPE_MAIN,
	TYPE_CALLBACK
};

static const struct {
	struct btf_header header;
	struct {
		struct btf_type type;
		__u32 encoding;
	} number;
	struct btf_type proto, program, callback;
	char names[19];
} __attribute__((packed)) types = {
	.header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(types.header),
		.type_len = sizeof(types.number) + 3 * sizeof(struct btf_type),
		.str_off = sizeof(types.number) + 3 * sizeof(struct btf_type),
		.str_len = sizeof(types.names),
	},
	.number = {
		.type = { 1, BTF_KIND_INT << 24, { .size = 4 } },
		.encoding = BTF_INT_SIGNED << 24 | 32,
	},
	.proto = { 0, BTF_KIND_FUNC_PROTO << 24, { .type = TYPE_INT } },
	.program = { 5, BTF_KIND_FUNC << 24 | BTF_FUNC_GLOBAL,
		     { .type = TYPE_PROTO } },
	.callback = { 10, BTF_KIND_FUNC << 24 | BTF_FUNC_STATIC,
		      { .type = TYPE_PROTO } },
	.names = "\0int\0main\0callback",
};

static int load_types(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (__u64)(unsigned long)&types;
	attr.btf_size = sizeof(types);
	return (int)bpf(BPF_BTF_LOAD, &attr);
}

int bpf_load(const struct bpf_insn *insns, __u32 nr, __u32 callback)
{
	const struct bpf_func_info functions[] = {
		{ 0, TYPE_MAIN },
		{ callback, TYPE_CALLBACK },
	};
	static char log[65536];
	union bpf_attr attr;
	char was;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT;
	attr.insns = (__u64)(unsigned long)insns;
	attr.insn_cnt = nr;
	attr.license = (__u64)(unsigned long)"GPL";
	attr.log_buf = (__u64)(unsigned long)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	attr.prog_btf_fd = (__u32)load_types();
	attr.func_info_rec_size = sizeof(*functions);
	attr.func_info = (__u64)(unsigned long)functions;
	attr.func_info_cnt = 2;
	was = jit_set('1');
	fd = (int)bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0)
		bench_why("a BPF program: %s: %s", strerror(errno), last(log));
	close((int)attr.prog_btf_fd);
	if (was == '0')
		jit_set(was);
	return fd;
}

bool bpf_run(int program, __u64 number)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (__u32)program;
	attr.test.ctx_in = (__u64)(unsigned long)&number;
	attr.test.ctx_size_in = sizeof(number);
	return !bpf(BPF_PROG_TEST_RUN, &attr);
}

/* ---- the thread -------------------------------------------------------- */

static pthread_t thread;
static bool stop;
static int called;
static __u64 argument;

static void *run(void *arg)
{
	while (!READ_ONCE(stop))
		bpf_run(called, argument);
	return arg;
}

bool bpf_thread_start(int program, __u64 number, int cpu)
{
	pthread_attr_t attr;
	cpu_set_t cpus;
	int error;

	called = program;
	argument = number;
	WRITE_ONCE(stop, false);
	pthread_attr_init(&attr);
	if (cpu >= 0) {
		CPU_ZERO(&cpus);
		CPU_SET(cpu, &cpus);
		pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	}
	error = pthread_create(&thread, &attr, run, NULL);
	pthread_attr_destroy(&attr);
	return !error || bench_why("a thread: %s", strerror(error));
}

void bpf_thread_stop(void)
{
	WRITE_ONCE(stop, true);
	pthread_join(thread, NULL);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The perf buffer that BPF programs write to. Each processor has its own, so the
 * caller of the program stays on the processor whose buffer is read.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bpf.h"

#define THREAD_BATCH 1024

/* The instruction at which the second function begins. */
#define CALLBACK 9

static int count = -1, map = -1, program = -1, event = -1;
static bool threaded, pinned;
static cpu_set_t before;
static size_t page;
static char *buffer = MAP_FAILED;

/* Load the program, which makes the given number of packets. */
static int load(void)
{
	const struct bpf_insn insns[] = {
		/* pass the address of the context to the callback */
		BPF_STORE(BPF_REG_10, -8, BPF_REG_1),
		BPF_LOAD(BPF_REG_1, BPF_REG_1, 0),
		BPF_CALLBACK(BPF_REG_2, 6),
		BPF_COPY(BPF_REG_3, BPF_REG_10),
		BPF_PLUS(BPF_REG_3, -8),
		BPF_SET(BPF_REG_4, 0),
		BPF_HELPER(BPF_FUNC_loop),
		BPF_RETURN,
		/* the callback: one packet */
		BPF_LOAD(BPF_REG_1, BPF_REG_2, 0),
		BPF_VALUE(BPF_REG_6, count),
		BPF_LOAD(BPF_REG_7, BPF_REG_6, 0),
		BPF_STORE(BPF_REG_10, -24, BPF_REG_7),
		BPF_COPY(BPF_REG_2, BPF_REG_7),
		BPF_INVERT(BPF_REG_2),
		BPF_STORE(BPF_REG_10, -16, BPF_REG_2),
		BPF_STORE_NUMBER(BPF_REG_10, -8, 16),
		BPF_MAP(BPF_REG_2, map),
		BPF_SET32(BPF_REG_3, -1), /* of this processor */
		BPF_COPY(BPF_REG_4, BPF_REG_10),
		BPF_PLUS(BPF_REG_4, -24),
		BPF_SET(BPF_REG_5, sizeof(struct ion_packet)),
		BPF_HELPER(BPF_FUNC_perf_event_output),
		BPF_IF_NUMBER(BPF_JNE, BPF_REG_0, 0, 4),
		BPF_PLUS(BPF_REG_7, 1),
		BPF_STORE(BPF_REG_6, 0, BPF_REG_7),
		BPF_SET(BPF_REG_0, 0),
		BPF_RETURN,
		/* there is no room: end the loop */
		BPF_SET(BPF_REG_0, 1),
		BPF_RETURN,
	};

	return bpf_load(insns, sizeof(insns) / sizeof(*insns), CALLBACK);
}

static void perf_close(void)
{
	if (threaded)
		bpf_thread_stop();
	if (pinned)
		sched_setaffinity(0, sizeof(before), &before);
	if (buffer != MAP_FAILED)
		munmap(buffer, page + BPF_BUFFER_BYTES);
	close(event);
	close(program);
	close(map);
	close(count);
	buffer = MAP_FAILED;
	event = -1;
	program = -1;
	map = -1;
	count = -1;
	threaded = false;
	pinned = false;
}

/* Map the buffer; wake-ups come only for a whole buffer, so in effect never. */
static bool perf_map(int cpu)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_RAW,
		.watermark = 1,
		.wakeup_watermark = BPF_BUFFER_BYTES,
	};

	page = (size_t)sysconf(_SC_PAGESIZE);
	event = (int)syscall(__NR_perf_event_open, &attr, -1, cpu, -1,
			     PERF_FLAG_FD_CLOEXEC);
	if (event >= 0)
		buffer = mmap(NULL, page + BPF_BUFFER_BYTES,
			      PROT_READ | PROT_WRITE, MAP_SHARED, event, 0);
	if (buffer != MAP_FAILED && bpf_set_fd(map, (__u32)cpu, (__u32)event))
		return true;
	return bench_why("perf buffer: %s", strerror(errno));
}

static bool perf_pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	pinned = !sched_getaffinity(0, sizeof(before), &before) &&
		 !sched_setaffinity(0, sizeof(cpus), &cpus);
	return pinned || bench_why("pinning: %s", strerror(errno));
}

static bool perf_open(const struct peer *peer)
{
	int cpus = (int)sysconf(_SC_NPROCESSORS_CONF);
	int cpu = cpus - 1;

	count = bpf_new_count();
	map = bpf_new_map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, sizeof(__u32),
			  sizeof(__u32), (__u32)cpus);
	if (count >= 0 && map >= 0)
		program = load();
	if (program < 0 || !perf_map(cpu)) {
		perf_close();
		return false;
	}
	if (peer->flags & PEER_THREAD)
		threaded = bpf_thread_start(program, THREAD_BATCH, cpu);
	if (threaded || perf_pin(cpu))
		return true;
	perf_close();
	return false;
}

/* Copy bytes out of the buffer, which may wrap. */
static void perf_copy(void *to, __u64 at, size_t bytes)
{
	size_t first = BPF_BUFFER_BYTES - (at & (BPF_BUFFER_BYTES - 1));
	const char *data = buffer + page;

	if (first > bytes)
		first = bytes;
	memcpy(to, data + (at & (BPF_BUFFER_BYTES - 1)), first);
	if (first < bytes)
		memcpy((char *)to + first, data, bytes - first);
}

/* Skip records that report a lack of room: the program tries again. */
static int perf_get(__u64 seq, unsigned int n)
{
	struct perf_event_mmap_page *words = (void *)buffer;
	struct perf_event_header header;
	struct ion_packet packet;
	__u64 at = words->data_tail, end;
	unsigned int got = 0;

	if (!threaded && !bpf_run(program, n))
		return -1;
	/* Pairs with the barrier in the kernel. */
	end = smp_load_acquire(&words->data_head);
	while (got < n && at < end) {
		perf_copy(&header, at, sizeof(header));
		if (header.type == PERF_RECORD_SAMPLE) {
			perf_copy(&packet, at + sizeof(header) + sizeof(__u32),
				  sizeof(packet));
			if (!bench_is(&packet, seq + got))
				return -1;
			got++;
		}
		at += header.size;
	}
	/* Pairs with the barrier in the kernel. */
	smp_store_release(&words->data_tail, at);
	return (int)got;
}

const struct peer bpf_perf = {
	.name = "perf buffer, a call a batch",
	.open = perf_open,
	.close = perf_close,
	.get = perf_get,
};

const struct peer bpf_perf_thread = {
	.name = "perf buffer, a thread",
	.flags = PEER_THREAD,
	.open = perf_open,
	.close = perf_close,
	.get = perf_get,
};

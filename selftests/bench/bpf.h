/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BPF programs of a few instructions, loaded by the plain system call: there is
 * no compiler for BPF here and no library in a guest. BPF_PROG_TEST_RUN calls a
 * program with a number, once, or again and again from a thread.
 */
#ifndef _ION_BENCH_BPF_H
#define _ION_BENCH_BPF_H

#include <linux/bpf.h>

#include "bench.h"

/* Bytes of the buffer of each BPF peer. */
#define BPF_BUFFER_BYTES 65536U

/* Make an instruction. */
#define BPF_INSN(op, to, from, offset, value)       \
	((struct bpf_insn){ .code = (op),           \
			    .dst_reg = (to),        \
			    .src_reg = (from),      \
			    .off = (__s16)(offset), \
			    .imm = (__s32)(value) })

/* Registers: set to a number, copy, add a number, invert. */
#define BPF_SET(to, value) \
	BPF_INSN(BPF_ALU64 | BPF_MOV | BPF_K, to, 0, 0, value)
#define BPF_SET32(to, value) \
	BPF_INSN(BPF_ALU | BPF_MOV | BPF_K, to, 0, 0, value)
#define BPF_COPY(to, from) BPF_INSN(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define BPF_PLUS(to, value) \
	BPF_INSN(BPF_ALU64 | BPF_ADD | BPF_K, to, 0, 0, value)
#define BPF_INVERT(to) BPF_INSN(BPF_ALU64 | BPF_XOR | BPF_K, to, 0, 0, -1)

/* Load and store eight bytes of memory. */
#define BPF_LOAD(to, from, offset) \
	BPF_INSN(BPF_LDX | BPF_MEM | BPF_DW, to, from, offset, 0)
#define BPF_STORE(to, offset, from) \
	BPF_INSN(BPF_STX | BPF_MEM | BPF_DW, to, from, offset, 0)
#define BPF_STORE_NUMBER(to, offset, value) \
	BPF_INSN(BPF_ST | BPF_MEM | BPF_DW, to, 0, offset, value)

/* Load a map, the address of its only value, a callback; two instructions each. */
#define BPF_LOAD_64(to, kind, value)                             \
	BPF_INSN(BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, value), \
		BPF_INSN(0, 0, 0, 0, 0)
#define BPF_MAP(to, fd)		BPF_LOAD_64(to, BPF_PSEUDO_MAP_FD, fd)
#define BPF_VALUE(to, fd)	BPF_LOAD_64(to, BPF_PSEUDO_MAP_VALUE, fd)
#define BPF_CALLBACK(to, ahead) BPF_LOAD_64(to, BPF_PSEUDO_FUNC, ahead)

#define BPF_HELPER(function) BPF_INSN(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define BPF_IF_NUMBER(op, reg, value, ahead) \
	BPF_INSN(BPF_JMP | (op) | BPF_K, reg, 0, ahead, value)
#define BPF_IF(op, reg, other, ahead) \
	BPF_INSN(BPF_JMP | (op) | BPF_X, reg, other, ahead, 0)
#define BPF_RETURN BPF_INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/**
 * struct bpf_count - counters of a program, the only value of its first map
 * @next: number of the next packet
 * @wrong: packets that had another number
 */
struct bpf_count {
	__u64 next;
	__u64 wrong;
};

/* Make a map; return its descriptor, or -1 with bench_why(). */
int bpf_new_map(enum bpf_map_type type, __u32 key, __u32 value, __u32 entries);
/* Make a map of one struct bpf_count. */
int bpf_new_count(void);
bool bpf_get_count(int map, struct bpf_count *count);
bool bpf_set_fd(int map, __u32 key, __u32 fd);

/*
 * Load a program, compiled to machine code, whose second function begins with
 * instruction @callback. Return its descriptor, or -1 with bench_why().
 */
int bpf_load(const struct bpf_insn *insns, __u32 nr, __u32 callback);

/* Call a program with a number as its context. */
bool bpf_run(int program, __u64 number);

/*
 * Start a thread that calls a program with a number again and again, until
 * bpf_thread_stop(). It runs on processor @cpu; -1: on any.
 */
bool bpf_thread_start(int program, __u64 number, int cpu);
void bpf_thread_stop(void);

#endif /* _ION_BENCH_BPF_H */

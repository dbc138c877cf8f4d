/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Basic types that every room shares. This folder is the bottom of the house: it includes nothing
 * of the project but itself. */
#ifndef TRAPGATE_ABI_TYPES_H
#define TRAPGATE_ABI_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* An address in the guest. Never cast to a host pointer: memory is reached through src/mm/. */
typedef u64 guest_addr;

#define PAGE_SHIFT    12
#define PAGE_SIZE     4096UL
#define PAGE_MASK     (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) (((u64)(x) + PAGE_SIZE - 1) & PAGE_MASK)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define likely(x)     __builtin_expect(!!(x), 1)
#define unlikely(x)   __builtin_expect(!!(x), 0)
#define MIN(a, b)     ((a) < (b) ? (a) : (b))
#define MAX(a, b)     ((a) > (b) ? (a) : (b))

/* Kernel-internal results of a system call (include/linux/errno.h). They never reach the guest:
 * the exit path turns them into a restart or into -EINTR. */
#define ERESTARTSYS	      512
#define ERESTARTNOINTR	      513
#define ERESTARTNOHAND	      514
#define ERESTART_RESTARTBLOCK 516

/* Which system-call table, and so which struct layouts, a call uses. */
enum abi { ABI_64, ABI_32 };

/* The gates into the kernel: three instructions, one of which means another thing in compatibility
 * mode. */
enum gate { GATE_SYSCALL, GATE_SYSENTER, GATE_INT80, GATE_SYSCALL32, GATE_COUNT };

#endif

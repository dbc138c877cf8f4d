/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layouts of the structs that 32-bit (i386) callers pass, where they differ from the 64-bit ones.
 * Names follow the kernel's (old_timespec32, compat_rusage...). i386 aligns 64-bit integers to four
 * bytes: compat_s64 and compat_u64 carry that. */
#ifndef TRAPGATE_ABI_COMPAT_H
#define TRAPGATE_ABI_COMPAT_H

#include <signal.h>

#include "abi/types.h"

typedef s64 __attribute__((aligned(4))) compat_s64;
typedef u64 __attribute__((aligned(4))) compat_u64;

typedef u32 compat_uptr_t;
typedef s32 compat_long_t;
typedef u32 compat_ulong_t;
typedef u32 compat_size_t;
typedef s32 compat_off_t;

#define COMPAT_ASSERT_SIZE(type, n) _Static_assert(sizeof(type) == (n), #type)

/* time */
struct old_timespec32 {
	s32 tv_sec, tv_nsec;
};
COMPAT_ASSERT_SIZE(struct old_timespec32, 8);

struct old_timeval32 {
	s32 tv_sec, tv_usec;
};
COMPAT_ASSERT_SIZE(struct old_timeval32, 8);

struct old_itimerspec32 {
	struct old_timespec32 it_interval, it_value;
};
COMPAT_ASSERT_SIZE(struct old_itimerspec32, 16);

struct old_itimerval32 {
	struct old_timeval32 it_interval, it_value;
};
COMPAT_ASSERT_SIZE(struct old_itimerval32, 16);

struct old_utimbuf32 {
	s32 actime, modtime;
};
COMPAT_ASSERT_SIZE(struct old_utimbuf32, 8);

struct old_timex32 {
	u32 modes;
	s32 offset, freq, maxerror, esterror, status, constant, precision, tolerance;
	struct old_timeval32 time;
	s32 tick, ppsfreq, jitter, shift, stabil, jitcnt, calcnt, errcnt, stbcnt, tai;
	s32 reserved[11];
};
COMPAT_ASSERT_SIZE(struct old_timex32, 128);

struct compat_tms {
	s32 tms_utime, tms_stime, tms_cutime, tms_cstime;
};
COMPAT_ASSERT_SIZE(struct compat_tms, 16);

/* resources */
struct compat_rlimit {
	u32 rlim_cur, rlim_max;
};
COMPAT_ASSERT_SIZE(struct compat_rlimit, 8);
#define COMPAT_RLIM_INFINITY	 0xffffffffu
#define COMPAT_RLIM_OLD_INFINITY 0x7fffffffu

struct compat_rusage {
	struct old_timeval32 ru_utime, ru_stime;
	s32 ru_maxrss, ru_ixrss, ru_idrss, ru_isrss, ru_minflt, ru_majflt, ru_nswap, ru_inblock,
		ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};
COMPAT_ASSERT_SIZE(struct compat_rusage, 72);

struct compat_sysinfo {
	s32 uptime;
	u32 loads[3];
	u32 totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	u16 procs, pad;
	u32 totalhigh, freehigh, mem_unit;
	char _f[8];
};
COMPAT_ASSERT_SIZE(struct compat_sysinfo, 64);

/* input and output */
struct compat_iovec {
	compat_uptr_t iov_base;
	compat_size_t iov_len;
};
COMPAT_ASSERT_SIZE(struct compat_iovec, 8);

/* signals */
typedef union compat_sigval {
	s32 sival_int;
	compat_uptr_t sival_ptr;
} compat_sigval_t;

struct compat_siginfo {
	s32 si_signo, si_errno, si_code;
	union {
		s32 pad[29];
		struct {
			s32 pid;
			u32 uid;
		} kill;
		struct {
			s32 tid, overrun;
			compat_sigval_t sigval;
		} timer;
		struct {
			s32 pid;
			u32 uid;
			compat_sigval_t sigval;
		} rt;
		struct {
			s32 pid;
			u32 uid;
			s32 status, utime, stime;
		} sigchld;
		struct {
			compat_uptr_t addr;
			union {
				s16 addr_lsb;
				struct {
					char dummy[4];
					compat_uptr_t lower, upper;
				} bnd;
				struct {
					char dummy[4];
					u32 pkey;
				} pkey;
			};
		} sigfault;
		struct {
			s32 band, fd;
		} sigpoll;
		struct {
			compat_uptr_t call_addr;
			s32 syscall;
			u32 arch;
		} sigsys;
	};
};
COMPAT_ASSERT_SIZE(struct compat_siginfo, 128);

struct compat_sigevent {
	compat_sigval_t sigev_value;
	s32 sigev_signo, sigev_notify;
	union {
		s32 pad[13];
		s32 tid;
		struct {
			compat_uptr_t function, attribute;
		} thread;
	};
};
COMPAT_ASSERT_SIZE(struct compat_sigevent, 64);

struct compat_sigaltstack {
	compat_uptr_t ss_sp;
	s32 ss_flags;
	compat_size_t ss_size;
};
COMPAT_ASSERT_SIZE(struct compat_sigaltstack, 12);

struct compat_robust_list_head {
	compat_uptr_t list;
	s32 futex_offset;
	compat_uptr_t list_op_pending;
};
COMPAT_ASSERT_SIZE(struct compat_robust_list_head, 12);

/* Ids in 16-bit fields: what does not fit is the overflow id (/proc/sys/kernel/overflowuid). */
#define OVERFLOW_ID 65534
static inline u16 high2low(u32 id)
{
	return id > 0xffff ? OVERFLOW_ID : (u16)id;
}

/* message queues and System V IPC */
struct compat_mq_attr {
	s32 mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs, reserved[4];
};
COMPAT_ASSERT_SIZE(struct compat_mq_attr, 32);

struct compat_ipc64_perm {
	u32 key, uid, gid, cuid, cgid;
	u16 mode, pad1, seq, pad2;
	u32 unused1, unused2;
};
COMPAT_ASSERT_SIZE(struct compat_ipc64_perm, 36);

/* Layouts without IPC_64 (libc 5). */
struct compat_ipc_perm {
	u32 key;
	u16 uid, gid, cuid, cgid, mode, seq;
};
COMPAT_ASSERT_SIZE(struct compat_ipc_perm, 16);

struct compat_semid_ds {
	struct compat_ipc_perm sem_perm;
	u32 sem_otime, sem_ctime, sem_base, sem_pending, sem_pending_last, undo;
	u16 sem_nsems;
};
COMPAT_ASSERT_SIZE(struct compat_semid_ds, 44);

struct compat_msqid_ds {
	struct compat_ipc_perm msg_perm;
	u32 msg_first, msg_last, msg_stime, msg_rtime, msg_ctime, msg_lcbytes, msg_lqbytes;
	u16 msg_cbytes, msg_qnum, msg_qbytes, msg_lspid, msg_lrpid;
};
COMPAT_ASSERT_SIZE(struct compat_msqid_ds, 56);

struct compat_shmid_ds {
	struct compat_ipc_perm shm_perm;
	u32 shm_segsz, shm_atime, shm_dtime, shm_ctime;
	u16 shm_cpid, shm_lpid, shm_nattch, shm_unused;
	u32 shm_unused2, shm_unused3;
};
COMPAT_ASSERT_SIZE(struct compat_shmid_ds, 48);

struct compat_semid64_ds {
	struct compat_ipc64_perm sem_perm;
	u32 sem_otime, sem_otime_high, sem_ctime, sem_ctime_high;
	u32 sem_nsems, unused3, unused4;
};
COMPAT_ASSERT_SIZE(struct compat_semid64_ds, 64);

struct compat_msqid64_ds {
	struct compat_ipc64_perm msg_perm;
	u32 msg_stime, msg_stime_high, msg_rtime, msg_rtime_high, msg_ctime, msg_ctime_high;
	u32 msg_cbytes, msg_qnum, msg_qbytes;
	s32 msg_lspid, msg_lrpid;
	u32 unused4, unused5;
};
COMPAT_ASSERT_SIZE(struct compat_msqid64_ds, 88);

/* Converts what a signal handler of a 32-bit program sees, and back (rt_sigqueueinfo). Which of
 * the union's members counts follows from signal and code as in the kernel's siginfo_layout(). */
void siginfo_to_compat(struct compat_siginfo *to, const siginfo_t *from);
void siginfo_from_compat(siginfo_t *to, const struct compat_siginfo *from);

#endif

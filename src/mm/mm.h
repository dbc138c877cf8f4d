/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The address space of a guest process. All guest memory lies in one arena, a huge reservation of
 * host memory. The guest's addresses are cut into chunks of 2^mm_chunk_shift bytes; a chunk that is
 * used has a place in the arena, in which guest addresses follow each other as in the guest. The
 * host keeps the arena readable and writable (file mappings: as the file allows); what the guest
 * may do is enforced by the TLB fill and by the user access functions (mm/uaccess.h). */
#ifndef TRAPGATE_MM_MM_H
#define TRAPGATE_MM_MM_H

#include "abi/types.h"

struct vm_area {
	guest_addr start, end; /* page aligned, end exclusive */
	u32 prot;	       /* PROT_READ | PROT_WRITE | PROT_EXEC */
	u32 flags;	       /* MAP_SHARED or MAP_PRIVATE, MAP_ANONYMOUS, MAP_GROWSDOWN, VMA_* */
	u64 pgoff;	       /* offset in bytes of start: in the file, or of private anonymous
				* memory where it lay when it was first written */
	u32 anon_vma;	      /* of private memory: areas with different ones stay apart, 0: none */
	bool anon_inherited;  /* it has pages of the parent's */
	struct vm_file *file; /* backing file, NULL for private anonymous memory */
	const char *name;     /* "[heap]", "[stack]", "[vdso]", NULL */
	bool readonly;	      /* shared mapping of a file not open for writing */
	bool in_tlb;	      /* a page of it may be in the TLB */
	bool has_code;	      /* code of it may have been translated */
};

/* More of vm_area.flags, beside the MAP_* bits that are kept. */
enum {
	VMA_MERGEABLE = 1 << 9, /* MADV_MERGEABLE */
	VMA_SPECIAL = 1 << 10, /* the kernel's own, "[vdso]": it stays in one piece, of that size */
	VMA_PFN = 1 << 11,     /* the same, and not memory (VM_IO | VM_PFNMAP): "[vvar]" */
	VMA_LOCKED = 1 << 16,
	VMA_LOCKONFAULT = 1 << 17,
	VMA_DONTFORK = 1 << 18,
	VMA_WIPEONFORK = 1 << 19,
	VMA_SEALED = 1 << 20,
	VMA_NORESERVE = 1 << 21,
	VMA_GUARDED = 1 << 22, /* has had guard pages (MADV_GUARD_INSTALL) */
	VMA_HUGETLB = 1 << 23,
	VMA_SHM = 1 << 24,	/* a System V segment */
	VMA_HOST = 1 << 25,	/* the host keeps more of it than pages: unmapping must renew it */
	VMA_SEQ = 1 << 26,	/* MADV_SEQUENTIAL */
	VMA_RAND = 1 << 27,	/* MADV_RANDOM */
	VMA_DONTDUMP = 1 << 28, /* MADV_DONTDUMP */
	VMA_HUGE = 1 << 29,	/* MADV_HUGEPAGE */
	VMA_NOHUGE = 1 << 30,	/* MADV_NOHUGEPAGE */
};
#define VMA_ACCOUNT (1u << 31) /* VM_ACCOUNT: private memory that counts as committed */

/* Flags that do not keep areas apart. */
#define VMA_SOFT (VMA_HOST | VMA_GUARDED)

#define TASK_SIZE_64 0x7ffffffff000UL
#define TASK_SIZE_32 0xffffe000UL

struct vm_file { /* what an area maps, for /proc and for sharing decisions */
	u32 refs;
	u64 dev, ino; /* 0, 0: shared anonymous memory */
	bool others;  /* another process may have it */
};

struct mm {
	struct vm_area **areas; /* sorted by start */
	size_t nr_areas, max_areas;
	size_t areas_before;	/* how many of max_areas are free in front of the first */
	guest_addr gap_top[48]; /* no gap of 2^n bytes or more lies above gap_top[n] */
	u32 def_flags;		/* of new areas: VMA_LOCKED after mlockall(MCL_FUTURE) */
	u64 locked_lost;	/* no more locked, but counted: MREMAP_DONTUNMAP's way */
	bool legacy_layout;	/* mmap goes upwards (unlimited stack) */
	bool pkey_taken;	/* pkey_alloc(2) has been tried */
	u64 task_size;
	guest_addr stack_top; /* where the stack begins, with the strings of exec */
	guest_addr mmap_base;
	guest_addr start_brk, brk;
	guest_addr start_code, end_code, start_data, end_data;
	guest_addr start_stack, arg_start, arg_end, env_start, env_end;
	guest_addr vdso;
	guest_addr vdso32_landing; /* where SYSENTER returns to; moves with the vDSO */
	guest_addr vdso32_sigreturn, vdso32_rt_sigreturn;
	u64 auxv[64];
	size_t nr_auxv; /* in u64, without the terminator */
	u64 exe_dev, exe_ino;
	char exe[4096]; /* path that the program had when it was loaded, absolute */
	int exe_fd;	/* by which its file is held (task/exe.h), or 0 */
};

extern struct mm *mm; /* of this process */

/* Reserves the arena. */
void mm_init(void);
void *mm_arena(void);
u64 mm_arena_size(void);

/* mm_delta[addr >> mm_chunk_shift]: what to add to a guest address to get where it lies in the
 * host, 0 while the chunk has no place. */
extern u64 *mm_delta;
extern u32 mm_chunk_shift;
u8 *mm_place_chunk(guest_addr addr);

/* Where addr lies in the host; NULL when the arena is full. What follows is contiguous up to
 * mm_chunk_end(addr). */
static inline u8 *mm_host(guest_addr addr)
{
	u64 delta = mm_delta[addr >> mm_chunk_shift];

	return likely(delta) ? (u8 *)(uintptr_t)(addr + delta) : mm_place_chunk(addr);
}

static inline guest_addr mm_chunk_end(guest_addr addr)
{
	return ((addr >> mm_chunk_shift) + 1) << mm_chunk_shift;
}

/* Throws the address space away and starts an empty one for a 64-bit or 32-bit program, whose file
 * is fd (-1: none), with the mmap base below the gap for the stack, as Linux computes it
 * (arch/x86/mm/mmap.c). */
void mm_reset(enum abi abi, int fd);
/* The host has nothing of the guest's memory any more (exec_mmap.h); mm_reset() is to follow. */
void mm_renew(void);

/* mmap(2) and its kin; results as the system calls': an address, 0 or -errno. fd is a host
 * descriptor or -1. */
long mm_mmap(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 offset);
struct stat;
/* The same; st is what fstat(2) says about fd, or NULL. */
long mm_mmap_file(guest_addr addr, u64 len, u32 prot, u32 flags, int fd, u64 offset,
		  const struct stat *st);
/* Where len bytes fit at a multiple of align (a power of two), or 0. */
guest_addr mm_unmapped(guest_addr hint, u64 len, u64 align);
long mm_munmap(guest_addr addr, u64 len);
long mm_mprotect(guest_addr addr, u64 len, u32 prot);
long mm_mremap(guest_addr old, u64 old_len, u64 new_len, u32 flags, guest_addr new_addr);
long mm_brk(guest_addr brk);
long mm_madvise(guest_addr addr, u64 len, int advice);
long mm_msync(guest_addr addr, u64 len, int flags);
long mm_mincore(guest_addr addr, u64 len, guest_addr vec);
long mm_mlock(guest_addr addr, u64 len, u32 flags); /* mlock2(2) */
long mm_munlock(guest_addr addr, u64 len);
long mm_mlockall(u32 flags);
long mm_munlockall(void);
long mm_mseal(guest_addr addr, u64 len, u64 flags);
long mm_remap_file_pages(guest_addr addr, u64 len, u32 prot, u64 pgoff, u32 flags);
/* shmat(2) without its checks of the identifier; len is the segment's size. */
long mm_shmat(int id, guest_addr addr, u64 len, u32 flags);
long mm_shmdt(guest_addr addr);
/* In a new process: MADV_DONTFORK, MADV_WIPEONFORK, and locks are not inherited. */
void mm_forked(void);

/* The area that holds addr, or NULL. */
struct vm_area *mm_find(guest_addr addr);
/* The address of what lies at a place in the host, or 0. */
guest_addr mm_guest(const u8 *at);
/* The area that holds addr or the first one above it, or NULL. */
struct vm_area *mm_find_next(guest_addr addr);
/* The auxiliary vector as Linux keeps it: in words of the program's size, with zeros behind. */
void mm_saved_auxv(const struct mm *m, u64 out[static ARRAY_SIZE(m->auxv)]);
/* Makes an area the kernel's own (_install_special_mapping()): VMA_SPECIAL and more flags, and a
 * name for /proc/PID/maps ("[vdso]"), a static string. */
void mm_make_special(guest_addr addr, u32 flags, const char *name);
/* prctl(PR_SET_VMA_ANON_NAME): "[anon:NAME]" in /proc/PID/maps; NULL takes the name away. 0 or
 * -errno. */
long mm_set_anon_name(guest_addr addr, u64 len, const char *name);
/* Makes the area at addr a stack that grows down to RLIMIT_STACK. */
void mm_make_stack(guest_addr addr);
u64 mm_locked(void); /* bytes of locked memory */

/* Programs and libraries have places of their own, which are the same in each process: so what the
 * engine has translated of one is not in another one's way. The number of fd's file among `places`,
 * by its beginning and size. */
u64 mm_place_of_file(int fd, u64 places);
/* Whether that counts for addresses: in a 64-bit program, unless they are not to be random. */
bool mm_has_places(void);

/* cpu_ops.fill. Grows stacks. */
struct cpu_xlate;
bool mm_fill(guest_addr page, int access, struct cpu_xlate *out);
/* cpu_ops.spare */
bool mm_spare(guest_addr page, u64 phys);
/* cpu_ops.ahead */
u32 mm_ahead(guest_addr page, int access, u32 max);

/* Whether the page of addr has memory behind it already (the P bit of a page fault). */
bool mm_present(guest_addr addr);
/* A file became shorter: pages of its mappings beyond the end must fault again. */
void mm_file_shrunk(void);
/* The file's content was written by a system call: code translated from its mappings is stale. */
void mm_file_written(int fd);
/* Whether that matters: code of a file mapped shared has been executed. */
extern bool mm_watch_writes;

/* Another process has written to code of this one: set by that process, which then interrupts this
 * one for mm_forget_code(). */
extern volatile u32 mm_code_written;
void mm_forget_code(void);
/* Looks whether other processes have written to code that this one has executed (shared_code.c):
 * before the program goes on where entry_work.code is set. */
void mm_shared_code_check(void);
/* Before a fork: what is mapped shared will be another process's too. */
void mm_shared_code_forking(void);

/* Why an access to addr faults: SIGSEGV or SIGBUS with si_code (SEGV_MAPERR, SEGV_ACCERR,
 * BUS_ADRERR). */
void mm_fault_info(guest_addr addr, int access, int *sig, int *si_code);

#endif

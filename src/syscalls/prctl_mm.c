/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prctl(PR_SET_MM) on the guest's address space (kernel/sys.c). */
#include "syscalls/prctl_mm.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "host/host.h"
#include "mm/limit.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/resource.h"

#define MMAP_MIN_ADDR  65536UL
#define CAP_CHECKPOINT 40 /* CAP_CHECKPOINT_RESTORE */

/* The kernel's struct prctl_mm_map. */
struct mm_map {
	u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack, arg_start,
		arg_end, env_start, env_end, auxv;
	u32 auxv_size, exe_fd;
};
_Static_assert(sizeof(struct mm_map) == 104, "struct prctl_mm_map");

static struct mm_map present(void)
{
	return (struct mm_map){
		.start_code = mm->start_code,
		.end_code = mm->end_code,
		.start_data = mm->start_data,
		.end_data = mm->end_data,
		.start_brk = mm->start_brk,
		.brk = mm->brk,
		.start_stack = mm->start_stack,
		.arg_start = mm->arg_start,
		.arg_end = mm->arg_end,
		.env_start = mm->env_start,
		.env_end = mm->env_end,
		.exe_fd = (u32)-1,
	};
}

static void apply(const struct mm_map *m)
{
	mm->start_code = m->start_code;
	mm->end_code = m->end_code;
	mm->start_data = m->start_data;
	mm->end_data = m->end_data;
	mm->start_brk = m->start_brk;
	mm->brk = m->brk;
	mm->start_stack = m->start_stack;
	mm->arg_start = m->arg_start;
	mm->arg_end = m->arg_end;
	mm->env_start = m->env_start;
	mm->env_end = m->env_end;
}

/* validate_prctl_map_addr() */
static bool valid(const struct mm_map *m)
{
	const u64 *v = &m->start_code;

	for (int i = 0; i < 11; i++) /* up to env_end */
		if (v[i] >= mm->task_size || v[i] < MMAP_MIN_ADDR)
			return false;
	return m->start_code < m->end_code && m->start_data <= m->end_data &&
	       m->start_brk <= m->brk && m->arg_start <= m->arg_end && m->env_start <= m->env_end &&
	       mm_data_limit_ok(m->brk, m->start_brk, m->end_data, m->start_data);
}

/* The program's file is mapped as long as the program runs: it cannot be another's meanwhile. */
static long set_exe(u64 fd)
{
	struct stat st;

	if (fd > INT32_MAX || host_fd_is_own((int)fd) || host(SYS_fstat, fd, HP(&st)))
		return -EBADF;
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return -EACCES;
	return -EBUSY;
}

static long set_auxv(guest_addr addr, u64 len)
{
	u64 v[ARRAY_SIZE(mm->auxv)] = {0};

	if (len > sizeof(v))
		return -EINVAL;
	if (copy_from_user(v, addr, len))
		return -EFAULT;
	v[ARRAY_SIZE(v) - 2] = v[ARRAY_SIZE(v) - 1] = 0; /* AT_NULL */
	memcpy(mm->auxv, v, sizeof(v));
	for (mm->nr_auxv = 0; v[mm->nr_auxv]; mm->nr_auxv += 2)
		;
	return 0;
}

static long set_map(guest_addr addr, u64 size)
{
	struct mm_map m;
	long err;

	if (size != sizeof(m))
		return -EINVAL;
	if (get_user(m, addr))
		return -EFAULT;
	if (!valid(&m) || (m.auxv_size && (!m.auxv || m.auxv_size > sizeof(mm->auxv))))
		return -EINVAL;
	if (m.exe_fd != (u32)-1) {
		if (!host_capable(CAP_SYS_ADMIN) && !host_capable(CAP_CHECKPOINT))
			return -EPERM;
		err = set_exe(m.exe_fd);
		if (err)
			return err;
	}
	if (m.auxv_size) {
		err = set_auxv(m.auxv, m.auxv_size);
		if (err)
			return err;
	}
	apply(&m);
	return 0;
}

/* The field that an option names; *mapped: its address must not lie above everything. */
static u64 *field(struct mm_map *m, u64 opt, bool *mapped)
{
	*mapped = opt == PR_SET_MM_START_STACK ||
		  (opt >= PR_SET_MM_ARG_START && opt <= PR_SET_MM_ENV_END);
	switch (opt) {
	case PR_SET_MM_START_CODE:
		return &m->start_code;
	case PR_SET_MM_END_CODE:
		return &m->end_code;
	case PR_SET_MM_START_DATA:
		return &m->start_data;
	case PR_SET_MM_END_DATA:
		return &m->end_data;
	case PR_SET_MM_START_STACK:
		return &m->start_stack;
	case PR_SET_MM_START_BRK:
		return &m->start_brk;
	case PR_SET_MM_BRK:
		return &m->brk;
	case PR_SET_MM_ARG_START:
		return &m->arg_start;
	case PR_SET_MM_ARG_END:
		return &m->arg_end;
	case PR_SET_MM_ENV_START:
		return &m->env_start;
	case PR_SET_MM_ENV_END:
		return &m->env_end;
	default:
		return NULL;
	}
}

long prctl_set_mm(u64 opt, guest_addr addr, u64 arg4, u64 arg5)
{
	struct mm_map m = present();
	u32 size = sizeof(m);
	u64 *value;
	bool mapped;

	if (arg5 ||
	    (arg4 && opt != PR_SET_MM_AUXV && opt != PR_SET_MM_MAP && opt != PR_SET_MM_MAP_SIZE))
		return -EINVAL;
	/* These two are there where the host's kernel can checkpoint. */
	if ((opt == PR_SET_MM_MAP || opt == PR_SET_MM_MAP_SIZE) &&
	    host(SYS_prctl, PR_SET_MM, PR_SET_MM_MAP_SIZE, HP(&size), 0, 0) == 0)
		return opt == PR_SET_MM_MAP ? set_map(addr, arg4) : put_user(size, addr);
	if (!host_capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (opt == PR_SET_MM_EXE_FILE)
		return set_exe(addr);
	if (opt == PR_SET_MM_AUXV)
		return set_auxv(addr, arg4);
	value = field(&m, opt, &mapped);
	if (addr >= mm->task_size || addr < MMAP_MIN_ADDR || !value)
		return -EINVAL;
	*value = addr;
	if (!valid(&m))
		return -EINVAL;
	if (mapped && !mm_find_next(addr))
		return -EFAULT;
	apply(&m);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Thread-local storage: GDT entries 12 to 14 and the segment bases (arch/x86/kernel/tls.c,
 * process_64.c). */
#include "task/tls.h"

#include <errno.h>
#include <string.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"

bool user_desc_is_empty(const struct user_desc *u)
{
	return !u->base_addr && !u->limit && !u->contents && u->read_exec_only && !u->seg_32bit &&
	       !u->limit_in_pages && u->seg_not_present && !u->useable;
}

static bool is_zero(const struct user_desc *u) /* LDT_zero() */
{
	return !u->base_addr && !u->limit && !u->contents && !u->read_exec_only && !u->seg_32bit &&
	       !u->limit_in_pages && !u->seg_not_present && !u->useable;
}

u64 user_desc_to_descriptor(const struct user_desc *u)
{
	u64 type = (u64)((u->read_exec_only ^ 1) << 1 | u->contents << 2 | 1), d;

	d = (u->limit & 0xffff) | (u64)(u->base_addr & 0xffffff) << 16;
	d |= (type | 0x70) << 40; /* S, DPL 3 */
	d |= (u64)(u->seg_not_present ^ 1) << 47;
	d |= (u64)((u->limit >> 16) & 0xf) << 48;
	d |= (u64)u->useable << 52 | (u64)u->seg_32bit << 54 | (u64)u->limit_in_pages << 55;
	d |= (u64)(u->base_addr >> 24) << 56;
	return d;
}

void user_desc_from_descriptor(struct user_desc *u, u64 d)
{
	u32 nr = u->entry_number;

	memset(u, 0, sizeof(*u));
	u->entry_number = nr;
	u->base_addr = (u32)((d >> 16) & 0xffffff) | (u32)(d >> 56) << 24;
	u->limit = (u32)(d & 0xffff) | (u32)((d >> 48) & 0xf) << 16;
	u->seg_32bit = (d >> 54) & 1;
	u->contents = (d >> 42) & 3;
	u->read_exec_only = !((d >> 41) & 1);
	u->limit_in_pages = (d >> 55) & 1;
	u->seg_not_present = !((d >> 47) & 1);
	u->useable = (d >> 52) & 1;
	u->lm = (d >> 53) & 1;
}

/* tls_desc_okay(): no code segments, nothing that 16-bit or absent could be used for. */
static bool okay(const struct user_desc *u)
{
	if (user_desc_is_empty(u) || is_zero(u))
		return true;
	return u->seg_32bit && u->contents <= 1 && !u->seg_not_present;
}

long user_desc_for_tls(const struct user_desc *u, u64 *descriptor)
{
	if (!okay(u))
		return -EINVAL;
	*descriptor = user_desc_is_empty(u) || is_zero(u) ? 0 : user_desc_to_descriptor(u);
	return 0;
}

static void set_entry(int index, u64 descriptor)
{
	current->tls[index - GDT_TLS_MIN] = descriptor;
	cpu_set_gdt(index, descriptor);
	/* Segment registers that hold the selector are refreshed (do_set_thread_area()). */
	cpu_reload_segs((u16)(index << 3 | 3));
}

void tls_set(const u64 *descriptors)
{
	for (int i = 0; i <= GDT_TLS_MAX - GDT_TLS_MIN; i++)
		if (current->tls[i] != descriptors[i])
			set_entry(GDT_TLS_MIN + i, descriptors[i]);
}

static long set_thread_area(guest_addr addr, bool can_allocate)
{
	struct user_desc u;
	u64 descriptor;
	int index;

	if (get_user(u, addr))
		return -EFAULT;
	if (user_desc_for_tls(&u, &descriptor))
		return -EINVAL;
	index = (int)u.entry_number;
	if (index == -1 && can_allocate) {
		for (index = GDT_TLS_MIN; index <= GDT_TLS_MAX; index++)
			if (!current->tls[index - GDT_TLS_MIN])
				break;
		if (index > GDT_TLS_MAX)
			return -ESRCH;
		u.entry_number = (u32)index;
		if (put_user(u.entry_number, addr))
			return -EFAULT;
	}
	if (index < GDT_TLS_MIN || index > GDT_TLS_MAX)
		return -EINVAL;
	set_entry(index, descriptor);
	return 0;
}

SYSCALL_DEFINE1(set_thread_area, (.flags = SC_QUICK), USER_DESC_INOUT, addr)
{
	return set_thread_area(addr, true);
}

SYSCALL_DEFINE1(get_thread_area, (), USER_DESC_INOUT, addr)
{
	struct user_desc u;

	if (get_user(u.entry_number, addr))
		return -EFAULT;
	if (u.entry_number < GDT_TLS_MIN || u.entry_number > GDT_TLS_MAX)
		return -EINVAL;
	user_desc_from_descriptor(&u, current->tls[u.entry_number - GDT_TLS_MIN]);
	return put_user(u, addr);
}

long tls_set_for_clone(u64 tls)
{
	if (current->sc_abi == ABI_64) {
		cpu_set_fs_base(tls);
		return 0;
	}
	return set_thread_area((u32)tls, false);
}

#define ARCH_SET_GS		  0x1001
#define ARCH_SET_FS		  0x1002
#define ARCH_GET_FS		  0x1003
#define ARCH_GET_GS		  0x1004
#define ARCH_GET_CPUID		  0x1011
#define ARCH_SET_CPUID		  0x1012
#define ARCH_GET_XCOMP_SUPP	  0x1021
#define ARCH_GET_XCOMP_PERM	  0x1022
#define ARCH_REQ_XCOMP_PERM	  0x1023
#define ARCH_GET_XCOMP_GUEST_PERM 0x1024
#define ARCH_REQ_XCOMP_GUEST_PERM 0x1025

#define XFEATURE_APX 19 /* the last one that Linux knows */

static long set_base(int op, u64 base)
{
	struct cpu_segs segs;

	if (base >= TASK_SIZE_64)
		return -EPERM;
	cpu_get_segs(&segs);
	if (op == ARCH_SET_FS) {
		segs.fs = 0;
		segs.fs_base = base;
	} else {
		segs.gs = 0;
		segs.gs_base = base;
	}
	cpu_set_segs(&segs);
	return 0;
}

/* do_arch_prctl_common() */
static long common_prctl(int op, guest_addr arg)
{
	u64 xfeatures = 3; /* x87 and SSE, as XGETBV says */

	switch (op) {
	case ARCH_GET_CPUID:
		return 1;
	case ARCH_SET_CPUID:
		return -ENODEV; /* the CPU model cannot fault on CPUID */
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
	case ARCH_GET_XCOMP_GUEST_PERM:
		return put_user(xfeatures, arg);
	case ARCH_REQ_XCOMP_PERM:
	case ARCH_REQ_XCOMP_GUEST_PERM:
		return arg > XFEATURE_APX ? -EINVAL : -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

SYSCALL_DEFINE2(arch_prctl, (.flags = SC_QUICK), ARCH_PRCTL_OP, op, ARCH_PRCTL_ARG, arg)
{
	u64 base;

	switch (op) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		return set_base(op, arg);
	case ARCH_GET_FS:
		base = cpu_get_fs_base();
		return put_user(base, arg);
	case ARCH_GET_GS:
		base = cpu_get_gs_base();
		return put_user(base, arg);
	default:
		return common_prctl(op, arg);
	}
}

COMPAT_SYSCALL_DEFINE2(arch_prctl, (.flags = SC_QUICK), ARCH_PRCTL_OP, op, ARCH_PRCTL_ARG, arg)
{
	return common_prctl(op, arg);
}

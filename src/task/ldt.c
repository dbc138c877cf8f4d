/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The local descriptor table (arch/x86/kernel/ldt.c). It lives in the CPU's memory and so belongs
 * to the process, is copied by fork and lost by execve. */
#include <errno.h>

#include "abi/syscall.h"
#include "cpu/cpu.h"
#include "mm/uaccess.h"
#include "task/tls.h"

#define LDT_ENTRIES	 8192u
#define DEFAULT_LDT_SIZE 128u

static long read_ldt(guest_addr ptr, u64 bytes)
{
	u32 n = cpu_ldt_entries();

	if (!n)
		return 0;
	bytes = MIN(bytes, LDT_ENTRIES * 8UL);
	for (u32 i = 0; i * 8UL < bytes && i < n; i++) {
		u64 desc = cpu_get_ldt((int)i);

		if (copy_to_user(ptr + i * 8UL, &desc, MIN(8, bytes - i * 8UL)))
			return -EFAULT;
	}
	if (n * 8UL < bytes && clear_user(ptr + n * 8UL, bytes - n * 8UL))
		return -EFAULT;
	return (long)bytes;
}

static long read_default_ldt(guest_addr ptr, u64 bytes)
{
	bytes = MIN(bytes, DEFAULT_LDT_SIZE);
	return clear_user(ptr, bytes) ? -EFAULT : (long)bytes;
}

static long write_ldt(guest_addr ptr, u64 bytes, bool old_mode)
{
	struct user_desc u;
	u64 desc = 0;

	if (bytes != sizeof(u))
		return -EINVAL;
	if (get_user(u, ptr))
		return -EFAULT;
	if (u.entry_number >= LDT_ENTRIES)
		return -EINVAL;
	if (u.contents == 3 && (old_mode || !u.seg_not_present))
		return -EINVAL;
	if (!(old_mode && !u.base_addr && !u.limit) && !(user_desc_is_empty(&u) && !u.lm)) {
		if (old_mode)
			u.useable = 0;
		desc = user_desc_to_descriptor(&u);
	}
	cpu_set_ldt((int)u.entry_number, desc);
	cpu_refresh_ldt_segs();
	return 0;
}

SYSCALL_DEFINE3(modify_ldt, (.flags = SC_OUTSIDE), INT, func, ADDR, ptr, SIZE, bytecount)
{
	long ret;

	switch ((int)func) {
	case 0:
		ret = read_ldt(ptr, bytecount);
		break;
	case 1:
		ret = write_ldt(ptr, bytecount, true);
		break;
	case 2:
		ret = read_default_ldt(ptr, bytecount);
		break;
	case 0x11:
		ret = write_ldt(ptr, bytecount, false);
		break;
	default:
		ret = -ENOSYS;
		break;
	}
	return (long)(u32)ret; /* an int that is not sign-extended */
}

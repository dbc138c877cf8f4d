/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Landlock and the calls that all security modules share. The host restricts this process, which
 * is the guest. */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "task/exec.h"

#ifndef SYS_lsm_get_self_attr
#define SYS_lsm_get_self_attr 459
#define SYS_lsm_set_self_attr 460
#define SYS_lsm_list_modules  461
#endif

#define PATH_BENEATH_SIZE 12 /* struct landlock_path_beneath_attr, packed */
#define NET_PORT_SIZE	  16
#define RULE_PATH_BENEATH 1

SYSCALL_DEFINE3(landlock_create_ruleset, (), ADDR, attr, SIZE, size, HEX, flags)
{
	return host(SYS_landlock_create_ruleset, HP(user_in(attr, MIN(size, PAGE_SIZE))), size,
		    (u32)flags);
}

SYSCALL_DEFINE4(landlock_add_rule, (), FD, ruleset_fd, INT, rule_type, ADDR, rule_attr, HEX, flags)
{
	size_t n = rule_type == RULE_PATH_BENEATH ? PATH_BENEATH_SIZE : NET_PORT_SIZE;

	return host(SYS_landlock_add_rule, ruleset_fd, rule_type, HP(user_in(rule_attr, n)),
		    (u32)flags);
}

SYSCALL_DEFINE2(landlock_restrict_self,
		(.missing = "LANDLOCK_ACCESS_FS_EXECUTE on hosts before Linux 6.14"), FD,
		ruleset_fd, HEX, flags)
{
	long ret = host(SYS_landlock_restrict_self, ruleset_fd, (u32)flags);

	exec_asks_host |= !ret;
	return ret;
}

/* The size that a pointer leads to, at most a page more than any answer has. */
static size_t size_at(guest_addr addr)
{
	u32 n;

	return addr && !get_user(n, addr) ? MIN(n, 1u << 16) : 0;
}

SYSCALL_DEFINE4(lsm_get_self_attr, (), UINT, attr, ADDR, ctx, ADDR, size, HEX, flags)
{
	return host(SYS_lsm_get_self_attr, attr, HP(user_out(ctx, size_at(size))),
		    HP(user_inout(size, 4)), (u32)flags);
}

SYSCALL_DEFINE4(lsm_set_self_attr, (), UINT, attr, ADDR, ctx, UINT, size, HEX, flags)
{
	return host(SYS_lsm_set_self_attr, attr, HP(user_in(ctx, MIN(size, PAGE_SIZE))), size,
		    (u32)flags);
}

SYSCALL_DEFINE3(lsm_list_modules, (), ADDR, ids, ADDR, size, HEX, flags)
{
	return host(SYS_lsm_list_modules, HP(user_out(ids, size_at(size))), HP(user_inout(size, 4)),
		    (u32)flags);
}

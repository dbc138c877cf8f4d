/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory policy (mm/mempolicy.c). Addresses are the guest's: each piece of a guest range that is
 * contiguous in the arena is handed to the host by itself. Node masks are arrays of longs. */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"

#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif

#define F_ADDR	  2 /* get_mempolicy: MPOL_F_ADDR */
#define MAX_NODES (PAGE_SIZE * 8)
#define PIECES	  64
#define MAX_PAGES 4096

/* Bytes of a mask of maxnode - 1 bits (get_nodes()), in longs of the caller. */
static size_t mask_size(u64 maxnode)
{
	u64 bits = maxnode ? maxnode - 1 : 0;
	u64 unit = current->sc_abi == ABI_32 ? 32 : 64;

	return bits > MAX_NODES ? 0 : (bits + unit - 1) / unit * (unit / 8);
}

/* The mask for the host, whose longs have 64 bits. */
static const void *import_mask(guest_addr mask, u64 maxnode)
{
	size_t n = mask_size(maxnode);
	u64 *wide;

	if (!n || current->sc_abi == ABI_64)
		return user_in(mask, n);
	wide = user_scratch(n + 8);
	if (!wide || !mask)
		return NULL;
	wide[n / 8] = 0;
	return copy_from_user(wide, mask, n) ? (void *)-PAGE_SIZE : wide;
}

/* Calls op for each piece of the range. */
static long each_piece(guest_addr start, u64 len, long (*op)(void *p, u64 n, const void *arg),
		       const void *arg)
{
	struct iovec iov[PIECES];
	long ret;

	if (start & ~PAGE_MASK)
		return op((void *)1, len, arg);
	len = PAGE_ALIGN(len);
	if (!len || start + len < start)
		return op((void *)(start + len < start ? PAGE_SIZE : 0), len, arg);
	while (len) {
		int n = user_range(start, len, false, iov, PIECES);

		for (int i = 0; i < n; i++) {
			ret = op(iov[i].iov_base, iov[i].iov_len, arg);
			if (ret)
				return ret;
			start += iov[i].iov_len;
			len -= iov[i].iov_len;
		}
	}
	return 0;
}

struct mbind_args {
	u64 mode, maxnode;
	const void *mask;
	u32 flags;
};

static long mbind_piece(void *p, u64 n, const void *arg)
{
	const struct mbind_args *m = arg;

	return host(SYS_mbind, HP(p), n, m->mode, HP(m->mask), m->maxnode, m->flags);
}

SYSCALL_DEFINE6(mbind, (), ADDR, start, SIZE, len, HEX, mode, ADDR, nmask, SIZE, maxnode, HEX,
		flags)
{
	struct mbind_args m = {mode, maxnode, import_mask(nmask, maxnode), (u32)flags};

	return each_piece(start, len, mbind_piece, &m);
}

struct home_args {
	u64 node, flags;
};

static long home_piece(void *p, u64 n, const void *arg)
{
	const struct home_args *h = arg;

	return host(SYS_set_mempolicy_home_node, HP(p), n, h->node, h->flags);
}

SYSCALL_DEFINE4(set_mempolicy_home_node, (), ADDR, start, SIZE, len, HEX, home_node, HEX, flags)
{
	struct home_args h = {home_node, flags};

	return each_piece(start, len, home_piece, &h);
}

SYSCALL_DEFINE3(set_mempolicy, (), INT, mode, ADDR, nmask, SIZE, maxnode)
{
	return host(SYS_set_mempolicy, mode, HP(import_mask(nmask, maxnode)), maxnode);
}

SYSCALL_DEFINE5(get_mempolicy, (), INT_OUT, policy, ADDR, nmask, SIZE, maxnode, ADDR, addr, HEX,
		flags)
{
	/* copy_nodes_to_user() writes whole 64-bit words and clears what is beyond its own nodes.
	 */
	size_t n = maxnode > MAX_NODES ? 0 : (maxnode - 1 + 64) / 64 * 8;
	bool small = current->sc_abi == ABI_32 && nmask;
	const void *p = flags & F_ADDR ? user_in(addr, 1) : (void *)addr;
	void *mask = small ? user_scratch(n + 8) : user_out(nmask, n);
	long ret = host(SYS_get_mempolicy, HP(user_out(policy, sizeof(int))), HP(mask), maxnode,
			HP(p), flags);

	if (ret >= 0 && small && copy_to_user(nmask, mask, mask_size(maxnode)))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE4(migrate_pages, (), PID, pid, SIZE, maxnode, ADDR, old_nodes, ADDR, new_nodes)
{
	return host(SYS_migrate_pages, pid, maxnode, HP(import_mask(old_nodes, maxnode)),
		    HP(import_mask(new_nodes, maxnode)));
}

/* Host addresses for guest addresses; those of another process mean nothing here. */
static const void **import_pages(guest_addr pages, u64 n)
{
	const void **list = user_scratch(n * sizeof(*list) + 1);

	for (u64 i = 0; list && i < n; i++) {
		u64 addr = 0;
		u32 small;

		if (current->sc_abi == ABI_64) {
			if (get_user(addr, pages + i * 8))
				return (void *)-PAGE_SIZE;
		} else {
			if (get_user(small, pages + i * 4))
				return (void *)-PAGE_SIZE;
			addr = small;
		}
		list[i] = user_in(addr, 1);
	}
	return list;
}

SYSCALL_DEFINE6(move_pages, (.missing = "pages of other processes; more than 4096 pages at once"),
		PID, pid, SIZE, nr_pages, ADDR, pages, ADDR, nodes, ADDR, status, HEX, flags)
{
	const void **list;

	if (nr_pages > MAX_PAGES || !pages || (pid && pid != (int)host(SYS_getpid)))
		return host(SYS_move_pages, pid, MIN(nr_pages, MAX_PAGES), pages ? -PAGE_SIZE : 0,
			    0, 0, (u32)flags);
	list = import_pages(pages, nr_pages);
	return host(SYS_move_pages, pid, nr_pages, HP(list), HP(user_in(nodes, nr_pages * 4)),
		    HP(user_out(status, nr_pages * 4)), (u32)flags);
}

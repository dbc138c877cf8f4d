/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory policy (mm/mempolicy.c). Addresses are the guest's: each piece of a guest range that is
 * contiguous in the arena is handed to the host by itself. Node masks are arrays of longs. */
#include <errno.h>

#include "abi/syscall.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "syscalls/proc_view.h"
#include "task/task.h"

#ifndef SYS_set_mempolicy_home_node
#define SYS_set_mempolicy_home_node 450
#endif

#define F_ADDR	  2 /* get_mempolicy: MPOL_F_ADDR */
#define MAX_NODES (PAGE_SIZE * 8)
#define PIECES	  64

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
	 * For a 32-bit caller it writes a word of 32 bits even of no node at all. */
	size_t n = maxnode - 1 > MAX_NODES ? 0 : (maxnode - 1 + 63) / 64 * 8;
	bool small = current->sc_abi == ABI_32 && nmask;
	const void *p = flags & F_ADDR ? user_in(addr, 1) : (void *)addr;
	void *mask = small ? user_scratch(n + 8) : user_out(nmask, n);
	long ret = host(SYS_get_mempolicy, HP(user_out(policy, sizeof(int))), HP(mask), maxnode,
			HP(p), flags);

	if (ret >= 0 && small && maxnode == 1)
		ret = host(SYS_get_mempolicy, 0, HP(mask), 65, HP(p), flags);
	if (ret >= 0 && small && copy_to_user(nmask, mask, n ? n : 4))
		return -EFAULT;
	return ret;
}

SYSCALL_DEFINE4(migrate_pages, (), PID, pid, SIZE, maxnode, ADDR, old_nodes, ADDR, new_nodes)
{
	return host(SYS_migrate_pages, pid, maxnode, HP(import_mask(old_nodes, maxnode)),
		    HP(import_mask(new_nodes, maxnode)));
}

/* ---- move_pages ---- */

#define CHUNK 16 /* DO_PAGES_STAT_CHUNK_NR */

struct move {
	int pid;
	u32 flags;
	const struct proc_view *view; /* of another guest, or NULL */
	bool foreign;		      /* no guest: its addresses are the host's */
	guest_addr pages, nodes, status;
};

static const void *place(const struct move *m, guest_addr addr)
{
	if (m->foreign)
		return (const void *)addr;
	if (m->view)
		return proc_view_place(m->view, addr);
	return mm_find(addr) ? mm_host(addr) : NULL;
}

/* Host addresses for n guest addresses; NULL if the list cannot be read. */
static const void **import_pages(const struct move *m, guest_addr pages, u64 n)
{
	static __thread const void *list[CHUNK];
	u64 width = current->sc_abi == ABI_32 ? 4 : 8;

	for (u64 i = 0; i < n; i++) {
		u64 addr = 0;

		if (copy_from_user(&addr, pages + i * width, width))
			return NULL;
		list[i] = place(m, addr);
	}
	return list;
}

/* do_pages_stat(): a chunk's addresses are read, then its answers are written. */
static long pages_stat(const struct move *m, u64 n)
{
	u64 width = current->sc_abi == ABI_32 ? 4 : 8;

	for (u64 at = 0; at < n; at += CHUNK) {
		u64 part = MIN(n - at, (u64)CHUNK);
		const void **list = import_pages(m, m->pages + at * width, part);
		int status[CHUNK];
		long ret;

		if (!list)
			return -EFAULT;
		ret = host(SYS_move_pages, m->pid, part, HP(list), 0, HP(status), m->flags);
		if (ret < 0)
			return ret;
		if (copy_to_user(m->status + at * 4, status, part * 4))
			return -EFAULT;
	}
	return 0;
}

/* do_pages_move(): page by page; the result counts those that stayed where they were. */
static long pages_move(const struct move *m, u64 n)
{
	u64 width = current->sc_abi == ABI_32 ? 4 : 8;

	for (u64 i = 0; i < n; i++) {
		const void **list = import_pages(m, m->pages + i * width, 1);
		int node, status;
		long ret;

		if (!list || get_user(node, m->nodes + i * 4))
			return -EFAULT;
		ret = host(SYS_move_pages, m->pid, 1, HP(list), HP(&node), HP(&status), m->flags);
		if (ret < 0)
			return ret;
		if (put_user(status, m->status + i * 4))
			return -EFAULT;
		if (ret > 0)
			return (long)(n - i);
	}
	return 0;
}

SYSCALL_DEFINE6(move_pages, (), PID, pid, SIZE, nr_pages, ADDR, pages, ADDR, nodes, ADDR, status,
		HEX, flags)
{
	struct move m = {pid, (u32)flags, NULL, false, pages, nodes, status};
	struct proc_view view;
	long ret;

	/* The flags and the process, before any page. */
	ret = host(SYS_move_pages, pid, 0, 0, 0, 0, (u32)flags);
	if (ret || !nr_pages)
		return ret;
	if (pid && pid != (int)host(SYS_getpid)) {
		if (!proc_view_get(&view, pid))
			m.view = &view;
		else if (proc_view_hidden(pid))
			return -EPERM;
		else
			m.foreign = true;
	}
	ret = nodes ? pages_move(&m, nr_pages) : pages_stat(&m, nr_pages);
	if (m.view)
		proc_view_free(&view);
	return ret;
}

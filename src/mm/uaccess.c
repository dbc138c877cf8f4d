/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/uaccess.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cpu/cpu.h"
#include "host/host.h"
#include "mm/area.h"
#include "mm/track.h"

#define MAX_RW_COUNT 0x7ffff000UL

/* Host memory that nobody can access, as long as the longest transfer: what a bad guest pointer
 * becomes. */
static u8 *fault_area(void)
{
	static u8 *area;

	if (!area) {
		area = mmap(NULL, MAX_RW_COUNT + PAGE_SIZE, PROT_NONE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (area == MAP_FAILED)
			fatal("out of address space");
	}
	return area;
}

/* The host's own kernel addresses fail access_ok() as the guest's do. Those of 32-bit programs
 * never fail it: Linux compares with the end of the 64-bit user space for them too. */
#define ACCESS_OK(addr, n) ((n) <= TASK_SIZE_64 && (addr) <= TASK_SIZE_64 - (n))
#define BAD_KERNEL_POINTER ((u8 *)0xffff800000000000UL)

static u8 *bad_pointer(guest_addr addr, u64 n)
{
	if (!addr)
		return NULL;
	if (!ACCESS_OK(addr, n))
		return BAD_KERNEL_POINTER + (addr & 0xfff);
	return fault_area() + (addr & 0xfff);
}

/* The area for an access of the kernel's to addr; stacks grow for the kernel too. */
static struct vm_area *access_area(guest_addr addr, bool write)
{
	struct vm_area *a = mm_find(addr);
	struct cpu_xlate x;

	if (unlikely(!a)) {
		if (addr >= mm->task_size || !mm_fill(addr & PAGE_MASK, CPU_READ, &x))
			return NULL;
		a = mm_find(addr);
	}
	if (unlikely(write ? !(a->prot & PROT_WRITE) : !a->prot))
		return NULL;
	return a;
}

/* Private memory that is written for the first time, as far as one can know before the host has
 * been asked. */
#define MAX_FIRST 8
static _Thread_local struct {
	guest_addr at;
	u32 anon_vma;
	bool tried; /* even if nothing has been written */
} first_writes[MAX_FIRST];
static _Thread_local u32 nr_first;
static _Thread_local bool write_refused; /* what it was to write before that cannot be */

static void will_write(struct vm_area *a, guest_addr at)
{
	if (likely(a->anon_vma || !(a->flags & MAP_PRIVATE)))
		return;
	area_written(a);
	if (nr_first < MAX_FIRST) {
		first_writes[nr_first].tried = !nr_first && !write_refused;
		first_writes[nr_first].at = at;
		first_writes[nr_first++].anon_vma = a->anon_vma;
	}
}

/* Whether the private page of addr has been written: it is there, and no longer the page of zeros
 * or the file's (Documentation/admin-guide/mm/pagemap.rst). */
static bool has_own_page(guest_addr addr)
{
	const u64 own = 1UL << 56, of_file = 1UL << 61, swapped = 1UL << 62;
	long fd = host(SYS_openat, AT_FDCWD, HP("/proc/self/pagemap"), O_RDONLY | O_CLOEXEC);
	u64 word = own;

	if (fd < 0)
		return true;
	host(SYS_pread64, fd, HP(&word), sizeof(word), HP(mm_host(addr)) / (long)PAGE_SIZE * 8);
	host(SYS_close, fd);
	return (word & swapped) || (word & (own | of_file)) == own;
}

/* The call may not have written there, nor tried to beyond the end of a file. */
static void forget_first_writes(long ret)
{
	while (nr_first) {
		guest_addr at = first_writes[--nr_first].at;
		struct vm_area *a = mm_find(at);

		if (a && a->anon_vma == first_writes[nr_first].anon_vma && !has_own_page(at) &&
		    !(a->file && ret == -EFAULT && first_writes[nr_first].tried &&
		      !host_touch(mm_host(at & PAGE_MASK), 1)))
			a->anon_vma = 0;
	}
}

/* Up to where what follows the area at addr can be accessed as well. */
static guest_addr accessible_end(const struct vm_area *a, guest_addr end, bool write)
{
	guest_addr at = a->end;

	while (at < end) {
		struct vm_area *next = access_area(at, write);

		if (!next)
			break;
		if (write) {
			area_content_changed(next, at, MIN(next->end, end));
			will_write(next, at);
		}
		at = next->end;
	}
	return MIN(at, end);
}

/* How many of n bytes at addr are contiguous in the arena, and where; 0 if not accessible. */
static u64 piece(guest_addr addr, u64 n, bool write, u8 **out)
{
	struct vm_area *a = access_area(addr, write);

	if (unlikely(!a)) {
		write_refused |= write;
		return 0;
	}
	*out = mm_host(addr);
	if (unlikely(!*out))
		return 0;
	if (write)
		will_write(a, addr);
	if (unlikely(n > a->end - addr))
		n = accessible_end(a, n > TASK_SIZE_64 ? TASK_SIZE_64 : addr + n, write) - addr;
	n = MIN(n, mm_chunk_end(addr) - addr);
	if (unlikely(write && a->has_code))
		area_content_changed(a, addr, MIN(addr + n, a->end));
	if (unlikely(track_on && write))
		for (guest_addr page = addr & PAGE_MASK; page < addr + n; page += PAGE_SIZE)
			if (mm_find(page)->flags & MAP_PRIVATE)
				track_page(page, mm_host(page));
	return n;
}

int copy_from_user(void *dst, guest_addr src, size_t n)
{
	u8 *from, *to = dst;
	u64 part;

	while (n) {
		part = piece(src, n, false, &from);
		if (unlikely(!part || host_copy(to, from, part)))
			return -EFAULT;
		to += part;
		src += part;
		n -= part;
	}
	return 0;
}

int copy_to_user(guest_addr dst, const void *src, size_t n)
{
	const u8 *from = src;
	u8 *to;
	u64 part;

	while (n) {
		part = piece(dst, n, true, &to);
		if (unlikely(!part || host_copy(to, from, part)))
			return -EFAULT;
		from += part;
		dst += part;
		n -= part;
	}
	return 0;
}

int copy_whole_to_user(guest_addr dst, const void *src, size_t n)
{
	u64 first = PAGE_SIZE - (dst & ~PAGE_MASK);
	u8 *to;

	if (likely(n <= first))
		return copy_to_user(dst, src, n);
	if (!piece(dst, first, true, &to) ||
	    copy_to_user(dst + first, (const u8 *)src + first, n - first))
		return -EFAULT;
	return copy_to_user(dst, src, first);
}

/* FOLL_FORCE writes only where it makes a copy of its own. */
static bool force_writes(const struct vm_area *a)
{
	return !a->readonly && (!(a->flags & MAP_SHARED) || (a->prot & PROT_WRITE));
}

size_t mm_force_copy(guest_addr addr, void *buf, size_t n, bool write)
{
	size_t done = 0;

	while (done < n) {
		guest_addr at = addr + done;
		struct vm_area *a = at < mm->task_size ? mm_find(at) : NULL;
		u8 *place = a ? mm_host(at) : NULL;
		size_t part = MIN(n - done, PAGE_SIZE - (at & ~PAGE_MASK));

		if (!place || (write && !force_writes(a)) || (a->flags & VMA_PFN))
			break;
		if (write) {
			area_content_changed(a, at, at + part);
			area_written(a);
		}
		if (write ? host_copy(place, (u8 *)buf + done, part)
			  : host_copy((u8 *)buf + done, place, part))
			break;
		done += part;
	}
	return done;
}

int clear_user(guest_addr dst, size_t n)
{
	static const u8 zeros[PAGE_SIZE];

	while (n) {
		size_t part = MIN(n, sizeof(zeros));

		if (copy_to_user(dst, zeros, part))
			return -EFAULT;
		dst += part;
		n -= part;
	}
	return 0;
}

long strncpy_from_user(char *dst, guest_addr src, size_t n)
{
	size_t done = 0;
	u8 *from;

	while (done < n) {
		u64 part = piece(src + done, n - done, false, &from);
		long len;

		if (!part)
			return -EFAULT;
		len = host_strnlen((char *)from, part);
		if (len < 0)
			return -EFAULT;
		if ((u64)len < part)
			len++; /* with its NUL */
		if (host_copy(dst + done, from, (size_t)len))
			return -EFAULT;
		done += (size_t)len;
		if (!dst[done - 1])
			return (long)done - 1;
	}
	return (long)n;
}

/* ---- Scratch memory ---- */

struct scratch {
	struct scratch *next;
	guest_addr out; /* where to copy to at the end of the call, or 0 */
	size_t size;
	u8 *edge;	  /* memory that ends where the guest's does: see at_edge(), or NULL */
	size_t edge_size; /* all of its mapping */
	u8 data[] __attribute__((aligned(16)));
};

static _Thread_local struct scratch *scratches;

static struct scratch *scratch_new(size_t n)
{
	struct scratch *s;

	if (n > (1UL << 31))
		return NULL;
	s = malloc(sizeof(*s) + n);
	if (!s)
		return NULL;
	s->out = 0;
	s->edge = NULL;
	s->size = n;
	s->next = scratches;
	scratches = s;
	return s;
}

void *user_scratch(size_t n)
{
	struct scratch *s = scratch_new(n);

	return s ? s->data : NULL;
}

static void end_all(long ret)
{
	while (scratches) {
		struct scratch *s = scratches;

		scratches = s->next;
		if (s->edge) {
			size_t used = PAGE_ALIGN(s->size);

			/* Whatever the result is, what the host wrote before it faulted stays. */
			if (s->out)
				copy_to_user(s->out, s->edge + used - s->size, s->size);
			munmap(s->edge, s->edge_size);
		} else if (s->out && ret >= 0)
			copy_to_user(s->out, s->data, s->size);
		free(s);
	}
}

void user_wrote(void)
{
	nr_first = 0;
}

void user_end(long ret)
{
	if (unlikely(scratches))
		end_all(ret);
	if (unlikely(nr_first)) {
		if ((ret <= 0 && ret >= -4095) || nr_first > 1)
			forget_first_writes(ret);
		nr_first = 0;
	}
	write_refused = false;
}

/* ---- Pointers for the host ---- */

/* How many of n bytes at addr can be accessed before the first that cannot. */
static u64 accessible(guest_addr addr, u64 n, bool write)
{
	u64 done = 0;
	u8 *p;

	while (done < n) {
		u64 part = piece(addr + done, n - done, write, &p);

		if (!part)
			break;
		done += part;
	}
	return done;
}

/* Memory of n bytes of which the first `good` are as the guest's and the host faults at the next:
 * a transfer is cut there, or refused, just as on the host. */
static void *at_edge(guest_addr addr, size_t n, size_t good, bool out)
{
	size_t used = PAGE_ALIGN(good), size = used + PAGE_ALIGN(n - good) + PAGE_SIZE;
	struct scratch *s = scratch_new(0);
	u8 *p;

	if (!s)
		return bad_pointer(addr, n);
	p = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (p == MAP_FAILED)
		return bad_pointer(addr, n);
	s->edge = p;
	s->edge_size = size;
	s->size = good;
	p += used - good;
	if (mprotect(s->edge, used, PROT_READ | PROT_WRITE) || copy_from_user(p, addr, good))
		return bad_pointer(addr, n);
	s->out = out ? addr : 0;
	return p;
}

static void *scattered(guest_addr addr, size_t n, bool in, bool out)
{
	struct scratch *s;
	u64 good = accessible(addr, n, out);

	if (good < n)
		return good && ACCESS_OK(addr, n) ? at_edge(addr, n, good, out)
						  : bad_pointer(addr, n);
	s = scratch_new(n);
	if (!s || (in && copy_from_user(s->data, addr, n)))
		return bad_pointer(addr, n);
	if (out) {
		if (!in)
			copy_from_user(s->data, addr, n);
		s->out = addr;
	}
	return s->data;
}

static void *pass(guest_addr addr, size_t n, bool in, bool out)
{
	u8 *p;
	u64 got;

	if (!addr)
		return NULL;
	if (unlikely(!n)) /* the address alone is looked at */
		return piece(addr, 1, out, &p) ? p : bad_pointer(addr, 0);
	got = piece(addr, n, out, &p);
	if (likely(got == n))
		return p;
	if (!got)
		return bad_pointer(addr, n);
	return scattered(addr, n, in, out);
}

const void *user_in(guest_addr addr, size_t n)
{
	return pass(addr, n, true, false);
}

void *user_out(guest_addr addr, size_t n)
{
	return pass(addr, n, false, true);
}

void *user_inout(guest_addr addr, size_t n)
{
	return pass(addr, n, true, true);
}

const char *user_str(guest_addr addr)
{
	u8 *p;
	u64 got;
	long len;
	char *copy;

	if (!addr)
		return NULL;
	got = piece(addr, PATH_MAX + 1, false, &p);
	if (!got)
		return (char *)bad_pointer(addr, 1);
	len = host_strnlen((char *)p, got);
	if (len >= 0 && ((u64)len < got || got > PATH_MAX))
		return (char *)p; /* a longer string is too long for the host as well */
	copy = user_scratch(PATH_MAX + 2);
	if (!copy || len < 0)
		return (char *)bad_pointer(addr, 1);
	len = strncpy_from_user(copy, addr, PATH_MAX + 1);
	if (len < 0)
		return (char *)bad_pointer(addr, 1);
	copy[len] = 0;
	return copy;
}

int user_range(guest_addr addr, u64 n, bool write, struct iovec *iov, int max)
{
	int count = 0;

	if (n > MAX_RW_COUNT)
		n = MAX_RW_COUNT;
	if (unlikely(!ACCESS_OK(addr, n))) {
		iov[0] = (struct iovec){bad_pointer(addr, n), n};
		return 1;
	}
	do {
		u8 *p;
		u64 got = piece(addr, n, write, &p);

		if (!got) { /* the host faults here; what is behind does not matter */
			iov[count++] = (struct iovec){fault_area() + (addr & 0xfff), n};
			return count;
		}
		iov[count++] = (struct iovec){p, got};
		addr += got;
		n -= got;
	} while (n && count < max);
	return count;
}

/* ---- iovec arrays ---- */

struct compat_iovec {
	u32 base, len;
};

long user_iovec_entry(enum abi abi, guest_addr uiov, u64 i, guest_addr *base, u64 *len)
{
	struct compat_iovec c;
	struct iovec v;

	if (abi == ABI_64) {
		if (copy_from_user(&v, uiov + i * sizeof(v), sizeof(v)))
			return -EFAULT;
		*base = (guest_addr)(uintptr_t)v.iov_base;
		*len = v.iov_len;
		return (s64)*len < 0 ? -EINVAL : 0;
	}
	if (copy_from_user(&c, uiov + i * sizeof(c), sizeof(c)))
		return -EFAULT;
	*base = c.base;
	*len = c.len;
	return (s32)c.len < 0 ? -EINVAL : 0;
}

long import_iovec(enum abi abi, guest_addr uiov, u64 count, bool write, struct iovec **out)
{
	enum { PIECES = 8 }; /* more areas than that per entry end the transfer early */
	struct iovec *iov;
	u64 total = 0;
	size_t n = 0;

	*out = NULL;
	count = (u32)count; /* import_iovec() takes an unsigned int */
	if (count > UIO_MAXIOV)
		return -EINVAL;
	iov = user_scratch((count + PIECES) * sizeof(*iov) + 1);
	if (!iov)
		return -ENOMEM;
	*out = iov;
	for (u64 i = 0; i < count; i++) {
		guest_addr base;
		u64 len, room = MAX_RW_COUNT - total;
		long err = user_iovec_entry(abi, uiov, i, &base, &len);

		if (err)
			return err;
		len = MIN(len, room);
		if (!ACCESS_OK(base, len))
			return -EFAULT;
		total += len;
		if (!len)
			iov[n++] = (struct iovec){NULL, 0};
		else if (n < count + PIECES)
			n += (size_t)user_range(base, len, write, &iov[n],
						(int)MIN(count + PIECES - n - (count - i - 1), 64));
	}
	return (long)MIN(n, (size_t)UIO_MAXIOV);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/image.h"

#include <asm/prctl.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sched.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/rseq.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/host.h"

#define VARIABLE     "TRAPGATE_IMAGE" /* tells the new trapgate the descriptor */
#define MAX_REGIONS  512
#define MAX_RUNS     16384
#define MAX_SHARED   32
#define MAX_LEFT_OUT 4
#define GAP	     (16 * PAGE_SIZE) /* that is written lest there be one run more */
#define MAGIC	     0x656761726d676d69UL

enum region_kind { REGION_MEMORY, REGION_STACK, REGION_SHARED, REGION_VDSO };

struct region {
	u64 start, end, offset; /* offset: of the shared file; of a piece of the vDSO, from it */
	u32 prot;
	u16 kind;
	u16 fd;
};

struct run { /* pages with something in them */
	u64 start, len;
};

struct image {
	u64 magic, fs, vdso;
	u32 nr_regions, nr_runs;
	struct region region[MAX_REGIONS];
	struct run run[MAX_RUNS]; /* their bytes follow in the file, one after the other */
};

/* What does not move, for it is in use while everything else is replaced. */
static struct __attribute__((aligned(PAGE_SIZE))) {
	u8 stack[16 * PAGE_SIZE];
	struct image image;
} kept;

static struct {
	u64 start, end;
} left_out[MAX_LEFT_OUT] = {{(u64)(uintptr_t)&kept, (u64)(uintptr_t)(&kept + 1)}};
static u32 nr_left_out = 1;

const char image_exe[] = "/proc/self/exe";

void image_leave_out(const void *from, const void *to)
{
	if (nr_left_out == MAX_LEFT_OUT)
		fatal("too much is left out of the memory image");
	left_out[nr_left_out].start = (u64)(uintptr_t)from;
	left_out[nr_left_out++].end = (u64)(uintptr_t)to;
}

/* ---- Shared memory ---- */

#define SHARED_MAX (1UL << 32)

/* A file for each process that has made some: what siblings make apart is not shared. */
static struct {
	int fd, pid;
	u64 used;
	dev_t dev;
	ino_t ino;
} shared[MAX_SHARED];
static u32 nr_shared;

/* Nothing of the host's accounts of files may hit the guest: a limit would send SIGXFSZ. */
static bool may_grow(int fd)
{
	struct rlimit lim, raised;
	bool ok;

	if (getrlimit(RLIMIT_FSIZE, &lim) || lim.rlim_max < SHARED_MAX)
		return false;
	raised = (struct rlimit){lim.rlim_max, lim.rlim_max};
	setrlimit(RLIMIT_FSIZE, &raised);
	ok = ftruncate(fd, SHARED_MAX) == 0;
	setrlimit(RLIMIT_FSIZE, &lim);
	return ok;
}

static bool new_shared_file(void)
{
	struct stat st;
	int fd;

	if (nr_shared == MAX_SHARED)
		return false;
	fd = memfd_create("trapgate", MFD_CLOEXEC);
	if (fd < 0)
		return false;
	if (!may_grow(fd) || fstat(fd, &st)) {
		close(fd);
		return false;
	}
	shared[nr_shared].fd = host_own_fd(fd);
	shared[nr_shared].pid = getpid();
	shared[nr_shared].dev = st.st_dev;
	shared[nr_shared].ino = st.st_ino;
	nr_shared++;
	return true;
}

void *host_shared(size_t size)
{
	u32 last = nr_shared - 1;
	void *p = MAP_FAILED;

	if ((nr_shared && shared[last].pid == getpid()) || new_shared_file()) {
		last = nr_shared - 1;
		p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
			 shared[last].fd, (off_t)shared[last].used);
		shared[last].used += PAGE_ALIGN(size);
	}
	if (p == MAP_FAILED)
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

#ifdef HOST_SANITIZED

/* The sanitizers' shadows do not move. */
void image_main(char **argv)
{
	(void)argv;
}

long image_save(void)
{
	return -ENOSYS;
}

_Noreturn void image_exec(int image, const int *keep, size_t n)
{
	fatal("no image %d, %p, %zu", image, (const void *)keep, n);
}

#else

static char **main_argv;
static jmp_buf resume;

/* ---- Writing ---- */

/* The program's own data, relocated or not. */
static bool is_data(u64 addr)
{
	extern const Elf64_Ehdr __ehdr_start;
	const Elf64_Phdr *p = (const void *)((const u8 *)&__ehdr_start + __ehdr_start.e_phoff);

	for (u32 i = 0; i < __ehdr_start.e_phnum; i++)
		if (p[i].p_type == PT_LOAD && (p[i].p_flags & PF_W) &&
		    addr - (p[i].p_vaddr & PAGE_MASK) <
			    PAGE_ALIGN(p[i].p_vaddr + p[i].p_memsz) - (p[i].p_vaddr & PAGE_MASK))
			return true;
	return false;
}

static bool add_region(const struct region *r)
{
	struct image *m = &kept.image;

	if (m->nr_regions == MAX_REGIONS)
		return false;
	m->region[m->nr_regions++] = *r;
	return true;
}

/* The region without what is left out. */
static bool add_pieces(struct region r, u32 from)
{
	struct region below = r;

	for (u32 i = from; i < nr_left_out; i++) {
		if (left_out[i].start >= r.end || left_out[i].end <= r.start)
			continue;
		below.end = left_out[i].start;
		if (below.start < below.end && !add_pieces(below, i + 1))
			return false;
		r.start = left_out[i].end;
		return r.start >= r.end || add_pieces(r, i);
	}
	return add_region(&r);
}

static int shared_file(u32 major, u32 minor, u64 ino)
{
	for (u32 i = 0; i < nr_shared; i++)
		if (shared[i].dev == makedev(major, minor) && shared[i].ino == ino)
			return shared[i].fd;
	return -1;
}

static bool is_left_out(const struct region *r)
{
	for (u32 i = 0; i < nr_left_out; i++)
		if (left_out[i].start <= r->start && r->end <= left_out[i].end)
			return true;
	return false;
}

/* A line of /proc/self/maps. */
static long note_mapping(const char *line)
{
	struct region r = {0};
	char prot[5] = "", name[16] = "";
	unsigned major = 0, minor = 0;
	u64 ino = 0;
	int fd;

	if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %15s", &r.start, &r.end, prot, &r.offset,
		   &major, &minor, &ino, name) < 7)
		return -EINVAL;
	r.prot = (prot[0] == 'r' ? PROT_READ : 0) | (prot[1] == 'w' ? PROT_WRITE : 0) |
		 (prot[2] == 'x' ? PROT_EXEC : 0);
	if (!strcmp(name, "[vsyscall]") || is_left_out(&r))
		return 0;
	if (!strncmp(name, "[vvar", 5) || !strcmp(name, "[vdso]")) {
		r.kind = REGION_VDSO;
		r.offset = r.start - kept.image.vdso;
	} else if (prot[3] == 's') {
		fd = shared_file(major, minor, ino);
		if (fd < 0)
			return -ENOMEM;
		r.kind = REGION_SHARED;
		r.fd = (u16)fd;
		return add_region(&r) ? 0 : -ENOMEM;
	} else {
		/* Not the program's code. The host joins constants to data that cannot be written
		 * any more where host_will_fork() has been. */
		while (ino && r.start < r.end && !is_data(r.start))
			r.start += PAGE_SIZE;
		if (r.start == r.end)
			return 0;
		r.kind = strcmp(name, "[stack]") ? REGION_MEMORY : REGION_STACK;
	}
	return add_pieces(r, 0) ? 0 : -ENOMEM;
}

static long note_mappings(void)
{
	static char text[8192];
	size_t have = 0;
	long got, err = 0, fd = host(SYS_open, HP("/proc/self/maps"), O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fd;
	while (!err && (got = host(SYS_read, fd, HP(text + have), sizeof(text) - 1 - have)) > 0) {
		char *line = text, *end;

		have += (size_t)got;
		text[have] = 0;
		for (; !err && (end = strchr(line, '\n')); line = end + 1) {
			*end = 0;
			err = note_mapping(line);
		}
		have = (size_t)(text + have - line);
		memmove(text, line, have);
	}
	host(SYS_close, fd);
	return err;
}

static bool is_zero(const u64 *page)
{
	for (size_t i = 0; i < PAGE_SIZE / sizeof(*page); i++)
		if (page[i])
			return false;
	return true;
}

static bool add_page(u64 at, u64 region)
{
	struct image *m = &kept.image;
	struct run *last = m->nr_runs ? &m->run[m->nr_runs - 1] : NULL;

	if (last && last->start >= region && at - (last->start + last->len) <= GAP) {
		last->len = at + PAGE_SIZE - last->start;
		return true;
	}
	if (m->nr_runs == MAX_RUNS)
		return false;
	m->run[m->nr_runs++] = (struct run){at, PAGE_SIZE};
	return true;
}

#define PAGES	8192
#define TOUCHED (3UL << 62) /* present, swapped */

/* Whether the host's page table has something for each page from `at`; where it cannot be asked
 * there may be. */
static void look_up(int pagemap, u64 at, u64 n, u64 *touched)
{
	ssize_t want = (ssize_t)(n * 8);

	if (pagemap < 0 ||
	    pread(pagemap, touched, (size_t)want, (off_t)(at / PAGE_SIZE * 8)) != want)
		memset(touched, 0xff, (size_t)want);
}

static long note_pages(void)
{
	static u64 touched[PAGES];
	struct image *m = &kept.image;
	int pagemap = (int)host(SYS_open, HP("/proc/self/pagemap"), O_RDONLY | O_CLOEXEC);
	bool ok = true;

	for (u32 i = 0; ok && i < m->nr_regions; i++) {
		const struct region *r = &m->region[i];

		if (r->kind > REGION_STACK || !(r->prot & PROT_READ))
			continue;
		for (u64 at = r->start; at < r->end; at += PAGE_SIZE) {
			u64 n = (at - r->start) / PAGE_SIZE % PAGES;

			if (!n)
				look_up(is_data(at) ? -1 : pagemap, at,
					MIN((r->end - at) / PAGE_SIZE, PAGES), touched);
			if ((touched[n] & TOUCHED) && !is_zero((const u64 *)(uintptr_t)at))
				ok &= add_page(at, r->start);
		}
	}
	if (pagemap >= 0)
		host(SYS_close, pagemap);
	return ok ? 0 : -ENOMEM;
}

static long write_all(int fd, u64 from, u64 len)
{
	while (len) {
		long n = host(SYS_write, fd, from, len);

		if (n <= 0)
			return n ? n : -ENOSPC;
		from += (u64)n;
		len -= (u64)n;
	}
	return 0;
}

static long write_image(int fd)
{
	const struct image *m = &kept.image;
	long err = write_all(fd, (u64)(uintptr_t)m, sizeof(*m));

	for (u32 i = 0; !err && i < m->nr_runs; i++)
		err = write_all(fd, m->run[i].start, m->run[i].len);
	return err;
}

static long make_image(int fd)
{
	struct image *m = &kept.image;
	struct rlimit lim, raised;
	long err;

	m->magic = MAGIC;
	m->nr_regions = m->nr_runs = 0;
	m->vdso = getauxval(AT_SYSINFO_EHDR);
	err = host(SYS_arch_prctl, ARCH_GET_FS, HP(&m->fs));
	if (!err)
		err = note_mappings();
	if (!err)
		err = note_pages();
	if (err)
		return err;
	getrlimit(RLIMIT_FSIZE, &lim);
	raised = (struct rlimit){lim.rlim_max, lim.rlim_max};
	setrlimit(RLIMIT_FSIZE, &raised);
	err = write_image(fd);
	setrlimit(RLIMIT_FSIZE, &lim);
	return err;
}

/* The host's break lies somewhere else than the old heap, on which the C library does not count: it
 * is told where, and that no more can be had there. */
static void end_heap(void)
{
	long at = host(SYS_brk, 0);

	brk((void *)at);
	host(SYS_mmap, PAGE_ALIGN((u64)at), PAGE_SIZE, PROT_NONE,
	     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
}

long image_save(void)
{
	static int fd;
	long err;

	fd = (int)host(SYS_memfd_create, HP("trapgate image"), MFD_CLOEXEC);
	if (fd < 0)
		return fd;
	if (_setjmp(resume)) {
		int own[HOST_MAX_OWN_FDS], n = host_own_fds(own, HOST_MAX_OWN_FDS);

		for (int i = 0; i < n; i++)
			host(SYS_fcntl, own[i], F_SETFD, FD_CLOEXEC);
		host(SYS_close, fd);
		end_heap();
		return 0;
	}
	err = make_image(fd);
	if (!err)
		return fd;
	host(SYS_close, fd);
	return err;
}

void image_exec(int image, const int *keep, size_t n)
{
	int own[HOST_MAX_OWN_FDS], nr_own = host_own_fds(own, HOST_MAX_OWN_FDS);
	char variable[32];
	char *envp[] = {variable, NULL};

	snprintf(variable, sizeof(variable), VARIABLE "=%d", image);
	host(SYS_unshare, CLONE_FILES);
	for (int i = 0; i < nr_own; i++)
		host(SYS_fcntl, own[i], F_SETFD, 0);
	for (size_t i = 0; i < n; i++)
		host(SYS_fcntl, keep[i], F_SETFD, 0);
	host(SYS_fcntl, image, F_SETFD, 0);
	/* Calls that are written SYS_ the sandbox's filter lets through with any arguments. */
	fatal("cannot execute itself: %s",
	      strerror((int)-host(__NR_execve, HP(image_exe), HP(main_argv), HP(envp))));
}

/* ---- Reading ---- */

/* Nothing but the host and `kept` may be used from here on: the C library's data are replaced. */
static _Noreturn void give_up(void)
{
	static const char text[] = "trapgate: cannot move into memory of its own\n";

	host(SYS_write, 2, HP(text), sizeof(text) - 1);
	for (;;)
		host(SYS_exit_group, 125);
}

static void make_region(const struct region *r)
{
	long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, fd = -1, offset = 0;

	if (r->kind == REGION_VDSO)
		return;
	if (r->kind == REGION_STACK)
		flags |= MAP_GROWSDOWN;
	if (r->kind == REGION_SHARED) {
		flags = MAP_SHARED | MAP_FIXED | MAP_NORESERVE;
		fd = r->fd;
		offset = (long)r->offset;
	}
	if (host(SYS_mmap, r->start, r->end - r->start, r->prot | PROT_READ | PROT_WRITE, flags, fd,
		 offset) != (long)r->start)
		give_up();
}

/* The vDSO's code comes with the process: it goes to where the old one was, before something else
 * takes its place. */
static void move_vdso(const struct image *m, u64 vdso)
{
	for (u32 i = 0; i < m->nr_regions && vdso != m->vdso; i++) {
		const struct region *r = &m->region[i];

		if (r->kind == REGION_VDSO &&
		    host(SYS_mremap, vdso + r->offset, r->end - r->start, r->end - r->start,
			 MREMAP_MAYMOVE | MREMAP_FIXED, r->start) != (long)r->start)
			give_up();
	}
}

static void fill_run(int fd, const struct run *run, u64 offset)
{
	for (u64 done = 0; done < run->len;) {
		long n = host(SYS_pread64, fd, run->start + done, run->len - done, offset + done);

		if (n <= 0)
			give_up();
		done += (u64)n;
	}
}

static int image_fd;
static u64 new_vdso;

static _Noreturn void restore(void)
{
	const struct image *m = &kept.image;
	u64 offset = sizeof(*m);
	int fd = image_fd;

	move_vdso(m, new_vdso);
	for (u32 i = 0; i < m->nr_regions; i++)
		make_region(&m->region[i]);
	for (u32 i = 0; i < m->nr_runs; i++) {
		fill_run(fd, &m->run[i], offset);
		offset += m->run[i].len;
	}
	for (u32 i = 0; i < m->nr_regions; i++) {
		const struct region *r = &m->region[i];

		if (r->kind <= REGION_STACK && r->prot != (PROT_READ | PROT_WRITE))
			host(SYS_mprotect, r->start, r->end - r->start, r->prot);
	}
	host(SYS_arch_prctl, ARCH_SET_FS, m->fs);
	_longjmp(resume, 1);
}

void image_main(char **argv)
{
	const char *value = getenv(VARIABLE);
	struct image *m = &kept.image;

	main_argv = argv;
	if (likely(!value))
		return;
	image_fd = atoi(value);
	if (pread(image_fd, m, sizeof(*m), 0) != (ssize_t)sizeof(*m) || m->magic != MAGIC)
		fatal("%s=%s: no image there", VARIABLE, value);
	/* The C library's, whose size depends on its version. */
	for (int len = 32; __rseq_size && len <= 256; len += 32)
		host(SYS_rseq, HP((char *)__builtin_thread_pointer() + __rseq_offset), len,
		     RSEQ_FLAG_UNREGISTER, RSEQ_SIG);
	new_vdso = getauxval(AT_SYSINFO_EHDR);
	__asm__ volatile("movq %0, %%rsp\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "call *%1"
			 :
			 : "r"(kept.stack + sizeof(kept.stack)), "r"(restore)
			 : "memory");
	__builtin_unreachable();
}

#endif

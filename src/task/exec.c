/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exe.h"
#include "task/exec.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cpu/cpu.h"
#include "loader/elf.h"
#include "loader/stack.h"
#include "loader/vdso.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "sandbox/path.h"
#include "sandbox/sandbox.h"
#include "syscalls/futex.h"
#include "syscalls/personality.h"
#include "syscalls/rlimit.h"
#include "syscalls/seccomp.h"
#include "syscalls/timer.h"
#include "task/exec_mmap.h"
#include "task/fork.h"
#include "task/fpstate.h"
#include "task/ptrace.h"
#include "task/robust.h"
#include "task/rseq.h"
#include "task/signal.h"
#include "task/thread.h"
#include "trace/trace.h"

#define BINPRM_BUF_SIZE	  256
#define IA32_NR_EXECVE	  11
#define MAX_SCRIPT_DEPTH  6 /* exec_binprm()'s limit: the sixth file may not be a script */
#define ELF_ET_DYN_BASE64 (TASK_SIZE_64 / 3 * 2 & PAGE_MASK)
#define ELF_ET_DYN_BASE32 0x56555000UL /* COMPAT_ELF_ET_DYN_BASE */

bool exec_static_only;
bool exec_vsyscall_int80;

/* ---- Arguments ---- */

struct strings { /* a growing NULL-terminated array of strings owned by others */
	const char **v;
	size_t n;
};

static struct strings strings_from(char *const *from)
{
	struct strings s = {NULL, 0};

	while (from && from[s.n])
		s.n++;
	s.v = malloc((s.n + 1) * sizeof(*s.v));
	if (!s.v)
		fatal("out of memory");
	if (s.n)
		memcpy(s.v, from, s.n * sizeof(*s.v));
	s.v[s.n] = NULL;
	return s;
}

static void strings_push_front(struct strings *s, const char *text)
{
	s->v = realloc(s->v, (s->n + 2) * sizeof(*s->v));
	if (!s->v)
		fatal("out of memory");
	memmove(s->v + 1, s->v, (s->n + 1) * sizeof(*s->v));
	s->v[0] = text;
	s->n++;
}

/* Linux's limit on argv and envp together: a quarter of the stack limit, at least 128 KiB, at most
 * 6 MiB, for the strings, the file name and nr pointers (bprm_stack_limits()); and 128 KiB for each
 * string. */
static int check_size(const struct strings *argv, const struct strings *envp, const char *filename,
		      size_t nr)
{
	u64 max = MIN(6UL << 20, guest_rlimit[RLIMIT_STACK].rlim_cur / 4);
	u64 sum = strlen(filename) + 1;

	max = MAX(max, 128UL << 10);
	for (int e = 0; e < 2; e++) {
		const struct strings *s = e ? envp : argv;

		for (size_t i = 0; i < s->n; i++) {
			size_t len = strlen(s->v[i]) + 1;

			if (len > 32 * PAGE_SIZE)
				return -E2BIG;
			sum += len;
		}
	}
	return max <= nr * sizeof(u64) || sum > max - nr * sizeof(u64) ? -E2BIG : 0;
}

/* ---- Finding the program ---- */

struct program {
	int fd;
	const char *path;     /* of what is loaded: the script's interpreter at last */
	const char *filename; /* as the caller named it */
	bool inaccessible;    /* a script could not open that name again */
	bool by_fd;	      /* execveat() of a descriptor alone */
	struct strings argv;
	int interp_fd;		/* PT_INTERP's file, or -1 */
	struct elf_plan plan;	/* from elf_probe() on */
	struct elf_plan interp; /* too_late and doubtful: always */
	char lines[MAX_SCRIPT_DEPTH][BINPRM_BUF_SIZE + 1];
};

static char *skip_blanks(char *p, char *last) /* next_non_spacetab() */
{
	for (; p <= last; p++)
		if (*p != ' ' && *p != '\t')
			return p;
	return NULL;
}

static char *find_blank(char *p, char *last) /* next_terminator() */
{
	for (; p <= last; p++)
		if (*p == ' ' || *p == '\t' || !*p)
			return p;
	return NULL;
}

/* A "#!" line in BINPRM_BUF_SIZE bytes, zeros after the end of the file: the interpreter and at
 * most one argument, as load_script() finds them. 0, or -ENOEXEC. */
static int parse_script(char *line, char **interp, char **arg)
{
	char *last = line + BINPRM_BUF_SIZE - 1, *end = memchr(line, '\n', BINPRM_BUF_SIZE), *blank;

	if (!end) {
		/* With no blank after it the interpreter's path may have been cut off. */
		end = skip_blanks(line + 2, last);
		if (!end || !find_blank(end, last))
			return -ENOEXEC;
		end = last;
	}
	while (end[-1] == ' ' || end[-1] == '\t')
		end--;
	*interp = skip_blanks(line + 2, end);
	if (!*interp || *interp == end)
		return -ENOEXEC;
	*arg = NULL;
	blank = find_blank(*interp, end);
	if (blank && *blank)
		*arg = skip_blanks(blank, end);
	*end = 0;
	if (blank)
		*blank = 0;
	return 0;
}

static int open_for(const struct program *p, bool is_interp, char *why, size_t n)
{
	char text[200] = "";
	int fd = exec_open(p->path, text, sizeof(text));

	if (fd < 0 && is_interp)
		snprintf(why, n, "its interpreter %.100s: %s", p->path,
			 text[0] ? text : strerror(-fd));
	else if (fd < 0)
		snprintf(why, n, "%s", text);
	return fd;
}

/* Follows scripts to an ELF program and reads its plan. */
static int find_program(struct program *p, char *why, size_t n)
{
	for (int depth = 0;; depth++) {
		char *line, *interp, *arg;
		ssize_t got;
		int err;

		if (p->fd < 0)
			p->fd = open_for(p, depth > 0, why, n);
		if (p->fd < 0)
			return p->fd;
		if (depth == MAX_SCRIPT_DEPTH)
			return -ELOOP;
		line = p->lines[depth];
		memset(line, 0, BINPRM_BUF_SIZE);
		got = pread(p->fd, line, BINPRM_BUF_SIZE, 0);
		if (got < 2 || line[0] != '#' || line[1] != '!')
			return elf_probe(p->fd, &p->plan, why, n);
		err = parse_script(line, &interp, &arg);
		if (!err && p->inaccessible)
			err = -ENOENT;
		if (err)
			return err;
		host(SYS_close, p->fd);
		p->fd = -1;
		if (p->argv.n) { /* the script's path takes argv[0]'s place */
			memmove(p->argv.v, p->argv.v + 1, p->argv.n * sizeof(*p->argv.v));
			p->argv.n--;
		}
		strings_push_front(&p->argv, depth ? p->path : p->filename);
		if (arg)
			strings_push_front(&p->argv, arg);
		strings_push_front(&p->argv, interp);
		p->path = *interp ? interp : "."; /* an empty name is the working directory */
	}
}

/* Opens and reads the program's interpreter. Linux does this while it can still go back, and so
 * the caller hears what is wrong with the file. */
static int find_interp(struct program *p, char *why, size_t n)
{
	char text[200] = "";
	int err = 0;

	if (!p->plan.interp[0])
		return 0;
	if (exec_static_only) {
		snprintf(why, n, "dynamically linked (needs %.200s), refused by --static-only",
			 p->plan.interp);
		return -ELIBBAD;
	}
	p->interp_fd = exec_open(p->plan.interp, text, sizeof(text));
	if (p->interp_fd < 0)
		err = p->interp_fd;
	else
		err = elf_probe_interp(p->interp_fd, p->plan.abi, &p->interp, text, sizeof(text));
	if (err)
		snprintf(why, n, "its interpreter %.100s: %s", p->plan.interp,
			 text[0] ? text : strerror(-err));
	return err;
}

/* ---- Mapping ---- */

/* elf_load(): what the file does not fill is data, whatever the segment's permissions are. */
static int map_segment(int fd, const struct elf_segment *s, u64 bias)
{
	u64 start = (bias + s->vaddr) & PAGE_MASK;
	u64 file_end = bias + s->vaddr + s->filesz, end = PAGE_ALIGN(bias + s->vaddr + s->memsz);
	u64 mapped = PAGE_ALIGN(file_end);
	long ret;

	if (s->filesz) {
		ret = mm_mmap(start, file_end - start, s->prot, MAP_PRIVATE | MAP_FIXED, fd,
			      s->offset - ((bias + s->vaddr) & ~PAGE_MASK));
		if (ret < 0)
			return (int)ret;
	} else {
		mapped = start;
	}
	if (s->memsz > s->filesz && (s->prot & PROT_WRITE) && s->filesz && file_end < mapped)
		if (clear_user(file_end, mapped - file_end))
			return -EFAULT;
	if (end > mapped) {
		ret = mm_mmap(mapped, end - mapped, PROT_READ | PROT_WRITE | (s->prot & PROT_EXEC),
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (ret < 0)
			return (int)ret;
	}
	return 0;
}

static int map_segments(int fd, const struct elf_plan *plan, u64 bias)
{
	for (u32 i = 0; i < plan->nr_segments; i++) {
		int err = map_segment(fd, &plan->segment[i], bias);

		if (err)
			return err;
	}
	return 0;
}

/* Where a position-independent image goes that has no place of its own: where mmap would put it. */
static int mmap_bias(const struct elf_plan *plan, u64 align, u64 *bias)
{
	u64 span = plan->hi - plan->lo + (align > PAGE_SIZE ? align : 0);
	long at = mm_mmap(0, span, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at < 0)
		return (int)at;
	mm_munmap((guest_addr)at, span);
	*bias = (((guest_addr)at + align - 1) & ~(align - 1)) - plan->lo;
	return 0;
}

/* How far a program lies from where it does without randomization. */
#define PROGRAM_PLACES	8192
#define PROGRAM_SPACING 0x1000000UL

static u64 program_place(const struct program *p)
{
	return mm_has_places() ? mm_place_of_file(p->fd, PROGRAM_PLACES) * PROGRAM_SPACING : 0;
}

static int map_program(const struct program *p, u64 *bias)
{
	const struct elf_plan *plan = &p->plan;
	u64 base = plan->abi == ABI_64 ? ELF_ET_DYN_BASE64 : ELF_ET_DYN_BASE32;
	int err = 0;

	*bias = 0;
	if (plan->pie && plan->interp[0])
		*bias = ((base + program_place(p)) & ~(plan->align - 1)) - plan->lo;
	else if (plan->pie) /* a static PIE goes where a loader would go */
		err = mmap_bias(plan, plan->align, bias);
	if (!err)
		err = map_segments(p->fd, plan, *bias);
	if (err)
		return err;
	mm->start_code = *bias + plan->start_code;
	mm->end_code = *bias + plan->end_code;
	mm->start_data = *bias + plan->start_data;
	mm->end_data = *bias + plan->end_data;
	mm->start_brk = mm->brk = PAGE_ALIGN(*bias + plan->brk);
	if (plan->pie && !plan->interp[0]) /* leaves the mmap region to mmap */
		mm->start_brk = mm->brk =
			plan->abi == ABI_64 ? PAGE_ALIGN(TASK_SIZE_64 / 3 * 2) : base;
	return 0;
}

/* load_elf_interp() */
static int map_interp(const struct program *p, u64 *bias)
{
	int err = 0;

	*bias = 0;
	if (p->interp_fd < 0)
		return 0;
	if (p->interp.pie)
		err = mmap_bias(&p->interp, PAGE_SIZE, bias);
	return err ? err : map_segments(p->interp_fd, &p->interp, *bias);
}

/* [vvar] has four pages since Linux 6.4; [vvar_vclock] was split off with two in 6.13. */
static u64 vvar_size(void)
{
	return (host_is_linux(6, 13) ? 6 : 4) * PAGE_SIZE;
}

static int map_vdso(enum abi abi)
{
	static const u8 syscall_sequence[] = {VDSO32_SYSCALL_SEQUENCE};
	static const u8 int80_sequence[] = {VDSO32_INT80_SEQUENCE};
	const struct vdso_image *v = vdso_image(abi);
	const u32 data = VMA_PFN | VMA_DONTDUMP;
	u64 vvar = vvar_size(), vclock = 2 * PAGE_SIZE * (vvar > 4 * PAGE_SIZE);
	long at = mm_mmap(0, vvar + v->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);
	guest_addr base = (guest_addr)at;
	u8 *copy;
	int err;

	if (at < 0)
		return (int)at;
	/* Linux's data pages, which nobody but its own vDSO code has a use for */
	mm_mprotect(base, vvar - vclock, PROT_READ);
	mm_make_special(base, data, "[vvar]");
	if (vclock) {
		mm_mprotect(base + vvar - vclock, vclock, PROT_READ);
		mm_make_special(base + vvar - vclock, data, "[vvar_vclock]");
	}
	at += (long)vvar;
	copy = malloc(v->size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, v->data, v->size);
	if (abi == ABI_64)
		vdso_follow_host(copy);
	err = copy_to_user((guest_addr)at, copy, v->size);
	free(copy);
	if (err)
		return err;
	if (abi == ABI_32 && (exec_vsyscall_int80 || cpu_model() == CPU_MODEL_AMD) &&
	    copy_to_user((guest_addr)at + v->int80_landing_pad - VDSO32_SEQUENCE_OFFSET,
			 exec_vsyscall_int80 ? int80_sequence : syscall_sequence,
			 sizeof(int80_sequence)))
		return -EFAULT;
	mm_mprotect((guest_addr)at, v->size, PROT_READ | PROT_EXEC);
	mm_make_special((guest_addr)at, 0, "[vdso]");
	mm->vdso = (guest_addr)at;
	/* of the 32-bit image whatever is mapped: do_fast_syscall_32(), ia32_setup_frame() */
	v = vdso_image(ABI_32);
	mm->vdso32_landing = mm->vdso + v->int80_landing_pad;
	mm->vdso32_sigreturn = mm->vdso + v->kernel_sigreturn;
	mm->vdso32_rt_sigreturn = mm->vdso + v->kernel_rt_sigreturn;
	return 0;
}

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ 51
#endif
#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN	     28
#endif

/* CPUID 1, EDX: it does not change. */
static u32 hwcap(void)
{
	static u32 id[4];

	if (!id[3])
		cpu_cpuid(1, 0, id);
	return id[3];
}

/* The auxiliary vector in the order of create_elf_tables(). */
static size_t fill_auxv(u64 (*v)[2], const struct elf_plan *plan, u64 bias, u64 interp_bias)
{
	size_t n = 0;

#define AUX(key, value) (v[n][0] = (key), v[n][1] = (u64)(value), n++)
	if (plan->abi == ABI_32)
		AUX(AT_SYSINFO, mm->vdso + vdso_image(ABI_32)->kernel_vsyscall);
	AUX(AT_SYSINFO_EHDR, mm->vdso);
	AUX(AT_MINSIGSTKSZ, fpstate_min_sigstack());
	AUX(AT_HWCAP, hwcap());
	AUX(AT_PAGESZ, PAGE_SIZE);
	AUX(AT_CLKTCK, 100);
	AUX(AT_PHDR, bias + plan->phdr_vaddr);
	AUX(AT_PHENT, plan->phentsize);
	AUX(AT_PHNUM, plan->phnum);
	AUX(AT_BASE, interp_bias);
	AUX(AT_FLAGS, 0);
	AUX(AT_ENTRY, bias + plan->entry);
	AUX(AT_UID, host(SYS_getuid));
	AUX(AT_EUID, host(SYS_geteuid));
	AUX(AT_GID, host(SYS_getgid));
	AUX(AT_EGID, host(SYS_getegid));
	AUX(AT_SECURE, v[n - 4][1] != v[n - 3][1] || v[n - 2][1] != v[n - 1][1]);
	AUX(AT_RANDOM, 0);
	AUX(AT_HWCAP2, 2); /* HWCAP2_FSGSBASE */
	AUX(AT_EXECFN, 0);
	AUX(AT_PLATFORM, 0);
	if (rseq_feature_size()) {
		AUX(AT_RSEQ_FEATURE_SIZE, rseq_feature_size());
		AUX(AT_RSEQ_ALIGN, rseq_align());
	}
#undef AUX
	return n;
}

static int map_stack(const struct program *p, const struct strings *envp, const char *execfn,
		     u64 bias, u64 interp_bias, u64 *sp)
{
	u64 auxv[32][2], reserve, size;
	struct stack_plan sp_plan = {.abi = p->plan.abi,
				     .top = mm->stack_top,
				     .argv = p->argv.v,
				     .envp = envp->v,
				     .execfn = execfn,
				     .auxv = auxv};
	struct stack_image image;
	u32 prot = PROT_READ | PROT_WRITE | (p->plan.exec_stack ? PROT_EXEC : 0);
	int err;

	host(SYS_getrandom, HP(sp_plan.random), sizeof(sp_plan.random), 0);
	sp_plan.nr_auxv = fill_auxv(auxv, &p->plan, bias, interp_bias);
	err = stack_build(&sp_plan, &image);
	if (err)
		return err;
	reserve = MIN(guest_rlimit[RLIMIT_STACK].rlim_cur, 64UL << 30);
	if (p->plan.abi == ABI_32)
		reserve = MIN(reserve, 1UL << 30);
	/* Linux adds 128 KiB to what the arguments need (setup_arg_pages()). */
	size = MIN(PAGE_ALIGN(image.size) + (128UL << 10), MAX(reserve, PAGE_ALIGN(image.size)));
	size = PAGE_ALIGN(size);
	err = mm_mmap(mm->stack_top - size, size, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		      0) < 0
		      ? -ENOMEM
		      : 0;
	if (!err) {
		mm_make_stack(mm->stack_top - size);
		err = copy_to_user(image.sp, image.data, image.size);
	}
	mm->start_stack = *sp = image.sp;
	mm->arg_start = image.arg_start, mm->arg_end = image.arg_end;
	mm->env_start = image.env_start, mm->env_end = image.env_end;
	for (size_t i = 0; i < sp_plan.nr_auxv; i++) {
		mm->auxv[2 * i] = auxv[i][0];
		mm->auxv[2 * i + 1] = auxv[i][1];
	}
	mm->nr_auxv = 2 * sp_plan.nr_auxv;
	free(image.data);
	return err;
}

/* ---- The new program's state ---- */

/* Few and small descriptors, which is what most programs have, are asked for one by one: reading a
 * directory of /proc takes longer than all of them. The directory's size is their number since
 * Linux 6.2, 0 before. False: not all were found. */
static bool close_few(void)
{
	struct stat st;
	long left;

	if (stat("/proc/self/fd", &st) != 0 || st.st_size == 0)
		return false;
	left = st.st_size - host_nr_own_fds;
	for (int fd = 0; left > 0 && fd < 64; fd++) {
		long flags = host_fd_is_own(fd) ? -EBADF : host(SYS_fcntl, fd, F_GETFD);

		left -= flags >= 0;
		if (flags == FD_CLOEXEC)
			host(SYS_close, fd);
	}
	return left == 0;
}

void exec_close_fds(void)
{
	DIR *dir;
	struct dirent *e;
	int list[1024], n = 0;

	sandbox_fds_changed();
	if (close_few())
		return;
	dir = opendir("/proc/self/fd");
	if (!dir) { /* no /proc: look at each number that can be open */
		for (int fd = 0; fd < 65536; fd++)
			if (!host_fd_is_own(fd) && (host(SYS_fcntl, fd, F_GETFD) & FD_CLOEXEC) &&
			    host(SYS_fcntl, fd, F_GETFD) > 0)
				host(SYS_close, fd);
		return;
	}
	for (bool more = true; more;) {
		more = false;
		n = 0;
		rewinddir(dir);
		while ((e = readdir(dir))) {
			int fd = atoi(e->d_name);

			if (e->d_name[0] == '.' || fd == dirfd(dir) || host_fd_is_own(fd) ||
			    host(SYS_fcntl, fd, F_GETFD) != FD_CLOEXEC)
				continue;
			if (n == (int)ARRAY_SIZE(list)) {
				more = true;
				break;
			}
			list[n++] = fd;
		}
		while (n > 0)
			host(SYS_close, list[--n]);
	}
	closedir(dir);
}

/* Since Linux 6.14 a program that is executed by its descriptor alone is called by its file's name,
 * before by the descriptor's number. */
static bool comm_from_file(void)
{
	return host_is_linux(6, 14);
}

static void name_task(const struct program *p)
{
	const char *name = p->filename, *slash;

	exe_loaded(p->fd, p->path);
	if (p->by_fd && comm_from_file())
		name = exe_base();
	slash = strrchr(name, '/');
	host(SYS_prctl, PR_SET_NAME, HP(slash ? slash + 1 : name));
}

static void start_thread(const struct program *p, u64 entry, u64 sp)
{
	struct pt_regs *r = &current->regs;
	bool compat = p->plan.abi == ABI_32;

	memset(r, 0, sizeof(*r));
	/* SET_PERSONALITY(): tracers look. (What is called SYS_ in here the sandbox lets trapgate
	 * do.) */
	r->orig_ax = compat ? IA32_NR_EXECVE : __NR_execve;
	cpu_reset(compat);
	r->ip = entry;
	r->sp = sp;
	r->cs = compat ? USER32_CS : USER_CS;
	r->ss = USER_DS;
	r->flags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	cpu_set_regs(r);
	current->abi = p->plan.abi;
	current->regs_set = true;
	thread_clear_tid(0);
	current->robust_list = 0;
	robust_forget();
	current->rseq = 0;
	memset(current->tls, 0, sizeof(current->tls));
	memset(&current->debug, 0, sizeof(current->debug)); /* flush_ptrace_hw_breakpoint() */
}

/* The part of the personality that the program's file decides. */
static void set_personality(const struct elf_plan *plan)
{
	if (plan->abi == ABI_64)
		guest_personality &= ~(u32)READ_IMPLIES_EXEC;
	if (plan->read_implies_exec)
		guest_personality |= READ_IMPLIES_EXEC;
}

/* As System V had it, for programs that look behind null pointers. Linux takes no notice of errors,
 * and has sealed the page since 6.12. */
static void map_page_zero(void)
{
	if (!(guest_personality & MMAP_PAGE_ZERO))
		return;
	if (mm_mmap(0, PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		    -1, 0) == 0 &&
	    host_is_linux(6, 12))
		(void)mm_mseal(0, PAGE_SIZE, 0);
}

/* Beyond the point of no return. */
static int install(struct program *p, const struct strings *envp, const char *execfn)
{
	const int fds[] = {p->fd, p->interp_fd};
	u64 bias, interp_bias, sp = 0;
	u32 personality;
	int err;

	thread_exec();
	futex_exit(current, thread_shares_memory());
	membarrier_exec();
	timers_exec();
	current->forked = false;
	vfork_release();
	err = exec_mmap(fds, ARRAY_SIZE(fds));
	if (err)
		return err;
	mm_reset(p->plan.abi, p->fd);
	set_personality(&p->plan);
	err = map_program(p, &bias);
	if (!err)
		err = map_interp(p, &interp_bias);
	if (!err)
		map_page_zero();
	/* READ_IMPLIES_EXEC does not speak of what the kernel itself maps. */
	personality = guest_personality;
	guest_personality &= ~(u32)READ_IMPLIES_EXEC;
	if (!err)
		err = map_vdso(p->plan.abi);
	if (!err)
		err = map_stack(p, envp, execfn, bias, interp_bias, &sp);
	guest_personality = personality;
	if (err)
		return err;
	user_wrote();
	signal_exec();
	start_thread(p, p->interp_fd >= 0 ? interp_bias + p->interp.entry : bias + p->plan.entry,
		     sp);
	name_task(p);
	exec_creds();
	user_dispatch_clear();
	return 0;
}

static void close_program(const struct program *p)
{
	if (p->fd >= 0)
		host(SYS_close, p->fd);
	if (p->interp_fd >= 0)
		host(SYS_close, p->interp_fd);
}

/* Of the command line: who starts a program that cannot be right is told so. */
static bool first_program(void)
{
	return mm->task_size == 0;
}

/* Everything that Linux finds out before it gives the old program up, in its order; and what it
 * would find out later, for which *late is set. */
static int prepare(struct program *p, const struct strings *envp, char *why, size_t n, bool *late)
{
	size_t nr = p->argv.n + envp->n;
	int late_err, err = check_size(&p->argv, envp, p->filename, nr);

	if (err)
		return err;
	late_err = find_program(p, why, n);
	if (late_err && !p->plan.too_late)
		return late_err;
	err = find_interp(p, why, n);
	if (err && !p->interp.too_late)
		return err;
	if (!first_program()) { /* Linux lets it run as far as it comes */
		late_err = p->plan.doubtful ? 0 : late_err;
		err = p->interp.doubtful ? 0 : err;
	}
	if (!late_err)
		late_err = err;
	err = check_size(&p->argv, envp, p->filename, nr);
	*late = !err && late_err;
	return err ? err : late_err;
}

/* The program to go back to is no more: force_fatal_sig(SIGSEGV). */
static _Noreturn void die_late(int err)
{
	siginfo_t info = {.si_signo = SIGSEGV, .si_code = SI_KERNEL};

	if (trace_on)
		trace_fails(err, &info);
	signal_die(SIGSEGV);
}

/* unshare_files() comes after all that can fail; but what is opened here must not stay open in a
 * table of descriptors that other processes have, too. */
static void unshare_early(int *fd)
{
	if (*fd >= 0)
		host(SYS_close, *fd);
	*fd = -1;
	host(SYS_unshare, CLONE_FILES);
}

int exec_load_as(const struct exec_name *name, int fd, char *const argv[], char *const envp[],
		 char *why, size_t n)
{
	static struct program p; /* large */
	struct strings env = strings_from(envp);
	char *path = strdup(name->path), *filename = strdup(name->filename);
	bool first = first_program(), gone = false;
	int err;

	if (thread_shares_memory() && !thread_has_siblings())
		unshare_early(&fd);
	memset(&p, 0, offsetof(struct program, plan));
	p.plan.too_late = p.plan.doubtful = p.interp.too_late = p.interp.doubtful = false;
	why[0] = 0;
	p.fd = fd;
	p.interp_fd = -1;
	p.path = path;
	p.filename = filename;
	p.inaccessible = name->inaccessible;
	p.by_fd = name->by_fd;
	p.argv = strings_from(argv);
	if (!p.argv.n) /* Linux makes an empty string of an empty argv */
		strings_push_front(&p.argv, "");
	err = prepare(&p, &env, why, n, &gone);
	if (!err) {
		err = install(&p, &env, filename);
		gone = err != 0;
		if (err)
			snprintf(why, n, "cannot be mapped: %s", strerror(-err));
	}
	close_program(&p);
	if (gone && !first)
		die_late(err);
	if (!err && !(first && sandbox_on)) {	/* where nothing is open that should not be */
		host(SYS_unshare, CLONE_FILES); /* unshare_files() */
		exec_close_fds();
	}
	if (!err && !first)
		ptrace_exec(name->former_tid ? name->former_tid : current->tid);
	free(p.argv.v);
	free(env.v);
	free(path);
	free(filename);
	return err;
}

int exec_load(const char *path, char *const argv[], char *const envp[], char *why, size_t n)
{
	struct exec_name name = {.path = path, .filename = path};

	return exec_load_as(&name, -1, argv, envp, why, n);
}

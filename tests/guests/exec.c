/* SPDX-License-Identifier: GPL-2.0-or-later */
/* execve(2) and execveat(2): errors, scripts, limits, what survives and what does not. Runs itself
 * with a role as first argument. */
#pragma GCC diagnostic ignored "-Wstringop-overread" /* bad addresses are meant */
#include "guest.h"
#include <dirent.h>
#include <elf.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

static char self[4096], other[4100];
static char *none[] = {NULL};

#define PATH_EMPTY 0x1000

static long at(int fd, const char *path, char **argv, char **envp, int flags)
{
	return syscall(SYS_execveat, fd, path, argv, envp, flags);
}

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- Roles of the program that is executed ---- */

static void role_args(int argc, char **argv, char **envp)
{
	char comm[17] = "";

	prctl(PR_GET_NAME, comm);
	printf("width %d argc %d comm %s execfn %s\n", (int)sizeof(long) * 8, argc, comm,
	       base((char *)getauxval(AT_EXECFN)));
	for (int i = 0; i < argc; i++)
		printf("  %s\n", i ? argv[i] : base(argv[i]));
	for (int i = 0; envp[i]; i++)
		printf("  env %s\n", envp[i]);
	printf("secure %lu\n", getauxval(AT_SECURE));
}

static void role_count(int argc, char **argv, char **envp)
{
	size_t bytes = 0;
	int n = 0;

	for (int i = 0; i < argc; i++)
		bytes += strlen(argv[i]) + 1;
	for (; envp[n]; n++)
		bytes += strlen(envp[n]) + 1;
	printf("%d arguments, %d variables, %zu bytes\n", argc, n, bytes);
}

static void role_state(void)
{
	struct sigaction sa;
	struct itimerval it;
	stack_t ss;
	sigset_t set;
	int value;
	char text[17] = "";

	sigaction(SIGUSR1, NULL, &sa);
	printf("USR1 %s\n", sa.sa_handler == SIG_IGN ? "ignored" : "not ignored");
	sigaction(SIGUSR2, NULL, &sa);
	printf("USR2 %s flags %x\n", sa.sa_handler == SIG_DFL ? "default" : "not default",
	       (unsigned)sa.sa_flags);
	sigaction(SIGCHLD, NULL, &sa);
	printf("CHLD %s\n", sa.sa_handler == SIG_IGN ? "ignored" : "not ignored");
	sigprocmask(SIG_SETMASK, NULL, &set);
	printf("blocked: INT %d TERM %d HUP %d SEGV %d\n", sigismember(&set, SIGINT),
	       sigismember(&set, SIGTERM), sigismember(&set, SIGHUP), sigismember(&set, SIGSEGV));
	sigpending(&set);
	printf("pending: INT %d TERM %d HUP %d SEGV %d\n", sigismember(&set, SIGINT),
	       sigismember(&set, SIGTERM), sigismember(&set, SIGHUP), sigismember(&set, SIGSEGV));
	sigaltstack(NULL, &ss);
	printf("altstack flags %d size %zu\n", ss.ss_flags, ss.ss_size);
	getitimer(ITIMER_REAL, &it);
	printf("itimer %s\n", it.it_value.tv_sec > 1000 ? "runs" : "stopped");
	SHOW(syscall(SYS_timer_delete, 0));
	SHOW(prctl(PR_GET_DUMPABLE));
	SHOW(prctl(PR_GET_KEEPCAPS));
	SHOW(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	SHOW(prctl(PR_GET_PDEATHSIG, &value));
	printf("pdeathsig %d\n", value);
	SHOW(prctl(PR_GET_TIMERSLACK));
	prctl(PR_GET_CHILD_SUBREAPER, &value);
	printf("subreaper %d\n", value);
	prctl(PR_GET_NAME, text);
	printf("name %s\n", text);
	printf("umask %o nice %d\n", umask(022), getpriority(PRIO_PROCESS, 0));
	for (int fd = 3; fd < 20; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("descriptor %d\n", fd);
}

/* ---- The test ---- */

static void run(const char *what, long (*fn)(void *), void *arg)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		fn(arg);
		printf("%s: errno %d (%s)\n", what, errno, strerror(errno));
		fflush(stdout);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	show_status(what, status);
}

static void make_file(const char *path, const char *text, size_t n, int mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);
	write(fd, text, n);
	fchmod(fd, mode);
	close(fd);
}

static void script(const char *path, const char *line)
{
	make_file(path, line, strlen(line), 0755);
}

static long exec_args(void *path)
{
	char *argv[] = {"zero", "args", "two words", "", NULL};
	char *envp[] = {"A=1", "B=", NULL};

	return execve(path, argv, envp);
}

static void errors(void)
{
	char *argv[] = {"x", NULL}, longname[5000];
	int fd;

	memset(longname, 'a', sizeof(longname));
	longname[4999] = 0;
	SHOW(execve("", argv, none));
	SHOW(execve("nothing", argv, none));
	SHOW(execve("/", argv, none));
	SHOW(execve("/dev/null", argv, none));
	SHOW(execve("/etc/passwd/x", argv, none));
	SHOW(execve(longname, argv, none));
	longname[300] = 0;
	SHOW(execve(longname, argv, none));
	SHOW(execve((char *)16, argv, none));
	SHOW(execve(self, (char **)16, none));
	SHOW(execve(self, argv, (char **)16));
	argv[0] = (char *)16;
	SHOW(execve(self, argv, none));
	argv[0] = "x";
	make_file("empty", "", 0, 0755);
	make_file("short", "ab", 2, 0755);
	make_file("text", "echo hello\n", 11, 0755);
	make_file("noexec", "#!/bin/sh\n", 10, 0644);
	make_file("elf", "\177ELF", 4, 0755);
	SHOW(execve("empty", argv, none));
	SHOW(execve("short", argv, none));
	SHOW(execve("text", argv, none));
	SHOW(execve("noexec", argv, none));
	SHOW(execve("elf", argv, none));
	symlink("loop", "loop");
	SHOW(execve("loop", argv, none));
	fd = open("text", O_WRONLY);
	script("busy", "#!/bin/sh\n");
	close(fd);
	fd = open("busy", O_WRONLY);
	SHOW(execve("busy", argv, none));
	close(fd);
	mkdir("dir", 0755);
	SHOW(execve("dir", argv, none));
	SHOW(at(AT_FDCWD, "nothing", argv, none, 0));
	SHOW(at(AT_FDCWD, "", argv, none, 0));
	SHOW(at(AT_FDCWD, "", argv, none, AT_EMPTY_PATH));
	SHOW(at(999, "x", argv, none, 0));
	SHOW(at(999, "", argv, none, AT_EMPTY_PATH));
	SHOW(at(0, "x", argv, none, 1));
	SHOW(at(999, "x", argv, none, 1));
	SHOW(at(999, (char *)16, argv, none, 0));
	symlink(self, "link");
	SHOW(at(AT_FDCWD, "link", argv, none, AT_SYMLINK_NOFOLLOW));
	fd = open("dir", O_RDONLY);
	SHOW(at(fd, "", argv, none, AT_EMPTY_PATH));
	SHOW(at(fd, "nothing", argv, none, 0));
	close(fd);
	fd = open("text", O_RDONLY);
	SHOW(at(fd, "", argv, none, AT_EMPTY_PATH));
	SHOW(at(fd, "x", argv, none, 0));
	close(fd);
	fd = open("noexec", O_RDONLY);
	SHOW(at(fd, "", argv, none, AT_EMPTY_PATH));
	close(fd);
}

static void scripts(void)
{
	char line[5000];

	for (int i = 0; i < 8; i++) {
		char name[16];

		snprintf(name, sizeof(name), "s%d", i);
		if (i == 0)
			snprintf(line, sizeof(line), "#!%s args\n", self);
		else
			snprintf(line, sizeof(line), "#!s%d  arg %d \n", i - 1, i);
		script(name, line);
		snprintf(line, sizeof(line), "depth %d", i);
		run(line, exec_args, name);
	}
	script("self", "#!self\n");
	run("its own interpreter", exec_args, "self");
	script("none", "#!\n");
	run("no interpreter", exec_args, "none");
	script("blank", "#!   \t \n");
	run("blank interpreter", exec_args, "blank");
	script("missing", "#!/no/such/thing\n");
	run("missing interpreter", exec_args, "missing");
	script("interdir", "#!/tmp\n");
	run("directory as interpreter", exec_args, "interdir");
	script("two", "#");
	run("one character", exec_args, "two");
	script("bare", "#!");
	run("two characters", exec_args, "bare");
	snprintf(line, sizeof(line), "#!%s\targs\t  more  words\t\n", self);
	script("tabs", line);
	run("tabs", exec_args, "tabs");
	snprintf(line, sizeof(line), "#! %s args", self);
	script("nonl", line);
	run("no newline", exec_args, "nonl");
	snprintf(line, sizeof(line), "#!%s args%c%s\n", self, 0, "hidden");
	make_file("nul", line, strlen(line) + 8, 0755);
	run("a NUL in the line", exec_args, "nul");
	snprintf(line, sizeof(line), "#!%s args %0400d\n", self, 1);
	script("long", line);
	run("long argument", exec_args, "long");
	snprintf(line, sizeof(line), "#!/%0300d args\n", 1);
	script("longpath", line);
	run("long path", exec_args, "longpath");
	snprintf(line, sizeof(line), "#!%0400d", 1);
	for (char *c = line + 2; *c; c++)
		*c = ' ';
	script("spaces", line);
	run("only spaces", exec_args, "spaces");
}

static int descriptor;

static long exec_fd(void *flags)
{
	char *argv[] = {"zero", "args", NULL};

	return at(descriptor, "", argv, none, AT_EMPTY_PATH | (int)(intptr_t)flags);
}

static long exec_dirfd(void *name)
{
	char *argv[] = {"zero", "args", NULL};

	return at(descriptor, name, argv, none, 0);
}

static long exec_empty_argv(void *arg)
{
	(void)arg;
	return execve(self, none, none);
}

static long exec_null_argv(void *arg)
{
	(void)arg;
	return syscall(SYS_execve, self, NULL, NULL);
}

static void descriptors(void)
{
	char line[5000];

	descriptor = open(self, O_RDONLY | O_CLOEXEC);
	dup2(descriptor, 40);
	fcntl(40, F_SETFD, FD_CLOEXEC);
	close(descriptor);
	descriptor = 40;
	run("by descriptor", exec_fd, NULL);
	snprintf(line, sizeof(line), "#!%s args\n", self);
	script("script", line);
	close(40);
	descriptor = open("script", O_RDONLY);
	dup2(descriptor, 41);
	close(descriptor);
	descriptor = 41;
	run("script by descriptor", exec_fd, NULL);
	fcntl(41, F_SETFD, FD_CLOEXEC);
	run("script by closing descriptor", exec_fd, NULL);
	close(41);
	mkdir("d", 0755);
	script("d/script", line);
	descriptor = open("d", O_PATH | O_DIRECTORY);
	dup2(descriptor, 42);
	close(descriptor);
	descriptor = 42;
	run("script below a descriptor", exec_dirfd, "script");
	fcntl(42, F_SETFD, FD_CLOEXEC);
	run("script below a closing descriptor", exec_dirfd, "script");
	close(42);
	run("by /proc/self/exe", exec_args, "/proc/self/exe");
	run("empty argv", exec_empty_argv, NULL);
	run("null argv", exec_null_argv, NULL);
	run("the other width", exec_args, other);
}

static size_t one_size;
static int many;
static rlim_t stack_limit;

static long exec_many(void *arg)
{
	char **argv = calloc((size_t)many + 4, sizeof(char *));
	char *word = malloc(one_size + 1);
	struct rlimit lim;
	size_t n = 0;

	(void)arg;
	if (stack_limit) {
		getrlimit(RLIMIT_STACK, &lim);
		lim.rlim_cur = stack_limit;
		setrlimit(RLIMIT_STACK, &lim);
	}
	memset(word, 'w', one_size);
	word[one_size] = 0;
	argv[n++] = "zero";
	argv[n++] = "count";
	for (int i = 0; i < many; i++)
		argv[n++] = word;
	return execve("prog", argv, none);
}

static void big(const char *what, int n, size_t size, rlim_t limit)
{
	many = n;
	one_size = size;
	stack_limit = limit;
	run(what, exec_many, NULL);
}

/* A name of fixed length for the program: it is part of what is counted. */
static void sizes(void)
{
	const rlim_t mb = 1 << 20;
	int lo, hi;

	symlink(self, "prog");
	big("string of 131071", 1, 131071, 0);
	big("string of 131072", 1, 131072, 0);
	big("15 strings", 15, 131000, 0);
	big("17 strings", 17, 131000, 0);
	big("a megabyte of words", 100000, 9, 0);
	big("200000 words", 200000, 1, 0);
	big("small stack", 1000, 100, mb / 4);
	big("small stack, too much", 1400, 100, mb / 4);
	big("big stack", 50, 131000, 64 * mb);
	big("big stack, too much", 100, 131000, 64 * mb);
	/* the exact border, to one word of 1 + 1 bytes and a pointer */
	for (lo = 1000, hi = 60000; hi - lo > 1;) {
		int status;
		pid_t pid;

		many = (lo + hi) / 2;
		one_size = 1;
		stack_limit = mb / 2;
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			int fd = open("/dev/null", O_WRONLY);

			dup2(fd, 1);
			exec_many(NULL);
			_exit(errno == E2BIG ? 7 : 8);
		}
		waitpid(pid, &status, 0);
		if (status == 0)
			lo = many;
		else
			hi = many;
	}
	printf("border: %d\n", lo);
}

static void nothing(int sig)
{
	(void)sig;
}

static long exec_state(void *arg)
{
	static char stack[65536];
	char *argv[] = {"zero", "state", NULL};
	stack_t ss = {.ss_sp = stack, .ss_size = sizeof(stack)};
	struct sigaction sa = {.sa_handler = nothing, .sa_flags = SA_RESTART | SA_NODEFER};
	struct itimerval it = {{0, 0}, {5000, 0}};
	struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	int timer;
	sigset_t set;

	(void)arg;
	sigaltstack(&ss, NULL);
	sigaction(SIGUSR2, &sa, NULL);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGSEGV);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGSEGV);
	setitimer(ITIMER_REAL, &it, NULL);
	syscall(SYS_timer_create, CLOCK_MONOTONIC, &ev, &timer);
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_KEEPCAPS, 1);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGUSR1);
	prctl(PR_SET_TIMERSLACK, 123456);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "another");
	umask(027);
	setpriority(PRIO_PROCESS, 0, 19);
	dup2(1, 5);
	dup2(1, 7);
	fcntl(7, F_SETFD, FD_CLOEXEC);
	dup2(1, 9);
	return execve(self, argv, none);
}

/* A descriptor table that another process shares is copied first: closing on exec is not seen
 * there. */
static void shared_table(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), status;
	char *argv[] = {"zero", "count", NULL};
	pid_t pid;

	fflush(stdout);
	pid = (pid_t)syscall(SYS_clone, SIGCHLD | 0x400 /* CLONE_FILES */, 0, 0, 0, 0);
	if (pid == 0) {
		execve(self, argv, none);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	show_status("shared table", status);
	printf("still open: %d\n", fcntl(fd, F_GETFD));
	close(fd);
}

/* A program that cannot be set up after the old one is gone. */
static long exec_broken(void *path)
{
	return execve(path, none, none);
}

static void broken(void)
{
	size_t n = 8192;
	char *image = calloc(1, n);
#ifdef __x86_64__
	Elf64_Ehdr *e = (void *)image;
	Elf64_Phdr *p = (void *)(image + 64);
#else
	Elf32_Ehdr *e = (void *)image;
	Elf32_Phdr *p = (void *)(image + 64);
#endif
	memcpy(e->e_ident, ELFMAG, 4);
	e->e_ident[EI_CLASS] = sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32;
	e->e_ident[EI_DATA] = ELFDATA2LSB;
	e->e_ident[EI_VERSION] = 1;
	e->e_type = ET_EXEC;
	e->e_machine = sizeof(long) == 8 ? EM_X86_64 : EM_386;
	e->e_version = 1;
	e->e_phoff = 64;
	e->e_ehsize = sizeof(*e);
	e->e_phentsize = sizeof(*p);
	e->e_phnum = 1;
	e->e_entry = 0x400000;
	p->p_type = PT_LOAD;
	p->p_flags = PF_R | PF_X;
	p->p_align = 4096;
	p->p_filesz = p->p_memsz = 4096;
	p->p_vaddr = 0x400000;
	make_file("zeros", image, n, 0755);
	run("entry in the header", exec_broken, "zeros");
	p->p_vaddr = (unsigned long)-8192;
	make_file("kernel", image, n, 0755);
	run("segment in the kernel", exec_broken, "kernel");
	p->p_vaddr = 0x400000;
	e->e_phnum = 0;
	make_file("nophdr", image, n, 0755);
	run("no program headers", exec_broken, "nophdr");
	e->e_phnum = 1;
	e->e_phentsize = 1;
	make_file("phentsize", image, n, 0755);
	run("wrong size of program headers", exec_broken, "phentsize");
	e->e_phentsize = sizeof(*p);
	p->p_offset = 64;
	make_file("offset", image, n, 0755);
	run("offset and address disagree", exec_broken, "offset");
	p->p_offset = 0;
	e->e_machine = EM_ARM;
	make_file("machine", image, n, 0755);
	run("another machine", exec_broken, "machine");
	e->e_machine = sizeof(long) == 8 ? EM_X86_64 : EM_386;
	e->e_type = ET_REL;
	make_file("rel", image, n, 0755);
	run("an object file", exec_broken, "rel");
	e->e_type = ET_EXEC;
	p->p_type = PT_NULL;
	make_file("noload", image, n, 0755);
	run("nothing to load", exec_broken, "noload");
	p->p_type = PT_LOAD;
	p->p_filesz = 1 << 20;
	p->p_memsz = 1 << 20;
	make_file("beyond", image, n, 0755);
	run("beyond the file", exec_broken, "beyond");
	free(image);
}

int main(int argc, char **argv, char **envp)
{
	char dir[] = "/tmp/exec-test-XXXXXX", rm[64];
	size_t n;

	if (argc == 0 || argc == 1) {
		if (argc == 0 || !argv[0][0]) {
			printf("argc %d\n", argc);
			return 0;
		}
	}
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "args"))
			return role_args(argc, argv, envp), fflush(stdout), 0;
		if (!strcmp(argv[i], "count"))
			return role_count(argc, argv, envp), fflush(stdout), 0;
		if (!strcmp(argv[i], "state"))
			return role_state(), fflush(stdout), 0;
	}
	if (!realpath(argv[0], self))
		return 1;
	n = strlen(self);
	snprintf(other, sizeof(other), "%s", self);
	if (n > 2 && !strcmp(self + n - 2, "32"))
		other[n - 2] = 0;
	else
		strcpy(other + n, "32");
	if (!mkdtemp(dir) || chdir(dir))
		return 1;
	/* scripts name the program: a short path leaves room in the line */
	symlink(self, "p");
	snprintf(self, sizeof(self), "%s/p", dir);
	printf("-- errors\n");
	errors();
	printf("-- scripts\n");
	scripts();
	printf("-- descriptors\n");
	descriptors();
	printf("-- sizes\n");
	sizes();
	printf("-- state\n");
	run("state", exec_state, NULL);
	shared_table();
	printf("-- broken\n");
	broken();
	snprintf(rm, sizeof(rm), "%s", dir);
	chdir("/");
	fflush(stdout);
	if (fork() == 0)
		execl("/bin/rm", "rm", "-rf", rm, NULL);
	wait(NULL);
	return 0;
}

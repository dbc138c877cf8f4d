/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prlimit(2) of other processes: the limits of the address space are read and set there, bite there
 * and are inherited; of threads; and what is refused. */
#include "guest.h"

#include <pthread.h>
#include <sys/resource.h>

static int to_child[2], to_parent[2];

static void tell(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(98);
}

static void await(int fd)
{
	char c;

	if (read(fd, &c, 1) != 1)
		_exit(97);
}

static long limit(pid_t pid, int resource, const struct rlimit64 *new, struct rlimit64 *old)
{
	return syscall(SYS_prlimit64, pid, resource, new, old);
}

static void show(const char *what, pid_t pid, int resource)
{
	struct rlimit64 lim = {1, 1};
	long ret = limit(pid, resource, NULL, &lim);

	printf("%s: %s, %lld %lld MiB\n", what, result(ret), (long long)lim.rlim_cur >> 20,
	       (long long)lim.rlim_max >> 20);
}

static void show_map(size_t mib)
{
	void *p = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	printf("%d MiB: %s\n", (int)mib, p == MAP_FAILED ? strerror(errno) : "mapped");
	if (p != MAP_FAILED)
		munmap(p, mib << 20);
}

static int child(void)
{
	const struct rlimit64 stack = {16 << 20, 1 << 30};
	pid_t pid;

	show_map(200);
	fflush(stdout);
	tell(to_parent[1]);
	await(to_child[0]);
	show("own data", 0, RLIMIT_DATA);
	show_map(200);
	show_map(20);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		show("inherited", 0, RLIMIT_DATA);
		show_map(200);
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	SHOW(limit(getppid(), RLIMIT_STACK, &stack, NULL));
	fflush(stdout);
	tell(to_parent[1]);
	await(to_child[0]);
	return 0;
}

static void *thread(void *arg)
{
	*(pid_t *)arg = (pid_t)syscall(SYS_gettid);
	tell(to_parent[1]);
	pause();
	return NULL;
}

int main(void)
{
	const struct rlimit64 data = {100 << 20, 300 << 20}, odd = {2, 1},
			      as = {4ULL << 30, 8ULL << 30};
	struct rlimit64 old;
	pthread_t t;
	pid_t pid, tid;

	setvbuf(stdout, NULL, _IOFBF, 1 << 16);
	if (pipe(to_child) || pipe(to_parent))
		return 1;
	setrlimit(RLIMIT_STACK, &(struct rlimit){8 << 20, 1 << 30});
	pid = fork();
	if (!pid)
		_exit(child());
	await(to_parent[0]);
	SHOW(limit(pid, RLIMIT_DATA, &data, &old));
	SHOW(limit(pid, RLIMIT_AS, &as, NULL));
	SHOW(limit(pid, RLIMIT_DATA, &odd, NULL));
	show("its data", pid, RLIMIT_DATA);
	show("its stack", pid, RLIMIT_STACK);
	fflush(stdout);
	tell(to_child[1]);
	await(to_parent[0]);
	show("own stack", 0, RLIMIT_STACK);
	tell(to_child[1]);
	waitpid(pid, NULL, 0);
	SHOW(limit(pid, RLIMIT_DATA, NULL, &old));
	SHOW(limit(pid, RLIMIT_NOFILE, NULL, &old));
	pthread_create(&t, NULL, thread, &tid);
	await(to_parent[0]);
	SHOW(limit(tid, RLIMIT_DATA, &(struct rlimit64){512 << 20, 1 << 30}, NULL));
	show("by a thread", tid, RLIMIT_DATA);
	show("own data", 0, RLIMIT_DATA);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind() to 127.0.0.1 by each way that a program of this width has into the kernel. A 64-bit
 * program has SYSCALL with number 49, and INT 0x80 with number 361 of the 32-bit table; a 32-bit
 * program has bind (361) and socketcall (102, call 2), each through INT 0x80 and through
 * __kernel_vsyscall, which is SYSENTER or SYSCALL as the CPU's vendor has it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define NR_32_BIND	 361
#define NR_32_SOCKETCALL 102
#define SOCKETCALL_BIND	 2

static long int80(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("int $0x80" : "=a"(ret) : "0"(nr), "b"(a), "c"(b), "d"(c) : "memory");
	return ret;
}

#ifdef __x86_64__
static long syscall_64(long nr, long a, long b, long c)
{
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
static long vsyscall(long nr, long a, long b, long c)
{
	unsigned long entry = getauxval(AT_SYSINFO);
	long ret;

	__asm__ volatile("call *%[entry]"
			 : "=a"(ret)
			 : "0"(nr), "b"(a), "c"(b), "d"(c), [entry] "S"(entry)
			 : "memory");
	return ret;
}
#endif

/* An address where 32-bit calls can name it, also in a 64-bit program. */
static struct sockaddr_in *address(void)
{
	struct sockaddr_in *a = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (a == MAP_FAILED)
		return NULL;
	a->sin_family = AF_INET;
	a->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

/* Calls bind by `call` and says what getsockname() knows of it. */
static void show(const char *way, long (*call)(long, long, long, long), long nr, int multiplexed)
{
	struct sockaddr_in *a = address(), got;
	socklen_t len = sizeof(got);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	long words[3] = {s, (long)a, sizeof(*a)}, ret;
	char text[INET_ADDRSTRLEN];

	if (multiplexed)
		ret = call(nr, SOCKETCALL_BIND, (long)words, 0);
	else
		ret = call(nr, words[0], words[1], words[2]);
	memset(&got, 0, sizeof(got));
	getsockname(s, (struct sockaddr *)&got, &len);
	printf("%s: %ld, now at %s, %s\n", way, ret,
	       inet_ntop(AF_INET, &got.sin_addr, text, sizeof(text)),
	       got.sin_port ? "a port" : "no port");
	fflush(stdout);
	close(s);
	munmap(a, 4096);
}

int main(void)
{
#ifdef __x86_64__
	show("SYSCALL, bind (49)", syscall_64, 49, 0);
	show("INT 0x80, bind (361)", int80, NR_32_BIND, 0);
#else
	show("INT 0x80, socketcall (102)", int80, NR_32_SOCKETCALL, 1);
	show("INT 0x80, bind (361)", int80, NR_32_BIND, 0);
	show("__kernel_vsyscall, socketcall (102)", vsyscall, NR_32_SOCKETCALL, 1);
	show("__kernel_vsyscall, bind (361)", vsyscall, NR_32_BIND, 0);
#endif
	return 0;
}

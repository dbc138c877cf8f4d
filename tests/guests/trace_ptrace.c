/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ptrace(2) of nobody: what a trace shows of the address and the data of every request.
 * tests/cases/60-trace.sh sets strace's lines and trapgate's side by side. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char *end; /* of the readable page */

static void call(unsigned long request, unsigned long addr, const void *data)
{
	syscall(SYS_ptrace, request, -2L, addr, data);
}

/* n bytes that end where the page does, the words counted up from `first` */
static char *words(size_t n, uint32_t first)
{
	for (size_t i = 0; i < n; i++)
		end[(long)i - (long)n] = (char)(i * 5 + 3);
	memcpy(end - n, &first, n < 4 ? n : 4);
	return end - n;
}

static void registers(void)
{
	static const unsigned requests[] = {12, 13, 14, 15};
	static const unsigned sizes[] = {0, 4, 8, 12, 28, 32, 40, 64, 68, 160, 216, 224, 416, 512};
	struct iovec iov;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		call(requests[i], 1, words(512, 1));
		call(requests[i], 1, end - 8);
		call(requests[i], 1, NULL);
	}
	for (unsigned long note = 0; note < 3; note++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
			iov.iov_base = words(sizes[i], 1);
			iov.iov_len = sizes[i];
			call(PTRACE_GETREGSET, note, &iov);
			call(PTRACE_SETREGSET, note, &iov);
			iov.iov_len = 1024;
			call(PTRACE_SETREGSET, note, &iov);
		}
	call(PTRACE_GETREGSET, 0x202, end - 4);
	call(PTRACE_SETREGSET, 0x46e62b7f, NULL);
}

static void information(void)
{
	static const uint32_t archs[] = {0xc000003e, 0x40000003, 7};

	for (uint32_t op = 0; op < 5; op++)
		for (size_t i = 0; i < sizeof(archs) / sizeof(*archs); i++) {
			char *p = words(88, op);
			uint64_t nr = 39;

			memcpy(p + 4, &archs[i], 4);
			memcpy(p + 24, &nr, 8);
			for (unsigned long size = 0; size < 100; size += 3)
				call(0x420e, size, p);
		}
	for (unsigned long size = 0; size < 30; size += 4)
		call(0x420d, size, words(16, 5)); /* PTRACE_SECCOMP_GET_METADATA */
	call(0x420c, 1, words(64, 6));		  /* PTRACE_SECCOMP_GET_FILTER */
}

/* Signals of all kinds, as 32-bit programs have them, too */
static void signals(void)
{
	for (int sig = 1; sig < 32; sig++)
		for (int code = -6; code < 8; code++) {
			int head[3] = {sig, code & 1 ? 2 : 0, code};
			char *p = words(128, 0);

			memcpy(p, head, sizeof(head));
			call(PTRACE_SETSIGINFO, 0, p);
			if (sig == 11)
				call(PTRACE_GETSIGINFO, 0, p);
		}
	call(0x4209, (unsigned long)words(16, 9), end - 128);
	call(0x420b, 8, words(8, 0x12345678));
	call(0x420a, 8, words(8, 0x12345678));
	call(0x420b, 4, words(8, 1));
	call(0x420b, 9, words(8, 1));
}

int main(void)
{
	char *page = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	end = page + 8192;
	mprotect(end, 8192, PROT_NONE);
	for (unsigned long request = 1; request < 34; request++)
		call(request, 16, (void *)(uintptr_t)request);
	for (unsigned long off = 0; off < 1000; off += 4)
		call(3, off, words(8, 77));
	for (unsigned long request = 0x41ff; request < 0x4211; request++) {
		call(request, 16, (void *)(uintptr_t)(request & 0xff));
		if (request != PTRACE_SETOPTIONS &&
		    request != PTRACE_SEIZE) /* bits of an address */
			call(request, 8, end - 8);
	}
	registers();
	information();
	signals();
	return 0;
}

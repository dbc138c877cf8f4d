/* SPDX-License-Identifier: GPL-2.0-or-later */
/* io_uring's calls: what a trace shows of what they take. tests/cases/60-trace.sh sets strace's
 * lines and trapgate's side by side, with results that the tracers make up. */
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static char *end; /* of the readable page */

static void call(unsigned op, const void *arg, unsigned n)
{
	syscall(SYS_io_uring_register, -1, op, arg, n);
}

/* n bytes that end where the page does: zeroes, small numbers, all kinds */
static char *bytes(size_t n, int how)
{
	uint32_t small = 2;

	for (size_t i = 0; i < n; i++)
		end[(long)i - (long)n] = how == 2 ? (char)(i * 7 + 1) : 0;
	for (size_t i = 0; how == 1 && i + 4 <= n; i += 4)
		memcpy(end - n + i, &small, 4);
	return end - n;
}

static void resources(void)
{
	struct io_uring_rsrc_register r = {.nr = 2};
	struct io_uring_rsrc_update2 u = {.offset = 1, .nr = 2};
	struct io_uring_files_update f = {.offset = 3};
	int fds[2] = {-2, 0};
	struct iovec iov[2] = {{fds, 3}, {NULL, 4}};
	uint64_t tags[2] = {0, 0x123456789aULL};

	r.tags = u.tags = (uintptr_t)tags;
	for (unsigned op = 13; op < 17; op++) {
		uintptr_t data = op & 2 ? (uintptr_t)iov : (uintptr_t)fds;

		r.data = u.data = op == 15 || op == 16 ? (uintptr_t)iov : (uintptr_t)fds;
		call(op, op == 13 || op == 15 ? (void *)&r : (void *)&u, 32);
		r.data = u.data = data & 0;
		call(op, op == 13 || op == 15 ? (void *)&r : (void *)&u, 32);
		call(op, bytes(40, 2), 40);
		call(op, bytes(40, 0), 31);
	}
	f.fds = (uintptr_t)fds;
	call(IORING_REGISTER_FILES_UPDATE, &f, 2);
	call(IORING_REGISTER_FILES, fds, 2);
	call(IORING_REGISTER_BUFFERS, iov, 2);
}

int main(void)
{
	char *page = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	end = page + 8192;
	mprotect(end, 8192, PROT_NONE);
	for (unsigned op = 0; op < 24; op++)
		for (int how = 0; how < 3; how++) {
			call(op, bytes(80, how), 3);
			call(op, bytes(16, how), 5);
			call(op, bytes(40, how), 0);
			call(op, NULL, 1);
		}
	for (int how = 0; how < 3; how++) {
		call(IORING_REGISTER_PROBE, bytes(16 + 8 * 256, how), 256);
		call(IORING_REGISTER_PROBE, bytes(16 + 8 * 256, how), 257);
		call(IORING_REGISTER_IOWQ_MAX_WORKERS, bytes(8, how), 2);
		syscall(SYS_io_uring_setup, 5, bytes(sizeof(struct io_uring_params), how));
		syscall(SYS_io_uring_enter, -1, 1, 2, how * 9, bytes(8, how), 8);
	}
	syscall(SYS_io_uring_setup, 5, end - 4);
	syscall(SYS_io_uring_enter, -1, 1, 2, 3, NULL, 4);
	resources();
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Transfers of no bytes: the address is looked at all the same, if it is the kernel's. */
#include "guest.h"

#include <sys/socket.h>
#include <sys/uio.h>

static long value(ssize_t ret)
{
	return ret < 0 ? -(long)errno : (long)ret;
}

static void vectors(int fd, void *bad)
{
	char buf[8];

	for (int n = 1; n < 4; n++) {
		for (int i = 0; i < n; i++) {
			struct iovec v[3] = {{buf, 5}, {buf, 3}, {buf, 2}};

			v[i] = (struct iovec){bad, 0};
			printf(" %ld/%ld", value(readv(fd, v, n)), value(writev(fd, v, n)));
		}
	}
}

int main(void)
{
	void *const addrs[] = {NULL,
			       (void *)8,
			       (void *)(uintptr_t)0x7ffffffff000,
			       (void *)(uintptr_t)0x7fffffffffff,
			       (void *)(uintptr_t)0x8000000000000000,
			       (void *)(uintptr_t)0xffff800000000000,
			       (void *)-4096L,
			       (void *)-1L};
	int file = open("/etc/passwd", O_RDONLY), zero = open("/dev/zero", O_RDWR), fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds))
		return 1;
	for (size_t i = 0; i < sizeof(addrs) / sizeof(*addrs); i++) {
		const int with[] = {file, zero, fds[0], -1};

		for (size_t k = 0; k < 4; k++) {
			int fd = with[k];
			void *a = addrs[i];

			printf("%zu %zu: %ld %ld %ld %ld %ld", i, k, value(read(fd, a, 0)),
			       value(pread(fd, a, 0, 0)), value(write(fd, a, 0)),
			       value(recv(fd, a, 0, MSG_DONTWAIT)),
			       value(send(fd, a, 0, MSG_DONTWAIT)));
			vectors(fd, a);
			printf("\n");
			lseek(file, 0, SEEK_SET);
		}
	}
	return 0;
}

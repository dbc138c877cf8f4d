/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of what may not be mapped writable: sealed memory files, and TCP sockets. */
#include "guest.h"
#include <sys/socket.h>

static void try_all(int fd)
{
	char *p;

	SHOW_OK(p = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0));
	SHOW(mprotect(p, 4096, PROT_READ | PROT_WRITE));
	SHOW(mprotect(p, 4096, PROT_READ));
	if (p != MAP_FAILED)
		munmap(p, 8192);
	SHOW_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
	SHOW_OK(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0));
	SHOW_OK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
}

int main(void)
{
	static const int seals[] = {F_SEAL_WRITE, 0x10 /* F_SEAL_FUTURE_WRITE */, F_SEAL_SHRINK};
	char text[5] = "";
	int fd;

	for (int i = 0; i < 3; i++) {
		fd = memfd_create("sealed", MFD_ALLOW_SEALING);
		SHOW(ftruncate(fd, 8192));
		SHOW(pwrite(fd, "text", 4, 100));
		SHOW(fcntl(fd, F_ADD_SEALS, seals[i]));
		try_all(fd);
		char *p = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);

		if (p != MAP_FAILED)
			memcpy(text, p + 100, 4);
		printf("%s\n", text);
		SHOW(read(fd, p, 10));
		close(fd);
	}
	try_all(socket(AF_INET, SOCK_STREAM, 0));
	try_all(socket(AF_INET, SOCK_DGRAM, 0));
	return 0;
}

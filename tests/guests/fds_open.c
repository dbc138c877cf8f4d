/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* Descriptors that the program does not have do not exist, whatever they are asked for. */
#include "guest.h"

int main(void)
{
	struct stat st;
	char path[64], c;
	int found = 0, dir = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);

	for (int fd = 3; fd < 9000; fd++)
		if (fd != dir)
			close(fd);
	for (int fd = 3; fd < 9000; fd++) {
		if (fd == dir)
			continue;
		found += fcntl(fd, F_GETFD) != -1;
		found += fstat(fd, &st) == 0;
		found += lseek(fd, 0, SEEK_CUR) != -1 || pread(fd, &c, 1, 0) >= 0;
		found += dup(fd) != -1;
		found += mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		found += open(path, O_RDWR) != -1 || readlink(path, (char[8]){0}, 8) != -1;
		snprintf(path, sizeof(path), "%d", fd);
		found += openat(dir, path, O_RDONLY) != -1 || fstatat(dir, path, &st, 0) == 0;
		snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
		found += access(path, F_OK) == 0;
		snprintf(path, sizeof(path), "/dev/fd/%d", fd);
		found += stat(path, &st) == 0 || truncate(path, 0) == 0;
	}
	printf("%d\n", found);
	return 0;
}

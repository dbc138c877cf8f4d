/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes much memory that is mapped nowhere: files of memfd_create(2), in two processes; with an
 * argument, "segments" of System V, until there are no more (status 3), "queues" likewise, "pipes",
 * "sockets", "packets" of a byte each, files, pipes or sockets on their way through a socket and
 * open nowhere ("sent", "later": filled when they are, "deep": inside of another, "sent-sockets"),
 * the host's "tables" of pages, "attributes" of files, "huge" pages (few), or files in a directory
 * ("scratch", DIRECTORY), that are empty ("names", DIRECTORY) or removed there ("removed",
 * DIRECTORY). "passing" does what is allowed: it ends with 0. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MANY 300 /* MiB, in each process */

static char block[1 << 20];

static int segments(void)
{
	for (int i = 0; i < MANY / 10; i++) {
		int id = shmget(IPC_PRIVATE, 10 << 20, IPC_CREAT | 0600);
		char *p = id < 0 ? (char *)-1 : shmat(id, 0, 0);

		if (p == (char *)-1)
			return 3;
		memset(p, 1, 10 << 20);
		shmdt(p);
	}
	return 0;
}

/* Each holds what is written to it until it is full. */
static int buffers(int sockets)
{
	for (int i = 0; i < 450; i++) {
		int end[2];

		if (sockets ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, end)
			    : pipe2(end, O_NONBLOCK))
			return 1;
		if (!sockets)
			fcntl(end[1], F_SETPIPE_SZ, 1 << 20);
		while (write(end[1], block, sizeof(block) / 4) > 0)
			;
	}
	sleep(20);
	return 0;
}

static int packets(void)
{
	for (int i = 0; i < 450; i++) {
		int end[2];

		if (pipe2(end, O_NONBLOCK | O_DIRECT))
			return 1;
		fcntl(end[1], F_SETPIPE_SZ, 1 << 20);
		while (write(end[1], block, 1) > 0)
			;
	}
	sleep(20);
	return 0;
}

static int send_fd(int socket, int fd)
{
	char control[CMSG_SPACE(sizeof(fd))] = {0};
	struct iovec byte = {block, 1};
	struct msghdr m = {.msg_iov = &byte,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	return sendmsg(socket, &m, 0) == 1 ? 0 : -1;
}

static int receive_fd(int socket)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = {&byte, 1};
	struct msghdr m = {.msg_iov = &iov,
			   .msg_iovlen = 1,
			   .msg_control = control,
			   .msg_controllen = sizeof(control)};
	int fd = -1;

	if (recvmsg(socket, &m, 0) == 1 && m.msg_controllen >= sizeof(control))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
	return fd;
}

#define FILE_SIZE 10 /* MiB */

static int fill(int fd)
{
	for (int i = 0; i < FILE_SIZE; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return -1;
	return 0;
}

static int sent(int later, int deep)
{
	int end[2], inner[2] = {-1, -1};

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, end))
		return 1;
	for (int i = 0; i < MANY / FILE_SIZE; i++) {
		int fd = (int)syscall(SYS_memfd_create, "sent", 0);

		if (deep && socketpair(AF_UNIX, SOCK_STREAM, 0, inner))
			return 1;
		if ((!later && fill(fd)) || send_fd(deep ? inner[0] : end[0], fd) ||
		    (deep && send_fd(end[0], inner[1])) || (later && fill(fd)))
			return 1;
		close(fd);
		close(inner[0]);
		close(inner[1]);
	}
	sleep(20);
	return 0;
}

static int sent_sockets(void)
{
	int end[2], inner[2], size = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, end))
		return 1;
	setsockopt(end[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	for (int i = 0; i < 450; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, inner))
			return 1;
		setsockopt(inner[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		while (write(inner[0], block, sizeof(block) / 4) > 0)
			;
		if (send_fd(end[0], inner[1]))
			break;
		close(inner[0]);
		close(inner[1]);
	}
	sleep(20);
	return 0;
}

/* More than the limit in all, at no time more than two files. */
static int passing(void)
{
	int end[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, end))
		return 1;
	if (fork() == 0) {
		close(end[0]);
		for (int fd; (fd = receive_fd(end[1])) >= 0;) {
			close(fd);
			if (write(end[1], block, 1) != 1)
				break;
		}
		_exit(0);
	}
	close(end[1]);
	for (int i = 0; i < 2 * MANY / FILE_SIZE; i++) {
		int fd = (int)syscall(SYS_memfd_create, "passed", 0);

		if (fill(fd) || send_fd(end[0], fd))
			return 1;
		close(fd);
		if (i && read(end[0], block, 1) != 1)
			return 1;
	}
	return 0;
}

/* A page of them for each 2 MiB of which one page is read. */
static int tables(void)
{
	size_t size = sizeof(long) == 8 ? 1UL << 36 : 1UL << 30;

	for (int i = 0; i < (sizeof(long) == 8 ? 4 : 0); i++) {
		volatile char *p = mmap(NULL, size, PROT_READ,
					MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		for (size_t at = 0; p != MAP_FAILED && at < size; at += 2 << 20)
			(void)p[at];
	}
	sleep(20);
	return 0;
}

static int attributes(void)
{
	char name[20];

	for (int i = 0; i < 200; i++) {
		int fd = (int)syscall(SYS_memfd_create, "attributes", 0);

		for (int k = 0; k < 20; k++) {
			snprintf(name, sizeof(name), "user.%d", k);
			if (fsetxattr(fd, name, block, 60000, 0))
				return 77; /* before Linux 6.6 */
		}
	}
	sleep(20);
	return 0;
}

static int huge(void)
{
	size_t size = 16 << 20;
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED || madvise(p, size, MADV_HUGEPAGE))
		return 77;
	memset(p, 1, size);
	return write(1, "ready\n", 6) == 6 ? (int)sleep(60) : 1;
}

static int queues(void)
{
	for (int i = 0; i < 1000; i++)
		if (msgget(IPC_PRIVATE, IPC_CREAT | 0600) < 0)
			return 3;
	return 0;
}

static int names(const char *dir)
{
	char name[20];

	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if ((i == 0 && chdir(dir)) || mknod(name, S_IFREG | 0600, 0))
			return 1;
	}
	sleep(20);
	return 0;
}

static int scratch(const char *dir, int removed)
{
	int fd = chdir(dir) ? -1 : open("hog", O_CREAT | O_WRONLY, 0600);

	if (removed)
		unlink("hog");
	for (int i = 0; i < MANY; i++)
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	sleep(20);
	return 0;
}

static int take(const char *what)
{
	static const struct {
		const char *name;
		int (*take)(void);
	} ways[] = {
		{"segments", segments},	    {"queues", queues},
		{"packets", packets},	    {"tables", tables},
		{"attributes", attributes}, {"huge", huge},
		{"passing", passing},	    {"sent-sockets", sent_sockets},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(what, ways[i].name))
			return ways[i].take();
	if (!strcmp(what, "sent") || !strcmp(what, "later") || !strcmp(what, "deep"))
		return sent(!strcmp(what, "later"), !strcmp(what, "deep"));
	return buffers(!strcmp(what, "sockets"));
}

int main(int argc, char **argv)
{
	int fd = -1;

	for (unsigned i = 0; i < sizeof(block); i += 4096)
		block[i] = 1;
	if (argc > 2)
		return !strcmp(argv[1], "names") ? names(argv[2])
						 : scratch(argv[2], !strcmp(argv[1], "removed"));
	if (argc > 1)
		return take(argv[1]);
	fork();
	for (int i = 0; i < MANY; i++) {
		if (i % 50 == 0)
			fd = (int)syscall(SYS_memfd_create, "hog", 0);
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return 1;
	}
	sleep(20); /* somebody will have noticed by then */
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -y, -yy, -Y: what stands behind descriptors and process ids. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/internal.h"

static void put_path_text(struct tline *t, const char *s, size_t n)
{
	put_escaped(t, (const u8 *)s, n, "<>");
}

static bool put_device(struct tline *t, const char *link, const char *path, size_t n)
{
	struct stat st;

	if (path[0] != '/' || stat(link, &st) != 0 ||
	    (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return false;
	put_path_text(t, path, n);
	put_fmt(t, "<%s %u:%u>", S_ISCHR(st.st_mode) ? "char" : "block", major(st.st_rdev),
		minor(st.st_rdev));
	return true;
}

/* Of the process that the descriptor stands for; 0: none, or it is no more. */
static int pid_of_pidfd(int fd)
{
	char path[40], text[512], *p;
	int info, pid;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return 0;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[MAX(n, 0)] = 0;
	p = strstr(text, "\nPid:");
	return p && sscanf(p, "\nPid: %d", &pid) == 1 && pid > 0 ? pid : 0;
}

static bool put_pidfd(struct tline *t, int fd)
{
	int pid = pid_of_pidfd(fd);

	if (pid)
		put_fmt(t, "pid:%d", pid);
	return pid;
}

/* A name may end like this by itself: such a file is where its path says. */
static bool is_deleted(const char *link, const char *path, size_t n)
{
	struct stat there, here;

	if (n <= 10 || strcmp(path + n - 10, " (deleted)") || stat(link, &there))
		return false;
	return lstat(path, &here) || here.st_ino != there.st_ino || here.st_dev != there.st_dev;
}

/* pid: whose descriptor; 0: of this process */
static void put_fd_info(struct tline *t, int pid, int fd)
{
	char link[48], path[4096], *inode;
	long n;

	if (!topt.decode_fds || fd < 0 || host_fd_is_own(fd))
		return;
	snprintf(link, sizeof(link), "/proc/%s/fd/%d", pid ? host_proc_name(pid).s : "self", fd);
	n = host(SYS_readlink, HP(link), HP(path), sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = 0;
	putch(t, '<');
	if (!pid && (topt.decode_fds & TD_SOCKET) && !strncmp(path, "socket:[", 8)) {
		inode = path + 8;
		inode[strcspn(inode, "]")] = 0;
		if (put_socket_info(t, fd, inode))
			goto end;
		inode[strlen(inode)] = ']';
	}
	if ((topt.decode_fds & TD_DEV) && put_device(t, link, path, (size_t)n))
		goto end;
	if (!pid && (topt.decode_fds & TD_PIDFD) && strstr(path, "pidfd") && put_pidfd(t, fd))
		goto end;
	if (topt.decode_fds & TD_PATH) {
		char *deleted = is_deleted(link, path, (size_t)n) ? path + n - 10 : NULL;

		put_path_text(t, path, deleted ? (size_t)n - 10 : (size_t)n);
		if (deleted) {
			put(t, ">(deleted)");
			return;
		}
	} else {
		t->len--;
		return;
	}
end:
	putch(t, '>');
}

void put_fd(struct tline *t, s32 fd)
{
	put_dec(t, fd);
	put_fd_info(t, 0, fd);
}

void put_fd_of_pidfd(struct tline *t, s32 pidfd, s32 fd)
{
	int pid = topt.decode_fds && !host_fd_is_own(pidfd) ? pid_of_pidfd(pidfd) : 0;

	put_dec(t, fd);
	if (pid)
		put_fd_info(t, pid, fd);
}

void put_dirfd(struct tline *t, s32 fd)
{
	char path[4096];
	long n;

	if (fd != AT_FDCWD) {
		put_fd(t, fd);
		return;
	}
	if (topt.consts == CONST_RAW)
		put_dec(t, fd);
	else if (topt.consts == CONST_VERBOSE)
		put(t, "-100 /* AT_FDCWD */");
	else
		put(t, "AT_FDCWD");
	if (!(topt.decode_fds & TD_PATH))
		return;
	n = host(SYS_readlink, HP("/proc/self/cwd"), HP(path), sizeof(path));
	if (n <= 0)
		return;
	putch(t, '<');
	put_path_text(t, path, (size_t)n);
	putch(t, '>');
}

void put_pid_comm(struct tline *t, s32 pid)
{
	char path[40], comm[64];
	long fd, n;

	put_dec(t, pid);
	if (!topt.decode_comm || pid <= 0)
		return;
	snprintf(path, sizeof(path), "/proc/%s/comm", host_proc_name(pid).s);
	fd = host(SYS_openat, AT_FDCWD, HP(path), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = host(SYS_read, fd, HP(comm), sizeof(comm));
	host(SYS_close, fd);
	if (n <= 1)
		return;
	putch(t, '<');
	put_path_text(t, comm, (size_t)n - 1);
	putch(t, '>');
}

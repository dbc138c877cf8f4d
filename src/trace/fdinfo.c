/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -y, -yy, -Y: what stands behind descriptors and process ids. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/host.h"
#include "trace/flags.h"

static void put_path_text(struct tline *t, const char *s, size_t n)
{
	put_escaped(t, (const u8 *)s, n, "<>");
}

static void put_inet(struct tline *t, const struct sockaddr_storage *ss)
{
	char text[INET6_ADDRSTRLEN];

	if (ss->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)ss;

		inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text));
		put_fmt(t, "%s:%u", text, ntohs(in->sin_port));
	} else {
		const struct sockaddr_in6 *in6 = (const void *)ss;

		inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text));
		put_fmt(t, "[%s]:%u", text, ntohs(in6->sin6_port));
	}
}

static bool put_inet_socket(struct tline *t, int fd, int family, int type, int proto)
{
	const char *name = type == SOCK_STREAM ? "TCP" : type == SOCK_DGRAM ? "UDP" : "RAW";
	struct sockaddr_storage me, peer;
	socklen_t len = sizeof(me), plen = sizeof(peer);

	if (proto == IPPROTO_ICMP)
		name = "ICMP";
	if (getsockname(fd, (struct sockaddr *)&me, &len) != 0)
		return false;
	put(t, name);
	put(t, family == AF_INET6 ? "v6:[" : ":[");
	put_inet(t, &me);
	if (getpeername(fd, (struct sockaddr *)&peer, &plen) == 0) {
		put(t, "->");
		put_inet(t, &peer);
	}
	putch(t, ']');
	return true;
}

static bool put_socket(struct tline *t, int fd, const char *inode)
{
	int family = 0, type = 0, proto = 0;
	socklen_t len = sizeof(int);
	struct sockaddr_storage me = {0};
	socklen_t n = sizeof(me);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) != 0)
		return false;
	getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &proto, &len);
	if (family == AF_INET || family == AF_INET6)
		return put_inet_socket(t, fd, family, type, proto);
	if (family == AF_NETLINK) {
		const struct sockaddr_nl *nl = (const void *)&me;

		put(t, "NETLINK:[");
		if (getsockname(fd, (struct sockaddr *)&me, &n) == 0 && nl->nl_pid)
			put_fmt(t, "%s:%u]", xlat_name(&x_netlink, (u32)proto) + 8, nl->nl_pid);
		else
			put_fmt(t, "%s]", inode);
		return true;
	}
	if (family == AF_UNIX) {
		const struct sockaddr_un *un = (const void *)&me;

		put(t, type == SOCK_STREAM  ? "UNIX-STREAM:["
		       : type == SOCK_DGRAM ? "UNIX-DGRAM:["
					    : "UNIX-SEQPACKET:[");
		put(t, inode);
		if (getsockname(fd, (struct sockaddr *)&me, &n) == 0 && n > 2) {
			put(t, ",");
			put_sun_path(t, un, n);
		}
		putch(t, ']');
		return true;
	}
	return false;
}

static bool put_device(struct tline *t, int fd, const char *path, size_t n)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return false;
	put_path_text(t, path, n);
	put_fmt(t, "<%s %u:%u>", S_ISCHR(st.st_mode) ? "char" : "block", major(st.st_rdev),
		minor(st.st_rdev));
	return true;
}

static bool put_pidfd(struct tline *t, int fd)
{
	char path[40], text[512], *p;
	int info, pid;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	if (info < 0)
		return false;
	n = read(info, text, sizeof(text) - 1);
	close(info);
	text[MAX(n, 0)] = 0;
	p = strstr(text, "\nPid:");
	if (!p || sscanf(p, "\nPid: %d", &pid) != 1)
		return false;
	put_fmt(t, "pid:%d", pid);
	return true;
}

/* A name may end like this by itself: such a file is where its path says. */
static bool is_deleted(const char *link, const char *path, size_t n)
{
	struct stat there, here;

	if (n <= 10 || strcmp(path + n - 10, " (deleted)") || stat(link, &there))
		return false;
	return lstat(path, &here) || here.st_ino != there.st_ino || here.st_dev != there.st_dev;
}

static void put_fd_info(struct tline *t, int fd)
{
	char link[40], path[4096], *inode;
	long n;

	if (!topt.decode_fds || fd < 0 || host_fd_is_own(fd))
		return;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = host(SYS_readlink, HP(link), HP(path), sizeof(path) - 1);
	if (n <= 0)
		return;
	path[n] = 0;
	putch(t, '<');
	if ((topt.decode_fds & TD_SOCKET) && !strncmp(path, "socket:[", 8)) {
		inode = path + 8;
		inode[strcspn(inode, "]")] = 0;
		if (put_socket(t, fd, inode))
			goto end;
		inode[strlen(inode)] = ']';
	}
	if ((topt.decode_fds & TD_DEV) && put_device(t, fd, path, (size_t)n))
		goto end;
	if ((topt.decode_fds & TD_PIDFD) && strstr(path, "pidfd") && put_pidfd(t, fd))
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
	put_fd_info(t, fd);
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
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
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

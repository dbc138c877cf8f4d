/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: only: 32 */
/* Calls that can be made through socketcall and ipc, and by numbers of their own: how each ends. */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int result(long ret)
{
	return ret < 0 ? errno : 0;
}

int main(void)
{
	int sv[2];
	long socket_args[] = {AF_UNIX, SOCK_STREAM, 0};
	long pair_args[] = {AF_UNIX, SOCK_STREAM, 0, (long)sv};
	char line[128];
	int n;

	n = snprintf(line, sizeof(line), "socketcall %d ",
		     result(syscall(SYS_socketcall, 1, socket_args)));
	n += snprintf(line + n, sizeof(line) - (size_t)n, "pair %d ",
		      result(syscall(SYS_socketcall, 8, pair_args)));
	/* no such key, and not to be made: ENOENT */
	n += snprintf(line + n, sizeof(line) - (size_t)n, "shmget %d ",
		      result(syscall(SYS_ipc, 23, 0x74726170, 1, 0, 0, 0)));
	n += snprintf(line + n, sizeof(line) - (size_t)n, "socket %d\n",
		      result(syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0)));
	return write(1, line, (size_t)n) != n;
}

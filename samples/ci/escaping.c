/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that tries to get at what lies outside of its sandbox: files of the host, the process that
 * runs it. It passes when nothing of that is there. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static int escapes;

static void escaped(const char *how)
{
	printf("escaped: %s\n", how);
	escapes++;
}

static void try_file(const char *path)
{
	int fd = open(path, O_PATH); /* it need not be readable to be seen */

	if (fd < 0)
		return;
	escaped(path);
	close(fd);
}

int main(void)
{
	try_file("/etc/shadow");
	try_file("../../../../../../../../etc/shadow");
	try_file("/proc/self/root/etc/shadow");
	try_file("/proc/self/cwd/../../../../../../etc/shadow");
	try_file("/proc/1/root/etc/shadow");
	try_file("/proc/1/environ");
	try_file("/sys/kernel/uevent_seqnum");
	if (symlink("/etc", "link") == 0)
		try_file("link/shadow");
	if (chroot(".") == 0)
		try_file("../../../../../../etc/shadow");
	if (getppid() > 0 && kill(getppid(), 0) == 0)
		escaped("the parent can be signalled");
	if (kill(1, 0) == 0)
		escaped("process 1 can be signalled");
	return escapes ? 1 : 0;
}

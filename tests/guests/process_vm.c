/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of another process and of one's own: process_vm_readv(2) and process_vm_writev(2). */
#include "guest.h"

#include <sys/uio.h>

static char text[64] = "the parent's";
static const char constant[] = "constant";

static long move(int write, pid_t pid, void *local, void *remote, size_t n)
{
	struct iovec l = {local, n}, r = {remote, n};
	long ret = write ? process_vm_writev(pid, &l, 1, &r, 1, 0)
			 : process_vm_readv(pid, &l, 1, &r, 1, 0);

	return ret;
}

int main(void)
{
	char buf[16384], *pages, *fresh = (char *)(sizeof(long) == 8 ? 1UL << 44 : 0x50000000UL);
	int down[2], up[2], status;
	struct iovec l = {buf, sizeof(buf)}, r[3];
	pid_t pid;
	char c = 0;

	pages = mmap(NULL, 5 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(pages, 'p', 3 * 4096);
	munmap(pages + 2 * 4096, 4096);
	mprotect(pages + 3 * 4096, 4096, PROT_NONE);
	SHOW(pipe(down));
	SHOW(pipe(up));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		strcpy(text, "the child's");
		fresh = mmap(fresh, 4096, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (write(up[1], &c, 1) != 1 || read(down[0], &c, 1) != 1)
			_exit(1);
		printf("child has: %s, %s\n", text, fresh);
		fflush(stdout);
		_exit(0);
	}
	if (read(up[0], &c, 1) != 1)
		return 1;
	SHOW(move(0, pid, buf, text, sizeof(text)));
	printf("%s\n", buf);
	SHOW(move(0, getpid(), buf, text, sizeof(text)));
	printf("%s\n", buf);
	SHOW(move(0, pid, buf, pages + 4096, 8192));
	SHOW(move(0, pid, buf, pages + 3 * 4096, 10));
	SHOW(move(0, pid, buf, (void *)16, 10));
	SHOW(move(1, pid, buf, (void *)constant, 4));
	strcpy(buf, "written");
	SHOW(move(1, pid, buf, text, 8));
	SHOW(move(1, pid, buf, fresh, 8)); /* far from all that has been touched */
	r[0] = (struct iovec){text, 8};
	r[1] = (struct iovec){pages, 100};
	r[2] = (struct iovec){pages + 3 * 4096, 100};
	SHOW(process_vm_readv(pid, &l, 1, r, 3, 0));
	SHOW(process_vm_readv(pid, &l, 1, r, 2, 1));
	SHOW(process_vm_readv(pid, &l, 1, (void *)8, 2, 0));
	SHOW(process_vm_readv(pid, (void *)8, 1, r, 2, 0));
	SHOW(process_vm_readv(pid, &l, 1, r, 5000, 0));
	SHOW(process_vm_readv(pid, &l, 1, r, 0, 0));
	SHOW(process_vm_readv(99999999, &l, 1, r, 2, 0));
	if (write(down[1], &c, 1) != 1)
		return 1;
	waitpid(pid, &status, 0);
	show_status("child", status);
	SHOW(move(0, pid, buf, text, 8));
	return 0;
}

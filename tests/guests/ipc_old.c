/* SPDX-License-Identifier: GPL-2.0-or-later */
/* i386's ipc(2) without IPC_64: the layouts of libc 5, with 16-bit ids; and with it, at the end of
 * a page. Both widths come through INT 0x80, with a page below 4 GiB. */
#include "guest.h"
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

enum { SEMGET = 2, SEMCTL, MSGSND = 11, MSGGET = 13, MSGCTL, SHMGET = 23, SHMCTL };
enum { WITH_IPC_64 = 0x100, PAGE = 4096 };

static unsigned char *page; /* what is behind it is not mapped */

static long ipc(long call, long first, long second, long third, const void *ptr)
{
	long ret = int80(117, call, first, second, third, (long)ptr);

	ret = (int)ret;
	if (ret > -4096 && ret < 0) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
}

/* The pointer of SEMCTL leads to its argument. */
static long ctl(int call, long id, long cmd, const void *arg)
{
	uint32_t *pointer = (uint32_t *)page;

	*pointer = (uint32_t)(uintptr_t)arg;
	return call == SEMCTL ? ipc(call, id, 0, cmd, pointer) : ipc(call, id, cmd, 0, arg);
}

/* A letter for each word: x exact, v nonzero or not, l the lower half alone. */
static void dump(const char *what, long ret, const char *words)
{
	const unsigned char *p = page + 64;

	printf("%s: %s:", what, ret < 0 ? result(ret) : "done");
	for (; *words; words++, p += 4) {
		uint32_t v;

		memcpy(&v, p, 4);
		if (*words == 'v')
			printf(v ? " set" : " 0");
		else
			printf(" %x", *words == 'l' ? v & 0xffff : v);
	}
	printf("\n");
}

static void show(const char *what, int call, long id, const char *words)
{
	static const int ends[] = {8, 16, 36, 48, 56, 64, 72, 88};
	unsigned char *p = page + 64;

	memset(page, 0xa5, PAGE);
	dump(what, ctl(call, id, IPC_STAT, p), words);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		unsigned char *end = page + PAGE - ends[i];

		memset(end, 0xff, (size_t)ends[i]); /* no such ids; or a long way to go */
		printf("  %d bytes: %s", ends[i],
		       result(ctl(call, id, IPC_STAT, end) < 0 ? -1 : 0));
		memset(end, 0xff, (size_t)ends[i]);
		printf(", %s", result(ctl(call, id, IPC_SET, end)));
		printf(", %s\n", result(ctl(call, id, IPC_SET | WITH_IPC_64, end)));
	}
	memset(page, 0, PAGE);
	((uint16_t *)p)[2] = (uint16_t)getuid();
	((uint16_t *)p)[3] = (uint16_t)getgid();
	((uint16_t *)p)[6] = 0640;
	((uint16_t *)p)[22] = ((uint16_t *)p)[23] = ((uint16_t *)p)[24] = 1234;
	SHOW(ctl(call, id, IPC_SET, p));
	memset(page, 0xa5, PAGE);
	dump(what, ctl(call, id, IPC_STAT, p), words);
	SHOW(ctl(call, id, IPC_STAT, NULL));
	SHOW(ctl(call, -1, IPC_STAT, p));
	SHOW(ctl(call, -1, IPC_SET, NULL));
	SHOW(ctl(call, id, 99, p));
	SHOW(ctl(call, id, IPC_RMID, NULL));
}

int main(void)
{
	long id;

	page = mmap((void *)0x20000000, 2 * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	munmap(page + PAGE, PAGE);

	id = ipc(SEMGET, IPC_PRIVATE, 3, 0600, NULL);
	show("semaphores", SEMCTL, id, "xxxlvvxxxxl");

	id = ipc(MSGGET, IPC_PRIVATE, 0600, 0, NULL);
	memset(page, 0, 64);
	SHOW(ipc(MSGSND, id, 7, 0, page)); /* a type is not 0 */
	page[0] = 1;
	SHOW(ipc(MSGSND, id, 7, 0, page));
	show("messages", MSGCTL, id, "xxxlxxvvvxxxlv");

	id = ipc(SHMGET, IPC_PRIVATE, 5000, 0600, NULL);
	show("memory", SHMCTL, id, "xxxlxvvvvvxx");
	memset(page, 0xa5, PAGE);
	dump("limits", ctl(SHMCTL, 0, IPC_INFO, page + 64), "xxxxxxxxxx");
	return 0;
}

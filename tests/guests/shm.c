/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: musl */
/* System V shared memory. */
#include "guest.h"

#include <sys/shm.h>

static void show_ds(int id)
{
	struct shmid_ds ds;

	SHOW(shmctl(id, IPC_STAT, &ds));
	printf("size %zu, attached %lu, mode %o, mine %d, last %d\n", (size_t)ds.shm_segsz,
	       (unsigned long)ds.shm_nattch, ds.shm_perm.mode, ds.shm_cpid == getpid(),
	       ds.shm_lpid == getpid());
}

static char *shared;

static void child(void)
{
	shared[1]++;
	SHOW(shmdt(shared));
	SHOW(shmdt(shared));
}

static void read_only(void)
{
	shared[0] = 1;
}

int main(void)
{
	int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);
	char *other, *fixed = (char *)0x30000000;
	struct shmid_ds ds;

	EXPECT(id >= 0);
	show_ds(id);
	shared = shmat(id, NULL, 0);
	EXPECT(shared != (void *)-1);
	strcpy(shared, "hello");
	show_ds(id);
	in_child("child", child);
	EXPECT(shared[1] == 'f');
	other = shmat(id, NULL, SHM_RDONLY);
	EXPECT(!strcmp(other, "hfllo"));
	shared = other;
	in_child("write to it", read_only);
	SHOW(mprotect(other, 4096, PROT_READ | PROT_WRITE));
	SHOW(shmdt(other + 4096));
	SHOW(shmdt(other + 1));
	SHOW(shmdt(other));
	EXPECT(shmat(id, fixed, 0) == fixed);
	SHOW_OK(shmat(id, fixed, 0));
	SHOW_OK(shmat(id, fixed + 4096, SHM_REMAP));
	show_ds(id);
	SHOW_OK(shmat(id, fixed + 0x100001, 0));
	EXPECT(shmat(id, fixed + 0x100001, SHM_RND) == fixed + 0x100000);
	SHOW_OK(shmat(id, NULL, SHM_REMAP));
	SHOW_OK(shmat(-1, NULL, 0));
	SHOW_OK(shmat(id + 100000, NULL, 0));
	SHOW(munmap(fixed + 0x101000, 4096));
	SHOW(shmdt(fixed + 0x100000));
	SHOW(shmctl(id, IPC_STAT, &ds));
	ds.shm_perm.mode = 0640;
	SHOW(shmctl(id, IPC_SET, &ds));
	show_ds(id);
	SHOW(shmctl(id, IPC_STAT, (void *)8));
	SHOW(shmctl(id, 12345, &ds));
	SHOW_OK(shmctl(0, IPC_INFO, &ds));
	SHOW(shmctl(id, IPC_RMID, NULL));
	show_ds(id);
	SHOW(shmdt(fixed + 4096));
	SHOW(shmdt(fixed));
	SHOW(shmctl(id, IPC_STAT, &ds));
	return 0;
}

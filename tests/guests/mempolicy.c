/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Masks of memory nodes of all lengths, up to the longest: what get_mempolicy(2) writes, to the
 * last byte, and what is read of the others'. */
#include <linux/mempolicy.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "guest.h"

static unsigned char *mask;

static void get(unsigned long maxnode)
{
	const size_t size = 8192;
	size_t written = 0;

	memset(mask, 0x5a, size);
	printf("%lu: ", maxnode);
	SHOW(syscall(SYS_get_mempolicy, NULL, mask, maxnode, NULL, 0));
	for (size_t i = 0; i < size; i++)
		if (mask[i] != 0x5a)
			written = i + 1;
	printf("%zu written\n", written);
}

int main(void)
{
	static const unsigned long lengths[] = {
		0,    1,    2,	   32,	  33,	 34,	63,    64,    65,    66,    1023, 1024,
		1025, 1026, 32703, 32704, 32705, 32767, 32768, 32769, 32770, 65536, ~0UL};
	unsigned long node = 1;

	mask = mmap(NULL, 12288, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	SHOW(mprotect(mask + 8192, 4096, PROT_NONE));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		get(lengths[i]);
	/* the end of what may be written */
	SHOW(syscall(SYS_get_mempolicy, NULL, mask + 4096, 32769, NULL, 0));
	SHOW(syscall(SYS_get_mempolicy, NULL, mask + 4104, 32769, NULL, 0));
	SHOW(syscall(SYS_get_mempolicy, NULL, mask + 8192, 64, NULL, 0));
	SHOW(syscall(SYS_set_mempolicy, MPOL_PREFERRED, &node, 8 * sizeof(node)));
	SHOW(syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0));
	SHOW(syscall(SYS_mbind, mask, 4096, MPOL_BIND, &node, 8 * sizeof(node), 0));
	SHOW(syscall(SYS_mbind, mask, 4096, MPOL_BIND, mask + 8192, 8 * sizeof(node), 0));
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* only: 64 */
/* INT 0x80 in a 64-bit program: the numbers, layouts and 32-bit pointers of the 32-bit table. */
#include "guest.h"

struct timespec32 {
	int32_t sec, nsec;
};
struct iovec32 {
	uint32_t base, len;
};

int main(void)
{
	char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	char *high = mmap((void *)0x700000000000, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	long l = (long)low;
	struct iovec32 *v = (void *)(low + 512);

	EXPECT(low != MAP_FAILED);
	EXPECT(high == (char *)0x700000000000);
	setvbuf(stdout, NULL, _IONBF, 0);
	strcpy(low, "written by the 32-bit write\n");
	printf("write = %ld\n", int80(4, 1, l, 28, 0, 0));
	strcpy(high, "unreachable\n");
	printf("write of a high pointer = %ld\n", int80(4, 1, (long)high, 12, 0, 0));
	printf("getpid is getpid: %d\n", int80(20, 0, 0, 0, 0, 0) == getpid());
	strcpy(low, "made_by_32");
	printf("creat = %ld\n", int80(8, l, 0640, 0, 0, 0));
	printf("high halves of arguments are ignored: %ld\n",
	       int80(33, l | 0x123400000000, 0x100000000, 0, 0, 0));
	printf("close = %ld\n", int80(6, 3, 0, 0, 0, 0));
	v[0] = (struct iovec32){(uint32_t)l, 4};
	v[1] = (struct iovec32){(uint32_t)l + 4, 6};
	printf("\nwritev = %ld\n", int80(146, 1, (long)v, 2, 0, 0));
	memset(low, 0x55, 4096);
	printf("clock_gettime = %ld, 8 bytes only: %d\n", int80(265, 0, l, 0, 0, 0),
	       low[8] == 0x55 && ((struct timespec32 *)low)->sec > 1000000);
	printf("negative result is 64 bits wide: %ld\n", int80(6, -1, 0, 0, 0, 0));
	printf("exit by the 32-bit table\n");
	int80(252, 42, 0, 0, 0, 0);
	return 1;
}

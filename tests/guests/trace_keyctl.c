/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keyctl(2): what a trace shows of the arguments of every operation. tests/cases/60-trace.sh sets
 * strace's lines and trapgate's side by side, with results that the tracers make up: none of these
 * calls may be made, they would change the keyrings of whoever runs the tests. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void call(int op, long a, const void *b, const void *c, const void *d)
{
	syscall(SYS_keyctl, op, a, b, c, d);
}

int main(void)
{
	if (syscall(SYS_keyctl, 999, 0, 0, 0, 0) == -1 && errno == EOPNOTSUPP)
		return 1; /* nobody keeps them from being made */
	/* at a place of its own: some addresses are shown as numbers */
	char *page = mmap((void *)0x30000000, 8192, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	char *end = page + 4096, *text = page + 100;
	static struct {
		const char *hash, *other;
		uint32_t len, spare[8];
	} kdf = {"sha256", "more to know", 4, {0}};

	mprotect(end, 4096, PROT_NONE);
	strcpy(text, "text to show");
	for (int op = 0; op < 34; op++)
		for (long key = -9; key < 12; key += 4) {
			call(op, key, text, (void *)5, (void *)2);
			call(op, key, (void *)7, (void *)key, (void *)key);
			call(op, key, NULL, NULL, NULL);
		}
	for (int op = 23; op < 32; op++)
		for (uint32_t how = 0; how < 3; how++) {
			uint32_t *p = (uint32_t *)(end - 40);

			for (uint32_t i = 0; i < 10; i++)
				p[i] = how * (i + 1);
			call(op, (long)p, text, text, text + 5);
			call(op, (long)p, end - 3, (void *)2, p);
			call(op, (long)(p + 1), NULL, (void *)9, p + 1);
			kdf.len = how;
			kdf.spare[3] = how / 2;
			if (op == 23)
				call(op, (long)p, text, (void *)4, &kdf);
		}
	return 0;
}

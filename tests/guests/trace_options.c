/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket options of every level with values of several lengths. tests/cases/60-trace.sh sets
 * strace's lines and trapgate's side by side, with results that the tracers make up. */
#include <linux/filter.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Instructions of every opcode, and programs that are none */
static void filters(void)
{
	struct sock_filter f[16];
	struct sock_fprog p = {16, f};

	for (unsigned code = 0; code < 0x300; code += 16) {
		for (unsigned i = 0; i < 16; i++)
			f[i] = (struct sock_filter){(unsigned short)(code + i), 0,
						    (unsigned char)(i & 1), code * i};
		setsockopt(-1, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
	}
	p.len = 0;
	setsockopt(-1, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
	p.filter = NULL;
	setsockopt(-1, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
	p.len = 3;
	setsockopt(-1, SOL_SOCKET, SO_ATTACH_FILTER, &p, sizeof(p));
}

int main(void)
{
	static const int levels[] = {0,	  1,   6,   17,	 41,  58,  101, 132, 136, 256,
				     257, 263, 266, 268, 269, 270, 271, 272, 273, 274,
				     275, 276, 277, 278, 279, 280, 281, 282, 283};
	static const socklen_t lengths[] = {0, 1, 4, 8, 12, 16, 24, 32, 128};
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = page + 4096;

	mprotect(end, 4096, PROT_NONE);
	for (unsigned l = 0; l < sizeof(levels) / sizeof(*levels); l++)
		for (int name = 0; name < 51; name++)
			for (unsigned k = 0; k < sizeof(lengths) / sizeof(*lengths); k++) {
				socklen_t len = lengths[k];
				char *p = end - len;

				if (levels[l] == 1 && name == SO_ATTACH_FILTER)
					continue;
				for (socklen_t i = 0; i < len; i++)
					p[i] = name & 3 ? (char)(i + 1) : 0;
				setsockopt(-1, levels[l], name, p, len);
				getsockopt(-1, levels[l], name, p, &len);
			}
	filters();
	return 0;
}

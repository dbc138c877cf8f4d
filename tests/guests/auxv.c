/* SPDX-License-Identifier: GPL-2.0-or-later */
/* musl */
/* The auxiliary vector: which entries, in which order, with the values that do not vary. */
#include "guest.h"
#include <elf.h>
#include <link.h>

extern char **environ;
extern char _start[], __ehdr_start[];

int main(int argc, char **argv)
{
	char **p = environ;
	ElfW(auxv_t) * a;
	unsigned long sysinfo = 0, ehdr = 0;

	EXPECT(p == argv + argc + 1);
	while (*p)
		p++;
	for (a = (void *)(p + 1); a->a_type != AT_NULL; a++) {
		unsigned long v = a->a_un.a_val;
		ElfW(Ehdr) *e = (void *)v;

		switch (a->a_type) {
		case 27: /* AT_RSEQ_FEATURE_SIZE, AT_RSEQ_ALIGN: of the kernel's age */
		case 28:
			break;
		case AT_PAGESZ:
		case AT_CLKTCK:
		case AT_PHENT:
		case AT_PHNUM:
		case AT_BASE:
		case AT_FLAGS:
		case AT_UID:
		case AT_EUID:
		case AT_GID:
		case AT_EGID:
		case AT_SECURE:
			printf("%lu = %lu\n", (unsigned long)a->a_type, v);
			break;
		case AT_PHDR:
			printf("AT_PHDR: ELF header + %ld\n",
			       (long)(v - (unsigned long)__ehdr_start));
			break;
		case AT_ENTRY:
			printf("AT_ENTRY: %s\n", v == (unsigned long)_start ? "_start" : "?");
			break;
		case AT_EXECFN:
			printf("AT_EXECFN: %s\n",
			       strcmp((char *)v, argv[0]) ? (char *)v : "argv[0]");
			break;
		case AT_PLATFORM:
			printf("AT_PLATFORM: %s\n", (char *)v);
			break;
		case AT_RANDOM:
			printf("AT_RANDOM: %s\n", v > (unsigned long)a ? "above" : "below");
			break;
		case AT_SYSINFO:
			sysinfo = v;
			printf("AT_SYSINFO\n");
			break;
		case AT_SYSINFO_EHDR:
			ehdr = v;
			printf("AT_SYSINFO_EHDR: %s class %d type %d\n",
			       memcmp(e->e_ident, ELFMAG, 4) ? "not ELF" : "ELF",
			       e->e_ident[EI_CLASS], e->e_type);
			break;
		default:
			printf("%lu\n", (unsigned long)a->a_type);
		}
	}
	printf("sysinfo in the vDSO: %d\n", sysinfo ? sysinfo - ehdr < 8192 : -1);
	return 0;
}

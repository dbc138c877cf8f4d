/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ELF loader's reading of a program, and of an interpreter. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "loader/elf.h"

static void look(const struct elf_plan *p, int err)
{
	if (err)
		return;
	if (p->nr_segments > ELF_MAX_SEGMENTS || p->lo > p->hi)
		abort();
	for (u32 i = 0; i < p->nr_segments; i++)
		if (p->segment[i].vaddr < p->lo || p->segment[i].vaddr >= p->hi ||
		    p->segment[i].memsz > p->hi - p->segment[i].vaddr)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct elf_plan plan;
	static int fd = -1;
	char why[100];

	if (fd < 0)
		fd = memfd_create("image", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, n, 0) != (ssize_t)n)
		abort();
	look(&plan, elf_probe(fd, &plan, why, sizeof(why)));
	look(&plan, elf_probe_interp(fd, ABI_64, &plan, why, sizeof(why)));
	look(&plan, elf_probe_interp(fd, ABI_32, &plan, why, sizeof(why)));
	return 0;
}

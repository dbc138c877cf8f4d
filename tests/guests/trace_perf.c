/* SPDX-License-Identifier: GPL-2.0-or-later */
/* perf_event_open(2): what a trace shows of events of all types, as long as kernels of several ages
 * have them. tests/cases/60-trace.sh sets strace's lines and trapgate's side by side, with results
 * that the tracers make up. */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = page + 4096;

	mprotect(end, 4096, PROT_NONE);
	for (uint32_t type = 0; type < 7; type++)
		for (uint32_t size = 0; size < 140; size += 4)
			for (int how = 0; how < 3; how++) {
				char *p = end - (size < 64 ? 64 : size);

				for (char *b = p; b < end; b++)
					*b = (char)(how * (b - p + 1));
				memcpy(p, &type, 4);
				memcpy(p + 4, &size, 4);
				syscall(SYS_perf_event_open, p, 0, -1, -1, (long)how * 5);
			}
	syscall(SYS_perf_event_open, NULL, 1, 2, 3, 0L);
	syscall(SYS_perf_event_open, end - 4, 1, 2, 3, 0L);
	return 0;
}

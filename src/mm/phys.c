/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mm/phys.h"

#include <stdlib.h>
#include <string.h>

#include "host/host.h"

struct extent {
	u64 start, end;
};

static struct extent *free_list; /* ascending, never adjacent */
static size_t nr_free, max_free;
static u64 arena_end, lowest;

static void make_room(void)
{
	if (nr_free < max_free)
		return;
	max_free = max_free ? 2 * max_free : 64;
	free_list = realloc(free_list, max_free * sizeof(*free_list));
	if (!free_list)
		fatal("out of memory");
}

void phys_init(u64 size)
{
	arena_end = size;
	phys_reset();
}

u64 phys_reset(void)
{
	u64 low = lowest ? lowest : arena_end;

	make_room();
	free_list[0] = (struct extent){PHYS_FIRST, arena_end};
	nr_free = 1;
	lowest = arena_end;
	return low;
}

/* From the top down, so that mappings which a program makes one after the other (Linux places them
 * downwards too) are neighbours in the arena and can be one area. */
u64 phys_alloc(u64 len)
{
	for (size_t i = nr_free; i-- > 0;) {
		struct extent *e = &free_list[i];

		if (e->end - e->start < len)
			continue;
		e->end -= len;
		len = e->end;
		if (e->start == e->end) {
			memmove(e, e + 1, (nr_free - i - 1) * sizeof(*e));
			nr_free--;
		}
		lowest = MIN(lowest, len);
		return len;
	}
	return PHYS_NONE;
}

void phys_free(u64 start, u64 len)
{
	size_t lo = 0, hi = nr_free;

	while (lo < hi) { /* first extent above start */
		size_t mid = (lo + hi) / 2;

		if (free_list[mid].start > start)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo > 0 && free_list[lo - 1].end == start) {
		free_list[lo - 1].end += len;
		if (lo < nr_free && free_list[lo].start == start + len) {
			free_list[lo - 1].end = free_list[lo].end;
			memmove(&free_list[lo], &free_list[lo + 1],
				(nr_free - lo - 1) * sizeof(*free_list));
			nr_free--;
		}
		return;
	}
	if (lo < nr_free && free_list[lo].start == start + len) {
		free_list[lo].start = start;
		return;
	}
	make_room();
	memmove(&free_list[lo + 1], &free_list[lo], (nr_free - lo) * sizeof(*free_list));
	free_list[lo] = (struct extent){start, start + len};
	nr_free++;
}

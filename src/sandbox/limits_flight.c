/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in memory, pipes and sockets that are on their way through sockets and maybe open nowhere.
 * Who sends one writes it down first. How many descriptors wait in sockets the host tells, not
 * which: so many of the largest that were written down and are not open count. Once none waits,
 * what was written down before is forgotten. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/host.h"
#include "sandbox/limits_internal.h"

static __thread u32 under_way; /* descriptors of the call that this thread makes */

static struct limit_flight *flight(void)
{
	return &limit_state->flight;
}

static bool is_valid(const struct limit_sent *s)
{
	return s->number > flight()->forgotten;
}

static void grow(struct limit_sent *s, u64 size)
{
	for (u64 old = s->size; old < size;)
		if (__atomic_compare_exchange_n(&s->size, &old, size, false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			break;
}

static struct limit_sent *find(u64 inode)
{
	for (u32 i = 0; i < MAX_SENT; i++)
		if (flight()->sent[i].inode == inode && is_valid(&flight()->sent[i]))
			return &flight()->sent[i];
	return NULL;
}

/* An entry that is free or, where none is, the smallest, if that is smaller than size. */
static struct limit_sent *take(u64 size, u64 number)
{
	for (;;) {
		struct limit_sent *best = NULL;
		u64 old;

		for (u32 i = 0; i < MAX_SENT; i++) {
			struct limit_sent *s = &flight()->sent[i];

			if (!is_valid(s)) {
				best = s;
				break;
			}
			if (s->size < size && (!best || s->size < best->size))
				best = s;
		}
		if (!best)
			return NULL;
		old = best->number;
		if (__atomic_compare_exchange_n(&best->number, &old, number, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return best;
	}
}

static void write_down(u64 inode, u64 size, u64 number)
{
	struct limit_sent *s = find(inode);

	if (s) {
		grow(s, size);
		/* an entry that is being forgotten is as good as none */
		if (__atomic_exchange_n(&s->number, number, __ATOMIC_SEQ_CST) > flight()->forgotten)
			return;
	}
	s = take(size, number);
	if (s) {
		s->size = size;
		s->inode = inode;
	}
}

static bool may_hold(int fd, const struct stat *st)
{
	return S_ISSOCK(st->st_mode) || S_ISFIFO(st->st_mode) ||
	       (S_ISREG(st->st_mode) && limit_file_in_memory(fd, st));
}

void limits_sending(int fd)
{
	struct stat st;
	u64 number;

	if (!limit_given(LIMIT_MEMORY))
		return;
	under_way++;
	limit_slot_sends(1);
	number = __atomic_add_fetch(&flight()->begun, 1, __ATOMIC_SEQ_CST);
	if (fstat(fd, &st))
		return;
	if (S_ISSOCK(st.st_mode))
		flight()->sockets = number; /* descriptors that wait in there are not seen */
	if (may_hold(fd, &st))
		write_down(limit_inode(&st), limit_held(fd, &st), number);
}

void limits_sent(void)
{
	if (under_way)
		limit_slot_sends(-(int)under_way);
	under_way = 0;
}

void limit_flight_grown(int fd)
{
	struct limit_sent *s;
	struct stat st;

	if (flight()->begun <= flight()->forgotten || fstat(fd, &st))
		return;
	s = find(limit_inode(&st));
	if (s)
		grow(s, limit_held(fd, &st));
}

/* ---- The supervisor's side ---- */

static u64 begun; /* when it began to look */
static u64 waiting;

bool limit_flight_begin(void)
{
	waiting = 0;
	begun = limit_state ? flight()->begun : 0;
	return limit_state && begun > flight()->forgotten;
}

void limit_flight_socket(int pid, const char *fd)
{
	char path[64], text[128];
	unsigned n;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.20s", pid, fd);
	f = fopen(path, "re");
	while (f && fgets(text, sizeof(text), f))
		if (sscanf(text, "scm_fds: %u", &n) == 1)
			waiting += n;
	if (f)
		fclose(f);
}

static int larger(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

u64 limit_flight_bytes(bool (*is_open)(u64 inode))
{
	u64 size[MAX_SENT], sum = 0, sending = 0, most;
	u32 n = 0;

	for (u32 i = 0; i < limit_state->used; i++)
		sending += limit_state->slot[i].sends;
	if (!waiting && !sending && flight()->begun == begun) {
		flight()->forgotten = begun;
		return 0;
	}
	for (u32 i = 0; i < MAX_SENT; i++)
		if (is_valid(&flight()->sent[i]) && !is_open(flight()->sent[i].inode))
			size[n++] = flight()->sent[i].size;
	qsort(size, n, sizeof(*size), larger);
	waiting += sending;
	most = flight()->sockets > flight()->forgotten ? n : MIN(waiting, (u64)n);
	for (u64 i = 0; i < most; i++)
		sum += size[i];
	if (n == MAX_SENT && waiting > n)
		sum += (waiting - n) * size[n - 1];
	return sum;
}

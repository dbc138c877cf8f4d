/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "syscalls/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "host/host.h"
#include "mm/mm.h"
#include "mm/uaccess.h"
#include "task/task.h"
#include "task/vsyscall.h"

static void put(int fd, const void *data, size_t n)
{
	host(SYS_write, fd, HP(data), n);
}

static void put_guest(int fd, guest_addr from, guest_addr to)
{
	char buf[512];

	while (from < to) {
		size_t n = MIN(to - from, sizeof(buf));

		if (copy_from_user(buf, from, n))
			return;
		put(fd, buf, n);
		from += n;
	}
}

/* The name of a mapped file: the host knows it, under the addresses of the arena. */
static const char *file_name(const struct vm_file *f, char *line, size_t n)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	const char *name = NULL;

	while (maps && !name && fgets(line, (int)n, maps)) {
		unsigned ma, mi;
		unsigned long ino;
		int at = 0;

		if (sscanf(line, "%*s %*s %*s %x:%x %lu %n", &ma, &mi, &ino, &at) < 3 || !at)
			continue;
		if (ino == f->ino && makedev(ma, mi) == f->dev && line[at] == '/') {
			line[strcspn(line, "\n")] = 0;
			name = line + at;
		}
	}
	if (maps)
		fclose(maps);
	return name;
}

/* The gate area (get_gate_vma()). */
#define VSYSCALL_LINE                                                                              \
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n"

static void put_maps(int fd)
{
	char name[4400], line[4600];

	for (size_t i = 0; i < mm->nr_areas; i++) {
		const struct vm_area *a = mm->areas[i];
		u64 dev = a->file ? a->file->dev : 0;
		const char *what = a->file ? file_name(a->file, name, sizeof(name)) : a->name;
		int n = snprintf(line, sizeof(line), "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ",
				 a->start, a->end, a->prot & PROT_READ ? 'r' : '-',
				 a->prot & PROT_WRITE ? 'w' : '-', a->prot & PROT_EXEC ? 'x' : '-',
				 a->flags & MAP_SHARED ? 's' : 'p', a->file ? a->pgoff : 0,
				 major(dev), minor(dev), a->file ? a->file->ino : 0);

		if (what)
			n += snprintf(line + n, sizeof(line) - (size_t)n, "%*s%s", MAX(73 - n, 0),
				      "", what);
		line[n++] = '\n';
		put(fd, line, (size_t)n);
	}
	if (current->abi == ABI_64 && vsyscall_present())
		put(fd, VSYSCALL_LINE, sizeof(VSYSCALL_LINE) - 1);
}

/* Words of the program's own size, with the terminator. */
static void put_auxv(int fd)
{
	size_t n = MIN(mm->nr_auxv + 2, ARRAY_SIZE(mm->auxv));

	for (size_t i = 0; i < n; i++)
		put(fd, &mm->auxv[i], current->abi == ABI_64 ? 8 : 4);
}

static void put_content(int fd, const char *name)
{
	if (!strcmp(name, "maps"))
		put_maps(fd);
	else if (!strcmp(name, "cmdline"))
		put_guest(fd, mm->arg_start, mm->arg_end);
	else if (!strcmp(name, "environ"))
		put_guest(fd, mm->env_start, mm->env_end);
	else
		put_auxv(fd);
}

/* The content goes into a file in memory, which is opened again for reading only and moved to the
 * lowest free number, as open(2) would have chosen. */
long proc_open(const char *name, u32 flags)
{
	long mem, ro, fd;
	char path[64];

	if (flags & (O_ACCMODE | O_CREAT | O_PATH) || (flags & O_DIRECTORY))
		return -ENOENT;
	if (strcmp(name, "maps") && strcmp(name, "cmdline") && strcmp(name, "environ") &&
	    strcmp(name, "auxv"))
		return -ENOENT;
	mem = host(SYS_memfd_create, HP(name), MFD_CLOEXEC);
	if (mem < 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/self/fd/%ld", mem);
	put_content((int)mem, name);
	ro = host(SYS_open, HP(path), O_RDONLY | O_CLOEXEC);
	host(SYS_close, mem);
	if (ro < 0)
		return -ENOENT;
	fd = host(SYS_fcntl, ro, flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, 0);
	host(SYS_close, ro);
	return fd < 0 ? -ENOENT : fd;
}

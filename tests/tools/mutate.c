/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs damaged ELF files under trapgate.
 *
 *	mutate [-s SEED] [-n COUNT] [-v] [-k INDEX]
 *
 * Two valid programs of some 250 bytes (64-bit and 32-bit, exit(42)) are built in memory, and
 * COUNT copies are damaged in a way that SEED decides: fields of the headers replaced by
 * interesting values, bits flipped, the end cut off or extended. Each runs by `$TRAPGATE run` in
 * the current directory. What must hold, whatever the file: it ends in time; not by SIGABRT; no
 * sanitizer report; with status 125, 126 or 127 there is exactly one line on stderr; else nothing.
 * -k runs one case alone and keeps its file, mutant.elf. Ends with 1 when something did not hold.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_FILE 8192
#define LIMIT_MS 10000

static uint64_t state;

static uint32_t rnd(uint32_t n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 33) % n);
}

static const uint8_t code64[] = {0xb8, 60, 0, 0, 0, 0xbf, 42, 0, 0, 0, 0x0f, 0x05};
static const uint8_t code32[] = {0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80};

/* Offsets and widths of the headers' fields, for both classes: what is worth damaging. */
struct field {
	uint16_t at;
	uint16_t width;
};

#define F(type, base, member)                                                                      \
	{                                                                                          \
		(uint16_t)((base) + offsetof(type, member)), sizeof(((type *)0)->member)           \
	}
#define FIELDS(bits, base, phdr)                                                                   \
	F(Elf##bits##_Ehdr, base, e_type), F(Elf##bits##_Ehdr, base, e_machine),                   \
		F(Elf##bits##_Ehdr, base, e_version), F(Elf##bits##_Ehdr, base, e_entry),          \
		F(Elf##bits##_Ehdr, base, e_phoff), F(Elf##bits##_Ehdr, base, e_shoff),            \
		F(Elf##bits##_Ehdr, base, e_ehsize), F(Elf##bits##_Ehdr, base, e_phentsize),       \
		F(Elf##bits##_Ehdr, base, e_phnum), F(Elf##bits##_Ehdr, base, e_shentsize),        \
		F(Elf##bits##_Ehdr, base, e_shnum), F(Elf##bits##_Ehdr, base, e_shstrndx)
#define PFIELDS(bits, i)                                                                           \
	F(Elf##bits##_Phdr, PH(bits, i), p_type), F(Elf##bits##_Phdr, PH(bits, i), p_flags),       \
		F(Elf##bits##_Phdr, PH(bits, i), p_offset),                                        \
		F(Elf##bits##_Phdr, PH(bits, i), p_vaddr),                                         \
		F(Elf##bits##_Phdr, PH(bits, i), p_filesz),                                        \
		F(Elf##bits##_Phdr, PH(bits, i), p_memsz),                                         \
		F(Elf##bits##_Phdr, PH(bits, i), p_align)
#define PH(bits, i) (sizeof(Elf##bits##_Ehdr) + (i) * sizeof(Elf##bits##_Phdr))

static const struct field fields64[] = {FIELDS(64, 0, 0), PFIELDS(64, 0), PFIELDS(64, 1),
					PFIELDS(64, 2)};
static const struct field fields32[] = {FIELDS(32, 0, 0), PFIELDS(32, 0), PFIELDS(32, 1),
					PFIELDS(32, 2)};

#define BUILD(bits, mach, base, code)                                                              \
	static size_t build##bits(uint8_t *f)                                                      \
	{                                                                                          \
		Elf##bits##_Ehdr e = {.e_type = ET_EXEC,                                           \
				      .e_machine = mach,                                           \
				      .e_version = EV_CURRENT,                                     \
				      .e_entry = (base) + PH(bits, 3),                             \
				      .e_phoff = sizeof(e),                                        \
				      .e_ehsize = sizeof(e),                                       \
				      .e_phentsize = sizeof(Elf##bits##_Phdr),                     \
				      .e_phnum = 3};                                               \
		size_t n = PH(bits, 3) + sizeof(code);                                             \
		Elf##bits##_Phdr p[3] = {{.p_type = PT_LOAD,                                       \
					  .p_flags = PF_R | PF_X,                                  \
					  .p_vaddr = (base),                                       \
					  .p_paddr = (base),                                       \
					  .p_filesz = n,                                           \
					  .p_memsz = n,                                            \
					  .p_align = 4096},                                        \
					 {.p_type = PT_LOAD,                                       \
					  .p_flags = PF_R | PF_W,                                  \
					  .p_vaddr = (base) + 0x2000,                              \
					  .p_filesz = 64,                                          \
					  .p_memsz = 0x3000,                                       \
					  .p_align = 4096},                                        \
					 {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}};        \
                                                                                                   \
		memcpy(e.e_ident, ELFMAG, 4);                                                      \
		e.e_ident[EI_CLASS] = ELFCLASS##bits;                                              \
		e.e_ident[EI_DATA] = ELFDATA2LSB;                                                  \
		e.e_ident[EI_VERSION] = EV_CURRENT;                                                \
		memcpy(f, &e, sizeof(e));                                                          \
		memcpy(f + PH(bits, 0), p, sizeof(p));                                             \
		memcpy(f + PH(bits, 3), code, sizeof(code));                                       \
		return n;                                                                          \
	}

BUILD(64, EM_X86_64, 0x400000, code64)
BUILD(32, EM_386, 0x8048000, code32)

static uint64_t interesting(void)
{
	static const uint64_t v[] = {0,
				     1,
				     2,
				     3,
				     4,
				     7,
				     52,
				     55,
				     56,
				     64,
				     4095,
				     4096,
				     4097,
				     0x1000000,
				     0x7fffffff,
				     0x80000000,
				     0xfffff000,
				     0xffffffff,
				     0x100000000,
				     0x7ffffffff000,
				     0x7fffffffffff,
				     0x800000000000,
				     0x7fffffffffffffff,
				     0x8000000000000000,
				     0xfffffffffffff000,
				     0xffffffffffffffff,
				     0x400000,
				     0x401000,
				     0x8048000,
				     0xffff8000};

	return v[rnd(sizeof(v) / sizeof(v[0]))];
}

/* One damaged file; returns its size. */
static size_t mutant(uint8_t *f)
{
	int bits = rnd(2) ? 64 : 32, changes = 1 + (int)rnd(3);
	size_t n, header = bits == 64 ? PH(64, 3) : PH(32, 3);

	memset(f, 0, MAX_FILE);
	n = bits == 64 ? build64(f) : build32(f);
	while (changes--) {
		const struct field *field =
			bits == 64 ? &fields64[rnd(sizeof(fields64) / sizeof(*field))]
				   : &fields32[rnd(sizeof(fields32) / sizeof(*field))];
		uint64_t v;

		switch (rnd(8)) {
		case 0: /* any bit of the headers */
			f[rnd((uint32_t)header)] ^= (uint8_t)(1u << rnd(8));
			break;
		case 1: /* any byte of the headers */
			f[rnd((uint32_t)header)] = (uint8_t)rnd(256);
			break;
		case 2: /* cut off, sometimes */
			if (rnd(3) == 0)
				n = rnd((uint32_t)n);
			break;
		case 3: /* grow */
			n = n + rnd((uint32_t)(MAX_FILE - n));
			break;
		case 4: /* a small change of a field */
			memcpy(&v, f + field->at, 8);
			v += rnd(2) ? 1 + rnd(4096) : 0 - (uint64_t)rnd(4096);
			memcpy(f + field->at, &v, field->width);
			break;
		default:
			v = interesting();
			memcpy(f + field->at, &v, field->width);
		}
	}
	return n;
}

/* Runs the file; its stderr goes to err. Returns a wait status, or -1 when time is up. */
static int run(const char *trapgate, const char *file, char *err, size_t max)
{
	int p[2], status;
	size_t got = 0;
	ssize_t n;
	pid_t pid;

	if (pipe2(p, O_CLOEXEC))
		exit(125);
	pid = fork();
	if (pid == 0) {
		struct rlimit none = {0, 0};
		int null = open("/dev/null", O_RDWR);

		setrlimit(RLIMIT_CORE, &none);
		dup2(null, 0);
		dup2(null, 1);
		dup2(p[1], 2);
		execl(trapgate, "trapgate", "run", file, NULL);
		_exit(125);
	}
	close(p[1]);
	for (;;) {
		struct pollfd pf = {.fd = p[0], .events = POLLIN};

		if (poll(&pf, 1, LIMIT_MS) <= 0) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			status = -1;
			break;
		}
		n = read(p[0], err + got, max - 1 - got);
		if (n <= 0) {
			waitpid(pid, &status, 0);
			break;
		}
		got += (size_t)n;
		if (got == max - 1)
			got = max / 2;
	}
	close(p[0]);
	err[got] = 0;
	return status;
}

static const char *judge(int status, const char *err)
{
	const char *nl = strchr(err, '\n');

	if (status == -1)
		return "did not end";
	if (strstr(err, "Sanitizer") || strstr(err, "runtime error"))
		return "sanitizer report";
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
		return "aborted";
	if (WIFEXITED(status) && WEXITSTATUS(status) >= 125 && WEXITSTATUS(status) <= 127)
		return nl && !nl[1] ? NULL : "not one line on stderr";
	return *err ? "says something on stderr" : NULL;
}

int main(int argc, char **argv)
{
	const char *trapgate = getenv("TRAPGATE"), *why;
	uint64_t seed = 1;
	int count = 3000, only = -1, verbose = 0, bad = 0, ends[3] = {0}, opt;
	uint8_t file[MAX_FILE];
	char err[8192];

	while ((opt = getopt(argc, argv, "s:n:k:v")) != -1) {
		switch (opt) {
		case 's':
			seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			count = atoi(optarg);
			break;
		case 'k':
			only = atoi(optarg);
			break;
		case 'v':
			verbose = 1;
			break;
		default:
			return 125;
		}
	}
	if (!trapgate)
		return 125;
	for (int i = only >= 0 ? only : 0; i < (only >= 0 ? only + 1 : count); i++) {
		char name[64] = "mutant.elf";
		size_t n;
		int fd, status;

		state = seed * 1000003 + (uint64_t)i;
		for (int k = 0; k < 8; k++)
			rnd(2);
		n = mutant(file);
		if (only < 0)
			snprintf(name, sizeof(name), "m%d.elf", i);
		fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
		if (fd < 0 || write(fd, file, n) != (ssize_t)n || close(fd))
			return 125;
		status = run(trapgate, name, err, sizeof(err));
		why = judge(status, err);
		if (only < 0)
			unlink(name);
		if (why || verbose) {
			printf("seed %llu case %d: %s (status %#x) %.300s\n",
			       (unsigned long long)seed, i, why ? why : "good", (unsigned)status,
			       err);
			bad += why != NULL;
		}
		ends[status == -1		 ? 2
		     : WIFSIGNALED(status)	 ? 1
		     : WEXITSTATUS(status) == 42 ? 0
						 : 2]++;
	}
	printf("%d bad; %d ran to the end, %d died by a signal, %d refused or else\n", bad, ends[0],
	       ends[1], ends[2]);
	return bad != 0;
}

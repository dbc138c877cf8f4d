/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which programs landlock(7) lets a process execute: the program, a script's interpreter and the
 * dynamic linker each need the right. */
#include "guest.h"
#include <sys/prctl.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule	    445
#define SYS_landlock_restrict_self  446
#endif

enum { EXECUTE = 1, READ_FILE = 4, READ_DIR = 8 };

static int ruleset(uint64_t handled)
{
	uint64_t attr[2] = {handled, 0};

	return (int)syscall(SYS_landlock_create_ruleset, attr, 8L, 0L);
}

static void allow(int rules, const char *path, uint64_t access)
{
	struct {
		uint64_t access;
		int32_t fd;
	} __attribute__((packed)) rule = {access, open(path, O_PATH)};

	if (syscall(SYS_landlock_add_rule, rules, 1L, &rule, 0L))
		printf("rule for %s: %s\n", path, result(-1));
	close(rule.fd);
}

static void run(const char *path, const char *arg)
{
	int status;

	fflush(stdout);
	if (fork() == 0) {
		execl(path, path, arg, NULL);
		_exit(100 + errno);
	}
	wait(&status);
	printf("%s %s: %x\n", path, arg, status);
}

static void script(const char *name, const char *interpreter)
{
	FILE *f = fopen(name, "w");

	fprintf(f, "#!%s\n", interpreter);
	fclose(f);
	chmod(name, 0755);
}

static void in_domain(uint64_t handled, const char *const *paths, const uint64_t *access)
{
	int status, rules;

	if (fork() == 0) {
		rules = ruleset(handled);
		if (rules < 0) {
			printf("no landlock\n");
			exit(0);
		}
		for (; *paths; paths++, access++)
			allow(rules, *paths, *access);
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		SHOW(syscall(SYS_landlock_restrict_self, rules, 0L));
		run("./self", "child");
		run("./other/self", "child");
		run("./script", "");
		run("./scripts/inside", "");
		run("/bin/true", "");
		exit(0);
	}
	wait(&status);
	show_status("domain", status);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/guest.landlock.XXXXXX", command[256];
	static const uint64_t exec[] = {EXECUTE, EXECUTE, EXECUTE, EXECUTE};

	if (argc > 1)
		return !!strcmp(argv[1], "child");
	if (!mkdtemp(dir))
		return 1;
	snprintf(command, sizeof(command), "cp /proc/%d/exe %s/self", (int)getpid(), dir);
	if (system(command) || chdir(dir) || mkdir("other", 0755) || mkdir("scripts", 0755) ||
	    system("cp self other/self"))
		return 1;
	script("script", "./self child");
	script("scripts/inside", "./other/self child");

	in_domain(EXECUTE, (const char *const[]){"/", NULL}, exec);
	in_domain(EXECUTE, (const char *const[]){"self", NULL}, exec);
	in_domain(EXECUTE, (const char *const[]){"other", "scripts", NULL}, exec);
	in_domain(EXECUTE, (const char *const[]){"script", "/bin", NULL}, exec);
	in_domain(EXECUTE, (const char *const[]){"script", "/usr", NULL}, exec);
	in_domain(EXECUTE, (const char *const[]){"/usr/bin", NULL}, exec);
	in_domain(READ_FILE, (const char *const[]){"other", NULL}, (const uint64_t[]){READ_FILE});
	in_domain(READ_FILE | EXECUTE, (const char *const[]){".", NULL},
		  (const uint64_t[]){EXECUTE});
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Picks the subcommand. */
#include <stdio.h>
#include <string.h>

#include "abi/types.h"
#include "cli/cli.h"
#include "cpu/cpu.h"
#include "host/image.h"

static const struct {
	const char *name;
	int (*fn)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"run", cli_run,
	 "run a program (the default: `trapgate PROGRAM` is `trapgate run PROGRAM`)"},
	{"trace", cli_trace, "run a program and show its system calls"},
	{"diff", cli_diff, "compare two traces"},
	{"expect", cli_expect, "check a program's system calls against a specification"},
	{"test", cli_test, "run a directory of tests, each in a sandbox, and report"},
	{"report", cli_report, "join the reports of several runs"},
	{"table", cli_table, "list the system calls and how complete each is"},
	{"paths", cli_paths, "make a system call through every gate and compare the ways"},
	{"policy", cli_policy, "learn which system calls a program needs, or check such a list"},
	{"msrs", cli_msrs, "show the MSRs, GDT, IDT and TSS that the gates use"},
	{"self-test", cli_self_test, "check the CPU engine that trapgate is linked with"},
};

static int help(void)
{
	printf("trapgate runs x86-64 and i386 Linux programs on an emulated CPU and takes their "
	       "system\n"
	       "calls through the kernel's three gates: SYSCALL, SYSENTER and INT 0x80.\n\n"
	       "usage: trapgate [COMMAND] [OPTION]... [PROGRAM [ARG]...]\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	printf("\n  --version  say which version this is, and of which engine\n"
	       "  --help     this text; after a command, that command's options\n\n"
	       "A program named like a command is run by `trapgate run NAME`.\n"
	       "Exit status: the program's own; 125 if trapgate failed, 126 if the program cannot "
	       "be\n"
	       "run, 127 if it was not found. A program killed by a signal ends trapgate by the "
	       "same.\n");
	return cli_finish_stdout();
}

int main(int argc, char **argv)
{
	image_main(argv);
	if (argc < 2)
		cli_usage_error(NULL, "no program given");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0)
		return help();
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		return cli_version();
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].fn(argc - 1, argv + 1);
	/* argv[0] stands for the command's name */
	return cli_run(argc, argv);
}

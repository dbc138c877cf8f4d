/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of errors and signals. */
#include <stdio.h>
#include <string.h>

#include "trace/internal.h"

static const struct {
	int err;
	const char *name, *text;
} restarts[] = {
	{ERESTARTSYS, "ERESTARTSYS", "To be restarted if SA_RESTART is set"},
	{ERESTARTNOINTR, "ERESTARTNOINTR", "To be restarted"},
	{ERESTARTNOHAND, "ERESTARTNOHAND", "To be restarted if no handler"},
	{515, "ENOIOCTLCMD", NULL},
	{ERESTART_RESTARTBLOCK, "ERESTART_RESTARTBLOCK", "Interrupted by signal"},
	{524, "ENOTSUPP", NULL},
};

const char *trace_errno_name(int err)
{
	for (size_t i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].err == err)
			return restarts[i].name;
	return strerrorname_np(err);
}

const char *trace_errno_text(int err)
{
	const char *text;
	static _Thread_local char unknown[40];

	for (size_t i = 0; i < ARRAY_SIZE(restarts); i++)
		if (restarts[i].err == err && restarts[i].text)
			return restarts[i].text;
	text = strerrordesc_np(err);
	if (text)
		return text;
	snprintf(unknown, sizeof(unknown), "Unknown error %d", err);
	return unknown;
}

const char *trace_signal_name(int sig)
{
	static const char *const names[] = {
		NULL,	    "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP",	"SIGABRT",
		"SIGBUS",   "SIGFPE",  "SIGKILL",   "SIGUSR1", "SIGSEGV",  "SIGUSR2",	"SIGPIPE",
		"SIGALRM",  "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT",  "SIGSTOP",	"SIGTSTP",
		"SIGTTIN",  "SIGTTOU", "SIGURG",    "SIGXCPU", "SIGXFSZ",  "SIGVTALRM", "SIGPROF",
		"SIGWINCH", "SIGIO",   "SIGPWR",    "SIGSYS",  "SIGRTMIN",
	};
	static char rt[65][12];

	if (sig > 0 && sig < (int)ARRAY_SIZE(names))
		return names[sig];
	if (sig < 33 || sig > 64)
		return NULL;
	if (!rt[sig][0])
		snprintf(rt[sig], sizeof(rt[sig]), "SIGRT_%d", sig - 32);
	return rt[sig];
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A test that never ends, and will not be asked to: its time is limited. */
#include <signal.h>
#include <unistd.h>

int main(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	for (;;)
		pause();
}

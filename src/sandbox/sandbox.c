/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/sandbox.h"

#include "host/host.h"

bool sandbox_on;

void sandbox_enter(const struct sandbox_options *opt, const char *program)
{
	(void)opt;
	fatal("%s: sandboxes are not available in this build", program);
}

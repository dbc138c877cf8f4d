/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policies: the text of a file, or behind a first byte "=", a list for --deny, "+", for --allow,
 * "#", a limit. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "sandbox/limits.h"
#include "sandbox/policy.h"
#include "trace/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct policy p;
	struct limits l = {0};
	char *text = malloc(n + 1);

	memcpy(text, data, n);
	text[n] = 0;
	memset(&p, 0, sizeof(p));
	if (text[0] == '=')
		policy_deny(&p, trace_calls, text + 1);
	else if (text[0] == '+')
		policy_allow(&p, trace_calls, text + 1);
	else if (text[0] == '#')
		limits_parse(&l, text + 1);
	else
		policy_parse(&p, trace_calls, text, n);
	for (int abi = 0; abi < 2; abi++)
		for (int i = 0; i < POLICY_CALLS; i++)
			if ((p.call[abi][i].action == POLICY_ERRNO) != (p.call[abi][i].err != 0) ||
			    p.call[abi][i].action > POLICY_LOG)
				abort();
	free(text);
	return 0;
}

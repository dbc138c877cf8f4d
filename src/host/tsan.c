/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For a build with ThreadSanitizer (make SAN=thread). */
#include "host/host.h"

#ifdef HOST_TSAN
#include <setjmp.h>

/* The engine leaves trapgate's hooks by the longjmp of _FORTIFY_SOURCE. ThreadSanitizer, which
 * counts functions that are entered and left, intercepts the plain one. */
_Noreturn void __longjmp_chk(jmp_buf env, int value);

void __longjmp_chk(jmp_buf env, int value)
{
	longjmp(env, value);
}
#endif

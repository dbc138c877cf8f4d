/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests of `trapgate test`. What they hold is kept, as a run would: the driver's rounds are
 * bounded. */
#include <stdlib.h>

#include "fuzz.h"
#include "test/test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tests tests = {0};

	free(manifest_parse(&tests, (const char *)data, n, "/nowhere"));
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person sees while tests run. */
#ifndef TRAPGATE_TEST_PROGRESS_H
#define TRAPGATE_TEST_PROGRESS_H

#include <stdio.h>

#include "test/report.h"

struct progress;

/* On a terminal: a line with a bar that is drawn again and again, and failures above it. Elsewhere
 * a line for each test; quiet: only for those that fail. */
struct progress *progress_new(FILE *f, const struct jobs *jobs, u32 workers, bool quiet);
void progress_started(struct progress *p, u32 slot, size_t job);
void progress_finished(struct progress *p, u32 slot, const struct result *r);
void progress_draw(struct progress *p);
/* The summary. */
void progress_end(struct progress *p, const struct report *r);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/mountinfo.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *held;
static size_t held_size;

bool path_is_below(const char *path, const char *top)
{
	size_t len = strcmp(top, "/") ? strlen(top) : 0;

	return !strncmp(path, top, len) && (path[len] == '/' || !path[len]);
}

/* The line's mount point, with "\040" and its like undone, and what kind of file system it is. */
static bool take_apart(const char *line, char out[PATH_MAX], char type[64])
{
	const char *rest = strstr(line, " - ");
	char *to = out, field[PATH_MAX];

	if (sscanf(line, "%*s %*s %*s %*s %4095s", field) != 1 || !rest ||
	    sscanf(rest, " - %63s", type) != 1)
		return false;
	for (const char *s = field; *s; s++)
		if (s[0] == '\\' && s[1] && s[2] && s[3]) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	*to = 0;
	return true;
}

bool mountinfo_find(const char *dir, bool (*wanted)(const char *point, const char *type, void *arg),
		    void *arg)
{
	char *line = NULL, point[PATH_MAX], type[64];
	size_t size = 0;
	bool found = false;
	FILE *f = held ? fmemopen(held, held_size, "r") : fopen("/proc/self/mountinfo", "re");

	if (!f)
		return true;
	while (!found && getline(&line, &size, f) > 0)
		found = take_apart(line, point, type) && path_is_below(point, dir) &&
			strcmp(point, dir) != 0 && wanted(point, type, arg);
	free(line);
	fclose(f);
	return found;
}

void mountinfo_hold(void)
{
	FILE *f = fopen("/proc/self/mountinfo", "re"), *copy;
	char *line = NULL;
	size_t size = 0;

	mountinfo_release();
	copy = f ? open_memstream(&held, &held_size) : NULL;
	while (copy && getline(&line, &size, f) > 0)
		fputs(line, copy);
	free(line);
	if (copy)
		fclose(copy);
	if (f)
		fclose(f);
}

void mountinfo_release(void)
{
	free(held);
	held = NULL;
}

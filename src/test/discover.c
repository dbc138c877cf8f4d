/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds tests below directories. */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "test/test.h"

#define DEPTH_MAX 64

/* A file's name may hold any bytes; a test's is one line of UTF-8. */
static char *name_of(const char *path)
{
	bool cut;
	char *text = text_clean(path, strlen(path), strlen(path), &cut),
	     *name = test_alloc(NULL, 4 * strlen(text) + 1), *o = name;

	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ')
			o += sprintf(o, "\\x%02x", *p);
		else
			*o++ = *p;
	*o = 0;
	free(text);
	return name;
}

/* dir: the PATH below which it was found; what lies beside it may be needed. */
static void add_program(struct tests *tests, const char *path, const char *dir)
{
	struct test t = {0};
	const char *name = path;

	while (strncmp(name, "./", 2) == 0)
		name += 2 + strspn(name + 2, "/");
	t.name = name_of(name);
	t.path = realpath(path, NULL);
	t.dir = dir ? realpath(dir, NULL) : NULL;
	list_add(&t.argv, test_printf("%s", t.path ? t.path : path));
	tests_add(tests, &t);
}

/* A library may have the x bit, and be of the same type as a program. */
static bool is_library(const char *name)
{
	return fnmatch("*.so", name, 0) == 0 || fnmatch("*.so.[0-9]*", name, 0) == 0;
}

static int wanted(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name); /* whatever the locale */
}

/* Directories that a link leads to are not walked: they may be anywhere, and make circles. */
static char *walk(struct tests *tests, const char *dir, const char *top, int depth)
{
	struct dirent **list;
	int n = scandir(dir, &list, wanted, by_bytes);
	char *wrong = NULL;

	if (n < 0)
		return test_printf("%s: %s", dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		size_t len = strlen(dir);
		char *path = test_printf("%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/",
					 list[i]->d_name);
		struct stat st;

		if (!wrong && lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
			if (depth < DEPTH_MAX)
				wrong = walk(tests, path, top, depth + 1);
		} else if (!wrong && !is_library(list[i]->d_name) && test_is_program(path)) {
			add_program(tests, path, top);
		}
		free(path);
		free(list[i]);
	}
	free(list);
	return wrong;
}

static char *read_manifest(struct tests *tests, const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL, *wrong, *dir, *message;
	size_t n = 0, got;

	if (!f)
		return test_printf("%s: %s", path, strerror(errno));
	do {
		text = test_alloc(text, n + 65536);
		got = fread(text + n, 1, 65536, f);
		n += got;
	} while (got);
	if (ferror(f)) {
		fclose(f);
		free(text);
		return test_printf("%s: %s", path, strerror(errno));
	}
	fclose(f);
	dir = realpath(path, NULL);
	if (dir)
		*strrchr(dir, '/') = 0;
	wrong = manifest_parse(tests, text, n, dir && *dir ? dir : "/");
	message = wrong ? test_printf("%s: %s", path, wrong) : NULL;
	free(wrong);
	free(dir);
	free(text);
	return message;
}

char *tests_discover(struct tests *tests, const char *path)
{
	size_t n = strlen(path);
	struct stat st;

	if (stat(path, &st) < 0)
		return test_printf("%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return walk(tests, path, path, 0);
	if (n > 5 && strcmp(path + n - 5, ".json") == 0)
		return read_manifest(tests, path);
	if (!test_is_program(path))
		return test_printf(
			"%s: neither a program for x86 nor a script that may be executed, "
			"nor a manifest (.json)",
			path);
	add_program(tests, path, NULL);
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of text and records of --json, brought to a form that both have: strings are cut as
 * strace cuts them, numbers are decimal or begin with 0x, sets of flags and arrays are joined by
 * '|', and structs, which text abbreviates, are all alike. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare/normal.h"
#include "host/host.h"

#define STRING_SHOWN 32 /* strace's -s */

static void put_bytes(FILE *out, const char *s, size_t n)
{
	fputc('"', out);
	for (size_t i = 0; i < n && i < STRING_SHOWN; i++) {
		if (isprint((unsigned char)s[i]) && s[i] != '"' && s[i] != '\\')
			fputc(s[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)s[i]);
	}
	fputc('"', out);
}

/* A code point of \uXXXX as UTF-8. */
static size_t put_utf8(char *to, u32 c)
{
	if (c < 0x80) {
		to[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (char)(0xc0 | c >> 6);
		to[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	to[0] = (char)(0xe0 | c >> 12);
	to[1] = (char)(0x80 | (c >> 6 & 0x3f));
	to[2] = (char)(0x80 | (c & 0x3f));
	return 3;
}

/* The escape at *s behind the backslash, which is moved behind it. */
static size_t unescape_one(char *to, const char **s)
{
	static const char names[] = "n\nt\tr\rv\vf\fb\b";
	const char *p = *s;
	u32 v = 0;

	if (*p == 'u' || *p == 'x') {
		int digits = *p == 'u' ? 4 : 2;
		char hex[5] = {0};

		strncpy(hex, p + 1, (size_t)digits);
		*s = p + 1 + strlen(hex);
		v = (u32)strtoul(hex, NULL, 16);
		if (digits == 4)
			return put_utf8(to, v);
		*to = (char)v;
		return 1;
	}
	if (*p >= '0' && *p <= '7') {
		for (int i = 0; i < 3 && *p >= '0' && *p <= '7'; i++)
			v = 8 * v + (u32)(*p++ - '0');
		*to = (char)v;
		*s = p;
		return 1;
	}
	*to = *p;
	for (const char *n = names; *n; n += 2)
		if (*n == *p)
			*to = n[1];
	*s = p + (*p != 0);
	return 1;
}

/* A quoted string. */
static void put_string(FILE *out, const char *s)
{
	char buf[STRING_SHOWN + 8];
	size_t n = 0;

	for (s++; *s && *s != '"' && n < STRING_SHOWN;) {
		if (*s != '\\') {
			buf[n++] = *s++;
			continue;
		}
		s++;
		n += unescape_one(buf + n, &s);
	}
	put_bytes(out, buf, n);
}

static void put_base64(FILE *out, const char *s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char buf[STRING_SHOWN + 4];
	u32 have = 0, bits = 0;
	size_t n = 0;

	for (; *s && *s != '"' && n < STRING_SHOWN; s++) {
		const char *d = strchr(digits, *s);

		if (!d)
			break;
		have = have << 6 | (u32)(d - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			buf[n++] = (char)(have >> bits);
		}
	}
	put_bytes(out, buf, n);
}

/* A name, a number, or several with '|' between them: octal numbers become decimal, what -y says of
 * descriptors and comments are left out. */
static void put_word(FILE *out, const char *s, size_t n)
{
	if (memchr(s, '(', n)) { /* a macro and its arguments */
		fputs("()", out);
		return;
	}
	for (size_t i = 0; i < n;) {
		size_t word = strcspn(s + i, "|< "), len = MIN(word, n - i);

		if (len > 1 && s[i] == '0' && isdigit((unsigned char)s[i + 1]))
			fprintf(out, "%llu", strtoull(s + i, NULL, 8));
		else
			fwrite(s + i, 1, len, out);
		i += len;
		if (i < n && s[i] != '|')
			return;
		if (i < n)
			fputc(s[i++], out);
	}
}

static void put_value(FILE *out, const char *s, size_t n);

static void put_array(FILE *out, const char *s, size_t n)
{
	u32 parts = 0;
	char **part;

	/* structs, changes, what wait(2) tells */
	if (memchr(s, '{', n) || memmem(s, n, "=>", 2) || memmem(s, n, "WIF", 3)) {
		fputs("[]", out);
		return;
	}
	parts = split_list(s + 1, n - 2, &part);
	if (!parts || (parts == 1 && !*part[0]))
		fputc('0', out); /* no flag */
	for (u32 i = 0; i < parts; i++) {
		char *e = part[i], *next;

		if (i && *e)
			fputc('|', out);
		/* text has spaces in sets of signals, --json has names in quotes */
		while (*e != '"' && (next = strchr(e, ' ')) && next[1] != '/') {
			fprintf(out, "%.*s|", (int)(next - e), e);
			e = next + 1;
		}
		if (*e == '"' && isupper((unsigned char)e[1]))
			put_word(out, e + 1, strcspn(e + 1, "\""));
		else
			put_value(out, e, strlen(e));
		free(part[i]);
	}
	free(part);
}

/* What --json has an object for. */
static void put_object(FILE *out, const char *s)
{
	const char *at;

	if (!strncmp(s, "{base64=\"", 9))
		put_base64(out, s + 9);
	else if (!strncmp(s, "{text=\"", 7))
		put_string(out, s + 6);
	else if (!strncmp(s, "{value=", 7) && (at = strpbrk(s + 7, ",}")))
		put_word(out, s + 7, (size_t)(at - s - 7));
	else if (!strncmp(s, "{function=", 10))
		put_word(out, "()", 2);
	else
		fputs("[]", out);
}

static void put_value(FILE *out, const char *s, size_t n)
{
	char *copy = strndup(s, n);

	if (!copy)
		fatal("out of memory");
	if (*copy == '{' || *copy == '~')
		put_object(out, copy);
	else if (strstr(copy, " entries */")) /* of a directory, by their number */
		fputs(strstr(copy, "/* 0 ") ? "0" : "[]", out);
	else if (*copy == '[')
		put_array(out, copy, n);
	else if (*copy == '"')
		put_string(out, copy);
	else
		put_word(out, copy, n);
	free(copy);
}

/* A number, or -1 and the error, or ? and what is to be restarted. */
static void put_result(FILE *out, const char *s)
{
	const char *error = s ? strchr(s, ' ') : NULL;

	if (s && !strcmp(s, "0x0"))
		s = "0";
	if (error && (!strncmp(s, "-1 ", 3) || !strncmp(s, "? ", 2)))
		fprintf(out, "%s%.*s", strncmp(error, " ERESTART", 9) ? "-1" : "?",
			(int)(1 + strcspn(error + 1, " (")), error);
	else if (s)
		put_word(out, s, strcspn(s, " <"));
}

static void plain_call(struct record *r)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);
	/* text has the environment's address, --json the environment; and clone's in one object */
	u32 args = !strcmp(r->name, "execve")  ? MIN(r->nr_args, 2U)
		   : !strcmp(r->name, "clone") ? 0
					       : r->nr_args;

	if (!out)
		fatal("out of memory");
	fprintf(out, "%s(", r->name);
	for (u32 i = 0; i < args; i++) {
		fputs(i ? ", " : "", out);
		put_value(out, r->args[i], strlen(r->args[i]));
	}
	fputs(") = ", out);
	put_result(out, r->ret);
	fclose(out);
	free(r->text);
	r->text = text;
}

void records_plain(struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct record *c = &r->v[i];

		if (c->kind == RECORD_CALL && c->ret)
			plain_call(c);
		else if (c->kind == RECORD_SIGNAL)
			sprintf(c->text, "--- %s", c->name); /* which is shorter */
	}
}

void records_unquote(struct records *r)
{
	for (size_t i = 0; i < r->n; i++) {
		char *to = r->v[i].text;

		for (const char *s = to; *s; s++)
			if (*s != '"')
				*to++ = *s;
		*to = 0;
	}
}

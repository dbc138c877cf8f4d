/* SPDX-License-Identifier: GPL-2.0-or-later */
/* guest: socketcall */
/* The tables of iptables, ip6tables and arptables in a network of the program's own: read, replaced
 * by one with a rule more, counters added, read again; and requests that are refused. */
#include "net3.h"
#include <sched.h>
#include <stddef.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter_arp/arp_tables.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#define ROOM 8192

static const struct family {
	const char *name;
	int family, level, base, hooks;
	size_t entry, target_offset; /* of a rule, and in it where the two offsets are */
} families[] = {
	{"ip", AF_INET, 0, 64, 5, sizeof(struct ipt_entry),
	 offsetof(struct ipt_entry, target_offset)},
	{"ip6", AF_INET6, 41, 64, 5, sizeof(struct ip6t_entry),
	 offsetof(struct ip6t_entry, target_offset)},
	{"arp", AF_INET, 0, 96, 3, sizeof(struct arpt_entry),
	 offsetof(struct arpt_entry, target_offset)},
};

/* A table as it is asked for and set: ipt_getinfo, then what is in it. */
struct table {
	char name[32];
	uint32_t valid_hooks, entry[5], underflow[5], n, size;
	char rules[ROOM] __attribute__((aligned(8)));
};

/* arptables' struct has fewer hooks. */
static long get_info(const struct family *f, int fd, struct table *t)
{
	uint32_t w[21] = {0};
	int len = 32 + 4 * (3 + 2 * f->hooks), h = f->hooks;
	long ret;

	memcpy(w, "filter", 7);
	ret = k_getsockopt(fd, f->level, f->base, w, &len);
	memset(t, 0, sizeof(*t));
	memcpy(t->name, w, 32);
	t->valid_hooks = w[8];
	memcpy(t->entry, w + 9, 4 * h);
	memcpy(t->underflow, w + 9 + h, 4 * h);
	t->n = w[9 + 2 * h];
	t->size = w[10 + 2 * h];
	printf("%s info %s, length %d, hooks %x, %u rules of %u bytes:", f->name, k_err(ret), len,
	       t->valid_hooks, t->n, t->size);
	for (int i = 0; i < f->hooks; i++)
		printf(" %x-%x", t->entry[i], t->underflow[i]);
	printf("\n");
	return ret;
}

static long get_entries(const struct family *f, int fd, struct table *t)
{
	struct ipt_get_entries *e = calloc(1, sizeof(*e) + ROOM);
	int len = (int)(sizeof(*e) + t->size);
	long ret;

	memcpy(e->name, t->name, sizeof(e->name));
	e->size = t->size;
	ret = k_getsockopt(fd, f->level, f->base + 1, e, &len);
	printf("%s entries %s, length %d\n", f->name, k_err(ret), (int)(len - sizeof(*e)));
	memcpy(t->rules, e->entrytable, t->size);
	free(e);
	return ret;
}

static struct xt_counters *counters_of(const struct family *f, char *rule)
{
	return (void *)(rule + f->entry - sizeof(struct xt_counters));
}

static void show(const struct family *f, struct table *t)
{
	uint16_t offset[2];

	for (uint32_t at = 0; at < t->size; at += offset[1]) {
		char *rule = t->rules + at;
		struct xt_entry_match *m = (void *)(rule + f->entry);
		struct xt_standard_target *target;

		memcpy(offset, rule + f->target_offset, sizeof(offset));
		target = (void *)(rule + offset[0]);
		printf("  rule at %x, target at %x, next at %x, packets %llu:", at, offset[0],
		       offset[1], counters_of(f, rule)->pcnt);
		if (offset[0] > f->entry) {
			struct xt_rateinfo *r = (void *)m->data;

			printf(" %s %u %u,", m->u.user.name, r->avg, r->burst);
		}
		printf(" '%s' of %d", target->target.u.user.name,
		       target->target.u.user.target_size);
		if (!*target->target.u.user.name)
			printf(", verdict %d", target->verdict);
		printf("\n");
	}
}

/* A rule that jumps behind the one that it is put before, where its match fits. */
static size_t make_rule(const struct family *f, char *rule, uint32_t at)
{
	struct xt_entry_match *m = (void *)(rule + f->entry);
	struct xt_standard_target *target;
	struct xt_rateinfo *r = (void *)m->data;
	uint16_t offset[2] = {(uint16_t)f->entry, 0};

	if (f->base == 64) {
		m->u.match_size = (uint16_t)(sizeof(*m) + XT_ALIGN(sizeof(*r)));
		strcpy(m->u.user.name, "limit");
		r->avg = 1000;
		r->burst = 7;
		offset[0] = (uint16_t)(offset[0] + m->u.match_size);
	}
	target = (void *)(rule + offset[0]);
	offset[1] = (uint16_t)(offset[0] + XT_ALIGN(sizeof(*target)));
	target->target.u.target_size = XT_ALIGN(sizeof(*target));
	target->verdict = (int)(at + offset[1]);
	memcpy(rule + f->target_offset, offset, sizeof(offset));
	return offset[1];
}

static void insert_rule(const struct family *f, struct table *t, int hook)
{
	char rule[512] __attribute__((aligned(8))) = {0};
	uint32_t at = t->underflow[hook], n = (uint32_t)make_rule(f, rule, at);

	memmove(t->rules + at + n, t->rules + at, t->size - at);
	memcpy(t->rules + at, rule, n);
	for (int i = 0; i < f->hooks; i++) {
		t->entry[i] += t->entry[i] > at ? n : 0;
		t->underflow[i] += t->underflow[i] >= at ? n : 0;
	}
	t->size += n;
	t->n++;
}

static long replace(const struct family *f, int fd, const struct table *t, uint32_t old, void *to,
		    int less)
{
	size_t head = f->base == 64 ? sizeof(struct ipt_replace) : sizeof(struct arpt_replace);
	char *b = calloc(1, head + t->size);
	uint32_t *w = (void *)b;
	int h = f->hooks;
	long ret;

	memcpy(b, t->name, 32);
	w[8] = t->valid_hooks;
	w[9] = t->n;
	w[10] = t->size;
	memcpy(w + 11, t->entry, 4 * h);
	memcpy(w + 11 + h, t->underflow, 4 * h);
	w[11 + 2 * h] = old;
	memcpy(w + 12 + 2 * h, &to, sizeof(to));
	memcpy(b + head, t->rules, t->size);
	ret = k_setsockopt(fd, f->level, f->base, b, (int)(head + t->size) - less);
	printf("%s replace %s\n", f->name, k_err(ret));
	free(b);
	return ret;
}

static void add_counters(const struct family *f, int fd, uint32_t n, uint32_t said)
{
	struct xt_counters_info *c = calloc(1, sizeof(*c) + n * sizeof(struct xt_counters));

	strcpy(c->name, "filter");
	c->num_counters = said;
	for (uint32_t i = 0; i < n; i++)
		c->counters[i].pcnt = 100 + i;
	printf("%s add counters %s\n", f->name,
	       k_err(k_setsockopt(fd, f->level, f->base + 1, c,
				  (int)(sizeof(*c) + n * sizeof(struct xt_counters)))));
	free(c);
}

static void refused(const struct family *f, int fd, struct table *t)
{
	static const int sizes[] = {-1, 0, 1, 4, 36, 40, 83, 84, 85, 96};
	struct table other = *t;
	char buf[128];

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		for (int name = f->base; name < f->base + 2; name++) {
			int len = sizes[i];

			memset(buf, 0, sizeof(buf));
			strcpy(buf, "filter");
			printf(" %d/%d: get %s", sizes[i], name,
			       k_err(k_getsockopt(fd, f->level, name, buf, &len)));
			memset(buf, 0, sizeof(buf));
			printf(", set %s\n",
			       k_err(k_setsockopt(fd, f->level, name, buf, sizes[i])));
		}
	}
	printf("bad addresses: get %s", k_err(k_getsockopt(fd, f->level, f->base, 8, &(int){84})));
	printf(", length %s", k_err(k_getsockopt(fd, f->level, f->base, buf, 8)));
	printf(", set %s\n", k_err(k_setsockopt(fd, f->level, f->base, 8, 400)));
	replace(f, fd, t, t->n + 1, buf, 0);
	replace(f, fd, t, 0x7000000, buf, 0);
	replace(f, fd, t, t->n, buf, 1);
	strcpy(other.name, "none");
	replace(f, fd, &other, t->n, buf, 0);
	get_entries(f, fd, &other);
	other = *t;
	other.underflow[f->hooks - 1] += 4;
	replace(f, fd, &other, t->n, buf, 0);
	add_counters(f, fd, t->n, t->n + 1);
}

static void try_family(const struct family *f)
{
	int fd = k_socket(f->family, SOCK_RAW, 255);
	struct xt_counters old[16] = {0};
	static struct table t;
	uint32_t n;

	printf("%s: %s\n", f->name, k_err(fd));
	if (fd < 0 || get_info(f, fd, &t) || get_entries(f, fd, &t))
		return;
	show(f, &t);
	n = t.n;
	add_counters(f, fd, n, n);
	insert_rule(f, &t, 1);
	replace(f, fd, &t, n, old, 0);
	for (uint32_t i = 0; i < n; i++)
		printf(" %llu", old[i].pcnt);
	printf("\n");
	get_info(f, fd, &t);
	get_entries(f, fd, &t);
	show(f, &t);
	replace(f, fd, &t, t.n, (void *)8, 0); /* the old counters are lost */
	get_info(f, fd, &t);
	get_entries(f, fd, &t);
	refused(f, fd, &t);
	close(fd);
}

int main(void)
{
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET)) {
		printf("no network of its own\n");
		return 0;
	}
	for (unsigned i = 0; i < sizeof(families) / sizeof(*families); i++)
		try_family(&families[i]);
	return 0;
}

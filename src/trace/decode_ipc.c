/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System V: the structs of msgctl, semctl and shmctl, and messages. */
#include <string.h>

#include "trace/flags.h"

#define IPC_SET_  1
#define IPC_STAT_ 2
#define IPC_INFO_ 3

/* The command, wherever the call has it. */
static u32 ipc_cmd(const struct tline *t)
{
	return (u32)t->arg[t->name[0] == 's' && t->name[1] == 'e' ? 2 : 1] & ~0x100u;
}

static bool is_info(const struct tline *t, u32 cmd)
{
	u32 info = t->name[0] == 'm' ? 12 : t->name[1] == 'e' ? 19 : 14;

	return cmd == IPC_INFO_ || cmd == info;
}

static bool is_stat(const struct tline *t, u32 cmd)
{
	if (t->name[0] == 'm')
		return cmd == IPC_STAT_ || cmd == 11 || cmd == 13;
	if (t->name[1] == 'e')
		return cmd == IPC_STAT_ || cmd == 18 || cmd == 20;
	return cmd == IPC_STAT_ || cmd == 13 || cmd == 15;
}

bool ipc_arg_is_out(const struct tline *t)
{
	u32 cmd = ipc_cmd(t);

	return is_info(t, cmd) || is_stat(t, cmd);
}

static u64 word_at(const u8 *b, u32 off, size_t size)
{
	u64 v = 0;

	memcpy(&v, b + off, size);
	return v;
}

static void put_perm_of(struct tline *t, const u8 *b, const char *name, bool all)
{
	put_fmt(t, "{%s={uid=", name);
	put_id(t, (u32)word_at(b, 4, 4));
	put(t, ", gid=");
	put_id(t, (u32)word_at(b, 8, 4));
	put(t, ", mode=");
	put_perm(t, word_at(b, 20, t->compat ? 2 : 4));
	if (all) {
		put_fmt(t, ", key=%u, cuid=", (u32)word_at(b, 0, 4));
		put_id(t, (u32)word_at(b, 12, 4));
		put(t, ", cgid=");
		put_id(t, (u32)word_at(b, 16, 4));
	}
	putch(t, '}');
}

static void put_word(struct tline *t, const char *name, const u8 *b, u32 off64, u32 off32)
{
	put_field(t, name);
	put_udec(t, word_at(b, t->compat ? off32 : off64, word_size(t)));
}

static void put_int(struct tline *t, const char *name, const u8 *b, u32 off64, u32 off32)
{
	put_field(t, name);
	put_dec(t, (s32)word_at(b, t->compat ? off32 : off64, 4));
}

/* struct msqid64_ds, semid64_ds, shmid64_ds */
static bool put_ds(struct tline *t, guest_addr a, bool all)
{
	u8 b[120] = {0};

	if (t->name[0] == 'm') {
		if (!rd(t, b, a, t->compat ? 88 : 120))
			return false;
		put_perm_of(t, b, "msg_perm", all);
		if (all) {
			put_word(t, "msg_stime", b, 48, 36);
			put_word(t, "msg_rtime", b, 56, 44);
			put_word(t, "msg_ctime", b, 64, 52);
			put_word(t, "msg_qnum", b, 80, 64);
		}
		put_word(t, "msg_qbytes", b, 88, 68);
		if (all) {
			put_int(t, "msg_lspid", b, 96, 72);
			put_int(t, "msg_lrpid", b, 100, 76);
		}
	} else if (t->name[1] == 'e') {
		if (!rd(t, b, a, t->compat ? 64 : 104))
			return false;
		put_perm_of(t, b, "sem_perm", all);
		if (all) {
			put_word(t, "sem_otime", b, 48, 36);
			put_word(t, "sem_ctime", b, 64, 44);
			put_word(t, "sem_nsems", b, 80, 52);
		}
	} else {
		if (!rd(t, b, a, t->compat ? 84 : 112))
			return false;
		put_perm_of(t, b, "shm_perm", all);
		if (all) {
			put_word(t, "shm_segsz", b, 48, 36);
			put_int(t, "shm_cpid", b, 80, 64);
			put_int(t, "shm_lpid", b, 84, 68);
			put_word(t, "shm_nattch", b, 88, 72);
			put_word(t, "shm_atime", b, 56, 40);
			put_word(t, "shm_dtime", b, 64, 48);
			put_word(t, "shm_ctime", b, 72, 56);
		}
	}
	putch(t, '}');
	return true;
}

/* struct msginfo, seminfo: ints; shminfo64, shm_info: words */
static bool put_info(struct tline *t, guest_addr a, u32 cmd)
{
	static const char *const msg[] = {"msgpool", "msgmap", "msgmax", "msgmnb",
					  "msgmni",  "msgssz", "msgtql"};
	static const char *const sem[] = {"semmap", "semmni", "semmns", "semmnu", "semmsl",
					  "semopm", "semume", "semusz", "semvmx", "semaem"};
	static const char *const shm[] = {"shmmax", "shmmin", "shmmni", "shmseg", "shmall"};
	static const char *const used[] = {"shm_tot", "shm_rss", "shm_swp", "swap_attempts",
					   "swap_successes"};
	bool is_msg = t->name[0] == 'm', is_sem = t->name[1] == 'e';
	const char *const *names = is_msg ? msg : is_sem ? sem : cmd == IPC_INFO_ ? shm : used;
	s32 v[10] = {0};
	u64 w[6] = {0};

	if (is_msg || is_sem) {
		if (!rd(t, v, a, is_msg ? 30 : 40))
			return false;
		for (u32 i = 0; i < (is_msg ? 7 : 10); i++)
			put_fmt(t, "%s%s=%d", i ? ", " : "{", names[i], v[i]);
		if (is_msg)
			put_fmt(t, ", msgseg=%u", (u16)v[7]);
	} else {
		for (u32 i = 0; i < (cmd == IPC_INFO_ ? 5 : 6); i++)
			if (!rd_word(t, a + i * word_size(t), &w[i]))
				return false;
		putch(t, '{');
		if (cmd != IPC_INFO_)
			put_fmt(t, "used_ids=%d", (s32)w[0]);
		for (u32 i = 0; i < 5; i++)
			put_fmt(t, "%s%s=%llu", i || cmd != IPC_INFO_ ? ", " : "", names[i],
				(unsigned long long)w[cmd == IPC_INFO_ ? i : i + 1]);
	}
	putch(t, '}');
	return true;
}

bool dec_ipc_arg(struct tline *t, u64 v)
{
	/* through ipc(2), semctl's argument is in memory */
	bool indirect = t->through_ipc && t->name[0] == 's' && t->name[1] == 'e';
	u32 cmd = ipc_cmd(t);
	u64 p = v;

	if (indirect && !rd_word(t, v, &p)) {
		put_addr(t, v);
		return true;
	}
	if (p && t->verbose && cmd == IPC_SET_ && put_ds(t, p, false))
		return true;
	if (p && t->verbose && (u64)t->ret < (u64)-4095L) {
		if (is_stat(t, cmd) && put_ds(t, p, true))
			return true;
		if (is_info(t, cmd) && put_info(t, p, cmd))
			return true;
	}
	if (indirect)
		putch(t, '[');
	put_addr(t, p);
	if (indirect)
		putch(t, ']');
	return true;
}

/* struct msgbuf; received: as many bytes as the result says */
bool dec_msgbuf(struct tline *t, guest_addr a, u64 size)
{
	s64 type;

	if (!rd_long(t, a, 0, &type))
		return false;
	put_fmt(t, "{mtype=%lld, mtext=", (long long)type);
	put_buf(t, a + word_size(t), size);
	putch(t, '}');
	return true;
}

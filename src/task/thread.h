/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads: tasks that share an address space. Each has a host thread (for CLONE_VM without
 * CLONE_THREAD: a host process that shares memory); see docs/threads.md. */
#ifndef TRAPGATE_TASK_THREAD_H
#define TRAPGATE_TASK_THREAD_H

#include "task/task.h"

struct fork_args;

/* clone(2) with CLONE_VM. Returns the new thread's id or -errno. current->regs are the child's. */
struct ptrace_fork;
long thread_clone(const struct fork_args *args, u64 host_flags, const struct ptrace_fork *traced);

/* vfork: waits until the task that was made with CLONE_VM has ended or executed a program. */
void thread_await_vfork(int tid);

/* exit(2) of current, where it does not end the process; returns if it does. A thread group's
 * leader stays, as Linux's does, until the last thread has gone. */
void thread_exit(int code);
/* do_exit() with a signal for its code: current alone ends, before its next instruction. False: it
 * is the last one of its thread group, whose end that would be. */
bool thread_kill_alone(int sig);
/* No other thread of the process runs: a first one may be left that has ended before. */
bool thread_is_last(void);
/* The process is about to end: its other threads tell their tracers, where these want to know
 * (PTRACE_O_TRACEEXIT). */
void thread_report_exits(int status);
/* exit_group(2) and death by a signal: the group's threads let go of what they hold. */
void thread_group_exit(void);
/* execve(2): ends the other threads of the group and waits until they are gone. */
void thread_exec(void);
/* execve(2) in a thread that is not the leader: the leader does it and takes the thread's place.
 * Returns -errno if it could not. The strings are malloc'ed in one block each. */
struct exec_name;
long thread_exec_by_leader(const struct exec_name *name, char **argv, char **envp);
/* Whether that is the way for current. */
bool thread_exec_needs_leader(void);

/* set_tid_address(2). */
void thread_clear_tid(guest_addr addr);

/* Other processes (CLONE_VM without CLONE_THREAD) have this address space too. */
bool thread_shares_memory(void);

/* A process that had the address space by CLONE_VM alone was killed: tid is one of its threads.
 * What is left of it goes. */
void thread_lost(int tid);
/* The same for what wait(2) has found, if it is one. */
void thread_reaped(int pid);

/* Whether current is not the only thread of its thread group. */
bool thread_has_siblings(void);
/* current leaves the memory to the others that share it, and the CPU lock, for good. */
void thread_leave_memory(void);

/* In a new process with an address space of its own. */
void thread_forked(void);
/* For the run loop: does current->work, and lets other threads have their turn. */
void thread_work(void);

/* The thread of this address space with this id, or NULL. */
struct task *thread_find(int tid);
/* The first task of this address space; struct task.next leads on. */
struct task *thread_first(void);
/* Copies task tid of process pid, which is this one or another guest of this run, whose list
 * changes meanwhile. False: it cannot be told. The pointers in it are that process's. */
bool thread_copy(pid_t pid, int tid, struct task *out);

#endif

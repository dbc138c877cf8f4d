// SPDX-License-Identifier: GPL-2.0-or-later
// The trace: columns, in the order in which events began.
const CALL = 0, SIGNAL = 1, EXIT = 2;
const trace = (() => {
	const raw = JSON.parse(document.getElementById("data").textContent);
	const rows = raw.rows.sort((a, b) => a[1] - b[1]);
	const n = rows.length;
	const t = {
		n, rows, names: raw.names, threads: raw.threads, command: raw.command, lost: raw.lost,
		at: new Float64Array(n), dur: new Float64Array(n), thread: new Uint32Array(n),
		name: new Uint32Array(n), begin: 0, end: 1,
	};
	for (let i = 0; i < n; i++) {
		const r = rows[i];
		t.thread[i] = r[0];
		t.at[i] = r[1];
		t.dur[i] = r[2];
		t.name[i] = r[3];
		t.end = Math.max(t.end, r[1] + r[2]);
	}
	t.begin = n ? t.at[0] : 0;
	t.end = Math.max(t.end, t.begin + 1000);
	return t;
})();

const kindOf = i => trace.names[trace.name[i]][0];
const nameOf = i => trace.names[trace.name[i]][1];
const resultOf = i => trace.rows[i][4];
const argsOf = i => trace.rows[i].slice(5);
const threadOf = i => trace.threads[trace.thread[i]];

// The errno of a failure, or "".
function errnoOf(i)
{
	const r = resultOf(i);
	return typeof r === "string" && r.startsWith("-1 ") ? r.slice(3).split(" ", 1)[0] : "";
}

// The line that strace would write.
function lineOf(i)
{
	if (kindOf(i) === CALL)
		return `${nameOf(i)}(${argsOf(i).join(", ")}) = ${resultOf(i)}`;
	if (kindOf(i) === SIGNAL)
		return `--- ${nameOf(i)} ${argsOf(i).join(" ")} ---`;
	return `+++ ${nameOf(i)} +++`;
}

function formatTime(ns)
{
	const a = Math.abs(ns);
	if (a < 1e3)
		return `${Math.round(ns)} ns`;
	if (a < 1e6)
		return `${(ns / 1e3).toPrecision(3)} µs`;
	if (a < 1e9)
		return `${(ns / 1e6).toPrecision(3)} ms`;
	return `${(ns / 1e9).toPrecision(4)} s`;
}

// What a call is about: its colour.
const FAMILIES = [
	["files", 210, /^(open|close|creat|read|write|pread|pwrite|lseek|_llseek|stat|fstat|lstat|newfstat|statx|access|faccess|readlink|getdents|rename|unlink|mkdir|rmdir|link|symlink|chmod|chown|fch|dup|fcntl|ioctl|getcwd|chdir|truncate|ftruncate|fsync|fdatasync|sync|sendfile|splice|tee|copy_file|umask|utime|mknod|statfs|fstatfs|flock|fadvise|fallocate|pipe|xattr|getx|setx|listx|mount|umount|memfd)/],
	["memory", 130, /^(brk|mmap|munmap|mprotect|mremap|madvise|msync|mlock|munlock|mincore|shm|pkey|membarrier)/],
	["network", 280, /^(socket|bind|connect|listen|accept|send|recv|getsock|setsock|getpeer|shutdown)/],
	["processes", 25, /^(clone|fork|vfork|exec|exit|wait|kill|tkill|tgkill|getp|gett|getu|getg|gete|setu|setg|setr|setp|sets|getr|gets|prctl|arch_prctl|set_tid|set_robust|rseq|prlimit|cap|pidfd|sched|ptrace|seccomp|uname|set_thread)/],
	["signals", 345, /^(rt_|sig|pause|signalfd)/],
	["waiting", 55, /^(poll|ppoll|select|pselect|_newselect|epoll|futex|nanosleep|clock_nano|eventfd|timerfd|inotify|io_|restart)/],
	["other", 180, /^/],
];
const hues = trace.names.map(x => FAMILIES.find(f => f[2].test(x[1]))[1]);

// SPDX-License-Identifier: GPL-2.0-or-later
// From the text of the filter to a function of an event's number.

function words(text)
{
	const found = [];
	const shape = /\s*(!*)((?:\/(?:\\.|[^\/\\])+\/i?(?=\s|$))|(?:[a-z]+[:<>=]+)?"[^"]*"|\S+)/gy;
	for (let m; shape.lastIndex < text.trimEnd().length && (m = shape.exec(text));)
		found.push([m[1].length % 2 === 1, m[2]]);
	return found;
}

function globs(list)
{
	const all = list.split(",").filter(x => x).map(g =>
		new RegExp("^" + g.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".") +
			"$", "i"));
	return s => all.some(g => g.test(s));
}

function duration(text)
{
	const m = /^([0-9.]+)(ns|us|µs|ms|s)?$/.exec(text);
	if (!m || isNaN(+m[1]))
		throw new Error(`${text}: want a time, as 20us`);
	return +m[1] * {ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9}[m[2] || "s"];
}

function term(word)
{
	const regex = /^\/(.+)\/(i?)$/.exec(word), key = /^([a-z]+)(:|>=|<=|>|<)"?(.*?)"?$/.exec(word);
	if (regex) {
		const re = new RegExp(regex[1], regex[2]);
		return i => re.test(lineOf(i));
	}
	if (key && key[1] === "dur" && key[2] !== ":") {
		const ns = duration(key[3]);
		return {
			">": i => trace.dur[i] > ns, "<": i => trace.dur[i] < ns,
			">=": i => trace.dur[i] >= ns, "<=": i => trace.dur[i] <= ns,
		}[key[2]];
	}
	const match = key && key[2] === ":" ? globs(key[3]) : null;
	switch (match && key[1]) {
	case "name": {
		const is = trace.names.map(x => match(x[1]));
		return i => is[trace.name[i]];
	}
	case "pid":
	case "tid": {
		const is = trace.threads.map(t => match(String(t[key[1] === "pid" ? 0 : 1])));
		return i => is[trace.thread[i]];
	}
	case "errno":
		return i => errnoOf(i) !== "" && match(errnoOf(i));
	case "kind":
		return i => match(["call", "signal", "exit"][kindOf(i)]);
	}
	const text = word.replace(/^"(.*)"$/, "$1").toLowerCase();
	return i => lineOf(i).toLowerCase().includes(text);
}

// Throws an Error that says what is wrong.
function parseFilter(text)
{
	const all = words(text).map(([not, word]) => {
		const f = term(word);
		return not ? i => !f(i) : f;
	});
	return all.length ? i => all.every(f => f(i)) : null;
}

// SPDX-License-Identifier: GPL-2.0-or-later
// The list, of which only what is visible exists; the details of an event; the statistics.
const ROW = 20, TALLEST = 1.5e7; // browsers limit the height of elements
const list = document.getElementById("list"), listRows = document.getElementById("rows");

const listHeight = () => page.shown.length * ROW;
const spaceHeight = () => Math.min(listHeight(), TALLEST);

function listTop()
{
	const room = spaceHeight() - list.clientHeight;
	return room <= 0 ? 0 : list.scrollTop / room * (listHeight() - list.clientHeight);
}

function scrollListTo(top)
{
	const room = listHeight() - list.clientHeight;
	list.scrollTop = room <= 0 ? 0 : top / room * (spaceHeight() - list.clientHeight);
}

function element(tag, className, text)
{
	const e = document.createElement(tag);
	if (className)
		e.className = className;
	if (text !== undefined)
		e.textContent = text;
	return e;
}

function rowOf(place)
{
	const i = page.shown[place], kind = kindOf(i), row = element("div", "row");
	const text = element("span", "text");
	row.id = "event-" + i;
	row.dataset.event = i;
	row.setAttribute("role", "option");
	row.setAttribute("aria-selected", i === page.selected);
	row.classList.toggle("selected", i === page.selected);
	row.classList.toggle("failed", errnoOf(i) !== "");
	row.classList.toggle("other", kind !== CALL);
	if (kind === CALL) {
		const call = element("span", "call", `(${argsOf(i).join(", ").slice(0, 400)})`);
		call.prepend(element("b", "", nameOf(i)));
		text.append(call, " = ", element("span", "ret", String(resultOf(i))));
	} else {
		text.textContent = lineOf(i);
	}
	row.append(element("span", "at", ((trace.at[i] - trace.begin) / 1e9).toFixed(6)),
		element("span", "tid", String(threadOf(i)[1])), text,
		element("span", "dur", kind === CALL ? formatTime(trace.dur[i]) : ""));
	return row;
}

function drawList()
{
	const top = listTop(), first = Math.max(0, Math.floor(top / ROW) - 2);
	const last = Math.min(page.shown.length, Math.ceil((top + list.clientHeight) / ROW) + 2);
	const rows = [];
	document.getElementById("list-space").style.height = spaceHeight() + "px";
	for (let place = first; place < last; place++)
		rows.push(rowOf(place));
	listRows.replaceChildren(...rows);
	listRows.style.transform = `translateY(${list.scrollTop + first * ROW - top}px)`;
	list.setAttribute("aria-activedescendant", page.selected < 0 ? "" : "event-" + page.selected);
}

// The place of an event in the list, or that of the next one that is in it.
function placeOf(i)
{
	let low = 0, high = page.shown.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (page.shown[mid] < i)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

function scrollToEvent(i)
{
	const y = placeOf(i) * ROW, top = listTop();
	if (y < top || y + ROW > top + list.clientHeight)
		scrollListTo(Math.max(0, y - list.clientHeight / 2));
}

function drawDetails()
{
	const box = document.getElementById("details"), i = page.selected;
	if (i < 0)
		return;
	const [pid, tid, name, command] = threadOf(i), [kind, what, nr, abi, gate, params] = trace.names[trace.name[i]];
	const table = element("table");
	const add = (key, value, className) => {
		const tr = element("tr");
		tr.append(element("td", "", key), element("td", className, value));
		table.append(tr);
	};
	if (kind === CALL) {
		argsOf(i).forEach((a, k) => add(params[k] || `argument ${k + 1}`, a));
		add("result", String(resultOf(i)), errnoOf(i) ? "bad" : "");
		add("duration", formatTime(trace.dur[i]));
		add("call", `number ${nr} of ${abi}, through ${gate}`);
	} else {
		argsOf(i).forEach(a => add("information", a));
	}
	add("start", `${((trace.at[i] - trace.begin) / 1e9).toFixed(9)} s`);
	add("process", `${pid}  ${command}`);
	if (tid !== pid)
		add("thread", `${tid}  ${name}`);
	const line = element("p");
	line.append(element("code", "", lineOf(i)));
	box.replaceChildren(element("h2", "", what), table, line);
}

const COLUMNS = [
	["name", s => s.name], ["calls", s => s.calls], ["errors", s => s.errors],
	["total", s => s.time], ["mean", s => s.time / s.calls], ["max", s => s.max],
];

// Of the calls that the filter leaves.
function collectStats()
{
	const all = new Map();
	for (const i of page.shown) {
		if (kindOf(i) !== CALL)
			continue;
		let s = all.get(nameOf(i));
		if (!s)
			all.set(nameOf(i), s = {name: nameOf(i), calls: 0, errors: 0, time: 0, max: 0});
		s.calls++;
		s.errors += errnoOf(i) !== "";
		s.time += trace.dur[i];
		s.max = Math.max(s.max, trace.dur[i]);
	}
	return [...all.values()];
}

function drawStats()
{
	const stats = collectStats(), total = stats.reduce((sum, s) => sum + s.time, 0) || 1;
	const [key, down] = page.sort, value = COLUMNS.find(c => c[0] === key)[1];
	const head = document.querySelector("#stats thead tr"), body = document.querySelector("#stats tbody");
	stats.sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b)) * (down ? -1 : 1));
	head.replaceChildren(...COLUMNS.map(([name]) => {
		const th = element("th", "", name + (name === key ? (down ? " ▾" : " ▴") : ""));
		th.tabIndex = 0;
		th.dataset.column = name;
		th.setAttribute("aria-sort", name !== key ? "none" : down ? "descending" : "ascending");
		return th;
	}));
	body.replaceChildren(...stats.map(s => {
		const tr = element("tr"), time = element("td", "share", formatTime(s.time));
		tr.dataset.name = s.name;
		tr.tabIndex = 0;
		time.style.setProperty("--p", s.time / total * 100 + "%");
		tr.append(element("td", "", s.name), element("td", "", String(s.calls)),
			element("td", s.errors ? "bad" : "", String(s.errors || "")), time,
			element("td", "", formatTime(s.time / s.calls)), element("td", "", formatTime(s.max)));
		return tr;
	}));
}

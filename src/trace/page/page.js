// SPDX-License-Identifier: GPL-2.0-or-later
// What is shown, and what keys and clicks do to it.
const page = {
	selected: -1,
	matches: null, // by event: whether the filter leaves it; null: there is none
	shown: null, // numbers of the events that it leaves
	sort: ["total", true],
	tab: "details",
	pending: 0,
};
const filterBox = document.getElementById("filter");

function draw()
{
	page.pending = 0;
	drawTimeline();
	drawList();
}

function refresh()
{
	page.pending = page.pending || requestAnimationFrame(draw);
}

function showTab(tab)
{
	page.tab = tab;
	for (const b of document.querySelectorAll("[role=tab]"))
		b.setAttribute("aria-selected", b.dataset.tab === tab);
	for (const p of document.querySelectorAll("[role=tabpanel]"))
		p.hidden = p.id !== tab;
	if (tab === "stats")
		drawStats();
}

function select(i)
{
	page.selected = i;
	drawDetails();
	if (page.tab !== "stats")
		showTab("details");
	reveal(i);
	scrollToEvent(i);
	refresh();
}

function applyFilter()
{
	const error = document.getElementById("error");
	let match;
	try {
		match = parseFilter(filterBox.value);
		error.textContent = "";
	} catch (e) {
		error.textContent = e.message;
		filterBox.setAttribute("aria-invalid", "true");
		return;
	}
	filterBox.removeAttribute("aria-invalid");
	page.matches = match && new Uint8Array(trace.n);
	page.shown = new Uint32Array(trace.n);
	let n = 0;
	for (let i = 0; i < trace.n; i++)
		if (!match || (page.matches[i] = match(i)))
			page.shown[n++] = i;
	page.shown = page.shown.subarray(0, n);
	document.getElementById("count").textContent = match
		? `${page.shown.length.toLocaleString("en")} of ${trace.n.toLocaleString("en")}`
		: `${trace.n.toLocaleString("en")} events`;
	list.scrollTop = 0;
	drawList();
	if (page.selected >= 0)
		scrollToEvent(page.selected);
	if (page.tab === "stats")
		drawStats();
	refresh();
}

function setFilter(text)
{
	filterBox.value = text;
	applyFilter();
}

function move(by)
{
	const n = page.shown.length, place = page.selected < 0 ? -1 : placeOf(page.selected);
	if (!n)
		return;
	const here = page.selected >= 0 && page.shown[place] === page.selected;
	const to = here || page.selected < 0 ? place + by : by > 0 ? place + by - 1 : place + by;
	select(page.shown[Math.max(0, Math.min(n - 1, to))]);
}

function moveToFailure(by)
{
	let place = page.selected < 0 ? (by > 0 ? -1 : page.shown.length) : placeOf(page.selected);
	for (place += by; place >= 0 && place < page.shown.length; place += by)
		if (errnoOf(page.shown[place]))
			return select(page.shown[place]);
}

function nextTheme()
{
	const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)").matches;
	const order = dark ? [undefined, "light", "dark"] : [undefined, "dark", "light"];
	const next = order[(order.indexOf(root.dataset.theme) + 1) % 3];
	if (next)
		root.dataset.theme = next;
	else
		delete root.dataset.theme;
	drawLegend();
	refresh();
}

const KEYS = {
	j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
	PageDown: () => move(Math.floor(list.clientHeight / ROW)),
	PageUp: () => move(-Math.floor(list.clientHeight / ROW)),
	Home: () => move(-trace.n), End: () => move(trace.n),
	n: () => moveToFailure(1), p: () => moveToFailure(-1),
	Enter: () => page.selected >= 0 && zoomTo(page.selected),
	"+": () => zoom(.5, middle()), "=": () => zoom(.5, middle()), "-": () => zoom(2, middle()), 0: showAll,
	ArrowLeft: () => pan(-(view.to - view.from) / 8), ArrowRight: () => pan((view.to - view.from) / 8),
	"/": () => filterBox.select(), d: () => showTab("details"), s: () => showTab("stats"),
	"?": () => showTab("keys"), t: nextTheme, Escape: () => setFilter(""),
};

// Where zooming by keys is about: the selected event, if it can be seen.
function middle()
{
	const at = page.selected < 0 ? NaN : trace.at[page.selected] + trace.dur[page.selected] / 2;
	return at >= view.from && at <= view.to ? at : (view.from + view.to) / 2;
}

function onKey(e)
{
	if (e.ctrlKey || e.altKey || e.metaKey)
		return;
	if (e.target === filterBox) {
		if (e.key === "Escape" || e.key === "Enter" || e.key === "ArrowDown") {
			e.preventDefault();
			list.focus();
		}
		return;
	}
	if (e.key === "Enter" && e.target.closest("button, th, #stats tr")) {
		e.preventDefault();
		e.target.click();
	} else if (Object.hasOwn(KEYS, e.key)) {
		e.preventDefault();
		KEYS[e.key]();
	}
}

function drawLegend()
{
	const used = new Set(hues);
	document.getElementById("legend").replaceChildren(...FAMILIES.filter(f => used.has(f[1])).map(f => {
		const s = element("span", "", f[0]), i = element("i");
		i.style.background = `hsl(${f[1]} ${color("--sat")} ${color("--lit")})`;
		s.prepend(i);
		return s;
	}));
}

function start()
{
	let timer = 0;
	const pids = new Set(trace.threads.map(t => t[0])).size;
	const many = (n, what) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : what.endsWith("s") ? "es" : "s"}`;
	document.title = `${trace.command} – trapgate trace`;
	document.getElementById("title").textContent = trace.command || "trace";
	document.getElementById("summary").textContent = many(trace.n, "event") + ", " +
		many(pids, "process") + ", " + many(trace.threads.length, "thread") + ", " +
		formatTime(trace.end - trace.begin) + (trace.lost ? `; ${many(trace.lost, "event")} lost` : "");
	drawLegend();
	filterBox.addEventListener("input", () => {
		clearTimeout(timer);
		timer = setTimeout(applyFilter, 120);
	});
	document.getElementById("bar").addEventListener("submit", e => e.preventDefault());
	list.addEventListener("scroll", drawList);
	list.addEventListener("click", e => {
		const row = e.target.closest(".row");
		if (row)
			select(+row.dataset.event);
	});
	list.addEventListener("dblclick", () => page.selected >= 0 && zoomTo(page.selected));
	document.querySelector("nav").addEventListener("click", e => e.target.dataset.tab && showTab(e.target.dataset.tab));
	document.getElementById("stats").addEventListener("click", e => {
		const th = e.target.closest("th"), tr = e.target.closest("tbody tr");
		if (th) {
			page.sort = [th.dataset.column, page.sort[0] === th.dataset.column ? !page.sort[1] : true];
			drawStats();
		} else if (tr) {
			setFilter("name:" + tr.dataset.name);
		}
	});
	document.getElementById("theme").addEventListener("click", nextTheme);
	document.addEventListener("keydown", onKey);
	new ResizeObserver(refresh).observe(lanes);
	new ResizeObserver(refresh).observe(list);
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (drawLegend(), refresh()));
	startTimeline();
	applyFilter();
	draw();
}

start();

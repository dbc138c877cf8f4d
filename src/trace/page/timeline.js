// SPDX-License-Identifier: GPL-2.0-or-later
// A lane per thread, drawn on a canvas that covers what is visible of them.
const LANE = 22, AXIS = 22, LABEL = 170;
const lanes = document.getElementById("lanes"), canvas = document.getElementById("canvas");
const view = {from: trace.begin, to: trace.end};
// Threads with those of a process together, and their calls and what is no call.
const laneOrder = trace.threads.map((t, i) => i).sort((a, b) => {
	const first = p => trace.threads.findIndex(t => t[0] === p);
	return first(trace.threads[a][0]) - first(trace.threads[b][0]) || a - b;
});
const laneOf = [];
laneOrder.forEach((thread, lane) => laneOf[thread] = lane);
const eventsOf = trace.threads.map(() => []), callsOf = trace.threads.map(() => []);
const marksOf = trace.threads.map(() => []);
for (let i = 0; i < trace.n; i++) {
	eventsOf[trace.thread[i]].push(i);
	(kindOf(i) === CALL ? callsOf : marksOf)[trace.thread[i]].push(i);
}

const plotWidth = () => Math.max(50, lanes.clientWidth - LABEL);
const xOf = at => LABEL + (at - view.from) / (view.to - view.from) * plotWidth();
const timeAt = x => view.from + (x - LABEL) / plotWidth() * (view.to - view.from);

// The first event of a lane that ends at or after a time.
function firstAt(list, at)
{
	let low = 0, high = list.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if (trace.at[list[mid]] + trace.dur[list[mid]] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

function color(name)
{
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// A time on the axis, with the digits that tell it from its neighbours.
function formatAxis(t, step)
{
	const [unit, name] = [[1e9, "s"], [1e6, "ms"], [1e3, "µs"], [1, "ns"]].find(u => Math.abs(t) >= u[0]) || [1, "ns"];
	return (t / unit).toFixed(Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9))) + " " + name;
}

function drawAxis(g, width)
{
	const step0 = (view.to - view.from) / Math.max(2, plotWidth() / 110);
	const unit = 10 ** Math.floor(Math.log10(step0));
	const step = [1, 2, 5, 10].map(k => k * unit).find(s => s >= step0);
	g.fillStyle = color("--card");
	g.fillRect(0, 0, width, AXIS);
	g.strokeStyle = color("--line");
	g.fillStyle = color("--dim");
	g.beginPath();
	for (let t = Math.ceil((view.from - trace.begin) / step) * step; t <= view.to - trace.begin; t += step) {
		const x = Math.round(xOf(t + trace.begin)) + .5;
		g.moveTo(x, 0);
		g.lineTo(x, canvas.clientHeight);
		g.fillText(t ? formatAxis(t, step) : "0", x + 4, 14);
	}
	g.stroke();
}

// Slices of one lane, of which those that fall into the same pixel are drawn once: so many are looked
// at as the lane has pixels, however many there are. Then what is no call, and what is selected.
function drawLane(thread, y, paint)
{
	const calls = callsOf[thread], marks = marksOf[thread], scale = plotWidth() / (view.to - view.from);
	const place = i => {
		const x = Math.max(LABEL, LABEL + (trace.at[i] - view.from) * scale);
		return [x, Math.max(1, LABEL + (trace.at[i] + trace.dur[i] - view.from) * scale - x)];
	};
	for (let k = firstAt(calls, view.from); k < calls.length && trace.at[calls[k]] <= view.to;) {
		const [x, w] = place(calls[k]);
		paint(calls[k], x, w, y);
		k = Math.max(k + 1, firstAt(calls, view.from + (Math.floor(x + w) - LABEL) / scale));
	}
	for (let k = firstAt(marks, view.from); k < marks.length && trace.at[marks[k]] <= view.to; k++)
		paint(marks[k], ...place(marks[k]), y);
	if (page.selected >= 0 && trace.thread[page.selected] === thread && trace.at[page.selected] <= view.to &&
		trace.at[page.selected] + trace.dur[page.selected] >= view.from)
		paint(page.selected, ...place(page.selected), y);
}

function drawTimeline()
{
	const ratio = window.devicePixelRatio || 1, width = lanes.clientWidth, height = lanes.clientHeight;
	const g = canvas.getContext("2d"), sat = color("--sat"), lit = color("--lit"), bad = color("--bad");
	const mark = color("--mark"), fg = color("--fg"), card = color("--card");
	canvas.width = width * ratio;
	canvas.height = height * ratio;
	canvas.style.width = width + "px";
	canvas.style.height = height + "px";
	g.scale(ratio, ratio);
	g.font = "11px ui-monospace, monospace";
	g.clearRect(0, 0, width, height);
	drawAxis(g, width);
	const top = lanes.scrollTop;
	const paint = (i, x, w, y) => {
		const seen = !page.matches || page.matches[i];
		g.globalAlpha = seen ? 1 : .18;
		if (kindOf(i) === CALL) {
			g.fillStyle = `hsl(${hues[trace.name[i]]} ${sat} ${lit})`;
			g.fillRect(x, y + 3, w, LANE - 6);
			if (errnoOf(i)) {
				g.fillStyle = bad;
				g.fillRect(x, y + LANE - 6, w, 3);
			}
			if (w > 40) {
				g.fillStyle = card;
				g.fillText(nameOf(i).slice(0, Math.floor((w - 6) / 6.7)), x + 4, y + 15);
			}
		} else {
			g.fillStyle = kindOf(i) === SIGNAL ? bad : fg;
			g.beginPath();
			g.moveTo(x - 4, y + 1);
			g.lineTo(x + 4, y + 1);
			g.lineTo(x, y + 10);
			g.fill();
		}
		g.globalAlpha = 1;
		if (i === page.selected) {
			g.strokeStyle = mark;
			g.lineWidth = 2;
			g.strokeRect(x - 1, y + 2, w + 2, LANE - 4);
			g.lineWidth = 1;
		}
	};
	g.save();
	g.beginPath();
	g.rect(LABEL - 4, AXIS, width - LABEL + 4, height);
	g.clip();
	for (let lane = Math.floor(top / LANE); lane < laneOrder.length; lane++) {
		const y = AXIS + lane * LANE - top;
		if (y > height)
			break;
		drawLane(laneOrder[lane], y, paint);
	}
	g.restore();
	drawLabels(g, top, height);
}

function drawLabels(g, top, height)
{
	const line = color("--line"), fg = color("--fg"), dim = color("--dim");
	g.save();
	g.beginPath();
	g.rect(0, AXIS, LABEL - 6, height);
	g.clip();
	for (let lane = Math.floor(top / LANE); lane < laneOrder.length; lane++) {
		const [pid, tid, name, command] = trace.threads[laneOrder[lane]];
		const y = AXIS + lane * LANE - top;
		if (y > height)
			break;
		g.fillStyle = line;
		g.fillRect(0, y + LANE - 1, lanes.clientWidth, .5);
		g.fillStyle = dim;
		g.fillText(pid === tid ? String(tid) : "└ " + tid, 8, y + 15);
		g.fillStyle = fg;
		g.fillText(pid === tid ? command : name, 70, y + 15);
	}
	g.restore();
}

// The event at a point of the canvas, or -1.
function eventAt(x, y)
{
	const lane = Math.floor((y - AXIS + lanes.scrollTop) / LANE), list = eventsOf[laneOrder[lane]];
	if (!list || y < AXIS || x < LABEL)
		return -1;
	let best = -1, far = 5;
	for (let k = firstAt(list, timeAt(x - 5)); k < list.length && xOf(trace.at[list[k]]) <= x + 5; k++) {
		const left = xOf(trace.at[list[k]]), right = xOf(trace.at[list[k]] + trace.dur[list[k]]);
		const d = x < left ? left - x : x > right ? x - right : 0;
		if (d < far || (d === far && list[k] === page.selected)) {
			best = list[k];
			far = d;
		}
		if (!d)
			break;
	}
	return best;
}

function zoom(factor, around)
{
	const all = trace.end - trace.begin;
	const span = Math.min(all * 1.1, Math.max(100, (view.to - view.from) * factor));
	const part = (around - view.from) / (view.to - view.from);
	view.from = around - part * span;
	view.to = view.from + span;
	clampView();
}

function clampView()
{
	const span = view.to - view.from, slack = span * .05;
	if (view.from < trace.begin - slack)
		view.from = trace.begin - slack;
	if (view.from + span > trace.end + slack)
		view.from = Math.max(trace.begin - slack, trace.end + slack - span);
	view.to = view.from + span;
	refresh();
}

function pan(by)
{
	view.from += by;
	view.to += by;
	clampView();
}

function zoomTo(i)
{
	const span = Math.max(2000, trace.dur[i] * 4);
	view.from = trace.at[i] + trace.dur[i] / 2 - span / 2;
	view.to = view.from + span;
	clampView();
}

function showAll()
{
	view.from = trace.begin;
	view.to = trace.end;
	refresh();
}

// Moves the view, if need be, to where an event can be seen.
function reveal(i)
{
	const span = view.to - view.from;
	if (trace.at[i] + trace.dur[i] < view.from || trace.at[i] > view.to) {
		view.from = trace.at[i] - span / 2;
		view.to = view.from + span;
		clampView();
	}
	const y = laneOf[trace.thread[i]] * LANE;
	if (y < lanes.scrollTop || y + LANE + AXIS > lanes.scrollTop + lanes.clientHeight)
		lanes.scrollTop = y - lanes.clientHeight / 2;
}

function startTimeline()
{
	const tip = document.getElementById("tip");
	let drag = null;
	document.getElementById("lanes-space").style.height = laneOrder.length * LANE + AXIS + 6 + "px";
	lanes.addEventListener("scroll", refresh);
	lanes.addEventListener("wheel", e => {
		const box = canvas.getBoundingClientRect();
		e.preventDefault();
		if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY))
			pan((e.deltaX || e.deltaY) / plotWidth() * (view.to - view.from));
		else
			zoom(1.0015 ** e.deltaY, timeAt(Math.max(LABEL, e.clientX - box.left)));
	}, {passive: false});
	canvas.addEventListener("pointerdown", e => {
		drag = {x: e.clientX, from: view.from, span: view.to - view.from, moved: false};
	});
	window.addEventListener("pointermove", e => {
		const box = canvas.getBoundingClientRect();
		if (drag && (drag.moved || Math.abs(e.clientX - drag.x) > 3)) {
			drag.moved = true;
			lanes.classList.add("drag");
			view.from = drag.from - (e.clientX - drag.x) / plotWidth() * drag.span;
			view.to = view.from + drag.span;
			clampView();
		}
		const i = e.target === canvas && !drag ? eventAt(e.clientX - box.left, e.clientY - box.top) : -1;
		tip.hidden = i < 0;
		if (i >= 0) {
			tip.textContent = `${formatTime(trace.dur[i])}  ${lineOf(i)}`;
			tip.style.left = Math.min(e.clientX + 12, window.innerWidth * .4) + "px";
			tip.style.top = e.clientY + 18 + "px";
		}
	});
	window.addEventListener("pointerup", () => {
		lanes.classList.remove("drag");
		setTimeout(() => drag = null);
	});
	canvas.addEventListener("click", e => {
		const box = canvas.getBoundingClientRect();
		const i = drag && drag.moved ? -1 : eventAt(e.clientX - box.left, e.clientY - box.top);
		if (i >= 0)
			select(i);
	});
	canvas.addEventListener("dblclick", () => page.selected >= 0 && zoomTo(page.selected));
}

// SPDX-License-Identifier: GPL-2.0-or-later
// PAGE#self-test clicks through the page and writes "ok N checks", or what failed, into #self-test.
async function selfTest()
{
	const out = document.getElementById("self-test"), failures = [];
	const $ = s => document.querySelector(s), $$ = s => [...document.querySelectorAll(s)];
	const wait = ms => new Promise(r => setTimeout(r, ms));
	const settle = async () => (await wait(30), draw());
	const key = (k, target = document.body) =>
		target.dispatchEvent(new KeyboardEvent("keydown", {key: k, bubbles: true, cancelable: true}));
	let checks = 0;
	const check = (what, ok) => {
		checks++;
		if (!ok)
			failures.push(what);
	};
	const type = async text => {
		filterBox.focus();
		filterBox.value = text;
		filterBox.dispatchEvent(new Event("input", {bubbles: true}));
		await wait(400);
		await settle();
	};
	const count = f => {
		let n = 0;
		for (let i = 0; i < trace.n; i++)
			n += !!f(i);
		return n;
	};
	await settle();
	check("there are events", trace.n > 0 && page.shown.length === trace.n);
	check("the list is virtual", $$(".row").length > 0 && $$(".row").length < 300);

	const name = nameOf(trace.n >> 1);
	await type(`name:${name}`);
	check("filter by name", page.shown.length === count(i => nameOf(i) === name));
	check("rows are filtered", $$(".row").every(r => nameOf(+r.dataset.event) === name));
	check("the number is shown", $("#count").textContent.startsWith(page.shown.length.toLocaleString("en") + " of"));
	await type(`!name:${name}`);
	check("negation", page.shown.length === count(i => nameOf(i) !== name));
	await type("errno:*");
	check("filter by errno", page.shown.length === count(i => errnoOf(i)));
	await type("/^[a-f].*= \\d/");
	check("filter by regex", page.shown.length === count(i => /^[a-f].*= \d/.test(lineOf(i))));
	await type("dur>=10us kind:call");
	check("filter by duration", page.shown.length === count(i => trace.dur[i] >= 1e4 && kindOf(i) === CALL));
	await type(`tid:${trace.threads[0][1]}`);
	check("filter by thread", page.shown.length === count(i => trace.threads[trace.thread[i]][1] === trace.threads[0][1]));
	await type("/(/");
	check("an error is shown", $("#error").textContent !== "" && filterBox.ariaInvalid !== null);
	key("Escape", filterBox);
	key("Escape");
	await settle();
	check("Escape clears", page.shown.length === trace.n && $("#error").textContent === "");

	$$(".row")[1].click();
	await settle();
	const clicked = page.selected;
	check("a click selects", $(".row.selected") && +$(".row.selected").dataset.event === clicked);
	check("details are shown", $("#details h2").textContent === nameOf(clicked) &&
		$("#details").textContent.includes(lineOf(clicked)));
	key("j");
	await settle();
	check("j goes on", page.selected === clicked + 1);
	key("k");
	key("End");
	await settle();
	check("End goes to the end", page.selected === trace.n - 1 &&
		+$(".row.selected").dataset.event === trace.n - 1);
	key("Home");
	await settle();
	check("Home goes back", page.selected === 0 && list.scrollTop === 0);

	const span = view.to - view.from;
	key("+");
	check("+ zooms in", view.to - view.from < span);
	key("0");
	check("0 shows all", view.from === trace.begin && view.to === trace.end);
	const call = [...page.shown].reverse().find(i => kindOf(i) === CALL);
	select(call);
	key("Enter");
	await settle();
	const x = xOf(trace.at[call] + trace.dur[call] / 2), y = AXIS + laneOf[trace.thread[call]] * LANE - lanes.scrollTop + 11;
	const pixel = canvas.getContext("2d").getImageData(x * devicePixelRatio, y * devicePixelRatio, 1, 1).data;
	check("slices are drawn", pixel[3] === 255);
	select(0);
	zoomTo(call);
	await settle();
	const box = canvas.getBoundingClientRect();
	canvas.dispatchEvent(new MouseEvent("click", {clientX: box.left + x, clientY: box.top + y, bubbles: true}));
	await settle();
	check("a click on the timeline selects", page.selected === call);

	$("[data-tab=stats]").click();
	const calls = $$("#stats tbody tr").reduce((n, tr) => n + +tr.cells[1].textContent, 0);
	check("statistics count all", calls === count(i => kindOf(i) === CALL));
	$("#stats [data-column=calls]").click();
	const order = $$("#stats tbody tr").map(tr => +tr.cells[1].textContent);
	check("statistics sort", order.every((n, i) => !i || order[i - 1] >= n));
	$("#stats tbody tr").click();
	check("statistics filter", filterBox.value === "name:" + $("#stats tbody tr").dataset.name &&
		page.shown.length === order[0]);
	const before = getComputedStyle(document.body).backgroundColor;
	$("#theme").click();
	check("the theme changes", getComputedStyle(document.body).backgroundColor !== before);
	check("nothing is fetched", performance.getEntriesByType("resource").length === 0);
	out.hidden = false;
	out.textContent = failures.length ? "FAILED: " + failures.join("; ") : `ok ${checks} checks`;
}

if (location.hash === "#self-test")
	selfTest().catch(e => document.getElementById("self-test").textContent = "FAILED: " + e.stack);

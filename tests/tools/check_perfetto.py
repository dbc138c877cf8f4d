#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check_perfetto.py FILE [--lines JSON-LINES] [--flow NAME]... [--instant NAME]... [--thread NAME]...

FILE is a trace in the JSON trace-event format that holds together: every event has the fields of its
kind, slices of a thread do not overlap, each thread and process has a name, a flow starts once, ends
once, and each of its points lies in a slice. JSON-LINES (--json) of the same run has as many calls
and signals."""
import argparse
import collections
import json
import sys

NUMBER = (int, float)
FIELDS = {
    "X": {"name": str, "cat": str, "pid": int, "tid": int, "ts": NUMBER, "dur": NUMBER, "args": dict},
    "i": {"name": str, "cat": str, "pid": int, "tid": int, "ts": NUMBER, "s": str},
    "M": {"name": str, "pid": int, "tid": int, "ts": NUMBER, "args": dict},
    "s": {"name": str, "cat": str, "id": int, "pid": int, "tid": int, "ts": NUMBER},
}
FIELDS["t"] = FIELDS["s"]
FIELDS["f"] = dict(FIELDS["s"], bp=str)


def unique(pairs):
    keys = [k for k, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"a key twice: {keys}")
    return dict(pairs)


def forbid(text):
    raise ValueError(f"{text} is not JSON")


def wrong(message, event=None):
    sys.exit(f"{message}: {event}" if event else message)


def check_shape(event):
    fields = FIELDS.get(event.get("ph"))
    if not fields:
        wrong("unknown kind of event", event)
    for key, kind in fields.items():
        if key not in event or isinstance(event[key], bool) or not isinstance(event[key], kind):
            wrong(f"{key} is missing or of another type", event)
    extra = set(event) - set(fields) - {"ph", "args"}
    if extra:
        wrong(f"unknown fields {extra}", event)
    if event["ts"] < 0 or event.get("dur", 0) < 0:
        wrong("a negative time", event)


def check_slices(events):
    threads = collections.defaultdict(list)
    for e in events:
        if e["ph"] == "X":
            threads[e["pid"], e["tid"]].append(e)
    for slices in threads.values():
        slices.sort(key=lambda e: (e["ts"], e["ts"] + e["dur"]))
        for a, b in zip(slices, slices[1:]):
            if a["ts"] + a["dur"] > b["ts"] + 1e-6:
                wrong("slices overlap", (a, b))
    return threads


def check_names(events):
    named = {k: {(e["pid"], e["tid"]) for e in events if e["ph"] == "M" and e["name"] == k}
             for k in ("process_name", "thread_name")}
    for e in events:
        if e["ph"] == "M":
            if not e["args"].get("name"):
                wrong("an empty name", e)
        elif any((e["pid"], e["tid"]) not in named[k] for k in named):
            wrong("a thread or process without a name", e)


def check_flows(events, threads):
    flows = collections.defaultdict(list)
    for e in events:
        if e["ph"] in "stf":
            flows[e["id"]].append(e)
    for points in flows.values():
        kinds = "".join(e["ph"] for e in points)
        if kinds[0] != "s" or kinds[-1] != "f" or set(kinds[1:-1]) - {"t"} or len(kinds) < 2:
            wrong("a flow that does not start, go on and end", points)
        if len({(e["name"], e["cat"]) for e in points}) != 1:
            wrong("a flow with several names", points)
        for a, b in zip(points, points[1:]):
            if b["ts"] < a["ts"]:
                wrong("a flow that goes back in time", (a, b))
        for e in points:
            if not any(s["ts"] <= e["ts"] <= s["ts"] + s["dur"] for s in threads[e["pid"], e["tid"]]):
                wrong("a point of a flow outside of all slices", e)
    return flows


def check_lines(events, path):
    want = collections.Counter()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            if "view" in event:
                wrong("--json shows what is only for the views", event)
            want[event["event"]] += 1
    calls = sum(e["ph"] == "X" for e in events)
    signals = sum(e["ph"] == "i" and e["cat"] == "signal" for e in events)
    if calls != want["call"] or signals != want["signal"] + want["stopped"] + want["superseded"]:
        wrong(f"{calls} calls and {signals} signals, but lines: {want}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--lines")
    for option in ("--flow", "--instant", "--thread", "--slice"):
        parser.add_argument(option, action="append", default=[])
    args = parser.parse_args()
    with open(args.file, encoding="utf-8") as f:
        trace = json.load(f, object_pairs_hook=unique, parse_constant=forbid)
    events = trace["traceEvents"]
    for e in events:
        check_shape(e)
    threads = check_slices(events)
    check_names(events)
    # what Chrome's viewer warns of: a clock that it takes for a bad one, metadata that it does not know
    if trace["metadata"].get("highres-ticks") is not True:
        wrong("nothing says how good the clock is")
    for e in events:
        if e["ph"] == "M" and e["name"] not in ("process_name", "thread_name"):
            wrong("unknown metadata", e)
    check_flows(events, threads)
    if not threads:
        wrong("no calls")
    if args.lines:
        check_lines(events, args.lines)
    for kinds, names in (("sft", args.flow), ("i", args.instant), ("X", args.slice)):
        have = {e["name"] for e in events if e["ph"] in kinds}
        for name in names:
            if name not in have:
                wrong(f"no {name} among {sorted(have)}")
    have = {e["args"]["name"] for e in events if e["name"] == "thread_name"}
    for name in args.thread:
        if name not in have:
            wrong(f"no thread {name} among {sorted(have)}")


main()

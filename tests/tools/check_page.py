#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check_page.py FILE [--calls MIN] [--line TEXT]...

FILE is a page of `trapgate trace --html`: one file that refers to no other, whose elements are
closed, and whose data are rows that fit its threads and names. TEXT: a line that the rows make."""
import argparse
import html.parser
import json
import re
import sys

VOID = {"meta", "input"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.script, self.style, self.data, self.scripts = [], "", "", "", 0

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("src", "href", "action", "srcset", "data"):
                sys.exit(f"<{tag} {name}={value}>: refers to something")
        if tag in ("link", "img", "iframe", "object", "base"):
            sys.exit(f"<{tag}> is not expected")
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        self.scripts += tag == "script"

    def handle_endtag(self, tag):
        if not self.open or self.open[-1][0] != tag:
            sys.exit(f"</{tag}> closes {self.open[-1:]}")
        self.open.pop()

    def handle_data(self, data):
        tag, attrs = self.open[-1] if self.open else ("", {})
        if tag == "script" and attrs.get("id") == "data":
            self.data += data
        elif tag == "script":
            self.script += data
        elif tag == "style":
            self.style += data


def line_of(row, data):
    kind, name = data["names"][row[3]][:2]
    if kind == 0:
        return f"{name}({', '.join(row[5:])}) = {row[4]}"
    return f"--- {name} {' '.join(row[5:])} ---" if kind == 1 else f"+++ {name} +++"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--calls", type=int, default=1)
    parser.add_argument("--line", action="append", default=[])
    args = parser.parse_args()
    page = Page()
    with open(args.file, encoding="utf-8") as f:
        page.feed(f.read())
    page.close()
    if page.open or page.scripts != 2:
        sys.exit(f"{page.scripts} scripts; not closed: {page.open}")
    if re.search(r"https?:|fetch\(|XMLHttpRequest|WebSocket|@import|url\(|import\(", page.script + page.style):
        sys.exit("the page reaches outside")
    if "prefers-color-scheme: dark" not in page.style:
        sys.exit("no dark theme")
    data = json.loads(page.data)
    for row in data["rows"]:
        if not (0 <= row[0] < len(data["threads"]) and row[1] >= 0 and row[2] >= 0 and
                0 <= row[3] < len(data["names"]) and all(isinstance(a, str) for a in row[5:])):
            sys.exit(f"a row that does not fit: {row}")
        if re.search(r"[\x00-\x1f]", line_of(row, data)):
            sys.exit(f"a row with control characters: {row}")
    calls = sum(data["names"][row[3]][0] == 0 for row in data["rows"])
    if calls < args.calls:
        sys.exit(f"{calls} calls, fewer than {args.calls}")
    lines = {line_of(row, data) for row in data["rows"]}
    for line in args.line:
        if line not in lines:
            sys.exit(f"no line {line}")


main()

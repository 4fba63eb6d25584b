"""The calendar of an archive, as text and as a page, and status beside a sync."""

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import re
import sqlite3
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support import (COMPLETE, INCOMPLETE, IS_SANITIZED, run_on_terminal,
                     table_of)

ASKED = ("--from", "2024-12-26", "--to", "2024-12-31")
SHOWN = ("--from", "2024-12-25", "--to", "2025-01-02")
CELLS = {"2024-12-25": "not asked", "2024-12-26": "empty",
         "2024-12-27": "complete", "2024-12-28": "empty",
         "2024-12-29": "empty", "2024-12-30": "incomplete",
         "2024-12-31": "complete", "2025-01-01": "not asked",
         "2025-01-02": "not asked"}
SIGNS = {"complete": "#", "empty": ".", "incomplete": "!", "so far": "~",
         "not asked": "?"}
HEAD = "         MTWTFSS MTWTFSS MTWTFSS MTWTFSS MTWTFSS MT"
HOSTILE = "</title><script>alert('x')</script> & \"Cia\" \x1b[31m\u202e<!--"


def platform_of(name="Clinic", **changes):
    return {"days": {"2024-12-27": 5, "2024-12-30": 24, "2024-12-31": 12},
            "media": {"size": 2000}, "contact_share": 1.0,
            "links": {"gone": ["2024-12-30#3"]},
            "organizations": [{"id": "65f0c1", "name": name,
                               "timeZone": "America/Sao_Paulo"}], **changes}


@pytest.fixture
def archive(make):
    """A program whose archive has days of all four kinds."""
    sim, callark = make(platform_of())
    assert callark.sync(*ASKED).status == INCOMPLETE
    return sim, callark


def change(callark, *statements):
    """Make the catalogue say what no platform here would."""
    db = sqlite3.connect(callark.archive / "catalogue.sqlite3")
    with db:
        for statement, *values in statements:
            db.execute(statement, values)
    db.close()


def number(day):
    return (date.fromisoformat(day) - date(1970, 1, 1)).days


# ---- text --------------------------------------------------------------------

def cells_of(text):
    """{day: sign} of a calendar as text, read by the columns of weekdays."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"(\d{4})-(\d\d)  (.{1,42})", line)
        if not match:
            continue
        day = date(int(match[1]), int(match[2]), 1)
        column = day.weekday()
        while day.month == int(match[2]):
            place = column // 7 * 8 + column % 7
            sign = match[3][place:place + 1]
            if sign.strip():
                found[day.isoformat()] = sign
            day += timedelta(1)
            column += 1
    return found


def test_the_calendar_has_a_cell_for_every_day_of_the_range(archive):
    _, callark = archive
    result = callark.run("status", *SHOWN, "-f", "calendar")
    assert result.status == INCOMPLETE and HEAD in result.out
    assert cells_of(result.out) == {d: SIGNS[c] for d, c in CELLS.items()}
    assert ("# complete 2  . empty 3  ! incomplete 1  ~ so far 0  "
            "? not asked 3\n") in result.out
    assert re.search(r"^2024-12 .*  ! 30  \? 25$", result.out, re.M), result
    assert result.out.count(" tries ") == 1 and "NOT complete" in result.out
    assert "archived no-link" not in result.out     # the table


def test_the_calendar_stands_above_the_table(archive):
    _, callark = archive
    calendar = callark.run("status", "-f", "calendar").out
    table = callark.run("status").out
    months = calendar[calendar.index(HEAD):calendar.index("\nOpen items")]
    assert months in table
    assert table.index(months) < table.index("day        state")
    # Without a range it ends today, so that days nobody asked for show.
    assert re.search(r"2025-01-01 to 20\d\d-\d\d-\d\d: \d+ days not asked",
                     months)


def sheet_of(callark, *words):
    return table_of(callark.run("status", *words, "-f", "csv").out)


def test_one_day_alone_has_no_calendar_unless_it_is_asked_for(archive):
    _, callark = archive
    day = ("--day", "2024-12-30")
    assert HEAD not in callark.run("status", *day).out
    shown = callark.run("status", *day, "-f", "calendar").out
    assert cells_of(shown) == {"2024-12-30": "!"}


def test_cells_stand_in_the_formats_for_programs(archive):
    _, callark = archive
    lines = callark.run("status", *SHOWN, "-f", "ndjson").out.splitlines()
    rows = {r["day"]: r["cell"] for r in map(json.loads, lines)}
    assert rows == {d: c for d, c in CELLS.items() if c != "not asked"}
    assert {r["day"]: r["cell"] for r in sheet_of(callark, *SHOWN)} == rows


def test_a_day_whose_listing_is_incomplete_is_incomplete(archive):
    _, callark = archive
    change(callark, ("UPDATE day SET is_complete = 0, flaw = ? WHERE day = ?",
                     "3 <of> 5", number("2024-12-27")))
    out = callark.run("status", *SHOWN, "-f", "calendar").out
    assert cells_of(out)["2024-12-27"] == "!"
    assert "3 &lt;of&gt; 5" in callark.run("status", "-f", "html").out
    flaws = {r["day"]: r["flaw"] for r in sheet_of(callark)}
    assert flaws["2024-12-27"] == "3 <of> 5"


def test_a_day_whose_report_is_not_listed_is_incomplete(make):
    """Its recordings are all there, which is not all that was asked for."""
    faults = [{"do": "500", "times": -1}]
    sim, callark = make(platform_of(
        links={"gone": []},
        routes={"voice-log": {"listing": {"faults": faults}}}))
    wanted = (*ASKED, "--reports", "voice-log")
    assert callark.sync(*wanted).status == INCOMPLETE
    days = ("2024-12-30", "2024-12-31")
    for day in days:
        table = callark.run("status", "--day", day)
        assert table.status == INCOMPLETE, table
        assert re.search(rf"^{day} +incomplete ", table.out, re.M), table
        assert "\n           not listed completely: voice-log\n" in table.out
    told = [json.loads(line) for line in callark.run(
        "status", "-f", "ndjson").out.splitlines()]
    assert all(d["cell"] == d["state"] == "incomplete" and
               d["reports_incomplete"] == ["voice-log"] for d in told), told
    assert all(r["reports_incomplete"] == "voice-log" and r["flaw"] == ""
               for r in sheet_of(callark))
    assert "not listed completely: voice-log" in callark.run(
        "status", "-f", "html").out
    sim.set(routes={"voice-log": {"listing": {"faults": []}}})
    assert callark.sync(*wanted).status == COMPLETE
    status = callark.run("status", "-f", "ndjson")
    assert status.status == COMPLETE and "reports" not in status.out, status


def test_colour_obeys_the_option_and_the_environment(archive):
    _, callark = archive
    command = ("status", *SHOWN, "-f", "calendar")
    assert "\033" not in callark.run(*command).out
    colored = callark.run(*command, "--color", "always").out
    assert "\033[1;31m!" in colored
    assert "\033[" in run_on_terminal(callark, *command)
    assert "\033[1;" not in run_on_terminal(callark, *command, "--color", "never")
    assert "\033[1;" in callark.run(*command, "--color", "always",
                                   env={"NO_COLOR": "1"}).out
    assert re.sub(r"\033\[[0-9;]*m", "", colored) == callark.run(*command).out


def test_an_archive_without_days_has_no_calendar(make):
    _, callark = make(platform_of())
    callark.sync(*ASKED)
    change(callark, ("DELETE FROM recording",), ("DELETE FROM tally",),
           ("DELETE FROM day",))
    result = callark.run("status", "-f", "calendar")
    assert result.status == COMPLETE and HEAD not in result.out
    page = parse(callark.run("status", "-f", "html").out)
    assert "No day was asked yet." in page.text


# ---- the page ----------------------------------------------------------------

VOID = {"meta", "br", "hr", "img", "input", "link"}


class Page(HTMLParser):
    """A page read strictly: every element is closed in its order."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.text = [], [], ""
        self.style, self.title, self.declaration = "", "", ""
        self.rows = []

    def handle_decl(self, decl):
        assert not self.declaration and not self.elements
        self.declaration = decl

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_pi = unknown_decl = handle_comment

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), attrs
        assert all(value is not None for _, value in attrs), attrs
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data):
        assert self.open or not data.strip(), data
        if "style" in self.open:
            self.style += data
        elif "title" in self.open:
            self.title += data
        else:
            self.text += data
            if {"td", "th"} & set(self.open):
                self.rows[-1][-1] += data

    def attributes(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


def check_policy(page):
    """Nothing is run and nothing fetched, and the policy says as much."""
    assert {t for t, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "header", "main",
        "section", "footer", "h1", "h2", "h3", "p", "dl", "dt", "dd", "div",
        "table", "caption", "thead", "tbody", "tr", "th", "td", "span", "a",
        "ul", "li", "code"}
    for _, attrs in page.elements:
        assert set(attrs) <= {
            "lang", "charset", "http-equiv", "content", "name", "id", "class",
            "href", "scope", "colspan", "role", "tabindex", "aria-label",
            "aria-labelledby", "aria-hidden"}, attrs
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest())
    assert [m["content"] for m in page.attributes("meta")
            if m.get("http-equiv") == "Content-Security-Policy"] == [
        f"default-src 'none'; style-src 'sha256-{digest.decode()}'; "
        "base-uri 'none'; form-action 'none'"]
    assert not re.search(r"url\(|@import|expression|//", page.style)


def check_structure(page):
    """What a reader without eyes is led by."""
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(set(ids)) == len(ids)
    for link in page.attributes("a"):
        assert link["href"].startswith("#") and link["href"][1:] in ids, link
    for _, attrs in page.elements:
        assert attrs.get("aria-labelledby", ids[0]) in ids
    assert page.attributes("html") == [{"lang": "en"}]
    headings = [int(t[1]) for t, _ in page.elements
                if re.fullmatch(r"h\d", t)]
    assert headings[0] == 1 and headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(headings, headings[1:]))
    for head in page.attributes("th"):
        assert head["scope"] in ("col", "row")
    for tag in ("table", "thead", "tbody"):
        assert len(page.attributes(tag)) == len(page.attributes("table"))


def parse(text):
    page = Page()
    page.feed(text)
    page.close()
    assert not page.open and page.declaration == "DOCTYPE html"
    assert text.endswith("</html>\n")
    check_policy(page)
    check_structure(page)
    return page


def page_of(callark, *args):
    result = callark.run("status", *args, "-f", "html")
    assert not result.err, result
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.out)
    return parse(result.out), result.status


def html_cells(page):
    """{day: word} of the calendars; each has a year as its caption."""
    found = {}
    years = [a["aria-label"][-4:] for a in page.attributes("div")
             if a.get("aria-label", "").startswith("Calendar of ")]
    year = -1
    for row in page.rows:
        if row[0] == "Month":
            assert row[1:] == [str(d) for d in range(1, 32)]
            year += 1
        elif len(row) == 32:
            month = ("January February March April May June July August "
                     "September October November December").split().index(
                         row[0]) + 1
            for day, cell in enumerate(row[1:], 1):
                if cell:
                    found[f"{years[year]}-{month:02}-{day:02}"] = cell
    return found


def test_the_page_has_the_calendar_and_every_day(archive):
    sim, callark = archive
    page, status = page_of(callark, *SHOWN)
    assert status == INCOMPLETE
    assert html_cells(page) == {d: SIGNS[c] + c for d, c in CELLS.items()}
    assert re.fullmatch(
        r"Clinic: call recordings of 2024-12-25 to 2025-01-02, "
        r"as of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", page.title)
    assert "NOT complete." in page.text and "End of the page." in page.text
    days = {r[0]: r for r in page.rows if re.match(r"\d{4}-\d\d-\d\d ", r[0])}
    assert list(days) == [
        "2024-12-26 Thu", "2024-12-27 Fri", "2024-12-28 Sat",
        "2024-12-29 Sun", "2024-12-30 Mon", "2024-12-31 Tue"]
    assert days["2024-12-30 Mon"] == [
        "2024-12-30 Mon", "open", "24", "24", "23", "0", "0", "1", "0", "0",
        "0", "0", "0", "0", "46000", "00:00:00", "23:59:59",
        "yes"]
    behind = page.rows[page.rows.index(days["2024-12-30 Mon"]) + 1]
    lost = sim.calls("2024-12-30")[3]["id"]
    assert len(behind) == 1 and re.fullmatch(
        rf"deferred, {lost}, \d+ tries: its link answers 404.*", behind[0])


def test_a_complete_archive_says_so(make):
    _, callark = make(platform_of(links={}))
    assert callark.sync(*ASKED).status == COMPLETE
    page, status = page_of(callark, *ASKED)
    assert status == COMPLETE
    assert "Every day that was asked is complete." in page.text
    assert "NOT" not in page.text and "!" in page.text      # in the legend
    assert "Days incomplete: 0. Days not asked: 0." in page.text


def test_what_is_foreign_is_text(make):
    _, callark = make(platform_of(HOSTILE))
    assert callark.sync(*ASKED).status == INCOMPLETE
    evil = "<img src=x onerror=alert(1)>&amp;'\"\x07\x1b]0;t\x07\u2028</td>"
    change(callark, ("UPDATE recording SET reason = ? WHERE reason <> ''", evil),
           ("UPDATE recording SET id = ? WHERE reason <> ''", evil + "id"),
           ("UPDATE day SET is_complete = 0, flaw = ? WHERE day = ?",
            evil + "flaw", number("2024-12-27")))
    page, _ = page_of(callark, *SHOWN)
    shown = (r"<img src=x onerror=alert(1)>&amp;'" + '"' +
             r"\x07\x1B]0;t\x07\u{2028}</td>")
    assert shown + "id" in page.text and shown + "flaw" in page.text
    name = HOSTILE.replace("\x1b", r"\x1B").replace("\u202e", r"\u{202E}")
    assert page.title.startswith(name + ": call recordings")
    assert page.text.count(name) == 2


def test_bytes_that_are_no_text_are_shown_as_such(archive):
    _, callark = archive
    change(callark, ("UPDATE recording SET reason = CAST(? AS TEXT) "
                     "WHERE reason <> ''", b"\xff\xc0\xbcscript\xe2<"))
    page, _ = page_of(callark, *SHOWN)
    assert r"\xFF\xC0\xBCscript\xE2<" in page.text


def test_the_page_shows_twenty_items_of_a_day_and_all_when_asked(make):
    _, callark = make(platform_of(links={"gone": ["*"]}))
    assert callark.sync(*ASKED).status == INCOMPLETE
    page, _ = page_of(callark, *SHOWN)
    assert page.text.count(" tries: ") == 5 + 20 + 12
    assert "and 4 more; --items shows all" in page.text
    page, _ = page_of(callark, *SHOWN, "--items")
    assert page.text.count(" tries: ") == 5 + 24 + 12
    assert "more; --items" not in page.text


# ---- colours -----------------------------------------------------------------

def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else
                        ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_the_colours_can_be_read(archive):
    """WCAG 2 level AA, in both schemes; paper takes the light one."""
    _, callark = archive
    page, _ = page_of(callark, *SHOWN)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    schemes = [dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})", block)) for block
               in re.findall(r":root\{[^}]*\}", page.style)]
    assert len(schemes) == 2 and set(schemes[0]) == set(schemes[1])
    assert "screen and (prefers-color-scheme:dark)" in page.style
    classes = {c.replace(" ", "-") for c in SIGNS}
    for colors in schemes:
        pairs = [("ink", "paper"), ("link", "paper")] + [
            (c, f"on-{c}") for c in classes]
        for one, other in pairs:
            assert contrast(colors[one], colors[other]) >= 4.5, (one, other)
    for name in classes:
        assert f".{name}{{background:var(--{name})" in page.style


# ---- many days, and readers that take their time -----------------------------

def fill(callark, before, days):
    """Days in a row before that one, each with an open call."""
    first = number(before) - days
    db = sqlite3.connect(callark.archive / "catalogue.sqlite3")
    columns = [r[1] for r in db.execute("PRAGMA table_info(recording)")]
    row = dict(zip(columns, db.execute(
        "SELECT * FROM recording WHERE reason <> ''").fetchone()))
    with db:
        for i in range(days):
            db.execute("INSERT INTO day (day, is_dirty, was_asked, is_complete)"
                       " VALUES (?, 0, 1, 1)", (first + i,))
            row |= {"n": 10**6 + first + i, "id": f"call-{first + i}",
                    "day": first + i, "start_s": (first + i) * 86400,
                    "turn": None}
            db.execute(f"INSERT INTO recording ({', '.join(row)}) VALUES "
                       f"({', '.join('?' * len(row))})", list(row.values()))
    db.close()


def peak_kib(callark, *args):
    """What a run took at most until its last page of output, and the output.
    What wait4() tells would be the most that Python took when it forked."""
    process = callark.start(*args)
    text, peak = b"", 0
    while chunk := os.read(process.stdout.fileno(), 65536):
        text += chunk
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak, *map(int, re.findall(r"VmHWM:\s+(\d+)", status))])
    process.stdout.close()
    process.stderr.close()
    assert process.wait(timeout=30) == INCOMPLETE and peak
    return peak, text.decode()


def test_thousands_of_days_are_a_page(archive):
    _, callark = archive
    fill(callark, "2024-12-01", 5000)
    page, _ = page_of(callark, "--items")
    assert sum(r[0][:4].isdigit() for r in page.rows) == 5006
    assert page.text.count(" tries: ") == 5001
    assert len(html_cells(page)) == len(set(html_cells(page))) >= 5000


@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizer keeps what was freed")
def test_the_page_takes_no_memory_for_its_days(archive):
    """SQLite keeps 8 MiB of the catalogue; a byte kept of each that is written
    would be more."""
    _, callark = archive
    fill(callark, "2024-12-01", 2000)
    few, text = peak_kib(callark, "status", "-f", "html")
    short = len(text)
    fill(callark, "2019-01-01", 20000)
    many, text = peak_kib(callark, "status", "-f", "html")
    assert len(text) - short > 10 << 20
    assert many < few + (9 << 10), (few, many)


@contextlib.contextmanager
def paused(callark, *args):
    """A run whose output nobody reads meanwhile."""
    process = callark.start(*args)
    fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4096)
    process.stdout.read(1)
    try:
        yield
        assert process.poll() is None, "it had room for all of its output"
    finally:
        process.stdout.read()
        process.stdout.close()
        process.stderr.close()
        process.wait(timeout=60)


@pytest.mark.parametrize("args", [
    ("-f", "html"), ("-f", "ndjson"), (), ("-f", "calendar", "--items")],
    ids=["html", "ndjson", "table", "items"])
def test_a_slow_reader_does_not_hold_up_a_sync(archive, args):
    _, callark = archive
    fill(callark, "2024-12-01", 1000)
    with paused(callark, "status", *args):
        again = callark.sync("--day", "2024-12-27")
        assert again.status == COMPLETE, again


def test_a_slow_reader_of_find_does_not_hold_up_a_sync(make):
    _, callark = make({"days": {"2024-12-30": 500}, "media": {"size": 200},
                       "contact_share": 1.0})
    day = ("--day", "2024-12-30")
    assert callark.sync(*day).status == COMPLETE
    with paused(callark, "find", "-f", "ndjson"):
        again = callark.sync(*day)
        assert again.status == COMPLETE, again

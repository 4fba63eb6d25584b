"""Samples: drawn as callark(1) tells, kept, drawn again elsewhere, and never a
call twice where that was asked for."""

import contextlib
import csv
import fcntl
import io
import json
import re
import shlex
import shutil
import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest

import lots
from support import (COMPLETE, DISK, INCOMPLETE, INTEGRITY, IS_SANITIZED,
                     LOCKED, USAGE, Callark, check_archive, read_ndjson,
                     sha256_of)

TOP = Path(__file__).resolve().parents[2]
MANUAL = TOP / "contrib/man/callark.1"
UNIT_TEST = TOP / "tests/unit/sample/test_draw.c"

WEEK = [f"2024-12-{day}" for day in range(23, 30)]
RANGE = ("--from", WEEK[0], "--to", WEEK[-1])
SEED = ("--seed", "QA 2026-01")

# The days of a week are not alike, and calls are long and short.
SCENARIO = {"days": dict(zip(WEEK, [31, 28, 30, 33, 26, 9, 2])),
            "media": {"size": "call"}, "population": {"talk_s": [1, 5]}}
SMALL = {"days": {WEEK[0]: 6}, "media": {"size": 2000}}


@pytest.fixture
def archived(make):
    """archived(scenario): a platform, and what it has, in an archive."""
    def build(scenario=None, span=RANGE):
        sim, callark = make(scenario or SCENARIO)
        result = callark.sync(*span)
        assert result.status == COMPLETE, result
        return sim, callark
    return build


def population(callark, days=WEEK):
    """The calls that can be drawn, as the tables of the bags have them."""
    calls = []
    for day in days:
        for row in callark.table(day).values():
            document = row["document"]
            if row["state"] != "archived":
                continue
            length = row["duration_s"]
            calls.append({
                "id": row["id"], "start": document["data_inicio"],
                "agent": document.get("agent") or document.get("agente") or "",
                "service": document.get("servico") or "",
                "length_ms": None if length is None else
                int(Decimal(str(length)) * 1000)})
    return calls


def draw(callark, *args):
    """The head of a draw, and its calls."""
    result = callark.run("sample", "--format", "ndjson", *args)
    assert result.status == COMPLETE, result
    head, *calls = [json.loads(line) for line in result.out.splitlines()]
    assert head["type"] == "draw"
    assert all(c["type"] == "call" for c in calls)
    assert [c["n"] for c in calls] == list(range(1, len(calls) + 1))
    assert head["drawn"] == len(calls)
    return head, calls


def record_path(callark, number):
    return callark.archive / "draws" / f"{number:04}.ndjson"


def redraw(callark, path):
    """Exit status, differences as (what, day, id), and the verdict."""
    result = callark.run("sample", "--redraw", path, "--format", "ndjson")
    *lines, verdict = [json.loads(line) for line in result.out.splitlines()]
    assert verdict["type"] == "redraw"
    assert verdict["differences"] == len(lines)
    assert verdict["same"] == (result.status == COMPLETE) == (not lines)
    assert all(line["detail"] for line in lines)
    return result.status, [(d["difference"], d["day"], d["id"])
                           for d in lines], verdict


def copy_of(callark, name):
    """A program with a copy of the archive of another."""
    shutil.copytree(callark.archive, callark.folder / name)
    return Callark(callark.folder / f"of-{name}", callark.base_url).configure(
        archive__path=callark.folder / name)


# ---- as the manual says ------------------------------------------------------

def vectors():
    """The population of the manual, and the other lines of its vectors."""
    text = MANUAL.read_text()
    part = text[text.index(".Ss Test vectors"):]
    blocks = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", part,
                        re.M | re.S)[:4]
    calls = []
    for line in blocks[0].splitlines():
        name, day, time, agent, service, length = line.split()
        calls.append({"id": name, "start": f"{day} {time}", "agent": agent,
                      "service": service, "length_ms":
                      None if length == "-" else int(length)})
    written, digest = blocks[1].splitlines()
    drawn = [line.strip() for line in blocks[3].splitlines()]
    return calls, written, digest, blocks[2].strip(), list(
        zip(drawn[::2], drawn[1::2]))


def rules_of(words):
    """What --percent 5 --pick longest:1 asks for, and the other options."""
    options = dict(zip(words[::2], words[1::2]))
    rules = {name: options["--" + name.replace("_", "-")] for name in (
        "count", "percent", "per_agent", "per_service", "pick")
        if "--" + name.replace("_", "-") in options}
    for name in ("count", "per_agent", "per_service"):
        if name in rules:
            rules[name] = int(rules[name])
    return rules, options


def test_vectors_of_the_manual():
    """The manual's vectors follow from its text, and the unit tests hold the
    program to the same."""
    calls, written, digest, lot, draws = vectors()
    unit_test = re.sub(r'"\s*"', "", UNIT_TEST.read_text())
    assert len(calls) == 10 and len(draws) == 6
    assert lots.population_sha256(calls) == digest
    assert b"".join(lots.netstring(x) for x in (
        calls[0]["id"], calls[0]["start"], calls[0]["agent"],
        calls[0]["service"], str(calls[0]["length_ms"]))).decode() == written
    assert lots.lot("QA 2026-01", "call", "c01").hex() == lot
    for asked, expected in draws:
        rules, options = rules_of(asked.split())
        drawn, picked = lots.draw("QA 2026-01", rules, calls)
        if "--evaluators" in options:
            dealt = lots.deal("QA 2026-01",
                              options["--evaluators"].split(","),
                              int(options["--calibration"]), drawn)
            told = [f"{c['id']}:{'+'.join(dealt[c['id']])}" for c in drawn]
            assert all(f'"{one}"' in unit_test for one in told)
        else:
            told = [c["id"] + "*" * (c["id"] in picked) for c in drawn]
            assert f'"{expected}"' in unit_test
        assert " ".join(told) == expected, asked


ASKED = [
    "--count 1", "--count 35", "--count 100 --pick longest:3",
    "--percent 5", "--percent 33.333333 --pick shortest:4", "--percent 100",
    "--per-agent 1", "--per-agent 3 --pick longest:1", "--per-agent 1000",
    "--per-service 2", "--per-service 4 --pick shortest:4",
    "--pick longest:7",
    "--count 20 --evaluators eva,ivo,uma",
    "--per-agent 2 --evaluators eva,ivo --calibration 3",
    "--percent 10 --evaluators uma --seed outra",
]


def test_draws_as_the_manual_says(archived):
    _, callark = archived()
    calls = population(callark)
    for i, asked in enumerate(ASKED):
        words = asked.split()
        rules, options = rules_of(words)
        seed = options.get("--seed", "x y")
        if "--seed" not in options:
            words += ["--seed", seed]
        head, drawn = draw(callark, *RANGE, *words)
        assert head["draw"] == i + 1 and head["seed"] == seed
        assert head["rules"] == rules
        assert head["population"] == len(calls)
        assert head["population_sha256"] == lots.population_sha256(calls)
        expected, picked = lots.draw(seed, rules, calls)
        assert [c["id"] for c in drawn] == [c["id"] for c in expected], asked
        assert {c["id"] for c in drawn if c["picked"]} == picked, asked
        names = options.get("--evaluators", "").split(",")
        dealt = {} if names == [""] else lots.deal(
            seed, names, int(options.get("--calibration", 0)), expected)
        for c in drawn:
            assert c["evaluators"] == dealt.get(c["id"], []), asked
            assert c["calibration"] == (len(c["evaluators"]) > 1), asked


def test_a_week_is_spread_evenly(archived):
    _, callark = archived()
    of_day = {day: sum(c["start"].startswith(day) for c in population(callark))
              for day in WEEK}
    head, _ = draw(callark, *RANGE, "--count", "28")
    days = [line for line in read_ndjson(record_path(callark, head["draw"]))
            if line["type"] == "day"]
    assert {d["day"]: d["population"] for d in days} == {
        day: n for day, n in of_day.items() if n}
    full = [d["drawn"] for d in days if d["drawn"] < d["population"]]
    assert max(full) - min(full) <= 1 and sum(d["drawn"] for d in days) == 28
    head, _ = draw(callark, *RANGE, "--percent", "20")
    for d in read_ndjson(record_path(callark, head["draw"])):
        if d["type"] == "day":
            assert abs(d["drawn"] - head["drawn"] * d["population"]
                       / head["population"]) < 1


def test_filters_make_the_population(archived):
    _, callark = archived()
    calls = population(callark)
    service = calls[0]["service"]
    head, drawn = draw(callark, *RANGE, "--percent", "50",
                       "--service", service, "--min-duration", "2s")
    assert head["filters"] == [{"name": "service", "value": service},
                               {"name": "min-duration", "value": "2"}]
    assert 0 < head["population"] < sum(c["service"] == service for c in calls)
    assert all(c["service"] == service for c in drawn)
    assert redraw(callark, record_path(callark, 1))[0] == COMPLETE


# ---- the record --------------------------------------------------------------

def test_record_is_kept(archived):
    _, callark = archived()
    copy = callark.folder / "week.ndjson"
    head, drawn = draw(callark, *RANGE, "--per-agent", "2", "--record", copy)
    path = record_path(callark, 1)
    lines = read_ndjson(path)
    assert path.read_bytes() == copy.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert lines[0] == head
    for line, call in zip([x for x in lines if x["type"] == "call"], drawn,
                          strict=True):
        assert line.items() <= call.items()
        assert sha256_of(callark.archive / call["path"]) == call["sha256"]
    entry = json.loads((callark.archive / "trail.ndjson").read_text()
                       .splitlines()[-1])
    assert (entry["action"], entry["object"]) == ("sample-drawn", "draw 1")
    assert entry["result"] == (
        f"record {sha256_of(path)}, {head['drawn']} of {head['population']} "
        f"calls with sha256 {head['population_sha256']}")
    [(n, text, digest)] = callark.rows("SELECT n, head, hex(sha256) FROM draw")
    assert (n, json.loads(text), digest.lower()) == (1, head, sha256_of(path))
    assert {i for i, in callark.rows("SELECT id FROM drawn")} == {
        c["id"] for c in drawn}
    assert callark.run("verify").status == COMPLETE
    check_archive(callark)


def test_trail_holds_nothing_personal(archived):
    _, callark = archived()
    agent = population(callark)[0]["agent"]
    draw(callark, *RANGE, "--count", "3", "--agent", agent, "--evaluators",
         "Eva Lima,Ivo", "--seed", "a seed of ours")
    trail = (callark.archive / "trail.ndjson").read_text()
    assert "draw 1" in trail
    for word in (agent, "Eva", "a seed of ours"):
        assert word not in trail
    assert agent in record_path(callark, 1).read_text()


def test_seed_is_made_up(archived):
    _, callark = archived()
    seeds = [draw(callark, *RANGE, "--count", "3")[0]["seed"]
             for _ in range(3)]
    assert len(set(seeds)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", seed) for seed in seeds)


def test_record_to_standard_output(archived):
    _, callark = archived()
    result = callark.run("sample", *RANGE, "--count", "3", "--record", "-")
    assert result.status == COMPLETE
    assert result.out == record_path(callark, 1).read_text()


def test_no_draw_without_its_copy(archived):
    """A copy that cannot be begun, or not be written."""
    _, callark = archived()
    for path in ("/nonexistent/week.ndjson", "/dev/full"):
        result = callark.run("sample", *RANGE, "--percent", "100", "--record",
                             path, *SEED)
        assert result.status == DISK, result
        assert not result.out
    assert not record_path(callark, 1).exists()
    assert callark.rows("SELECT count(*) FROM draw") == [(0,)]


# ---- drawn again -------------------------------------------------------------

def test_redraw_on_a_copy(archived):
    _, callark = archived()
    record = callark.folder / "week.ndjson"
    draw(callark, *RANGE, "--per-agent", "2", "--pick", "longest:1",
         "--evaluators", "eva,ivo", "--calibration", "2", "--record", record)
    other = copy_of(callark, "copy")
    before = {p: p.read_bytes() for p in sorted(
        (callark.folder / "copy").rglob("*")) if p.is_file()}
    status, differences, verdict = redraw(other, record)
    assert (status, differences) == (COMPLETE, [])
    assert verdict["draw"] == 1
    assert verdict["population"] == verdict["population_now"]
    result = other.run("sample", "--redraw", record)
    assert result.status == COMPLETE
    assert result.out.startswith("draw 1 is the same: ")
    assert before == {p: p.read_bytes() for p in before}


def test_redraw_after_rebuild(archived):
    _, callark = archived()
    draw(callark, *RANGE, "--percent", "12.5", "--pick", "shortest:3")
    (callark.archive / "catalogue.sqlite3").unlink()
    assert callark.run("rebuild").status == COMPLETE
    assert redraw(callark, record_path(callark, 1))[0] == COMPLETE
    assert callark.rows("SELECT n FROM draw") == [(1,)]
    head, _ = draw(callark, *RANGE, "--count", "1")
    assert head["draw"] == 2


def test_redraw_where_a_day_is_missing(archived):
    _, callark = archived()
    draw(callark, *RANGE, "--count", "35")
    gone = [c["id"] for c in read_ndjson(record_path(callark, 1))
            if c["type"] == "call" and c["start"].startswith(WEEK[1])]
    other = copy_of(callark, "copy")
    shutil.rmtree(callark.folder / "copy" / WEEK[1].replace("-", "/"))
    assert other.run("rebuild").status == COMPLETE
    status, differences, verdict = redraw(other, record_path(callark, 1))
    assert status == INCOMPLETE
    assert differences[:2] == [("population", None, None),
                               ("day", WEEK[1], None)]
    missing = [d[2] for d in differences if d[0] == "missing"]
    assert gone and set(gone) <= set(missing)
    assert {d[0] for d in differences} == {"population", "day", "missing",
                                           "new"}
    assert verdict["population_now"] < verdict["population"]
    result = other.run("sample", "--redraw", record_path(callark, 1))
    assert result.status == INCOMPLETE
    assert f"{gone[0]}: this archive does not know it" in result.out
    assert "draw 1 is DIFFERENT here" in result.out


def test_redraw_when_calls_came_late(make):
    sim, callark = make({**SCENARIO, "contact_share": 1, "listing": {"late": [
        {"which": [f"{WEEK[0]}#3"], "after_listings": 1}]}})
    assert callark.sync(*RANGE).status == COMPLETE
    draw(callark, *RANGE, "--percent", "100")
    assert callark.sync(*RANGE).status == COMPLETE
    status, differences, _ = redraw(callark, record_path(callark, 1))
    late = sim.calls(WEEK[0])[3]["id"]
    assert status == INCOMPLETE
    assert differences == [("population", None, None), ("day", WEEK[0], None),
                           ("new", WEEK[0], late)]


def changed(record, out, pattern, by):
    text = record.read_text()
    assert re.search(pattern, text)
    out.write_text(re.sub(pattern, by, text, count=1))
    return out


def test_redraw_of_a_record_that_was_changed(archived):
    """Nobody can put his own choice into a record."""
    _, callark = archived()
    _, drawn = draw(callark, *RANGE, *SEED, "--count", "9", "--evaluators",
                    "eva,ivo", "--calibration", "1")
    record = record_path(callark, 1)
    other = next(c for c in population(callark)
                 if c["id"] not in {d["id"] for d in drawn})
    out = callark.folder / "changed.ndjson"
    for pattern, by, kinds in (
            (f'"id":"{drawn[4]["id"]}"', f'"id":"{other["id"]}"',
             {"missing", "new"}),
            (f'"sha256":"{drawn[4]["sha256"]}"', f'"sha256":"{"0" * 64}"',
             {"bytes"}),
            (r'"evaluators":\["eva"\]', '"evaluators":["ivo"]',
             {"evaluators"}),
            ('"picked":false', '"picked":true', {"evaluators"}),
            (r'"population":\d+', '"population":3', {"population"}),
            (r'"population_sha256":"..', '"population_sha256":"00',
             {"population"})):
        changed(record, out, pattern, by)
        status, differences, _ = redraw(callark, out)
        assert status == INCOMPLETE
        assert {d[0] for d in differences} == kinds, pattern
    changed(record, out, "QA 2026-01", "QA 2026-02")
    status, differences, _ = redraw(callark, out)
    assert status == INCOMPLETE and {"missing", "new"} <= {
        d[0] for d in differences}


NO_RECORDS = [
    (r"(?s).*", "", "it is empty"),
    (r"(?s).*", "seeds are good\n", "line 1"),
    (r'"type":"draw"', '"type":"day"', "no record of a draw"),
    (r'"format":1', '"format":2', "use a newer"),
    (r'\n\{"type":"call"[^\n]*', "", "their order"),
    (r'\n\{"type":"call".*(?s:.*)', "\n", "it was cut off or changed"),
    (r"\n\Z", "", "last line is cut off"),
    (r'"time_zone":"[^"]*"', '"time_zone":"UTC"', "time zone UTC"),
    (r'"organization_id":"[^"]*"', '"organization_id":"acme"',
     "of organisation acme"),
    (r'"filters":\[\]', '"filters":[{"name":"colour","value":"red"}]',
     "unknown filter"),
]


def test_redraw_of_what_is_no_record(archived):
    _, callark = archived(SMALL)
    draw(callark, *RANGE, "--count", "3")
    for pattern, by, told in NO_RECORDS:
        out = changed(record_path(callark, 1), callark.folder / "odd.ndjson",
                      pattern, by)
        result = callark.run("sample", "--redraw", out)
        assert result.status == USAGE, result
        assert told in result.err and not result.out


def test_redraw_takes_everything_from_the_record(archived):
    _, callark = archived(SMALL)
    record = callark.folder / "week.ndjson"
    draw(callark, *RANGE, "--count", "3", "--record", record)
    for words in ("--count 3", "--seed x", "--agent a", f"--day {WEEK[0]}",
                  "--exclude-drawn", "--record x", "--format csv"):
        result = callark.run("sample", "--redraw", record, *words.split())
        assert result.status == USAGE, result
        assert words.split()[0] in result.err
    result = callark.run("sample", "--redraw", "/nonexistent")
    assert result.status == INCOMPLETE and "/nonexistent" in result.err


# ---- never twice -------------------------------------------------------------

WEEKS = [[f"2024-12-{day:02}" for day in range(first, first + 7)]
         for first in (2, 9, 16)]


def test_no_call_is_drawn_twice(archived):
    """A draw of each of three weeks, then one over all of them, with the
    catalogue made anew between them."""
    days = sum(WEEKS, [])
    span = ("--from", days[0], "--to", days[-1])
    _, callark = archived({**SMALL, "days": dict.fromkeys(days, 6)}, span)
    seen = set()
    for i, part in enumerate([*WEEKS, days]):
        head, drawn = draw(callark, "--from", part[0], "--to", part[-1],
                           "--count", "12", "--exclude-drawn")
        ids = {c["id"] for c in drawn}
        assert len(ids) == 12 and not ids & seen
        excluded = [x for x in read_ndjson(record_path(callark, i + 1))
                    if x["type"] == "excluded"]
        assert head["excluded"] == len(excluded) == (36 if i == 3 else 0)
        seen |= ids
        (callark.archive / "catalogue.sqlite3").unlink()
        assert callark.run("rebuild").status == COMPLETE
    assert {x["id"] for x in excluded} == seen - ids
    assert {x["draw"] for x in excluded} == {1, 2, 3}
    calls = [c for c in population(callark, days) if c["id"] not in seen - ids]
    assert head["population_sha256"] == lots.population_sha256(calls)
    # the rest, and then there is nothing left
    head, drawn = draw(callark, *span, "--percent", "100", "--exclude-drawn")
    assert not seen & {c["id"] for c in drawn}
    assert len(drawn) + len(seen) == len(population(callark, days))
    result = callark.run("sample", *span, "--count", "1", "--exclude-drawn")
    assert result.status == INCOMPLETE
    assert "were drawn before" in result.err
    assert not record_path(callark, 6).exists()


def test_redraw_knows_what_was_left_out(archived):
    """Also in a copy that knows of no draw, and when there were more since."""
    _, callark = archived()
    other = copy_of(callark, "copy")
    draw(callark, *RANGE, "--count", "30")
    draw(callark, *RANGE, "--per-agent", "2", "--exclude-drawn")
    draw(callark, *RANGE, "--count", "30", "--exclude-drawn")
    for program in (callark, other):
        status, differences, _ = redraw(program, record_path(callark, 2))
        assert (status, differences) == (COMPLETE, [])


# ---- what a crash leaves, and damage -----------------------------------------

def forget_draw(callark, number):
    """As if it had been killed before the catalogue was told."""
    with contextlib.closing(sqlite3.connect(
            callark.archive / "catalogue.sqlite3")) as db, db:
        db.execute("DELETE FROM drawn WHERE draw = ?", (number,))
        db.execute("DELETE FROM draw WHERE n = ?", (number,))


def test_draw_that_only_its_record_knows(archived):
    _, callark = archived()
    _, first = draw(callark, *RANGE, "--percent", "60")
    forget_draw(callark, 1)
    head, second = draw(callark, *RANGE, "--percent", "100", "--exclude-drawn")
    assert head["draw"] == 2
    assert not {c["id"] for c in first} & {c["id"] for c in second}
    assert callark.rows("SELECT n FROM draw ORDER BY n") == [(1,), (2,)]
    assert callark.run("verify").status == COMPLETE


def test_damaged_record(archived):
    """Drawing goes on, but not where the record would have been needed."""
    _, callark = archived()
    draw(callark, *RANGE, "--count", "5")
    draw(callark, *RANGE, "--count", "5")
    record = record_path(callark, 1)
    whole = record.read_bytes()
    record.write_bytes(whole[:-40])
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE and "draws/0001.ndjson" in result.err
    result = callark.run("sample", *RANGE, "--count", "5", "--exclude-drawn")
    assert result.status == INTEGRITY
    assert "draws/0001.ndjson" in result.err and "--exclude-drawn" in result.err
    result = callark.run("sample", *RANGE, "--count", "5")
    assert result.status == COMPLETE and "draws/0001.ndjson" in result.err
    record.write_bytes(whole)
    head, _ = draw(callark, *RANGE, "--count", "5", "--exclude-drawn")
    assert head["draw"] == 4
    assert callark.rows("SELECT n FROM draw ORDER BY n") == [
        (1,), (2,), (3,), (4,)]


def test_verify_vouches_for_records(archived):
    _, callark = archived(SMALL)
    for _ in range(3):
        draw(callark, *RANGE, "--count", "2")
    assert callark.run("verify").status == COMPLETE
    changed(record_path(callark, 1), record_path(callark, 1), "eva|draw", "Draw")
    record_path(callark, 3).unlink()
    result = callark.run("verify", "--format", "ndjson")
    assert result.status == INTEGRITY
    found = [json.loads(line) for line in result.out.splitlines()]
    assert [(f["finding"], f["day"], f["path"]) for f in found
            if f["kind"] == "finding"] == [
        ("changed", None, "draws/0001.ndjson"),
        ("missing", None, "draws/0003.ndjson")]
    # names and sizes only
    result = callark.run("verify", "--quick", "--format", "ndjson")
    assert result.status == INTEGRITY and "0001" not in result.out


def test_strangers_among_the_records(archived):
    """What is no record of ours is neither taken nor touched."""
    _, callark = archived()
    folder = callark.archive / "draws"
    folder.mkdir(mode=0o700)
    (folder / "notes.txt").write_text("mine")
    (folder / "0003.ndjson").symlink_to("/etc/passwd")
    result = callark.run("sample", *RANGE, "--count", "5")
    assert result.status == COMPLETE and "draws/0003.ndjson" in result.err
    assert (folder / "0004.ndjson").exists()
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "0003.ndjson").is_symlink()


def test_one_at_a_time(archived):
    _, callark = archived()
    record = callark.folder / "week.ndjson"
    draw(callark, *RANGE, "--count", "3", "--record", record)
    with open(callark.archive / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = callark.run("sample", *RANGE, "--count", "3")
        assert result.status == LOCKED
        assert redraw(callark, record)[0] == COMPLETE
    assert not record_path(callark, 2).exists()


# ---- bad input ---------------------------------------------------------------

BAD = [
    ("", "--count N, --percent P, --per-agent N or --per-service N"),
    ("--count 3 --percent 5", "in one way"),
    ("--count 0", "--count"),
    ("--count many", "--count"),
    ("--percent 0", "above 0"),
    ("--percent 101", "up to 100"),
    ("--percent 5%", "such as 5 or 2.5"),
    ("--percent 2,5", "such as 5 or 2.5"),
    ("--per-agent 2 --pick longest:3", "more than the 2"),
    ("--pick longest", "longest:N or shortest:N"),
    ("--pick tallest:2", "longest:N or shortest:N"),
    ("--count 3 --evaluators eva,,ivo", "--evaluators"),
    ("--count 3 --evaluators eva,eva", '"eva" stands there twice'),
    ("--count 3 --calibration 1", "two --evaluators"),
    ("--count 3 --evaluators eva --calibration 1", "two --evaluators"),
    ("--count 3 --seed ''", "--seed"),
    ("--count 3 --format yaml", "table, ndjson, csv"),
    ("--count 3 --from 2099-01-01", "later than now"),
    ("--count 3 --from 2024-12-30 --to 2024-12-01", "--to"),
    ("--count 3 --colour red", "--colour"),
    ("--count 3 eva", 'no argument "eva"'),
]


def test_bad_input(archived):
    _, callark = archived(SMALL)
    for words, told in BAD:
        result = callark.run("sample", *shlex.split(words))
        assert result.status == USAGE, result
        assert told in result.err and not result.out
    assert not (callark.archive / "draws").exists()


def test_more_than_there_is(archived):
    _, callark = archived()
    calls = population(callark)
    agents = {c["agent"] for c in calls}
    for words, told in (
            (["--count", "1000"], f"1000 calls were asked for, and there are "
             f"{len(calls)}: all of them are drawn"),
            (["--per-agent", "1000"], f"{len(agents)} of {len(agents)} agents "
             "have fewer than 1000 calls: all of these are drawn"),
            (["--pick", "longest:1000"], "all of them are drawn")):
        result = callark.run("sample", *RANGE, *words, "--format", "ndjson")
        assert result.status == COMPLETE
        assert told in result.err
        assert len(result.out.splitlines()) == 1 + len(calls)


def test_nothing_to_draw(archived):
    _, callark = archived(SMALL)
    for words in (("--day", "2020-01-01"), ("--agent", "nobody at all")):
        result = callark.run("sample", "--count", "3", *words)
        assert result.status == INCOMPLETE
        assert "no archived recording matches" in result.err
    assert not (callark.archive / "draws").exists()
    empty = Callark(callark.folder / "none", callark.base_url)
    result = empty.run("sample", "--count", "3")
    assert result.status == INCOMPLETE and "there is none yet" in result.err


def test_days_that_are_not_complete(make):
    _, callark = make({**SMALL, "contact_share": 1, "media": {
        "size": 2000, "faults": {f"{WEEK[0]}#0": {"do": "html", "times": -1}}}})
    assert callark.sync(*RANGE).status == INCOMPLETE
    result = callark.run("sample", *RANGE, "--count", "3")
    assert result.status == COMPLETE
    assert "not complete: 1; what they lack" in result.err


# ---- hostile texts, and formats ------------------------------------------------

HOSTILE = [
    "=cmd|' /C calc'!A0", "\x1b]0;owned\x07\x1b[2J", "a\nb\tc\r", "Ana, Maria",
    '"quoted"', "5:c01,", "‮gnirts", "'; DROP TABLE drawn; --",
    "<script>alert(1)</script>", "{}", "x" * 300, "", " ", "Ana", "ana",
]


def hostile_scenario():
    """Three calls of each name, as agent and as service, on two days."""
    documents = []
    for i, name in enumerate(HOSTILE):
        for k in range(3):
            documents.append({
                "id": f"{name[:12]}#{i}-{k}", "agente": name, "servico": name,
                "download_url": "{link}", "status": "Contact", "data_inicio":
                f"{WEEK[k % 2]} {10 + k}:{i:02}:07"})
    return {"days": {day: 0 for day in WEEK}, "documents": documents,
            "media": {"size": 2000}}


def test_hostile_texts(archived):
    _, callark = archived(hostile_scenario())
    calls = population(callark)
    assert len(calls) == 3 * len(HOSTILE)
    for words in (["--per-agent", "2"], ["--per-service", "1"]):
        head, drawn = draw(callark, *RANGE, *SEED, *words, "--evaluators",
                           "=1+1,<b>eva</b>")
        rules, _ = rules_of(words)
        assert head["population_sha256"] == lots.population_sha256(calls)
        expected, _ = lots.draw(SEED[1], rules, calls)
        assert [c["id"] for c in drawn] == [c["id"] for c in expected]
        assert {c["agent"] for c in drawn} == set(HOSTILE)
        assert redraw(callark, record_path(callark, head["draw"]))[
            0] == COMPLETE
    table = callark.run("sample", *RANGE, "--per-agent", "1", "--evaluators",
                        "=1+1,eva").out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", table)
    result = callark.run("sample", *RANGE, "--percent", "100", "--format",
                         "csv", "--evaluators", "=1+1,eva")
    rows = list(csv.reader(io.StringIO(result.out, newline="")))
    assert len(rows) == 1 + len(calls)
    for row in rows:
        assert len(row) == len(rows[0])
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)


def test_formats_tell_the_same(archived):
    _, callark = archived()
    words = (*RANGE, *SEED, "--per-agent", "2", "--pick", "shortest:1",
             "--evaluators", "eva,ivo", "--calibration", "2")
    head, drawn = draw(callark, *words)
    result = callark.run("sample", *words, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.out, newline="")))
    assert f"draw 2: {len(drawn)} of {head['population']} calls" in result.err
    assert [(int(r["n"]), r["id"], r["path"], r["sha256"],
             r["evaluators"].split(","), r["calibration"] == "yes",
             r["picked"] == "yes", r["start"]) for r in rows] == [
        (c["n"], c["id"], c["path"], c["sha256"], c["evaluators"],
         c["calibration"], c["picked"], c["start"]) for c in drawn]
    table = callark.run("sample", *words).out
    for text in (head["seed"], head["population_sha256"], "draws/0003.ndjson",
                 "--per-agent 2 --pick shortest:1 --evaluators eva,ivo "
                 "--calibration 2", f"{len(drawn)} of {head['population']}"):
        assert text in table
    lines = [line for line in table.splitlines()
             if re.match(r" +\d+[* ] ", line)]
    assert len(lines) == len(drawn)
    for line, c in zip(lines, drawn):
        who = "everybody" if c["calibration"] else c["evaluators"][0]
        assert re.match(rf" *{c['n']}{'[*]' if c['picked'] else ' '} {who} ",
                        line)
        assert c["start"] in line and c["path"] in line
    quiet = callark.run("--quiet", "sample", *words, "--format", "csv")
    assert quiet.status == COMPLETE and not quiet.err
    assert quiet.out == result.out


@pytest.mark.skipif(IS_SANITIZED, reason="sanitizers write reports")
def test_rights_are_given_up(archived):
    """Confined as it is by default, it can do all this."""
    _, callark = archived()
    callark.configure(process__confine="yes")
    record = callark.folder / "week.ndjson"
    head, _ = draw(callark, *RANGE, "--count", "3", "--record", record)
    assert head["draw"] == 1 and redraw(callark, record)[0] == COMPLETE

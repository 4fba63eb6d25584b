"""Draws made again: on copies, from catalogues made anew, from records that
somebody changed; no call is drawn twice; what crashes and damage leave."""

import contextlib
import fcntl
import json
import shutil
import sqlite3

import pytest

import lots
from samples import (RANGE, SCENARIO, SEED, SMALL, WEEK, changed, copy_of,
                     draw, population, record_path, redraw)
from support import (COMPLETE, INCOMPLETE, INTEGRITY, LOCKED, USAGE,
                     read_ndjson)


@pytest.fixture
def archived(make):
    """archived(scenario): a platform, and what it has, in an archive."""
    def build(scenario=None, span=RANGE):
        sim, callark = make(scenario or SCENARIO)
        result = callark.sync(*span)
        assert result.status == COMPLETE, result
        return sim, callark
    return build


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



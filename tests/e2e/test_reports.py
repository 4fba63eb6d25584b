"""The six reports of the platform, kept day by day in the bags."""

import gzip
import json
import sqlite3

import pytest

from support import COMPLETE, INCOMPLETE, USAGE, check_all, check_bag
from trials import wait_until

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 30, NEXT: 12}
RANGE = ("--from", DAY, "--to", NEXT)
ALL = ("--reports", "all")

ROUTES = ("service-history", "voice-log", "service-history-audio-links",
          "activity-history", "satisfaction-survey-history",
          "service-history-messages")
VOICE = "voice-log"


def scenario(**changes):
    return {"days": DAYS, "media": {"size": 2000},
            "population": {"chats_per_call": 1.0, "survey_share": 0.6},
            **changes}


def lines(callark, day, route, kind=""):
    path = callark.bag(day) / f"data/reports/{route}{kind}.ndjson.gz"
    return gzip.decompress(path.read_bytes()).splitlines()


def served(sim, day, route):
    """What the platform has, by beginning and id, which are what a bag is
    sorted by."""
    found = sim.documents(route, day)
    return [d["document"].encode("utf-8", "surrogateescape") for d in
            sorted(found, key=lambda d: (d["start"], d["id"]))]


def sums(result, route):
    return next(r for r in result.summary["reports"] if r["report"] == route)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("page_size", [7, 1000])
def test_documents_are_kept_byte_for_byte(make, route, page_size):
    sim, callark = make(scenario(dialect={"page_size": page_size}))
    result = callark.sync(*RANGE, "--reports", route)
    assert result.status == COMPLETE, result
    for day in DAYS:
        assert lines(callark, day, route) == served(sim, day, route)
        check_bag(callark.bag(day))
    names = {path.name for path in callark.archive.glob("*/*/*/data/reports/*")}
    assert names == {f"{route}.ndjson.gz"}
    check_all(callark, sim, DAYS, result)


def test_a_second_run_changes_nothing(make):
    sim, callark = make(scenario())
    first = callark.sync(*RANGE, *ALL)
    assert first.status == COMPLETE, first
    before = {p: p.read_bytes() for p in callark.archive.glob("2024/**/*.*")
              if p.is_file()}
    assert sum(p.name.endswith(".ndjson.gz") for p in before) == 12
    second = callark.sync(*RANGE, *ALL)
    assert second.status == COMPLETE, second
    for route in ROUTES:
        if route != "service-history-audio-links":
            n = sum(len(sim.documents(route, day)) for day in DAYS)
            assert sums(first, route)["new"] == n
            assert sums(second, route)["new"] == 0
            assert sums(second, route)["listed"] == n
    assert before == {p: p.read_bytes() for p in before}
    assert callark.run("verify").status == COMPLETE


def test_without_the_option_nothing_else_is_asked(make):
    sim, callark = make(scenario())
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    assert result.summary["reports"] == []
    assert not sim.log(path="voice-log")
    assert not list(callark.archive.glob("*/*/*/data/reports"))


def test_the_setting_serves_as_well(make):
    sim, callark = make(scenario(), archive__reports=f"{VOICE}, activity-history")
    assert callark.sync(*RANGE).status == COMPLETE
    assert lines(callark, DAY, VOICE) == served(sim, DAY, VOICE)
    assert not sim.log(path="service-history-messages")


@pytest.mark.parametrize("words", ["voicelog", "all,none", "voice-log;all"])
def test_what_is_no_report_is_refused(make, words):
    sim, callark = make(scenario())
    result = callark.sync(*RANGE, "--reports", words)
    assert result.status == USAGE, result
    assert "service-history-messages" in result.err
    assert not sim.log()


CHANGED = {"routes": {VOICE: {"listing": {"changed": [
    {"which": f"{DAY}#3", "after_listings": 1, "set": {"agente": "Outra"}}]}}}}
VANISHED = {"routes": {VOICE: {"listing": {"vanished": [
    {"which": f"{DAY}#3", "after_listings": 1}]}}}}


@pytest.mark.parametrize("spec", [CHANGED, VANISHED], ids=["changed", "vanished"])
def test_what_was_said_before_is_kept(make, spec):
    sim, callark = make(scenario(**spec))
    assert callark.sync(*RANGE, *ALL).status == COMPLETE
    before = lines(callark, DAY, VOICE)
    second = callark.sync(*RANGE, *ALL)
    assert second.status == COMPLETE, second
    assert lines(callark, DAY, VOICE) == served(sim, DAY, VOICE) != before
    told = [json.loads(line) for line in
            lines(callark, DAY, VOICE, ".versions")]
    lost = (set(before) - set(lines(callark, DAY, VOICE))).pop()
    assert json.loads(lost) == told[0]["document"]
    if spec is CHANGED:
        assert sums(second, VOICE)["changed"] == 1
        assert [v["version"] for v in told] == [1, 2]
        assert all(v["vanished"] is None for v in told)
    else:
        assert sums(second, VOICE)["vanished"] == 1
        assert [v["version"] for v in told] == [1]
        assert told[0]["vanished"]
    check_bag(callark.bag(DAY))
    assert callark.run("verify").status == COMPLETE


def rows(callark):
    """The reports in the catalogue, without what only it can know."""
    return (callark.rows(
        "SELECT day, route, id, start_s, version, vanished_s, fingerprint,"
        " oddity, body FROM report ORDER BY day, route, id"),
            callark.rows(
        "SELECT r.day, r.id, e.version, e.seen_s, e.fingerprint, e.body"
        " FROM report_earlier e JOIN report r USING (n)"
        " ORDER BY r.day, r.route, r.id, e.version"),
            callark.rows(
        "SELECT day, route, is_complete, total, documents, vanished,"
        " oddities, changed FROM report_day ORDER BY day, route"))


@pytest.mark.parametrize("spec", [CHANGED, VANISHED], ids=["changed", "vanished"])
def test_rebuild_reads_them_back(make, spec):
    sim, callark = make(scenario(**spec))
    for _ in range(2):
        assert callark.sync(*RANGE, *ALL).status == COMPLETE
    before = rows(callark)
    assert len(before[0]) > 100
    (callark.archive / "catalogue.sqlite3").unlink()
    result = callark.run("rebuild")
    assert result.status == COMPLETE, result
    assert rows(callark) == before
    bags = {p: p.read_bytes() for p in callark.archive.glob("2024/**/*.gz")}
    assert callark.sync(*RANGE, *ALL).status == COMPLETE
    assert bags == {p: p.read_bytes() for p in bags}


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def lose_a_line(path):
    text = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(text[1:])))


def spoil_a_line(path):
    text = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join([b"{\n", *text[1:]])))


@pytest.mark.parametrize("damage", [cut, lose_a_line, spoil_a_line,
                                    lambda path: path.unlink()],
                         ids=["cut", "line lost", "line spoilt", "missing"])
def test_rebuild_believes_no_damaged_report(make, damage):
    """Its listing is not complete any more, so the next sync asks again."""
    sim, callark = make(scenario())
    assert callark.sync(*RANGE, *ALL).status == COMPLETE
    damage(callark.bag(DAY) / f"data/reports/{VOICE}.ndjson.gz")
    (callark.archive / "catalogue.sqlite3").unlink()
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE, result
    assert f"{DAY}: data/reports/{VOICE}.ndjson.gz: " in result.err
    assert callark.rows("SELECT day, route FROM report_day"
                        " WHERE NOT is_complete") == callark.rows(
        "SELECT min(day), 1 FROM day")
    assert callark.sync(*RANGE, *ALL).status == COMPLETE
    assert lines(callark, DAY, VOICE) == served(sim, DAY, VOICE)
    check_bag(callark.bag(DAY))


def test_a_run_that_is_killed_before_its_reports_leaves_the_days_open(make):
    """The recordings are listed when it happens, and no day is complete."""
    faults = [{"do": "stall", "seconds": 600, "times": -1}]
    sim, callark = make(scenario(
        routes={VOICE: {"listing": {"faults": faults}}}))
    process = callark.start("sync", *RANGE, *ALL)
    assert wait_until(lambda: days_listed(callark) == len(DAYS), process)
    process.kill()
    process.communicate()
    status = callark.run("status", "-f", "ndjson")
    assert status.status == INCOMPLETE, status
    for line in status.out.splitlines():
        assert VOICE in json.loads(line)["reports_incomplete"], line
    sim.set(routes={VOICE: {"listing": {"faults": []}}})
    assert callark.sync(*RANGE, *ALL).status == COMPLETE
    assert callark.run("status").status == COMPLETE
    assert lines(callark, DAY, VOICE) == served(sim, DAY, VOICE)


def days_listed(callark):
    try:
        return callark.rows("SELECT count(*) FROM day WHERE is_complete")[0][0]
    except sqlite3.OperationalError:    # not made yet, or being written
        return 0


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_report_that_cannot_be_had_costs_no_recording(make, status):
    faults = [{"do": str(status), "times": -1}]
    sim, callark = make(scenario(
        routes={VOICE: {"listing": {"faults": faults}}}))
    result = callark.sync(*RANGE, *ALL)
    assert result.status == INCOMPLETE, result
    assert sums(result, VOICE)["days_incomplete"] == 2
    assert sums(result, VOICE)["failure"]
    assert VOICE in result.err
    assert result.summary["archived"] == sum(
        bool(call["path"]) for day in DAYS for call in sim.calls(day))
    assert lines(callark, DAY, "activity-history") == served(
        sim, DAY, "activity-history")
    assert lines(callark, DAY, VOICE) == []
    info = (callark.bag(DAY) / "bag-info.txt").read_text().splitlines()
    assert f"Callark-Report-{VOICE}: incomplete, 0 documents" in info
    assert callark.run("verify").status == COMPLETE
    sim.set(routes={VOICE: {"listing": {"faults": []}}})
    again = callark.sync(*RANGE, *ALL)
    assert again.status == COMPLETE, again
    assert lines(callark, DAY, VOICE) == served(sim, DAY, VOICE)

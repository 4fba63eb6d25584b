"""The options of sync, and the account it gives."""

import json
import re
import time
from datetime import datetime

import pytest

from support import (COMPLETE, DISK, INCOMPLETE, LIMIT, check_archive,
                     check_converged, truth)
from two_days import DAY, DAYS, NEXT, RANGE, ago, documents, ids_of, small


def tree(folder):
    return {p: p.lstat().st_mtime_ns for p in folder.rglob("*")}


# ---- the account of a sync ---------------------------------------------------

def test_the_account_tells_what_is_open_below_the_states(make):
    _, callark = make(small(media={"size": 500, "faults": {"1": {
        "do": "html", "times": -1}}}, contact_share=1.0))
    out = callark.run("sync", *RANGE, "--reports", "voice-log").out
    lines = out.splitlines()
    assert all(line == line.rstrip() for line in lines), out
    kinds = [line.split()[0] for line in lines[1:-1]]
    assert kinds == ["listed", "archived", "quarantined", DAY, NEXT,
                     "voice-log"], out
    assert re.fullmatch(r"NOT complete after \d+s", lines[-1])


def test_nothing_listed_is_told_as_nothing(make):
    _, callark = make(small())
    out = callark.run("sync", "--day", "2024-12-25").out
    assert re.search(r"^  listed +0$", out, re.M), out
    assert re.search(r"^  archived +0  \(0 new, 0 B\)$", out, re.M), out


# ---- sync: dry run, summary, limits ------------------------------------------

def test_a_dry_run_writes_nothing(make):
    sim, callark = make(small())
    result = callark.sync(*RANGE, "--dry-run")
    count = len(truth(sim, *DAYS))
    assert result.status == COMPLETE, result
    assert result.summary["to_fetch"] == count
    assert result.summary["listed"] == sum(DAYS.values())
    assert result.summary["bytes_estimated"] > 0
    assert result.out.startswith(f"would fetch {count} recordings")
    assert len(result.out.splitlines()) == 1
    assert not callark.archive.exists() and not sim.log(path="/recordings/")
    callark.sync("--day", DAY)
    before = tree(callark.archive)
    result = callark.sync(*RANGE, "-n")
    assert result.summary["to_fetch"] == len(truth(sim, NEXT))
    assert result.summary["already"] == len(truth(sim, DAY))
    assert tree(callark.archive) == before


@pytest.mark.parametrize(("words", "told"), [
    (("--reports", "voice-log"), "reports"),
    (("--media",), "reports and attachments")])
def test_a_dry_run_tells_what_it_did_not_ask_for(make, words, told):
    sim, callark = make(small())
    result = callark.sync(*RANGE, "--dry-run", *words)
    assert result.status == COMPLETE, result
    assert result.out.splitlines()[1] == (
        f"a dry run does not ask for {told}, which a run keeps too")
    assert {e["path"].split("/")[-1] for e in sim.log(path="/ReportsApi/")} \
        == {"service-history-audio-links"}


def test_the_summary_on_stdout_is_one_json_object(make):
    _, callark = make(small())
    result = callark.run("sync", *RANGE, "--summary-json", "-")
    summary = json.loads(result.out)
    assert summary["complete"] and summary["exit"] == result.status == 0
    assert summary["from"] == DAY + " 00:00:00"


def test_a_summary_that_cannot_be_written_is_told(make):
    _, callark = make(small())
    result = callark.run("sync", *RANGE, "--summary-json", "/none/x.json")
    assert result.status == DISK and "/none/x.json" in result.err, result
    assert callark.run("verify").status == COMPLETE


def test_max_bytes_stops_with_8_and_the_next_run_goes_on(make):
    sim, callark = make(small(contact_share=1.0, media={"size": 20000}),
                        transfer__concurrency=2)
    first = callark.sync(*RANGE, "--max-bytes", "100K")
    assert first.status == LIMIT, first
    assert 5 <= first.summary["new"] <= 9
    assert first.summary["deferred"] + first.summary["new"] == \
        first.summary["listed"]
    check_archive(callark)
    assert callark.run("status").status == INCOMPLETE
    assert callark.sync(*RANGE).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_max_duration_stops_with_8_and_the_next_run_goes_on(make):
    sim, callark = make(small(contact_share=1.0, latency_ms={"media": 400}),
                        transfer__concurrency=2)
    started = time.monotonic()
    first = callark.sync(*RANGE, "--max-duration", "1s")
    assert first.status == LIMIT, first
    assert time.monotonic() - started < 3
    assert 1 <= first.summary["new"] < 36
    check_archive(callark)
    sim.set(latency_ms=0)
    assert callark.sync(*RANGE).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_the_rate_of_bytes_is_limited(make):
    _, callark = make(small(contact_share=1.0, media={"size": 20000}))
    started = time.monotonic()
    result = callark.sync(*RANGE, "--limit-rate", "360K")    # 2 s of 720,000
    assert result.status == COMPLETE
    assert 0.8 < time.monotonic() - started < 6


@pytest.mark.parametrize("n", [1, 3, 8])
def test_concurrency_is_what_was_asked_for(make, n):
    """One request more at a time would meet a 429, one less would last. The
    recordings lie elsewhere: the platform's connection would serve them, too,
    but not while the last page of the listing is on it."""
    sim, callark = make(small(days={DAY: 24}, contact_share=1.0,
                              latency_ms={"media": 100},
                              links={"host": "media"},
                              rate={"parallel": n, "on": "media"}))
    result = callark.sync("--day", DAY, "--concurrency", n)
    assert result.status == COMPLETE, result
    fetched = sim.log(path="/recordings/")
    assert {e["status"] for e in fetched} == {200}
    assert len({e["connection"] for e in fetched}) == n
    assert result.summary["retries"] == 0


def test_failed_recordings_are_tried_again_when_asked(make):
    sim, callark = make(small(contact_share=1.0, links={"gone": [2]}))
    for _ in range(3):
        assert callark.sync("--day", DAY).status == INCOMPLETE
    result = callark.sync("--day", DAY)
    assert result.summary["gone"] == 1, result
    sim.set(links={"gone": []})
    assert callark.sync("--day", DAY).summary["gone"] == 1
    result = callark.sync("--day", DAY, "--retry-failed")
    assert result.status == COMPLETE, result
    check_converged(callark, sim, [DAY])


# ---- ranges ------------------------------------------------------------------

SPANS = {
    "day": (("--day", DAY), DAY, NEXT),
    "day-first": (("--day", "30/12/2024"), DAY, NEXT),
    "days": (RANGE, DAY, "2025-01-01"),
    "moments": (("--from", DAY + " 10:00", "--to", DAY + " 11:29:59"),
                DAY + " 10:00:00", DAY + " 11:30:00"),
    "moment-T": (("--from", DAY + "T10:00:00", "--to", DAY),
                 DAY + " 10:00:00", NEXT),
    "one-second": (("--from", NEXT + " 23:59:59", "--to", NEXT), NEXT +
                   " 23:59:59", "2025-01-01"),
}


@pytest.mark.parametrize("words,begin,end", SPANS.values(), ids=SPANS.keys())
def test_a_range_is_what_was_said(make, words, begin, end):
    sim, callark = make(small(contact_share=1.0))
    wanted = {c["id"] for c, d in documents(sim, *DAYS)
              if begin <= d["data_inicio"] < end}
    result = callark.run("list", *words, "-f", "ndjson")
    assert ids_of(result) == wanted
    result = callark.sync(*words)
    assert result.status == COMPLETE, result
    assert result.summary["from"] == (begin + " 00:00:00")[:19]
    assert result.summary["to"] == (end + " 00:00:00")[:19]
    assert set(callark.audio()) == wanted
    found = callark.run("find", *words, "-f", "ndjson")
    assert ids_of(found) == wanted


def test_yesterday_today_and_last(make):
    days = {ago(n): 6 for n in range(4)}
    _, callark = make({"days": days, "contact_share": 1.0,
                       "media": {"size": 2000}})
    for words, first, last in (
            (("--day", "yesterday"), 1, 1), (("--day", "TODAY"), 0, 0),
            (("--last", "3d"), 2, 0), (("--last", "1w"), 6, 0)):
        summary = callark.sync(*words, "--dry-run").summary
        assert summary["from"] == ago(first) + " 00:00:00", words
        assert summary["to"][:10] in (ago(last), ago(last - 1)), words
    summary = callark.sync("--last", "12h", "--dry-run").summary
    begin, end = (datetime.fromisoformat(summary[k]) for k in ("from", "to"))
    assert abs((end - begin).total_seconds() - 12 * 3600) <= 1


def test_without_range_sync_goes_on_from_the_last_settled_day(make):
    days = {ago(n): 4 for n in range(1, 10)}
    sim, callark = make({"days": days, "contact_share": 1.0,
                         "media": {"size": 2000}}, archive__look_back="2d")
    first = callark.sync()          # a new archive: the look-back and today
    assert first.summary["from"] == ago(2) + " 00:00:00", first
    callark.configure(archive__path=callark.folder / "other")
    callark.archive = callark.folder / "other"
    assert callark.sync("--from", ago(9), "--to", ago(5)).status == COMPLETE
    second = callark.sync()
    assert second.status == COMPLETE, second
    assert second.summary["from"] == ago(7) + " 00:00:00"
    assert second.summary["new"] == 4 * 4
    assert callark.audio() == truth(sim, *days)


def test_a_range_of_the_future_is_cut_to_now(make):
    _, callark = make({"days": {ago(0): 3}})
    result = callark.sync("--from", ago(1), "--to", ago(-3), "--dry-run")
    assert result.status == COMPLETE, result
    assert result.summary["to"][:10] in (ago(0), ago(-1))

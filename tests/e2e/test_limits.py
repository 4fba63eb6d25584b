"""How long a recording is tried, over runs and days, and how far back a run
looks by itself."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime

import pytest

from support import (COMPLETE, INCOMPLETE, check_all, check_archive,
                     check_converged, truth)
from two_days import ZONE, ago

DAY = "2024-12-30"
RANGE = ("--day", DAY)

REFUSED = {"do": "501", "times": -1}     # for good, so without waits
PAGE = {"do": "html", "times": -1}       # whole, and no recording


def faulty(fault, **changes):
    """Three calls, the first of which cannot be had."""
    return {"days": {DAY: 3}, "contact_share": 1,
            "media": {"size": 8000, "faults": {"0": fault}}, **changes}


def mend(sim):
    sim.set(media={"faults": {}})


def alter(callark, assignment, *values):
    """Change all open rows of the catalogue, as time would."""
    with closing(sqlite3.connect(callark.archive / "catalogue.sqlite3")) as db:
        with db:
            done = db.execute(f"UPDATE recording SET {assignment} "
                              "WHERE path IS NULL", values)
            assert done.rowcount


def victim(sim):
    return sim.calls(DAY)[0]


def requests_for(sim, call):
    return len(sim.log(path=call["path"]))


def expect(callark, sim, state, *args):
    """Run; the victim, alone, is in that state.  Returns (its problem, how
    often it was asked for in this run)."""
    before = requests_for(sim, victim(sim))
    result = callark.sync(*RANGE, *args)
    assert result.status == INCOMPLETE, result
    problems = result.summary["problems"]
    assert [p["id"] for p in problems] == [victim(sim)["id"]], problems
    assert problems[0]["state"] == state, problems
    assert result.summary[state] == 1
    assert problems[0]["reason"] in result.out, result
    assert result.summary["archived"] == 2
    check_archive(callark)
    return problems[0], requests_for(sim, victim(sim)) - before


# ---- tried and tried ---------------------------------------------------------

@pytest.mark.parametrize("fault, until", [
    (REFUSED, "deferred"), (PAGE, "quarantined")], ids=["refused", "a page"])
def test_after_ten_runs_it_is_given_up(make, fault, until):
    """The reason stays to be seen, and nobody is asked again."""
    sim, callark = make(faulty(fault))
    for _ in range(9):
        problem, asked = expect(callark, sim, until)
        assert asked >= 1
        if until == "quarantined":
            alter(callark, "attempts = 0")
    problem, asked = expect(callark, sim, "failed")
    assert asked >= 1
    again, asked = expect(callark, sim, "failed")
    assert again == problem and asked == 0
    mend(sim)
    assert expect(callark, sim, "failed")[1] == 0


@pytest.mark.parametrize("days, state", [
    (13.9, "deferred"), (14.1, "failed")])
def test_after_fourteen_days_it_is_given_up(make, days, state):
    sim, callark = make(faulty(REFUSED))
    expect(callark, sim, "deferred")
    alter(callark, "first_tried_s = ?", int(time.time() - days * 86400))
    problem, asked = expect(callark, sim, state)
    assert asked == 1 and "501" in problem["reason"]


def test_a_clock_that_was_wrong_gives_nothing_up(make):
    """First tried in the future: the runs still count."""
    sim, callark = make(faulty(REFUSED))
    expect(callark, sim, "deferred")
    alter(callark, "first_tried_s = ?", int(time.time() + 900 * 86400))
    expect(callark, sim, "deferred")
    alter(callark, "runs = 9")
    expect(callark, sim, "failed")


def test_the_last_chance_counts(make):
    sim, callark = make(faulty(REFUSED))
    expect(callark, sim, "deferred")
    alter(callark, "runs = 9, first_tried_s = 0")
    mend(sim)
    assert callark.sync(*RANGE).status == COMPLETE
    check_converged(callark, sim, [DAY])


def test_retry_failed_gives_it_all_its_chances_again(make):
    sim, callark = make(faulty(REFUSED))
    expect(callark, sim, "deferred")
    alter(callark, "runs = 9")
    expect(callark, sim, "failed")
    assert expect(callark, sim, "deferred", "--retry-failed")[1] == 1
    assert callark.rows("SELECT runs FROM recording WHERE path IS NULL") == [
        (1,)]
    alter(callark, "runs = 9")
    expect(callark, sim, "failed")
    mend(sim)
    result = callark.sync(*RANGE, "--retry-failed")
    assert result.status == COMPLETE, result
    check_all(callark, sim, [DAY], result)
    check_converged(callark, sim, [DAY])


def test_retry_failed_stays_within_its_range(make):
    other = "2024-12-28"
    sim, callark = make(faulty(REFUSED, days={DAY: 3, other: 3}))
    both = ("--from", other, "--to", DAY)
    callark.sync(*both)
    alter(callark, "runs = 9")
    assert callark.sync(*both).summary["failed"] == 2
    mend(sim)
    assert callark.sync("--day", other, "--retry-failed").status == COMPLETE
    assert callark.sync(*both).summary["failed"] == 1
    assert callark.sync(*both, "--retry-failed").status == COMPLETE
    check_converged(callark, sim, [DAY, other])


def test_what_is_deferred_is_tried_by_the_next_run(make):
    sim, callark = make(faulty(REFUSED))
    expect(callark, sim, "deferred")
    mend(sim)
    assert callark.sync(*RANGE).status == COMPLETE
    assert requests_for(sim, victim(sim)) == 2
    check_converged(callark, sim, [DAY])


# ---- gone --------------------------------------------------------------------

@pytest.mark.parametrize("status, third", [
    (404, "gone"), (410, "gone"), (403, "deferred"), (401, "deferred")])
def test_what_is_not_there_in_three_runs_is_gone(make, status, third):
    """A refusal is not a loss: that one is tried on."""
    sim, callark = make(faulty([], links={"gone": [0], "gone_status": status}))
    for _ in range(2):
        problem, asked = expect(callark, sim, "deferred")
        assert asked >= 1 and str(status) in problem["reason"]
    expect(callark, sim, third)
    assert (expect(callark, sim, third)[1] == 0) == (third == "gone")
    sim.set(links={"gone": []})
    result = callark.sync(*RANGE, "--retry-failed")
    assert result.status == COMPLETE, result
    check_converged(callark, sim, [DAY])


# ---- how far back ------------------------------------------------------------

def listed_days(sim):
    """Days that were asked for, oldest first."""
    starts = {entry["query"]["date_ini"][:10]
              for entry in sim.log(path="/ReportsApi")}
    return sorted(starts)


def every_day(first, last=0):
    return [ago(n) for n in range(first, last - 1, -1)]


@pytest.fixture
def recent(make):
    """Ten days up to yesterday, all settled."""
    sim, callark = make({"days": {day: 3 for day in every_day(10, 1)},
                         "contact_share": 1, "media": {"size": 4000}})
    assert callark.sync("--from", ago(10), "--to", ago(1)).status == COMPLETE
    sim.reset_log()
    return sim, callark


@pytest.mark.parametrize("look_back, first", [
    (None, 4), ("0d", 1), ("1d", 2), ("7d", 8)])
def test_without_a_range_it_looks_back_from_the_last_settled_day(
        recent, look_back, first):
    """The last settled day is yesterday; 3 days by default."""
    sim, callark = recent
    callark.configure(archive__look_back=look_back)
    result = callark.sync()
    assert result.status == COMPLETE, result
    assert listed_days(sim) == every_day(first)
    assert result.summary["from"][:10] == ago(first)


def test_a_day_that_is_not_settled_draws_the_range_back(make):
    """What is open on a day is tried until it is settled, however old."""
    days = {day: 3 for day in every_day(10, 1)}
    sim, callark = make({
        "days": days, "contact_share": 1,
        "media": {"size": 4000, "faults": {f"{ago(7)}#0": REFUSED}}})
    assert callark.sync("--from", ago(10), "--to", ago(1)).status == INCOMPLETE
    sim.reset_log()
    assert callark.sync().status == INCOMPLETE
    assert listed_days(sim) == every_day(8 + 3)
    mend(sim)
    assert callark.sync().status == COMPLETE
    sim.reset_log()
    assert callark.sync().status == COMPLETE
    # Yesterday, as today is never settled before it is over.
    assert listed_days(sim) == every_day(1 + 3)
    check_converged(callark, sim, days)


def test_a_report_that_failed_draws_the_range_back(make):
    """The recordings of its days are settled, the days are not."""
    days = {day: 3 for day in every_day(10, 1)}
    sim, callark = make({"days": days, "contact_share": 1,
                         "media": {"size": 4000}})
    refuse_report(sim, [{"do": "500", "times": -1}])
    assert callark.sync("--from", ago(10), "--to", ago(1), "--reports",
                        "voice-log").status == INCOMPLETE
    refuse_report(sim, [])
    sim.reset_log()
    # Who does not want it is not drawn back by it.
    assert callark.sync().status == COMPLETE
    assert listed_days(sim) == every_day(1 + 3)
    sim.reset_log()
    assert callark.sync("--reports", "voice-log").status == COMPLETE
    assert listed_days(sim) == every_day(10 + 3)
    sim.reset_log()
    assert callark.sync("--reports", "voice-log").status == COMPLETE
    assert listed_days(sim) == every_day(1 + 3)


def refuse_report(sim, faults):
    sim.set(routes={"voice-log": {"listing": {"faults": faults}}})


def test_an_empty_archive_begins_with_the_look_back(make):
    sim, callark = make({"days": {ago(2): 3, ago(5): 3}, "contact_share": 1})
    result = callark.sync()
    assert result.status == COMPLETE, result
    assert listed_days(sim) == every_day(3)
    assert callark.audio() == truth(sim, ago(2))


# ---- late --------------------------------------------------------------------

LATE = [
    {"listing": {"late": [{"which": [1], "after_listings": 1}]}},
    {"listing": {"late_links": [{"which": [1], "listings": 1,
                                 "as": "missing"}]}},
    {"listing": {"late_links": [{"which": [1], "listings": 1, "as": "null"}]}},
]


@pytest.mark.parametrize("late", LATE, ids=["document", "link", "null link"])
def test_what_comes_late_is_put_into_its_own_day(make, late):
    """Look-back finds it, and the bag of its day is published anew."""
    day = ago(2)
    sim, callark = make({"days": {day: 3}, "contact_share": 1,
                         "media": {"size": 4000}, **late})
    assert callark.sync("--day", day).status == COMPLETE
    before = callark.audio().keys()
    assert len(before) == 2
    result = callark.sync()
    assert result.status == COMPLETE, result
    assert result.summary["new"] == 1
    check_converged(callark, sim, [day])
    late_one, = callark.audio().keys() - before
    started, = [c["start"] for c in sim.calls(day) if c["id"] == late_one]
    assert datetime.fromtimestamp(started, ZONE).date().isoformat() == day
    assert callark.table(day)[late_one]["state"] == "archived"


def test_a_settled_day_that_nothing_comes_to_is_left_alone(recent):
    sim, callark = recent
    before = {p: p.stat().st_mtime_ns
              for p in callark.archive.glob("[0-9]*/**/*")}
    assert callark.sync().status == COMPLETE
    after = {p: p.stat().st_mtime_ns
             for p in callark.archive.glob("[0-9]*/**/*")}
    assert {p: after[p] for p in before if p.is_file()} == {
        p: t for p, t in before.items() if p.is_file()}
    assert not sim.log(path="/recordings")

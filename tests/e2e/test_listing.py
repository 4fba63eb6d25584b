"""Listings that drift, lie, break, are refused, grow late or shrink: a day is
complete only when it is, and nothing that was listed is lost."""

import re
import time

import pytest

from support import (AUTH, COMPLETE, INCOMPLETE, SERVICE, USAGE,
                     check_archive, check_no_secrets, identity, truth)
from transfers import closed_port

DAY = "2024-12-30"
NEXT = "2024-12-31"
LISTING = "/ReportsApi/"
LOGIN_STEP = "/Login/organization"


def scenario(calls=35, page_size=10, **changes):
    """A day of a few small pages; every seventh call or so has a link."""
    return {"days": {DAY: calls}, "contact_share": 0.15,
            "dialect": {"page_size": page_size}, "media": {"size": 2000},
            **changes}


def listing(calls=35, page_size=10, **rules):
    return scenario(calls, page_size, listing=rules)


def listings(sim):
    return sim.log(path=LISTING)


def ids(sim, day=DAY):
    return {identity(c) for c in sim.calls(day, hashes=False)}


def check_complete(callark, sim, result):
    assert result.status == COMPLETE, result
    assert result.summary["windows_incomplete"] == 0
    assert ids(sim) <= set(callark.table(DAY))
    assert truth(sim, DAY).items() <= callark.audio().items()
    check_archive(callark)
    check_no_secrets(callark, result)


def check_reported(callark, sim, result, flaw):
    """An incomplete day says so in every place, and keeps what came."""
    assert result.status == INCOMPLETE, result
    assert result.summary["windows_incomplete"] == 1
    assert not result.summary["complete"]
    assert re.search(flaw, result.err), result
    status = callark.run("status")
    assert status.status == INCOMPLETE and "incomplete" in status.out
    assert re.search(flaw, status.out), status
    info = (callark.bag(DAY) / "bag-info.txt").read_text()
    assert "Callark-Listing: incomplete" in info
    check_archive(callark)


# ---- pages that drift --------------------------------------------------------

DRIFTS = {
    "insert-before": {"do": "insert-before"},
    "insert-after": {"do": "insert-after"},
    "delete-before": {"do": "delete-before"},
    "delete-before-twice": {"do": "delete-before", "times": 2},
    "insert-late": {"do": "insert-before", "from": 3},
    "reorder": {"do": "reorder"},
    "reorder-first": {"do": "reorder", "from": 0},
    "same-page-once": {"do": "same-page", "from": 2, "times": 1},
    "insert-and-delete": [{"do": "insert-before", "from": 1},
                          {"do": "delete-before", "from": 2}],
}


@pytest.mark.parametrize("drift", DRIFTS.values(), ids=DRIFTS.keys())
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_day_that_moves_while_it_is_walked_is_walked_again(make, drift,
                                                            order):
    drift = drift if isinstance(drift, list) else [drift]
    sim, callark = make(listing(drift=drift, order=order))
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)


@pytest.mark.parametrize("calls", [30, 35])
def test_a_platform_that_knows_one_page_only_is_told(make, calls):
    sim, callark = make(listing(calls, drift=[
        {"do": "same-page", "from": 0}]))
    result = callark.sync("--day", DAY)
    check_reported(callark, sim, result, "Total|page")
    assert result.summary["listed"] == 10
    assert len(listings(sim)) < 100


@pytest.mark.parametrize("total", [10 ** 6, 10 ** 18])
def test_a_listing_without_end_is_ended(make, total):
    """Pages of repeated documents and a Total out of reach."""
    sim, callark = make(listing(
        drift=[{"do": "same-page", "from": 2}],
        total_lie={"constant": total}))
    result = callark.sync("--day", DAY)
    check_reported(callark, sim, result, str(total))
    assert len(listings(sim)) < 200


# ---- Totals that lie ---------------------------------------------------------

LIES = {
    "more": {"delta": 5},
    "one-more": {"delta": 1},
    "fewer": {"delta": -3},
    "a-page-fewer": {"delta": -10},
    "none": {"constant": 0},
    "huge": {"constant": 10 ** 12},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_total_that_lies_is_told_and_nothing_is_lost(make, lie):
    sim, callark = make(listing(total_lie=lie))
    result = callark.sync("--day", DAY)
    if result.status != INCOMPLETE:
        assert lie == LIES["a-page-fewer"]
    else:
        check_reported(callark, sim, result, "Total")
    if lie not in (LIES["none"], LIES["a-page-fewer"]):
        assert set(callark.table(DAY)) == ids(sim)
        assert callark.audio() == truth(sim, DAY)
    assert len(listings(sim)) < 200
    # The platform mends its ways, and the day is complete.
    sim.set(listing={"total_lie": None})
    check_complete(callark, sim, callark.sync("--day", DAY))
    assert callark.run("status").status == COMPLETE


def test_a_total_that_lies_once_is_forgiven(make):
    sim, callark = make(listing(total_lie={"delta": 4, "times": 4}))
    check_complete(callark, sim, callark.sync("--day", DAY))


# ---- ceilings ----------------------------------------------------------------

@pytest.mark.parametrize("total", ["true", "capped"])
@pytest.mark.parametrize("calls,ceiling", [(100, 30), (100, 20), (31, 30),
                                           (60, 30)])
def test_a_ceiling_is_met_by_halving_the_window(make, total, calls, ceiling):
    sim, callark = make(listing(calls, ceiling=ceiling, ceiling_total=total))
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)
    assert result.summary["listed"] == calls
    assert len(listings(sim)) < 150


def test_a_full_last_page_is_no_ceiling(make):
    sim, callark = make(listing(30))
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)
    assert result.summary["listed"] == 30


# ---- pages that come empty ---------------------------------------------------

def test_a_page_that_is_empty_once_is_asked_again(make):
    sim, callark = make(listing(empty_page={"page": 2, "times": 1}))
    check_complete(callark, sim, callark.sync("--day", DAY))


def test_a_page_that_stays_empty_is_told(make):
    sim, callark = make(listing(empty_page=1))
    result = callark.sync("--day", DAY)
    if result.status == COMPLETE:       # the halves had no such page
        assert ids(sim) == set(callark.table(DAY))
    else:
        check_reported(callark, sim, result, "Total")


def test_a_day_without_calls_is_complete(make):
    sim, callark = make(scenario(0))
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert result.summary["listed"] == 0
    assert "empty" in callark.run("status").out


# ---- pages that break --------------------------------------------------------

BROKEN = [
    {"do": "malformed"}, {"do": "cut-json"}, {"do": "trailing-garbage"},
    {"do": "two-documents"}, {"do": "deep"}, {"do": "utf16"},
    {"do": "null"}, {"do": "error-200"}, {"do": "html"}, {"do": "empty"},
    {"do": "text"}, {"do": "cut"}, {"do": "chunked-cut"},
    {"do": "cut-no-length"}, {"do": "rst"}, {"do": "drop"},
    {"do": "rst-after-headers"}, {"do": "length-longer"},
    {"do": "two-lengths-differ"}, {"do": "chunked-garbage"}, {"do": "500"},
    {"do": "502"}, {"do": "504"}, {"do": "408"},
]


def named(fault):
    return fault["do"]


@pytest.mark.parametrize("page", [0, 2])
@pytest.mark.parametrize("fault", BROKEN, ids=named)
def test_a_page_that_breaks_once_is_asked_again(make, fast_clock, fault, page):
    sim, callark = make(listing(faults=[{**fault, "page": page}]))
    result = callark.sync("--day", DAY, env=fast_clock())
    check_complete(callark, sim, result)
    if fault["do"] not in ("drop", "rst"):      # stale connections are free
        assert result.summary["retries"] >= 1
    assert result.summary["odd_documents"] == 0


@pytest.mark.parametrize("fault", [
    "malformed", "cut-json", "html", "error-200", "empty", "cut", "500", "403",
    "huge-page"])
def test_a_platform_that_answers_only_nonsense_ends_the_run(make, fast_clock,
                                                            fault):
    sim, callark = make(listing(faults=[{"do": fault, "times": -1}]))
    result = callark.sync("--day", DAY, env=fast_clock())
    assert result.status == SERVICE, result
    assert "nothing could be listed" in result.err
    assert len(listings(sim)) <= 6
    assert not sim.log(path="/recordings/")
    sim.set(listing={"faults": []})
    check_complete(callark, sim, callark.sync("--day", DAY))


def test_an_envelope_without_names_is_refused(make, fast_clock):
    sim, callark = make(scenario(dialect={"envelope": "bare"}))
    result = callark.sync("--day", DAY, env=fast_clock())
    assert result.status == SERVICE and "Data" in result.err, result


def test_a_page_that_never_comes_leaves_the_rest(make, fast_clock):
    """Deep pages that are refused are reached by halving, and a day that
    cannot be had is told while the others are complete."""
    sim, callark = make({
        **listing(faults=[{"do": "500", "times": -1, "page": 2}]),
        "days": {DAY: 35, NEXT: 12}})
    result = callark.sync("--from", DAY, "--to", NEXT, env=fast_clock())
    assert result.status in (COMPLETE, INCOMPLETE), result
    assert set(callark.table(NEXT)) == ids(sim, NEXT)
    if result.status == COMPLETE:
        assert set(callark.table(DAY)) == ids(sim)
    else:
        assert "incomplete" in callark.run("status").out


# ---- a platform that wants to be asked later ---------------------------------

@pytest.mark.parametrize("code", ["429", "503"])
def test_retry_after_is_obeyed(make, code):
    sim, callark = make(listing(faults=[
        {"do": code, "retry": "2", "at": 1, "times": 1}]))
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)
    asked = listings(sim)
    refused = next(e for e in asked if e["status"] == int(code))
    later = [e["time"] for e in asked if e["time"] > refused["time"]]
    assert min(later) - refused["time"] >= 1.9


@pytest.mark.parametrize("retry", ["zero", "past", "negative", "junk", "empty",
                                   None])
def test_a_retry_after_of_no_use_is_survived(make, fast_clock, retry):
    fault = {"do": "429", "page": 0, "times": 2}
    if retry:
        fault["retry"] = retry
    sim, callark = make(listing(faults=[fault]))
    started = time.monotonic()
    result = callark.sync("--day", DAY, env=fast_clock())
    check_complete(callark, sim, result)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("retry", ["long", "huge", "far-date", "900"])
def test_a_retry_after_of_years_ends_the_run(make, retry):
    sim, callark = make(listing(faults=[
        {"do": "503", "retry": retry, "times": -1}]))
    result = callark.sync("--day", DAY, timeout=20)
    assert result.status == SERVICE, result


def test_a_rate_limited_platform_is_listed_patiently(make, fast_clock):
    sim, callark = make(scenario(120, rate={
        "per_second": 5, "retry_after": "1", "on": "api"}))
    check_complete(callark, sim, callark.sync("--day", DAY))


# ---- tokens and logins -------------------------------------------------------

def test_a_token_that_dies_in_mid_run_costs_one_login(make):
    sim, callark = make(scenario(100, token={"life_requests": 7}))
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)
    assert result.summary["relogins"] == 1
    assert len(sim.log(path=LOGIN_STEP)) == 2


def test_one_login_serves_all_who_were_refused(make):
    """Recordings and pages that meet the 401 together log in once."""
    sim, callark = make({**scenario(60, 60), "contact_share": 1.0,
                         "links": {"need_token": True},
                         "latency_ms": {"media": 100},
                         "token": {"life_s": 0.4}},
                        transfer__concurrency=10)
    result = callark.sync("--day", DAY)
    check_complete(callark, sim, result)
    refused = [e for e in sim.log() if e["status"] == 401]
    assert 1 <= result.summary["relogins"] < len(refused) / 2
    assert len(sim.log(path=LOGIN_STEP)) == 1 + result.summary["relogins"]


def test_a_login_that_is_refused_in_mid_run_ends_with_3(make):
    sim, callark = make(scenario(100, token={"life_requests": 4,
                                             "refuse_relogin": True}))
    result = callark.sync("--day", DAY)
    assert result.status == AUTH, result
    assert len(sim.log(path=LOGIN_STEP)) == 2
    check_archive(callark)
    sim.scenario(scenario(100))
    check_complete(callark, sim, callark.sync("--day", DAY))


def test_a_report_that_refuses_every_token_ends_with_3(make):
    sim, callark = make(listing(faults=[{"do": "401", "times": -1}]))
    result = callark.sync("--day", DAY)
    assert result.status == AUTH, result
    assert len(sim.log(path=LOGIN_STEP)) <= 3


REFUSALS = {
    "password": ({}, {"password": "other"}, AUTH, "password"),
    "login": ({}, {"login": "other@callark.example"}, AUTH, "omni.login"),
    "api-key": ({}, {"api_key": "other"}, AUTH, "API key"),
    "two-factor": ({"answers": "two-factor"}, {}, AUTH, "two-factor"),
    "two-factor-organization": ({"answers": "two-factor-organization"}, {},
                                AUTH, "two-factor"),
    "no-organizations": ({"answers": "no-organizations"}, {}, AUTH,
                         "two-factor"),
    "empty-organizations": ({"answers": "empty-organizations"}, {}, AUTH,
                            "organisation"),
    "no-token": ({"answers": "no-token"}, {}, AUTH, "no token"),
    "html": ({"faults": [{"do": "html", "times": -1}]}, {}, SERVICE, "JSON"),
    "gone": ({"faults": [{"do": "404", "times": -1}]}, {}, SERVICE, "/v1"),
}


@pytest.mark.parametrize("command", ["sync", "list", "orgs"])
@pytest.mark.parametrize("login,credentials,status,word", REFUSALS.values(),
                         ids=REFUSALS.keys())
def test_a_login_that_fails_says_why(make, command, login, credentials, status,
                                     word):
    sim, callark = make({"login": login, "credentials": credentials})
    result = callark.run(command)
    if command == "orgs" and login.get("answers") in (
            "two-factor-organization", "no-token"):
        assert result.status == COMPLETE, result    # the first step will do
        return
    assert result.status == status, result
    assert word in result.err, result
    assert not listings(sim)
    for secret in ("sim-api-key", "sim-password"):
        assert secret not in result.out + result.err


@pytest.mark.parametrize("fault", ["500", "503", "rst", "cut"])
def test_a_login_that_breaks_once_is_asked_again(make, fault):
    sim, callark = make(scenario(login={"faults": [{"do": fault, "at": 0}]}))
    check_complete(callark, sim, callark.sync("--day", DAY))


ORGANIZATIONS = [
    {"id": "a1", "name": "Clínica Norte", "timeZone": "America/Manaus",
     "days": {DAY: 5}},
    {"id": "b2", "name": "Clínica Sul", "timeZone": "America/Sao_Paulo",
     "days": {DAY: 7}},
]


@pytest.mark.parametrize("wanted", [None, "Clínica Leste", "c3"])
def test_an_organisation_that_is_not_told_or_not_there_is_asked_for(make,
                                                                    wanted):
    _, callark = make({"organizations": ORGANIZATIONS},
                      omni__organization=wanted)
    result = callark.sync("--day", DAY)
    assert result.status == USAGE, result
    assert "Clínica Norte, Clínica Sul" in result.err
    assert "omni.organization" in result.err
    assert wanted is None or wanted in result.err


@pytest.mark.parametrize("wanted,number", [
    ("a1", 0), ("b2", 1), ("Clínica Sul", 1), ("clínica norte", 0)])
def test_an_organisation_is_chosen_by_id_or_name(make, wanted, number):
    sim, callark = make({"organizations": ORGANIZATIONS},
                        omni__organization=wanted)
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert set(callark.table(DAY)) == {
        c["id"] for c in sim.calls(DAY, org=number)}
    assert result.summary["organization"] == ORGANIZATIONS[number]["name"]


# ---- nobody there ------------------------------------------------------------

@pytest.mark.parametrize("command", ["sync", "list", "orgs", "doctor"])
def test_a_platform_that_is_not_there_ends_with_4(make, fast_clock, command):
    _, callark = make({})
    callark.configure(omni__base_url=f"http://127.0.0.1:{closed_port()}/v1")
    result = callark.run(command, env=fast_clock(100))
    assert result.status == SERVICE, result


def test_a_wrong_prefix_is_told(make):
    sim, callark = make({})
    callark.configure(omni__base_url=sim.root + "/v2")
    result = callark.sync("--day", DAY)
    assert result.status == SERVICE and "base_url" in result.err, result


def test_five_days_in_a_row_that_fail_end_the_run(make, fast_clock):
    days = {f"2024-12-{n:02}": 5 for n in range(10, 26)}
    sim, callark = make({"days": days, "listing": {"faults": [
        {"do": "malformed", "at": 1, "times": -1}]}})
    result = callark.sync("--from", "2024-12-10", "--to", "2024-12-25",
                          env=fast_clock())
    assert result.status == SERVICE, result
    assert len(listings(sim)) < 60
    assert result.summary["windows_incomplete"] == 15
    check_archive(callark)
    sim.set(listing={"faults": []})
    result = callark.sync("--from", "2024-12-10", "--to", "2024-12-25")
    assert result.status == COMPLETE and result.summary["listed"] == 80


# ---- documents that come late, change, vanish --------------------------------

def test_documents_and_links_that_come_late_are_picked_up(make):
    """The next run looks back, without being told a range."""
    sim, callark = make(scenario(
        30, contact_share=1.0, listing={
            "late": [{"which": [3, 4], "after_listings": 1}],
            "late_links": [{"which": [7, 8], "listings": 1},
                           {"which": [9], "listings": 1, "as": "null"},
                           {"which": [10], "listings": 2, "as": "empty"}]}),
        archive__look_back="3d")
    first = callark.sync("--day", DAY)
    assert first.status == COMPLETE, first
    assert (first.summary["listed"], first.summary["no_link"]) == (28, 4)
    second = callark.sync("--day", DAY)
    assert second.status == COMPLETE, second
    assert (second.summary["listed"], second.summary["no_link"],
            second.summary["new"]) == (30, 1, 5)
    third = callark.sync("--day", DAY)
    assert third.summary["new"] == 1
    check_complete(callark, sim, third)
    assert callark.audio() == truth(sim, DAY)


def test_a_changed_document_keeps_its_earlier_version(make):
    sim, callark = make(scenario(
        20, contact_share=1.0, listing={"changed": [
            {"which": [2], "after_listings": 1, "set": {"tag": "Revista"}},
            {"which": [5], "after_listings": 1, "anonymise": True}]}))
    before = {c["index"]: c for c in sim.calls(DAY)}
    assert callark.sync("--day", DAY).status == COMPLETE
    files = callark.audio()
    for _ in range(2):      # what changed once is not a version more each time
        result = callark.sync("--day", DAY)
        assert result.status == COMPLETE and result.summary["new"] == 0
    after = {c["index"]: c for c in sim.calls(DAY)}
    lines = (callark.bag(DAY) / "data/recordings.ndjson").read_text()
    for index, call in before.items():
        row = callark.table(DAY)[call["id"]]
        assert len(row["versions"]) == (index in (2, 5)), row
        assert after[index]["document"] in lines
        if index in (2, 5):
            assert call["document"] != after[index]["document"]
            assert '"document":' + call["document"] + "}" in lines
            assert row["versions"][0]["seen_at"] <= row["seen_at"]
    assert callark.audio() == files
    check_complete(callark, sim, result)


def test_a_fresh_signature_is_no_new_version(make):
    sim, callark = make(scenario(
        12, contact_share=1.0, links={"signed": True, "life_s": 600}))
    assert callark.sync("--day", DAY).status == COMPLETE
    assert callark.sync("--day", DAY).status == COMPLETE
    assert not any(r["versions"] for r in callark.table(DAY).values())


def test_a_document_that_vanishes_is_recorded_and_kept(make):
    sim, callark = make(scenario(
        12, contact_share=1.0, listing={
            "vanished": [{"which": [4], "after_listings": 1}]}))
    before = truth(sim, DAY)
    lost = sim.calls(DAY)[4]["id"]
    assert callark.sync("--day", DAY).status == COMPLETE
    second = callark.sync("--day", DAY)
    assert second.status == COMPLETE, second
    assert "no longer listed" in second.err
    rows = callark.table(DAY)
    assert rows[lost]["vanished_at"] and rows[lost]["state"] == "archived"
    assert not any(r["vanished_at"] for i, r in rows.items() if i != lost)
    assert callark.audio() == before
    third = callark.sync("--day", DAY)
    assert "no longer listed" not in third.err      # told once
    assert "Callark-Vanished: 1" in (
        callark.bag(DAY) / "bag-info.txt").read_text()
    # It comes back, and nothing is left of the absence.
    sim.set(listing={"vanished": []})
    assert callark.sync("--day", DAY).status == COMPLETE
    assert not callark.table(DAY)[lost]["vanished_at"]
    check_archive(callark)


def test_an_incomplete_listing_makes_nothing_vanish(make):
    sim, callark = make(listing())
    assert callark.sync("--day", DAY).status == COMPLETE
    sim.set(listing={"empty_page": 2, "total_lie": {"delta": 3}})
    assert callark.sync("--day", DAY).status == INCOMPLETE
    assert not callark.rows("SELECT 1 FROM recording WHERE vanished_s NOTNULL")


@pytest.mark.parametrize("other", [False, True])
def test_a_document_that_is_listed_twice_is_one(make, other):
    """The same id twice is one document; Total counts two, and is told."""
    sim, callark = make(listing(12, duplicates=[{"which": [3],
                                                 "other": other}]))
    result = callark.sync("--day", DAY)
    assert result.summary["listed"] == 12
    assert result.status == INCOMPLETE, result
    assert len(callark.table(DAY)) == 12

"""How many transfers at once, and how long to wait: what the platform asks for
is obeyed, and no answer of it makes a run endless."""

import time

import pytest
from support import (COMPLETE, INCOMPLETE, SERVICE, check_all,
                     check_no_secrets)
from transfers import (DAY, DAYS, RANGE, asked, check_completed, check_mended,
                       closed_port, faulty_day, mend, problem, small_day)
from trials import needs_strace, traced


def media_log(sim):
    return sim.log(path="/recordings/")


def gaps(sim):
    """Seconds between the requests for recording 0."""
    times = [entry["time"] for entry in asked(sim)]
    return [b - a for a, b in zip(times, times[1:])]


# ---- refused because of too many -------------------------------------------

@pytest.mark.parametrize("status", [429, 503])
def test_more_in_parallel_than_allowed_backs_off(status, make):
    """Refused beyond 4 at a time: fewer at a time, and all of it comes."""
    sim, callark = make(small_day(
        40, rate={"parallel": 4, "status": status, "retry_after": "zero",
                  "on": "media"}, latency_ms={"media": 20}))
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    refused = sum(e["status"] == status for e in media_log(sim))
    assert 0 < refused < 40, refused


def test_fewer_at_a_time_is_remembered_by_the_next_run(make):
    """The next run begins below what the last one found out."""
    rate = {"parallel": 4, "retry_after": "zero", "on": "media"}
    sim, callark = make(small_day(40, rate=rate, latency_ms={"media": 20},
                                  days={DAY: 40, "2024-12-31": 40}))
    assert callark.sync("--day", DAY).status == COMPLETE
    first = sum(e["status"] == 429 for e in media_log(sim))
    sim.reset_log()
    assert callark.sync("--day", "2024-12-31").status == COMPLETE
    second = sum(e["status"] == 429 for e in media_log(sim))
    assert second < first, (first, second)


def test_listing_that_is_refused_for_haste_is_asked_again(make):
    """"Retry-After: 0" is no leave to use up all attempts in a moment."""
    sim, callark = make({"days": {"2024-12-29": 9, DAY: 9, "2024-12-31": 9},
                         "contact_share": 1.0, "dialect": {"page_size": 3},
                         "rate": {"per_second": 12, "retry_after": "zero",
                                  "on": "api"}})
    result = callark.sync("--from", "2024-12-29", "--to", "2024-12-31")
    assert result.status == COMPLETE, result
    assert result.summary["archived"] == 27


def test_requests_per_second_keeps_the_listing_slow(make):
    """The ceiling that the user set holds between any two pages."""
    sim, callark = make({"days": {DAY: 20}, "contact_share": 0.0,
                         "dialect": {"page_size": 4}},
                        omni__requests_per_second=10)
    assert callark.sync(*RANGE).status == COMPLETE
    times = [e["time"] for e in sim.log(path="/ReportsApi/")]
    assert len(times) >= 5
    assert times[-1] - times[0] >= (len(times) - 1) * 0.08


# ---- Retry-After -----------------------------------------------------------

@pytest.mark.parametrize("status", ["429", "503"])
@pytest.mark.parametrize("retry, least, most", [
    (2, 1.9, 4), ("date", 0.9, 4), ("zero", 0, 1.5), ("past", 0, 1.5),
    ("negative", 0, 1.5), ("junk", 0, 1.5), ("empty", 0, 1.5)])
def test_the_wait_that_is_asked_for_is_obeyed(status, retry, least, most,
                                              make):
    """Seconds and dates are kept to; what is past, or no wait at all, leaves
    our own of at most half a second; then the recording comes."""
    sim, callark = make(faulty_day({"do": status, "retry": retry}, calls=2))
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    gap, = gaps(sim)
    assert least <= gap <= most


@pytest.mark.parametrize("status", ["429", "503"])
def test_the_whole_host_waits(status, make):
    """What one recording was told holds for all on that host."""
    sim, callark = make(small_day(3, media={"faults": {
        "*": [{"do": status, "retry": 1, "times": 1}]}}),
        transfer__concurrency=1)
    started = time.monotonic()
    result = callark.sync(*RANGE, timeout=60)
    check_completed(callark, sim, result)
    times = sorted(e["time"] for e in media_log(sim) if e["fault"])
    assert all(b - a >= 0.95 for a, b in zip(times, times[1:]))
    assert time.monotonic() - started >= 2.9


LONG = ["huge", "far-date", "long", 301]


@pytest.mark.parametrize("status", ["429", "503"])
@pytest.mark.parametrize("retry", LONG)
def test_a_wait_longer_than_five_minutes_is_left_to_the_next_run(
        retry, status, make):
    """The run ends at once instead of hanging; the host is left alone."""
    sim, callark = make(small_day(5, media={"faults": {
        "*": {"do": status, "retry": retry, "times": -1}}}),
        transfer__concurrency=1)
    result = callark.sync(*RANGE, timeout=30)
    assert result.status == INCOMPLETE, result
    assert result.summary["deferred"] == 5
    assert len(media_log(sim)) == 1, "asked on, although told to wait"
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_five_minutes_are_waited_for(make, fast_clock):
    """The longest wait that a run still obeys; nobody asks before its end."""
    sim, callark = make(faulty_day({"do": "503", "retry": 300}, calls=3),
                        transfer__concurrency=1)
    result = callark.sync(*RANGE, env=fast_clock(200))
    check_completed(callark, sim, result)
    gap, = gaps(sim)
    assert gap >= 300 / 200


@pytest.mark.parametrize("retry", LONG)
def test_a_listing_that_is_told_to_wait_for_long_ends(retry, make):
    """Nothing could be listed: exit 4, and the next run is free to ask."""
    sim, callark = make(small_day(3, listing={"faults": [
        {"do": "503", "retry": retry, "times": 1}]}))
    result = callark.sync(*RANGE, timeout=30)
    assert result.status == SERVICE, result
    assert len(sim.log(path="/ReportsApi/")) == 1
    check_no_secrets(callark, result)
    check_mended(callark, sim)


def test_a_listing_told_to_wait_in_the_middle_keeps_what_it_has(make):
    """The days listed so far are fetched; the others are said to be open."""
    days = {"2024-12-29": 3, DAY: 3, "2024-12-31": 3}
    sim, callark = make({"days": days, "contact_share": 1.0,
                         "listing": {"faults": [
                             {"do": "503", "retry": "huge", "at": 2}]}})
    ask = ("--from", "2024-12-29", "--to", "2024-12-31")
    result = callark.sync(*ask, timeout=30)
    assert result.status in (INCOMPLETE, SERVICE), result
    assert result.summary["windows_incomplete"] > 0
    assert result.summary["archived"] == result.summary["listed"] > 0
    check_all(callark, sim, days, result)
    again = callark.sync(*ask)
    assert again.status == COMPLETE, again
    assert again.summary["archived"] == 9


def test_a_login_that_is_told_to_wait_for_long_ends(make):
    sim, callark = make(small_day(3, login={"faults": [
        {"do": "503", "retry": "huge", "times": 1}]}))
    result = callark.sync(*RANGE, timeout=30)
    assert result.status == SERVICE, result
    check_no_secrets(callark, result)
    check_mended(callark, sim)


# ---- how many --------------------------------------------------------------

def most_at_once(sim, role=None):
    """The most requests for recordings (at one listener) that ran at the same
    time, told by their beginnings and a lower bound of their length."""
    changes = []
    for entry in media_log(sim):
        if role not in (None, entry["role"]):
            continue
        changes += [(entry["time"], 1), (entry["time"] + LATENCY, -1)]
    now = most = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most


LATENCY = 0.1


@pytest.mark.parametrize("how", ["setting", "option"])
@pytest.mark.parametrize("number", [1, 3, 12])
def test_a_number_that_is_given_is_kept(number, how, make):
    """Never more, and so many indeed when there is enough to do."""
    sim, callark = make(small_day(4 * number, latency_ms={
        "media": LATENCY * 1000 + 50}))
    args = ()
    if how == "setting":
        callark.configure(transfer__concurrency=number)
    else:
        args = ("--concurrency", number)
    result = callark.sync(*RANGE, *args)
    check_completed(callark, sim, result)
    assert most_at_once(sim) == number


def test_where_waiting_is_all_more_at_once_pay(make, fast_clock):
    """Many small bodies behind a long latency: from 8 at a time upwards, as
    far as the ceiling that is set and not beyond."""
    sim, callark = make(small_day(200, media={"size": 2000}, latency_ms={
        "media": LATENCY * 1000 + 20}), transfer__max_concurrency=24)
    result = callark.sync(*RANGE, env=fast_clock(4))
    check_completed(callark, sim, result)
    assert 12 <= most_at_once(sim) <= 24


def test_the_ceiling_holds_from_the_start(make):
    sim, callark = make(small_day(12, latency_ms={
        "media": LATENCY * 1000 + 50}), transfer__max_concurrency=2)
    check_completed(callark, sim, callark.sync(*RANGE))
    assert most_at_once(sim) == 2


# ---- each host by itself ----------------------------------------------------

def two_hosts(make, calls, elsewhere, **scenario):
    """A day with recordings at the platform's own address, and as many again
    whose links lead to `elsewhere`, or to the platform's other listener."""
    sim, callark = make(small_day(calls, **scenario))
    base = elsewhere or sim.media_url
    others = [{"_id": f"other-{i}", "id": f"other-{i}",
               "data_inicio": f"{DAY} 12:00:{i % 60:02}",
               "data_fim": f"{DAY} 12:10:00", "protocolo": f"o{i}",
               "download_url": base + c["path"]}
              for i, c in enumerate(sim.calls(DAY))]
    sim.scenario({**small_day(calls, **scenario), "documents": others})
    return sim, callark


def test_each_host_has_its_own_number(make, fast_clock):
    """One that refuses more than 2 at once does not slow the other, and both
    are remembered."""
    sim, callark = two_hosts(
        make, 100, None, latency_ms={"media": LATENCY * 1000 + 20},
        rate={"parallel": 2, "retry_after": "zero", "on": "media",
              "listener": "media"})
    result = callark.sync(*RANGE, env=fast_clock(5))
    assert result.status == COMPLETE, result
    assert result.summary["archived"] == 200
    log = media_log(sim)
    assert {e["role"] for e in log if e["status"] == 429} == {"media"}
    assert most_at_once(sim, "api") >= 8
    kept, = callark.rows("SELECT value FROM meta WHERE key = 'concurrency'")
    numbers = {origin: int(number) for number, origin in
               (line.split(" ") for line in kept[0].splitlines())}
    assert set(numbers) == {sim.root, sim.media_url}
    assert numbers[sim.media_url] <= 4
    assert numbers[sim.root] >= 8


def test_a_number_that_is_given_is_for_all_hosts_together(make):
    sim, callark = two_hosts(make, 12, None, latency_ms={
        "media": LATENCY * 1000 + 50})
    result = callark.sync(*RANGE, "--concurrency", 3)
    assert result.status == COMPLETE, result
    assert most_at_once(sim) == 3
    assert {e["role"] for e in media_log(sim)} == {"api", "media"}


def test_a_host_that_does_not_answer_is_given_up_in_time(make, fast_clock):
    """Five minutes of vain attempts, and all that waits for it is put off;
    the other host is not held up by it."""
    sim, callark = two_hosts(make, 30, f"http://127.0.0.1:{closed_port()}")
    result = callark.sync(*RANGE, env=fast_clock(120))
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == result.summary["deferred"] == 30
    reasons = [p["reason"] for p in result.summary["problems"]]
    assert any("not answered for a while" in r for r in reasons), reasons
    # The clock of the program: not before its time, and not long after.
    assert 300 <= result.summary["seconds"] <= 600, result.summary


# ---- how fast --------------------------------------------------------------

def test_the_rate_limit_holds_over_all_transfers(make):
    """600 kB at 200 kB a second takes three seconds, however many at once."""
    sim, callark = make(small_day(12, media={"size": 50000}))
    started = time.monotonic()
    result = callark.sync(*RANGE, "--limit-rate", "200K", "--concurrency", 6)
    took = time.monotonic() - started
    check_completed(callark, sim, result)
    assert 2.2 <= took <= 8, took


def test_a_deferred_recording_counts_its_attempts(make, fast_clock):
    """Six in one run, no more; and the next run has six again."""
    sim, callark = make(faulty_day({"do": "500", "times": -1}, calls=1))
    for run in (1, 2):
        result = callark.sync(*RANGE, env=fast_clock(60))
        assert problem(result, sim)["attempts"] == 6 * run
        assert len(asked(sim)) == 6 * run


def test_ten_runs_in_vain_are_a_failure(make, fast_clock):
    """Dead after ten runs: no more requests, until it is asked for."""
    sim, callark = make(faulty_day({"do": "400", "times": -1}, calls=2))
    states = []
    for _ in range(10):
        result = callark.sync(*RANGE)
        assert result.status == INCOMPLETE
        states.append(problem(result, sim)["state"])
    assert states == ["deferred"] * 9 + ["failed"]
    asked_before = len(asked(sim))
    mend(sim)
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert problem(result, sim)["state"] == "failed"
    assert len(asked(sim)) == asked_before
    check_mended(callark, sim, "--retry-failed")


# ---- nobody rests while the catalogue is written ----------------------------

SYNC_MS = 150


def rests(sim, callark, day, *args):
    """How often a connection got no request for as long as a sync of the
    catalogue takes here."""
    catalogue = str(callark.archive / "catalogue.sqlite3")
    sim.reset_log()
    result = traced(callark, "sync", "--day", day, "--concurrency", "1", *args,
                    inject=f"fdatasync:delay_enter={SYNC_MS}ms",
                    path=catalogue)
    assert result.status == COMPLETE, result
    times = sorted(entry["time"] for entry in media_log(sim))
    assert len(times) == 150
    return sum(later - earlier >= SYNC_MS / 1000
               for earlier, later in zip(times, times[1:]))


@needs_strace
def test_requests_stand_in_line_while_the_catalogue_is_written(make):
    """--max-bytes is exact and leaves nothing in line: what it lets rest, the
    ordinary run does not."""
    sim, callark = make(small_day(
        150, days={DAY: 150, "2024-12-31": 150}, latency_ms={"media": 20},
        media={"size": 2000}))
    without_line = rests(sim, callark, DAY, "--max-bytes", "1T")
    assert without_line >= 5
    assert rests(sim, callark, "2024-12-31") <= without_line // 2

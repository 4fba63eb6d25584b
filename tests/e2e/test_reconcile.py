"""Reconcile finds what was planted in the reports, and accuses nothing else."""

import json

import pytest

from support import COMPLETE, INCOMPLETE, USAGE, table_of

DAY = "2024-12-30"
NEXT = "2024-12-31"
CALLS = 120
RANGE = ("--from", DAY, "--to", NEXT)
REPORTS = "service-history,voice-log"
HISTORY, VOICE_LOG, AUDIO = ("service-history", "voice-log",
                             "service-history-audio-links")

# What is told of each kind of planted discrepancy.
TOLD = {
    "no-document": "attended_without_recording",
    "no-link": "attended_without_recording",
    "unknown-recording": "recording_without_call",
    "no-voice-log": "missing_in_voice_log",
    "no-attendance": "missing_in_service_history",
    "duration": "duration_differs",
}
SCENARIO = {
    "days": {DAY: CALLS, NEXT: CALLS},
    # Two seconds of speech are 32 KB.
    "population": {"talk_s": [1, 2], "chats_per_call": 0.5},
    "media": {"size": "call"},
}


def reconciled(callark, *args):
    """Exit status, discrepancies, {day: its line}, sums."""
    result = callark.run("reconcile", "--format", "ndjson", *RANGE, *args)
    lines = [json.loads(line) for line in result.out.splitlines()]
    by_type = {name: [l for l in lines if l["type"] == name]
               for name in ("discrepancy", "day", "sums")}
    assert len(lines) == sum(map(len, by_type.values())), result
    return (result, by_type["discrepancy"],
            {l["day"]: l for l in by_type["day"]}, by_type["sums"])


def expected(sim):
    """What was planted, as (day, kind, protocolo)."""
    return sorted((day, TOLD[kind], one["protocolo"])
                  for day in (DAY, NEXT)
                  for kind, ones in sim.planted(day).items()
                  if kind in TOLD for one in ones)


def found(discrepancies):
    return sorted((d["day"], d["kind"], d["protocol"])
                  for d in discrepancies if not d["explained"])


def synced(make, **scenario):
    sim, callark = make({**SCENARIO, **scenario})
    result = callark.sync(*RANGE, "--reports", REPORTS)
    assert result.status == COMPLETE, result
    return sim, callark


def test_all_agrees(make):
    sim, callark = synced(make)
    result, discrepancies, days, sums = reconciled(callark)
    assert result.status == COMPLETE, result
    assert discrepancies == []
    attended = {day: sum(c["contact"] for c in sim.calls(day, hashes=False))
                for day in (DAY, NEXT)}
    for day, calls in attended.items():
        line = days[day]
        assert line["proved"] and not line["unmeasured"]
        assert [line[name] for name in (
            "calls", "attended_voice_log", "attended_service_history",
            "attended_audio_links", "recordings", "archived")] == [calls] * 6
    for name in ("calls", "archived", "talk_s", "audio_ms"):
        assert sum(s[name] for s in sums) == sum(
            d[name] for d in days.values())


def spread(days, calls, step):
    """Discrepancies of every kind, each on calls of its own: the first and the
    last of a day, beside midnight, are among them."""
    kinds = [kind for kind in TOLD if kind != "duration"]
    return [{"do": kind, "which": [f"{day}#{i}" for day in days for i in
                                   range(place, calls, step)]}
            for place, kind in zip(
                [0, 1, 2, 3, (calls - 1) % step], kinds)]


def test_planted_are_found_and_no_other(make):
    sim, callark = synced(make, planted=spread((DAY, NEXT), CALLS, 10),
                          contact_share=1.0)
    result, discrepancies, _, _ = reconciled(callark)
    assert result.status == INCOMPLETE, result
    planted = expected(sim)
    assert len(planted) == 2 * 5 * CALLS // 10
    assert found(discrepancies) == planted
    assert all(d["explained"] is False for d in discrepancies)


def test_twenty_thousand_calls(make):
    """A second of GSM is 1,625 bytes."""
    days = [f"2024-12-{d}" for d in (27, 28, 29, 30)]
    sim, callark = make({
        "days": dict.fromkeys(days, 5000), "media": {
            "size": "call", "kinds": ["wav-gsm"]},
        "population": {"talk_s": [1, 9], "chats_per_call": 0.2},
        "planted": spread(days, 5000, 250) + [
            {"do": "duration", "which": [f"{day}#{i}" for day in days
                                         for i in range(5, 5000, 250)]}]})
    span = ("--from", days[0], "--to", days[-1])
    result = callark.sync(*span, "--reports", REPORTS, timeout=300)
    assert result.status == COMPLETE, result
    result = callark.run("reconcile", "--format", "ndjson", *span)
    assert result.status == INCOMPLETE, result
    told = [json.loads(line) for line in result.out.splitlines()]
    planted = sorted((day, TOLD[kind], one["protocolo"]) for day in days
                     for kind, ones in sim.planted(day).items()
                     for one in ones)
    assert len(planted) > 200
    assert found(d for d in told if d["type"] == "discrepancy") == planted
    assert not any(d["explained"] for d in told if d["type"] == "discrepancy")


# All whose length the platform can make to measure.
KINDS = ("wav", "wav-alaw", "wav-ulaw", "wav-gsm", "mp3", "ogg-opus",
         "ogg-vorbis", "m4a", "webm", "amr")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seconds", [30, 6, -6])
def test_durations(make, kind, seconds):
    """The audio as callark measured it, whatever it is encoded with."""
    sim, callark = synced(
        make, days={DAY: 40, NEXT: 20}, contact_share=1.0,
        population={"talk_s": [8, 12]},
        media={"size": "call", "kinds": [kind]}, planted=[
            {"do": "duration", "which": "every:10", "seconds": seconds}])
    assert {call["kind"] for call in sim.calls(DAY, hashes=False)} == {kind}
    result, discrepancies, days, _ = reconciled(callark)
    assert result.status == INCOMPLETE
    assert not any(line["unmeasured"] for line in days.values())
    assert len(expected(sim)) == 6
    assert found(discrepancies) == expected(sim)
    result, discrepancies, _, _ = reconciled(callark, "--tolerance",
                                             "%ds" % (abs(seconds) + 1))
    assert result.status == COMPLETE and discrepancies == []


def test_report_never_asked_proves_nothing(make):
    _, callark = make(SCENARIO)
    assert callark.sync(*RANGE, "--reports", "voice-log").status == COMPLETE
    result, discrepancies, days, _ = reconciled(callark)
    assert result.status == INCOMPLETE
    assert discrepancies == []
    assert not days[DAY]["proved"]
    assert days[DAY]["listings"][HISTORY]["asked"] is False
    assert days[DAY]["listings"][VOICE_LOG]["complete"] is True
    text = callark.run("reconcile", "--day", DAY)
    assert (f"nothing is proved: {HISTORY} was never asked; callark sync "
            "--reports does\n") in text.out


def test_documents_changed_and_vanished(make):
    sim, callark = make({**SCENARIO, "routes": {VOICE_LOG: {"listing": {
        "changed": [{"which": f"{DAY}#5", "after_listings": 1}],
        "vanished": [{"which": f"{DAY}#9", "after_listings": 1}]}}}})
    for _ in range(2):
        callark.sync(*RANGE, "--reports", REPORTS)
    calls = sim.calls(DAY, hashes=False)
    protocol = {i: json.loads(calls[i]["document"])["protocolo"]
                for i in (5, 9)}
    result, discrepancies, _, _ = reconciled(callark)
    assert result.status == INCOMPLETE
    assert sorted((d["kind"], d["protocol"], d["explained"])
                  for d in discrepancies) == [
        ("changed", protocol[5], True), ("vanished", protocol[9], False)]


ABSENT = {HISTORY: "missing_in_service_history",
          VOICE_LOG: "missing_in_voice_log",
          AUDIO: "attended_without_recording"}


@pytest.mark.parametrize("route", ABSENT)
def test_documents_that_come_late(make, wall_clock, route):
    """What is missing is told as long as it is, and explained when it came."""
    sim, callark = make({**SCENARIO, "contact_share": 1.0})
    calls = sim.calls(DAY, hashes=False)
    protocols = [json.loads(calls[i]["document"])["protocolo"]
                 for i in (5, 70)]
    late = {"listing": {"late": [{"which": protocols, "after_listings": 1}]}}
    sim.set(**(late if route == AUDIO else {"routes": {route: late}}))
    assert callark.sync(*RANGE, "--reports", REPORTS).status == COMPLETE
    result, missing, _, _ = reconciled(callark)
    assert result.status == INCOMPLETE
    assert {(d["kind"], d["explained"]) for d in missing} == {
        (ABSENT[route], False)}
    # A day later they are there, and nothing is wrong any more.
    again = callark.sync(*RANGE, "--reports", REPORTS, env=wall_clock(86400))
    assert again.status == COMPLETE, again
    result, discrepancies, days, _ = reconciled(callark)
    assert result.status == COMPLETE, result
    assert days[DAY]["explained_kinds"] == {"late": 2}
    assert days[DAY]["unexplained_kinds"] == {}
    for d in discrepancies:
        assert d["kind"] == "late" and d["explained"] is True
        assert d["detail"].startswith(f"{route}: listed only since ")
        assert list(d["ids"]) == [HISTORY, VOICE_LOG, AUDIO]
    for told in (missing, discrepancies):
        assert [d["protocol"] for d in told] == protocols


def test_left_out_by_a_filter_is_explained(make):
    sim, callark = make(SCENARIO)
    first = json.loads(sim.calls(DAY, hashes=False)[0]["document"])
    callark.sync(*RANGE, "--reports", REPORTS, "--service", first["servico"])
    result, discrepancies, _, _ = reconciled(callark)
    assert result.status == COMPLETE, result
    assert {(d["kind"], d["explained"], d["detail"])
            for d in discrepancies} == {
        ("not_archived", True, "excluded by the filter service")}
    # With the same filter there is nothing to explain.
    result, discrepancies, _, sums = reconciled(callark, "--service",
                                                first["servico"])
    assert result.status == COMPLETE and discrepancies == []
    assert {s["service"] for s in sums} == {first["servico"]}


def test_csv_and_text(make):
    sim, callark = synced(make, planted=[
        {"do": "no-voice-log", "which": "every:40"}])
    planted = expected(sim)
    assert planted
    result = callark.run("reconcile", "--format", "csv", *RANGE)
    assert result.status == INCOMPLETE
    rows = table_of(result.out)
    assert sorted((r["day"], r["kind"], r["protocol"].lstrip("'"))
                  for r in rows) == planted
    result = callark.run("reconcile", "--format", "csv", "--sums", *RANGE)
    rows = table_of(result.out)
    assert sum(int(r["unexplained"]) for r in rows) == len(planted)
    text = callark.run("reconcile", *RANGE).out
    assert text.count("UNEXPLAINED") == len(planted)
    assert f"{len(planted)} NOT explained" in text


def test_nothing_there(make):
    _, callark = synced(make)
    assert callark.run("reconcile", "--tolerance", "x").status == USAGE
    result = callark.run("reconcile", "--day", "2024-12-01")
    assert result.status == INCOMPLETE
    assert "never asked" in result.out

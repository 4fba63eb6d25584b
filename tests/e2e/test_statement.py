"""A statement of completeness lies in the bag of a day for as long as it
describes it, and no longer."""

import contextlib
import fcntl
import hashlib
import json
import re
import sqlite3
import subprocess

import pytest

from support import (COMPLETE, DISK, INCOMPLETE, INTEGRITY, LOCKED, USAGE,
                     check_archive, literals, read_manifest, read_trail,
                     sha256_of)
from trials import needs_strace, traced, was_injected

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 30, NEXT: 12}
RANGE = ("--from", DAY, "--to", NEXT)
HISTORY, VOICE_LOG, AUDIO = ("service-history", "voice-log",
                             "service-history-audio-links")
REPORTS = ("--reports", f"{HISTORY},{VOICE_LOG}")
STATEMENT = "data/reports/completeness.json"


def recipe():
    """The line of shell in callark(1) that tells the evidence of a bag."""
    found, = [text for text in literals() if "completeness.json" in text]
    _, line, other = found.replace("\\\n", " ").splitlines()
    assert other == "$ jq -r .evidence.sha256 " + STATEMENT
    return line.removeprefix("$ ")


def scenario(**changes):
    return {"days": DAYS, "media": {"size": "call"},
            "population": {"talk_s": [1, 2]}, **changes}


def synced(make, *args, **changes):
    sim, callark = make(scenario(**changes))
    result = callark.sync(*RANGE, *(args or REPORTS))
    assert result.status == COMPLETE, result
    return sim, callark


def state(callark, *args, status=COMPLETE):
    """Reconcile with a statement; what is told of each day.  status None:
    whatever is found."""
    result = callark.run("reconcile", "--statement", "--format", "ndjson",
                         *(args or RANGE))
    assert result.status in ((COMPLETE, INCOMPLETE) if status is None else
                             (status,)), result
    lines = map(json.loads, result.out.splitlines())
    return {line["day"]: line for line in lines if line["type"] == "day"}


def path_of(callark, day=DAY):
    return callark.bag(day) / STATEMENT


def read(callark, day=DAY):
    return json.loads(path_of(callark, day).read_text())


def entries(callark, action):
    return [e for e in read_trail(callark.archive / "trail.ndjson")
            if e["action"] == action]


def bags(callark):
    return {p: p.read_bytes() for p in callark.archive.glob("2024/*/*/**/*")
            if p.is_file()}


def check(callark):
    """Every bag is valid and everything agrees; what each statement says of
    its bag is so, as anybody can see without callark."""
    check_archive(callark)
    result = callark.run("verify")
    assert result.status == COMPLETE, result
    for path in callark.archive.glob("*/*/*/" + STATEMENT):
        bag = path.parents[2]
        said = json.loads(path.read_text())
        assert read_manifest(bag / "manifest-sha256.txt")[STATEMENT] == \
            sha256_of(path)
        assert said["day"] == "-".join(bag.parts[-3:])
        evidence = subprocess.run(["sh", "-c", recipe()], cwd=bag, check=True,
                                  capture_output=True, text=True).stdout
        assert evidence == said["evidence"]["sha256"] + "\n"
        for source in said["sources"].values():
            for one in source["files"]:
                assert sha256_of(bag / one["path"]) == one["sha256"]


# ---- what is stated --------------------------------------------------------

def test_a_day_is_stated_complete(make):
    sim, callark = synced(make)
    told = state(callark)
    check(callark)
    for day in DAYS:
        said = read(callark, day)
        n = sum(c["contact"] for c in sim.calls(day, hashes=False))
        assert n > 5
        assert said["statement"] == "completeness" and said["format"] == 1
        assert said["complete"] is True and said["why"] == []
        assert said["tolerance_s"] == 5
        assert [said["sums"][name] for name in (
            "calls", "attended_voice_log", "attended_service_history",
            "attended_audio_links", "recordings", "archived")] == [n] * 6
        for name, value in said["sums"].items():
            assert value == told[day][name], name
            assert value == sum(s[name] for s in said["services"]), name
        assert said["unexplained_kinds"] == said["explained_kinds"] == {}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                            said["made_at"])
        assert re.fullmatch(r"callark [\w.]+", said["made_by"])
        for route, source in said["sources"].items():
            documents = len(sim.documents(route, day))
            assert source["asked"] is source["complete"] is True
            assert source["documents"] == documents
            assert source["platform_total"] == documents
            assert source["complete_at"] <= said["made_at"]
        assert {name: [f["path"] for f in source["files"]]
                for name, source in said["sources"].items()} == {
            HISTORY: [f"data/reports/{HISTORY}.ndjson.gz"],
            VOICE_LOG: [f"data/reports/{VOICE_LOG}.ndjson.gz"],
            AUDIO: ["data/recordings.ndjson"]}
        assert said["evidence"]["files"] == n + 3
        assert told[day]["statement"] == sha256_of(path_of(callark, day))
    made = entries(callark, "statement-made")
    assert [e["object"] for e in made] == [f"day {day}" for day in DAYS]
    for day, entry in zip(DAYS, made):
        assert entry["result"].startswith(
            f"sha256 {sha256_of(path_of(callark, day))}, complete, calls ")


def test_no_person_is_named(make):
    sim, callark = synced(make, planted=[
        {"do": "no-voice-log", "which": "every:3"}])
    state(callark, status=INCOMPLETE)
    text = path_of(callark).read_text() + (
        callark.archive / "trail.ndjson").read_text()
    named = set()
    for document in sim.documents(HISTORY, DAY):
        fields = json.loads(document["document"])
        named |= {str(fields[name]) for name in (
            "agente", "agent", "cliente", "contato", "documento_cliente",
            "protocolo") if fields.get(name)}
    assert len(named) > 60
    assert not [name for name in named if name in text]


def test_what_is_not_explained_is_stated(make):
    sim, callark = synced(make, planted=[
        {"do": "no-voice-log", "which": f"{DAY}#0"},
        {"do": "no-link", "which": [f"{DAY}#{i}" for i in range(30)]}],
        contact_share=1.0)
    told = state(callark, status=INCOMPLETE)
    check(callark)
    said = read(callark)
    assert said["complete"] is False
    assert said["why"] == ["unexplained discrepancies: 31"]
    assert said["unexplained_kinds"] == told[DAY]["unexplained_kinds"] == {
        "attended_without_recording": 30, "missing_in_voice_log": 1}
    assert said["sums"]["recordings"] == 0
    assert read(callark, NEXT)["complete"] is True


def test_a_report_that_was_not_asked_is_stated(make):
    _, callark = synced(make, "--reports", VOICE_LOG)
    told = state(callark, status=INCOMPLETE)
    check(callark)
    said = read(callark)
    assert said["complete"] is False and told[DAY]["unexplained"] == 0
    assert said["why"] == [f"{HISTORY} was never asked"]
    assert said["sources"][HISTORY] == {
        "asked": False, "complete": False, "complete_at": None,
        "platform_total": None, "documents": 0, "files": []}
    assert said["sources"][VOICE_LOG]["complete"] is True


def test_a_listing_that_did_not_add_up_is_stated(make):
    _, callark = make(scenario(routes={VOICE_LOG: {"listing": {
        "total_lie": {"delta": 3}}}}))
    assert callark.sync(*RANGE, *REPORTS).status == INCOMPLETE
    state(callark, status=INCOMPLETE)
    check(callark)
    said = read(callark)
    assert said["complete"] is False
    assert said["why"][0].startswith(
        f"{VOICE_LOG} was not listed completely: ")


def moved(day, start, **times):
    return {"which": f"{NEXT}#0", "do": "set", "set": {
        name: f"{day} {time}" for name, time in
        {"data_inicio": start, **times}.items()}}


def test_documents_of_other_bags_are_named(make):
    """voice-log begins a call before midnight, the other two after it."""
    late = {"listing": {"bad": [moved(NEXT, "00:00:02")]}}
    sim, callark = synced(
        make, contact_share=1.0, **late, routes={
            HISTORY: late,
            VOICE_LOG: {"listing": {"bad": [moved(DAY, "23:59:59")]}}})
    state(callark, status=None)
    expected = []
    for route in (HISTORY, AUDIO):
        one = sim.documents(route, NEXT)[0]
        text = one["document"].encode("utf-8", "surrogateescape")
        expected.append({"day": NEXT, "report": route, "id": one["id"],
                         "sha256": hashlib.sha256(text).hexdigest()})
    said, other = read(callark), read(callark, NEXT)
    assert said["documents_of_other_days"] == expected
    assert other["documents_of_other_days"] == []
    assert said["sums"]["calls"] == DAYS[DAY] + 1
    assert other["sums"]["calls"] == DAYS[NEXT] - 1
    check(callark)


# ---- how long it lies there ------------------------------------------------

def test_the_same_is_not_stated_again(make):
    _, callark = synced(make)
    first = state(callark)
    before = bags(callark), (callark.archive / "trail.ndjson").read_bytes()
    assert state(callark) == first
    assert before == (bags(callark),
                      (callark.archive / "trail.ndjson").read_bytes())
    text = callark.run("reconcile", "--statement", *RANGE).out
    assert text.count(", as before") == 2


def test_another_tolerance_is_another_statement(make):
    _, callark = synced(make)
    first = state(callark)
    second = state(callark, "--tolerance", "9s", "--day", DAY)
    assert second[DAY]["statement"] != first[DAY]["statement"]
    assert read(callark)["tolerance_s"] == 9
    assert len(entries(callark, "statement-made")) == 3
    assert not entries(callark, "statement-dropped")
    check(callark)


def test_a_run_that_changes_nothing_keeps_it(make):
    _, callark = synced(make)
    state(callark)
    before = bags(callark)
    for _ in range(2):
        assert callark.sync(*RANGE, *REPORTS).status == COMPLETE
    assert bags(callark) == before


def test_an_edition_that_changes_nothing_of_it_keeps_it(make):
    """Another report comes to the bag, which is published anew."""
    _, callark = synced(make)
    state(callark)
    before = path_of(callark).read_bytes()
    manifest = (callark.bag(DAY) / "manifest-sha256.txt").read_bytes()
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    assert (callark.bag(DAY) / "manifest-sha256.txt").read_bytes() != manifest
    assert path_of(callark).read_bytes() == before
    assert not entries(callark, "statement-dropped")
    check(callark)


CHANGES = {
    "a document changed": {"routes": {VOICE_LOG: {"listing": {"changed": [
        {"which": f"{DAY}#3", "after_listings": 1}]}}}},
    "a document vanished": {"routes": {HISTORY: {"listing": {"vanished": [
        {"which": f"{DAY}#3", "after_listings": 1}]}}}},
    "a document came late": {"routes": {VOICE_LOG: {"listing": {"late": [
        {"which": f"{DAY}#3", "after_listings": 1}]}}}},
    "a recording came late": {"listing": {"late": [
        {"which": f"{DAY}#3", "after_listings": 1}]}},
    "a link came late": {"listing": {"late_links": [
        {"which": f"{DAY}#3", "listings": 1, "as": "missing"}]}},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_day_that_changed_has_it_no_more(make, change):
    sim, callark = synced(make, contact_share=1.0, **CHANGES[change])
    told = state(callark, status=None)
    before = sha256_of(path_of(callark))
    assert callark.sync(*RANGE, *REPORTS).status == COMPLETE
    assert not path_of(callark).exists()
    assert path_of(callark, NEXT).exists()
    dropped = entries(callark, "statement-dropped")
    assert [(e["object"], e["result"].split(",")[0]) for e in dropped] == [
        (f"day {DAY}", f"sha256 {before}")]
    check(callark)
    again = state(callark, status=None)
    assert again[DAY]["statement"] != told[DAY]["statement"]
    check(callark)


def test_a_listing_that_fails_takes_it_away(make):
    """The documents are the same, but the day is not proved any more."""
    sim, callark = synced(make)
    state(callark)
    sim.set(routes={VOICE_LOG: {"listing": {"total_lie": {"delta": 3}}}})
    assert callark.sync("--day", DAY, *REPORTS).status == INCOMPLETE
    assert not path_of(callark).exists()
    assert path_of(callark, NEXT).exists()
    check(callark)


def test_a_document_that_cannot_be_read_takes_it_away(make):
    sim, callark = synced(make)
    state(callark)
    sim.set(documents=[{"raw": "42", "at_day": DAY}])
    callark.sync("--day", DAY, *REPORTS)
    assert not path_of(callark).exists()
    state(callark, status=INCOMPLETE)
    assert read(callark)["evidence"]["unreadable_documents"] == 1
    check(callark)


def test_rebuild_leaves_it_alone(make):
    _, callark = synced(make)
    told = state(callark)
    before = bags(callark)
    for _ in range(2):
        (callark.archive / "catalogue.sqlite3").unlink()
        assert callark.run("rebuild").status == COMPLETE
        assert bags(callark) == before
        assert callark.run("verify").status == COMPLETE
        assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
        for day in DAYS:
            assert sha256_of(path_of(callark, day)) == told[day]["statement"]
        check(callark)
        before = bags(callark)


def test_after_a_rebuild_a_day_that_changes_has_it_no_more(make):
    _, callark = synced(make, **CHANGES["a document changed"])
    state(callark)
    (callark.archive / "catalogue.sqlite3").unlink()
    assert callark.run("rebuild").status == COMPLETE
    assert callark.sync(*RANGE, *REPORTS).status == COMPLETE
    assert not path_of(callark).exists()
    assert path_of(callark, NEXT).exists()
    check(callark)


def test_when_a_day_was_listed_survives_a_rebuild(make):
    """A statement must not take the time of the rebuild for it."""
    _, callark = synced(make)
    path = callark.archive / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE day SET complete_s = 1735700000, is_dirty = 1")
        db.execute("UPDATE report_day SET complete_s = 1735700000 + route")
    first = state(callark)
    listed = {name: source["complete_at"]
              for name, source in read(callark)["sources"].items()}
    assert listed == {HISTORY: "2025-01-01T02:53:20Z",
                      VOICE_LOG: "2025-01-01T02:53:21Z",
                      AUDIO: "2025-01-01T02:53:20Z"}
    path.unlink()
    assert callark.run("rebuild").status == COMPLETE
    again = state(callark)
    assert again == {day: {**line, "statement": first[day]["statement"]}
                     for day, line in again.items()}
    check(callark)


# ---- cut off ---------------------------------------------------------------

def check_any_moment(callark):
    """What a kill left is told as unpublished, and as nothing worse."""
    result = callark.run("verify")
    assert result.status == COMPLETE, result
    found = {line.split()[0] for line in result.out.splitlines()[:-1]}
    assert found <= {"unpublished"}, result


@needs_strace
@pytest.mark.parametrize("call", ["fsync", "renameat"])
def test_killed_while_it_is_made(make, call):
    """There is the one before, the new one or none, and it fits its bag."""
    _, callark = make(scenario(days={DAY: 3}))
    assert callark.sync("--day", DAY, *REPORTS).status == COMPLETE
    state(callark, "--day", DAY)
    seen, killed = set(), 0
    for ordinal in range(1, 200):
        traced(callark, "reconcile", "--statement", "--day", DAY,
               "--tolerance", f"{ordinal + 5}s",
               inject=f"{call}:signal=KILL:when={ordinal}")
        if not was_injected(callark):
            break
        killed += 1
        check_any_moment(callark)
        assert callark.sync("--day", DAY, *REPORTS).status == COMPLETE
        seen.add(read(callark)["tolerance_s"] if path_of(callark).exists()
                 else None)
        check(callark)
    assert killed >= 4
    assert len(seen) > 1        # some got there before they were killed
    assert read(callark)["tolerance_s"] == killed + 6
    check(callark)


@needs_strace
def test_killed_while_it_is_taken_away(make):
    _, callark = synced(make, **CHANGES["a document changed"])
    state(callark)
    traced(callark, "sync", *RANGE, *REPORTS, inject="unlinkat:signal=KILL",
           path=path_of(callark).name)
    assert was_injected(callark)
    assert path_of(callark).exists()
    check_any_moment(callark)
    assert callark.sync(*RANGE, *REPORTS).status == COMPLETE
    assert not path_of(callark).exists()
    assert entries(callark, "statement-dropped")
    check(callark)


@needs_strace
@pytest.mark.parametrize("ordinal", [1, 3, 7, 8])
def test_a_disk_that_fails_is_told(make, ordinal):
    _, callark = make(scenario(days={DAY: 3}))
    assert callark.sync("--day", DAY, *REPORTS).status == COMPLETE
    result = traced(callark, "reconcile", "--statement", "--day", DAY,
                    inject=f"fsync:error=EIO:when={ordinal}")
    assert was_injected(callark)
    assert result.status == DISK, result
    check_any_moment(callark)
    assert callark.sync("--day", DAY, *REPORTS).status == COMPLETE
    state(callark, "--day", DAY)
    assert read(callark)["complete"] is True
    check(callark)


# ---- who may and who may not -----------------------------------------------

def forge(callark, change):
    """Change the statement, and every manifest and the rest of the bag to
    agree."""
    bag, path = callark.bag(DAY), path_of(callark)
    old = sha256_of(path)
    path.write_text(change(path.read_text()))
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        before = sha256_of(bag / name)
        text = (bag / name).read_text().replace(old, sha256_of(path))
        (bag / name).write_text(text)
        old, path = before, bag / name


def test_a_forged_one_is_found_and_not_published_again(make):
    _, callark = synced(make, planted=[
        {"do": "no-voice-log", "which": f"{DAY}#0"}], contact_share=1.0)
    state(callark, status=INCOMPLETE)
    forge(callark, lambda text: text.replace(
        '"complete":\tfalse', '"complete":\ttrue', 1))
    assert read(callark)["complete"] is True
    result = callark.run("verify")
    assert result.status == INTEGRITY
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    assert not path_of(callark).exists()
    check(callark)


def test_one_that_somebody_put_there_is_none(make):
    _, callark = synced(make)
    state(callark, "--day", DAY)
    path_of(callark, NEXT).write_bytes(path_of(callark).read_bytes())
    path_of(callark, NEXT).chmod(0o600)
    result = callark.run("verify")
    assert result.status == INTEGRITY and "extra" in result.out
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    assert path_of(callark).exists()
    assert not path_of(callark, NEXT).exists()
    check(callark)


def test_a_bag_that_is_not_what_was_archived_is_not_stated(make):
    _, callark = synced(make)
    manifest = callark.bag(DAY) / "manifest-sha256.txt"
    text = manifest.read_text()
    line = next(l for l in text.splitlines() if "data/audio/" in l)
    digit = "1" if line[0] == "0" else "0"
    manifest.write_text(text.replace(line, digit + line[1:]))
    result = callark.run("reconcile", "--statement", *RANGE)
    assert result.status == INTEGRITY, result
    assert "callark verify" in result.err
    assert not path_of(callark).exists()
    check(callark)


@pytest.mark.parametrize("words", [
    ("--agent", "ana*"), ("--min-duration", "1m")])
def test_a_filter_is_refused(make, words):
    _, callark = synced(make)
    before = bags(callark)
    result = callark.run("reconcile", "--statement", *RANGE, *words)
    assert result.status == USAGE
    assert "--statement takes no filter" in result.err
    assert bags(callark) == before


def test_an_archive_that_is_held_is_left_alone(make):
    _, callark = synced(make)
    before = bags(callark)
    with open(callark.archive / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        result = callark.run("reconcile", "--statement", *RANGE)
        assert result.status == LOCKED, result
        assert callark.run("reconcile", *RANGE).status == COMPLETE
    assert bags(callark) == before


def test_a_day_without_bag_is_told(make):
    _, callark = synced(make)
    told = state(callark, "--from", "2024-12-29", "--to", DAY,
                 status=INCOMPLETE)
    assert told["2024-12-29"]["statement"] is None
    assert told[DAY]["statement"] == sha256_of(path_of(callark))
    assert not callark.bag("2024-12-29").exists()
    result = callark.run("reconcile", "--statement", "--day", "2024-12-29")
    assert "2024-12-29 has no bag" in result.err
    check(callark)


def test_without_the_option_nothing_is_written(make):
    _, callark = synced(make)
    before = bags(callark), (callark.archive / "trail.ndjson").read_bytes()
    assert callark.run("reconcile", *RANGE).status == COMPLETE
    assert before == (bags(callark),
                      (callark.archive / "trail.ndjson").read_bytes())

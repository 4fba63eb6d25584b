"""The trail: what was done is told in order, whatever is done to the telling is
found, and an entry that a crash left unfinished is told of, not taken out."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess

import pytest

from support import (COMPLETE, DISK, INCOMPLETE, INTEGRITY, check_archive,
                     check_converged, check_entry, check_trail, literals,
                     read_trail, sha256_of)
from trials import (RANGE as SPAN, check_mended, finish, needs_strace, quiet,
                    start_traced, traced, was_injected)

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 8, NEXT: 5}
RANGE = ("--from", DAY, "--to", NEXT)
TRAIL = "trail.ndjson"


def small(**changes):
    return {"days": DAYS, "contact_share": 0.9, "media": {"size": 2000},
            **changes}


@pytest.fixture
def archive(make):
    """(platform, callark) with two whole days archived."""
    sim, callark = make(small())
    assert callark.sync(*RANGE).status == COMPLETE
    return sim, callark


def trail(callark):
    return callark.archive / TRAIL


def told(callark):
    """[(action, object)] of a trail that is whole."""
    return [(e["action"], e["object"]) for e in read_trail(trail(callark))]


def findings(callark, *args):
    """{(finding, path)}, and the exit status."""
    result = callark.run("verify", "--format", "ndjson", *args)
    lines = [json.loads(line) for line in result.out.splitlines()]
    return {(f["finding"], f["path"]) for f in lines if "finding" in f}, \
        result.status


def organisation(callark):
    return json.loads((callark.archive / "callark.json").read_text())[
        "organization_id"]


# ---- what is told ------------------------------------------------------------

def test_a_sync_tells_what_it_did(archive):
    _, callark = archive
    first, second, *days, last = told(callark)
    assert first == ("archive-created", f"archive {organisation(callark)}")
    assert second == ("run-started", "run 1")
    assert sorted(days) == [("day-published", f"day {DAY}"),
                            ("day-published", f"day {NEXT}")]
    assert last == ("run-ended", "run 1")
    created, started, *_, ended = read_trail(trail(callark))
    assert created["result"].startswith("format 1, time zone ")
    assert started["result"] == \
        f"sync from {DAY} 00:00:00 up to 2025-01-01 00:00:00"
    assert ended["result"].startswith("complete: listed 13, archived ")
    assert trail(callark).stat().st_mode & 0o777 == 0o600


def test_a_publication_tells_what_was_published(archive):
    _, callark = archive
    entries = check_trail(callark)
    published = [e for e in entries if e["action"] == "day-published"]
    for entry in published:
        bag = callark.bag(entry["object"].removeprefix("day "))
        assert entry["result"].startswith("tagmanifest " + sha256_of(
            bag / "tagmanifest-sha256.txt") + ", listed ")


def test_a_run_that_changes_nothing_tells_only_that_it_ran(archive):
    _, callark = archive
    before = told(callark)
    assert callark.sync(*RANGE).summary["new"] == 0
    assert told(callark) == before + [("run-started", "run 2"),
                                      ("run-ended", "run 2")]


def test_a_day_that_is_written_anew_is_told_again(make):
    sim, callark = make(small(listing={
        "late": [{"which": [1], "after_listings": 1}]}))
    assert callark.sync(*RANGE).status == COMPLETE
    assert callark.sync(*RANGE).status == COMPLETE
    days = [o for a, o in told(callark) if a == "day-published"]
    assert len(days) == 3 and len(set(days)) == 2
    check_trail(callark)


def test_what_goes_wrong_is_told(make):
    """A body that is none, by its digest; one that is gone in the end."""
    sim, callark = make(small(contact_share=1.0, media={"size": 2000, "faults": {
        f"{DAY}#1": {"do": "html", "times": -1}}}))
    body = sim.calls(DAY)[1]["id"]
    assert callark.sync(*RANGE).status == INCOMPLETE
    entries = read_trail(trail(callark))
    found = [e for e in entries if e["action"] == "quarantined"]
    assert [e["object"] for e in found] == [f"recording {body}"]
    kept = next((callark.archive / "quarantine").rglob("*.body"))
    assert found[0]["result"] == (f"a body of {kept.stat().st_size} bytes, "
                                  f"sha256 {sha256_of(kept)}")
    assert entries[-1]["result"].startswith("incomplete: listed 13")
    assert "quarantined 1" in entries[-1]["result"]


def test_what_is_given_up_is_told(make):
    sim, callark = make(small(contact_share=1.0, media={"size": 2000, "faults": {
        f"{DAY}#2": {"do": "404", "times": -1}}}))
    lost = f"recording {sim.calls(DAY)[2]['id']}"
    for run in range(3):
        assert ("given-up", lost) not in (told(callark) if run else [])
        assert callark.sync(*RANGE).status == INCOMPLETE
    given_up = [e for e in read_trail(trail(callark))
                if e["action"] == "given-up"]
    assert [(e["object"], e["result"]) for e in given_up] == [(lost, "gone")]


def test_verify_tells_what_it_found(archive):
    _, callark = archive
    assert callark.run("verify").status == COMPLETE
    assert callark.run("verify", "--quick", "--day", DAY).status == COMPLETE
    victim = min((callark.bag(DAY) / "data/audio").iterdir())
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    identity = victim.stem.split("-", 1)[1]
    assert callark.run("verify", "--repair").status == INTEGRITY
    *_, full, quick, aside, repaired = read_trail(trail(callark))
    assert full["object"] == "all days"
    assert re.fullmatch(r"every byte, 2 days, \d+ files, \d+ bytes: "
                        r"everything agrees", full["result"])
    assert quick["object"] == f"days {DAY} to {DAY}"
    assert quick["result"].startswith("names and sizes, 1 days, ")
    assert aside["action"] == "set-aside" and identity in aside["object"]
    assert aside["result"] == f"its file in the bag of {DAY} was damaged"
    assert repaired["result"].endswith(": 1 changed; repaired 1")
    assert callark.sync(*RANGE).status == COMPLETE
    check_archive(callark)


def test_two_that_verify_at_once_both_tell(archive):
    _, callark = archive
    before = len(told(callark))
    both = [callark.start("verify") for _ in range(4)]
    for process in both:
        assert finish(process).status == COMPLETE
    assert told(callark)[before:] == [("verified", "all days")] * 4


def test_rebuild_goes_on_with_the_trail(archive):
    _, callark = archive
    before = trail(callark).read_bytes()
    (callark.archive / "catalogue.sqlite3").unlink()
    assert callark.run("rebuild").status == COMPLETE
    assert trail(callark).read_bytes().startswith(before)
    last = read_trail(trail(callark))[-1]
    assert last["action"] == "catalogue-rebuilt"
    assert last["result"].startswith("2 days, 13 documents, ")
    assert callark.run("verify").status == COMPLETE
    assert callark.sync(*RANGE).status == COMPLETE
    check_archive(callark)


def test_a_dry_run_and_reading_tell_nothing(archive):
    _, callark = archive
    before = trail(callark).read_bytes()
    assert callark.sync("--dry-run", *RANGE).status == COMPLETE
    for command in ("status", "find", "orgs"):
        assert callark.run(command).status == COMPLETE
    assert trail(callark).read_bytes() == before


def test_ids_that_are_no_plain_text_are_told_by_their_digest(make):
    odd = 'é "x"\\'
    sim, callark = make(small(documents=[
        {"raw": json.dumps({"id": odd, "data_inicio": f"{DAY} 10:00:00",
                            "download_url": "{link}"}), "at_day": DAY}]))
    result = callark.sync(*RANGE)
    text = trail(callark).read_text()
    assert odd not in text and "\\" not in text, result
    check_trail(callark)


# ---- an archive that is older than its trail ---------------------------------

def forget_trail(callark):
    """Make the archive one of the time before there were trails."""
    trail(callark).unlink()
    for bag in callark.archive.glob("[0-9]*/*/*"):
        info, tags = bag / "bag-info.txt", bag / "tagmanifest-sha256.txt"
        info.write_text("".join(
            line for line in info.read_text().splitlines(keepends=True)
            if not line.startswith("Callark-Trail-")))
        tags.write_text("".join(
            f"{sha256_of(bag / line[66:])}  {line[66:]}\n"
            for line in tags.read_text().splitlines()))
    db = sqlite3.connect(callark.archive / "catalogue.sqlite3")
    db.execute("DELETE FROM meta WHERE key = 'trail'")
    db.commit()
    db.close()


def test_an_archive_without_trail_gets_one(archive):
    sim, callark = archive
    forget_trail(callark)
    result = callark.run("verify")
    assert result.status == COMPLETE and "no trail yet" in result.err, result
    assert not trail(callark).exists()
    assert callark.sync(*RANGE).status == COMPLETE
    assert told(callark)[0] == ("trail-begun",
                                f"archive {organisation(callark)}")
    result = callark.run("verify")
    assert result.status == COMPLETE and not result.err, result


# ---- whatever is done to it is found -----------------------------------------

def lines_of(text):
    return text.splitlines(keepends=True)


def replaced(n, old, new):
    """A line in which something stands in place of something else."""
    def harm(text):
        lines = lines_of(text)
        assert old in lines[n], lines[n]
        lines[n] = lines[n].replace(old, new, 1)
        return b"".join(lines)
    return harm


def sealed(entry):
    """A line with the right hash of what it says."""
    entry = dict(entry)
    entry.pop("hash", None)
    bound = json.dumps(entry, separators=(",", ":"))[:-1]
    digest = hashlib.sha256(bound.encode()).hexdigest()
    return f'{bound},"hash":"{digest}"}}\n'.encode(), digest


def forged(text, change, first):
    """The trail with an entry changed, and every hash from there on made
    right again."""
    lines, prev = lines_of(text), None
    for n in range(first, len(lines)):
        entry = json.loads(lines[n])
        if n == first:
            change(entry)
        else:
            entry["prev"] = prev
        lines[n], prev = sealed(entry)
    return b"".join(lines)


def appended(**changes):
    """One more entry than was written."""
    def harm(text):
        last = json.loads(lines_of(text)[-1])
        entry = {**last, "seq": last["seq"] + 1, "prev": last["hash"],
                 **changes}
        line, _ = sealed(entry)
        if "hash" in changes:
            line = line[:-67] + changes["hash"].encode() + b'"}\n'
        return text + line
    return harm


def order(*numbers):
    return lambda text: b"".join(lines_of(text)[n] for n in numbers)


# name: (what is done to its bytes, the finding)
HARMS = {
    "seq": (replaced(2, b'"seq":3', b'"seq":4'), "changed"),
    "time": (replaced(2, b"Z\"", b"X\""), "changed"),
    "actor": (replaced(1, b"uid ", b"uid 1"), "changed"),
    "action": (replaced(1, b"run-started", b"run-stopped"), "changed"),
    "object": (replaced(1, b'"run 1"', b'"run 2"'), "changed"),
    "result": (replaced(4, b"complete: listed 1", b"complete: listed 2"),
               "changed"),
    "prev": (replaced(3, b'"prev":"', b'"prev":"0'), "changed"),
    "prev of the first": (replaced(0, b'"prev":"0', b'"prev":"1'), "changed"),
    "hash": (replaced(3, b'"hash":"', b'"hash":"0'), "changed"),
    "key": (replaced(3, b'"actor"', b'"Actor"'), "changed"),
    "white space": (replaced(3, b'","', b'", "'), "changed"),
    "first line gone": (order(1, 2, 3, 4), "changed"),
    "line gone": (order(0, 1, 3, 4), "changed"),
    "lines swapped": (order(0, 1, 3, 2, 4), "changed"),
    "line twice": (order(0, 1, 2, 2, 3, 4), "changed"),
    "last line twice": (order(0, 1, 2, 3, 4, 4), "changed"),
    "last line gone": (order(0, 1, 2, 3), "truncated"),
    "last lines gone": (order(0, 1), "truncated"),
    "all but one gone": (order(0), "truncated"),
    "cut in the last line": (lambda t: t[:-100], "truncated"),
    "emptied": (lambda t: b"", "missing"),
    "forged hash": (appended(hash="0" * 64), "changed"),
    "forged prev": (appended(prev="0" * 64), "changed"),
    "forged seq": (appended(seq=7), "changed"),
    "forged mending": (appended(action="trail-mended", result="the 0 bytes "
                                "before it are an unfinished entry, sha256 "
                                + hashlib.sha256(b"").hexdigest()), "changed"),
    "CRLF": (lambda t: t.replace(b"\n", b"\r\n"), "changed"),
    "garbage behind": (lambda t: t + b"garbage", "changed"),
    "line of garbage behind": (lambda t: t + b"{}\n", "changed"),
    "empty line behind": (lambda t: t + b"\n", "changed"),
    "empty line between": (lambda t: t.replace(b"\n", b"\n\n", 1), "changed"),
    "byte order mark": (lambda t: b"\xef\xbb\xbf" + t, "changed"),
    "zeros behind": (lambda t: t + bytes(100), "changed"),
    "a long line": (lambda t: t + b"x" * 100000 + b"\n", "changed"),
    "something else": (lambda t: b"what is this?\n" * 500, "changed"),
    # with every hash made right again: only others know better
    "rewritten from the first": (lambda t: forged(
        t, lambda e: e.update(time="2020-01-01T00:00:00.000Z"), 0), "changed"),
    "rewritten from a publication": (lambda t: forged(
        t, lambda e: e.update(result="tagmanifest " + "0" * 64), 2),
        "changed"),
    "last entry rewritten": (lambda t: forged(
        t, lambda e: e.update(result="complete"), 4), "changed"),
    "of another archive": (lambda t: forged(
        t, lambda e: e.update(object="archive other"), 0), "changed"),
}


@pytest.mark.parametrize("harm, word", HARMS.values(), ids=HARMS.keys())
def test_every_harm_is_found_and_can_be_mended(archive, harm, word):
    sim, callark = archive
    path = trail(callark)
    assert len(lines_of(path.read_bytes())) == 5
    path.write_bytes(harm(path.read_bytes()))
    harmed = path.read_bytes()
    for words in ((), ("--quick",), ("--day", NEXT)):
        found, status = findings(callark, *words)
        assert status == INTEGRITY and (word, TRAIL) in found, found
    assert path.read_bytes().startswith(harmed)
    before = path.read_bytes()
    assert callark.run("verify", "--repair").status == INTEGRITY
    begun = read_trail(path)[0]
    assert begun["action"] == "trail-begun"
    kept = list((callark.archive / "quarantine").glob("trail-*.damaged"))
    assert [p.read_bytes() for p in kept] == [before]
    assert sha256_of(kept[0]) in begun["result"]
    assert kept[0].name in begun["result"]
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)
    check_archive(callark)
    check_converged(callark, sim, DAYS)


def test_a_trail_that_is_gone_is_missed(archive):
    sim, callark = archive
    trail(callark).unlink()
    assert findings(callark) == ({("missing", TRAIL)}, INTEGRITY)
    assert not trail(callark).exists()
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert "was missing" in read_trail(trail(callark))[0]["result"]
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)
    check_archive(callark)


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_stands_in_its_place_is_no_trail(archive, kind):
    sim, callark = archive
    kept = callark.folder / "elsewhere"
    trail(callark).rename(kept)
    if kind == "folder":
        trail(callark).mkdir(mode=0o700)
    else:
        trail(callark).symlink_to(kept)
    before = kept.read_bytes()
    assert findings(callark) == ({("unreadable", TRAIL)}, INTEGRITY)
    assert callark.sync(*RANGE).status in (INTEGRITY, DISK)
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)
    assert kept.read_bytes() == before


ENDS = ("last line gone", "last lines gone", "cut in the last line", "emptied",
        "forged hash", "CRLF", "garbage behind", "line of garbage behind",
        "last line twice", "something else", "last entry rewritten")


@pytest.mark.parametrize("name", ENDS)
def test_a_sync_does_not_go_on_with_an_end_that_was_changed(archive, name):
    """Nor does it touch anything; a copy put back is as good as ever."""
    sim, callark = archive
    path = trail(callark)
    before = path.read_bytes()
    path.write_bytes(HARMS[name][0](before))
    harmed = path.read_bytes()
    if name == "last line twice":   # its last line is an entry, and no news
        assert findings(callark)[1] == INTEGRITY
        return
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.status == INTEGRITY, result
    assert str(path) in result.err and "verify --repair" in result.err, result
    assert path.read_bytes() == harmed
    assert not sim.log(path="/recordings/")
    path.write_bytes(before)
    assert callark.sync(*RANGE).status == COMPLETE
    check_archive(callark)


def lose_catalogue(callark):
    (callark.archive / "catalogue.sqlite3").unlink()
    return callark.run("rebuild")


@pytest.mark.parametrize("name", ["last lines gone", "all but one gone",
                                  "rewritten from the first",
                                  "rewritten from a publication"])
def test_the_bags_know_when_the_catalogue_is_lost(archive, name):
    sim, callark = archive
    path = trail(callark)
    path.write_bytes(HARMS[name][0](path.read_bytes()))
    lose_catalogue(callark)
    found, status = findings(callark)
    assert status == INTEGRITY, found
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)


def test_a_rebuild_tells_of_a_trail_that_is_gone_and_is_whole(archive):
    sim, callark = archive
    trail(callark).unlink()
    result = lose_catalogue(callark)
    assert result.status == INTEGRITY and "verify --repair" in result.err
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).summary["new"] == 0
    assert findings(callark) == (set(), COMPLETE)


def test_a_day_of_which_nothing_is_left_is_missed(archive):
    """Neither the tree nor the catalogue knows of it any more."""
    sim, callark = archive
    shutil.rmtree(callark.bag(DAY))
    assert lose_catalogue(callark).status == COMPLETE
    found, status = findings(callark)
    tags = DAY.replace("-", "/") + "/tagmanifest-sha256.txt"
    assert status == INTEGRITY and ("missing", tags) in found
    assert findings(callark, "--day", NEXT) == (set(), COMPLETE)
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)


def test_an_older_edition_of_a_bag_is_known(make):
    """Put back from a copy, with its table and the catalogue of that time."""
    sim, callark = make(small(listing={
        "late": [{"which": [1], "after_listings": 1}]}))
    assert callark.sync(*RANGE).status == COMPLETE
    days = {o for a, o in told(callark)}
    shutil.copytree(callark.archive, callark.folder / "older")
    assert callark.sync(*RANGE).status == COMPLETE
    anew = [o for a, o in told(callark) if a == "day-published"][-1]
    day = anew.removeprefix("day ")
    shutil.rmtree(callark.bag(day))
    shutil.copytree(callark.folder / "older" / day.replace("-", "/"),
                    callark.bag(day))
    assert lose_catalogue(callark).status == COMPLETE
    assert anew in days
    assert findings(callark) == ({("changed", day.replace("-", "/") +
                                   "/tagmanifest-sha256.txt")}, INTEGRITY)


# ---- crashes and disks -------------------------------------------------------

APPENDS = 5         # of a run into a new archive
SOME = (1, 3, 5)    # of them: its making, a publication, its end


@pytest.fixture
def traceable(make):
    sim, callark = make(quiet())
    return sim, callark, [str(trail(callark)), TRAIL]


@needs_strace
@pytest.mark.parametrize("call", ["write", "fsync"])
@pytest.mark.parametrize("ordinal", range(1, APPENDS + 1))
def test_killed_while_it_tells(traceable, call, ordinal):
    sim, callark, path = traceable
    traced(callark, "sync", *SPAN, path=path,
           inject=f"{call}:signal=KILL:when={ordinal}")
    assert was_injected(callark)
    check_mended(callark, sim)
    check_trail(callark)


@needs_strace
@pytest.mark.parametrize("lost", [1, 40, 200, "all but one", "line end"])
@pytest.mark.parametrize("ordinal", SOME)
def test_a_power_cut_leaves_an_entry_unfinished(traceable, ordinal, lost):
    """Killed before the entry was durable, and only a part of it got there."""
    sim, callark, path = traceable
    traced(callark, "sync", *SPAN, path=path,
           inject=f"fsync:signal=KILL:when={ordinal}")
    assert was_injected(callark)
    text = trail(callark).read_bytes()
    last = len(text) - (text[:-1].rfind(b"\n") + 1)
    keep = {"all but one": 1, "line end": last - 1}.get(lost) or last - lost - 1
    os.truncate(trail(callark), len(text) - last + keep)
    torn = trail(callark).read_bytes()
    found, status = findings(callark)
    assert status == COMPLETE, found
    assert (("unpublished", TRAIL) in found) == (lost != "line end")
    check_mended(callark, sim)
    entries = check_trail(callark)
    assert trail(callark).read_bytes().startswith(torn)
    mended = [e for e in entries if e["action"] == "trail-mended"]
    assert len(mended) == (lost != "line end")
    assert findings(callark) == (set(), COMPLETE)


@needs_strace
@pytest.mark.parametrize("call, error", [
    ("write", "ENOSPC"), ("write", "EIO"), ("fsync", "EIO"),
    ("fsync", "ENOSPC"), ("openat2", "EROFS"), ("flock", "ENOLCK")])
@pytest.mark.parametrize("ordinal", SOME)
def test_what_cannot_be_told_is_not_done(traceable, call, error, ordinal):
    sim, callark, path = traceable
    result = finish(start_traced(
        callark, "sync", *SPAN, path=path,
        inject=f"{call}:error={error}:when={ordinal}"))
    assert was_injected(callark)
    assert result.status == DISK, result
    assert TRAIL in result.err, result
    check_mended(callark, sim)
    check_trail(callark)


@needs_strace
def test_a_day_counts_as_published_only_when_it_was_told(traceable):
    """The catalogue does not say so before."""
    sim, callark, path = traceable
    traced(callark, "sync", *SPAN, path=path,
           inject="write:signal=KILL:when=3")
    assert was_injected(callark)
    assert list(callark.archive.glob("*/*/*/tagmanifest-sha256.txt"))
    assert not [e for e in told(callark) if e[0] == "day-published"]
    found, status = findings(callark)
    assert status == COMPLETE, found
    check_mended(callark, sim)


@needs_strace
@pytest.mark.parametrize("call, error", [("write", "ENOSPC"), ("fsync", "EIO")])
def test_verify_ends_with_5_when_it_cannot_tell(archive, call, error):
    _, callark = archive
    path = [str(trail(callark)), TRAIL]
    result = traced(callark, "verify", path=path,
                    inject=f"{call}:error={error}")
    assert was_injected(callark)
    assert result.status == DISK and TRAIL in result.err, result
    victim = min((callark.bag(DAY) / "data/audio").iterdir())
    victim.unlink()
    result = traced(callark, "verify", path=path,
                    inject=f"{call}:error={error}")
    assert result.status == INTEGRITY and TRAIL in result.err, result


# ---- without callark ---------------------------------------------------------

@pytest.fixture(scope="module")
def recipe():
    """The lines of shell in callark(1) that check a trail."""
    found = [text for text in literals() if "done <trail.ndjson" in text]
    assert len(found) == 1
    return found[0]


def follow(recipe, callark):
    done = subprocess.run(["sh", "-c", recipe], cwd=callark.archive, text=True,
                          capture_output=True, check=True)
    assert not done.stderr
    return done.stdout.splitlines()


def test_the_recipe_of_the_manual_page_finds_nothing(archive, recipe):
    _, callark = archive
    assert callark.run("verify").status == COMPLETE
    assert follow(recipe, callark) == []


@pytest.mark.parametrize("name", [
    "time", "object", "prev of the first", "line gone", "lines swapped",
    "line twice", "forged hash", "forged prev", "CRLF",
    "line of garbage behind"])
def test_the_recipe_of_the_manual_page_finds_harm(archive, recipe, name):
    _, callark = archive
    path = trail(callark)
    path.write_bytes(HARMS[name][0](path.read_bytes()))
    assert follow(recipe, callark)


def test_the_recipe_shows_what_was_unfinished(archive, recipe):
    _, callark = archive
    assert callark.run("verify").status == COMPLETE
    torn = lines_of(trail(callark).read_bytes())[-1][:90]
    os.truncate(trail(callark), trail(callark).stat().st_size -
                len(lines_of(trail(callark).read_bytes())[-1]) + 90)
    assert callark.sync(*RANGE).status == COMPLETE
    assert follow(recipe, callark) == [torn.decode()]
    assert "trail-mended" in [a for a, _ in told(callark)]


def test_the_example_of_the_manual_page_is_an_entry():
    found = [t for t in literals() if t.startswith('{"seq":1')]
    assert len(found) == 1
    entry = check_entry(found[0].replace("\n", "").encode(), None)
    assert entry["action"] == "archive-created"

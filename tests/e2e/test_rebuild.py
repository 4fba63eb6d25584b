"""The tree alone makes the catalogue anew."""

import contextlib
import json
import os
import shutil
import sqlite3

import pytest

from support import (COMPLETE, INCOMPLETE, INTEGRITY, check_archive,
                     check_converged, truth)

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 20, NEXT: 12}
RANGE = ("--from", DAY, "--to", NEXT)

# What must be the same after a rebuild; times of this run are not.
TABLES = {
    "recording": "SELECT id, day, start_s, duration_s, state, version,"
                 " version_seen_s, first_seen_s, vanished_s, hex(fingerprint),"
                 " interaction_id, reason, oddity, path, bytes, hex(sha256),"
                 " media_type, codec, link_host, audio_ms, downloaded_s"
                 " FROM recording ORDER BY id",
    "document": "SELECT id, body FROM document JOIN recording USING (n)"
                " ORDER BY id",
    "earlier": "SELECT id, e.version, e.seen_s, hex(e.fingerprint), e.body"
               " FROM earlier e JOIN recording USING (n) ORDER BY id, 2",
    "day": "SELECT day, was_asked, is_complete, total FROM day ORDER BY day",
    "tally": "SELECT day, kind, state, n, bytes, vanished FROM tally WHERE n"
             " ORDER BY day, state",
    "oddity": "SELECT day, path FROM oddity ORDER BY day, path",
}


def rich(**changes):
    """A population with something of everything."""
    return {
        "days": DAYS, "media": {"size": 2000,
                                "kinds": ["wav", "mp3", "ogg-opus"]},
        "documents": [{"raw": "42", "at_day": DAY},
                      {"id": "no date", "download_url": "{link}",
                       "at_day": NEXT}],
        "links": {"gone": [3]},
        "listing": {
            "changed": [{"which": [2, 5], "after_listings": 1}],
            "vanished": [{"which": [7], "after_listings": 1}],
            "late": [{"which": [9], "after_listings": 1}]},
        **changes}


def dump(callark):
    return {name: callark.rows(query) for name, query in TABLES.items()}


def catalogue(callark):
    return callark.archive / "catalogue.sqlite3"


def rebuild(callark):
    result = callark.run("rebuild")
    assert result.status == COMPLETE, result
    return result


def test_a_rebuilt_catalogue_is_the_one_that_was(make):
    sim, callark = make(rich())
    callark.sync(*RANGE, "--service", "*a*")
    callark.sync(*RANGE, "--service", "*a*")
    before = dump(callark)
    assert len(before["earlier"]) >= 2
    assert {row[4] for row in before["recording"]} >= {1, 2, 3}
    assert any(row[8] for row in before["recording"])
    table = (callark.bag(DAY) / "data/recordings.ndjson").read_bytes()
    catalogue(callark).unlink()
    result = rebuild(callark)
    assert "2 days" in result.out and "0 problems" in result.out
    after = dump(callark)
    for name in TABLES:
        assert after[name] == before[name], name
    # and the bags that are written from it are the same, byte for byte
    result = callark.sync(*RANGE, "--service", "*a*")
    assert result.summary["new"] == 0
    assert (callark.bag(DAY) / "data/recordings.ndjson").read_bytes() == table
    check_archive(callark)


def test_after_a_rebuild_nothing_is_fetched_again(make):
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    assert callark.sync(*RANGE).status == COMPLETE
    status = callark.run("status", "-f", "csv").out
    before = {p: p.stat().st_mtime_ns for p in callark.archive.glob("2*/**/*")}
    for _ in range(2):      # with what is lost, and over what is there
        catalogue(callark).unlink(missing_ok=True)
        rebuild(callark)
        assert callark.run("status", "-f", "csv").out == status
        assert callark.run("verify").status == COMPLETE
        sim.reset_log()
        result = callark.sync(*RANGE)
        assert result.status == COMPLETE and result.summary["new"] == 0
        assert not sim.log(path="/recordings/")
    assert {p: p.stat().st_mtime_ns
            for p in callark.archive.glob("2*/**/*")} == before
    check_converged(callark, sim, DAYS)


def test_a_rebuild_keeps_the_old_catalogue_beside(make):
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    callark.sync(*RANGE)
    old = catalogue(callark).read_bytes()
    rebuild(callark)
    assert (callark.archive / "catalogue.sqlite3.old").read_bytes() == old
    check_archive(callark)


@pytest.mark.parametrize("total,kept", [
    ("20", 20), ("20 calls", None), ("many", None), ("-3", None), ("", None),
    ("9223372036854775808", None)])
def test_a_total_that_is_no_number_is_none(make, total, kept):
    sim, callark = make({"days": {DAY: 20}, "media": {"size": 2000}})
    callark.sync("--day", DAY)
    info = callark.bag(DAY) / "bag-info.txt"
    text = info.read_text()
    assert "Callark-Platform-Total: 20\n" in text
    info.write_text(text.replace("Platform-Total: 20",
                                 f"Platform-Total: {total}"))
    rebuild(callark)
    assert callark.rows("SELECT total FROM day") == [(kept,)]


# ---- catalogues that are damaged ---------------------------------------------

def flip(path):
    """A bit in every page behind the head."""
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data), 512):
        data[at] ^= 0x40
    path.write_bytes(data)


def flip_head(path):
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)


def of_others(path):
    """A good database of another program."""
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE t (x)")
    path.chmod(0o600)


DAMAGE = {
    "flipped": flip,
    "head": flip_head,
    "half": lambda p: os.truncate(p, p.stat().st_size // 2 & ~4095),
    "odd-length": lambda p: os.truncate(p, p.stat().st_size // 2 + 77),
    "empty": lambda p: os.truncate(p, 0),
    "text": lambda p: p.write_text("what is this?\n" * 1000),
    "of-others": of_others,
    "zeros": lambda p: p.write_bytes(bytes(p.stat().st_size)),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_catalogue_is_told_and_mended_by_rebuild(make, damage):
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    assert callark.sync(*RANGE).status == COMPLETE
    damage(catalogue(callark))
    for command in ("verify", "status", "sync"):
        result = callark.run(command, *RANGE)
        assert result.status == INTEGRITY, (command, result)
        assert "callark rebuild" in result.err, (command, result)
    rebuild(callark)
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE and result.summary["new"] == 0, result
    assert not sim.log(path="/recordings/")
    check_converged(callark, sim, DAYS)


def test_a_catalogue_that_is_gone_is_told_and_mended_by_rebuild(make):
    """A run that made a new one would fetch everything again."""
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    assert callark.sync(*RANGE).status == COMPLETE
    catalogue(callark).unlink()
    for command in ("verify", "status", "find", "doctor", "sync"):
        result = callark.run(command)
        assert result.status == INTEGRITY, (command, result)
        assert "callark rebuild" in result.err + result.out, (command, result)
        assert not catalogue(callark).exists()
    rebuild(callark)
    assert callark.sync(*RANGE).summary["new"] == 0
    check_converged(callark, sim, DAYS)


def kill_rebuild(callark, days):
    """Kill a rebuild when it has some of the days, but not all."""
    for _ in range(10):     # it may be faster than we look
        process = callark.start("rebuild")
        done = days
        while process.poll() is None and not 0 < done < days:
            with contextlib.suppress(sqlite3.Error):
                done = callark.rows("SELECT count(*) FROM day")[0][0]
        process.kill()
        process.communicate()
        if process.returncode == -9:
            return
    raise AssertionError("no rebuild was cut off")


def test_a_rebuild_that_was_cut_off_is_told_and_done_again(make):
    """A catalogue that lacks days would have them fetched again, and their
    earlier versions forgotten."""
    days = {f"2024-12-{n:02}": 30 for n in range(1, 29)}
    sim, callark = make({"days": days, "contact_share": 0.1,
                         "media": {"size": 2000}})
    span = ("--from", "2024-12-01", "--to", "2024-12-28")
    assert callark.sync(*span).status == COMPLETE
    kill_rebuild(callark, len(days))
    for command in ("status", "sync"):
        result = callark.run(command, *span)
        assert result.status == INTEGRITY, result
        assert "callark rebuild" in result.err
    rebuild(callark)
    sim.reset_log()
    result = callark.sync(*span)
    assert result.status == COMPLETE and result.summary["new"] == 0
    assert not sim.log(path="/recordings/")


# ---- trees that are not whole ------------------------------------------------

@pytest.mark.parametrize("harm", ["gone", "short", "long"])
def test_a_recording_that_is_not_there_is_fetched_by_the_next_sync(make, harm):
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    callark.sync(*RANGE)
    lost = min(callark.bag(DAY).glob("data/audio/*"))
    if harm == "gone":
        lost.unlink()
    elif harm == "short":
        os.truncate(lost, 1000)
    else:
        lost.write_bytes(lost.read_bytes() + b"x")
    catalogue(callark).unlink()
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE and "1 problems" in result.out, result
    assert lost.name in result.err
    assert callark.run("status").status == INCOMPLETE
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE and result.summary["new"] == 1, result
    assert len(sim.log(path="/recordings/")) == 1
    check_converged(callark, sim, DAYS)
    assert callark.run("verify").status == COMPLETE


def test_a_line_that_is_damaged_is_told_and_mended_by_the_next_sync(make):
    sim, callark = make({"days": DAYS, "media": {"size": 2000},
                         "contact_share": 0.8})
    callark.sync(*RANGE)
    table = callark.bag(DAY) / "data/recordings.ndjson"
    lines = table.read_bytes().splitlines(keepends=True)
    lines[1] = b'{"id": nonsense}\n'
    lines[-1] = lines[-1][:40]
    table.write_bytes(b"".join(lines))
    catalogue(callark).unlink()
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE and "2 problems" in result.out, result
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


def test_a_day_without_its_table_is_told(make):
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    callark.sync(*RANGE)
    (callark.bag(DAY) / "data/recordings.ndjson").unlink()
    catalogue(callark).unlink()
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE and DAY in result.err, result
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


def test_lines_that_lead_out_of_the_archive_are_refused(make):
    """A table that came from elsewhere is not believed."""
    sim, callark = make({"days": DAYS, "media": {"size": 2000},
                         "contact_share": 1.0})
    callark.sync(*RANGE)
    table = callark.bag(DAY) / "data/recordings.ndjson"
    rows = [json.loads(line) for line in table.read_bytes().splitlines()]
    rows[0]["path"] = "../../../../../etc/passwd"
    rows[1]["path"] = "/etc/passwd"
    table.write_text("".join(json.dumps(r) + "\n" for r in rows))
    catalogue(callark).unlink()
    result = callark.run("rebuild")
    assert result.status == INCOMPLETE, result
    assert not callark.rows("SELECT 1 FROM recording WHERE path LIKE '%etc%'")
    callark.sync(*RANGE)
    check_archive(callark)


def test_a_copy_elsewhere_is_an_archive_too(make, tmp_path):
    """Without catalogue and partials: the tree is all there is to keep."""
    sim, callark = make({"days": DAYS, "media": {"size": 2000}})
    callark.sync(*RANGE)
    copy = tmp_path / "copy"
    shutil.copytree(callark.archive, copy, ignore=shutil.ignore_patterns(
        "catalogue*", ".partial", "lock", "quarantine"))
    callark.configure(archive__path=copy)
    callark.archive = copy
    rebuild(callark)
    assert callark.run("verify").status == COMPLETE
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE and result.summary["new"] == 0, result
    assert callark.audio() == truth(sim, *DAYS)

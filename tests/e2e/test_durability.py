"""Every way in which callark writes, in the order that a power cut asks for:
see order.py.  contrib/dev/fsyncs takes the calls that sync away, one at a time,
and these tests must notice each."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from omnisim import Sim
from order import RENAMES, SYNCS, Order, traced
from support import COMPLETE, INCOMPLETE, INTEGRITY, Callark
from trials import needs_strace, traced as traced_with

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "campaigns"))

from canonical import FIRST, RANGE, SCENARIO, SECOND, SETTINGS  # noqa: E402

pytestmark = needs_strace

# A body is quarantined once in each scenario, whichever run comes to it.
SYNCED = {COMPLETE, INCOMPLETE}


@pytest.fixture(scope="module")
def sim():
    with Sim(SCENARIO) as running:
        yield running


@pytest.fixture
def callark(sim, tmp_path):
    sim.scenario(SCENARIO)
    return Callark(tmp_path / "callark", sim.url).configure(**SETTINGS)


def recorded(callark):
    """The files that the catalogue names."""
    if not (callark.archive / "catalogue.sqlite3").exists():
        return []
    return [path for path, in callark.rows(
        "SELECT path FROM recording WHERE path IS NOT NULL")]


def ordered(callark, statuses, *words, folder=None):
    """The Order of a run, which must be without flaw and end so; of the archive
    or another folder that it writes."""
    folder = folder or callark.archive
    order = Order(folder, recorded(callark), is_new=not folder.exists())
    result, happened = traced(callark, *words)
    assert result.status in statuses, result
    order.follow(happened)
    assert not order.flaws, "\n".join(order.flaws)
    return order


def test_an_archive_is_made(callark):
    order = ordered(callark, {COMPLETE}, "sync", "--day", FIRST)
    assert order.claimed == set(recorded(callark))
    kinds = Counter(path.split("/")[4] for path in order.claimed)
    assert kinds == {"audio": 10, "media": 5}
    names = {Path(path).name for path in order.renamed}
    assert {"callark.json", "bagit.txt", "manifest-sha256.txt",
            "tagmanifest-sha256.txt", "recordings.ndjson", "media.ndjson",
            "activity-history.ndjson.gz",
            "service-history-messages.ndjson.gz"} <= names


def test_an_archive_grows(callark):
    """A body is continued, another quarantined, a day published again."""
    assert callark.sync("--day", FIRST).status == COMPLETE
    order = ordered(callark, SYNCED, "sync", *RANGE)
    assert {FIRST.replace("-", "/"), SECOND.replace("-", "/")} == {
        path[:10] for path in order.claimed}
    assert any("/quarantine/" in path for path in order.renamed)


def test_what_a_killed_run_named_is_recorded(callark):
    """That run may have died before it synced the folder."""
    assert callark.sync("--day", FIRST).status == COMPLETE
    traced_with(callark, "sync", *RANGE, inject="fsync:signal=KILL:when=1",
                path=str(callark.bag(SECOND) / "data/audio"))
    named = {str(path.relative_to(callark.archive))
             for path in callark.archive.glob("*/*/*/data/audio/*")}
    left = named - set(recorded(callark))
    assert left
    order = ordered(callark, SYNCED, "sync", *RANGE)
    assert left <= order.claimed


def test_a_file_that_is_there_already(callark, tmp_path):
    """Put there by whoever did not record it."""
    assert callark.sync("--day", FIRST).status == COMPLETE
    other = Callark(tmp_path / "other", callark.base_url).configure(**SETTINGS)
    assert other.sync("--day", SECOND).status == INCOMPLETE
    there = sorted(other.bag(SECOND).glob("data/audio/*"))[0]
    here = callark.archive / there.relative_to(other.archive)
    here.parent.mkdir(parents=True, mode=0o700)
    here.write_bytes(there.read_bytes())
    here.chmod(0o600)
    order = ordered(callark, SYNCED, "sync", *RANGE)
    path = str(here.relative_to(callark.archive))
    assert path in order.claimed and str(here) not in order.renamed


def test_a_bad_file_is_set_aside(callark):
    assert callark.sync("--day", FIRST).status == COMPLETE
    victim = sorted(callark.bag(FIRST).glob("data/audio/*"))[0]
    victim.write_bytes(b"x" * victim.stat().st_size)
    assert callark.run("verify", "--repair").status == INTEGRITY
    order = ordered(callark, SYNCED, "sync", *RANGE)
    assert any("/quarantine/" in path for path in order.renamed)


def test_a_trail_is_begun_anew(callark):
    assert callark.sync("--day", FIRST).status == COMPLETE
    trail = callark.archive / "trail.ndjson"
    trail.write_bytes(b"{}\n" + trail.read_bytes())
    order = ordered(callark, {INTEGRITY}, "verify", "--repair")
    assert [path for path in order.renamed if "trail" in path]


def test_a_catalogue_is_made_anew(callark):
    assert callark.sync("--day", FIRST).status == COMPLETE
    order = ordered(callark, {COMPLETE}, "rebuild")
    assert str(callark.archive / "catalogue.sqlite3.old") in order.renamed


def test_what_is_held_of_a_subject_is_exported(callark, sim, tmp_path):
    assert callark.sync("--day", FIRST).status == COMPLETE
    folder = tmp_path / "subject"
    call = json.loads(sim.calls(FIRST)[0]["document"])
    order = ordered(callark, {COMPLETE}, "subject", "export", folder,
                    call["protocolo"], folder=folder)
    assert not (folder / ".partial").exists()
    assert {"bagit.txt", "manifest-sha256.txt"} <= {
        Path(path).name for path in order.renamed}


@pytest.mark.parametrize("words", [
    ("export", "activity-history", "-o"),
    ("sync", *RANGE, "--metrics-file"),
], ids=["export", "metrics"])
def test_a_file_is_named_when_it_is_on_the_disk(callark, tmp_path, words):
    """What lay there before is not lost for one that may be empty."""
    assert callark.sync("--day", FIRST).status == COMPLETE
    path = tmp_path / "named.prom"
    path.write_text("before")
    result, happened = traced(callark, *words, path)
    assert result.status in SYNCED and path.read_text() != "before"
    calls = [call for is_begin, call in happened if is_begin]
    renamed = next(n for n, call in enumerate(calls) if call.name in RENAMES
                   and call.paths[1] == str(path))
    source = calls[renamed].paths[0]
    of_it = [call.name for call in calls[:renamed] if source in call.paths]
    assert "write" in of_it and of_it[-1] in SYNCS, of_it

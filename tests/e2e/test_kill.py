"""Killed at any moment: what is stored stays, what is not comes again."""

import os
import re
import shutil
import signal
import time

import pytest

import points
import tracing
from canonical import attachments_of
from killing import Killer
from omnisim import Sim
from support import COMPLETE, Callark
from trials import (DAYS, RANGE, SEED, calls_with_link, canonical,
                    check_any_moment, check_mended, draw, kill, named_files,
                    needs_strace, quiet, tree_of, wait_until, watch_calls)

MOMENTS = 50
DOUBLES = 8


@pytest.fixture(scope="module")
def sim():
    """One platform for all; it forgets between them."""
    with Sim(canonical()) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(sim, tmp_path_factory):
    """(seconds that a run takes, the tree that it leaves)."""
    sim.scenario(canonical())
    callark = Callark(tmp_path_factory.mktemp("undisturbed"), sim.url)
    began = time.monotonic()
    assert callark.sync(*RANGE).status == COMPLETE
    return time.monotonic() - began, tree_of(callark)


@pytest.fixture
def callark(sim, tmp_path):
    sim.scenario(canonical())
    return Callark(tmp_path / "callark", sim.url)


def kill_after(process, seconds):
    """Kill at a moment; nothing to do when it was over before."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end, process)
    kill(process)


@pytest.mark.parametrize("n", range(MOMENTS), ids=lambda n: f"{SEED}-{n}")
def test_killed_at_a_random_moment_the_next_run_mends_it(
        sim, callark, undisturbed, n):
    seconds, tree = undisturbed
    # One in each fiftieth of the run, so that no phase is left out.
    moment = (n + draw(f"moment {n}").random()) / MOMENTS * seconds
    kill_after(callark.start("sync", *RANGE), moment)
    check_mended(callark, sim)
    assert tree_of(callark) == tree, f"seed {SEED}, after {moment:.4f} s"


def some(pattern, n=1):
    """A condition: n paths of the archive match."""
    return lambda callark: len(list(callark.archive.glob(pattern))) >= n


PHASES = {
    "the root was made": lambda callark: callark.archive.exists(),
    "the catalogue was made": some("catalogue.sqlite3"),
    "the archive was declared": some("callark.json"),
    "a body is coming": some(".partial/*.part"),
    "the first file got its name":
        lambda callark: len(named_files(callark)) >= 1,
    "ten files got their names":
        lambda callark: len(named_files(callark)) >= 10,
    "files have names and a transaction is open":
        lambda callark: named_files(callark) and
        (callark.archive / "catalogue.sqlite3-journal").exists(),
    "the first table is written": some("*/*/*/data/recordings.ndjson"),
    "the second table is written": some("*/*/*/data/recordings.csv"),
    "a tag file is written": some("*/*/*/bagit.txt"),
    "the manifest is written": some("*/*/*/manifest-sha256.txt"),
    "the tag manifest is written": some("*/*/*/tagmanifest-sha256.txt"),
    "the second day is published": some("*/*/*/tagmanifest-sha256.txt", 2),
}


def kill_when(condition, process):
    """Kill while condition() holds: it is looked at again with the process
    stopped, since some are over within microseconds.  False: it ended."""
    while wait_until(condition, process) and process.poll() is None:
        process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, process.pid,
                  os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        if condition():
            kill(process)
            return True
        process.send_signal(signal.SIGCONT)
    kill(process)
    return False


@pytest.mark.parametrize("phase", PHASES)
def test_killed_once(sim, callark, undisturbed, phase):
    for _ in range(5):
        if kill_when(lambda: PHASES[phase](callark),
                     callark.start("sync", *RANGE)):
            break
        shutil.rmtree(callark.archive)
        sim.scenario(canonical())
    assert PHASES[phase](callark), phase
    check_mended(callark, sim)
    assert tree_of(callark) == undisturbed[1]


# ---- at calls that change the archive ----------------------------------------
#
# tests/campaigns/kills tries every one of them; these are a sample.

CALLS = 50
SECOND_CALLS = 12

# Before it nine files have got their final names, and not all have rows.
NAMED = "renameat2:10"


@pytest.fixture(scope="module")
def killer():
    with points.scratch() as folder:
        tracer = tracing.build(folder)
        if not tracing.works(tracer):
            pytest.skip("no program can be traced here")
        with Killer(folder, tracer) as killer:
            yield killer


@pytest.fixture(scope="module")
def undisturbed_calls(killer):
    """The calls of a run that nobody kills."""
    killer.clear()
    return killer.run().calls


def sampled(found, wanted):
    """So many points: one of each part of the run, that the seed draws."""
    return points.sample(found, -(-len(found) // wanted), SEED)


@pytest.fixture(scope="module")
def chosen(undisturbed_calls):
    """The first call of each name, and some of the others."""
    found = [call.point for call in undisturbed_calls]
    firsts = [point for point in found if point.endswith(":1")]
    return firsts + sampled(found, CALLS - len(firsts))


@pytest.fixture(scope="module")
def chosen_second(killer):
    return [f"{NAMED}/{second}" for second in
            sampled(killer.recovery_points(NAMED), SECOND_CALLS)]


def try_nth(killer, chosen, n):
    """Skip what chance denies: fewer are there, or threads took turns in such
    a way that the run did not come to the call."""
    if n >= len(chosen) or killer.try_point(chosen[n]) == points.UNTOUCHED:
        pytest.skip(f"no point {n}, or not reached: {chosen[n:n + 1]}")


@pytest.mark.parametrize("n", range(CALLS), ids=lambda n: f"{SEED}-{n}")
def test_killed_at_a_system_call(killer, chosen, n):
    try_nth(killer, chosen, n)


def test_the_kills_at_system_calls_do_happen(killer):
    """Or the tests above would prove nothing."""
    assert killer.run_until("renameat2:5").was_killed
    assert (len(named_files(killer.callark)) +
            len(attachments_of(killer.callark))) == 4


def test_the_canonical_run_has_all_kinds_of_work(killer):
    killer.clear()
    trace = killer.run()
    assert len(trace.calls) > 800 and len(trace.counts()) > 15, trace.counts()
    paths = {path.removeprefix(f"{killer.callark.archive}/")
             for call in trace.calls for path in call.paths}
    for part in ("quarantine/", "trail.ndjson", "catalogue.sqlite3-journal",
                 ".partial/", "2024/12/30/tagmanifest", "2024/12/31/data/"):
        assert any(path.startswith(part) for path in paths), part
    ranges = [entry["headers"].get("range") for entry in killer.sim.log()
              if entry["status"] == 206]
    assert ranges == ["bytes=1200000-"]


def test_killed_in_quarantine_no_body_lies_there_without_a_note(
        killer, undisturbed_calls):
    named = [call.point for call in undisturbed_calls
             if call.name.startswith("rename") and
             "/quarantine/" in call.paths[1]]
    assert len(named) == 2
    for point in named:
        assert killer.try_point(point) != points.UNTOUCHED


# ---- killed again while mending ----------------------------------------------

@pytest.mark.parametrize("n", range(DOUBLES), ids=lambda n: f"{SEED}-{n}")
def test_killed_again_at_a_random_moment_of_recovery(
        sim, callark, undisturbed, n):
    seconds, tree = undisturbed
    chance = draw(f"double {n}")
    kill_after(callark.start("sync", *RANGE),
               seconds * chance.uniform(0.3, 1))
    check_any_moment(callark, sim)
    kill_after(callark.start("sync", *RANGE), seconds * chance.random() / 2)
    check_mended(callark, sim)
    assert tree_of(callark) == tree


@pytest.mark.parametrize("n", range(SECOND_CALLS),
                         ids=lambda n: f"{SEED}-{n}")
def test_killed_again_at_a_system_call_of_recovery(
        killer, chosen_second, n):
    try_nth(killer, chosen_second, n)


# ---- what a power cut leaves -------------------------------------------------

TABLES_AND_TAGS = 6
RENAME = re.compile(r'\d+<([^>]+)>, "([^"]+)", \d+<([^>]+)>, "([^"]+)"')
SYNC = re.compile(r"\d+<([^>]+)>")


@needs_strace
def test_bytes_are_on_disk_before_their_name_and_names_before_the_end(
        sim, callark):
    """No kill can tell, as the kernel remembers; a power cut would."""
    sim.scenario(quiet())
    result, events = watch_calls(callark, "sync", *RANGE,
                                 calls="fsync,renameat,renameat2")
    assert result.status == COMPLETE, result
    synced, renamed, open_folders = set(), 0, {}
    for is_begin, call, text in events:
        if call == "fsync":
            path = SYNC.match(text)[1]
            if is_begin:
                open_folders.pop(path, None)
            else:
                synced.add(path)
            continue
        source, name, folder, final = RENAME.match(text).groups()
        if is_begin:
            renamed += 1
            assert f"{source}/{name}" in synced, f"{final} may be empty"
        else:
            open_folders[folder] = final
    assert not open_folders, "names that may be lost"
    # and callark.json
    assert renamed == (len(calls_with_link(sim)) +
                       TABLES_AND_TAGS * len(DAYS) + 1)

"""Killed at any moment: what is stored stays, what is not comes again."""

import re
import time

import pytest

from omnisim import Sim
from support import COMPLETE, Callark
from trials import (DAYS, RANGE, SEED, calls_with_link, canonical,
                    check_any_moment, check_mended, draw, kill, named_files,
                    needs_strace, quiet, traced, tree_of, wait_until,
                    was_injected, watch_calls)

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


@pytest.mark.parametrize("phase", PHASES)
def test_killed_once(sim, callark, undisturbed, phase):
    process = callark.start("sync", *RANGE)
    wait_until(lambda: PHASES[phase](callark), process)
    kill(process)
    assert PHASES[phase](callark), phase
    check_mended(callark, sim)
    assert tree_of(callark) == undisturbed[1]


# ---- at every kind of call that changes a file -------------------------------

# Calls that a thread makes at most in a run without faults, and how many of
# them are tried; strace counts in each thread by itself.
CALLS = {
    "openat": (60, 3), "openat2": (62, 3), "mkdirat": (35, 3),
    "write": (16, 5), "pwrite64": (250, 6), "fsync": (28, 5),
    "fdatasync": (90, 5), "renameat": (12, 3), "renameat2": (25, 4),
    "unlink": (18, 3), "ftruncate": (2, 2), "sync_file_range": (6, 2),
    "flock": (16, 3), "close": (50, 2),
}


def points():
    """(call, ordinal): the first of each, and some at random."""
    for call, (calls, tried) in CALLS.items():
        rest = draw(call).sample(range(2, calls + 1), tried - 1)
        for ordinal in [1, *sorted(rest)]:
            yield call, ordinal


@needs_strace
@pytest.mark.parametrize("call, ordinal", points())
def test_killed_at_a_system_call(sim, callark, undisturbed, call, ordinal):
    sim.scenario(quiet())
    result = traced(callark, "sync", *RANGE,
                    inject=f"{call}:signal=KILL:when={ordinal}")
    if not was_injected(callark):
        assert result.status == COMPLETE, result
    check_mended(callark, sim)
    assert tree_of(callark) == undisturbed[1]


@needs_strace
def test_the_kills_at_system_calls_do_happen(sim, callark):
    """Or the tests above would prove nothing."""
    sim.scenario(quiet())
    result = traced(callark, "sync", *RANGE,
                    inject="renameat2:signal=KILL:when=5")
    assert was_injected(callark) and result.status != COMPLETE
    assert 4 <= len(named_files(callark)) < len(calls_with_link(sim))


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


RECOVERY = ("unlinkat:1", "fdatasync:2", "fdatasync:5", "fdatasync:11",
            "renameat:1", "renameat:2", "renameat:4", "fsync:3", "fsync:8",
            "pwrite64:30", "unlink:4")


@needs_strace
@pytest.mark.parametrize("point", RECOVERY)
def test_killed_again_at_a_system_call_of_recovery(
        sim, callark, undisturbed, point):
    """The first dies with files under final names and no row of them."""
    call, ordinal = point.split(":")
    sim.scenario(quiet())
    traced(callark, "sync", *RANGE, inject="renameat2:signal=KILL:when=12")
    stored = check_any_moment(callark, sim)
    assert stored
    again = traced(callark, "sync", *RANGE,
                   inject=f"{call}:signal=KILL:when={ordinal}")
    assert was_injected(callark) or again.status == COMPLETE
    assert len(check_any_moment(callark, sim)) >= len(stored)
    check_mended(callark, sim)
    assert tree_of(callark) == undisturbed[1]


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

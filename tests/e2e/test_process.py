"""The program as a process: others beside it, signals, broken streams, odd
surroundings, other users."""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

import support
from omnisim import Sim
from support import (COMPLETE, DISK, INCOMPLETE, LOCKED, USAGE, Callark, Result,
                     check_archive, check_converged, check_summary)
from trials import (DAYS, RANGE, are_signals_taken, calls_with_link, canonical,
                    check_mended, finish, kill, named_files, quiet, tree_of,
                    wait_until)

SOON_S = 5


def slow(**changes):
    """A run of a second or two: there is time to disturb it."""
    return quiet(latency_ms={"media": 120}, **changes)


@pytest.fixture(scope="module")
def sim():
    with Sim(quiet()) as running:
        yield running


@pytest.fixture
def callark(sim, tmp_path):
    sim.scenario(quiet())
    sim.reset_log()
    made = Callark(tmp_path / "callark", sim.url)
    return made.configure(transfer__concurrency=4)


@pytest.fixture(scope="module")
def reference(sim, tmp_path_factory):
    """The tree that a run in ordinary surroundings leaves."""
    sim.scenario(quiet())
    callark = Callark(tmp_path_factory.mktemp("reference"), sim.url)
    assert callark.sync(*RANGE).status == COMPLETE
    return tree_of(callark)


def holds_lock(callark):
    lock = callark.archive / "lock"
    return lock.exists() and lock.read_text().strip()


def start_slow(sim, callark, *args, files=3, **how):
    """A sync that runs, with some files stored already."""
    sim.scenario(slow())
    process = callark.start("sync", *RANGE, *args, **how)
    assert wait_until(lambda: len(named_files(callark)) >= files, process)
    assert process.poll() is None
    return process


# ---- one run at a time -------------------------------------------------------

def test_the_second_of_two_runs_gives_way_at_once(sim, callark):
    first = start_slow(sim, callark)
    began = time.monotonic()
    second = callark.run("sync", *RANGE)
    took = time.monotonic() - began
    assert second.status == LOCKED, second
    assert f"process {first.pid}" in second.err, second
    assert str(callark.archive) in second.err, second
    assert took < SOON_S
    assert finish(first).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_of_a_burst_of_starts_one_does_the_work(sim, callark):
    """The others say so, and nothing is fetched twice."""
    sim.scenario(slow())
    started = [callark.start("sync", *RANGE) for _ in range(20)]
    results = [finish(process) for process in started]
    statuses = [result.status for result in results]
    assert set(statuses) <= {COMPLETE, LOCKED}, results
    assert COMPLETE in statuses and statuses.count(LOCKED) >= 10, statuses
    for call in calls_with_link(sim):
        assert len(sim.log(path=call["path"])) == 1
    check_converged(callark, sim, DAYS)


def test_the_lock_of_a_killed_run_holds_nobody_up(sim, callark):
    kill(start_slow(sim, callark))
    assert holds_lock(callark)      # its process id is still written there
    check_mended(callark, sim)


READERS = {"status": INCOMPLETE, "find": COMPLETE, "verify": LOCKED}
WRITERS = ("rebuild", "verify --repair")


@pytest.mark.parametrize("command", [*READERS, *WRITERS])
def test_beside_a_run(sim, callark, command):
    """Looking is possible at any time; what needs the archive still waits
    its turn; the run is not disturbed."""
    process = start_slow(sim, callark)
    beside = callark.run(*command.split())
    assert beside.status == READERS.get(command, LOCKED), beside
    if beside.status == LOCKED:
        assert f"process {process.pid}" in beside.err, beside
    assert finish(process).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_readers_share_the_archive_and_keep_writers_out(sim, callark):
    assert callark.sync(*RANGE).status == COMPLETE
    with (callark.archive / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        assert callark.run("verify").status == COMPLETE
        assert callark.sync(*RANGE).status == LOCKED
    assert callark.sync(*RANGE).status == COMPLETE


# ---- signals -----------------------------------------------------------------

SIGNALS = {signal.SIGTERM: 143, signal.SIGINT: 130, signal.SIGHUP: 129}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda n: n.name)
def test_a_signal_stops_in_order(sim, callark, number):
    """Nothing new is begun; what is stored is published; a run goes on."""
    summary = callark.folder / "summary.json"
    process = start_slow(sim, callark, "--summary-json", summary)
    process.send_signal(number)
    began = time.monotonic()
    result = finish(process)
    assert time.monotonic() - began < SOON_S
    assert result.status == SIGNALS[number], result
    assert "stopped by a signal" in result.err, result
    result.summary = json.loads(summary.read_text())
    check_summary(result)
    assert 3 <= result.summary["archived"] < len(calls_with_link(sim))
    assert result.summary["archived"] == len(named_files(callark))
    check_archive(callark)
    verified = callark.run("verify")
    assert "everything agrees" in verified.out, verified
    check_mended(callark, sim)


def test_a_stop_keeps_what_came_of_large_bodies(sim, callark):
    """The next run continues them where they were."""
    size = 3 << 20
    sim.scenario(canonical(days={"2024-12-30": 1}, contact_share=1,
                           media={"size": size}, bandwidth=4 << 20))
    partial = callark.archive / ".partial"
    process = callark.start("sync", *RANGE)
    assert wait_until(lambda: any(p.stat().st_size > size // 2
                                  for p in partial.glob("*.part")), process)
    process.terminate()
    assert finish(process).status == 143
    kept = [p.stat().st_size for p in partial.glob("*.part")]
    assert len(kept) == 1 and kept[0] > size // 2
    sim.set(bandwidth=None)
    sim.reset_log()
    assert callark.sync(*RANGE).status == COMPLETE
    asked = [e["headers"].get("range") for e in sim.log(path="/recordings")]
    assert len(asked) == 1
    assert (1 << 20) <= int(asked[0].removeprefix("bytes=").split("-")[0])
    check_converged(callark, sim, ["2024-12-30"])


@pytest.mark.parametrize("what", ["list", "media"])
def test_a_stop_does_not_wait_for_a_silent_platform(sim, callark, what):
    sim.scenario(quiet(latency_ms={what: 60000}))
    process = callark.start("sync", *RANGE)
    asked = {"list": "/ReportsApi", "media": "/recordings"}[what]
    assert wait_until(lambda: sim.log(path=asked), process)
    process.terminate()
    began = time.monotonic()
    assert finish(process).status == 143
    assert time.monotonic() - began < SOON_S
    sim.scenario(quiet())
    check_mended(callark, sim)


def test_the_second_signal_ends_at_once(sim, callark):
    """Even where the orderly stop has to wait."""
    sim.scenario(quiet(latency_ms={"login": 60000}))
    process = callark.start("sync", *RANGE)
    assert wait_until(lambda: sim.log(path="/Login"), process)
    process.send_signal(signal.SIGTERM)
    assert wait_until(lambda: are_signals_taken(process.pid), process)
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    assert finish(process).status in (130, 143)
    assert time.monotonic() - began < SOON_S
    sim.scenario(quiet())
    check_mended(callark, sim)


# ---- streams -----------------------------------------------------------------

@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
def test_streams_closed_at_the_start(sim, callark, closed):
    """No file of the archive becomes a standard stream by chance."""
    result = callark.sync(*RANGE, "-v",
                          preexec_fn=lambda: [os.close(fd) for fd in closed])
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


@pytest.mark.parametrize("command", [
    "sync --from 2024-12-30 --to 2024-12-31", "sync --help", "--help",
    "--version", "status", "status --format csv", "verify", "orgs", "doctor",
    "find", "find --format ndjson", "list --day 2024-12-30 --format csv",
    "sync --from 2024-12-30 --to 2024-12-31 --summary-json -",
])
def test_output_that_cannot_be_written_is_a_failure(sim, callark, command):
    if command.split()[0] in ("status", "verify", "find"):
        callark.sync(*RANGE)
    with open("/dev/full", "w") as full:
        result = callark.run(*command.split(), stdout=full)
    assert result.status == DISK, result
    assert "output could not be written" in result.err, result
    if command.startswith("sync --from"):
        check_mended(callark, sim)


def test_a_summary_that_cannot_be_written_is_a_failure(sim, callark):
    result = callark.run("sync", *RANGE, "--summary-json", "/dev/full")
    assert result.status == DISK, result
    assert "--summary-json /dev/full" in result.err, result
    check_mended(callark, sim)


def test_talk_that_cannot_be_written_stops_nothing(sim, callark):
    with open("/dev/full", "w") as full:
        result = callark.sync(*RANGE, "-v", stderr=full)
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_reader_that_left_stops_nothing(sim, callark, stream):
    """No SIGPIPE, and the exit status tells of the archive."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        result = callark.sync(*RANGE, "-v", **{stream: pipe})
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


# ---- surroundings ------------------------------------------------------------

ENVIRONMENTS = {
    "LANG=pt_BR.UTF-8": {"LANG": "pt_BR.UTF-8", "LC_ALL": "pt_BR.UTF-8"},
    "LANG=C": {"LANG": "C", "LC_ALL": "C"},
    "LANG=tr_TR.UTF-8": {"LC_ALL": "tr_TR.UTF-8"},
    "LANG is nonsense": {"LANG": "\x1b[31m/../x", "LC_ALL": "%n%s"},
    "TZ is empty": {"TZ": ""},
    "TZ=Pacific/Kiritimati": {"TZ": "Pacific/Kiritimati"},
    "TZ=Etc/GMT+12": {"TZ": "Etc/GMT+12"},
    "TZ=XXX-24:59:59": {"TZ": "XXX-24:59:59"},
    "TZ names no file": {"TZ": ":/no/such/file"},
    "TZ is long": {"TZ": "A" * 5000},
    "TZDIR is relative": {"TZDIR": "zones"},
    "nothing is set": None,
}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_environment_does_not_change_the_archive(
        sim, callark, reference, name):
    extra = ENVIRONMENTS[name]
    if extra is None:
        kept = {k: v for k, v in callark.environment().items()
                if k.endswith("SAN_OPTIONS")}
        callark.environment = lambda _: kept
    result = callark.sync(*RANGE, env=extra)
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)
    assert tree_of(callark) == reference


def test_without_time_zone_data_the_error_is_clear(sim, callark, tmp_path):
    """Falling back on UTC would put calls into the wrong days."""
    (tmp_path / "empty").mkdir()
    env = {"TZDIR": str(tmp_path / "empty")}
    result = callark.sync(*RANGE, env=env)
    assert result.status == USAGE, result
    for word in ("America/Sao_Paulo", "tzdata", env["TZDIR"]):
        assert word in result.err, result
    assert not named_files(callark)
    check_mended(callark, sim)


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777], ids=oct)
def test_the_umask_does_not_change_modes(sim, callark, reference, mask):
    result = callark.sync(*RANGE, preexec_fn=lambda: os.umask(mask))
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)      # checks every mode
    assert callark.archive.stat().st_mode & 0o777 == 0o700
    assert tree_of(callark) == reference


def lose_folder(folder):
    """Run in a folder that is no more."""
    def change():
        folder.mkdir()
        os.chdir(folder)
        folder.rmdir()
    return change


def test_a_working_folder_that_is_gone_does_not_matter(sim, callark, tmp_path):
    result = callark.sync(*RANGE, preexec_fn=lose_folder(tmp_path / "gone"))
    assert result.status == COMPLETE, result
    check_converged(callark, sim, DAYS)


def test_a_relative_archive_in_a_folder_that_is_gone_is_refused(
        callark, tmp_path):
    callark.configure(archive__path="archive")
    result = callark.run("sync", *RANGE,
                         preexec_fn=lose_folder(tmp_path / "gone"))
    assert result.status == USAGE, result
    assert "the folder above it does not exist" in result.err, result


def test_a_relative_archive_is_where_the_run_was_started(
        sim, callark, tmp_path):
    callark.configure(archive__path="callark/archive")
    assert callark.sync(*RANGE, cwd=tmp_path).status == COMPLETE
    check_converged(callark, sim, DAYS)


# ---- places that are not as expected -----------------------------------------

def make_file(callark):
    callark.archive.write_text("mine\n")


def make_folder_of_files(callark):
    callark.archive.mkdir(mode=0o700)
    (callark.archive / "mine").write_text("mine\n")


def lose_parent(callark):
    callark.archive = callark.folder / "no" / "such" / "archive"
    callark.configure(archive__path=callark.archive)


def open_to_others(callark):
    callark.archive.mkdir()
    callark.archive.chmod(0o777)


def make_mark_unreadable(callark):
    callark.archive.mkdir(mode=0o700)
    (callark.archive / "callark.json").write_text("{nothing")


PLACES = {
    "is a file": (make_file, USAGE, "expected a folder"),
    "is a folder of something else":
        (make_folder_of_files, USAGE, "is no archive"),
    "has no parent": (lose_parent, USAGE, "the folder above it does not exist"),
    "lets others write": (open_to_others, USAGE, "chmod go-w"),
    "has a damaged mark": (make_mark_unreadable, support.INTEGRITY, "damaged"),
}


@pytest.mark.parametrize("place", PLACES)
def test_an_archive_path_that(callark, place):
    """is wrong is refused by name, and left as it was."""
    prepare, status, words = PLACES[place]
    prepare(callark)
    before = {p: p.is_file() and p.read_bytes()
              for p in callark.folder.rglob("*")}
    result = callark.run("sync", *RANGE)
    assert result.status == status, result
    assert words in result.err and str(callark.archive) in result.err, result
    after = {p: p.is_file() and p.read_bytes()
             for p in callark.folder.rglob("*")}
    ours = {callark.archive / n for n in ("lock", ".partial")}
    assert {p: v for p, v in after.items() if p not in ours} == before


# ---- other users -------------------------------------------------------------

NOBODY = 65534


def as_nobody(command, **how):
    return subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
         *command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, check=False, **how)


@pytest.fixture
def open_callark(sim):
    """A configuration of root's that others can look into."""
    if os.geteuid() or not shutil.which("setpriv"):
        pytest.skip("only root can become another user")
    if as_nobody([support.BINARY, "--version"]).returncode:
        pytest.skip("the program is where others cannot run it")
    folder = Path(tempfile.mkdtemp(prefix="callark-"))
    folder.chmod(0o755)
    sim.scenario(quiet())
    callark = Callark(folder / "callark", sim.url)
    callark.folder.chmod(0o755)
    yield callark
    shutil.rmtree(folder)


def run_as_nobody(callark, *args):
    done = as_nobody(callark.command(*args), env=callark.environment())
    return Result(done.returncode, done.stdout, done.stderr)


def test_another_user_cannot_read_the_secrets(open_callark):
    result = run_as_nobody(open_callark, "orgs")
    assert result.status == USAGE, result
    assert "api-key" in result.err and "Permission denied" in result.err, result


def test_another_user_cannot_use_the_archive(open_callark):
    callark = open_callark
    assert callark.sync(*RANGE).status == COMPLETE
    for name in ("api-key", "password"):
        os.chown(callark.folder / name, NOBODY, NOBODY)
    for command in (("sync", *RANGE), ("verify",), ("status",), ("find",)):
        result = run_as_nobody(callark, *command)
        assert result.status in (USAGE, DISK), result
        assert str(callark.archive) in result.err, result
    check_archive(callark)


def test_root_does_not_use_the_archive_of_another(open_callark):
    """Files of root in it would shut its owner out."""
    callark = open_callark
    callark.archive.mkdir(mode=0o700)
    os.chown(callark.archive, NOBODY, NOBODY)
    result = callark.run("sync", *RANGE)
    assert result.status == USAGE, result
    assert str(NOBODY) in result.err and str(callark.archive) in result.err
    assert not any(callark.archive.iterdir())


def test_a_configuration_that_cannot_be_read(open_callark):
    open_callark.config.chmod(0o600)
    result = run_as_nobody(open_callark, "sync", *RANGE)
    assert result.status == USAGE, result
    assert str(open_callark.config) in result.err, result
    assert "Permission denied" in result.err, result


@pytest.mark.parametrize("kind", ["missing", "a folder", "a fifo"])
def test_a_configuration_that_is(callark, kind):
    callark.config.unlink()
    if kind == "a folder":
        callark.config.mkdir()
    elif kind == "a fifo":
        os.mkfifo(callark.config)
    result = callark.run("sync", *RANGE, timeout=20)
    assert result.status == USAGE, result
    assert str(callark.config) in result.err, result

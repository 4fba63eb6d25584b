"""Disks that are full, failing, read-only or rationed: nothing wrong is ever
stored, what is missing is told, and room mends it."""

import hashlib
import json
import resource
import subprocess

import pytest

from omnisim import Sim
from support import (COMPLETE, DISK, INCOMPLETE, Callark, check_archive,
                     check_summary)
from trials import (RANGE, calls_with_link, canonical, check_any_moment,
                    check_mended, finish, named_files, needs_strace, quiet,
                    start_traced, was_injected)


@pytest.fixture(scope="module")
def sim():
    with Sim(quiet()) as running:
        yield running


@pytest.fixture
def callark(sim, tmp_path):
    sim.scenario(quiet())
    sim.reset_log()
    return Callark(tmp_path / "callark", sim.url)


class Disk:
    """A small file system of its own, with the archive on it."""

    def __init__(self, folder, size):
        self.folder = folder
        folder.mkdir()
        made = self._mount("-t", "tmpfs", "-o", f"size={size},mode=0700",
                           "none", str(folder))
        if made.returncode:
            pytest.skip("nothing can be mounted here: " + made.stderr.strip())

    @staticmethod
    def _mount(*args):
        return subprocess.run(["mount", *args], capture_output=True, text=True,
                              check=False)

    def remount(self, options):
        done = self._mount("-o", "remount," + options, str(self.folder))
        assert not done.returncode, done.stderr

    def unmount(self):
        subprocess.run(["umount", str(self.folder)], check=True)


@pytest.fixture
def disk(tmp_path, callark):
    """disk(size): the archive of callark is on a disk of that size."""
    made = []

    def build(size):
        made.append(Disk(tmp_path / "disk", size))
        callark.archive = made[0].folder / "archive"
        callark.configure(archive__path=callark.archive)
        return made[0]

    yield build
    for each in made:
        each.unmount()


def traced_sync(callark, inject, path=None):
    """sync under strace, its summary checked."""
    summary = callark.folder / "summary.json"
    summary.unlink(missing_ok=True)
    result = finish(start_traced(callark, "sync", "--summary-json", summary,
                                 *RANGE, inject=inject, path=path))
    if summary.exists():
        result.summary = json.loads(summary.read_text())
        check_summary(result)
    return result


def is_all_stored(callark, sim):
    return len(named_files(callark)) == len(calls_with_link(sim))


# ---- full --------------------------------------------------------------------

@pytest.mark.parametrize("size", ["16k", "64k", "150k", "250k", "400k", "600k"])
def test_a_disk_that_fills_up(sim, callark, disk, size):
    """The run ends with 5 and names the place; room, and a run, mend it."""
    place = disk(size)
    result = callark.sync(*RANGE)
    assert result.status == DISK, result
    assert str(place.folder) in result.err, result
    assert any(word in result.err for word in (
        "No space left", "disk is full", "make room")), result
    assert not is_all_stored(callark, sim)
    place.remount("size=64m")
    check_mended(callark, sim)


def test_runs_on_a_disk_that_stays_full_change_nothing(sim, callark, disk):
    place = disk("400k")
    assert callark.sync(*RANGE).status == DISK
    before = named_files(callark).keys()
    for _ in range(2):
        assert callark.sync(*RANGE).status == DISK
        assert before <= named_files(callark).keys()
        check_any_moment(callark, sim)
    place.remount("size=64m")
    check_mended(callark, sim)


def test_reserve_keeps_a_run_from_beginning(sim, callark, disk):
    disk("8m")
    callark.configure(archive__reserve="20M")
    result = callark.sync(*RANGE)
    assert result.status == DISK, result
    assert "archive.reserve" in result.err, result
    assert str(callark.archive) in result.err, result
    assert not sim.log(path="/recordings")
    check_archive(callark)
    callark.configure(archive__reserve="1M")
    check_mended(callark, sim)


def test_reserve_stops_a_run_that_comes_to_it(sim, callark, disk):
    """What was fetched until then is archived, and its bags are whole."""
    sim.scenario(canonical(media={"size": 60000}, latency_ms={"media": 50}))
    place = disk("3m")
    callark.configure(archive__reserve="2M", transfer__concurrency=1)
    result = callark.sync(*RANGE)
    assert result.status == DISK, result
    assert "archive.reserve" in result.err, result
    assert 0 < result.summary["archived"] < result.summary["with_link"]
    check_archive(callark)
    place.remount("size=64m")
    check_mended(callark, sim)


# ---- failing -----------------------------------------------------------------

ERRORS = [
    ("pwrite64", "ENOSPC", 20), ("pwrite64", "EIO", 3),
    ("pwrite64", "EDQUOT", 9), ("pwrite64", "EIO", 100),
    ("write", "ENOSPC", 5), ("write", "EIO", 8),
    ("fsync", "EIO", 2), ("fsync", "ENOSPC", 6), ("fsync", "EIO", 12),
    ("fsync", "EDQUOT", 15), ("fdatasync", "EIO", 12),
    ("fdatasync", "EIO", 60), ("renameat2", "EIO", 3),
    ("renameat2", "EROFS", 1), ("renameat2", "ENOSPC", 7),
    ("renameat", "EIO", 2), ("renameat", "ENOSPC", 4),
    ("openat2", "EMFILE", 3), ("openat2", "EIO", 12), ("openat2", "ENOSPC", 20),
    ("openat2", "EROFS", 35), ("mkdirat", "ENOSPC", 2),
    ("mkdirat", "EDQUOT", 4), ("unlink", "EIO", 6),
]


@needs_strace
@pytest.mark.parametrize("call, error, ordinal", ERRORS)
def test_a_call_that_fails_once(sim, callark, call, error, ordinal):
    """Never complete while something is missing, never a wrong file; a run
    without the failure mends it."""
    result = traced_sync(callark, f"{call}:error={error}:when={ordinal}")
    assert was_injected(callark), result
    assert result.status in (COMPLETE, INCOMPLETE, DISK), result
    if result.status == COMPLETE:
        assert is_all_stored(callark, sim)
        check_archive(callark)
    else:
        assert result.err.strip(), result
    check_mended(callark, sim)


ALWAYS = [
    ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("fsync", "EIO"),
    ("fdatasync", "EIO"), ("renameat2", "EIO"), ("renameat", "EROFS"),
    ("openat2", "EMFILE"), ("mkdirat", "ENOSPC"),
]


@needs_strace
@pytest.mark.parametrize("call, error", ALWAYS)
def test_a_call_that_fails_for_ever(sim, callark, call, error):
    """The run ends, with 5, and soon."""
    result = traced_sync(callark, f"{call}:error={error}:when=1+")
    assert was_injected(callark), result
    assert result.status == DISK, result
    check_mended(callark, sim)


def partial_of(callark, call):
    name = hashlib.sha256(call["id"].encode()).hexdigest()
    return callark.archive / ".partial" / f"{name[:32]}.part"


@needs_strace
@pytest.mark.parametrize("call, error", [
    ("openat2", "EMFILE"), ("openat2", "ENOSPC"), ("pwrite64", "ENOSPC"),
    ("pwrite64", "EIO"), ("pwrite64", "EDQUOT"), ("fsync", "EIO"),
    ("fsync", "ENOSPC"), ("close", "EIO"),
])
def test_one_recording_that_cannot_be_written(sim, callark, call, error):
    """It alone is lost, and fetched anew.  A failed fsync, above all, is not
    asked for again: it would say that all is well."""
    victim = calls_with_link(sim)[7]
    partial = partial_of(callark, victim)
    result = traced_sync(callark, f"{call}:error={error}",
                         path=[str(partial), partial.name])
    trace = (callark.folder / "strace.log").read_text()
    assert trace.count(f"{call}(") == trace.count("(INJECTED)") == 1, trace
    assert result.status == DISK, result
    assert not [n for n in named_files(callark) if victim["id"] in n]
    if error not in ("ENOSPC", "EDQUOT"):    # which end the run
        assert len(named_files(callark)) == len(calls_with_link(sim)) - 1
        assert result.summary["deferred"] == 1
    check_archive(callark)
    check_mended(callark, sim)
    assert len(sim.log(path=victim["path"])) == 1


@needs_strace
def test_a_failed_fsync_of_a_folder_leaves_a_valid_bag(sim, callark):
    """Files whose names may be lost are not claimed, nor left as strangers."""
    folder = callark.bag("2024-12-30") / "data/audio"
    result = traced_sync(callark, "fsync:error=EIO:when=1", path=str(folder))
    assert was_injected(callark), result
    assert result.status == DISK, result
    check_archive(callark)
    check_mended(callark, sim)


@needs_strace
@pytest.mark.parametrize("call, error", [
    ("openat", "EIO"), ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"),
    ("fdatasync", "EIO"), ("unlink", "EIO"), ("unlink", "EROFS"),
])
@pytest.mark.parametrize("ordinal", [1, 6])
def test_the_journal_of_the_catalogue_fails(sim, callark, call, error, ordinal):
    """What the catalogue did not take is not claimed."""
    journal = callark.archive / "catalogue.sqlite3-journal"
    result = traced_sync(callark, f"{call}:error={error}:when={ordinal}",
                         path=str(journal))
    assert was_injected(callark), result
    assert result.status in (COMPLETE, DISK), result
    if result.status == COMPLETE:
        check_archive(callark)
    else:
        assert "catalogue" in result.err, result
    check_mended(callark, sim)


@needs_strace
@pytest.mark.parametrize("command", ["sync", "verify", "status"])
def test_a_catalogue_that_cannot_be_read(sim, callark, command):
    """It is the disk that fails, though SQLite calls the file malformed: nobody
    is told to make a catalogue anew that is not damaged."""
    assert callark.sync(*RANGE).status == COMPLETE
    catalogue = str(callark.archive / "catalogue.sqlite3")
    for ordinal in (1, 2, 4, 8, 9, 12, 16):
        result = finish(start_traced(
            callark, command, *RANGE, path=catalogue,
            inject=f"pread64:error=EIO:when={ordinal}"))
        assert was_injected(callark), result
        assert result.status == DISK, (ordinal, result)
        assert "malformed" not in result.err, result
    check_mended(callark, sim)


# ---- read-only ---------------------------------------------------------------

def test_a_read_only_disk_refuses_sync_but_can_be_read(sim, callark, disk):
    place = disk("64m")
    assert callark.sync(*RANGE).status == COMPLETE
    place.remount("ro")
    result = callark.sync(*RANGE)
    assert result.status == DISK, result
    assert "Read-only file system" in result.err, result
    assert str(callark.archive) in result.err, result
    for command in ("verify", "status", "find"):
        read = callark.run(command)
        assert read.status == COMPLETE, read
    place.remount("rw")
    check_mended(callark, sim)


def test_a_full_disk_for_the_summary_alone(sim, callark):
    """It is told whatever else is missing, and is worse than that."""
    sim.scenario(canonical(media={"faults": {"every:5": {
        "do": "short-inside", "at": 2000, "times": -1}}}))
    incomplete = callark.sync(*RANGE)
    assert incomplete.status == INCOMPLETE, incomplete
    result = callark.run("sync", "--summary-json", "/dev/full", *RANGE)
    assert result.status == DISK, result
    assert "error: --summary-json /dev/full" in result.err, result
    check_archive(callark)


# ---- rationed ----------------------------------------------------------------

def limited(what, soft, hard=None):
    return lambda: resource.setrlimit(what, (soft, hard or soft))


@pytest.mark.parametrize("limit", [0, 4096, 60000, 120000])
def test_a_limit_of_file_size(sim, callark, limit):
    """SIGXFSZ does not end the program: the write fails, and that is told."""
    sim.scenario(canonical(media={"size": 150000}))
    result = callark.run("sync", *RANGE,
                         preexec_fn=limited(resource.RLIMIT_FSIZE, limit))
    assert result.status == DISK, result
    assert "File too large" in result.err or "disk I/O" in result.err, result
    check_mended(callark, sim)


@pytest.mark.parametrize("limit", [4, 8, 11, 12, 14, 16, 20, 24, 48])
def test_a_limit_of_descriptors(sim, callark, limit):
    """Never complete with something missing; whatever lacks is named."""
    callark.configure(transfer__concurrency=40)
    result = callark.sync(*RANGE, preexec_fn=limited(resource.RLIMIT_NOFILE,
                                                     limit), timeout=60)
    if result.status == COMPLETE:
        assert is_all_stored(callark, sim)
    else:
        assert result.err.strip(), result
    check_mended(callark, sim)


def test_a_soft_limit_of_descriptors_is_raised(sim, callark):
    callark.configure(transfer__concurrency=40)
    limits = limited(resource.RLIMIT_NOFILE, 24, 1024)
    result = callark.sync(*RANGE, preexec_fn=limits)
    assert result.status == COMPLETE, result

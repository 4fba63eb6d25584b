"""Entries of the fault catalogue (tests/faults/catalogue.py) that belong to no
other file: each ends with an archive that a run without the fault leaves."""

import contextlib
import hashlib
import json
import re
import signal
import sqlite3
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import transfers
from support import (COMPLETE, DISK, INCOMPLETE, INTEGRITY, IS_UNCONFINED,
                     LOCKED, SERVICE, build_preload, check_all, check_archive,
                     check_converged)
from test_disk import Disk
from transfers import DAYS, RANGE, asked, mend, problem, small_day
from trials import (calls_with_link, check_mended, draw, finish, named_files,
                    needs_strace, quiet, traced, wait_until, was_injected)
from trials import DAYS as BOTH
from trials import RANGE as SPAN

INTERNAL = 70       # neither the archive nor the platform is to blame


@pytest.fixture
def two_days(make):
    """(platform, callark) of the canonical run, which has no fault yet."""
    return make(quiet(), transfer__concurrency=4)


@pytest.fixture
def slow(two_days):
    """The same, with a run of a second or two that has stored some files."""
    sim, callark = two_days
    sim.scenario(quiet(latency_ms={"media": 120}))
    process = callark.start("sync", *SPAN)
    assert wait_until(lambda: len(named_files(callark)) >= 3, process)
    assert process.poll() is None
    yield sim, callark, process
    if process.poll() is None:
        process.kill()
        process.communicate()


# ---- names -------------------------------------------------------------------

@pytest.fixture(scope="session")
def resolver(tmp_path_factory):
    """resolver("10.0.0.1"): an environment in which names below .example have
    that address; see resolver.c."""
    preloaded = build_preload(tmp_path_factory.mktemp("resolver"), "resolver")

    def environment(answers, seconds=0, speed=1):
        return {**preloaded, "RESOLVER_ANSWERS": answers,
                "RESOLVER_SECONDS": str(seconds),
                "RESOLVER_SPEED": str(speed)}
    return environment


def both(one, other):
    """Two environments, each with a library to preload, in one."""
    libraries = f"{one['LD_PRELOAD']} {other['LD_PRELOAD']}"
    return {**one, **other, "LD_PRELOAD": libraries}


def named_hosts(make, hosts, calls=4, **scenario):
    """A day of which recording i lies at hosts[i], at the media listener's
    port, if there is such a host; else at the platform's own address."""
    sim, callark = make(small_day(calls, **scenario))
    port = urlsplit(sim.media_url).port
    sim.set(listing={"bad": [{"which": i, "do": "set", "set": {
        "download_url": f"http://{host}:{port}"
                        f"{transfers.call(sim, i)['path']}"}}
        for i, host in enumerate(hosts)]})
    return sim, callark


def named_host(make):
    """The same with recording 0 at a host below .example."""
    return named_hosts(make, ["media.example"])


def threads(process):
    """What the threads of a process are called."""
    tasks = Path(f"/proc/{process.pid}/task")
    return [path.read_text().strip() for path in tasks.glob("*/comm")]


def check_put_off(callark, sim, result, word, archived=3):
    """Recording 0 alone is put off, for that reason, and comes in the end."""
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == archived, result
    trouble = problem(result, sim)
    assert trouble["state"] == "deferred" and word in trouble["reason"], trouble
    check_archive(callark)
    sim.set(listing={"bad": []})
    mend(sim)
    transfers.check_mended(callark, sim)


def test_n01_a_name_that_is_not_there(make, resolver, fast_clock):
    sim, callark = named_host(make)
    result = callark.sync(*RANGE, env=both(resolver("none"), fast_clock(60)))
    check_put_off(callark, sim, result, "resolve")


SILENCE = 600       # seconds, of which no run waits for one in ten


def test_n02_a_resolver_that_does_not_answer(make, resolver, fast_clock):
    """The time to connect holds for names as well."""
    sim, callark = named_host(make)
    result = callark.sync(*RANGE, env=both(resolver("none", SILENCE),
                                           fast_clock(60, 60)), timeout=60)
    assert problem(result, sim)["attempts"] > 1, result
    check_put_off(callark, sim, result, "media.example: Resolving timed out")


@pytest.mark.parametrize("hosts", [
    pytest.param(["media.example"] * 40, id="one-name"),
    pytest.param([f"h{i}.example" for i in range(40)], id="more-than-threads"),
])
def test_n02_holds_up_no_other_host(hosts, make, resolver, fast_clock):
    """As many recordings as lie at hosts whose names are not answered lie at
    another, and all of these come; the end of the run waits for nobody."""
    sim, callark = named_hosts(make, hosts, 2 * len(hosts))
    result = callark.sync(*RANGE, env=both(resolver("none", SILENCE),
                                           fast_clock(30, 30)), timeout=60)
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == len(hosts), result
    assert result.summary["deferred"] == len(hosts), result
    for trouble in result.summary["problems"]:
        assert ("Resolving timed out" in trouble["reason"] or
                "not answered for a while" in trouble["reason"]), trouble
    check_archive(callark)
    sim.set(listing={"bad": []})
    transfers.check_mended(callark, sim)


def api_by_name(make):
    """A small day of a platform that is asked for by its name."""
    sim, callark = make(small_day())
    callark.configure(omni__base_url=sim.url.replace("127.0.0.1",
                                                     "api.example"))
    return sim, callark


def test_n02_the_platforms_name_is_not_answered(make, resolver, fast_clock):
    sim, callark = api_by_name(make)
    result = callark.sync(*RANGE, env=both(resolver("none", SILENCE),
                                           fast_clock(60, 60)), timeout=60)
    assert result.status == SERVICE, result
    assert "Resolving timed out" in result.err, result
    assert sim.log() == []
    result = callark.sync(*RANGE, env=resolver("127.0.0.1"))
    transfers.check_completed(callark, sim, result)


@pytest.mark.parametrize("hosts", [named_host, api_by_name])
def test_n02_a_signal_ends_a_run_that_waits_for_a_name(hosts, make, resolver,
                                                       fast_clock):
    _, callark = hosts(make)
    process = callark.start("sync", *RANGE, env=both(
        resolver("none", SILENCE), fast_clock(20, 20)))
    try:
        assert wait_until(lambda: threads(process).count("callark-name") == 1,
                          process)
        process.terminate()
        assert process.wait(timeout=30) == 143
    finally:
        process.kill()
        process.communicate()


def test_n03_a_name_with_a_private_address(make, resolver):
    sim, callark = named_host(make)
    result = callark.sync(*RANGE, env=resolver("10.0.0.1"))
    assert problem(result, sim)["attempts"] == 1
    assert sim.log(role="media") == []
    check_put_off(callark, sim, result, "10.0.0.1 is not public")


def test_n04_a_name_that_gets_a_private_address(make, resolver, fast_clock):
    """The first answer is allowed and the second is not; the wait between them
    outlasts what libcurl remembers of names and connections."""
    sim, callark = named_host(make)
    callark.configure(network__allow_private="127.0.0.1/32")
    sim.set(media={"faults": {"0": {"do": "503", "retry": 299}}})
    result = callark.sync(*RANGE, env=both(
        resolver("127.0.0.1 127.0.0.2", speed=600), fast_clock(100, 60)))
    assert len(asked(sim)) == 1
    check_put_off(callark, sim, result, "127.0.0.2 is not public")


# ---- listings ----------------------------------------------------------------

@pytest.mark.parametrize("delta", [4, -3], ids=["A17-up", "A18-down"])
def test_a_total_that_changes_in_mid_listing(make, delta):
    """Told so from the second page on, for a while: listed again until two
    agree."""
    sim, callark = make(small_day(35, dialect={"page_size": 10}, listing={
        "total_lie": {"delta": delta, "from": 1, "times": 2}}))
    result = callark.sync(*RANGE)
    transfers.check_completed(callark, sim, result)
    assert result.summary["listed"] == 35


@pytest.mark.parametrize("fault", [
    "trailing-garbage", "two-documents", "deep"],
    ids=["A24", "A25", "A27"])
def test_pages_that_are_never_one_document(make, fast_clock, fault):
    sim, callark = make(small_day(listing={"faults": [
        {"do": fault, "times": -1}]}))
    result = callark.sync(*RANGE, env=fast_clock())
    assert result.status == SERVICE, result
    assert "nothing could be listed" in result.err
    assert len(sim.log(path="/ReportsApi")) <= 6
    sim.set(listing={"faults": []})
    transfers.check_mended(callark, sim)


@pytest.mark.parametrize("other", [False, True],
                         ids=["A05-same", "A06-other"])
def test_an_id_that_is_listed_twice(make, other):
    """One row and one file; another document is kept as a version, and the
    day is told as not agreeing with its Total."""
    sim, callark = make(small_day(6, listing={"duplicates": [
        {"which": [3], "other": other}]}))
    wanted = transfers.call(sim, 3)["id"]
    for _ in range(2):
        result = callark.sync(*RANGE)
        assert result.status == INCOMPLETE and "Total" in result.err, result
        assert result.summary["listed"] == result.summary["archived"] == 6
        row = callark.table(DAYS[0])[wanted]
        assert bool(row["versions"]) == other, row
        check_archive(callark)
    sim.set(listing={"duplicates": []})
    transfers.check_mended(callark, sim)


def test_a34_another_body_under_an_id_that_is_stored(make):
    """What is stored is never fetched again, however its link changes."""
    sim, callark = make(small_day())
    transfers.check_completed(callark, sim, callark.sync(*RANGE))
    before = callark.audio()
    sim.set(listing={"bad": [{"which": 0, "do": "set", "set": {
        "download_url": f"{sim.media_url}{transfers.call(sim, 1)['path']}"}}]})
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE and result.summary["new"] == 0, result
    assert callark.audio() == before
    check_archive(callark)
    sim.set(listing={"bad": []})
    transfers.check_mended(callark, sim)


# ---- disks -------------------------------------------------------------------

@needs_strace
@pytest.mark.parametrize("call, error", [
    ("openat2", "ENFILE"), ("openat2", "EACCES"), ("openat2", "EINTR")],
    ids=["D13-ENFILE", "D16-EACCES", "D15-EINTR"])
@pytest.mark.parametrize("ordinal", [9, 15, 30])
def test_an_error_at_one_call(two_days, call, error, ordinal):
    """Complete only if nothing is missing, and mended by the next run."""
    sim, callark = two_days
    result = traced(callark, "sync", *SPAN,
                    inject=f"{call}:error={error}:when={ordinal}")
    assert was_injected(callark), result
    assert result.status in (COMPLETE, INCOMPLETE, DISK), result
    if result.status == COMPLETE:
        check_converged(callark, sim, BOTH)
    else:
        assert result.err.strip(), result
    check_mended(callark, sim)


@needs_strace
def test_d05_a_quota_that_ends_at_close(two_days):
    """That recording is not taken for stored, though all of it was written."""
    sim, callark = two_days
    victim = calls_with_link(sim)[7]
    name = hashlib.sha256(victim["id"].encode()).hexdigest()[:32] + ".part"
    result = traced(callark, "sync", *SPAN, inject="close:error=EDQUOT",
                    path=[str(callark.archive / ".partial" / name), name])
    assert was_injected(callark), result
    assert result.status == DISK and "quota" in result.err, result
    assert not [n for n in named_files(callark) if victim["id"] in n]
    check_mended(callark, sim)


@needs_strace
def test_d16_a_day_that_may_not_be_entered(two_days):
    sim, callark = two_days
    folder = callark.bag("2024-12-30") / "data/audio"
    result = traced(callark, "sync", *SPAN, inject="openat2:error=EACCES",
                    path=[str(folder), "2024/12/30/data/audio"])
    assert was_injected(callark), result
    assert result.status == DISK and "Permission denied" in result.err, result
    check_mended(callark, sim)


# Where a signal may end a call before it did anything, and of which file.
INTERRUPTED = [("write", "trail.ndjson"), ("pwrite64", None), ("flock", None),
               ("epoll_wait", None), ("poll", None), ("recvfrom", None),
               ("sendto", None)]


@needs_strace
@pytest.mark.parametrize("call, name", INTERRUPTED,
                         ids=[call for call, _ in INTERRUPTED])
def test_d15_calls_that_are_interrupted(two_days, call, name):
    """Each third one of every thread; no run is the worse for it."""
    sim, callark = two_days
    path = name and [str(callark.archive / name), name]
    result = traced(callark, "sync", *SPAN, path=path,
                    inject=f"{call}:error=EINTR:when=2+3")
    assert was_injected(callark), result
    assert result.status == COMPLETE, result
    check_converged(callark, sim, BOTH)


@needs_strace
def test_d15_the_lock_is_asked_for_again(two_days):
    sim, callark = two_days
    result = traced(callark, "sync", *SPAN,
                    inject="flock:error=EINTR:when=1")
    assert was_injected(callark), result
    assert result.status == COMPLETE, result
    check_converged(callark, sim, BOTH)


@pytest.mark.parametrize("mode", ["EXCLUSIVE", "IMMEDIATE"])
def test_d18_a_catalogue_that_is_busy(two_days, mode):
    """Another program holds it for longer than is waited: told, as of a run
    that has the archive."""
    sim, callark = two_days
    assert callark.sync("--day", "2024-12-30").status == COMPLETE
    path = callark.archive / "catalogue.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"BEGIN {mode}")
        result = callark.sync(*SPAN, timeout=60)
        db.rollback()
    assert result.status == LOCKED, result
    assert "catalogue" in result.err, result
    check_mended(callark, sim)


def test_d23_a_day_that_leads_out_of_the_archive(two_days, tmp_path):
    """Nothing is written where the link leads."""
    sim, callark = two_days
    assert callark.sync("--day", "2024-12-30").status == COMPLETE
    outside, day = tmp_path / "outside", callark.bag("2024-12-31")
    outside.mkdir()
    day.symlink_to(outside)
    result = callark.sync(*SPAN)
    assert result.status == DISK, result
    assert "2024/12/31" in result.err, result
    assert not any(outside.iterdir())
    day.unlink()
    check_mended(callark, sim)


def test_d24_no_inode_is_left(two_days, tmp_path):
    sim, callark = two_days
    disk = Disk(tmp_path / "disk", "64m")
    try:
        disk.remount("nr_inodes=30")
        callark.archive = disk.folder / "archive"
        callark.configure(archive__path=callark.archive)
        result = callark.sync(*SPAN)
        assert result.status == DISK, result
        assert "No space left" in result.err, result
        disk.remount("nr_inodes=4000")
        check_mended(callark, sim)
    finally:
        disk.unmount()


@needs_strace
def test_d25_a_file_that_cannot_be_read(two_days):
    """verify names it, and goes on with the others."""
    sim, callark = two_days
    assert callark.sync(*SPAN).status == COMPLETE
    victim, other = sorted(named_files(callark).values())[:2]
    other.write_bytes(b"x" * other.stat().st_size)
    result = traced(callark, "verify", inject="read,pread64:error=EIO",
                    path=str(victim))
    assert was_injected(callark), result
    assert result.status == INTEGRITY, result
    told = [line.split()[0] for line in result.out.splitlines()
            if victim.name in line]
    assert told == ["unreadable"] and other.name in result.out, result
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*SPAN).status == COMPLETE
    check_converged(callark, sim, BOTH)


# ---- the process -------------------------------------------------------------

ALLOCATIONS = 26000     # of a run, about
ALLOCATIONS_TRIED = 24
OF_OPENSSL = 5190       # what it makes for itself, before it is used


@pytest.fixture(scope="session")
def heap(tmp_path_factory):
    """heap(7): an environment in which the 7th allocation fails."""
    preloaded = build_preload(tmp_path_factory.mktemp("heap"), "fail_alloc")

    def environment(ordinal, is_for_ever):
        end = {"ALLOC_ALL": "1"} if is_for_ever else {}
        return {**preloaded, **end, "ALLOC_AT": str(ordinal)}
    return environment


def allocations():
    """One of each part of a run, so that no phase is left out."""
    part = ALLOCATIONS / ALLOCATIONS_TRIED
    return [int((n + draw(f"allocation {n}").random()) * part) + 1
            for n in range(ALLOCATIONS_TRIED)]


@pytest.mark.skipif(IS_UNCONFINED, reason="the sanitizers have their own heap, "
                    "and counters are lost without memory")
@pytest.mark.parametrize("is_for_ever", [False, True], ids=["once", "for-ever"])
@pytest.mark.parametrize("ordinal", [OF_OPENSSL, *allocations()])
def test_k08_an_allocation_fails(two_days, heap, ordinal, is_for_ever):
    """No crash, nothing wrong in the archive, and mended by the next run."""
    sim, callark = two_days
    result = callark.run("sync", *SPAN, env=heap(ordinal, is_for_ever))
    if result.status == COMPLETE:
        check_converged(callark, sim, BOTH)
    else:
        assert re.search("callark: (error|warning): .", result.err), result
    check_mended(callark, sim)


@pytest.mark.skipif(IS_UNCONFINED, reason="the sanitizers have their own heap, "
                    "and counters are lost without memory")
@pytest.mark.parametrize("form", ["text", "json"])
def test_k08_no_memory_is_told_without_any(two_days, heap, form):
    sim, callark = two_days
    result = callark.run("--log-format", form, "sync", *SPAN,
                         env=heap(ALLOCATIONS // 2, True))
    assert result.status == INTERNAL, result
    last = result.err.splitlines()[-1]
    if form == "json":
        assert json.loads(last)["level"] == "error", result
    else:
        assert last.startswith("callark: error: "), result
    assert "out of memory" in last, result
    check_mended(callark, sim)


@needs_strace
@pytest.mark.parametrize("ordinal", range(1, 5))
def test_k09_a_thread_that_cannot_be_made(two_days, ordinal):
    sim, callark = two_days
    result = traced(callark, "sync", *SPAN,
                    inject=f"clone3:error=EAGAIN:when={ordinal}+")
    assert was_injected(callark), result
    if result.status == COMPLETE:
        check_converged(callark, sim, BOTH)
    else:
        assert result.status in (INCOMPLETE, SERVICE, DISK, INTERNAL), result
        assert result.err.strip(), result
    check_mended(callark, sim)


def test_k12_the_lock_file_is_taken_away(slow):
    """The root is locked, too: no run begins beside the other."""
    sim, callark, process = slow
    (callark.archive / "lock").unlink()
    second = callark.run("sync", *SPAN)
    assert process.poll() is None
    assert second.status == LOCKED and "held by another" in second.err, second
    assert finish(process).status == COMPLETE
    check_converged(callark, sim, BOTH)


def test_k18_the_configuration_changes_in_mid_run(slow):
    """It was read once."""
    sim, callark, process = slow
    callark.config.write_text("[omni]\nbase_url = nonsense\n")
    assert finish(process).status == COMPLETE
    callark.write_config()
    check_converged(callark, sim, BOTH)


def test_k15_a_run_that_slept(make, fast_clock):
    """Two minutes pass at once for every clock that runs: what was on its way
    is given up and asked for again."""
    sim, callark = make(quiet(latency_ms={"media": 100}),
                        transfer__concurrency=4)
    process = callark.start("sync", *SPAN, env=fast_clock(60, 60))
    assert wait_until(lambda: len(named_files(callark)) >= 3, process)
    process.send_signal(signal.SIGSTOP)
    time.sleep(2.1)
    process.send_signal(signal.SIGCONT)
    result = finish(process)
    assert result.status == COMPLETE, result
    check_all(callark, sim, BOTH, result)
    check_converged(callark, sim, BOTH)


HOUR, YEAR = 3600, 31557600
CLOCKS = {"an-hour-late": -HOUR, "an-hour-early": HOUR,
          "ten-years-early": 10 * YEAR, "beyond-2038": 20 * YEAR,
          "beyond-2106": 100 * YEAR}


@pytest.mark.parametrize("seconds", CLOCKS.values(), ids=CLOCKS.keys())
def test_k13_a_wall_clock_that_is_wrong(two_days, wall_clock, seconds):
    """Times that are written down are wrong with it; nothing else is."""
    sim, callark = two_days
    result = callark.sync(*SPAN, env=wall_clock(seconds))
    assert result.status == COMPLETE, result
    check_all(callark, sim, BOTH, result)
    check_mended(callark, sim)


@pytest.mark.parametrize("after", [1, 20, 100])
@pytest.mark.parametrize("seconds", [-HOUR, 30 * HOUR, -YEAR],
                         ids=["back", "on", "far-back"])
def test_k14_a_wall_clock_that_steps(two_days, wall_clock, seconds, after):
    """No wait and no time limit hangs on it."""
    sim, callark = two_days
    result = callark.sync(*SPAN, env=wall_clock(seconds, after), timeout=60)
    assert result.status == COMPLETE, result
    check_all(callark, sim, BOTH, result)
    check_mended(callark, sim)

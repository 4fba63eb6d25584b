"""What the tests of kills, disks and processes share: a small canonical run
with some faults in it, system calls that fail or kill at will, and what must
hold of an archive at any moment, however the run before it ended."""

import functools
import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from support import COMPLETE, Result, check_converged, sha256_of

DAYS = {"2024-12-30": 24, "2024-12-31": 16}
RANGE = ("--from", "2024-12-30", "--to", "2024-12-31")

# Of every choice that a test draws; CALLARK_SEED=... gives another set.
SEED = os.environ.get("CALLARK_SEED", "2024")


def draw(what):
    """A source of chance of its own for each use, the same in every run."""
    return random.Random(f"{SEED}/{what}")


def canonical(**changes):
    """Several pages, several batches, calls without link, and media that
    break off, are refused once, or answer 503 once."""
    return {
        "days": DAYS,
        "contact_share": 0.9,
        "dialect": {"page_size": 10},
        "media": {"size": [8000, 30000], "faults": {
            "every:9": {"do": "cut", "at": 3000},
            "2024-12-30#4": {"do": "503", "retry": "zero"},
            "2024-12-31#5": {"do": "html", "code": 403},
        }},
        **changes,
    }


def quiet(**changes):
    """The same without faults: as fast as it can be."""
    return canonical(media={"size": [8000, 30000]}, **changes)


# ---- waiting, ending ---------------------------------------------------------

def wait_until(condition, process=None, timeout=30):
    """Wait for condition(); with a process, until it ends at the latest.
    Returns what the condition said last."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = condition()
        if found or (process and process.poll() is not None):
            return found
        time.sleep(0.001)
    raise AssertionError(f"not so within {timeout} s: {condition}")


def finish(process, timeout=60):
    """The Result of a started program, which must end by itself."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill(process)
        raise AssertionError(f"no end after {timeout} s") from None
    assert process.returncode not in (98, 99), err     # a sanitizer
    return Result(process.returncode, out, err)


def kill(process):
    """SIGKILL, and reap."""
    process.kill()
    process.communicate()


def are_signals_taken(pid):
    """No signal waits to be delivered."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return all(int(line.split()[1], 16) == 0 for line in lines
               if line.startswith(("SigPnd", "ShdPnd")))


# ---- system calls ------------------------------------------------------------

@functools.cache
def strace_runs():
    if not shutil.which("strace"):
        return False
    probe = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=openat", "-e",
         "inject=openat:error=EIO:when=60000", "true"],
        capture_output=True, check=False)
    return probe.returncode == 0


needs_strace = pytest.mark.skipif(not strace_runs(),
                                  reason="strace cannot trace here")


def start_traced(callark, *args, inject, path=None):
    """Start the program under strace with an injection, such as
    "fsync:error=EIO:when=2".  It counts in each thread by itself; with a
    path only calls that concern it are counted."""
    call = inject.split(":", 1)[0]
    record = callark.folder / "strace.log"
    command = ["strace", "-f", "-qq", "-o", str(record), "-e",
               f"trace={call}", "-e", f"inject={inject}"]
    for wanted in ([path] if isinstance(path, str) else path or []):
        command += ["-P", wanted]
    env = callark.environment()
    env["ASAN_OPTIONS"] += ":detect_leaks=0"    # which uses ptrace itself
    return subprocess.Popen(
        command + callark.command(*args), env=env, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def traced(callark, *args, inject, path=None):
    return finish(start_traced(callark, *args, inject=inject, path=path))


def was_injected(callark):
    """Whether an injection of the last traced run came to pass: an error, or
    the death of the program."""
    text = (callark.folder / "strace.log").read_text()
    return "(INJECTED)" in text or "+++ killed by SIGKILL +++" in text


def watch_calls(callark, *args, calls):
    """Run; what its threads called: [(is it the begin, call, arguments)], the
    descriptors in the arguments with their paths."""
    record = callark.folder / "strace.log"
    env = callark.environment()
    env["ASAN_OPTIONS"] += ":detect_leaks=0"
    done = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "4096", "-o", str(record), "-e",
         f"trace={calls}", *callark.command(*args)], env=env, text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    return (Result(done.returncode, done.stdout, done.stderr),
            list(_events(record.read_text().splitlines())))


def _events(lines):
    pending = {}
    for line in lines:
        thread, text = line.split(None, 1)
        if text.startswith("<... "):
            yield False, *pending.pop(thread)
        elif "(" in text:
            call, rest = text.split("(", 1)
            yield True, call, rest
            if rest.endswith("<unfinished ...>"):
                pending[thread] = call, rest
            else:
                yield False, call, rest


# ---- what holds at any moment ------------------------------------------------

def named_files(callark):
    """Recordings that have their final name: {file name: path}."""
    return {p.name: p for p in callark.archive.glob("[0-9]*/*/*/data/audio/*")}


def calls_with_link(sim):
    return [call for day in DAYS for call in sim.calls(day) if call["sha256"]]


def stored_calls(callark, sim):
    """The calls whose recording has its final name; each is the right one."""
    names = named_files(callark)
    stored = []
    for call in calls_with_link(sim):
        mine = [n for n in names if call["id"] in n]
        assert len(mine) <= 1, mine
        for name in mine:
            assert sha256_of(names.pop(name)) == call["sha256"], name
            stored.append(call)
    assert not names, f"files that are nobody's: {sorted(names)}"
    return stored


def check_any_moment(callark, sim):
    """However a run ended: what has a final name is right, the catalogue
    claims no more than the disk holds, and verify finds nothing worse than
    days that are not published yet.  Returns the calls that are stored."""
    if not callark.archive.exists():
        return []
    stored = stored_calls(callark, sim)
    verified = callark.run("verify")
    if not (callark.archive / "callark.json").exists():
        assert verified.status == 1, verified
        assert "is no archive" in verified.err, verified
        assert not stored
        return stored
    assert verified.status == COMPLETE, verified
    findings = {line.split()[0] for line in verified.out.splitlines()[:-1]}
    assert findings <= {"unpublished"}, verified
    for path, digest in callark.rows(
            "SELECT path, sha256 FROM recording WHERE path IS NOT NULL"):
        assert sha256_of(callark.archive / path) == digest.hex(), path
    return stored


def tree_of(callark):
    """Every path of the archive but the quarantine, which keeps what came."""
    return {str(p.relative_to(callark.archive))
            for p in callark.archive.rglob("*")
            if "quarantine" not in p.relative_to(callark.archive).parts}


def check_mended(callark, sim, stored=None):
    """The next run completes, fetches nothing that was stored, and leaves
    what a run without any fault leaves.  What is stored is looked up when it
    is not told."""
    if stored is None:
        stored = check_any_moment(callark, sim)
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    asked = {entry["path"] for entry in sim.log(path="/recordings")}
    again = [c["id"] for c in stored if c["path"] in asked]
    assert not again, f"fetched although they were stored: {again}"
    check_converged(callark, sim, DAYS)
    strays = [p for p in tree_of(callark) if p.startswith(".partial/")
              or p.endswith("-journal")]
    assert not strays, strays
    return result

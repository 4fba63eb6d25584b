"""The unit of contrib/systemd: how little it leaves to the program, and that
this is enough for a run."""

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from support import AUTH, COMPLETE
from trials import RANGE, canonical, needs_strace

UNIT = Path(__file__).resolve().parents[2] / "contrib/systemd/callark.service"
HIGHEST = 1.5       # 10 is a service without any guard

pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"),
                                reason="there is no systemd-analyze")


def analyze(*args):
    return subprocess.run(["systemd-analyze", "--no-pager", *args], text=True,
                          capture_output=True, check=False)


def values(key):
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.M)


def test_the_exposure_of_the_unit():
    done = analyze("security", "--offline=true", str(UNIT))
    match = re.search(r"exposure level for \S+: ([\d.]+)", done.stdout)
    assert match, done
    assert float(match[1]) <= HIGHEST


@cache
def groups():
    """{@group: the calls and groups in it}, as this systemd has them."""
    found, name = {}, None
    for line in analyze("syscall-filter").stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            name = word
            found[name] = set()
        elif name and word and line.startswith(" ") and word[0] != "#":
            found[name].add(word)
    return found


def expand(word):
    """The calls that a word of a filter stands for."""
    if not word.startswith("@"):
        return {word}
    return set().union(*map(expand, groups()[word]))


def allowed():
    """As systemd.exec(5) has it: the first line is what is allowed, the later
    ones add to it or, behind a tilde, take from it."""
    calls = set()
    for line in values("SystemCallFilter"):
        named = set().union(*map(expand, line.lstrip("~").split()))
        calls = calls - named if line.startswith("~") else calls | named
    return calls


@needs_strace
def test_the_calls_of_a_run_pass_the_filter_of_the_unit(make):
    """Those of a first run, of one that continues it, of one that fails and
    tells everybody, and of confinement."""
    _, callark = make(canonical(), process__confine="yes",
                      transfer__concurrency=4)
    callark.configure(notify__metrics_file=callark.folder / "a.prom",
                      notify__ping_url=f"{callark.base_url}/ping",
                      notify__on_failure='touch "$HOME/told"')
    record = callark.folder / "strace.log"
    env = callark.environment()
    env["ASAN_OPTIONS"] += ":detect_leaks=0"
    called = set()
    for status in (COMPLETE, COMPLETE, AUTH):
        if status == AUTH:
            callark.secret("password", "wrong")
        done = subprocess.run(
            ["strace", "-f", "-qq", "-o", record,
             *callark.command("sync", *RANGE)], env=env, timeout=60,
            stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert done.returncode == status, done
        called |= set(re.findall(r"^\d+ +(\w+)\(", record.read_text(), re.M))
    assert (callark.folder / "told").exists()
    assert {"openat", "fsync", "renameat2", "memfd_create", "landlock_create_ruleset"} <= called
    if not os.geteuid():
        called.discard("fchown")    # SQLite, when it runs as root
    assert called <= allowed(), called - allowed()
    assert "landlock_restrict_self" in allowed()
    assert not {"ptrace", "mount", "bpf", "reboot", "chown"} & allowed()

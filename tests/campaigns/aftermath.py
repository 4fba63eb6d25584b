"""What must hold after a run that met an error, whatever the error was: one
verdict for the campaigns that inject them.

A run either notices nothing, and ends as one without a fault does, or says with
its status and its words what went wrong.  However it ended, what has a final
name is right, and the next run leaves what a run without a fault leaves.
"""

import contextlib
import hashlib
import json
import shutil
import sqlite3

from canonical import FIRST, SCENARIO, SETTINGS, check_recovery, state_of
from omnisim import Sim
from support import (COMPLETE, DISK, INCOMPLETE, STATES, Callark,
                     check_converged, check_summary)
from trials import DAYS, RANGE, check_mended

INTERNAL = 70       # neither the archive nor the platform is to blame

# However busy the machine is; a run takes less than a second.
BOUND_S = 60

# The two syncs of the canonical run: the words of each, and how it ends.
STARTS = {"first": (("--day", FIRST), COMPLETE), "second": (RANGE, INCOMPLETE)}


class Bed:
    """A platform, a program configured for it, and what runs without a fault
    leave there."""

    def __init__(self, folder):
        self.folder = folder
        self.sim = self.callark = self.fault_free = None
        self._after_first = folder / "after-first"
        self._sums = {}
        self._mended = set()

    def __enter__(self):
        self.sim = Sim(SCENARIO).__enter__()
        self.callark = Callark(self.folder / "callark", self.sim.url)
        self.callark.configure(**SETTINGS)
        for start, (words, status) in STARTS.items():
            result = self.callark.sync(*words)
            assert result.status == status, result
            self._sums[start] = sums_of(result.summary)
            if start == "first":
                shutil.copytree(self.callark.archive, self._after_first)
        self._calm()
        check_mended(self.callark, self.sim)
        self.fault_free = state_of(self.callark)
        return self

    def __exit__(self, *_):
        self.sim.stop()

    def _calm(self):
        """From now on no call is late and nothing goes wrong."""
        self.sim.set(listing={"late": []}, media={"faults": {}})

    def command(self, start):
        """The archive and the platform as they are at a start; the command
        that begins there."""
        shutil.rmtree(self.callark.archive, ignore_errors=True)
        self.sim.scenario(SCENARIO)
        if start == "second":
            shutil.copytree(self._after_first, self.callark.archive)
            self.sim.set(listing={"late": []})
        self._summary().unlink(missing_ok=True)
        return self.callark.command("sync", "--summary-json", self._summary(),
                                    *STARTS[start][0])

    def _summary(self):
        return self.callark.folder / "summary.json"

    def check(self, start, result, statuses, may_be_silent=False):
        """The verdict on a run from a start; the statuses are those that it
        may tell the fault with.  A run may be silent whose words are among
        what could not be written."""
        words, untouched = STARTS[start]
        if not (may_be_silent and result.status == DISK):
            self._read_summary(result)
        if result.status == COMPLETE:
            roll_back(self.callark)
            check_converged(self.callark, self.sim,
                            [FIRST] if "--day" in words else DAYS)
        elif result.status != untouched or not result.summary or \
                sums_of(result.summary) != self._sums[start]:
            assert result.status in statuses, result
            assert may_be_silent or is_told(result), result
        try:
            self._check_mended()
        except AssertionError as e:
            raise AssertionError(f"{e}\nafter {result}") from None

    def _read_summary(self, result):
        """Nobody believes the summary of a run that could not write it; of one
        that could not count it tells no more than that."""
        path = self._summary()
        if not path.exists() or not path.stat().st_size or \
                str(path) in result.err:
            return
        result.summary = json.loads(path.read_text())
        if result.status == INTERNAL:
            assert result.summary["exit"] == INTERNAL, result.summary
        else:
            check_summary(result)

    def _check_mended(self):
        left = fingerprint(self.callark.archive)
        if left in self._mended:
            return      # the same bytes: what the next run does is known
        self._calm()
        check_recovery(self.callark, self.sim, self.fault_free)
        self._mended.add(left)


def roll_back(callark):
    """Undo what the journal of the catalogue tells, as the next run would: of
    the last transaction, which only closes the account of a run, nobody
    depends on that it went through."""
    path = callark.archive / "catalogue.sqlite3"
    if path.with_name(path.name + "-journal").exists():
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("SELECT count(*) FROM recording").fetchall()


def sums_of(summary):
    """How many recordings of a run came to which end."""
    return {state: summary[state] for state in ("new", *STATES)}


def is_told(result):
    """Whether somebody who reads what a run said knows that it failed."""
    return "callark: error: " in result.err or (
        result.status == INCOMPLETE and "callark: warning: " in result.err)


def fingerprint(archive):
    """A hash of every path below a folder and of the bytes there."""
    whole = hashlib.sha256()
    for path in sorted(archive.rglob("*")):
        body = path.read_bytes() if path.is_file() else b"a folder"
        whole.update(f"{path.relative_to(archive)} {len(body)} ".encode())
        whole.update(hashlib.sha256(body).digest())
    return whole.digest()

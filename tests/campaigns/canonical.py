"""The canonical run of the campaigns, a stage to give it on, and what must be
true of an archive whenever and however often the run was ended.

The run is two syncs, one command for whoever traces it:

* the first makes the archive and publishes a day of 11 calls, one of which has
  no recording;
* the second finds a call more in that day, which is published again, and
  another day of 10 calls.  Three pages are listed.  One body of 1.6 MB breaks
  off and is continued with Range; another is no whole recording and goes to the
  quarantine, which is why the run ends incomplete.

Both keep two reports of their days as well, and what messages have attached: 5
files on the first day, 2 on the second.

20 recordings in all; one file comes at a time, so that the run does nearly the
same calls each time.  The run that follows, on a platform where nothing goes wrong
any more, gets what is missing: what it leaves is what a run without a fault
leaves, and the bytes to compare with.
"""

import csv
import hashlib
import io
import json
import re
import shutil

from omnisim import Sim
from support import COMPLETE, INCOMPLETE, Callark
from tracing import Tracer
from trials import DAYS, RANGE, check_any_moment, check_mended

FIRST, SECOND = DAYS
SCENARIO = {
    "days": {FIRST: 12, SECOND: 10},
    "contact_share": 1.0,
    "dialect": {"page_size": 10},
    "population": {"chats_per_call": 0.3, "messages": [2, 4],
                   "attachment_share": 0.3, "hostile_share": 0.0,
                   "attachment_kinds": ["jpeg", "pdf", "voice"],
                   "pauses": [1, 1]},
    "listing": {
        "bad": [{"which": [f"{FIRST}#5", f"{SECOND}#2"],
                 "do": "missing-url"}],
        "late": [{"which": f"{FIRST}#7", "after_listings": 1}],
    },
    "media": {
        "size": [8000, 30000],
        "sizes": {f"{SECOND}#4": 1_600_000},
        "faults": {f"{SECOND}#4": {"do": "cut", "at": 1_200_000},
                   f"{SECOND}#7": {"do": "short-inside", "at": 5000}},
    },
}
SETTINGS = {"transfer__concurrency": 1, "archive__media": "yes",
            "archive__reports":
                "service-history-messages, activity-history"}

# For a shell whose arguments are the words of a sync without a range.
BOTH_SYNCS = f'"$@" --day {FIRST} && "$@" {" ".join(RANGE)}'


class Stage:
    """A platform and an archive, for one canonical run after the other."""

    words = ()      # more of them, for its syncs

    def __init__(self, folder, tracer, archive=None):
        self.folder = folder
        self.sim = Sim(SCENARIO)
        self._tracer_program = tracer
        self._archive = archive
        self.callark = self.twin = self.tracer = self.fault_free = None

    def __enter__(self):
        try:
            self._set()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.sim.stop()

    def _set(self):
        self.sim.__enter__()
        self.callark = self._configured("callark")
        if self._archive:
            self.callark.archive = self._archive
            self.callark.configure(archive__path=self._archive)
        self.twin = self._configured("twin")
        self.tracer = Tracer(self._tracer_program, self.folder,
                             self.callark.archive)
        self._remember_fault_free()

    def _configured(self, name):
        return Callark(self.folder / name, self.sim.url).configure(**SETTINGS)

    def _remember_fault_free(self):
        self.run()
        check_mended(self.callark, self.sim)
        assert attachments_of(self.callark)
        self.fault_free = state_of(self.callark)
        self.clear()

    def clear(self):
        """As if nothing had been run yet."""
        shutil.rmtree(self.callark.archive, ignore_errors=True)
        self.sim.scenario(SCENARIO)
        self.sim.reset_log()

    def calm(self):
        """From now on no call is late and nothing goes wrong."""
        self.sim.set(listing={"late": []}, media={"faults": {}})

    def run(self, kill=None):
        """The Trace of the canonical run, killed at a point or not."""
        trace = self.tracer.run(
            ["sh", "-c", BOTH_SYNCS, "sh",
             *self.callark.command("sync", *self.words)],
            self.callark.environment(), kill)
        assert trace.was_killed or trace.result.status == INCOMPLETE, \
            trace.result
        self.calm()
        return trace

    def recover(self, kill=None):
        """The same of the run that mends it."""
        trace = self.tracer.run(self.callark.command("sync", *RANGE),
                                self.callark.environment(), kill)
        assert trace.was_killed or trace.result.status == COMPLETE, \
            trace.result
        return trace

    def check_now(self):
        """What holds at any moment, looked at in a copy, so that the next run
        finds what the last one left.  Returns the calls that are stored."""
        shutil.rmtree(self.twin.archive, ignore_errors=True)
        if not self.callark.archive.exists():
            return []
        shutil.copytree(self.callark.archive, self.twin.archive)
        return check_any_moment(self.twin, self.sim)

    def check_mended(self):
        """What holds now; and that the next run completes, fetches nothing
        that is stored, and leaves what a run without a fault leaves."""
        check_recovery(self.callark, self.sim, self.fault_free,
                       self.check_now())


# ---- the run that mends ------------------------------------------------------

def check_recovery(callark, sim, fault_free, stored=None):
    """The next run completes, fetches nothing that is stored, and leaves what
    fault_free says, the state_of() of an archive that met no fault."""
    attachments = attachments_of(callark)
    check_mended(callark, sim, stored)
    again = attachments & {entry["path"].rpartition("/")[2]
                           for entry in sim.log(path="/attachments/")}
    assert not again, f"fetched although they were stored: {again}"
    check_fault_free(callark, fault_free)


def attachments_of(callark):
    """The name on the platform, ID-INDEX.SUFFIX, of each attachment that has its
    final name, TIME-ID.NUMBER.1.SUFFIX: it is in the NUMBER-th message."""
    found = set()
    for path in callark.archive.glob("[0-9]*/*/*/data/media/*"):
        ident, number, _, suffix = path.name.split("-", 1)[1].split(".")
        found.add(f"{ident}-{int(number) - 1}.{suffix}")
    return found


# ---- what two runs leave alike -----------------------------------------------

# Of a recording: when it was met, and by which way it came, which nobody knows
# of one that was named but not recorded when its run was killed.
WITNESSED = ("created_at", "downloaded_at", "first_seen_at", "seen_at",
             "link_host")
INFO = re.compile(r"^(Bagging-Date|Callark-[\w-]+-Complete-At|"
                  r"Callark-Trail-Entry|Callark-Trail-Hash|Payload-Oxum): .*\n",
                  re.M)


def without(row):
    """A row of a table, or callark.json, without what only a witness knows."""
    return {key: value for key, value in row.items() if key not in WITNESSED}


def facts_of_json(text):
    return [without(json.loads(line)) for line in text.decode().splitlines()]


def facts_of_csv(text):
    return [without(row) for row in
            csv.DictReader(io.StringIO(text.decode(), newline=""))]


def facts_of_info(text):
    return INFO.sub("", text.decode())


def facts_of_manifest(text):
    """Which paths it has; check_bag compares the digests with the files, and
    those of the tables change with the time of day."""
    return sorted(line.split("  ", 1)[1] for line in text.decode().splitlines())


def digest_of(text):
    return hashlib.sha256(text).hexdigest()


READERS = {
    "callark.json": lambda text: without(json.loads(text)),
    "recordings.ndjson": facts_of_json,
    "media.ndjson": facts_of_json,
    "recordings.csv": facts_of_csv,
    "bag-info.txt": facts_of_info,
    "manifest-sha256.txt": facts_of_manifest,
    "tagmanifest-sha256.txt": facts_of_manifest,
    # Whatever happened is told there; check_trail reads it.
    "trail.ndjson": lambda text: None,
    "catalogue.sqlite3": lambda text: None,
    # The process that held it last.
    "lock": lambda text: None,
}

ROWS = {
    "recordings": "SELECT kind, id, day, start_s, duration_s, state, version,"
                  " fingerprint, interaction_id, reason, oddity, link, path,"
                  " bytes, sha256, media_type, codec, audio_ms, vanished_s,"
                  " (SELECT body FROM document d WHERE d.n = r.n),"
                  " (SELECT count(*) FROM earlier e WHERE e.n = r.n)"
                  " FROM recording r ORDER BY kind, id",
    "days": "SELECT day, is_dirty, was_asked, is_complete, total, flaw"
            " FROM day ORDER BY day",
    "sums": "SELECT * FROM tally WHERE n ORDER BY day, kind, state",
    "documents of reports": "SELECT route, id, day, start_s, version,"
                            " vanished_s, fingerprint, oddity, body,"
                            " (SELECT count(*) FROM report_earlier e"
                            "  WHERE e.n = r.n)"
                            " FROM report r ORDER BY route, id, day",
    "listings of reports": "SELECT day, route, is_complete, total, flaw,"
                           " documents, vanished, oddities, changed"
                           " FROM report_day ORDER BY day, route",
    "oddities": "SELECT day, path, reason FROM oddity ORDER BY day, path",
}


def state_of(callark):
    """{path: what it holds} of an archive, and {table: rows}, all that is alike
    whenever and however the runs ended: time stamps aside, and the quarantine,
    which keeps what came."""
    state = {}
    for path in callark.archive.rglob("*"):
        name = str(path.relative_to(callark.archive))
        if name.split("/")[0] == "quarantine":
            continue
        reader = READERS.get(path.name, digest_of)
        state[name] = "a folder" if path.is_dir() else \
            reader(path.read_bytes())
    for name, query in ROWS.items():
        state[f"catalogue: {name}"] = callark.rows(query)
    return state


def check_fault_free(callark, fault_free):
    """The archive is what fault_free says."""
    found = state_of(callark)
    wrong = [key for key in sorted(found.keys() | fault_free.keys())
             if found.get(key) != fault_free.get(key)]
    assert not wrong, "not as without a fault: " + "; ".join(
        f"{key}: {found.get(key)} instead of {fault_free.get(key)}"
        for key in wrong)
    check_quarantine(callark)


def check_quarantine(callark):
    """Whatever lies there lies beside a note that tells why."""
    for path in (callark.archive / "quarantine").rglob("*"):
        if path.is_file() and path.suffix != ".json":
            note = json.loads(path.with_suffix(".json").read_bytes())
            assert note["sha256"] == digest_of(path.read_bytes()), path

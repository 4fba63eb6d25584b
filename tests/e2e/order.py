"""What a power cut would leave, told from the order of a run's system calls:
bytes reach the disk before the name of their file, names before whatever says
that they are there.  No kill can tell, as the kernel remembers."""

import os
import re
import subprocess
from collections import defaultdict
from dataclasses import dataclass

from support import Result

CALLS = ("mkdir", "mkdirat", "openat", "openat2", "write", "pwrite64",
         "ftruncate", "fallocate", "fsync", "fdatasync", "rename", "renameat",
         "renameat2", "linkat", "unlink", "unlinkat")
WRITES = {"write", "pwrite64", "ftruncate"}
RENAMES = {"rename", "renameat", "renameat2", "linkat"}
SYNCS = {"fsync", "fdatasync"}

LINE = re.compile(r"(\d+) +(?:(\w+)\((.*)|<\.\.\. \w+ resumed>(.*))")
AT = re.compile(r'(?:AT_FDCWD|\d+)<([^>]*)>, "([^"]*)"')
FD = re.compile(r"\d+<([^>]*)>")
NAME = re.compile(r'"([^"]*)"')
RESULT = re.compile(r"= (-?\d+)")

# The folders of a bag whose files the catalogue names; such a file.
STORED = ("/data/audio/", "/data/media/")
FILE = re.compile(r"\d{4}/\d\d/\d\d/data/(?:audio|media)/[\w.-]+?"
                  r"\.(?:wav|pdf|ogg|jpg)")


@dataclass
class Call:
    """One call of a thread; the second path is that of a rename's target."""

    thread: str
    name: str
    text: str           # its arguments
    paths: list
    result: int = None


def paths_of(name, text):
    """The paths that a call's arguments begin with, made absolute."""
    if name.endswith(("at", "at2")):
        return [os.path.join(*match.groups()).rstrip("/")
                for match in AT.finditer(text)]
    match = FD.match(text)
    return [match[1]] if match else NAME.findall(text)


def traced(callark, *args):
    """Run; (its Result, [(is it the begin, Call)] in the order of happening)."""
    record = callark.folder / "strace.log"
    env = callark.environment()
    env["ASAN_OPTIONS"] += ":detect_leaks=0"    # which uses ptrace itself
    done = subprocess.run(
        ["strace", "-f", "-qq", "-y", "-s", "8192", "-o", record, "-e",
         "trace=" + ",".join(CALLS), *callark.command(*args)], env=env,
        text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        check=False)
    return (Result(done.returncode, done.stdout, done.stderr),
            list(events(record.read_text(errors="replace").splitlines())))


def events(lines):
    pending = {}
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        thread, name, text, rest = match.groups()
        if name:
            call = Call(thread, name, text, paths_of(name, text))
            yield True, call
            if text.endswith("<unfinished ...>"):
                pending[thread] = call
                continue
        else:
            call, text = pending.pop(thread), rest
        results = RESULT.findall(text)
        call.result = int(results[-1]) if results else None
        yield False, call


class Order:
    """What of an archive is on the disk, call by call.  flaws are the calls
    that said something before it was; renamed are the final names given, and
    claimed the recordings that the catalogue came to name; it knew others."""

    def __init__(self, archive, known=(), is_new=False):
        self.archive = str(archive)
        self.flaws, self.renamed, self.claimed = [], [], set()
        self._known = set(known)
        self._has_trail = not is_new
        self._dirty = set()             # files with bytes that may be lost
        self._synced = set()            # files and folders, since the begin
        self._writes = defaultdict(int)     # begun, of each file
        self._at_begin = {}             # of a sync: writes begun before it
        self._owed = defaultdict(list)  # what a thread must sync next
        self._names = set()             # folders with names that may be lost
        self._continued = set()         # partials whose record may come back

    def follow(self, events_of_run):
        for is_begin, call in events_of_run:
            if is_begin:
                self._begin(call)
            elif call.result is not None and call.result >= 0:
                self._end(call)
        for folder in sorted(self._names):
            self._flaw(f"at the end, a name in {folder} may be lost")
        return self

    def _flaw(self, text):
        self.flaws.append(text)

    def _is_ours(self, path):
        return (path + "/").startswith(self.archive + "/")

    def _changes(self, call):
        """Whether a call changes what lies in the archive."""
        if not call.paths or call.name in SYNCS:
            return False
        if call.name.startswith("openat") and "O_CREAT" not in call.text:
            return False
        return any(self._is_ours(path) for path in call.paths)

    def _begin(self, call):
        path = call.paths[0] if call.paths else ""
        if call.name in SYNCS:
            self._at_begin[call.thread] = self._writes[path]
            return
        if not self._changes(call):
            return
        if not self._may_still_rename(call):
            for owed in self._owed.pop(call.thread, []):
                self._flaw(f"{call.name} of {call.paths} before the fsync of "
                           f"{owed}")
        if call.name in WRITES:
            self._begin_write(call, path)
        elif call.name in RENAMES and "/.partial/" in path and \
                (path in self._dirty or path not in self._synced):
            self._flaw(f"{call.paths[1]} gets a name and may be empty")
        elif call.name == "openat2" and path.endswith(".keep"):
            part = path.removesuffix(".keep") + ".part"
            if part in self._dirty or part not in self._synced:
                self._flaw(f"{path} vouches for bytes that may be lost")

    def _may_still_rename(self, call):
        """A batch gives all its names first, and takes back those of a folder
        that fails."""
        return call.name == "renameat2" or \
            (call.name == "unlinkat" and
             any(folder in call.paths[0] for folder in STORED))

    def _begin_write(self, call, path):
        self._writes[path] += 1
        self._dirty.add(path)
        if path in self._continued:
            self._flaw(f"{path} changes while its record may come back")
        if path.endswith("/catalogue.sqlite3"):
            self._claims(call.text)

    def _claims(self, text):
        """The files that a page of the catalogue names for the first time."""
        for path in set(FILE.findall(text)) - self._known:
            self._known.add(path)
            self.claimed.add(path)
            file = f"{self.archive}/{path}"
            folder = os.path.dirname(file)
            if folder in self._names or folder not in self._synced:
                self._flaw(f"{path} is claimed, and its name may be lost")
            if file not in self._synced:
                self._flaw(f"{path} is claimed, and its bytes may be lost")

    def _end(self, call):
        path = call.paths[0] if call.paths else ""
        if call.name in SYNCS:
            self._end_sync(call, path)
        elif not self._changes(call):
            return
        elif call.name in ("mkdir", "mkdirat"):
            if not path.endswith("/.partial"):
                self._owe(call, os.path.dirname(path))
        elif call.name in RENAMES:
            self._end_rename(call)
        elif call.name == "write" and path.endswith((".keep", "/trail.ndjson")):
            self._owe(call, path)
        elif call.name == "unlinkat" and path.endswith(".keep"):
            self._continued.add(path.removesuffix(".keep") + ".part")
        elif call.name == "unlinkat" and "AT_REMOVEDIR" in call.text:
            self._names.add(os.path.dirname(path))
        elif call.name == "openat2" and path.endswith("/trail.ndjson") and \
                not self._has_trail:
            self._has_trail = True
            self._owe(call, os.path.dirname(path))

    def _end_rename(self, call):
        source, target = call.paths[:2]
        self.renamed.append(target)
        folder, left = os.path.dirname(target), os.path.dirname(source)
        self._synced.discard(source)
        self._synced.add(target)
        self._names.add(folder)
        self._owe(call, folder)
        if self._is_ours(left) and not left.endswith("/.partial"):
            self._owe(call, left)

    def _owe(self, call, path):
        if path not in self._owed[call.thread]:
            self._owed[call.thread].append(path)

    def _end_sync(self, call, path):
        if self._writes[path] == self._at_begin.pop(call.thread):
            self._dirty.discard(path)
        self._synced.add(path)
        self._names.discard(path)
        if path.endswith("/.partial"):
            self._continued.clear()
        if path.endswith(".keep"):
            self._owe(call, os.path.dirname(path))
        owed = self._owed[call.thread]
        if path in owed:
            owed.remove(path)

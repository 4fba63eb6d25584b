"""What the end-to-end tests share: a configured callark, an independent
checker of bags, and the invariants that hold after every run, whatever
happened in it."""

import csv
import hashlib
import io
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
from pathlib import Path

BINARY = os.environ.get("CALLARK", str(
    Path(__file__).resolve().parents[2] / "build" / "gcc" / "callark"))

API_KEY = "sim-api-key"
PASSWORD = "sim-password"
LOGIN = "robot@callark.example"

# Whether the sanitizers are in the program; they write reports, which a program
# that gave up its rights cannot.
IS_SANITIZED = bool(os.environ.get("CALLARK_SANITIZED"))

# Whether the program keeps its rights unless a test wants it otherwise; what
# counts its lines and branches is files too.
IS_UNCONFINED = IS_SANITIZED or bool(os.environ.get("CALLARK_UNCONFINED"))

# Exit statuses, as documented.
COMPLETE, INCOMPLETE, USAGE, AUTH, SERVICE, DISK, INTEGRITY, LOCKED, LIMIT = range(9)

STATES = ("archived", "no_link", "excluded", "deferred", "failed", "gone",
          "quarantined", "purged")


class Result:
    """One finished run of the program."""

    def __init__(self, status, out, err, summary=None):
        self.status = status
        self.out = out
        self.err = err
        self.summary = summary

    def __repr__(self):
        return (f"<exit {self.status}\n--- stdout\n{self.out}\n"
                f"--- stderr\n{self.err}>")


class Callark:
    """A configuration of its own in a folder of its own."""

    def __init__(self, folder, base_url, name="archive"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.archive = self.folder / name
        self.config = self.folder / "callark.conf"
        self.base_url = base_url
        self.settings = {
            "omni.base_url": base_url,
            "omni.login": LOGIN,
            "omni.api_key_file": self.secret("api-key", API_KEY),
            "omni.password_file": self.secret("password", PASSWORD),
            "archive.path": str(self.archive),
            "archive.reserve": "0",
            "network.allow_http": "yes",
            "network.allow_private": "127.0.0.0/8",
        }
        if IS_UNCONFINED:
            self.settings["process.confine"] = "no"
        self.write_config()

    def secret(self, name, text):
        path = self.folder / name
        path.write_text(text + "\n")
        path.chmod(0o600)
        return str(path)

    def configure(self, **changes):
        """configure(transfer__concurrency=4): None removes a key."""
        for key, value in changes.items():
            key = key.replace("__", ".")
            if value is None:
                self.settings.pop(key, None)
            else:
                self.settings[key] = str(value)
        self.write_config()
        return self

    def write_config(self):
        sections = {}
        for key, value in self.settings.items():
            section, name = key.split(".", 1)
            sections.setdefault(section, []).append(f"{name} = {value}")
        self.config.write_text("".join(
            f"[{name}]\n" + "\n".join(lines) + "\n"
            for name, lines in sections.items()))

    def environment(self, extra=None):
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("CALLARK") and k != "CREDENTIALS_DIRECTORY"}
        env.setdefault("ASAN_OPTIONS", "abort_on_error=0:exitcode=99")
        env.setdefault("UBSAN_OPTIONS", "print_stacktrace=1:exitcode=98")
        env["HOME"] = str(self.folder)
        env.pop("XDG_CONFIG_HOME", None)
        env.update(extra or {})
        return env

    def command(self, *args):
        return [BINARY, "--config", str(self.config), *map(str, args)]

    def start(self, *args, env=None, **popen):
        """Start without waiting; the caller reaps it."""
        popen.setdefault("stdout", subprocess.PIPE)
        popen.setdefault("stderr", subprocess.PIPE)
        return subprocess.Popen(self.command(*args), text=True,
                                stdin=subprocess.DEVNULL,
                                env=self.environment(env), **popen)

    def run(self, *args, env=None, timeout=120, **popen):
        process = self.start(*args, env=env, **popen)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate()
            raise AssertionError(
                f"no end after {timeout} s\n{out}\n{err}") from None
        result = Result(process.returncode, out, err)
        assert process.returncode not in (98, 99), result   # a sanitizer
        assert process.returncode >= 0, result              # a crash
        return result

    def sync(self, *args, **how):
        """Run sync; the summary is checked for what always holds."""
        path = self.folder / "summary.json"
        path.unlink(missing_ok=True)
        result = self.run("sync", "--summary-json", path, *args, **how)
        if path.exists():
            result.summary = json.loads(path.read_text())
            check_summary(result)
        return result

    def rows(self, query, *values):
        """Rows of the catalogue."""
        db = sqlite3.connect(f"file:{self.archive}/catalogue.sqlite3?mode=ro",
                             uri=True)
        try:
            return db.execute(query, values).fetchall()
        finally:
            db.close()

    def bag(self, day):
        return self.archive / day.replace("-", "/")

    def table(self, day):
        """recordings.ndjson of a day, by id."""
        return {row["id"]: row for row in
                read_ndjson(self.bag(day) / "data/recordings.ndjson")}

    def media(self, day):
        """media.ndjson of a day, by id."""
        return {row["id"]: row for row in
                read_ndjson(self.bag(day) / "data/media.ndjson")}

    def audio(self):
        """{id: sha256 of the file on disk} over all published days."""
        found = {}
        for table in sorted(self.archive.glob("*/*/*/data/recordings.ndjson")):
            for row in read_ndjson(table):
                if row["state"] == "archived":
                    body = (table.parent.parent / row["path"]).read_bytes()
                    found[row["id"]] = hashlib.sha256(body).hexdigest()
        return found


def run_on_terminal(callark, *args, env=None):
    """What the program writes to a terminal as its stdout and stderr."""
    ours, theirs = pty.openpty()
    process = callark.start(*args, env=env, stdout=theirs, stderr=theirs)
    os.close(theirs)
    text = b""
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:         # EIO: nobody is there any more
            break
        if not chunk:
            break
        text += chunk
    os.close(ours)
    process.wait(timeout=30)
    return text.decode()


def build_preload(folder, name):
    """Compile NAME.c beside this file; the environment that preloads it."""
    library = Path(folder) / f"{name}.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1",
                    "-o", library, Path(__file__).with_name(f"{name}.c")],
                   check=True)
    sanitizer = os.environ.get("ASAN_OPTIONS", "abort_on_error=0:exitcode=99")
    return {"LD_PRELOAD": str(library),
            "ASAN_OPTIONS": sanitizer + ":verify_asan_link_order=0"}


def check_summary(result):
    """The sums agree, and the exit status tells the truth."""
    s = result.summary
    assert s["exit"] == result.status, (s, result)
    if not s["run"]:        # nothing was opened, or it was a rehearsal
        return
    assert s["listed"] == sum(s[state] for state in STATES), s
    assert s["complete"] == (result.status == COMPLETE) or \
        result.status not in (COMPLETE, INCOMPLETE), (s, result)
    troubled = sum(s[state] for state in
                   ("deferred", "failed", "gone", "quarantined"))
    assert s["problems_total"] == troubled, s
    if result.status == COMPLETE:
        assert not troubled and not s["windows_incomplete"], s
    if "media" in s:
        check_media_sums(result.status, s["media"])


def check_media_sums(status, m):
    """The same of attachments."""
    troubled = sum(m[state] for state in
                   ("deferred", "failed", "gone", "quarantined"))
    assert m["listed"] == troubled + sum(
        m[state] for state in ("archived", "excluded", "purged")), m
    assert m["problems_total"] == troubled, m
    assert not (troubled and status == COMPLETE), m


def identity(call):
    """What a document is called by: its id, else its _id, else its protocol
    and start."""
    for name in ("id", "_id"):
        if call[name] is not None:
            return str(call[name])
    document = json.loads(call["document"])
    return "{protocolo} {data_inicio}".format(**document)


def truth(sim, *days):
    """{id: sha256} of what the simulated platform has a link for."""
    found = {}
    for day in days:
        for call in sim.calls(day):
            if call["sha256"]:
                found[identity(call)] = call["sha256"]
    return found


def read_ndjson(path):
    """The values of a file of JSON lines, which end with LF and nothing else."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def literals():
    """The examples of callark(1), as one would type them."""
    page = Path(__file__).resolve().parents[2] / "contrib/man/callark.1"
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed$",
                            page.read_text(), re.M | re.S):
        yield block.replace("\\(aq", "'").replace("\\e", "\\")


# ---- bags ------------------------------------------------------------------

def read_manifest(path):
    """{path: hex} of a manifest, strictly as RFC 8493 has it."""
    entries = {}
    text = path.read_bytes().decode("utf-8")
    assert not text or text.endswith("\n")
    lines = text.splitlines()
    assert lines == sorted(lines, key=lambda l: l.split("  ", 1)[1].encode())
    for line in lines:
        match = re.fullmatch(r"([0-9a-f]{64})  (\S.*)", line)
        assert match, line
        name = match[2].replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
        assert not name.startswith("/") and ".." not in name.split("/"), name
        assert name not in entries, name
        entries[name] = match[1]
    return entries


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def table_of(text):
    """The rows of a CSV with a line of names."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def check_bag(bag):
    """Validate a bag without callark; returns its payload manifest."""
    assert (bag / "bagit.txt").read_bytes() == (
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
    payload = read_manifest(bag / "manifest-sha256.txt")
    tags = read_manifest(bag / "tagmanifest-sha256.txt")
    for name, digest in {**payload, **tags}.items():
        assert sha256_of(bag / name) == digest, name
    on_disk = {str(p.relative_to(bag)) for p in (bag / "data").rglob("*")
               if not p.is_dir()}
    assert on_disk == set(payload), on_disk ^ set(payload)
    assert set(tags) == {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"}
    info = (bag / "bag-info.txt").read_text()
    oxum = re.search(r"^Payload-Oxum: (\d+)\.(\d+)$", info, re.M)
    assert oxum, info
    assert int(oxum[2]) == len(payload)
    assert int(oxum[1]) == sum((bag / n).stat().st_size for n in payload)
    names = [Path(n).name for n in payload]
    assert len({n.lower() for n in payload}) == len(payload)
    for name in names:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}", name), name
    return payload


def check_with_sha256sum(bag):
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        if (bag / manifest).stat().st_size:
            subprocess.run(["sha256sum", "--strict", "--check", "--quiet",
                            manifest], cwd=bag, check=True)


# ---- the trail -------------------------------------------------------------

ENTRY = ["seq", "time", "actor", "action", "object", "result", "prev", "hash"]


def check_entry(line, last):
    """One line of a trail, which must follow the entry before it."""
    entry = json.loads(line)
    assert list(entry) == ENTRY, line
    assert json.dumps(entry, separators=(",", ":")).encode() == line, line
    bound = line[:line.rindex(b',"hash":')]
    assert entry["hash"] == hashlib.sha256(bound).hexdigest(), line
    assert entry["prev"] == (last["hash"] if last else "0" * 64), line
    assert entry["seq"] == (last["seq"] + 1 if last else 1), line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
                        entry["time"]), line
    assert re.fullmatch(r"callark [\w.]+ uid \d+", entry["actor"]), line
    return entry


def read_trail(path):
    """The entries of a trail, checked without callark from the first to the
    last; what was unfinished must be told of by the entry behind it."""
    text = Path(path).read_bytes()
    assert text.endswith(b"\n"), text[-400:]
    entries, odd = [], []
    for line in text.split(b"\n")[:-1]:
        if not line.endswith(b'"}'):
            odd.append(line)
            continue
        entry = check_entry(line, entries[-1] if entries else None)
        unfinished = b"\n".join(odd)
        assert (entry["action"] == "trail-mended") == bool(odd), line
        if odd:
            assert entry["result"] == (
                f"the {len(unfinished)} bytes before it are an unfinished "
                f"entry, sha256 {hashlib.sha256(unfinished).hexdigest()}")
        entries.append(entry)
        odd = []
    assert not odd, odd
    return entries


def check_trail(callark):
    """The trail is whole, its last word on each day is the bag that is there,
    and what each bag knows of it is so."""
    entries = read_trail(callark.archive / "trail.ndjson")
    assert entries[0]["action"] in ("archive-created", "trail-begun",
                                    "trail-mended")
    last = {e["object"][4:]: e["result"].split()[1].rstrip(",")
            for e in entries if e["action"] == "day-published"}
    for bag in callark.archive.glob("[0-9]*/*/*"):
        day = "-".join(bag.parts[-3:])
        assert last[day] == sha256_of(bag / "tagmanifest-sha256.txt"), day
        info = (bag / "bag-info.txt").read_text()
        seq = int(re.search(r"^Callark-Trail-Entry: (\d+)$", info, re.M)[1])
        digest = re.search(r"^Callark-Trail-Hash: (\w{64})$", info, re.M)[1]
        assert entries[seq - 1]["hash"] == digest, day
    return entries


# ---- what holds after every run -------------------------------------------

def check_archive(callark):
    """Every bag is valid, every row is told truly, nothing lies about."""
    catalogue = {}
    if (callark.archive / "catalogue.sqlite3").exists():
        catalogue = {path: (size, digest.hex()) for path, size, digest in
                     callark.rows("SELECT path, bytes, sha256 FROM recording "
                                  "WHERE path IS NOT NULL")}
    for bag in sorted(callark.archive.glob("[0-9]*/*/*")):
        payload = check_bag(bag)
        for name, digest in payload.items():
            if name.startswith(("data/audio/", "data/media/")):
                path = str((bag / name).relative_to(callark.archive))
                assert catalogue.pop(path)[1] == digest, path
    assert not catalogue, f"claimed, but not in a bag: {catalogue}"
    if (callark.archive / "trail.ndjson").exists():
        check_trail(callark)
    for path in callark.archive.rglob("*"):
        mode = path.lstat().st_mode & 0o777
        assert not path.is_symlink(), path
        assert mode in (0o700, 0o600), (path, oct(mode))


def check_no_secrets(callark, *results):
    """No secret and no signed query in talk or in tag files."""
    for result in results:
        for text in (result.out, result.err):
            for secret in (API_KEY, PASSWORD, "sig=", "Bearer "):
                assert secret not in text, secret
    for path in callark.archive.rglob("*.txt"):
        text = path.read_text()
        for secret in (API_KEY, PASSWORD, "sig="):
            assert secret not in text, (path, secret)


def check_all(callark, sim, days, *results):
    """All invariants, and that what is archived is what the platform had."""
    check_archive(callark)
    check_no_secrets(callark, *results)
    expected = truth(sim, *days)
    for call_id, digest in callark.audio().items():
        assert expected.get(call_id) == digest, call_id


def check_converged(callark, sim, days):
    """The archive is what a run without any fault leaves."""
    check_archive(callark)
    assert callark.audio() == truth(sim, *days)

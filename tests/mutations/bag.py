"""A bag as the mutations see it: files that are read, written and sealed
again, by nothing that callark brings."""

import hashlib
import os
import re
import stat

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
INFO = "bag-info.txt"
DECLARATION = "bagit.txt"
NDJSON = "data/recordings.ndjson"
CSV = "data/recordings.csv"
TAGS = (DECLARATION, INFO, MANIFEST)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def encoded(path):
    """A path (of bytes) as a manifest has it."""
    return (path.replace(b"%", b"%25").replace(b"\n", b"%0A")
            .replace(b"\r", b"%0D"))


def put(path, data):
    """Write a file, never through a link and never into anything else."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
                 | os.O_NONBLOCK, 0o600)
    with open(fd, "wb") as file:
        file.write(data)


def get(path):
    """Read a file, never through a link and never from anything else."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise FileNotFoundError(path)
    return path.read_bytes()


class Bag:
    """One day's folder, and the source of chance of one mutation of it."""

    def __init__(self, path, rng):
        self.path = path
        self.rng = rng

    def __truediv__(self, name):
        return self.path / name

    def payload(self):
        """Regular files below data/, as paths relative to the bag."""
        return sorted(str(p.relative_to(self.path))
                      for p in (self / "data").rglob("*")
                      if p.is_file() and not p.is_symlink())

    def recordings(self):
        return [p for p in self.payload() if p.startswith("data/audio/")]

    def any_payload(self):
        return self / self.rng.choice(self.payload())

    def any_recording(self):
        """A recording; of a day without any, one of its tables."""
        return self / self.rng.choice(self.recordings() or self.payload())

    def any_file(self):
        """A file that a bag of callark has."""
        return self / self.rng.choice(
            [*self.payload(), *TAGS, TAGMANIFEST])

    def edit(self, name, change):
        """Replace the bytes of a file by change(bytes)."""
        put(self / name, change(get(self / name)))

    def edit_lines(self, name, change):
        """Replace the lines of a file, with their ends, by change(lines)."""
        self.edit(name, lambda data: b"".join(
            change(data.splitlines(keepends=True))))

    # ---- what somebody writes who wants it to look right -------------------

    def sealed_manifest(self):
        """A manifest of what is below data/ now."""
        entries = sorted((n.encode(), sha256(get(self / n)))
                         for n in self.payload() if _is_utf8(n))
        return b"".join(d.encode() + b"  " + encoded(n) + b"\n"
                        for n, d in entries)

    def oxum(self):
        sizes = [(self / n).stat().st_size for n in self.payload()
                 if _is_utf8(n)]
        return b"%d.%d" % (sum(sizes), len(sizes))

    def sealed_tags(self):
        """A tag manifest of the tag files there are now."""
        return b"".join(f"{sha256(get(self / n))}  {n}\n".encode()
                        for n in sorted(TAGS))

    def seal_payload(self):
        put(self / MANIFEST, self.sealed_manifest())
        self.edit(INFO, lambda data: re.sub(
            rb"(?m)^Payload-Oxum: .*$", b"Payload-Oxum: " + self.oxum(),
            data))

    def seal_tags(self):
        put(self / TAGMANIFEST, self.sealed_tags())


def _is_utf8(name):
    try:
        name.encode()
        return True
    except UnicodeEncodeError:
        return False

"""Bags for the tests of `callark verify --bag`: those of the conformance suite
in tests/data/bagit, and made-up ones."""

import hashlib
import re
import shutil
from pathlib import Path

SUITE = Path(__file__).resolve().parents[1] / "data" / "bagit"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


def suite_cases():
    """Every bag of the suite, as "v1.0/valid/basicBag"."""
    return sorted(str(p.relative_to(SUITE)) for p in SUITE.glob("v*/*/*")
                  if p.is_dir())


def remake(case, target):
    """A copy of a bag of the suite, as version 1.0 if it is of another: the
    version is written anew, and its digest in the tag manifests; nothing else
    is, and what is wrong stays wrong."""
    shutil.copytree(SUITE / case, target)
    declaration = target / "bagit.txt"
    if case.startswith("v1.0/") or not declaration.exists():
        return target
    before = declaration.read_bytes()
    after = re.sub(rb"(BagIt-Version: )0\.9\d", rb"\g<1>1.0", before)
    declaration.write_bytes(after)
    for path in target.glob("tagmanifest-*.txt"):
        algorithm = path.stem.removeprefix("tagmanifest-")
        old, new = (hashlib.new(algorithm, text).hexdigest().encode()
                    for text in (before, after))
        path.write_bytes(path.read_bytes().replace(old, new))
    return target


class MadeBag:
    """A small bag that is valid until a test does something to it."""

    def __init__(self, path, payload=None, algorithms=("sha256",)):
        self.path = path
        self.algorithms = algorithms
        self.payload = payload or {"data/a.txt": b"a\n",
                                   "data/below/b.txt": b"b\n"}
        for name, data in self.payload.items():
            self.write(name, data)
        self.write("bagit.txt", DECLARATION)
        octets = sum(map(len, self.payload.values()))
        self.write("bag-info.txt", f"Payload-Oxum: {octets}."
                                   f"{len(self.payload)}\n".encode())
        for algorithm in algorithms:
            self.list(f"manifest-{algorithm}.txt", self.payload)
        self.seal()

    def __truediv__(self, name):
        return self.path / name

    def write(self, name, data):
        (self / name).parent.mkdir(parents=True, exist_ok=True)
        (self / name).write_bytes(data)

    def list(self, name, paths):
        """Write a manifest of these."""
        algorithm = name.rsplit("-", 1)[1].removesuffix(".txt")
        self.write(name, b"".join(
            line(algorithm, (self / p).read_bytes(), p)
            for p in sorted(paths)))

    def seal(self):
        """Tag manifests of what lies in the base folder now."""
        tags = [p.name for p in self.path.iterdir() if p.is_file()
                and not p.name.startswith("tagmanifest-")]
        for algorithm in self.algorithms:
            self.list(f"tagmanifest-{algorithm}.txt", tags)

    def edit(self, name, change, seal=True):
        self.write(name, change((self / name).read_bytes()))
        if seal:
            self.seal()


def line(algorithm, data, path):
    path = path.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
    return f"{hashlib.new(algorithm, data).hexdigest()}  {path}\n".encode()

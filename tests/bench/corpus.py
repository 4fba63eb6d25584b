"""Corpora: folders of recordings that no compression and no cache of blocks
can make smaller, and that a careful archive still takes for recordings."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from struct import pack

HEADER_BYTES = 44
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Shape:
    """How many files of how many bytes; only `distinct` of them take room,
    the others are further names of the same (hard links)."""

    count: int
    size: int
    distinct: int

    @property
    def stored_bytes(self):
        return self.distinct * self.size

    @property
    def fetched_bytes(self):
        return self.count * self.size

    def __str__(self):
        unit, size = ("MiB", self.size >> 20) if self.size >= 1 << 20 else (
            "KiB", self.size >> 10)
        alike = "" if self.distinct == self.count else (
            f", {self.distinct} of them distinct")
        return f"{self.count:,} x {size} {unit}{alike}"


@dataclass
class Corpus:
    """A folder with the files c00000.wav and on, and what is in each."""

    name: str
    folder: Path
    shape: Shape
    _digests: list = field(repr=False)

    @property
    def count(self):
        return self.shape.count

    @property
    def names(self):
        return [file_name(index) for index in range(self.count)]

    def digest(self, index):
        """SHA-256 of file `index`, in hexadecimal."""
        return self._digests[index % self.shape.distinct]

    def warm(self):
        """Read everything once, so that no later reader waits for a disk."""
        for index in range(self.shape.distinct):
            read_through(self.folder / file_name(index))


def file_name(index):
    return f"c{index:05d}.wav"


def wav_header(data_bytes):
    """The header of a WAV: 8 kHz, 16 bits, one channel; data_bytes is even."""
    return b"".join((
        b"RIFF", pack("<I", HEADER_BYTES - 8 + data_bytes), b"WAVEfmt ",
        pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16),
        b"data", pack("<I", data_bytes)))


def write_wav(path, size):
    """Write a WAV of `size` bytes, noise but for its header; its SHA-256."""
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        piece = wav_header(size - HEADER_BYTES)
        left = size - len(piece)
        while piece:
            digest.update(piece)
            file.write(piece)
            piece = os.urandom(min(left, _CHUNK))
            left -= len(piece)
    return digest.hexdigest()


def make_corpus(folder, name, shape):
    """Make the corpus `name` of `shape` in `folder`, which must not be."""
    folder.mkdir()
    digests = [write_wav(folder / file_name(index), shape.size)
               for index in range(shape.distinct)]
    for index in range(shape.distinct, shape.count):
        os.link(folder / file_name(index % shape.distinct),
                folder / file_name(index))
    return Corpus(name, folder, shape, digests)


def read_through(path):
    """Read a file to its end."""
    buffer = bytearray(_CHUNK)
    with open(path, "rb", buffering=0) as file:
        while file.readinto(buffer):
            pass

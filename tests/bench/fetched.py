"""Whether what was fetched is what was served: every name and every size
after every run, every byte when asked."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

from callark import archive_in, read_summary
from corpus import file_name


class Wrong(Exception):
    """A run left something else than it should have; says what."""


def check_folder(corpus, out, is_deep):
    """What a peer left in `out` is the corpus; is_deep: by SHA-256 too."""
    found = {entry.name: entry.stat().st_size for entry in os.scandir(out)}
    expected = dict.fromkeys(corpus.names, corpus.shape.size)
    if found != expected:
        raise Wrong(_difference(expected, found))
    if is_deep:
        check_digests((out / file_name(index), corpus.digest(index))
                      for index in range(corpus.count))


def check_archive(listing, size, digest, out, is_deep):
    """The archive in `out` has every recording of the listing once, each of
    `size` bytes, and its manifests say of call i that it is digest(i).
    is_deep: the files are so too."""
    summary = read_summary(out)
    if summary["archived"] != listing.count:
        raise Wrong(f"{summary['archived']} of {listing.count} recordings "
                    "are archived, says the summary")
    files = []
    for bag in sorted(archive_in(out).glob("[0-9]*/[0-9]*/[0-9]*")):
        files += _check_bag(bag, listing, size, digest)
    indexes = {index for _, index in files}
    if len(files) != listing.count or indexes != set(range(listing.count)):
        raise Wrong(f"{len(indexes)} of {listing.count} recordings are in "
                    f"the manifests, in {len(files)} lines")
    if is_deep:
        check_digests((path, digest(index)) for path, index in files)


def _check_bag(bag, listing, size, digest):
    """[(path, number of the call)] of the recordings of a bag, the manifest
    and the folder having been compared with what was served."""
    audio = bag / "data" / "audio"
    sizes = {entry.name: entry.stat().st_size for entry in os.scandir(audio)}
    files = []
    with open(bag / "manifest-sha256.txt", encoding="utf-8") as lines:
        for line in lines:
            claimed, path = line.rstrip("\n").split("  ", 1)
            if not path.startswith("data/audio/"):
                continue
            name = path.rpartition("/")[2]
            index = listing.index_of(name)
            if claimed != digest(index):
                raise Wrong(f"{bag}/{path} is not what was served, says its "
                            "manifest")
            if sizes.pop(name, None) != size:
                raise Wrong(f"{bag}/{path} is missing or not of {size} bytes")
            files.append((bag / path, index))
    if sizes:
        raise Wrong(f"{audio} has {len(sizes)} files that are in no manifest")
    return files


def check_digests(expected):
    """Compare files with their SHA-256; expected yields (path, hex)."""
    def compare(item):
        path, digest = item
        with open(path, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise Wrong(f"{path} is not what was served")
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as readers:
        for _ in readers.map(compare, expected):
            pass


def _difference(expected, found):
    missing = expected.keys() - found.keys()
    extra = found.keys() - expected.keys()
    changed = [name for name in expected.keys() & found.keys()
               if expected[name] != found[name]]
    example = sorted([*missing, *extra, *changed])[0]
    return (f"{len(missing)} files missing, {len(extra)} too many, "
            f"{len(changed)} of another size, such as {example}")

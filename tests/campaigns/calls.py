"""The system calls of a run, from a record of strace: which there were, of
which thread, and what file each was about."""

import collections
import re
from dataclasses import dataclass

from order import paths_of

# Calls about files: every one may fail.
CALLS = (
    "openat", "openat2", "read", "pread64", "write", "pwrite64", "fsync",
    "fdatasync", "sync_file_range", "fallocate", "ftruncate", "renameat",
    "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "flock", "fcntl",
    "close", "newfstatat", "statx", "getdents64", "lseek", "fstatfs", "statfs",
    "fchown", "fchmod", "access", "faccessat2", "readlink", "copy_file_range",
)

BEGIN = re.compile(r"(\d+) +(\w+)\((.*)")
# What differs from one file of a kind to the next.
NUMBER = re.compile(r"[0-9a-f-]*\d[0-9a-f-]*")


@dataclass(frozen=True)
class Call:
    """The n-th call of a name that a thread made, as strace counts them."""

    name: str
    ordinal: int
    thread: int     # 0 is the first
    path: str       # "" where there is none; not of a file: socket:[17]
    is_injected: bool


def read(record):
    """The calls of a record, in the order in which they began."""
    threads, made = {}, collections.Counter()
    for line in record.read_text(errors="replace").splitlines():
        begin = BEGIN.match(line)
        if not begin:
            if "(INJECTED)" in line:    # of a call that took its time
                yield Call("", 0, threads[line.split()[0]], "", True)
            continue
        thread = threads.setdefault(begin[1], len(threads))
        made[thread, begin[2]] += 1
        yield Call(begin[2], made[thread, begin[2]], thread,
                   (paths_of(begin[2], begin[3]) or [""])[0],
                   "(INJECTED)" in line)


def of_the_loader(calls, config):
    """{name: how many} of the calls before the configuration is opened."""
    counts = collections.Counter()
    for call in calls:
        if call.path == str(config):
            return counts
        counts[call.name] += 1
    raise AssertionError(f"{config} was never opened")


def kind_of(path, archive):
    """What a path is, without what differs from one file of its kind to the
    next."""
    inside = path.removeprefix(str(archive))
    return NUMBER.sub("*", inside) or "/" if inside != path else path

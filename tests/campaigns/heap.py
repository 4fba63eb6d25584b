"""A heap that refuses: the library of tests/e2e/fail_alloc.c, and what it
records of the allocations of a process."""

import struct
from pathlib import Path

from support import build_preload

# struct record of fail_alloc.c.
HEAD = struct.Struct("@3l")
STACK = struct.Struct("@Ll")
STACKS = 32768
TEXT = 4096
SIZE = HEAD.size + STACKS * STACK.size + TEXT


class Heap:
    """The library, built in a folder, and its record there."""

    def __init__(self, folder):
        self._preloaded = build_preload(folder, "fail_alloc")
        self._record = Path(folder) / "allocations"

    def environment(self, **settings):
        """The environment of a process to be watched; its settings as
        fail_alloc.c knows them, such as ALLOC_AT=7."""
        self._record.write_bytes(bytes(SIZE))
        return {**self._preloaded, "ALLOC_RECORD": str(self._record),
                **{key: str(value) for key, value in settings.items()}}

    def counts(self):
        """(allocations made, allocations refused) by the last process."""
        return HEAD.unpack_from(self._record.read_bytes())[:2]

    def stacks(self):
        """{stack: allocations made from it} by the last process."""
        record = self._record.read_bytes()
        places = STACK.iter_unpack(record[HEAD.size:SIZE - TEXT])
        found = {stack: times for stack, times in places if stack}
        assert 0 < len(found) < STACKS, "the record of the heap is full"
        return found

    def refused_at(self):
        """The frames of the first allocation refused, from the one that asked
        for it on: [MODULE+OFFSET], the program itself without a name."""
        text = self._record.read_bytes()[SIZE - TEXT:].split(b"\0", 1)[0]
        return [frame for frame in text.decode().split()
                if "/fail_alloc.so+" not in frame]

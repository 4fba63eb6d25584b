"""The scratch folder: what it needs, and getting rid of outputs in time
without slowing down who comes next."""

import os
import shutil
import tempfile
import time
from pathlib import Path

_DELETE_TRIES = 5


class NoRoom(Exception):
    """There is too little space, or too few inodes; says how much."""


class Scratch:
    """with Scratch(parent, is_kept) as scratch: a folder of our own."""

    def __init__(self, parent, is_kept):
        self._parent = Path(parent).resolve()
        self._is_kept = is_kept
        self._n_retired = 0
        self.folder = None

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="callark-bench-",
                                            dir=self._parent))
        (self.folder / "retired").mkdir()
        return self

    def __exit__(self, *_):
        if self._is_kept:
            return
        # Who was killed in mid-run may still be making a last file.
        for _ in range(_DELETE_TRIES - 1):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                return
            time.sleep(0.5)
        shutil.rmtree(self.folder)

    def check_room(self, n_bytes, n_files):
        """Raise NoRoom unless that much is free for us."""
        disk = os.statvfs(self.folder)
        free = disk.f_bavail * disk.f_frsize
        if free < n_bytes:
            raise NoRoom(f"{self._parent} has {free >> 20:,} MiB free and "
                         f"{n_bytes >> 20:,} MiB are needed; see --dir")
        if disk.f_files and disk.f_favail < n_files:
            raise NoRoom(f"{self._parent} has {disk.f_favail:,} inodes free "
                         f"and {n_files:,} are needed; see --dir")

    def new(self, name="out"):
        """An empty folder for an output."""
        path = self.folder / name
        path.mkdir()
        return path

    def retire(self, path):
        """Give the space of an output back at once, its inodes at the end:
        ext4 looks long for inodes where many were freed just before."""
        for folder, _, names in os.walk(path):
            for name in names:
                os.truncate(os.path.join(folder, name), 0)
        self._n_retired += 1
        path.rename(self.folder / "retired" / str(self._n_retired))

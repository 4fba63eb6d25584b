"""A disk that can be cut off: an ext4 file system in an image file.

The image holds what the file system has written to its device, and nothing that
only its caches know.  A copy of it, taken while the file system is mounted, is
what a power cut leaves on a disk that does what it is told in that order.
"""

import contextlib
import shutil
import subprocess
from pathlib import Path

SIZE = 64 << 20
# Nothing is committed because time went by: what is not asked for is not there.
LAZY = "commit=600,noauto_da_alloc"
MODES = {
    "ordered": f"data=ordered,{LAZY}",
    "writeback": f"data=writeback,{LAZY}",
    "journal": f"data=journal,{LAZY}",
    "nodelalloc": f"data=ordered,nodelalloc,{LAZY}",
}


class Unusable(Exception):
    """No file system can be mounted here."""


def call(*words, statuses=(0,)):
    try:
        done = subprocess.run([str(word) for word in words], text=True,
                              capture_output=True, check=False)
    except FileNotFoundError as e:
        raise Unusable(str(e)) from None
    if done.returncode not in statuses:
        raise Unusable(f"{' '.join(map(str, words))}: status "
                       f"{done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


class Disk:
    """Mounted at `top` between format() and close()."""

    def __init__(self, folder):
        self.image = Path(folder) / "disk.img"
        self.top = Path(folder) / "disk"
        self.top.mkdir()
        self._mode = None
        self._is_mounted = False

    def format(self, mode):
        """A new file system, mounted in one of the MODES."""
        self.close()
        self._mode = mode
        self.image.unlink(missing_ok=True)
        with self.image.open("wb") as image:
            image.truncate(SIZE)
        call("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,nodiscard",
             self.image)
        self._mount()

    def cut(self):
        """The power fails now: a file system comes back that has what was on
        the disk, checked and mounted as before."""
        left = self.image.with_suffix(".cut")
        call("cp", "--sparse=always", self.image, left)
        self.close()
        shutil.move(left, self.image)
        # 1: mended, as it has to be.
        call("e2fsck", "-f", "-y", self.image, statuses=(0, 1))
        self._mount()

    def close(self):
        if self._is_mounted:
            call("umount", self.top)
            self._is_mounted = False

    def _mount(self):
        # A loop device that mount makes goes with the mount.
        call("mount", "-o", f"loop,{MODES[self._mode]}", self.image, self.top)
        self._is_mounted = True
        self.top.chmod(0o700)


def check_usable(folder):
    """Raises Unusable, with the reason, where no disk can be cut off; and
    makes sure that a cut loses what was not made durable, and only that."""
    with contextlib.closing(Disk(folder)) as disk:
        for mode in MODES:
            disk.format(mode)
            lost, kept = disk.top / "lost", disk.top / "kept"
            lost.write_bytes(b"x" * 100_000)
            kept.write_bytes(b"x" * 100_000)
            call("sync", kept)      # of that file alone
            (disk.top / "name").touch()
            disk.cut()
            assert kept.read_bytes() == b"x" * 100_000, mode
            assert not (disk.top / "name").exists(), mode
            if mode == "writeback":
                assert lost.read_bytes() != b"x" * 100_000, mode

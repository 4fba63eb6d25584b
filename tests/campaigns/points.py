"""What every campaign does with its points: choose among them, try each in a
bed of its own process, tell what was wrong, and count.

A point is a text that names one fault and can be asked for again: --one POINT.
A bed has try_point(point), which returns a note for people, UNTOUCHED when the
run came to its end before the fault could happen, and raises AssertionError
with the complaint; it is a context manager, made in the process that uses it.
"""

import argparse
import contextlib
import multiprocessing
import multiprocessing.util
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

UNTOUCHED = "untouched"
ROOM = 1 << 30      # bytes, for a folder in memory
PROGRESS = 100      # points between two lines that tell how far it is


def options(description):
    """A parser of the options that all campaigns have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--every", type=int, default=1, metavar="N",
                        help="one of each N points, drawn by the seed")
    parser.add_argument("--seed", default="2024", metavar="S")
    parser.add_argument("--jobs", type=int, default=1, metavar="N",
                        help="points tried at the same time")
    parser.add_argument("--one", metavar="POINT",
                        help="this point alone, and what came of it")
    parser.add_argument("--verbose", action="store_true",
                        help="what came of each point")
    return parser


def sample(points, every, seed):
    """One of each `every` neighbours, so that no part of a run is left out."""
    chance = random.Random(f"{seed}/{every}")
    groups = (points[at:at + every] for at in range(0, len(points), every))
    return [chance.choice(group) for group in groups]


def in_memory():
    """Where a folder lies in memory, if it has room; None for where temporary
    ones are otherwise. Waiting for a disk takes most of the time there, and
    what TMPDIR says is done."""
    memory = "/dev/shm"
    if "TMPDIR" in os.environ or not os.access(memory, os.W_OK):
        return None
    return memory if shutil.disk_usage(memory).free > ROOM else None


@contextlib.contextmanager
def scratch():
    """A folder that goes with the campaign."""
    folder = tempfile.mkdtemp(prefix="callark-campaign-", dir=in_memory())
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# ---- trying ------------------------------------------------------------------

_bed = None
_no_bed = None      # why there is none


def _begin(make_bed, folder):
    """Nothing is raised here: the pool would begin again, for ever."""
    global _bed, _no_bed
    _bed = make_bed(Path(tempfile.mkdtemp(dir=folder)))
    multiprocessing.util.Finalize(_bed, _bed.__exit__, (None, None, None),
                                  exitpriority=100)
    try:
        _bed.__enter__()
    except Exception:
        _no_bed = traceback.format_exc()
        _bed.__exit__(None, None, None)


def _try(point):
    """(point, note, complaint or None): nothing may end the campaign early,
    but that it cannot begin."""
    if _no_bed:
        raise RuntimeError(_no_bed)
    try:
        return point, _bed.try_point(point), None
    except Exception as e:      # a complaint, or a tester that broke
        where = traceback.extract_tb(e.__traceback__)[-1]
        return point, "", (f"{Path(where.filename).name}:{where.lineno}: "
                           f"{type(e).__name__}: {e}")


def attempts(name, make_bed, points, jobs):
    """Yield (point, note, complaint) of each point, in their order, and tell how
    far the campaign of that name is."""
    with scratch() as folder, multiprocessing.Pool(
            jobs, _begin, (make_bed, folder)) as pool:
        for n, end in enumerate(pool.imap(_try, points)):
            if n % PROGRESS == 0 and n:
                print(f"{name}: {n} of {len(points)}", file=sys.stderr,
                      flush=True)
            yield end
        pool.close()
        pool.join()     # or the beds would be left standing


def try_all(name, make_bed, points, words):
    """Try the points that the words choose; print complaints and, last, "name
    N, failed N".  Returns the exit status: 1 when a point failed."""
    chosen = [words.one] if words.one else sample(points, words.every,
                                                  words.seed)
    began, failed, untouched = time.monotonic(), 0, 0
    for point, note, complaint in attempts(name, make_bed, chosen,
                                           words.jobs):
        failed += complaint is not None
        untouched += note == UNTOUCHED
        if complaint:
            print(f"{point}: {complaint}", file=sys.stderr, flush=True)
        elif words.one:
            print(f"{point}: {note}")
        elif words.verbose:
            print(f"{point}: {note.splitlines()[0]}", flush=True)
    print(f"{len(chosen)} of {len(points)} points in "
          f"{time.monotonic() - began:.0f} s, {untouched} untouched",
          file=sys.stderr)
    print(f"{name} {len(chosen)}, failed {failed}")
    return 1 if failed else 0

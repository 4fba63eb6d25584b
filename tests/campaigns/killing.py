"""A stage on which runs are killed.

A point is where a run is killed, or two: FIRST is a call of the canonical run,
NAME:ORDINAL; FIRST/SECOND is killed there and killed again, while it mends, at
SECOND, which is a call of that run, such as any:12, or as many hundredths of
its calls, 37%.
"""

import math
import shutil

import tracing
from canonical import Stage
from points import UNTOUCHED

TRIES = 4       # of a run whose threads may take turns in another way


class Killer(Stage):
    """try_point() is what a bed of points.py has."""

    def __init__(self, folder, tracer, archive=None):
        super().__init__(folder, tracer, archive)
        self._left = folder / "left"    # by a run killed at _first
        self._first = None

    def canonical_points(self, runs):
        """The points that some runs reached together."""
        traces = []
        for _ in range(runs):
            self.clear()
            traces.append(self.run())
        return tracing.union(traces)

    def recovery_points(self, first, runs=1):
        """The calls of the run that mends one killed at first, by their place
        among all of them: how far the threads had come differs, and with it
        what there is to mend. Of so many runs the longest counts."""
        longest = 0
        for _ in range(runs):
            self._first = None
            if self._kill_at(first):
                longest = max(longest, len(self.recover().calls))
        return [f"any:{n}" for n in range(1, longest + 1)]

    def try_point(self, point):
        """Kill, mend, compare; what was done, or UNTOUCHED."""
        first, _, second = point.partition("/")
        if not second:
            return self._try_once(first)
        if not self._kill_at(first):
            return UNTOUCHED
        if second.endswith("%"):
            calls = len(self.recover().calls)
            second = f"any:{math.ceil(calls * int(second[:-1]) / 100)}"
            self._put_back()
        trace = self.recover(kill=second)
        self.check_mended()
        return self._told(trace) if trace.was_killed else UNTOUCHED

    def _try_once(self, point):
        trace = self.run_until(point)
        if not trace:
            return UNTOUCHED
        self.check_mended()
        return self._told(trace)

    def run_until(self, point):
        """The Trace of a canonical run that was killed at a point; None when
        none of some came to it."""
        for _ in range(TRIES):
            self.clear()
            trace = self.run(kill=point)
            if trace.was_killed:
                return trace
        return None

    def _told(self, trace):
        last = trace.calls[-1]
        names = ", ".join(path.removeprefix(f"{self.callark.archive}/")
                          for path in last.paths)
        return f"killed in {last.thread} at call {len(trace.calls)}, {names}"

    # What the first kill left is kept: the second ones begin with the same.

    def _kill_at(self, first):
        if first == self._first:
            self._put_back()
            return True
        self._first = None
        if not self.run_until(first):
            return False
        shutil.rmtree(self._left, ignore_errors=True)
        self._left.mkdir()
        if self.callark.archive.exists():
            shutil.copytree(self.callark.archive, self._left / "it")
        self._first = first
        return True

    def _put_back(self):
        shutil.rmtree(self.callark.archive, ignore_errors=True)
        if (self._left / "it").exists():
            shutil.copytree(self._left / "it", self.callark.archive)

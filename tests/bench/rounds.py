"""The rounds of a row: its programs take turns, so that what disturbs the
machine for a while disturbs all of them."""

import statistics
from dataclasses import asdict, dataclass, field

from fetched import Wrong
from measure import Failed, Sample
from rows import WITH_PEERS

# A peer whose warm-up took so many times the best one's is not run again,
# unless it is over so soon that it costs nothing and proves nothing.
TOO_SLOW = 3
TOO_SHORT_S = 5


@dataclass
class Track:
    """The runs of one program of a row."""

    name: str
    is_callark: bool
    warm_up: Sample | None = None
    samples: list = field(default_factory=list)
    is_too_slow: bool = False
    fault: str = ""

    @property
    def shown(self):
        """The runs that count; for a peer that is too slow its only one."""
        if self.is_too_slow:
            return [self.warm_up]
        return [] if self.fault else self.samples

    def median(self, what):
        return statistics.median(getattr(s, what) for s in self.shown)


@dataclass
class Result:
    """A row with its runs."""

    row: str
    kind: str
    tracks: list

    @property
    def callark(self):
        return next(t for t in self.tracks if t.is_callark)

    @property
    def others(self):
        return [t for t in self.tracks if not t.is_callark]


def run_row(row, bed, record):
    """Run a row; record(dict) is told of every run as soon as it ended."""
    try:
        setup = row.prepare(bed)
    except (Failed, Wrong) as problem:
        return Result(row.name, row.kind, [
            Track("callark", True, fault=f"could not begin: {problem}")])
    tracks = [Track(r.name, r.is_callark) for r in setup.runners]
    for number in range(bed.scale.runs + 1):
        for runner, track in zip(setup.runners, tracks):
            if not track.fault and not track.is_too_slow:
                sample = _run_once(bed, setup, runner, track, number)
                record({"row": row.name, "program": track.name,
                        "round": number, "is_counted": number > 0,
                        "fault": track.fault,
                        **(asdict(sample) if sample else {})})
        if number == 0 and row.kind == WITH_PEERS:
            _leave_out_slow(tracks)
    return Result(row.name, row.kind, tracks)


def _run_once(bed, setup, runner, track, number):
    """One run, checked; the first one is the warm-up, looked at closely."""
    setup.warm()
    out = setup.shared or bed.scratch.new()
    sample = None
    try:
        sample = bed.stopwatch.run(runner.command(out), out)
        runner.check(out, number == 0)
    except (Failed, Wrong) as problem:
        track.fault = str(problem)
    finally:
        if not setup.shared:
            bed.scratch.retire(out)
    if number == 0:
        track.warm_up = sample
    elif sample:
        track.samples.append(sample)
    return sample


def _leave_out_slow(tracks):
    sound = [t for t in tracks if not t.fault]
    best = min((t.warm_up.wall_s for t in sound), default=0)
    limit = max(TOO_SLOW * best, TOO_SHORT_S)
    for track in sound:
        track.is_too_slow = (not track.is_callark and
                             track.warm_up.wall_s > limit)

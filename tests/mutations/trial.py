#!/usr/bin/env python3
"""Mutations of the bags of an archive, each held against what callark verify
says of it.

    trial.py [--seed SEED] [--verbose] [--only KIND] [N]    (default: 400)

Mutation n of a seed is always the same one: `--seed SEED --one n` shows it.
The last line is "mutations N missed 0 accused 0": missed are those that verify
did not find, or not by their name; accused those that it found although
nothing was harmed, or whose finding names what is as it was.  The status is 0
when there is neither.  CALLARK names the program.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "e2e")]

import oracle  # noqa: E402
from bag import Bag  # noqa: E402
from kinds import KINDS  # noqa: E402
from omnisim import Sim  # noqa: E402
from support import COMPLETE, Callark  # noqa: E402

DAYS = {"2024-12-27": 9, "2024-12-28": 6, "2024-12-29": 0, "2024-12-30": 8,
        "2024-12-31": 5}
SCENARIO = {
    "days": DAYS, "contact_share": 0.8,
    "media": {"size": [300, 3000]},
    # One day whose ids are what no file system likes.
    "listing": {"bad": [
        {"which": "2024-12-28#0", "do": "set", "set": {"id": "ligação às 3"}},
        {"which": "2024-12-28#1", "do": "set", "set": {"id": "50%25 %0A"}},
        {"which": "2024-12-28#2", "do": "set", "set": {"id": "../../e"}},
        {"which": "2024-12-28#3", "do": "set", "set": {"id": "CON.TXT~1"}}]},
}
TIMEOUT_S = 60
NO_END = 1000


def canonical(folder):
    """An archive with a day of each sort; the last one was published twice."""
    with Sim(SCENARIO) as sim:
        callark = Callark(folder, sim.url)
        callark.configure(archive__name="{time}-{agent}-{id}")
        words = ("sync", "--from", min(DAYS), "--to", max(DAYS))
        assert callark.run(*words).status == COMPLETE
        sim.set(listing={"changed": [{"which": f"{max(DAYS)}#1",
                                      "after_listings": 0}]})
        result = callark.run(*words)
        assert result.status == COMPLETE, result
    return callark


class Trial:
    """A copy of the archive that one process mutates, verifies and mends."""

    def __init__(self, callark, folder):
        self.callark = callark
        self.pristine = callark.archive
        self.archive = Path(folder) / "archive"
        shutil.copytree(self.pristine, self.archive)
        self.states = {day: oracle.state(self._bag(self.pristine, day))
                       for day in DAYS}

    def _bag(self, archive, day):
        return archive / day.replace("-", "/")

    def restore(self, day):
        month = self._bag(self.archive, day).parent
        for folder, _, _ in os.walk(month):
            os.chmod(folder, 0o700)
        for path in (month / "outside", self._bag(self.archive, day)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        shutil.copytree(self._bag(self.pristine, day),
                        self._bag(self.archive, day))
        # Each verify is told by the trail, which would grow without end.
        shutil.copyfile(self.pristine / "trail.ndjson",
                        self.archive / "trail.ndjson")

    def verify(self, day):
        """({(word, path in the bag)}, status); NO_END where it did not come to
        an end, or said what cannot be read."""
        try:
            done = subprocess.run(
                self.callark.command("-a", str(self.archive), "verify",
                                     "--day", day, "--format", "ndjson"),
                capture_output=True, env=self.callark.environment(),
                stdin=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired:
            return set(), NO_END
        try:
            lines = [json.loads(line) for line in done.stdout.splitlines()]
            prefix = day.replace("-", "/") + "/"
            return {(f["finding"], f["path"].removeprefix(prefix))
                    for f in lines if f["kind"] == "finding"}, done.returncode
        except (ValueError, KeyError) as e:
            return {("not readable", repr(e))}, NO_END

    def run(self, seed, n, only=None):
        """What mutation n of a seed came to: (kind, is harm, complaint)."""
        rng = random.Random(f"{seed}/{n}")
        day = rng.choice(sorted(DAYS))
        bag = Bag(self._bag(self.archive, day), rng)
        name = mutate(bag, only)
        after = oracle.state(bag.path)
        findings, status = self.verify(day)
        self.restore(day)
        complaint = oracle.judge(self.states[day], after, findings, status)
        is_harm = bool(oracle.differing(self.states[day], after))
        return f"{day} {name}", is_harm, complaint


def mutate(bag, only=None):
    """Do one thing to a bag, sometimes two, and sometimes hide it."""
    names = [only or bag.rng.choice(sorted(KINDS))]
    KINDS[names[0]](bag)
    has_bag = bag.path.is_dir() and not bag.path.is_symlink()
    if has_bag and bag.rng.random() < .35:
        names += hide(bag)
    return "+".join(names)


def hide(bag):
    """Make the tag files agree with what was done."""
    steps = bag.rng.choice((("seal_payload",), ("seal_tags",),
                            ("seal_payload", "seal_tags")))
    try:
        for step in steps:
            getattr(bag, step)()
    except OSError:     # what would be written is no file any more
        pass
    return steps


# ---- many of them ------------------------------------------------------------

_trial = None


def _begin(callark, folder):
    global _trial
    _trial = Trial(callark, tempfile.mkdtemp(dir=folder))


def _run(task):
    return task[1], *_trial.run(*task)


def run_all(callark, folder, tasks):
    """Yield (n, kind, is harm, complaint) of every task, in their order."""
    jobs = min(len(tasks), len(os.sched_getaffinity(0)))
    with multiprocessing.Pool(jobs, _begin, (callark, folder)) as pool:
        yield from pool.imap(_run, tasks, chunksize=8)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("n", nargs="?", type=int, default=400)
    parser.add_argument("--seed", default="2024")
    parser.add_argument("--one", type=int)
    parser.add_argument("--only", choices=sorted(KINDS))
    parser.add_argument("--verbose", action="store_true")
    words = parser.parse_args()
    first = range(words.n) if words.one is None else [words.one]
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="callark-mutations-") as folder:
        callark = canonical(Path(folder) / "made")
        tasks = [(words.seed, n, words.only) for n in first]
        for n, name, is_harm, complaint in run_all(callark, folder, tasks):
            counts["harm" if is_harm else "no harm"] += 1
            if complaint:
                counts[complaint.split(":")[0]] += 1
                print(f"seed {words.seed} mutation {n}: {name}: {complaint}",
                      file=sys.stderr)
            elif words.verbose or words.one is not None:
                print(f"{n}: {name}: {'found' if is_harm else 'no harm'}")
    print(f"of these {counts['harm']} did harm, {counts['no harm']} none",
          file=sys.stderr)
    missed = counts["missed"] + counts["broken"]
    print(f"mutations {len(tasks)} missed {missed} "
          f"accused {counts['accused']}")
    return 1 if set(counts) & {"missed", "broken", "accused"} else 0


if __name__ == "__main__":
    sys.exit(main())

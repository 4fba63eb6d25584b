"""The calls by which a run changes an archive, in the order of their begin, and
runs that are killed at one of them.

A point is NAME:ORDINAL, the ORDINAL-th call of a name that the run makes,
whichever thread makes it.  strace counts for each thread by itself, so that a
call of the second thread has no address there once the first has made as many;
tracer.c counts over all of them.  Which call has an ordinal depends on how the
threads took turns, but each has one, so the ordinals that a few runs reached
are what there is to try.
"""

import os
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from trials import finish

SOURCE = Path(__file__).with_name("tracer.c")


def build(folder):
    """Compile the tracer into a folder; its path."""
    program = Path(folder) / "tracer"
    subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-O1", "-Wall",
                    "-Wextra", "-o", program, SOURCE], check=True)
    return program


def works(program):
    """Whether programs may be traced here."""
    done = subprocess.run([program, "/dev/null", "/", "true"],
                          capture_output=True, check=False)
    return done.returncode == 0


@dataclass(frozen=True)
class Call:
    """One call: its point, the thread's name, the paths it is about, and what
    it returned; None when the run did not live to see that."""

    name: str
    ordinal: int
    thread: str
    paths: tuple
    result: int

    @property
    def point(self):
        return f"{self.name}:{self.ordinal}"


class Trace:
    """What a traced run did to the archive, and how it ended."""

    def __init__(self, result, record):
        self.result = result
        self.was_killed = False
        begun, ended = [], {}
        for line in record.read_text().splitlines():
            kind, name, ordinal, *rest = line.split(" ", 5)
            if kind == ">":
                begun.append((name, int(ordinal), *rest[1:]))
            elif kind == "<":
                ended[name, int(ordinal)] = int(rest[0])
            else:
                self.was_killed = True
        self.calls = [Call(name, n, thread, tuple(paths.split(", ")),
                           ended.get((name, n)))
                      for name, n, thread, paths in begun]

    def points(self):
        return [call.point for call in self.calls]

    def counts(self):
        """{name: how many}."""
        return Counter(call.name for call in self.calls)


class Tracer:
    """Runs programs under the tracer; its record is in a folder."""

    def __init__(self, program, folder, archive):
        self.program = program
        self.record = Path(folder) / "calls"
        self.archive = archive

    def run(self, command, env, kill=None):
        """The Trace of a command, which is killed at a point, or not."""
        words = [str(self.program), *(["--kill", kill] if kill else []),
                 str(self.record), str(self.archive)]
        # The sanitizer that looks for leaks wants to trace as well.
        env = {**env, "ASAN_OPTIONS": env["ASAN_OPTIONS"] + ":detect_leaks=0"}
        result = finish(subprocess.Popen(
            words + command, env=env, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        assert result.status != 125, result
        return Trace(result, self.record)


def union(traces):
    """The points that some runs reached, in the order of the first."""
    return list(dict.fromkeys(point for trace in traces
                              for point in trace.points()))

"""One run of one command, measured."""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 3600


@dataclass(frozen=True)
class Sample:
    """What one run took."""

    wall_s: float       # from its start to its end
    synced_s: float     # and until what it wrote is on the disk
    cpu_s: float        # user and system, of all its processes
    peak_mib: float     # resident memory of its largest process


class Failed(Exception):
    """The command did not end with status 0; says how."""


class Stopwatch:
    """Runs commands with nothing of the user's settings around them."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._home = self._folder / "home"
        self._home.mkdir()
        self.log = self._folder / "last-run.log"

    def run(self, command, out):
        """Run a command (a list) that writes below the folder `out`."""
        os.sync()
        started = time.monotonic()
        status, usage = self._wait(self._start(command))
        wall_s = time.monotonic() - started
        subprocess.run(["sync", "-f", out], check=True)
        synced_s = time.monotonic() - started
        if status:
            raise Failed("%s: %s" % (_how(status), self._last_words()))
        return Sample(wall_s, synced_s, usage.ru_utime + usage.ru_stime,
                      self._peak_mib())

    def _start(self, command):
        # The peak is asked of time(1): a process that we start ourselves
        # begins with a peak as large as we are.
        environment = {"HOME": str(self._home), "LC_ALL": "C.UTF-8",
                       "PATH": "/usr/bin:/bin", "TMPDIR": str(self._folder)}
        with open(self.log, "wb") as log:
            return subprocess.Popen(
                ["time", "-o", self._folder / "peak", "-f", "%M",
                 *map(str, command)],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=log, cwd=self._home, env=environment,
                start_new_session=True)

    @staticmethod
    def _wait(process):
        """The exit status, negative for a signal, and the resources used."""
        def kill():
            os.killpg(process.pid, signal.SIGKILL)

        limit = threading.Timer(TIMEOUT_S, kill)
        limit.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            kill()
            process.wait()
            raise
        finally:
            limit.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage

    def _peak_mib(self):
        # Its last line; one about the status may be before.
        return int((self._folder / "peak").read_text().split()[-1]) / 1024

    def _last_words(self):
        text = self.log.read_text(errors="replace").strip()
        return text[-300:] or "it said nothing"


def _how(status):
    if status < 0:
        return "ended by signal %d" % -status
    return "ended with status %d" % status

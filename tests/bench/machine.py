"""The machine: what it is, and what it needs before anything can be
measured."""

import os
import platform
import re
import subprocess
from pathlib import Path

import server

TOP = Path(__file__).resolve().parents[2]
_VERSIONS = {
    "curl": ("curl", "--version"),
    "wget2": ("wget2", "--version"),
    "aria2c": ("aria2c", "--version"),
    "rclone": ("rclone", "version"),
    "lftp": ("lftp", "--version"),
    "nginx": (server.program(), "-v"),
    "sha256sum": ("sha256sum", "--version"),
    "sqlite": ("dpkg-query", "-W", "-f", "${Version}", "libsqlite3-0"),
    "libcurl": ("dpkg-query", "-W", "-f", "${Version}", "libcurl4"),
    "openssl": ("dpkg-query", "-W", "-f", "${Version}", "libssl3"),
}


class Unprepared(Exception):
    """Packages or the program could not be had; says why."""


def prepare():
    """Install what is missing; build callark unless CALLARK names one. The
    path of the program."""
    _run([TOP / "contrib" / "setup", "bench"])
    if os.environ.get("CALLARK"):
        return Path(os.environ["CALLARK"]).resolve()
    build = Path(os.environ.get("CALLARK_BUILD", TOP / "build")) / "bench"
    _run(["cmake", "-S", TOP, "-B", build, "-G", "Ninja",
          "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCALLARK_TESTS=OFF"])
    _run(["ninja", "-C", build, "callark"])
    return build.resolve() / "callark"


def describe(program, folder):
    """The machine, as values that JSON can hold."""
    return {
        "cpu": _line_of("/proc/cpuinfo", "model name"),
        "cores": len(os.sched_getaffinity(0)),
        "memory": _line_of("/proc/meminfo", "MemTotal"),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", ""),
        "filesystem": _said("findmnt", "-n", "-o", "FSTYPE", "-T", folder),
        "tree": _commit(),
        "callark": _version(program, "--version"),
        **{name: _version(*command) for name, command in _VERSIONS.items()},
    }


def _version(*command):
    """The number in the first line of what a command prints."""
    line = _said(*command)
    number = re.search(r"\d+(\.\d+)+\S*", line)
    return number[0] if number else line


def _commit():
    """What is checked out, + when files differ from it; "" outside git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(TOP), "describe", "--always", "--dirty=+"],
            text=True, check=False, capture_output=True)
    except OSError:
        return ""
    return done.stdout.strip()


def _line_of(path, name):
    """The value of the first line `name: value` of a file of /proc."""
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _said(*command):
    """The first line that a command prints, or why there is none."""
    try:
        done = subprocess.run(list(map(str, command)), text=True, check=False,
                              stdout=subprocess.PIPE, timeout=60,
                              stderr=subprocess.STDOUT)
    except OSError as problem:
        return str(problem)
    lines = done.stdout.strip().splitlines()
    return lines[0] if lines else ""


def _run(command):
    done = subprocess.run(list(map(str, command)), text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise Unprepared("%s ended with status %d:\n%s" % (
            " ".join(map(str, command)), done.returncode,
            done.stdout[-2000:]))

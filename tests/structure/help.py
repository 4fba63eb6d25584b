"""Help is printed where it belongs and fits a terminal.

    help.py CALLARK
"""

import re
import subprocess
import sys

from source import report

COLUMNS = 80


def run(*command):
    """Status, stdout and stderr; no settings of this machine."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL,
                          capture_output=True, check=False,
                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def too_wide(what, text):
    for line in text.splitlines():
        if len(line.expandtabs()) > COLUMNS:
            yield f"{what}: {len(line.expandtabs())} columns: {line}"


def check_help(what, command):
    status, out, err = run(*command)
    if status or err or not out.startswith("usage: "):
        yield (f"{what}: status {status}, {len(out)} bytes to stdout, "
               f"{len(err)} to stderr; expected 0, help, nothing")
    yield from too_wide(what, out)


def commands_of(text):
    """The names in the first column under "Commands:"."""
    part = text.split("Commands:\n", 1)[-1].split("\n\n", 1)[0]
    return re.findall(r"^  ([a-z]+) ", part, re.M)


def check(binary):
    yield from check_help("callark --help", [binary, "--help"])
    names = commands_of(run(binary, "--help")[1])
    if len(names) < 8:
        yield f"callark --help: only {len(names)} commands: {' '.join(names)}"
    for name in names:
        yield from check_help(f"callark {name} --help",
                              [binary, name, "--help"])
    status, out, err = run(binary)
    if status != 2 or out or not err.startswith("usage: "):
        yield (f"callark alone: status {status}, {len(out)} bytes to stdout; "
               "expected 2, and the help on stderr")
    yield from too_wide("callark", err)
    status, out, err = run(binary, "--version")
    if status or err or not re.fullmatch(r"callark \d+\.\d+\.\d+\S*\n", out):
        yield f"callark --version: status {status}, {out!r}"


if __name__ == "__main__":
    report("help", list(check(sys.argv[1])))

"""The top level holds what it should and nothing else.

    top.py [TOP]
"""

import subprocess
import sys
from pathlib import Path

from source import TOP, report

WANTED = {"CMakeLists.txt", "LICENSE", "README.md", "contrib", "include",
          "src", "tests"}


def by_git(top):
    """First names of what git has or would add; None without git."""
    try:
        out = subprocess.run(
            ["git", "-c", f"safe.directory={top}", "-C", str(top), "ls-files",
             "--cached", "--others", "--exclude-standard", "-z"],
            check=True, capture_output=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return None
    names = {path.split("/", 1)[0] for path in out.split("\0") if path}
    return {name for name in names if (top / name).exists()}


def by_folder(top):
    """The same without git: all but the folders of a build."""
    return {p.name for p in top.iterdir()
            if not (p.is_dir() and p.name.startswith("build"))}


def check(top):
    names = by_git(top) if (top / ".git").exists() else None
    names = names or by_folder(top)
    for name in sorted(WANTED - names):
        yield f"{name}: missing from the top level"
    for name in sorted(names - WANTED):
        if not name.startswith("."):
            yield f"{name}: has no place at the top level"


if __name__ == "__main__":
    report("top level", list(check(Path(sys.argv[1]) if sys.argv[1:] else TOP)))

"""Every script can be run and parsed.

    scripts.py [TOP]
"""

import ast
import os
import subprocess
import sys
from pathlib import Path

from source import TOP, report

FOLDERS = (".ci", "contrib", "tests")
# Inputs of parsers: an AMR recording begins with #! as well.
CORPUS = Path("tests/fuzz/corpus")


def scripts(top):
    """Every file that begins with #!, or is Python."""
    for folder in FOLDERS:
        for path in sorted((top / folder).rglob("*")):
            if top / CORPUS in path.parents:
                continue
            if path.is_file() and (path.suffix == ".py" or
                                   path.open("rb").read(2) == b"#!"):
                yield path


def check(top):
    for path in scripts(top):
        first, *_ = text = path.read_text().split("\n")
        if first.startswith("#!") and not os.access(path, os.X_OK):
            yield f"{path.relative_to(top)}: begins with #! and is not executable"
        if "python" in first or path.suffix == ".py":
            try:
                ast.parse("\n".join(text), str(path))
            except SyntaxError as e:
                yield f"{path.relative_to(top)}:{e.lineno}: {e.msg}"
        elif first.endswith("bash") or first.endswith("sh"):
            done = subprocess.run(["bash", "-n", path], text=True,
                                  capture_output=True, check=False)
            if done.returncode:
                yield f"{path.relative_to(top)}: {done.stderr.strip()}"


if __name__ == "__main__":
    report("scripts", list(check(Path(sys.argv[1]) if sys.argv[1:] else TOP)))

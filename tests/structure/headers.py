"""Every header compiles alone, and twice.

    headers.py public|rooms COMPILER [FLAG ...]

The flags are for the rooms, whose headers may need foreign ones.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from source import TOP, report, sources

STRICT = ["-std=c17", "-Wall", "-Wextra", "-Wpedantic", "-Werror",
          "-fsyntax-only", "-x", "c", "-"]


def compile_alone(compiler, flags, root, path):
    """What the compiler says about path, or None."""
    name = path.relative_to(root)
    # The declaration keeps an empty translation unit from being pedantic.
    unit = f'#include "{name}"\n' * 2 + "extern int alone;\n"
    done = subprocess.run([compiler, *flags, *STRICT], input=unit, text=True,
                          capture_output=True, check=False)
    return f"{path.relative_to(TOP)}:\n{done.stderr}" if done.returncode else None


def main(kind, compiler, *flags):
    include = [f"-I{TOP / 'include'}"]
    if kind == "public":
        root, flags = TOP / "include", include
    else:
        root = TOP / "src"
        flags = [*include, f"-I{root}", "-D_GNU_SOURCE", *flags]
    headers = [p for p in sources(TOP, root.name, endings=(".h",))]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(
            lambda p: compile_alone(compiler, flags, root, p), headers)
        report(f"{kind} headers", [f for f in found if f])


if __name__ == "__main__":
    main(*sys.argv[1:])

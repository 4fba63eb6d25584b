"""The hardening that src/hardening.cmake asks for is in the program.

    hardening.py READELF CALLARK
"""

import re
import subprocess
import sys

from source import report


def read(readelf, option, binary):
    return subprocess.run([readelf, "-W", option, binary], check=True,
                          text=True, capture_output=True).stdout


def check(readelf, binary):
    header = read(readelf, "-h", binary)
    segments = read(readelf, "-l", binary)
    dynamic = read(readelf, "-d", binary)
    symbols = read(readelf, "--dyn-syms", binary)
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)(.*)", dynamic))
    stack = re.search(r"GNU_STACK.*", segments)

    if not re.search(r"Type:\s+DYN\b", header) or "PIE" not in flags:
        yield "it is no position-independent executable"
    if "GNU_RELRO" not in segments:
        yield "no read-only relocations (-z relro)"
    if "BIND_NOW" not in flags and not re.search(r"\bNOW\b", flags):
        yield "symbols are bound late (-z now)"
    if not stack or re.search(r"\bRWE\b", stack[0]):
        yield "the stack is executable (-z noexecstack)"
    if re.search(r"LOAD.*\bRWE\b", segments):
        yield "a segment is both writable and executable"
    if "TEXTREL" in dynamic:
        yield "relocations in the code"
    if re.search(r"\((?:RPATH|RUNPATH)\)", dynamic):
        yield "it has a run path"
    if "__stack_chk_fail" not in symbols:
        yield "no stack protector (-fstack-protector-strong)"
    if not re.search(r"__\w+_chk\b", symbols.replace("__stack_chk_fail", "")):
        yield "no checked library functions (_FORTIFY_SOURCE)"


if __name__ == "__main__":
    report("hardening", [f"{sys.argv[2]}: {wrong}"
                         for wrong in check(*sys.argv[1:])])

"""Functions that this code does without.

    banned.py [TOP]

Comments and strings are not looked at.  The tests obey as well.
"""

import re
import sys
from pathlib import Path

from source import TOP, code_only, line_of, report, sources

# What to use instead stands behind each.
BANNED = {
    "strcpy strcat strncpy strncat stpcpy stpncpy": "struct buf, memcpy",
    "sprintf vsprintf": "snprintf, buf_addf",
    "gets": "fdio_slurp",
    "strtok strtok_r": "a loop over the text",
    "atoi atol atoll atof": "text_to_int",
    "scanf fscanf sscanf vscanf vfscanf vsscanf": "text_to_int, text_to_bytes",
    "rand srand random srandom drand48": "luck_u32",
    "system popen pclose": "posix_spawn",
    "mktemp tmpnam tempnam": "openat with O_EXCL",
    "alloca": "the heap",
    "asctime ctime asctime_r ctime_r": "clock_utc, moment_format",
    "gmtime localtime": "clock_utc, struct zone",
    "setjmp longjmp sigsetjmp siglongjmp": "return values",
}

INSTEAD = {name: why for names, why in BANNED.items() for name in names.split()}

# A call, not of a member.
CALL = re.compile(r"(?<![\w.])(?<!->)(" + "|".join(INSTEAD) + r")\s*\(")


def check(top):
    for path in sources(top, "src", "include", "tests"):
        text = code_only(path.read_text())
        for m in CALL.finditer(text):
            yield (f"{path.relative_to(top)}:{line_of(text, m.start())}: "
                   f"{m[1]}; instead: {INSTEAD[m[1]]}")


if __name__ == "__main__":
    report("banned functions",
           list(check(Path(sys.argv[1]) if sys.argv[1:] else TOP)))

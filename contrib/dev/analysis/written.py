"""What is written down: exceptions, each a block of three or more lines, with
empty lines between them and # before remarks:

    WORD ... PATH
    	the line of source that it is about; * stands for anything
    	the reason
"""

import re
import sys
from collections import namedtuple

# head: the words of the first line, the last of them a path.
Written = namedtuple("Written", "head code")


def read(path, n_words):
    """The set of exceptions in a file, whose first lines have n_words."""
    text = re.sub(r"^#.*\n", "", path.read_text(), flags=re.M)
    found = set()
    for block in filter(str.strip, re.split(r"\n\s*\n", text)):
        lines = [line.strip() for line in block.strip().splitlines()]
        head = tuple(lines[0].split())
        if len(lines) < 3 or len(head) != n_words:
            sys.exit(f"{path}: expected {n_words} words, a line of source and "
                     f"a reason, found:\n{block}")
        found.add(Written(head, lines[1]))
    return found


def is_meant(exception, words, code):
    """Whether an exception is about these words and this line of source."""
    return len(words) == len(exception.head) and all(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text)
        for pattern, text in zip((*exception.head, exception.code),
                                 (*words, code.strip())))

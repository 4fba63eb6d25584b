"""What the checks of this folder share: the tree, the map in src/README.md,
and C source without its comments and strings."""

import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)

# Comments, character constants and strings; a raw newline ends the latter.
TOKENS = re.compile(r"""
      (?P<comment>/\*.*?\*/|//[^\n]*)
    | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
""", re.S | re.X)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text, line for line, with spaces where comments were."""
    return TOKENS.sub(
        lambda m: _blank(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """The same, and with nothing between the quotes."""
    return TOKENS.sub(lambda m: _blank(m[0]) if m["comment"] else
                      m[0][0] + _blank(m[0][1:-1]) + m[0][-1], text)


def line_of(text, at):
    return text.count("\n", 0, at) + 1


def includes(path):
    """Yield (line, quote, name) of every #include."""
    text = without_comments(path.read_text())
    for m in INCLUDE.finditer(text):
        yield line_of(text, m.start()), m[1], m[2]


class Room:
    """A row of the map, and the section of its name."""

    def __init__(self, name, level, may, through, foreign):
        self.name = name
        self.level = int(level)
        self.may = may.split()
        self.through = through.split()
        self.foreign = re.findall(r"`([^`]+)`", foreign)
        self.files = []         # as listed, in order
        self.private = set()

    @property
    def uses(self):
        return self.may + self.through


ROW = re.compile(r"^\| (\w+) +\| (\d+) \|([^|]*)\|([^|]*)\|([^|]*)\|$", re.M)
FILE = re.compile(r"^- `([^`]+)`( \*\(private\)\*)?: \S", re.M)


def read_map(top=TOP):
    """{name: Room} of src/README.md."""
    text = (top / "src" / "README.md").read_text()
    rooms = {m[1]: Room(*(g.strip() for g in m.groups()))
             for m in ROW.finditer(text)}
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        room = rooms.get(section.split("\n", 1)[0].strip())
        if not room:
            continue
        for m in FILE.finditer(section):
            stem, dot, ending = m[1].rpartition(".")
            names = ([f"{stem}.h", f"{stem}.c"] if ending == "[hc]"
                     else [m[1]])
            room.files += names
            if m[2]:
                room.private |= {n for n in names if n.endswith(".h")}
    return rooms


def sources(top, *folders, endings=(".c", ".h")):
    """Every C file below the folders, sorted."""
    return sorted(p for folder in folders for p in (top / folder).rglob("*")
                  if p.suffix in endings and p.is_file())


def report(what, findings):
    """Print the findings and end the program."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{what}: {len(findings)} found", file=sys.stderr)
    sys.exit(1 if findings else 0)

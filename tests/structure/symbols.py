"""What the linker sees agrees with the map: a room needs symbols only of rooms
that it uses itself, and no name is defined in two rooms.

    symbols.py NM ROOM=ARCHIVE ...

A link test alone would not tell: the rooms of a room's rooms come along.
"""

import subprocess
import sys

from source import read_map, report


def read_symbols(nm, archive):
    """(defined, undefined) global names of an archive."""
    out = subprocess.run([nm, "-g", "-P", archive], check=True, text=True,
                         capture_output=True).stdout
    defined, undefined = set(), set()
    for line in out.splitlines():
        words = line.split()
        if len(words) >= 2 and len(words[1]) == 1:
            (undefined if words[1] in "Uw" else defined).add(words[0])
    return defined, undefined - defined


def check(rooms, symbols):
    """symbols: {room: (defined, undefined)}."""
    owner = {}
    for name, (defined, _) in symbols.items():
        for symbol in sorted(defined):
            other = owner.setdefault(symbol, name)
            if other != name and not symbol.startswith(("_", ".")):
                yield f"{symbol} is defined in {other} and in {name}"
    for name, (_, undefined) in symbols.items():
        for symbol in sorted(undefined):
            other = owner.get(symbol, name)
            if other != name and other not in rooms[name].uses:
                yield f"{name} needs {symbol} of {other}, which it may not use"
            if other in rooms[name].through and \
                    not symbol.startswith("ark_"):
                yield f"{name} needs {symbol} of {other}, which is not public"


if __name__ == "__main__":
    archives = dict(word.split("=", 1) for word in sys.argv[2:])
    report("symbols", list(check(
        read_map(), {name: read_symbols(sys.argv[1], archive)
                     for name, archive in archives.items()})))

"""The includes, the build and the files agree with the map in src/README.md.

    map.py [TOP]
"""

import re
import sys
from pathlib import Path

from source import TOP, includes, read_map, report, sources

# What the C library and the kernel bring; every other <header> is foreign.
SYSTEM = set("""
    assert.h ctype.h errno.h float.h inttypes.h iso646.h limits.h locale.h
    math.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h
    stdio.h stdlib.h stdnoreturn.h string.h time.h uchar.h wchar.h wctype.h
    arpa/inet.h dirent.h endian.h fcntl.h fnmatch.h getopt.h glob.h netdb.h
    net/if.h netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h sched.h
    semaphore.h spawn.h strings.h sys/file.h sys/ioctl.h sys/mman.h
    sys/epoll.h sys/eventfd.h sys/prctl.h sys/random.h sys/resource.h
    sys/sendfile.h sys/socket.h
    sys/stat.h sys/statvfs.h sys/syscall.h sys/time.h sys/types.h sys/uio.h
    sys/un.h sys/utsname.h sys/vfs.h sys/wait.h sys/xattr.h syslog.h termios.h
    unistd.h linux/falloc.h linux/fs.h linux/landlock.h linux/openat2.h
    linux/stat.h
""".split())

# Of these a public header may include only what C itself has.
PUBLIC = {name for name in SYSTEM if "/" not in name} - {
    "dirent.h", "endian.h", "fcntl.h", "fnmatch.h", "getopt.h", "glob.h",
    "netdb.h", "poll.h", "pthread.h", "pwd.h", "sched.h", "semaphore.h",
    "spawn.h", "strings.h", "syslog.h", "termios.h", "unistd.h"}

USES = re.compile(r"^room\((\w+)([^)]*)\)", re.M)


def check_map(rooms):
    """Arrows go down, to rooms that exist."""
    for room in rooms.values():
        for name in room.uses:
            if name not in rooms:
                yield f"src/README.md: {room.name} names no room: {name}"
            elif rooms[name].level >= room.level:
                yield (f"src/README.md: {room.name} (level {room.level}) must "
                       f"not use {name} (level {rooms[name].level})")
        for header in room.foreign:
            owners = [r.name for r in rooms.values() if header in r.foreign]
            if owners != [room.name]:
                yield f"src/README.md: {header} has owners: {' '.join(owners)}"


def check_build(top, rooms):
    """One line a room, which names what the map names."""
    text = (top / "src" / "CMakeLists.txt").read_text()
    built = {}
    for m in USES.finditer(text):
        words = m[2].split()
        uses = words[words.index("USES") + 1:] if "USES" in words else []
        if "LIBS" in uses:
            uses = uses[:uses.index("LIBS")]
        if m[1] != "name":
            built[m[1]] = uses
    for name in sorted(rooms.keys() ^ built.keys()):
        yield f"{name}: in the map or in src/CMakeLists.txt, not in both"
    for name in sorted(rooms.keys() & built.keys()):
        for used in sorted(set(rooms[name].uses) ^ set(built[name])):
            yield (f"{name} uses {used}: in the map or in src/CMakeLists.txt, "
                   "not in both")


def check_files(top, rooms):
    """Every file is listed once, every listed file is there."""
    for folder in sorted(p.name for p in (top / "src").iterdir()
                         if p.is_dir() and p.name not in rooms):
        yield f"src/{folder}: no room of this name in src/README.md"
    for room in rooms.values():
        there = {str(p.relative_to(top / "src" / room.name))
                 for p in sources(top, f"src/{room.name}")}
        for name in sorted(there - set(room.files)):
            yield f"src/{room.name}/{name}: not listed in src/README.md"
        for name in sorted(set(room.files) - there):
            yield f"src/README.md: {room.name} lists {name}, which is not there"
        for name in sorted({n for n in room.files if room.files.count(n) > 1}):
            yield f"src/README.md: {room.name} lists {name} twice"


def is_foreign_to(header, room):
    return not any(header == own or own.endswith("/") and
                   header.startswith(own) for own in room.foreign)


def check_include(top, rooms, room, quote, name):
    """What is wrong with one #include of a file of room, or None."""
    if quote == "<":
        if name not in SYSTEM and is_foreign_to(name, room):
            return f"<{name}> is not a header of {room.name}"
        return None
    folder = name.split("/", 1)[0]
    base = top / ("include" if folder == "callark" else "src")
    if "/" not in name or not (base / name).is_file():
        return f'"{name}" is no room/header'
    if folder in ("callark", room.name):
        return None
    if folder not in room.may:
        return f'{room.name} may not include "{name}"'
    if name.split("/", 1)[1] in rooms[folder].private or \
            name.endswith("_internal.h"):
        return f'"{name}" is private to {folder}'
    return None


def check_includes(top, rooms):
    for room in rooms.values():
        for path in sources(top, f"src/{room.name}"):
            for line, quote, name in includes(path):
                wrong = check_include(top, rooms, room, quote, name)
                if wrong:
                    yield f"{path.relative_to(top)}:{line}: {wrong}"


def check_public(top):
    """Public headers need nothing but each other and C."""
    for path in sources(top, "include"):
        for line, quote, name in includes(path):
            is_good = (name in PUBLIC if quote == "<" else
                       name.startswith("callark/") and
                       (top / "include" / name).is_file())
            if not is_good:
                yield (f"{path.relative_to(top)}:{line}: a public header may "
                       f"not include {name}")


def check(top):
    rooms = read_map(top)
    if not rooms:
        return ["src/README.md: no table of rooms"]
    return [*check_map(rooms), *check_build(top, rooms),
            *check_files(top, rooms), *check_includes(top, rooms),
            *check_public(top)]


if __name__ == "__main__":
    report("map", check(Path(sys.argv[1]) if sys.argv[1:] else TOP))

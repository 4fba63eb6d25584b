"""Whether a mutation must be found, decided without callark: by what there is
now and what there was.

Of a bag callark promises its payload and its own four tag files: which files
there are, what kind each is, and every byte.  It promises nothing of modes,
times, links and owners, of empty folders, and of tag files of others: BagIt
lets anybody put those beside its own.  The names that BagIt itself gives a
meaning to (other manifests, fetch.txt) are not anybody's.
"""

import os
import re
import stat

from bag import CSV, INFO, MANIFEST, NDJSON, TAGMANIFEST, TAGS, sha256

MEANT = re.compile(r"(tag)?manifest-[^/]*\.txt|fetch\.txt")
ACCUSING = {"missing", "truncated", "changed", "extra", "unreadable",
            "bad-bag"}


def state(bag):
    """{path: what it is and holds} of everything that is promised."""
    found = {}
    if bag.is_symlink() or not bag.is_dir():
        return found
    for name in [p.name for p in bag.iterdir()]:
        if name in TAGS or MEANT.fullmatch(name):
            found[name] = _what(bag / name)
    _below(bag, "data", found)
    return found


def _what(path):
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return sha256(path.read_bytes())
    return stat.filemode(mode)[0]


def _below(bag, name, found):
    path = bag / name
    try:
        what = _what(path)
    except FileNotFoundError:
        return
    if what != "d":
        found[name] = what
        return
    for entry in path.iterdir():
        _below(bag, f"{name}/{entry.name}", found)


def differing(before, after):
    """The paths that are not as they were."""
    return {path for path in before.keys() | after.keys()
            if before.get(path) != after.get(path)}


def judge(before, after, findings, status):
    """What is wrong with what verify said, or None.

    findings are (word, path in the bag); status is how it ended.
    """
    changed = differing(before, after)
    if status not in (0, 6):
        return f"broken: status {status}"
    if not changed:
        return ("accused: " + repr(findings)) if findings or status else None
    if status != 6:
        return f"missed: {sorted(changed)}"
    named = {path for _, path in findings}
    for path in changed:
        if _has_witness(path, changed, after) and \
                not _is_named(path, named, before):
            return f"missed: {shown(path)} among {sorted(named)}"
    shown_changed = {shown(path) for path in changed}
    for word, path in findings:
        if word in ACCUSING and not _may_be_accused(path, shown_changed,
                                                    before):
            return f"accused: {word} {path}"
    return None


def _has_witness(path, changed, after):
    """Whether verify must say which file it is.  The tables have no witness
    but the manifest: where both were changed, one accusation is enough."""
    if path in (NDJSON, CSV):
        return MANIFEST not in changed or len(after.get(path, "")) < 64
    return path.startswith("data/")


def shown(path):
    """A path as verify prints it: one that is no UTF-8 in another dress."""
    raw = os.fsencode(path)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return re.sub(r"[^\x20-\x7e]|\\x..", _escaped,
                      raw.decode("ascii", "backslashreplace"))


def _escaped(match):
    text = match[0]
    return ("\\x" + text[2:].upper() if len(text) > 1 else
            f"\\x{ord(text):02X}")


def _is_named(path, named, before):
    """By its own name, or, of what is new, by that of a folder above."""
    path = shown(path)
    return path in named or path not in before and any(
        path.startswith(f"{name}/") for name in named)


def _may_be_accused(path, changed, before):
    """Not what is as it was; but where a manifest is bad it is the only
    witness of the tables, and says of them what it says."""
    if path in changed or path not in before:
        return True
    if path in (NDJSON, CSV):
        return MANIFEST in changed or "data" in changed
    return path in (*TAGS, TAGMANIFEST, INFO) and bool(
        {TAGMANIFEST, *TAGS} & changed)

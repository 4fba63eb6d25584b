"""The mutations: each is a function that does one thing to a bag."""

import os
import re
import shutil
import socket
import unicodedata

from bag import (CSV, DECLARATION, INFO, MANIFEST, NDJSON, TAGMANIFEST, TAGS,
                 encoded, get, put, sha256)

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


def flipped(rng, data):
    if not data:
        return b"\0"
    data = bytearray(data)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


# ---- the bytes of a file -----------------------------------------------------

@kind
def flip_bit(bag):
    path = bag.any_payload()
    put(path, flipped(bag.rng, get(path)))


@kind
def flip_bit_anywhere(bag):
    path = bag.any_file()
    put(path, flipped(bag.rng, get(path)))


@kind
def overwrite(bag):
    """A stretch of zeros, or of noise."""
    path = bag.any_recording()
    data = bytearray(get(path))
    at = bag.rng.randrange(max(1, len(data)))
    n = min(bag.rng.choice((1, 2, 512, 4096)), len(data) - at)
    data[at:at + n] = bytes(n) if bag.rng.random() < .5 else \
        bag.rng.randbytes(n)
    put(path, data)


@kind
def truncate(bag):
    path = bag.any_payload()
    size = path.stat().st_size
    os.truncate(path, bag.rng.choice((max(0, size - 1), size // 2, 1, 0)))


@kind
def extend(bag):
    bag.edit(bag.any_file().relative_to(bag.path), lambda data: data +
             bag.rng.choice((b"\0", b"\n", b" ", b"x" * 512)))


@kind
def empty(bag):
    put(bag.any_file(), b"")


@kind
def sparse(bag):
    """Longer by far, and on the disk no longer at all."""
    os.truncate(bag.any_recording(), 1 << 22)


@kind
def splice(bag):
    """Bytes taken out of the middle, or put in there."""
    path = bag.any_payload()
    data = get(path)
    at = bag.rng.randrange(len(data) + 1)
    put(path, bag.rng.choice((
        data[:at] + data[at + 1:], data[:at] + b"\0" + data[at:],
        data[at:] + data[:at])))


# ---- which files there are ---------------------------------------------------

@kind
def swap(bag):
    one, other = bag.any_payload(), bag.any_payload()
    spare = bag / "spare"
    one.rename(spare)
    if one != other:
        other.rename(one)
        spare.rename(other)
    else:
        spare.rename(one)


@kind
def overwrite_by_another(bag):
    """One recording in the place of another: bytes, or a hard link."""
    one, other = bag.any_payload(), bag.any_payload()
    if one == other:
        return
    one.unlink()
    if bag.rng.random() < .5:
        os.link(other, one)
    else:
        shutil.copyfile(other, one)


@kind
def delete(bag):
    bag.any_file().unlink()


@kind
def delete_several(bag):
    for name in bag.payload():
        if bag.rng.random() < .5:
            (bag / name).unlink()


@kind
def delete_folder(bag):
    name = bag.rng.choice(("data", "data/audio"))
    if (bag / name).exists():
        shutil.rmtree(bag / name)


@kind
def rename(bag):
    path = bag.any_file()
    name = path.name
    path.rename(path.with_name(bag.rng.choice((
        name.upper(), name + " ", " " + name, name + ".bak", "." + name,
        name.replace("-", "_", 1), "ç" + name, "%41" + name, "a\n" + name))))


@kind
def move(bag):
    """Into another folder of the payload, or out of it."""
    path = bag.any_recording()
    folder = bag / bag.rng.choice(("data", "data/new", "data/audio/a/b", "",
                                   "data/Audio", "metadata"))
    folder.mkdir(parents=True, exist_ok=True)
    path.rename(folder / path.name)


STRANGE = (b"stranger.wav", b".hidden", "ção.wav".encode(), b"%41.wav",
           b"a%b", b"new\nline.wav", b"cr\rlf", b"\xff\xfe.wav", b"\xe7.wav",
           b"-rf", b"~", b"a b", b"x" * 255, b"Thumbs.db", b"\\", b"*",
           "e\u0301".encode(), b"recordings.ndjson", b"bagit.txt",
           b"manifest-sha256.txt", b"data", b"fetch.txt", b"\x1b[31m.wav")


def strange_name(bag):
    return os.fsdecode(bag.rng.choice(STRANGE))


@kind
def stray(bag):
    folder = bag / bag.rng.choice(("data", "data/audio", "data/reports",
                                   "data/a/b/c", "data/.x"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / strange_name(bag)
    if not path.exists():
        put(path, bag.rng.choice((b"", b"x", b"RIFF")))


@kind
def stray_far_down(bag):
    """Below folders whose path is longer than any of ours."""
    depth, width = bag.rng.choice(((2, 200), (3, 200), (9, 3), (30, 20),
                                   (3, 255), (2, 120), (4, 120)))
    here = os.open(bag.path / "data", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d" * width, dir_fd=here)
        below = os.open("d" * width, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.wav", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@kind
def duplicate(bag):
    path = bag.any_payload()
    target = path.with_name(bag.rng.choice((
        "copy-" + path.name, path.name + ".1", path.name.upper() + "~")))
    shutil.copyfile(path, target)


@kind
def normalise(bag):
    """A name beside that looks the same."""
    path = bag.any_recording()
    name = path.name.replace("a", "a\u0301", 1)
    shutil.copyfile(path, path.with_name(
        unicodedata.normalize(bag.rng.choice(("NFC", "NFD")), name) + " "))


# ---- something that is no file ---------------------------------------------

def _outside(bag, path):
    copy = bag.path.parent / "outside"
    if path.is_dir():
        shutil.copytree(path, copy)
    else:
        shutil.copyfile(path, copy)
    return copy


@kind
def symlink(bag):
    """The same bytes behind a link, or others, or none."""
    path = bag.any_file()
    target = bag.rng.choice((_outside(bag, path), bag.any_payload(),
                             "/nowhere", "."))
    path.unlink()
    path.symlink_to(target)


@kind
def symlink_folder(bag):
    path = bag / bag.rng.choice(("data", "data/audio"))
    if path.is_dir():
        copy = _outside(bag, path)
        shutil.rmtree(path)
        path.symlink_to(copy)


@kind
def symlink_stray(bag):
    (bag / "data" / strange_name(bag)[:200]).with_suffix(".lnk").symlink_to(
        bag.rng.choice(("/nowhere", "recordings.csv", "..")))


@kind
def to_folder(bag):
    path = bag.any_file()
    path.unlink()
    path.mkdir()


@kind
def to_fifo(bag):
    path = bag.any_file()
    path.unlink()
    os.mkfifo(path)


@kind
def to_socket(bag):
    path = bag.any_recording()
    path.unlink()
    here = os.getcwd()
    os.chdir(path.parent)       # such a name may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind("s")
        os.rename("s", path.name)
    finally:
        os.chdir(here)


@kind
def fifo_stray(bag):
    os.mkfifo(bag / "data" / ("p" + strange_name(bag)[:200]))


@kind
def folder_to_file(bag):
    path = bag / bag.rng.choice(("data", "data/audio"))
    if path.is_dir():
        shutil.rmtree(path)
        put(path, b"") if bag.rng.random() < .5 else os.mkfifo(path)


# ---- lines of the manifests --------------------------------------------------

def _line_edits(rng, line, lines):
    """What may become of one line; a list of lines each."""
    digest, _, path = line.partition(b"  ")
    path = path.rstrip(b"\n")
    other = rng.choice(lines)
    return (
        [], [line, line],
        [flipped(rng, line)],
        [digest.upper() + b"  " + path + b"\n"],
        [digest + b" " + path + b"\n"], [digest + b"\t" + path + b"\n"],
        [digest + b" \t  " + path + b"\n"],
        [digest + b" *" + path + b"\n"], [digest + b"  ./" + path + b"\n"],
        [digest + b"  " + path.upper() + b"\n"],
        [digest + b"  " + path + b" \n"],
        [digest + b"  " + path.replace(b"-", b"%2D", 1) + b"\n"],
        [digest + b"  " + path.replace(b"/", b"//", 1) + b"\n"],
        [digest + b"  " + path.replace(b"/", b"\\", 1) + b"\n"],
        [digest + b"  /etc/passwd\n"], [digest + b"  data/../../x\n"],
        [digest + b"  ~root/x\n"], [digest + b"  data/\n"],
        [digest + b"  " + path + b"%\n"],
        [digest[:-1] + b"  " + path + b"\n"],
        [digest + b"0  " + path + b"\n"],
        [b"0" * 64 + b"  " + path + b"\n"],
        [other[:64] + line[64:]],
        [line.replace(b"\n", b"\r\n")], [line.replace(b"\n", b"\r")],
        [line, b"\n"], [b" " + line], [b"\\" + line], [b"\0" + line],
        [b"# " + line], [line, b"0" * 64 + b"  data/no-such.wav\n"],
        [line, digest + b"  " + path + b"/x\n"],
        [line, digest + b"  data/" + b"n" * 700 + b"\n"],
        [line, digest + b"  data/" + b"n/" * 300 + b"n\n"],
        [line, digest + b"  data/\xff\n"],
        [line, digest + b"  " + encoded(b"data/a\nb%") + b"\n"],
    )


def _edit_manifest(bag, name):
    rng = bag.rng

    def change(lines):
        if not lines:
            return [b"\n"]
        at = rng.randrange(len(lines))
        lines[at:at + 1] = rng.choice(_line_edits(rng, lines[at], lines))
        return lines
    bag.edit_lines(name, change)


@kind
def manifest_line(bag):
    _edit_manifest(bag, MANIFEST)


@kind
def tagmanifest_line(bag):
    _edit_manifest(bag, TAGMANIFEST)


@kind
def manifest_order(bag):
    name = bag.rng.choice((MANIFEST, TAGMANIFEST))

    def change(lines):
        return bag.rng.choice((lines[::-1], sorted(lines),
                               bag.rng.sample(lines, len(lines))))
    bag.edit_lines(name, change)


@kind
def manifest_form(bag):
    """The same lines in another dress."""
    name = bag.rng.choice((MANIFEST, TAGMANIFEST))
    bag.edit(name, lambda data: bag.rng.choice((
        data.rstrip(b"\n"), data.replace(b"\n", b"\r\n"),
        data.replace(b"\n", b"\r"), b"\xef\xbb\xbf" + data, data + b"\n",
        b"\n" + data, data + b"\0", data.upper(), data + b" ",
        data.decode().encode("utf-16"), data.replace(b"  ", b" "))))


@kind
def manifest_of_two(bag):
    """Two payloads change places in the manifest."""
    def change(lines):
        if len(lines) < 2:
            return lines
        a, b = bag.rng.sample(range(len(lines)), 2)
        lines[a], lines[b] = (lines[b][:64] + lines[a][64:],
                              lines[a][:64] + lines[b][64:])
        return lines
    bag.edit_lines(bag.rng.choice((MANIFEST, TAGMANIFEST)), change)


@kind
def tagmanifest_more(bag):
    """A tag file of others, listed as it should be, or a payload."""
    rng = bag.rng
    name = rng.choice(("notes.txt", "metadata/notes.txt", TAGMANIFEST,
                       bag.rng.choice(bag.payload())))
    path = bag / name
    path.parent.mkdir(exist_ok=True)
    if not path.exists():
        put(path, b"notes\n")
    bag.edit(TAGMANIFEST, lambda data: data + (
        f"{sha256(get(path))}  {name}\n").encode())


@kind
def tagmanifest_less(bag):
    """A tag file is no longer listed, and then another than it was."""
    name = bag.rng.choice(TAGS)
    bag.edit_lines(TAGMANIFEST, lambda lines: [
        l for l in lines if not l.endswith(f"  {name}\n".encode())])
    if bag.rng.random() < .7:
        bag.edit(name, lambda data: data.replace(b"0", b"1", 1) +
                 (b"" if b"0" in data else b"\n"))


# ---- the other tag files -----------------------------------------------------

@kind
def declaration(bag):
    rng = bag.rng
    bag.edit(DECLARATION, lambda data: rng.choice((
        data.replace(b"1.0", rng.choice((b"0.97", b"1.1", b"2.0", b".97",
                                         b"1", b"01.0", b"1.0 "))),
        data.replace(b"UTF-8", rng.choice((b"utf-8", b"UTF-16", b"ISO-8859-1",
                                           b"", b"UTF8"))),
        b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\r\n"),
        data.rstrip(b"\n"), data + b"\n", data + b"Extra: 1\n", data.lower(),
        data.replace(b": ", b" : "), data.replace(b": ", b":"),
        b"".join(data.splitlines(True)[::-1]), data.splitlines(True)[0])))


@kind
def info_field(bag):
    rng = bag.rng

    def change(lines):
        at = rng.randrange(len(lines))
        label, _, value = lines[at].partition(b": ")
        lines[at:at + 1] = rng.choice((
            [], [lines[at]] * 2, [flipped(rng, lines[at])],
            [label + b": 0\n"], [label.lower() + b": " + value],
            [label + b":" + value], [label + b" : " + value],
            [label + b":  " + value], [label + b": " + value[:-1] + b" \n"],
            [label + b":\n ", value], [label + b"\n"], [b"\n", lines[at]],
            [b" " + lines[at]], [lines[at], b"Payload-Oxum: 1.1\n"],
            [b"Payload-Oxum: 1.1\n", lines[at]],
            [re.sub(rb"\d", lambda m: b"%d" % ((int(m[0]) + 1) % 10),
                    lines[at])]))
        return lines
    bag.edit_lines(INFO, change)


@kind
def info_form(bag):
    bag.edit(INFO, lambda data: bag.rng.choice((
        b"".join(bag.rng.sample(data.splitlines(True),
                                data.count(b"\n"))),
        data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data,
        data.rstrip(b"\n"), data + b"\n", b"nonsense\n" + data,
        data + b"Note: more\n", b"")))


# ---- the tables --------------------------------------------------------------

@kind
def ndjson_row(bag):
    rng = bag.rng

    def change(lines):
        if not lines:
            return [b"{}\n"]
        at = rng.randrange(len(lines))
        line = lines[at]
        lines[at:at + 1] = rng.choice((
            [], [line, line], [flipped(rng, line)], [line, b"{}\n"],
            [re.sub(rb'"sha256":"[0-9a-f]{4}', b'"sha256":"0000', line)],
            [line.replace(b'"archived"', b'"no_link"')],
            [re.sub(rb'"bytes":(\d+)', rb'"bytes":1\1', line)],
            [line.replace(b'"state"', b'"State"')],
            [line.replace(b"{", b"{ ", 1)], [line.replace(b"\n", b"\r\n")]))
        return lines
    bag.edit_lines(NDJSON, change)


@kind
def csv_row(bag):
    rng = bag.rng

    def change(lines):
        at = rng.randrange(len(lines))
        lines[at:at + 1] = rng.choice((
            [], [lines[at]] * 2, [flipped(rng, lines[at])],
            [lines[at].replace(b",", b";")], [lines[at], b"x,y,z\r\n"],
            [lines[at].replace(b"\r\n", b"\n")],
            [re.sub(rb"[0-9a-f]{64}", b"0" * 64, lines[at])]))
        return lines
    bag.edit_lines(CSV, change)


@kind
def table_order(bag):
    name = bag.rng.choice((NDJSON, CSV))
    bag.edit_lines(name, lambda lines: lines[::-1])


# ---- the whole bag -----------------------------------------------------------

@kind
def bag_gone(bag):
    shutil.rmtree(bag.path)


@kind
def bag_behind_a_link(bag):
    copy = _outside(bag, bag.path)
    shutil.rmtree(bag.path)
    bag.path.symlink_to(copy)


@kind
def bag_is_a_file(bag):
    shutil.rmtree(bag.path)
    put(bag.path, b"") if bag.rng.random() < .5 else os.mkfifo(bag.path)


@kind
def manifest_of_others(bag):
    """What BagIt would read beside what callark wrote."""
    name = bag.rng.choice(("manifest-md5.txt", "manifest-sha512.txt",
                           "manifest-sha1.txt", "tagmanifest-md5.txt",
                           "tagmanifest-sha512.txt", "fetch.txt"))
    put(bag / name, bag.rng.choice((
        b"", b"http://x.example/ - data/x\n", get(bag / MANIFEST))))


# ---- what does no harm -------------------------------------------------------

@kind
def times(bag):
    path = bag.any_file()
    os.utime(path, (bag.rng.randrange(1 << 31), bag.rng.randrange(1 << 31)))


@kind
def mode(bag):
    path = bag.any_file()
    path.chmod(bag.rng.choice((0o400, 0o444, 0o644, 0o755)))
    (bag / "data").chmod(bag.rng.choice((0o500, 0o755, 0o700)))


@kind
def owner(bag):
    if os.geteuid() == 0:
        os.chown(bag.any_file(), bag.rng.randrange(1, 60000), -1)


@kind
def hard_link(bag):
    """A second name elsewhere; the content is the same."""
    os.link(bag.any_file(), bag.path.parent / "outside")


@kind
def written_again(bag):
    """The same bytes in another file."""
    path = bag.any_file()
    data = get(path)
    path.unlink()
    put(path, data)


@kind
def folder_order(bag):
    """The same names, made in another order."""
    names = bag.payload()
    bag.rng.shuffle(names)
    for name in names:
        path = bag / name
        spare = path.with_name("spare")
        shutil.copyfile(path, spare)
        spare.rename(path)


@kind
def tag_file_of_others(bag):
    name = bag.rng.choice((
        "README", "notes.txt", ".DS_Store", "Thumbs.db",
        "tagmanifest-sha256.txt.p7s", "tagmanifest-sha256.txt.p7s.tsr",
        "metadata/mets.xml", "manifest-sha256.txt~", "bag-info.txt.orig",
        "metadata/manifest-md5.txt", "xmanifest-md5.txt", "ção.txt"))
    (bag / name).parent.mkdir(exist_ok=True)
    put(bag / name, b"of others\n")


@kind
def empty_folder(bag):
    (bag / bag.rng.choice(("data/empty", "metadata", "data/audio/x"))).mkdir(
        parents=True, exist_ok=True)


@kind
def tag_link_of_others(bag):
    (bag / "README.lnk").symlink_to(bag.rng.choice(("..", "bagit.txt")))


@kind
def nothing(bag):
    """As it is."""

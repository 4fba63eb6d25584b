"""Whatever is done to an archive, verify finds it and calls it by its name."""

import json
import os
import re
import resource
import threading

import pytest

from support import (COMPLETE, INTEGRITY, USAGE, check_archive,
                     check_bag, check_converged, sha256_of)
from trials import needs_strace, traced, was_injected

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 14, NEXT: 6}
RANGE = ("--from", DAY, "--to", NEXT)


@pytest.fixture
def archive(make):
    """(platform, callark) with two whole days archived."""
    sim, callark = make({"days": DAYS, "media": {"size": 3000},
                         "contact_share": 0.9})
    assert callark.sync(*RANGE).status == COMPLETE
    return sim, callark


def recordings(callark, day=DAY):
    return sorted((callark.bag(day) / "data/audio").iterdir())


WORDS = ("missing", "truncated", "changed", "extra", "bad-bag", "unpublished",
         "unreadable", "unchecked")
COUNTS = ["files", "bytes", *WORDS, "queued"]


def told(callark, *args):
    """What verify says as NDJSON: findings, days, the summary; and how it
    ended.  Checked for what always holds."""
    result = callark.run("verify", "--format", "ndjson", *args)
    lines = [json.loads(line) for line in result.out.splitlines()]
    *lines, summary = lines
    found = [l for l in lines if l["kind"] == "finding"]
    days = [l for l in lines if l["kind"] == "day"]
    assert len(found) + len(days) == len(lines)
    for f in found:
        assert list(f) == ["kind", "day", "finding", "path", "id", "detail"]
    for d in days:
        assert list(d) == ["kind", "day", *COUNTS]
    assert list(summary) == ["kind", "days", *COUNTS, "quick", "exit"]
    assert summary["kind"] == "summary" and summary["exit"] == result.status
    assert summary["days"] == len(days)
    beside = [f for f in found if f["day"] is None]
    for name in COUNTS:
        assert summary[name] == sum(d[name] for d in days) + sum(
            f["finding"] == name for f in beside), name
    for word in WORDS:
        assert summary[word] == sum(f["finding"] == word for f in found)
    return found, days, summary, result


def findings(callark, *args):
    """{(finding, path)}, and the exit status."""
    found, _, _, result = told(callark, *args)
    return {(f["finding"], f["path"]) for f in found}, result.status


def shown(path, callark):
    return str(path.relative_to(callark.archive))


def edit(path, change):
    path.write_bytes(change(path.read_bytes()))


def flip(data, at=-100):
    data = bytearray(data)
    data[at] ^= 0x10
    return bytes(data)


def test_a_whole_archive_is_whole(archive):
    sim, callark = archive
    for words in ((), ("--quick",), ("--repair",), ("--day", DAY), RANGE):
        result = callark.run("verify", *words)
        assert result.status == COMPLETE, result
        assert not result.err
    result = callark.run("verify")
    files = sum(len(recordings(callark, d)) + 2 + 3 for d in DAYS)
    assert f"2 days, {files} files" in result.out
    assert "everything agrees" in result.out
    assert findings(callark) == (set(), COMPLETE)


def test_verify_reads_and_writes_nothing_but_its_entry(archive):
    sim, callark = archive
    before = {p: (p.lstat().st_mtime_ns, p.lstat().st_size)
              for p in callark.archive.rglob("*")}
    sim.reset_log()
    edit(recordings(callark)[0], flip)
    changed = recordings(callark)[0]
    assert callark.run("verify").status == INTEGRITY
    after = {p: (p.lstat().st_mtime_ns, p.lstat().st_size)
             for p in callark.archive.rglob("*")}
    assert {p for p in after if after[p] != before.get(p)} <= {
        changed, callark.archive / "lock", callark.archive / "trail.ndjson"}
    assert not sim.log()


# ---- one harm, one finding ---------------------------------------------------

def harm_swap(bag):
    first, second = sorted((bag / "data/audio").iterdir())[:2]
    spare = bag / "spare"
    first.rename(spare)
    second.rename(first)
    spare.rename(second)
    return [first, second]


def audio(bag):
    return min((bag / "data/audio").iterdir())


def on(path_of, act):
    """A harm that acts on one file of a bag and returns it."""
    def harm(bag):
        path = path_of(bag)
        act(path)
        return [path]
    return harm


def named(name):
    return lambda bag: bag / name


def drop_line(path):
    edit(path, lambda data: b"".join(data.splitlines(keepends=True)[1:]))


def to_link(path):
    """The same bytes behind a symbolic link."""
    target = path.parents[6] / "elsewhere"
    target.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(target)


def to_folder(path):
    path.unlink()
    path.mkdir(mode=0o700)


def no_bits(path):
    path.chmod(0)


# name: (harm, finding, whether --quick sees it; None: it sees something else)
HARMS = {
    "flip": (on(audio, lambda p: edit(p, flip)), "changed", False),
    "flip-first": (on(audio, lambda p: edit(p, lambda d: flip(d, 0))),
                   "changed", False),
    "flip-last": (on(audio, lambda p: edit(p, lambda d: flip(d, -1))),
                  "changed", False),
    "cut": (on(audio, lambda p: os.truncate(p, 2000)), "truncated", True),
    "cut-by-one": (on(audio, lambda p: os.truncate(p, 2999)), "truncated",
                   True),
    "emptied": (on(audio, lambda p: os.truncate(p, 0)), "truncated", True),
    "appended": (on(audio, lambda p: edit(p, lambda d: d + b"\0")),
                 "truncated", True),
    "deleted": (on(audio, lambda p: p.unlink()), "missing", True),
    "swapped": (harm_swap, "changed", False),
    "link": (on(audio, to_link), "unreadable", True),
    "folder": (on(audio, to_folder), "unreadable", True),
    "added": (on(named("data/audio/stranger.wav"),
                 lambda p: p.write_bytes(b"x")), "extra", True),
    "added-table": (on(named("data/notes.txt"),
                       lambda p: p.write_bytes(b"x")), "extra", True),
    "ndjson-flip": (on(named("data/recordings.ndjson"),
                       lambda p: edit(p, lambda d: flip(d, 50))), "changed",
                    False),
    "csv-flip": (on(named("data/recordings.csv"),
                    lambda p: edit(p, lambda d: flip(d, 50))), "changed",
                 False),
    "ndjson-deleted": (on(named("data/recordings.ndjson"),
                          lambda p: p.unlink()), "missing", True),
    "bagit-deleted": (on(named("bagit.txt"), lambda p: p.unlink()),
                      "missing", True),
    "bag-info-deleted": (on(named("bag-info.txt"), lambda p: p.unlink()),
                         "missing", True),
    "manifest-deleted": (on(named("manifest-sha256.txt"),
                            lambda p: p.unlink()), "missing", True),
    "tagmanifest-deleted": (on(named("tagmanifest-sha256.txt"),
                               lambda p: p.unlink()), "missing", True),
    "bagit-edited": (on(named("bagit.txt"), lambda p: edit(
        p, lambda d: d.replace(b"1.0", b"0.9"))), "bad-bag", True),
    "bag-info-edited": (on(named("bag-info.txt"), lambda p: edit(
        p, lambda d: d.replace(b"Payload-Oxum: ", b"Payload-Oxum: 1"))),
        "bad-bag", True),
    "bag-info-listing": (on(named("bag-info.txt"), lambda p: edit(
        p, lambda d: d.replace(b"Callark-Archived: ",
                               b"Callark-Archived: 1"))), "changed", False),
    "manifest-digit": (on(named("manifest-sha256.txt"), lambda p: edit(
        p, lambda d: (b"0" if d[:1] != b"0" else b"1") + d[1:])), "bad-bag",
        True),
    "manifest-line-gone": (on(named("manifest-sha256.txt"), drop_line),
                           "changed", None),
    "manifest-line-of-others": (on(named("manifest-sha256.txt"), lambda p: edit(
        p, lambda d: d + b"0" * 64 + "  data/ção às três.txt\n".encode())),
        "changed", None),
    "manifest-nonsense": (on(named("manifest-sha256.txt"), lambda p: edit(
        p, lambda d: b"nonsense\n" + d)), "bad-bag", True),
    "manifest-outside": (on(named("manifest-sha256.txt"), lambda p: edit(
        p, lambda d: d + b"0" * 64 + b"  data/../../../x\n")), "bad-bag",
        True),
    "tagmanifest-nonsense": (on(named("tagmanifest-sha256.txt"),
                                lambda p: edit(p, lambda d: d + b"?")),
                             "bad-bag", True),
}


@pytest.mark.parametrize("harm,word,is_quick", HARMS.values(),
                         ids=HARMS.keys())
def test_every_harm_is_found_and_named(archive, harm, word, is_quick):
    sim, callark = archive
    paths = {shown(p, callark) for p in harm(callark.bag(DAY))}
    found, status = findings(callark)
    assert status == INTEGRITY
    assert {(word, p) for p in paths} <= found, found
    assert all(DAY.replace("-", "/") in path for _, path in found), found
    text = callark.run("verify")
    assert text.status == INTEGRITY and word in text.out
    found, status = findings(callark, "--quick")
    if is_quick is None:
        assert status == INTEGRITY
    elif is_quick:
        assert status == INTEGRITY and {(word, p) for p in paths} <= found
    else:
        assert (found, status) == (set(), COMPLETE)
    # The other day is as it was, and asked for alone it is whole.
    assert findings(callark, "--day", NEXT) == (set(), COMPLETE)


@pytest.mark.parametrize("harm,word,is_quick", HARMS.values(),
                         ids=HARMS.keys())
def test_every_harm_is_mended_by_repair_and_sync(archive, harm, word,
                                                 is_quick):
    """What is damaged is set aside, never deleted, and fetched again."""
    sim, callark = archive
    before = {sha256_of(p) for p in recordings(callark)}
    paths = harm(callark.bag(DAY))
    harmed = [p for p in paths if "audio" in p.parts and p.is_file()
              and not p.is_symlink() and "stranger" not in p.name]
    kept = {sha256_of(p) for p in harmed if word != "extra"}
    result = callark.run("verify", "--repair")
    assert result.status == INTEGRITY, result
    aside = {sha256_of(p) for p in callark.archive.glob("quarantine/**/*")
             if p.is_file()}
    if word in ("changed", "truncated"):
        assert kept <= aside
    result = callark.sync(*RANGE)
    for path in paths:      # a stranger is the owner's to take away
        if word == "extra" and path.exists():
            path.unlink()
    for path in callark.archive.glob("quarantine/**/*.damaged"):
        if path.is_symlink() or path.is_dir():
            path.unlink() if path.is_symlink() else path.rmdir()
    assert result.status == COMPLETE, result
    final = callark.run("verify")
    assert final.status == COMPLETE, final
    assert {sha256_of(p) for p in recordings(callark)} == before
    check_converged(callark, sim, DAYS)


def test_repair_leaves_what_is_good_alone(archive):
    sim, callark = archive
    bad, *good = recordings(callark)
    before = {p: p.stat().st_mtime_ns for p in good}
    edit(bad, flip)
    result = callark.run("verify", "--repair")
    assert "1 queued for the next sync" in result.out, result
    assert {p: p.stat().st_mtime_ns for p in good} == before
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.summary["new"] == 1
    assert "as after a run that was cut off or a repair: 1\n" in result.err
    assert len(sim.log(path="/recordings/")) == 1
    assert {p: p.stat().st_mtime_ns for p in good} == before


def test_a_good_recording_stays_when_its_manifest_is_bad(archive):
    """The catalogue is the witness, not the manifest."""
    sim, callark = archive
    before = {p: p.stat().st_mtime_ns for p in recordings(callark)}
    edit(callark.bag(DAY) / "manifest-sha256.txt",
         lambda d: (b"0" if d[:1] != b"0" else b"1") + d[1:])
    assert callark.run("verify", "--repair").status == INTEGRITY
    sim.reset_log()
    assert callark.sync(*RANGE).summary["new"] == 0
    assert not sim.log(path="/recordings/")
    assert {p: p.stat().st_mtime_ns for p in recordings(callark)} == before
    check_converged(callark, sim, DAYS)


@pytest.mark.parametrize("name", [
    "audio/120000-stranger.wav", "notes.txt", "reports/voice-log.ndjson"])
def test_a_stranger_that_the_manifest_names_is_a_stranger(archive, name):
    """A recording put in with a right line, sum and tag manifest; which the
    trail knows as another."""
    sim, callark = archive
    bag = callark.bag(DAY)
    stranger = bag / "data" / name
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_bytes(recordings(callark)[0].read_bytes())
    manifest = bag / "manifest-sha256.txt"
    line = f"{sha256_of(stranger)}  data/{name}"
    lines = manifest.read_text().splitlines() + [line]
    manifest.write_text("".join(l + "\n" for l in sorted(
        lines, key=lambda l: l[66:].encode())))
    info = bag / "bag-info.txt"
    edit(info, lambda d: re.sub(
        rb"Payload-Oxum: (\d+)\.(\d+)", lambda m: b"Payload-Oxum: %d.%d" % (
            int(m[1]) + 3000, int(m[2]) + 1), d))
    tags = bag / "tagmanifest-sha256.txt"
    tags.write_text("".join(
        f"{sha256_of(bag / l[66:])}  {l[66:]}\n"
        for l in tags.read_text().splitlines()))
    check_bag(bag)
    assert findings(callark) == ({("extra", shown(stranger, callark)),
                                  ("changed", shown(tags, callark))},
                                 INTEGRITY)


def test_the_same_recording_may_be_damaged_twice(archive):
    """The second one set aside does not take the place of the first."""
    sim, callark = archive
    path = recordings(callark)[0]
    for turn in (0, 1):
        edit(path, lambda data, turn=turn: flip(data, 100 + turn))
        assert callark.run("verify", "--repair").status == INTEGRITY
        assert callark.sync(*RANGE).status == COMPLETE
    aside = [p for p in callark.archive.glob("quarantine/**/*") if p.is_file()]
    assert len({sha256_of(p) for p in aside}) == 2
    check_converged(callark, sim, DAYS)


def test_many_harms_are_all_told(archive):
    sim, callark = archive
    paths = recordings(callark)
    edit(paths[0], flip)
    os.truncate(paths[1], 10)
    paths[2].unlink()
    (callark.bag(DAY) / "data/audio/x.wav").write_bytes(b"x")
    edit(recordings(callark, NEXT)[0], flip)
    found, status = findings(callark)
    assert status == INTEGRITY
    assert {(w, os.path.basename(p)) for w, p in found} >= {
        ("changed", paths[0].name), ("truncated", paths[1].name),
        ("missing", paths[2].name), ("extra", "x.wav"),
        ("changed", recordings(callark, NEXT)[0].name)}
    result = callark.run("verify")
    for word in ("1 missing", "1 truncated", "2 changed", "1 extra"):
        assert word in result.out, result
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).summary["new"] == 4


def test_a_finding_names_the_recording(archive):
    sim, callark = archive
    path = recordings(callark)[0]
    edit(path, flip)
    (finding,), _, _, _ = told(callark)
    assert finding["id"] in path.name and finding["day"] == DAY
    assert finding["detail"]


def test_a_day_that_is_gone_is_missing(archive):
    sim, callark = archive
    callark.bag(DAY).rename(callark.folder / "taken")
    count = len(list((callark.folder / "taken/data/audio").iterdir()))
    found, status = findings(callark)
    assert status == INTEGRITY
    assert count == len([w for w, path in found
                         if w == "missing" and "audio" in path])
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).summary["new"] == count
    check_converged(callark, sim, DAYS)


def test_both_were_changed_to_agree_and_the_catalogue_knows(archive):
    """A file and its manifests, all rewritten: the catalogue still has the
    digest of what was fetched."""
    sim, callark = archive
    bag, path = callark.bag(DAY), recordings(callark)[0]
    old = sha256_of(path)
    edit(path, flip)
    new = sha256_of(path)
    manifest, tags = bag / "manifest-sha256.txt", bag / "tagmanifest-sha256.txt"
    was = sha256_of(manifest)
    edit(manifest, lambda d: d.replace(old.encode(), new.encode()))
    edit(tags, lambda d: d.replace(was.encode(), sha256_of(manifest).encode()))
    found, status = findings(callark)
    assert status == INTEGRITY
    assert ("changed", shown(path, callark)) in found


def test_verify_minds_its_range_and_its_words(archive):
    _, callark = archive
    edit(recordings(callark)[0], flip)
    assert callark.run("verify", "--day", NEXT).status == COMPLETE
    assert callark.run("verify", "--from", NEXT).status == COMPLETE
    assert callark.run("verify", "--day", DAY).status == INTEGRITY
    assert callark.run("verify", "--from", NEXT, "--to", DAY).status == USAGE


def test_hidden_files_of_others_are_found(archive):
    """Beside a bag's own files there may be only what BagIt allows."""
    _, callark = archive
    (callark.bag(DAY) / "data/.hidden").write_text("x")
    (callark.bag(DAY) / "data/audio/e\u0301 \n.wav").write_text("x")
    result = callark.run("verify")
    assert result.status == INTEGRITY, result
    assert "2 extra" in result.out
    assert "\n.wav" not in result.out
    assert len(findings(callark)[0]) == 2


def test_a_run_without_faults_ends_with_modes_of_its_owner(archive):
    _, callark = archive
    check_archive(callark)


# ---- what a machine reads ----------------------------------------------------

def test_ndjson_tells_findings_days_and_a_summary(archive):
    _, callark = archive
    found, days, summary, _ = told(callark)
    assert not found and [d["day"] for d in days] == [DAY, NEXT]
    for day in days:
        files = [p for p in callark.bag(day["day"]).rglob("*") if p.is_file()]
        assert day["files"] == len(files) - 1      # but the tag manifest
    edit(recordings(callark)[0], flip)
    recordings(callark)[1].unlink()
    found, days, summary, _ = told(callark)
    assert [f["finding"] for f in found] == ["changed", "missing"]
    assert days[0]["changed"] == days[0]["missing"] == 1
    assert days[1]["changed"] == days[1]["missing"] == 0
    assert summary["exit"] == INTEGRITY and summary["quick"] is False
    _, _, summary, _ = told(callark, "--quick", "--day", NEXT)
    assert summary["exit"] == COMPLETE and summary["quick"] is True
    _, days, summary, _ = told(callark, "--repair")
    assert days[0]["queued"] == summary["queued"] == 2


def test_ndjson_is_in_the_same_order_each_time(archive):
    _, callark = archive
    for path in recordings(callark)[:5]:
        edit(path, flip)
    first, again = (callark.run("verify", "-f", "ndjson").out
                    for _ in range(2))
    assert first == again


def test_ndjson_of_names_that_are_no_utf_8(archive):
    """Whatever a name is, a line is JSON in UTF-8."""
    _, callark = archive
    folder = callark.bag(DAY) / "data"
    for name in (b"\xff\xfe", b"a\xe7\n\x1b[31m", b'quote"back\\slash',
                 "ção\u202e".encode(), b"x" * 250 + b"\xc3"):
        (folder / os.fsdecode(name)).write_bytes(b"x")
    found, status = findings(callark)
    prefix = shown(folder, callark)
    assert found == {("extra", f"{prefix}/{name}") for name in (
        r"\xFF\xFE", r"a\xE7\x0A\x1B[31m", 'quote"back\\slash',
        "ção\u202e", "x" * 250 + r"\xC3")}
    assert status == INTEGRITY


def test_there_is_no_summary_where_nothing_was_verified(archive):
    """Without a catalogue nothing agrees, and nothing says so."""
    _, callark = archive
    (callark.archive / "catalogue.sqlite3").unlink()
    for words in ((), ("-f", "ndjson")):
        result = callark.run("verify", *words)
        assert result.status == INTEGRITY and not result.out, result
        assert "rebuild" in result.err


# ---- what is nobody's witness ------------------------------------------------

def write_seals(bag):
    """A tag manifest that agrees with the tag files as they are."""
    (bag / "tagmanifest-sha256.txt").write_text("".join(
        f"{sha256_of(bag / name)}  {name}\n"
        for name in ("bag-info.txt", "bagit.txt", "manifest-sha256.txt")))


def test_a_bad_manifest_hides_no_bad_recording(archive):
    """The catalogue knows what should be there, listed or not."""
    _, callark = archive
    bag = callark.bag(DAY)
    flipped, cut, gone, *_ = recordings(callark)
    edit(flipped, flip)
    os.truncate(cut, 100)
    gone.unlink()
    expected = {("changed", shown(flipped, callark)),
                ("truncated", shown(cut, callark)),
                ("missing", shown(gone, callark))}
    edit(bag / "manifest-sha256.txt", lambda data: b"nonsense\n" + data)
    assert expected <= findings(callark)[0]
    (bag / "manifest-sha256.txt").unlink()
    assert expected <= findings(callark)[0]
    result = callark.run("verify", "--repair")
    assert result.status == INTEGRITY and result.out.count("queued") == 1
    assert callark.sync(*RANGE).summary["new"] == 3
    assert callark.run("verify").status == COMPLETE


@pytest.mark.parametrize("name", ["bag-info.txt", "bagit.txt",
                                  "manifest-sha256.txt"])
def test_a_tag_file_that_is_no_longer_listed_is_missed(archive, name):
    """Else it could be changed, and nothing would tell."""
    _, callark = archive
    tags = callark.bag(DAY) / "tagmanifest-sha256.txt"
    edit(tags, lambda data: b"".join(
        l for l in data.splitlines(True)
        if not l.endswith(f"  {name}\n".encode())))
    assert ("bad-bag", shown(tags, callark)) in findings(callark)[0]


@pytest.mark.parametrize("change", [
    bytes.upper, lambda d: d.replace(b"  ", b" "),
    lambda d: d.replace(b"\n", b"\r\n"), lambda d: d.rstrip(),
    lambda d: b"".join(d.splitlines(True)[::-1])],
    ids=["upper-case", "one-space", "crlf", "no-line-end", "order"])
def test_a_tag_manifest_in_another_dress_is_changed(archive, change):
    _, callark = archive
    tags = callark.bag(DAY) / "tagmanifest-sha256.txt"
    edit(tags, lambda data: change(data[:64]) + data[64:]
         if change == bytes.upper else change(data))
    assert ("changed", shown(tags, callark)) in findings(callark)[0]


@pytest.mark.parametrize("name", ["manifest-md5.txt", "manifest-sha512.txt",
                                  "tagmanifest-md5.txt", "fetch.txt"])
def test_what_bagit_would_read_is_a_stranger(archive, name):
    _, callark = archive
    path = callark.bag(DAY) / name
    path.write_bytes(b"")
    assert findings(callark) == ({("extra", shown(path, callark))}, INTEGRITY)


def test_tag_files_of_others_are_nobodys_harm(archive):
    """A signature, a time stamp, a note: BagIt lets everybody add them."""
    _, callark = archive
    bag = callark.bag(DAY)
    (bag / "metadata").mkdir()
    for name in ("tagmanifest-sha256.txt.p7s", "README", ".DS_Store",
                 "metadata/manifest-md5.txt"):
        (bag / name).write_bytes(b"x")
    (bag / "data/empty").mkdir()
    os.link(recordings(callark)[0], callark.folder / "a-second-name")
    recordings(callark)[1].chmod(0o644)
    os.utime(recordings(callark)[2], (0, 0))
    assert findings(callark) == (set(), COMPLETE)


def test_the_bag_of_an_empty_day_is_missed(make):
    """A day without a call was proved to be one; its bag says so."""
    _, callark = make({"days": {DAY: 0, NEXT: 4}})
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)
    bag = callark.bag(DAY)
    bag.rename(callark.folder / "taken")
    found, status = findings(callark)
    assert status == INTEGRITY
    assert {("missing", shown(bag / name, callark)) for name in (
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt",
        "data/recordings.csv", "data/recordings.ndjson")} <= found
    assert callark.run("verify", "--repair").status == INTEGRITY
    assert callark.sync(*RANGE).status == COMPLETE
    assert findings(callark) == (set(), COMPLETE)


def test_tables_that_are_neither_listed_nor_there_are_missing(archive):
    _, callark = archive
    bag = callark.bag(DAY)
    tables = [bag / "data/recordings.csv", bag / "data/recordings.ndjson"]
    octets = sum(p.stat().st_size for p in tables)
    for path in tables:
        path.unlink()
    edit(bag / "manifest-sha256.txt", lambda data: b"".join(
        l for l in data.splitlines(True) if b"data/recordings." not in l))
    edit(bag / "bag-info.txt", lambda data: re.sub(
        rb"Payload-Oxum: (\d+)\.(\d+)", lambda m: b"Payload-Oxum: %d.%d" % (
            int(m[1]) - octets, int(m[2]) - 2), data))
    write_seals(bag)
    found, status = findings(callark)
    assert {("missing", shown(p, callark)) for p in tables} <= found
    assert status == INTEGRITY


@pytest.mark.parametrize("depth,width", [(2, 200), (3, 200), (9, 3), (40, 10)])
def test_strangers_far_down_are_found(archive, depth, width):
    """Below folders deeper, and with a path longer, than any of ours."""
    _, callark = archive
    here = os.open(callark.bag(DAY) / "data", os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("d" * width, dir_fd=here)
        below = os.open("d" * width, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.wav", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)
    found, status = findings(callark)
    assert status == INTEGRITY
    assert {word for word, _ in found} == {"extra"}
    assert all("/data/ddd" in path for _, path in found)


@pytest.mark.parametrize("name", ["data/" + "n" * 700, "data/" + "n/" * 300
                                  + "n"], ids=["name", "path"])
def test_a_path_too_long_is_no_other_path(archive, name):
    """It is not cut to one that may be there."""
    _, callark = archive
    bag = callark.bag(DAY)
    edit(bag / "manifest-sha256.txt", lambda data: b"".join(sorted(
        [*data.splitlines(True), f"{'0' * 64}  {name}\n".encode()],
        key=lambda l: l[66:])))
    write_seals(bag)
    found, status = findings(callark)
    assert status == INTEGRITY
    assert ("unreadable", f"{shown(bag, callark)}/{name}") in found


# ---- what is no file, or too much of one ---------------------------------------

@pytest.mark.parametrize("name", ["", "data", "data/audio"])
@pytest.mark.parametrize("to", ["link", "fifo", "file"])
def test_a_folder_that_is_none_is_told_and_the_rest_is_verified(archive, name,
                                                                to):
    """It is not followed, and nothing waits for it."""
    _, callark = archive
    folder = callark.bag(DAY) / name
    lost = {shown(p, callark) for p in recordings(callark)}
    edit(recordings(callark, NEXT)[0], flip)
    changed = shown(recordings(callark, NEXT)[0], callark)
    folder.rename(callark.folder / "elsewhere")
    if to == "link":
        folder.symlink_to(callark.folder / "elsewhere")
    elif to == "fifo":
        os.mkfifo(folder)
    else:
        folder.write_bytes(b"")
    found, status = findings(callark)
    assert status == INTEGRITY
    assert lost <= {path for word, path in found
                    if word in ("missing", "unreadable")}, found
    assert ("changed", changed) in found


@pytest.mark.parametrize("name", [
    "bagit.txt", "bag-info.txt", "manifest-sha256.txt",
    "tagmanifest-sha256.txt", "data/recordings.ndjson", "data/audio/*"])
def test_a_fifo_keeps_nobody_waiting(archive, name):
    _, callark = archive
    path = sorted(callark.bag(DAY).glob(name))[0]
    path.unlink()
    os.mkfifo(path)
    found, status = findings(callark)
    assert status == INTEGRITY
    assert ("unreadable", shown(path, callark)) in found


@pytest.mark.skipif("CALLARK_SANITIZED" in os.environ,
                    reason="the sanitizer takes terabytes of addresses")
@pytest.mark.parametrize("name", ["data/audio/*", "manifest-sha256.txt",
                                  "bag-info.txt", "bagit.txt"])
def test_a_huge_sparse_file_takes_no_memory(archive, name):
    """Nor time, where it is known how long it should be."""
    _, callark = archive
    path = sorted(callark.bag(DAY).glob(name))[0]
    is_recording = "audio" in name
    os.truncate(path, (100 << 30) if is_recording else (1 << 30))

    def little():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    result = callark.run("verify", "--day", DAY, "-f", "ndjson",
                         preexec_fn=little)
    assert result.status == INTEGRITY, result
    *_, summary = map(json.loads, result.out.splitlines())
    assert shown(path, callark) in result.out
    assert "memory" not in result.err
    if is_recording:
        assert summary["bytes"] < 1 << 20


@needs_strace
def test_folders_that_vanish_in_mid_run(archive):
    """Each thing that is opened beneath the archive is gone, one at a time."""
    _, callark = archive
    ends = set()
    for n in range(1, 40):
        result = traced(callark, "verify", inject=f"openat2:error=ENOENT:when={n}")
        if not was_injected(callark):
            break
        assert result.status in (COMPLETE, 1, INTEGRITY), (n, result)
        assert result.status != INTEGRITY or result.out or result.err
        ends.add(result.status)
    assert INTEGRITY in ends
    assert callark.run("verify").status == COMPLETE


def test_a_day_that_comes_and_goes(archive):
    """A folder renamed again and again while it is verified."""
    _, callark = archive
    bag, aside = callark.bag(DAY), callark.folder / "aside"
    is_over = threading.Event()

    def move():
        while not is_over.is_set():
            bag.rename(aside)
            aside.rename(bag)
    mover = threading.Thread(target=move)
    mover.start()
    try:
        for _ in range(20):
            result = callark.run("verify")
            assert result.status in (COMPLETE, INTEGRITY), result
    finally:
        is_over.set()
        mover.join()
    assert callark.run("verify").status == COMPLETE

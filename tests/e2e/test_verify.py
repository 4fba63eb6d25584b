"""Whatever is done to an archive, verify finds it and calls it by its name."""

import json
import os
import re

import pytest

from support import (COMPLETE, INTEGRITY, USAGE, check_archive,
                     check_bag, check_converged, sha256_of)

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


def findings(callark, *args):
    """{(finding, path)}, and the exit status."""
    result = callark.run("verify", "--format", "ndjson", *args)
    found = [json.loads(line) for line in result.out.splitlines()]
    for f in found:
        assert set(f) == {"finding", "day", "path", "id", "detail"}
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


def test_verify_reads_and_writes_nothing_else(archive):
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
        changed, callark.archive / "lock"}
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
    assert callark.sync(*RANGE).summary["new"] == 1
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


def test_a_stranger_that_the_manifest_names_is_a_stranger(archive):
    """A recording put in with a right line, sum and tag manifest."""
    sim, callark = archive
    bag = callark.bag(DAY)
    stranger = bag / "data/audio/120000-stranger.wav"
    stranger.write_bytes(recordings(callark)[0].read_bytes())
    manifest = bag / "manifest-sha256.txt"
    line = f"{sha256_of(stranger)}  data/audio/{stranger.name}"
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
    assert findings(callark) == ({("extra", shown(stranger, callark))},
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
    result = callark.run("verify", "-f", "ndjson")
    finding = json.loads(result.out)
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

"""One bag by itself: `callark verify --bag` against the conformance suite of
the Library of Congress, and against bags with one thing wrong."""

import json
import os
import subprocess

import pytest

from bags import DECLARATION, MadeBag, line, remake, suite_cases
from support import (BINARY, COMPLETE, INTEGRITY, IS_UNCONFINED, USAGE,
                     Callark)

# What verify finds, or "valid"; and where the suite says otherwise of a bag
# of this kind, why.
STRICT = "1.0 is stricter than the version that the bag was made for"
NOT_READ = "callark reads tag files in UTF-8 alone, and says so"
SUITE = {
    "v1.0/valid/basicBag": ("valid", None),
    "v1.0/invalid/bagit-with-invalid-whitespace": ("bad-bag bagit.txt", None),
    "v1.0/invalid/notAllManifestsListAllFiles": (
        "extra data/missingFromManifest.txt", None),
    "v1.0/invalid/same-filename-listed-twice-with-different-hashes": (
        "bad-bag manifest-sha256.txt", None),
    "v1.0/invalid/same-filename-listed-twice-with-the-same-hash": (
        "bad-bag manifest-sha256.txt", None),

    "v0.97/invalid/baginfo-missing-encoding": ("bad-bag bagit.txt", None),
    "v0.97/invalid/bom-in-bagit.txt": ("bad-bag bagit.txt", None),
    "v0.97/invalid/corrupt-data-file": ("changed data/bare-filename", None),
    "v0.97/invalid/corrupt-tag-file": ("changed bag-info.txt", None),
    "v0.97/invalid/extra-file-in-bag": ("extra data/bar", None),
    "v0.97/invalid/invalid-version-number": ("bad-bag bagit.txt", None),
    "v0.97/invalid/missing-baginfo": ("missing bag-info.txt", None),
    "v0.97/invalid/missing-bagit.txt": ("missing bagit.txt", None),
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation": (
        "bad-bag manifest-md5.txt", None),
    "v0.97/invalid/out-of-scope-file-paths-using-dot-notation-for-fetch": (
        "bad-bag fetch.txt", None),
    "v0.97/invalid/same-filename-listed-twice-with-different-hashes": (
        "bad-bag manifest-sha256.txt", None),

    "v0.97/linux-only/out-of-scope-file-paths-using-absolute-path": (
        "bad-bag manifest-md5.txt", None),
    "v0.97/linux-only/out-of-scope-file-paths-using-absolute-path-for-fetch": (
        "bad-bag fetch.txt", None),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut": (
        "bad-bag manifest-md5.txt", None),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-for-fetch": (
        "bad-bag fetch.txt", None),
    "v0.97/linux-only/out-of-scope-file-paths-using-shortcut-username": (
        "bad-bag manifest-md5.txt", None),
    "v0.97/linux-only/"
    "out-of-scope-file-paths-using-shortcut-username-for-fetch": (
        "bad-bag fetch.txt", None),

    "v0.97/valid/ISO-8859-1-encoded-tag-files": ("bad-bag bagit.txt",
                                                 NOT_READ),
    "v0.97/valid/UTF-16-encoded-tag-files": ("bad-bag bagit.txt", NOT_READ),
    "v0.97/valid/bag-in-a-bag": ("valid", None),
    "v0.97/valid/bag-with-encoded-names": (
        "bad-bag manifest-md5.txt", STRICT + ": a % must be encoded"),
    "v0.97/valid/bag-with-escapable-characters": ("valid", None),
    "v0.97/valid/bag-with-leading-dot-slash-in-manifest": (
        "bad-bag manifest-md5.txt", "a path has no part that is a dot: one "
        "file has one name"),
    "v0.97/valid/bag-with-space": ("valid", None),
    "v0.97/valid/basic-bag": ("valid", None),
    "v0.97/valid/duplicate-metadata-entries": ("valid", None),
    "v0.97/valid/holey-bag": ("valid", None),
    "v0.97/valid/minimal-bag": ("valid", None),
    "v0.97/valid/uncommon-metadata-separators": (
        "unchecked manifest-sha224.txt", "callark does not compute SHA-224, "
        "and in 1.0 such separators are wrong"),

    "v0.97/warning/duplicate-file-with-different-case": (
        "missing data/HELLO.txt", "here it is another file than hello.txt"),
    "v0.97/warning/made-with-md5sum-tools": (
        "bad-bag manifest-md5.txt", "1.0 calls it no valid bag, at best one "
        "to be warned of"),
    "v0.97/warning/relative-path": (
        "bad-bag manifest-sha512.txt", "as a leading dot among the valid"),
    "v0.97/warning/same-filename-listed-twice-with-different-normalization": (
        "missing data/Nu\u0301n\u0303ez",
        "here it is another file than the one composed"),
    "v0.97/warning/same-filename-listed-twice-with-the-same-hash": (
        "bad-bag manifest-sha256.txt", STRICT + ": each path once"),
    "v0.97/warning/special-system-files": (
        "missing data/.DS_Store", "a file that is listed is missing, "
        "whatever its name"),
}


@pytest.fixture
def verify(tmp_path):
    """verify(path, words): what is found in a bag without any settings, as
    {"word path"}, with the summary and the result."""
    callark = Callark(tmp_path / "auditor", "http://127.0.0.1:9/")
    callark.config.write_text(
        "[process]\nconfine = no\n" if IS_UNCONFINED else "")

    def run(path, *words):
        result = callark.run("verify", "--bag", path, "-f", "ndjson", *words)
        *lines, summary = map(json.loads, result.out.splitlines())
        assert all(f["kind"] == "finding" and f["day"] is None
                   and f["id"] is None for f in lines)
        assert summary["kind"] == "summary" and summary["days"] == 0
        assert summary["exit"] == result.status
        bad = [f for f in lines if f["finding"] != "unchecked"]
        assert result.status == (INTEGRITY if bad else COMPLETE), result
        return {f"{f['finding']} {f['path']}" for f in lines}, summary, result
    return run


def test_the_table_is_of_the_whole_suite():
    assert sorted(SUITE) == suite_cases()


def expected_by_suite(case):
    return "valid" if "/valid/" in case else "invalid"


@pytest.mark.parametrize("case", sorted(SUITE))
def test_conformance_suite(case, tmp_path, verify):
    ours, reason = SUITE[case]
    found, _, result = verify(remake(case, tmp_path / "bag"))
    if ours == "valid":
        assert result.status == COMPLETE, result
        assert found <= {"unchecked fetch.txt"}
    else:
        assert ours in found and result.status == INTEGRITY, found
    is_as_told = (ours == "valid") == (expected_by_suite(case) == "valid") \
        and "/warning/" not in case
    assert is_as_told == (reason is None), "only a difference has a reason"


# ---- one thing wrong, or nothing -----------------------------------------------

def edit(name, change, seal=True):
    return lambda bag: bag.edit(name, change, seal)


def write(name, data, seal=True):
    def act(bag):
        bag.write(name, data)
        if seal:
            bag.seal()
    return act


def listed(name, data=b"x\n"):
    """Another payload, and its line."""
    def act(bag):
        bag.write(name, data)
        bag.edit("bag-info.txt", lambda _: b"Note: 1\n")
        bag.edit("manifest-sha256.txt",
                 lambda d: d + line("sha256", data, name))
    return act


def to_link(name):
    def act(bag):
        (bag / name).rename(bag.path.parent / "elsewhere")
        (bag / name).symlink_to(bag.path.parent / "elsewhere")
    return act


def to_fifo(name):
    def act(bag):
        (bag / name).unlink()
        os.mkfifo(bag / name)
    return act


def fetch(text):
    return write("fetch.txt", text)


MANIFEST = "manifest-sha256.txt"
HEX = b"0" * 64

# name: (what is done, what is found)
CASES = {
    "as-it-is": (lambda bag: None, None),
    "no-bag-info": (lambda bag: ((bag / "bag-info.txt").unlink(), bag.seal()),
                    None),
    "no-tag-manifest": (lambda bag: (bag / "tagmanifest-sha256.txt").unlink(),
                        None),
    "tag-file-of-others": (write("notes.txt", b"x", seal=False), None),
    "tag-folder": (write("metadata/mets.xml", b"x", seal=False), None),
    "empty-folder": (lambda bag: (bag / "data/empty").mkdir(), None),
    "line-ends-crlf": (edit(MANIFEST, lambda d: d.replace(b"\n", b"\r\n")),
                       None),
    "line-ends-cr": (edit(MANIFEST, lambda d: d.replace(b"\n", b"\r")), None),
    "no-line-end": (edit(MANIFEST, lambda d: d.rstrip()), None),
    "any-order": (edit(MANIFEST, lambda d: b"".join(
        d.splitlines(True)[::-1])), None),
    "upper-case-hex": (edit(MANIFEST, lambda d: b"".join(
        l[:64].upper() + l[64:] for l in d.splitlines(True))), None),
    "tabs": (edit(MANIFEST, lambda d: d.replace(b"  ", b"\t ")), None),
    "one-space": (edit(MANIFEST, lambda d: d.replace(b"  ", b" ")), None),
    "name-with-percent": (listed("data/50%.txt"), None),
    "name-with-line-end": (listed("data/a\r\nb.txt"), None),
    "name-in-utf-8": (listed("data/ligação às três.txt"), None),
    "name-with-spaces": (listed("data/ a  b "), None),
    "name-with-backslash": (listed("data/a\\b"), None),
    "name-with-tilde": (listed("data/~root"), None),
    "name-of-bagit": (listed("data/manifest-sha256.txt"), None),
    "empty-payload-file": (listed("data/empty", b""), None),
    "deep": (listed("data/" + "d/" * 60 + "x"), None),
    "hard-link": (lambda bag: os.link(bag / "data/a.txt",
                                      bag.path.parent / "other"), None),
    "oxum-lower-case": (edit("bag-info.txt", bytes.lower), None),
    "modes": (lambda bag: (bag / "data/a.txt").chmod(0o444), None),
    "open-to-all": (lambda bag: bag.path.chmod(0o777), None),

    "bit": (edit("data/a.txt", lambda d: b"A\n"), "changed data/a.txt"),
    "cut": (edit("data/a.txt", lambda d: b""), "changed data/a.txt"),
    "missing": (lambda bag: (bag / "data/a.txt").unlink(),
                "missing data/a.txt"),
    "extra": (write("data/x", b""), "extra data/x"),
    "extra-hidden": (write("data/.x", b""), "extra data/.x"),
    "extra-normalised": (write("data/e\u0301", b""), "extra data/e\u0301"),
    "extra-link": (lambda bag: (bag / "data/x").symlink_to("a.txt"),
                   "extra data/x"),
    "link": (to_link("data/a.txt"), "unreadable data/a.txt"),
    "link-of-tag-file": (to_link("bag-info.txt"), "unreadable bag-info.txt"),
    "link-of-folder": (to_link("data/below"),
                       "unreadable data/below/b.txt"),
    "link-of-data": (to_link("data"), "unreadable data"),
    "fifo": (to_fifo("data/a.txt"), "unreadable data/a.txt"),
    "fifo-for-manifest": (to_fifo(MANIFEST), f"unreadable {MANIFEST}"),
    "no-data": (lambda bag: (bag / "data").rename(bag / "Data"),
                "missing data"),
    "no-bagit": (lambda bag: (bag / "bagit.txt").unlink(),
                 "missing bagit.txt"),
    "no-manifest": (lambda bag: (bag / MANIFEST).unlink(), "bad-bag ."),
    "directory-listed": (edit(MANIFEST, lambda d: d + HEX + b"  data/below\n"),
                         "unreadable data/below"),
    "listed-twice": (edit(MANIFEST, lambda d: d + d), f"bad-bag {MANIFEST}"),
    "no-path": (edit(MANIFEST, lambda d: d + HEX + b"  \n"),
                f"bad-bag {MANIFEST}"),
    "short-digest": (edit(MANIFEST, lambda d: d[1:]), f"bad-bag {MANIFEST}"),
    "empty-line": (edit(MANIFEST, lambda d: d + b"\n"), f"bad-bag {MANIFEST}"),
    "bom-in-manifest": (edit(MANIFEST, lambda d: b"\xef\xbb\xbf" + d),
                        f"bad-bag {MANIFEST}"),
    "bad-utf-8": (edit(MANIFEST, lambda d: d + HEX + b"  data/\xe7\n"),
                  f"bad-bag {MANIFEST}"),
    "nul": (edit(MANIFEST, lambda d: d + HEX + b"  data/a\0b\n"),
            f"bad-bag {MANIFEST}"),
    "encoded-dots": (edit(MANIFEST, lambda d: d + HEX + b"  data/%2e%2e/x\n"),
                     f"bad-bag {MANIFEST}"),
    "tag-file-in-manifest": (edit(MANIFEST, lambda d: d + HEX +
                                  b"  bagit.txt\n"), f"bad-bag {MANIFEST}"),
    "payload-in-tag-manifest": (edit(
        "tagmanifest-sha256.txt", lambda d: d + HEX + b"  data/a.txt\n",
        seal=False), "bad-bag tagmanifest-sha256.txt"),
    "tag-manifest-in-itself": (edit(
        "tagmanifest-sha256.txt", lambda d: d + HEX +
        b"  tagmanifest-sha256.txt\n", seal=False),
        "bad-bag tagmanifest-sha256.txt"),
    "manifest-not-in-tag-manifest": (edit(
        "tagmanifest-sha256.txt", lambda d: b"".join(
            l for l in d.splitlines(True) if b"manifest" not in l),
        seal=False), "bad-bag tagmanifest-sha256.txt"),
    "tag-file-changed": (edit("bag-info.txt", lambda d: d + b"Note: 1\n",
                              seal=False), "changed bag-info.txt"),
    "version": (edit("bagit.txt", lambda d: d.replace(b"1.0", b"0.97")),
                "bad-bag bagit.txt"),
    "encoding": (edit("bagit.txt", lambda d: d.replace(b"UTF-8", b"UTF-16")),
                 "bad-bag bagit.txt"),
    "third-line": (edit("bagit.txt", lambda d: d + b"More: 1\n"),
                   "bad-bag bagit.txt"),
    "bom-in-declaration": (edit("bagit.txt", lambda d: b"\xef\xbb\xbf" + d),
                           "bad-bag bagit.txt"),
    "oxum-wrong": (edit("bag-info.txt", lambda d: b"Payload-Oxum: 5.2\n"),
                   "bad-bag bag-info.txt"),
    "oxum-twice": (edit("bag-info.txt", lambda d: d + d),
                   "bad-bag bag-info.txt"),
    "oxum-words": (edit("bag-info.txt", lambda d: b"Payload-Oxum: many\n"),
                   "bad-bag bag-info.txt"),
    "bag-info-nonsense": (edit("bag-info.txt", lambda d: b"nonsense\n" + d),
                          "bad-bag bag-info.txt"),
    "fetch-escape": (fetch(b"http://x/y - data/../x\n"), "bad-bag fetch.txt"),
    "fetch-absolute": (fetch(b"http://x/y 10 /etc/passwd\n"),
                       "bad-bag fetch.txt"),
    "fetch-tag-file": (fetch(b"http://x/y 10 bagit.txt\n"),
                       "bad-bag fetch.txt"),
    "fetch-no-url": (fetch(b"data/a.txt\n"), "bad-bag fetch.txt"),
    "fetch-length": (fetch(b"http://x/y ten data/a.txt\n"),
                     "bad-bag fetch.txt"),
    "fetch-unlisted": (fetch(b"http://x/y 10 data/x\n"), "bad-bag data/x"),
}


@pytest.mark.parametrize("act,expected", CASES.values(), ids=CASES.keys())
def test_one_thing_in_a_bag(act, expected, tmp_path, verify):
    bag = MadeBag(tmp_path / "bag")
    act(bag)
    found, _, result = verify(bag.path)
    if expected is None:
        assert not found and result.status == COMPLETE, result
    else:
        assert expected in found, result
    assert not result.err or expected


def test_what_callark_publishes_is_a_bag_by_itself(make, verify):
    sim, callark = make({"days": {"2024-12-30": 5, "2024-12-31": 0}})
    callark.sync("--from", "2024-12-30", "--to", "2024-12-31")
    for day in ("2024-12-30", "2024-12-31"):
        found, summary, _ = verify(callark.bag(day))
        assert not found
        assert summary["files"] == sum(
            p.is_file() for p in callark.bag(day).rglob("*")) - 1
    result = callark.run("verify", "--bag", callark.bag("2024-12-30"))
    assert result.status == COMPLETE and "everything agrees" in result.out
    assert "days" not in result.out


# ---- several manifests ---------------------------------------------------------

ALL = ("md5", "sha1", "sha256", "sha512")


def test_every_manifest_that_can_be_checked_is(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag", algorithms=ALL)
    found, _, _ = verify(bag.path)
    assert found == {"unchecked manifest-sha1.txt",
                     "unchecked tagmanifest-sha1.txt"}
    for algorithm in ("md5", "sha256", "sha512"):
        bag = MadeBag(tmp_path / algorithm, algorithms=ALL)
        bag.edit(f"manifest-{algorithm}.txt",
                 lambda d: (b"0" if d[:1] != b"0" else b"1") + d[1:])
        found, _, result = verify(bag.path)
        assert "changed data/a.txt" in found
        assert f"in manifest-{algorithm}.txt" in result.out


@pytest.mark.parametrize("algorithm", ["md5", "sha256", "sha512"])
def test_one_manifest_of_any_kind_will_do(algorithm, tmp_path, verify):
    bag = MadeBag(tmp_path / "bag", algorithms=(algorithm,))
    assert verify(bag.path)[0] == set()
    bag.edit("data/a.txt", lambda d: b"A\n")
    assert verify(bag.path)[0] == {"changed data/a.txt"}
    bag.edit("bag-info.txt", lambda d: d + b"Note: 1\n", seal=False)
    assert "changed bag-info.txt" in verify(bag.path)[0]


@pytest.mark.parametrize("algorithm", ["sha1", "sha3256", "blake2b512", "x"])
def test_a_bag_that_cannot_be_checked_is_not_called_good(algorithm, tmp_path,
                                                         verify):
    bag = MadeBag(tmp_path / "bag")
    (bag / MANIFEST).rename(bag / f"manifest-{algorithm}.txt")
    bag.seal()
    found, _, result = verify(bag.path)
    assert {f"unchecked manifest-{algorithm}.txt", "bad-bag ."} <= found
    assert result.status == INTEGRITY


def test_a_payload_must_be_in_every_manifest(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag", algorithms=("sha256", "sha512"))
    bag.edit("manifest-sha512.txt", lambda d: d.splitlines(True)[0])
    assert verify(bag.path)[0] == {"bad-bag data/below/b.txt"}


def test_what_is_to_be_fetched_is_missing(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag")
    bag.write("fetch.txt", b"http://127.0.0.1:9/a - data/a.txt\n")
    bag.seal()
    assert verify(bag.path)[0] == {"unchecked fetch.txt"}
    (bag / "data/a.txt").unlink()
    found, _, _ = verify(bag.path)
    assert found == {"unchecked fetch.txt", "missing data/a.txt",
                     "bad-bag bag-info.txt"}


def test_quick_reads_no_payload(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag")
    bag.edit("data/a.txt", lambda d: b"A\n")
    found, summary, _ = verify(bag.path, "--quick")
    assert not found and summary["quick"] is True
    (bag / "data/a.txt").unlink()
    assert "missing data/a.txt" in verify(bag.path, "--quick")[0]


def test_a_name_that_is_no_utf_8_is_still_json(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag")
    (bag.path / os.fsdecode(b"data/\xe7\n\x1b.txt")).write_bytes(b"x")
    found, _, _ = verify(bag.path)
    assert r"extra data/\xE7\x0A\x1B.txt" in found


def test_nothing_is_written_into_a_bag(tmp_path, verify):
    bag = MadeBag(tmp_path / "bag")
    before = {p: (p.lstat().st_mtime_ns, p.lstat().st_ctime_ns)
              for p in [bag.path, *bag.path.rglob("*")]}
    verify(bag.path)
    assert before == {p: (p.lstat().st_mtime_ns, p.lstat().st_ctime_ns)
                      for p in [bag.path, *bag.path.rglob("*")]}


@pytest.mark.parametrize("words", [
    ("--repair",), ("--day", "2024-12-30"), ("--last", "3d"),
    ("--archive", "."), ("--from", "2024-12-30")])
def test_a_bag_by_itself_has_no_archive(words, tmp_path):
    bag = MadeBag(tmp_path / "bag")
    done = subprocess.run([BINARY, "verify", "--bag", bag.path, *words],
                          capture_output=True, text=True, check=False)
    assert done.returncode == USAGE and "--bag" in done.stderr, done


def test_no_bag_there(tmp_path, verify):
    (tmp_path / "file").write_bytes(DECLARATION)
    for path, status, word in ((tmp_path / "none", 1, "none"),
                               (tmp_path / "file", USAGE, "folder")):
        done = subprocess.run(
            [BINARY, "-c", "/dev/null", "verify", "--bag", path, "-f",
             "ndjson"], capture_output=True, text=True, check=False)
        assert done.returncode == status, done
        assert word in done.stderr and not done.stdout
    (tmp_path / "empty").mkdir()
    found, _, _ = verify(tmp_path / "empty")
    assert found == {"missing bagit.txt", "bad-bag .", "missing data"}


def test_the_sums_of_findings_stand_apart(tmp_path):
    done = subprocess.run([BINARY, "verify", "--bag", tmp_path], text=True,
                          capture_output=True, check=False)
    assert done.returncode == INTEGRITY
    assert done.stdout.endswith(" read: 2 missing, 1 bad-bag\n"), done

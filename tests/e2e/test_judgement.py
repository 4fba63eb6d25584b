"""What a body has to be before it is archived: of a known type by its own
bytes, whole inside, and what the server's checksum says; everything else is
set aside with a reason."""

import hashlib
import json

import pytest
from support import (COMPLETE, INCOMPLETE, check_all, check_archive,
                     check_no_secrets, sha256_of)
from transfers import (DAY, DAYS, RANGE, asked, call, check_completed,
                       check_mended, faulty_day, mend, partials, problem,
                       quarantined, small_day)

# ---- what is no recording --------------------------------------------------

NO_RECORDINGS = [
    # id, fault, what the reason calls it
    ("html", {"do": "html"}, "an HTML page"),
    ("html-called-audio", {"do": "html", "type": "audio/wav"},
     "an HTML page"),
    ("json", {"do": "json"}, "a JSON document"),
    ("json-called-audio", {"do": "json", "type": "audio/mpeg"},
     "a JSON document"),
    ("xml", {"do": "xml"}, "an XML document"),
    ("text", {"do": "text"}, "plain text"),
    ("empty", {"do": "empty"}, "an empty body"),
    ("binary", {"do": "text", "type": "audio/wav",
                "text": "\u0000\u0001\u0002\u0003" * 100}, "no known type"),
    ("blank-lines-before", {"do": "junk-before"}, "no known type"),
    ("riff-that-is-no-wave", {"do": "text", "type": "audio/wav",
                              "text": "RIFF\u0010\u0000\u0000\u0000AVI "},
     "no known type"),
]


@pytest.mark.parametrize("fault, name", [case[1:] for case in NO_RECORDINGS],
                         ids=[case[0] for case in NO_RECORDINGS])
def test_what_is_no_recording_is_set_aside(fault, name, make):
    """Its body and why are kept; the next run asks again, and archives what
    comes right then."""
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=3))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert result.summary["quarantined"] == 1
    assert result.summary["archived"] == 2
    trouble = problem(result, sim)
    assert trouble["state"] == "quarantined"
    assert name in trouble["reason"], trouble
    assert trouble["attempts"] == 1
    check_all(callark, sim, DAYS, result)
    check_set_aside(callark, sim, trouble["reason"])
    again = callark.sync(*RANGE)
    assert again.status == INCOMPLETE, again
    assert len(asked(sim)) == 2
    mend(sim)
    check_mended(callark, sim)


def check_set_aside(callark, sim, reason):
    """One body and one note that tells the truth about it."""
    found = quarantined(callark)
    assert len(found) == 2, found
    note, = (p for name, p in found.items() if name.endswith(".json"))
    body, = (p for name, p in found.items() if name.endswith(".body"))
    assert note.stem == body.stem
    assert note.parent == callark.archive / "quarantine" / DAY.replace("-", "/")
    told = json.loads(note.read_text())
    assert told["id"] == call(sim)["id"]
    assert told["day"] == DAY
    assert told["reason"] == reason
    assert told["status"] == 200
    assert told["bytes"] == body.stat().st_size
    assert told["sha256"] == sha256_of(body)
    assert partials(callark) == []


# ---- what is one -----------------------------------------------------------

RECORDINGS = [
    # kind, extension, media type, codec, seconds (20,000 bytes of each)
    ("wav", "wav", "audio/wav", "pcm_s16le", 1.247),
    ("wav-alaw", "wav", "audio/wav", "alaw", 2.494),
    ("wav-ulaw", "wav", "audio/wav", "mulaw", 2.494),
    ("wav-gsm", "wav", "audio/wav", "gsm", 12.24),
    ("mp3", "mp3", "audio/mpeg", "mp3", 2.484),
    ("ogg-opus", "ogg", "audio/ogg", "opus", 3.24),
    ("ogg-vorbis", "ogg", "audio/ogg", "vorbis", 2.576),
    ("m4a", "m4a", "audio/mp4", "aac", 9.6),
    ("webm", "webm", "audio/webm", "opus", 2.9),
    ("amr", "amr", "audio/amr", "amr_nb", 12.48),
    ("flac", "flac", "audio/flac", "flac", 0.768),
]


@pytest.mark.parametrize("content_type", [None, "", "text/html"],
                         ids=["right-type", "no-type", "wrong-type"])
def test_the_bytes_alone_say_what_it_is(content_type, make):
    """Every kind, whatever the server calls it: extension, media type, codec
    and length in the table, bytes as the server has them."""
    kinds = [kind for kind, *_ in RECORDINGS]
    sim, callark = make(small_day(40, media={
        "kinds": kinds, "size": 20000, "content_type": content_type}))
    check_completed(callark, sim, callark.sync(*RANGE))
    table = callark.table(DAY)
    expected = {kind: tuple(facts) for kind, *facts in RECORDINGS}
    calls = sim.calls(DAY)
    assert {c["kind"] for c in calls} == set(kinds)
    for c in calls:
        row = table[c["id"]]
        assert (row["path"].rpartition(".")[2], row["media_type"],
                row["codec"], row["duration_s"]) == expected[c["kind"]]
        assert row["bytes"] == c["size"]
        assert row["sha256"] == c["sha256"]


TRUNCATED = [
    ("wav", -1), ("wav", 44), ("wav", "50%"), ("wav", 30),
    ("wav-alaw", -1), ("wav-gsm", "50%"),
    ("ogg-opus", -1), ("ogg-opus", "50%"), ("ogg-vorbis", -1),
    ("m4a", -1), ("webm", -1), ("amr", -1),
]


@pytest.mark.parametrize("kind, at", TRUNCATED,
                         ids=[f"{k}-{at}" for k, at in TRUNCATED])
def test_a_file_cut_before_it_was_served_is_set_aside(kind, at, make):
    """The length on the wire agrees with the bytes, those inside do not."""
    sim, callark = make(faulty_day(
        {"do": "short-inside", "at": at, "times": -1}, calls=2,
        media={"kinds": [kind], "size": 20000}))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    trouble = problem(result, sim)
    assert trouble["state"] == "quarantined"
    assert "not whole" in trouble["reason"]
    check_set_aside(callark, sim, trouble["reason"])
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_an_ogg_with_a_wrong_bit_is_set_aside(make):
    """Ogg alone carries a checksum of its own."""
    sim, callark = make(faulty_day({"do": "flip", "times": -1}, calls=2,
                                   media={"kinds": ["ogg-opus"]}))
    result = callark.sync(*RANGE)
    trouble = problem(result, sim)
    assert trouble["state"] == "quarantined"
    assert "checksum" in trouble["reason"]
    mend(sim)
    check_mended(callark, sim)


@pytest.mark.parametrize("kind", ["wav", "ogg-opus", "mp3"])
def test_bytes_behind_the_audio_are_kept_as_they_came(kind, make):
    """Nothing that came is cut off, and nothing is refused for it."""
    sim, callark = make(faulty_day(
        {"do": "junk-after", "bytes": 64, "times": -1}, calls=1,
        media={"kinds": [kind]}))
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    check_archive(callark)
    check_no_secrets(callark, result)
    row = callark.table(DAY)[call(sim)["id"]]
    body = (callark.bag(DAY) / row["path"]).read_bytes()
    assert len(body) == row["bytes"] == call(sim)["size"] + 64
    assert hashlib.sha256(body[:-64]).hexdigest() == call(sim)["sha256"]


# ---- the server's checksums ------------------------------------------------

SUMS = ["content-md5", "repr-digest", "x-amz-checksum-sha256"]


@pytest.mark.parametrize("name", SUMS)
def test_a_right_checksum_agrees(name, make):
    sim, callark = make(small_day(3, media={"checksums": [name]}))
    check_completed(callark, sim, callark.sync(*RANGE))
    assert len(sim.log(path="/recordings")) == 3


def test_an_etag_that_is_an_md5_agrees(make):
    sim, callark = make(small_day(3, media={"etag": "md5"}))
    check_completed(callark, sim, callark.sync(*RANGE))
    assert len(sim.log(path="/recordings")) == 3


@pytest.mark.parametrize("name", SUMS)
def test_a_body_that_its_checksum_contradicts_is_asked_again(
        name, make, fast_clock):
    """One bit went wrong on the way once: the second attempt is right."""
    sim, callark = make(faulty_day({"do": "flip"}, calls=2,
                                   media={"checksums": [name]}))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert len(asked(sim)) == 2


@pytest.mark.parametrize("name", SUMS)
def test_a_checksum_that_stays_wrong_ends_in_quarantine(
        name, make, fast_clock):
    """Bytes and sum disagree at each of six attempts: who is right cannot be
    known, so nothing is archived and nothing is thrown away."""
    sim, callark = make(small_day(1, media={"checksums": [name],
                                            "checksums_right": False}))
    result = callark.sync(*RANGE, env=fast_clock())
    assert result.status == INCOMPLETE, result
    trouble = problem(result, sim)
    assert (trouble["state"], trouble["attempts"]) == ("quarantined", 6)
    assert "differs" in trouble["reason"]
    check_set_aside(callark, sim, trouble["reason"])
    check_all(callark, sim, DAYS, result)
    sim.set(media={"checksums_right": True})
    check_mended(callark, sim)


def test_an_etag_that_only_looks_like_an_md5_proves_nothing(make):
    """32 hex digits may be anything; the bytes are taken."""
    fault = {"do": "header", "name": "ETag", "value": f'"{"0" * 32}"'}
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=1))
    check_completed(callark, sim, callark.sync(*RANGE))
    assert len(asked(sim)) == 1


JUNK_SUMS = [("Content-MD5", "junk"), ("Content-MD5", "AAAA"),
             ("Repr-Digest", "sha-256=:AAAA:, md5=:x:"),
             ("Repr-Digest", "unixsum=:30637:"),
             ("x-amz-checksum-sha256", "a7Ng5kT0zkWyv2wGRhy4pL1S-7")]


@pytest.mark.parametrize("name, value", JUNK_SUMS)
def test_a_checksum_that_is_none_is_no_checksum(name, value, make):
    fault = {"do": "header", "name": name, "value": value}
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=1))
    check_completed(callark, sim, callark.sync(*RANGE))


def test_two_checksums_that_differ_are_nonsense(make, fast_clock):
    """One header with two sums of a kind: the answer contradicts itself."""
    digest = "A" * 43 + "="
    other = "B" * 42 + "A="
    fault = {"do": "header", "name": "Repr-Digest",
             "value": f"sha-256=:{digest}:, sha-256=:{other}:"}
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=2))
    result = callark.sync(*RANGE, env=fast_clock())
    assert result.status == INCOMPLETE, result
    assert problem(result, sim)["state"] == "deferred"
    mend(sim)
    check_mended(callark, sim)

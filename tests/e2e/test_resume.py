"""Bodies that broke off: what is continued, what begins anew, and that the
archive holds the right bytes whatever the server says to a Range request."""

import signal
import time

import pytest
from support import COMPLETE, INCOMPLETE, check_archive
from transfers import (MIB, RANGE, asked, check_completed, check_mended,
                       faulty_day, mend, partials)

SIZE = 2 * MIB + 1000
CUT = MIB + MIB // 2    # enough of it to be worth continuing
STOPPED = 128 + signal.SIGTERM


def big(*faults, **media):
    """Two bodies of 2 MiB; recording 0 is cut once, then the faults."""
    return faulty_day({"do": "cut", "at": CUT}, *faults, calls=2,
                      media={"size": SIZE, **media})


def ranges(sim):
    """(Range, If-Range) of each request for recording 0; None: not sent."""
    return [(e["headers"].get("range"), e["headers"].get("if-range"))
            for e in asked(sim)]


def sent_for(sim):
    """Bytes that the platform sent for recording 0."""
    return sum(entry["sent"] for entry in asked(sim))


def test_a_cut_body_is_continued(make, fast_clock):
    """Strong ETag: the rest is asked for, under the condition that nothing
    has changed, and no byte comes twice."""
    sim, callark = make(big())
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    first, second = ranges(sim)
    assert first == (None, None)
    assert second[0] == f"bytes={CUT}-"
    assert second[1].startswith('"') and len(second[1]) > 2
    assert SIZE <= sent_for(sim) < SIZE + 2000      # and two heads
    assert partials(callark) == []


def test_a_body_cut_again_and_again_is_continued_each_time(make, fast_clock):
    """Each answer brings a quarter more; the sum of them is the whole."""
    cuts = [{"do": "cut", "at": at} for at in (MIB + 9, MIB // 4, MIB // 4)]
    sim, callark = make(faulty_day(*cuts, calls=1, media={"size": SIZE}))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    offsets = [r and int(r[len("bytes="):-1]) for r, _ in ranges(sim)]
    assert offsets == [None, MIB + 9, MIB + 9 + MIB // 4,
                       MIB + 9 + MIB // 2]


@pytest.mark.parametrize("fault", [
    {"do": "cut", "at": CUT, "end": "rst", "linger_s": 0.3},
    {"do": "stall-mid", "at": CUT}], ids=["reset", "stalled"])
def test_however_it_broke_off(fault, make, fast_clock):
    sim, callark = make(faulty_day(fault, calls=1, media={"size": SIZE}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    assert [bool(r) for r, _ in ranges(sim)] == [False, True]
    assert sent_for(sim) < SIZE + 300000


# What an attempt may bring that is no word about the body.
NO_WORD = [
    ("503", {"do": "503", "retry": "zero"}),
    ("500", {"do": "500"}),
    # Twice: a kept connection that dies is none of the attempts.
    ("reset", {"do": "rst", "times": 2}),
    ("closed", {"do": "drop", "times": 2}),
    ("silent", {"do": "stall", "seconds": 600}),
    ("refused-link", {"do": "403"}),
]


@pytest.mark.parametrize("fault", [f for _, f in NO_WORD],
                         ids=[name for name, _ in NO_WORD])
def test_an_attempt_without_an_answer_costs_no_byte(fault, make, fast_clock):
    """Cut, then refused or nothing at all, then well: what came before the cut
    is still there, and only the rest is asked for, again and again."""
    sim, callark = make(big(fault))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    first, *others = [r for r, _ in ranges(sim)]
    assert first is None and len(others) > 1
    assert set(others) == {f"bytes={CUT}-"}
    assert sent_for(sim) < SIZE + 5000
    assert partials(callark) == []


def test_a_server_that_cannot_stand_ranges_is_asked_for_the_whole(
        make, fast_clock):
    """One fault may be chance; after two the whole is asked for."""
    sim, callark = make(big({"do": "500", "times": 2}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    rest = f"bytes={CUT}-"
    assert [r for r, _ in ranges(sim)] == [None, rest, rest, None]


def test_what_was_kept_outlives_a_run_of_refusals(make, fast_clock):
    """Cut, then 503 until the run gives up: the next run continues."""
    sim, callark = make(big({"do": "503", "retry": "zero", "times": -1}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert {p.suffix for p in partials(callark)} == {".part", ".keep"}
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    assert [r for r, _ in ranges(sim)] == [f"bytes={CUT}-"]
    assert partials(callark) == []


def test_less_than_a_mebibyte_begins_anew(make, fast_clock):
    sim, callark = make(faulty_day({"do": "cut", "at": MIB - 1}, calls=1,
                                   media={"size": SIZE}))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert ranges(sim) == [(None, None)] * 2


@pytest.mark.parametrize("media", [
    {"etag": "weak"}, {"etag": "none"}, {"etag": "none", "last_modified": 0},
    {"length": "chunked", "etag": "weak"}],
    ids=["weak", "none", "nothing", "weak-chunked"])
def test_without_a_strong_etag_it_begins_anew(media, make, fast_clock):
    """A date or a weak ETag does not prove that the bytes are the same."""
    sim, callark = make(big(**media))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert ranges(sim) == [(None, None)] * 2


def test_a_new_etag_each_time_brings_the_whole(make, fast_clock):
    """If-Range does not hold: the server sends 200, and it is taken."""
    sim, callark = make(big(etag="changing"))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert len(asked(sim)) == 2
    assert asked(sim)[1]["status"] == 200


# What the server does with the Range request, and whether the right bytes
# come from the same answer (True) or only from a further request without it.
ANSWERS = [
    ("200-whole", {"do": "range-ignored"}, True),
    ("206-other-offset", {"do": "range-other-offset"}, False),
    ("206-offset-beyond", {"do": "range-other-offset", "by": -100}, False),
    ("206-other-total", {"do": "range-other-total"}, False),
    ("206-unknown-total", {"do": "range-star-total"}, False),
    ("206-no-content-range", {"do": "range-no-header"}, False),
    ("206-junk-content-range", {"do": "range-junk-header"}, False),
    ("206-other-unit", {"do": "range-junk-header",
                        "value": f"words {CUT}-{SIZE - 1}/{SIZE}"}, False),
    ("206-short", {"do": "range-short"}, False),
    ("206-multipart", {"do": "range-multipart"}, False),
    ("206-other-etag", {"do": "range-etag-changed"}, False),
    ("204", {"do": "range-204"}, False),
    ("416-of-the-same", {"do": "range-416"}, False),
    ("416-no-content-range", {"do": "range-416-no-header"}, False),
    ("416-smaller-now", {"do": "range-416-smaller"}, False),
]


@pytest.mark.parametrize("fault, is_enough", [c[1:] for c in ANSWERS],
                         ids=[c[0] for c in ANSWERS])
def test_the_right_bytes_in_the_end(fault, is_enough, make, fast_clock):
    """The server answers so once; nothing of it gets into the archive."""
    sim, callark = make(big(fault))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    seen = ranges(sim)
    assert seen[1][0] == f"bytes={CUT}-"
    assert len(seen) == 2 if is_enough else len(seen) > 2
    assert partials(callark) == []


def test_wrong_bytes_under_a_right_label_are_caught(make, fast_clock):
    """206, rightly labelled, with bytes from the beginning of the file: only
    a checksum can tell, and where there is one it does."""
    sim, callark = make(big({"do": "range-wrong-bytes", "times": -1},
                            checksums=["repr-digest"]))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert [bool(r) for r, _ in ranges(sim)] == [False, True, False]


def test_an_object_that_was_replaced_is_fetched_whole(make, fast_clock):
    """Another ETag and another body since the cut: not a byte of the old one
    may be in what is archived."""
    replaced = {"do": "etag-changed", "times": -1}
    sim, callark = make(big(replaced))
    result = callark.sync(*RANGE, env=fast_clock())
    assert result.status == COMPLETE, result
    check_archive(callark)
    last = asked(sim)[-1]
    assert last["status"] == 200 and last["fault"] == "etag-changed"
    # What a fresh archive gets from that platform now.
    fresh = type(callark)(callark.folder / "fresh", sim.url)
    assert fresh.sync(*RANGE).status == COMPLETE
    assert callark.audio() == fresh.audio()


# ---- over runs -------------------------------------------------------------

def wait_for(condition, seconds=20):
    """Wait until condition() holds; it must within the time."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)


def kept_bytes(callark):
    return max((p.stat().st_size for p in partials(callark)
                if p.suffix == ".part"), default=0)


def stop_in_the_middle(sim, callark):
    """A run that SIGTERM ends while recording 0 hangs behind CUT bytes; the
    other one has its name by then, so that what is seen of bytes is of 0."""
    process = callark.start("sync", *RANGE)
    try:
        wait_for(lambda: any(callark.archive.glob("*/*/*/data/audio/*")) and
                 kept_bytes(callark) >= MIB)
    finally:
        process.terminate()
        _, err = process.communicate(timeout=30)
    assert process.returncode == STOPPED, err
    check_archive(callark)


def hanging(**media):
    return faulty_day({"do": "stall-mid", "at": CUT, "times": -1}, calls=2,
                      media={"size": SIZE, **media})


def test_a_stopped_run_is_continued_by_the_next(make):
    """SIGTERM in the middle of a body: the bytes that came are kept beside a
    record of what they are part of, and the next run asks for the rest."""
    sim, callark = make(hanging())
    stop_in_the_middle(sim, callark)
    assert {p.suffix for p in partials(callark)} == {".part", ".keep"}
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    (wanted, condition), = ranges(sim)
    offset = int(wanted[len("bytes="):-1])
    assert MIB <= offset <= CUT
    assert condition.startswith('"')
    assert sent_for(sim) < SIZE - offset + 2000
    assert partials(callark) == []


def test_a_stopped_run_without_a_strong_etag_begins_anew(make):
    sim, callark = make(hanging(etag="weak"))
    stop_in_the_middle(sim, callark)
    assert partials(callark) == []
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    assert ranges(sim) == [(None, None)]


def test_an_object_replaced_between_runs_is_fetched_whole(make):
    """If-Range brings 200 and the new body, in the same answer."""
    sim, callark = make(hanging())
    stop_in_the_middle(sim, callark)
    sim.set(media={"faults": {"0": {"do": "etag-changed", "times": -1}}})
    sim.reset_log()
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    check_archive(callark)
    assert [e["status"] for e in asked(sim)] == [200]
    fresh = type(callark)(callark.folder / "fresh", sim.url)
    assert fresh.sync(*RANGE).status == COMPLETE
    assert callark.audio() == fresh.audio()


def break_bytes(part, keep):
    """A byte of what was kept changes."""
    body = bytearray(part.read_bytes())
    body[MIB // 2] ^= 1
    part.write_bytes(body)


def break_length(part, keep):
    with part.open("r+b") as f:
        f.truncate(MIB - 1)


def break_record(part, keep):
    keep.write_text(keep.read_text().replace("etag", "gate"))


def lose_record(part, keep):
    keep.unlink()


def lose_bytes(part, keep):
    part.unlink()


@pytest.mark.parametrize("harm", [break_length, break_record, lose_record,
                                  lose_bytes], ids=lambda f: f.__name__)
def test_what_is_not_sure_begins_anew(harm, make):
    """A record or bytes that are not as they were left are not trusted."""
    sim, callark = make(hanging())
    stop_in_the_middle(sim, callark)
    keep, part = partials(callark)
    assert (part.suffix, keep.suffix) == (".part", ".keep")
    harm(part, keep)
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    assert ranges(sim) == [(None, None)]
    assert partials(callark) == []


def test_a_server_checksum_finds_kept_bytes_that_rotted(make, fast_clock):
    """The kept prefix is hashed again, so the whole is judged by what is on
    the disk: with a checksum the run begins anew by itself."""
    sim, callark = make(hanging(checksums=["x-amz-checksum-sha256"]))
    stop_in_the_middle(sim, callark)
    keep, part = partials(callark)
    break_bytes(part, keep)
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim, env=fast_clock())
    assert [bool(r) for r, _ in ranges(sim)] == [True, False]


def test_kept_bytes_of_another_boot_count_only_as_synced(make):
    """After a reboot, what was not synced may be lost: bytes behind the last
    recorded fsync are not continued."""
    sim, callark = make(hanging())
    stop_in_the_middle(sim, callark)
    keep, part = partials(callark)
    synced = MIB + 4096
    lines = keep.read_text().splitlines()
    assert [line.split()[0] for line in lines] == [
        "callark-partial", "identity", "etag", "total", "synced", "boot"]
    lines[4] = f"synced {synced}"
    lines[5] = "boot 00000000-0000-0000-0000-000000000000"
    keep.write_text("\n".join(lines) + "\n")
    with part.open("r+b") as f:     # what the power cut left behind it
        f.seek(synced)
        f.write(b"\xff" * (part.stat().st_size - synced))
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    assert [r for r, _ in ranges(sim)] == [f"bytes={synced}-"]


@pytest.mark.parametrize("more", [0, 1000], ids=["whole", "too-long"])
def test_kept_bytes_that_leave_nothing_to_ask_for(more, make):
    """Stopped between the last byte and its archiving, or a file that grew:
    416 is no success, whatever lies on the disk is not taken for the whole."""
    sim, callark = make(hanging())
    stop_in_the_middle(sim, callark)
    keep, part = partials(callark)
    with part.open("r+b") as f:
        f.truncate(SIZE + more)
    mend(sim)
    sim.reset_log()
    check_mended(callark, sim)
    assert ranges(sim)[-1] == (None, None)

"""What the messages of conversations have attached: fetched, judged, kept and
proved like recordings, and apart from them."""

import gzip
import hashlib
import json

import pytest

from canonical import check_fault_free, state_of
from support import (COMPLETE, INCOMPLETE, INTEGRITY, check_all, check_archive,
                     check_bag, check_no_secrets, table_of)
from transfers import MIB, quarantined
from trials import kill, wait_until

DAY = "2024-12-30"
RANGE = ("--day", DAY)
MEDIA = (*RANGE, "--media")
MESSAGES = "service-history-messages"
KINDS = ["jpeg", "png", "gif", "webp", "voice", "mp3", "video", "3gp", "pdf"]
NAMES = {"voice": "ogg", "jpeg": "jpg", "video": "mp4"}


def scenario(calls=16, population=None, **changes):
    """A day of conversations; its calls have no recording unless told."""
    return {"days": {DAY: calls}, "contact_share": 0.0,
            "media": {"size": 2000},
            "population": {"chats_per_call": 1.0, "hostile_share": 0.0,
                           "attachment_share": 0.4, "attachment_kinds": KINDS,
                           **(population or {})}, **changes}


def one_kind(kind, **changes):
    return scenario(4, {"attachment_kinds": [kind]}, **changes)


def truth(sim):
    """{id: what the platform has} of every attachment of the day."""
    found = {}
    for document in sim.documents(MESSAGES, DAY, hashes=True):
        media = iter(document["media"])
        messages = json.loads(document["document"])["mensagens"]
        for number, message in enumerate(messages, 1):
            if message["media"]:
                found[f"{document['id']}.{number}.1"] = next(media)
    return found


def asked(sim):
    """The requests for attachments so far."""
    return sim.log(path="/attachments/")


def kept(callark):
    """{id: sha256 of the file on disk}."""
    found = {}
    for ident, row in callark.media(DAY).items():
        if row["state"] == "archived":
            body = (callark.bag(DAY) / row["path"]).read_bytes()
            found[ident] = hashlib.sha256(body).hexdigest()
            assert found[ident] == row["sha256"] and len(body) == row["bytes"]
    return found


def check_media(callark, sim, result):
    """All of it is there, and nothing but what the platform has."""
    assert result.status == COMPLETE, result
    expected = {ident: one["sha256"] for ident, one in truth(sim).items()}
    assert expected and kept(callark) == expected
    sums = result.summary["media"]
    assert sums["listed"] == sums["archived"] == len(expected), sums
    check_all(callark, sim, [DAY], result)
    assert callark.run("verify").status == COMPLETE


# ---- what is kept ------------------------------------------------------------

def test_attachments_are_kept(make):
    sim, callark = make(scenario(contact_share=0.8))
    result = callark.sync(*MEDIA)
    check_media(callark, sim, result)
    expected = truth(sim)
    assert {one["kind"] for one in expected.values()} == set(KINDS)
    payload = check_bag(callark.bag(DAY))
    assert "data/media.ndjson" in payload
    for ident, row in callark.media(DAY).items():
        kind = expected[ident]["kind"]
        assert payload[row["path"]] == expected[ident]["sha256"]
        assert row["path"].endswith(f"-{ident}.{NAMES.get(kind, kind)}")
        assert row["id"] == f"{row['conversation']}.{row['message']}.1"
    sums = result.summary["media"]
    assert sums["new"] == len(expected) and sums["already"] == 0
    assert sums["bytes_new"] == sum(one["size"] for one in expected.values())
    info = (callark.bag(DAY) / "bag-info.txt").read_text()
    assert (f"Callark-Media: {len(expected)} attachments, {len(expected)} "
            "archived\n") in info
    assert f"attachments: {len(expected)} listed" in callark.run("status").out


def test_sums_of_recordings_are_as_without(make, tmp_path):
    sim, callark = make(scenario(contact_share=0.8))
    without = callark.sync(*RANGE)
    assert without.status == COMPLETE and "media" not in without.summary
    assert not asked(sim) and not sim.log(path=MESSAGES)
    assert not list(callark.archive.glob("*/*/*/data/media*"))
    table = (callark.bag(DAY) / "data/recordings.ndjson").read_bytes()
    result = callark.sync(*MEDIA)
    check_media(callark, sim, result)
    for name in ("listed", "with_link", "no_link", "archived", "deferred"):
        assert result.summary[name] == without.summary[name], name
    assert result.summary["new"] == result.summary["bytes_new"] == 0
    assert (callark.bag(DAY) / "data/recordings.ndjson").read_bytes() == table


def test_the_setting_serves_as_well_and_implies_the_report(make):
    sim, callark = make(scenario(), archive__media="yes",
                        archive__reports="voice-log")
    check_media(callark, sim, callark.sync(*RANGE))
    names = {p.name for p in callark.bag(DAY).glob("data/reports/*")}
    assert names == {"voice-log.ndjson.gz", f"{MESSAGES}.ndjson.gz"}


@pytest.mark.parametrize("links", [
    {"signed": True, "life_s": 600.5}, {"signed": True, "expire_after": 9}])
def test_a_second_run_fetches_nothing(make, links):
    """Although every listing signs its links anew."""
    sim, callark = make(scenario(links=links))
    check_media(callark, sim, callark.sync(*MEDIA))
    before = {p: p.read_bytes() for p in callark.archive.glob("2024/**/*.*")
              if p.is_file() and "reports" not in p.parts}
    first = len(asked(sim))
    result = callark.sync(*MEDIA)
    check_media(callark, sim, result)
    assert len(asked(sim)) == first == len(truth(sim))
    assert result.summary["media"]["new"] == 0
    assert result.summary["media"]["already"] == first
    report = result.summary["reports"][0]
    assert report["changed"] == report["new"] == 0
    assert {p: p.read_bytes() for p in before} == before
    rows = callark.rows("SELECT count(*), max(version) FROM recording"
                        " WHERE kind = 1")
    assert rows == [(first, 1)]


def test_a_conversation_that_changes_is_fetched_once(make):
    """Another agent, the same messages."""
    sim, callark = make(scenario(routes={MESSAGES: {"listing": {"changed": [
        {"which": "*", "after_listings": 1, "set": {"agente": "Outra"}}]}}}))
    check_media(callark, sim, callark.sync(*MEDIA))
    first = len(asked(sim))
    result = callark.sync(*MEDIA)
    check_media(callark, sim, result)
    assert result.summary["reports"][0]["changed"]
    assert len(asked(sim)) == first


def test_another_message_in_its_place(make):
    """What was archived stays; what stands there now is fetched beside it."""
    sim, callark = make(one_kind("png"))
    check_media(callark, sim, callark.sync(*MEDIA))
    ident, one = next(iter(truth(sim).items()))
    of = ident.rsplit(".", 2)[0]
    sim.set(routes={MESSAGES: {"listing": {"changed": [
        {"which": of, "after_listings": 0, "set": {"mensagens": [
            {"recebida": True, "send_time": "2024-12-30 00:00:01",
             "message": "outra", "message_type": "image",
             "media": sim.media_url + one["path"]}]}}]}}})
    before = kept(callark)
    result = callark.sync(*MEDIA)
    assert result.status == COMPLETE, result
    after = kept(callark)
    assert after == {**before, f"{of}.1.1-2": one["sha256"]}
    row = callark.media(DAY)[f"{of}.1.1-2"]
    assert (row["message"], row["place"]) == (1, 1)
    check_archive(callark)
    assert callark.run("verify").status == COMPLETE
    reset = len(asked(sim))
    assert callark.sync(*MEDIA).status == COMPLETE
    assert len(asked(sim)) == reset


@pytest.mark.parametrize("host", ["media", "relative", "relative-path",
                                  "protocol-relative"])
def test_wherever_links_lead(make, host):
    sim, callark = make(scenario(4, links={"attachments": host}))
    check_media(callark, sim, callark.sync(*MEDIA))


def test_filters_hold_for_conversations(make):
    sim, callark = make(scenario(contact_share=0.5))
    agents = {json.loads(d["document"])["agente"]
              for d in sim.documents(MESSAGES, DAY) if d["media"]}
    wanted = sorted(a for a in agents if a)[0]
    result = callark.sync(*MEDIA, "--agent", wanted)
    assert result.status == COMPLETE, result
    sums = result.summary["media"]
    assert 0 < sums["archived"] < sums["listed"] == len(truth(sim))
    assert sums["excluded"] == sums["listed"] - sums["archived"]
    assert len(asked(sim)) == sums["archived"]
    check_media(callark, sim, callark.sync(*MEDIA))


# ---- links -------------------------------------------------------------------

@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_refused_link_is_listed_again(make, status):
    sim, callark = make(scenario(
        4, media={"size": 2000, "faults": {"*": {"do": str(status)}}},
        links={"signed": True, "expire_after": 50}))
    result = callark.sync(*MEDIA)
    check_media(callark, sim, result)
    assert 1 <= result.summary["relists"] <= len(truth(sim))
    links = [entry["query"]["g"] for entry in asked(sim)]
    assert len(set(links)) >= 2
    # the window that was listed again is not counted twice
    report = result.summary["reports"][0]
    assert report["listed"] == len(sim.documents(MESSAGES, DAY))


def test_a_link_that_stays_dead_is_told(make):
    sim, callark = make(one_kind(
        "png", media={"faults": {"*": {"do": "403", "times": -1}}},
        links={"expire_after": 50}))
    result = callark.sync(*MEDIA)
    assert result.status == INCOMPLETE, result
    sums = result.summary["media"]
    assert sums["deferred"] == sums["listed"] == len(truth(sim))
    assert {p["id"] for p in sums["problems"]} == set(truth(sim))
    assert all("its link answers 403" in p["reason"]
               for p in sums["problems"])
    assert result.summary["deferred"] == 0
    check_all(callark, sim, [DAY], result)
    # told in the tables and by status, too
    rows = callark.media(DAY).values()
    assert {(r["state"], r["path"]) for r in rows} == {("deferred", None)}
    status = callark.run("status", "--items")
    assert status.status == INCOMPLETE
    assert all(ident in status.out for ident in truth(sim))
    row = table_of(callark.run("status", "-f", "csv").out)[0]
    assert row["state"] == "open" and row["attachments_archived"] == "0"
    assert row["attachments"] == str(len(truth(sim)))
    sim.set(media={"faults": {}})
    check_media(callark, sim, callark.sync(*MEDIA))


def test_what_was_taken_back_is_gone(make):
    """The platform made the messages anonymous before it was fetched."""
    sim, callark = make(one_kind(
        "pdf", media={"faults": {"*": {"do": "500", "times": -1}}},
        routes={MESSAGES: {"listing": {"changed": [
            {"which": "*", "after_listings": 1, "anonymise": True}]}}}))
    first = callark.sync(*MEDIA)
    assert first.status == INCOMPLETE
    result = callark.sync(*MEDIA)
    sums = result.summary["media"]
    assert sums["gone"] == sums["listed"] == first.summary["media"]["listed"]
    assert result.status == INCOMPLETE
    assert {p["reason"] for p in sums["problems"]} == {"no longer listed"}


# ---- what is no attachment -----------------------------------------------------

@pytest.mark.parametrize("fault, words", [
    ({"do": "html"}, "the body is an HTML page"),
    ({"do": "json"}, "the body is a JSON document"),
    ({"do": "empty"}, "the body is an empty body"),
    ({"do": "short-inside", "at": "50%"}, "is not whole"),
])
def test_what_came_instead_is_quarantined(make, fault, words):
    sim, callark = make(one_kind(
        "png", media={"faults": {"*": {**fault, "times": -1}}}))
    result = callark.sync(*MEDIA)
    assert result.status == INCOMPLETE, result
    sums = result.summary["media"]
    assert sums["quarantined"] == sums["listed"] == len(truth(sim))
    for problem in sums["problems"]:
        assert problem["state"] == "quarantined" and words in problem["reason"]
    notes = [json.loads(p.read_text()) for n, p in quarantined(callark).items()
             if n.endswith(".json")]
    assert {n["kind"] for n in notes} == {"attachment"}
    assert {n["id"] for n in notes} == set(truth(sim))
    assert not list(callark.bag(DAY).glob("data/media/*"))
    check_all(callark, sim, [DAY], result)
    sim.set(media={"faults": {}})
    check_media(callark, sim, callark.sync(*MEDIA))


@pytest.mark.parametrize("kind, words", [
    ("html", "an HTML page"), ("program", "a program")])
def test_what_people_send_and_is_not_kept(make, kind, words):
    """Whatever the server calls it."""
    sim, callark = make(one_kind(kind))
    result = callark.sync(*MEDIA)
    assert result.status == INCOMPLETE, result
    sums = result.summary["media"]
    assert sums["quarantined"] == sums["listed"] == len(truth(sim))
    assert {p["reason"] for p in sums["problems"]} == {
        f"the body is {words}, none of what is kept of conversations"}


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "pdf",
                                  "video", "3gp", "voice", "mp3"])
def test_a_file_that_is_cut_is_not_kept(make, kind):
    sim, callark = make(one_kind(kind, media={"faults": {
        "*": {"do": "short-inside", "at": -20, "times": -1}}}))
    result = callark.sync(*MEDIA)
    if kind == "mp3":       # a stream of frames has no end of its own
        assert result.status in (COMPLETE, INCOMPLETE)
        return
    assert result.status == INCOMPLETE, result
    assert result.summary["media"]["quarantined"] == len(truth(sim))


def test_an_image_is_no_recording(make):
    """What is kept of conversations is still none among recordings."""
    sim, callark = make({"days": {DAY: 2}, "contact_share": 1.0,
                         "media": {"faults": {"*": {
                             "do": "text", "times": -1,
                             "text": "\x89PNG\r\n\x1a\n" + "\0" * 60}}}})
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE
    assert result.summary["quarantined"] == result.summary["with_link"] > 0
    assert {p["reason"] for p in result.summary["problems"]} == {
        "the body is data of no known type, no recording"}


# ---- faults on the way -----------------------------------------------------------

def test_a_body_that_breaks_off_is_continued(make, fast_clock):
    sim, callark = make(scenario(
        3, {"attachment_kinds": ["pdf"], "attachment_size": 2 * MIB},
        media={"faults": {"*": {"do": "cut", "at": MIB + 9}}}))
    result = callark.sync(*MEDIA, env=fast_clock())
    check_media(callark, sim, result)
    ranges = [e["headers"].get("range") for e in asked(sim)]
    assert ranges.count(f"bytes={MIB + 9}-") == len(truth(sim))


@pytest.mark.parametrize("fault", ["503", "rst", "drop", "length-longer"])
def test_a_passing_fault_is_passed(make, fault, fast_clock):
    sim, callark = make(scenario(4, media={"faults": {"*": {"do": fault}}}))
    result = callark.sync(*MEDIA, env=fast_clock())
    check_media(callark, sim, result)
    assert result.summary["retries"] >= 1


def test_conversations_that_cannot_be_listed(make):
    """The recordings are there all the same, and the run says what is not."""
    sim, callark = make(scenario(contact_share=1.0, routes={MESSAGES: {
        "listing": {"faults": [{"do": "500", "times": -1}]}}}))
    result = callark.sync(*MEDIA)
    assert result.status == INCOMPLETE, result
    assert result.summary["reports"][0]["failure"]
    assert result.summary["archived"] == result.summary["with_link"] > 0
    assert result.summary["media"]["listed"] == 0
    sim.set(routes={})
    check_media(callark, sim, callark.sync(*MEDIA))


def test_nothing_of_it_is_told_but_ids(make):
    """Neither links nor words, however much is logged."""
    sim, callark = make(one_kind(
        "png", links={"signed": True}, media={"faults": {
            "*": [{"do": "html"}]}}))
    result = callark.run("-v", "sync", *MEDIA)
    told = result.out + result.err
    assert any(ident in told for ident in truth(sim))
    for one in truth(sim).values():
        assert one["path"] not in told
    for document in sim.documents(MESSAGES, DAY):
        for message in json.loads(document["document"])["mensagens"]:
            assert len(message["message"]) < 8 or \
                message["message"] not in told
    check_no_secrets(callark, result)


# ---- proving it, and mending it -----------------------------------------------------

def test_verify_finds_what_happened_to_it(make):
    sim, callark = make(scenario())
    check_media(callark, sim, callark.sync(*MEDIA))
    files = sorted(callark.bag(DAY).glob("data/media/*"))
    files[0].unlink()
    files[1].write_bytes(files[1].read_bytes()[:-1] + b"?")
    (files[0].parent / "stranger.png").write_bytes(b"x")
    result = callark.run("verify", "-f", "ndjson")
    assert result.status == INTEGRITY, result
    found = [json.loads(line) for line in result.out.splitlines()]
    told = {(f["finding"], f["path"].rsplit("/", 1)[1])
            for f in found if f["kind"] == "finding"}
    assert told == {("missing", files[0].name), ("changed", files[1].name),
                    ("extra", "stranger.png")}
    (files[0].parent / "stranger.png").unlink()
    assert callark.run("verify", "--repair").status == INTEGRITY
    sim.reset_log()
    check_media(callark, sim, callark.sync(*MEDIA))
    assert len(asked(sim)) == 2


def test_a_table_that_is_lost_is_told(make):
    sim, callark = make(scenario())
    check_media(callark, sim, callark.sync(*MEDIA))
    (callark.bag(DAY) / "data/media.ndjson").unlink()
    result = callark.run("verify")
    assert result.status == INTEGRITY and "media.ndjson" in result.out
    callark.run("verify", "--repair")
    check_media(callark, sim, callark.sync(*MEDIA))


def test_a_rebuilt_catalogue_is_the_one_that_was(make):
    sim, callark = make(scenario(
        contact_share=0.5, media={"size": 2000, "faults": {
            "every:5": {"do": "html", "times": -1}}},
        population={"attachment_kinds": [*KINDS, "html"]}))
    result = callark.sync(*MEDIA, "--agent", "*a*")
    states = {row["state"] for row in callark.media(DAY).values()}
    assert {"archived", "quarantined"} <= states, states
    query = ("SELECT kind, id, day, start_s, duration_s, state, version,"
             " fingerprint, interaction_id, reason, path, bytes, sha256,"
             " media_type, coalesce(codec, ''), link_host, audio_ms, downloaded_s,"
             " first_seen_s, vanished_s FROM recording"
             " WHERE kind = 1 ORDER BY id")
    sums = "SELECT * FROM tally ORDER BY day, kind, state"
    before = callark.rows(query), callark.rows(sums)
    table = (callark.bag(DAY) / "data/media.ndjson").read_bytes()
    (callark.archive / "catalogue.sqlite3").unlink()
    rebuilt = callark.run("rebuild")
    assert rebuilt.status == COMPLETE, rebuilt
    n = sum(row["state"] == "archived" for row in callark.media(DAY).values())
    assert f"{n} attachments taken from the tree; 0 problems" in rebuilt.out
    assert (callark.rows(query), callark.rows(sums)) == before
    assert callark.run("verify").status == COMPLETE
    sim.reset_log()
    again = callark.sync(*MEDIA, "--agent", "*a*")
    assert again.summary["media"]["new"] == 0
    waiting = {i for i, row in callark.media(DAY).items()
               if row["state"] == "quarantined"}
    assert len(asked(sim)) == len(waiting)
    assert result.summary["media"]["listed"] == again.summary["media"]["listed"]
    assert (callark.bag(DAY) / "data/media.ndjson").read_bytes() == table
    check_archive(callark)


def test_a_rebuild_without_a_file_fetches_it_again(make):
    sim, callark = make(scenario())
    check_media(callark, sim, callark.sync(*MEDIA))
    sorted(callark.bag(DAY).glob("data/media/*"))[0].unlink()
    assert callark.run("rebuild").status == INCOMPLETE
    sim.reset_log()
    check_media(callark, sim, callark.sync(*MEDIA))
    assert len(asked(sim)) == 1


@pytest.mark.parametrize("n", [0, 1, 5, 12])
def test_killed_on_the_way_the_next_run_mends_it(make, tmp_path, platform, n):
    from support import Callark
    rules = scenario(contact_share=0.5, latency_ms={"media": 5})
    sim, callark = make(rules)
    other = Callark(tmp_path / "undisturbed", sim.url).configure()
    check_media(other, sim, other.sync(*MEDIA))
    process = callark.start("sync", *MEDIA, "--concurrency", "1")
    wait_until(lambda: len(list(callark.archive.glob(
        "*/*/*/data/media/*" if n else ".partial/*.part"))) >= max(n, 1),
        process)
    kill(process)
    check_media(callark, sim, callark.sync(*MEDIA))
    check_fault_free(callark, state_of(other))


def test_they_go_with_the_conversations_of_a_subject(make):
    sim, callark = make(scenario())
    check_media(callark, sim, callark.sync(*MEDIA))
    mine = next(d for d in sim.documents(MESSAGES, DAY) if d["media"])
    bag = callark.folder / "bag"
    result = callark.run("subject", "export", bag, mine["protocolo"])
    assert result.status == COMPLETE, result
    assert f"{len(mine['media'])} attachments" in result.out
    expected = {one["sha256"] for ident, one in truth(sim).items()
                if ident.rsplit(".", 2)[0] == mine["id"]}
    assert {hashlib.sha256(p.read_bytes()).hexdigest()
            for p in bag.glob(f"data/media/{DAY}/*")} == expected
    check_bag(bag)


def test_the_parent_is_kept_beside(make):
    """Each line of the table leads to a document of the report."""
    sim, callark = make(scenario())
    check_media(callark, sim, callark.sync(*MEDIA))
    report = callark.bag(DAY) / f"data/reports/{MESSAGES}.ndjson.gz"
    documents = {json.loads(line)["id"]: json.loads(line) for line in
                 gzip.decompress(report.read_bytes()).splitlines()}
    for row in callark.media(DAY).values():
        of = documents[row["conversation"]]
        assert of["mensagens"][row["message"] - 1]["media"]
        assert of["data_inicio"] == row["start"]

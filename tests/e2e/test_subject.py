"""Everything held about one person or company: nothing is missed, nobody
else's is handed over, and what is handed over can be checked."""

import fcntl
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from support import (COMPLETE, INCOMPLETE, INTEGRITY, USAGE, check_archive,
                     check_bag, check_with_sha256sum, read_trail, sha256_of,
                     table_of)
from two_days import DAY, DAYS, NEXT, RANGE

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from omnisim import people  # noqa: E402

HISTORY = "service-history"
VOICE_LOG = "voice-log"
AUDIO = "service-history-audio-links"
SURVEYS = "satisfaction-survey-history"
MESSAGES = "service-history-messages"
ROUTES = (HISTORY, VOICE_LOG, AUDIO, "activity-history", SURVEYS, MESSAGES)


def scenario(**changes):
    return {"days": DAYS, "media": {"size": 2000},
            "population": {"chats_per_call": 1.0, "survey_share": 0.9},
            **changes}


def sync(callark, *args):
    result = callark.sync(*RANGE, "--reports", "all", *args)
    assert result.status == COMPLETE, result
    return result


@pytest.fixture
def archived(make):
    """archived(scenario): a platform, and all of its reports in an archive."""
    def build(spec=None, **settings):
        sim, callark = make(spec or scenario(), **settings)
        sync(callark)
        return sim, callark
    return build


def everything(sim, days=DAYS):
    """Each document that the platform has: (route, its entry, its values)."""
    return [(route, entry, json.loads(entry["document"]))
            for route in ROUTES for day in days
            for entry in sim.documents(route, day)]


def paper(values):
    return values.get("documento_cliente") or values.get("documento")


def held_about(documents, names):
    """{(route, id)} of what names(values) is true of, and of what belongs to
    the same attendances."""
    protocols = {v["protocolo"] for _, _, v in documents
                 if names(v) and v.get("protocolo")}
    return {(route, str(entry["id"])) for route, entry, v in documents
            if names(v) or v.get("protocolo") in protocols}


def find(callark, *args, status=COMPLETE, word=None):
    result = callark.run("subject", "find", *args, "--format", "ndjson")
    assert result.status == status, result
    assert not word or word not in result.err, result
    return [json.loads(line) for line in result.out.splitlines()]


def told(items):
    items = list(items)
    found = {(item["report"], item["id"]) for item in items}
    assert len(found) == len(items)
    return found


def client_of(sim, wanted, day=DAY):
    """The values of the first attendance that wanted() likes."""
    return next(v for d in sim.documents(HISTORY, day)
                for v in [json.loads(d["document"])] if wanted(v))


def is_attended_call(values):
    return values["midia"] == 1 and values["status"] == "Contact"


def with_recording(sim):
    return client_of(sim, is_attended_call)


# ---- find -------------------------------------------------------------------

def test_a_cpf_finds_every_document_of_its_attendances(archived):
    sim, callark = archived()
    documents = everything(sim)
    for values in (with_recording(sim),
                   client_of(sim, lambda v: v["midia"] == 4)):
        cpf = values["documento_cliente"]
        expected = held_about(documents, lambda v: paper(v) == cpf)
        items = find(callark, cpf)
        assert told(items) == expected
        routes = {route for route, _ in expected}
        assert {HISTORY} < routes, routes
        for item in items:
            assert item["match"] == (
                "named" if item["report"] in (HISTORY, AUDIO)
                else "attendance")
        starts = [item["start"] for item in items]
        assert starts == sorted(starts)


def test_items_lead_to_files(archived):
    sim, callark = archived()
    for item in find(callark, with_recording(sim)["documento_cliente"]):
        path = callark.archive / item["path"]
        assert path.parts[-5:-2] == tuple(item["day"].split("-")) or \
            path.parts[-6:-3] == tuple(item["day"].split("-")), item
        if item["bytes"] is not None:
            assert item["state"] == "archived"
            assert path.stat().st_size == item["bytes"]
        elif item["report"] != AUDIO:
            assert item["path"].endswith(item["report"] + ".ndjson.gz")


def test_every_spelling_finds_the_same(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    plain = re.sub(r"\D", "", cpf)
    expected = find(callark, cpf)
    for word in (plain, plain[:9] + "-" + plain[9:], f" {cpf} ",
                 cpf.replace(".", " "), cpf.replace("-", "\u2011")):
        assert find(callark, word, "--kind", "cpf") == expected, word
    result = callark.run("subject", "find", cpf)
    assert "read as: CPF" in result.err
    assert "read as" not in callark.run("subject", "find", cpf, "-k",
                                        "cpf").err
    result = subprocess.run(
        callark.command("subject", "find", "-", "--format", "ndjson"),
        input=f"{cpf}\nanother line\n", env=callark.environment(),
        capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == COMPLETE, result
    assert [json.loads(line) for line in result.stdout.splitlines()] == expected


def test_a_telephone_number_is_one_however_it_is_written(archived):
    sim, callark = archived()
    documents = everything(sim)
    client = with_recording(sim)["cliente"]
    area, number = client[2:4], client[4:]
    expected = held_about(documents, lambda v: client in (
        v.get("cliente"), (v.get("ipbx_external_callerid") or "")[1:]))
    assert {HISTORY, VOICE_LOG, AUDIO} <= {route for route, _ in expected}
    for word in (client, "+" + client, f"({area}) {number[:5]}-{number[5:]}",
                 f"0{area}{number}", f"0 15 {area} {number}", f"00{client}",
                 f"+55 {area} {number[0]} {number[1:5]} {number[5:]}"):
        assert told(find(callark, word, "--kind", "phone")) == expected, word


def test_a_cnpj_with_letters(archived):
    sim, callark = archived(scenario(population={
        "chats_per_call": 2.0, "chat_cnpj_share": 1.0,
        "alphanumeric_from": DAY}))
    documents = everything(sim)
    cnpj = client_of(sim, lambda v: "SI.M" in v["documento_cliente"])[
        "documento_cliente"]
    assert people.is_cnpj(cnpj)
    expected = held_about(documents, lambda v: paper(v) == cnpj)
    for word in (cnpj, cnpj.lower(), re.sub(r"\W", "", cnpj)):
        assert told(find(callark, word)) == expected
    numeric = client_of(sim, lambda v: v["documento_cliente"][:2] == "99")[
        "documento_cliente"]
    assert told(find(callark, numeric)) == held_about(
        documents, lambda v: paper(v) == numeric)


def test_an_address_and_a_protocol(archived):
    sim, callark = archived()
    documents = everything(sim)
    mail = client_of(sim, lambda v: v["midia"] in (3, 17))["cliente"]
    assert told(find(callark, mail.upper())) == held_about(
        documents, lambda v: v.get("cliente") == mail)
    protocol = with_recording(sim)["protocolo"]
    items = find(callark, protocol)
    assert told(items) == held_about(
        documents, lambda v: v.get("protocolo") == protocol)
    assert {item["match"] for item in items} == {"named"}


def test_agents_are_no_subjects(archived):
    _, callark = archived()
    for _, mail in people.AGENTS[:3]:
        assert not find(callark, mail, status=INCOMPLETE, word=mail)


def test_a_range_cuts(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    items = find(callark, cpf)
    assert find(callark, cpf, "--day", DAY) == [
        item for item in items if item["start"].startswith(DAY)]
    assert not find(callark, cpf, "--day", "2020-01-01", status=INCOMPLETE)


def test_tables_and_csv(archived):
    sim, callark = archived()
    values = with_recording(sim)
    cpf = values["documento_cliente"]
    items = find(callark, cpf)
    table = callark.run("subject", "find", cpf)
    assert table.status == COMPLETE, table
    lines = table.out.splitlines()
    assert len(lines) == len(items) + 1 and lines[0].startswith("start ")
    for line, item in zip(lines[1:], items):
        assert line.startswith(item["start"]) and line.endswith(item["path"])
    text = callark.run("subject", "find", cpf, "--format", "csv").out
    rows = table_of(text)
    assert [(r["report"], r["id"], r["path"]) for r in rows] == [
        (i["report"], i["id"], i["path"]) for i in items]
    for out in (table.out, text):
        for datum in ("documento_cliente", "cliente", "contato"):
            assert values[datum] not in out


def test_nothing_is_held(archived):
    _, callark = archived()
    for word in ("111.444.777-35", "+1 415 555 2671", "nobody@x.example"):
        assert not find(callark, word, status=INCOMPLETE, word=word)


def test_days_without_reports_are_told(make):
    """What is not kept cannot be found, and the answer says so."""
    sim, callark = make(scenario())
    sync(callark)
    sim.set(days={**DAYS, "2024-12-29": 6})
    assert callark.sync("--day", "2024-12-29").status == COMPLETE
    cpf = with_recording(sim)["documento_cliente"]
    for word in (cpf, "111.444.777-35"):
        result = callark.run("subject", "find", word)
        assert "1 of 3 days have no reports kept" in result.err, result
        assert "listed completely" not in result.err, result
    whole = callark.run("subject", "find", cpf, *RANGE)
    assert "warning" not in whole.err, whole
    bag = callark.folder / "bag"
    export(callark, bag, cpf)
    info = (bag / "bag-info.txt").read_text().splitlines()
    assert "Callark-Days: 3" in info
    assert "Callark-Days-Absent: 0" in info
    assert "Callark-Days-Incomplete: 0" in info
    assert "Callark-Days-Without-Reports: 1" in info


def test_days_that_are_not_listed_completely_are_told(make):
    sim, callark = make(scenario())
    assert callark.sync("--day", DAY, "--reports", "all").status == COMPLETE
    faults = [{"do": "500", "times": -1}]
    sim.set(routes={HISTORY: {"listing": {"faults": faults}}})
    assert callark.sync("--day", NEXT,
                        "--reports", "all").status == INCOMPLETE
    cpf = with_recording(sim)["documento_cliente"]
    result = callark.run("subject", "find", cpf)
    assert "1 of 2 days are not listed completely" in result.err, result
    assert "no reports kept" not in result.err, result
    whole = callark.run("subject", "find", cpf, "--day", DAY)
    assert "warning" not in whole.err, whole


@pytest.mark.parametrize("words, told", [
    ((), "1 of 3 days are not in the archive"),     # the hole between two
    (("--from", "2024-12-29", "--to", NEXT), "1 of 3 days are not in"),
    (("--from", "2024-12-25", "--to", "2025-01-03"), "8 of 10 days are not in"),
    (("--day", DAY), "1 of 1 days are not in the archive"),
    (("--day", NEXT), None),
], ids=["hole", "range", "beyond", "nothing", "whole"])
def test_days_that_are_not_in_the_archive_are_told(make, words, told):
    sim, callark = make(scenario(days={**DAYS, "2024-12-29": 6}))
    for day in ("2024-12-29", NEXT):
        assert callark.sync("--day", day,
                            "--reports", "all").status == COMPLETE
    result = callark.run("subject", "find", "111.444.777-35", *words)
    assert result.status == INCOMPLETE, result
    assert (told in result.err) if told else (
        "warning" not in result.err), result


WRONG = [
    (("find",), "the word"),
    (("find", "999.900.003-78"), "--kind"),
    (("find", "999.900.003-78", "--kind", "cpf"), "check digits"),
    (("find", "12.ABC.345/01DE-99", "--kind", "cnpj"), "check digits"),
    (("find", "11988880084"), "cpf or phone"),
    (("find", "Maria"), "--kind"),
    (("find", "Maria", "--unchecked"), "--unchecked"),
    (("find", "999", "900"), "quotes"),
    (("find", "1", "2", "3", "4"), "quotes"),
    (("list", "999.900.003-79"), "find or export"),
    ((), "find or export"),
    (("export",), "a folder and the word"),
    (("export", "somewhere"), "the word"),
    (("export", "somewhere", "a@b.example", "-f", "csv"), "--format"),
    (("find", "a@b.example", "--partly"), "--partly"),
]


@pytest.mark.parametrize("args,why", WRONG,
                         ids=[" ".join(args) or "-" for args, _ in WRONG])
def test_what_cannot_be_searched_for(make, args, why):
    _, callark = make({})
    result = callark.run("subject", *args)
    assert result.status == USAGE and not result.out, result
    assert why in result.err, result
    assert not any(len(word) > 8 and word[0] != "-" and word in result.err
                   for word in args[1:]), result
    assert not (callark.folder / "somewhere").exists()


def test_wrong_check_digits_can_be_searched_for(archived):
    wrong = "999.900.003-78"
    sim, callark = archived(scenario(routes={HISTORY: {"listing": {"bad": [
        {"which": 3, "do": "set", "set": {"documento_cliente": wrong}}]}}}))
    bad = [json.loads(d["document"]) for d in sim.documents(HISTORY, DAY)][3]
    items = find(callark, wrong, "--kind", "cpf", "--unchecked")
    assert ("service-history", bad["id"]) in told(items)


def test_what_cannot_be_read_is_searched_all_the_same(make):
    """A document with a member twice is kept as a file, in no table."""
    cpf = "999.900.003-79"
    raw = ('{"id":"twice","id":"twice","protocolo":"77000000000001",'
           f'"documento":"{cpf}","data_inicio":"{DAY} 10:00:00"}}')
    sim, callark = make(scenario(documents=[{"raw": raw, "at_day": DAY}]))
    sync_with_wreck = callark.sync(*RANGE, "--reports", "all")
    assert sync_with_wreck.status == INCOMPLETE, sync_with_wreck
    expected = held_about(
        [d for d in everything(sim) if '"twice"' not in d[1]["document"]],
        lambda v: paper(v) == cpf)
    items = find(callark, cpf)
    [wreck] = [i for i in items if i["state"] == "unreadable"]
    assert told([i for i in items if i is not wreck]) == expected
    assert wreck["day"] == DAY and wreck["report"] == "unknown"
    assert (callark.archive / wreck["path"]).read_text() == raw
    bag = callark.folder / "bag"
    export(callark, bag, cpf)
    check_bag(bag)
    [copy] = (bag / "data/unreadable").rglob("*.raw")
    assert copy.read_text() == raw


@pytest.mark.parametrize("route", [AUDIO, HISTORY])
@pytest.mark.parametrize("how", ["bad-utf8", "deep", "extra"])
def test_a_bad_document_hides_nothing(make, route, how):
    sim, callark = make(scenario())
    values = with_recording(sim)
    bad = {"bad": [{"which": values["protocolo"], "do": how}]}
    sim.set(**({"listing": bad} if route == AUDIO else
               {"routes": {route: {"listing": bad}}}))
    callark.sync(*RANGE, "--reports", "all")
    items = [i for i in find(callark, values["documento_cliente"])
             if i["start"] == values["data_inicio"]
             or i["state"] == "unreadable"]
    reports = sorted(i["report"] for i in items)
    whole = sorted([AUDIO, HISTORY, VOICE_LOG])
    kept_aside = sorted({*whole, "unknown"} - {route})
    assert reports in (whole, kept_aside), items
    assert (reports == whole) == (how == "extra"), items


# ---- what the platform changed or no longer tells ---------------------------

def test_what_was_anonymised_is_still_held(make):
    rule = [{"which": "*", "after_listings": 1, "anonymise": True}]
    sim, callark = make(scenario(
        listing={"changed": rule},
        routes={route: {"listing": {"changed": rule}}
                for route in (HISTORY, VOICE_LOG, SURVEYS, MESSAGES)}))
    before = everything(sim)
    sync(callark)
    sync(callark)
    assert "***" in sim.documents(HISTORY, DAY)[0]["document"]
    call = next(v for r, _, v in before if r == HISTORY and is_attended_call(v))
    cpf = call["documento_cliente"]
    items = find(callark, cpf)
    assert told(items) == held_about(before, lambda v: paper(v) == cpf)
    assert {i["versions"] for i in items if i["report"] == HISTORY} == {2}


# ---- export -----------------------------------------------------------------

def export(callark, folder, word, *args, status=COMPLETE):
    result = callark.run("subject", "export", folder, word, *args)
    assert result.status == status, result
    assert word not in result.err
    return result


def lines_of(bag, route):
    path = bag / "data/documents" / (route + ".ndjson")
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def check_payload(callark, sim, bag, expected):
    """The recordings and documents of a bag are those expected, exactly."""
    entries = {(route, str(d["id"])): d for route in ROUTES for day in DAYS
               for d in sim.documents(route, day, hashes=True)}
    for route in ROUTES:
        assert sorted(lines_of(bag, route)) == sorted(
            entries[key]["document"].encode("utf-8", "surrogateescape")
            for key in expected if key[0] == route), route
    audio = sorted(sha256_of(p) for p in (bag / "data/audio").rglob("*")
                   if p.is_file())
    assert audio == sorted(m["sha256"] for key in expected
                           if key[0] == AUDIO for m in entries[key]["media"])


def test_an_export_is_a_bag_of_everything(archived):
    sim, callark = archived()
    values = with_recording(sim)
    cpf = values["documento_cliente"]
    bag = callark.folder / "bag"
    result = export(callark, bag, cpf)
    expected = held_about(everything(sim), lambda v: paper(v) == cpf)
    assert re.match(rf"\d+ recordings, {len(expected)} documents, ",
                    result.out), result
    check_bag(bag)
    check_with_sha256sum(bag)
    check_payload(callark, sim, bag, expected)
    assert sorted(p.name for p in bag.iterdir()) == [
        "bag-info.txt", "bagit.txt", "data", "manifest-sha256.txt",
        "tagmanifest-sha256.txt"]
    assert callark.run("verify", "--bag", bag).status == COMPLETE
    for path in [bag, *bag.rglob("*")]:
        assert path.stat().st_mode & 0o777 in (0o700, 0o600), path


def test_neither_tag_files_nor_the_trail_name_anybody(archived):
    sim, callark = archived()
    values = with_recording(sim)
    bag = callark.folder / "bag"
    export(callark, bag, values["documento_cliente"])
    entry = read_trail(callark.archive / "trail.ndjson")[-1]
    assert entry["action"] == "subject-exported"
    assert entry["result"].startswith(
        "tagmanifest " + sha256_of(bag / "tagmanifest-sha256.txt"))
    told_of = [json.dumps(entry)] + [p.read_text() for p in bag.glob("*.txt")]
    for datum in (values["documento_cliente"], values["cliente"],
                  values["contato"], values["protocolo"],
                  re.sub(r"\D", "", values["documento_cliente"])):
        assert not any(datum in text for text in told_of), datum
    check_archive(callark)
    assert callark.run("verify").status == COMPLETE


def test_all_versions_are_exported(make):
    rule = [{"which": "*", "after_listings": 1, "anonymise": True}]
    sim, callark = make(scenario(
        keep_served=True, routes={HISTORY: {"listing": {"changed": rule}}}))
    sync(callark)
    cpf = with_recording_served(sim)["documento_cliente"]
    sync(callark)
    bag = callark.folder / "bag"
    export(callark, bag, cpf)
    check_bag(bag)
    lines = lines_of(bag, HISTORY)
    assert set(lines) <= set(sim.served(HISTORY))
    by_id = {}
    for line in lines:
        by_id.setdefault(json.loads(line)["id"], []).append(line)
    assert by_id and all(len(versions) == 2 for versions in by_id.values())
    assert all(cpf in versions[0].decode() and cpf not in versions[1].decode()
               for versions in by_id.values())


def with_recording_served(sim):
    return next(v for body in sim.served(HISTORY)
                for v in [json.loads(body)] if is_attended_call(v))


def test_a_folder_that_is_not_empty_is_left_alone(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    folder = callark.folder / "full"
    folder.mkdir(mode=0o700)
    (folder / "mine.txt").write_text("mine")
    export(callark, folder, cpf, status=USAGE)
    assert [p.name for p in folder.iterdir()] == ["mine.txt"]
    empty = callark.folder / "empty"
    empty.mkdir(mode=0o700)
    export(callark, empty, cpf)
    check_bag(empty)
    export(callark, empty, cpf, status=USAGE)
    check_bag(empty)


def test_nothing_is_exported_into_the_archive(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    inside = callark.archive / "2024"
    before = sorted(callark.archive.rglob("*"))
    export(callark, inside / "12", cpf, status=USAGE)
    export(callark, callark.archive, cpf, status=USAGE)
    assert sorted(p for p in callark.archive.rglob("*")
                  if p.name != ".partial") == [
                      p for p in before if p.name != ".partial"]


def test_nothing_held_leaves_an_empty_folder(archived):
    _, callark = archived()
    bag = callark.folder / "bag"
    export(callark, bag, "111.444.777-35", status=INCOMPLETE)
    assert not list(bag.iterdir())
    entries = read_trail(callark.archive / "trail.ndjson")
    assert "subject-exported" not in {e["action"] for e in entries}


def test_a_damaged_recording_is_told_and_the_others_are_there(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    [damaged, *_] = [i for i in find(callark, cpf) if i["bytes"] is not None]
    path = callark.archive / damaged["path"]
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    path.write_bytes(body)
    bag = callark.folder / "bag"
    result = export(callark, bag, cpf, status=INTEGRITY)
    assert damaged["id"] in result.err
    check_bag(bag)
    names = [p.name for p in (bag / "data/audio").rglob("*") if p.is_file()]
    assert path.name not in names
    assert "Callark-Damaged: 1" in (bag / "bag-info.txt").read_text()
    path.unlink()
    export(callark, callark.folder / "other", cpf, status=INTEGRITY)
    check_bag(callark.folder / "other")


def test_a_number_without_area_code_may_be_somebody_elses(archived):
    def attendance(number, client):
        return {"id": f"given-{number}", "protocolo": f"9000000{number}",
                "data_inicio": f"{DAY} 12:00:0{number}", "cliente": client,
                "contato": "x", "midia": 1, "status": "Abandoned"}
    sim, callark = archived(scenario(routes={HISTORY: {"documents": [
        attendance(1, "5511988887777"), attendance(2, "8888-7777"),
        attendance(3, "5521988887777")]}}))
    found = {i["id"]: i["match"] for i in find(
        callark, "(11) 98888-7777")}
    assert found == {"given-1": "named", "given-2": "no-area-code"}
    found = {i["id"]: i["match"] for i in find(
        callark, "98888-7777", "--kind", "phone")}
    assert found == {"given-1": "no-area-code", "given-2": "named",
                     "given-3": "no-area-code"}
    bag = callark.folder / "bag"
    result = export(callark, bag, "+55 11 8888-7777")
    assert "1 items were left out" in result.err and "--partly" in result.err
    assert [json.loads(line)["id"] for line in lines_of(bag, HISTORY)] == [
        "given-1"]
    bag = callark.folder / "more"
    result = export(callark, bag, "+55 11 8888-7777", "--partly")
    assert "left out" not in result.err
    assert [json.loads(line)["id"] for line in lines_of(bag, HISTORY)] == [
        "given-1", "given-2"]


# ---- beside a run, and the index --------------------------------------------

def test_another_run_is_no_hindrance(archived):
    sim, callark = archived()
    cpf = with_recording(sim)["documento_cliente"]
    expected = find(callark, cpf)
    with open(callark.archive / "lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert find(callark, cpf) == expected
        export(callark, callark.folder / "bag", cpf)
    check_bag(callark.folder / "bag")


def test_the_index_answers_as_the_documents_do(make):
    days = {DAY: 34000}
    sim, callark = make({"days": days, "contact_share": 0.0,
                         "population": {"chats_per_call": 0.0}})
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert callark.rows("SELECT last FROM subject_block") == [(32768,)]
    documents = [(AUDIO, d, json.loads(d["document"]))
                 for d in sim.documents(AUDIO, DAY)]
    for index in (0, 20000, 33999):
        cpf = documents[index][2]["documento"]
        expected = held_about(documents, lambda v, cpf=cpf: paper(v) == cpf)
        assert len(expected) > 1
        assert told(find(callark, cpf)) == expected
    forget_index(callark)
    with open(callark.archive / "lock", "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        result = callark.run("subject", "find", cpf, "--format", "ndjson")
        assert "the index stays as it is" in result.err, result
    assert told(map(json.loads, result.out.splitlines())) == expected
    assert callark.rows("SELECT last FROM subject_block") == []
    assert told(find(callark, cpf)) == expected
    assert callark.rows("SELECT last FROM subject_block") == [(32768,)]


def forget_index(callark):
    """The archive as a rebuild leaves it, or a run that was cut off."""
    db = sqlite3.connect(callark.archive / "catalogue.sqlite3")
    for table in ("subject", "subject_block"):
        db.execute(f"DELETE FROM {table}")
    db.commit()
    db.close()

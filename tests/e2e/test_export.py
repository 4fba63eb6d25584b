"""Reports as tables: NDJSON byte for byte, CSV cell for cell, and never a
status of 0 while something is missing."""

import csv
import fcntl
import gzip
import io
import json
import os
import resource
import signal
import subprocess
import sys
import termios
import time

import pytest

from support import (COMPLETE, DISK, INCOMPLETE, SERVICE, USAGE, Callark)
from trials import are_signals_taken, wait_until
from two_days import DAY, DAYS, NEXT, RANGE

ROUTES = ("service-history", "voice-log", "service-history-audio-links",
          "activity-history", "satisfaction-survey-history",
          "service-history-messages")
PIPE_SIZE = 4096

AUDIO = "service-history-audio-links"
MESSAGES = "service-history-messages"

# Where the documentation says that each column comes from; those called like
# their field are left out.
FIELDS = {
    "interaction_id": "_id", "start": "data_inicio",
    "answered": "data_atendida", "end": "data_fim",
    "first_response": "data_primeira_resposta",
    "completed_at": "data_completado", "agent": "agente",
    "agent_email": "agent", "client": "cliente", "contact": "contato",
    "service": ("servico", "serviço"), "extension": "ramal",
    "origin": "origem", "protocol": "protocolo",
    "client_document": ("documento", "documento_cliente"),
    "internal_comments": "comentarios_internos",
    "medium": ("midia", "media_type"), "received": "recebida",
    "call_type": "tipo", "integration": ("integração", "integracao"),
    "event": "evento", "question": ("questão", "questao"),
    "answers": "respostas_pesquisas", "messages": "mensagens",
    "sent_at": "send_time", "closed_at": "data_encerramento",
}


def scenario(**changes):
    return {"days": DAYS, "media": {"size": 2000},
            "population": {"chats_per_call": 1.0, "survey_share": 0.6},
            **changes}


@pytest.fixture
def archived(make):
    """archived(scenario): a platform, and all of its reports in an archive."""
    def build(spec=None, **settings):
        sim, callark = make(spec or scenario(), **settings)
        result = callark.sync(*RANGE, "--reports", "all")
        assert result.status == COMPLETE, result
        return sim, callark
    return build


def documents(sim, route, *days):
    """The exact documents of a report, by start and id."""
    return [d["document"].encode("utf-8", "surrogateescape")
            for day in days or DAYS
            for d in sorted(sim.documents(route, day),
                            key=lambda d: (d["start"], d["id"]))]


def ndjson(sim, route, *days):
    return b"".join(d + b"\n" for d in documents(sim, route, *days))


def export(callark, *args, status=COMPLETE):
    """The bytes that come out."""
    done = subprocess.run(callark.command("export", *args),
                          stdin=subprocess.DEVNULL, capture_output=True,
                          env=callark.environment(), timeout=120, check=False)
    assert done.returncode == status, (done.returncode, done.stderr)
    export.err = done.stderr.decode()
    return done.stdout


def table(data, delimiter=","):
    """The rows of a CSV, as Python reads it."""
    text = io.StringIO(data.decode("utf-8"), newline="")
    return list(csv.DictReader(text, delimiter=delimiter, strict=True))


def cell_of(value):
    """What a cell says of a value of JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return str(len(value))
    return json.dumps(value)


def field_of(value, column):
    """What a document says for a column."""
    spellings = FIELDS.get(column, column)
    for name in (spellings,) if isinstance(spellings, str) else spellings:
        if name in value:
            return value[name]
    return None


def is_cell(cell, text):
    """Whether a cell says text, perhaps behind the guard against formulas."""
    return cell == text or (cell == "'" + text and not cell.startswith("''"))


def check_row(row, value, left_out=("other",)):
    for column, cell in row.items():
        if column not in left_out:
            text = cell_of(field_of(value, column))
            assert is_cell(cell, text), (column, cell, text)


# ---- from the archive --------------------------------------------------------

def test_every_report_comes_back_byte_for_byte(archived):
    sim, callark = archived()
    for route in ROUTES:
        expected = ndjson(sim, route)
        assert expected.count(b"\n") > 10
        assert export(callark, route, *RANGE) == expected, route
        assert not export.err
        assert export(callark, route) == expected
        assert export(callark, route, "--day", NEXT) == ndjson(sim, route,
                                                               NEXT)
        packed = export(callark, route, *RANGE, "--format", "ndjson.gz")
        assert gzip.decompress(packed) == expected
        assert packed == export(callark, route, *RANGE, "-f", "ndjson.gz")


def test_every_report_as_csv_says_what_the_documents_say(archived):
    sim, callark = archived()
    for route in ROUTES:
        data = export(callark, route, *RANGE, "--format", "csv")
        assert not export.err
        rows = table(data)
        values = [json.loads(d) for d in documents(sim, route)]
        assert data.endswith(b"\r\n") and len(rows) == len(values)
        for row, value in zip(rows, values):
            assert list(row)[0] == "id" and list(row)[-1] == "other"
            assert row["other"] == ""
            check_row(row, value)
            # no field of the platform without a column
            told = {name for column in row
                    for name in ([FIELDS[column]] if isinstance(
                        FIELDS.get(column), str) else
                        FIELDS.get(column, [column]))}
            assert set(value) <= told


def test_excel_gets_semicolons_and_a_mark(archived):
    _, callark = archived()
    plain = export(callark, MESSAGES, "--rows", "messages", "-f", "csv")
    excel = export(callark, MESSAGES, "--rows", "messages", "--excel")
    assert excel.startswith(b"\xef\xbb\xbfdocument_id;")
    assert table(excel[3:], ";") == table(plain)


def test_columns_are_chosen_and_ordered(archived):
    sim, callark = archived()
    data = export(callark, "voice-log", *RANGE, "--columns",
                  "status,id,vanished,agent")
    rows = table(data)
    assert list(rows[0]) == ["status", "id", "vanished", "agent"]
    for row, document in zip(rows, documents(sim, "voice-log")):
        check_row(row, json.loads(document))
    one = export(callark, "voice-log", *RANGE, "--columns", "integration")
    assert one == b"integration\r\n" + b'""\r\n' * len(rows)


def test_messages_and_answers_are_rows_of_their_own(archived):
    sim, callark = archived()
    for route, kind, field in (
            (MESSAGES, "messages", "mensagens"),
            ("voice-log", "answers", "respostas_pesquisas")):
        expected = [(json.loads(document), n, element)
                    for document in documents(sim, route)
                    for n, element in enumerate(
                        json.loads(document)[field], 1)]
        assert len(expected) > 10
        rows = table(export(callark, route, "--rows", kind, "-f", "csv"))
        assert len(rows) == len(expected)
        for row, (parent, n, element) in zip(rows, expected):
            assert row["document_id"] == parent["id"]
            assert row["number"] == str(n) and row["other"] == ""
            assert row["start"] == parent["data_inicio"]
            assert row["protocol"] == parent["protocolo"]
            check_row(row, element, ("document_id", "number", "start",
                                     "protocol", "other"))
        lines = export(callark, route, "--rows", kind).splitlines()
        assert [json.loads(line) for line in lines] == [
            {"id": parent["id"], "number": n, kind[:-1]: element}
            for parent, n, element in expected]


def test_a_day_of_many_documents_is_read_in_parts(archived):
    """More than are read at a stretch (16 MiB), beginning in one second."""
    sim, callark = archived(scenario(routes={"voice-log": {
        "dialect": {"page_size": 5}, "documents": [
            {"id": f"large-{n:02}", "data_inicio": f"{DAY} 12:00:00",
             "comentarios_internos": "x" * (1 << 20)} for n in range(20)]}}))
    got = [json.loads(line) for line in export(callark,
                                               "voice-log").splitlines()]
    values = [json.loads(d) for d in documents(sim, "voice-log")]
    values.sort(key=lambda v: (v["data_inicio"], v["id"]))
    assert [v["id"] for v in got] == [v["id"] for v in values]
    assert [hash(json.dumps(v)) for v in got] == [
        hash(json.dumps(v)) for v in values]


def test_filters_look_at_what_documents_say(archived):
    sim, callark = archived()
    for route in ROUTES:
        values = [json.loads(d) for d in documents(sim, route)]
        agent = next(v["agent"] for v in values if v["agent"])
        lines = export(callark, route, "--agent", agent.upper()).splitlines()
        assert [json.loads(line) for line in lines] == [
            v for v in values if v["agent"] == agent]
        assert 0 < len(lines) < len(values)
    rows = table(export(callark, "voice-log", "--status", "Contact",
                        "--min-duration", "300", "-f", "csv"))
    assert rows and {row["status"] for row in rows} == {"Contact"}


def test_a_filter_on_what_a_report_does_not_tell_lets_nothing_pass(archived):
    """Not even one that lets everything pass elsewhere."""
    sim, callark = archived()
    assert export(callark, "service-history", "--tag", "*") == ndjson(
        sim, "service-history")
    assert export(callark, "voice-log", "--tag", "*") == b""
    assert "--tag: voice-log does not tell it" in export.err


# ---- what changed, what vanished ---------------------------------------------

def changing(**listing):
    return scenario(routes={route: {"listing": listing} for route in ROUTES
                            if route != AUDIO}, listing=listing)


def test_every_version_can_be_had(archived):
    sim, callark = archived(changing(changed=[
        {"which": f"{DAY}#3", "after_listings": 1}]))
    first = {route: documents(sim, route) for route in ROUTES}
    sim.scenario(changing(changed=[
        {"which": f"{DAY}#3", "set": {"agente": "=2+5"}}]))
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    for route in ROUTES:
        assert export(callark, route) == ndjson(sim, route), route
        lines = [json.loads(line) for line in export(
            callark, route, "--versions").splitlines()]
        assert len(lines) == len(first[route]) + 1
        old, new = [line for line in lines if line["id"] in {
            other["id"] for other in lines if other["version"] == 2}]
        assert (old["version"], new["version"]) == (1, 2)
        assert old["seen"] < new["seen"] or old["seen"] == new["seen"]
        assert old["document"]["agente"] != "=2+5"
        assert new["document"]["agente"] == "=2+5"
        assert list(new) == ["id", "version", "seen", "vanished", "document"]
        rows = table(export(callark, route, "--versions", "-f", "csv"))
        assert list(rows[0])[:4] == ["id", "version", "seen", "vanished"]
        assert [(r["id"], r["version"], r["seen"]) for r in rows] == [
            (line["id"], str(line["version"]), line["seen"])
            for line in lines]
        assert [r["agent"] for r in rows if r["version"] == "2"] == ["'=2+5"]
        body = json.dumps(old["document"], ensure_ascii=False,
                          separators=(",", ":")).encode()
        assert body in first[route]


def test_what_vanished_is_left_out_and_can_be_had(archived):
    sim, callark = archived()
    before = {route: documents(sim, route) for route in ROUTES}
    sim.scenario(changing(vanished=[{"which": f"{DAY}#3"}]))
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    for route in ROUTES:
        left = documents(sim, route)
        assert len(left) == len(before[route]) - 1
        assert export(callark, route) == b"".join(d + b"\n" for d in left)
        assert "1 documents are no longer listed" in export.err
        lines = [json.loads(line) for line in export(
            callark, route, "--versions").splitlines()]
        assert [json.loads(d) for d in before[route]] == [
            line["document"] for line in lines]
        gone = [line for line in lines if line["vanished"]]
        assert len(gone) == 1 and gone[0]["vanished"] >= gone[0]["seen"]


# ---- what is odd -------------------------------------------------------------

def spoilt(**spec):
    return changing(bad=[{"which": f"{DAY}#2", **spec}])


def test_new_fields_stand_in_the_last_column(archived):
    sim, callark = archived(spoilt(do="extra", set={
        "novo": {"a": [1, None]}, "outro": "=1"}))
    for route in ROUTES:
        rows = table(export(callark, route, "-f", "csv"))
        other = [row["other"] for row in rows if row["other"]]
        assert [json.loads(cell) for cell in other] == [
            {"novo": {"a": [1, None]}, "outro": "=1"}]
        assert 'something that no column is for: it stands in "other"' in \
            export.err
        assert export(callark, route) == ndjson(sim, route)


def test_values_of_other_types_are_told_as_they_are(make):
    sim, callark = make(spoilt(do="wrong-types"))
    callark.sync(*RANGE, "--reports", "all")
    for route in ROUTES:
        expected = [json.loads(d) for d in documents(sim, route)]
        odd = expected[2]
        lines = export(callark, route, *RANGE, "--live").splitlines()
        assert odd in [json.loads(line) for line in lines]
        rows = table(export(callark, route, *RANGE, "--live", "-f", "csv"))
        assert len(rows) == len(expected)
        assert "cells hold an object or a list" in export.err or \
            "stands in" in export.err, route


def test_all_spellings_of_a_field_are_one_column(archived):
    sim, callark = archived()
    tables = {route: table(export(callark, route, "-f", "csv"))
              for route in ROUTES}
    sim.scenario(scenario(dialect={"fields": {
        "servico": "serviço", "serviço": "servico",
        "integração": "integracao", "questão": "questao",
        "documento": "documento_cliente"}}))
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    for route in ROUTES:
        assert export(callark, route) == ndjson(sim, route)
        assert table(export(callark, route, "-f", "csv")) == tables[route]


@pytest.mark.parametrize("identity", ["_id", "neither", "numeric"])
def test_documents_with_other_identities_have_an_id(archived, identity):
    sim, callark = archived(scenario(dialect={"identity": identity}))
    for route in ROUTES:
        rows = table(export(callark, route, "-f", "csv"))
        assert len(rows) == len(documents(sim, route))
        assert len({row["id"] for row in rows}) == len(rows)
        assert all(row["id"] for row in rows)


def test_a_document_in_many_lines_is_one_line(make):
    """Line ends between its values become spaces, and nothing else changes."""
    pretty = {"dialect": {"pretty": True}}
    sim, callark = make(scenario(**pretty, routes={
        route: pretty for route in ROUTES if route != AUDIO}))
    assert callark.sync(*RANGE, "--reports", "all").status == COMPLETE
    for route in ROUTES:
        assert b"\n" in documents(sim, route)[0]
        expected = b"".join(d.replace(b"\n", b" ") + b"\n"
                            for d in documents(sim, route))
        assert export(callark, route, *RANGE) == expected, route
        assert export(callark, route, *RANGE, "--live") == expected, route
        packed = export(callark, route, *RANGE, "-f", "ndjson.gz")
        assert gzip.decompress(packed) == expected
        assert len(table(export(callark, route, "-f", "csv"))) == \
            expected.count(b"\n")


# ---- what is missing ---------------------------------------------------------

def test_days_that_were_never_asked_are_told(archived):
    sim, callark = archived()
    for route in ROUTES:
        got = export(callark, route, "--from", "2024-12-28", "--to",
                     "2025-01-02", status=INCOMPLETE)
        assert got == ndjson(sim, route)
        assert f"2024-12-28 to 2024-12-29: {route} was never asked" in \
            export.err
        assert f"2025-01-01 to 2025-01-02: {route} was never asked" in \
            export.err
        assert f"{route} is not complete" in export.err
        assert export(callark, route, "--day", "2024-12-29",
                      status=INCOMPLETE) == b""
        assert f"2024-12-29: {route} was never asked" in export.err


def test_a_gap_between_the_days_is_told(make):
    sim, callark = make(scenario(days={DAY: 5, "2025-01-02": 5}))
    for day in (DAY, "2025-01-02"):
        callark.sync("--day", day, "--reports", "voice-log")
    for route in ("voice-log", AUDIO):
        assert export(callark, route, status=INCOMPLETE) == ndjson(
            sim, route, DAY, "2025-01-02")
        assert f"2024-12-31 to 2025-01-01: {route} was never asked" in \
            export.err


def test_a_report_that_was_not_kept_is_told(make):
    sim, callark = make(scenario())
    assert callark.sync(*RANGE).status == COMPLETE
    assert export(callark, "voice-log", status=INCOMPLETE) == b""
    assert "voice-log was never asked" in export.err
    assert "--reports" in export.err
    assert export(callark, AUDIO) == ndjson(sim, AUDIO)


def test_listings_that_are_not_complete_are_told(make):
    lie = {"listing": {"total_lie": {"delta": 3}}}
    sim, callark = make(scenario(routes={
        route: lie for route in ROUTES if route != AUDIO}, **lie))
    callark.sync(*RANGE, "--reports", "all")
    for route in ROUTES:
        for source in ((), ("--live",)):
            got = export(callark, route, *RANGE, *source, status=INCOMPLETE)
            assert got == ndjson(sim, route)
            assert f"{DAY}: the listing is not complete" in export.err
            assert f"{NEXT}: the listing is not complete" in export.err


def test_documents_that_cannot_be_read_are_told(make):
    sim, callark = make(spoilt(do="set", raw='{"id": "x", "id": "y"}'))
    callark.sync(*RANGE, "--reports", "all")
    for route in ROUTES:
        expected = [d for d in documents(sim, route) if b'"y"' not in d]
        for source in ((), ("--live",)):
            got = export(callark, route, *RANGE, *source, status=INCOMPLETE)
            assert got == b"".join(d + b"\n" for d in expected)
            assert "cannot be read" in export.err


def test_today_is_not_over(make):
    _, callark = make({"days": {}})
    assert callark.sync("--day", "today", "--reports", "all").status == \
        COMPLETE
    for route in ROUTES:
        export(callark, route, "--day", "today", status=INCOMPLETE)
        assert "the day is not over" in export.err
        export(callark, route, "--live")


# ---- straight from the platform ----------------------------------------------

def test_live_is_what_the_platform_serves(make):
    """No archive is needed, and none is made."""
    pages = {"dialect": {"page_size": 5}, "listing": {"order": "shuffled"}}
    sim, callark = make(scenario(routes={
        route: pages for route in ROUTES if route != AUDIO}, **pages))
    for route in ROUTES:
        assert export(callark, route, *RANGE, "--live") == ndjson(sim, route)
        assert not export.err
        rows = table(export(callark, route, *RANGE, "--live", "-f", "csv",
                            "--status" if route == "voice-log" else "--agent",
                            "*"))
        assert len(rows) == len(documents(sim, route))
    assert not callark.archive.exists()


@pytest.mark.parametrize("source", [(), ("--live",)], ids=["archive", "live"])
@pytest.mark.parametrize("route", ["voice-log", AUDIO])
def test_a_range_is_kept_to_the_second(archived, route, source):
    sim, callark = archived()
    values = [json.loads(d) for d in documents(sim, route)]
    wanted = values[4:-5]
    lines = export(callark, route, *source, "--from",
                   wanted[0]["data_inicio"], "--to",
                   wanted[-1]["data_inicio"]).splitlines()
    assert [json.loads(line) for line in lines] == wanted


def test_live_takes_a_day_together_that_came_in_two(make):
    """The platform's days begin when ours are half over."""
    sim, callark = make(scenario(filter_zone="Asia/Tokyo"))
    got = export(callark, "voice-log", "--live", "--from", "2024-12-29",
                 "--to", "2025-01-01")
    assert got == ndjson(sim, "voice-log")
    export(callark, "voice-log", "--live", "--day", NEXT)
    assert "documents lie outside the range and are left out" in export.err


def test_live_puts_a_document_where_it_began(make):
    """One of the next day that the platform gives with both days."""
    stray = {"id": "stray", "data_inicio": f"{NEXT} 00:00:01"}
    sim, callark = make(scenario(routes={"voice-log": {"documents": [
        {**stray, "at_day": DAY}, {**stray, "at_day": NEXT}]}}))
    lines = [json.loads(line) for line in export(
        callark, "voice-log", *RANGE, "--live").splitlines()]
    starts = [line["data_inicio"] for line in lines]
    assert starts == sorted(starts)
    assert [line["id"] for line in lines].count("stray") == 1
    assert len(lines) == 1 + DAYS[DAY] + DAYS[NEXT]


def test_documents_that_are_listed_twice_come_once(make):
    twice = {"listing": {"duplicates": [{"which": "every:4"}]}}
    sim, callark = make(scenario(routes={
        route: twice for route in ROUTES if route != AUDIO}, **twice))
    for route in ROUTES:
        got = export(callark, route, *RANGE, "--live",
                     status=INCOMPLETE).splitlines()
        assert sorted(got) == sorted(set(documents(sim, route)))


def test_a_platform_that_is_not_there_is_told(make):
    sim, callark = make(scenario())
    sim.stop()
    assert export(callark, "voice-log", "--live", *RANGE,
                  status=SERVICE) == b""


# ---- into a file -------------------------------------------------------------

def test_a_file_gets_its_name_when_all_is_written(archived, tmp_path):
    sim, callark = archived()
    folder = tmp_path / "tables"
    folder.mkdir()
    path = folder / "calls.ndjson"
    path.write_text("old")
    assert export(callark, "voice-log", "-o", path) == b""
    assert path.read_bytes() == ndjson(sim, "voice-log")
    assert path.stat().st_mode & 0o777 == 0o600
    link = folder / "link"
    link.symlink_to(path)
    export(callark, "activity-history", "--output", link)
    assert link.is_symlink() and path.read_bytes() == ndjson(
        sim, "activity-history")
    export(callark, "voice-log", "-o", path, "--from", "2024-12-29", "--to",
           NEXT, status=INCOMPLETE)
    assert path.read_bytes() == ndjson(sim, "voice-log")
    assert sorted(p.name for p in folder.iterdir()) == ["calls.ndjson",
                                                        "link"]


def test_a_confined_program_can_write_its_file(archived, tmp_path):
    sim, callark = archived(process__confine="yes")
    for source in ((), ("--live",)):
        path = tmp_path / f"out{len(source)}"
        export(callark, "voice-log", *RANGE, *source, "-o", path)
        assert path.read_bytes() == ndjson(sim, "voice-log")


def test_what_fails_leaves_the_old_file(make, tmp_path):
    _, callark = make(scenario())
    path = tmp_path / "out.csv"
    path.write_text("old")
    for args, status in (
            (("voice-log", "--columns", "nothing"), USAGE),
            (("voice-log",), INCOMPLETE),               # there is no archive
            (("voice-log", "--day", "2100-01-01"), INCOMPLETE)):
        export(callark, *args, "-o", path, status=status)
        assert path.read_text() == "old"
    export(callark, "voice-log", "-o", tmp_path / "none" / "x", status=DISK)
    assert "--output" in export.err
    assert [p.name for p in tmp_path.iterdir() if p.name != "callark"] == [
        "out.csv"]


@pytest.mark.parametrize("number, status", [
    (signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_program_that_is_ended_leaves_the_old_file(make, tmp_path, number,
                                                     status):
    sim, callark = make(scenario(routes={"voice-log": {"listing": {"faults": [
        {"do": "stall", "seconds": 60, "at": 1, "times": -1}]}}}))
    folder = tmp_path / "tables"
    folder.mkdir()
    path = folder / "calls.csv"
    path.write_text("old")
    process = callark.start("export", "voice-log", *RANGE, "--live", "-o",
                            path)
    assert wait_until(lambda: len(sim.log(path="/voice-log")) > 1, process)
    assert len(list(folder.iterdir())) == 2
    process.send_signal(number)
    process.communicate(timeout=30)     # and waits for no page
    assert process.returncode == status
    assert wait_until(lambda: len(list(folder.iterdir())) == 1)
    assert path.read_text() == "old"


@pytest.mark.parametrize("limit", [0, 1, 5000])
def test_a_disk_that_is_full_leaves_the_old_file(archived, tmp_path, limit):
    """Full from the start, or when half of it is written."""
    sim, callark = archived()
    assert len(ndjson(sim, "voice-log")) > 10000
    folder = tmp_path / "tables"
    folder.mkdir()
    path = folder / "calls.csv"
    path.write_text("old")

    def ration():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    result = callark.run("export", "voice-log", "-o", path, preexec_fn=ration)
    assert result.status == DISK, result
    assert f"error: --output {path}: File too large" in result.err
    assert [p.name for p in folder.iterdir()] == ["calls.csv"]
    assert path.read_text() == "old"


def test_what_is_no_file_is_written_in_place(archived):
    _, callark = archived()
    export(callark, "voice-log", "-o", "/dev/full", status=DISK)
    assert "--output /dev/full" in export.err
    export(callark, "voice-log", "-o", "/dev/null")
    assert not os.path.isfile("/dev/null")


def test_output_that_cannot_be_written_is_a_failure(archived):
    _, callark = archived()
    with open("/dev/full", "w") as full:
        result = callark.run("export", "voice-log", stdout=full)
    assert result.status == DISK, result
    assert "output could not be written" in result.err, result


def test_a_reader_that_left_ends_it_quietly(archived):
    _, callark = archived()
    for command in ("export voice-log", "find"):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "w") as pipe:
            result = callark.run(*command.split(), stdout=pipe)
        assert not result.err, (command, result)


@pytest.mark.parametrize("format", ["ndjson", "csv"])
def test_a_reader_that_leaves_ends_it_quietly(archived, format):
    """`export | head`: no word, and a status of a failure."""
    _, callark = archived()
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
    process = callark.start("export", "voice-log", "-f", format,
                            stdout=writing)
    os.close(writing)
    assert os.read(reading, 10)
    os.close(reading)
    assert not process.communicate(timeout=60)[1]
    assert process.returncode == DISK


@pytest.fixture
def held_up(archived):
    """held_up(callark, route): an export whose reader has not begun to read;
    the process, and the file to read from."""
    opened = []

    def start(callark, route):
        reading, writing = os.pipe()
        opened.append(os.fdopen(reading, "rb"))
        fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        process = callark.start("export", route, stdout=writing)
        os.close(writing)

        def is_full():
            count = fcntl.ioctl(reading, termios.FIONREAD, b"\0" * 4)
            return int.from_bytes(count, sys.byteorder) == PIPE_SIZE
        assert wait_until(is_full, process)
        return process, opened[-1]
    yield start
    for file in opened:
        file.close()


@pytest.mark.parametrize("route", ["voice-log", AUDIO])
def test_a_slow_reader_holds_up_no_sync(archived, held_up, route):
    """The catalogue is not locked while the output waits for its reader."""
    sim, callark = archived(scenario(days={DAY: 40, NEXT: 12}))
    expected = ndjson(sim, route, DAY)
    process, out = held_up(callark, route)
    sim.scenario(changing(changed=[{"which": "*", "set": {"agente": "x"}}]))
    began = time.monotonic()
    assert callark.sync("--day", NEXT, "--reports", "all").status == COMPLETE
    assert time.monotonic() - began < 8     # a lock is waited for 10 s
    assert process.poll() is None
    assert out.read().startswith(expected)
    _, err = process.communicate(timeout=60)
    assert process.returncode == COMPLETE, err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(archived, held_up, number):
    _, callark = archived()
    process, out = held_up(callark, "voice-log")
    process.send_signal(number)
    assert wait_until(lambda: are_signals_taken(process.pid), process)
    out.close()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number, err
    assert "stopped by a signal" in err and "disk" not in err


# ---- words that are wrong ----------------------------------------------------

@pytest.mark.parametrize("words, told", [
    ((), "the name of a report: service-history, voice-log"),
    (("voicelog",), "did you mean voice-log?"),
    (("recordings",), "or service-history-messages"),
    (("voice-log", "activity-history"),
     'takes no further argument "activity-history"'),
    (("voice-log", "--columns", "agnt"), 'did you mean "agent"?'),
    (("voice-log", "--columns", "protocolo"), 'called "protocol"'),
    (("voice-log", "--columns", "id", "-f", "ndjson"), "--format csv only"),
    (("voice-log", "--excel", "-f", "ndjson.gz"), "--format csv only"),
    (("voice-log", "--rows", "messages"), "only service-history-messages"),
    (("voice-log", "--rows", "rows"), "documents, messages, answers"),
    (("voice-log", "--live", "--versions"), "only the archive"),
    (("voice-log", "--day", "31.12.2024"), "--day"),
])
def test_words_that_are_wrong_are_told(archived, words, told):
    _, callark = archived()
    assert export(callark, *words, status=USAGE) == b""
    assert told in export.err


def test_the_future_is_told(archived):
    _, callark = archived()
    assert export(callark, "voice-log", "--day", "2099-01-01",
                  status=USAGE) == b""
    assert "which is in the future" in export.err


def test_no_archive_is_told(tmp_path):
    callark = Callark(tmp_path / "callark", "http://127.0.0.1:9/v1")
    assert export(callark, "voice-log", status=INCOMPLETE) == b""
    assert "archive" in export.err

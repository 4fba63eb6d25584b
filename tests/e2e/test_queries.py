"""What is asked for: list, find and status, and their filters."""

import json
import os
import re
from datetime import datetime

import pytest

from support import COMPLETE, INCOMPLETE, check_converged, table_of, truth
from two_days import DAY, DAYS, NEXT, RANGE, ago, documents, ids_of, small


# ---- list --------------------------------------------------------------------

def test_list_prints_documents_as_they_came(make):
    sim, callark = make(small())
    result = callark.run("list", *RANGE, "--format", "ndjson")
    assert result.status == COMPLETE, result
    assert sorted(result.out.splitlines()) == sorted(
        c["document"] for c, _ in documents(sim, *DAYS))
    assert not sim.log(path="/recordings/") and not callark.archive.exists()


def test_list_as_csv_and_as_table_tells_the_same(make):
    sim, callark = make(small())
    rows = table_of(callark.run("list", *RANGE, "--format", "csv").out)
    truths = {c["id"]: (c, d) for c, d in documents(sim, *DAYS)}
    assert {r["id"] for r in rows} == set(truths)
    for row in rows:
        call, document = truths[row["id"]]
        assert row["start"] == document["data_inicio"]
        assert row["agent"] == document["agente"]
        assert row["has_link"] == ("yes" if call["sha256"] else "no")
    table = callark.run("list", *RANGE).out.splitlines()
    assert len(table) == 1 + len(rows)
    for line in table[1:]:
        assert any(i in line for i in truths)


@pytest.mark.parametrize("links", ["yes", "no", "all"])
def test_list_can_keep_to_those_with_or_without_link(make, links):
    sim, callark = make(small())
    result = callark.run("list", *RANGE, "--links", links, "-f", "ndjson")
    wanted = {c["id"] for c, _ in documents(sim, *DAYS)
              if links == "all" or bool(c["sha256"]) == (links == "yes")}
    assert ids_of(result) == wanted


def test_list_without_range_is_today(make):
    _, callark = make({"days": {ago(1): 5, ago(0): 3}})
    result = callark.run("list", "-f", "ndjson")
    starts = {json.loads(line)["data_inicio"][:10]
              for line in result.out.splitlines()}
    assert starts <= {ago(0)}


# ---- filters, the same words everywhere --------------------------------------

def seconds(document):
    """How long the call lasted: from when it was answered, if it was."""
    begin = document["data_atendida"] or document["data_inicio"]
    return (datetime.fromisoformat(document["data_fim"])
            - datetime.fromisoformat(begin)).total_seconds()


FILTERS = {
    "agent": (("--agent", "márcia*"),
              lambda d: d["agente"].startswith("Márcia")),
    "agent-capitals": (("--agent", "MÁRCIA*"),
                       lambda d: d["agente"].startswith("Márcia")),
    "agent-mail": (("--agent", "*corrêa", "--agent", "joao.brandao@*"),
                   lambda d: d["agente"].endswith("Corrêa")
                   or d["agent"].startswith("joao.brandao@")),
    "service": (("--service", "Cobrança", "--service", "re?????o"),
                lambda d: d["servico"] in ("Cobrança", "Recepção",
                                           "Retenção")),
    "tag": (("--tag", "*ligação*"), lambda d: "Ligação" in d["tag"]),
    "status": (("--status", "contact"), lambda d: d["status"] == "Contact"),
    "origin": (("--origin", "INBOUND"), lambda d: d["origem"] == "Inbound"),
    "extension": (("--extension", "200?"), lambda d: d["ramal"] < "2010"),
    "protocol": (("--protocol", "20241230*"),
                 lambda d: d["protocolo"].startswith("20241230")),
    "client": (("--client", "* da Silva"),
               lambda d: d["contato"].endswith(" da Silva")),
    "long": (("--min-duration", "10m"), lambda d: seconds(d) >= 600),
    "short": (("--max-duration-call", "90"), lambda d: seconds(d) <= 90),
    "between": (("--min-duration", "300", "--max-duration-call", "15m"),
                lambda d: 300 <= seconds(d) <= 900),
    "both": (("--agent", "*a*", "--origin", "inbound"),
             lambda d: ("a" in d["agente"].lower() or "a" in d["agent"])
             and d["origem"] == "Inbound"),
}


def test_filters_choose_the_same_in_list_find_and_sync(make):
    sim, callark = make(small(days={DAY: 60, NEXT: 40}, contact_share=0.9))
    assert callark.sync(*RANGE).status == COMPLETE
    known = documents(sim, *DAYS)
    for name, (words, is_wanted) in FILTERS.items():
        wanted = {c["id"] for c, d in known if is_wanted(d)}
        assert 0 < len(wanted) < len(known), name
        result = callark.run("list", *RANGE, *words, "-f", "ndjson")
        assert ids_of(result) == wanted, name
        archived = {c["id"] for c, d in known if is_wanted(d) and c["sha256"]}
        result = callark.run("find", *words, "--format", "ndjson")
        assert ids_of(result) == archived, name
        rehearsal = callark.sync(*RANGE, "--archive", callark.folder / "none",
                                 "--dry-run", *words)
        assert rehearsal.summary["to_fetch"] == len(archived), name


@pytest.mark.parametrize("form", ["as-it-is", "digits", "glob"])
def test_a_client_is_found_by_cpf_with_or_without_punctuation(make, form):
    sim, callark = make(small())
    document = documents(sim, DAY)[0][1]["documento"]
    assert re.fullmatch(r"\d{3}\.\d{3}\.\d{3}-\d\d", document)
    word = {"as-it-is": document, "digits": re.sub(r"\D", "", document),
            "glob": re.sub(r"\D", "", document)[:9] + "*"}[form]
    result = callark.run("list", *RANGE, "--client", word, "-f", "ndjson")
    found = {json.loads(line)["documento"] for line in result.out.splitlines()}
    assert found == {document}


def test_what_a_filter_leaves_out_is_excluded_and_fetched_later(make):
    sim, callark = make(small(contact_share=1.0))
    first = callark.sync(*RANGE, "--origin", "inbound", "--min-duration", "5m")
    assert first.status == COMPLETE, first
    expected = {}
    for call, document in documents(sim, *DAYS):
        expected[call["id"]] = (
            "origin" if document["origem"] != "Inbound" else
            "min-duration" if seconds(document) < 300 else None)
    rows = {**callark.table(DAY), **callark.table(NEXT)}
    assert {i: r["reason"] if r["state"] == "excluded" else None
            for i, r in rows.items()} == expected
    assert first.summary["excluded"] == sum(map(bool, expected.values()))
    assert callark.run("status").status == COMPLETE
    second = callark.sync(*RANGE)
    assert second.status == COMPLETE and second.summary["excluded"] == 0
    assert second.summary["new"] == first.summary["excluded"]
    check_converged(callark, sim, DAYS)
    # What is archived stays, whatever filter comes after.
    third = callark.sync(*RANGE, "--origin", "inbound")
    assert third.summary["archived"] == len(rows), third


# ---- find --------------------------------------------------------------------

def test_find_prints_paths_of_files_that_are_there(make):
    sim, callark = make(small())
    callark.sync(*RANGE)
    every = truth(sim, *DAYS)
    paths = callark.run("find").out.splitlines()
    assert len(paths) == len(every) and all(map(os.path.isfile, paths))
    ended = callark.run("find", "-0").out
    assert ended.split("\0") == paths + [""] and "\n" not in ended
    assert callark.run("find", "--null", "--day", DAY).out.count("\0") == len(
        truth(sim, DAY))
    rows = table_of(callark.run("find", "--format", "csv").out)
    assert {r["id"]: r["sha256"] for r in rows} == every
    for row in rows:
        path = callark.archive / row["path"]
        assert path.stat().st_size == int(row["bytes"])
        assert row["media_type"].startswith("audio/") and row["codec"]
    lines = [json.loads(line) for line in
             callark.run("find", "--format", "ndjson").out.splitlines()]
    assert {r["id"]: r["sha256"] for r in lines} == every
    assert {r["path"] for r in lines} == {r["path"] for r in rows}
    assert len(callark.run("find", "-f", "table").out.splitlines()) == 1 + len(
        every)


def test_find_that_finds_nothing_ends_with_1(make):
    _, callark = make(small())
    callark.sync(*RANGE)
    result = callark.run("find", "--agent", "nobody")
    assert result.status == INCOMPLETE and not result.out
    assert "no archived recording" in result.err


@pytest.mark.parametrize("command", ["find", "status", "verify", "rebuild"])
def test_commands_of_an_archive_say_when_there_is_none(make, command):
    _, callark = make({})
    result = callark.run(command)
    assert result.status == INCOMPLETE, result
    assert str(callark.archive) in result.err
    assert not callark.archive.exists()
    callark.archive.mkdir()
    result = callark.run(command)
    assert result.status == INCOMPLETE, result
    assert "callark sync makes one" in result.err
    if command != "rebuild":
        assert not list(callark.archive.glob("[!.l]*"))


# ---- status ------------------------------------------------------------------

def test_status_is_a_table_whose_columns_stand_below_their_names(make):
    sim, callark = make(small(links={"gone": [3]}))
    assert callark.sync("--from", "2024-12-29", "--to", NEXT
                        ).status == INCOMPLETE
    lines = callark.run("status").out.splitlines()
    assert all(line == line.rstrip() for line in lines), lines
    head = next(line for line in lines if line.startswith("day "))
    names = {m[0]: m.end() for m in re.finditer(r"\S+", head)}
    assert list(names)[2:-2] == [
        "listed", "archived", "no-link", "excluded", "deferred", "failed",
        "gone", "quarantined", "bytes"]
    rows = {d["day"]: d for d in map(json.loads, callark.run(
        "status", "--format", "ndjson").out.splitlines())}
    assert set(rows) == {"2024-12-29", *DAYS}
    for line in lines:
        row = rows.pop(line[:10], None)
        for name in list(names)[2:-3] if row else ():
            assert line[:names[name]].split()[-1] == str(
                row[name.replace("-", "_")]), (name, line)
    assert not rows


def test_status_tells_the_sums_of_every_day(make):
    sim, callark = make(small(links={"gone": [3]}))
    assert callark.sync(*RANGE).status == INCOMPLETE
    result = callark.run("status")
    assert result.status == INCOMPLETE and "NOT complete" in result.out
    rows = {d["day"]: d for d in map(json.loads, callark.run(
        "status", "--format", "ndjson").out.splitlines())}
    sheet = {r["day"]: r for r in table_of(
        callark.run("status", "--format", "csv").out)}
    assert set(rows) == set(sheet) == set(DAYS)
    for day, count in DAYS.items():
        row = rows[day]
        assert row["listed"] == row["platform_total"] == count
        assert row["archived"] + row["no_link"] + row["deferred"] == count
        lost = sim.calls(day)[3]["sha256"] is not None
        assert row["deferred"] == lost
        assert row["state"] == ("open" if lost else "complete")
        assert row["bytes"] == 2000 * row["archived"] and row["published"]
        cells = {"attachments": 0, "attachments_archived": 0,
                 "attachments_bytes": 0, "reports_incomplete": "",
                 "flaw": "", **row, "published": "yes"}
        assert sheet[day] == {key: str(cells[key]) for key in sheet[day]}
        assert set(row) < set(cells) and set(cells) == set(sheet[day])
    item = sim.calls(DAY)[3]["id"]
    assert f"deferred    {item}" in result.out
    assert len(table_of(callark.run("status", "--day", DAY, "-f",
                                    "csv").out)) == 1


def test_status_shows_twenty_items_and_all_when_asked(make):
    _, callark = make(small(contact_share=1.0, links={"gone": ["*"]}))
    assert callark.sync(*RANGE).status == INCOMPLETE
    shown = callark.run("status").out
    assert shown.count(" tries ") == 20 and "and 16 more; --items" in shown
    assert callark.run("status", "--items").out.count(" tries ") == 36

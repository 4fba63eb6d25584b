"""Every command and every option of it, as a user meets them."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support import (BINARY, COMPLETE, DISK, INCOMPLETE, IS_UNCONFINED, LIMIT,
                     SERVICE, USAGE, check_archive, check_converged,
                     run_on_terminal, truth)

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 24, NEXT: 12}
RANGE = ("--from", DAY, "--to", NEXT)
COMMANDS = ("doctor", "orgs", "list", "sync", "status", "verify", "find",
            "export", "reconcile", "subject", "rebuild")
ZONE = ZoneInfo("America/Sao_Paulo")


def small(**changes):
    return {"days": DAYS, "media": {"size": 2000}, **changes}


def documents(sim, *days):
    """What the platform knows: [(call, its document)]."""
    return [(c, json.loads(c["document"])) for day in days
            for c in sim.calls(day)]


def ago(days):
    """A day of the platform, counted back from its today."""
    return (datetime.now(ZONE) - timedelta(days=days)).strftime("%Y-%m-%d")


def tree(folder):
    return {p: p.lstat().st_mtime_ns for p in folder.rglob("*")}


def ids_of(result):
    return {json.loads(line)["id"] for line in result.out.splitlines()}


def table_of(text):
    return list(csv.DictReader(io.StringIO(text, newline="")))


# ---- help, and words that are wrong ------------------------------------------

@pytest.mark.parametrize("command", (None, *COMMANDS))
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_printed_within_80_columns(make, command, option):
    _, callark = make({})
    result = callark.run(*filter(None, (command, option)))
    assert result.status == COMPLETE and not result.err, result
    assert result.out.startswith("usage: callark")
    assert max(map(len, result.out.splitlines())) <= 80
    for word in ("--config", "--archive", "--quiet", "--log-format", "--color"):
        assert word in result.out
    if command is None:
        assert all(re.search(rf"^  {name} ", result.out, re.M)
                   for name in COMMANDS)


def test_help_tells_what_the_words_of_a_command_can_be(make):
    _, callark = make({})
    text = callark.run("export", "--help").out.split("Options:")[0]
    told = callark.run("export").err
    for report in ("service-history", "voice-log", "activity-history",
                   "service-history-audio-links", "service-history-messages",
                   "satisfaction-survey-history"):
        assert re.search(rf"[ \n]{report}[ ,.\n]", text), report
        assert f" {report}" in told
    assert "CPF" in callark.run("subject", "--help").out.split("Options:")[0]


def test_help_needs_no_configuration(make):
    _, callark = make({})
    callark.config.unlink()
    assert callark.run("sync", "--help").status == COMPLETE


def test_the_version_is_told(make):
    _, callark = make({})
    for option in ("--version", "-V"):
        assert re.fullmatch(r"callark \d+\.\d+\.\d+\n", callark.run(option).out)


WRONG = [
    (("synk",), "did you mean sync?"),
    (("stauts",), "did you mean status?"),
    (("quite-another-thing",), "quite-another-thing"),
    (("sync", "--agnet", "x"), "did you mean --agent?"),
    (("sync", "--dryrun"), "--dry-run"),
    (("list", "--lnks", "yes"), "--links"),
    (("sync", "-x"), "-x"),
    (("sync", "--day"), "--day"),
    (("sync", "--day", DAY, "--day", NEXT), "twice"),
    (("sync", "--dry-run=yes"), "no value"),
    (("sync", "yesterday"), "yesterday"),
    (("list", "--format", "xml"), "table, ndjson, csv"),
    (("find", "--format", "text"), "paths"),
    (("list", "--links", "maybe"), "yes"),
    (("verify", "--format", "csv"), "ndjson"),
    (("status", "--log-format", "xml"), "json"),
    (("status", "--color", "blue"), "always"),
    (("sync", "--concurrency", "0x"), "--concurrency"),
    (("sync", "--concurrency", "1000"), "--concurrency"),
    (("sync", "--limit-rate", "fast"), "--limit-rate"),
    (("sync", "--max-bytes", "-1"), "--max-bytes"),
    (("sync", "--max-duration", "soon"), "--max-duration"),
    (("sync", "--min-duration", "long"), "min-duration"),
    (("sync", "--min-duration", "2h", "--max-duration-call", "1h"),
     "no call lasts"),
    (("sync", "--agent", ""), "agent"),
    (("sync", "--durability", "some"), "batch"),
    (("sync", "--password", "x"), "--password"),
    (("sync", "--from", NEXT, "--to", DAY), "later than"),
    (("sync", "--from", "2024-13-01"), "2024-13-01"),
    (("sync", "--from", "2024-02-30"), "2024-02-30"),
    (("sync", "--to", DAY), "--from"),
    (("sync", "--day", DAY, "--last", "3d"), "--day"),
    (("sync", "--day", DAY, "--to", NEXT), "--to"),
    (("sync", "--last", "many"), "--last"),
    (("sync", "--last", "0d"), "--last"),
    (("sync", "--day", "tomorrow"), "tomorrow"),
    (("sync", "--day", DAY + " 10:00"), "--day"),
    (("sync", "--from", "2099-01-01", "--to", "2099-01-02"), "future"),
    (("list", "--from", "2099-01-01"), "later than"),
]


@pytest.mark.parametrize("args,word", WRONG,
                         ids=[" ".join(args) for args, _ in WRONG])
def test_a_wrong_word_is_named_with_the_mend(make, args, word):
    sim, callark = make({})
    result = callark.run(*args)
    assert result.status == USAGE, result
    assert word in result.err and not result.out.strip("-").count(DAY)
    assert len(result.err) < 400
    assert not sim.log(path="/ReportsApi/")


def test_without_a_command_help_goes_to_stderr(make):
    _, callark = make({})
    result = callark.run()
    assert result.status == USAGE and not result.out
    assert result.err.startswith("usage:")


@pytest.mark.parametrize("args", [
    ("status",), ("find",), ("verify",), ("reconcile",), ("rebuild",),
    ("export", "voice-log"), ("subject", "find", "a@b.example")],
    ids=lambda args: args[0])
def test_without_an_archive_the_mend_is_told(make, args):
    _, callark = make({})
    result = callark.run(*args)
    assert result.status == INCOMPLETE and not result.out, result
    assert f"{callark.archive}: there is none yet; callark sync makes it" \
        in result.err
    assert not callark.archive.exists()


def test_without_settings_their_place_is_told(make):
    _, callark = make({})
    result = callark.run("status", "--config", "/dev/null")
    assert result.status == USAGE and "archive.path" in result.err, result
    callark.config.unlink()
    done = subprocess.run([BINARY, "status"], env=callark.environment(),
                          capture_output=True, text=True, check=False)
    assert done.returncode == USAGE
    assert "~/.config/callark/callark.conf" in done.stderr, done


# ---- the account of a sync ---------------------------------------------------

def test_the_account_tells_what_is_open_below_the_states(make):
    _, callark = make(small(media={"size": 500, "faults": {"1": {
        "do": "html", "times": -1}}}, contact_share=1.0))
    out = callark.run("sync", *RANGE, "--reports", "voice-log").out
    lines = out.splitlines()
    assert all(line == line.rstrip() for line in lines), out
    kinds = [line.split()[0] for line in lines[1:-1]]
    assert kinds == ["listed", "archived", "quarantined", DAY, NEXT,
                     "voice-log"], out
    assert re.fullmatch(r"NOT complete after \d+s", lines[-1])


def test_nothing_listed_is_told_as_nothing(make):
    _, callark = make(small())
    out = callark.run("sync", "--day", "2024-12-25").out
    assert re.search(r"^  listed +0$", out, re.M), out
    assert re.search(r"^  archived +0  \(0 new, 0 B\)$", out, re.M), out


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
        for key, value in sheet[day].items():
            assert str(row[key]) == value
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


# ---- doctor ------------------------------------------------------------------

def test_doctor_is_content(make):
    _, callark = make({"days": {ago(1): 5}, "contact_share": 1.0})
    before = callark.run("doctor")
    assert before.status == COMPLETE, before
    assert not callark.archive.exists()
    callark.sync("--day", ago(1))
    result = callark.run("doctor")
    assert result.status == COMPLETE, result
    notes = {"note"} if IS_UNCONFINED else set()     # that it is not confined
    assert {line.split()[0] for line in result.out.splitlines()} == {"ok"} | notes
    for word in ("SQLite", "zlib 1.", "libcurl", "organisation",
                 "America/Sao_Paulo", "5 documents", "ranges: yes",
                 "strong ETag: yes", "free"):
        assert word in result.out, word


def bad_key_mode(callark):
    os.chmod(callark.settings["omni.api_key_file"], 0o644)


def bad_archive_mode(callark):
    callark.archive.mkdir()
    callark.archive.chmod(0o770)


DOCTOR = {
    "no-key": (lambda c: c.configure(omni__api_key_file=None), USAGE,
               "API key"),
    "key-not-there": (lambda c: c.configure(omni__api_key_file="/none/key"),
                      USAGE, "/none/key"),
    "key-for-all": (bad_key_mode, USAGE, "chmod 600"),
    "no-url": (lambda c: c.configure(omni__base_url=None), USAGE,
               "omni.base_url"),
    "no-login": (lambda c: c.configure(omni__login=None), USAGE, "omni.login"),
    "http": (lambda c: c.configure(network__allow_http=None), USAGE,
             "https://"),
    "wrong-url": (lambda c: c.configure(omni__base_url=c.base_url + "2"),
                  SERVICE, "/v1"),
    "name": (lambda c: c.configure(archive__name="{agent}"), USAGE, "{id}"),
    "group-writes": (bad_archive_mode, USAGE, "chmod go-w"),
    "zone": (lambda c: c.configure(omni__time_zone="Mars/Olympus"), USAGE,
             "Mars/Olympus"),
}


@pytest.mark.parametrize("spoil,status,word", DOCTOR.values(),
                         ids=DOCTOR.keys())
def test_doctor_names_what_is_wrong_and_the_mend(make, spoil, status, word):
    _, callark = make({"days": {ago(1): 5}})
    spoil(callark)
    result = callark.run("doctor")
    assert result.status == status, result
    bad = [l for l in result.out.splitlines() if l.startswith("BAD")]
    assert len(bad) == 1 and word in bad[0], result


def test_doctor_minds_the_reserve(make):
    _, callark = make(small())
    callark.sync(*RANGE)
    callark.configure(archive__reserve="900T")
    result = callark.run("doctor")
    assert result.status == DISK and "archive.reserve" in result.out, result
    assert callark.sync(*RANGE).status in (COMPLETE, DISK)


def test_doctor_tells_of_links_it_may_not_follow(make):
    _, callark = make({"days": {ago(1): 5}, "contact_share": 1.0,
                       "links": {"host": "http://10.1.2.3"}})
    result = callark.run("doctor")
    assert result.status == SERVICE and "10.1.2.3" in result.out, result


# ---- orgs --------------------------------------------------------------------

def test_orgs_lists_every_organisation(make):
    orgs = [{"id": f"org-{n}", "name": f"Clínica {n}",
             "timeZone": "America/Bahia"} for n in range(3)]
    _, callark = make({"organizations": orgs})
    result = callark.run("orgs")
    assert result.status == COMPLETE and len(result.out.splitlines()) == 3
    for org, line in zip(orgs, result.out.splitlines()):
        assert re.fullmatch("{id} +{timeZone} +{name} *".format(**org), line)


# ---- sync: dry run, summary, limits ------------------------------------------

def test_a_dry_run_writes_nothing(make):
    sim, callark = make(small())
    result = callark.sync(*RANGE, "--dry-run")
    count = len(truth(sim, *DAYS))
    assert result.status == COMPLETE, result
    assert result.summary["to_fetch"] == count
    assert result.summary["listed"] == sum(DAYS.values())
    assert result.summary["bytes_estimated"] > 0
    assert f"would fetch {count} recordings" in result.out
    assert not callark.archive.exists() and not sim.log(path="/recordings/")
    callark.sync("--day", DAY)
    before = tree(callark.archive)
    result = callark.sync(*RANGE, "-n")
    assert result.summary["to_fetch"] == len(truth(sim, NEXT))
    assert result.summary["already"] == len(truth(sim, DAY))
    assert tree(callark.archive) == before


def test_the_summary_on_stdout_is_one_json_object(make):
    _, callark = make(small())
    result = callark.run("sync", *RANGE, "--summary-json", "-")
    summary = json.loads(result.out)
    assert summary["complete"] and summary["exit"] == result.status == 0
    assert summary["from"] == DAY + " 00:00:00"


def test_a_summary_that_cannot_be_written_is_told(make):
    _, callark = make(small())
    result = callark.run("sync", *RANGE, "--summary-json", "/none/x.json")
    assert result.status == DISK and "/none/x.json" in result.err, result
    assert callark.run("verify").status == COMPLETE


def test_max_bytes_stops_with_8_and_the_next_run_goes_on(make):
    sim, callark = make(small(contact_share=1.0, media={"size": 20000}),
                        transfer__concurrency=2)
    first = callark.sync(*RANGE, "--max-bytes", "100K")
    assert first.status == LIMIT, first
    assert 5 <= first.summary["new"] <= 9
    assert first.summary["deferred"] + first.summary["new"] == \
        first.summary["listed"]
    check_archive(callark)
    assert callark.run("status").status == INCOMPLETE
    assert callark.sync(*RANGE).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_max_duration_stops_with_8_and_the_next_run_goes_on(make):
    sim, callark = make(small(contact_share=1.0, latency_ms={"media": 400}),
                        transfer__concurrency=2)
    started = time.monotonic()
    first = callark.sync(*RANGE, "--max-duration", "1s")
    assert first.status == LIMIT, first
    assert time.monotonic() - started < 3
    assert 1 <= first.summary["new"] < 36
    check_archive(callark)
    sim.set(latency_ms=0)
    assert callark.sync(*RANGE).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_the_rate_of_bytes_is_limited(make):
    _, callark = make(small(contact_share=1.0, media={"size": 20000}))
    started = time.monotonic()
    result = callark.sync(*RANGE, "--limit-rate", "360K")    # 2 s of 720,000
    assert result.status == COMPLETE
    assert 0.8 < time.monotonic() - started < 6


@pytest.mark.parametrize("n", [1, 3, 8])
def test_concurrency_is_what_was_asked_for(make, n):
    """One request more at a time would meet a 429, one less would last. The
    recordings lie elsewhere: the platform's connection would serve them, too,
    but not while the last page of the listing is on it."""
    sim, callark = make(small(days={DAY: 24}, contact_share=1.0,
                              latency_ms={"media": 100},
                              links={"host": "media"},
                              rate={"parallel": n, "on": "media"}))
    result = callark.sync("--day", DAY, "--concurrency", n)
    assert result.status == COMPLETE, result
    fetched = sim.log(path="/recordings/")
    assert {e["status"] for e in fetched} == {200}
    assert len({e["connection"] for e in fetched}) == n
    assert result.summary["retries"] == 0


def test_failed_recordings_are_tried_again_when_asked(make):
    sim, callark = make(small(contact_share=1.0, links={"gone": [2]}))
    for _ in range(3):
        assert callark.sync("--day", DAY).status == INCOMPLETE
    result = callark.sync("--day", DAY)
    assert result.summary["gone"] == 1, result
    sim.set(links={"gone": []})
    assert callark.sync("--day", DAY).summary["gone"] == 1
    result = callark.sync("--day", DAY, "--retry-failed")
    assert result.status == COMPLETE, result
    check_converged(callark, sim, [DAY])


# ---- ranges ------------------------------------------------------------------

SPANS = {
    "day": (("--day", DAY), DAY, NEXT),
    "day-first": (("--day", "30/12/2024"), DAY, NEXT),
    "days": (RANGE, DAY, "2025-01-01"),
    "moments": (("--from", DAY + " 10:00", "--to", DAY + " 11:29:59"),
                DAY + " 10:00:00", DAY + " 11:30:00"),
    "moment-T": (("--from", DAY + "T10:00:00", "--to", DAY),
                 DAY + " 10:00:00", NEXT),
    "one-second": (("--from", NEXT + " 23:59:59", "--to", NEXT), NEXT +
                   " 23:59:59", "2025-01-01"),
}


@pytest.mark.parametrize("words,begin,end", SPANS.values(), ids=SPANS.keys())
def test_a_range_is_what_was_said(make, words, begin, end):
    sim, callark = make(small(contact_share=1.0))
    wanted = {c["id"] for c, d in documents(sim, *DAYS)
              if begin <= d["data_inicio"] < end}
    result = callark.run("list", *words, "-f", "ndjson")
    assert ids_of(result) == wanted
    result = callark.sync(*words)
    assert result.status == COMPLETE, result
    assert result.summary["from"] == (begin + " 00:00:00")[:19]
    assert result.summary["to"] == (end + " 00:00:00")[:19]
    assert set(callark.audio()) == wanted
    found = callark.run("find", *words, "-f", "ndjson")
    assert ids_of(found) == wanted


def test_yesterday_today_and_last(make):
    days = {ago(n): 6 for n in range(4)}
    _, callark = make({"days": days, "contact_share": 1.0,
                       "media": {"size": 2000}})
    for words, first, last in (
            (("--day", "yesterday"), 1, 1), (("--day", "TODAY"), 0, 0),
            (("--last", "3d"), 2, 0), (("--last", "1w"), 6, 0)):
        summary = callark.sync(*words, "--dry-run").summary
        assert summary["from"] == ago(first) + " 00:00:00", words
        assert summary["to"][:10] in (ago(last), ago(last - 1)), words
    summary = callark.sync("--last", "12h", "--dry-run").summary
    begin, end = (datetime.fromisoformat(summary[k]) for k in ("from", "to"))
    assert abs((end - begin).total_seconds() - 12 * 3600) <= 1


def test_without_range_sync_goes_on_from_the_last_settled_day(make):
    days = {ago(n): 4 for n in range(1, 10)}
    sim, callark = make({"days": days, "contact_share": 1.0,
                         "media": {"size": 2000}}, archive__look_back="2d")
    first = callark.sync()          # a new archive: the look-back and today
    assert first.summary["from"] == ago(2) + " 00:00:00", first
    callark.configure(archive__path=callark.folder / "other")
    callark.archive = callark.folder / "other"
    assert callark.sync("--from", ago(9), "--to", ago(5)).status == COMPLETE
    second = callark.sync()
    assert second.status == COMPLETE, second
    assert second.summary["from"] == ago(7) + " 00:00:00"
    assert second.summary["new"] == 4 * 4
    assert callark.audio() == truth(sim, *days)


def test_a_range_of_the_future_is_cut_to_now(make):
    _, callark = make({"days": {ago(0): 3}})
    result = callark.sync("--from", ago(1), "--to", ago(-3), "--dry-run")
    assert result.status == COMPLETE, result
    assert result.summary["to"][:10] in (ago(0), ago(-1))


# ---- talk --------------------------------------------------------------------

def test_quiet_says_nothing_and_errors_all_the_same(make):
    sim, callark = make(small())
    result = callark.run("sync", *RANGE, "-q")
    assert (result.status, result.out, result.err) == (COMPLETE, "", "")
    assert callark.run("verify", "--quiet").out == ""
    callark.configure(omni__login="other@callark.example")
    result = callark.run("sync", *RANGE, "--quiet")
    assert result.status == 3 and result.err.startswith("callark: error:")


def test_verbose_says_more(make):
    _, callark = make(small(links={"gone": [1, 2]}, contact_share=1.0))
    plain = callark.run("sync", *RANGE)
    loud = callark.run("sync", *RANGE, "--verbose")
    assert len(loud.err) >= len(plain.err) > 0


@pytest.mark.parametrize("command", [("sync", *RANGE), ("list", *RANGE),
                                     ("orgs",), ("sync", "--day", "never")])
def test_log_lines_in_json_are_read_by_machines(make, command):
    _, callark = make(small(links={"gone": [1]}, contact_share=1.0,
                            listing={"total_lie": {"delta": 1}}))
    result = callark.run(*command, "--log-format", "json", "-v")
    for line in result.err.splitlines():
        entry = json.loads(line)
        assert entry["level"] in ("error", "warning", "info", "debug")
        assert entry["text"] and datetime.fromisoformat(entry["time"])
    # At least what the process may still do, and with sanitizers that is all.
    assert result.err or IS_UNCONFINED


COLORS = {
    "auto": ((), {}, True),
    "no-color": ((), {"NO_COLOR": "1"}, False),
    "no-color-empty": ((), {"NO_COLOR": ""}, True),
    "never": (("--color", "never"), {}, False),
    "always": (("--color", "always"), {"NO_COLOR": "1"}, True),
}


@pytest.mark.parametrize("words,env,is_colored", COLORS.values(),
                         ids=COLORS.keys())
def test_colours_are_for_terminals_that_want_them(make, words, env, is_colored):
    _, callark = make({"days": {ago(1): 2}})
    text = run_on_terminal(callark, "doctor", *words, env=env)
    assert ("\x1b[32m" in text) == is_colored, text
    piped = callark.run("doctor", *words, env=env).out
    assert ("\x1b" in piped) == (words == ("--color", "always"))


def test_a_terminal_gets_one_line_of_progress(make):
    _, callark = make(small(contact_share=1.0, latency_ms={"media": 200}),
                      transfer__concurrency=4)
    text = run_on_terminal(callark, "sync", *RANGE)
    lines = re.findall(r"\r\x1b\[K(\d+)/(\d+) recordings", text)
    assert len(lines) >= 3
    assert [int(done) for done, _ in lines] == sorted(int(d) for d, _ in lines)
    assert re.search(r"^complete after \d+s\r?$", text, re.M), ascii(text)
    assert "\x1b[K" not in callark.run("sync", *RANGE).err


# ---- output that goes nowhere ------------------------------------------------

@pytest.mark.parametrize("args", [("list", *RANGE), ("find",), ("status",),
                                  ("list", *RANGE, "-f", "ndjson")])
def test_output_that_is_lost_is_told(make, args):
    _, callark = make(small())
    callark.sync(*RANGE)
    with open("/dev/full", "w") as full:
        result = callark.run(*args, stdout=full)
    assert result.status == DISK, result
    assert "could not be written" in result.err


def test_a_reader_that_has_had_enough_is_no_error(make):
    _, callark = make(small(days={DAY: 900}, contact_share=0.0))
    process = callark.start("list", "--day", DAY, "-f", "ndjson")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) in (COMPLETE, DISK) and not err, err


def test_nothing_is_asked_on_stdin(make):
    """A terminal as stdin, where nobody types."""
    _, callark = make(small(), omni__password_file=None)
    ours, theirs = pty.openpty()
    try:
        result = subprocess.run(
            callark.command("sync", *RANGE), stdin=theirs, timeout=30,
            capture_output=True, text=True, env=callark.environment(),
            check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert result.returncode == USAGE and "password" in result.stderr

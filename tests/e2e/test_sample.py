"""Samples: drawn and dealt out as callark(1) tells, kept, printed; and bad
input."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

import lots
from samples import (RANGE, SCENARIO, SEED, SMALL, WEEK, draw, population,
                     record_path, redraw)
from support import (COMPLETE, DISK, INCOMPLETE, IS_SANITIZED, USAGE, Callark,
                     check_archive, read_ndjson, sha256_of, table_of)

TOP = Path(__file__).resolve().parents[2]
MANUAL = TOP / "contrib/man/callark.1"
UNIT_TEST = TOP / "tests/unit/sample/test_draw.c"


@pytest.fixture
def archived(make):
    """archived(scenario): a platform, and what it has, in an archive."""
    def build(scenario=None, span=RANGE):
        sim, callark = make(scenario or SCENARIO)
        result = callark.sync(*span)
        assert result.status == COMPLETE, result
        return sim, callark
    return build


# ---- as the manual says ------------------------------------------------------

def vectors():
    """The population of the manual, and the other lines of its vectors."""
    text = MANUAL.read_text()
    part = text[text.index(".Ss Test vectors"):]
    blocks = re.findall(r"^\.Bd -literal[^\n]*\n(.*?)^\.Ed", part,
                        re.M | re.S)[:4]
    calls = []
    for line in blocks[0].splitlines():
        name, day, time, agent, service, length = line.split()
        calls.append({"id": name, "start": f"{day} {time}", "agent": agent,
                      "service": service, "length_ms":
                      None if length == "-" else int(length)})
    written, digest = blocks[1].splitlines()
    drawn = [line.strip() for line in blocks[3].splitlines()]
    return calls, written, digest, blocks[2].strip(), list(
        zip(drawn[::2], drawn[1::2]))


def rules_of(words):
    """What --percent 5 --pick longest:1 asks for, and the other options."""
    options = dict(zip(words[::2], words[1::2]))
    rules = {name: options["--" + name.replace("_", "-")] for name in (
        "count", "percent", "per_agent", "per_service", "pick")
        if "--" + name.replace("_", "-") in options}
    for name in ("count", "per_agent", "per_service"):
        if name in rules:
            rules[name] = int(rules[name])
    return rules, options


def test_vectors_of_the_manual():
    """The manual's vectors follow from its text, and the unit tests hold the
    program to the same."""
    calls, written, digest, lot, draws = vectors()
    unit_test = re.sub(r'"\s*"', "", UNIT_TEST.read_text())
    assert len(calls) == 10 and len(draws) == 6
    assert lots.population_sha256(calls) == digest
    assert b"".join(lots.netstring(x) for x in (
        calls[0]["id"], calls[0]["start"], calls[0]["agent"],
        calls[0]["service"], str(calls[0]["length_ms"]))).decode() == written
    assert lots.lot("QA 2026-01", "call", "c01").hex() == lot
    for asked, expected in draws:
        rules, options = rules_of(asked.split())
        drawn, picked = lots.draw("QA 2026-01", rules, calls)
        if "--evaluators" in options:
            dealt = lots.deal("QA 2026-01",
                              options["--evaluators"].split(","),
                              int(options["--calibration"]), drawn)
            told = [f"{c['id']}:{'+'.join(dealt[c['id']])}" for c in drawn]
            assert all(f'"{one}"' in unit_test for one in told)
        else:
            told = [c["id"] + "*" * (c["id"] in picked) for c in drawn]
            assert f'"{expected}"' in unit_test
        assert " ".join(told) == expected, asked


ASKED = [
    "--count 1", "--count 35", "--count 100 --pick longest:3",
    "--percent 5", "--percent 33.333333 --pick shortest:4", "--percent 100",
    "--per-agent 1", "--per-agent 3 --pick longest:1", "--per-agent 1000",
    "--per-service 2", "--per-service 4 --pick shortest:4",
    "--pick longest:7",
    "--count 20 --evaluators eva,ivo,uma",
    "--per-agent 2 --evaluators eva,ivo --calibration 3",
    "--percent 10 --evaluators uma --seed outra",
]


def test_draws_as_the_manual_says(archived):
    _, callark = archived()
    calls = population(callark)
    for i, asked in enumerate(ASKED):
        words = asked.split()
        rules, options = rules_of(words)
        seed = options.get("--seed", "x y")
        if "--seed" not in options:
            words += ["--seed", seed]
        head, drawn = draw(callark, *RANGE, *words)
        assert head["draw"] == i + 1 and head["seed"] == seed
        assert head["rules"] == rules
        assert head["population"] == len(calls)
        assert head["population_sha256"] == lots.population_sha256(calls)
        expected, picked = lots.draw(seed, rules, calls)
        assert [c["id"] for c in drawn] == [c["id"] for c in expected], asked
        assert {c["id"] for c in drawn if c["picked"]} == picked, asked
        names = options.get("--evaluators", "").split(",")
        dealt = {} if names == [""] else lots.deal(
            seed, names, int(options.get("--calibration", 0)), expected)
        for c in drawn:
            assert c["evaluators"] == dealt.get(c["id"], []), asked
            assert c["calibration"] == (len(c["evaluators"]) > 1), asked


def test_a_week_is_spread_evenly(archived):
    _, callark = archived()
    of_day = {day: sum(c["start"].startswith(day) for c in population(callark))
              for day in WEEK}
    head, _ = draw(callark, *RANGE, "--count", "28")
    days = [line for line in read_ndjson(record_path(callark, head["draw"]))
            if line["type"] == "day"]
    assert {d["day"]: d["population"] for d in days} == {
        day: n for day, n in of_day.items() if n}
    full = [d["drawn"] for d in days if d["drawn"] < d["population"]]
    assert max(full) - min(full) <= 1 and sum(d["drawn"] for d in days) == 28
    head, _ = draw(callark, *RANGE, "--percent", "20")
    for d in read_ndjson(record_path(callark, head["draw"])):
        if d["type"] == "day":
            assert abs(d["drawn"] - head["drawn"] * d["population"]
                       / head["population"]) < 1


def test_filters_make_the_population(archived):
    _, callark = archived()
    calls = population(callark)
    service = calls[0]["service"]
    head, drawn = draw(callark, *RANGE, "--percent", "50",
                       "--service", service, "--min-duration", "2s")
    assert head["filters"] == [{"name": "service", "value": service},
                               {"name": "min-duration", "value": "2"}]
    assert 0 < head["population"] < sum(c["service"] == service for c in calls)
    assert all(c["service"] == service for c in drawn)
    assert redraw(callark, record_path(callark, 1))[0] == COMPLETE


# ---- the record --------------------------------------------------------------

def test_record_is_kept(archived):
    _, callark = archived()
    copy = callark.folder / "week.ndjson"
    head, drawn = draw(callark, *RANGE, "--per-agent", "2", "--record", copy)
    path = record_path(callark, 1)
    lines = read_ndjson(path)
    assert path.read_bytes() == copy.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert lines[0] == head
    for line, call in zip([x for x in lines if x["type"] == "call"], drawn,
                          strict=True):
        assert line.items() <= call.items()
        assert sha256_of(callark.archive / call["path"]) == call["sha256"]
    entry = json.loads((callark.archive / "trail.ndjson").read_text()
                       .splitlines()[-1])
    assert (entry["action"], entry["object"]) == ("sample-drawn", "draw 1")
    assert entry["result"] == (
        f"record {sha256_of(path)}, {head['drawn']} of {head['population']} "
        f"calls with sha256 {head['population_sha256']}")
    [(n, text, digest)] = callark.rows("SELECT n, head, hex(sha256) FROM draw")
    assert (n, json.loads(text), digest.lower()) == (1, head, sha256_of(path))
    assert {i for i, in callark.rows("SELECT id FROM drawn")} == {
        c["id"] for c in drawn}
    assert callark.run("verify").status == COMPLETE
    check_archive(callark)


def test_trail_holds_nothing_personal(archived):
    _, callark = archived()
    agent = population(callark)[0]["agent"]
    draw(callark, *RANGE, "--count", "3", "--agent", agent, "--evaluators",
         "Eva Lima,Ivo", "--seed", "a seed of ours")
    trail = (callark.archive / "trail.ndjson").read_text()
    assert "draw 1" in trail
    for word in (agent, "Eva", "a seed of ours"):
        assert word not in trail
    assert agent in record_path(callark, 1).read_text()


def test_seed_is_made_up(archived):
    _, callark = archived()
    seeds = [draw(callark, *RANGE, "--count", "3")[0]["seed"]
             for _ in range(3)]
    assert len(set(seeds)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", seed) for seed in seeds)


def test_record_to_standard_output(archived):
    _, callark = archived()
    result = callark.run("sample", *RANGE, "--count", "3", "--record", "-")
    assert result.status == COMPLETE
    assert result.out == record_path(callark, 1).read_text()


def test_no_draw_without_its_copy(archived):
    """A copy that cannot be begun, or not be written."""
    _, callark = archived()
    for path in ("/nonexistent/week.ndjson", "/dev/full"):
        result = callark.run("sample", *RANGE, "--percent", "100", "--record",
                             path, *SEED)
        assert result.status == DISK, result
        assert not result.out
    assert not record_path(callark, 1).exists()
    assert callark.rows("SELECT count(*) FROM draw") == [(0,)]


# ---- bad input ---------------------------------------------------------------

BAD = [
    ("", "--count N, --percent P, --per-agent N or --per-service N"),
    ("--count 3 --percent 5", "in one way"),
    ("--count 0", "--count"),
    ("--count many", "--count"),
    ("--percent 0", "above 0"),
    ("--percent 101", "up to 100"),
    ("--percent 5%", "such as 5 or 2.5"),
    ("--percent 2,5", "such as 5 or 2.5"),
    ("--per-agent 2 --pick longest:3", "more than the 2"),
    ("--pick longest", "longest:N or shortest:N"),
    ("--pick tallest:2", "longest:N or shortest:N"),
    ("--count 3 --evaluators eva,,ivo", "--evaluators"),
    ("--count 3 --evaluators eva,eva", '"eva" stands there twice'),
    ("--count 3 --calibration 1", "two --evaluators"),
    ("--count 3 --evaluators eva --calibration 1", "two --evaluators"),
    ("--count 3 --seed ''", "--seed"),
    ("--count 3 --format yaml", "table, ndjson, csv"),
    ("--count 3 --from 2099-01-01", "later than now"),
    ("--count 3 --from 2024-12-30 --to 2024-12-01", "--to"),
    ("--count 3 --colour red", "--colour"),
    ("--count 3 eva", 'no argument "eva"'),
]


def test_bad_input(archived):
    _, callark = archived(SMALL)
    for words, told in BAD:
        result = callark.run("sample", *shlex.split(words))
        assert result.status == USAGE, result
        assert told in result.err and not result.out
    assert not (callark.archive / "draws").exists()


def test_more_than_there_is(archived):
    _, callark = archived()
    calls = population(callark)
    agents = {c["agent"] for c in calls}
    for words, told in (
            (["--count", "1000"], f"1000 calls were asked for, and there are "
             f"{len(calls)}: all of them are drawn"),
            (["--per-agent", "1000"], f"{len(agents)} of {len(agents)} agents "
             "have fewer than 1000 calls: all of these are drawn"),
            (["--pick", "longest:1000"], "all of them are drawn")):
        result = callark.run("sample", *RANGE, *words, "--format", "ndjson")
        assert result.status == COMPLETE
        assert told in result.err
        assert len(result.out.splitlines()) == 1 + len(calls)


def test_nothing_to_draw(archived):
    _, callark = archived(SMALL)
    for words in (("--day", "2020-01-01"), ("--agent", "nobody at all")):
        result = callark.run("sample", "--count", "3", *words)
        assert result.status == INCOMPLETE
        assert "no archived recording matches" in result.err
    assert not (callark.archive / "draws").exists()
    empty = Callark(callark.folder / "none", callark.base_url)
    result = empty.run("sample", "--count", "3")
    assert result.status == INCOMPLETE and "there is none yet" in result.err


def test_days_that_are_not_complete(make):
    _, callark = make({**SMALL, "contact_share": 1, "media": {
        "size": 2000, "faults": {f"{WEEK[0]}#0": {"do": "html", "times": -1}}}})
    assert callark.sync(*RANGE).status == INCOMPLETE
    result = callark.run("sample", *RANGE, "--count", "3")
    assert result.status == COMPLETE
    assert "not complete: 1; what they lack" in result.err


# ---- hostile texts, and formats ------------------------------------------------

HOSTILE = [
    "=cmd|' /C calc'!A0", "\x1b]0;owned\x07\x1b[2J", "a\nb\tc\r", "Ana, Maria",
    '"quoted"', "5:c01,", "‮gnirts", "'; DROP TABLE drawn; --",
    "<script>alert(1)</script>", "{}", "x" * 300, "", " ", "Ana", "ana",
]


def hostile_scenario():
    """Three calls of each name, as agent and as service, on two days."""
    documents = []
    for i, name in enumerate(HOSTILE):
        for k in range(3):
            documents.append({
                "id": f"{name[:12]}#{i}-{k}", "agente": name, "servico": name,
                "download_url": "{link}", "status": "Contact", "data_inicio":
                f"{WEEK[k % 2]} {10 + k}:{i:02}:07"})
    return {"days": {day: 0 for day in WEEK}, "documents": documents,
            "media": {"size": 2000}}


def test_hostile_texts(archived):
    _, callark = archived(hostile_scenario())
    calls = population(callark)
    assert len(calls) == 3 * len(HOSTILE)
    for words in (["--per-agent", "2"], ["--per-service", "1"]):
        head, drawn = draw(callark, *RANGE, *SEED, *words, "--evaluators",
                           "=1+1,<b>eva</b>")
        rules, _ = rules_of(words)
        assert head["population_sha256"] == lots.population_sha256(calls)
        expected, _ = lots.draw(SEED[1], rules, calls)
        assert [c["id"] for c in drawn] == [c["id"] for c in expected]
        assert {c["agent"] for c in drawn} == set(HOSTILE)
        assert redraw(callark, record_path(callark, head["draw"]))[
            0] == COMPLETE
    table = callark.run("sample", *RANGE, "--per-agent", "1", "--evaluators",
                        "=1+1,eva").out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", table)
    result = callark.run("sample", *RANGE, "--percent", "100", "--format",
                         "csv", "--evaluators", "=1+1,eva")
    rows = list(csv.reader(io.StringIO(result.out, newline="")))
    assert len(rows) == 1 + len(calls)
    for row in rows:
        assert len(row) == len(rows[0])
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)


def test_formats_tell_the_same(archived):
    _, callark = archived()
    words = (*RANGE, *SEED, "--per-agent", "2", "--pick", "shortest:1",
             "--evaluators", "eva,ivo", "--calibration", "2")
    head, drawn = draw(callark, *words)
    result = callark.run("sample", *words, "--format", "csv")
    rows = table_of(result.out)
    assert (f"draw 2: {len(drawn)} of {head['population']} calls, seed "
            f"{head['seed']}, sha256 {head['population_sha256']}, record "
            "draws/0002.ndjson") in result.err
    assert [(int(r["n"]), r["id"], r["path"], r["sha256"],
             r["evaluators"].split(","), r["calibration"] == "yes",
             r["picked"] == "yes", r["start"]) for r in rows] == [
        (c["n"], c["id"], c["path"], c["sha256"], c["evaluators"],
         c["calibration"], c["picked"], c["start"]) for c in drawn]
    table = callark.run("sample", *words).out
    for text in (head["seed"], head["population_sha256"], "draws/0003.ndjson",
                 "--per-agent 2 --pick shortest:1 --evaluators eva,ivo "
                 "--calibration 2", f"{len(drawn)} of {head['population']}"):
        assert text in table
    lines = [line for line in table.splitlines()
             if re.match(r" +\d+[* ] ", line)]
    assert len(lines) == len(drawn)
    for line, c in zip(lines, drawn):
        who = "everybody" if c["calibration"] else c["evaluators"][0]
        assert re.match(rf" *{c['n']}{'[*]' if c['picked'] else ' '} {who} ",
                        line)
        assert c["start"] in line and c["path"] in line
    quiet = callark.run("--quiet", "sample", *words, "--format", "csv")
    assert quiet.status == COMPLETE and not quiet.err
    assert quiet.out == result.out


@pytest.mark.skipif(IS_SANITIZED, reason="sanitizers write reports")
def test_rights_are_given_up(archived):
    """Confined as it is by default, it can do all this."""
    _, callark = archived()
    callark.configure(process__confine="yes")
    record = callark.folder / "week.ndjson"
    head, _ = draw(callark, *RANGE, "--count", "3", "--record", record)
    assert head["draw"] == 1 and redraw(callark, record)[0] == COMPLETE

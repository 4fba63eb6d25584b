"""callark(1) names every column of every table, in its order, every member of
the summary and every metric; and the examples type nothing that callark does
not take."""

import csv
import io
import json
import re
import textwrap
from pathlib import Path

import pytest

from support import COMPLETE, INCOMPLETE

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "contrib" / "man" / "callark.1"
SETTINGS = PAGE.with_name("callark.conf.5")
README = TOP / "README.md"
DAY = "2024-12-30"


def lists_of(page):
    """{head of an item: the names in the .Va lines right below it}."""
    found, names = {}, None
    for line in page.splitlines():
        item = re.match(r"\.It (Cm .*)", line)
        if item:
            names = found.setdefault(re.sub(
                r"\b(Cm|Fl|No) ", "", item[1]).replace(" ,", ","), [])
        elif names is not None and line.startswith(".Va "):
            names += re.findall(r"\w+", line[len(".Va"):])
            if not line.endswith(" ,"):
                names = None
        else:
            names = None
    return found


@pytest.fixture(scope="module")
def lists():
    return lists_of(PAGE.read_text())


@pytest.fixture
def archive(make):
    """All reports of a day, on which one attended call has no recording and one
    recording is a page of HTML."""
    sim, callark = make({
        "days": {DAY: 20}, "contact_share": 1.0,
        "population": {"survey_share": 1.0, "chats_per_call": 1.0,
                       "attachment_share": 0.4},
        "media": {"size": 2000, "faults": {DAY + "#3": {
            "do": "html", "times": -1}}},
        "planted": [{"do": "no-document", "which": DAY + "#7"}]})
    result = callark.sync("--day", DAY, "--reports", "all")
    assert result.status == INCOMPLETE, result
    return sim, callark


def first_row(text):
    return next(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))


TABLES = {
    "service-history": ("export", "service-history"),
    "voice-log": ("export", "voice-log"),
    "service-history-audio-links": ("export", "service-history-audio-links"),
    "activity-history": ("export", "activity-history"),
    "satisfaction-survey-history": ("export", "satisfaction-survey-history"),
    "service-history-messages": ("export", "service-history-messages"),
    "service-history-messages rows messages": (
        "export", "service-history-messages", "--rows", "messages"),
    "voice-log rows answers": ("export", "voice-log", "--rows", "answers"),
    "list f csv": ("list",),
    "find f csv": ("find",),
    "status f csv": ("status",),
    "reconcile f csv": ("reconcile",),
    "reconcile sums f csv": ("reconcile", "--sums"),
    "subject find f csv, and ndjson": ("subject", "find", "--kind", "cpf"),
}


def test_every_table_has_the_columns_of_the_manual(archive, lists):
    sim, callark = archive
    cpf = json.loads(sim.calls(DAY)[0]["document"])["documento"]
    for item, words in TABLES.items():
        more = [cpf] if words[0] == "subject" else ["--day", DAY]
        result = callark.run(*words, *more, "-f", "csv")
        assert result.status in (COMPLETE, INCOMPLETE), result
        assert len(result.out.splitlines()) > 1, item
        assert first_row(result.out) == lists[item], item


def members(callark, *words):
    result = callark.run(*words, "-f", "ndjson")
    lines = [json.loads(line) for line in result.out.splitlines()]
    assert lines, result
    return lines


def test_every_line_of_json_has_the_members_of_the_manual(archive, lists):
    sim, callark = archive
    cpf = json.loads(sim.calls(DAY)[0]["document"])["documento"]
    assert list(members(callark, "find")[0]) == lists["find f ndjson"]
    day = members(callark, "status")[0]
    assert "flaw" not in day
    assert [*day, "flaw"] == lists["status f ndjson"]
    for line in members(callark, "subject", "find", cpf):
        assert list(line) == lists["subject find f csv, and ndjson"]
    told = set()
    for line in members(callark, "reconcile", "--day", DAY):
        told.add(line["type"])
        assert list(line) == lists[
            f"reconcile f ndjson, of type {line['type']}"]
    assert told == {"discrepancy", "sums", "day"}


def section(heading):
    """The text of a section of callark(1)."""
    return PAGE.read_text().split(f".Ss {heading}\n")[1].split("\n.S")[0]


def test_the_tables_of_a_day_are_those_of_the_manual(archive, lists):
    _, callark = archive
    data = callark.bag(DAY) / "data"
    text = PAGE.read_text()
    for name in ("recordings.csv", "recordings.ndjson"):
        below = text.split(f".It Pa YYYY/MM/DD/data/{name}\n")[1]
        told = re.findall(r"\w+", re.sub(r"(?m)^\.Va", "", re.search(
            r"(?:^\.Va .* ,\n)*^\.Va .* \.\n", below, re.M)[0]))
        first = (data / name).read_text().splitlines()[0]
        assert told == (first.split(",") if name.endswith("csv")
                        else list(json.loads(first))), name


def test_summary_and_metrics_are_those_of_the_manual(archive):
    _, callark = archive
    metrics = callark.folder / "callark.prom"
    summary = callark.sync("--day", DAY, "--reports", "all", "--media",
                           "--metrics-file", metrics).summary
    told = section("The summary")
    assert set(re.findall(r"\w+", " ".join(re.findall(
        r"^\.It Va (.*)", told, re.M)))) == set(summary)
    for one in summary["reports"] + summary["problems"]:
        for name in one:
            assert re.search(rf"^\.Va .*\b{name}\b", told, re.M), name
    assert summary["reports"] and summary["problems"]
    assert set(re.findall(r"callark_\w+", section("The metrics"))) == set(
        re.findall(r"^callark_\w+", metrics.read_text(), re.M))


# ---- what is typed in the examples ------------------------------------------

def examples(path):
    """The examples of a page, or of README.md, without their indentation."""
    return [textwrap.dedent("".join(block)) for block in re.findall(
        r"(?ms)^\.Bd -literal.*?\n(.*?)^\.Ed|^ *```\n(.*?)^ *```",
        path.read_text())]


def typed(path):
    """The words of every command line of callark in the examples."""
    for line in "".join(examples(path)).replace("\\\n", "").splitlines():
        found = re.match(r"(?:\$ |17 2 \* \* \* +)?callark ([^|;>#]*)", line)
        if found:
            yield found[1].split()


def test_examples_type_what_there_is(make):
    _, callark = make({})
    helps, seen = {}, 0
    for path in (PAGE, README):
        for words in typed(path):
            if words[0] == "--archive":
                words = words[2:]
            name = next(w for w in words if w[0] != "-")
            if name not in helps:
                result = callark.run(name, "--help")
                assert result.status == COMPLETE, (path.name, words)
                helps[name] = result.out
            for option in (w for w in words if w[0] == "-"):
                assert re.search(rf"[ ,]{option}[ ,\n]", helps[name]), (
                    path.name, words, option)
            seen += 1
    assert seen > 20


def test_settings_of_examples_are_taken(make):
    _, callark = make({})
    seen = 0
    for path in (SETTINGS, README):
        for text in examples(path):
            if text.startswith("["):
                callark.config.write_text(text)
                result = callark.run("status", "--archive", "none")
                assert "there is none yet" in result.err, (text, result)
                assert result.status == INCOMPLETE
                seen += 1
    assert seen == 3

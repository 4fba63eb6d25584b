"""What evaluators exported, in one table: averages of agents, and how far the
evaluators are apart."""

import csv
import io
import json

import pytest

from support import COMPLETE, INCOMPLETE, USAGE

COLUMNS = ("review", "evaluator", "id", "protocol", "start", "agent",
           "agent_email", "service", "calibration", "state", "score",
           "failed", "entered", "note", "marks", "q:tone")


def call(number, score, agent="Ana", state="scored", **changes):
    return {"id": f"c{number}", "protocol": f"P{number}",
            "start": f"2024-12-30 08:{number:02}:00", "agent": agent,
            "agent_email": agent.lower() + "@x.example", "service": "Sales",
            "calibration": False, "state": state, "score": score,
            "failed": None, "entered": "2026-01-01T00:00:00.000Z",
            "answers": {"tone": 4}, "note": "", "marks": [], **changes}


def as_json(evaluator, *calls):
    return json.dumps({"format": "callark-scores", "version": 1,
                       "review": "r1", "evaluator": evaluator, "form": None,
                       "calls": calls})


def as_csv(evaluator, *calls, delimiter=",", bom=""):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    for one in calls:
        row = {k: v for k, v in one.items() if k != "answers"}
        row.update(review="r1", evaluator=evaluator, marks="[]",
                   calibration=str(one["calibration"]).lower())
        row["q:tone"] = 4
        writer.writerow(row)
    return bom + out.getvalue()


@pytest.fixture
def collect(make, tmp_path):
    """collect(text, …, format=None): run it over files with these texts."""
    _, callark = make({})

    def run(*texts, format="ndjson", status=COMPLETE):
        files = []
        for i, text in enumerate(texts):
            files.append(tmp_path / f"export-{i}")
            files[-1].write_bytes(text.encode())
        result = callark.run("review", "collect", "--format", format, *files)
        assert result.status == status, result
        return result
    return run


def lines(result, kind):
    found = [json.loads(line) for line in result.out.splitlines()]
    return [{k: v for k, v in one.items() if k != "type"}
            for one in found if one["type"] == kind]


EVA = (call(1, 80), call(2, 60.5), call(3, 100, "Bia", calibration=True))
IVO = (call(3, 70, "Bia", calibration=True), call(4, 0, failed="rule"),
       call(5, None, state="begun"))


@pytest.mark.parametrize("form", [as_json, as_csv])
def test_scores_become_averages(collect, form):
    result = collect(form("eva", *EVA), form("ivo", *IVO))
    assert len(lines(result, "score")) == 6
    ana, bia = lines(result, "agent")
    assert (ana["agent"], ana["calls"], ana["failed"]) == ("Ana", 3, 1)
    assert (ana["mean"], ana["lowest"], ana["highest"]) == (46.8, 0, 80)
    assert (bia["agent"], bia["calls"], bia["mean"]) == ("Bia", 1, 85)
    shared, = lines(result, "shared_call")
    assert (shared["id"], shared["evaluators"]) == ("c3", 2)
    assert (shared["lowest"], shared["highest"], shared["spread"]) == \
        (70, 100, 30)
    eva, ivo = lines(result, "evaluator")
    assert (eva["evaluator"], eva["calls"], eva["leaning"]) == ("eva", 3, 15)
    assert (ivo["evaluator"], ivo["calls"], ivo["open"], ivo["leaning"]) == \
        ("ivo", 2, 1, -15)


def test_csv_and_json_say_the_same(collect):
    one = collect(as_json("eva", *EVA), as_json("ivo", *IVO)).out
    for variant in ({}, {"delimiter": ";"}, {"bom": "\ufeff"}):
        assert collect(as_csv("eva", *EVA, **variant),
                       as_json("ivo", *IVO)).out == one


def test_the_last_entry_counts(collect):
    early = call(1, 10, entered="2026-01-01T08:00:00.000Z")
    late = call(1, 90, entered="2026-01-01T09:00:00.000Z")
    for texts in ((early, late), (late, early)):
        result = collect(*(as_json("eva", one) for one in texts),
                         format="text")
        assert "mean   90.0" in result.out and "1 replaced" in result.out


def test_the_table_is_csv(collect):
    result = collect(as_json("eva", call(1, 80, note='=1+1, "x"\nand more')),
                     format="csv")
    row, = csv.DictReader(io.StringIO(result.out, newline=""))
    assert row["evaluator"] == "eva" and row["score"] == "80.0"
    assert row["note"] == "'=1+1, \"x\"\nand more"


def test_text_is_for_people(collect):
    out = collect(as_json("eva", *EVA), as_json("ivo", *IVO),
                  format="text").out
    assert "Calls that several evaluators scored" in out
    assert "mean spread of 1 shared calls   30.0" in out
    assert "1 begun and not finished" in out
    assert all(len(line) <= 80 for line in out.splitlines())


def test_escapes_do_not_reach_the_terminal(collect):
    out = collect(as_json("eva\x1b[2J", call(1, 80, "An\x1b[31ma")),
                  format="text").out
    assert "\x1b" not in out


NO_EXPORTS = [
    "", "nonsense", "{", "{}", "[]", '{"format":"callark-scores"}',
    '{"format":"callark-scores","calls":[7]}',
    '{"format":"other","calls":[]}', "a;b;c\n1;2;3\n",
    "evaluator,id,score\neva,c1,101\n", "evaluator,id,score\neva,c1,-1\n",
    "evaluator,id,score\neva,c1,1e3\n", "evaluator,id,score\n,c1,10\n",
    'evaluator,id,score\n"eva,c1,10\n', "evaluator,id,score\neva,c\0,1\n",
    "evaluator,id,score," + "," * 500 + "\n",
    as_json("", call(1, 1)), as_json("eva", call(1, 1000)),
]


@pytest.mark.parametrize("number", range(len(NO_EXPORTS)))
def test_what_is_no_export_is_refused(collect, number):
    result = collect(NO_EXPORTS[number], status=USAGE)
    assert "export-0: this is no export of scores" in result.err, result


def test_nothing_scored_is_told(collect, make):
    assert "nothing is scored" in collect(
        as_json("eva"), status=INCOMPLETE).err
    _, callark = make({})
    assert callark.run("review", "collect").status == USAGE
    assert callark.run("review", "collect", "/nowhere/x").status == USAGE


def test_no_settings_and_no_archive_are_needed(tmp_path, collect, make):
    _, callark = make({})
    callark.config.write_text("")
    path = tmp_path / "eva.json"
    path.write_text(as_json("eva", *EVA))
    result = callark.run("review", "collect", path)
    assert result.status == COMPLETE, result

"""What the tests of callark sample share: an archive to draw from, its calls,
draws, and the same draws made again."""

import json
import re
import shutil
from decimal import Decimal

from support import COMPLETE, Callark

WEEK = [f"2024-12-{day}" for day in range(23, 30)]
RANGE = ("--from", WEEK[0], "--to", WEEK[-1])
SEED = ("--seed", "QA 2026-01")

# The days of a week are not alike, and calls are long and short.
SCENARIO = {"days": dict(zip(WEEK, [31, 28, 30, 33, 26, 9, 2])),
            "media": {"size": "call"}, "population": {"talk_s": [1, 5]}}
SMALL = {"days": {WEEK[0]: 6}, "media": {"size": 2000}}


def population(callark, days=WEEK):
    """The calls that can be drawn, as the tables of the bags have them."""
    calls = []
    for day in days:
        for row in callark.table(day).values():
            document = row["document"]
            if row["state"] != "archived":
                continue
            length = row["duration_s"]
            calls.append({
                "id": row["id"], "start": document["data_inicio"],
                "agent": document.get("agent") or document.get("agente") or "",
                "service": document.get("servico") or "",
                "length_ms": None if length is None else
                int(Decimal(str(length)) * 1000)})
    return calls


def draw(callark, *args):
    """The head of a draw, and its calls."""
    result = callark.run("sample", "--format", "ndjson", *args)
    assert result.status == COMPLETE, result
    head, *calls = [json.loads(line) for line in result.out.splitlines()]
    assert head["type"] == "draw"
    assert all(c["type"] == "call" for c in calls)
    assert [c["n"] for c in calls] == list(range(1, len(calls) + 1))
    assert head["drawn"] == len(calls)
    return head, calls


def record_path(callark, number):
    return callark.archive / "draws" / f"{number:04}.ndjson"


def redraw(callark, path):
    """Exit status, differences as (what, day, id), and the verdict."""
    result = callark.run("sample", "--redraw", path, "--format", "ndjson")
    *lines, verdict = [json.loads(line) for line in result.out.splitlines()]
    assert verdict["type"] == "redraw"
    assert verdict["differences"] == len(lines)
    assert verdict["same"] == (result.status == COMPLETE) == (not lines)
    assert all(line["detail"] for line in lines)
    return result.status, [(d["difference"], d["day"], d["id"])
                           for d in lines], verdict


def copy_of(callark, name):
    """A program with a copy of the archive of another."""
    shutil.copytree(callark.archive, callark.folder / name)
    return Callark(callark.folder / f"of-{name}", callark.base_url).configure(
        archive__path=callark.folder / name)


def changed(record, out, pattern, by):
    text = record.read_text()
    assert re.search(pattern, text)
    out.write_text(re.sub(pattern, by, text, count=1))
    return out

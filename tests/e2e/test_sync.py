"""The main job, without faults."""

from support import (COMPLETE, check_all, check_converged,
                     check_with_sha256sum, truth)

DAYS = {"2024-12-30": 40, "2024-12-31": 25}
RANGE = ("--from", "2024-12-30", "--to", "2024-12-31")


def test_two_runs_second_fetches_nothing(make):
    sim, callark = make({"days": DAYS})
    first = callark.sync(*RANGE)
    assert first.status == COMPLETE, first
    assert first.summary["new"] == len(truth(sim, *DAYS))
    sim.reset_log()
    before = {p: p.stat().st_mtime_ns for p in callark.archive.glob("2024/*/*/**/*")}
    second = callark.sync(*RANGE)
    assert second.status == COMPLETE, second
    assert second.summary["new"] == 0
    assert not sim.log(path="/recordings")
    after = {p: p.stat().st_mtime_ns for p in callark.archive.glob("2024/*/*/**/*")}
    assert before == after
    check_converged(callark, sim, DAYS)
    check_all(callark, sim, DAYS, first, second)


def test_bags_validate_with_stock_tools(make):
    _, callark = make({"days": DAYS})
    assert callark.sync(*RANGE).status == COMPLETE
    for day in DAYS:
        check_with_sha256sum(callark.bag(day))


def test_documents_are_kept_byte_for_byte(make):
    sim, callark = make({"days": DAYS})
    callark.sync(*RANGE)
    for day in DAYS:
        lines = (callark.bag(day) / "data/recordings.ndjson").read_bytes().splitlines()
        for call in sim.calls(day):
            document = call["document"].encode("utf-8", "surrogateescape")
            assert sum(b'"document":' + document + b"}" in l for l in lines) == 1

"""Every way in which a platform may speak, on days of three pages.

Each dialect must lead to a complete day, be remembered, shown, and cost no
mistake the second time."""

import json
from datetime import datetime

import pytest

from support import (COMPLETE, SERVICE, USAGE, check_archive,
                     check_no_secrets, identity, truth)

DAY = "2024-12-30"
NEXT = "2024-12-31"
CALLS = 2500
LISTING = "/ReportsApi/"


def scenario(**changes):
    """Three pages of documents, of which few have a recording."""
    return {"days": {DAY: CALLS}, "contact_share": 0.008,
            "media": {"size": 2000}, **changes}


def dialect(**changes):
    return scenario(dialect=changes)


def listings(sim):
    return sim.log(path=LISTING)


def skips(sim, param):
    """The pages that were asked for, as the platform read them."""
    asked = []
    for entry in listings(sim):
        words = json.loads(entry["body"]) if entry["body"] else entry["query"]
        asked.append(int(words.get(param, 0)))
    return sorted(asked)


def check_listed(callark, sim, *days):
    """Every document of the days is in its day's table as it came, and every
    recording in its bag."""
    for day in days:
        rows = callark.table(day)
        calls = {identity(c): c for c in sim.calls(day, hashes=False)}
        assert len(calls) == CALLS
        assert set(rows) == set(calls)
        for name, row in rows.items():
            assert row["document"] == json.loads(calls[name]["document"]), name
    assert callark.audio() == truth(sim, *days)


def check_dialect(callark, sim, *days, **settings):
    """Sync, and again with what was learned; returns both results."""
    span = ("--from", days[0], "--to", days[-1])
    first = callark.sync(*span)
    assert first.status == COMPLETE, first
    assert first.summary["listed"] == CALLS * len(days)
    check_listed(callark, sim, *days)
    check_archive(callark)
    sim.reset_log()
    second = callark.sync(*span)
    assert second.status == COMPLETE, second
    assert second.summary["new"] == 0
    assert second.summary["requests"] <= first.summary["requests"]
    assert len(listings(sim)) == 3 * len(days)
    assert {e["status"] for e in sim.log()} <= {200, 201}, sim.log()
    assert not sim.log(path="/recordings/")
    check_no_secrets(callark, first, second)
    return first, second


# ---- spellings, one at a time ------------------------------------------------

SPELLINGS = {
    "plain": {},
    "post": {"method": "POST"},
    "post-404": {"method": "POST", "wrong_method": 404},
    "both-methods": {"method": "both"},
    "report_skip": {"page_param": "report_skip"},
    "documents": {"page_unit": "documents"},
    "report_skip-documents": {"page_param": "report_skip",
                              "page_unit": "documents"},
    "post-report_skip-documents": {"method": "POST",
                                   "page_param": "report_skip",
                                   "page_unit": "documents"},
    **{f"envelope-{name}": {"envelope": name} for name in
       ("lower", "upper", "nested", "strings", "bare-case")},
    "pages-field": {"pages_field": "pages"},
    **{f"org-{name}": {"org_field": name} for name in
       ("organization_id", "organizationId", "id_organization", "empresa",
        "id")},
    "org-400": {"org_field": "id", "org_status": 400},
    **{f"token-{name}": {"token_place": name} for name in
       ("access_token", "accessToken", "data.token", "nested")},
    "jwt": {"token_kind": "jwt"},
    **{f"identity-{name}": {"identity": name} for name in
       ("id", "_id", "neither", "numeric")},
    "link-null": {"no_link": "null"},
    "link-empty": {"no_link": "empty"},
    "indented": {"pretty": True},
    "escaped": {"ascii": True},
    "accents-in-names": {"fields": {"servico": "serviço"}},
    "nastiest": {"method": "POST", "wrong_method": 404,
                 "page_param": "report_skip", "page_unit": "documents",
                 "envelope": "nested", "org_field": "id", "org_status": 400,
                 "token_place": "nested", "token_kind": "jwt",
                 "identity": "numeric", "no_link": "null", "pretty": True,
                 "ascii": True, "fields": {"servico": "serviço"}},
    "odd-pages": {"method": "POST", "page_param": "report_skip",
                  "page_unit": "documents", "page_size": 937,
                  "envelope": "strings", "identity": "neither"},
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_a_dialect_is_understood_and_remembered(make, spelling):
    sim, callark = make(dialect(**spelling))
    check_dialect(callark, sim, DAY)
    size = spelling.get("page_size", 1000)
    unit = spelling.get("page_unit", "pages")
    param = spelling.get("page_param", "report-skip")
    step = size if unit == "documents" else 1
    assert skips(sim, param) == [0, step, 2 * step]
    told = callark.run("status").out.split("learned")[1].split("\n")[0]
    assert json.loads(told) == {
        "method": "POST" if spelling.get("method") == "POST" else "GET",
        "page_param": param, "page_unit": unit, "page_size": size,
        "organization_field": spelling.get("org_field", "organization")}


@pytest.mark.parametrize("order", ["desc", "shuffled"])
def test_the_order_of_documents_does_not_matter(make, order):
    sim, callark = make(scenario(listing={"order": order}))
    check_dialect(callark, sim, DAY)


def test_doctor_shows_what_was_learned(make):
    sim, callark = make(dialect(method="POST", page_param="report_skip",
                                page_unit="documents", page_size=900))
    before = callark.run("doctor")
    assert "not settled" in before.out and "report_skip" not in before.out
    assert callark.sync("--day", DAY).status == COMPLETE
    sim.reset_log()
    after = callark.run("doctor")
    assert "POST, report_skip, counts documents, 900 a page" in after.out
    assert after.status == COMPLETE
    assert {e["method"] for e in listings(sim)} == {"POST"}


def test_services_in_another_spelling_are_found(make):
    """A field is one field, whatever its spelling."""
    _, callark = make({"days": {DAY: 20},
                       "dialect": {"fields": {"servico": "serviço"}}})
    assert callark.sync("--day", DAY).status == COMPLETE
    every = callark.run("find").out.splitlines()
    some = callark.run("find", "--service", "recep*").out.splitlines()
    assert 0 < len(some) < len(every)


# ---- links -------------------------------------------------------------------

LINKS = {
    "relative": {"host": "relative"},
    "relative-path": {"host": "relative-path"},
    "protocol-relative": {"host": "protocol-relative"},
    "other-host": {"host": "media"},
    "needs-token": {"host": "same", "need_token": True},
    "relative-needs-token": {"host": "relative", "need_token": True},
    "signed-elsewhere": {"host": "media", "signed": True,
                         "forbid_headers": True},
}


@pytest.mark.parametrize("links", LINKS.values(), ids=LINKS.keys())
def test_a_link_of_any_kind_is_followed(make, links):
    sim, callark = make({"days": {DAY: 12}, "links": links})
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert callark.audio() == truth(sim, DAY)
    check_no_secrets(callark, result)
    for entry in sim.log(path="/recordings/"):
        if entry["role"] == "media":
            assert "authorization" not in entry["headers"]
            assert "x-api-key" not in entry["headers"]


# ---- times -------------------------------------------------------------------

TIMES = {
    **{f"format-{form}": ({"time_format": form}, "America/Sao_Paulo", {})
       for form in ("space", "T", "offset", "Z", "epoch", "epoch-ms")},
    "end-exclusive": ({"date_end": "exclusive"}, "America/Sao_Paulo", {}),
    "far-east": ({}, "Pacific/Auckland", {}),
    "far-east-Z": ({"time_format": "Z"}, "Pacific/Auckland", {}),
    "half-hours": ({"time_format": "offset"}, "Asia/Kolkata", {}),
    "all-in-UTC": ({"zone": "UTC"}, "America/Sao_Paulo",
                   {"omni__time_zone": "UTC"}),
    "configured": ({"zone": "America/Manaus", "time_format": "epoch"},
                   "America/Sao_Paulo",
                   {"omni__time_zone": "America/Manaus"}),
}


@pytest.mark.parametrize("changes,zone,settings", TIMES.values(),
                         ids=TIMES.keys())
def test_a_time_belongs_to_the_day_it_has_in_the_zone(make, changes, zone,
                                                      settings):
    """The first call of a day starts with it, the last in its last second:
    whoever misreads a zone or an end puts them into another day."""
    sim, callark = make(scenario(
        days={DAY: CALLS, NEXT: CALLS},
        organizations=[{"id": "acme", "name": "ACME", "timeZone": zone}],
        **changes), **settings)
    check_dialect(callark, sim, DAY, NEXT)
    status = callark.run("status")
    for day in (DAY, NEXT):
        line = next(l for l in status.out.splitlines() if l.startswith(day))
        assert line.split()[-2:] == ["00:00:00", "23:59:59"], status
    mark = json.loads((callark.archive / "callark.json").read_text())
    assert mark["time_zone"] == settings.get("omni__time_zone", zone)


def test_filters_in_UTC_and_times_with_an_offset_meet_in_UTC(make):
    """What the platform filters by and what it prints may be two zones."""
    sim, callark = make(scenario(filter_zone="UTC", time_format="offset"),
                        omni__time_zone="UTC")
    result = callark.sync("--from", DAY, "--to", NEXT)
    assert result.status == COMPLETE, result
    assert result.summary["listed"] == CALLS
    midnight = datetime.fromisoformat(NEXT + "T00:00+00:00").timestamp()
    late = {c["id"]: c["start"] >= midnight
            for c in sim.calls(DAY, hashes=False)}
    assert any(late.values())
    assert set(callark.table(NEXT)) == {i for i in late if late[i]}
    assert set(callark.table(DAY)) == {i for i in late if not late[i]}


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "UTC", "Asia/Tokyo"])
def test_an_undeclared_zone_of_filters_loses_nothing(make, zone):
    """Nobody said that it filters by another clock than it prints: what lies
    within the days asked for is there all the same, and nothing is held to
    have vanished."""
    sim, callark = make(scenario(days={DAY: 24, NEXT: 12}, filter_zone=zone))
    assert any(c["data_inicio"].endswith(" 00:00:00") for c in map(
        json.loads, (c["document"] for c in sim.calls(NEXT, hashes=False))))
    wide = ("--from", "2024-12-29", "--to", "2025-01-01")
    ids = sorted(c["id"] for day in (DAY, NEXT)
                 for c in sim.calls(day, hashes=False))
    listed = callark.run("list", *wide, "--links", "all", "-f", "ndjson")
    assert sorted(json.loads(line)["id"]
                  for line in listed.out.splitlines()) == ids
    for _ in range(2):
        result = callark.sync(*wide)
        assert result.status == COMPLETE, result
        assert "other times than were asked for" in result.err
    assert sorted([*callark.table(DAY), *callark.table(NEXT)]) == ids
    assert callark.rows("SELECT count(*) FROM recording"
                        " WHERE vanished_s IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("day,form", [
    ("2024-03-10", "space"), ("2024-03-10", "Z"),
    ("2024-11-03", "space"), ("2024-11-03", "Z"), ("2024-11-03", "offset"),
])
def test_days_of_23_and_25_hours_are_complete(make, day, form):
    sim, callark = make({
        "days": {day: 60}, "contact_share": 0.2, "time_format": form,
        "dialect": {"page_size": 25},
        "organizations": [{"id": "acme", "name": "ACME",
                           "timeZone": "America/New_York"}]})
    for _ in range(2):
        result = callark.sync("--day", day)
        assert result.status == COMPLETE, result
        assert result.summary["listed"] == 60
    assert callark.audio() == truth(sim, day)
    assert not callark.rows("SELECT 1 FROM recording WHERE vanished_s NOTNULL")


@pytest.mark.parametrize("end", ["inclusive", "exclusive"])
def test_a_call_at_midnight_is_in_its_own_day_only(make, end):
    """A window that includes its end lists the next day's first call too."""
    sim, callark = make({"days": {DAY: 20, NEXT: 20}, "contact_share": 1.0,
                         "date_end": end})
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert result.summary["listed"] == 20
    assert callark.audio() == truth(sim, DAY)
    assert callark.run("status").status == COMPLETE
    assert not callark.bag(NEXT).exists()


# ---- a platform that learns new ways -----------------------------------------

CHANGES = {
    "to-post": ({}, {"method": "POST"}),
    "to-get": ({"method": "POST"}, {"method": "GET"}),
    "to-report_skip": ({}, {"page_param": "report_skip"}),
    "from-report_skip": ({"page_param": "report_skip"}, {}),
    "to-documents": ({}, {"page_unit": "documents"}),
    "from-documents": ({"page_unit": "documents"}, {}),
    "org-field": ({"org_field": "empresa"}, {"org_field": "id"}),
    "first-org-field": ({"org_field": "id"}, {}),
    "larger-pages": ({"page_size": 20}, {"page_size": 50}),
    "smaller-pages": ({"page_size": 50}, {"page_size": 20}),
    "larger-steps": ({"page_size": 20, "page_unit": "documents"},
                     {"page_size": 50, "page_unit": "documents"}),
    "smaller-steps": ({"page_size": 50, "page_unit": "documents"},
                      {"page_size": 20, "page_unit": "documents"}),
    "one-page": ({"page_size": 20}, {"page_size": 1000}),
}


@pytest.mark.parametrize("before,after", CHANGES.values(), ids=CHANGES.keys())
def test_a_platform_that_changes_is_learned_anew(make, before, after):
    days = {DAY: 130, NEXT: 130}

    def speaking(**spelling):
        return {"days": days, "contact_share": 0.1,
                "dialect": {"page_size": 50, **spelling}}

    sim, callark = make(speaking(**before))
    assert callark.sync("--day", DAY).status == COMPLETE
    sim.scenario(speaking(**after))
    for _ in range(2):
        sim.reset_log()
        result = callark.sync("--from", DAY, "--to", NEXT)
        assert result.status == COMPLETE, result
        assert result.summary["listed"] == 260
    assert {e["status"] for e in listings(sim)} == {200}
    assert callark.audio() == truth(sim, DAY, NEXT)


# ---- said by the user --------------------------------------------------------

def test_a_configured_dialect_is_not_probed(make):
    sim, callark = make(
        dialect(method="POST", page_param="report_skip",
                page_unit="documents", org_field="empresa"),
        omni__method="POST", omni__page_param="report_skip",
        omni__page_unit="documents", omni__organization_field="empresa")
    assert callark.sync("--day", DAY).status == COMPLETE
    assert {e["status"] for e in sim.log()} <= {200, 201}
    assert skips(sim, "report_skip") == [0, 1000, 2000]


@pytest.mark.parametrize("key,value,status", [
    ("omni__method", "GET", SERVICE),
    ("omni__organization_field", "organization", SERVICE),
    ("omni__method", "PUT", USAGE),
    ("omni__page_param", "skip", USAGE),
    ("omni__page_unit", "bytes", USAGE),
    ("omni__organization_field", "org", USAGE),
])
def test_a_wrong_configured_dialect_is_told_by_name(make, key, value, status):
    sim, callark = make({"days": {DAY: 5}, "dialect": {
        "method": "POST", "org_field": "id"}}, **{key: value})
    result = callark.sync("--day", DAY)
    assert result.status == status, result
    if status == USAGE:
        assert key.replace("__", ".") in result.err and value in result.err
    assert not sim.log(path="/recordings/")


# ---- tokens ------------------------------------------------------------------

def test_a_token_is_renewed_before_it_ends(make):
    """A JWT says when it ends: nobody waits for the 401."""
    sim, callark = make(scenario(dialect={"token_kind": "jwt"},
                                 token={"life_s": 61},
                                 latency_ms={"list": 600}))
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert result.summary["relogins"] >= 1
    assert 401 not in {e["status"] for e in sim.log()}

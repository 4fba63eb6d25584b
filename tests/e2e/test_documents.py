"""Documents that are broken, odd or hostile: each is kept, none harms."""

import csv
import io
import json
import re
import unicodedata

import pytest

from support import (COMPLETE, INCOMPLETE, check_archive, check_bag,
                     check_with_sha256sum, truth)

DAY = "2024-12-30"
CALLS = 8
FIRST_GIVEN = str(0x800000)     # how the platform counts the documents given

# What no terminal and no log may be sent: controls, and marks that turn the
# direction of writing around.
UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# What a spreadsheet would take for a formula.
FORMULA = re.compile(r"[=+\-@\t\r]")


def scenario(**changes):
    return {"days": {DAY: CALLS}, "contact_share": 1.0,
            "media": {"size": 2000}, **changes}


def spoilt(which=3, **spec):
    return scenario(listing={"bad": [{"which": which, **spec}]})


def check_others(callark, sim, index=3):
    """All but one document are archived as if nothing had been."""
    archived = callark.audio()
    for call in sim.calls(DAY):
        if call["index"] != index:
            assert archived.get(call["id"]) == call["sha256"], call
    check_archive(callark)


def kept_raw(callark):
    """What was kept of documents that cannot be read: {name: bytes}."""
    folder = callark.archive / "quarantine" / DAY.replace("-", "/")
    return {p.name: p.read_bytes() for p in folder.glob("*.raw")}


def check_printable(*results):
    for result in results:
        for text in (result.out, result.err):
            assert not UNPRINTABLE.search(text), ascii(text)


def check_csv(text):
    """Rows that any reader takes apart alike, without a formula in them."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len({len(row) for row in rows}) == 1
    for row in rows[1:]:
        for cell in row:
            assert not FORMULA.match(cell), ascii(cell)
    return rows


# ---- documents that cannot be read -------------------------------------------

WRECKS = {
    "number": "42",
    "null": "null",
    "text": '"gone"',
    "array": '[{"id":"x"}]',
    "same-key-twice": '{"id":"x1","id":"x2","data_inicio":"%s 10:00:00"}' % DAY,
    "half-a-surrogate": r'{"id":"x","tag":"\ud800"}',
    "zero-inside": r'{"id":"a\u0000b","data_inicio":"%s 10:00:00"}' % DAY,
    "deep": '{"id":"x","tag":' + "[" * 900 + "]" * 900 + "}",
    "wide": '{"id":"x","tag":[' + "0," * 30000 + "0]}",
}


@pytest.mark.parametrize("raw", WRECKS.values(), ids=WRECKS.keys())
def test_a_document_that_cannot_be_read_is_kept_raw(make, raw):
    sim, callark = make(scenario(documents=[{"raw": raw, "at_day": DAY}]))
    for _ in range(2):      # and is not lost or doubled by the next run
        result = callark.sync("--day", DAY)
        assert result.status == INCOMPLETE, result
        assert result.summary["odd_documents"] == 1
        rows = [r for r in callark.table(DAY).values()
                if r["document"] == json.loads(raw)]
        if rows:            # readable after all, only odd
            assert rows[0]["oddity"]
        else:
            assert list(kept_raw(callark).values()) == [raw.encode()]
            assert "Callark-Unreadable-Documents: 1" in (
                callark.bag(DAY) / "bag-info.txt").read_text()
    assert len(callark.audio()) == CALLS
    check_archive(callark)
    assert callark.run("status").status == INCOMPLETE
    check_printable(result, callark.run("status", "--items"))


def test_bytes_that_are_no_text_are_kept_as_they_came(make):
    sim, callark = make(spoilt(do="bad-utf8"))
    result = callark.sync("--day", DAY)
    assert result.status == INCOMPLETE, result
    came = sim.calls(DAY)[3]["document"].encode("utf-8", "surrogateescape")
    assert list(kept_raw(callark).values()) == [came]
    check_others(callark, sim)
    sim.set(listing={"bad": []})        # mended at the source
    result = callark.sync("--day", DAY)
    assert result.summary["odd_documents"] == 0
    assert callark.audio() == truth(sim, DAY)


def test_list_tells_of_documents_that_cannot_be_read(make):
    _, callark = make(scenario(documents=[{"raw": "42", "at_day": DAY}]))
    result = callark.run("list", "--day", DAY, "--format", "ndjson")
    assert result.status == INCOMPLETE
    assert len(result.out.splitlines()) == CALLS
    assert "cannot be read" in result.err
    result = callark.sync("--day", DAY, "--dry-run")
    assert result.status == INCOMPLETE and result.summary["odd_documents"] == 1


# ---- documents with something wrong ------------------------------------------

ODD = {
    # what is done to it: (state of the row, whether it is odd)
    **{f"{x}-id": ("archived", False) for x in (
        "missing", "null", "empty", "object", "number", "junk", "relative",
        "future", "space")},
    **{f"{x}-id": ("archived", True) for x in ("array", "true")},
    **{f"{x}-url": ("no_link", False) for x in ("missing", "null", "empty")},
    **{f"{x}-url": ("no_link", True) for x in ("object", "array")},
    **{f"{x}-url": ("deferred", False) for x in (
        "number", "true", "junk", "relative", "future", "space")},
    **{f"{x}-date": ("archived", True) for x in (
        "missing", "null", "empty", "object", "array", "number", "true",
        "junk", "relative", "future", "space")},
    "wrong-types": (None, True),
}


@pytest.mark.parametrize("do,state,is_odd",
                         [(do, *end) for do, end in ODD.items()],
                         ids=ODD.keys())
def test_an_odd_document_keeps_its_place(make, fast_clock, do, state, is_odd):
    sim, callark = make(spoilt(do=do))
    result = callark.sync("--day", DAY, env=fast_clock())
    troubled = is_odd or state == "deferred"
    assert result.status == (INCOMPLETE if troubled else COMPLETE), result
    assert result.summary["listed"] == CALLS
    assert result.summary["odd_documents"] == is_odd
    document = json.loads(sim.calls(DAY)[3]["document"])
    rows = [r for r in callark.table(DAY).values()
            if r["document"] == document]
    assert len(rows) == 1
    assert rows[0]["state"] == (state or rows[0]["state"])
    assert bool(rows[0]["oddity"]) == is_odd, rows
    check_others(callark, sim)
    check_printable(result)


def test_a_document_without_anything_is_called_by_its_hash(make):
    sim, callark = make(scenario(documents=[
        {"raw": "{}", "at_day": DAY}, {"raw": '{"x":1}', "at_day": DAY}]))
    for _ in range(2):
        result = callark.sync("--day", DAY)
        assert result.status == INCOMPLETE
        assert result.summary["listed"] == CALLS + 2
    names = [i for i in callark.table(DAY) if i.startswith("doc-")]
    assert len(names) == 2


# ---- hostile names and texts -------------------------------------------------

HOSTILE_IDS = [
    "../../../../etc/passwd", "/etc/passwd", "..", ".", "a/b", "a\\b", "..\\x",
    "con", "NUL.wav", "aux", "-rf", "--help", ".hidden", "end.", "sp ace",
    "ABC", "abc", "Abc", "e\u0301", "\u00e9", "\u212b", "\u00c5", "\u0130",
    "\U0001f4a9", "\u202egnp.wav", "a\tb", "a\nb", "a\r\nb", "\x1b[31mred",
    "\x1b]0;title\x07", "\x7f", "\u0085", "\u2028", "=1+1", "@SUM(1)", "+1",
    "%2e%2e%2f", "%00", "$(id)", "`id`", "; rm -rf .", "|id", "'", '"', "*",
    "{id}", "{time}", "~root", "lock", "callark.json", "x.partial", "x" * 300,
    "x" * 299 + "y", "ç" * 256, "data/audio/x.wav", "manifest-sha256.txt",
]


def hostile(**fields):
    return {"data_inicio": f"{DAY} 12:00:00", "download_url": "{link}",
            "status": "Contact", **fields}


def test_hostile_ids_get_safe_names_of_their_own(make, tmp_path):
    documents = [hostile(id=i, protocolo=str(n))
                 for n, i in enumerate(HOSTILE_IDS)]
    sim, callark = make(scenario(documents=documents))
    outside = {p for p in tmp_path.rglob("*")
               if callark.archive not in p.parents}
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert callark.audio() == truth(sim, DAY)
    assert len(callark.audio()) == CALLS + len(HOSTILE_IDS)
    check_archive(callark)          # names are safe, unique without case
    check_with_sha256sum(callark.bag(DAY))
    names = {p.name for p in (callark.bag(DAY) / "data/audio").iterdir()}
    assert len({unicodedata.normalize("NFKC", n).casefold()
                for n in names}) == len(names)
    after = {p for p in tmp_path.rglob("*") if callark.archive not in p.parents}
    assert after - outside <= {callark.archive,
                               callark.folder / "summary.json"}
    second = callark.sync("--day", DAY)
    assert second.status == COMPLETE and second.summary["new"] == 0
    assert callark.run("verify").status == COMPLETE


def test_an_id_beyond_measure_is_odd_and_archived(make):
    documents = [hostile(id="y" * 2000, tag=str(n)) for n in range(2)]
    sim, callark = make(scenario(documents=documents))
    result = callark.sync("--day", DAY)
    assert result.status == INCOMPLETE
    assert result.summary["archived"] == CALLS + 2
    assert result.summary["odd_documents"] == 2
    check_archive(callark)


HOSTILE_TEXTS = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
    "\x1b[2J\x1b[31mred", "\x1b]8;;http://x\x07link", "a\nb\r\nc", 'say "x", y',
    "\u202eevil", "\u2066x", "\x00", "\x7f\x85", "../../x", "e\u0301 \u0130",
    "x" * 5000, "%s%n", "{id}", "<script>", "Zé; João, \"Ninguém\"",
]
FIELDS = ("agente", "agent", "cliente", "contato", "servico", "ramal",
          "origem", "protocolo", "status", "documento", "tag")


@pytest.mark.parametrize("name", ["{time}-{id}",
                                  "{agent}-{service}-{origin}-{id}"])
def test_hostile_texts_harm_neither_tree_nor_tables(make, name):
    documents = [
        hostile(id=f"hostile-{n}", **{f: text for f in FIELDS})
        for n, text in enumerate(HOSTILE_TEXTS) if "\x00" not in text]
    sim, callark = make(scenario(documents=documents), archive__name=name)
    result = callark.sync("--day", DAY)
    assert result.status == COMPLETE, result
    assert callark.audio() == truth(sim, DAY)
    check_archive(callark)
    table = (callark.bag(DAY) / "data/recordings.csv").read_bytes().decode()
    rows = check_csv(table)
    assert len(rows) == 1 + CALLS + len(documents)


def test_hostile_texts_reach_no_terminal(make):
    """Results and talk of every command, in every format for people."""
    documents = [hostile(id=f"h-{n}-{text[:40]}", **{f: text for f in FIELDS})
                 for n, text in enumerate(HOSTILE_TEXTS) if "\x00" not in text]
    documents += [hostile(id=f"none-{n}-{text[:40]}",
                          download_url=f"/none/{n}?{text[:9]}")
                  for n, text in enumerate(HOSTILE_TEXTS) if "\x00" not in text]
    sim, callark = make(scenario(
        documents=documents,
        organizations=[{"id": "acme", "name": "AC\x1b[31mME\u202e",
                        "timeZone": "America/Sao_Paulo"}]))
    result = callark.sync("--day", DAY, "--verbose")
    assert result.status == INCOMPLETE and result.err.count("h-") < 1000
    check_printable(
        result, callark.run("orgs"), callark.run("status", "--items"),
        callark.run("list", "--day", DAY), callark.run("find", "--format",
                                                       "table"),
        callark.run("doctor"), callark.run("verify"))
    path = next(callark.bag(DAY).glob("data/audio/*-h-*"))
    path.write_bytes(b"x")
    check_printable(callark.run("verify"))
    for args in (("list", "--day", DAY), ("find",)):
        check_csv(callark.run(*args, "--format", "csv").out)
        text = callark.run(*args, "--format", "ndjson").out
        for line in text.split("\n")[:-1]:
            json.loads(line)


def test_log_lines_in_json_are_one_a_line(make):
    documents = [hostile(id=f"a\n\x1b{n}", data_inicio=text)
                 for n, text in enumerate(HOSTILE_TEXTS) if "\x00" not in text]
    _, callark = make(scenario(documents=[
        {**d, "at_day": DAY} for d in documents]))
    result = callark.sync("--day", DAY, "--log-format", "json", "--verbose")
    assert result.status == INCOMPLETE
    lines = [json.loads(line) for line in result.err.split("\n")[:-1]]
    assert {line["id"] for line in lines if "id" in line} >= {
        d["id"] for d in documents}
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", result.err)


@pytest.mark.parametrize("fault", [
    {"do": "html"}, {"do": "json"}, {"do": "xml"}, {"do": "empty"}])
def test_a_body_that_is_no_recording_is_set_aside_by_a_safe_name(
        make, fast_clock, fault):
    evil = "../../x\x1b[31m"
    sim, callark = make(scenario(
        documents=[hostile(id=evil)],
        media={"size": 2000, "faults": {FIRST_GIVEN: {**fault, "times": -1}}}))
    result = callark.sync("--day", DAY, env=fast_clock())
    assert result.status == INCOMPLETE, result
    assert result.summary["problems_total"] == 1
    problem = result.summary["problems"][0]
    assert problem["id"] == evil
    for path in (callark.archive / "quarantine").rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", path.name)
        if path.suffix == ".json":
            assert json.loads(path.read_text())["id"] == evil
    check_archive(callark)
    check_bag(callark.bag(DAY))
    check_printable(result)

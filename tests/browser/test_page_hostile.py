"""Whatever the platform, a form, a title or an import says is text."""

import json

import pytest

from injections import INJECTIONS

DAY = "2024-12-30"

# What stands in the page's own markup, and nothing else may.
ELEMENTS = """JSON.stringify([...new Set([...document.querySelectorAll("*")]
  .map((e) => e.localName))].sort())"""


def call(i, text):
    at = f"{DAY} {8 + i // 60:02}:{i % 60:02}:00"
    return {"_id": f"k{i}", "id": f"{i} {text}", "data_inicio": at,
            "data_atendida": at, "data_fim": at, "cliente": text,
            "contato": text, "agente": text, "agent": text, "servico": text,
            "ramal": text, "origem": text, "status": text, "documento": text,
            "tag": text, "protocolo": f"{text} {i}",
            "download_url": "{link}"}


def conversation(i, text):
    at = f"{DAY} {8 + i // 60:02}:{i % 60:02}:00"
    return {"_id": f"m{i}", "id": f"m{i}", "data_inicio": at, "data_fim": at,
            "contato": text, "agente": text, "protocolo": f"{text} {i}",
            "media_type": 2, "mensagens": [
                {"recebida": True, "send_time": text, "message": text,
                 "media": text, "message_type": text}]}


def survey(i, text):
    at = f"{DAY} {8 + i // 60:02}:{i % 60:02}:00"
    return {"id": f"s{i}", "data_inicio": at, "data_fim": at,
            "protocolo": f"{text} {i}", "questão": text, "score": text,
            "research_type": text, "status": text, "data_completado": text}


def form():
    return {"title": INJECTIONS[0], "questions": [
        {"id": "constructor", "text": "Built in", "type": "yes_no",
         "fatal": True}, *(
        {"id": f"q{i}", "text": text, "help": text, "type": "choice",
         "choices": [text, {"text": text, "value": 1}]}
        for i, text in enumerate(INJECTIONS))]}


@pytest.fixture(scope="module")
def hostile(build):
    """A folder in which every field of every call is an attack."""
    cases = list(enumerate(INJECTIONS))
    return build({
        "days": {DAY: 0}, "media": {"size": 2000},
        "documents": [call(i, text) for i, text in cases],
        "routes": {
            "service-history-messages": {
                "documents": [conversation(i, t) for i, t in cases]},
            "satisfaction-survey-history": {
                "documents": [survey(i, t) for i, t in cases]}}},
        "--unmask", "--title", INJECTIONS[1], form=form())


def test_injections_are_text_everywhere(page, hostile, screenshots):
    tab = page(hostile)
    before = tab.run(ELEMENTS)
    assert tab.run("review.calls.every((c) => stateOf(c) === 'unscored' && "
                   "scoreOf(entryOf(c)).score === null)")
    tab.click("#filters-button")
    calls = len(INJECTIONS)
    assert tab.run("review.calls.length") == calls
    for i in range(calls):
        tab.run(f"openCall(review.calls.find((c) => "
                f"c.record.id.startsWith('{i} ')))")
        tab.wait("!byId('related').hidden && call.loaded.has("
                 "review.current.n)")
        said = tab.run("""[byId("call-title").textContent,
          [...byId("details").querySelectorAll("dd")].map((e) => e.textContent),
          byId("related-body").textContent]""")
        text = INJECTIONS[i]
        assert said[0] == text
        for wanted in (text, f"{text} {i}"):
            assert wanted in said[1], (wanted, said)
        assert said[2].count(text) >= 3, said[2]
        assert tab.run("window.HIT") is None, text
    assert tab.run("[...byId('form').querySelectorAll('legend')].map("
                   "(e) => e.textContent)")[1:] == list(INJECTIONS)
    assert tab.run("byId('title').textContent") == INJECTIONS[1]
    names = json.loads(tab.run(ELEMENTS))
    assert set(names) - set(json.loads(before)) <= {
        "fieldset", "legend", "div", "input", "span", "label", "p", "select",
        "option", "dt", "dd", "h4", "ol", "li", "em", "button"}, names
    assert tab.run("document.querySelectorAll('script:not([src^=\"review.js\"])"
                   ":not([src^=\"data.js\"])').length") == 0
    assert tab.run("[...document.querySelectorAll('*')].some((e) => "
                   "[...e.attributes].some((a) => a.name.startsWith('on')))"
                   ) is False
    assert not [u for u in tab.requests() if "HIT" in u]
    tab.screenshot(screenshots / "hostile.png")


def test_injections_in_what_evaluators_write(page, hostile, tmp_path):
    tab = page(hostile)
    given = tab.run("review.calls.map((c) => c.record.id)")
    path = tmp_path / "scores.json"
    path.write_text(json.dumps({
        "format": "callark-scores", "calls": [
            {"id": one, "note": text, "marks": [{"at": 0, "text": text}],
             "answers": {f"q{i}": 1, "__proto__": {"x": 1}}, "entered": text}
            for i, (one, text) in enumerate(zip(given, INJECTIONS))]}))
    tab.choose_file("#import-file", path)
    tab.wait("byId('banner').textContent.includes('imported')")
    for i, text in enumerate(INJECTIONS):
        tab.fill("#evaluator", text)
        tab.fill("#search", text)
        tab.run(f"openCall(review.byId.get({json.dumps(given[i])}))")
        assert tab.run("byId('note').value") == text.replace("\r", "\n")
        assert tab.run("window.HIT") is None
    assert tab.run("({}).x") is None


def test_injections_in_data_stay_data(hostile):
    for path in hostile.rglob("*.js"):
        if path.name == "review.js":
            continue
        text = path.read_bytes()
        assert text.isascii(), path
        for sign in (b"<", b">", b"&"):
            assert sign not in text, (path, sign)

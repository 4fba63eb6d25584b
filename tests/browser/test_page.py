"""The page of a review, in a browser, as its users have it."""

import csv
import io
import json
import shutil
import subprocess
import time

import pytest

from chromium import Chromium
from folders import FORM, PLAYABLE, multiply, read_data
from support import BINARY

ANSWERS = {"greeting": "yes", "tone": 4, "rule": "yes", "end": 2}
SCORE = 82.1    # (2*1 + 3*0.75 + 1*1 + 1*0.5) / 7


def selected(page):
    return page.run("review.current.record.id")


def shown(page):
    return page.run("list.shown.map((c) => c.record.id)")


def entry(page):
    return page.run("entryOf(review.current)")


def ready(page):
    page.wait("player.isReady && wave.lanes.length")


def score_by_keys(page):
    """Answer everything that digits can answer."""
    for key in "1412":
        page.key(key)


# ---- playing ------------------------------------------------------------------

PLAY = """(async () => {
  const results = {};
  for (const c of [...list.shown]) {
    openCall(c);
    const until = Date.now() + 20000;
    const wait = async (what) => {
      while (!what() && Date.now() < until)
        await new Promise((done) => setTimeout(done, 20));
      return what();
    };
    const isReady = await wait(() => player.isReady || player.audio.error);
    player.audio.muted = true;
    await player.audio.play().catch(() => {});
    const moved = await wait(() => player.audio.currentTime > 0.15);
    seekTo(1.2);
    const sought = await wait(() => player.audio.currentTime >= 1.2);
    player.audio.pause();
    results[c.n] = [Boolean(isReady && !player.audio.error), moved, sought,
                    Math.round(10 * player.audio.duration) / 10,
                    byId("trouble").hidden];
  }
  return results;
})()"""


@pytest.mark.parametrize("way", ["file", "http"])
def test_every_codec_plays_and_seeks(page, codecs, site, way):
    tab = page(codecs, site(codecs) if way == "http" else None)
    results = tab.run(PLAY)
    assert len(results) == len(PLAYABLE)
    for number, (is_ready, moved, sought, length, is_calm) in results.items():
        name = PLAYABLE[int(number) - 1]
        assert is_ready and moved and sought and is_calm, (name, results)
        assert 1.9 < length < 2.2, (name, length)


def test_the_waveform_is_a_place_to_click_and_drag(page, calls):
    tab = page(calls)
    ready(tab)
    x, y, width, height = tab.box("#canvas")
    middle = y + height / 2
    tab.mouse("mousePressed", x + width / 2, middle)
    tab.mouse("mouseReleased", x + width / 2, middle, buttons=0)
    tab.wait("Math.abs(placeOf() - 1) < 0.05")
    tab.drag((x + width / 4, middle), (x + width * 0.75, middle))
    tab.wait("Math.abs(placeOf() - 1.5) < 0.05")
    tab.drag((x + width / 4, middle), (x + width / 2, middle), shift=True)
    assert abs(tab.run("player.loopFrom") - 0.5) < 0.05
    assert abs(tab.run("player.loopTo") - 1.0) < 0.05
    drawn = tab.run("[...byId('canvas').getContext('2d').getImageData("
                    "0, 0, 400, 100).data].filter((v) => v).length")
    assert drawn > 1000


def test_a_loop_is_repeated(page, calls):
    tab = page(calls)
    ready(tab)
    tab.run("player.audio.muted = true; setLoop(0.5, 0.8); seekTo(0.6)")
    tab.key(" ")
    tab.wait("(() => { window.heard ??= []; window.heard.push(placeOf());"
             "return heard.some((t, i) => i && t < heard[i - 1] - 0.1); })()")
    assert tab.run("Math.max(...heard)") < 1.2
    tab.key("l")
    assert tab.run("player.loopTo") is None


def test_speed_keeps_the_pitch(page, calls):
    tab = page(calls)
    for speed in ("0.5", "3", "1.5"):
        tab.fill("#speed", speed)
        assert tab.run("player.audio.playbackRate") == float(speed)
        assert tab.run("player.audio.preservesPitch") is True
    tab.key(">")
    assert tab.run("player.audio.playbackRate") == 1.75
    tab.key("ArrowDown")
    tab.wait("player.isReady && player.audio.playbackRate === 1.75")


def test_channels_can_be_heard_alone(page, calls):
    tab = page(calls)
    ready(tab)
    assert tab.run("wave.lanes.length") == 2
    tab.run("seekTo(1.3)")
    tab.click("[data-solo=left]")
    tab.wait("player.isReady && player.audio.src.endsWith('.left.wav')")
    tab.wait("Math.abs(player.audio.currentTime - 1.3) < 0.05")
    tab.key("s")
    tab.wait("player.isReady && player.audio.src.endsWith('.right.wav')")
    assert tab.run("document.querySelector('[data-solo=right]')"
                   ".getAttribute('aria-pressed')") == "true"
    tab.key("s")
    tab.wait("player.isReady && !player.audio.src.includes('.right.')")


def test_loud_calls_are_turned_down(page, codecs):
    tab = page(codecs)
    tab.run("review.current.sound.lufs = review.head.level + 6; setVolume()")
    assert tab.run("player.audio.volume") == 1
    tab.click("#level")
    assert abs(tab.run("player.audio.volume") - 0.501) < 0.01
    tab.fill("#volume", "0.5")
    assert abs(tab.run("player.audio.volume") - 0.25) < 0.01


def test_the_position_is_remembered(page, calls):
    tab = page(calls)
    ready(tab)
    tab.run("seekTo(1.4)")
    tab.key("ArrowDown")
    tab.wait("player.isReady")
    assert tab.run("placeOf()") == 0
    tab.key("ArrowUp")
    tab.wait("player.isReady && Math.abs(player.audio.currentTime - 1.4) < 0.1")
    tab.run("keepPlace()")
    tab.reload()
    tab.wait("player.isReady && Math.abs(player.audio.currentTime - 1.4) < 0.1")


def test_zoom_shows_a_stretch_and_follows(page, calls):
    tab = page(calls)
    ready(tab)
    tab.run("seekTo(1)")
    tab.key("+")
    tab.key("+")
    assert tab.run("wave.zoom") == 4
    assert tab.run("wave.start < 1 && wave.start + seenLength() > 1")
    tab.run("seekTo(0.1)")
    assert tab.run("wave.start <= 0.1")
    for _ in range(3):
        tab.key("-")
    assert tab.run("[wave.zoom, wave.start]") == [1, 0]


# ---- the list -----------------------------------------------------------------

def test_search_and_filters_find(page, calls):
    tab = page(calls)
    _, data = read_data(calls)
    records = [c["record"] for c in data]
    agent = records[0]["agent"]
    tab.fill("#search", agent.upper())
    assert set(shown(tab)) == {r["id"] for r in records if r["agent"] == agent}
    tab.fill("#search", records[5]["protocol"])
    assert shown(tab) == [records[5]["id"]]
    tab.fill("#search", "")
    tab.click("#filters-button")
    for name, field in (("agent", "agent"), ("service", "service"),
                        ("tag", "tag"), ("direction", "origin")):
        tab.fill(f"#filter-{name}", records[3][field])
        assert set(shown(tab)) == {r["id"] for r in records
                                   if r.get(field) == records[3][field]}, name
        tab.fill(f"#filter-{name}", "")
    tab.fill("#filter-from", "2024-12-31")
    assert shown(tab) == []
    assert "No call matches" in tab.run("byId('count').textContent")
    tab.click("#filters-clear")
    assert len(shown(tab)) == len(records)
    tab.fill("#filter-shortest", "3")
    assert shown(tab) == []
    tab.fill("#filter-shortest", "1")
    assert len(shown(tab)) == len(records)


def test_scored_or_not_is_a_filter(page, calls):
    tab = page(calls)
    score_by_keys(tab)
    first = selected(tab)
    tab.run("list.filters = {state: 'scored'}; refreshList()")
    assert shown(tab) == [first]
    tab.run("list.filters = {state: 'unscored'}; refreshList()")
    assert first not in shown(tab)


def test_evaluators_see_what_they_were_given(page, calls, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(calls, folder)
    head, data = read_data(folder)
    head["draw"] = {"draw": 3, "evaluators": ["eva", "ivo"]}
    for i, one in enumerate(data):
        one["record"]["evaluators"] = ["eva"] if i % 2 else ["ivo"]
    data[4]["record"].update(evaluators=["eva", "ivo"], calibration=True)
    (folder / "data.js").write_text(
        f"callarkReview({json.dumps(head)},{json.dumps(data)});\n")
    tab = page(folder)
    assert len(shown(tab)) == len(data)
    tab.fill("#evaluator", "eva")
    assert len(shown(tab)) == len(data) // 2 + 1
    assert selected(tab) in shown(tab)
    tab.reload()
    assert len(shown(tab)) == len(data) // 2 + 1
    assert "draw 3" in tab.run("byId('subtitle').textContent")
    tab.run("openCall(review.calls[4])")
    assert "Calibration" in tab.run("byId('call-flags').textContent")
    tab.click("#filters-button")
    tab.run("byId('filters-clear').click()")
    assert len(shown(tab)) == len(data)


def test_sorting(page, calls):
    tab = page(calls)
    starts = "list.shown.map((c) => c.record.start)"
    tab.fill("#sort", "sortTimeDown")
    assert tab.run(starts) == sorted(tab.run(starts), reverse=True)
    tab.fill("#sort", "sortAgent")
    agents = tab.run("list.shown.map((c) => c.record.agent)")
    assert agents == sorted(agents)


def test_ten_thousand_calls(page, calls, tmp_path, screenshots):
    folder = multiply(calls, tmp_path / "many", 10_000)
    tab = page(folder)
    times = []
    for _ in range(5):
        tab.reload()
        times.append(tab.run("performance.timing.domContentLoadedEventEnd - "
                             "performance.timing.navigationStart"))
    assert min(times) < 2000, times
    assert len(shown(tab)) == 10_000
    rows = "document.querySelectorAll('.row').length"
    assert 5 < tab.run(rows) < 60
    tab.run("byId('list').scrollTop = 300000")
    tab.wait("[...document.querySelectorAll('.row')].some("
             "(r) => r.id === 'row-4415')")
    assert tab.run(rows) < 60
    took = tab.run("""(() => {
      const times = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        byId("search").value = "sa " + i;
        refreshList();
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    })()""")
    assert took < 200, took
    tab.run("byId('search').value = ''; refreshList()")
    start = time.monotonic()
    for _ in range(20):
        tab.key("ArrowDown")
    assert time.monotonic() - start < 20
    tab.screenshot(screenshots / "ten-thousand.png")


# ---- scoring ------------------------------------------------------------------

def test_scores_are_kept(page, calls):
    tab = page(calls)
    score_by_keys(tab)
    assert entry(tab)["answers"] == ANSWERS
    assert tab.run("byId('score').textContent") == f"{SCORE} %"
    tab.key("n")
    tab.type("Good call, 100 % of the data")
    tab.key("Escape")
    tab.run("seekTo(1.1)")
    tab.key("m")
    tab.type("here")
    tab.key("Escape")
    tab.reload()
    tab.run("openCall(review.calls.find((c) => stateOf(c) === 'scored'))")
    kept = entry(tab)
    assert kept["answers"] == ANSWERS
    assert kept["note"] == "Good call, 100 % of the data"
    assert kept["marks"] == [{"at": 1.1, "text": "here"}]
    assert tab.run("byId('note').value") == kept["note"]
    assert tab.run("document.querySelector('#marks input').value") == "here"
    assert tab.run("document.querySelectorAll('#form input:checked').length"
                   ) == 4
    assert "1 of 40" in tab.run("byId('progress-text').textContent")


def test_scores_outlive_the_browser(calls, tmp_path):
    profile = tmp_path / "profile"
    url = (calls / "index.html").as_uri()
    with Chromium(profile) as first:
        tab = first.page(url)
        score_by_keys(tab)
        tab.wait("localStorage.length > 0")
    with Chromium(profile) as second:
        tab = second.page(url)
        assert tab.run("review.calls.filter("
                       "(c) => stateOf(c) === 'scored').length") == 1


def test_a_fatal_question_fails_the_call(page, calls):
    tab = page(calls)
    for key in "1521":
        tab.key(key)
    assert tab.run("scoreOf(entryOf(review.current)).score") == 0
    assert "Failed" in tab.run("byId('score').textContent")
    for answers, score in ((("1", "6", "1", "1"), 100), (("3", "1", "3", "3"),
                                                         0)):
        tab.run("changeEntry(review.current, (e) => { e.answers = {}; });"
                "showForm(review.current)")
        for key in answers:
            tab.key(key)
        assert tab.run("scoreOf(entryOf(review.current)).score") == score


def wait_for(folder, pattern):
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = [p for p in folder.glob(pattern)]
        if found and found[0].stat().st_size:
            return found[0]
        time.sleep(0.05)
    raise AssertionError(f"no {pattern} in {folder}")


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_scores_go_out_and_come_in(page, calls, tmp_path, kind):
    tab = page(calls)
    tab.downloads_to(tmp_path)
    tab.click(f"#export-{kind}")
    assert "name" in tab.run("byId('banner').textContent")
    tab.fill("#evaluator", "Éva =1+1")
    tab.key("Escape")       # the focus was moved to the name
    score_by_keys(tab)
    tab.fill("#note", '=HYPERLINK("x"), "quoted"\nand more')
    tab.fill("#question-4 textarea", "4")
    tab.run("seekTo(0.7)")
    tab.key("m")
    tab.type("=mark")
    tab.key("Escape")
    before = entry(tab)
    tab.click(f"#export-{kind}")
    path = wait_for(tmp_path, f"scores-*-eva-1-1.{kind}")
    text = path.read_text()
    if kind == "json":
        data = json.loads(text)
        assert data["format"] == "callark-scores" and len(data["calls"]) == 1
        assert data["evaluator"] == "Éva =1+1"
        assert data["form"] == FORM
        assert data["calls"][0]["score"] == SCORE
    else:
        row, = csv.DictReader(io.StringIO(text, newline=""))
        assert row["score"] == str(SCORE) and row["q:tone"] == "4"
        assert row["note"] == '\'=HYPERLINK("x"), "quoted"\nand more'
    tab.forget()
    assert entry(tab)["answers"] == {}
    tab.choose_file("#import-file", path)
    tab.wait("byId('banner').textContent.includes('1 calls imported')")
    after = entry(tab)
    for field in ("answers", "note", "marks", "at"):
        assert after[field] == before[field], field
    assert tab.run("byId('note').value") == before["note"]


def test_what_goes_out_can_be_collected(page, calls, tmp_path):
    tab = page(calls)
    tab.downloads_to(tmp_path)
    exports = []
    for name, key, kind in (("eva", "4", "json"), ("ivo", "2", "csv")):
        tab.forget()
        tab.fill("#evaluator", name)
        tab.key("Escape")
        tab.run("openCall(review.calls[0])")
        for answer in ("1", key, "1", "1"):
            tab.key(answer)
        tab.click(f"#export-{kind}")
        exports.append(wait_for(tmp_path, f"scores-*-{name}.{kind}"))
    done = subprocess.run(
        [BINARY, "review", "collect", "--format", "ndjson", *exports],
        check=True, capture_output=True, env={"HOME": str(tmp_path)})
    found = [json.loads(line) for line in done.stdout.splitlines()]
    shared, = [f for f in found if f["type"] == "shared_call"]
    assert shared["highest"] == 89.3 and shared["lowest"] == 67.9


@pytest.mark.parametrize("text", [
    "", "nonsense", "{}", '{"format":"callark-scores","calls":7}',
    '{"format":"callark-scores","calls":[null,1,"x",{"id":{}},{"id":"?"}]}',
    "a,b\n1,2\n", '{"format":"callark-scores","calls":[{"id":ID,"answers":'
    '{"tone":"9","rule":"maybe","greeting":["yes"]},"marks":[{"at":"x"}],'
    '"note":{"a":1},"entered":7}]}'])
def test_a_wrong_import_does_no_harm(page, calls, tmp_path, text):
    tab = page(calls)
    path = tmp_path / "wrong.json"
    path.write_text(text.replace("ID", json.dumps(selected(tab))))
    tab.choose_file("#import-file", path)
    tab.wait("byId('banner').textContent")
    assert tab.run("Object.keys(entryOf(review.current).answers).length") == 0
    assert tab.run("entryOf(review.current).marks.length") == 0
    score_by_keys(tab)
    assert entry(tab)["answers"] == ANSWERS


def test_without_storage_it_says_so_and_exports(page, calls, tmp_path):
    tab = page(calls)
    tab.call("Page.addScriptToEvaluateOnNewDocument", source="""
      Object.defineProperty(window, "localStorage", {
        get() { throw new DOMException("no", "SecurityError"); } });""")
    tab.reload()
    assert "keeps nothing" in tab.run("byId('banner').textContent")
    tab.fill("#evaluator", "eva")
    score_by_keys(tab)
    tab.downloads_to(tmp_path)
    tab.click("#export-json")
    data = json.loads(wait_for(tmp_path, "scores-*-eva.json").read_text())
    assert data["calls"][0]["answers"] == ANSWERS


# ---- trouble ------------------------------------------------------------------

def test_what_cannot_be_played_is_told(page, codecs, tmp_path, screenshots):
    folder = tmp_path / "folder"
    shutil.copytree(codecs, folder)
    head, data = read_data(folder)
    data[0]["sound"] = {"why": "AMR with codec <b>amr_nb</b>"}
    (folder / "audio" / data[1]["sound"]["file"]).write_bytes(b"no sound")
    (folder / "data.js").write_text(
        f"callarkReview({json.dumps(head)},{json.dumps(data)});\n")
    tab = page(folder)
    assert tab.run("byId('trouble').textContent") == \
        "Cannot be played: AMR with codec <b>amr_nb</b>"
    assert tab.run("byId('player').hidden")
    score_by_keys(tab)
    assert entry(tab)["answers"] == ANSWERS
    tab.screenshot(screenshots / "unplayable.png")
    tab.key("ArrowDown")
    tab.wait("!byId('trouble').hidden")
    assert "the browser refuses it" in tab.run("byId('trouble').textContent")
    tab.key("ArrowDown")
    ready(tab)
    assert tab.run("byId('trouble').hidden")


def test_without_data_it_says_so(browser, calls, tmp_path):
    folder = tmp_path / "folder"
    shutil.copytree(calls, folder)
    (folder / "data.js").write_text("callarkReview({")
    tab = browser.page()
    tab.open((folder / "index.html").as_uri(), is_review=False)
    tab.wait("!document.getElementById('banner').hidden")
    assert "data.js is missing or damaged" in tab.run(
        "byId('banner').textContent")


def test_nothing_but_the_folder_is_asked_for(page, calls, site):
    for url in (None, site(calls)):
        tab = page(calls, url)
        ready(tab)
        tab.key("ArrowDown")
        ready(tab)
        base = (url or calls.as_uri() + "/").rpartition("/")[0]
        others = [u for u in tab.requests() if not u.startswith(base)]
        assert others == []

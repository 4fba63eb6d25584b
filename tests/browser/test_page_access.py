"""For everybody: by keyboard alone, for screen readers, with enough contrast,
in both languages, light and dark, large and small."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "src/review/page"

# Roles that somebody acts on or reads a value of.
NAMED = {"button", "textbox", "searchbox", "combobox", "slider", "checkbox",
         "radio", "listbox", "option", "link", "progressbar", "dialog",
         "spinbutton", "region", "navigation", "group", "Date"}

# The contrast of each text that is seen with what is behind it.
CONTRAST = """(() => {
  const parse = (text) => {
    const n = text.match(/[\\d.]+/g).map(Number);
    return [n[0], n[1], n[2], n[3] ?? 1];
  };
  const light = ([r, g, b]) => {
    const part = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 :
      ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] === 1)
        return c;
    }
    return [255, 255, 255, 1];
  };
  const bad = [];
  for (const e of document.querySelectorAll("body *")) {
    const says = [...e.childNodes].some((n) => n.nodeType === 3 &&
      n.textContent.trim()) || e.value && e.matches("input, textarea, select");
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (!says || !box.width || style.visibility === "hidden" ||
        e.closest(".hidden, .skip, :disabled, option") || style.opacity === "0")
      continue;
    const a = light(parse(style.color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5)
      bad.push([e.localName, e.className, e.textContent.slice(0, 30),
                Math.round(ratio * 100) / 100]);
  }
  return bad;
})()"""


def focus(page):
    return page.run("document.activeElement.id || "
                    "document.activeElement.className || "
                    "document.activeElement.localName")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tongue", ["en", "pt"])
def test_contrast_and_looks(page, calls, screenshots, scheme, tongue):
    tab = page(calls)
    tab.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    if tongue == "pt":
        tab.click("#language")
        assert tab.run("document.documentElement.lang") == "pt-BR"
        assert tab.run("byId('export-json').textContent") == "Exportar JSON"
    tab.wait("wave.lanes.length")
    for key in "142":
        tab.key(key)
    tab.run("seekTo(0.8); setLoop(0.4, 1.1)")
    tab.key("m")
    tab.type("Promised to call back")
    tab.key("Escape")
    tab.run("showBanner('note'); byId('call').scrollTop = 0; drawWave()")
    assert tab.run(CONTRAST) == []
    tab.run("showBanner('')")
    tab.screenshot(screenshots / f"page-{scheme}-{tongue}.png")
    tab.click("#filters-button")
    assert tab.run(CONTRAST) == []
    tab.screenshot(screenshots / f"filters-{scheme}-{tongue}.png")
    tab.key("?")
    assert tab.run(CONTRAST) == []
    tab.screenshot(screenshots / f"help-{scheme}-{tongue}.png")


def test_everything_has_a_name(page, calls):
    tab = page(calls)
    tab.click("#filters-button")
    tab.run("addMark()")
    tab.call("Accessibility.enable")
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    seen = set()
    for node in nodes:
        role = node.get("role", {}).get("value")
        if node.get("ignored") or role not in NAMED:
            continue
        seen.add(role)
        assert node.get("name", {}).get("value"), node
    assert {"button", "listbox", "option", "slider", "radio", "textbox",
            "combobox"} <= seen, seen


def test_the_keyboard_reaches_everything(page, calls):
    tab = page(calls)
    tab.wait("player.isReady")
    tab.run("document.activeElement.blur()")
    reached = []
    for _ in range(70):
        tab.key("Tab")
        reached.append(focus(tab))
    for wanted in ("skip", "evaluator", "export-json", "export-csv", "import",
                   "language", "help-button", "search", "filters-button",
                   "sort", "list", "wave", "back", "play", "forward", "speed",
                   "loop-from", "loop-to", "zoom-in", "level", "volume",
                   "note", "mark", "next"):
        assert wanted in reached, (wanted, reached)
    assert tab.run("[...document.querySelectorAll('[tabindex]')].every("
                   "(e) => e.tabIndex <= 0)")


def test_a_call_is_scored_without_a_mouse(page, calls):
    tab = page(calls)
    tab.wait("player.isReady")
    first = tab.run("review.current.n")
    tab.key("ArrowDown")
    assert tab.run("review.current.n") != first
    tab.key("ArrowUp")
    tab.wait("player.isReady")
    tab.key(" ")
    tab.wait("!player.audio.paused")
    tab.key(" ")
    tab.wait("player.audio.paused")
    tab.run("seekTo(0)")
    tab.key("ArrowRight")
    tab.wait("placeOf() > 1.9")
    tab.key("ArrowLeft")
    tab.wait("placeOf() === 0")
    tab.key("ArrowRight", shift=True)
    tab.wait("placeOf() === 1")
    for key in "1312":
        tab.key(key)
    assert tab.run("scoreOf(entryOf(review.current)).isDone")
    tab.key("?")
    assert tab.run("byId('help').open")
    tab.key("Escape")
    assert not tab.run("byId('help').open")
    tab.key("/")
    assert focus(tab) == "search"
    tab.type("1m ")         # letters are letters in a field
    assert tab.run("byId('search').value") == "1m "
    assert tab.run("entryOf(review.current).marks.length") == 0
    tab.key("Escape")
    assert focus(tab) == "list"


def test_what_happens_is_told_to_screen_readers(page, calls):
    tab = page(calls)
    tab.key("ArrowDown")
    said = tab.run("byId('live').textContent")
    assert tab.run("review.current.record.agent") in said
    assert tab.run("byId('list').getAttribute('aria-activedescendant')"
                   ) == "row-1"
    assert tab.run("byId('row-1').getAttribute('aria-selected')") == "true"
    tab.key("2")
    assert "No" in tab.run("byId('live').textContent")
    tab.wait("player.isReady")
    tab.run("seekTo(1)")
    assert tab.run("byId('wave').getAttribute('aria-valuetext')"
                   ) == "0:01 / 0:02"


def test_nothing_moves_for_those_who_want_that(page, calls):
    tab = page(calls)
    moving = ("[...document.querySelectorAll('button')].filter((e) => "
              "getComputedStyle(e).transitionDuration !== '0s').length")
    tab.media(prefers_reduced_motion="reduce")
    assert tab.run(moving) == 0
    tab.media(prefers_reduced_motion="no-preference")
    assert tab.run(moving) > 0


@pytest.mark.parametrize("width, height", [(1024, 700), (700, 900), (390, 800)])
def test_it_fits_small_screens(page, calls, screenshots, width, height):
    tab = page(calls, width=width, height=height)
    assert tab.run("document.documentElement.scrollWidth") <= width
    tab.screenshot(screenshots / f"page-{width}.png", is_whole=width < 760)


def test_both_languages_say_everything():
    text = "".join(p.read_text() for p in sorted(PAGE.glob("script/*.js")))
    page = (PAGE / "index.html").read_text()
    tables = re.findall(r"^  (en|pt): \{(.*?)^  \},", text, re.M | re.S)
    names = {tongue: set(re.findall(r"\b(\w+): \"", body))
             for tongue, body in tables}
    assert names["en"] == names["pt"], names["en"] ^ names["pt"]
    used = set(re.findall(r"\bsay\(\"(\w+)\"", text)) | \
        set(re.findall(r"data-(?:text|label|placeholder)=\"(\w+)\"", page))
    assert used <= names["en"], used - names["en"]


def test_the_state_is_not_told_by_colour_alone(page, calls):
    tab = page(calls)
    for key in "1412":
        tab.key(key)
    assert "%" in tab.run("document.querySelector('.row.selected .badge')"
                          ".textContent")
    assert json.loads(tab.run("JSON.stringify(document.querySelector("
                              "'.row.selected').getAttribute("
                              "'aria-selected'))")) == "true"

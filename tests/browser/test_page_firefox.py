"""The page in Firefox, which has other rules for pages from disk."""

import pytest

from firefox import Firefox
from folders import PLAYABLE

AUDIO = "document.getElementById('audio')"
CHECKED = "document.querySelectorAll('#form input:checked').length"
ARROW_DOWN = "\ue015"


@pytest.fixture(scope="module")
def firefox():
    with Firefox() as browser:
        yield browser


@pytest.mark.parametrize("way", ["file", "http"])
def test_it_plays_scores_and_remembers(firefox, codecs, site, screenshots,
                                       way):
    firefox.open(site(codecs) if way == "http" else
                 (codecs / "index.html").as_uri())
    assert firefox.run("return document.getElementById('banner').hidden")
    assert firefox.run("return document.getElementById('count').textContent"
                       ) == f"{len(PLAYABLE)} calls"
    firefox.wait(AUDIO + ".readyState > 0")
    firefox.keys("1412")
    assert firefox.run("return " + CHECKED) == 4
    firefox.keys(" ")
    firefox.wait(AUDIO + ".currentTime > 0.1")
    firefox.keys(" ")
    firefox.wait(AUDIO + ".paused")
    firefox.screenshot(screenshots / f"firefox-{way}.png")
    firefox.call("WebDriver:Refresh")
    firefox.wait("document.documentElement.dataset.ready === 'yes'")
    assert "1 of" in firefox.run(
        "return document.getElementById('progress-text').textContent")


def test_it_plays_every_codec(firefox, codecs):
    firefox.open((codecs / "index.html").as_uri())
    firefox.run("document.getElementById('list').focus();"
                "document.querySelector('.row').click()")
    for name in PLAYABLE:
        firefox.wait(AUDIO + ".readyState > 0 || !document.getElementById("
                     "'trouble').hidden")
        assert firefox.run("return document.getElementById('trouble').hidden"
                           ), name
        length = firefox.run(f"return {AUDIO}.duration")
        assert 1.9 < length < 2.2, (name, length)
        firefox.keys(ARROW_DOWN)

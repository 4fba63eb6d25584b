"""Folders to listen in, made by callark from a simulated platform, and
browsers to look at them with."""

import contextlib
import json
import os
import sys
import tempfile
import threading
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS / "e2e"), str(TESTS / "browser")]

import firefox  # noqa: E402
from chromium import BINARY, Chromium  # noqa: E402
from folders import FORM, PLAYABLE, SOUNDS, serve  # noqa: E402
from omnisim import Sim  # noqa: E402
from support import COMPLETE, Callark  # noqa: E402

DAY = "2024-12-30"


def pytest_configure(config):
    if not BINARY or not firefox.BINARY:
        raise pytest.UsageError("there is no chromium or no firefox-esr; "
                                "contrib/setup tests")


@pytest.fixture(scope="session")
def screenshots():
    """Where pictures of the page go: kept, to be looked at."""
    folder = Path(os.environ.get("CALLARK_SCREENSHOTS") or
                  Path(tempfile.gettempdir()) / "callark-screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """build(scenario, *options, form=FORM): a folder made by callark review."""
    def run(scenario, *options, form=FORM):
        base = tmp_path_factory.mktemp("review")
        if form:
            (base / "form.json").write_text(json.dumps(form))
            options = (*options, "--form", base / "form.json")
        with Sim({"contact_share": 1.0, **scenario}) as sim:
            callark = Callark(base / "callark", sim.url)
            result = callark.sync("--day", DAY, "--reports", "all")
            assert result.status == COMPLETE, result
            result = callark.run("review", base / "folder", *options)
            assert result.status == COMPLETE, result
        return base / "folder"
    return run


@pytest.fixture(scope="session")
def codecs(build):
    """A folder with a call of each codec."""
    return build({"days": {DAY: len(PLAYABLE)}, "media": {
        "files": {str(i): str(SOUNDS / name)
                  for i, name in enumerate(PLAYABLE)}}})


@pytest.fixture(scope="session")
def calls(build):
    """A folder with forty calls, conversations and surveys."""
    return build({"days": {DAY: 40}, "population": {"survey_share": 0.9},
                  "media": {"files": {"*": str(SOUNDS / "pcm-stereo.wav")}}})


@pytest.fixture(scope="session")
def browser():
    with Chromium() as chromium:
        yield chromium


@pytest.fixture
def page(browser):
    """page(folder): a tab that shows it, from disk and with nothing kept; at
    the end it must not have complained of anything."""
    pages = []

    def show(folder, url=None, **how):
        pages.append(browser.page(**how))
        pages[-1].open(url or folder.joinpath("index.html").as_uri())
        pages[-1].forget()
        return pages[-1]
    yield show
    for one in pages:
        assert one.complaints() == []
        browser.call("Target.closeTarget", targetId=one.target)


@pytest.fixture
def site():
    """site(folder): its address over HTTP, with a strict policy."""
    with contextlib.ExitStack() as stack:
        def start(folder):
            server = serve(folder)
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}/index.html"
        yield start

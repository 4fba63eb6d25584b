"""Secrets, signed links and personal data: in no argument list, no child's
environment, no log, no error text and no tag file, however much goes wrong."""

import json
import time
from pathlib import Path

import pytest
from support import (AUTH, COMPLETE, INCOMPLETE, IS_SANITIZED, SERVICE, Callark,
                     build_preload, check_archive)
from transfers import (DAY, RANGE, asked, closed_port, mend, quarantined,
                       small_day)

KEY = "canary-key-0f1e2d3c"
LOGIN = "canary-robot@callark.example"
PASSWORD = "canary-password-4b5a6978"
CREDENTIALS = {"api_key": KEY, "login": LOGIN, "password": PASSWORD}


@pytest.fixture
def planted(platform, tmp_path):
    """planted(**scenario): a platform whose secrets are known words."""
    def build(**scenario):
        sim = platform(small_day(**scenario, credentials=CREDENTIALS))
        callark = Callark(tmp_path / "callark", sim.url)
        return sim, callark.configure(
            omni__login=LOGIN, omni__api_key_file=callark.secret("key", KEY),
            omni__password_file=callark.secret("word", PASSWORD))
    return build


def tokens(sim):
    """Every token that was ever sent, and half of each."""
    found = {e["headers"]["authorization"].removeprefix("Bearer ")
             for e in sim.log() if "authorization" in e["headers"]}
    return found | {token[:len(token) // 2] for token in found}


def check_nothing_told(sim, callark, *results):
    """No secret in talk; none in any file of the archive either; no signed
    query in talk or in files that are not the document itself."""
    secrets = {KEY, PASSWORD} | tokens(sim)
    for result in results:
        for text in (result.out, result.err):
            for word in secrets | {"sig=", "Bearer"}:
                assert word not in text, word
            assert KEY[::-1] not in text
    for path in callark.archive.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes()
        for word in secrets:
            assert word.encode() not in content, (path, word)
        if (path.suffix in (".txt", ".csv") or path.name == "trail.ndjson"
                or "quarantine" in path.parts):
            assert b"sig=" not in content, path


LOUD = [("-v",), ("-v", "--log-format", "json"), ()]


@pytest.mark.parametrize("loud", LOUD, ids=" ".join)
def test_a_run_in_which_everything_goes_wrong(loud, planted, fast_clock):
    """Every way to fail that writes a line or a reason, on signed links, at
    every loudness."""
    faults = ["403", "404", "500", "html", "json", "empty", "cut", "rst",
              "gzip", "redirect-same", "redirect-loop", "redirect-file",
              "redirect-private", "redirect-user", "two-lengths-differ",
              "length-longer", "cut-no-length", "chunked-garbage",
              "short-inside", "header-flood"]
    sim, callark = planted(
        calls=len(faults), links={"signed": True, "expire_after": 90},
        media={"faults": {str(n): {"do": do, "times": -1}
                          for n, do in enumerate(faults)}})
    result = callark.run(*loud, "sync", *RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert any("sig" in e["query"] for e in asked(sim)), "links not signed"
    assert quarantined(callark)
    status = callark.run("status", "--items")
    check_archive(callark)
    check_nothing_told(sim, callark, result, status)
    if "json" in loud:
        for line in result.err.splitlines():
            assert {"time", "level", "text"} <= set(json.loads(line))
    mend(sim)
    result = callark.run(*loud, "sync", *RANGE)
    assert result.status == COMPLETE, result
    check_nothing_told(sim, callark, result)


def test_a_signed_link_that_is_none(planted, fast_clock):
    """Reasons that name a link leave its query out, whatever it looks like."""
    links = ["http://127.0.0.1:99999/a.wav?sig=leak", "//?sig=leak",
             "ftp://127.0.0.1/a?sig=leak", "http://u:sig=leak@127.0.0.1/a",
             "http://127.0.0.1/a b?sig=leak", "?sig=leak",
             "http://127.0.0.1/a#sig=leak",
             "http://127.0.0.1/" + "a" * 9000 + "?sig=leak"]
    sim, callark = planted(calls=len(links), listing={"bad": [
        {"which": n, "do": "set", "set": {"download_url": link}}
        for n, link in enumerate(links)]})
    result = callark.run("-v", "sync", *RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert "leak" not in result.out + result.err, result
    status = callark.run("status", "--items")
    assert "leak" not in status.out + status.err, status
    check_nothing_told(sim, callark, result, status)


def test_a_redirect_with_a_signature(planted):
    """Location is as secret as a link."""
    to = "http://127.0.0.1:1/elsewhere?sig=leak"
    sim, callark = planted(calls=2, media={"faults": {
        "0": {"do": "redirect-to", "to": to, "times": -1},
        "1": {"do": "redirect-to", "to": to.replace("http", "gopher"),
              "times": -1}}})
    callark.configure(network__allow_private=None)
    result = callark.run("-v", "sync", *RANGE)
    assert result.status == INCOMPLETE, result
    assert "leak" not in result.out + result.err
    check_nothing_told(sim, callark, result)


# ---- the login -------------------------------------------------------------

ECHO = (f"<html>no such user {LOGIN} with {PASSWORD}, key {KEY}, "
        f"Bearer {KEY}</html>")


@pytest.mark.parametrize("status, expected", [
    (401, AUTH), (403, AUTH), (400, SERVICE), (500, SERVICE)])
@pytest.mark.parametrize("step", ["loginApi", "organization"])
def test_a_server_that_echoes_what_it_was_told(step, status, expected,
                                               planted, fast_clock):
    """Not even the platform's own words bring a secret into the log."""
    sim, callark = planted(login={"faults": [
        {"do": str(status), "text": ECHO, "type": "html", "step": step,
         "times": -1}]})
    result = callark.run("-v", "sync", *RANGE, env=fast_clock(60))
    assert result.status == expected, result
    assert result.err
    check_nothing_told(sim, callark, result)


@pytest.mark.parametrize("command", [("sync", *RANGE), ("list", *RANGE),
                                     ("orgs",), ("doctor",)],
                         ids=lambda c: c[0])
def test_a_wrong_password_is_not_quoted(command, planted):
    sim, callark = planted()
    callark.secret("word", "canary-wrong-1234")
    result = callark.run("-v", *command)
    assert result.status == AUTH, result
    assert "canary-wrong" not in result.out + result.err
    check_nothing_told(sim, callark, result)


@pytest.mark.parametrize("command", [
    ("sync", *RANGE), ("list", *RANGE), ("list", *RANGE, "--format", "csv"),
    ("orgs",), ("doctor",), ("status",), ("verify",), ("find",)],
    ids=lambda c: "-".join(c[:1] + c[3:]))
def test_no_command_tells_a_secret(command, planted):
    sim, callark = planted(links={"signed": True})
    assert callark.run("sync", *RANGE).status == COMPLETE
    result = callark.run("-v", *command)
    assert result.status == COMPLETE, result
    check_nothing_told(sim, callark, result)


# ---- the process -----------------------------------------------------------

def read_process(pid, name):
    return Path(f"/proc/{pid}/{name}").read_bytes()


def wait_for_request(sim, seconds=20):
    until = time.monotonic() + seconds
    while not sim.log(path="/recordings/"):
        assert time.monotonic() < until, "no recording was asked for"
        time.sleep(0.02)


@pytest.mark.parametrize("way", ["files", "environment", "command"])
def test_the_running_process_shows_no_secret(way, planted):
    """Whichever way the secrets came: not in the argument list, not in the
    title, and no core file would hold them."""
    sim, callark = planted(calls=1, media={"faults": {
        "0": {"do": "stall", "times": -1}}})
    env = {}
    if way == "environment":
        callark.configure(omni__api_key_file=None, omni__password_file=None)
        env = {"CALLARK_API_KEY": KEY, "CALLARK_PASSWORD": PASSWORD}
    elif way == "command":
        callark.configure(omni__password_file=None,
                          omni__password_command="cat "
                          + callark.secret("word", PASSWORD))
    process = callark.start("-v", "sync", *RANGE, env=env)
    try:
        wait_for_request(sim)
        shown = (read_process(process.pid, "cmdline")
                 + read_process(process.pid, "comm"))
        limits = read_process(process.pid, "limits").decode()
    finally:
        process.terminate()
        out, err = process.communicate(timeout=30)
    for word in {KEY, PASSWORD} | tokens(sim):
        assert word.encode() not in shown
        assert word not in out + err
    core, = (l for l in limits.splitlines() if l.startswith("Max core"))
    assert core.split()[4:6] == ["0", "0"], core


def test_the_password_command_is_told_no_secret(planted, tmp_path):
    """It gets the user's environment without our own secrets, and its
    arguments are what the user wrote."""
    sim, callark = planted(calls=1)
    seen = tmp_path / "seen"
    word = callark.secret("word", PASSWORD)
    script = tmp_path / "word.sh"
    script.write_text(f"cat /proc/$$/environ /proc/$$/cmdline > {seen}\n"
                      f"cat {word}\n")
    callark.configure(omni__api_key_file=None, omni__password_file=None,
                      omni__password_command=f"sh {script}")
    result = callark.run("sync", *RANGE, env={
        "CALLARK_API_KEY": KEY, "USERS_OWN": "is passed on"})
    assert result.status == COMPLETE, result
    environment = seen.read_bytes()
    assert b"USERS_OWN=is passed on" in environment
    assert KEY.encode() not in environment
    assert PASSWORD.encode() not in environment


@pytest.mark.parametrize("words", [
    ("--api-key", KEY), ("--password", PASSWORD),
    ("--config", "/nowhere", "--password=" + PASSWORD)])
def test_a_secret_on_the_command_line_is_refused(words, planted):
    """There is no such option, and the refusal does not repeat its value."""
    _, callark = planted()
    result = callark.run("sync", *words, *RANGE)
    assert result.status == 2, result
    assert KEY not in result.err and PASSWORD not in result.err, result


@pytest.mark.parametrize("name, value", [("api_key", KEY),
                                         ("password", PASSWORD)])
def test_a_secret_in_the_configuration_is_refused(name, value, planted):
    _, callark = planted()
    callark.configure(**{f"omni__{name}": value})
    result = callark.run("sync", *RANGE)
    assert result.status == 2, result
    assert name in result.err
    assert value not in result.err + result.out


def test_a_secret_file_that_others_may_read_is_refused(planted):
    _, callark = planted()
    path = Path(callark.secret("key", KEY))
    path.chmod(0o644)
    result = callark.run("sync", *RANGE)
    assert result.status == 2, result
    assert str(path) in result.err and "chmod" in result.err
    assert KEY not in result.err


# ---- personal data ---------------------------------------------------------

PERSONAL = ("documento", "contato", "cliente", "agente", "agent")

ODD = ["set", "wrong-types", "future-date", "junk-date", "missing-id",
       "junk-url", "object-url", "array-id", "bad-utf8", "deep", "null-date",
       "space-id"]


@pytest.mark.parametrize("loud", LOUD, ids=" ".join)
def test_no_personal_datum_is_logged(loud, planted, fast_clock):
    """Documents that are odd in every way, and recordings that fail: the talk
    names ids and days, not people."""
    sim, callark = planted(
        calls=20, media={"faults": {"*": {"do": "html", "times": -1}}},
        listing={"bad": [{"which": n, "do": do}
                         for n, do in enumerate(ODD)]})
    people = set()
    for one in sim.calls(DAY):
        try:
            document = json.loads(one["document"])
        except ValueError:
            continue
        people |= {str(document[name]) for name in PERSONAL
                   if isinstance(document.get(name), str)
                   and len(document[name]) > 4}
    assert len(people) > 20
    result = callark.run(*loud, "sync", *RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    status = callark.run("status", "--items")
    for text in (result.err, result.out, status.err, status.out):
        for datum in people:
            assert datum not in text, datum
    for path in [*callark.archive.rglob("*.txt"),
                 callark.archive / "trail.ndjson"]:
        for datum in people:
            assert datum not in path.read_text(), (path, datum)
    for path in quarantined(callark).values():
        if path.suffix == ".json":
            for datum in people:
                assert datum not in path.read_text(), (path, datum)


# ---- memory ------------------------------------------------------------------

JWT = "eyJhbGciOiJIUzI1NiIs"    # how every token of a platform with JWT begins

without_sanitizers = pytest.mark.skipif(
    IS_SANITIZED, reason="the sanitizers bring a heap of their own")


@pytest.fixture(scope="session")
def wipe_watch(tmp_path_factory):
    """wipe_watch(callark, words, *args): run; what memory was given back with
    a word in it, a line a find, and how much was looked at."""
    preloaded = build_preload(tmp_path_factory.mktemp("wipe"), "wipe_watch")

    def run(callark, words, *args, **env):
        told = callark.folder / "wipe_watch.log"
        told.unlink(missing_ok=True)
        result = callark.run(*args, env={
            **preloaded, "WIPE_WATCH_FILE": str(told),
            "WIPE_WATCH_WORDS": "\n".join(words), **env})
        *finds, looked = told.read_text().splitlines()
        assert int(looked.split()[2]) > 20, "hardly anything was looked at"
        return result, finds
    return run


SOURCES = {
    "files": {},
    "environment": {"CALLARK_API_KEY": KEY, "CALLARK_PASSWORD": PASSWORD},
}


@without_sanitizers
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("place", ["token", "data.token", "nested"])
def test_memory_is_wiped_before_it_is_given_back(
        planted, wipe_watch, place, source):
    """The key, the password and every token, through several logins. libcurl
    keeps copies of its own, which are not looked at."""
    sim, callark = planted(
        calls=30, dialect={"token_kind": "jwt", "token_place": place},
        token={"life_requests": 8})
    if source == "environment":
        callark.configure(omni__api_key_file=None, omni__password_file=None)
    result, finds = wipe_watch(callark, [KEY, PASSWORD, JWT], "sync", "-v",
                               *RANGE, **SOURCES[source])
    assert result.status == COMPLETE, result
    assert any(JWT in token for token in tokens(sim))
    assert not finds


@without_sanitizers
@pytest.mark.parametrize("command", ["doctor", "orgs", "list --day " + DAY])
def test_memory_is_wiped_by(command, planted, wipe_watch):
    _, callark = planted(dialect={"token_kind": "jwt"})
    result, finds = wipe_watch(callark, [KEY, PASSWORD, JWT],
                               *command.split())
    assert result.status == COMPLETE, result
    assert not finds


@without_sanitizers
@pytest.mark.parametrize("wrong", ["api_key", "password"])
def test_memory_is_wiped_when_the_login_fails(wrong, planted, wipe_watch):
    _, callark = planted(dialect={"token_kind": "jwt"})
    words = {"api_key": KEY, "password": PASSWORD, wrong: "wrong-canary-31"}
    callark.secret("key" if wrong == "api_key" else "word", words[wrong])
    result, finds = wipe_watch(callark, words.values(), "sync", *RANGE)
    assert result.status == AUTH, result
    assert not finds


@without_sanitizers
def test_memory_is_wiped_of_a_proxys_password(planted, wipe_watch):
    _, callark = planted()
    callark.configure(network__proxy=f"http://user:canary-proxy-77@127.0.0.1:"
                                     f"{closed_port()}")
    result, finds = wipe_watch(callark, ["canary-proxy-77"], "orgs")
    assert result.status == SERVICE, result
    assert not finds


@without_sanitizers
def test_the_watch_sees_what_is_not_wiped(planted, wipe_watch):
    """The name of the organisation is no secret."""
    _, callark = planted()
    _, finds = wipe_watch(callark, ["São Benedito"], "orgs")
    assert finds

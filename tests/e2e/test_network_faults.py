"""The network's faults, one row for each number of the fault catalogue: what
the run ends with, what the archive holds then, and that a clean run after the
fault leaves what a run without it would have left."""

import re
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from support import (COMPLETE, INCOMPLETE, SERVICE, Callark, check_all,
                     check_archive, check_no_secrets)
from transfers import (DAYS, RANGE, BlackHole, asked, check_completed,
                       check_mended, closed_port, mend, partials, problem,
                       small_day)

TRIES = 6       # attempts of one recording in one run


@dataclass(frozen=True)
class Fault:
    id: str
    spec: dict
    reason: str                 # of the recording that never comes right
    state: str = "deferred"
    attempts: int = TRIES       # 1: asking again in the same run mends nothing


def row(name, do, reason, state="deferred", attempts=TRIES, **params):
    return Fault(name, {"do": do, **params}, reason, state, attempts)


CUT = "[0-9]+ of [0-9]+ bytes came"
UNPROVED = "nothing says whether that is all"
HOPS = "more than 5 redirects"

FAULTS = [
    row("N13-rst-after-headers", "rst-after-headers", "0 of [0-9]+ bytes"),
    row("N14-rst-first-byte", "cut", CUT, at=1, end="rst"),
    row("N14-rst-half", "cut", CUT, end="rst"),
    row("N14-rst-last-byte", "cut", CUT, at=-1, end="rst"),
    row("N15-fin-first-byte", "cut", "1 of [0-9]+ bytes", at=1),
    row("N15-fin-half", "cut", CUT),
    row("N15-fin-last-byte", "cut", CUT, at=-1),
    row("N16-no-length-half", "cut-no-length", UNPROVED),
    row("N16-no-length-whole", "cut-no-length", UNPROVED, at="100%"),
    row("N18-no-last-chunk", "chunked-cut", "bytes came", at="100%"),
    row("N18-chunk-cut", "chunked-cut", "bytes came"),
    row("N18-chunk-rst", "chunked-cut", "bytes came", end="rst"),
    row("N19-chunk-size-garbage", "chunked-garbage", "bytes came"),
    row("N19-chunk-size-overflow", "chunked-overflow", "bytes came"),
    row("N19-chunk-longer-than-said", "chunked-no-crlf", "bytes came"),
    row("N22-length-longer", "length-longer", CUT),
    row("N23-length-shorter", "length-shorter", "not whole",
        "quarantined", 1),
    row("N24-two-lengths-alike", "two-lengths-same", "Content-Length"),
    row("N24-two-lengths", "two-lengths-differ", "Content-Length"),
    row("N24-length-and-chunks", "length-and-chunked", "Content-Length"),
    row("N24-length-no-number", "length-junk", "Content-Length"),
    row("N25-endless", "endless", "more than 102400", attempts=1),
    row("N25-endless-length", "endless-length", "more than 102400",
        attempts=1),
    row("N25-endless-chunks", "endless-chunked", "more than 102400",
        attempts=1),
    row("N34-gzip-unasked", "gzip", "Content-Encoding"),
    row("N35-bomb", "bomb", "Content-Encoding", bytes=1 << 26),
    row("N36-login-page", "html", "HTML", "quarantined", 1),
    row("N36-error-page", "xml", "XML", "quarantined", 1),
    row("N37-json-error", "json", "JSON", "quarantined", 1),
    row("N38-no-bytes", "empty", "empty", "quarantined", 1),
    row("N39-429-seconds", "429", "429", retry="seconds"),
    row("N39-503-seconds", "503", "503", retry="seconds"),
    row("N39-429-date", "429", "429", retry="date"),
    row("N39-503-past-date", "503", "503", retry="past"),
    row("N39-429-zero", "429", "429", retry="zero"),
    row("N39-503-negative", "503", "503", retry="negative"),
    row("N39-429-junk", "429", "429", retry="junk"),
    row("N39-503-empty", "503", "503", retry="empty"),
    row("N40-500", "500", "500"),
    row("N40-502", "502", "502"),
    row("N40-504", "504", "504"),
    row("N40-408", "408", "408"),
    row("N40-501-for-good", "501", "501", attempts=1),
    row("N40-400-for-good", "400", "400", attempts=1),
    row("N42-loop", "redirect-loop", HOPS, attempts=1),
    row("N42-six-hops", "redirect-hops", HOPS, attempts=1),
    row("N42-file", "redirect-file", "host is empty", attempts=1),
    row("N42-ftp", "redirect-ftp", "only http and https", attempts=1),
    row("N42-user", "redirect-user", "user information", attempts=1),
    row("N42-private", "redirect-private", "169.254.169.254 is not public",
        attempts=1),
    row("N42-junk", "redirect-junk", "control character"),
    row("N42-no-url", "redirect-to", "the port is not", attempts=1,
        to="http://[::zz]:99999/"),
    row("N42-missing", "redirect-missing", "302", attempts=1),
    row("N43-fin-unasked", "drop", "Empty reply"),
    row("http-0.9", "http09", "HTTP/0.9"),
    row("header-flood", "header-flood", "header lines"),
    row("header-huge", "header-huge", "header line is too long"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f.id)
def test_fault_of_one_recording(fault, make, fast_clock):
    """Recording 0 never comes right, recording 1 at the second attempt if
    there is to be one; the others never suffer."""
    faults = {"0": {**fault.spec, "times": -1}}
    if fault.attempts > 1:
        faults["1"] = {**fault.spec, "times": 1}
    sim, callark = make(small_day(media={"faults": faults}),
                        transfer__max_recording="100K")
    result = callark.sync(*RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    trouble = problem(result, sim)
    assert (trouble["state"], trouble["attempts"]) == (
        fault.state, fault.attempts), trouble
    assert re.search(fault.reason, trouble["reason"]), trouble
    assert result.summary["archived"] == 3, result
    assert partials(callark) == []
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


STALLS = [
    row("N20-no-answer", "stall", "no answer within 60000 ms"),
    row("N20-after-headers", "stall-after-headers", "stalled"),
    row("N20-in-the-body", "stall-mid", "stalled"),
    row("N21-drip", "drip", "stalled", seconds=0.05),
    row("N21-drip-of-headers", "drip-headers", "no answer", seconds=0.5),
]


def test_stalls_are_ended_and_tried_again(make, fast_clock):
    """N20, N21: a minute without a byte, or with less than 1 KiB a second, is
    an attempt that failed; all of them side by side."""
    faults = {str(n): {**stall.spec, "times": -1}
              for n, stall in enumerate(STALLS)}
    sim, callark = make(small_day(6, media={"faults": faults}),
                        transfer__concurrency=6)
    result = callark.sync(*RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == 1
    for n, stall in enumerate(STALLS):
        trouble = problem(result, sim, n)
        assert (trouble["state"], trouble["attempts"]) == (
            "deferred", TRIES), (stall, trouble)
        assert re.search(stall.reason, trouble["reason"]), (stall, trouble)
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_slow_is_not_stalled(make, fast_clock):
    """N21, from the other side: a body that takes two minutes at a few KiB a
    second is not given up."""
    sim, callark = make(small_day(1, media={"size": 360000},
                                  bandwidth=180000))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    assert len(asked(sim)) == 1


# Behind a body cut in the middle with a strong ETag: the Range request goes
# wrong each time.  (id, fault, whether there is a Range request at all)
RANGES = [
    ("N26-whole-body", {"do": "range-ignored"}, True),
    ("N27-other-offset", {"do": "range-other-offset"}, True),
    ("N28-other-total", {"do": "range-other-total"}, True),
    ("N28-unknown-total", {"do": "range-star-total"}, True),
    ("N29-no-content-range", {"do": "range-no-header"}, True),
    ("N29-junk-content-range", {"do": "range-junk-header"}, True),
    ("N29-short", {"do": "range-short"}, True),
    ("N30-multipart", {"do": "range-multipart"}, True),
    ("N31-416-of-the-same", {"do": "range-416"}, True),
    ("N31-416-without-total", {"do": "range-416-no-header"}, True),
    ("N31-416-smaller", {"do": "range-416-smaller"}, True),
    ("N31-204", {"do": "range-204"}, True),
    ("N32-other-etag", {"do": "range-etag-changed"}, True),
    ("N33-weak-etag", {"do": "range-wrong-bytes"}, False),
]


@pytest.mark.parametrize("fault, has_range", [case[1:] for case in RANGES],
                         ids=[case[0] for case in RANGES])
def test_fault_of_a_range_request(fault, has_range, make, fast_clock):
    """Whatever a server does with Range, the right bytes are archived."""
    media = {"size": 1600000, "etag": "strong" if has_range else "weak",
             "faults": {"0": [{"do": "cut", "at": 1300000},
                              {**fault, "times": -1}]}}
    sim, callark = make(small_day(2, media=media))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    requests = asked(sim)
    assert any("range" in r["headers"] for r in requests) == has_range
    assert partials(callark) == []


def test_a_dead_kept_connection_costs_nothing(make):
    """N43: a request that dies on a reused connection before its first byte
    is asked again at once, and is no failed attempt."""
    sim, callark = make(small_day(12, wire={"drop_reused": 6}),
                        transfer__concurrency=2)
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    assert result.summary["retries"] == 0
    dropped = [e for e in sim.log() if e["fault"] == "drop-reused"]
    assert len(dropped) == 6
    attempts = callark.rows("SELECT attempts FROM recording")
    assert attempts == [(1,)] * 12


# ---- hosts that cannot be reached ------------------------------------------

def test_n05_a_dead_media_host_is_not_waited_for(make, fast_clock):
    """The breaker keeps the attempts apart; many recordings on a host that is
    down are put off together, not after six attempts and their waits each."""
    sim, callark = make(small_day(40, links={
        "host": f"http://127.0.0.1:{closed_port()}"}))
    result = callark.sync(*RANGE, env=fast_clock(120))
    assert result.status == INCOMPLETE, result
    assert result.summary["deferred"] == 40
    assert result.summary["requests"] < 60
    check_all(callark, sim, DAYS, result)
    sim.set(links={"host": "same"})
    check_mended(callark, sim)


def test_n06_media_host_is_a_black_hole(make, fast_clock):
    """No SYN is answered: the time to connect ends the attempt."""
    with BlackHole() as hole:
        sim, callark = make(small_day(1, links={
            "host": f"http://127.0.0.1:{hole.port}"}))
        result = callark.sync(*RANGE, env=fast_clock(60, 60))
        assert result.status == INCOMPLETE, result
        assert result.summary["deferred"] == 1
        assert "imeout" in problem(result, sim)["reason"], result
        check_all(callark, sim, DAYS, result)
    sim.set(links={"host": "same"})
    check_mended(callark, sim)


@pytest.mark.parametrize("fault", ["N05-refused", "N06-black-hole"])
def test_api_that_cannot_be_reached(fault, make, fast_clock, tmp_path):
    """Nothing can be listed: exit 4, and the host is named."""
    with BlackHole() as hole:
        port = closed_port() if fault == "N05-refused" else hole.port
        sim, callark = make(small_day())
        right = callark.base_url
        callark.configure(omni__base_url=f"http://127.0.0.1:{port}/v1")
        result = callark.sync(*RANGE, env=fast_clock(60, 60))
        assert result.status == SERVICE, result
        assert f"127.0.0.1:{port}" in result.err
        check_no_secrets(callark, result)
    callark.configure(omni__base_url=right)
    check_mended(callark, sim)


# ---- TLS -------------------------------------------------------------------

@pytest.fixture
def secure(platform, certificates, tmp_path):
    """secure(scenario, pair): a platform behind TLS and a callark for it."""
    def build(scenario, pair=None, **settings):
        sim = platform(scenario, tls=pair or certificates.good)
        callark = Callark(tmp_path / "callark", sim.url).configure(
            network__ca_file=certificates.ca, network__allow_http=None)
        return sim, callark.configure(**settings)
    return build


def test_everything_over_tls(secure):
    sim, callark = secure(small_day())
    check_completed(callark, sim, callark.sync(*RANGE))


@pytest.mark.parametrize("wire", [
    {"reset_accepts": 2}, {"close_accepts": 2}, {"tls_alerts": 2}],
    ids=["N07-rst-before-tls", "N07-fin-before-tls", "N08-alert"])
def test_broken_handshakes_are_tried_again(wire, secure, fast_clock):
    sim, callark = secure(small_day(wire=wire))
    result = callark.sync(*RANGE, env=fast_clock(20, 1))
    check_completed(callark, sim, result)


def test_n08_alerts_without_end(secure, fast_clock):
    """Six attempts, then exit 4; the alerts are used up by then."""
    sim, callark = secure(small_day(wire={"tls_alerts": TRIES}))
    result = callark.sync(*RANGE, env=fast_clock(60, 1))
    assert result.status == SERVICE, result
    check_no_secrets(callark, result)
    check_mended(callark, sim)


UNTRUSTED = [("N09", "expired", "expired"),
             ("N10", "wrong_name", "match"),
             ("N11", "self_signed", "self.signed"),
             ("N11", "unknown_ca", "issuer|unable to get")]


@pytest.mark.parametrize("pair, word", [case[1:] for case in UNTRUSTED],
                         ids=["-".join(case[:2]) for case in UNTRUSTED])
class TestUntrusted:
    """A certificate that is not to be trusted is no matter of time: it is
    refused at once, and not a byte is sent."""

    def test_api(self, pair, word, secure, certificates):
        sim, callark = secure(small_day(), getattr(certificates, pair))
        result = callark.sync(*RANGE)
        assert result.status == SERVICE, result
        assert re.search(word, result.err), result
        assert sim.log() == []
        check_no_secrets(callark, result)

    def test_media(self, pair, word, secure, platform, certificates):
        sim, callark = secure(small_day())
        other = platform(small_day(), tls=getattr(certificates, pair))
        sim.set(links={"host": other.root})
        result = callark.sync(*RANGE)
        assert result.status == INCOMPLETE, result
        assert result.summary["deferred"] == 4
        trouble = problem(result, sim)
        assert trouble["attempts"] == 1, trouble
        assert re.search(word, trouble["reason"]), trouble
        assert other.log() == []
        check_all(callark, sim, DAYS, result)
        sim.set(links={"host": "same"})
        check_mended(callark, sim)


def speaks_tls_1_1(sim):
    """Whether this system's TLS library still can, on both sides."""
    context = ssl._create_unverified_context()
    try:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
        there = urlsplit(sim.root)
        with socket.create_connection((there.hostname, there.port), 5) as plain:
            with context.wrap_socket(plain) as wrapped:
                return wrapped.version() == "TLSv1.1"
    except (OSError, ValueError):
        return False


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("part", ["api", "media"])
def test_n12_old_tls_is_not_spoken(part, secure, platform, certificates,
                                   fast_clock):
    old = platform(small_day(wire={"tls_max": "1.1"}), tls=certificates.good)
    if not speaks_tls_1_1(old):
        pytest.skip("this system's TLS library has no TLS 1.1")
    sim, callark = secure(small_day())
    if part == "media":
        sim.set(links={"host": old.root})
    else:
        callark.configure(omni__base_url=old.url)
    result = callark.sync(*RANGE, env=fast_clock(60, 1))
    assert result.status == (SERVICE if part == "api" else INCOMPLETE), result
    assert old.log() == []
    if part == "media":
        assert result.summary["deferred"] == 4
        check_archive(callark)
        sim.set(links={"host": "same"})
        check_mended(callark, sim)


def test_n17_end_of_tls_without_close_notify(secure, fast_clock):
    """Without a length, the end of the connection proves nothing under TLS
    either; with one, a missing close_notify takes nothing away."""
    faults = {"0": {"do": "cut-no-length", "at": "100%", "times": -1},
              "1": {"do": "cut", "at": "100%", "times": -1}}
    sim, callark = secure(small_day(media={"faults": faults}))
    result = callark.sync(*RANGE, env=fast_clock(60, 1))
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == 3
    assert problem(result, sim)["state"] == "deferred"
    check_all(callark, sim, DAYS, result)
    sim.set(media={"faults": {}})
    check_mended(callark, sim)


def test_n40_storm_then_recovery(make, fast_clock):
    """Every request fails some times; all of it comes right in one run."""
    storm = [{"do": code} for code in ("500", "502", "504", "503")]
    sim, callark = make(small_day(10, media={"faults": {"*": storm}}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    check_completed(callark, sim, result)
    assert result.summary["retries"] == 40
    assert result.status == COMPLETE

"""The eleven rules of correctness of the transfer engine.  Each has gone wrong
in libcurl 7.88 or is easily got wrong with it; each test here fails when its
rule is not kept."""

import ctypes
import os
import socket
import ssl
import struct
import threading
from urllib.parse import urlsplit

import pytest
from support import COMPLETE, INCOMPLETE, Callark, check_all, check_archive
from transfers import (DAYS, MIB, RANGE, api_secrets_in, asked, call,
                       check_completed, check_mended, faulty_day, mend,
                       partials, problem, quarantined, small_day)


def media_log(sim):
    return sim.log(path="/recordings/")


# ---- a TLS server that tells what its client offers ------------------------

def pcm(seconds=1):
    """A short right WAV."""
    data = bytes(16000 * seconds)
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt "
            + struct.pack("<I", 16) + form + b"data"
            + struct.pack("<I", len(data)) + data)


class TlsServer:
    """Serves one WAV to whoever asks, once for each connection, and would
    speak HTTP/2 if it were asked to."""

    def __init__(self, pair):
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*pair)
        self._context.set_alpn_protocols(["h2", "http/1.1"])
        self.seen = []

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.root = "https://127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _run(self):
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with plain:
                plain.settimeout(5)
                self._serve(plain)

    def _serve(self, plain):
        try:
            with self._context.wrap_socket(plain, server_side=True) as sock:
                self.seen.append((sock.selected_alpn_protocol(),
                                  sock.session_reused))
                head = more = sock.recv(65536)
                while more and not head.endswith(b"\r\n\r\n"):
                    more = sock.recv(65536)
                    head += more
                sock.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                             b"Content-Length: %d\r\n\r\n" % len(pcm())
                             + pcm())
        except OSError as error:
            self.seen.append((repr(error), None))


def trusting(certificates, tmp_path, sim):
    return Callark(tmp_path / "callark", sim.url).configure(
        network__ca_file=certificates.ca)


# ---- the rules -------------------------------------------------------------

def test_rule_1_media_over_http_1_1(platform, certificates, tmp_path):
    """A server that prefers HTTP/2 is not offered it, nor h2c in the clear."""
    with TlsServer(certificates.good) as server:
        sim = platform(small_day(3, links={"host": server.root}))
        callark = trusting(certificates, tmp_path, sim)
        result = callark.sync(*RANGE, timeout=60)
        assert [protocol for protocol, _ in server.seen] == ["http/1.1"] * 3
        assert result.status == COMPLETE, result
    for entry in sim.log():
        assert "upgrade" not in entry["headers"]


UNPROVED = [
    # id, fault or way of framing, whether its end is proved
    ("content-length", {}, True),
    ("chunked", {"do": "chunked"}, True),
    ("fin-after-the-whole", {"do": "close-after"}, True),
    ("cut", {"do": "cut", "at": -1}, False),
    ("no-length", {"do": "cut-no-length", "at": "100%"}, False),
    ("chunks-without-end", {"do": "chunked-cut", "at": "100%"}, False),
    ("length-longer", {"do": "length-longer", "by": 1}, False),
    ("two-lengths", {"do": "two-lengths-differ"}, False),
    ("two-lengths-alike", {"do": "two-lengths-same"}, False),
    ("length-and-chunks", {"do": "length-and-chunked"}, False),
    ("http-0.9", {"do": "http09"}, False),
]


@pytest.mark.parametrize("fault, is_proved", [c[1:] for c in UNPROVED],
                         ids=[c[0] for c in UNPROVED])
def test_rule_2_only_a_proved_length_is_whole(fault, is_proved, make,
                                              fast_clock):
    """MP3, whose bytes do not tell where they end: the frame alone decides.
    The body is right to the last byte, or short of it by one."""
    spec = {**fault, "times": -1} if fault else []
    sim, callark = make(small_day(2, media={
        "kinds": ["mp3"], "faults": {"0": spec} if fault else {}}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    if is_proved:
        check_completed(callark, sim, result)
        return
    assert result.status == INCOMPLETE, result
    assert problem(result, sim)["state"] == "deferred"
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_rule_2_a_server_that_never_gives_a_length(make, fast_clock):
    """Not a single recording of it is taken on trust."""
    sim, callark = make(small_day(2, media={"length": "none-close"}))
    result = callark.sync(*RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == 0
    check_all(callark, sim, DAYS, result)
    sim.set(media={"length": "chunked"})
    check_mended(callark, sim)


@pytest.mark.parametrize("answer", ["range-416", "range-416-no-header",
                                    "range-204", "range-short",
                                    "range-other-offset", "range-no-header"])
def test_rule_3_success_of_a_range_is_judged_by_us(answer, make, fast_clock):
    """What RESUME_FROM reports as success ends in no archived file: the Range
    request is ours, under If-Range, and so is the judgement."""
    sim, callark = make(faulty_day(
        {"do": "cut", "at": MIB + 5000}, {"do": answer}, calls=1,
        media={"size": 2 * MIB, "kinds": ["mp3"]}))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    second = asked(sim)[1]
    assert second["fault"] == answer
    assert second["headers"]["range"] == f"bytes={MIB + 5000}-"
    assert second["headers"]["if-range"].startswith('"')


def test_rule_4_no_header_of_ours_follows_a_redirect(make):
    """The key was sent where the link led, and not where that led on."""
    sim, callark = make(faulty_day({"do": "redirect-other", "times": -1},
                                   calls=1, links={"need_token": True}))
    check_completed(callark, sim, callark.sync(*RANGE))
    first, = asked(sim)
    second, = sim.log(path="/followed/")
    assert api_secrets_in(first) == {"x-api-key", "authorization"}
    assert (second["role"], api_secrets_in(second)) == ("media", set())


@pytest.mark.parametrize("hops, status", [(5, COMPLETE), (6, INCOMPLETE)])
def test_rule_4_five_hops_at_most(hops, status, make):
    sim, callark = make(faulty_day({"do": "redirect-hops", "hops": hops,
                                    "times": -1}, calls=1))
    assert callark.sync(*RANGE).status == status


@pytest.mark.parametrize("endless", ["endless", "endless-chunked",
                                     "endless-length"])
def test_rule_5_bytes_are_counted_as_they_come(endless, make):
    """With and without a length; neither disk nor wire sees much more than
    the largest recording that is allowed."""
    sim, callark = make(faulty_day({"do": endless, "times": -1}, calls=2),
                        transfer__max_recording="64K")
    result = callark.sync(*RANGE, timeout=30)
    assert result.status == INCOMPLETE, result
    assert "65536" in problem(result, sim)["reason"]
    assert asked(sim)[0]["sent"] < 32 * MIB     # socket buffers
    assert partials(callark) == []
    check_all(callark, sim, DAYS, result)


@pytest.mark.parametrize("size, status", [(65536, COMPLETE),
                                          (65538, INCOMPLETE)])
def test_rule_5_the_limit_is_exact(size, status, make):
    sim, callark = make(small_day(1, media={"size": size}),
                        transfer__max_recording="64K")
    assert callark.sync(*RANGE).status == status


@pytest.mark.parametrize("fault", ["gzip", "bomb"])
def test_rule_5_nothing_is_decoded(fault, make, fast_clock):
    """identity is asked for; what comes encoded is neither unpacked nor
    archived as it came."""
    sim, callark = make(faulty_day({"do": fault, "bytes": 1 << 26,
                                    "times": -1}, calls=2))
    result = callark.sync(*RANGE, env=fast_clock(60))
    assert result.status == INCOMPLETE, result
    assert {e["headers"]["accept-encoding"] for e in media_log(sim)} == {
        "identity"}
    assert partials(callark) == [] and quarantined(callark) == {}
    check_all(callark, sim, DAYS, result)


@pytest.mark.parametrize("retry", ["negative", "past", "junk"])
def test_rule_6_a_wait_that_is_none_does_not_stop_the_run(retry, make):
    sim, callark = make(faulty_day({"do": "503", "retry": retry}, calls=2))
    check_completed(callark, sim, callark.sync(*RANGE, timeout=30))


@pytest.mark.parametrize("retry", ["long", "huge", "far-date"])
def test_rule_6_eleven_years_are_not_waited_for(retry, make):
    """The recording is put off, and so are those that come behind it."""
    sim, callark = make(small_day(4, media={"faults": {
        "*": {"do": "503", "retry": retry, "times": -1}}}),
        transfer__concurrency=1)
    result = callark.sync(*RANGE, timeout=30)
    assert result.status == INCOMPLETE, result
    assert result.summary["deferred"] == 4


class Opened:
    """How many times a file is opened, by inotify."""

    IN_OPEN, IN_CLOSE = 0x20, 0x18

    def __init__(self, path):
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK)
        assert self._fd >= 0, os.strerror(ctypes.get_errno())
        # Closing stands between two openings, so that none is merged away.
        assert self._libc.inotify_add_watch(
            self._fd, os.fsencode(path), self.IN_OPEN | self.IN_CLOSE) >= 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._fd)

    def count(self):
        events = os.read(self._fd, 1 << 20)
        number = at = 0
        while at < len(events):
            _, mask, _, size = struct.unpack_from("iIII", events, at)
            number += bool(mask & self.IN_OPEN)
            at += 16 + size
        return number


def test_rule_7_the_ca_bundle_is_read_once(platform, certificates, tmp_path):
    """With a directory of certificates beside it, libcurl reads and parses the
    whole bundle for each connection."""
    sim = platform(small_day(30, wire={"keepalive_requests": 1}),
                   tls=certificates.good)
    callark = trusting(certificates, tmp_path, sim)
    with Opened(certificates.ca) as bundle:
        result = callark.sync(*RANGE)
        opened = bundle.count()
    check_completed(callark, sim, result)
    assert sim.counts()["connections"] >= 30
    assert 1 <= opened <= 3


def test_rule_8_waiting_for_a_turn_burns_no_time(make, fast_clock):
    """One at a time, so that the last waits for longer than any transfer may
    take: each is asked for once, and none is given up for waiting."""
    speed, calls, latency = 40, 9, 0.4
    sim, callark = make(small_day(calls, media={"size": 8000}, latency_ms={
        "media": latency * 1000}), transfer__concurrency=1,
        transfer__max_recording="10K")
    assert calls * latency * speed > 120 + 10240 / 16000    # one's deadline
    result = callark.sync(*RANGE, env=fast_clock(speed))
    check_completed(callark, sim, result)
    times = [e["time"] for e in media_log(sim)]
    assert len(times) == calls
    assert all(b - a >= latency for a, b in zip(times, times[1:]))


def test_rule_9_connections_are_kept(make):
    """60 recordings, 4 at a time: 4 connections, and few for the listing."""
    sim, callark = make(small_day(60, links={"host": "media"}),
                        transfer__concurrency=4)
    check_completed(callark, sim, callark.sync(*RANGE))
    assert len({e["connection"] for e in media_log(sim)}) <= 4
    assert len({e["connection"] for e in sim.log(role="api")}) <= 8


def test_rule_9_tls_sessions_are_shared(platform, certificates, tmp_path):
    """Where the server keeps no connection, the next begins with the session
    of the one before."""
    with TlsServer(certificates.good) as server:
        sim = platform(small_day(5, links={"host": server.root}))
        callark = trusting(certificates, tmp_path, sim).configure(
            transfer__concurrency=1)
        assert callark.sync(*RANGE).status == COMPLETE
        assert [reused for _, reused in server.seen] == [False] + [True] * 4


def test_rule_9_an_old_connection_is_not_used_again(make, fast_clock):
    """Idle for longer than 55 seconds: servers have closed it by then.
    libcurl's own limit is 118."""
    sim, callark = make(faulty_day({"do": "503", "retry": 90}, calls=1),
                        transfer__concurrency=1)
    result = callark.sync(*RANGE, env=fast_clock(60, 60))
    check_completed(callark, sim, result)
    first, second = asked(sim)
    assert first["connection"] != second["connection"]


HIDDEN = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]",
          "[::ffff:127.0.0.1]", "0.0.0.0"]


@pytest.mark.parametrize("host", HIDDEN)
def test_rule_10_the_address_counts_and_not_its_name(host, make):
    """Checked behind the resolver, at each hop: no connection is made."""
    sim, callark = make(small_day(1), network__allow_private=None)
    port = urlsplit(sim.media_url).port
    path = call(sim)["path"]
    sim.set(media={"faults": {"0": {
        "do": "redirect-to", "times": -1,
        "to": f"http://{host}:{port}/followed{path}"}}})
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert "is not public" in problem(result, sim)["reason"]
    assert sim.log(role="media") == []
    check_archive(callark)


BODIES = [(404, 0), (500, 30000), (503, 30000), (403, 30000), (302, 3000)]


@pytest.mark.parametrize("status, size", BODIES)
def test_rule_11_the_body_of_a_refusal_goes_nowhere(status, size, make,
                                                    fast_clock):
    """It is read, so that the connection goes on, and it is never a file.

    The clock is not hurried more than this: a connection that rests for 55 s
    is given up for its age, which on a busy machine is soon over.  The
    recordings lie elsewhere, where no listing may be on the connection."""
    fault = {"do": str(status), "text": "x" * size, "type": "html"}
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=2,
                                   links={"host": "media"}),
                        transfer__concurrency=1)
    result = callark.sync(*RANGE, env=fast_clock(8))
    assert result.status == INCOMPLETE, result
    assert partials(callark) == [] and quarantined(callark) == {}
    assert len({e["connection"] for e in media_log(sim)}) == 1
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_rule_11_a_refusal_is_believed_however_long_it_is(make, fast_clock):
    """More than is worth reading: the connection is given up, the status is
    not, and Retry-After with it."""
    fault = {"do": "503", "text": "x" * 4 * MIB, "retry": 1}
    sim, callark = make(faulty_day(fault, calls=1))
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    first, second = asked(sim)
    assert second["time"] - first["time"] >= 0.95
    assert first["sent"] < 4 * MIB

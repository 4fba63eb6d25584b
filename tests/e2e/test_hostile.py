"""A platform that means harm: certificates, texts for terminals and
spreadsheets, pages and heads beyond measure. Counts are asserted."""

import csv
import json
import re
import resource
import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from support import (COMPLETE, INCOMPLETE, IS_SANITIZED, SERVICE, USAGE,
                     Callark, check_archive, check_no_secrets)
from transfers import DAY, RANGE, check_completed, small_day

# ---- certificates ------------------------------------------------------------

EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
RSA_1024 = ("-newkey", "rsa:1024")
HERE = "subjectAltName=IP:127.0.0.1\n"
AUTHORITY = "basicConstraints=critical,CA:true\n"
YEAR = timedelta(days=365)

ISSUING = """\
[ca]
default_ca = ours
[ours]
database = index
new_certs_dir = .
rand_serial = yes
unique_subject = no
policy = policy
[policy]
commonName = supplied
"""


class Workshop:
    """Certificates of every kind, made by openssl in a folder."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "ca.conf").write_text(ISSUING)
        (folder / "index").touch()

    def openssl(self, *args):
        subprocess.run(["openssl", *args], cwd=self.folder, check=True,
                       capture_output=True)

    def alone(self, name, extensions):
        """Signed by itself."""
        self.openssl("req", "-x509", *EC, "-nodes", "-days", "2", "-subj",
                     f"/CN={name}", "-addext", extensions.strip(),
                     "-out", f"{name}.pem", "-keyout", f"{name}.key")
        return name

    def issue(self, name, issuer, extensions=HERE, subject=None, begins=None,
              lasts=YEAR, digest="sha256", key=EC):
        begins = begins or datetime.now(timezone.utc) - timedelta(days=1)
        (self.folder / f"{name}.ext").write_text(extensions)
        self.openssl("req", *key, "-nodes", "-subj", f"/CN={subject or name}",
                     "-out", f"{name}.csr", "-keyout", f"{name}.key")
        self.openssl("ca", "-batch", "-notext", "-config", "ca.conf",
                     "-cert", f"{issuer}.pem", "-keyfile", f"{issuer}.key",
                     "-startdate", f"{begins:%Y%m%d%H%M%SZ}", "-enddate",
                     f"{begins + lasts:%Y%m%d%H%M%SZ}", "-md", digest,
                     "-extfile", f"{name}.ext", "-in", f"{name}.csr",
                     "-out", f"{name}.pem")
        return name

    def chain(self, name, *issuers):
        """Put the certificates of those between behind that of name."""
        whole = "".join((self.folder / f"{n}.pem").read_text()
                        for n in (name, *issuers))
        (self.folder / f"{name}.pem").write_text(whole)
        return name

    def pair(self, name):
        return (str(self.folder / f"{name}.pem"),
                str(self.folder / f"{name}.key"))


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    shop = Workshop(tmp_path_factory.mktemp("workshop"))
    shop.alone("ours", AUTHORITY)
    shop.alone("others", AUTHORITY)
    return shop


def long_ago():
    return datetime.now(timezone.utc) - 2 * YEAR


def make_self_signed(shop):
    return shop.alone("alone", HERE)


def make_expired_chain(shop, **when):
    shop.issue("between", "ours", AUTHORITY, **when)
    return shop.chain(shop.issue("leaf", "between"), "between")


def make_revoked(shop):
    name = shop.issue("revoked", "ours")
    shop.openssl("ca", "-config", "ca.conf", "-cert", "ours.pem", "-keyfile",
                 "ours.key", "-md", "sha256", "-revoke", f"{name}.pem")
    return name


@dataclass(frozen=True)
class Certificate:
    id: str
    make: object            # from a workshop to the name of a pair
    reason: str = None      # None: it is trusted
    host: str = "127.0.0.1"


CERTIFICATES = [
    Certificate("good", lambda s: s.issue("good", "ours")),
    Certificate("self-signed", make_self_signed, "self.signed"),
    Certificate("unknown-ca", lambda s: s.issue("stranger", "others"),
                "unable to get local issuer"),
    Certificate("other-host", lambda s: s.issue(
        "other-host", "ours", "subjectAltName=DNS:elsewhere.example\n"),
        "no alternative.*matches"),
    Certificate("other-address", lambda s: s.issue(
        "other-address", "ours", "subjectAltName=IP:127.0.0.2\n"),
        "no alternative.*matches"),
    Certificate("wildcard-too-wide", lambda s: s.issue(
        "wide", "ours", "subjectAltName=DNS:*.localhost,DNS:*\n"),
        "no alternative.*matches", host="api.localhost"),
    Certificate("expired", lambda s: s.issue(
        "expired", "ours", begins=long_ago()), "expired"),
    Certificate("not-yet-valid", lambda s: s.issue(
        "early", "ours", begins=datetime.now(timezone.utc) + YEAR),
        "not yet valid"),
    Certificate("expired-intermediate", lambda s: make_expired_chain(
        s, begins=long_ago()), "expired"),
    Certificate("other-purpose", lambda s: s.issue(
        "client", "ours", HERE + "extendedKeyUsage=clientAuth\n"), "purpose"),
    Certificate("sha1-signature", lambda s: s.issue(
        "sha1", "ours", digest="sha1"), "too weak"),
    Certificate("rsa-1024", lambda s: s.issue("weak", "ours", key=RSA_1024),
                "too weak|too small"),
    # What libcurl and OpenSSL take, as callark.conf(5) says.
    Certificate("name-without-san", lambda s: s.issue(
        "plain", "ours", "basicConstraints=CA:false\n", subject="127.0.0.1")),
    Certificate("revoked", make_revoked),
]


def test_the_certificates_are_14():
    assert len({c.id for c in CERTIFICATES}) == 14


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=lambda c: c.id)
def test_certificate(certificate, workshop, platform, tmp_path):
    pair = workshop.pair(certificate.make(workshop))
    sim = platform(small_day(2), tls=pair)
    url = sim.url.replace("127.0.0.1", certificate.host)
    callark = Callark(tmp_path / "callark", url).configure(
        network__ca_file=workshop.pair("ours")[0], network__allow_http=None)
    result = callark.sync(*RANGE)
    if certificate.reason is None:
        check_completed(callark, sim, result)
        return
    assert result.status == SERVICE, result
    assert re.search(certificate.reason, result.err), result
    assert sim.log() == []              # not a byte of a request was sent
    assert callark.audio() == {}
    check_archive(callark)
    check_no_secrets(callark, result)


# ---- terminals ---------------------------------------------------------------

# What changes a terminal or turns what it shows around.
COMMAND = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f"
                     "\u2028-\u202e\u2066-\u2069]")

COMMANDS = [
    "\x1b[2J", "\x1b[31m", "\x1b[8m", "\x1b[1A\x1b[2K", "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\", "\x1b]52;c;aWQK\x07", "\x1b[6n",
    "\x1b[c", "\x1bP$q\"p\x1b\\", "\x1b", "\x1b[", "\x9b31m", "\x9d0;t\x9c",
    "\x85", "\x90q", "\x98x\x9c", "\x07", "\x08\x08\x08", "\rall is well",
    "\nsync: complete", "\x0b\x0c", "\x0e\x0f", "\x7f", "\t\t", "\x01\x02",
    "\u202egnp.exe", "\u2066x\u2069", "\u2028\u2029", "\u061c\u200f",
]
TEXTS = [form for c in COMMANDS for form in
         (c, c + " behind", "before " + c, c * (3000 // len(c)))]
FIELDS = ("agente", "agent", "cliente", "contato", "servico", "ramal",
          "origem", "protocolo", "documento", "tag")


def check_silent(*results):
    """Nothing on stdout and stderr but characters and ends of lines."""
    for result in results:
        for text in (result.out, result.err):
            found = COMMAND.search(text)
            assert not found, ascii(text[max(0, found.start() - 200):][:400])


def hostile(n, text, **fields):
    return {"data_inicio": f"{DAY} 12:00:00", "status": "Contact",
            "id": f"{n}-{text[:40]}", **{f: text for f in FIELDS}, **fields}


def test_no_text_of_the_platform_commands_a_terminal(make):
    """120 texts in every field, half of them of calls that have trouble."""
    assert len(set(TEXTS)) == 120
    documents = [hostile(n, text, download_url="{link}" if n % 2 else
                         f"/none/{n}") for n, text in enumerate(TEXTS)]
    sim, callark = make(small_day(1, documents=documents))
    result = callark.sync(*RANGE, "--verbose")
    assert result.status == INCOMPLETE, result
    assert result.summary["listed"] == 121
    assert result.summary["archived"] == 61
    damaged = next(callark.bag(DAY).glob("data/audio/*.wav"))
    damaged.write_bytes(b"x")
    check_silent(
        result, callark.run("list", *RANGE), callark.run("find"),
        callark.run("find", "--format", "table"), callark.run("verify"),
        callark.run("status", "--items"), callark.run("doctor"))
    for text in TEXTS[::4]:
        check_silent(callark.run("find", "--agent", text, "--format", "table"),
                     callark.run("list", "--day", text))


# Answers with ESC and C1 in every place that a message may quote.
EVIL = "\x1b]0;x\x07\x9b31m"
ANSWERS = [
    {"do": "raw", "text": f"HTTP/1.1 500 {EVIL}\r\nContent-Length: 0\r\n\r\n"},
    {"do": "raw", "text": f"HTTP/{EVIL} 200 OK\r\n\r\n"},
    {"do": "raw", "text": f"HTTP/1.1 302 Go\r\nLocation: http://h/{EVIL}"
     "\r\nContent-Length: 0\r\n\r\n"},
    {"do": "raw", "text": f"HTTP/1.1 302 Go\r\nLocation: {EVIL}://h/"
     "\r\nContent-Length: 0\r\n\r\n"},
    {"do": "raw", "text": f"HTTP/1.1 200 OK\r\nContent-Type: {EVIL}\r\n"
     f"Content-Length: {EVIL}\r\n\r\n"},
    {"do": "raw", "text": f"HTTP/1.1 200 OK\r\nContent-Encoding: {EVIL}\r\n"
     "Content-Length: 2\r\n\r\n{}"},
    {"do": "raw", "text": f"HTTP/1.1 200 OK\r\nTransfer-Encoding: {EVIL}"
     "\r\n\r\n{}"},
    {"do": "json", "code": 200, "text": json.dumps({"message": EVIL})},
    {"do": "json", "code": 400, "text": json.dumps({"error": EVIL})},
    {"do": "json", "code": 401, "text": json.dumps({"message": EVIL})},
    {"do": "html", "code": 403, "text": f"<title>{EVIL}</title>"},
    {"do": "text", "code": 404, "text": EVIL},
]


@pytest.mark.parametrize("place", ["login", "listing", "media"])
def test_no_answer_commands_a_terminal(place, make, fast_clock):
    """Whatever a message quotes of an answer, it quotes it harmlessly."""
    for answer in ANSWERS:
        fault = {**answer, "times": -1}
        sim, callark = make(small_day(1, **(
            {"media": {"faults": {"0": fault}}} if place == "media"
            else {place: {"faults": [fault]}})))
        result = callark.sync(*RANGE, "--verbose", env=fast_clock())
        assert result.status not in (COMPLETE, USAGE), (answer, result)
        check_silent(result, callark.run("status", "--items"))


def test_no_name_of_a_file_or_word_commands_a_terminal(make, tmp_path):
    _, callark = make(small_day(1))
    evil = tmp_path / "\x1b[31m\x07\u202e\x9b2J"
    evil.mkdir()
    broken = evil / "\x1b]0;x\x07.conf"
    broken.write_text("[omni]\nno\x1b[2Jkey = 1\n")
    for where in (broken, evil, evil / "missing\n.conf"):
        callark.config = where
        result = callark.run("sync", *RANGE)
        assert result.status == USAGE, result
        check_silent(result)
    callark.config = callark.folder / "callark.conf"
    for name in ("archive.path", "archive.name", "omni.base_url",
                 "omni.time_zone", "network.ca_file", "network.proxy",
                 "network.allow_private", "omni.password_file",
                 "transfer.rate_limit"):
        saved = dict(callark.settings)
        callark.configure(**{name.replace(".", "__"): str(evil / "x/y")})
        result = callark.run("sync", *RANGE)
        assert result.status != COMPLETE, (name, result)
        check_silent(result)
        callark.settings = saved
        callark.write_config()
    for words in (("\x1b[2J",), ("sync", "--\x1b[2J"), ("sync", "\x9b2J"),
                  ("sync", "--from", "\x1b[2J"), ("list", "--format", "\x07"),
                  ("sync", "--limit-rate", "\u202e"),
                  ("sync", "--summary-json", str(evil / "no/x"), *RANGE),
                  ("verify", "--bag", str(evil))):
        result = callark.run(*words)
        assert result.status != COMPLETE, (words, result)
        check_silent(result)


# ---- spreadsheets ------------------------------------------------------------

STARTS = ["=cmd|' /C calc'!A0", '=HYPERLINK("http://x";"y")', "+1+1", "-2+3",
          "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "plain", '"=1"', "'=1",
          "a\r\n=1", "a\n@b", "a;=1,+2"]
CELLS = [before + start + behind for start in STARTS for before, behind in
         (("", ""), ("", ",=1"), ("", '"\r\n"=1'), ('"', ""))]


def test_cells_come_back_and_are_no_formulas(make):
    """By a reader that is not ours, in all columns of text."""
    assert len(set(CELLS)) == 60
    documents = [hostile(n, text, id=f"cell-{n}", download_url="{link}")
                 for n, text in enumerate(CELLS)]
    sim, callark = make(small_day(1, documents=documents))
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE, result
    with open(callark.bag(DAY) / "data/recordings.csv", newline="") as table:
        rows = {row["id"]: row for row in csv.DictReader(table)}
    n_guarded = 0
    for n, text in enumerate(CELLS):
        for column in ("agent", "agent_email", "service", "extension",
                       "origin", "protocol", "client_document", "tag"):
            cell = rows[f"cell-{n}"][column]
            assert cell in (text, "'" + text), (column, ascii(cell))
            assert not re.match(r"[=+\-@\t\r]", cell), ascii(cell)
            n_guarded += cell != text
    assert n_guarded == 37 * 8


# ---- bombs -------------------------------------------------------------------

MIB = 1 << 20


def million_of(item):
    """A page of a million items."""
    return ('{"Total":1000000,"Page":0,"Data":['
            + ",".join([item] * 10 ** 6) + "]}")


BOMBS = {
    "gzip bomb": {"do": "bomb", "bytes": 1 << 30},
    "gzip page": {"do": "page-gzip"},
    "100000 header lines": {"do": "header-flood", "count": 100000},
    "header line of 10 MB": {"do": "header-huge", "bytes": 10 * MIB},
    "nesting of 100000": {"do": "deep", "depth": 100000},
    "nesting of 10 million": {"do": "deep", "depth": 10 ** 7},
    "page of 50 MB": {"do": "huge-page"},
    "a million documents": {"do": "json", "text": million_of('{"id":1}')},
}


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))


# The sanitizers reserve terabytes for themselves.
IN_LITTLE_MEMORY = {} if IS_SANITIZED else {"preexec_fn": limit_memory}


@pytest.mark.parametrize("name", BOMBS)
def test_a_page_beyond_measure_is_refused(name, make, fast_clock):
    """In bounded memory, and the next run is as if it had never been."""
    fault = {**BOMBS[name], "times": -1}
    sim, callark = make(small_day(2, listing={"faults": [fault]}))
    result = callark.sync(*RANGE, env=fast_clock(), **IN_LITTLE_MEMORY)
    assert result.status == SERVICE, result
    assert "nothing could be listed" in result.err, result
    assert not sim.log(path="/recordings/")
    check_silent(result)
    sim.set(listing={"faults": []})
    check_completed(callark, sim, callark.sync(*RANGE))


def test_a_million_of_nothing_is_read_and_not_believed(make, fast_clock):
    """As many values as a page may have, and no document among them."""
    fault = {"do": "json", "text": million_of("0"), "times": -1}
    sim, callark = make(small_day(2, listing={"faults": [fault]}))
    result = callark.sync(*RANGE, env=fast_clock(), **IN_LITTLE_MEMORY)
    assert result.status == INCOMPLETE, result
    assert result.summary["windows_incomplete"] == 1
    assert result.summary["archived"] == 0
    check_silent(result)
    check_archive(callark)


@pytest.mark.parametrize("name", ["gzip bomb", "100000 header lines",
                                  "header line of 10 MB"])
def test_a_login_beyond_measure_is_refused(name, make, fast_clock):
    fault = {**BOMBS[name], "times": -1}
    sim, callark = make(small_day(2, login={"faults": [fault]}))
    result = callark.sync(*RANGE, env=fast_clock(), **IN_LITTLE_MEMORY)
    assert result.status == SERVICE, result
    check_no_secrets(callark, result)

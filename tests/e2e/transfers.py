"""What the tests of transfers share: one small day, one faulty recording in
it, and what the program and the platform tell of that recording."""

import os
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support import COMPLETE, build_preload, check_all, check_converged

DAY = "2024-12-30"
DAYS = (DAY,)
RANGE = ("--day", DAY)

MIB = 1 << 20


def small_day(calls=4, **scenario):
    """A scenario of one day in which every call has a recording."""
    return {"days": {DAY: calls}, "contact_share": 1.0, **scenario}


def faulty_day(*faults, calls=4, media=None, **scenario):
    """The same, the requests for recording 0 going wrong as told."""
    return small_day(calls, media={**(media or {}),
                                   "faults": {"0": list(faults)}}, **scenario)


def mend(sim):
    """From now on nothing is planned to go wrong with recordings."""
    sim.set(media={"faults": {}})


def call(sim, index=0):
    return sim.calls(DAY)[index]


def asked(sim, index=0):
    """The requests for a recording's own path so far, oldest first."""
    path = call(sim, index)["path"]
    return [entry for entry in sim.log() if entry["path"].endswith(path)
            and "/followed/" not in entry["path"]
            and "/hop/" not in entry["path"]]


def listings(sim):
    """How many times the day was listed: requests for its first page."""
    return sum(entry["query"]["report-skip"] == "0"
               for entry in sim.log(path="/ReportsApi/"))


def problem(result, sim, index=0):
    """What the summary tells of a recording that it has trouble with."""
    wanted = call(sim, index)["id"]
    found = [p for p in result.summary["problems"] if p["id"] == wanted]
    assert len(found) == 1, result.summary
    return found[0]


def check_completed(callark, sim, result):
    """The run got everything, whatever happened in it."""
    assert result.status == COMPLETE, result
    check_all(callark, sim, DAYS, result)
    check_converged(callark, sim, DAYS)


def check_mended(callark, sim, *args, **how):
    """A clean run after the fault is gone leaves what none would have."""
    check_completed(callark, sim, callark.sync(*RANGE, *args, **how))


def partials(callark):
    return sorted((callark.archive / ".partial").iterdir())


def quarantined(callark):
    """{name: path} of what was set aside."""
    return {p.name: p for p in (callark.archive / "quarantine").rglob("*")
            if p.is_file()}


def api_secrets_in(entry):
    """The headers of a request that hold a secret."""
    return {"x-api-key", "authorization", "cookie"} & set(entry["headers"])


# ---- servers that the simulated platform is not ----------------------------

def closed_port():
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class BlackHole:
    """A port that answers no SYN: its queue of connections is full."""

    def __enter__(self):
        self._server = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.port = self._server.getsockname()[1]
        self._filling = []
        while True:
            filler = socket.socket()
            self._filling.append(filler)
            filler.settimeout(0.3)
            try:
                filler.connect(("127.0.0.1", self.port))
            except TimeoutError:
                return self

    def __exit__(self, *_):
        for filler in self._filling:
            filler.close()
        self._server.close()


# ---- a faster clock --------------------------------------------------------

def build_fast_clock(folder):
    """Compile the preloaded clock; see fast_clock.c."""
    preloaded = build_preload(folder, "fast_clock")

    def environment(boottime=20, monotonic=20):
        return {**preloaded, "FAST_BOOTTIME": str(boottime),
                "FAST_MONOTONIC": str(monotonic)}
    return environment


# ---- certificates ----------------------------------------------------------

@dataclass
class Certificates:
    """Made for the test run: an authority of our own, and (certificate, key)
    pairs for 127.0.0.1, all but one with something wrong."""

    ca: str
    good: tuple
    expired: tuple
    wrong_name: tuple
    self_signed: tuple
    unknown_ca: tuple


_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
_HERE = "IP:127.0.0.1,DNS:localhost"


def _openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _authority(folder, name):
    pair = (str(folder / f"{name}.pem"), str(folder / f"{name}.key"))
    _openssl("req", "-x509", *_KEY, "-days", 2, "-subj", f"/CN={name}",
             "-out", pair[0], "-keyout", pair[1])
    return pair


def _issue(folder, name, authority, names=_HERE, days=2):
    pair = (str(folder / f"{name}.pem"), str(folder / f"{name}.key"))
    request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={names}\n")
    _openssl("req", *_KEY, "-subj", f"/CN={name}", "-out", request,
             "-keyout", pair[1])
    _openssl("x509", "-req", "-in", request, "-CA", authority[0], "-CAkey",
             authority[1], "-CAcreateserial", "-days", days, "-extfile",
             extensions, "-out", pair[0])
    return pair


def make_certificates(folder):
    folder = Path(folder)
    ours, others = _authority(folder, "ours"), _authority(folder, "others")
    alone = (str(folder / "alone.pem"), str(folder / "alone.key"))
    _openssl("req", "-x509", *_KEY, "-days", 2, "-subj", "/CN=alone",
             "-addext", f"subjectAltName={_HERE}", "-out", alone[0],
             "-keyout", alone[1])
    return Certificates(
        ca=ours[0],
        good=_issue(folder, "good", ours),
        # Valid for no time at all: past as soon as it is made.
        expired=_issue(folder, "expired", ours, days=0),
        wrong_name=_issue(folder, "wrong", ours, "DNS:elsewhere.example"),
        self_signed=alone,
        unknown_ca=_issue(folder, "unknown", others))

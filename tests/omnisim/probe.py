"""A byte-exact client for tests: raw answers, and a plain lister."""

import json
import socket
import unittest

from .scenario import DEFAULT
from .sim import Sim

DAY = "2024-12-30"
ROUTE = "/ReportsApi/service-history-audio-links"
LOGIN = {k: DEFAULT["credentials"][k] for k in ("login", "password")}
ORG = DEFAULT["organizations"][0]["id"]
KEY = {"x-api-key": DEFAULT["credentials"]["api_key"]}


def ask(root, path, method="GET", headers=None, body=b"", seconds=3):
    """One request on its own connection; every byte up to the end.

    Returns (bytes, how it ended: "fin", "rst" or "open").
    """
    host, port = root.split("//")[1].split(":")
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: %s:%s" % (host, port),
             "Connection: close", "Content-Length: %d" % len(body)]
    lines += ["%s: %s" % pair for pair in (headers or {}).items()]
    data = b""
    with socket.create_connection((host, int(port)), seconds) as sock:
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        try:
            while len(data) < 4 << 20:
                part = sock.recv(65536)
                if not part:
                    return data, "fin"
                data += part
        except ConnectionResetError:
            return data, "rst"
        except TimeoutError:
            pass
    return data, "open"


def split(data):
    """(status, headers by lower-case name, body) of one answer."""
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return (int(lines[0].split()[1]),
            {k.lower(): v for k, v in headers.items()}, body)


def get(root, path, **how):
    return split(ask(root, path, **how)[0])


def log_in(sim, field="organization"):
    _, _, body = get(sim.root, "/v1/Login/organization", method="POST",
                     headers=KEY,
                     body=json.dumps({**LOGIN, field: ORG}).encode())
    return json.loads(body)["token"]


class Lister:
    """A small client that lists as a scenario's dialect wants it."""

    def __init__(self, sim, param="report-skip", method="GET",
                 route=ROUTE):
        self.sim, self.param, self.method = sim, param, method
        self.route = route
        self.headers = {**KEY, "Authorization": "Bearer " + log_in(sim)}

    def raw(self, page, first=DAY, last=DAY):
        params = {self.param: page, "date_ini": first, "date_end": last}
        if self.method == "POST":
            return get(self.sim.root, "/v1" + self.route, method="POST",
                       headers=self.headers,
                       body=json.dumps(params).encode())
        query = "&".join("%s=%s" % p for p in params.items())
        return get(self.sim.root, "/v1%s?%s" % (
            self.route, query.replace(" ", "%20")), headers=self.headers)

    def page(self, page, *window):
        return json.loads(self.raw(page, *window)[2])

    def ids(self, page, *window):
        return [d.get("_id") for d in self.page(page, *window)["Data"]]


class WithSim(unittest.TestCase):
    """One server for all tests of a class; use() starts it afresh."""

    @classmethod
    def setUpClass(cls):
        cls.sim = Sim({"days": {DAY: 25}})
        cls.sim.__enter__()
        cls.addClassCleanup(cls.sim.stop)

    def use(self, **scenario):
        scenario.setdefault("days", {DAY: 25})
        self.sim.scenario(scenario)
        self.sim.reset_log()


class RouteCase(WithSim):
    """Asks any report route of the server of its class."""

    def lister(self, route, **how):
        return Lister(self.sim, route="/ReportsApi/" + route, **how)

    def listed(self, route):
        return self.lister(route).page(0)["Data"]

    def truth(self, route):
        """The documents of a day, parsed."""
        return [json.loads(one["document"])
                for one in self.sim.documents(route, DAY, hashes=False)]

    def by_protocol(self, route):
        return {one["protocolo"]: one for one in self.truth(route)}

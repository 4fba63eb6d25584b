"""Requests as parsed, drafts as first meant, replies as steps on a socket."""

import json
from email.utils import formatdate
from http.client import responses
from time import time
from urllib.parse import parse_qsl, unquote


class BadRequest(Exception):
    """The client wrote something that is no HTTP/1.1 request."""


class Refusal(Exception):
    """A request the vendor would refuse; args: status, message."""


class Request:
    """One parsed request; header names are lower-cased."""

    __slots__ = ("method", "target", "path", "query", "query_text",
                 "headers", "body", "role", "origin", "number")

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest(lines[0][:80])
        self.method, self.target = parts[0], parts[1]
        self.headers = headers = {}
        for line in lines[1:]:
            name, sep, value = line.partition(":")
            if not sep:
                raise BadRequest(line[:80])
            name, value = name.lower(), value.strip()
            if name in headers:
                value = headers[name] + ", " + value
            headers[name] = value
        path, _, self.query_text = self.target.partition("?")
        self.path = unquote(path) if "%" in path else path
        self.query = dict(parse_qsl(self.query_text, True)
                          if self.query_text else ())
        self.body = b""
        self.role = self.origin = None
        self.number = 0

    @property
    def wants_close(self):
        return self.headers.get("connection", "").lower() == "close"

    def json(self):
        """The body as a JSON object, or None."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


class Reply:
    """What to do on the connection, step by step.

    Steps: ("send", data), ("wait", seconds), ("drip", data, count, seconds),
    ("repeat", data, total bytes), ("reset",), ("fin",).
    """

    __slots__ = ("status", "steps", "keep", "fault")

    def __init__(self, status, steps, keep=True, fault=None):
        self.status = status
        self.steps = steps
        self.keep = keep
        self.fault = fault


_date = (0, "")


def date_now():
    global _date
    now = int(time())
    if _date[0] != now:
        _date = (now, formatdate(now, usegmt=True))
    return _date[1]


def head_bytes(status, headers):
    lines = ["HTTP/1.1 %d %s" % (status, responses.get(status, "Unknown"))]
    lines += ["%s: %s" % pair for pair in headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Draft:
    """An answer as it would go out if nothing were wrong.

    `headers` is without the framing; `body` may be bytes or a memoryview.
    `whole` is the full body a range was cut from, `start` where.
    """

    def __init__(self, request, status, headers, body, framing="length"):
        self.request = request
        self.status = status
        self.headers = [("Date", date_now()), ("Server", "omnisim"),
                        *headers]
        self.body = body
        self.framing = framing
        self.rebuild = None
        self.whole = body
        self.origins = {}

    def without(self, *names):
        """The headers less those named (lower case)."""
        return [h for h in self.headers if h[0].lower() not in names]

    def head(self, extra=(), status=None, headers=None):
        return head_bytes(status or self.status,
                          [*(self.headers if headers is None else headers),
                           *extra])

    def length_head(self):
        return self.head([("Content-Length", len(self.body))])

    def reply(self):
        """The answer with nothing wrong, in the framing it asks for."""
        if self.request.method == "HEAD":
            return Reply(self.status, [("send", self.length_head())])
        if self.framing == "chunked":
            head = self.head([("Transfer-Encoding", "chunked")])
            return Reply(self.status,
                         [("send", head + chunked(self.body))])
        if self.framing == "none-close":
            return Reply(self.status, [
                ("send", self.head([("Connection", "close")])),
                ("send", self.body), ("fin",)], keep=False)
        head = self.length_head()
        if len(self.body) < 65536:
            return Reply(self.status, [("send", head + self.body)])
        return Reply(self.status, [("send", head), ("send", self.body)])


def chunked(body, size=16384, end=True):
    parts = []
    for at in range(0, len(body), size):
        part = body[at:at + size]
        parts += [b"%x\r\n" % len(part), part, b"\r\n"]
    if end:
        parts.append(b"0\r\n\r\n")
    return b"".join(parts)


def json_draft(request, status, value, headers=()):
    body = value if isinstance(value, bytes) else json.dumps(
        value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    return Draft(request, status, [
        ("Content-Type", "application/json; charset=utf-8"), *headers], body)

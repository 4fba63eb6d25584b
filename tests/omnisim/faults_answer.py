"""Faults of the answer: its status, content, headers, range or redirect."""

import gzip
from datetime import datetime, timezone
from email.utils import format_datetime, formatdate
from time import time

from .faults import fault
from .faults_wire import place
from .message import Draft, Reply, head_bytes

PAGES = {
    "html": ("text/html; charset=utf-8",
             "<!DOCTYPE html>\n<html><head><title>Entrar</title></head><body>"
             "<form action=\"/login\">Sessão expirada</form></body></html>\n"),
    "json": ("application/json", '{"error":true,"message":"Arquivo '
             'indisponível"}'),
    "xml": ("application/xml", '<?xml version="1.0" encoding="UTF-8"?>\n'
            "<Error><Code>AccessDenied</Code><Message>Request has expired"
            "</Message><RequestId>0A1B2C</RequestId></Error>"),
    "text": ("text/plain", "upstream request timeout\n"),
    "empty": ("audio/wav", ""),
}


def _content(name):
    def answer(draft, params):
        kind, text = PAGES[name]
        kind = params.get("type", kind)
        return Draft(draft.request, params.get("code", 200),
                     [("Content-Type", kind)],
                     params.get("text", text).encode()).reply()
    return answer


for _name in PAGES:
    fault(_name, "%s instead of audio; `code` (200), `type`, `text`"
          % _name)(_content(_name))


def retry_after(kind):
    now = time()
    if isinstance(kind, (int, float)):
        return str(kind)
    return {
        "seconds": "1",
        "zero": "0",
        "date": formatdate(now + 2, usegmt=True),
        "past": formatdate(now - 90, usegmt=True),
        "past-date": formatdate(now - 90, usegmt=True),
        "far-date": format_datetime(
            datetime(2099, 1, 1, tzinfo=timezone.utc), usegmt=True),
        "negative": "-30",
        "huge": "99999999999999999999",
        "long": "356400000",
        "junk": "soon, perhaps",
        "empty": "",
    }.get(kind, kind)


@fault("status", "status `code` with a JSON text; `retry`: Retry-After; "
       "`type` html|json|xml|text|empty")
def status(draft, params):
    code = params.get("code", 500)
    kind, text = PAGES[params.get("type", "json")]
    headers = []
    if "retry" in params:
        headers.append(("Retry-After", retry_after(params["retry"])))
    if code in (204, 304):
        head = head_bytes(code, Draft(draft.request, code, headers,
                                      b"").headers)
        return Reply(code, [("send", head)])
    return Draft(draft.request, code, [("Content-Type", kind), *headers],
                 params.get("text", text).encode()).reply()


# -- what is inside the body ------------------------------------------------

def _rebuilt(draft, body, etag=None):
    """The same answer made from another body, Range obeyed."""
    if draft.rebuild is None:
        draft.body = body
        return draft.reply()
    return draft.rebuild(body, etag).reply()


def _whole(draft):
    return bytes(draft.whole)


@fault("short-inside", "the file itself cut at `at`; right on the wire")
def short_inside(draft, params):
    whole = Draft(draft.request, 200, [], _whole(draft))
    return _rebuilt(draft, whole.body[:place(whole, params)])


@fault("junk-after", "`bytes` of junk behind the audio; right on the wire")
def junk_after(draft, params):
    junk = (b"<!-- cached copy -->\n" * (params.get("bytes", 64) // 20 + 1))
    return _rebuilt(draft, _whole(draft) + junk[:params.get("bytes", 64)])


@fault("junk-before", "`bytes` of blank lines before the audio")
def junk_before(draft, params):
    return _rebuilt(draft, b"\r\n" * (params.get("bytes", 4) // 2)
                    + _whole(draft))


@fault("flip", "one bit wrong at `at`; right on the wire")
def flip(draft, params):
    body = bytearray(_whole(draft))
    body[params.get("at", len(body) // 2)] ^= 1
    return _rebuilt(draft, bytes(body))


@fault("other-body", "another valid recording under the same name")
def other_body(draft, params):
    return _rebuilt(draft, _altered(_whole(draft)))


def _altered(body):
    tail = min(1000, len(body) // 2)
    return body[:-tail] + bytes(b ^ 0x55 for b in body[-tail:])


@fault("gzip", "the right body under Content-Encoding: gzip, unasked")
def gzipped(draft, params):
    body = gzip.compress(bytes(draft.body), 1, mtime=0)
    return Draft(draft.request, draft.status,
                 [*draft.without("date", "server"),
                  ("Content-Encoding", params.get("encoding", "gzip"))],
                 body).reply()


@fault("bomb", "gzip of `bytes` zeros (1 GiB) under Content-Encoding")
def bomb(draft, params):
    part = gzip.compress(bytes(1 << 23), 9, mtime=0)
    count = max(1, params.get("bytes", 1 << 30) >> 23)
    return Draft(draft.request, 200,
                 [*draft.without("date", "server", "etag"),
                  ("Content-Encoding", "gzip")], part * count).reply()


# -- headers ----------------------------------------------------------------

@fault("header-flood", "`count` headers before the right answer's")
def header_flood(draft, params):
    flood = [("X-Flood-%d" % n, "x" * 40)
             for n in range(params.get("count", 10000))]
    draft.headers = flood + draft.headers
    return draft.reply()


@fault("header-huge", "one header of `bytes` (1 MiB)")
def header_huge(draft, params):
    draft.headers.append(("X-Huge", "x" * params.get("bytes", 1 << 20)))
    return draft.reply()


@fault("header", "header `name` added with `value`, or dropped if null")
def header(draft, params):
    draft.headers = draft.without(params["name"].lower())
    if params.get("value") is not None:
        draft.headers.append((params["name"], params["value"]))
    return draft.reply()


@fault("wrong-type", "Content-Type `value` on the right body")
def wrong_type(draft, params):
    return header(draft, {"name": "Content-Type",
                          "value": params.get("value", "text/html")})


@fault("etag-changed", "the object replaced: another ETag, another body; "
       "If-Range with the old one brings 200 (use times -1)")
def etag_changed(draft, params):
    return _rebuilt(draft, _altered(_whole(draft)),
                    params.get("etag", '"replaced-meanwhile"'))


# -- ranges -----------------------------------------------------------------

def _asked(draft):
    """Where a single open or closed range begins; None without a Range."""
    text = draft.request.headers.get("range", "")
    first = text.partition("=")[2].partition("-")[0]
    return int(first) if first.isdigit() else None


def _partial(draft, start, stop, claim, status=206, extra=()):
    body = _whole(draft)[start:stop]
    headers = draft.without("date", "server", "content-range")
    if claim:
        headers.append(("Content-Range", claim))
    return Draft(draft.request, status, [*headers, *extra], body).reply()


def _range_fault(name, about):
    """A fault that leaves requests without Range alone."""
    def enter(function):
        def guarded(draft, params):
            start = _asked(draft)
            if start is None:
                return None
            return function(draft, params, start, len(_whole(draft)))
        return fault(name, about)(guarded)
    return enter


@_range_fault("range-ignored", "200 and the whole body to a Range request")
def range_ignored(draft, params, start, size):
    return _partial(draft, 0, size, None, 200)


@_range_fault("range-other-offset", "206 from `by` bytes before the offset")
def range_other_offset(draft, params, start, size):
    start = max(0, start - params.get("by", 100))
    return _partial(draft, start, size,
                    "bytes %d-%d/%d" % (start, size - 1, size))


@_range_fault("range-other-total", "206 whose total is `by` bytes more")
def range_other_total(draft, params, start, size):
    return _partial(draft, start, size, "bytes %d-%d/%d" % (
        start, size - 1, size + params.get("by", 100)))


@_range_fault("range-star-total", "206 whose total is `*`")
def range_star_total(draft, params, start, size):
    return _partial(draft, start, size, "bytes %d-%d/*" % (start, size - 1))


@_range_fault("range-no-header", "206 without Content-Range")
def range_no_header(draft, params, start, size):
    return _partial(draft, start, size, None)


@_range_fault("range-junk-header", "206 with the Content-Range `value`")
def range_junk_header(draft, params, start, size):
    return _partial(draft, start, size, params.get("value", "bytes x-y/z"))


@_range_fault("range-short", "206 that stops `by` bytes early and says so")
def range_short(draft, params, start, size):
    stop = max(start + 1, size - params.get("by", 100))
    return _partial(draft, start, stop,
                    "bytes %d-%d/%d" % (start, stop - 1, size))


@_range_fault("range-wrong-bytes", "206 rightly labelled, from offset 0")
def range_wrong_bytes(draft, params, start, size):
    return _partial(draft, 0, size - start,
                    "bytes %d-%d/%d" % (start, size - 1, size))


@_range_fault("range-multipart", "206 as multipart/byteranges")
def range_multipart(draft, params, start, size):
    part = (b"\r\n--SIM\r\nContent-Type: audio/wav\r\n"
            b"Content-Range: bytes %d-%d/%d\r\n\r\n"
            % (start, size - 1, size))
    body = part + _whole(draft)[start:] + b"\r\n--SIM--\r\n"
    return Draft(draft.request, 206, [
        *draft.without("date", "server", "content-range", "content-type"),
        ("Content-Type", "multipart/byteranges; boundary=SIM")],
        body).reply()


@_range_fault("range-416", "416 though the range was good; `total` claimed")
def range_416(draft, params, start, size):
    total = params.get("total", size)
    return Draft(draft.request, 416, [
        ("Content-Range", "bytes */%s" % total)], b"").reply()


@_range_fault("range-416-no-header", "416 without Content-Range")
def range_416_no_header(draft, params, start, size):
    return Draft(draft.request, 416, [], b"").reply()


@_range_fault("range-416-smaller", "416, the object now smaller than asked")
def range_416_smaller(draft, params, start, size):
    return range_416(draft, {"total": max(0, start - 1)})


@_range_fault("range-204", "204 to a Range request")
def range_204(draft, params, start, size):
    return status(draft, {"code": 204})


@_range_fault("range-etag-changed", "206, right bytes, another ETag")
def range_etag_changed(draft, params, start, size):
    draft.headers = draft.without("etag") + [("ETag", '"changed-in-flight"')]
    return _partial(draft, start, size,
                    "bytes %d-%d/%d" % (start, size - 1, size))


# -- redirects --------------------------------------------------------------

def _target(draft, where, params):
    """`where` a redirect leads; /followed/ serves without faults."""
    request = draft.request
    same = request.origin
    tail = "/followed" + request.path
    if request.query_text:
        tail += "?" + request.query_text
    host = same.partition("://")[2]
    return {
        "same": same + tail,
        "other": draft.origins.get("other", same) + tail,
        "relative": tail,
        "loop": same + request.target,
        "hops": same + "/hop/%d%s" % (params.get("hops", 6) - 1, tail),
        "http": "http://" + host + tail,
        "ftp": "ftp://" + host + tail,
        "file": "file:///etc/passwd",
        "private": "http://%s%s" % (
            params.get("address", "169.254.169.254"), tail),
        "user": same.replace("://", "://user:word@") + tail,
        "junk": "http://[::zz]:99999/ \x7f",
        "missing": None,
        "to": params.get("to"),
    }[where]


def _redirect(where):
    def answer(draft, params):
        target = _target(draft, where, params)
        headers = [] if target is None else [("Location", target)]
        return Draft(draft.request, params.get("code", 302), headers,
                     b"moved").reply()
    return answer


for _where, _about in (
        ("same", "to the same origin"), ("other", "to the other listener"),
        ("relative", "with a relative Location"),
        ("loop", "to itself (use times -1)"),
        ("hops", "through `hops` (6) hops to the body"),
        ("http", "to http://"), ("ftp", "to ftp://"),
        ("file", "to file:///etc/passwd"),
        ("private", "to the private `address`"),
        ("user", "to a URL with user and password"),
        ("junk", "to something that is no URL"),
        ("missing", "without Location"), ("to", "to the URL `to`")):
    fault("redirect-" + _where, "redirect %s; `code` (302)" % _about)(
        _redirect(_where))

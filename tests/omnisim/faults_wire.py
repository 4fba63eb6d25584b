"""Faults of the connection and of the framing of a body."""

from .faults import fault
from .message import Reply, chunked

FOREVER = 3600


def place(draft, params, default="50%"):
    """Where to cut: bytes, "50%", or counted from the end if negative."""
    at, size = params.get("at", default), len(draft.body)
    if isinstance(at, str) and at.endswith("%"):
        return int(size * float(at[:-1]) / 100)
    at = int(at)
    return max(0, size + at) if at < 0 else min(at, size)


def _end(params):
    """FIN or RST; before an RST the client gets time to read."""
    if params.get("end", "fin") == "rst":
        return [("wait", params.get("linger_s", 0.05)), ("reset",)]
    return [("fin",)]


@fault("cut", "Content-Length, then the body ends at `at`, with `end`")
def cut(draft, params):
    body = draft.body[:place(draft, params)]
    return Reply(draft.status, [("send", draft.length_head()),
                                ("send", body), *_end(params)], False)


@fault("cut-no-length", "no length at all, the body ends at `at`")
def cut_no_length(draft, params):
    body = draft.body[:place(draft, params)]
    head = draft.head([("Connection", "close")])
    return Reply(draft.status, [("send", head), ("send", body),
                                *_end(params)], False)


@fault("chunked", "not a fault: the whole body in chunks of `size`")
def chunked_whole(draft, params):
    head = draft.head([("Transfer-Encoding", "chunked")])
    body = chunked(draft.body, params.get("size", 16384))
    return Reply(draft.status, [("send", head + body)])


@fault("chunked-cut", "chunks, cut at `at`, without the last chunk")
def chunked_cut(draft, params):
    head = draft.head([("Transfer-Encoding", "chunked")])
    body = chunked(draft.body[:place(draft, params)],
                   params.get("size", 16384), end=False)
    return Reply(draft.status, [("send", head + body), *_end(params)], False)


def _bad_chunk(draft, params, line):
    head = draft.head([("Transfer-Encoding", "chunked")])
    at = place(draft, params)
    body = chunked(draft.body[:at], end=False) + line + draft.body[at:]
    return Reply(draft.status, [("send", head + body),
                                ("send", b"\r\n0\r\n\r\n"), ("fin",)], False)


@fault("chunked-garbage", "a chunk size that is no number, at `at`")
def chunked_garbage(draft, params):
    return _bad_chunk(draft, params,
                      params.get("line", "zz!").encode() + b"\r\n")


@fault("chunked-overflow", "a chunk size of 2^64 + 16, at `at`")
def chunked_overflow(draft, params):
    return _bad_chunk(draft, params, b"10000000000000010\r\n")


@fault("chunked-no-crlf", "a chunk longer than its size says")
def chunked_no_crlf(draft, params):
    return _bad_chunk(draft, params, b"1\r\n")


@fault("rst", "RST before any answer")
def rst(draft, params):
    return Reply(0, [("reset",)], False)


@fault("drop", "FIN before any answer; `reused`: only on a used connection")
def drop(draft, params):
    if params.get("reused") and draft.request.number == 0:
        return None
    return Reply(0, [("fin",)], False)


@fault("close-after", "the whole answer, then FIN without announcing it")
def close_after(draft, params):
    steps = draft.reply().steps
    return Reply(draft.status, [*steps, *_end(params)], False)


@fault("rst-after-headers", "the headers, then RST")
def rst_after_headers(draft, params):
    return Reply(draft.status, [("send", draft.length_head()),
                                ("wait", params.get("linger_s", 0.05)),
                                ("reset",)], False)


@fault("stall", "nothing for `seconds`, then FIN")
def stall(draft, params):
    return Reply(0, [("wait", params.get("seconds", FOREVER)), ("fin",)],
                 False)


@fault("stall-after-headers", "the headers, nothing for `seconds`, FIN")
def stall_after_headers(draft, params):
    return Reply(draft.status, [("send", draft.length_head()),
                                ("wait", params.get("seconds", FOREVER)),
                                ("fin",)], False)


@fault("stall-mid", "the body up to `at`, nothing for `seconds`, FIN")
def stall_mid(draft, params):
    return Reply(draft.status, [
        ("send", draft.length_head()),
        ("send", draft.body[:place(draft, params)]),
        ("wait", params.get("seconds", FOREVER)), ("fin",)], False)


@fault("slow-start", "`seconds` of silence, then the right answer")
def slow_start(draft, params):
    return Reply(draft.status, [("wait", params.get("seconds", 1)),
                                *draft.reply().steps])


@fault("drip", "`bytes` of the body every `seconds`")
def drip(draft, params):
    return Reply(draft.status, [
        ("send", draft.length_head()),
        ("drip", draft.body, params.get("bytes", 1),
         params.get("seconds", 1))])


@fault("drip-headers", "the head, `bytes` every `seconds`, then the body")
def drip_headers(draft, params):
    return Reply(draft.status, [
        ("drip", draft.length_head(), params.get("bytes", 1),
         params.get("seconds", 1)), ("send", draft.body)])


def _declared(draft, params, *lines):
    """The whole body under framing headers of our choice, then FIN."""
    return Reply(draft.status, [("send", draft.head(lines)),
                                ("send", draft.body), ("fin",)], False)


@fault("length-longer", "Content-Length `by` bytes more than the body")
def length_longer(draft, params):
    return _declared(draft, params, (
        "Content-Length", len(draft.body) + params.get("by", 10)))


@fault("length-shorter", "Content-Length `by` bytes less than the body")
def length_shorter(draft, params):
    return _declared(draft, params, (
        "Content-Length", len(draft.body) - params.get("by", 10)))


@fault("two-lengths-same", "Content-Length twice, alike")
def two_lengths_same(draft, params):
    size = len(draft.body)
    return _declared(draft, params, ("Content-Length", size),
                     ("Content-Length", size))


@fault("two-lengths-differ", "Content-Length twice, the first `by` less")
def two_lengths_differ(draft, params):
    size = len(draft.body)
    return _declared(draft, params,
                     ("Content-Length", size - params.get("by", 10)),
                     ("Content-Length", size))


@fault("length-and-chunked", "Content-Length and Transfer-Encoding")
def length_and_chunked(draft, params):
    size = len(draft.body)
    head = draft.head([("Content-Length", size),
                       ("Transfer-Encoding", "chunked")])
    return Reply(draft.status, [("send", head + chunked(draft.body)),
                                ("fin",)], False)


@fault("length-junk", "Content-Length with the text `value`")
def length_junk(draft, params):
    return _declared(draft, params,
                     ("Content-Length", params.get("value", "12abc")))


@fault("endless", "no length, the body again and again; `limit_bytes`")
def endless(draft, params):
    return Reply(draft.status, [
        ("send", draft.head([("Connection", "close")])),
        ("repeat", bytes(draft.body) or b" ",
         params.get("limit_bytes", 1 << 40)), ("fin",)], False)


@fault("endless-length", "as endless, under a Content-Length of `length`")
def endless_length(draft, params):
    length = params.get("length", 1 << 40)
    return Reply(draft.status, [
        ("send", draft.head([("Content-Length", length)])),
        ("repeat", bytes(draft.body) or b" ", length), ("fin",)], False)


@fault("endless-chunked", "as endless, in chunks that never end")
def endless_chunked(draft, params):
    return Reply(draft.status, [
        ("send", draft.head([("Transfer-Encoding", "chunked")])),
        ("repeat", chunked(draft.body or b" ", end=False),
         params.get("limit_bytes", 1 << 40)), ("fin",)], False)


@fault("http09", "the body with no status line and no header")
def http09(draft, params):
    return Reply(0, [("send", draft.body), ("fin",)], False)


@fault("raw", "the text `text` (latin-1) instead of any answer, then FIN")
def raw(draft, params):
    return Reply(0, [("send", params.get("text", "").encode("latin-1")),
                     *_end(params)], False)


@fault("early", "`count` answers of `code` (1xx) before the right one")
def early(draft, params):
    code = params.get("code", 103)
    line = b"HTTP/1.1 %d Early\r\nLink: </x>; rel=preload\r\n\r\n" % code
    return Reply(draft.status, [("send", line * params.get("count", 3)),
                                *draft.reply().steps])

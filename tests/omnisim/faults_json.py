"""Faults of a JSON page: what a parser must refuse or survive."""

from .faults import fault
from .message import Draft


def _with(draft, body):
    draft.body = body
    return draft.reply()


@fault("malformed", "JSON with a comma too many")
def malformed(draft, params):
    return _with(draft, draft.body[:-1] + b",,}")


@fault("cut-json", "the JSON text cut at `at`, the length right for that")
def cut_json(draft, params):
    at = params.get("at", len(draft.body) // 2)
    return _with(draft, draft.body[:at])


@fault("trailing-garbage", "the page, then `text` behind it")
def trailing_garbage(draft, params):
    return _with(draft, draft.body
                 + params.get("text", "\n<!-- 0.231 s -->").encode())


@fault("two-documents", "two JSON values in one body")
def two_documents(draft, params):
    return _with(draft, draft.body + b"\n" + draft.body)


@fault("deep", "arrays nested `depth` (100000) deep")
def deep(draft, params):
    depth = params.get("depth", 100000)
    body = b'{"Total":1,"Page":0,"Data":' + b"[" * depth + b"]" * depth
    return _with(draft, body + b"}")


@fault("huge-page", "the page with a field of `bytes` (50 MB) more in it")
def huge_page(draft, params):
    filler = b'{"comentario":"' + b"x" * params.get("bytes", 50000000)
    return _with(draft, filler + b'",' + bytes(draft.body).lstrip()[1:])


@fault("bom", "the page behind a byte order mark")
def bom(draft, params):
    return _with(draft, b"\xef\xbb\xbf" + draft.body)


@fault("utf16", "the page in UTF-16")
def utf16(draft, params):
    return _with(draft, bytes(draft.body).decode("utf-8", "replace")
                 .encode("utf-16"))


@fault("page-gzip", "the page gzipped and labelled so")
def page_gzip(draft, params):
    from .faults_answer import gzipped
    return gzipped(draft, params)


@fault("null", "the JSON value null")
def null(draft, params):
    return Draft(draft.request, 200, [("Content-Type", "application/json")],
                 b"null").reply()


@fault("error-200", "status 200 around a JSON error")
def error_200(draft, params):
    body = b'{"error":"Internal error","statusCode":500}'
    return Draft(draft.request, 200, [("Content-Type", "application/json")],
                 body).reply()

"""The /_sim/ routes by which a test looks in and changes the scenario."""

import json
from time import perf_counter

from . import truth
from .message import json_draft


def answer(app, request):
    name = request.path[len("/_sim/"):]
    function = ROUTES.get(name)
    if function is None:
        return json_draft(request, 404, {"message": "no such route"}).reply()
    try:
        return json_draft(request, 200, function(app, request)).reply()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        text = "%s: %s" % (type(error).__name__, error)
        return json_draft(request, 400, {"message": text}).reply()


def _log(app, request):
    first = int(request.query.get("from", 0))
    return _ascii(list(app.log.entries[first:]))


def _reset_log(app, request):
    app.log.reset()
    return {}


def _scenario(app, request):
    if request.method == "POST":
        app.replace(json.loads(request.body))
    return app.world.scenario


def _set(app, request):
    app.change(json.loads(request.body))
    return {}


def _counts(app, request):
    return app.log.counts()


def _ascii(value):
    # Escapes carry lone surrogates, that is bytes that are no UTF-8.
    return json.dumps(value).encode()


def _asked(app, request):
    """The organisation and day of a question, and whether to hash."""
    query = request.query
    return (app.world.populations[int(query.get("org", 0))],
            query.get("day", ""), query.get("hash", "1") != "0")


def _calls(app, request):
    """The recordings of one day: each document and the body behind it."""
    org, day, wants_hash = _asked(app, request)
    return _ascii(truth.calls(app.world, org, day, app.origins, wants_hash))


def _report(app, request):
    name = request.query.get("route")
    if name not in app.world.reports:
        raise ValueError("unknown route: %s" % name)
    return app.world.reports[name]


def _documents(app, request):
    org, day, wants_hash = _asked(app, request)
    return _ascii(truth.documents(app.world, _report(app, request), org, day,
                                  app.origins, wants_hash))


def _served(app, request):
    return _ascii([body.decode("utf-8", "surrogateescape") for body
                   in list(_report(app, request).memory.served)])


def _planted(app, request):
    org, day, _ = _asked(app, request)
    return _ascii(truth.planted(app.world, org, day))


def _ping(app, request):
    return {"now": perf_counter(), "origins": app.origins}


ROUTES = {
    "log": _log,
    "reset-log": _reset_log,
    "scenario": _scenario,
    "set": _set,
    "counts": _counts,
    "calls": _calls,
    "documents": _documents,
    "served": _served,
    "planted": _planted,
    "ping": _ping,
}

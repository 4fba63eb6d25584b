"""The /_sim/ routes by which a test looks in and changes the scenario."""

import json
from time import perf_counter

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


def _calls(app, request):
    """The truth of one day: each document and the body behind it."""
    world = app.world
    number = int(request.query.get("org", 0))
    wants_hash = request.query.get("hash", "1") != "0"
    org = world.populations[number]
    day = org.days.get(request.query.get("day", ""))
    if day is None:
        return b"[]"
    return _ascii([_truth(world, org, day, item, app.origins, wants_hash)
                   for item in world.listing.truth(org, day)])


def _truth(world, org, day, item, origins, wants_hash):
    listing = world.listing
    body = listing.documents.write(org, day, item, listing.links, origins)
    call = org.call(day, item[1], item[0])
    path = org.path_of(call)
    text = body.decode("utf-8", "surrogateescape")
    has_audio = path in text
    result = {
        "_id": call.key, "id": call.ident, "key": call.key,
        "day": day.text, "index": item[1], "start": item[0],
        "document": text, "path": path if has_audio else None,
        "kind": org.kind_of(call) if has_audio else None,
        "sha256": None, "size": None, "contact": call.contact,
    }
    if has_audio and wants_hash:
        bodies = world.media.bodies
        result["sha256"] = bodies.digest(org, call).hex()
        result["size"] = len(bodies.body(org, call))
    try:
        value = json.loads(text)
        for name in ("_id", "id"):
            result[name] = value.get(name)
    except (ValueError, AttributeError):
        pass  # a document bad on purpose
    return result


def _ping(app, request):
    return {"now": perf_counter(), "origins": app.origins}


ROUTES = {
    "log": _log,
    "reset-log": _reset_log,
    "scenario": _scenario,
    "set": _set,
    "counts": _counts,
    "calls": _calls,
    "ping": _ping,
}

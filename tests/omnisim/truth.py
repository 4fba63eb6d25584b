"""What a test compares with: documents, recordings, what was planted."""

import json
import re

from .documents import Rule
from .planted import AUDIO

_PATHS = re.compile(r"/(?:recordings|attachments)/[0-9/]+/[0-9a-f-]+\.\w+")


def _bytes(world, report, org, day, item, origins):
    listing = report.listing
    return listing.documents.write(org, day, item, listing.links, origins)


def calls(world, org, text, origins, wants_hash):
    """The documents of service-history-audio-links, with their bodies."""
    report = world.reports[AUDIO]
    day = org.days.get(text)
    if day is None:
        return []
    return [_call(world, report, org, day, item, origins, wants_hash)
            for item in report.listing.truth(org, day)]


def _call(world, report, org, day, item, origins, wants_hash):
    text = _bytes(world, report, org, day, item, origins).decode(
        "utf-8", "surrogateescape")
    call = org.call(day, item[1], item[0])
    path = org.path_of(call)
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


def documents(world, report, org, text, origins, wants_hash):
    """The documents of any route as a listing would give them now."""
    day = report.listing.route.days(org).get(text)
    if day is None:
        return []
    return [_document(world, report, org, day, item, origins, wants_hash)
            for item in report.listing.truth(org, day)]


def _names(route, org, day, item):
    one = route.item(org, day, item[1], item[0])
    return {"route": route.name, "day": day.text, "index": item[1],
            "key": one.key, "id": one.ident, "protocolo": one.protocol}


def _document(world, report, org, day, item, origins, wants_hash):
    text = _bytes(world, report, org, day, item, origins).decode(
        "utf-8", "surrogateescape")
    media = []
    for path in dict.fromkeys(_PATHS.findall(text)):
        found = world.media.find(path)
        if found is not None:
            media.append(_medium(world, path, *found, wants_hash))
    return {**_names(report.listing.route, org, day, item),
            "start": item[0], "document": text, "media": media}


def _medium(world, path, org, call, wants_hash):
    bodies = world.media.bodies
    result = {"path": path, "kind": org.kind_of(call),
              "sha256": None, "size": None}
    if wants_hash:
        result["sha256"] = bodies.digest(org, call).hex()
        result["size"] = len(bodies.body(org, call))
    return result


def planted(world, org, text):
    """{kind: what it was done to} on one day, over all routes."""
    result = {}
    if text in org.days and org.planted.specs:
        for call in org.attendances(text):
            for spec in org.planted.of(call):
                entry = {"day": text, "index": call.number, "key": call.key,
                         "id": call.ident, "protocolo": call.protocol}
                if spec["do"] == "duration":
                    entry["seconds"] = spec.get("seconds", 30)
                result.setdefault(spec["do"], []).append(entry)
    for report in world.reports.values():
        _by_rules(report, org, text, result)
    return result


def _by_rules(report, org, text, result):
    """Adds the documents that the rules of one listing concern."""
    rules = report.listing.rules
    day = report.listing.route.days(org).get(text)
    named = [("late", "late"), ("vanished", "vanished"),
             ("changed", "changed"), ("late-link", "late_links"),
             ("duplicate", "duplicates"), ("bad", "bad")]
    for kind, key in named if day else ():
        for spec in rules[key]:
            rule = Rule(spec)
            for index in range(day.count):
                item = (day.start_of(index), index)
                if report.listing.touches(rule, org, day, item):
                    entry = _names(report.listing.route, org, day, item)
                    if kind == "bad":
                        entry["do"] = spec.get("do", "set")
                    result.setdefault(kind, []).append(entry)

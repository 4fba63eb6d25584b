"""The fault book: every fault by name, and which request gets which.

A fault is a function (draft, params) -> Reply; None means that it does not
concern this request (a Range fault and a request without Range), which is
then answered as if nothing were planned and is not counted.
"""

import json
import threading

TABLE = {}


class UnknownFault(ValueError):
    pass


def fault(name, about):
    """Enters a function in the table under `name`."""
    def enter(function):
        TABLE[name] = (function, about)
        return function
    return enter


def check(specs):
    """Raises UnknownFault for a name that is in no table."""
    for spec in specs if isinstance(specs, list) else [specs]:
        name = str(spec.get("do"))
        if name not in TABLE and not is_status(name):
            raise UnknownFault("unknown fault: %s" % name)


def is_status(name):
    return len(name) == 3 and name.isdigit()


def apply(spec, draft):
    """The faulty reply of one spec, or None when it does not concern."""
    name = str(spec["do"])
    if is_status(name):
        reply = TABLE["status"][0](draft, {"code": int(name), **spec})
    else:
        reply = TABLE[name][0](draft, spec)
    if reply is not None and reply.fault is None:
        reply.fault = name
    return reply


def from_query(query):
    """The spec a URL asks for with ?fault=NAME&times=n&..., or None."""
    if "fault" not in query:
        return None
    spec = {"do": query["fault"]}
    for name, value in query.items():
        if name != "fault":
            try:
                spec[name] = json.loads(value)
            except ValueError:
                spec[name] = value
    return spec


class Counters:
    """How often each planned fault was already applied."""

    def __init__(self):
        self._lock = threading.Lock()
        self._used = {}
        self._seen = {}

    def answer(self, specs, key, draft):
        """The reply of the first spec with something left, or None.

        Specs in a list are used up one after the other. `skip` lets the
        first requests of the list pass.
        """
        specs = specs if isinstance(specs, list) else [specs]
        place, spec = self._reserve(specs, key)
        if spec is None:
            return None
        reply = apply(spec, draft)
        if reply is None:
            with self._lock:
                self._used[place] -= 1
        return reply

    def _reserve(self, specs, key):
        with self._lock:
            seen = self._seen[key] = self._seen.get(key, 0) + 1
            for number, spec in enumerate(specs):
                times, place = spec.get("times", 1), (key, number)
                used = self._used.get(place, 0)
                if 0 <= times <= used:
                    continue
                if seen <= spec.get("skip", 0):
                    break
                self._used[place] = used + 1
                return place, spec
        return None, None


# The modules enter their faults when they are imported.
from . import faults_answer, faults_json, faults_wire  # noqa: E402,F401

"""Documents as they stand in a page: generated, changed, bad or given."""

import json
from time import time

from .calls import LINK
from .selector import Selector

# Documents of the scenario itself get indices from here on, documents made
# up while paging from the second number on.
EXPLICIT = 0x800000
ENDLESS = 0x400000
_CHANGES = {"agente": "Agente renomeado", "agent": "renomeado@exemplo.test"}
_ANONYMOUS = {"contato": "***", "cliente": "***", "documento": None}
_BAD_UTF8 = "@@BAD-UTF8@@"
_SPOILT_FIELDS = {"id": ("_id", "id"), "url": ("download_url",),
                  "date": ("data_inicio",)}
_SPOILT = {
    "missing": None, "null": None, "empty": "", "number": 42, "true": True,
    "object": {"$oid": "64f0c2a1"}, "array": [], "junk": "amanhã",
    "relative": "recordings/none.wav", "future": "2999-12-31 23:59:59",
    "space": "a b/../c\\d",
}
_WAYS = {"set", "hostile", "drop", "bad-utf8", "wrong-types", "deep"}


def check_bad(spec):
    """Raises ValueError when a `bad` entry names no known way."""
    name = spec.get("do", "set")
    what, _, field = name.rpartition("-")
    if name not in _WAYS and not (what in _SPOILT
                                  and field in _SPOILT_FIELDS):
        raise ValueError("unknown bad document: %s" % name)


class Rule:
    """One scenario entry that concerns some documents at some time."""

    def __init__(self, spec):
        self.spec = spec
        self.which = Selector(spec.get("which"))
        self.after = spec.get("after_listings")
        self.seconds = spec.get("after_s")

    def is_due(self, state, listing):
        """Whether its time has come at listing number `listing`."""
        if self.after is not None and listing <= self.after:
            return False
        if self.seconds is not None:
            return time() - state.born >= self.seconds
        return True


def dump(value, pretty=False, ascii_only=False):
    text = json.dumps(value, ensure_ascii=ascii_only,
                      indent=2 if pretty else None,
                      separators=None if pretty else (",", ":"))
    return text.encode("utf-8", "surrogateescape")


class Documents:
    """Writes documents; keeps the bytes of those that never change."""

    def __init__(self, scenario, state):
        listing = scenario["listing"]
        dialect = scenario["dialect"]
        self.state = state
        self.pretty = dialect["pretty"]
        self.ascii = dialect["ascii"]
        self.names = dialect["fields"]
        self.changed = [Rule(s) for s in listing["changed"]]
        self.late_links = [Rule(s) for s in listing["late_links"]]
        self.bad = [Rule(s) for s in listing["bad"]]
        self.others = [Rule(s) for s in listing["duplicates"]]
        for spec in listing["bad"]:
            check_bad(spec)
        self.is_static = not (self.changed or self.late_links or self.bad)
        self.explicit = scenario["documents"]
        self._kept = {}
        self._room = scenario["cache_mb"] << 20

    def write(self, org, day, item, links, origins):
        """The bytes of one document; item is (start, index, other)."""
        start, index, other = item
        if index >= EXPLICIT:
            return self._given(org, day, item, links, origins)
        known = self._kept.get((org.number, day.text, index))
        if known is None:
            known = self._generate(org, day, start, index)
        body, path, call = known
        listing = self.state.listing_of(org, day.text)
        if not self.is_static or other:
            call = call or org.call(day, index, start)
            body = self._altered(body, call, other, listing)
        if path:
            link = links.write(path, listing, origins)
            body = body.replace(LINK.encode(), link.encode())
        return body

    def _generate(self, org, day, start, index):
        call = org.call(day, index, start)
        text = org.document(call)
        body = text.encode()
        if self.pretty or self.ascii:
            body = dump(json.loads(text), self.pretty, self.ascii)
        path = org.path_of(call) if call.contact else None
        known = (body, path, None if self.is_static else call)
        self._room -= len(body) + 400
        if self._room > 0:
            self._kept[org.number, day.text, index] = known
        return known

    def _name(self, field):
        return self.names.get(field, field)

    def _altered(self, body, call, other, listing):
        rules = [r for r in self.changed
                 if r.which.matches(call) and r.is_due(self.state, listing)]
        late = [r for r in self.late_links if r.which.matches(call)
                and listing <= r.spec.get("listings", 1)]
        bad = [r for r in self.bad if r.which.matches(call)
               and r.is_due(self.state, listing)]
        if not (rules or late or bad or other):
            return body
        value = json.loads(body)
        for rule in rules:
            self._change(value, rule.spec)
        for rule in late:
            self._spoil(value, rule.spec.get("as", "missing") + "-url", {})
        if other:
            value[self._name("contato")] = "Outra pessoa"
            value[self._name("tag")] = "Outra tabulação"
        for rule in bad:
            if "raw" in rule.spec:
                return rule.spec["raw"].encode("utf-8", "surrogateescape")
            self._spoil(value, rule.spec.get("do", "set"), rule.spec)
        return dump(value, self.pretty, self.ascii).replace(
            _BAD_UTF8.encode(), b"\xc3\x28\xff")

    def _change(self, value, spec):
        changes = dict(spec.get("set", {}))
        if spec.get("anonymise"):
            changes.update(_ANONYMOUS)
        for field, new in (changes or _CHANGES).items():
            value[self._name(field)] = new

    def _spoil(self, value, name, spec):
        """Makes one document bad, see the table in the README."""
        what, _, field = name.rpartition("-")
        fields = _SPOILT_FIELDS.get(field)
        if name == "set" or name == "hostile":
            for key, new in spec.get("set", {}).items():
                value[self._name(key)] = new
        elif name == "drop":
            for key in spec["fields"]:
                value.pop(self._name(key), None)
        elif name == "bad-utf8":
            value[self._name(spec.get("field", "contato"))] = _BAD_UTF8
        elif name == "wrong-types":
            for key in list(value):
                value[key] = _other_type(value[key])
        elif name == "deep":
            nest = "x"
            for _ in range(spec.get("depth", 900)):
                nest = [nest]
            value[self._name("tag")] = nest
        else:
            self._spoil_fields(value, what, fields)

    def _spoil_fields(self, value, what, fields):
        for field in fields:
            field = self._name(field)
            if what == "missing":
                value.pop(field, None)
            elif field in value or fields == ("download_url",):
                value[field] = _SPOILT[what]

    def _given(self, org, day, item, links, origins):
        """A document the scenario brings itself, {link} filled in."""
        start, index, _ = item
        entry = self.explicit[index - EXPLICIT]
        call = org.call(day, index, start)
        listing = self.state.listing_of(org, day.text)
        link = links.write(org.path_of(call), listing, origins)
        if isinstance(entry, dict) and "raw" in entry:
            entry = entry["raw"]
        if isinstance(entry, dict):
            entry = dump({k: v for k, v in entry.items() if k != "at_day"},
                         self.pretty, self.ascii).decode(
                             "utf-8", "surrogateescape")
        text = entry.replace("{link}", link).replace("{key}", call.key)
        return text.encode("utf-8", "surrogateescape")


def _other_type(value):
    if isinstance(value, str):
        return {"value": value}
    if value is None:
        return [None]
    return str(value)

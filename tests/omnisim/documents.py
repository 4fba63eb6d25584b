"""Documents as they stand in a page: generated, changed, bad or given."""

import json
import re
from time import time

from .attendances import LINK
from .selector import Selector

# Documents of the scenario itself get indices from here on, documents made
# up while paging from the second number on.
EXPLICIT = 0x800000
ENDLESS = 0x400000
_CHANGES = {"agente": "Agente renomeado", "agent": "renomeado@exemplo.test"}
_ANONYMOUS = {"contato": "***", "cliente": "***", "documento": None,
              "documento_cliente": None}
# What differs in a second document of the same id.
_OTHERS = (("contato", "Outra pessoa"), ("tag", "Outra tabulação"))
_OTHERS_ELSE = (("agente", "Outro agente"),)
_LINKS = re.compile(LINK.encode() + rb"([\w/.-]*)")
_BAD_UTF8 = "@@BAD-UTF8@@"
_SPOILT_FIELDS = {"id": ("_id", "id"), "url": ("download_url",),
                  "date": ("data_inicio",),
                  "list": ("mensagens", "respostas_pesquisas"),
                  "element": ("mensagens", "respostas_pesquisas")}
_SPOILT = {
    "missing": None, "null": None, "empty": "", "number": 42, "true": True,
    "object": {"$oid": "64f0c2a1"}, "array": [], "junk": "amanhã",
    "relative": "recordings/none.wav", "future": "2999-12-31 23:59:59",
    "space": "a b/../c\\d",
}
_EXTRA = {"campo_novo": "valor novo", "ação": {"sub": [1, None, {"x": []}]},
          "n": 1e300, "__proto__": {"admin": True}, "": "sem nome",
          "lista": [], "verdade": False, "nulo": None}
_WAYS = {"set", "hostile", "drop", "bad-utf8", "wrong-types", "deep",
         "extra"}


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

    def __init__(self, scenario, state, route):
        listing = scenario["listing"]
        dialect = scenario["dialect"]
        self.route = route
        self.state = state
        self.memory = state.routes[route.name]
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
        body, has_links, call = known
        listing = self.memory.listing_of(org, day.text)
        if not self.is_static or other:
            call = call or self.route.item(org, day, index, start)
            body = self._altered(body, call, other, listing)
        if has_links:
            body = _LINKS.sub(lambda found: links.write(
                found[1].decode(), listing, origins).encode(), body)
        return body

    def _generate(self, org, day, start, index):
        call = self.route.item(org, day, index, start)
        text = self.route.writer.text(org, day, call)
        body = text.encode()
        if self.pretty or self.ascii:
            body = dump(json.loads(text), self.pretty, self.ascii)
        known = (body, LINK in text, None if self.is_static else call)
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
            others = [(f, new) for f, new in _OTHERS
                      if self._name(f) in value]
            for field, new in others or _OTHERS_ELSE:
                value[self._name(field)] = new
        for rule in bad:
            if "raw" in rule.spec:
                return rule.spec["raw"].encode("utf-8", "surrogateescape")
            self._spoil(value, rule.spec.get("do", "set"), rule.spec)
        return dump(value, self.pretty, self.ascii).replace(
            _BAD_UTF8.encode(), b"\xc3\x28\xff")

    def _change(self, value, spec):
        changes = dict(spec.get("set", {}))
        if spec.get("anonymise"):
            changes.update({k: v for k, v in _ANONYMOUS.items()
                            if self._name(k) in value})
            for message in value.get(self._name("mensagens")) or ():
                message.update({self._name("message"): "***",
                                self._name("media"): None})
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
        elif name == "extra":
            value.update(spec.get("set", _EXTRA))
        elif name == "wrong-types":
            for key in list(value):
                value[key] = _other_type(value[key])
        elif name == "deep":
            nest = "x"
            for _ in range(spec.get("depth", 900)):
                nest = [nest]
            value[self._name("tag")] = nest
        else:
            self._spoil_fields(value, what, fields,
                               field == "element")

    def _spoil_fields(self, value, what, fields, in_list):
        for field in fields:
            field = self._name(field)
            if in_list:
                _spoil_element(value.get(field), what)
            elif what == "empty" and isinstance(value.get(field), list):
                value[field] = []
            elif what == "missing":
                value.pop(field, None)
            elif field in value or fields == ("download_url",):
                value[field] = _SPOILT[what]

    def _given(self, org, day, item, links, origins):
        """A document the scenario brings itself, {link} filled in."""
        start, index, _ = item
        entry = self.explicit[index - EXPLICIT]
        call = self.route.item(org, day, index, start)
        listing = self.memory.listing_of(org, day.text)
        # A route without calls has no recording to link to.
        link = links.write(org.path_of(call.attendance), listing,
                           origins) if call.attendance else ""
        if isinstance(entry, dict) and "raw" in entry:
            entry = entry["raw"]
        if isinstance(entry, dict):
            entry = dump({k: v for k, v in entry.items() if k != "at_day"},
                         self.pretty, self.ascii).decode(
                             "utf-8", "surrogateescape")
        text = entry.replace("{link}", link).replace("{key}", call.key)
        return text.encode("utf-8", "surrogateescape")


def _spoil_element(elements, what):
    """Makes the first element of a nested array bad, or takes it out."""
    if not elements:
        return
    if what == "missing":
        del elements[0]
    else:
        elements[0] = _SPOILT[what]


def _other_type(value):
    if isinstance(value, str):
        return {"value": value}
    if value is None:
        return [None]
    return str(value)

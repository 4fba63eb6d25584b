"""The documents of service-history-audio-links, written fast.

The benchmarks list a hundred thousand of them, so they are put together as
text and not through dictionaries.
"""

import json

from .attendances import LINK, Clock, Facts

NAMES = ("_id", "data_inicio", "data_atendida", "data_fim", "cliente",
         "contato", "agente", "agent", "servico", "ramal", "origem",
         "protocolo", "status", "documento", "tag", "download_url", "id")
FIRST_NUMBER = 2 ** 53 + 1


class AudioLinks:
    def __init__(self, scenario):
        self.form = scenario["time_format"]
        self.identity = scenario["dialect"]["identity"]
        self._templates = _templates(scenario["dialect"])
        self._clocks = {}

    def _clock(self, org):
        if org.number not in self._clocks:
            self._clocks[org.number] = Clock(self.form, org.zone)
        return self._clocks[org.number]

    def text(self, org, day, call):
        """The document as JSON text; the link stands behind LINK."""
        facts, write = Facts(call), self._clock(org).write
        linked = call.contact and not org.planted.has("no-link", call)
        values = (
            '"%s"' % call.key,
            write(facts.start),
            "null" if facts.answered is None else write(facts.answered),
            write(facts.ended),
            '"%s"' % facts.client,
            '"%s"' % facts.contact,
            '"%s"' % facts.agent,
            '"%s"' % facts.mail,
            '"%s"' % facts.service,
            '"%s"' % facts.extension,
            '"Inbound"' if facts.is_inbound else '"Outbound"',
            '"%s"' % facts.protocol,
            '"%s"' % facts.status,
            '"%s"' % facts.document,
            '"%s"' % facts.tag,
            '"%s%s"' % (LINK, org.path_of(call)) if linked else None,
            self._ident(call, day),
        )
        form, picked = self._templates[linked]
        return form % tuple([values[n] for n in picked])

    def _ident(self, call, day):
        if self.identity == "numeric":
            # Neighbours differ by one and fall together as doubles.
            number = (day.ordinal - 730000 << 24) + call.index
            return str(FIRST_NUMBER + number)
        return '"%s"' % call.ident


def _templates(dialect):
    """For each of (without link, with link): the form and its fields."""
    gone = {"id": {"_id"}, "_id": {"id"}, "neither": {"_id", "id"}}.get(
        dialect["identity"], set())
    result = {}
    for linked in (False, True):
        parts, picked = [], []
        for number, name in enumerate(NAMES):
            if name in gone:
                continue
            label = json.dumps(dialect["fields"].get(name, name),
                               ensure_ascii=False).replace("%", "%%")
            if name == "download_url" and not linked:
                blank = {"null": "null", "empty": '""'}.get(
                    dialect["no_link"])
                if blank:
                    parts.append(label + ":" + blank)
                continue
            parts.append(label + ":%s")
            picked.append(number)
        result[linked] = ("{" + ",".join(parts) + "}", picked)
    return result

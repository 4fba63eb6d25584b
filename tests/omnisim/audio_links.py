"""The documents of service-history-audio-links, written fast.

The benchmarks list a hundred thousand of them, so they are put together as
text and not through dictionaries.
"""

import json

from .attendances import LINK, Clocks, Facts, number_of

NAMES = ("_id", "data_inicio", "data_atendida", "data_fim", "cliente",
         "contato", "agente", "agent", "servico", "ramal", "origem",
         "protocolo", "status", "documento", "tag", "download_url", "id")


class AudioLinks:
    def __init__(self, scenario):
        self.identity = scenario["dialect"]["identity"]
        self._templates = _templates(scenario["dialect"])
        self._clocks = Clocks(scenario["time_format"])

    def text(self, org, day, call):
        """The document as JSON text; the link stands behind LINK."""
        facts, write = Facts(call), self._clocks.of(org).write
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
            return str(number_of(day, call.index))
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

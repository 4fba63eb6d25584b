"""The population: who called whom on which day, made from the seed.

A call is made when it is asked for and is the same every time. Its `_id` is
shaped like an ObjectId: 4 bytes of start time, 5 bytes drawn from the seed,
3 bytes of index; so a media path leads back to its call without a table.
"""

import bisect
import json
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from struct import unpack
from zoneinfo import ZoneInfo

from . import people
from .selector import Selector

LINK = "@@LINK@@"
KINDS_EXTENSION = {
    "wav": "wav", "wav-alaw": "wav", "wav-ulaw": "wav", "wav-gsm": "wav",
    "mp3": "mp3", "ogg-opus": "ogg", "ogg-vorbis": "ogg", "m4a": "m4a",
    "webm": "webm", "amr": "amr", "flac": "flac",
}
NAMES = ("_id", "data_inicio", "data_atendida", "data_fim", "cliente",
         "contato", "agente", "agent", "servico", "ramal", "origem",
         "protocolo", "status", "documento", "tag", "download_url", "id")
FIRST_NUMBER = 2 ** 53 + 1


class Day:
    """One local day of one organisation: its bounds and its call times."""

    def __init__(self, text, count, zone):
        date = datetime.strptime(text, "%Y-%m-%d")
        after = date + timedelta(days=1)
        self.text = text
        self.count = count
        self.begin = int(date.replace(tzinfo=zone).timestamp())
        self.end = int(after.replace(tzinfo=zone).timestamp())
        self.ordinal = date.toordinal()

    def start_of(self, index):
        """The start of call `index`: never falls while the index rises.

        The first call starts with the day and the last one in its last
        second, so that windows that miss their ends are found out.
        """
        length = self.end - self.begin
        if index == self.count - 1 and index:
            return self.end - 1
        low = index * length // self.count
        gap = (index + 1) * length // self.count - low
        if index == 0 or gap < 2:
            return self.begin + low
        return self.begin + low + (index * 2654435761 >> 7) % gap

    def between(self, low, high):
        """The range of indices that start in [low, high)."""
        calls = range(self.count)
        return range(bisect.bisect_left(calls, low, key=self.start_of),
                     bisect.bisect_left(calls, high, key=self.start_of))


class Call:
    """What is known of one call before its document is written."""

    __slots__ = ("org", "day", "index", "start", "draw", "key", "ident",
                 "contact")

    def __init__(self, org, day, index, start):
        self.org = org
        self.day = day.text
        self.index = index
        self.start = start
        self.draw = blake2b(b"%d" % index, digest_size=64,
                            key=org.day_key(day.text)).digest()
        self.key = "%08x%s%06x" % (start & 0xffffffff,
                                   self.draw[:5].hex(), index)
        uuid = self.draw[5:21].hex()
        self.ident = "%s-%s-4%s-a%s-%s" % (
            uuid[:8], uuid[8:12], uuid[13:16], uuid[17:20], uuid[20:])
        share = self.draw[21] << 8 | self.draw[22]
        self.contact = share < org.contact_share * 65536


class Clock:
    """Writes an instant the way the scenario wants it, as JSON."""

    def __init__(self, form, zone):
        self.zone = zone
        self.write = {
            # str() is several times faster than strftime().
            "space": lambda t: '"%s"' % str(self.local(t))[:19],
            "T": lambda t: '"%s"' % self.local(t).isoformat()[:19],
            "offset": lambda t: '"%s"' % self.local(t).isoformat(),
            "Z": lambda t: '"%sZ"' % datetime.fromtimestamp(
                t, timezone.utc).isoformat()[:19],
            "epoch": lambda t: str(t),
            "epoch-ms": lambda t: str(t * 1000),
        }[form]

    def local(self, instant):
        return datetime.fromtimestamp(instant, self.zone)


class Organization:
    """The population of one organisation."""

    def __init__(self, scenario, entry, number):
        self.entry = entry
        self.ident = entry["id"]
        self.number = number
        self.seed = "%s/%d" % (scenario["seed"], number)
        zone = scenario["zone"] or entry.get("timeZone") or "UTC"
        self.zone = ZoneInfo(zone)
        self.filter_zone = ZoneInfo(scenario["filter_zone"] or zone)
        self.clock = Clock(scenario["time_format"], self.zone)
        self.contact_share = scenario["contact_share"]
        self.kinds = scenario["media"]["kinds"]
        self.size = scenario["media"]["size"]
        self.sizes = [(Selector(which), size) for which, size
                      in scenario["media"]["sizes"].items()]
        days = entry.get("days", scenario["days"])
        self.days = {text: Day(text, count, self.zone)
                     for text, count in sorted(days.items())}
        self._day_keys = {}
        self._templates = _templates(scenario["dialect"])
        self._dialect = scenario["dialect"]

    def day_key(self, text):
        if text not in self._day_keys:
            self._day_keys[text] = blake2b(
                ("%s/%s" % (self.seed, text)).encode()).digest()
        return self._day_keys[text]

    def call(self, day, index, start=None):
        return Call(self, day, index,
                    day.start_of(index) if start is None else start)

    def find(self, key):
        """The call a media path names, or None."""
        try:
            start, index = int(key[:8], 16), int(key[18:24], 16)
            text = datetime.fromtimestamp(start, self.zone).strftime(
                "%Y-%m-%d")
        except (ValueError, OverflowError):
            return None
        day = self.days.get(text)
        if day is None:
            return None
        call = self.call(day, index, start)
        return call if call.key == key else None

    def kind_of(self, call):
        return self.kinds[call.draw[23] % len(self.kinds)]

    def size_of(self, call):
        size = next((size for chosen, size in self.sizes
                     if chosen.matches(call)), self.size)
        if isinstance(size, int):
            return size
        low, high = size
        draw = int.from_bytes(call.draw[24:28], "big")
        return low + draw % (high - low + 1)

    def path_of(self, call):
        return "/recordings/%s/%s.%s" % (
            call.day.replace("-", "/"), call.key,
            KINDS_EXTENSION[self.kind_of(call)])

    def document(self, call):
        """The document as JSON text; the link stands as LINK."""
        day = self.days[call.day]
        draw = unpack("<16H", call.draw[32:64])
        text = self.clock.write
        answered = call.start + 2 + draw[0] % 55
        agent = people.AGENTS[draw[1] % len(people.AGENTS)]
        stamp = str(self.clock.local(call.start))
        status = '"Contact"'
        ended = answered + 15 + draw[2] % 1200
        if not call.contact:
            status = '"%s"' % people.MISSED[draw[3] % len(people.MISSED)]
        values = (
            '"%s"' % call.key,
            text(call.start),
            text(answered) if call.contact else "null",
            text(ended if call.contact else answered),
            '"55%s9%04d%04d"' % (people.AREAS[draw[4] % len(people.AREAS)],
                                 draw[5] % 10000, draw[6] % 10000),
            '"%s %s"' % (people.FIRST[draw[7] % len(people.FIRST)],
                         people.LAST[draw[8] % len(people.LAST)]),
            '"%s"' % agent[0] if call.contact else '""',
            '"%s"' % agent[1] if call.contact else '""',
            '"%s"' % people.SERVICES[draw[9] % len(people.SERVICES)],
            '"%d"' % (2000 + draw[1] % len(people.AGENTS)),
            '"Inbound"' if draw[10] & 1 else '"Outbound"',
            '"%s%s%s%s%06d"' % (call.day.replace("-", ""), stamp[11:13],
                                 stamp[14:16], stamp[17:19], call.index),
            status,
            '"%s"' % people.CPFS[draw[11] % len(people.CPFS)],
            '"%s"' % people.TAGS[draw[12] % len(people.TAGS)],
            '"%s"' % LINK,
            self._ident(call, day),
        )
        linked = call.contact
        form, picked = self._templates[linked]
        return form % tuple([values[n] for n in picked])

    def _ident(self, call, day):
        if self._dialect["identity"] == "numeric":
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


def populations(scenario):
    return [Organization(scenario, entry, number)
            for number, entry in enumerate(scenario["organizations"])]

"""Attendances: who spoke with whom, when and by which medium.

An attendance is made when it is asked for and is the same every time. Its
key is shaped like an ObjectId: 4 bytes of start time, 5 bytes drawn from the
seed, 3 bytes of index; so a media path leads back to it without a table.
All routes write what stands in its Facts, so that they agree.
"""

import bisect
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from struct import unpack

from . import people
from .planted import AUDIO

# Stands before the path of every link until a listing writes it.
LINK = "@@LINK@@"
# The index of the first conversation of a day: calls have lower ones.
CHATS = 0x200000
# The least numeric identity: from here on doubles leave numbers out.
_FIRST_NUMBER = 2 ** 53 + 1
VOICE = 1
CHAT, EMAIL, WHATSAPP, MESSENGER, INSTAGRAM, CONSUMIDOR = 2, 3, 4, 5, 12, 17
# WhatsApp is what most people use.
MEDIA = (WHATSAPP, WHATSAPP, WHATSAPP, CHAT, CHAT, EMAIL, MESSENGER,
         INSTAGRAM, CONSUMIDOR)


def uuid_of(raw):
    """Sixteen bytes as the text of a version 4 UUID."""
    text = raw.hex()
    return "%s-%s-4%s-a%s-%s" % (text[:8], text[8:12], text[13:16],
                                 text[17:20], text[20:32])


def is_share(draw, share):
    """Whether a draw of 16 bits falls into a share of 0 to 1."""
    return draw < share * 65536


class Day:
    """One local day of one organisation: its bounds and its start times."""

    def __init__(self, text, count, zone):
        date = datetime.strptime(text, "%Y-%m-%d")
        after = date + timedelta(days=1)
        self.text = text
        self.count = count
        self.begin = int(date.replace(tzinfo=zone).timestamp())
        self.end = int(after.replace(tzinfo=zone).timestamp())
        self.ordinal = date.toordinal()

    def start_of(self, index):
        """The start of number `index`: never falls while the index rises.

        The first one starts with the day and the last one in its last
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
    """What is known of one attendance before its facts are drawn."""

    __slots__ = ("org", "day", "index", "start", "draw", "key", "ident",
                 "contact")
    kind = None     # of the recording: drawn by the organisation
    route = AUDIO   # by whose listing its link is told

    def __init__(self, org, day, index, start):
        self.org = org
        self.day = day.text
        self.index = index
        self.start = start
        self.draw = blake2b(b"%d" % index, digest_size=64,
                            key=org.day_key(day.text)).digest()
        self.key = "%08x%s%06x" % (start & 0xffffffff,
                                   self.draw[:5].hex(), index)
        self.ident = uuid_of(self.draw[5:21])
        share = self.draw[21] << 8 | self.draw[22]
        self.contact = is_share(share, org.contact_share)

    @property
    def attendance(self):
        return self

    @property
    def is_chat(self):
        return bool(self.index & CHATS)

    @property
    def number(self):
        """Its place among the calls, or the conversations, of its day."""
        return self.index & ~CHATS

    @property
    def protocol(self):
        stamp = str(self.org.clock.local(self.start))
        return "%s%s%s%s%06d" % (self.day.replace("-", ""), stamp[11:13],
                                 stamp[14:16], stamp[17:19], self.index)

    def draws(self, purpose):
        """64 bytes more, drawn for one purpose (bytes, at most 16)."""
        return blake2b(self.draw, digest_size=64, person=purpose).digest()


class Facts:
    """All that the routes tell of one attendance, in plain values."""

    __slots__ = ("call", "medium", "start", "answered", "ended", "client",
                 "contact", "agent", "mail", "service", "extension",
                 "is_inbound", "protocol", "status", "document", "tag")

    def __init__(self, call):
        org, draw = call.org, unpack("<16H", call.draw[32:64])
        answered = call.start + 2 + draw[0] % 55
        agent = people.AGENTS[draw[1] % len(people.AGENTS)]
        low, high = org.talk_s
        self.call = call
        self.medium = VOICE
        self.start = call.start
        self.contact = "%s %s" % (people.FIRST[draw[7] % len(people.FIRST)],
                                  people.LAST[draw[8] % len(people.LAST)])
        self.client = "55%s9%04d%04d" % (
            people.AREAS[draw[4] % len(people.AREAS)], draw[5] % 10000,
            draw[6] % 10000)
        self.service = people.SERVICES[draw[9] % len(people.SERVICES)]
        self.extension = "%d" % (2000 + draw[1] % len(people.AGENTS))
        self.is_inbound = bool(draw[10] & 1)
        self.protocol = call.protocol
        self.document = org.papers(call).draw(draw[11], draw[13])
        self.tag = people.TAGS[draw[12] % len(people.TAGS)]
        if call.is_chat:
            self._chat(draw)
        if call.contact:
            self.answered = answered
            self.ended = answered + low + draw[2] % (high - low + 1)
            self.agent, self.mail = agent
            self.status = "Contact"
        else:
            self.answered, self.ended = None, answered
            self.agent = self.mail = ""
            missed = people.MISSED[:1] if call.is_chat else people.MISSED
            self.status = missed[draw[3] % len(missed)]

    def _chat(self, draw):
        """What differs when nobody rings: medium, client, direction."""
        self.medium = MEDIA[draw[14] % len(MEDIA)]
        self.is_inbound = draw[10] % 8 != 0
        self.extension = ""
        mail = people.mail_of(self.contact, draw[6] % 1000)
        if self.medium in (EMAIL, CONSUMIDOR):
            self.client = mail
        elif self.medium == INSTAGRAM:
            self.client = "@" + mail.partition("@")[0]
        elif self.medium == MESSENGER:
            self.client = "%d%05d%05d" % (9, draw[5], draw[6])
        elif self.medium == CHAT:
            self.client = "webchat-" + self.call.key

    @property
    def talk_s(self):
        """Seconds from the answer to the end; 0 when nobody answered."""
        return 0 if self.answered is None else self.ended - self.answered


class Clock:
    """Writes an instant the way the scenario wants it."""

    def __init__(self, form, zone):
        self.zone = zone
        self.value = {
            # str() is several times faster than strftime().
            "space": lambda t: str(self.local(t))[:19],
            "T": lambda t: self.local(t).isoformat()[:19],
            "offset": lambda t: self.local(t).isoformat(),
            "Z": lambda t: "%sZ" % datetime.fromtimestamp(
                t, timezone.utc).isoformat()[:19],
            "epoch": lambda t: t,
            "epoch-ms": lambda t: t * 1000,
        }[form]

    def local(self, instant):
        return datetime.fromtimestamp(instant, self.zone)

    def write(self, instant):
        """The instant as JSON."""
        value = self.value(instant)
        return '"%s"' % value if isinstance(value, str) else str(value)

    def maybe(self, instant):
        """The value of an instant; None when there is none."""
        return None if instant is None else self.value(instant)


class Clocks:
    """The clock of each organisation."""

    def __init__(self, form):
        self.form = form
        self._known = {}

    def of(self, org):
        if org.number not in self._known:
            self._known[org.number] = Clock(self.form, org.zone)
        return self._known[org.number]


def number_of(day, index):
    """A numeric identity: neighbours differ by one and fall together as
    doubles."""
    return _FIRST_NUMBER + (day.ordinal - 730000 << 24) + index

"""Which documents a route has on a day, and at what time each stands."""

import bisect
from struct import unpack

from . import people
from .attendances import CHATS, Facts, uuid_of
from .surveys import answers_of

# Calls with this bit are in no day: a survey made up while paging has one.
_MADE_UP = 0x100000


class Item:
    """One document of a route: its names and the attendance behind it."""

    __slots__ = ("day", "index", "start", "key", "ident", "attendance",
                 "part")

    def __init__(self, day, index, start, names, attendance, part=None):
        self.day = day.text
        self.index = index
        self.start = start
        self.key, self.ident = names
        self.attendance = attendance
        self.part = part

    @property
    def protocol(self):
        """None for what belongs to no attendance."""
        return self.attendance and self.attendance.protocol


class Roll:
    """As a Day, for documents that must be made before they are counted.

    `make()` gives (start, what it is of) for each, in any order. They are
    made once, when somebody asks.
    """

    def __init__(self, day, make):
        self.text, self.ordinal = day.text, day.ordinal
        self.begin, self.end = day.begin, day.end
        self._make = make
        self._made = None

    @property
    def entries(self):
        if self._made is None:
            self._made = sorted(self._make(), key=lambda entry: entry[0])
        return self._made

    @property
    def count(self):
        return len(self.entries)

    def start_of(self, index):
        return self.entries[index][0]

    def between(self, low, high):
        """The range of indices that start in [low, high)."""
        def start(entry):
            return entry[0]
        return range(bisect.bisect_left(self.entries, low, key=start),
                     bisect.bisect_left(self.entries, high, key=start))

    def of(self, index):
        """What document `index` is of; None for one made up later."""
        return self.entries[index][1] if index < self.count else None


# -- calls: the number is the document's --------------------------------------

def calls(org, day):
    return day


def link_item(org, day, index, start):
    return org.call(day, index, start)


def call_item(org, day, index, start):
    call = org.call(day, index, start)
    return Item(day, index, start,
                (call.key, uuid_of(call.draws(b"voice-log")[:16])), call)


# -- conversations -------------------------------------------------------------

def conversations(org, day):
    return org.chat_days[day.text]


def conversation_item(org, day, index, start):
    call = org.call(day, index | CHATS, start)
    return Item(day, index, start, (call.key, call.key), call)


# -- both ----------------------------------------------------------------------

def all_attendances(org, day):
    chats = org.chat_days[day.text]

    def make():
        for index in range(day.count):
            yield day.start_of(index), index
        for index in range(chats.count):
            yield chats.start_of(index), index | CHATS
    return Roll(day, make)


def attendance_item(org, day, index, start):
    source = day.of(index)
    call = org.call(day, index if source is None else source, start)
    return Item(day, index, start, (call.key, call.key), call)


# -- survey answers ------------------------------------------------------------

def survey_answers(org, day):
    def make():
        for call in org.attendances(day.text):
            if call.contact:
                for number, one in enumerate(answers_of(Facts(call))):
                    yield one.start, (call.index, call.start, number)
    return Roll(day, make)


def survey_item(org, day, index, start):
    source = day.of(index)
    if source is None:
        call = org.call(day, index | _MADE_UP, start)
        answer = answers_of(Facts(call), is_sure=True)[0]
    else:
        call = org.call(day, *source[:2])
        answer = answers_of(Facts(call))[source[2]]
    return Item(day, index, start, (answer.ident, answer.ident), call,
                answer)


# -- logins and pauses ---------------------------------------------------------

class Event:
    """A login or a pause of one agent."""

    __slots__ = ("agent", "name", "start", "end")

    def __init__(self, agent, name, start, end):
        self.agent, self.name = agent, name
        self.start, self.end = start, end


def agent_ident(number):
    return "a9e17000000000000000%04d" % number


def _shift(org, day, agent):
    """The events of one agent: a login, with the pauses within it."""
    draw = unpack("<32H", org.call(day, agent, day.begin).draws(b"activity"))
    begin = day.begin + 6 * 3600 + draw[0] % (8 * 3600)
    end = begin + 6 * 3600 + draw[1] % (2 * 3600)
    yield Event(agent, "Login", begin, end)
    low, high = org.population["pauses"]
    count = low + draw[2] % (high - low + 1)
    for number in range(count):
        slot = (end - begin) // count
        start = begin + number * slot + draw[3 + number % 14] % max(
            1, slot // 2)
        length = 1 + draw[17 + number % 14] % max(1, min(1800, slot // 2))
        name = people.PAUSES[(draw[31] + number) % len(people.PAUSES)]
        yield Event(agent, name, start, start + length)


def activities(org, day):
    def make():
        for agent in range(len(people.AGENTS)):
            for event in _shift(org, day, agent):
                yield event.start, event
    return Roll(day, make)


def activity_item(org, day, index, start):
    event = day.of(index) or Event(index % len(people.AGENTS), "Pause",
                                   start, start + 60)
    # Another person's draw: one of the day, not of any attendance.
    raw = org.call(day, index, start).draws(b"activity-id")[:16]
    return Item(day, index, start, (raw.hex()[:24], uuid_of(raw)), None,
                event)

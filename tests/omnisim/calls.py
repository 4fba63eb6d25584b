"""An organisation: its days, its attendances and their recordings."""

from datetime import datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

from . import audio, people
from .attendances import CHATS, Call, Clock, Day, Facts
from .planted import Planted
from .selector import Selector

KINDS_EXTENSION = {
    "wav": "wav", "wav-alaw": "wav", "wav-ulaw": "wav", "wav-gsm": "wav",
    "mp3": "mp3", "ogg-opus": "ogg", "ogg-vorbis": "ogg", "m4a": "m4a",
    "webm": "webm", "amr": "amr", "flac": "flac",
}


class Organization:
    """The population of one organisation."""

    def __init__(self, scenario, entry, number):
        self.entry = entry
        self.ident = entry["id"]
        self.number = number
        self.seed = "%s/%d" % (scenario["seed"], number)
        zone = scenario["zone"] or entry.get("timeZone") or "UTC"
        self.zone = ZoneInfo(zone)
        self.clock = Clock("space", self.zone)
        self.population = scenario["population"]
        self.talk_s = self.population["talk_s"]
        self.contact_share = scenario["contact_share"]
        self.kinds = scenario["media"]["kinds"]
        self.size = scenario["media"]["size"]
        self.sizes = [(Selector(which), size) for which, size
                      in scenario["media"]["sizes"].items()]
        if self.size == "call" and ("flac" in self.kinds or (
                scenario["media"]["source"] == "asterisk"
                and self.kinds != ["wav"])):
            raise ValueError('media.size "call": not with flac, and with '
                             'asterisk only wav')
        self.planted = Planted(scenario)
        days = sorted(entry.get("days", scenario["days"]).items())
        self.days = {text: Day(text, count, self.zone)
                     for text, count in days}
        share = self.population["chats_per_call"]
        self.chat_days = {text: Day(text, round(count * share), self.zone)
                          for text, count in days}
        self._day_keys = {}
        self._papers = {text: tuple(
            people.Papers(self.population[key], text
                          >= self.population["alphanumeric_from"])
            for key in ("cnpj_share", "chat_cnpj_share"))
            for text, _ in days}

    def day_key(self, text):
        if text not in self._day_keys:
            self._day_keys[text] = blake2b(
                ("%s/%s" % (self.seed, text)).encode()).digest()
        return self._day_keys[text]

    def papers(self, call):
        """Where the CPF or CNPJ of this attendance is drawn from."""
        return self._papers[call.day][call.is_chat]

    def call(self, day, index, start=None):
        """An attendance; `index` has the bit CHATS for a conversation."""
        if start is None:
            days = self.chat_days if index & CHATS else self.days
            start = days[day.text].start_of(index & ~CHATS)
        return Call(self, day, index, start)

    def attendances(self, text):
        """All of one day: the calls, then the conversations."""
        for days, bit in ((self.days, 0), (self.chat_days, CHATS)):
            day = days[text]
            for index in range(day.count):
                yield self.call(day, index | bit, day.start_of(index))

    def find(self, key):
        """The attendance a media path names, or None."""
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
        return call.kind or self.kinds[call.draw[23] % len(self.kinds)]

    def size_of(self, call):
        if call.kind:
            size = self.population["attachment_size"]
        else:
            size = next((size for chosen, size in self.sizes
                         if chosen.matches(call)), self.size)
        if size == "call":
            return audio.size_of(self.kind_of(call), Facts(call).talk_s
                                 + self.planted.seconds(call))
        if isinstance(size, int):
            return size
        low, high = size
        draw = int.from_bytes(call.draw[24:28], "big")
        return low + draw % (high - low + 1)

    def path_of(self, call):
        return "/recordings/%s/%s.%s" % (
            call.day.replace("-", "/"), call.key,
            KINDS_EXTENSION[self.kind_of(call)])


def populations(scenario):
    return [Organization(scenario, entry, number)
            for number, entry in enumerate(scenario["organizations"])]

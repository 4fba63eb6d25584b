"""Discrepancies between the routes, planted where the scenario asks.

Each concerns attended calls, or conversations, and is known to truth().
"""

from .selector import Selector

AUDIO = "service-history-audio-links"
VOICE_LOG = "voice-log"
HISTORY = "service-history"
MESSAGES = "service-history-messages"
SURVEYS = "satisfaction-survey-history"
ACTIVITY = "activity-history"

# What is planted: the routes that then know nothing of the attendance.
HIDDEN_FROM = {
    "no-document": {AUDIO},
    "unknown-recording": {VOICE_LOG, HISTORY},
    "no-voice-log": {VOICE_LOG},
    "no-attendance": {HISTORY},
    "no-messages": {MESSAGES},
    "no-survey": {SURVEYS},
    "no-link": set(),
    "duration": set(),
}
OF_CHATS = {"no-messages"}


class Planted:
    def __init__(self, scenario):
        self.specs = []
        for spec in scenario["planted"]:
            if spec.get("do") not in HIDDEN_FROM:
                raise ValueError("unknown discrepancy: %s" % spec.get("do"))
            self.specs.append((spec, Selector(spec.get("which"))))
        named = {spec["do"] for spec, _ in self.specs}
        if "duration" in named and scenario["media"]["size"] != "call":
            raise ValueError('duration needs media.size "call"')
        self._hiding = {route: [one for one in self.specs if route
                                in HIDDEN_FROM[one[0]["do"]]]
                        for route in (AUDIO, VOICE_LOG, HISTORY, MESSAGES,
                                      SURVEYS, ACTIVITY)}
        self._hidden = {}

    @staticmethod
    def _concerns(one, call):
        spec, which = one
        if not call.contact or call.is_chat != (spec["do"] in OF_CHATS):
            return False
        return (which.matches_place(call.day, call.number)
                or which.names_one(call))

    def of(self, call):
        """The entries of the scenario that concern an attendance."""
        return [one[0] for one in self.specs if self._concerns(one, call)]

    def has(self, kind, call):
        return bool(self.specs) and any(
            spec["do"] == kind for spec in self.of(call))

    def seconds(self, call):
        """How much longer the recording is than the documents say."""
        return sum(spec.get("seconds", 30) for spec in self.of(call)
                   if spec["do"] == "duration") if self.specs else 0

    def hidden(self, route, org, day):
        """The numbers of the documents of a day that `route` withholds."""
        hiding = self._hiding[route.name]
        if not hiding:
            return frozenset()
        place = (route.name, day.text)
        if place not in self._hidden:
            items = (route.item(org, day, number, day.start_of(number))
                     for number in range(day.count))
            self._hidden[place] = frozenset(
                item.index for item in items
                if any(self._concerns(one, item.attendance)
                       for one in hiding))
        return self._hidden[place]

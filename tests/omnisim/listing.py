"""Which documents a window holds, in what order, and how pages drift."""

import json
import random
from datetime import datetime

from .documents import ENDLESS, EXPLICIT, Documents, Rule

DRIFTS = {"insert-before", "insert-after", "delete-before", "reorder",
          "endless", "same-page"}


class Listing:
    """The listing of one route."""

    def __init__(self, scenario, state, links, populations, route):
        self.rules = scenario["listing"]
        self.route = route
        self.state = state
        self.memory = state.routes[route.name]
        self.links = links
        self.size = scenario["dialect"]["page_size"]
        self.unit = scenario["dialect"]["page_unit"]
        self.seed = scenario["seed"]
        self.documents = Documents(scenario, state, route)
        self.vanished = [Rule(s) for s in self.rules["vanished"]]
        self.late = [Rule(s) for s in self.rules["late"]]
        self.drift = self.rules["drift"]
        for spec in self.drift:
            if spec.get("do") not in DRIFTS:
                raise ValueError("unknown drift: %s" % spec.get("do"))
        self._given = {org.number: _place_given(scenario, org,
                                                route.days(org))
                       for org in populations}

    # -- the documents of a day ---------------------------------------------

    def _day_items(self, org, day):
        """None when the day is just its calls in order, else its items."""
        place = (org.number, day.text)
        given = self._given[org.number].get(day.text, ())
        extras = self.memory.extras.get(place, ())
        removed = (self.memory.removed.get(place, frozenset())
                   | org.planted.hidden(self.route, org, day))
        hidden = self._hidden(org, day)
        twice = self.documents.others
        if not (given or extras or removed or hidden or twice):
            return None
        items = [(day.start_of(i), i, False) for i in range(day.count)]
        items = [e for e in extras if e[3] == "before"] + items + list(
            given) + [e for e in extras if e[3] == "after"]
        items = [e[:3] for e in items if e[1] not in removed and not (
            hidden and self._is_hidden(org, day, e, hidden))]
        return items + self._copies(org, day, items, twice)

    def _hidden(self, org, day):
        listing = self.memory.listing_of(org, day.text)
        return ([r for r in self.vanished if r.is_due(self.state, listing)]
                + [r for r in self.late
                   if not r.is_due(self.state, listing)])

    def _is_hidden(self, org, day, item, rules):
        return any(self.touches(rule, org, day, item) for rule in rules)

    def _copies(self, org, day, items, twice):
        return [(item[0], item[1], rule.spec.get("other", False))
                for rule in twice for item in items
                if self.touches(rule, org, day, item)]

    def touches(self, rule, org, day, item):
        """Whether a rule concerns the item (start, index, ...) of a day."""
        if rule.which.matches_place(day.text, item[1]):
            return True
        return bool(rule.which.names) and rule.which.names_one(
            self.route.item(org, day, item[1], item[0]))

    def items(self, org, low, high):
        """All the window holds, as (day, sequence) parts in order."""
        parts = []
        for day in self.route.days(org).values():
            if day.end <= low or day.begin >= high:
                continue
            items = self._day_items(org, day)
            if items is None:
                items = day.between(low, high)
            else:
                items = [e for e in items if low <= e[0] < high]
            parts.append((day, items))
        if self.rules["order"] == "desc":
            parts = [(day, items[::-1]) for day, items in reversed(parts)]
        elif self.rules["order"] == "shuffled":
            parts = self._shuffled(parts, self.seed)
        return parts

    @staticmethod
    def _shuffled(parts, seed):
        mixed = [(day, item) for day, items in parts for item in items]
        random.Random(seed).shuffle(mixed)
        return [(day, [item]) for day, item in mixed]

    # -- drift ---------------------------------------------------------------

    def _drifting(self, name, number):
        for spec in self.drift:
            first = spec.get("from", 1)
            times = spec.get("times", -1 if name in (
                "endless", "same-page") else 1)
            if spec["do"] == name and number >= first and (
                    times < 0 or number < first + times):
                return True
        return False

    def _move(self, org, low, high, number):
        """Lets documents come and go before list request `number`."""
        days = [d for d in self.route.days(org).values()
                if d.end > low and d.begin < high]
        if not days or number in self.memory.drifted:
            return
        day = days[-1 if self._drifting("insert-after", number) else 0]
        self.memory.drifted.add(number)
        place = (org.number, day.text)
        extras = self.memory.extras.setdefault(place, [])
        index = day.count + len(extras)
        if self._drifting("insert-before", number):
            extras.insert(0, (max(low, day.begin), index, False, "before"))
        elif self._drifting("insert-after", number):
            extras.append((min(high, day.end) - 1, index, False, "after"))
        elif self._drifting("delete-before", number):
            for day, items in self.items(org, low, high):
                if items:
                    place = (org.number, day.text)
                    first = items[0]
                    self.memory.removed.setdefault(place, set()).add(
                        first if isinstance(first, int) else first[1])
                    break

    # -- pages ---------------------------------------------------------------

    def page(self, org, window, skip, origins):
        """(total, documents) of one page of the window [low, high)."""
        low, high = window
        with self.state.lock:
            number = self.memory.requests
            self.memory.requests += 1
            if skip == 0:
                for day in org.days.values():
                    if day.end > low and day.begin < high:
                        place = (org.number, day.text)
                        self.memory.listings[place] = (
                            self.memory.listings.get(place, 0) + 1)
            if self.drift:
                self._move(org, low, high, number)
            parts = self.items(org, low, high)
        if self._drifting("reorder", number):
            parts = self._shuffled(parts, "%s/%d" % (self.seed, number))
        found = sum(len(items) for _, items in parts)
        at = skip * (self.size if self.unit == "pages" else 1)
        if self._drifting("same-page", number):
            at = 0
        total, reach = self._claims(found, number)
        if self._is_empty(skip, number):
            return total, []
        places = _slice(parts, at, min(at + self.size, reach))
        if not places and self._drifting("endless", number):
            places = self._made_up(org, low, high, at)
        return total, [self.documents.write(
            org, day, item if isinstance(item, tuple)
            else (day.start_of(item), item, False),
            self.links, origins) for day, item in places]

    def _claims(self, found, number):
        """The Total to tell, and how many documents can be reached."""
        ceiling, total, reach = self.rules["ceiling"], found, found
        if ceiling is not None:
            reach = min(found, ceiling)
            if self.rules["ceiling_total"] == "capped":
                total = reach
        lie = self.rules["total_lie"]
        if lie is not None:
            times = lie.get("times", -1)
            first = lie.get("from", 0)
            if number >= first and (times < 0 or number < first + times):
                total = lie.get("constant", total) + lie.get("delta", 0)
        return total, reach

    def _is_empty(self, skip, number):
        empty = self.rules["empty_page"]
        if empty is None:
            return False
        if not isinstance(empty, dict):
            empty = {"page": empty}
        if skip != empty["page"]:
            return False
        with self.state.lock:
            seen = self.memory.empty_pages
            self.memory.empty_pages += 1
        return empty.get("times", -1) < 0 or seen < empty["times"]

    def _made_up(self, org, low, high, at):
        days = [d for d in self.route.days(org).values()
                if d.end > low and d.begin < high]
        if not days:
            return []
        day = days[-1]
        return [(day, (min(high, day.end) - 1,
                       ENDLESS + (at + n) % ENDLESS, False))
                for n in range(self.size)]

    def truth(self, org, day):
        """Every (item) of a day as it would be listed now."""
        with self.state.lock:
            parts = self.items(org, day.begin, day.end)
        for where, items in parts:
            for item in items:
                yield item if isinstance(item, tuple) else (
                    where.start_of(item), item, False)


def _slice(parts, low, high):
    result = []
    for day, items in parts:
        if high <= 0:
            break
        if low < len(items):
            result += [(day, item) for item in items[max(low, 0):high]]
        low -= len(items)
        high -= len(items)
    return result


def _place_given(scenario, org, days):
    """The scenario's own documents by day: {day: [(start, index, ...)]}."""
    result = {}
    if org.number:
        return result
    for number, entry in enumerate(scenario["documents"]):
        start, day = _when(entry, org, days)
        if day is not None:
            result.setdefault(day.text, []).append(
                (start, EXPLICIT + number, False, "given"))
    return result


def _when(entry, org, days):
    """Start and day of a given document; its noon when it does not say."""
    first = next(iter(days.values()), None)
    if isinstance(entry, str):
        try:
            entry = json.loads(entry)
        except ValueError:
            entry = {}
    if not isinstance(entry, dict):
        entry = {}
    day = days.get(entry.get("at_day") or entry.get("day"))
    try:
        text = str(entry.get("data_inicio"))[:19].replace("T", " ")
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
        start = int(local.replace(tzinfo=org.zone).timestamp())
        if day is None:
            day = days.get(text[:10])
        if day and day.begin <= start < day.end:
            return start, day
    except ValueError:
        pass
    day = day or first
    return (day.begin + 43200, day) if day else (0, None)

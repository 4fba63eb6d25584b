"""Which documents a scenario means.

"*"              every document
7 or "7"         document 7 of each day, counted from 0
"2024-12-30#7"   document 7 of that day
"every:10"       documents 0, 10, 20 ... of each day
any other text   the document with that `_id`, `id` or `protocolo`
a list           any of these
"""


class Selector:
    """A compiled selector; `in_use` is False when it can match nothing."""

    def __init__(self, which):
        self.everything = False
        self.indices = set()
        self.dated = set()
        self.steps = []
        self.names = set()
        if which is None:
            which = []
        for one in which if isinstance(which, list) else [which]:
            self._add(one)
        self.in_use = bool(self.everything or self.indices or self.dated
                           or self.steps or self.names)

    def _add(self, one):
        if one == "*":
            self.everything = True
        elif isinstance(one, int):
            self.indices.add(one)
        elif one.isdigit() and len(one) < 10:
            self.indices.add(int(one))
        elif one.startswith("every:"):
            self.steps.append(int(one[6:]))
        elif "#" in one:
            day, _, index = one.partition("#")
            self.dated.add((day, int(index)))
        else:
            self.names.add(one)

    def matches(self, call):
        """call has `day`, `index`, `key`, `ident` and `protocol`."""
        return (self.matches_place(call.day, call.index)
                or self.names_one(call))

    def names_one(self, call):
        """Whether it is called by one of its names."""
        return bool(self.names) and (call.key in self.names
                                     or call.ident in self.names
                                     or call.protocol in self.names)

    def matches_place(self, day, index):
        """As matches(), for a call whose names are not made yet."""
        if self.everything or index in self.indices:
            return True
        if self.dated and (day, index) in self.dated:
            return True
        return any(index % step == 0 for step in self.steps)

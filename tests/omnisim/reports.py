"""A report route at the door: parameters, window, page and envelope."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from . import faults
from .documents import dump
from .listing import Listing
from .message import Draft, Refusal
from .routes import Route

_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$")


class Report:
    """One report route under its own scenario."""

    def __init__(self, name, scenario, state, links, populations):
        self.name = name
        self.scenario = scenario
        self.dialect = scenario["dialect"]
        self.state = state
        self.memory = state.routes[name]
        self.listing = Listing(scenario, state, links, populations,
                               Route(name, scenario))
        self.faults = scenario["listing"]["faults"]
        for spec in self.faults:
            faults.check(spec)

    @property
    def methods(self):
        method = self.dialect["method"]
        return {"GET", "POST"} if method == "both" else {method}

    def _params(self, request):
        if request.method == "POST":
            body = request.json()
            if body is None:
                raise Refusal(400, "Body is no JSON object")
            return body
        return request.query

    def _instant(self, org, text, is_end):
        """One of the two dates as epoch seconds; the end is excluded."""
        text = str(text or "")
        if not _DATE.match(text):
            raise Refusal(400, "Invalid date: %s" % text[:40])
        if len(text) > 10 and self.scenario["reject_time"]:
            raise Refusal(400, "Date must be YYYY-MM-DD")
        is_inclusive = self.scenario["date_end"] == "inclusive"
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            raise Refusal(400, "Invalid date: %s" % text) from None
        later = timedelta(0)
        if is_end and is_inclusive and len(text) == 10:
            later = timedelta(days=1)
        elif is_end and is_inclusive:
            later = timedelta(seconds=1)
        zone = self.scenario["filter_zone"]
        local = (local + later).replace(
            tzinfo=ZoneInfo(zone) if zone else org.zone)
        return int(local.timestamp())

    def answer(self, request, org, origins):
        """The page a request with a good token is answered with."""
        params = self._params(request)
        window = (self._instant(org, params.get("date_ini"), False),
                  self._instant(org, params.get("date_end"), True))
        skip = params.get(self.dialect["page_param"], 0)
        try:
            skip = max(0, int(skip))
        except (TypeError, ValueError):
            raise Refusal(400, "Invalid page") from None
        number = self.memory.requests
        total, items = self.listing.page(org, window, skip, origins)
        draft = Draft(request, 200, [
            ("Content-Type", "application/json; charset=utf-8")],
            self._envelope(total, skip, items))
        reply = planned(self.state, self.faults, ("list", self.name),
                        number, skip, draft)
        if reply is None and self.scenario["keep_served"]:
            with self.state.lock:
                self.memory.served.update(dict.fromkeys(items))
        return reply or draft.reply()

    def _envelope(self, total, skip, items):
        """The page around its documents, joined and not parsed again."""
        form = self.dialect["envelope"]
        names = {"lower": ("total", "page", "data"),
                 "upper": ("TOTAL", "PAGE", "DATA"),
                 "bare-case": ("tOtal", "paGe", "datA")}.get(
                     form, ("Total", "Page", "Data"))
        indent = b"\n" if self.dialect["pretty"] else b""
        data = b"[" + indent + (b"," + indent).join(items) + indent + b"]"
        if form == "bare":
            return data
        as_text = str if form == "strings" else int
        head = {names[0]: as_text(total), names[1]: as_text(skip)}
        if self.dialect["pages_field"]:
            size = self.dialect["page_size"]
            head[self.dialect["pages_field"]] = as_text(-(-total // size))
        page = (dump(head, self.dialect["pretty"])[:-1].rstrip() + b","
                + indent + b'"' + names[2].encode() + b'":' + data
                + indent + b"}")
        if form == "nested":
            page = b'{"success":true,"data":' + page + b"}"
        return page


def planned(state, specs, place, number, page, draft):
    """The first planned fault for request `number` (or its page)."""
    for entry, spec in enumerate(specs):
        times = spec.get("times", 1)
        if "at" in spec and (number < spec["at"] or (
                0 <= times <= number - spec["at"])):
            continue
        if "page" in spec and spec["page"] != page:
            continue
        reply = state.faults.answer(spec, (place, entry), draft)
        if reply is not None:
            return reply
    return None

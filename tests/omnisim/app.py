"""From a request to its reply: routes, rates, latency and the log."""

import random
import sys
import traceback
from time import monotonic, sleep

from . import control
from .api import Api
from .calls import populations
from .faults_answer import retry_after
from .links import Links
from .media import Media
from .message import Draft, json_draft
from .planted import AUDIO
from .reports import Report
from .routes import ROUTES
from .scenario import ScenarioError, merged, route_scenario
from .state import Log, State
from .tokens import Tokens


class World:
    """Everything compiled from one scenario, around a state."""

    def __init__(self, scenario, state):
        self.scenario = scenario
        self.state = state
        self.populations = populations(scenario)
        self.tokens = Tokens(scenario, state)
        self.links = Links(scenario, state)
        self.reports = self._reports()
        self.media = Media(scenario, state, self.links, self.populations)
        self.api = Api(scenario, state, self.tokens, self.reports,
                       self.populations)
        self.api_prefixes = (scenario["prefix"] + "/Login/",
                             scenario["prefix"] + "/ReportsApi/")

    def _reports(self):
        for name in set(self.scenario["routes"]) - set(ROUTES):
            raise ScenarioError("unknown route: %s" % name)
        return {name: Report(name, route_scenario(
            self.scenario, name, AUDIO, row[3]), self.state, self.links,
            self.populations) for name, row in ROUTES.items()}

    def pace(self, request, kind):
        """(rate, latency, what its rate is of) of one request.

        That is a kind of request, a listener, or a route with its own.
        """
        report = None
        if kind == "api":
            report = self.reports.get(request.path.rpartition("/")[2])
        whole = self.scenario
        rate = whole["rate"]
        counted = kind if rate["listener"] is None else request.role
        if report is None:
            return rate, whole["latency_ms"], counted
        if "rate" in whole["routes"].get(report.name, ()):
            rate, counted = report.scenario["rate"], report.name
        return rate, report.scenario["latency_ms"], counted

    def is_allowed(self, request):
        """Whether a media request carries the API's headers rightly."""
        return (self.tokens.has_key(request)
                and self.tokens.check(request, counts=False)[0] is not None)


class App:
    def __init__(self, scenario):
        self.world = World(merged(scenario), State())
        self.log = Log()
        self.scheme = "http"
        self.origins = {}

    def replace(self, scenario):
        """A new scenario and an empty memory."""
        self.world = World(merged(scenario), State())

    def change(self, changes):
        """Changes to the running scenario; the memory stays."""
        world = self.world
        self.world = World(merged(changes, world.scenario), world.state)

    def _origins(self, request):
        """Both origins as this client sees them, and the other one."""
        own = "%s://%s" % (self.scheme, request.headers.get("host", ""))
        if own == self.scheme + "://":
            own = self.origins[request.role]
        request.origin = own
        origins = dict(self.origins)
        origins[request.role] = own
        origins["other"] = origins[
            "media" if request.role == "api" else "api"]
        return origins

    def serve(self, request, connection):
        """Answers one request; returns whether the connection goes on."""
        if request.path.startswith("/_sim/"):
            return connection.play(control.answer(self, request), None)
        world = self.world
        entry = self.log.start(request, world.scenario["log_limit"])
        entry["connection"] = connection.ident
        origins = self._origins(request)
        is_api = request.path.startswith(world.api_prefixes)
        kind = "api" if is_api else "media"
        state = world.state
        rate, latency, counted = world.pace(request, kind)
        with state.lock:
            state.running[counted] += 1
        try:
            reply = self._limited(world, rate, kind, counted, request)
            if reply is None:
                _delay(latency, request, is_api)
                reply = self._guarded(world, is_api, request, origins)
            entry["status"] = reply.status
            entry["fault"] = reply.fault
            connection.bandwidth = world.scenario["bandwidth"]
            connection.line = world.scenario["line"]
            return connection.play(reply, entry)
        finally:
            entry["done"] = True
            with state.lock:
                state.running[counted] -= 1

    def _guarded(self, *arguments):
        """A mistake of ours or of the scenario is told, not hidden."""
        try:
            return self._route(*arguments)
        except Exception:
            text = traceback.format_exc()
            print(text, file=sys.stderr, flush=True)
            reply = json_draft(arguments[2], 500, {"omnisim": text}).reply()
            reply.fault = "omnisim-error"
            return reply

    @staticmethod
    def _route(world, is_api, request, origins):
        reply = None
        if is_api:
            reply = world.api.answer(request, origins)
        elif request.method in ("GET", "HEAD"):
            return world.media.answer(request, origins, world.is_allowed)
        if reply is None:
            reply = json_draft(request, 404, {
                "statusCode": 404, "message": "Cannot %s %s" % (
                    request.method, request.path)}).reply()
        return reply

    @staticmethod
    def _limited(world, rules, kind, counted, request):
        """The 429 of a request beyond the allowed rate, or None."""
        state = world.state
        if rules["on"] not in ("both", kind) or (
                rules["listener"] not in (None, request.role)):
            return None
        with state.lock:
            is_over = (rules["parallel"] is not None
                       and state.running[counted] > rules["parallel"])
            if rules["per_second"] is not None and not is_over:
                now = monotonic()
                recent = [t for t in state.recent[counted] if now - t < 1]
                is_over = len(recent) >= rules["per_second"]
                if not is_over:
                    recent.append(now)
                state.recent[counted] = recent
        if not is_over:
            return None
        headers = [("Content-Type", "application/json")]
        if rules["retry_after"] is not None:
            headers.append(("Retry-After",
                            retry_after(rules["retry_after"])))
        reply = Draft(request, rules["status"], headers,
                      b'{"message":"Too many requests"}').reply()
        reply.fault = "rate"
        return reply


def _delay(rule, request, is_api):
    """Sleeps `latency_ms`: a number, or one for each kind of request."""
    if isinstance(rule, dict):
        kind = "media"
        if is_api:
            kind = "login" if "/Login/" in request.path else "list"
        jitter = rule.get("jitter", 0)
        rule = rule.get(kind, 0) + (random.uniform(0, jitter)
                                    if jitter else 0)
    if rule:
        sleep(rule / 1000)

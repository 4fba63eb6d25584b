"""The vendor's routes: the two logins and the reports."""

import re
from datetime import datetime, timedelta

from . import faults
from .documents import dump
from .message import Draft, json_draft

_DATE = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$")


class Refusal(Exception):
    """A request the vendor would refuse; args: status, message."""


class Api:
    def __init__(self, scenario, state, tokens, listing, populations):
        self.scenario = scenario
        self.dialect = scenario["dialect"]
        self.rules = scenario["login"]
        self.state = state
        self.tokens = tokens
        self.listing = listing
        self.populations = populations
        self.login_faults = scenario["login"]["faults"]
        self.list_faults = scenario["listing"]["faults"]
        if isinstance(self.login_faults, dict):
            self.login_faults = [self.login_faults]
        for spec in (*self.login_faults, *self.list_faults):
            faults.check(spec)
        prefix = scenario["prefix"]
        # A further report route is one more row here.
        self.routes = {
            prefix + "/Login/loginApi": (self._login, {"POST"}),
            prefix + "/Login/organization": (self._organization, {"POST"}),
            prefix + "/ReportsApi/service-history-audio-links": (
                self._audio_links, self._report_methods()),
        }

    def _report_methods(self):
        method = self.dialect["method"]
        return {"GET", "POST"} if method == "both" else {method}

    def answer(self, request, origins):
        """The reply to one API request; None when the path is no route."""
        route = self.routes.get(request.path)
        if route is None:
            return None
        function, methods = route
        if request.method not in methods:
            return self._wrong_method(request, methods)
        try:
            if not self.tokens.has_key(request):
                raise Refusal(403, "Forbidden")
            return function(request, origins)
        except Refusal as refusal:
            return self._error(request, *refusal.args).reply()

    def _error(self, request, status, text):
        return json_draft(request, status, {"statusCode": status,
                                            "message": text})

    def _wrong_method(self, request, methods):
        status = self.dialect["wrong_method"]
        draft = self._error(request, status, "Cannot %s %s" % (
            request.method, request.path))
        if status == 405:
            draft.headers.append(("Allow", ", ".join(sorted(methods))))
        return draft.reply()

    # -- logins ---------------------------------------------------------------

    def _login_fault(self, request, step, draft):
        with self.state.lock:
            number = self.state.login_requests
            self.state.login_requests += 1
        specs = [s for s in self.login_faults
                 if s.get("step", step) == step]
        return _planned(self.state, specs, "login", number, None,
                        draft) or draft.reply()

    def _credentials(self, request):
        body = request.json()
        if body is None:
            raise Refusal(400, "Body is no JSON object")
        if not self.tokens.knows(body):
            raise Refusal(401, "Login ou senha inválidos")
        return body

    def _login(self, request, origins):
        self._credentials(request)
        answers = self.rules["answers"]
        value = {"user": {"name": "Robô de Arquivo",
                          "login": self.tokens.wanted["login"]}}
        if answers == "two-factor":
            value = {"twoFactor": True,
                     "message": "Código enviado para o e-mail cadastrado"}
        else:
            value["token"] = self.tokens.issue(None, False)
            if answers != "no-organizations":
                value["empresas"] = [] if (
                    answers == "empty-organizations") else [
                        self._entry(org) for org in self.populations]
        return self._login_fault(request, "loginApi",
                                 json_draft(request, 200, value))

    @staticmethod
    def _entry(org):
        return {"id": org.ident, "name": org.entry.get("name", ""),
                "timeZone": org.entry.get("timeZone", "UTC")}

    def _organization(self, request, origins):
        body = self._credentials(request)
        field = self.dialect["org_field"]
        if field not in body:
            raise Refusal(self.dialect["org_status"],
                          "%s is required" % field)
        org = next((o for o in self.populations
                    if o.ident == body[field]), None)
        if org is None:
            raise Refusal(404, "Organization not found")
        answers = self.rules["answers"]
        if answers == "two-factor-organization":
            value = {"twoFactor": True, "message": "Código enviado"}
        elif answers == "no-token":
            value = {"organization": self._entry(org)}
        else:
            token = self.tokens.issue(org, True)
            if token is None:
                raise Refusal(401, "Sessão encerrada pelo administrador")
            value = self._place_token(token, self._entry(org))
        return self._login_fault(request, "organization",
                                 json_draft(request, 200, value))

    def _place_token(self, token, entry):
        place = self.dialect["token_place"]
        if place == "data.token":
            return {"data": {"token": token, "organization": entry}}
        if place == "nested":
            return {"success": True, "session": {"accessToken": token},
                    "organization": entry}
        return {place: token, "organization": entry}

    # -- reports --------------------------------------------------------------

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
        local = (local + later).replace(tzinfo=org.filter_zone)
        return int(local.timestamp())

    def _audio_links(self, request, origins):
        org, why = self.tokens.check(request)
        if org is None:
            raise Refusal(401, why)
        params = self._params(request)
        window = (self._instant(org, params.get("date_ini"), False),
                  self._instant(org, params.get("date_end"), True))
        skip = params.get(self.dialect["page_param"], 0)
        try:
            skip = max(0, int(skip))
        except (TypeError, ValueError):
            raise Refusal(400, "Invalid page") from None
        number = self.state.list_requests
        total, items = self.listing.page(org, window, skip, origins)
        draft = Draft(request, 200, [
            ("Content-Type", "application/json; charset=utf-8")],
            self._envelope(total, skip, items))
        return _planned(self.state, self.list_faults, "list", number, skip,
                        draft) or draft.reply()

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


def _planned(state, specs, kind, number, page, draft):
    """The first planned fault for request `number` (or its page)."""
    for place, spec in enumerate(specs):
        times = spec.get("times", 1)
        if "at" in spec and (number < spec["at"] or (
                0 <= times <= number - spec["at"])):
            continue
        if "page" in spec and spec["page"] != page:
            continue
        reply = state.faults.answer(spec, (kind, place), draft)
        if reply is not None:
            return reply
    return None

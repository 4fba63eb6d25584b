"""The vendor's routes: the two logins and the reports."""

from . import faults
from .message import Refusal, json_draft
from .reports import planned


class Api:
    def __init__(self, scenario, state, tokens, reports, populations):
        self.scenario = scenario
        self.dialect = scenario["dialect"]
        self.rules = scenario["login"]
        self.state = state
        self.tokens = tokens
        self.populations = populations
        self.login_faults = scenario["login"]["faults"]
        if isinstance(self.login_faults, dict):
            self.login_faults = [self.login_faults]
        for spec in self.login_faults:
            faults.check(spec)
        prefix = scenario["prefix"]
        self.routes = {
            prefix + "/Login/loginApi": (self._login, {"POST"}),
            prefix + "/Login/organization": (self._organization, {"POST"}),
        }
        for report in reports.values():
            self.routes[prefix + "/ReportsApi/" + report.name] = (
                self._with_token(report), report.methods)

    def _with_token(self, report):
        """The report's answer, for a request whose token is good."""
        def answer(request, origins):
            org, why = self.tokens.check(request)
            if org is None:
                raise Refusal(401, why)
            return report.answer(request, org, origins)
        return answer

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
        return planned(self.state, specs, "login", number, None,
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

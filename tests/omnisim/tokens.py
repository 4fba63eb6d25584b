"""Credentials and tokens: who may log in and how long a token lives."""

import base64
import hashlib
import hmac
import json
from time import time


def _b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Token:
    __slots__ = ("org", "born", "uses", "is_report")

    def __init__(self, org, is_report):
        self.org = org
        self.born = time()
        self.uses = 0
        self.is_report = is_report


class Tokens:
    def __init__(self, scenario, state):
        self.rules = scenario["token"]
        self.kind = scenario["dialect"]["token_kind"]
        self.wanted = scenario["credentials"]
        self.state = state

    def knows(self, body):
        return (body.get("login") == self.wanted["login"]
                and body.get("password") == self.wanted["password"])

    def has_key(self, request):
        return request.headers.get("x-api-key") == self.wanted["api_key"]

    def issue(self, org, is_report):
        """A new token, or None when no further login is allowed."""
        state, rules = self.state, self.rules
        allowed = 1 if rules["refuse_relogin"] else rules["logins"]
        with state.lock:
            if is_report:
                state.logins += 1
                if allowed is not None and state.logins > allowed:
                    return None
                if rules["single"]:
                    state.tokens.clear()
            number = len(state.tokens) + state.logins * 1000
            text = self._text(org, is_report, number)
            state.tokens[text] = Token(org, is_report)
        return text

    def _text(self, org, is_report, number):
        seed = "%s/%s/%d/%.6f" % (org.ident if org else "", is_report,
                                  number, time())
        raw = hashlib.sha256(seed.encode()).digest()
        if self.kind == "opaque":
            return _b64(raw)
        life = self.rules["life_s"]
        claims = {"sub": self.wanted["login"], "jti": raw[:8].hex(),
                  "iat": int(time()),
                  "exp": int(time() + (86400 if life is None else life))}
        if org:
            claims["organization"] = org.ident
        text = "%s.%s" % (_b64(b'{"alg":"HS256","typ":"JWT"}'),
                          _b64(json.dumps(claims).encode()))
        return text + "." + _b64(hmac.new(b"sim", text.encode(),
                                          "sha256").digest())

    def check(self, request, counts=True):
        """(organisation, None) or (None, why the token is refused)."""
        scheme, _, text = request.headers.get(
            "authorization", "").partition(" ")
        if scheme != "Bearer" or not text:
            return None, "No token provided"
        with self.state.lock:
            token = self.state.tokens.get(text)
            if token is None or not token.is_report:
                return None, "Invalid token"
            life = self.rules["life_s"]
            if life is not None and time() - token.born >= life:
                return None, "Token expired"
            uses = self.rules["life_requests"]
            if uses is not None and token.uses >= uses:
                return None, "Token expired"
            if counts:
                token.uses += 1
            return token.org, None

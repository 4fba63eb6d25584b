"""The download links: how they are written and when they are refused."""

import hmac
from time import time
from urllib.parse import urlencode


class Links:
    def __init__(self, scenario, state):
        self.rules = scenario["links"]
        self.prefix = scenario["prefix"]
        self.state = state
        self._key = b"omnisim/%s" % str(scenario["seed"]).encode()

    def write(self, path, generation, origins):
        """The link to `path` as listing number `generation` gives it."""
        is_attachment = path.startswith("/attachments/")
        rules, query = self.rules, []
        if rules["life_s"] is not None:
            query.append(("exp", "%.3f" % (time() + rules["life_s"])))
        if rules["expire_after"] is not None or (
                rules["life_uses"] is not None):
            query.append(("g", str(generation)))
        if rules["signed"]:
            query.append(("sig", self._sign(path, query)))
        tail = path + ("?" + urlencode(query) if query else "")
        return self._base(origins, self.rules[
            "attachments" if is_attachment else "host"]) % tail

    @staticmethod
    def _base(origins, host):
        named = {
            "same": origins["api"] + "%s",
            "media": origins["media"] + "%s",
            "relative": "%s",
            "relative-path": ".%s",
            "protocol-relative": "//" + origins["media"].partition(
                "://")[2] + "%s",
        }
        if host in named:
            return named[host]
        return host.replace("%", "%%").rstrip("/") + "%s"

    def _sign(self, path, query):
        text = path + "?" + urlencode(query)
        return hmac.new(self._key, text.encode(), "sha256").hexdigest()

    def refusal(self, path, query, listing):
        """The status that refuses this link now, or None."""
        rules = self.rules
        if rules["signed"]:
            known = [(n, query[n]) for n in ("exp", "g") if n in query]
            if not hmac.compare_digest(self._sign(path, known),
                                       query.get("sig", "")):
                return 403
        try:
            expires = float(query.get("exp", "inf"))
            generation = int(query.get("g", "0"))
        except ValueError:
            return 403
        if time() > expires:
            return rules["expire_status"]
        after = rules["expire_after"]
        if after is not None and listing - generation >= after:
            return rules["expire_status"]
        if rules["life_uses"] is not None:
            return self._use(path, generation)
        return None

    def _use(self, path, generation):
        with self.state.lock:
            uses = self.state.link_uses
            used = uses.get((path, generation), 0)
            if used >= self.rules["life_uses"]:
                return self.rules["expire_status"]
            uses[path, generation] = used + 1
        return None

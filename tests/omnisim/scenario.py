"""The scenario: its defaults, its merging and its check for unknown keys."""

import copy
import json

ORGANIZATION = {
    "id": "64f0c2a1b7e34d0012ab34cd",
    "name": "Clínica São Benedito",
    "timeZone": "America/Sao_Paulo",
}

DEFAULT = {
    "seed": 1,
    "prefix": "/v1",
    "zone": None,
    "filter_zone": None,
    "time_format": "space",
    "date_end": "inclusive",
    "reject_time": False,
    "days": {"2024-12-30": 40, "2024-12-31": 25},
    "documents": [],
    "contact_share": 0.7,
    "population": {
        "talk_s": [15, 1214],
        "chats_per_call": 0.5,
        "messages": [2, 12],
        "attachment_share": 0.15,
        "attachment_size": [500, 5000],
        "attachment_kinds": ["jpeg", "jpeg", "png", "voice", "mp3", "video",
                             "pdf"],
        "hostile_share": 0.03,
        "survey_share": 0.25,
        "pauses": [2, 5],
        "cnpj_share": 0.0,
        "chat_cnpj_share": 0.2,
        "alphanumeric_from": "2026-07-01",
    },
    "planted": [],
    "routes": {},
    "keep_served": False,
    "organizations": [ORGANIZATION],
    "credentials": {
        "api_key": "sim-api-key",
        "login": "robot@callark.example",
        "password": "sim-password",
    },
    "dialect": {
        "method": "GET",
        "wrong_method": 405,
        "page_param": "report-skip",
        "page_unit": "pages",
        "page_size": 1000,
        "pages_field": None,
        "envelope": "Title",
        "org_field": "organization",
        "org_status": 422,
        "token_place": "token",
        "token_kind": "opaque",
        "identity": "both",
        "fields": {},
        "no_link": "absent",
        "pretty": False,
        "ascii": False,
    },
    "login": {"answers": "ok", "faults": []},
    "token": {
        "life_requests": None,
        "life_s": None,
        "single": False,
        "logins": None,
        "refuse_relogin": False,
    },
    "listing": {
        "order": "asc",
        "total_lie": None,
        "ceiling": None,
        "ceiling_total": "true",
        "drift": [],
        "empty_page": None,
        "duplicates": [],
        "bad": [],
        "changed": [],
        "vanished": [],
        "late": [],
        "late_links": [],
        "faults": [],
    },
    "links": {
        "host": "same",
        "attachments": "media",
        "need_token": False,
        "forbid_headers": False,
        "signed": False,
        "life_s": None,
        "life_uses": None,
        "expire_after": None,
        "expire_status": 403,
        "gone": [],
        "gone_status": 404,
    },
    "media": {
        "kinds": ["wav"],
        "source": "synthetic",
        "size": [8000, 40000],
        "sizes": {},
        "files": {},
        "etag": "strong",
        "last_modified": True,
        "accept_ranges": True,
        "length": "content-length",
        "checksums": [],
        "checksums_right": True,
        "content_type": None,
        "faults": {},
    },
    "rate": {
        "parallel": None,
        "per_second": None,
        "status": 429,
        "retry_after": "1",
        "on": "both",
        "listener": None,
    },
    "latency_ms": 0,
    "bandwidth": None,
    "line": None,
    "wire": {
        "reset_accepts": 0,
        "close_accepts": 0,
        "tls_alerts": 0,
        "keepalive_requests": None,
        "drop_reused": 0,
        "idle_close_s": None,
        "tls_max": None,
    },
    "log_limit": 200000,
    "cache_mb": 96,
}

# Below these keys a scenario may write what it likes.
FREE = {"days", "routes", "dialect.fields", "media.faults", "media.sizes",
        "media.files",
        "latency_ms"}

CHOICES = {
    "time_format": {"space", "T", "offset", "Z", "epoch", "epoch-ms"},
    "date_end": {"inclusive", "exclusive"},
    "dialect.method": {"GET", "POST", "both"},
    "dialect.page_param": {"report-skip", "report_skip"},
    "dialect.page_unit": {"pages", "documents"},
    "dialect.envelope": {"Title", "lower", "upper", "nested", "strings",
                         "bare-case", "bare"},
    "dialect.token_place": {"token", "access_token", "accessToken",
                            "data.token", "nested"},
    "dialect.token_kind": {"opaque", "jwt"},
    "dialect.identity": {"id", "_id", "both", "neither", "numeric"},
    "dialect.no_link": {"absent", "null", "empty"},
    "login.answers": {"ok", "two-factor", "two-factor-organization",
                      "no-organizations", "empty-organizations", "no-token"},
    "listing.order": {"asc", "desc", "shuffled"},
    "listing.ceiling_total": {"true", "capped"},
    "media.source": {"synthetic", "asterisk"},
    "media.etag": {"strong", "weak", "md5", "none", "changing"},
    "media.length": {"content-length", "chunked", "none-close"},
    "rate.on": {"both", "api", "media"},
    "rate.listener": {None, "api", "media"},
}


class ScenarioError(ValueError):
    """The scenario names something the server does not know."""


def _merge_into(base, changes, path):
    for key, value in changes.items():
        where = path + key
        if path == "" and key == "listing" and isinstance(value, dict):
            value = _listify(value)
        if path == "" and key == "planted" and isinstance(value, dict):
            value = [value]
        if key not in base and path[:-1] not in FREE:
            raise ScenarioError("unknown scenario key: %s" % where)
        if (isinstance(value, dict) and isinstance(base.get(key), dict)
                and where not in FREE):
            _merge_into(base[key], value, where + ".")
            continue
        allowed = CHOICES.get(where)
        if allowed and value not in allowed:
            raise ScenarioError("%s: %r is none of %s"
                                % (where, value, ", ".join(sorted(allowed))))
        base[key] = copy.deepcopy(value)


def _listify(listing):
    """Lets a scenario write one object where a list of them is meant."""
    lists = [k for k, v in DEFAULT["listing"].items() if isinstance(v, list)]
    return {k: [v] if k in lists and isinstance(v, dict) else v
            for k, v in listing.items()}


def merged(changes, base=None):
    """A whole scenario: `changes` over `base` (or over the defaults)."""
    whole = copy.deepcopy(DEFAULT if base is None else base)
    _merge_into(whole, changes, "")
    return whole


# What a route may have of its own, and what of a dialect is the login's.
OF_ROUTES = {"dialect", "listing", "documents", "time_format", "filter_zone",
             "date_end", "reject_time", "rate", "latency_ms"}
OF_LOGIN = {"org_field", "org_status", "token_place", "token_kind"}


def route_scenario(scenario, name, main, pages_field):
    """The scenario as one route has it.

    What `routes` says of it, over the whole scenario; but `listing` and
    `documents` of the whole are those of the route `main` alone, and
    `pages_field` is used where nobody names another.
    """
    entry = scenario["routes"].get(name, {})
    base = dict(scenario)
    for key in OF_ROUTES - {"documents"}:
        base[key] = copy.deepcopy(scenario[key])
    if name != main:
        base["listing"] = copy.deepcopy(DEFAULT["listing"])
        base["documents"] = []
    if base["dialect"]["pages_field"] is None:
        base["dialect"]["pages_field"] = pages_field
    for key in entry:
        if key not in OF_ROUTES:
            raise ScenarioError("a route has no %s of its own" % key)
    for key in OF_LOGIN.intersection(entry.get("dialect", ())):
        raise ScenarioError("a route has no dialect.%s of its own" % key)
    _merge_into(base, entry, "")
    return base


def assignment(text):
    """Turns `key.path=jsonvalue` into nested changes."""
    path, sep, value = text.partition("=")
    if not sep:
        raise ScenarioError("--set wants key.path=value, got %r" % text)
    try:
        value = json.loads(value)
    except ValueError:
        pass  # a bare word is a string
    for key in reversed(path.split(".")):
        value = {key: value}
    return value

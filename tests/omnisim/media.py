"""Recordings: their bodies, their headers, ranges and planned faults."""

import base64
import hashlib
import re
from collections import OrderedDict
from email.utils import formatdate
from pathlib import Path
from threading import Lock

from . import attachments, audio, conversations, faults
from .message import Draft
from .selector import Selector

_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


class Bodies:
    """Makes bodies and keeps the last used ones up to a bound."""

    def __init__(self, scenario):
        self.bound = scenario["cache_mb"] << 20
        self._kept = OrderedDict()
        self._size = 0
        self._lock = Lock()
        self._digests = {}
        self.prompts = None
        if scenario["media"]["source"] == "asterisk":
            self.prompts = audio.Prompts()
        self.files = [(Selector(which), Path(path)) for which, path
                      in scenario["media"]["files"].items()]

    def _file_of(self, call):
        """What the scenario gives a recording in place of a made one."""
        for which, path in self.files:
            if not call.kind and which.matches(call):
                return path.read_bytes()
        return None

    def body(self, org, call):
        key = call.key
        with self._lock:
            known = self._kept.get(key)
            if known is not None:
                self._kept.move_to_end(key)
                return known
        made = self._file_of(call)
        if made is not None:
            pass
        elif call.kind:
            made = attachments.make(call.kind, call.draw, org.size_of(call))
        elif self.prompts:
            made = self.prompts.make(call.draw, org.size_of(
                call) if org.size == "call" else None)
        else:
            made = audio.make(org.kind_of(call), call.draw,
                              org.size_of(call))
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._size += len(made)
            while self._size > self.bound and len(self._kept) > 1:
                self._size -= len(self._kept.popitem(last=False)[1])
        return made

    def digest(self, org, call, name="sha256"):
        """The raw digest of a body; kept, for it is asked for again."""
        known = self._digests.get((call.key, name))
        if known is None:
            known = hashlib.new(name, self.body(org, call)).digest()
            self._digests[call.key, name] = known
        return known


class Media:
    def __init__(self, scenario, state, links, populations):
        self.rules = scenario["media"]
        self.link_rules = scenario["links"]
        self.prefix = scenario["prefix"]
        self.links = links
        self.state = state
        self.populations = populations
        self.bodies = Bodies(scenario)
        self.gone = Selector(self.link_rules["gone"])
        self.length = self.rules["length"]
        checksums = self.rules["checksums"]
        self.checksums = [checksums] if isinstance(
            checksums, str) else checksums
        self.plans = []
        for which, specs in self.rules["faults"].items():
            faults.check(specs)
            self.plans.append((Selector(which), which, specs))

    def answer(self, request, origins, is_allowed):
        """The reply to one request for a recording."""
        path, plain = self._strip(request.path)
        if path.startswith("/hop/"):
            return self._hop(request, path, origins)
        found = self.find(path)
        if found is None:
            return self._refuse(request, 404, "NoSuchKey")
        org, call = found
        if not plain:
            refusal = self._refusal(request, path, org, call, is_allowed)
            if refusal is not None:
                return refusal
        draft = self._draft(request, org, call)
        draft.origins = origins
        if not plain:
            reply = self._planned(request, call, draft)
            if reply is not None:
                return reply
        return draft.reply()

    def _strip(self, path):
        if path.startswith((self.prefix + "/recordings/",
                            self.prefix + "/attachments/")):
            path = path[len(self.prefix):]
        if path.startswith("/followed/"):
            return path[9:], True
        return path, False

    def find(self, path):
        """(organisation, call or attachment) of a path, or None."""
        key = path.rpartition("/")[2].partition(".")[0]
        if path.startswith("/attachments/"):
            for org in self.populations:
                found = conversations.find(org, key)
                if found is not None and found.path == path:
                    return org, found
            return None
        if not path.startswith("/recordings/"):
            return None
        for org in self.populations:
            call = org.find(key)
            if call is not None and org.path_of(call) == path:
                return org, call
        return None

    def _refuse(self, request, status, code):
        text = ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s'
                '</Code><Message>%s</Message></Error>' % (code, code))
        return Draft(request, status, [
            ("Content-Type", "application/xml")], text.encode()).reply()

    def _refusal(self, request, path, org, call, is_allowed):
        if self.gone.in_use and self.gone.matches(call):
            return self._refuse(request, self.link_rules["gone_status"],
                                "NoSuchKey")
        if self.link_rules["need_token"] and not is_allowed(request):
            return self._refuse(request, 401, "Unauthorized")
        if self.link_rules["forbid_headers"] and (
                "authorization" in request.headers
                or "x-api-key" in request.headers):
            return self._refuse(request, 400, "InvalidArgument")
        listing = self.state.routes[call.route].listing_of(org, call.day)
        status = self.links.refusal(path, request.query, listing)
        if status is None:
            return None
        return self._refuse(request, status, "AccessDenied")

    def _planned(self, request, call, draft):
        spec = faults.from_query(request.query)
        if spec is not None:
            try:
                faults.check(spec)
            except faults.UnknownFault as error:
                return self._refuse(request, 400, str(error))
            return self.state.faults.answer(spec, ("url", request.target),
                                            draft)
        for selector, which, specs in self.plans:
            if selector.matches(call):
                reply = self.state.faults.answer(specs, (which, call.key),
                                                 draft)
                if reply is not None:
                    return reply
        return None

    # -- the right answer ---------------------------------------------------

    def _headers(self, org, call):
        rules = self.rules
        kind = rules["content_type"]
        if kind is None:
            kind = attachments.KINDS[call.kind][1] if (
                call.kind) else audio.CONTENT_TYPES[
                    "wav" if self.bodies.prompts else org.kind_of(call)]
        headers = [("Content-Type", kind)] if kind else []
        etag = self._etag(org, call)
        if etag:
            headers.append(("ETag", etag))
        if rules["last_modified"]:
            headers.append(("Last-Modified",
                            formatdate(call.start + 3600, usegmt=True)))
        if rules["accept_ranges"]:
            headers.append(("Accept-Ranges", "bytes"))
        return headers

    def _etag(self, org, call):
        kind = self.rules["etag"]
        if kind == "none":
            return None
        if kind == "md5":
            return '"%s"' % self.bodies.digest(org, call, "md5").hex()
        if kind == "changing":
            with self.state.lock:
                self.state.etags += 1
                return '"%s-%d"' % (call.key, self.state.etags)
        tag = '"%s"' % call.draw[40:56].hex()
        return "W/" + tag if kind == "weak" else tag

    def _checksums(self, org, call, is_partial):
        forms = {"content-md5": ("md5", "Content-MD5", "%s"),
                 "repr-digest": ("sha256", "Repr-Digest", "sha-256=:%s:"),
                 "x-amz-checksum-sha256": (
                     "sha256", "x-amz-checksum-sha256", "%s")}
        for name in self.checksums:
            digest, header, form = forms[name]
            if is_partial and name == "content-md5":
                continue  # it would be that of the part
            raw = self.bodies.digest(org, call, digest)
            if not self.rules["checksums_right"]:
                raw = bytes([raw[0] ^ 1]) + raw[1:]
            yield header, form % base64.b64encode(raw).decode()

    def _draft(self, request, org, call):
        headers = self._headers(org, call)

        def build(body, etag=None):
            lines = headers
            if etag:
                lines = [h for h in headers if h[0] != "ETag"]
                lines.append(("ETag", etag))
            return self._ranged(request, org, call, lines, body)
        draft = build(self.bodies.body(org, call))
        draft.rebuild = build
        return draft

    def _ranged(self, request, org, call, headers, body):
        part = None
        if "range" in request.headers and self.rules["accept_ranges"]:
            part = _wanted(request, dict(headers), len(body))
        if part is None:
            sums = self._checksums(org, call, False) if (
                self.checksums) else ()
            draft = Draft(request, 200, [*headers, *sums], body, (
                "length" if self.length == "content-length"
                else self.length))
        elif part[0] >= part[1]:
            draft = Draft(request, 416, [
                ("Content-Range", "bytes */%d" % len(body))], b"")
        else:
            claim = "bytes %d-%d/%d" % (part[0], part[1] - 1, len(body))
            sums = self._checksums(org, call, True)
            draft = Draft(request, 206, [
                *headers, ("Content-Range", claim), *sums],
                memoryview(body)[part[0]:part[1]].tobytes())
        draft.whole = body
        return draft

    def _hop(self, request, path, origins):
        """/hop/N/followed/...: N more redirects, then the recording."""
        number, _, rest = path[5:].partition("/")
        count = int(number) if number.isdigit() else 0
        target = "/" + rest if count <= 1 else "/hop/%d/%s" % (
            count - 1, rest)
        if request.query_text:
            target += "?" + request.query_text
        return Draft(request, 302, [("Location", request.origin + target)],
                     b"").reply()


def _wanted(request, headers, size):
    """(start, stop) of the one range asked for; None for the whole."""
    match = _RANGE.match(request.headers["range"].replace(" ", ""))
    if not match or match.group(0) == "bytes=-":
        return None
    condition = request.headers.get("if-range")
    if condition is not None:
        etag = headers.get("ETag", "W/")
        is_same = condition == etag and not etag.startswith("W/")
        if not is_same and condition != headers.get("Last-Modified"):
            return None
    first, last = match.groups()
    if not first:
        return max(0, size - int(last)), size if int(last) else 0
    if last and int(last) < int(first):
        return None
    stop = min(size, int(last) + 1) if last else size
    return int(first), stop

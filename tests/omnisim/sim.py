"""The server from a test's side: a subprocess and its control routes."""

import json
import os
import ssl
import subprocess
import sys
import urllib.request

from .planted import (ACTIVITY, AUDIO, HISTORY, MESSAGES, SURVEYS,
                      VOICE_LOG)

ROUTE_NAMES = (HISTORY, VOICE_LOG, AUDIO, ACTIVITY, SURVEYS, MESSAGES)
_FOLDER = os.path.dirname(os.path.abspath(__file__))


class Sim:
    """with Sim({"days": {"2024-12-30": 5}}) as sim: ...

    `url` is the API's base URL (with its prefix), `root` the same without,
    `media_url` the other listener. `tls` is (certificate file, key file).
    """

    def __init__(self, scenario=None, tls=None, name=None):
        self._first = scenario or {}
        self._tls = tls
        self._name = name
        self._process = None
        self._prefix = self._first.get("prefix", "/v1")
        self.root = self.media_url = None

    @property
    def url(self):
        return self.root + self._prefix

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        command = [sys.executable, _FOLDER, "--scenario", "/dev/stdin"]
        if self._tls:
            command += ["--tls", *self._tls]
        if self._name:
            command += ["--name", self._name]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self._process.stdin.write(json.dumps(self._first))
        self._process.stdin.close()
        first = self._process.stdout.readline().split()
        second = self._process.stdout.readline().split()
        if not first or not second:
            self.stop()
            raise RuntimeError("omnisim did not start; see its stderr")
        self.root, self.media_url = first[-1], second[-1]
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the server by its process id."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None

    def _ask(self, path, value=None):
        data = None if value is None else json.dumps(value).encode()
        context = None
        if self._tls:
            # As old a TLS as the scenario may have left us.
            context = ssl._create_unverified_context()
            context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            context.set_ciphers("ALL:@SECLEVEL=0")
        request = urllib.request.Request(self.root + "/_sim/" + path, data)
        try:
            with urllib.request.urlopen(request, timeout=60,
                                        context=context) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ValueError(error.read().decode()) from None

    def log(self, path=None, role=None):
        """The requests so far, oldest first; `path`: only paths with it."""
        return [e for e in self._ask("log")
                if (path is None or path in e["path"])
                and (role is None or e["role"] == role)]

    def reset_log(self):
        self._ask("reset-log")

    def counts(self):
        return self._ask("counts")

    def calls(self, day, org=0, hashes=True):
        """The truth of one day; see README.md for the keys."""
        return self._ask("calls?day=%s&org=%d&hash=%d"
                         % (day, org, hashes))

    def documents(self, route, day, org=0, hashes=False):
        """The truth of one day of any report route; see README.md."""
        return self._ask("documents?route=%s&day=%s&org=%d&hash=%d"
                         % (route, day, org, hashes))

    def planted(self, day, org=0):
        """{kind: entries} of what the scenario planted on one day."""
        return self._ask("planted?day=%s&org=%d" % (day, org))

    def truth(self, day, org=0, hashes=False):
        """All six routes of one day and what is planted in them."""
        return {"routes": {route: self.documents(route, day, org, hashes)
                           for route in ROUTE_NAMES},
                "planted": self.planted(day, org)}

    def served(self, route):
        """The exact documents served so far, if keep_served is set."""
        return [text.encode("utf-8", "surrogateescape")
                for text in self._ask("served?route=" + route)]

    def scenario(self, scenario):
        """Another scenario, with an empty memory (tokens, counts, ...)."""
        self._ask("scenario", scenario)
        self._prefix = scenario.get("prefix", "/v1")

    def set(self, **changes):
        """Changes the running scenario; what was counted stays counted."""
        self._ask("set", changes)
        self._prefix = changes.get("prefix", self._prefix)

"""What the server remembers between requests."""

import threading
from collections import defaultdict
from time import time

from .faults import Counters


class RouteState:
    """What was asked of one report route, and what that changed."""

    def __init__(self):
        self.requests = 0
        self.empty_pages = 0
        self.listings = {}
        self.extras = {}
        self.removed = {}
        self.drifted = set()
        self.served = {}    # exact documents, in the order first served

    def listing_of(self, org, day):
        """The number of the running listing of a day, at least 1."""
        return max(1, self.listings.get((org.number, day), 0))


class State:
    """Counts and memories; a new scenario starts with an empty one."""

    def __init__(self):
        self.lock = threading.Lock()
        self.born = time()
        self.faults = Counters()
        self.login_requests = 0
        self.routes = defaultdict(RouteState)
        self.link_uses = {}
        self.tokens = {}
        self.logins = 0
        self.running = defaultdict(int)
        self.recent = defaultdict(list)
        self.line_free = 0.0
        self.drops = 0
        self.etags = 0
        self.greeted = {}

    def take_line(self, seconds, now):
        """Take the line shared by all for so long; returns until when."""
        with self.lock:
            self.line_free = max(self.line_free, now) + seconds
            return self.line_free


class Log:
    """The requests as they were, kept until reset."""

    def __init__(self):
        self.entries = []
        self.total = 0

    def start(self, request, limit):
        entry = {
            "time": time(), "role": request.role, "method": request.method,
            "path": request.path, "query": request.query,
            "headers": request.headers,
            "body": request.body[:4096].decode("utf-8", "replace"),
            "connection": 0, "number": request.number,
            "status": None, "sent": 0, "fault": None, "done": False,
        }
        self.total += 1
        if len(self.entries) < limit:
            self.entries.append(entry)
        return entry

    def reset(self):
        self.entries = []
        self.total = 0

    def counts(self):
        """How many requests by role, path kind, status and fault."""
        result = {"requests": self.total, "role": {}, "status": {},
                  "fault": {}, "path": {}, "bytes": 0, "connections": 0}
        connections = set()
        for entry in list(self.entries):
            for field in ("role", "status", "fault"):
                key = entry[field]
                if key is not None:
                    key = str(key)
                    part = result[field]
                    part[key] = part.get(key, 0) + 1
            kind = entry["path"]
            for folder in ("/recordings", "/attachments"):
                if folder + "/" in kind:
                    kind = folder
            result["path"][kind] = result["path"].get(kind, 0) + 1
            result["bytes"] += entry["sent"]
            connections.add((entry["role"], entry["connection"]))
        result["connections"] = len(connections)
        return result

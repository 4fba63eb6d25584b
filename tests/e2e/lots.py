"""A second opinion on callark sample: the draw as callark(1), SAMPLING, tells
it, written from that text alone.

A call is a dict of id, start, agent, service (texts) and length_ms (or None).
"""

import hashlib
from decimal import Decimal
from math import ceil


def netstring(text):
    return b"%d:%s," % (len(text.encode()), text.encode())


def population_sha256(calls):
    lines = [b"".join(netstring(field) for field in (
        c["id"], c["start"], c["agent"], c["service"],
        "" if c["length_ms"] is None else str(c["length_ms"]))) + b"\n"
        for c in sorted(calls, key=lambda c: c["id"].encode())]
    return hashlib.sha256(b"".join(lines)).hexdigest()


def lot(seed, purpose, text):
    return hashlib.sha256(f"{seed}\n{purpose}\n{text}".encode()).digest()


def size(rules, n):
    if "percent" in rules:
        return ceil(Decimal(rules["percent"]) * n / 100)
    asked = [rules[k] for k in ("count", "per_agent", "per_service")
             if k in rules] or [int(rules["pick"].split(":")[1])]
    return min(asked[0], n)


def pick(seed, rules, calls, n):
    which, most = rules["pick"].split(":")
    known = sorted((c for c in calls if c["length_ms"] is not None),
                   key=lambda c: (-c["length_ms"] if which == "longest"
                                  else c["length_ms"],
                                  lot(seed, "call", c["id"])))
    return known[:min(int(most), n)]


def by_day(seed, calls):
    days = {}
    for c in sorted(calls, key=lambda c: lot(seed, "call", c["id"])):
        days.setdefault(c["start"][:10], []).append(c)
    return days


def evenly(seed, group, calls, n):
    days, drawn = by_day(seed, calls), []
    order = sorted(days, key=lambda d: lot(seed, "day", f"{d}\n{group}"))
    while len(drawn) < n:
        for day in order:
            if days[day] and len(drawn) < n:
                drawn.append(days[day].pop(0))
    return drawn


def by_share(seed, calls, n):
    days, drawn, seen = by_day(seed, calls), [], 0
    offset = int.from_bytes(lot(seed, "rounding", "")[:8], "big")
    for day in sorted(days):
        seen += len(days[day])
        upto = (seen * n + offset % len(calls)) // len(calls)
        drawn += days[day][:upto - len(drawn)]
    return drawn


def draw(seed, rules, calls):
    """(drawn, picked): the drawn by start and id, the ids of the picked."""
    key = {"per_agent": "agent", "per_service": "service"}
    key = next((key[k] for k in rules if k in key), None)
    drawn, picked = [], []
    for group in sorted({c[key] if key else "" for c in calls}):
        rest = [c for c in calls if not key or c[key] == group]
        n = size(rules, len(rest))
        first = pick(seed, rules, rest, n) if "pick" in rules else []
        taken = {c["id"] for c in first}
        rest = [c for c in rest if c["id"] not in taken]
        if "percent" in rules:
            drawn += by_share(seed, rest, n - len(first)) if rest else []
        elif set(rules) != {"pick"}:
            drawn += evenly(seed, group, rest, n - len(first))
        picked += first
    drawn.extend(picked)
    return (sorted(drawn, key=lambda c: (c["start"], c["id"].encode())),
            {c["id"] for c in picked})


def deal(seed, evaluators, calibration, drawn):
    """{id: who listens to it}."""
    order = sorted(drawn, key=lambda c: lot(seed, "calibration", c["id"]))
    dealt = {c["id"]: list(evaluators) for c in order[:calibration]}
    seats = sorted(evaluators, key=lambda e: lot(seed, "evaluator", e))
    order = sorted(order[calibration:], key=lambda c: (
        c["agent"].encode(), lot(seed, "deal", c["id"])))
    dealt.update((c["id"], [seats[i % len(seats)]])
                 for i, c in enumerate(order))
    return dealt

"""Two days of a small platform, and what is asked of them."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

DAY = "2024-12-30"
NEXT = "2024-12-31"
DAYS = {DAY: 24, NEXT: 12}
RANGE = ("--from", DAY, "--to", NEXT)
ZONE = ZoneInfo("America/Sao_Paulo")


def small(**changes):
    return {"days": DAYS, "media": {"size": 2000}, **changes}


def documents(sim, *days):
    """What the platform knows: [(call, its document)]."""
    return [(c, json.loads(c["document"])) for day in days
            for c in sim.calls(day)]


def ago(days):
    """A day of the platform, counted back from its today."""
    return (datetime.now(ZONE) - timedelta(days=days)).strftime("%Y-%m-%d")


def ids_of(result):
    return {json.loads(line)["id"] for line in result.out.splitlines()}

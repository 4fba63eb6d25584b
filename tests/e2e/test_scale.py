"""Large days in little memory, and in time that grows with them only."""

import os
import subprocess
from dataclasses import dataclass

import pytest

from omnisim import Sim
from support import BINARY, COMPLETE, Callark

DAY = "2024-12-30"
LIMIT_MIB = 64


def is_sanitized():
    """A sanitizer's own memory would be measured."""
    if os.environ.get("CALLARK_SANITIZED") == "1":
        return True
    linked = subprocess.run(["ldd", BINARY], capture_output=True, text=True,
                            check=False).stdout
    return "libasan" in linked or "libubsan" in linked


pytestmark = pytest.mark.skipif(is_sanitized(), reason="only as released")


@dataclass
class Cost:
    """What one run took."""
    status: int
    peak_mib: float
    cpu_s: float


def cost_of_sync(callark, *args):
    """Measured by time(1): the system counts what a process was before it
    became callark too, which for a child of ours would be Python."""
    figures = callark.folder / "cost"
    run = subprocess.run(
        ["/usr/bin/time", "--quiet", "--format", "%M %U %S", "--output",
         figures, *callark.command("sync", "--day", DAY, *args)],
        env=callark.environment(), stdin=subprocess.DEVNULL,
        capture_output=True, check=False, timeout=300)
    peak_kib, user_s, system_s = map(float, figures.read_text().split())
    return Cost(run.returncode, peak_kib / 1024, user_s + system_s)


def check_cost(cost):
    assert cost.status == COMPLETE, cost
    assert cost.peak_mib < LIMIT_MIB, cost


@dataclass
class Measured:
    listed: int
    first: Cost
    second: Cost


def measure(folder, calls, share):
    with Sim({"days": {DAY: calls}, "contact_share": share,
              "media": {"size": 2000}}) as sim:
        callark = Callark(folder, sim.url)
        first, second = cost_of_sync(callark), cost_of_sync(callark)
        listed = callark.rows("SELECT count(*) FROM recording")[0][0]
    return Measured(listed, first, second)


SMALL, LARGE = 20010, 100050


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """A large day, and one of a fifth of it.  Neither fills its last page: a
    Total that does is checked against its halves, how often by its size."""
    return {calls: measure(tmp_path_factory.mktemp(str(calls)), calls, 0.002)
            for calls in (SMALL, LARGE)}


@pytest.mark.parametrize("run", ["first", "second"])
def test_a_hundred_thousand_documents_in_little_memory(days, run):
    large = days[LARGE]
    assert large.listed == LARGE
    check_cost(getattr(large, run))


@pytest.mark.parametrize("run", ["first", "second"])
def test_no_step_is_quadratic(days, run):
    """Five times the documents; a quadratic step would cost 25 times as much.
    The bound is halfway between the two, for processor time is noisy too."""
    small, large = (getattr(days[n], run).cpu_s for n in (SMALL, LARGE))
    assert large / max(small, 0.1) < 12, (small, large)


def test_sixty_four_transfers_at_once_in_little_memory(tmp_path):
    with Sim({"days": {DAY: 3000}, "contact_share": 1,
              "media": {"size": 2000}, "latency_ms": {"media": 10}}) as sim:
        callark = Callark(tmp_path / "callark", sim.url)
        check_cost(cost_of_sync(callark, "--concurrency", "64"))
        assert len(callark.audio()) == 3000


def test_large_bodies_are_not_held_in_memory(tmp_path):
    """More is on its way at any time than may be in memory."""
    with Sim({"days": {DAY: 40}, "contact_share": 1,
              "media": {"size": 8 << 20}, "cache_mb": 1024}) as sim:
        callark = Callark(tmp_path / "callark", sim.url)
        check_cost(cost_of_sync(callark, "--concurrency", "32"))


def test_days_are_published_while_others_are_listed(tmp_path):
    """Otherwise all that a long first run listed would have to be mended after
    a kill.  Days come by fours, so the last is asked long after the first."""
    days = [f"2024-11-{n:02}" for n in range(1, 13)]
    with Sim({"days": dict.fromkeys(days, 5), "contact_share": 0,
              "latency_ms": {"list": 800}}) as sim:
        callark = Callark(tmp_path / "callark", sim.url)
        result = callark.sync("--from", days[0], "--to", days[-1])
    assert result.status == COMPLETE, result
    published = callark.rows(
        "SELECT published_s, asked_s FROM day ORDER BY day")
    assert published[0][0] < published[-1][1], published

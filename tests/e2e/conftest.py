"""Fixtures: simulated platforms and configured programs, made on demand and
ended with the test."""

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "campaigns"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from omnisim import Sim  # noqa: E402
from support import Callark, build_preload  # noqa: E402
from transfers import build_fast_clock, make_certificates  # noqa: E402


@pytest.fixture(scope="session")
def idle_platforms():
    """Platforms that no test uses: starting one takes longer than most tests."""
    idle = []
    yield idle
    for sim in idle:
        sim.stop()


def clear(sim):
    """Forget the scenario of a test; whether the platform is still of use."""
    try:
        sim.scenario({})
        sim.reset_log()
        return True
    except (OSError, ValueError, AttributeError):
        return False    # it was stopped, or greets us as it did the test


@pytest.fixture
def platform(idle_platforms):
    """platform(scenario): a running Sim of the test's own while it lasts."""
    taken = []
    with contextlib.ExitStack() as stack:
        def take(scenario, **how):
            if how:
                return stack.enter_context(Sim(scenario, **how))
            taken.append(idle_platforms.pop() if idle_platforms
                         else Sim().__enter__())
            taken[-1].scenario(scenario)
            return taken[-1]
        yield take
        for sim in taken:
            if clear(sim):
                idle_platforms.append(sim)
            else:
                sim.stop()


@pytest.fixture
def make(tmp_path, platform):
    """make(scenario, **settings): a platform and a callark configured for it."""
    def build(scenario, **settings):
        sim = platform(scenario)
        callark = Callark(tmp_path / "callark", sim.url)
        return sim, callark.configure(**settings)
    return build


@pytest.fixture(scope="session")
def fast_clock(tmp_path_factory):
    """fast_clock(boottime=20): an environment in which a second is short."""
    return build_fast_clock(tmp_path_factory.mktemp("fast_clock"))


@pytest.fixture(scope="session")
def wall_clock(tmp_path_factory):
    """wall_clock(3600): an environment in which it is an hour later."""
    preloaded = build_preload(tmp_path_factory.mktemp("wall"), "wall_clock")

    def environment(seconds, after=0):
        return {**preloaded, "WALL_SECONDS": str(seconds),
                "WALL_AFTER": str(after)}
    return environment


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """Certificates and their authority, made by openssl."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))

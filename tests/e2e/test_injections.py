"""A sample of what tests/campaigns tries: allocations that fail, and calls to
the kernel.  CALLARK_SEED=... draws another."""

import re
import subprocess
from pathlib import Path

import pytest

from support import IS_SANITIZED
from trials import SEED, needs_strace

CAMPAIGNS = Path(__file__).resolve().parents[1] / "campaigns"


def check_sample(campaign, every, least):
    """One of each so many points: none fails, and most of them come to pass."""
    done = subprocess.run(
        [CAMPAIGNS / campaign, "--every", str(every), "--seed", SEED],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    tried, failed = re.search(r" (\d+), failed (\d+)$",
                              done.stdout.strip()).groups()
    untouched = re.search(r"(\d+) untouched", done.stderr)[1]
    assert int(failed) == 0
    assert int(tried) - int(untouched) >= least, done.stderr


@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizer has its own heap")
def test_allocations_that_fail():
    check_sample("allocations", every=500, least=15)


@needs_strace
@pytest.mark.skipif(IS_SANITIZED, reason="the sanitizer calls for itself")
def test_calls_that_fail():
    check_sample("errors", every=400, least=15)

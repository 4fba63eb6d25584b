"""A sample of the mutations of tests/mutations: verify misses none and accuses
nobody wrongly, and the tester itself would notice if it did.

CALLARK_MUTATIONS is how many; half of them are the same in every run.
"""

import os
import random
import shutil
import sys
from pathlib import Path

import pytest

import support

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "mutations"))

import oracle  # noqa: E402
import trial  # noqa: E402
from bag import Bag  # noqa: E402
from kinds import KINDS  # noqa: E402

COUNT = int(os.environ.get("CALLARK_MUTATIONS", "400"))
SEEDS = ("2024", str(random.SystemRandom().randrange(1 << 32)))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return trial.canonical(tmp_path_factory.mktemp("mutations") / "made")


def outcomes(made, folder, tasks):
    return list(trial.run_all(made, folder, tasks))


@pytest.mark.parametrize("seed", SEEDS, ids=["fixed", "random"])
def test_none_is_missed_and_nobody_accused(seed, made, tmp_path):
    print(f"seed {seed}")       # shown when it fails
    ends = outcomes(made, tmp_path,
                    [(seed, n, None) for n in range(COUNT // 2)])
    wrong = [f"{n}: {name}: {complaint}"
             for n, name, _, complaint in ends if complaint]
    assert not wrong, "\n".join(wrong)
    harms = [is_harm for _, _, is_harm, _ in ends]
    assert any(harms) and not all(harms)


def test_each_kind_can_do_what_it_is_for(made, tmp_path):
    """One of each, and those that do no harm are told from those that do."""
    ends = outcomes(made, tmp_path, [(f"kind {name}", n, name)
                                     for name in sorted(KINDS)
                                     for n in range(4)])
    wrong = [f"{name}: {complaint}" for _, name, _, complaint in ends
             if complaint]
    assert not wrong, "\n".join(wrong)
    harmful = {name.split()[1].split("+")[0]
               for _, name, is_harm, _ in ends if is_harm}
    harmless = {"times", "mode", "owner", "hard_link", "written_again",
                "folder_order", "tag_file_of_others", "empty_folder",
                "tag_link_of_others", "nothing"}
    assert harmful == set(KINDS) - harmless


def fake(folder, lines, status):
    """A program that says the same whatever it is asked."""
    path = folder / "fake"
    path.write_text("#!/bin/sh\ncat <<'END'\n" + lines + "END\n"
                    f"exit {status}\n")
    path.chmod(0o700)
    return str(path)


@pytest.mark.parametrize("lines,status,word", [
    ('{"kind": "summary"}\n', 0, "missed"),
    ('{"kind": "finding", "finding": "changed", "path": "bagit.txt"}\n', 6,
     "accused"),
    ("", 70, "broken"),
    ("no JSON\n", 6, "broken"),
], ids=["blind", "suspicious", "broken", "unreadable"])
def test_the_tester_notices(lines, status, word, made, tmp_path, monkeypatch):
    monkeypatch.setattr(support, "BINARY", fake(tmp_path, lines, status))
    ends = outcomes(made, tmp_path, [("tester", n, None) for n in range(60)])
    complaints = [c for _, _, _, c in ends if c]
    assert len(complaints) >= 5
    assert any(c.startswith(word) for c in complaints), complaints


def test_a_mutation_is_the_same_each_time(made, tmp_path):
    first, again = (outcomes(made, tmp_path, [("same", n, None)
                                              for n in range(12)])
                    for _ in range(2))
    assert first == again


def test_sealing_a_whole_bag_changes_nothing(made, tmp_path):
    """What hides a mutation is written just as callark writes it."""
    for day in trial.DAYS:
        path = tmp_path / day
        shutil.copytree(made.bag(day), path)
        bag = Bag(path, random.Random(day))
        bag.seal_payload()
        bag.seal_tags()
        assert oracle.state(path) == oracle.state(made.bag(day)), day

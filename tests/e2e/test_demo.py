"""The demo shows what it says it shows, twice over, and leaves what it names."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from support import BINARY, check_bag, check_with_sha256sum, read_trail

DEMO = Path(__file__).resolve().parents[2] / "contrib" / "demo"


def run_demo(folder):
    """Standard output and standard error of one demo, which ended well."""
    done = subprocess.run([DEMO], stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=300, check=False,
                          env={**os.environ, "CALLARK": BINARY,
                               "CALLARK_DEMO": str(folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stderr


def section(out, heading):
    """What stands below the one heading that begins so."""
    parts = [part.split("\n", 1)[1] for part in out.split("\n== ")
             if part.startswith(heading)]
    assert len(parts) == 1, (heading, out)
    return parts[0]


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo and its output, after another one in the same folder."""
    folder = tmp_path_factory.mktemp("demo") / "of it"
    first, _ = run_demo(folder)
    out, err = run_demo(folder)

    def headings(text):
        return re.findall("^== .*", text, re.M)
    assert headings(out) == headings(first)
    return folder, out, err


def test_it_is_short(demo):
    _, out, err = demo
    assert len(out.splitlines()) < 250, out
    assert [line for line in err.splitlines()
            if not line.startswith("callark: ")] == []


def test_what_was_missing_is_fetched_by_the_second_run(demo):
    _, out, _ = demo
    first = section(out, "keep both days")
    assert "NOT complete after" in first and "(exit status 1)" in first
    assert re.search(r"quarantined +1$", first, re.M), first
    for report in ("service-history", "voice-log", "activity-history",
                   "satisfaction-survey-history", "service-history-messages"):
        assert re.search(rf"^  {report} +[1-9]\d* documents", first, re.M)
    again = section(out, "again")
    assert re.search(r"archived .*\(1 new,", again), again
    assert "\ncomplete after" in again


def test_every_day_and_the_subject_is_a_bag(demo):
    folder, out, _ = demo
    bags = list((folder / "archive").glob("[0-9]*/*/*")) + [folder / "subject"]
    assert len(bags) == 3
    for bag in bags:
        assert len(check_bag(bag)) > 3
        check_with_sha256sum(bag)
    for heading in ("the same without callark", "the same as a bag"):
        assert "sha256sum agrees with" in section(out, heading)
    read_trail(folder / "archive" / "trail.ndjson")


def test_a_changed_recording_is_found_and_mended(demo):
    shown = section(demo[1], "somebody writes")
    assert re.search(r"^changed +\d{4}/.*\.wav: ", shown, re.M), shown
    assert "(exit status 6)" in shown
    assert shown.endswith("everything agrees\n"), shown


def test_the_lost_recording_is_named(demo):
    shown = section(demo[1], "does every attended call")
    unexplained = re.findall(r".* UNEXPLAINED .*", shown)
    assert len(unexplained) == 1, shown
    assert "attended_without_recording" in unexplained[0]
    assert "1 NOT explained\n(exit status 1)" in shown


def test_the_client_is_found_in_another_spelling(demo):
    folder, out, _ = demo
    shown = section(out, "what is held about a client")
    cpf = re.search(r"subject find --kind cpf (\d{11})\n", shown)[1]
    dotted = re.sub(r"(...)(...)(...)(..)", r"\1.\2.\3-\4", cpf)
    documents = [path.read_text() for path in
                 (folder / "subject/data/documents").iterdir()]
    assert not any(cpf in text for text in documents)
    assert sum(text.count(f'"{dotted}"') for text in documents) >= 2
    assert list((folder / "subject/data/audio").rglob("*.wav"))


def test_page_metrics_and_table_are_there(demo):
    folder, out, _ = demo
    page = (folder / "status.html").read_text()
    assert page.startswith("<!DOCTYPE html>") and "End of the page" in page
    assert "callark_run_exit_status 0\n" in section(out, "the metrics")
    assert "callark_archived_bytes{" in (folder / "callark.prom").read_text()
    table = (folder / "surveys.csv").read_text()
    assert table.startswith("start,agent,question,score\n")
    assert "\n".join(table.splitlines()[:4]) in section(out, "a report")
    assert section(out, "an agent's recordings").count("Márcia Simões") == 3


def test_conversations_keep_what_they_have_attached(demo):
    folder, out, _ = demo
    kept = re.findall(r"attachments: (\d+) listed, (\d+) archived",
                      section(out, "what there is now"))
    assert kept and all(listed == archived != "0"
                        for listed, archived in kept), out
    files = list((folder / "archive").glob("[0-9]*/*/*/data/media/*"))
    assert len(files) == sum(int(n) for n, _ in kept)


def test_each_day_has_a_statement(demo):
    folder, out, _ = demo
    made = [json.loads(path.read_text()) for path in (folder / "archive").glob(
        "[0-9]*/*/*/data/reports/completeness.json")]
    assert sorted(one["sums"]["unexplained"] for one in made) == [0, 1]
    assert [one["complete"] for one in made].count(True) == 1
    assert "sha256sum agrees with" in section(out, "stated in the bag")


def test_the_draw_is_proved_and_made_a_folder_to_listen_in(demo):
    folder, out, _ = demo
    assert "draw 1 is the same: 20 of " in section(out, "anybody with")
    review = folder / "review"
    assert (review / "index.html").is_file()
    assert len(list((review / "audio").iterdir())) == 20
    assert f"open {review}/index.html" in section(out, "a folder to listen")
    drawn = [json.loads(line) for line in
             (folder / "draw.ndjson").read_text().splitlines()]
    calls = [line for line in drawn if line["type"] == "call"]
    assert len(calls) == 20
    assert sum(call["calibration"] for call in calls) == 4


def test_the_platform_is_gone(demo):
    folder, _, _ = demo
    root = re.search(r"listening on (http://\S+)",
                     (folder / "platform.txt").read_text())[1]
    done = subprocess.run(["/usr/bin/python3", "-c", "import sys, "
                           "urllib.request as u; u.urlopen(sys.argv[1])",
                           root + "/_sim/ping"], capture_output=True,
                          text=True, check=False)
    assert "Connection refused" in done.stderr, done


def test_a_folder_of_others_is_left_alone(tmp_path):
    (tmp_path / "letter").write_text("of mine")
    done = subprocess.run([DEMO], text=True, capture_output=True, check=False,
                          env={**os.environ, "CALLARK": BINARY,
                               "CALLARK_DEMO": str(tmp_path)})
    assert done.returncode == 1 and "not of this demo's making" in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["letter"]

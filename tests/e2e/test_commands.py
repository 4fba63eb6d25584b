"""Help, words that are wrong, and what every command has in common."""

import json
import os
import pty
import re
import subprocess
from datetime import datetime

import pytest

from support import (BINARY, COMPLETE, DISK, INCOMPLETE, IS_UNCONFINED,
                     SERVICE, USAGE, run_on_terminal)
from two_days import DAY, NEXT, RANGE, ago, documents, small

COMMANDS = ("doctor", "orgs", "list", "sync", "status", "verify", "find",
            "export", "reconcile", "sample", "subject", "review", "rebuild")


# ---- help, and words that are wrong ------------------------------------------

@pytest.mark.parametrize("command", (None, *COMMANDS))
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_printed_within_80_columns(make, command, option):
    _, callark = make({})
    result = callark.run(*filter(None, (command, option)))
    assert result.status == COMPLETE and not result.err, result
    assert result.out.startswith("usage: callark")
    assert max(map(len, result.out.splitlines())) <= 80
    for word in ("--config", "--archive", "--quiet", "--log-format", "--color"):
        assert word in result.out
    if command is None:
        listed = result.out.split("Commands:\n")[1].split("\n\n")[0]
        assert sorted(line.split()[0] for line in listed.splitlines()) \
            == sorted(COMMANDS)


def test_help_tells_what_the_words_of_a_command_can_be(make):
    _, callark = make({})
    text = callark.run("export", "--help").out.split("Options:")[0]
    told = callark.run("export").err
    for report in ("service-history", "voice-log", "activity-history",
                   "service-history-audio-links", "service-history-messages",
                   "satisfaction-survey-history"):
        assert re.search(rf"[ \n]{report}[ ,.\n]", text), report
        assert f" {report}" in told
    assert "CPF" in callark.run("subject", "--help").out.split("Options:")[0]


def test_help_needs_no_configuration(make):
    _, callark = make({})
    callark.config.unlink()
    assert callark.run("sync", "--help").status == COMPLETE


def test_the_version_is_told(make):
    _, callark = make({})
    for option in ("--version", "-V"):
        assert re.fullmatch(r"callark \d+\.\d+\.\d+\n", callark.run(option).out)


WRONG = [
    (("synk",), "did you mean sync?"),
    (("stauts",), "did you mean status?"),
    (("quite-another-thing",), "quite-another-thing"),
    (("sync", "--agnet", "x"), "did you mean --agent?"),
    (("sync", "--dryrun"), "--dry-run"),
    (("list", "--lnks", "yes"), "--links"),
    (("sync", "-x"), "-x"),
    (("sync", "--day"), "--day"),
    (("sync", "--day", DAY, "--day", NEXT), "twice"),
    (("sync", "--dry-run=yes"), "no value"),
    (("sync", "yesterday"), "yesterday"),
    (("list", "--format", "xml"), "table, ndjson, csv"),
    (("find", "--format", "text"), "paths"),
    (("list", "--links", "maybe"), "yes"),
    (("verify", "--format", "csv"), "ndjson"),
    (("status", "--log-format", "xml"), "json"),
    (("status", "--color", "blue"), "always"),
    (("sync", "--concurrency", "0x"), "--concurrency"),
    (("sync", "--concurrency", "1000"), "--concurrency"),
    (("sync", "--limit-rate", "fast"), "--limit-rate"),
    (("sync", "--max-bytes", "-1"), "--max-bytes"),
    (("sync", "--max-duration", "soon"), "--max-duration"),
    (("sync", "--min-duration", "long"), "min-duration"),
    (("sync", "--min-duration", "2h", "--max-duration-call", "1h"),
     "no call lasts"),
    (("sync", "--agent", ""), "agent"),
    (("sync", "--durability", "some"), "batch"),
    (("sync", "--password", "x"), "--password"),
    (("sync", "--from", NEXT, "--to", DAY), "later than"),
    (("sync", "--from", "2024-13-01"), "2024-13-01"),
    (("sync", "--from", "2024-02-30"), "2024-02-30"),
    (("sync", "--to", DAY), "--from"),
    (("sync", "--day", DAY, "--last", "3d"), "--day"),
    (("sync", "--day", DAY, "--to", NEXT), "--to"),
    (("sync", "--last", "many"), "--last"),
    (("sync", "--last", "0d"), "--last"),
    (("sync", "--day", "tomorrow"), "tomorrow"),
    (("sync", "--day", DAY + " 10:00"), "--day"),
    (("sync", "--from", "2099-01-01", "--to", "2099-01-02"), "future"),
    (("list", "--from", "2099-01-01"), "later than"),
]


@pytest.mark.parametrize("args,word", WRONG,
                         ids=[" ".join(args) for args, _ in WRONG])
def test_a_wrong_word_is_named_with_the_mend(make, args, word):
    sim, callark = make({})
    result = callark.run(*args)
    assert result.status == USAGE, result
    assert word in result.err and not result.out.strip("-").count(DAY)
    assert len(result.err) < 400
    assert not sim.log(path="/ReportsApi/")


def test_without_a_command_help_goes_to_stderr(make):
    _, callark = make({})
    result = callark.run()
    assert result.status == USAGE and not result.out
    assert result.err.startswith("usage:")


@pytest.mark.parametrize("args", [
    ("status",), ("find",), ("verify",), ("reconcile",), ("rebuild",),
    ("export", "voice-log"), ("subject", "find", "a@b.example")],
    ids=lambda args: args[0])
def test_without_an_archive_the_mend_is_told(make, args):
    _, callark = make({})
    result = callark.run(*args)
    assert result.status == INCOMPLETE and not result.out, result
    assert f"{callark.archive}: there is none yet; callark sync makes it" \
        in result.err
    assert not callark.archive.exists()


def test_without_settings_their_place_is_told(make):
    _, callark = make({})
    result = callark.run("status", "--config", "/dev/null")
    assert result.status == USAGE and "archive.path" in result.err, result
    callark.config.unlink()
    done = subprocess.run([BINARY, "status"], env=callark.environment(),
                          capture_output=True, text=True, check=False)
    assert done.returncode == USAGE
    assert "~/.config/callark/callark.conf" in done.stderr, done


# ---- doctor ------------------------------------------------------------------

def test_doctor_is_content(make):
    _, callark = make({"days": {ago(1): 5}, "contact_share": 1.0})
    before = callark.run("doctor")
    assert before.status == COMPLETE, before
    assert not callark.archive.exists()
    callark.sync("--day", ago(1))
    result = callark.run("doctor")
    assert result.status == COMPLETE, result
    notes = {"note"} if IS_UNCONFINED else set()     # that it is not confined
    assert {line.split()[0] for line in result.out.splitlines()} == {"ok"} | notes
    for word in ("SQLite", "zlib 1.", "libcurl", "organisation",
                 "America/Sao_Paulo", "5 documents", "ranges: yes",
                 "strong ETag: yes", "free"):
        assert word in result.out, word


def bad_key_mode(callark):
    os.chmod(callark.settings["omni.api_key_file"], 0o644)


def bad_archive_mode(callark):
    callark.archive.mkdir()
    callark.archive.chmod(0o770)


DOCTOR = {
    "no-key": (lambda c: c.configure(omni__api_key_file=None), USAGE,
               "API key"),
    "key-not-there": (lambda c: c.configure(omni__api_key_file="/none/key"),
                      USAGE, "/none/key"),
    "key-for-all": (bad_key_mode, USAGE, "chmod 600"),
    "no-url": (lambda c: c.configure(omni__base_url=None), USAGE,
               "omni.base_url"),
    "no-login": (lambda c: c.configure(omni__login=None), USAGE, "omni.login"),
    "http": (lambda c: c.configure(network__allow_http=None), USAGE,
             "https://"),
    "wrong-url": (lambda c: c.configure(omni__base_url=c.base_url + "2"),
                  SERVICE, "/v1"),
    "name": (lambda c: c.configure(archive__name="{agent}"), USAGE, "{id}"),
    "group-writes": (bad_archive_mode, USAGE, "chmod go-w"),
    "zone": (lambda c: c.configure(omni__time_zone="Mars/Olympus"), USAGE,
             "Mars/Olympus"),
}


@pytest.mark.parametrize("spoil,status,word", DOCTOR.values(),
                         ids=DOCTOR.keys())
def test_doctor_names_what_is_wrong_and_the_mend(make, spoil, status, word):
    _, callark = make({"days": {ago(1): 5}})
    spoil(callark)
    result = callark.run("doctor")
    assert result.status == status, result
    bad = [l for l in result.out.splitlines() if l.startswith("BAD")]
    assert len(bad) == 1 and word in bad[0], result


def test_doctor_minds_the_reserve(make):
    _, callark = make(small())
    callark.sync(*RANGE)
    callark.configure(archive__reserve="900T")
    result = callark.run("doctor")
    assert result.status == DISK and "archive.reserve" in result.out, result
    assert callark.sync(*RANGE).status in (COMPLETE, DISK)


def test_doctor_tells_of_links_it_may_not_follow(make):
    _, callark = make({"days": {ago(1): 5}, "contact_share": 1.0,
                       "links": {"host": "http://10.1.2.3"}})
    result = callark.run("doctor")
    assert result.status == SERVICE and "10.1.2.3" in result.out, result


# ---- orgs --------------------------------------------------------------------

def test_orgs_lists_every_organisation(make):
    orgs = [{"id": f"org-{n}", "name": f"Clínica {n}",
             "timeZone": "America/Bahia"} for n in range(3)]
    _, callark = make({"organizations": orgs})
    result = callark.run("orgs")
    assert result.status == COMPLETE and len(result.out.splitlines()) == 3
    for org, line in zip(orgs, result.out.splitlines()):
        assert re.fullmatch("{id} +{timeZone} +{name} *".format(**org), line)


# ---- talk --------------------------------------------------------------------

def test_quiet_says_nothing_and_errors_all_the_same(make):
    sim, callark = make(small())
    result = callark.run("sync", *RANGE, "-q")
    assert (result.status, result.out, result.err) == (COMPLETE, "", "")
    assert callark.run("verify", "--quiet").out == ""
    callark.configure(omni__login="other@callark.example")
    result = callark.run("sync", *RANGE, "--quiet")
    assert result.status == 3 and result.err.startswith("callark: error:")


def test_verbose_says_more(make):
    _, callark = make(small(links={"gone": [1, 2]}, contact_share=1.0))
    plain = callark.run("sync", *RANGE)
    loud = callark.run("sync", *RANGE, "--verbose")
    assert len(loud.err) >= len(plain.err) > 0


@pytest.mark.parametrize("command", [("sync", *RANGE), ("list", *RANGE),
                                     ("orgs",), ("sync", "--day", "never")])
def test_log_lines_in_json_are_read_by_machines(make, command):
    _, callark = make(small(links={"gone": [1]}, contact_share=1.0,
                            listing={"total_lie": {"delta": 1}}))
    result = callark.run(*command, "--log-format", "json", "-v")
    for line in result.err.splitlines():
        entry = json.loads(line)
        assert entry["level"] in ("error", "warning", "info", "debug")
        assert entry["text"] and datetime.fromisoformat(entry["time"])
    # At least what the process may still do, and with sanitizers that is all.
    assert result.err or IS_UNCONFINED


COLORS = {
    "auto": ((), {}, True),
    "no-color": ((), {"NO_COLOR": "1"}, False),
    "no-color-empty": ((), {"NO_COLOR": ""}, True),
    "never": (("--color", "never"), {}, False),
    "always": (("--color", "always"), {"NO_COLOR": "1"}, True),
}


@pytest.mark.parametrize("words,env,is_colored", COLORS.values(),
                         ids=COLORS.keys())
def test_colours_are_for_terminals_that_want_them(make, words, env, is_colored):
    _, callark = make({"days": {ago(1): 2}})
    text = run_on_terminal(callark, "doctor", *words, env=env)
    assert ("\x1b[32m" in text) == is_colored, text
    piped = callark.run("doctor", *words, env=env).out
    assert ("\x1b" in piped) == (words == ("--color", "always"))


def test_a_terminal_gets_one_line_of_progress(make):
    _, callark = make(small(contact_share=1.0, latency_ms={"media": 200}),
                      transfer__concurrency=4)
    text = run_on_terminal(callark, "sync", *RANGE)
    lines = re.findall(r"\r\x1b\[K(\d+)/(\d+) recordings", text)
    assert len(lines) >= 3
    assert [int(done) for done, _ in lines] == sorted(int(d) for d, _ in lines)
    assert re.search(r"^complete after \d+s\r?$", text, re.M), ascii(text)
    assert "\x1b[K" not in callark.run("sync", *RANGE).err


# ---- output that goes nowhere ------------------------------------------------

@pytest.mark.parametrize("args", [("list", *RANGE), ("find",), ("status",),
                                  ("list", *RANGE, "-f", "ndjson")])
def test_output_that_is_lost_is_told(make, args):
    _, callark = make(small())
    callark.sync(*RANGE)
    with open("/dev/full", "w") as full:
        result = callark.run(*args, stdout=full)
    assert result.status == DISK, result
    assert "could not be written" in result.err


def test_a_reader_that_has_had_enough_is_no_error(make):
    _, callark = make(small(days={DAY: 900}, contact_share=0.0))
    process = callark.start("list", "--day", DAY, "-f", "ndjson")
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=30) in (COMPLETE, DISK) and not err, err


def test_nothing_is_asked_on_stdin(make):
    """A terminal as stdin, where nobody types."""
    _, callark = make(small(), omni__password_file=None)
    ours, theirs = pty.openpty()
    try:
        result = subprocess.run(
            callark.command("sync", *RANGE), stdin=theirs, timeout=30,
            capture_output=True, text=True, env=callark.environment(),
            check=False)
    finally:
        os.close(ours)
        os.close(theirs)
    assert result.returncode == USAGE and "password" in result.stderr

"""What others are told of a run: metrics, pings, a command; and that nothing of
it changes how the run ends."""

import http.server
import json
import re
import signal
import socket
import threading
import time

import pytest

from support import (API_KEY, AUTH, COMPLETE, INCOMPLETE, LOCKED, USAGE,
                     check_no_secrets)
from trials import RANGE, canonical, quiet, wait_until

LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')


def read_labels(text):
    """{name: value} of what stands between braces."""
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match and match[1] not in labels, text
        labels[match[1]] = re.sub(
            r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])
        at = match.end()
    return labels


def read_metrics(path):
    """{name: [(labels, value)]}; as strict as the collector, and stricter:
    help, type, then samples, without times."""
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n")
    families, current = {}, None
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        if line.startswith("# HELP "):
            current = line.split(" ")[2]
            assert current not in families, current
            assert next(lines) == f"# TYPE {current} gauge"
            families[current] = []
            continue
        match = re.fullmatch(r"(callark_[a-z_]+)\{(.*)\} (-?\d+(?:\.\d+)?)",
                             line)
        assert match and match[1] == current, line
        sample = (read_labels(match[2]), float(match[3]))
        assert sample[0] not in [s[0] for s in families[current]], line
        families[current].append(sample)
    assert all(families.values())
    return families


def value(metrics, name, **labels):
    found = [v for had, v in metrics["callark_" + name]
             if labels.items() <= had.items()]
    assert len(found) == 1, (name, metrics["callark_" + name])
    return found[0]


@pytest.fixture
def metrics_file(tmp_path):
    folder = tmp_path / "textfile"
    folder.mkdir()
    return folder / "callark.prom"


class Service(http.server.BaseHTTPRequestHandler):
    """A health-check service: .paths were asked, .status is answered, but
    nothing to .silent."""

    def do_GET(self):
        server = self.server
        server.heads.append(str(self.headers).lower())
        server.paths.append(self.path)
        if self.path in server.silent:
            server.is_over.wait(60)
            return
        self.send_response(server.status)
        for name, value in server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.paths, server.heads, server.silent = [], [], []
    server.status, server.headers = 200, {}
    server.is_over = threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.is_over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def ping_url(service):
    return f"http://127.0.0.1:{service.server_port}/hush-4711"


def clean(metrics_file):
    """Nothing lies beside it, and the collector may read it."""
    assert [p.name for p in metrics_file.parent.iterdir()] == ["callark.prom"]
    assert metrics_file.stat().st_mode & 0o777 == 0o644


# ---- metrics -----------------------------------------------------------------

def test_metrics_of_a_run(make, metrics_file):
    """Also replaced, by a program that gave up its rights."""
    sim, callark = make(quiet())
    callark.configure(notify__metrics_file=metrics_file)
    before = int(time.time())
    for _ in range(2):
        result = callark.sync(*RANGE)
        assert result.status == COMPLETE, result
        assert "metrics_file" not in result.err
        clean(metrics_file)
        m = read_metrics(metrics_file)
        s = result.summary
        assert value(m, "run_exit_status") == 0
        assert before <= value(m, "run_start_timestamp_seconds") <= value(
            m, "run_end_timestamp_seconds") <= time.time()
        assert value(m, "last_success_timestamp_seconds") == value(
            m, "run_end_timestamp_seconds")
        assert value(m, "run_requests") == s["requests"]
        assert value(m, "run_new_recordings") == s["new"]
        assert value(m, "run_new_bytes") == s["bytes_new"]
        assert value(m, "recordings", state="archived") == s["archived"]
        assert value(m, "recordings", state="no_link") == s["no_link"]
        assert value(m, "incomplete_days") == 0
        assert "callark_oldest_waiting_timestamp_seconds" not in m
        assert value(m, "info", organization=s["organization"],
                     archive=str(callark.archive)) == 1


def test_the_last_success_outlives_failures(make, metrics_file):
    sim, callark = make(quiet())
    callark.configure(notify__metrics_file=metrics_file)
    assert callark.sync(*RANGE).status == COMPLETE
    success = value(read_metrics(metrics_file), "last_success_timestamp_seconds")
    callark.secret("password", "wrong")
    assert callark.sync(*RANGE).status == AUTH
    m = read_metrics(metrics_file)
    clean(metrics_file)
    assert value(m, "run_exit_status") == AUTH
    assert value(m, "last_success_timestamp_seconds") == success
    assert value(m, "recordings", state="archived") > 0
    # the archive is away: what the file said is kept
    callark.archive.rename(callark.folder / "away")
    assert callark.sync(*RANGE).status == AUTH
    m = read_metrics(metrics_file)
    assert value(m, "last_success_timestamp_seconds") == success
    assert "callark_recordings" not in m


def test_what_waits_is_told(make, metrics_file):
    sim, callark = make(canonical(media={"size": 8000, "faults": {
        "2024-12-30#4": {"do": "html", "times": -1}}}))
    callark.configure(notify__metrics_file=metrics_file)
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    m = read_metrics(metrics_file)
    assert value(m, "run_exit_status") == INCOMPLETE
    assert value(m, "last_success_timestamp_seconds") == 0
    assert value(m, "incomplete_days") == 1
    oldest = value(m, "oldest_waiting_timestamp_seconds")
    assert abs(oldest - 1735560000) < 2 * 86400


def test_days_without_a_report_or_an_attachment_are_incomplete(make,
                                                               metrics_file):
    """Everything that was asked for counts, not the recordings alone."""
    day = "2024-12-30"
    faults = [{"do": "500", "times": -1}]
    sim, callark = make({
        "days": {day: 16}, "contact_share": 0.0,
        "media": {"size": 2000, "faults": {"*": {"do": "html", "times": -1}}},
        "population": {"chats_per_call": 1.0, "attachment_share": 0.4,
                       "attachment_kinds": ["png"]},
        "routes": {"voice-log": {"listing": {"faults": faults}}}})
    sync = ("--day", day, "--media", "--metrics-file", metrics_file)
    assert callark.sync(*sync).status == INCOMPLETE
    m = read_metrics(metrics_file)
    assert value(m, "incomplete_days") == 1
    n = value(m, "attachments", state="quarantined")
    assert n > 0 and value(m, "attachment_bytes") == 0
    sim.set(media={"size": 2000, "faults": {}})
    assert callark.sync(*sync).status == COMPLETE
    m = read_metrics(metrics_file)
    assert value(m, "attachments", state="archived") == n
    assert value(m, "attachment_bytes") > 0
    assert value(m, "incomplete_days") == 0
    assert callark.sync(*sync, "--reports", "voice-log").status == INCOMPLETE
    assert value(read_metrics(metrics_file), "incomplete_days") == 1


def test_a_hostile_name_is_escaped(make, metrics_file):
    sim, callark = make(quiet())
    name = 'A"} 1\n\\x{é} # HELP'
    mark = callark.archive
    callark.configure(notify__metrics_file=metrics_file)
    assert callark.sync(*RANGE).status == COMPLETE
    told = json.loads((mark / "callark.json").read_text())
    told["organization"] = name
    (mark / "callark.json").write_text(json.dumps(told))
    callark.secret("password", "wrong")
    assert callark.sync(*RANGE).status == AUTH
    m = read_metrics(metrics_file)
    assert value(m, "info", organization=name) == 1


@pytest.mark.parametrize("name", ["metrics.txt", ".prom", "prom"])
def test_another_name_is_refused(make, name):
    sim, callark = make(quiet())
    result = callark.run("sync", "--metrics-file", callark.folder / name)
    assert result.status == USAGE and ".prom" in result.err, result
    assert not sim.log()


def test_a_folder_that_is_missing_is_a_warning(make):
    sim, callark = make(quiet())
    result = callark.sync("--metrics-file", "/no/such/folder/a.prom", *RANGE)
    assert result.status == COMPLETE, result
    assert "warning: notify.metrics_file: /no/such/folder" in result.err


def test_a_dry_run_tells_nobody(make, metrics_file, service):
    sim, callark = make(quiet())
    told = callark.folder / "told"
    callark.configure(notify__metrics_file=metrics_file,
                      notify__ping_url=ping_url(service),
                      notify__on_failure=f"touch {told}")
    callark.secret("password", "wrong")
    assert callark.run("sync", "-n", *RANGE).status == AUTH
    assert not metrics_file.exists() and not told.exists()
    assert not service.paths


# ---- the command -------------------------------------------------------------

SAY = ('env > "$HOME/environment"; cat > "$HOME/letter"; '
       'mv "$HOME/environment" "$HOME/told"')


def told(callark):
    """(environment, standard input) of the command."""
    env = dict(line.split("=", 1) for line in
               (callark.folder / "told").read_text().splitlines()
               if "=" in line)
    return env, (callark.folder / "letter").read_text()


def test_the_command_after_a_failure(make):
    """It starts although the run may start no program."""
    sim, callark = make(canonical(media={"size": 8000, "faults": {
        "2024-12-30#4": {"do": "html", "times": -1}}}))
    callark.configure(notify__on_failure=SAY)
    result = callark.sync(*RANGE, env={"CALLARK_PASSWORD": "sim-password"})
    assert result.status == INCOMPLETE, result
    env, letter = told(callark)
    assert env["CALLARK_EXIT"] == "1"
    assert env["CALLARK_ARCHIVE"] == str(callark.archive)
    assert env["CALLARK_CONFIG"] == str(callark.config)
    assert "CALLARK_PASSWORD" not in env and "CALLARK_API_KEY" not in env
    assert json.loads(letter) == result.summary
    check_no_secrets(callark, result)


def test_no_command_after_a_success(make):
    sim, callark = make(quiet())
    callark.configure(notify__on_failure=SAY)
    assert callark.sync(*RANGE).status == COMPLETE
    assert not (callark.folder / "told").exists()


@pytest.mark.parametrize("command, told", [
    ("exit 9", "exit status 9"), ("kill -KILL $$", "signal 9"),
    ("/no/such/program", "exit status 127"), ("fi", "exit status 2")])
def test_a_command_that_fails_is_a_warning(make, command, told):
    sim, callark = make(quiet())
    callark.configure(notify__on_failure=command)
    callark.secret("password", "wrong")
    result = callark.sync(*RANGE)
    assert result.status == AUTH
    assert (f"warning: notify.on_failure: the command was ended by {told}" in
            result.err or "warning: notify.on_failure: the command ended with "
            f"{told}" in result.err), result


def test_a_command_that_talks_much_hurts_nobody(make):
    sim, callark = make(quiet())
    callark.configure(
        notify__on_failure="head -c 3000000 /dev/zero | tr '\\0' x")
    callark.secret("password", "wrong")
    result = callark.sync(*RANGE)
    assert result.status == AUTH and result.err.count("x") >= 3000000
    assert "x" * 100 not in result.out and "notify" not in result.err


def test_the_command_inherits_its_input_and_no_secret(make, service):
    sim, callark = make(quiet())
    callark.configure(
        notify__ping_url=ping_url(service),
        notify__on_failure='cat /proc/$$/environ /proc/$$/cmdline '
        '/proc/$PPID/cmdline >"$HOME/known"; exec ls -l /proc/self/fd')
    result = callark.sync(*RANGE, env={"CALLARK_PASSWORD": "wrong-4711"})
    assert result.status == AUTH and "notify" not in result.err, result
    files = dict(re.findall(r" (\d) -> (.*)", result.err))
    assert files.pop("3").startswith("/proc/")      # what ls looks at
    assert set(files) == {"0", "1", "2"}
    assert "callark-summary" in files["0"] and files["1"] == files["2"]
    known = (callark.folder / "known").read_bytes()
    assert b"CALLARK_EXIT" in known and b"4711" not in known
    assert API_KEY.encode() not in known


def hung(make, **settings):
    """A run that waits for the first recording."""
    sim, callark = make(canonical(media={"size": 8000, "faults": {
        "every:1": {"do": "stall", "seconds": 20}}}))
    callark.configure(**settings)
    process = callark.start("sync", *RANGE)
    wait_until(lambda: sim.log(path="/recordings/"), process)
    return callark, process


def test_the_command_after_callark_was_killed(make):
    callark, process = hung(make, notify__on_failure=SAY)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    wait_until((callark.folder / "told").exists)
    env, letter = told(callark)
    assert env["CALLARK_EXIT"] == "137" and letter == ""


def test_a_stop_by_a_signal_is_nobodys_business(make, service):
    callark, process = hung(make, notify__on_failure=SAY,
                            notify__ping_url=ping_url(service))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert not (callark.folder / "told").exists()
    assert service.paths == ["/hush-4711/start"]


def test_a_signal_ends_the_wait_for_the_command(make):
    """It goes on, and the run ends as it would have."""
    sim, callark = make(quiet())
    here = callark.folder
    callark.configure(notify__on_failure='touch "$HOME/begun"; '
                      'while test ! -e "$HOME/go"; do sleep 0.1; done; '
                      'touch "$HOME/told"')
    callark.secret("password", "wrong")
    with open(here / "log", "w") as log:
        process = callark.start("sync", *RANGE, stderr=log)
        try:
            wait_until((here / "begun").exists, process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=30) == AUTH
        finally:
            (here / "go").touch()
    wait_until((here / "told").exists)
    assert ("warning: notify.on_failure: the command has not ended" in
            (here / "log").read_text())


# ---- pings -------------------------------------------------------------------

def test_pings(make, service):
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service) + "/")
    assert callark.sync(*RANGE).status == COMPLETE
    assert service.paths == ["/hush-4711/start", "/hush-4711"]
    callark.secret("password", "wrong")
    result = callark.sync(*RANGE)
    assert result.status == AUTH
    assert service.paths[2:] == ["/hush-4711/start", "/hush-4711/3"]
    heads = "".join(service.heads)
    assert "x-api-key" not in heads and "authorization" not in heads
    assert API_KEY not in heads and "cookie" not in heads


def check_quiet(result):
    """The run is what it is, and the address a secret."""
    assert result.status == COMPLETE, result
    assert "hush" not in result.err + result.out
    assert "warning: notify.ping_url: " in result.err


@pytest.mark.parametrize("status", [404, 503])
def test_a_ping_that_fails_is_a_warning(make, service, status):
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service))
    service.status = status
    result = callark.sync("-v", *RANGE)
    check_quiet(result)
    assert f"notify.ping_url: status {status}" in result.err


def test_a_ping_goes_nowhere_else(make, service):
    """Not even to where the service sends it."""
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service))
    service.status = 302
    service.headers = {"Location": "http://localhost:1/hush-4711/there"}
    check_quiet(callark.sync("-v", *RANGE))


def test_a_service_that_is_not_there_is_a_warning(make):
    sim, callark = make(quiet())
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        callark.configure(notify__ping_url="http://127.0.0.1:"
                          f"{nobody.getsockname()[1]}/hush-4711")
        check_quiet(callark.sync("-v", *RANGE))
    callark.configure(notify__ping_url="http://nobody.invalid/hush-4711")
    check_quiet(callark.sync("-v", *RANGE))


def test_a_service_that_hangs_has_ten_seconds(make, service):
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service))
    service.silent = ["/hush-4711"]
    result = callark.sync("-v", *RANGE)
    check_quiet(result)
    assert "10000 ms" in result.err, result


def test_a_signal_ends_the_wait_for_a_service(make, service):
    """And does not undo what the run did."""
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service))
    service.silent = ["/hush-4711"]
    process = callark.start("sync", "-q", *RANGE)
    wait_until(lambda: "/hush-4711" in service.paths, process)
    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    process.communicate(timeout=30)
    assert process.returncode == COMPLETE
    assert time.monotonic() - began < 8


def test_a_ping_in_the_clear_must_be_allowed(make, service):
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=ping_url(service),
                      omni__base_url="https://127.0.0.1:1",
                      network__allow_http="no")
    result = callark.run("sync", *RANGE)
    assert result.status == USAGE and "notify.ping_url" in result.err, result
    assert "hush" not in result.err and not service.paths


@pytest.mark.parametrize("url", ["hush-4711", "ftp://x/hush-4711",
                                 "https://x/hush-4711?a=b"])
def test_a_malformed_address_is_not_shown(make, url):
    sim, callark = make(quiet())
    callark.configure(notify__ping_url=url)
    result = callark.run("sync", *RANGE)
    assert result.status == USAGE and "notify.ping_url" in result.err, result
    assert "hush" not in result.err


def test_a_locked_archive_is_told_of(make, service, metrics_file):
    callark, process = hung(make, notify__ping_url=ping_url(service),
                            notify__metrics_file=metrics_file)
    try:
        result = callark.run("sync", *RANGE)
        assert result.status == LOCKED, result
        m = read_metrics(metrics_file)
        assert value(m, "run_exit_status") == LOCKED
        assert "/hush-4711/7" in service.paths
        assert "callark_recordings" in m
    finally:
        process.kill()
        process.communicate()

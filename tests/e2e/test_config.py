"""Where settings come from, which are refused, and how that is told."""

import os
import re
import stat

import pytest

from support import (API_KEY, AUTH, COMPLETE, INCOMPLETE, LOGIN, PASSWORD,
                     USAGE, check_archive, check_no_secrets, truth)

DAY = "2024-12-30"


def small(**changes):
    return {"days": {DAY: 8}, "contact_share": 1.0, "media": {"size": 2000},
            **changes}


# ---- the file ----------------------------------------------------------------

UNKNOWN = [
    ("omni.baseurl", "omni.base_url"), ("omni.logn", "omni.login"),
    ("archive.paht", "archive.path"),
    ("archive.look_bakc", "archive.look_back"),
    ("transfer.concurency", "transfer.concurrency"),
    ("network.alow_http", "network.allow_http"),
    ("transfer.base_url", "omni.base_url"),     # in the wrong section
    ("omni.path", "archive.path"),
]


@pytest.mark.parametrize("key,meant", UNKNOWN)
def test_an_unknown_key_is_refused_and_the_nearest_named(make, key, meant):
    sim, callark = make({})
    callark.configure(**{key.replace(".", "__"): "x"})
    result = callark.run("status")
    assert result.status == USAGE, result
    assert f'unknown key "{key}"' in result.err
    assert f'did you mean "{meant}"' in result.err
    assert re.search(rf"{callark.config}:\d+:", result.err)
    assert not sim.log()


@pytest.mark.parametrize("key", ["omni.api_key", "omni.password",
                                 "omni.API_KEY", "archive.password"])
def test_no_secret_stands_in_the_file(make, key):
    _, callark = make({})
    callark.configure(**{key.replace(".", "__"): "hunter2-secret"})
    result = callark.run("doctor")
    assert result.status == USAGE and "no secret may stand here" in result.err
    assert "hunter2-secret" not in result.out + result.err


WRONG = [
    ("omni.base_url", "omni.example", "https://"),
    ("omni.base_url", "ftp://omni.example/v1", "https://"),
    ("omni.base_url", "https://user:hunter2@omni.example/v1", "password"),
    ("omni.base_url", "https://omni.example/v1?key=hunter2", "query"),
    ("omni.login", '"robot@callark.example"', "quotes"),
    ("omni.requests_per_second", "many", "number"),
    ("archive.look_back", "three days", "duration"),
    ("archive.reserve", "1 elephant", "size"),
    ("archive.name", "{time}", "{id}"),
    ("archive.name", "{id}-{colour}", "{colour}"),
    ("archive.name", "{id}/{agent}", "0x2f"),
    ("archive.name", "../{id}", "letter"),
    ("archive.name", "{agent}{id}", "between"),
    ("transfer.concurrency", "513", "512"),
    ("transfer.concurrency", "-1", "0 to 512"),
    ("transfer.max_recording", "1", "1024"),
    ("network.allow_http", "maybe", "yes or no"),
    ("network.allow_private", "127.0.0.1/99", "allow_private"),
    ("network.allow_private", "localhost", "allow_private"),
    ("omni.time_zone", "Mars/Olympus", "Mars/Olympus"),
    ("omni.time_zone", "../../etc/passwd", "passwd"),
]


@pytest.mark.parametrize("key,value,word", WRONG,
                         ids=[f"{k}={v}" for k, v, _ in WRONG])
def test_a_wrong_value_is_named_with_what_was_expected(make, key, value, word):
    sim, callark = make(small())
    callark.configure(**{key.replace(".", "__"): value})
    result = callark.sync("--day", DAY)
    assert result.status == USAGE, result
    assert word in result.err, result
    assert "hunter2" not in result.err
    assert not sim.log(path="/recordings/")
    assert not list(callark.archive.glob("2*"))


def test_a_key_given_twice_is_refused_and_a_list_grows(make):
    _, callark = make(small())
    text = callark.config.read_text()
    callark.config.write_text(text + "[omni]\nlogin = other@callark.example\n")
    result = callark.run("orgs")
    assert result.status == USAGE and "second time" in result.err
    callark.config.write_text(text + "[network]\nallow_private = 10.0.0.0/8\n"
                              "allow_private = 192.168.0.0/16, fd00::/8\n")
    assert callark.run("orgs").status == COMPLETE


@pytest.mark.parametrize("text", [b"[omni]\nlogin = \xff\n",
                                  b"[omni]\nlogin = a\x00b\n",
                                  b"[omni\nlogin = a\n", b"login = a\n",
                                  b"[omni]\nlogin\n",
                                  b"[omni]\nlogin = " + b"x" * 100000])
def test_a_file_that_is_no_ini_is_told_by_line(make, text):
    _, callark = make({})
    callark.config.write_bytes(text)
    result = callark.run("orgs")
    assert result.status == USAGE, result
    assert re.search(rf"{callark.config}:\d+", result.err), result
    assert len(result.err) < 1000


@pytest.mark.parametrize("form", ["{}; a comment\n", "\n\n   # x\n{}",
                                  "\ufeff{}", "\r\n"])
def test_a_file_may_look_as_editors_make_it(make, form):
    _, callark = make({})
    text = callark.config.read_text()
    if form == "\r\n":
        callark.config.write_bytes(text.replace("\n", "\r\n").encode())
    else:
        callark.config.write_text(form.format(text))
    assert callark.run("orgs").status == COMPLETE


# ---- which file, and what comes before what ----------------------------------

def test_settings_override_each_other_in_one_order(make, tmp_path):
    """Defaults, the file, the environment, the command line."""
    sim, callark = make(small())
    of_file, of_env, of_line = (tmp_path / n for n in ("file", "env", "line"))
    callark.configure(archive__path=of_file)
    env = {"CALLARK_ARCHIVE": str(of_env)}
    callark.sync("--day", DAY)
    assert of_file.exists() and not of_env.exists()
    callark.sync("--day", DAY, env=env)
    assert of_env.exists() and not of_line.exists()
    callark.sync("--day", DAY, "--archive", of_line, env=env)
    callark.archive = of_line
    assert callark.audio() == truth(sim, DAY)


def test_everything_may_come_from_the_environment(make, tmp_path):
    sim, callark = make(small())
    callark.archive = tmp_path / "from-env"
    callark.config.write_text("[network]\nallow_http = yes\n"
                              "allow_private = 127.0.0.0/8\n[archive]\n"
                              "reserve = 0\n")
    result = callark.sync("--day", DAY, env={
        "CALLARK_BASE_URL": callark.base_url, "CALLARK_LOGIN": LOGIN,
        "CALLARK_PASSWORD": PASSWORD, "CALLARK_API_KEY": API_KEY,
        "CALLARK_ORGANIZATION": "Clínica São Benedito",
        "CALLARK_ARCHIVE": str(callark.archive)})
    assert result.status == COMPLETE, result
    assert callark.audio() == truth(sim, DAY)
    check_no_secrets(callark, result)


@pytest.mark.parametrize("name,value,status", [
    ("CALLARK_LOGIN", "other@callark.example", AUTH),
    ("CALLARK_PASSWORD", "other", AUTH),
    ("CALLARK_API_KEY", "other", AUTH),
    ("CALLARK_ORGANIZATION", "other", USAGE),
    ("CALLARK_BASE_URL", "omni.example", USAGE),
    ("CALLARK_LOGIN", "", COMPLETE),        # empty is as if not set
    ("CALLARK_PASSWORD", "", COMPLETE),
])
def test_the_environment_comes_before_the_file(make, name, value, status):
    _, callark = make(small())
    result = callark.run("list", "--day", DAY, env={name: value})
    assert result.status == status, result
    if status == USAGE and name != "CALLARK_ORGANIZATION":
        assert "$" + name in result.err


@pytest.mark.parametrize("place", ["variable", "xdg", "home"])
def test_the_file_is_looked_for_in_the_usual_places(make, tmp_path, place):
    _, callark = make({})
    home = tmp_path / "home"
    where = {"variable": tmp_path / "my.conf",
             "xdg": tmp_path / "xdg/callark/callark.conf",
             "home": home / ".config/callark/callark.conf"}[place]
    where.parent.mkdir(parents=True, exist_ok=True)
    callark.config.rename(where)
    env = {"HOME": str(home)}
    if place == "variable":
        env["CALLARK_CONFIG"] = str(where)
    if place == "xdg":
        env["XDG_CONFIG_HOME"] = str(tmp_path / "xdg")
    callark.command = lambda *args: [type(callark).command(callark)[0],
                                     *map(str, args)]
    assert callark.run("orgs", env=env).status == COMPLETE
    told = callark.run("doctor", env=env).out
    assert str(where) in told


@pytest.mark.parametrize("how", ["option", "variable"])
def test_a_file_that_was_named_must_be_there(make, how):
    _, callark = make({})
    callark.config.unlink()
    if how == "variable":
        callark.command = lambda *args: [type(callark).command(callark)[0],
                                         *map(str, args)]
    result = callark.run("orgs", env={"CALLARK_CONFIG": str(callark.config)})
    assert result.status == USAGE and str(callark.config) in result.err


# ---- secrets -----------------------------------------------------------------

@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o602, 0o620])
@pytest.mark.parametrize("key", ["api_key_file", "password_file"])
def test_a_secret_that_others_may_read_is_refused(make, mode, key):
    sim, callark = make({})
    os.chmod(callark.settings["omni." + key], mode)
    result = callark.run("orgs")
    assert result.status == USAGE and "chmod 600" in result.err, result
    assert not sim.log()


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_of_ones_own_is_read(make, mode):
    _, callark = make({})
    os.chmod(callark.settings["omni.password_file"], mode)
    assert callark.run("orgs").status == COMPLETE


@pytest.mark.parametrize("content,word", [
    (b"", "holds no secret"), (b"\n", "holds no secret"),
    (b"two\nlines\n", "password"), (b"a\x00b", "password"),
    (b"x" * 100000, "65536")])
def test_a_secret_file_must_hold_one_secret(make, content, word):
    _, callark = make({})
    path = callark.settings["omni.password_file"]
    with open(path, "wb") as f:
        f.write(content)
    result = callark.run("orgs")
    assert result.status == USAGE and word in result.err, result


def test_a_secret_may_end_as_windows_ends_lines(make):
    _, callark = make({})
    with open(callark.settings["omni.password_file"], "wb") as f:
        f.write(PASSWORD.encode() + b"\r\n")
    assert callark.run("orgs").status == COMPLETE


def test_systemd_credentials_are_found(make, tmp_path):
    _, callark = make({})
    callark.configure(omni__api_key_file=None, omni__password_file=None)
    folder = tmp_path / "credentials"
    folder.mkdir(mode=0o700)
    env = {"CREDENTIALS_DIRECTORY": str(folder)}
    result = callark.run("orgs", env=env)
    assert result.status == USAGE and "credential api-key" in result.err
    for name, text in (("api-key", API_KEY), ("password", PASSWORD)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o440)        # as systemd may give them
    assert callark.run("orgs", env=env).status == COMPLETE
    (folder / "password").chmod(0o444)
    assert callark.run("orgs", env=env).status == USAGE


def command(make, line):
    _, callark = make({})
    return callark, callark.configure(
        omni__password_file=None, omni__password_command=line).run("orgs")


@pytest.mark.parametrize("line", [
    f"echo {PASSWORD}", f"printf '%s' {PASSWORD}",
    f"printf '{PASSWORD}\\r\\nuser: robot\\n'",
    f"echo talk >&2; echo {PASSWORD}"])
def test_a_password_command_gives_the_first_line(make, line):
    callark, result = command(make, line)
    assert result.status == COMPLETE, result
    assert PASSWORD not in result.err


@pytest.mark.parametrize("line,word", [
    ("true", "empty line or nothing"), ("exit 3", "exit status 3"),
    (f"echo {PASSWORD}; exit 1", "exit status 1"), ("kill -9 $$", "signal 9"),
    ("yes | head -c 200000", "more than"), ("/none/such", "exit status 127"),
    ("cat", "empty line or nothing")])
def test_a_password_command_that_fails_is_told(make, line, word):
    callark, result = command(make, line)
    assert result.status == USAGE, result
    assert "omni.password_command" in result.err and word in result.err
    assert PASSWORD not in result.err


# ---- the root of an archive --------------------------------------------------

def test_a_folder_with_other_things_is_no_place_for_an_archive(make):
    _, callark = make(small())
    callark.archive.mkdir()
    (callark.archive / "photos").mkdir()
    result = callark.sync("--day", DAY)
    assert result.status == USAGE and "not empty" in result.err, result
    assert not (callark.archive / "callark.json").exists()


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_root_in_which_others_write_is_refused(make, mode):
    sim, callark = make(small())
    callark.archive.mkdir()
    callark.archive.chmod(mode)
    result = callark.sync("--day", DAY)
    assert result.status == USAGE and "chmod go-w" in result.err, result
    callark.archive.chmod(0o755)
    assert callark.sync("--day", DAY).status == COMPLETE
    callark.archive.chmod(mode)
    for name in ("sync", "verify", "status", "find", "rebuild"):
        assert callark.run(name).status == USAGE, name


def test_a_root_that_is_a_file_or_has_no_parent_is_told(make):
    _, callark = make(small())
    callark.archive.write_text("x")
    result = callark.sync("--day", DAY)
    assert result.status == USAGE and str(callark.archive) in result.err
    callark.configure(archive__path=callark.folder / "none" / "archive")
    result = callark.sync("--day", DAY)
    assert result.status != COMPLETE and "none" in result.err, result


def test_a_root_may_be_reached_through_a_link(make, tmp_path):
    sim, callark = make(small())
    (tmp_path / "disk").mkdir(mode=0o700)
    callark.archive.symlink_to(tmp_path / "disk")
    assert callark.sync("--day", DAY).status == COMPLETE
    assert callark.run("verify").status == COMPLETE
    assert callark.audio() == truth(sim, DAY)


ORGANIZATIONS = [
    {"id": "a1", "name": "Norte", "timeZone": "America/Manaus",
     "days": {DAY: 5}},
    {"id": "b2", "name": "Sul", "timeZone": "America/Sao_Paulo",
     "days": {DAY: 7}},
]


def test_an_archive_belongs_to_one_organisation(make):
    sim, callark = make(small(organizations=ORGANIZATIONS),
                        omni__organization="Norte")
    assert callark.sync("--day", DAY).status == COMPLETE
    before = callark.audio()
    callark.configure(omni__organization="Sul")
    result = callark.sync("--day", DAY)
    assert result.status == USAGE, result
    assert "a1 (Norte)" in result.err and "b2" in result.err
    assert callark.audio() == before
    check_archive(callark)


def test_an_archive_belongs_to_one_time_zone(make):
    _, callark = make(small())
    assert callark.sync("--day", DAY).status == COMPLETE
    callark.configure(omni__time_zone="UTC")
    result = callark.sync("--day", DAY)
    assert result.status == USAGE, result
    assert "omni.time_zone = America/Sao_Paulo" in result.err
    callark.configure(omni__time_zone="America/Sao_Paulo")
    assert callark.sync("--day", DAY).status == COMPLETE


# ---- names of files ----------------------------------------------------------

NAMES = {
    "{time}-{id}": r"\d{6}-[0-9a-f-]{36}",
    "{id}": r"[0-9a-f-]{36}",
    "{id}.{agent}": r"[0-9a-f-]{36}\.[A-Za-z_]+",
    "{agent}-{time}-{id}": r"[A-Za-z_]+-\d{6}-[0-9a-f-]{36}",
    "{service}-{origin}-{protocol}-{id}":
        r"[A-Za-z0-9_]+-(Inbound|Outbound)-\d{20}-[0-9a-f-]{36}",
    "call_{time}.{id}": r"call_\d{6}\.[0-9a-f-]{36}",
}


@pytest.mark.parametrize("template,shape", NAMES.items(), ids=NAMES.keys())
def test_files_are_named_by_the_template(make, template, shape):
    sim, callark = make(small(), archive__name=template)
    assert callark.sync("--day", DAY).status == COMPLETE
    names = [p.name for p in (callark.bag(DAY) / "data/audio").iterdir()]
    assert len(names) == 8
    for name in names:
        assert re.fullmatch(shape + r"\.wav", name), name
    if "{agent}" in template:       # accents are taken off, not the letters
        assert any(re.search("Marcia_Simoes|Joao_Brandao|Thais_Correa|"
                             "Claudio_Sa|Erica_Magalhaes|Ines_Falcao", n)
                   for n in names), names
    check_archive(callark)


def test_another_template_concerns_new_files_only(make):
    sim, callark = make(small(days={DAY: 8, "2024-12-31": 4}))
    callark.sync("--day", DAY)
    before = sorted(callark.bag(DAY).rglob("*"))
    callark.configure(archive__name="{agent}-{id}")
    result = callark.sync("--from", DAY, "--to", "2024-12-31")
    assert result.status == COMPLETE and result.summary["new"] == 4
    assert sorted(callark.bag(DAY).rglob("*")) == before
    assert callark.run("verify").status == COMPLETE


# ---- the rest that a setting says --------------------------------------------

def test_requests_are_paced(make):
    sim, callark = make({"days": {DAY: 60}, "contact_share": 0,
                         "dialect": {"page_size": 10}},
                        omni__requests_per_second="5")
    assert callark.sync("--day", DAY).status == COMPLETE
    times = sorted(e["time"] for e in sim.log(path="/ReportsApi/"))
    assert (times[-1] - times[0]) >= 0.19 * (len(times) - 1)


def test_a_recording_beyond_the_largest_is_not_kept(make):
    sim, callark = make(small(media={"size": 50000}),
                        transfer__max_recording="20K")
    result = callark.sync("--day", DAY)
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == 0
    assert not list(callark.archive.rglob("*.wav"))
    callark.configure(transfer__max_recording="1M")
    assert callark.sync("--day", DAY, "--retry-failed").status == COMPLETE
    assert callark.audio() == truth(sim, DAY)


def test_private_addresses_are_refused_unless_allowed(make):
    sim, callark = make(small(links={"host": "media"}))
    callark.configure(network__allow_private=None)
    result = callark.sync("--day", DAY)
    assert result.status == INCOMPLETE, result      # the API itself is allowed
    assert result.summary["archived"] == 0
    assert not sim.log(path="/recordings/")
    callark.configure(network__allow_private="127.0.0.0/8")
    assert callark.sync("--day", DAY, "--retry-failed").status == COMPLETE


def test_recordings_come_from_the_hosts_that_are_named(make):
    sim, callark = make(small(links={"host": "media"}),
                        network__media_hosts="storage.example")
    result = callark.sync("--day", DAY)
    assert result.status == INCOMPLETE and result.summary["archived"] == 0
    assert not sim.log(path="/recordings/", role="media")
    callark.configure(network__media_hosts="storage.example, 127.0.0.1")
    assert callark.sync("--day", DAY, "--retry-failed").status == COMPLETE


def test_proxies_of_the_environment_are_not_used(make):
    _, callark = make(small())
    env = {name: "http://127.0.0.1:1" for name in
           ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY")}
    assert callark.sync("--day", DAY, env=env).status == COMPLETE


def test_what_is_made_is_for_its_owner_alone(make):
    """Whatever the umask was."""
    _, callark = make(small())
    before = os.umask(0)
    try:
        assert callark.sync("--day", DAY).status == COMPLETE
    finally:
        os.umask(before)
    check_archive(callark)
    assert stat.S_IMODE(callark.archive.stat().st_mode) == 0o700

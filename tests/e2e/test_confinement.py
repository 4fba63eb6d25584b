"""What the program can still do once it has begun its work: an intruder in it
(trespass.c) tries; and what it does where the kernel cannot confine it."""

import ctypes
import errno
import json
import re
from pathlib import Path

import pytest
from support import (API_KEY, COMPLETE, DISK, PASSWORD, USAGE, build_preload,
                     check_bag, check_converged)
from trials import (DAYS, RANGE, needs_strace, quiet, traced, was_injected,
                    watch_calls)


def landlock_version():
    """The kernel's; 0: it has none. 444 is landlock_create_ruleset on every
    architecture, 1 asks for the version."""
    return max(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1), 0)


VERSION = landlock_version()
needs_landlock = pytest.mark.skipif(
    VERSION < 2, reason=f"the kernel's Landlock is of version {VERSION}")


@pytest.fixture
def both(make):
    return make(quiet(), process__confine="yes")


@pytest.fixture
def sim(both):
    return both[0]


@pytest.fixture
def callark(both):
    return both[1]


# ---- an intruder -------------------------------------------------------------

@pytest.fixture(scope="session")
def trespass(tmp_path_factory):
    return build_preload(tmp_path_factory.mktemp("trespass"), "trespass")


def deeds_of(callark):
    """{what: (deed, path)}"""
    beside, inside = callark.folder, callark.archive
    (beside / "neighbour").write_text("mine\n")
    deeds = {
        "read a neighbour": ("read", beside / "neighbour"),
        "write a neighbour": ("write", beside / "neighbour"),
        "read the settings": ("read", callark.config),
        "read the key's file": ("read", beside / "api-key"),
        "make a file beside": ("make", beside / "intruder"),
        "remove a file beside": ("remove", beside / "neighbour"),
        "read of a process": ("read", "/proc/1/cmdline"),
        "read the names": ("read", "/etc/hosts"),
        "read the archive": ("read", inside / "callark.json"),
        "make a file in the archive": ("make", inside / "intruder"),
        "remove it": ("remove", inside / "intruder"),
        "run a program": ("run", "/bin/true"),
        "gain privileges": ("privileges", "-"),
    }
    if VERSION >= 4:
        deeds["listen"] = ("listen", "-")
        deeds["connect"] = ("connect", "-")
    return deeds


def commit(trespass, callark, *args, more=()):
    """Run with the intruder, who does more; {moment: {what: the errnos, 0 if it
    went well}}."""
    deeds = {**deeds_of(callark), **dict(more)}
    names = {(deed, str(path)): what for what, (deed, path) in deeds.items()}
    told = callark.folder / "trespass.log"
    told.unlink(missing_ok=True)
    result = callark.run(*args, env={
        **trespass, "TRESPASS_FILE": str(told), "TRESPASS_DEEDS": "\n".join(
            f"{deed} {path}" for deed, path in deeds.values())})
    assert result.status == COMPLETE, result
    found = {}
    for line in told.read_text().splitlines():
        moment, deed, path, error = line.split()
        done = found.setdefault(moment, {what: set() for what in deeds})
        done[names[deed, path]].add(int(error))
    return found


def granted(done):
    """Where nobody listens, ECONNREFUSED is as far as one can come."""
    return {what for what, errors in done.items()
            if errors & {0, errno.ECONNREFUSED}}


READING = {"read the archive"}
WRITING = READING | {"make a file in the archive", "remove it"}
ASKING = {"read the names", "connect"}

# What each command leaves to an intruder.
LEFT = {
    "sync --from 2024-12-30 --to 2024-12-31": WRITING | ASKING,
    "sync --dry-run --day 2024-12-30": READING | ASKING,
    "list --day 2024-12-30": ASKING,
    "orgs": ASKING,
    "doctor": ASKING,
    "status": READING,
    "find": READING,
    "verify": READING,
    "verify --quick": READING,
    "verify --repair": WRITING,
    "rebuild": WRITING,
}


@needs_landlock
@pytest.mark.parametrize("command", LEFT)
def test_what_an_intruder_can_do(callark, sim, trespass, command):
    """In the thread of the transfers, and in the first one."""
    assert callark.sync(*RANGE).status == COMPLETE
    found = commit(trespass, callark, *command.split())
    moments = {"connect", "end"} if ASKING <= LEFT[command] else {"end"}
    assert found.keys() == moments
    for done in found.values():
        assert granted(done) == LEFT[command] & done.keys(), done
        refused = set().union(*done.values()) - {0, errno.ECONNREFUSED}
        # what could not be made is not there to be removed
        assert refused <= {errno.EACCES, errno.ENOENT}, done
    assert (callark.folder / "neighbour").read_text() == "mine\n"
    check_converged(callark, sim, DAYS)


@needs_landlock
def test_an_intruder_in_a_search(callark, sim, trespass):
    """An export may write to its folder and the trail, and nowhere else."""
    assert callark.sync(*RANGE).status == COMPLETE
    cpf = json.loads(sim.calls(next(iter(DAYS)))[0]["document"])["documento"]
    for args, left in ((("find", cpf), READING),
                       (("export", callark.folder / "bag", cpf), WRITING)):
        done = commit(trespass, callark, "subject", *args)["end"]
        assert granted(done) == left & done.keys(), done
    check_bag(callark.folder / "bag")
    assert (callark.folder / "neighbour").read_text() == "mine\n"


@needs_landlock
def test_telling_others_leaves_one_folder_to_an_intruder(callark, sim, trespass):
    """That of the metrics.  The process that may start a program starts but the
    one that the settings name."""
    metrics = callark.folder / "metrics"
    metrics.mkdir()
    callark.configure(notify__metrics_file=metrics / "a.prom",
                      notify__on_failure="true")
    there = {"make a file beside the metrics": ("make", metrics / "intruder"),
             "remove that": ("remove", metrics / "intruder")}
    found = commit(trespass, callark, "sync", *RANGE, more=there)
    for done in found.values():
        assert granted(done) == (WRITING | ASKING | set(there)) & done.keys()
    assert (callark.folder / "neighbour").read_text() == "mine\n"
    check_converged(callark, sim, DAYS)


def test_an_intruder_where_nothing_is_given_up(callark, trespass):
    """The one above is one."""
    callark.configure(process__confine="no")
    found = commit(trespass, callark, "sync", *RANGE)
    for what in ("read the key's file", "run a program", "read of a process",
                 "gain privileges", "read the settings", "remove a file beside",
                 "make a file beside"):
        assert what in granted(found["connect"]), (what, found)


# ---- when --------------------------------------------------------------------

CALLS = ("landlock_restrict_self,connect,clone,clone3,execve,bind,"
         "/^(openat|mkdir)$")


@needs_landlock
@needs_strace
@pytest.mark.parametrize("command", ["sync", "sync --dry-run", "list"])
def test_rights_are_given_up_before_the_first_thread(callark, command):
    """And before the first connection, but behind the secrets."""
    result, events = watch_calls(callark, *command.split(), *RANGE,
                                 calls=CALLS)
    assert result.status == COMPLETE, result
    calls = [(call, rest) for is_begin, call, rest in events if is_begin]
    names = [call for call, _ in calls]
    given_up = names.index("landlock_restrict_self")
    for later in ("connect", "clone3" if "clone3" in names else "clone"):
        assert given_up < names.index(later), later
    opened = {Path(m[1]).name: i for i, (_, rest) in enumerate(calls)
              if (m := re.match(r'[^"]*"([^"]+)"', rest))}
    assert max(opened["api-key"], opened["password"]) < given_up
    assert names.count("landlock_restrict_self") == 1


def test_the_password_command_keeps_its_rights(callark, sim):
    """It may need more than a run does: an agent, sudo, a file elsewhere."""
    proof = callark.folder / "proof"
    callark.configure(
        omni__password_file=None, omni__password_command=
        f"grep NoNewPrivs /proc/self/status >{proof}; echo {PASSWORD}")
    assert callark.sync(*RANGE).status == COMPLETE
    assert proof.read_text().split() == ["NoNewPrivs:", "0"]
    check_converged(callark, sim, DAYS)


def test_a_later_login_needs_no_file(callark, sim):
    """The secrets are read before the right to read them is given up."""
    sim.scenario(quiet(dialect={"page_size": 5},
                       token={"life_requests": 5}))
    result = callark.sync(*RANGE)
    assert result.status == COMPLETE and result.summary["relogins"], result
    check_converged(callark, sim, DAYS)


# ---- places ------------------------------------------------------------------

def test_an_archive_behind_a_link(callark, sim):
    real = callark.folder / "real"
    real.mkdir(mode=0o700)
    (callark.folder / "link").symlink_to(real)
    callark.configure(archive__path=callark.folder / "link" / "archive")
    assert callark.sync(*RANGE).status == COMPLETE
    callark.archive = real / "archive"
    for command in ("status", "find", "verify", "rebuild", "verify --repair"):
        assert callark.run(*command.split()).status == COMPLETE, command
    check_converged(callark, sim, DAYS)


def test_zones_elsewhere(callark, sim, tmp_path):
    zone = Path("America/Sao_Paulo")
    (tmp_path / "zones" / zone).parent.mkdir(parents=True)
    (tmp_path / "zones" / zone).write_bytes(
        (Path("/usr/share/zoneinfo") / zone).read_bytes())
    env = {"TZDIR": str(tmp_path / "zones")}
    assert callark.sync(*RANGE, env=env).status == COMPLETE
    assert callark.run("status", env=env).status == COMPLETE
    check_converged(callark, sim, DAYS)


def test_an_account_is_kept_until_there_is_another(callark, sim):
    """The file is opened before rights are given up; a run that cannot do its
    work says so in it, and what was in it is gone as a whole."""
    summary = callark.folder / "summary.json"
    summary.write_text("x" * 100000)
    result = callark.run("sync", *RANGE, "--summary-json", summary)
    assert result.status == COMPLETE, result
    assert summary.read_text().count("\n") == 1
    assert '"exit":0' in summary.read_text().replace(" ", "")
    summary.unlink()
    summary.mkdir()
    result = callark.run("sync", *RANGE, "--summary-json", summary)
    assert result.status == DISK and str(summary) in result.err, result
    check_converged(callark, sim, DAYS)


# ---- kernels that have less --------------------------------------------------

LESS = {
    "landlock_create_ruleset:error=ENOSYS": "does not have it",
    "landlock_create_ruleset:error=EOPNOTSUPP": "switched off",
    "landlock_create_ruleset:error=EPERM": "a filter of system calls",
    "landlock_create_ruleset:retval=1": "of version 1, expected 2",
}
FAILING = {
    "landlock_create_ruleset:error=EMFILE:when=2": "Too many open files",
    "landlock_add_rule:error=ENOMEM:when=3": "Cannot allocate memory",
    "landlock_restrict_self:error=E2BIG": "Argument list too long",
}


@needs_strace
@pytest.mark.parametrize("inject", [
    *LESS, *(pytest.param(x, marks=needs_landlock) for x in FAILING)])
def test_a_kernel_that_cannot(callark, sim, inject):
    """The work is done all the same; doctor, and a loud run, tell why."""
    why = {**LESS, **FAILING}[inject]
    result = traced(callark, "sync", *RANGE, "-v", inject=inject)
    assert result.status == COMPLETE and was_injected(callark), result
    told = re.search("debug: not confined by .*Landlock: .*", result.err)[0]
    assert why in told, told
    check_converged(callark, sim, DAYS)
    result = traced(callark, "doctor", inject=inject)
    assert result.status == COMPLETE, result
    line = re.search(r"^\w+ +confinement .*$", result.out, re.M)[0]
    assert line.startswith("note ") and why in line, line
    assert "no_new_privs: yes" in line, line


@needs_landlock
def test_the_doctor_tells_that_it_is_confined(callark):
    result = callark.run("doctor")
    assert result.status == COMPLETE, result
    assert re.search(rf"^ok +confinement +Landlock, version {VERSION}; "
                     r"no_new_privs: yes$", result.out, re.M), result


@needs_strace
def test_the_setting_keeps_all_rights(callark, sim):
    callark.configure(process__confine="no")
    result, events = watch_calls(
        callark, "sync", *RANGE,
        calls="prctl,landlock_create_ruleset,landlock_restrict_self")
    assert result.status == COMPLETE, result
    for _, call, rest in events:
        assert call == "prctl" and "NO_NEW_PRIVS" not in rest, (call, rest)
    result = callark.run("doctor")
    assert re.search(r"^note +confinement +off; process.confine = yes",
                     result.out, re.M), result
    check_converged(callark, sim, DAYS)


def test_the_setting_is_yes_or_no(callark):
    callark.configure(process__confine="maybe")
    result = callark.run("status")
    assert result.status == USAGE, result
    assert "process.confine" in result.err and API_KEY not in result.err

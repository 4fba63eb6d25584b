"""Download links: those that expire or are gone, those that are relative, who
gets the credentials, and where a redirect may lead."""

from urllib.parse import urlsplit

import pytest
from support import (API_KEY, COMPLETE, INCOMPLETE, Callark, check_all,
                     check_archive, check_no_secrets)
from transfers import (DAYS, RANGE, api_secrets_in, asked, call,
                       check_completed, check_mended, faulty_day, listings,
                       mend, problem, small_day)

REFUSALS = (401, 403, 404, 410)


def media_log(sim):
    return sim.log(path="/recordings/")


# ---- links that expire -----------------------------------------------------

@pytest.mark.parametrize("status", REFUSALS)
def test_a_refused_link_is_listed_again(status, make):
    """The day is listed once more, and the fresh link is used."""
    sim, callark = make(faulty_day(
        {"do": str(status)}, calls=3,
        links={"host": "media", "expire_after": 50, "signed": True}))
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    assert result.summary["relists"] == 1
    assert listings(sim) == 2
    first, second = asked(sim)
    assert first["query"] != second["query"], "the old link again"


@pytest.mark.parametrize("status", REFUSALS)
def test_links_that_serve_once(status, make, fast_clock):
    """A body cut on a link that is then used up: the retry is refused, the
    day listed again, and the fresh link brings it."""
    sim, callark = make(faulty_day(
        {"do": "cut"}, calls=3,
        links={"host": "media", "life_uses": 1, "expire_status": status}))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)
    assert [e["status"] for e in asked(sim)] == [200, status, 200]


def test_401_within_the_apis_origin_is_first_a_matter_of_the_login(make):
    """Where the token was sent, it is renewed, once for all that carried it;
    only then is the link suspected."""
    sim, callark = make(small_day(
        6, media={"faults": {"*": {"do": "401"}}}, links={"need_token": True}))
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    assert result.summary["relogins"] == 1
    assert result.summary["relists"] == 0
    assert listings(sim) == 1


@pytest.mark.parametrize("concurrency", [1, 4, 16])
def test_every_link_is_refused_once(concurrency, make):
    """Each recording gets a fresh link, whoever else has the day listed just
    then: none is called gone because its page had passed already."""
    sim, callark = make(small_day(
        30, media={"faults": {"*": {"do": "403"}}},
        links={"expire_after": 50}, dialect={"page_size": 7},
        latency_ms={"list": 20, "media": 5, "jitter": 10}),
        transfer__concurrency=concurrency)
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    assert listings(sim) <= 31


def test_links_that_live_shorter_than_the_run(make):
    """When they die, one new listing serves all recordings of the day."""
    sim, callark = make(small_day(20, links={"life_s": 0.6},
                                  latency_ms={"media": 100}),
                        transfer__concurrency=2)
    result = callark.sync(*RANGE)
    check_completed(callark, sim, result)
    assert 2 <= listings(sim) <= 6


def test_a_fresh_link_is_fetched_at_most_three_times(make):
    """Refused whatever the link: listed again three times, then put off."""
    sim, callark = make(faulty_day({"do": "403", "times": -1}, calls=2,
                                   links={"expire_after": 50}))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert problem(result, sim)["state"] == "deferred"
    assert result.summary["relists"] == 3
    assert len(asked(sim)) == 4
    assert listings(sim) == 4
    assert len({e["query"]["g"] for e in asked(sim)}) == 4
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_a_link_that_stays_the_same_is_not_listed_again_and_again(make):
    """The fresh link is the refused one: asking for more of them is vain."""
    sim, callark = make(faulty_day({"do": "403", "times": -1}, calls=2))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert problem(result, sim)["state"] == "deferred"
    assert result.summary["relists"] == 1
    assert listings(sim) == 2
    mend(sim)
    check_mended(callark, sim)


@pytest.mark.parametrize("status", [404, 410])
def test_what_stays_away_for_three_runs_is_gone(status, make):
    """Two runs put it off; the third says that it is gone, and still does not
    call the day complete."""
    sim, callark = make(small_day(3, links={"gone": [0],
                                            "gone_status": status}))
    states = []
    for _ in range(3):
        result = callark.sync(*RANGE)
        assert result.status == INCOMPLETE, result
        states.append(problem(result, sim)["state"])
        check_all(callark, sim, DAYS, result)
    assert states == ["deferred", "deferred", "gone"]
    assert result.summary["gone"] == 1
    sim.set(links={"gone": []})
    check_mended(callark, sim, "--retry-failed")


@pytest.mark.parametrize("status", [401, 403])
def test_what_is_refused_is_never_called_gone(status, make):
    sim, callark = make(faulty_day({"do": str(status), "times": -1}, calls=2))
    for _ in range(4):
        result = callark.sync(*RANGE)
        assert problem(result, sim)["state"] == "deferred"
    mend(sim)
    check_mended(callark, sim)


# ---- how links are written -------------------------------------------------

@pytest.mark.parametrize("host", ["relative", "relative-path",
                                  "protocol-relative", "media", "same"])
def test_links_of_every_form(host, make):
    sim, callark = make(small_day(links={"host": host}))
    check_completed(callark, sim, callark.sync(*RANGE))


BAD_LINKS = [
    ("javascript:alert(1)", "http"),
    ("file:///etc/passwd", "host is empty|only http"),
    ("ftp://127.0.0.1/a.wav", "only http and https"),
    ("http://", "address|host"),
    ("http://robot:word@127.0.0.1/a.wav", "user information"),
    ("http://127.0.0.1:0/a.wav", "port"),
    ("http://127.0.0.1:99999/a.wav", "port"),
    ("http://127.0.0.1/a b.wav", "space"),
    ("http://127.0.0.1/" + "a" * 9000, "longer than"),
]


@pytest.mark.parametrize("link, word", BAD_LINKS,
                         ids=[link[:28] for link, _ in BAD_LINKS])
def test_a_link_that_is_none_is_put_off(link, word, make):
    """It is not fetched, it is counted, and the others do not suffer."""
    sim, callark = make(small_day(3, listing={"bad": [
        {"which": 0, "do": "set", "set": {"download_url": link}}]}))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert result.summary["archived"] == 2
    assert result.summary["deferred"] == 1
    assert len(media_log(sim)) == 2
    check_archive(callark)
    check_no_secrets(callark, result)
    assert "word@" not in result.err + result.out
    sim.set(listing={"bad": []})
    check_mended(callark, sim)


# ---- who gets the credentials ----------------------------------------------

def test_links_of_the_apis_own_origin_get_the_credentials(make):
    sim, callark = make(small_day(links={"need_token": True}))
    check_completed(callark, sim, callark.sync(*RANGE))
    for entry in media_log(sim):
        assert entry["headers"]["x-api-key"] == API_KEY
        assert entry["headers"]["authorization"].startswith("Bearer ")


def test_links_of_another_host_get_none(make):
    """Another port is another origin; object storage even refuses them."""
    sim, callark = make(small_day(links={"host": "media",
                                         "forbid_headers": True}))
    check_completed(callark, sim, callark.sync(*RANGE))
    assert len(media_log(sim)) == 4
    for entry in media_log(sim):
        assert entry["role"] == "media"
        assert not api_secrets_in(entry)


def test_another_host_that_wants_the_credentials_gets_none(make):
    """401 from another host is a matter of its link, not of our login."""
    sim, callark = make(small_day(3, links={"host": "media",
                                            "need_token": True}))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert result.summary["deferred"] == 3, result
    assert result.summary["relogins"] == 0
    assert not any(api_secrets_in(e) for e in media_log(sim))
    check_no_secrets(callark, result)
    sim.set(links={"host": "same"})
    check_mended(callark, sim)


def test_a_connection_of_the_api_carries_no_secret_to_media(make):
    """The same listener under another name is another origin too."""
    sim, callark = make(small_day())
    there = urlsplit(sim.root)
    sim.set(links={"host": f"http://localhost:{there.port}"})
    callark.configure(network__allow_private="127.0.0.0/8, ::1/128")
    check_completed(callark, sim, callark.sync(*RANGE))
    for entry in media_log(sim):
        assert entry["headers"]["host"].startswith("localhost")
        assert not api_secrets_in(entry)


# ---- redirects -------------------------------------------------------------

CODES = (301, 302, 303, 307, 308)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("where", ["same", "relative"])
def test_a_redirect_within_the_origin_is_followed(where, code, make):
    sim, callark = make(faulty_day(
        {"do": f"redirect-{where}", "code": code, "times": -1}, calls=2,
        links={"need_token": True}))
    check_completed(callark, sim, callark.sync(*RANGE))
    followed, = sim.log(path="/followed/")
    assert api_secrets_in(followed) == {"x-api-key", "authorization"}


@pytest.mark.parametrize("code", CODES)
def test_a_redirect_to_another_origin_goes_without_credentials(code, make):
    sim, callark = make(faulty_day(
        {"do": "redirect-other", "code": code, "times": -1}, calls=2,
        links={"need_token": True}))
    check_completed(callark, sim, callark.sync(*RANGE))
    followed, = sim.log(path="/followed/")
    assert followed["role"] == "media"
    assert not api_secrets_in(followed)


def test_a_redirect_back_to_the_api_brings_them_again(make):
    """Each hop is judged by itself, not by the one before."""
    sim, callark = make(small_day(2, links={"host": "media"}))
    path = call(sim)["path"]
    sim.set(media={"faults": {"0": {
        "do": "redirect-to", "to": f"{sim.root}/followed{path}",
        "times": -1}}})
    check_completed(callark, sim, callark.sync(*RANGE))
    first, = [e for e in asked(sim)]
    followed, = sim.log(path="/followed/")
    assert (first["role"], api_secrets_in(first)) == ("media", set())
    assert (followed["role"], api_secrets_in(followed)) == (
        "api", {"x-api-key", "authorization"})


@pytest.mark.parametrize("hops, is_followed", [(1, True), (5, True),
                                               (6, False), (40, False)])
def test_five_hops_and_no_more(hops, is_followed, make):
    sim, callark = make(faulty_day(
        {"do": "redirect-hops", "hops": hops, "times": -1}, calls=2))
    result = callark.sync(*RANGE)
    if is_followed:
        check_completed(callark, sim, result)
        return
    assert result.status == INCOMPLETE, result
    assert "more than 5 redirects" in problem(result, sim)["reason"]
    assert len(asked(sim)) + len(sim.log(path="/hop/")) == 6
    mend(sim)
    check_mended(callark, sim)


def test_a_loop_ends(make):
    sim, callark = make(faulty_day({"do": "redirect-loop", "times": -1},
                                   calls=2))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert len(asked(sim)) == 6
    check_all(callark, sim, DAYS, result)


def test_the_hops_of_a_redirect_do_not_wear_out_the_link(make, fast_clock):
    """A redirect to a place that fails: the link itself is asked again."""
    sim, callark = make(faulty_day(
        {"do": "redirect-same"}, {"do": "503"}, {"do": "redirect-relative"},
        calls=1))
    result = callark.sync(*RANGE, env=fast_clock())
    check_completed(callark, sim, result)


REFUSED = [
    # redirect, how the reason calls it
    ({"do": "redirect-file"}, "host is empty"),
    ({"do": "redirect-ftp"}, "only http and https"),
    ({"do": "redirect-to", "to": "gopher://127.0.0.1/x"}, "only http"),
    ({"do": "redirect-to", "to": "data:audio/wav;base64,UklGRg=="}, "http"),
    ({"do": "redirect-user"}, "user information"),
    ({"do": "redirect-private"}, "169.254.169.254"),
    ({"do": "redirect-private", "address": "10.0.0.1"}, "10.0.0.1"),
    ({"do": "redirect-private", "address": "[::1]"}, "::1"),
    ({"do": "redirect-private", "address": "[fd00:ec2::254]"}, "fd00:ec2"),
    ({"do": "redirect-to", "to": "http://elsewhere.example:0/"}, "port"),
    ({"do": "redirect-missing"}, "status 302"),
]


@pytest.mark.parametrize("fault, word", REFUSED,
                         ids=[f["do"] + "-" + w for f, w in REFUSED])
def test_where_no_redirect_may_lead(fault, word, make):
    """Refused once and for this run: no second attempt, nothing archived."""
    sim, callark = make(faulty_day({**fault, "times": -1}, calls=2))
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    trouble = problem(result, sim)
    assert (trouble["state"], trouble["attempts"]) == ("deferred", 1)
    assert word in trouble["reason"], trouble
    check_all(callark, sim, DAYS, result)
    mend(sim)
    check_mended(callark, sim)


def test_from_https_no_redirect_leads_to_http(platform, certificates,
                                              tmp_path):
    """Not even where http is allowed."""
    plain = platform(small_day(2))
    sim = platform(small_day(2), tls=certificates.good)
    callark = Callark(tmp_path / "callark", sim.url).configure(
        network__ca_file=certificates.ca, network__allow_http="yes")
    path = call(sim)["path"]
    sim.set(media={"faults": {"0": {
        "do": "redirect-to", "to": plain.root + path, "times": -1}}})
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert "from https to http" in problem(result, sim)["reason"]
    assert plain.log() == []
    mend(sim)
    check_mended(callark, sim)


def test_from_http_a_redirect_may_lead_to_https(platform, certificates, make):
    safe = platform(small_day(2), tls=certificates.good)
    sim, callark = make(small_day(2), network__ca_file=certificates.ca)
    path = call(sim)["path"]
    sim.set(media={"faults": {"0": {
        "do": "redirect-to", "to": safe.root + path, "times": -1}}})
    check_completed(callark, sim, callark.sync(*RANGE))
    entry, = safe.log()
    assert not api_secrets_in(entry)


def test_http_links_need_to_be_allowed(platform, certificates, tmp_path):
    plain = platform(small_day(2))
    sim = platform(small_day(2, links={"host": plain.root}),
                   tls=certificates.good)
    callark = Callark(tmp_path / "callark", sim.url).configure(
        network__ca_file=certificates.ca, network__allow_http=None)
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert "network.allow_http" in problem(result, sim)["reason"]
    assert plain.log() == []
    callark.configure(network__allow_http="yes")
    check_mended(callark, sim)


# ---- which addresses -------------------------------------------------------

def test_the_apis_own_address_is_allowed_as_written(make):
    """Nothing is allowed but what the user wrote in base_url; links to its
    origin are fetched, those to the same address at another port are not."""
    sim, callark = make(small_day(), network__allow_private=None)
    check_completed(callark, sim, callark.sync(*RANGE))


LOCAL = ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001",
         "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
         "0.0.0.0", "[::]"]


@pytest.mark.parametrize("way", ["link", "redirect"])
def test_no_spelling_of_a_local_address_gets_through(way, make):
    """All of them reach the other listener when nobody looks; with private
    addresses not allowed, none does."""
    sim, callark = make(small_day(len(LOCAL)), network__allow_private=None)
    port = urlsplit(sim.media_url).port
    places = [f"http://{host}:{port}" for host in LOCAL]
    paths = [c["path"] for c in sim.calls("2024-12-30")]
    if way == "link":
        sim.set(listing={"bad": [
            {"which": n, "do": "set",
             "set": {"download_url": places[n] + paths[n]}}
            for n in range(len(LOCAL))]})
    else:
        sim.set(media={"faults": {str(n): {
            "do": "redirect-to", "to": f"{places[n]}/followed{paths[n]}",
            "times": -1} for n in range(len(LOCAL))}})
    result = callark.sync(*RANGE)
    assert result.status == INCOMPLETE, result
    assert result.summary["deferred"] == len(LOCAL), result
    assert sim.log(role="media") == []
    for trouble in result.summary["problems"]:
        assert "is not public" in trouble["reason"], trouble
    sim.set(listing={"bad": []}, media={"faults": {}})
    check_mended(callark, sim)


@pytest.mark.parametrize("allowed, status", [
    ("127.0.0.1", COMPLETE), ("127.0.0.0/8", COMPLETE),
    ("10.0.0.0/8, 127.0.0.0/30", COMPLETE), ("127.0.0.2", INCOMPLETE),
    ("10.0.0.0/8", INCOMPLETE), ("::1/128", INCOMPLETE)])
def test_private_networks_are_allowed_by_range(allowed, status, make):
    sim, callark = make(small_day(2, links={"host": "media"}),
                        network__allow_private=allowed)
    assert callark.sync(*RANGE).status == status


@pytest.mark.parametrize("hosts, status", [
    ("127.0.0.1", COMPLETE), ("127.0.*", COMPLETE),
    ("*.example, 127.0.0.1", COMPLETE), ("*.example", INCOMPLETE)])
def test_media_hosts_are_a_list_when_there_is_one(hosts, status, make):
    """The API's own origin needs no mention."""
    sim, callark = make(small_day(2, links={"host": "media"}),
                        network__media_hosts=hosts)
    result = callark.sync(*RANGE)
    assert result.status == status, result
    if status == INCOMPLETE:
        assert "network.media_hosts" in problem(result, sim)["reason"]
        assert sim.log(role="media") == []
    sim.set(links={"host": "same"})
    check_mended(callark, sim)


def test_the_environments_proxy_is_not_used(make):
    """http_proxy and its kin would see every signed link."""
    sim, callark = make(small_day(2))
    result = callark.sync(*RANGE, env={
        name: "http://127.0.0.1:9/" for name in (
            "http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY",
            "ALL_PROXY")})
    check_completed(callark, sim, result)

"""Tests of the fake server itself: python3 tests/omnisim/selftest.py"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from omnisim import Sim  # noqa: E402
from omnisim.faults import TABLE  # noqa: E402
from omnisim.people import CPFS, is_cpf  # noqa: E402
from omnisim.probe import (  # noqa: E402
    DAY, KEY, LOGIN, ORG, ROUTE, Lister, WithSim, get)
from omnisim.scenario import DEFAULT  # noqa: E402
from omnisim.selftest_data import (  # noqa: E402,F401
    Agreement, People, Planted)
from omnisim.selftest_media import (  # noqa: E402,F401
    Formats, Media)
from omnisim.selftest_routes import (  # noqa: E402,F401
    Oddities, Routes)


class Logins(WithSim):
    def test_keys_and_tokens_are_checked(self):
        self.use()
        path = "/v1/Login/loginApi"
        body = json.dumps(LOGIN).encode()
        status, _, text = get(self.sim.root, path, method="POST",
                              headers=KEY, body=body)
        self.assertEqual(status, 200)
        self.assertEqual(json.loads(text)["empresas"][0]["id"], ORG)
        inner = json.loads(text)["token"]
        for headers, body, wanted in (
                ({}, body, 403), ({"x-api-key": "no"}, body, 403),
                (KEY, b'{"login":"a","password":"b"}', 401),
                (KEY, b"[", 400)):
            self.assertEqual(get(self.sim.root, path, method="POST",
                                 headers=headers, body=body)[0], wanted)
        for token in ("", inner, "junk"):
            status, _, _ = get(self.sim.root, "/v1" + ROUTE, headers={
                **KEY, "Authorization": "Bearer " + token})
            self.assertEqual(status, 401)

    def test_dialects_of_the_login(self):
        for place in ("access_token", "data.token", "nested"):
            self.use(dialect={"org_field": "empresa", "token_place": place,
                              "token_kind": "jwt"})
            body = json.dumps({**LOGIN, "empresa": ORG}).encode()
            _, _, text = get(self.sim.root, "/v1/Login/organization",
                             method="POST", headers=KEY, body=body)
            self.assertIn(place.split(".")[-1].replace("nested", "Token"),
                          text.decode())
        body = json.dumps({**LOGIN, "organization": ORG}).encode()
        self.assertEqual(get(self.sim.root, "/v1/Login/organization",
                             method="POST", headers=KEY, body=body)[0], 422)

    def test_token_dies_after_its_uses(self):
        self.use(token={"life_requests": 2, "refuse_relogin": True})
        lister = Lister(self.sim)
        self.assertEqual([lister.raw(0)[0] for _ in range(3)],
                         [200, 200, 401])
        self.assertEqual(get(self.sim.root, "/v1/Login/organization",
                             method="POST", headers=KEY, body=json.dumps(
                                 {**LOGIN, "organization": ORG}).encode()
                             )[0], 401)


class Listings(WithSim):
    def test_pages_hold_each_document_once(self):
        for unit, pages in (("pages", (0, 1, 2, 3)),
                            ("documents", (0, 10, 20, 30))):
            for method in ("GET", "POST"):
                for param in ("report-skip", "report_skip"):
                    self.use(dialect={"page_unit": unit, "page_size": 10,
                                      "method": method, "page_param": param})
                    lister = Lister(self.sim, param, method)
                    ids = [lister.ids(page) for page in pages]
                    self.assertEqual([len(p) for p in ids], [10, 10, 5, 0])
                    self.assertEqual(len(set(sum(ids, []))), 25)

    def test_wrong_method_and_unknown_parameter(self):
        self.use(dialect={"page_size": 10})
        status, headers, _ = Lister(self.sim, method="POST").raw(0)
        self.assertEqual((status, headers["allow"]), (405, "GET"))
        lister = Lister(self.sim, "report_skip")
        self.assertEqual(lister.ids(0), lister.ids(1))

    def test_envelopes(self):
        for form, total in (("lower", "total"), ("upper", "TOTAL"),
                            ("strings", "Total"), ("bare-case", "tOtal")):
            self.use(dialect={"envelope": form, "pretty": True})
            self.assertEqual(int(Lister(self.sim).page(0)[total]), 25)
        self.use(dialect={"envelope": "nested"})
        self.assertEqual(Lister(self.sim).page(0)["data"]["Total"], 25)

    def test_truth_is_what_is_listed(self):
        self.use(dialect={"identity": "numeric",
                          "fields": {"servico": "serviço"}})
        page = Lister(self.sim).raw(0)[2].decode()
        calls = self.sim.calls(DAY)
        for call in calls:
            self.assertIn(call["document"], page)
            self.assertIn("serviço", call["document"])
            self.assertGreater(call["id"], 2 ** 53)
        self.assertEqual(len({call["id"] for call in calls}), 25)
        self.assertTrue(all(is_cpf(cpf) for cpf in CPFS))

    def test_windows_include_and_exclude(self):
        for rule, count in (("inclusive", 25), ("exclusive", 24)):
            self.use(date_end=rule)
            lister = Lister(self.sim)
            self.assertEqual(len(lister.ids(
                0, DAY + " 00:00:00", DAY + " 23:59:59")), count)
        self.assertEqual(lister.ids(0), [])
        self.use(filter_zone="UTC")
        self.assertLess(len(Lister(self.sim).ids(0)), 25)

    def test_drift_before_shifts_and_counts(self):
        self.use(dialect={"page_size": 10},
                 listing={"drift": {"do": "insert-before", "from": 1}})
        lister = Lister(self.sim)
        first, second = lister.page(0), lister.page(1)
        self.assertEqual((first["Total"], second["Total"]), (25, 26))
        self.assertEqual(first["Data"][-1], second["Data"][0])
        self.use(dialect={"page_size": 10},
                 listing={"drift": {"do": "delete-before", "from": 1}})
        lister = Lister(self.sim)
        lister.ids(0)
        self.assertEqual(lister.page(1)["Total"], 24)
        self.use(listing={"drift": {"do": "endless", "from": 0}})
        self.assertEqual(len(Lister(self.sim).ids(7)), 1000)

    def test_lies_and_ceilings(self):
        self.use(dialect={"page_size": 10},
                 listing={"ceiling": 10, "empty_page": 7})
        lister = Lister(self.sim)
        self.assertEqual(lister.ids(1), [])
        self.assertEqual(lister.page(0)["Total"], 25)
        self.sim.set(listing={"ceiling_total": "capped"})
        self.assertEqual(lister.page(0)["Total"], 10)
        self.sim.set(listing={"total_lie": {"delta": 3}})
        self.assertEqual(lister.page(0)["Total"], 13)

    def test_documents_change_vanish_and_come_late(self):
        linked = [c["index"] for c in self.sim.calls(DAY) if c["path"]]
        self.use(listing={
            "changed": [{"which": 0, "after_listings": 1,
                         "anonymise": True}],
            "vanished": [{"which": 1, "after_listings": 1}],
            "late": [{"which": "2024-12-30#2", "after_listings": 1}],
            "late_links": [{"which": linked[-1], "listings": 1}],
            "bad": [{"which": 3, "do": "null-id"},
                    {"which": 4, "do": "bad-utf8"}],
            "duplicates": [{"which": 5, "other": True}]})
        lister = Lister(self.sim)
        first = lister.raw(0)[2].decode("latin-1")
        second = lister.raw(0)[2].decode("latin-1")
        self.assertIn("\xc3(\xff", first)
        first = json.loads(first)["Data"]
        second = json.loads(second)["Data"]
        self.assertEqual((len(first), len(second)), (25, 25))
        self.assertNotEqual(first[0]["contato"], second[0]["contato"])
        self.assertEqual(second[0]["contato"], "***")
        self.assertNotEqual(first[1]["_id"], second[1]["_id"])
        self.assertEqual(sum("download_url" in d for d in second)
                         - sum("download_url" in d for d in first), 1
                         - (1 in linked) + (2 in linked))
        self.assertEqual(second[-1]["id"], second[4]["id"])
        self.assertIn(None, [d["id"] for d in second])

    def test_given_documents_stand_byte_for_byte(self):
        raw = '{"_id" :  "x",\t"data_inicio":"2024-12-30 10:00:00"}'
        self.use(documents=[raw, {"_id": "y", "download_url": "{link}"}])
        page = Lister(self.sim).raw(0)[2].decode()
        self.assertIn(raw, page)
        given = [c for c in self.sim.calls(DAY) if c["_id"] == "y"][0]
        self.assertEqual(get(self.sim.root, given["path"])[0], 200)

    def test_planned_faults_of_pages(self):
        self.use(listing={"faults": [
            {"at": 0, "do": "malformed"}, {"at": 1, "do": "503",
                                           "retry": "negative"},
            {"at": 2, "do": "two-documents"}, {"at": 3, "do": "html"}]})
        lister = Lister(self.sim)
        with self.assertRaises(ValueError):
            lister.page(0)
        self.assertEqual(lister.raw(0)[1]["retry-after"], "-30")
        with self.assertRaises(ValueError):
            lister.page(0)
        self.assertIn("text/html", lister.raw(0)[1]["content-type"])
        self.assertEqual(lister.page(0)["Total"], 25)
        self.assertEqual(self.sim.counts()["fault"]["503"], 1)

    def test_unknown_names_are_refused(self):
        for wrong in ({"dialect": {"metod": "GET"}},
                      {"media": {"faults": {"*": {"do": "nonsense"}}}},
                      {"listing": {"bad": {"which": 1, "do": "odd-id"}}},
                      {"time_format": "lunar"}):
            with self.assertRaises(ValueError):
                self.sim.scenario(wrong)

    def test_rate(self):
        self.use(rate={"per_second": 3, "on": "api", "retry_after": 7})
        lister = Lister(self.sim)
        answers = [lister.raw(0) for _ in range(4)]
        self.assertEqual(answers[-1][0], 429)
        self.assertEqual(answers[-1][1]["retry-after"], "7")

    def test_rate_of_one_listener(self):
        self.use(rate={"per_second": 1, "on": "media", "listener": "media"})
        path = [c for c in self.sim.calls(DAY) if c["path"]][0]["path"]
        for root, last in ((self.sim.root, 200), (self.sim.media_url, 429)):
            answers = [get(root, path)[0] for _ in range(3)]
            self.assertEqual(answers[-1], last)

    def test_the_line_is_shared(self):
        """Two bodies of 30 kB at once over a line of 100 kB a second."""
        self.use(line=100000, media={"size": 30000})
        path = [c for c in self.sim.calls(DAY) if c["path"]][0]["path"]
        both = [threading.Thread(target=get, args=(self.sim.root, path))
                for _ in range(2)]
        began = time.monotonic()
        for one in both:
            one.start()
        for one in both:
            one.join()
        self.assertGreater(time.monotonic() - began, 0.5)


class Readme(unittest.TestCase):
    def test_it_names_every_fault_and_key(self):
        folder = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
            text = f.read()
        keys = list(DEFAULT) + [
            "%s.%s" % (name, key) for name, part in DEFAULT.items()
            if isinstance(part, dict) and name != "days" for key in part]
        for name in [*TABLE, *keys]:
            self.assertIn("`%s`" % name, text)


class Start(unittest.TestCase):
    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            files = [os.path.join(folder, n) for n in ("cert", "key")]
            subprocess.run(
                ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=sim",
                 "-days", "2", "-out", files[0], "-keyout", files[1]],
                check=True, capture_output=True)
            with Sim({"days": {DAY: 3}}, tls=files) as sim:
                self.assertTrue(sim.url.startswith("https://"))
                self.assertEqual(len(sim.calls(DAY)), 3)
                for fault in ("cut", "rst", "chunked-cut"):
                    path = next(c["path"] for c in sim.calls(DAY)
                                if c["path"])
                    done = subprocess.run(
                        ["curl", "-sk", "-o", "/dev/null", "%s%s?fault=%s"
                         % (sim.root, path, fault)])
                    self.assertNotEqual(done.returncode, 0)

    def test_term_ends_it_at_once(self):
        with Sim() as sim:
            began = time.monotonic()
            sim.stop()
            self.assertLess(time.monotonic() - began, 1)


if __name__ == "__main__":
    unittest.main()

"""Tests of the six report routes: each is served and spoilt alike."""

import json
import time

from .planted import (ACTIVITY, AUDIO, HISTORY, MESSAGES, SURVEYS,
                      VOICE_LOG)
from .probe import DAY, Lister, RouteCase
from .sim import ROUTE_NAMES, Sim

OTHERS = tuple(name for name in ROUTE_NAMES if name != AUDIO)
# Fields in the vendor's order, as its text names them.
FIELDS = {
    HISTORY: "agente agent cliente contato data_inicio data_atendida "
             "data_fim data_primeira_resposta midia portfolio protocolo "
             "ramal serviço documento_cliente status tag recebida "
             "comentarios_internos id",
    VOICE_LOG: "data_inicio data_atendida data_primeira_resposta data_fim "
               "serviço agente agent ramal contato status portfolio tipo "
               "integração src_voice_log from_voice_log type_voice_log "
               "voice_internal_status ipbx_external_endpoint "
               "ipbx_dialed_string ipbx_external_callerid "
               "ipbx_external_channel_id ipbx_external_channel_desc "
               "ipbx_external_channel_creationtime "
               "ipbx_internal_channel_creationtime service_flow_type_did "
               "ipbx_internal_channel_desc ipbx_internal_channel_id "
               "feature_request_type transfer_result protocolo "
               "comentarios_internos respostas_pesquisas id",
    AUDIO: "_id data_inicio data_atendida data_fim cliente contato agente "
           "agent servico ramal origem protocolo status documento tag "
           "download_url id",
    ACTIVITY: "agent_id agente agent evento data_inicio data_fim id",
    SURVEYS: "data_inicio data_fim data_completado media_type voice_type "
             "research_type question_id score completed "
             "satisfaction_nps_level calculation_type satisfaction_level "
             "status protocolo questão agente agent contato id",
    MESSAGES: "data_inicio data_atendida data_fim contato agente agent "
              "servico media_type protocolo mensagens id",
}


class Routes(RouteCase):
    def test_documents_have_the_vendors_fields(self):
        self.use(contact_share=1.0)
        for route, fields in FIELDS.items():
            for one in self.listed(route):
                self.assertEqual(list(one), fields.split(), route)
        answer = next(one["respostas_pesquisas"][0] for one
                      in self.truth(VOICE_LOG) if one["respostas_pesquisas"])
        self.assertEqual(list(answer), [
            "questão", "score", "status", "data_encerramento", "id"])
        self.assertEqual(list(self.truth(MESSAGES)[0]["mensagens"][0]), [
            "recebida", "send_time", "message", "media", "message_type"])

    def test_one_seed_gives_the_same_bytes(self):
        scenario = {"days": {DAY: 60}, "links": {
            "host": "https://a.example", "attachments": "https://b.example"}}
        with Sim(scenario) as one, Sim(scenario) as two, Sim(
                {**scenario, "seed": 2}) as other:
            for route in ROUTE_NAMES:
                pages = [Lister(sim, route="/ReportsApi/" + route).raw(0)[2]
                         for sim in (one, two, other)]
                self.assertEqual(pages[0], pages[1], route)
                self.assertNotEqual(pages[0], pages[2], route)
            a, b = (sim.documents(MESSAGES, DAY) for sim in (one, two))
            self.assertEqual(a, b)

    def test_truth_is_the_bytes_of_each_page(self):
        self.use(days={DAY: 60}, keep_served=True)
        for route in ROUTE_NAMES:
            page = self.lister(route).raw(0)[2]
            every = [one["document"].encode("utf-8", "surrogateescape")
                     for one in self.sim.documents(route, DAY)]
            self.assertTrue(every, route)
            self.assertIn(b'"Data":[' + b",".join(every) + b"]}", page)
            self.assertEqual(self.sim.served(route), every)
        self.assertEqual(set(self.sim.truth(DAY)["routes"]),
                         set(ROUTE_NAMES))

    def test_dialects_on_each_route(self):
        """The page unit and parameter, method, envelope and spellings."""
        for route in OTHERS:
            for unit, at in (("pages", 1), ("documents", 4)):
                for method in ("GET", "POST"):
                    for param in ("report-skip", "report_skip"):
                        self.check_dialect(route, unit, at, method, param)

    def check_dialect(self, route, unit, at, method, param):
        self.use(days={DAY: 30}, routes={route: {"dialect": {
            "page_unit": unit, "page_size": 4, "method": method,
            "page_param": param, "envelope": "strings",
            "pages_field": "Paginas", "identity": "_id",
            "fields": {"agente": "Agente"}}}})
        lister = self.lister(route, param=param, method=method)
        first, second = lister.page(0), lister.page(at)
        self.assertEqual(len(first["Data"]), 4)
        self.assertEqual(int(first["Paginas"]),
                         -(-int(first["Total"]) // 4))
        ids = [d["_id"] for d in first["Data"] + second["Data"]]
        self.assertEqual(len(set(ids)), len(ids))
        self.assertTrue(all("Agente" in d for d in first["Data"]))
        wrong = "POST" if method == "GET" else "GET"
        self.assertEqual(self.lister(route, method=wrong).raw(0)[0], 405)
        # The other routes keep their own dialect.
        self.assertEqual(self.lister(AUDIO).page(0)["Total"], 30)

    def test_envelopes_times_and_windows(self):
        for form, total in (("lower", "total"), ("upper", "TOTAL"),
                            ("bare-case", "tOtal")):
            self.use(routes={VOICE_LOG: {"dialect": {"envelope": form}}})
            self.assertEqual(self.lister(VOICE_LOG).page(0)[total], 25)
        self.use(routes={VOICE_LOG: {
            "time_format": "epoch", "date_end": "exclusive",
            "filter_zone": "UTC", "dialect": {"identity": "numeric"}}})
        self.assertIsInstance(self.truth(VOICE_LOG)[0]["data_inicio"], int)
        self.assertGreater(self.truth(VOICE_LOG)[0]["id"], 2 ** 53)
        self.assertIsInstance(self.truth(AUDIO)[0]["data_inicio"], str)
        ids = [self.lister(r).page(0)["Total"] for r in (VOICE_LOG, AUDIO)]
        self.assertLess(*ids)

    def test_windows_hold_each_document_once(self):
        """Two halves of the day are the day, on each route."""
        self.use(days={DAY: 40})
        for route in ROUTE_NAMES:
            lister = self.lister(route)
            halves = [lister.page(0, DAY + " " + a, DAY + " " + b)["Data"]
                      for a, b in (("00:00:00", "11:59:59"),
                                   ("12:00:00", "23:59:59"))]
            whole = halves[0] + halves[1]
            self.assertEqual(whole, self.truth(route), route)
            times = [one["data_inicio"] for one in whole]
            self.assertEqual(times, sorted(times), route)
            self.assertEqual(sum(t < DAY + " 12" for t in times),
                             len(halves[0]), route)

    def test_lies_and_faults_of_each_route(self):
        for route in OTHERS:
            self.use(days={DAY: 60}, routes={route: {
                "dialect": {"page_size": 5}, "listing": {
                    "total_lie": {"delta": 3}, "ceiling": 5,
                    "faults": [{"page": 1, "do": "503"}]}}})
            lister, other = self.lister(route), self.lister(AUDIO)
            total = lister.page(0)["Total"]
            self.assertEqual(total, len(self.truth(route)) + 3, route)
            self.assertEqual(lister.raw(1)[0], 503)
            self.assertEqual(lister.ids(1), [])
            self.assertEqual(other.raw(1)[0], 200)
            self.assertEqual(other.page(0)["Total"], 60)

    def test_faults_are_used_up_by_each_route(self):
        once = {"listing": {"faults": {"do": "503"}}}
        self.use(routes={route: once for route in OTHERS})
        for route in OTHERS:
            answers = [self.lister(route).raw(0)[0] for _ in range(2)]
            self.assertEqual(answers, [503, 200], route)

    def test_drift_of_each_route(self):
        for route in OTHERS:
            self.use(days={DAY: 60}, routes={route: {
                "dialect": {"page_size": 5},
                "listing": {"drift": {"do": "insert-before", "from": 1}}}})
            lister = self.lister(route)
            first, second = lister.page(0), lister.page(1)
            self.assertEqual(second["Total"], first["Total"] + 1, route)
            self.assertEqual(first["Data"][-1], second["Data"][0])
            ids = [one["id"] for one in self.sim.documents(route, DAY)]
            self.assertEqual(len(set(ids)), len(ids), route)
            self.sim.set(routes={route: {"listing": {
                "drift": {"do": "endless", "from": 0}}}})
            self.assertEqual(len(lister.page(9)["Data"]), 1000, route)

    def test_late_changed_and_vanished_of_each_route(self):
        for route in OTHERS:
            self.use(days={DAY: 60}, routes={route: {"listing": {
                "changed": {"which": 0, "after_listings": 1},
                "vanished": {"which": 1, "after_listings": 1},
                "late": {"which": 2, "after_listings": 2}}}})
            one, two, three = (self.listed(route) for _ in range(3))
            self.assertNotEqual(one[0], two[0], route)
            self.assertEqual(two[0]["agente"], "Agente renomeado")
            self.assertNotIn(one[1], two)
            self.assertNotIn(three[1], two)
            told = self.sim.planted(DAY)
            self.assertEqual(told["late"][0]["id"], three[1]["id"])
            self.assertEqual(told["vanished"][0]["id"], one[1]["id"])
            self.assertEqual(told["changed"][0]["route"], route)

    def test_the_common_listing_is_of_the_audio_links_alone(self):
        self.use(listing={"vanished": {"which": "*"}, "faults": {
            "at": 1, "do": "503"}})
        for route in ROUTE_NAMES:
            lister = self.lister(route)
            self.assertEqual(lister.page(0)["Total"] == 0, route == AUDIO)
            self.assertEqual(lister.raw(0)[0],
                             503 if route == AUDIO else 200)

    def test_a_latency_of_one_route(self):
        self.use(routes={MESSAGES: {"latency_ms": 300}})
        lister = self.lister(MESSAGES)
        began = time.monotonic()
        lister.raw(0)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_links_outlive_other_types(self):
        """A link inside a value that became text is still only a link."""
        self.use(population={"attachment_share": 1.0}, links={
            "signed": True}, routes={MESSAGES: {"listing": {
                "bad": {"which": "*", "do": "wrong-types"}}}})
        text = self.lister(MESSAGES).raw(0)[2].decode()
        self.assertNotIn("@@LINK@@", text)
        told = self.sim.documents(MESSAGES, DAY)[0]
        self.assertRegex(told["document"], (
            "'media': '%s%s[?]sig=[0-9a-f]{64}', 'message_type'" % (
                self.sim.media_url, told["media"][0]["path"])))

    def test_a_rate_of_one_route(self):
        self.use(routes={SURVEYS: {"rate": {"per_second": 1}}})
        answers = [self.lister(SURVEYS).raw(0)[0] for _ in range(3)]
        self.assertEqual(answers[-1], 429)
        self.assertEqual(self.lister(AUDIO).raw(0)[0], 200)

    def test_documents_given_to_a_route(self):
        raw = '{"id" :  "x",\t"data_inicio":"2024-12-30 10:00:00"}'
        for route in OTHERS:
            self.use(routes={route: {"documents": [raw]}})
            self.assertIn(raw, self.lister(route).raw(0)[2].decode())
            self.assertNotIn(raw, self.lister(AUDIO).raw(0)[2].decode())

    def test_wrong_routes_are_refused(self):
        for wrong in ({"voice-logs": {}}, {VOICE_LOG: {"media": {}}},
                      {VOICE_LOG: {"listing": {"order": "odd"}}},
                      {VOICE_LOG: {"dialect": {"org_field": "empresa"}}},
                      {VOICE_LOG: {"listing": {"faults": {"do": "x"}}}}):
            with self.assertRaises(ValueError):
                self.sim.scenario({"routes": wrong})
        for wrong in ({"planted": {"do": "theft"}},
                      {"planted": {"do": "duration", "which": 1}},
                      {"media": {"size": "call", "kinds": ["flac"]}},
                      {"media": {"size": "call", "kinds": ["mp3"],
                                 "source": "asterisk"}}):
            with self.assertRaises(ValueError):
                self.sim.scenario(wrong)


class Oddities(RouteCase):
    def bad(self, route, **spec):
        self.use(days={DAY: 60}, contact_share=1.0,
                 population={"survey_share": 1.0},
                 routes={route: {"listing": {"bad": spec}}})
        return self.listed(route)

    def test_fields_missing_and_of_other_types(self):
        for route in OTHERS:
            one = self.bad(route, which=0, do="wrong-types")[0]
            self.assertNotIsInstance(one["agente"], str)
            one = self.bad(route, which=0, do="drop", fields=["agente"])[0]
            self.assertNotIn("agente", one)
            one = self.bad(route, which=0, do="extra")[0]
            self.assertEqual(one["ação"], {"sub": [1, None, {"x": []}]})
            one = self.bad(route, which=0, do="null-date")[0]
            self.assertIsNone(one["data_inicio"])
            told = self.sim.planted(DAY)["bad"]
            self.assertEqual([(b["route"], b["index"], b["do"])
                              for b in told], [(route, 0, "null-date")])

    def test_nested_arrays(self):
        for route, field in ((MESSAGES, "mensagens"),
                             (VOICE_LOG, "respostas_pesquisas")):
            for do, wanted in (("empty-list", []), ("null-list", None),
                               ("object-list", {"$oid": "64f0c2a1"}),
                               ("number-list", 42), ("junk-list", "amanhã")):
                one = self.bad(route, which=0, do=do)[0]
                self.assertEqual(one[field], wanted)
            one = self.bad(route, which=0, do="missing-list")[0]
            self.assertNotIn(field, one)
            one = self.bad(route, which="*", do="null-element")[0]
            self.assertIsNone(one[field][0])
            count = len(one[field])
            one = self.bad(route, which="*", do="missing-element")[0]
            self.assertEqual(len(one[field]), count - 1)
            self.assertNotIn(None, one[field])

    def test_duplicates(self):
        for route in OTHERS:
            for other in (False, True):
                self.use(days={DAY: 60}, routes={route: {"listing": {
                    "duplicates": {"which": 0, "other": other}}}})
                listed = self.listed(route)
                self.assertEqual(listed[0]["id"], listed[-1]["id"], route)
                self.assertEqual(listed[0] != listed[-1], other)

    def test_anonymised(self):
        self.use(routes={MESSAGES: {"listing": {"changed": {
            "which": 0, "anonymise": True}}}})
        one = self.listed(MESSAGES)[0]
        self.assertEqual((one["contato"], one["mensagens"][0]["message"]),
                         ("***", "***"))
        self.assertNotIn("documento", one)

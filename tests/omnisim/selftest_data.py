"""Tests of the data of the routes: that they agree, and where not."""

import hashlib
import io
import json
import tempfile
import unittest
import wave
from datetime import datetime
from pathlib import Path

from . import audio, people
from .planted import (ACTIVITY, AUDIO, HIDDEN_FROM, HISTORY, MESSAGES,
                      SURVEYS, VOICE_LOG)
from .probe import DAY, RouteCase, get
from .sim import ROUTE_NAMES, Sim

# Short talks, so that a recording as long as its call is small.
SHORT = {"talk_s": [1, 4]}
# What is planted: where it is then missing. Written anew on purpose.
MISSING = {
    "no-document": {AUDIO}, "unknown-recording": {VOICE_LOG, HISTORY},
    "no-voice-log": {VOICE_LOG}, "no-attendance": {HISTORY},
    "no-messages": {MESSAGES}, "no-survey": {SURVEYS}, "no-link": set(),
    "duration": set(),
}


def seconds(document):
    """From data_atendida to data_fim, as the document says."""
    begin, end = (datetime.fromisoformat(document[name])
                  for name in ("data_atendida", "data_fim"))
    return (end - begin).total_seconds()


class Agreement(RouteCase):
    def setUp(self):
        self.use(days={DAY: 200}, population=SHORT, media={"size": "call"})

    def test_calls_stand_in_three_routes(self):
        history, log, links = map(self.by_protocol,
                                  (HISTORY, VOICE_LOG, AUDIO))
        self.assertEqual(set(log), set(links))
        self.assertEqual(set(log), {p for p, one in history.items()
                                    if one["midia"] == 1})
        for protocol, link in links.items():
            call, attendance = log[protocol], history[protocol]
            for field in ("data_inicio", "data_atendida", "data_fim",
                          "agente", "agent", "contato", "status", "ramal"):
                self.assertEqual(call[field], link[field])
                self.assertEqual(attendance[field], link[field])
            self.assertEqual(attendance["cliente"], link["cliente"])
            self.assertEqual(attendance["documento_cliente"],
                             link["documento"])
            self.assertEqual(attendance["tag"], link["tag"])
            self.assertEqual(call["tipo"], link["origem"])
            self.assertEqual("download_url" in link,
                             link["status"] == "Contact")
            self.assertEqual(attendance["id"], link["_id"])
            self.assertLessEqual(link["data_inicio"],
                                 link["data_atendida"] or "~")

    def test_audio_is_as_long_as_its_call(self):
        checked = 0
        for call in self.sim.calls(DAY):
            if call["path"]:
                body = get(self.sim.root, call["path"])[2]
                self.assertEqual((len(body) - 44) / 16000,
                                 seconds(json.loads(call["document"])))
                checked += 1
        self.assertGreater(checked, 50)

    def test_conversations_stand_in_two_routes(self):
        history, talks = map(self.by_protocol, (HISTORY, MESSAGES))
        chats = {p for p, one in history.items() if one["midia"] != 1}
        self.assertEqual(set(talks), chats)
        self.assertEqual(len(chats), 100)
        codes = {one["media_type"] for one in talks.values()}
        self.assertEqual(codes, {2, 3, 4, 5, 12, 17})
        for protocol, talk in talks.items():
            attendance = history[protocol]
            self.assertEqual(talk["media_type"], attendance["midia"])
            self.assertEqual(talk["id"], attendance["id"])
            for field in ("data_inicio", "data_atendida", "data_fim",
                          "agente", "contato"):
                self.assertEqual(talk[field], attendance[field])
            times = [m["send_time"] for m in talk["mensagens"]]
            self.assertEqual(times, sorted(times))
            self.assertLessEqual(talk["data_inicio"], times[0])
            self.assertLessEqual(times[-1], talk["data_fim"])
            self.assertTrue(talk["mensagens"][0]["recebida"])

    def test_attachments_are_served(self):
        kinds = set()
        self.use(days={DAY: 400}, population={"hostile_share": 0.2,
                                              "attachment_share": 0.4})
        for talk in self.sim.documents(MESSAGES, DAY, hashes=True):
            for medium in talk["media"]:
                self.assertIn(self.sim.media_url + medium["path"],
                              talk["document"])
                if medium["kind"] in kinds:
                    continue
                kinds.add(medium["kind"])
                status, _, body = get(self.sim.media_url, medium["path"])
                self.assertEqual(status, 200)
                self.assertEqual(hashlib.sha256(body).hexdigest(),
                                 medium["sha256"])
                self.check_attachment(medium["kind"], body)
        self.assertEqual(kinds, {"jpeg", "png", "voice", "mp3", "video",
                                 "pdf", "html"})
        text = "".join(one["document"]
                       for one in self.sim.documents(MESSAGES, DAY))
        self.assertIn("<script>", text)

    def test_attachments_of_other_kinds(self):
        kinds = ["gif", "webp", "3gp", "program"]
        self.use(days={DAY: 100}, population={"attachment_share": 0.5,
                                              "attachment_kinds": kinds})
        found = set()
        for talk in self.sim.documents(MESSAGES, DAY):
            for medium in talk["media"]:
                if medium["kind"] not in found:
                    found.add(medium["kind"])
                    _, _, body = get(self.sim.media_url, medium["path"])
                    self.check_attachment(medium["kind"], body)
        self.assertLessEqual(set(kinds), found)

    def check_attachment(self, kind, body):
        first = {"jpeg": b"\xff\xd8\xff\xe0", "png": b"\x89PNG\r\n",
                 "gif": b"GIF89a", "webp": b"RIFF", "program": b"MZ",
                 "voice": b"OggS", "mp3": b"\xff\xfb", "pdf": b"%PDF-1.4",
                 "html": b"<!doctype html>"}
        self.assertTrue(body.startswith(first.get(kind, b"")))
        if kind in ("video", "3gp"):
            self.assertEqual(body[4:8], b"ftyp")
            self.assertIn(b"vide", body)
        if kind == "webp":
            self.assertEqual(int.from_bytes(body[4:8], "little"),
                             len(body) - 8)
        if kind == "pdf":
            at = int(body.split(b"startxref\n")[1].split()[0])
            self.assertEqual(body[at:at + 4], b"xref")
            self.assertTrue(body[int(body[at + 29:at + 39]):].startswith(
                b"1 0 obj"))

    def test_surveys_agree(self):
        history = self.by_protocol(HISTORY)
        surveys = {one["id"]: one for one in self.truth(SURVEYS)}
        found = {}
        for call in self.truth(VOICE_LOG):
            for answer in call["respostas_pesquisas"]:
                found[answer["id"]] = {**answer, "protocolo":
                                       call["protocolo"]}
        voice = {i for i, one in surveys.items() if one["media_type"] == 1}
        self.assertEqual(set(found), voice)
        self.assertGreater(len(voice), 5)
        self.assertGreater(len(surveys), len(voice))
        for ident, one in surveys.items():
            attendance = history[one["protocolo"]]
            self.assertEqual(attendance["midia"], one["media_type"])
            self.assertGreater(one["data_inicio"], attendance["data_fim"])
            if ident in found:
                answer = found[ident]
                for field in ("questão", "score", "status", "protocolo"):
                    self.assertEqual(answer[field], one[field])
                self.assertEqual(answer["data_encerramento"],
                                 one["data_completado"])
            self.assertEqual(one["completed"] == "yes",
                             one["score"] is not None)

    def test_who_ends_near_midnight_is_not_asked(self):
        self.use(days={DAY: 200}, contact_share=1.0,
                 population={"survey_share": 1.0})
        asked = {one["protocolo"] for one in self.truth(SURVEYS)}
        calls = self.truth(VOICE_LOG)
        for call in calls:
            self.assertEqual(bool(call["respostas_pesquisas"]),
                             call["protocolo"] in asked)
        self.assertTrue(calls[0]["respostas_pesquisas"])
        self.assertFalse(calls[-1]["respostas_pesquisas"])

    def test_pauses_lie_within_logins(self):
        shifts = {}
        events = self.truth(ACTIVITY)
        for one in events:
            if one["evento"] == "Login":
                shifts[one["agent"]] = (one["data_inicio"], one["data_fim"])
        self.assertEqual(set(shifts), {mail for _, mail in people.AGENTS})
        for one in events:
            begin, end = shifts[one["agent"]]
            self.assertLessEqual(begin, one["data_inicio"])
            self.assertLess(one["data_inicio"], one["data_fim"])
            self.assertLessEqual(one["data_fim"], end)
        self.assertGreater({one["evento"] for one in events},
                           {"Login", "Pause", "Almoço"})

    def test_lengths_are_right_in_other_formats(self):
        for kind, count, rate in (("wav-ulaw", lambda b: len(b) - 46, 8000),
                                  ("wav-gsm",
                                   lambda b: (len(b) - 48) // 65, 25),
                                  ("amr", lambda b: (len(b) - 6) // 32, 50),
                                  ("mp3", lambda b: len(b) // 288, 250 / 9),
                                  ("m4a", lambda b: b.count(
                                      b"\x00\xc8\x00\x80\x23\x80"), 7.8125),
                                  ("ogg-opus", lambda b: (int.from_bytes(
                                      b[b.rindex(b"OggS") + 6:][:8],
                                      "little") - 312) // 960, 50),
                                  ("ogg-vorbis", lambda b: int.from_bytes(
                                      b[b.rindex(b"OggS") + 6:][:8],
                                      "little") // 128, 62.5),
                                  ("webm", lambda b: b.count(
                                      b"\xa3\x01\0\0\0\0\0\0\x7d\x81"), 50)):
            body = audio.make(kind, b"seed", audio.size_of(kind, 20))
            self.assertAlmostEqual(count(body) / rate, 20, delta=0.07,
                                   msg=kind)

    def test_prompts_in_a_row_are_as_long_as_asked(self):
        with tempfile.TemporaryDirectory() as folder:
            prompts = audio.Prompts(Path(folder))
            self.assertFalse(prompts)
            (Path(folder) / "en").mkdir()
            for name, size in (("a", 4044), ("b", 7001)):
                (Path(folder) / "en" / (name + ".wav")).write_bytes(
                    audio.make("wav", name.encode(), size))
            prompts = audio.Prompts(Path(folder))
            for length in (0.2, 1, 3):
                size = audio.size_of("wav", length)
                made = {prompts.make(bytes([n]) * 32, size) for n in range(4)}
                self.assertEqual(len(made), 4)
                for body in made:
                    with wave.open(io.BytesIO(body)) as sound:
                        self.assertEqual(sound.getparams()[:4],
                                         (1, 2, 8000, length * 8000))


class Planted(RouteCase):
    def plant(self, *planted, **more):
        self.use(days={DAY: 100}, planted=list(planted), population=SHORT,
                 media={"size": "call"}, **more)

    def test_each_kind_is_missing_where_it_says_and_only_there(self):
        self.assertEqual(set(MISSING), set(HIDDEN_FROM))
        for kind, hidden in MISSING.items():
            self.plant({"do": kind, "which": "every:5"})
            told = {one["protocolo"] for one in self.sim.planted(DAY)[kind]}
            self.assertGreater(len(told), 3, kind)
            whole = {r: {o["protocolo"] for o in self.truth(r)}
                     for r in ROUTE_NAMES if r != ACTIVITY}
            self.use(days={DAY: 100}, population=SHORT)
            for route, protocols in whole.items():
                before = {o["protocolo"] for o in self.truth(route)}
                gone = told & before if route in hidden else set()
                self.assertEqual(before - protocols, gone, (kind, route))
                self.assertFalse(protocols - before)

    def test_no_document_of_an_attended_call(self):
        self.plant({"do": "no-document", "which": "*"})
        told = self.sim.planted(DAY)["no-document"]
        self.assertEqual({one["status"] for one in self.truth(AUDIO)
                          if one["status"] == "Contact"}, set())
        self.assertEqual(len(told), sum(
            one["status"] == "Contact" for one in self.truth(VOICE_LOG)))

    def test_no_link_though_attended(self):
        for form, wanted in (("absent", None), ("null", None), ("empty", "")):
            self.plant({"do": "no-link", "which": "every:9"},
                       dialect={"no_link": form})
            told = {o["protocolo"] for o in self.sim.planted(DAY)["no-link"]}
            found = {one["protocolo"] for one in self.truth(AUDIO)
                     if one["status"] == "Contact"
                     and one.get("download_url") == wanted}
            self.assertEqual(found, told)
        self.assertTrue(told)

    def test_durations_that_disagree(self):
        self.plant({"do": "duration", "which": "every:5", "seconds": 7},
                   {"do": "duration", "which": 1, "seconds": -1},
                   contact_share=1.0)
        told = {one["id"]: one["seconds"]
                for one in self.sim.planted(DAY)["duration"]}
        self.assertEqual(set(told.values()), {7, -1})
        for call in self.sim.calls(DAY):
            length = (call["size"] - 44) / 16000
            self.assertAlmostEqual(
                length - seconds(json.loads(call["document"])),
                told.get(call["id"], 0), delta=0.001)

    def test_a_name_plants_one(self):
        self.use(days={DAY: 100})
        chosen = next(one["protocolo"] for one in self.truth(VOICE_LOG)
                      if one["status"] == "Contact")
        self.plant({"do": "no-voice-log", "which": chosen})
        self.assertEqual([one["protocolo"] for one in
                          self.sim.planted(DAY)["no-voice-log"]], [chosen])
        self.assertNotIn(chosen, self.by_protocol(VOICE_LOG))
        self.assertIn(chosen, self.by_protocol(HISTORY))


class People(unittest.TestCase):
    def test_check_digits(self):
        """Against two numbers whose digits the authorities publish."""
        self.assertTrue(people.is_cnpj("12.ABC.345/01DE-35"))
        self.assertTrue(people.is_cnpj("00.000.000/0001-91"))
        self.assertFalse(people.is_cnpj("12.ABC.345/01DE-36"))
        self.assertTrue(people.is_cpf("111.444.777-35"))
        self.assertFalse(people.is_cpf("111.444.777-53"))

    def test_all_papers_are_right_and_marked(self):
        for papers, is_right, mark in (
                (people.CPFS, people.is_cpf, "999.9"),
                (people.CNPJS, people.is_cnpj, "99.999."),
                (people.LETTER_CNPJS, people.is_cnpj, "SI.M")):
            self.assertEqual(len(set(papers)), len(papers))
            for text in papers:
                self.assertTrue(is_right(text) and text.startswith(mark),
                                text)

    def test_letters_from_their_day_on(self):
        scenario = {"days": {DAY: 200, "2026-07-01": 200}, "population": {
            "cnpj_share": 0.5}}
        with Sim(scenario) as sim:
            for day, wanted in ((DAY, False), ("2026-07-01", True)):
                every = [json.loads(one["document"])["documento_cliente"]
                         for one in sim.documents(HISTORY, day)]
                self.assertEqual(any(t.startswith("SI.M") for t in every),
                                 wanted)
                self.assertTrue(any(t.startswith("99.999.") for t in every))
                self.assertTrue(all(people.is_cpf(t) or people.is_cnpj(t)
                                    for t in every))

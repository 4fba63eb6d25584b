"""A folder to listen in: whole, self-contained, true to the archive, and with
no more of a client than was asked for."""

import hashlib
import json
import struct
import tempfile
from pathlib import Path

import pytest

from support import (COMPLETE, INCOMPLETE, INTEGRITY, USAGE, check_archive)

DAY = "2024-12-30"
RANGE = ("--day", DAY)
SOUNDS = Path(__file__).resolve().parents[1] / "data" / "audio"

# In this order, one a call.
PLAYABLE = ("pcm-mono.wav", "pcm-stereo.wav", "alaw.wav", "mulaw.wav",
            "mp3.mp3", "opus.ogg", "vorbis.ogg", "flac.flac", "aac.m4a",
            "opus.webm")
CONVERTED = ("gsm.wav", "adpcm-ima.wav", "adpcm-ms.wav", "g722.wav",
             "g726-16.wav", "g726-24.wav", "g726-32.wav", "g726-40.wav")

FORM = {"title": "Quality", "questions": [
    {"id": "greeting", "text": "Greeted?", "type": "yes_no", "weight": 2},
    {"id": "tone", "text": "Tone", "type": "scale"},
    {"id": "rule", "text": "Followed the rules?", "type": "yes_no",
     "fatal": True},
    {"id": "end", "text": "How did it end?", "type": "choice",
     "choices": [{"text": "well", "value": 1}, "badly"]},
    {"id": "remark", "text": "Remark", "type": "text"}]}


def of_files(*names, **changes):
    """A scenario with a call for each of the files."""
    return {"days": {DAY: len(names)}, "contact_share": 1.0,
            "media": {"files": {str(i): str(SOUNDS / name)
                                for i, name in enumerate(names)}}, **changes}


@pytest.fixture
def archived(make):
    def build(scenario, *args, **settings):
        sim, callark = make(scenario, **settings)
        result = callark.sync(*RANGE, *args)
        assert result.status == COMPLETE, result
        return sim, callark
    return build


def read_script(path, function):
    """The arguments of the one call that a script is."""
    text = path.read_bytes()
    assert text.isascii() and b"<" not in text and b"&" not in text
    text = text.decode()
    assert text.startswith(function + "(") and text.endswith(");\n")
    return json.loads("[" + text[len(function) + 1:-3] + "]")


class Folder:
    def __init__(self, path):
        self.path = Path(path)
        self.head, self.calls = read_script(self.path / "data.js",
                                            "callarkReview")

    def details(self, number):
        n, data = read_script(self.path / f"calls/{number:05}.js",
                              "callarkCall")
        assert n == number
        return data


@pytest.fixture
def review(tmp_path):
    """review(callark, …): run it into a new folder, and read what is there."""
    count = 0

    def run(callark, *args, status=COMPLETE):
        nonlocal count
        count += 1
        folder = tmp_path / f"review-{count}"
        result = callark.run("review", folder, *args)
        assert result.status == status, result
        run.result = result
        return Folder(folder)
    return run


def wav_facts(path):
    """format tag, channels, rate, bits, bytes of data; checked to be whole."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF" and data[8:16] == b"WAVEfmt "
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", data[20:36])
    size = struct.unpack("<I", data[40:44])[0]
    assert data[36:40] == b"data" and len(data) == 44 + size + size % 2
    return tag, channels, rate, bits, size


# ---- the folder --------------------------------------------------------------

def test_the_folder_has_all_that_the_page_needs(archived, review):
    _, callark = archived({"days": {DAY: 12}})
    folder = review(callark)
    names = {p.name for p in folder.path.iterdir()}
    assert names == {"index.html", "review.js", "review.css", "icon.svg",
                     "data.js", "audio", "calls"}
    page = (folder.path / "index.html").read_text()
    assert "default-src 'none'; script-src 'self'" in page
    for text in (page, (folder.path / "review.js").read_text()):
        assert "http://" not in text and "https://" not in text
        assert "innerHTML" not in text and "eval(" not in text
    assert len(folder.calls) == len(callark.audio())
    for path in folder.path.rglob("*"):
        assert path.stat().st_mode & 0o77 == 0, path
    check_archive(callark)


def test_recordings_are_copied_as_they_are(archived, review):
    _, callark = archived(of_files(*PLAYABLE))
    folder = review(callark)
    assert len(folder.calls) == len(PLAYABLE)
    for call, name in zip(folder.calls, PLAYABLE):
        copy = folder.path / "audio" / call["sound"]["file"]
        assert copy.read_bytes() == (SOUNDS / name).read_bytes(), name
        assert call["record"]["sha256"] == \
            hashlib.sha256(copy.read_bytes()).hexdigest()
        assert "converted" not in call["sound"]


def samples_of(path):
    data = path.read_bytes()[44:]
    return struct.unpack(f"<{len(data) // 2}h", data[:len(data) // 2 * 2])


def likeness(path):
    """How alike a file is to the original, at the best of some delays."""
    one, other = samples_of(path), samples_of(SOUNDS / "pcm-mono.wav")
    best = 0
    for delay in range(-4, 5):
        pairs = [(one[i], other[i + delay]) for i in range(100, 15000)]
        best = max(best, sum(a * b for a, b in pairs) / max(1, (
            sum(a * a for a, _ in pairs) *
            sum(b * b for _, b in pairs)) ** 0.5))
    return best


@pytest.mark.parametrize("name", CONVERTED)
def test_what_no_browser_plays_is_converted(archived, review, name):
    _, callark = archived(of_files(name))
    folder = review(callark)
    call, = folder.calls
    assert call["sound"]["converted"] is True, call
    assert call["record"]["sha256"] == \
        hashlib.sha256((SOUNDS / name).read_bytes()).hexdigest()
    tag, channels, rate, bits, size = wav_facts(
        folder.path / "audio" / call["sound"]["file"])
    assert (tag, channels, bits) == (1, 1, 16)
    assert rate == (16000 if name == "g722.wav" else 8000)
    assert abs(size / 2 / rate - 2) < 0.1
    if rate == 8000:        # it sounds like what was recorded
        assert likeness(folder.path / "audio" / call["sound"]["file"]) > 0.9
    check_archive(callark)


def test_each_side_of_a_stereo_call_is_a_file(archived, review):
    _, callark = archived(of_files("pcm-stereo.wav", "pcm-mono.wav"))
    stereo, mono = (folder := review(callark)).calls
    assert stereo["sound"]["solo"] and "solo" not in mono["sound"]
    for side in ("left", "right"):
        path = folder.path / f"audio/00001.{side}.wav"
        assert wav_facts(path) == (7, 1, 8000, 8, 16000)
    assert not list(folder.path.glob("audio/00002.*.wav"))


def test_hard_links_take_no_room(archived, review):
    _, callark = archived({"days": {DAY: 6}, "contact_share": 1.0})
    folder = review(callark, "--hard-link")
    for call in folder.calls:
        ours = (folder.path / "audio" / call["sound"]["file"]).stat()
        theirs = (callark.archive / call["record"]["path"]).stat()
        assert ours.st_ino == theirs.st_ino
    assert "6 linked" in review.result.out
    check_archive(callark)


def test_where_no_link_can_be_made_it_is_a_copy(archived, tmp_path):
    _, callark = archived({"days": {DAY: 3}, "contact_share": 1.0})
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other file system")
    with tempfile.TemporaryDirectory(dir=shm) as elsewhere:
        folder = Path(elsewhere) / "review"
        result = callark.run("review", folder, "--hard-link")
        assert result.status == COMPLETE, result
        assert "3 copied, 0 linked" in result.out
        assert len(list(folder.glob("audio/*"))) == 3


def test_a_folder_that_is_in_use_is_left_alone(archived, tmp_path):
    _, callark = archived({"days": {DAY: 3}})
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    (theirs / "letter.txt").write_text("dear")
    result = callark.run("review", theirs)
    assert result.status == USAGE and "letter.txt" in result.err
    assert [p.name for p in theirs.iterdir() if p.name[0] != "."] == \
        ["letter.txt"]
    inside = callark.archive / "review"
    assert callark.run("review", inside).status == USAGE
    assert callark.run("review").status == USAGE
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    assert callark.run("review", empty).status == COMPLETE
    assert callark.run("review", empty).status == USAGE


def test_filters_and_ranges_choose(archived, review):
    _, callark = archived({"days": {DAY: 20}, "contact_share": 1.0})
    everything = review(callark)
    agent = everything.calls[0]["record"]["agent"]
    some = review(callark, "--agent", agent)
    assert some.calls and {c["record"]["agent"] for c in some.calls} == {agent}
    assert [c["record"]["id"] for c in everything.calls
            if c["record"]["agent"] == agent] == \
        [c["record"]["id"] for c in some.calls]
    assert some.head["review"] != everything.head["review"]
    assert review(callark).head["review"] == everything.head["review"]


def test_nothing_to_listen_to_is_told(archived, tmp_path):
    _, callark = archived({"days": {DAY: 3}})
    result = callark.run("review", tmp_path / "new", "--agent", "nobody")
    assert result.status == INCOMPLETE
    assert "no archived recording matches" in result.err
    assert list((tmp_path / "new").iterdir()) == []


# ---- who is told of ----------------------------------------------------------

def test_clients_are_masked(archived, review):
    sim, callark = archived({"days": {DAY: 8}, "contact_share": 1.0})
    folder = review(callark)
    text = "".join(p.read_text() for p in folder.path.rglob("*.js"))
    decoded = json.dumps(folder.calls, ensure_ascii=False)
    for entry in sim.calls(DAY):
        document = json.loads(entry["document"])
        for field in ("cliente", "contato", "documento"):
            assert document[field] not in decoded
            assert document[field] not in text
        assert document["cliente"][-4:] in decoded
    assert folder.head["masked"] is True
    assert "download_url" not in text and "recordings/2024" not in text


def test_unmasked_on_request(archived, review):
    sim, callark = archived({"days": {DAY: 8}, "contact_share": 1.0})
    folder = review(callark, "--unmask")
    known = {e["id"]: json.loads(e["document"]) for e in sim.calls(DAY)}
    for call in folder.calls:
        document = known[call["record"]["id"]]
        assert call["record"]["client"] == document["cliente"]
        assert call["record"]["contact"] == document["contato"]
        assert call["record"]["document"] == document["documento"]
    assert folder.head["masked"] is False


def conversation(protocol):
    return {"_id": "c1", "id": "c1", "data_inicio": DAY + " 09:00:00",
            "data_fim": DAY + " 09:10:00", "contato": "Maria",
            "protocolo": protocol, "media_type": 2, "mensagens": [
                {"recebida": True, "send_time": DAY + " 09:00:01",
                 "message": "My name is Maria", "media": None,
                 "message_type": "text"},
                {"recebida": False, "send_time": DAY + " 09:00:09",
                 "message": "Hello", "media": None, "message_type": "text"}]}


def test_messages_and_surveys_of_the_protocol_are_beside(archived, review):
    protocol = "P-77"
    call = {"_id": "a1", "id": "a1", "data_inicio": DAY + " 08:00:00",
            "data_atendida": DAY + " 08:00:05", "data_fim": DAY + " 08:01:00",
            "agente": "Ana", "agent": "ana@x.example", "protocolo": protocol,
            "status": "Contact", "download_url": "{link}"}
    survey = {"id": "s1", "data_inicio": DAY + " 08:02:00",
              "data_fim": DAY + " 08:02:10", "protocolo": protocol,
              "questão": "How was it?", "score": 4, "status": "Respondida"}
    _, callark = archived({
        "days": {DAY: 0}, "documents": [call], "routes": {
            "service-history-messages": {
                "documents": [conversation(protocol)]},
            "satisfaction-survey-history": {"documents": [survey]}}},
        "--reports", "all")
    details = review(callark, "--unmask").details(1)
    assert [m.get("text") for m in details["messages"]] == \
        ["My name is Maria", "Hello"]
    assert details["messages"][0]["received"] is True
    assert details["surveys"][0]["question"] == "How was it?"
    assert details["surveys"][0]["score"] == "4"
    masked = review(callark).details(1)
    assert len(masked["messages"]) == 2
    assert all("text" not in m for m in masked["messages"])


# ---- what is wrong with recordings -------------------------------------------

def test_damage_is_told_on_the_page(archived, review):
    _, callark = archived({"days": {DAY: 5}, "contact_share": 1.0})
    rows = list(callark.table(DAY).values())
    paths = [callark.bag(DAY) / row["path"] for row in rows]
    paths[0].unlink()
    paths[1].write_bytes(paths[1].read_bytes()[:-100])
    changed = bytearray(paths[2].read_bytes())
    changed[-1] ^= 1
    paths[2].write_bytes(bytes(changed))
    folder = review(callark, status=INTEGRITY)
    why = {c["record"]["id"]: c["sound"].get("why") for c in folder.calls}
    assert "missing" in why[rows[0]["id"]]
    assert "shorter" in why[rows[1]["id"]]
    assert "not those that were archived" in why[rows[2]["id"]]
    assert why[rows[3]["id"]] is None and why[rows[4]["id"]] is None
    assert len(list(folder.path.glob("audio/*"))) == 2
    assert "3 recordings are damaged or missing" in review.result.err


def test_a_codec_that_nobody_knows_is_told(archived, review):
    _, callark = archived({"days": {DAY: 1}, "contact_share": 1.0,
                           "media": {"kinds": ["amr"]}})
    call, = review(callark).calls
    assert "AMR" in call["sound"]["why"] and "file" not in call["sound"]
    assert "1 cannot be played" in review.result.out


def test_odd_sound_is_flagged(archived, review, tmp_path):
    def wav(name, channels, frames):
        path = tmp_path / name
        data = b"".join(struct.pack("<h", int(x)) for f in frames for x in f)
        path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) +
                         b"WAVEfmt " + struct.pack(
                             "<IHHIIHH", 16, 1, channels, 8000,
                             16000 * channels, 2 * channels, 16) +
                         b"data" + struct.pack("<I", len(data)) + data)
        return str(path)
    square = [32767 if i // 20 % 2 else -32767 for i in range(16000)]
    files = [wav("silent", 1, [(0,)] * 16000),
             wav("one", 2, [(x // 4, 0) for x in square]),
             wav("loud", 1, [(x,) for x in square])]
    _, callark = archived({
        "days": {DAY: 3}, "contact_share": 1.0,
        "media": {"files": {str(i): f for i, f in enumerate(files)}}})
    flags = [c["sound"]["flags"] for c in review(callark).calls]
    assert flags == [["silent"], ["one_sided"], ["clipped"]]


# ---- what was measured is kept ------------------------------------------------

def kept(callark):
    return sorted(p for p in (callark.archive / ".cache").rglob("*")
                  if p.is_file())


def test_measures_are_kept_by_hash_and_are_no_part_of_a_bag(archived, review):
    _, callark = archived({"days": {DAY: 6}, "contact_share": 1.0})
    first = review(callark)
    files = kept(callark)
    assert {p.name for p in files} == \
        {c["record"]["sha256"] for c in first.calls}
    assert callark.run("verify").status == COMPLETE
    check_archive(callark)
    assert [c["sound"] for c in review(callark).calls] == \
        [c["sound"] for c in first.calls]


def test_damaged_measures_are_made_again(archived, review):
    _, callark = archived({"days": {DAY: 3}, "contact_share": 1.0})
    first = review(callark)
    before = {p: p.read_bytes() for p in kept(callark)}
    for i, path in enumerate(before):
        path.write_bytes([b"", b"nonsense", path.read_bytes()[:-3]][i])
    again = review(callark)
    assert [c["sound"] for c in again.calls] == \
        [c["sound"] for c in first.calls]
    assert {p: p.read_bytes() for p in kept(callark)} == before


def test_without_room_for_measures_all_goes_well(archived, review):
    _, callark = archived({"days": {DAY: 3}, "contact_share": 1.0})
    (callark.archive / ".cache").touch(0o600)
    first = review(callark)
    assert all("lufs" in c["sound"] for c in first.calls)
    assert (callark.archive / ".cache").is_file()


def test_a_sync_takes_no_notice_of_them(archived, review):
    _, callark = archived({"days": {DAY: 4}})
    review(callark)
    assert callark.sync(*RANGE).status == COMPLETE
    assert callark.run("rebuild").status == COMPLETE
    check_archive(callark)


# ---- samples ------------------------------------------------------------------

def write_sample(callark, tmp_path, calls, **head):
    organization = json.loads((callark.archive / "callark.json").read_text())
    path = tmp_path / "draw.ndjson"
    lines = [{"type": "draw", "format": 1, "draw": 7, "seed": "s",
              "organization_id": organization["organization_id"], **head}]
    lines += [{"type": "day", "day": DAY, "population": len(calls)}]
    lines += [{"type": "call", "n": i + 1, "picked": False,
               "calibration": False, "evaluators": [], **call}
              for i, call in enumerate(calls)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_sample_chooses_in_its_order(archived, review, tmp_path):
    _, callark = archived({"days": {DAY: 6}, "contact_share": 1.0})
    ids = sorted(callark.audio())[:3]
    sample = write_sample(callark, tmp_path, [
        {"id": ids[2], "evaluators": ["eva"]},
        {"id": ids[0], "evaluators": ["eva", "ivo"], "calibration": True},
        {"id": ids[1], "evaluators": ["ivo"]}], evaluators=["eva", "ivo"])
    folder = review(callark, "--sample", sample)
    assert [c["record"]["id"] for c in folder.calls] == \
        [ids[2], ids[0], ids[1]]
    assert folder.calls[1]["record"]["calibration"] is True
    assert folder.calls[1]["record"]["evaluators"] == ["eva", "ivo"]
    assert folder.head["draw"]["draw"] == 7
    hers = review(callark, "--sample", sample, "--evaluator", "eva")
    assert [c["record"]["id"] for c in hers.calls] == [ids[2], ids[0]]
    assert hers.head["evaluator"] == "eva"


def test_a_drawn_call_that_is_gone_is_listed(archived, review, tmp_path):
    _, callark = archived({"days": {DAY: 2}, "contact_share": 1.0})
    sample = write_sample(callark, tmp_path, [
        {"id": "nobody-knows", "start": DAY + " 08:00:00"},
        {"id": sorted(callark.audio())[0]}])
    folder = review(callark, "--sample", sample, status=INTEGRITY)
    assert folder.calls[0]["sound"]["why"] == "it is not in this archive"
    assert folder.calls[0]["record"]["start"] == DAY + " 08:00:00"
    assert "file" in folder.calls[1]["sound"]


@pytest.mark.parametrize("text, why", [
    ("", "the record of a draw"), ("nonsense\n", "JSON"),
    ('{"type":"call","id":"x"}\n', "the record of a draw"),
    ('{"type":"draw","organization_id":"other"}\n', "one of another"),
    ('{"type":"draw"}\n{"type":"call"}\n', "line 2: expected a call"),
])
def test_what_is_no_sample_is_refused(archived, tmp_path, text, why):
    _, callark = archived({"days": {DAY: 1}})
    path = tmp_path / "draw.ndjson"
    path.write_text(text)
    result = callark.run("review", tmp_path / "out", "--sample", path)
    assert result.status == USAGE and why in result.err, result


# ---- the form -----------------------------------------------------------------

def test_the_form_travels_with_the_page(archived, review, tmp_path):
    _, callark = archived({"days": {DAY: 2}})
    path = tmp_path / "form.json"
    path.write_text(json.dumps(FORM, indent=1))
    folder = review(callark, "--form", path, "--title", "June <b>")
    assert folder.head["form"] == FORM
    assert folder.head["title"] == "June <b>"


def question(**changes):
    return {"questions": [{"id": "a", "text": "A", "type": "yes_no",
                           **changes}]}


@pytest.mark.parametrize("form, why", [
    ("{", "no JSON"), ([], "an object"), ({}, "\"questions\""),
    ({"questions": []}, "at least one"),
    (question(id="A b"), "question 1 of the form: expected an \"id\""),
    (question(text=""), "a \"text\""), (question(type="maybe"), "a \"type\""),
    (question(weight=-1), "a \"weight\""),
    (question(wieght=1), "\"wieght\" is none of a form"),
    (question(type="choice"), "\"choices\", a list"),
    (question(type="choice", choices=["a"]), "2 to 9 choices"),
    (question(type="choice", choices=["a", {"text": "b", "value": 2}]),
     "between 0 and 1"),
    (question(type="text", fatal=True), "fatal"),
    (question(choices=["a", "b"]), "only with type choice"),
    ({"questions": [*question()["questions"] * 2]}, "another question"),
    ({"questions": [{"id": f"q{i}", "text": "t", "type": "text"}
                    for i in range(101)]}, "at most 100"),
])
def test_a_form_with_a_mistake_is_refused(make, tmp_path, form, why):
    _, callark = make({})
    path = tmp_path / "form.json"
    path.write_text(form if isinstance(form, str) else json.dumps(form))
    folder = tmp_path / "out"
    result = callark.run("review", folder, "--form", path)
    assert result.status == USAGE and why in result.err, result
    assert not folder.exists()


def test_options_that_exclude_each_other(make, tmp_path):
    _, callark = make({})
    for args in (("--evaluator", "eva"),
                 ("--sample", "x", "--day", DAY),
                 ("--form", tmp_path / "missing")):
        result = callark.run("review", tmp_path / "out", *args)
        assert result.status == USAGE, result

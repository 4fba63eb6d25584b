"""What the tests of the page share: sounds, a form, a server, many calls."""

import http.server
import json
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

SOUNDS = Path(__file__).resolve().parents[1] / "data" / "audio"

# A call of each codec, in this order; the last ones are converted.
PLAYABLE = ("pcm-mono.wav", "pcm-stereo.wav", "alaw.wav", "mulaw.wav",
            "mp3.mp3", "opus.ogg", "vorbis.ogg", "flac.flac", "aac.m4a",
            "opus.webm", "gsm.wav", "adpcm-ima.wav", "adpcm-ms.wav",
            "g722.wav", "g726-16.wav", "g726-24.wav", "g726-32.wav",
            "g726-40.wav")

FORM = {"title": "Quality of service", "questions": [
    {"id": "greeting", "text": "Did the agent greet?", "type": "yes_no",
     "weight": 2, "help": "Name and company within ten seconds."},
    {"id": "tone", "text": "Tone of voice", "type": "scale", "weight": 3},
    {"id": "rule", "text": "Was the client's identity confirmed?",
     "type": "yes_no", "fatal": True},
    {"id": "end", "text": "How did the call end?", "type": "choice",
     "choices": [{"text": "Solved", "value": 1},
                 {"text": "Passed on", "value": 0.5},
                 {"text": "Not solved", "value": 0}]},
    {"id": "remark", "text": "What could be better?", "type": "text"}]}

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
          "media-src 'self'; img-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors 'none'")


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files of a folder, with ranges, which players ask for."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)",
                              self.headers.get("Range", ""))
        first = int(wanted[1]) if wanted else 0
        last = int(wanted[2]) if wanted and wanted[2] else len(data) - 1
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Accept-Ranges", "bytes")
        if wanted:
            self.send_header("Content-Range",
                             f"bytes {first}-{last}/{len(data)}")
        part = data[first:last + 1]
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        try:
            self.wfile.write(part)
        except (BrokenPipeError, ConnectionResetError):
            pass        # the player has heard enough


def serve(folder):
    return http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0),
        lambda *args: Handler(*args, directory=str(folder)))


def read_data(folder):
    """[head, calls] of a folder's data.js."""
    text = (folder / "data.js").read_text()
    return json.loads("[" + text[len("callarkReview("):-3] + "]")


def multiply(folder, target, n):
    """A folder like another, with n calls in its list; more than the first
    hundred cannot be opened."""
    shutil.copytree(folder, target)
    head, calls = read_data(folder)
    many = []
    for i in range(n):
        one = json.loads(json.dumps(calls[i % len(calls)]))
        one["record"]["id"] = f"call-{i}"
        one["record"]["protocol"] = f"{20241230000000 + i}"
        start = datetime(2024, 1, 1) + timedelta(minutes=20 * i)
        one["record"]["start"] = str(start)
        many.append(one)
    first = (folder / "calls/00001.js").read_text()
    for i in range(1, 101):
        (target / f"calls/{i:05}.js").write_text(
            first.replace("callarkCall(1,", f"callarkCall({i},", 1))
    head["review"] = f"many-{n}"
    (target / "data.js").write_text(
        f"callarkReview({json.dumps(head)},{json.dumps(many)});\n")
    return target

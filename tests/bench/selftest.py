#!/usr/bin/python3 -B
"""Tests of the benchmark itself: that it notices what is wrong with an output
and that its arithmetic is right. Starts no server and no peer."""

import hashlib
import io
import json
import os
import sys
import tempfile
import unittest
import wave
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import report  # noqa: E402
from corpus import Shape, make_corpus, write_wav  # noqa: E402
from fetched import Wrong, check_archive, check_folder  # noqa: E402
from listing import Listing, spread  # noqa: E402
from measure import Failed, Sample, Stopwatch  # noqa: E402
from rounds import Result, Track, run_row  # noqa: E402
from rows import (WITH_HASHING, WITH_LISTING, WITH_PEERS, Row,  # noqa: E402
                  Runner, Setup, all_rows, total_needs)
from scale import Scale, full, quick  # noqa: E402
from scratch import NoRoom, Scratch  # noqa: E402


class InFolder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Corpora(InFolder):
    def test_a_recording_is_a_sound_wav(self):
        path = self.folder / "one.wav"
        digest = write_wav(path, 70000)
        body = path.read_bytes()
        self.assertEqual(hashlib.sha256(body).hexdigest(), digest)
        self.assertEqual(len(body), 70000)
        with wave.open(io.BytesIO(body)) as sound:
            self.assertEqual(sound.getnframes() * 2 + 44, 70000)

    def test_further_names_are_of_the_same_bytes(self):
        corpus = make_corpus(self.folder / "X", "X", Shape(5, 1000, 2))
        bodies = [(corpus.folder / name).read_bytes()
                  for name in corpus.names]
        self.assertEqual([hashlib.sha256(b).hexdigest() for b in bodies],
                         [corpus.digest(index) for index in range(5)])
        self.assertEqual(len(set(bodies)), 2)


class Listings(InFolder):
    def test_pages_name_every_call_once(self):
        listing = Listing("x", self.folder, 2600, 2600, "http://h/{}".format)
        listing.write()
        pages = [json.loads((self.folder / "2024-01-01" / f"{n}.json")
                            .read_text()) for n in (0, 1, 2, "beyond")]
        self.assertEqual([len(p["Data"]) for p in pages], [1000, 1000, 600, 0])
        self.assertEqual({p["Total"] for p in pages}, {2600})
        calls = [call for page in pages for call in page["Data"]]
        for index, call in enumerate(calls):
            self.assertEqual(call["download_url"], f"http://h/{index}")
            self.assertEqual(Listing.index_of(f"000001-{call['id']}.wav"),
                             index)

    def test_unanswered_calls_have_no_link(self):
        Listing("x", self.folder, 3, 100).write()
        page = (self.folder / "2024-01-01" / "0.json").read_text()
        self.assertNotIn("download_url", page)

    def test_no_day_is_a_multiple_of_the_page(self):
        for count in (1, 1000, 2000, 20000, 50000, 1000000):
            sizes = spread(count, 2500)
            self.assertEqual(sum(sizes), count)
            self.assertTrue(all(size % 1000 for size in sizes), count)


class Checks(InFolder):
    def setUp(self):
        super().setUp()
        self.corpus = make_corpus(self.folder / "X", "X", Shape(3, 1000, 3))
        self.out = self.folder / "out"
        self.out.mkdir()

    def bodies(self):
        return [(self.corpus.folder / name).read_bytes()
                for name in self.corpus.names]

    def fetch(self):
        for name, body in zip(self.corpus.names, self.bodies()):
            (self.out / name).write_bytes(body)

    def refuses(self, is_deep=False):
        with self.assertRaises(Wrong):
            check_folder(self.corpus, self.out, is_deep)

    def test_a_right_folder_passes(self):
        self.fetch()
        check_folder(self.corpus, self.out, True)

    def test_names_and_sizes_are_looked_at(self):
        self.refuses()
        self.fetch()
        (self.out / "c00003.wav").write_bytes(b"")
        self.refuses()
        (self.out / "c00003.wav").unlink()
        os.truncate(self.out / "c00001.wav", 999)
        self.refuses()

    def test_bytes_are_looked_at_when_asked(self):
        self.fetch()
        with open(self.out / "c00002.wav", "r+b") as file:
            file.seek(500)
            byte = file.read(1)
            file.seek(500)
            file.write(bytes([byte[0] ^ 1]))
        check_folder(self.corpus, self.out, False)
        self.refuses(is_deep=True)

    def archive(self, digests, bodies):
        """An archive of one day as callark leaves it, as far as it counts."""
        listing = Listing("x", self.folder / "pages", len(bodies), 100)
        bag = self.out / "archive/2024/01/01"
        (bag / "data/audio").mkdir(parents=True)
        lines = ["0" * 64 + "  data/recordings.ndjson"]
        for index, (digest, body) in enumerate(zip(digests, bodies)):
            name = f"000001-0ca11a4c-be0c-4000-a000-{index:012x}.wav"
            (bag / "data/audio" / name).write_bytes(body)
            lines.append(f"{digest}  data/audio/{name}")
        (bag / "manifest-sha256.txt").write_text("\n".join(lines) + "\n")
        (self.out / "summary.json").write_text(
            json.dumps({"archived": len(bodies)}))
        return listing

    def check(self, listing, is_deep=False):
        check_archive(listing, 1000, self.corpus.digest, self.out, is_deep)

    def digests(self):
        return [self.corpus.digest(index) for index in range(3)]

    def test_a_right_archive_passes(self):
        self.check(self.archive(self.digests(), self.bodies()), True)

    def test_a_manifest_that_says_otherwise_is_refused(self):
        listing = self.archive(self.digests()[::-1], self.bodies()[::-1])
        with self.assertRaises(Wrong):
            self.check(listing)

    def test_a_file_that_is_not_as_its_manifest_says_is_refused(self):
        listing = self.archive(self.digests(), self.bodies()[::-1])
        self.check(listing)
        with self.assertRaises(Wrong):
            self.check(listing, True)

    def test_a_missing_line_and_a_file_in_no_manifest_are_refused(self):
        listing = self.archive(self.digests(), self.bodies())
        manifest = self.out / "archive/2024/01/01/manifest-sha256.txt"
        lines = manifest.read_text().splitlines(keepends=True)
        manifest.write_text("".join(lines[:-1]))
        with self.assertRaisesRegex(Wrong, "in no manifest"):
            self.check(listing)
        for path in self.out.glob("archive/*/*/*/data/audio/*2.wav"):
            path.unlink()
        with self.assertRaisesRegex(Wrong, "2 of 3"):
            self.check(listing)


class Measuring(InFolder):
    def test_time_and_cpu_are_of_the_whole_tree(self):
        busy = "i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done"
        stopwatch = Stopwatch(self.folder)
        one = stopwatch.run(["sh", "-c", busy], self.folder)
        sample = stopwatch.run(
            ["sh", "-c", f"sh -c '{busy}' & sh -c '{busy}'; wait"],
            self.folder)
        self.assertGreater(sample.cpu_s, 1.3 * one.cpu_s)
        self.assertGreaterEqual(sample.synced_s, sample.wall_s)

    def test_the_peak_is_not_ours(self):
        ballast = bytearray(os.urandom(1) * (200 << 20))
        sample = Stopwatch(self.folder).run(["true"], self.folder)
        self.assertLess(sample.peak_mib, 50)
        self.assertEqual(len(ballast), 200 << 20)

    def test_a_failure_is_told_with_its_words(self):
        with self.assertRaisesRegex(Failed, "status 7: alas"):
            Stopwatch(self.folder).run(["sh", "-c", "echo alas >&2; exit 7"],
                                       self.folder)


class Folders(InFolder):
    def test_an_output_is_emptied_at_once_and_all_is_gone_at_the_end(self):
        with Scratch(self.folder, False) as scratch:
            out = scratch.new()
            (out / "a").write_bytes(b"x" * 100)
            scratch.retire(out)
            self.assertFalse(out.exists())
            moved, = (scratch.folder / "retired").glob("*/a")
            self.assertEqual(moved.stat().st_size, 0)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_too_little_room_is_told(self):
        with Scratch(self.folder, False) as scratch:
            scratch.check_room(1, 1)
            with self.assertRaises(NoRoom):
                scratch.check_room(1 << 60, 1)
            with self.assertRaises(NoRoom):
                scratch.check_room(1, 1 << 60)


class Bench:
    """What run_row() needs of a bed, its programs ending as was told."""

    def __init__(self, folder, walls):
        self.scale = Scale({}, 1, runs=2)
        self.scratch = Scratch(folder, False)
        self.stopwatch = self
        self._walls = walls
        self.calls = []

    def run(self, command, _out):
        self.calls.append(command)
        wall = self._walls[command].pop(0)
        if wall is None:
            raise Failed("as planned")
        return Sample(wall, wall, wall, 1.0)


class Rounds(InFolder):
    def run_with(self, walls, check=lambda out, is_deep: None):
        bench = Bench(self.folder, walls)
        runners = [Runner(name, name == "callark",
                          lambda out, name=name: name, check)
                   for name in walls]
        row = Row("r", WITH_PEERS, lambda bed: Setup(runners, lambda: None),
                  None)
        kept = []
        with bench.scratch:
            result = run_row(row, bench, kept.append)
        return bench, result, kept

    def test_programs_take_turns_and_the_warm_up_is_not_counted(self):
        bench, result, kept = self.run_with({"callark": [9, 2, 3],
                                             "peer": [8, 4, 5]})
        self.assertEqual(bench.calls, ["callark", "peer"] * 3)
        self.assertEqual([s.wall_s for s in result.callark.shown], [2, 3])
        self.assertEqual([k["is_counted"] for k in kept],
                         [False] * 2 + [True] * 4)

    def test_a_slow_peer_is_run_once_but_a_short_one_again(self):
        bench, result, _ = self.run_with({"callark": [2, 2, 2],
                                          "slow": [6.1], "fair": [6, 6, 6]})
        self.assertEqual(bench.calls.count("slow"), 1)
        self.assertTrue(result.tracks[1].is_too_slow)
        bench, _, _ = self.run_with({"callark": [1, 1, 1], "a": [4, 4, 4]})
        self.assertEqual(bench.calls.count("a"), 3)

    def test_who_failed_is_not_run_again(self):
        bench, result, _ = self.run_with({"callark": [2, 2, 2],
                                          "peer": [2, None]})
        self.assertEqual(bench.calls.count("peer"), 2)
        self.assertEqual(report.faults([result]),
                         [("r", "peer", "as planned")])

    def test_a_wrong_output_is_a_fault_looked_at_closely_once(self):
        closely = []

        def check(out, is_deep):
            closely.append(is_deep)
            if len(closely) == 3:
                raise Wrong("other bytes")
        _, result, _ = self.run_with({"callark": [2, 2, 2]}, check)
        self.assertEqual(closely, [True, False, False])
        self.assertEqual(result.callark.fault, "other bytes")

    def test_a_row_that_cannot_begin_does_not_end_the_others(self):
        def prepare(_bed):
            raise Wrong("no archive")
        result = run_row(Row("r", WITH_LISTING, prepare, None), None, None)
        self.assertEqual(report.faults([result]),
                         [("r", "callark", "could not begin: no archive")])
        self.assertEqual(list(report.figures([result])), [])
        self.assertEqual(len(report.markdown([result])), 3)


def track(name, walls, cpus=None, is_callark=False, **more):
    return Track(name, is_callark, None, [
        Sample(w, w + 1, c, 10.0 + w) for w, c in zip(walls, cpus or walls)],
        **more)


class Reports(unittest.TestCase):
    def setUp(self):
        self.fair = Result("fair", WITH_PEERS, [
            track("callark", [3, 4, 5], [8, 8, 8], is_callark=True),
            track("quick", [2, 5, 4], [9, 9, 9]),
            track("thrifty", [8, 8, 8], [4, 4, 4])])
        self.lost = Result("lost", WITH_PEERS, [
            track("callark", [6, 6, 6], is_callark=True),
            track("peer", [4, 4, 4], [12, 12, 12])])

    def test_the_worst_is_to_the_best_of_each_row(self):
        results = [self.fair, self.lost]
        self.assertEqual(report.worst(results, "wall_s"), (1.5, "lost"))
        self.assertEqual(report.worst(results, "cpu_s"), (2.0, "fair"))
        self.assertEqual(
            report.last_line(results),
            "worst ratio to the best peer: wall 1.50 (lost), cpu 2.00 (fair),"
            " memory 16.0 MiB")

    def test_rows_without_peers_are_none_of_it(self):
        alone = Result("v", WITH_HASHING, [
            track("callark", [9], is_callark=True), track("sum", [1])])
        self.assertIsNone(report.worst([alone], "wall_s"))
        self.assertIn("wall - (no row)", report.last_line([alone]))
        self.assertEqual(list(report.figures([alone])),
                         ["v: 11% of the speed of sum"])

    def test_a_peer_that_failed_is_not_the_best(self):
        self.lost.tracks.append(track("broken", [1], fault="cut"))
        self.assertEqual(report.worst([self.lost], "wall_s"), (1.5, "lost"))

    def cells(self, result, program):
        line, = [line for line in report.markdown([result])
                 if f"| {program} " in line]
        return [cell.strip() for cell in line.strip("|").split("|")]

    def test_the_ratios_of_a_line(self):
        self.assertEqual(self.cells(self.fair, "quick")[-4:],
                         ["1.00", "1.25", "1.00", "0.89"])
        self.assertEqual(self.cells(self.fair, "callark")[-4:],
                         ["1.00", "1.25", "1.00", "2.00"])

    def test_the_difference_is_within_rounds(self):
        result = Result("l", WITH_LISTING, [
            track("callark", [10, 30, 20], is_callark=True),
            track("list", [9, 10, 18])])
        self.assertEqual(self.cells(result, "difference")[3], "2.00")

    def test_a_failed_callark_has_no_ratio(self):
        self.fair.tracks[0].fault = "x"
        self.assertEqual(self.cells(self.fair, "quick")[-4:], ["-"] * 4)
        self.assertIsNone(report.worst([self.fair], "wall_s"))


class Plans(unittest.TestCase):
    def test_what_is_left_out_is_there_to_be_left_out(self):
        names = {row.name for row in all_rows(full())}
        self.assertEqual(len(names), 19)
        self.assertLessEqual(quick().left_out, names)

    def test_what_rows_share_is_counted_once(self):
        scale = full()
        rows = [r for r in all_rows(scale) if r.name.startswith("A http ")]
        shape = scale.corpora["A"]
        self.assertEqual(total_needs(rows, scale), (
            shape.stored_bytes + shape.fetched_bytes, 20000 * 7 * 6 * 2))


if __name__ == "__main__":
    unittest.main()

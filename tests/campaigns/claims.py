"""What a run had reported when the power failed, and whether it is still so."""

import hashlib


class Claims:
    """What had been reported, one way or another, when the power failed."""

    def __init__(self, bed, calls):
        archive = bed.callark.archive
        self.trail = durable_trail(archive, calls)
        self.recordings, self.days, self.rows = {}, {}, set()
        bed.check_now()     # in the copy, transactions that had not ended too
        if not (bed.twin.archive / "callark.json").exists():
            return
        self.recordings = dict(archived(bed.twin))
        if is_settled(archive, calls):
            self.rows = set(self.recordings)
        for bag in archive.glob("[0-9]*/*/*"):
            if is_published(bed.twin, "-".join(bag.parts[-3:])):
                self.days[bag] = tags_of(bag)

    def __str__(self):
        return (f"{len(self.recordings)} recordings, {len(self.rows)} rows, "
                f"{len(self.days)} days, {len(self.trail)} bytes of trail")

    def check(self, bed):
        archive = bed.callark.archive
        for path, digest in self.recordings.items():
            body = (archive / path).read_bytes()
            assert hashlib.sha256(body).digest() == digest, path
        for bag, tags in self.days.items():
            assert tags_of(bag) == tags, f"{bag} is of another edition"
        if self.trail:
            now = (archive / "trail.ndjson").read_bytes()
            assert now.startswith(self.trail), "the trail lost entries"
        if self.rows:
            bed.check_now()     # in the copy, a journal that came back too
            lost = self.rows - dict(archived(bed.twin)).keys()
            assert not lost, f"rows were taken back: {lost}"


def archived(callark):
    return callark.rows("SELECT path, sha256 FROM recording "
                        "WHERE path IS NOT NULL")


def is_published(callark, day):
    """Whether the catalogue says that the bag of a day is up to date."""
    ordinal = "CAST(julianday(?) - julianday('1970-01-01') AS INTEGER)"
    return callark.rows("SELECT 1 FROM day WHERE NOT is_dirty AND "
                        f"published_s IS NOT NULL AND day = {ordinal}", day)


def tags_of(bag):
    """{name: bytes} of the files that make an edition of a day."""
    return {path.name: path.read_bytes()
            for folder in (bag, bag / "data", bag / "data/reports")
            for path in folder.glob("*") if path.is_file()}


def durable_trail(archive, calls):
    """The bytes of the trail that were written and synced."""
    path = archive / "trail.ndjson"
    size = synced = 0
    for call in calls:
        if str(path) not in call.paths or call.result is None:
            continue
        if call.name == "write":
            size += call.result
        elif call.name == "fsync" and not call.result:
            synced = size
    return path.read_bytes()[:synced] if synced else b""


def is_settled(archive, calls):
    """Whether the last transaction of the catalogue had ended for good: its
    journal is gone, and the folder knows it."""
    journal = str(archive / "catalogue.sqlite3-journal")
    settled = True
    for call in calls:
        if call.name == "unlink" and journal in call.paths:
            settled = False
        elif call.name == "fdatasync" and call.paths == (str(archive),):
            settled = settled or call.result == 0
    return settled

"""The rows: what is measured against what."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from callark import archive_in, read_summary
from fetched import Wrong, check_archive, check_folder
from peers import PEERS
from scale import ARCHIVED_BYTES, PAGE_BYTES, RECORDED_BYTES
from server import SCHEMES

CONCURRENCIES = (16, 64)

# What callark is compared with in a row.
WITH_PEERS = "peers"            # programs that fetch the same
WITH_UNSAFE = "durability"      # itself, without making anything durable
WITH_LISTING = "listing"        # itself, only listing the same days
WITH_HASHING = "hashing"        # sha256sum over the same files


@dataclass(frozen=True)
class Runner:
    """One program of a row."""

    name: str
    is_callark: bool
    command: Callable           # (folder) -> list
    check: Callable             # (folder, is_deep); raises Wrong


@dataclass(frozen=True)
class Setup:
    """What a row needs at its time."""

    runners: list
    warm: Callable              # called before each run
    shared: Path | None = None  # a folder that all runs work in; else each
                                # gets a new one


@dataclass(frozen=True)
class Row:
    name: str
    kind: str
    prepare: Callable           # (bed) -> Setup
    needs: Callable             # (scale) -> Needs


@dataclass(frozen=True)
class Needs:
    """What a row takes on the disk."""

    kept: dict                  # {what: bytes}, shared with other rows
    output_bytes: int           # of one run, given back after it
    files_a_round: int


def all_rows(scale):
    rows = [_fetching(name, scheme, concurrency) for name in scale.corpora
            for scheme in SCHEMES for concurrency in CONCURRENCIES]
    rows += [_durability(name) for name in scale.corpora]
    rows += [
        Row("records first run", WITH_LISTING, _first_run,
            _needs_of_first_run),
        Row("records second run", WITH_LISTING, _second_run,
            _needs_of_archive),
        Row("verify B", WITH_HASHING, _verify_b, _needs_of_verify_b),
        Row("verify many", WITH_HASHING, _verify_many, _needs_of_archive),
    ]
    return [row for row in rows if row.name not in scale.left_out]


def total_needs(rows, scale):
    """(bytes, files) that the rows take at most."""
    kept, output_bytes, n_files = {}, 0, 0
    for row in rows:
        needs = row.needs(scale)
        kept.update(needs.kept)
        output_bytes = max(output_bytes, needs.output_bytes)
        n_files += needs.files_a_round * (scale.runs + 1)
    return sum(kept.values()) + output_bytes, n_files


# ---- fetching ---------------------------------------------------------------

def _fetching(name, scheme, concurrency):
    def prepare(bed):
        corpus = bed.corpus(name)
        job = bed.job(name, scheme, concurrency)
        runners = [_sync(bed, name, scheme, concurrency, "batch")]
        runners += [Runner(peer, False, partial(command, job),
                           partial(check_folder, corpus))
                    for peer, command in PEERS.items()]
        return Setup(runners, corpus.warm)
    return Row(f"{name} {scheme} {concurrency}", WITH_PEERS, prepare,
               partial(_needs_of_corpus, name, 1 + len(PEERS)))


def _durability(name):
    def prepare(bed):
        return Setup([_sync(bed, name, "http", 16, "batch"),
                      _sync(bed, name, "http", 16, "none")],
                     bed.corpus(name).warm)
    return Row(f"{name} durability", WITH_UNSAFE, prepare,
               partial(_needs_of_corpus, name, 2))


def _sync(bed, name, scheme, concurrency, durability):
    corpus = bed.corpus(name)
    listing, settings = bed.recordings(name, scheme)

    def command(out):
        return bed.callark.sync(settings, listing, out,
                                "--concurrency", concurrency,
                                "--durability", durability)
    label = "callark" if durability == "batch" else (
        f"callark --durability {durability}")
    return Runner(label, durability == "batch", command,
                  partial(check_archive, listing, corpus.shape.size,
                          corpus.digest))


def _needs_of_corpus(name, n_programs, scale):
    shape = scale.corpora[name]
    return Needs({name: shape.stored_bytes}, shape.fetched_bytes,
                 shape.count * n_programs)


# ---- very many records ------------------------------------------------------

def _first_run(bed):
    listing, settings = bed.many_unanswered()

    def check(out, _):
        _expect(read_summary(out), listed=listing.count,
                no_link=listing.count, complete=True)
    return Setup([Runner("callark sync", True,
                         partial(bed.callark.sync, settings, listing), check),
                  _list(bed, settings, listing)], listing.warm)


def _second_run(bed):
    listing, settings = bed.many_tiny()

    def check(out, _):
        _expect(read_summary(out), listed=listing.count,
                already=listing.count, new=0, complete=True)
    return Setup([Runner("callark sync", True,
                         partial(bed.callark.sync, settings, listing), check),
                  _list(bed, settings, listing)],
                 listing.warm, bed.archive_of_many())


def _list(bed, settings, listing):
    return Runner("callark list", False,
                  lambda out: bed.callark.list(settings, listing), _no_check)


def _expect(summary, **values):
    for name, value in values.items():
        if summary[name] != value:
            raise Wrong(f"the summary says {name} {summary[name]}, "
                        f"expected {value}")


def _needs_of_first_run(scale):
    return Needs({"unanswered": scale.records * PAGE_BYTES},
                 scale.records * RECORDED_BYTES, 1000)


def _needs_of_archive(scale):
    return Needs({"tiny": scale.records * PAGE_BYTES,
                  "archive": scale.records * ARCHIVED_BYTES}, 0,
                 scale.records // 4)


# ---- reading back -----------------------------------------------------------

def _verify_b(bed):
    return _verifying(bed, bed.recordings("B", "http")[1],
                      bed.archive_of("B"), 8)


def _verify_many(bed):
    return _verifying(bed, bed.many_tiny()[1], bed.archive_of_many(), 500)


def _verifying(bed, settings, out, files_a_process):
    """All read the same files, so each warms them for the next."""
    return Setup([
        Runner("callark verify", True,
               partial(bed.callark.verify, settings), _no_check),
        _hashing(out, files_a_process, "sha256sum"),
        _hashing(out, files_a_process, "openssl dgst -sha256"),
    ], lambda: None, out)


def _hashing(out, files_a_process, program):
    script = ('find "$0" -path "$0/[0-9]*" -type f -print0 |'
              f' xargs -0 -P "$1" -n "$2" {program}')
    command = ["sh", "-c", script, archive_in(out),
               len(os.sched_getaffinity(0)), files_a_process]
    return Runner(program, False, lambda _: command, _no_check)


def _needs_of_verify_b(scale):
    shape = scale.corpora["B"]
    return Needs({"B": shape.stored_bytes, "B archived": shape.fetched_bytes},
                 0, shape.count)


def _no_check(_out, _is_deep):
    """Its exit status tells all there is to know."""

"""How much of everything is measured."""

from dataclasses import dataclass, field

from corpus import Shape

# What a document or a recording of 2 KiB takes on the disk, measured with
# 20,000 of them and rounded up: its part of a page; its row, its lines in the
# tables and the manifest; for a recording also its block.
PAGE_BYTES = 700
RECORDED_BYTES = 5000
ARCHIVED_BYTES = 9000


@dataclass
class Scale:
    corpora: dict               # {name: Shape}
    records: int                # documents in the rows on records
    runs: int = 5               # counted rounds
    left_out: set = field(default_factory=set)  # names of rows


def full():
    return Scale({"A": Shape(20000, 64 << 10, 20000),
                  "B": Shape(2000, 1 << 20, 2000),
                  "C": Shape(100, 50 << 20, 25)}, 1000000)


def quick():
    """Everything once, in so little that it ends within five minutes."""
    return Scale({"A": Shape(1500, 64 << 10, 1500),
                  "B": Shape(150, 1 << 20, 150),
                  "C": Shape(6, 50 << 20, 3)}, 20000,
                 left_out={"A http 64", "A https 16", "B http 16",
                           "B https 64", "C http 64", "C https 16",
                           "C http 16", "B durability"})

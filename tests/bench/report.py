"""The table, the figures below it and the last line."""

import statistics

from rounds import TOO_SLOW
from rows import WITH_HASHING, WITH_LISTING, WITH_PEERS, WITH_UNSAFE

_HEAD = ("row", "program", "runs", "wall s", "wall + sync s", "CPU s",
         "memory MiB", "ratio of wall", "paired", "of wall + sync", "of CPU")
_NONE = "-"


def markdown(results):
    """The table as lines of Markdown."""
    cells = [_HEAD]
    for result in results:
        for track in result.tracks:
            cells.append((result.row, *_measured(track),
                          *_ratios(result, track)))
        if result.kind == WITH_LISTING and _is_complete(result):
            cells.append(_difference(result))
    widths = [max(len(row[i]) for row in cells) for i in range(len(_HEAD))]
    lines = [_line(row, widths) for row in cells]
    rule = "|".join("-" * (width + 1) + (":" if column > 1 else "-")
                    for column, width in enumerate(widths))
    return [lines[0], f"|{rule}|", *lines[1:]]


def figures(results):
    """Sentences on what the rows beside the peers were made for."""
    for result in results:
        if result.kind == WITH_LISTING and _is_complete(result):
            yield (f"{result.row}: {result.callark.median('wall_s'):.1f} s; "
                   f"beyond listing, {_paired_difference(result):.1f} s")
        elif result.kind in (WITH_UNSAFE, WITH_HASHING):
            for other in result.others:
                if result.callark.shown and other.shown:
                    speed = _ratio(other, result.callark, "wall_s")
                    yield (f"{result.row}: {speed:.0%} of the speed of "
                           f"{other.name}")


def faults(results):
    """(row, program, fault) of all that did not do their work."""
    return [(result.row, track.name, track.fault) for result in results
            for track in result.tracks if track.fault]


def slow(results):
    """The peers that were not run again, by row."""
    return [f"{result.row}: {track.name} was run once, because its warm-up "
            f"took more than {TOO_SLOW} times the best one's"
            for result in results for track in result.tracks
            if track.is_too_slow]


def worst(results, what):
    """(ratio, row): the largest of callark to the best peer; None when no
    row has peers."""
    ratios = [(_ratio(result.callark, best, what), result.row)
              for result in results if result.kind == WITH_PEERS
              for best in [_best(result, what)]
              if best and result.callark.shown]
    return max(ratios, default=None)


def last_line(results):
    peaks = [sample.peak_mib for result in results
             for sample in result.callark.shown]
    return "worst ratio to the best peer: wall %s, cpu %s, memory %s MiB" % (
        _worst_text(worst(results, "wall_s")),
        _worst_text(worst(results, "cpu_s")),
        f"{max(peaks):.1f}" if peaks else _NONE)


def _worst_text(found):
    return "%.2f (%s)" % found if found else f"{_NONE} (no row)"


def _is_complete(result):
    return all(track.shown for track in result.tracks)


def _best(result, what):
    """The other program of a row that needed least of it, or None."""
    return min((t for t in result.others if t.shown), default=None,
               key=lambda t: t.median(what))


def _ratio(ours, other, what):
    return ours.median(what) / other.median(what)


def _paired_ratio(ours, other):
    """The median of the ratios within rounds; None for a single run."""
    if other.is_too_slow:
        return None
    return statistics.median(a.wall_s / b.wall_s for a, b in
                             zip(ours.shown, other.shown))


def _measured(track):
    """The cells of what a program took."""
    if track.fault:
        return (track.name, "failed", *[_NONE] * 4)
    walls = [sample.wall_s for sample in track.shown]
    wall = "%.2f" % statistics.median(walls)
    if len(walls) > 1:
        wall += " (%.2f-%.2f)" % (min(walls), max(walls))
    return (track.name, "1, slow" if track.is_too_slow else str(len(walls)),
            wall, "%.2f" % track.median("synced_s"),
            "%.2f" % track.median("cpu_s"), "%.1f" % track.median("peak_mib"))


def _ratios(result, track):
    """callark to this program; in its own line, to the best of the others."""
    ours = result.callark
    if result.kind == WITH_LISTING or not ours.shown or not track.shown:
        return [_NONE] * 4
    others = {what: _best(result, what) if track is ours else track
              for what in ("wall_s", "synced_s", "cpu_s")}
    if not all(others.values()):
        return [_NONE] * 4
    wall, synced, cpu = ("%.2f" % _ratio(ours, other, what)
                         for what, other in others.items())
    paired = _paired_ratio(ours, others["wall_s"])
    return wall, _NONE if paired is None else "%.2f" % paired, synced, cpu


def _difference(result):
    """The line of what a run took beyond its listing."""
    ours, other = result.callark, result.others[0]
    cpu = statistics.median(a.cpu_s - b.cpu_s for a, b in
                            zip(ours.shown, other.shown))
    return (result.row, "difference", str(len(ours.shown)),
            "%.2f" % _paired_difference(result), _NONE, "%.2f" % cpu,
            *[_NONE] * 5)


def _paired_difference(result):
    return statistics.median(
        a.wall_s - b.wall_s for a, b in
        zip(result.callark.shown, result.others[0].shown))


def _line(cells, widths):
    return "| " + " | ".join(
        cell.ljust(width) if column < 2 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths))) + " |"

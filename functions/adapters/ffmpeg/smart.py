"""A smart cut: the groups of pictures at the two ends are encoded anew, the rest is copied.

Copied is from one keyframe to another, and only where nothing that is copied needs a picture that
is not, and nothing that is not copied needs one that is. What came out is held against the list of
frames that were wanted.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from functions.adapters.ffmpeg.packets import Packet, list_packets
from functions.adapters.ffmpeg.parameter_sets import ParameterSets, parse_sets
from functions.adapters.ffmpeg.piece_commands import (
    CLOCK_START,
    TICKS,
    end_command,
    groups_command,
    sets_command,
)
from functions.adapters.ffmpeg.pieces import Piece
from functions.adapters.ffmpeg.run import run
from functions.domain.cutting.exactness import CutReason
from functions.domain.cutting.job import StopRequested
from functions.domain.cutting.plan import Plan

_EVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Groups:
    """The packets of a row of pieces; `clean` are the keyframes that forget all before them."""

    packets: list[Packet]
    clean: frozenset[int]
    sets: ParameterSets


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is copied, `first` to before `last`, of what is wanted, `begin` to before `end`."""

    begin: int
    first: int
    last: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces in order, in a folder to work in."""

    plan: Plan
    pieces: list[Piece]
    folder: Path
    stop: StopRequested

    def groups(self) -> Groups:
        clean, sets = self.folder / "clean.list", self.folder / "sets.h264"
        files = [piece.path for piece in self.pieces]
        listed = run(groups_command(clean, sets), folder=self.folder, stop=self.stop, feed=files)
        return Groups(
            packets=list_packets(listed.text).packets,
            clean=frozenset(one.pts for one in list_packets(clean.read_text()).packets),
            sets=parse_sets(sets.read_bytes()),
        )

    def starts(self, groups: Groups) -> list[int]:
        """The ticks at which the pieces begin."""
        first = groups.packets[0].pts
        return [first, *(round(piece.start * TICKS) for piece in self.pieces[1:])]

    def between(self, groups: Groups, first: int, last: int) -> list[Path]:
        starts = self.starts(groups)
        row = zip(starts, self.pieces, strict=True)
        return [piece.path for start, piece in row if first <= start < last]

    def ending_before(self, groups: Groups, tick: int) -> list[Path]:
        return self.between(groups, -_EVER, tick)

    def sets_of(self, file: Path) -> ParameterSets:
        done = run(sets_command(), folder=self.folder, stop=self.stop, feed=[file])
        return parse_sets(done.output)


def _unfit(sets: ParameterSets) -> CutReason | None:
    """Why pictures of another encoder cannot stand beside those of these sets."""
    if sets.change:
        return CutReason.PARAMETERS_CHANGE
    if sets.lossless:
        return CutReason.LOSSLESS
    return CutReason.INTERLACED if sets.interlaced else None


def lay_out(groups: Groups, starts: list[int], begin: int, end: int | None) -> Layout | CutReason:
    """What of it can be copied."""
    until = _EVER if end is None else end
    if reason := _unfit(groups.sets):
        return reason
    led = _led(groups.packets)
    inside = [start for start in starts if begin <= start < until]
    closed = [one for one in starts if one in groups.clean and one not in led]
    first = next((one for one in inside if one in closed), None)
    if first is None:
        return CutReason.OPEN_GROUPS if inside else CutReason.NO_WHOLE_GROUP
    # The head is decoded from the first piece on.
    if begin < first and starts[0] not in groups.clean:
        return CutReason.OPEN_GROUPS
    behind = [one for one in starts if first < one <= until]
    last = _EVER if end is None else max((one for one in behind if one in closed), default=None)
    if last is None:
        return CutReason.OPEN_GROUPS if behind else CutReason.NO_WHOLE_GROUP
    return Layout(begin=begin, first=first, last=last, end=until)


def _led(packets: list[Packet]) -> frozenset[int]:
    """Keyframes with pictures behind them in the file that are shown before them."""
    lowest = list(accumulate((one.pts for one in reversed(packets)), min))[::-1]
    pairs = zip(packets, lowest, strict=True)
    return frozenset(one.pts for one, least in pairs if one.key and least < one.pts)


def wanted(groups: Groups, layout: Layout) -> list[int]:
    """When each wanted frame is shown, in ticks."""
    return sorted(one.pts for one in groups.packets if layout.begin <= one.pts < layout.end)


def ends(row: Row, groups: Groups, layout: Layout, stem: str) -> tuple[list[Path], ParameterSets]:
    """The files of the picture in order, the two ends made, and all their parameter sets."""
    copied = row.between(groups, layout.first, layout.last)
    sets = groups.sets
    number = sets.free_id()
    reorders = any(one.pts != one.dts for one in groups.packets)
    parts = [
        (layout.begin, layout.first, row.ending_before(groups, layout.first)),
        (layout.last, layout.end, row.between(groups, layout.last, _EVER)),
    ]
    made: list[list[Path]] = []
    for name, (begin, end, files) in zip("ht", parts, strict=True):
        target = row.folder / f"{stem}-{name}.ts"
        if any(begin <= one.pts < end for one in groups.packets):
            words = end_command(row.plan, target, begin, end, sets_id=number, reorders=reorders)
            run(words, folder=row.folder, stop=row.stop, feed=files)
            sets = sets.joined(row.sets_of(target))
            made.append([target])
        else:
            made.append([])
    return [*made[0], *copied, *made[1]], sets


def is_exact(text: str, frames: list[int], start: int) -> bool:
    """Whether a file shows just the wanted frames, each at its time; `text` lists its packets."""
    listing = list_packets(text)
    shown = sorted(round(one.pts * listing.tick * TICKS) for one in listing.packets)
    due = [frame - start for frame in frames]
    return len(shown) == len(due) and all(abs(a - b) <= 1 for a, b in zip(shown, due, strict=True))


def tick(milliseconds: int) -> int:
    """On the pieces' clock."""
    return round(CLOCK_START * TICKS) + milliseconds * (TICKS // 1000)

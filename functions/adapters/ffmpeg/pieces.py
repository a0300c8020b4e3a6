"""The pieces that a source is split into, as they come: which are there, needed, and done with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg.commands import list_command
from functions.adapters.ffmpeg.packets import list_packets
from functions.adapters.ffmpeg.piece_commands import CLOCK_START
from functions.adapters.ffmpeg.run import run
from functions.domain.cutting.job import CutJob, StopRequested

# Sound comes beside its picture; where it has not come for so long, there is none.
_SILENCE_SECONDS = 12.0
_SLACK_SECONDS = 0.5
_FIRST = float("-inf")


@dataclass(frozen=True, slots=True)
class Piece:
    """Times in seconds on the pieces' clock; the first one's start is not listed."""

    path: Path
    start: float
    end: float


class Pieces:
    """Pictures from keyframe to keyframe, and sound beside them, both in order."""

    def __init__(self, job: CutJob) -> None:
        self._folder = job.folder
        self._sounding = job.plan.audio_index is not None
        self._listed = {"v": 0, "a": 0}
        self.ended = False
        self.pictures: list[Piece] = []
        self.sounds: list[Piece] = []

    def add(self, line: str) -> None:
        """A line of the list, `file,start,end`: a piece is finished."""
        name, start, end = line.split(",")
        kind = name[0]
        first = self._listed[kind] == 0
        piece = Piece(self._folder / name, _FIRST if first else float(start), float(end))
        self._listed[kind] += 1
        (self.pictures if kind == "v" else self.sounds).append(piece)

    @property
    def reached(self) -> float:
        """How far the source was read, in seconds from its start."""
        return max((one.end for one in (*self.pictures, *self.sounds)), default=0) - CLOCK_START

    def ready(self, end: float) -> bool:
        """Whether all is there that is shown or heard before `end`.

        A piece is whole once the next one is listed; the one behind `end` may hold pictures that
        are shown before it.
        """
        if self.ended:
            return True
        return sum(piece.start >= end for piece in self.pictures) > 1 and self._heard(end)

    def _heard(self, end: float) -> bool:
        if not self._sounding or self.pictures[-1].start > end + _SILENCE_SECONDS:
            return True
        return len(self.sounds) > 1 and self.sounds[-2].end >= end + _SLACK_SECONDS

    def shown(self, begin: float, end: float | None) -> list[Piece]:
        """From the keyframe before `begin` to the piece that `end` lies before."""
        first = max((n for n, one in enumerate(self.pictures) if one.start <= begin), default=0)
        behind = (n for n, one in enumerate(self.pictures) if end is not None and one.start >= end)
        return self.pictures[first : next(behind, len(self.pictures)) + 1]

    def before(self, begin: float) -> list[Piece]:
        """What lies before all that is shown, and is kept in case decoding must begin there."""
        first = self.shown(begin, None)[:1]
        earlier = [one for one in self.pictures if first and one.start < first[0].start]
        return earlier[-1:]

    def heard(self, begin: float, end: float | None) -> list[Piece]:
        return [
            one
            for one in (*self.sounds, *self._open_sound())
            if one.end > begin - _SLACK_SECONDS
            and (end is None or one.start < end + _SLACK_SECONDS)
        ]

    def _open_sound(self) -> list[Piece]:
        """What is still written may be all there is, where the sound has ended early."""
        path = self._folder / f"a{self._listed['a']:06d}.nut"
        if self.ended or not self._sounding or not path.exists():
            return []
        start = self.sounds[-1].end if self.sounds else _FIRST
        return [Piece(path, start, float("inf"))]

    def drop(self, begin: float) -> None:
        """Remove what nothing that begins there or later needs."""
        keep = [*self.before(begin), *self.shown(begin, None)][:1]
        for piece in [one for one in self.pictures if keep and one.start < keep[0].start]:
            self.pictures.remove(_removed(piece))
        for piece in [one for one in self.sounds if one.end < begin - 2 * _SLACK_SECONDS]:
            self.sounds.remove(_removed(piece))


def _removed(piece: Piece) -> Piece:
    piece.path.unlink(missing_ok=True)
    return piece


def joined_words(pieces: list[Piece], kind: str, folder: Path, stop: StopRequested) -> list[str]:
    """Input words for pieces one after the other, on the clock that they are on."""
    if not pieces:
        return []
    start = pieces[0].start
    if start == _FIRST:
        start = _first_time(pieces[0], kind, stop)
    lines, at = [], start
    for piece, later in zip(pieces, [*pieces[1:], None], strict=True):
        lines.append(f"file '{piece.path.name}'")
        if later:
            lines.append(f"duration {later.start - at:.6f}")
            at = later.start
    listing = folder / f"{kind}.list"
    listing.write_text("\n".join(lines) + "\n")
    return ["-itsoffset", f"{start:.6f}", "-f", "concat", "-safe", "0", "-i", str(listing)]


def _first_time(piece: Piece, kind: str, stop: StopRequested) -> float:
    command = ["-copyts", *list_command(piece.path)]
    listing = list_packets(run(command, folder=piece.path.parent, stop=stop).text, kind)
    if not listing.packets:
        return CLOCK_START
    return float(min(packet.pts for packet in listing.packets) * listing.tick)

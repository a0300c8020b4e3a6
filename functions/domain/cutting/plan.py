"""What is to be cut: a value that `planning` makes of a user's options and a probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from functions.domain.codec import to_plain
from functions.domain.cutting.exactness import CutReason, EncodeTarget, Exactness
from functions.domain.ids import fingerprint
from functions.domain.media.containers import FileFormat
from functions.domain.media.probe import VideoTrack
from functions.domain.media.reach import Reach
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """One segment: `start` and `end` as asked, `cut` the keyframe that opens it.

    Nothing can be cut between `after` and `cut`: any time in between names this keyframe
    without depending on rounding. In an exact cut all three are the asked start, but for a start
    before the first picture: there reading begins with the source.
    """

    number: int
    start: Milliseconds
    end: Milliseconds
    cut: Milliseconds
    after: Milliseconds
    title: str | None = None

    @property
    def aim(self) -> float:
        """A time between the keyframe before the cut and the cut, in milliseconds."""
        return (self.after + self.cut) / 2


Cut = tuple[Milliseconds, Milliseconds, Milliseconds]
"""The time asked for, the keyframe, and a time from the keyframe before up to it."""


def between(
    duration: Milliseconds, first: Milliseconds, cuts: Sequence[Cut]
) -> list[PlannedSegment]:
    """The segments between cuts; `first` is the source's first keyframe."""
    starts = [(0, first, first), *cuts]
    ends = [*(asked for asked, _, _ in cuts), duration]
    return [
        PlannedSegment(number=number, start=asked, end=end, cut=key, after=before)
        for number, ((asked, key, before), end) in enumerate(zip(starts, ends, strict=True), 1)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of pieces, one after the other, of which some are segments: where segments overlap or
    leave something out. `kept` has a segment's number for each piece, 0 for what is thrown away.
    """

    pieces: tuple[PlannedSegment, ...]
    kept: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A stretch of a segment's picture, on the clock of the segment's own `start` and `end`."""

    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What one function makes: numbers `first` to `last`, both included, of the segments, or of
    the pieces of a lane; with `chunk`, only that stretch of the picture of one. `reach` is where
    in the file all of it lies, where that is known."""

    index: int
    first: int
    last: int
    lane: int | None = None
    chunk: Chunk | None = None
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to cut, and of which streams.

    Segments follow each other, unless there are `lanes`. `origin` is the source's start on its
    container's clock. `one_pass`: the source cannot be entered in the middle, so one window reads
    all of it. `joins` are windows of one segment each, whose picture others encode in chunks; they
    come after all `windows`. `cut_reason` says why `cut` is another than was asked for; codec and
    `rotation` (degrees clockwise) are the picture's. `size_limit` is of a segment's file, in bytes.
    `proxy` plans a small copy of the whole video; its windows and joins count on from those here.
    """

    plan_id: str
    duration: Milliseconds
    origin: Milliseconds
    container: str
    format: FileFormat
    video_index: int | None = None
    audio_index: int | None = None
    audio_format: FileFormat | None = None
    one_pass: bool
    segments: tuple[PlannedSegment, ...]
    windows: tuple[Window, ...]
    joins: tuple[Window, ...] = ()
    lanes: tuple[Lane, ...] = ()
    cut: Exactness = Exactness.KEYFRAME
    cut_reason: CutReason | None = None
    target: EncodeTarget | None = None
    video_codec: str | None = None
    rotation: int = 0
    picture: VideoTrack | None = None
    size_limit: int | None = None
    proxy: Plan | None = None

    @property
    def in_fragments(self) -> bool:
        """An MP4 that is read through: its pieces tell of themselves, and it has no index."""
        return self.one_pass and "mov" in self.container

    def whole_reach(self, size: int) -> Reach | None:
        """All of a source of `size` bytes, where it is in fragments: picture and sound lie apart in
        them, and whoever reads both as they belong together goes to and fro."""
        return Reach(first=0, last=size, size=size) if self.in_fragments else None

    def of_window(self, window: Window) -> tuple[PlannedSegment, ...]:
        """The window's segments, or pieces of its lane; numbers count from 1."""
        row = self.segments if window.lane is None else self.lanes[window.lane].pieces
        return row[window.first - 1 : window.last]

    def window(self, index: int) -> Window:
        """The window or join of that index, be it the proxy's."""
        return (*self._every, *(self.proxy._every if self.proxy else ()))[index]

    def is_proxy(self, window: Window) -> bool:
        return window.index >= len(self._every)

    @property
    def _every(self) -> tuple[Window, ...]:
        return (*self.windows, *self.joins)

    def with_proxy(self, proxy: Plan) -> Plan:
        """This plan and, beside it, a proxy's."""
        known = len(self._every)
        windows, joins = (
            tuple(replace(window, index=known + window.index) for window in row)
            for row in (proxy.windows, proxy.joins)
        )
        return replace(self, proxy=replace(proxy, windows=windows, joins=joins))

    def all_windows(self) -> tuple[Window, ...]:
        return (*self.windows, *(self.proxy.windows if self.proxy else ()))

    def all_joins(self) -> tuple[Window, ...]:
        return (*self.joins, *(self.proxy.joins if self.proxy else ()))

    def chunks_of(self, join: Window) -> tuple[Chunk, ...]:
        """The stretches that a join puts together, in order."""
        place = (join.first, join.lane)
        rows = [window for window in self.windows if (window.first, window.lane) == place]
        return tuple(window.chunk for window in rows if window.chunk)

    def numbers_of(self, window: Window) -> tuple[int, ...]:
        """The numbers of the segments that a window makes."""
        if window.lane is None:
            return tuple(range(window.first, window.last + 1))
        kept = self.lanes[window.lane].kept[window.first - 1 : window.last]
        return tuple(number for number in kept if number)

    def end_of(self, segment: PlannedSegment) -> Milliseconds:
        """Where the file of a segment that others follow ends, as far as can be planned."""
        later = self.segments[segment.number : segment.number + 1]
        return later[0].cut if later else self.duration

    def contents(self) -> dict[int, str]:
        """For each number a name of what its file holds: equal in all plans of one video."""
        return {segment.number: self.content_of(segment.number) for segment in self.segments}

    def content_of(self, number: int) -> str:
        segment = self.segments[number - 1]
        held = (segment.cut, segment.start, segment.end) if self.lanes else self._span(number)
        streams = (self.video_index, self.audio_index, self.format.muxer)
        return fingerprint(self.cut, to_plain(self.target), self.size_limit, *streams, *held)

    def _span(self, number: int) -> tuple[Milliseconds, Milliseconds]:
        segment = self.segments[number - 1]
        return segment.cut, self.end_of(segment)

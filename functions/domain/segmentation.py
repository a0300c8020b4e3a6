"""How a user wants a video cut, and the plan that comes of it: values, made in `planning`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from functions.domain.containers import FileFormat
from functions.domain.errors import InvalidInputError
from functions.domain.exactness import CutReason, EncodeTarget, Exactness
from functions.domain.times import Milliseconds

MIN_LENGTH: Milliseconds = 1_000
MAX_LENGTH: Milliseconds = 3_600_000
DEFAULT_LENGTH: Milliseconds = 30_000


class Mode(StrEnum):
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """The options of a cut: segments of about `length` milliseconds, or of just that length
    where the cut is exact. `target` is for `accurate` cuts alone."""

    mode: Mode = Mode.FIXED
    length: Milliseconds = DEFAULT_LENGTH
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTarget | None = None

    def __post_init__(self) -> None:
        if self.target is not None and self.cut is not Exactness.ACCURATE:
            raise InvalidInputError(
                "segmentation.target", "Only an accurate cut encodes all, and can have a target."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """One segment: `start` and `end` as asked, `cut` the keyframe that opens it.

    Nothing can be cut between `after` and `cut`: any time in between names this keyframe
    without depending on rounding. In an exact cut all three are the asked start.
    """

    number: int
    start: Milliseconds
    end: Milliseconds
    cut: Milliseconds
    after: Milliseconds

    @property
    def aim(self) -> float:
        """A time between the keyframe before the cut and the cut, in milliseconds."""
        return (self.after + self.cut) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Consecutive segments that one ffmpeg call makes: numbers `first` to `last`, both included."""

    index: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to cut, and of which streams.

    `origin` is the source's start on its container's clock. `one_pass`: the source cannot be
    entered in the middle, so one window reads all of it. `cut_reason` says why `cut` is another
    than was asked for; codec and `rotation` (degrees clockwise) are the picture's.
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

    def of_window(self, window: Window) -> tuple[PlannedSegment, ...]:
        """The window's segments; numbers count from 1."""
        return self.segments[window.first - 1 : window.last]

    cut: Exactness = Exactness.KEYFRAME
    cut_reason: CutReason | None = None
    target: EncodeTarget | None = None
    video_codec: str | None = None
    rotation: int = 0

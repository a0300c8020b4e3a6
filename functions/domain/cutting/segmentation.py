"""How a user wants a video cut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.times import Milliseconds

MIN_LENGTH: Milliseconds = 1_000
MAX_LENGTH: Milliseconds = 3_600_000
DEFAULT_LENGTH: Milliseconds = 30_000
MAX_RANGES = 200
MAX_PARTS = 1_000
MIN_SIZE = 1_000_000
MAX_SIZE = 10_000_000_000


class Mode(StrEnum):
    """Where the cuts are: each `length`, where a user says, where the picture changes, where
    speech pauses, in equal parts, by the size of files, nowhere, or where its moments are."""

    FIXED = "fixed"
    RANGES = "ranges"
    SCENES = "scenes"
    SILENCE = "silence"
    PARTS = "parts"
    SIZE = "size"
    NONE = "none"
    MOMENTS = "moments"

    @property
    def follows_boundaries(self) -> bool:
        """The video has to be looked at before it can be planned."""
        return self in {Mode.SCENES, Mode.SILENCE}

    @property
    def follows_moments(self) -> bool:
        """What is said has to be known, and its moments found, before it can be planned."""
        return self is Mode.MOMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRange:
    """One segment of a list: from `start` to before `end`."""

    start: Milliseconds
    end: Milliseconds
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmentation:
    """The options of a cut; which of them count is the mode's matter.

    `fixed`: segments of about `length` milliseconds, or of just that length where the cut is
    exact, each beginning `overlap` before the one before it ends. `ranges`: these. `scenes`: where
    the picture changes by `threshold` (0 to 100). `silence`: in the middle of each pause of at
    least `pause` in which no peak reaches `level` (dBFS). `parts`: that many, equally long.
    `size`: files of at most so many bytes. `moments`: each that was not rejected and has a length
    that is allowed. `min_length` and `max_length` hold in all modes;
    `target` is for `accurate` cuts alone.
    """

    mode: Mode = Mode.FIXED
    length: Milliseconds = DEFAULT_LENGTH
    overlap: Milliseconds = 0
    ranges: tuple[AskedRange, ...] = ()
    threshold: float = 10.0
    level: float = -40.0
    pause: Milliseconds = 500
    parts: int = 2
    size: int = 100_000_000
    min_length: Milliseconds | None = None
    max_length: Milliseconds | None = None
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTarget | None = None

    def __post_init__(self) -> None:
        wrong = [*self._wrong_lengths(), *self._wrong_ranges()]
        if self.target is not None and self.cut is not Exactness.ACCURATE:
            wrong.append(_wrong("target", "Only an accurate cut encodes all, and has a target."))
        if self.mode is Mode.FIXED and self.overlap * 2 > self.length:
            wrong.append(_wrong("overlap_s", "Segments overlap by half their length at the most."))
        if wrong:
            raise InvalidInputError(
                "segmentation.refused", "A video cannot be cut so.", fields=tuple(wrong)
            )

    def _wrong_lengths(self) -> list[FieldError]:
        """Only where a longest is twice a shortest can any video be divided so."""
        low, high = self.min_length, self.max_length
        if low is not None and high is not None and high < 2 * low:
            return [_wrong("max_length_s", "At least twice min_length_s.")]
        if self.mode is not Mode.FIXED:
            return []
        if low is not None and self.length < low:
            return [_wrong("length_s", "At least min_length_s.")]
        if high is not None and self.length > high:
            return [_wrong("length_s", "At most max_length_s.")]
        return []

    def _wrong_ranges(self) -> list[FieldError]:
        if self.mode is not Mode.RANGES:
            return []
        if not self.ranges:
            return [_wrong("ranges", "At least one range.")]
        seen: set[tuple[Milliseconds, Milliseconds]] = set()
        wrong: list[FieldError] = []
        for place, asked in enumerate(self.ranges):
            detail = self._wrong_range(asked)
            if detail is None and (asked.start, asked.end) in seen:
                detail = "This range is asked for twice."
            if detail:
                wrong.append(_wrong(f"ranges/{place}", detail))
            seen.add((asked.start, asked.end))
        return wrong

    def _wrong_range(self, asked: AskedRange) -> str | None:
        length = asked.end - asked.start
        if asked.start < 0 or length <= 0:
            return "A range ends after its start."
        if length < (self.min_length or 1):
            return "Shorter than min_length_s."
        if length > (self.max_length or length):
            return "Longer than max_length_s."
        return None


def _wrong(name: str, detail: str) -> FieldError:
    return FieldError(f"/{name}", "out_of_range", detail)

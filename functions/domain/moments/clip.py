"""A clip: a moment as a file of its own, which is a segment like any other."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.ids import derived_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipOptions:
    """How a moment is cut: always at its own pictures. `captions` burns in what is said in it,
    `target` is what is encoded to; both need an `accurate` cut. Raises InvalidInputError."""

    cut: Exactness = Exactness.SMART
    target: EncodeTarget | None = None
    captions: bool = False

    def __post_init__(self) -> None:
        wrong = [
            FieldError(f"/{name}", "out_of_range", "Only an accurate cut encodes all of a clip.")
            for name, asked in (("target", self.target is not None), ("captions", self.captions))
            if asked and self.cut is not Exactness.ACCURATE
        ]
        if self.captions and self.target is not None and self.target.captions is not None:
            says = "Either what is said, or captions of your own."
            wrong.append(FieldError("/captions", "twice", says))
        if wrong:
            raise InvalidInputError("clip.refused", "A clip cannot be cut so.", fields=tuple(wrong))


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The clip of a moment: the segment that it is, how it was asked for, which cut of the moment
    it is, from 1, and for which run of the pipeline it was cut, if for one."""

    segment_id: str
    options: ClipOptions
    number: int = 1
    run_id: str | None = None


USUAL_CLIP = ClipOptions()


def clip_id_of(moment_id: str, number: int) -> str:
    """The id that every attempt at one cut of a moment gives it."""
    return derived_id("clip", moment_id, number)

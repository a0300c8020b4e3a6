"""How a video is cut: the words of the API, and those of the domain."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.times import Milliseconds, seconds
from functions.handlers.api.models.segmentation import (
    EncodeTargetOptions,
    RangeOptions,
    SegmentationOptions,
)
from functions.runtime import problem

# What counts in each mode; the rest belongs to another.
_OPTIONS: Final[dict[Mode, tuple[str, ...]]] = {
    Mode.FIXED: ("length_s", "overlap_s"),
    Mode.RANGES: ("ranges",),
    Mode.SCENES: ("threshold",),
    Mode.SILENCE: ("level_db", "pause_s"),
    Mode.PARTS: ("parts",),
    Mode.SIZE: ("size_mb",),
    Mode.NONE: (),
    Mode.MOMENTS: (),
}
_NEEDED: Final = {Mode.RANGES: "ranges", Mode.PARTS: "parts", Mode.SIZE: "size_mb"}


def asked(options: SegmentationOptions, place: str, *, heard: bool = False) -> Segmentation:
    """What was sent at `place`, a JSON pointer; `heard`: for a video that may have a transcript.
    Raises InvalidInputError naming all that does not go together."""
    wrong = _wrong(options)
    if not heard and options.target is not None and options.target.captions_from is not None:
        says = "It has no transcript yet: start the pipeline with this once there is one."
        wrong.append(FieldError("/target/captions_from", "not_yet", says))
    if wrong:
        raise problem.invalid([_at(place, field) for field in wrong])
    try:
        return Segmentation(mode=options.mode, cut=options.cut, **_given(options))
    except InvalidInputError as error:
        raise problem.invalid([_at(place, field) for field in error.fields]) from error


def _wrong(options: SegmentationOptions) -> list[FieldError]:
    others = {name for names in _OPTIONS.values() for name in names} - {*_OPTIONS[options.mode]}
    sent = options.model_dump(include=others, exclude_none=True)
    wrong = [
        FieldError(f"/{name}", "not_of_mode", f"The mode {options.mode} has no {name}.")
        for name in sorted(sent)
    ]
    needed = _NEEDED.get(options.mode)
    if needed and getattr(options, needed) is None:
        wrong.append(FieldError(f"/{needed}", "missing", f"The mode {options.mode} needs it."))
    if options.target is not None and options.cut is not Exactness.ACCURATE:
        wrong.append(FieldError("/target", "not_of_cut", "Only an accurate cut has a target."))
    return wrong


def _at(place: str, field: FieldError) -> FieldError:
    return FieldError(place + field.pointer, field.code, field.detail)


def _given(options: SegmentationOptions) -> dict[str, Any]:
    """What is not told stays as the domain has it."""
    values = {
        "length": _milliseconds(options.length_s),
        "overlap": _milliseconds(options.overlap_s),
        "ranges": tuple(_range(one) for one in options.ranges or ()) or None,
        "threshold": options.threshold,
        "level": options.level_db,
        "pause": _milliseconds(options.pause_s),
        "parts": options.parts,
        "size": None if options.size_mb is None else round(options.size_mb * 1e6),
        "min_length": _milliseconds(options.min_length_s),
        "max_length": _milliseconds(options.max_length_s),
        "target": target_of(options.target, ""),
    }
    return {name: value for name, value in values.items() if value is not None}


def target_of(options: EncodeTargetOptions | None, place: str) -> EncodeTarget | None:
    """What was sent as `target` at `place`. Raises InvalidInputError naming what cannot be met."""
    if options is None:
        return None
    try:
        return EncodeTarget(**options.model_dump())
    except InvalidInputError as error:
        raise problem.invalid([_at(f"{place}/target", field) for field in error.fields]) from error


def _range(options: RangeOptions) -> AskedRange:
    return AskedRange(
        start=round(options.start * 1000), end=round(options.end * 1000), title=options.title
    )


def _milliseconds(value: float | None) -> Milliseconds | None:
    return None if value is None else round(value * 1000)


def told(kept: Segmentation) -> SegmentationOptions:
    """As it would be sent: what counts in its mode."""
    values: dict[str, Any] = {
        "length_s": seconds(kept.length),
        "overlap_s": seconds(kept.overlap),
        "ranges": [
            RangeOptions(start=seconds(one.start), end=seconds(one.end), title=one.title)
            for one in kept.ranges
        ],
        "threshold": kept.threshold,
        "level_db": kept.level,
        "pause_s": seconds(kept.pause),
        "parts": kept.parts,
        "size_mb": kept.size / 1e6,
    }
    return SegmentationOptions(
        mode=kept.mode,
        cut=kept.cut,
        target=_told_target(kept.target) if kept.target else None,
        min_length_s=None if kept.min_length is None else seconds(kept.min_length),
        max_length_s=None if kept.max_length is None else seconds(kept.max_length),
        **{name: values[name] for name in _OPTIONS[kept.mode]},
    )


def _told_target(kept: EncodeTarget) -> EncodeTargetOptions:
    """Captions are kept elsewhere, and not told."""
    values = asdict(kept)
    del values["captions_key"]
    return EncodeTargetOptions(**values)

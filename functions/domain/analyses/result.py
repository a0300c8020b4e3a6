"""What all windows found, as one: kept with the video."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from functions.domain.analyses.analysis import STEP, AnalysisPlan, SoundFindings, WindowFindings
from functions.domain.analyses.boundaries import Boundaries, Envelope, SceneChange, Stretch
from functions.domain.analyses.loudness import integrated
from functions.domain.analyses.storyboard import SheetRow, Storyboard
from functions.domain.extras import Extra
from functions.domain.times import Milliseconds

BLACK_MINIMUM: Final[Milliseconds] = 500
# Stretches of two windows are one where no picture lies between them.
_JOIN: Final[Milliseconds] = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """`integrated` in LUFS (EBU R 128), `peak` of the samples in dBFS; None for silence."""

    integrated: float | None = None
    peak: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisResult:
    """What was made of a source: `made` says what was looked for, whatever was found.

    `sheets` is the folder of the storyboard's sheets; `preview`, `waveform` and `peaks` are keys.
    """

    made: tuple[Extra, ...] = ()
    boundaries: Boundaries = field(default_factory=Boundaries)
    loudness: Loudness | None = None
    black: tuple[Stretch, ...] | None = None
    storyboard: Storyboard | None = None
    sheets: str | None = None
    preview: str | None = None
    waveform: str | None = None
    peaks: str | None = None

    def with_found(self, later: AnalysisResult) -> AnalysisResult:
        """The same with what a later look found beside it; what was made is kept."""
        known, new = self.boundaries, later.boundaries
        return AnalysisResult(
            made=tuple(extra for extra in Extra if extra in {*self.made, *later.made}),
            boundaries=Boundaries(
                scenes=new.scenes if known.scenes is None else known.scenes,
                envelope=known.envelope or new.envelope,
            ),
            loudness=self.loudness or later.loudness,
            black=later.black if self.black is None else self.black,
            storyboard=self.storyboard or later.storyboard,
            sheets=self.sheets or later.sheets,
            preview=self.preview or later.preview,
            waveform=self.waveform or later.waveform,
            peaks=self.peaks or later.peaks,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeSound:
    """One byte a STEP from the video's start to its end, as in SoundFindings."""

    levels: bytes
    lows: bytes
    highs: bytes


def merged(plan: AnalysisPlan, findings: Sequence[WindowFindings]) -> AnalysisResult:
    """Findings of all windows, in their order. What a video has no stream for is found empty."""
    scenes = _scenes(findings) if Extra.SCENES in plan.asked else None
    envelope = _envelope(plan, findings) if Extra.SILENCE in plan.asked else None
    return AnalysisResult(
        made=plan.asked,
        boundaries=Boundaries(scenes=scenes, envelope=envelope),
        loudness=_loudness(findings) if plan.wants(Extra.LOUDNESS) else None,
        black=_black(findings) if Extra.BLACK in plan.asked else None,
        storyboard=_storyboard(plan, findings) if plan.wants(Extra.STORYBOARD) else None,
    )


def whole_sound(plan: AnalysisPlan, findings: Sequence[WindowFindings]) -> WholeSound:
    return WholeSound(
        levels=_joined(plan, [one.levels for one in _sounds(findings)], 255),
        lows=_joined(plan, [one.lows for one in _sounds(findings)], 128),
        highs=_joined(plan, [one.highs for one in _sounds(findings)], 128),
    )


def _sounds(findings: Sequence[WindowFindings]) -> list[SoundFindings]:
    return [one.sound or SoundFindings() for one in findings]


def _joined(plan: AnalysisPlan, pieces: Sequence[str], nothing: int) -> bytes:
    """Each window's bytes in its place; where sound ends early there is silence."""
    whole = bytearray()
    for window, piece in zip(plan.windows, pieces, strict=True):
        steps = -(-window.end // STEP) - window.start // STEP
        whole += base64.b64decode(piece)[:steps].ljust(steps, bytes([nothing]))
    return bytes(whole)


def _envelope(plan: AnalysisPlan, findings: Sequence[WindowFindings]) -> Envelope:
    """Empty where there is no sound at all: there is no pause in it to cut at."""
    if plan.audio_index is None:
        return Envelope(step=STEP, levels="")
    levels = whole_sound(plan, findings).levels
    return Envelope(step=STEP, levels=base64.b64encode(levels).decode())


def _scenes(findings: Sequence[WindowFindings]) -> tuple[SceneChange, ...]:
    return tuple(scene for one in findings for scene in one.scenes or ())


def _loudness(findings: Sequence[WindowFindings]) -> Loudness:
    peaks = [one.peak for one in _sounds(findings) if one.peak is not None]
    momentary = [value for one in _sounds(findings) for value in one.momentary]
    return Loudness(integrated=integrated(momentary), peak=max(peaks, default=None))


def _black(findings: Sequence[WindowFindings]) -> tuple[Stretch, ...]:
    found = (stretch for one in findings for stretch in one.black or ())
    return tuple(one for one in joined(found) if one.end - one.start >= BLACK_MINIMUM)


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Those that touch, as one; in the order of time."""
    whole: list[Stretch] = []
    for stretch in stretches:
        if whole and stretch.start - whole[-1].end <= _JOIN:
            whole[-1] = Stretch(start=whole[-1].start, end=stretch.end)
        else:
            whole.append(stretch)
    return whole


def _storyboard(plan: AnalysisPlan, findings: Sequence[WindowFindings]) -> Storyboard | None:
    rows = tuple(
        SheetRow(window=window, count=one.sheets)
        for window, one in zip(plan.windows, findings, strict=True)
    )
    if plan.tiles is None or not any(row.count for row in rows):
        return None
    until = max((one.shown_until or 0 for one in findings), default=0)
    return Storyboard(tiles=plan.tiles, rows=rows, until=min(max(until, 1), plan.duration))

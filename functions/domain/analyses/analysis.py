"""What is looked for in a video, window by window, and what one window holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from functions.domain.analyses.boundaries import SceneChange, Stretch
from functions.domain.extras import Extra
from functions.domain.times import Milliseconds

STEP: Milliseconds = 10
"""Of the envelope and of the waveform's peaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisWindow:
    """From `start` to before `end`, on the video's clock."""

    index: int
    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class TileGrid:
    """A tile of `width` x `height` pixels each `interval`, `columns` x `rows` on a sheet."""

    interval: Milliseconds
    width: int
    height: int
    columns: int = 10
    rows: int = 10

    def times(self, window: AnalysisWindow) -> range:
        """When the tiles of a window are taken."""
        first = -(-window.start // self.interval) * self.interval
        return range(first, window.end, self.interval)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisPlan:
    """What to look for (`wanted`, of what was `asked` for what the streams can give), and in which
    streams. `enterable`: the source has an index, so that reading can begin inside it; `dense`: its
    keyframes alone make a storyboard. `grouped`: keyframes are where decoders can begin, and the
    next comes within `longest_group`; `alone`: keyframes can be decoded
    without what lies between."""

    analysis_id: str
    asked: tuple[Extra, ...]
    wanted: tuple[Extra, ...]
    duration: Milliseconds
    container: str
    enterable: bool
    dense: bool
    windows: tuple[AnalysisWindow, ...]
    grouped: bool = False
    longest_group: Milliseconds = 0
    alone: bool = True
    video_index: int | None = None
    audio_index: int | None = None
    tiles: TileGrid | None = None
    moments: tuple[Stretch, ...] = ()
    """What the animated preview shows."""

    def wants(self, *extras: Extra) -> bool:
        return any(extra in self.wanted for extra in extras)

    def moments_of(self, window: AnalysisWindow) -> tuple[Stretch, ...]:
        return tuple(one for one in self.moments if window.start <= one.start < window.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisJob:
    """One window of a plan; files are written under `folder`."""

    source_url: str
    plan: AnalysisPlan
    window: AnalysisWindow
    folder: Path

    @property
    def length(self) -> Milliseconds:
        return self.window.end - self.window.start


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFindings:
    """What a window sounds like.

    `momentary`: loudness over the last 400 ms, each 100 ms, in hundredths of LUFS. `peak`: of
    the samples, in dBFS, None for digital silence. The rest is Base64 of one byte a STEP: how far
    the loudest sample lies below full scale in half decibels, and the lowest and highest sample
    of any channel in 128ths of full scale, plus 128.
    """

    momentary: tuple[int, ...] = ()
    peak: float | None = None
    levels: str = ""
    lows: str = ""
    highs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFindings:
    """None where it was not looked for. `shown_until` is when the last picture appeared, `sheets`
    how many sheets of tiles there are, `moving` whether there are pictures for the preview."""

    index: int
    scenes: tuple[SceneChange, ...] | None = None
    black: tuple[Stretch, ...] | None = None
    sound: SoundFindings | None = None
    shown_until: Milliseconds | None = None
    sheets: int = 0
    moving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFiles:
    """What an analyser made of a window: `moving` holds JPEG pictures one after the other."""

    findings: WindowFindings
    sheets: tuple[Path, ...] = ()
    moving: Path | None = None

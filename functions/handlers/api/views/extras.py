"""A video's extras."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from functions.domain.analyses.boundaries import Stretch
from functions.domain.analyses.result import AnalysisResult
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.extras import Extra
from functions.domain.times import seconds
from functions.domain.video import Video
from functions.handlers.api.models import extras as models
from functions.handlers.api.views.common import failure
from functions.services.analyses.left import sheet_name

URL_SECONDS = 3_600
# A pause, as long as nobody says otherwise.
_PAUSE = Segmentation()
Sign = Callable[[str], str]


def named(names: Iterable[str]) -> tuple[Extra, ...]:
    """Extras by their names, each once."""
    return tuple(Extra(name) for name in dict.fromkeys(names))


def extras(item: Video, found: AnalysisResult, sign: Sign) -> models.ExtrasAnswer:
    """`sign` makes the URL of a key."""
    loud, envelope = found.loudness, found.boundaries.envelope
    scenes = found.boundaries.scenes
    return models.ExtrasAnswer(
        video_id=item.video_id,
        asked=[extra.value for extra in item.extras],
        made=[*(extra.value for extra in found.made), *_made_beside(item)],
        error=failure(item.analysis_error),
        hls_error=failure(item.hls_error),
        loudness=models.LoudnessAnswer(integrated=loud.integrated, peak=loud.peak)
        if loud
        else None,
        black=None if found.black is None else _stretches(found.black),
        silent=_stretches(envelope.silences(level=_PAUSE.level, minimum=_PAUSE.pause))
        if envelope
        else None,
        scenes=None
        if scenes is None
        else [models.SceneAnswer(at=seconds(one.at), score=one.score) for one in scenes],
        storyboard=_storyboard(found, sign),
        proxy_url=sign(item.proxy_key) if item.proxy_key else None,
        proxy_error=failure(item.proxy_error),
        preview_url=sign(found.preview) if found.preview else None,
        waveform_url=sign(found.waveform) if found.waveform else None,
        peaks_url=sign(found.peaks) if found.peaks else None,
        expires_in=URL_SECONDS,
    )


def _made_beside(item: Video) -> list[str]:
    made = {"proxy": item.proxy_key, "hls": item.hls_key}
    return [name for name, key in made.items() if key]


def _stretches(found: Iterable[Stretch]) -> list[models.StretchAnswer]:
    return [models.StretchAnswer(start=seconds(one.start), end=seconds(one.end)) for one in found]


def _storyboard(found: AnalysisResult, sign: Sign) -> models.StoryboardAnswer | None:
    """Each sheet is signed once."""
    if found.storyboard is None:
        return None
    tiles = found.storyboard.tiles

    @cache
    def address(window: int, sheet: int) -> str:
        return sign(f"{found.sheets}/{sheet_name(window, sheet)}")

    return models.StoryboardAnswer(
        interval=seconds(tiles.interval),
        tile_width=tiles.width,
        tile_height=tiles.height,
        vtt=found.storyboard.webvtt(address),
    )

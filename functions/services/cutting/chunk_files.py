"""The files of chunks: encoded to work/, fetched from there and joined."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from functions.domain.cutting.job import CutFile, CutJob
from functions.domain.cutting.plan import Chunk
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.media.ports import Cutter
from functions.domain.media.source import Source
from functions.domain.runs.run import Run
from functions.services.cutting.cut_job import Bounds, too_slow
from functions.services.runs.stages import Context, require_open

DOWNLOAD_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkPlace:
    """Where a chunk of segment `number` goes, and for which run."""

    key: str
    number: int
    run: Run


def encode_to(
    context: Context, cutter: Cutter, job: CutJob, chunk: Chunk, place: ChunkPlace, bounds: Bounds
) -> None:
    """Encode a chunk to its place, unless it is there."""
    if context.media.find(place.key) is not None:
        return
    path = cutter.encode_chunk(job, chunk, bounds.stop)
    if path is None:
        raise too_slow(job.plan, place.number)
    require_open(context, place.run)
    context.media.upload(path, place.key, "video/mp4")
    path.unlink()


def joined(
    context: Context, cutter: Cutter, job: CutJob, keys: list[str], bounds: Bounds, number: int
) -> CutFile:
    """Segment `number` out of its chunks. Raises UnavailableError where one is not there."""
    found = [context.media.find(key) for key in keys]
    sources = [source for source in found if source is not None]
    if len(sources) < len(keys):
        raise UnavailableError(
            "pipeline.incomplete", f"Pieces of segment {number} are missing; run again."
        )
    _require_room(number, sources, bounds)
    with ThreadPoolExecutor(DOWNLOAD_THREADS) as pool:
        paths = list(pool.map(lambda pair: _fetch(context, job, *pair), enumerate(keys)))
    file = cutter.join_chunks(job, paths, bounds.stop)
    if file is None:
        raise too_slow(job.plan, number)
    return file


def _require_room(number: int, sources: list[Source], bounds: Bounds) -> None:
    """The chunks and what is made of them lie on one disk."""
    if 2 * sum(source.size for source in sources) > bounds.disk_budget:
        raise too_large(number)


def too_large(number: int) -> MediaError:
    return MediaError(
        "segment.too_large",
        f"Segment {number} is larger than can be put together. Ask for shorter segments, a lower "
        "bit rate or a smaller picture.",
    )


def _fetch(context: Context, job: CutJob, place: int, key: str) -> Path:
    path = job.folder / f"chunk-{place:04d}.mp4"
    context.media.download(key, path)
    return path

"""After the cut, one window of an HLS rendition: write its pieces, keep them, then note them.

What was written is noted last. So a worker that is killed leaves either a whole window or none;
pieces are named by their numbers, and written again they are the same.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from functions.domain.codec import to_plain
from functions.domain.hls.ports import HlsWriter
from functions.domain.hls.rendition import (
    CONTENT_TYPE,
    HlsFile,
    HlsJob,
    HlsPiece,
    HlsPlan,
    HlsWindowPieces,
)
from functions.domain.media.source import Source
from functions.domain.runs.run import Stage
from functions.domain.video import Video
from functions.services.cutting.cut_window import SOURCE_URL_SECONDS, UPLOAD_THREADS, Bounds
from functions.services.hls.left import folder_of, pieces_key, read_hls_plan
from functions.services.runs.stages import Context, load, noted, require_open


def write_window(
    context: Context,
    writer: HlsWriter,
    bounds: Bounds,
    *,
    video_id: str,
    run_id: str,
    hls_id: str,
    index: int,
) -> int:
    """Returns how many pieces were written, 0 where this was done before."""
    work = load(context, video_id, run_id)
    key = pieces_key(work.video, hls_id, index)
    if context.media.find(key) is not None:
        return 0
    plan = read_hls_plan(context, work.video, hls_id)
    job = HlsJob(
        source_url=context.media.sign_get(_read_from(plan), SOURCE_URL_SECONDS),
        plan=plan,
        window=plan.windows[index],
        folder=bounds.folder,
        disk_budget=bounds.disk_budget,
    )
    with noted(context, Stage.HLS, work):
        pieces = _write(context, writer, work.video, job, bounds)
    require_open(context, work.run)
    context.media.write_json(key, to_plain(HlsWindowPieces(index=index, pieces=tuple(pieces))))
    return len(pieces)


def _read_from(plan: HlsPlan) -> Source:
    """The source or its proxy: key and version are all that an address needs."""
    return Source(key=plan.key, size=0, etag="", version_id=plan.version_id)


def _write(
    context: Context, writer: HlsWriter, video: Video, job: HlsJob, bounds: Bounds
) -> list[HlsPiece]:
    home, pieces = folder_of(video), list[HlsPiece]()
    uploads, headers = list[Future[None]](), set[str]()

    def keep(file: HlsFile) -> None:
        context.media.upload(file.path, f"{home}/{file.path.name}", CONTENT_TYPE)
        file.path.unlink()

    with ThreadPoolExecutor(UPLOAD_THREADS) as pool:
        for file in writer.write(job, bounds.stop):
            if file.header.name not in headers:
                headers.add(file.header.name)
                context.media.upload(file.header, f"{home}/{file.header.name}", CONTENT_TYPE)
            uploads.append(pool.submit(keep, file))
            pieces.append(file.piece)
            _raise_first(uploads)
    for upload in uploads:
        upload.result()
    return pieces


def _raise_first(uploads: list[Future[None]]) -> None:
    """A failed one keeps its room on the disk: nothing more is to be written."""
    for upload in uploads:
        if upload.done():
            upload.result()

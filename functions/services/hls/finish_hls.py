"""After the cut, last: what all windows wrote becomes one rendition, and the video names it.

Its list has a name that follows from the source, and the video's row is written last: a run that
is killed half-way does the same again.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from functions.domain.codec import from_plain, to_plain
from functions.domain.hls.rendition import HlsWindowPieces, make_index
from functions.domain.runs.stage import Stage
from functions.services.hls.left import folder_of, hls_wanted, index_key, pieces_key, read_hls_plan
from functions.services.runs.stages import Context, change_video, load

READ_THREADS = 8


def finish_hls(context: Context, *, video_id: str, run_id: str, hls_id: str) -> int:
    """Returns how many pieces the rendition has, 0 where it was there before."""
    work = load(context, video_id, run_id)
    video = work.video
    if not hls_wanted(work):
        return 0
    plan = read_hls_plan(context, video, hls_id)

    def read(index: int) -> HlsWindowPieces:
        key = pieces_key(video, hls_id, index)
        return from_plain(HlsWindowPieces, context.media.read_json(key))

    with ThreadPoolExecutor(READ_THREADS) as pool:
        windows = list(pool.map(read, [window.index for window in plan.windows]))
    index = make_index(plan, folder_of(video), windows)
    context.media.write_json(index_key(video), to_plain(index))
    now = context.clock()
    change_video(context, video_id, lambda read: read.with_hls(index_key(video), now), by=work.run)
    context.runs.stage_finished(work.run, Stage.HLS, now, reused=False)
    return len(index.entries)

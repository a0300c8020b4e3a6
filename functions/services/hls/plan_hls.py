"""After the cut: which pieces of an HLS rendition are to be written, and by which windows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.codec import to_plain
from functions.domain.extras import Extra
from functions.domain.hls.plan import can_copy, plan_hls
from functions.domain.hls.rendition import HlsPlan
from functions.domain.keys import proxy_key
from functions.domain.media.ports import Prober
from functions.domain.media.source import Source
from functions.domain.runs.stage import Stage
from functions.services.cutting.redo import work_name
from functions.services.hls.left import hls_wanted, plan_key_of
from functions.services.runs.stages import Context, StageWork, load, noted, read_probe


@dataclass(frozen=True, slots=True, kw_only=True)
class HlsToDo:
    """Without windows nothing is to be done."""

    hls_id: str = ""
    windows: tuple[int, ...] = ()


def plan_rendition(context: Context, prober: Prober, *, video_id: str, run_id: str) -> HlsToDo:
    """The same video gives the same plan. Raises MediaError where its picture cannot be copied and
    there is no proxy."""
    work = load(context, video_id, run_id)
    if not hls_wanted(work):
        return HlsToDo()
    context.runs.stage_started(work.run, Stage.HLS, context.clock())
    with noted(context, Stage.HLS, work):
        plan = _plan(context, prober, work)
    plan = replace(plan, hls_id=work_name(plan.hls_id, work.run, Stage.HLS))
    context.media.write_json(plan_key_of(work.video, plan.hls_id), to_plain(plan))
    return HlsToDo(hls_id=plan.hls_id, windows=tuple(window.index for window in plan.windows))


def _plan(context: Context, prober: Prober, work: StageWork) -> HlsPlan:
    """Of the source, or else of its proxy."""
    probe = read_probe(context, work.video)
    proxy = None if can_copy(probe.media) else _proxy(context, work)
    if proxy is None:
        return plan_hls(probe, work.source)
    return plan_hls(prober.probe(proxy), proxy)


def _proxy(context: Context, work: StageWork) -> Source | None:
    video = work.video
    if Extra.PROXY not in video.extras:
        return None
    return context.media.find(proxy_key(video.user_id, video.video_id, work.source.etag))

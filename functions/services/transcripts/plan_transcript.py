"""Beside the cut: which stretches of the video are left to write down."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.codec import to_plain
from functions.domain.runs.stage import Stage
from functions.domain.transcripts.plan import plan_transcript
from functions.services.cutting.redo import work_name
from functions.services.runs.stages import Context, load, read_probe
from functions.services.transcripts.transcription import heard_of, plan_key_of, transcript_wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptToDo:
    """Without windows, all that there is has been heard before, or there is no sound."""

    transcription_id: str = ""
    windows: tuple[int, ...] = ()


def plan_transcription(context: Context, *, video_id: str, run_id: str) -> TranscriptToDo:
    """The same video and options give the same plan; what was heard before is not heard again."""
    work = load(context, video_id, run_id)
    context.runs.stage_started(work.run, Stage.TRANSCRIPT, context.clock())
    if not transcript_wanted(work):
        return TranscriptToDo()
    probe = read_probe(context, work.video)
    plan = plan_transcript(probe, work.source, work.video.transcription)
    named = work_name(plan.transcription_id, work.run, Stage.TRANSCRIPT)
    plan = replace(plan, transcription_id=named)
    context.media.write_json(plan_key_of(work.video, plan.transcription_id), to_plain(plan))
    return TranscriptToDo(
        transcription_id=plan.transcription_id,
        windows=tuple(
            window.index
            for window in plan.windows
            if context.media.find(heard_of(work.video, plan.transcription_id, window.index)) is None
        ),
    )

"""Storing a finished file of a cut: files first, the row last.

So a worker that is killed leaves either a whole segment or none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.cutting.job import CutFile, Inspection
from functions.domain.cutting.plan import Plan
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.keys import audio_piece_key
from functions.domain.media.ports import Cutter
from functions.domain.runs.run import Stage
from functions.domain.times import Milliseconds
from functions.services.cutting.cut_rows import processed_row, thumbnail_row
from functions.services.cutting.redo import in_place, record
from functions.services.cutting.window_tasks import WindowTask
from functions.services.runs.progress import WindowProgress
from functions.services.runs.stages import Context, StageWork, require_open

SHORTFALL: Milliseconds = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where the files of a window go."""

    context: Context
    cutter: Cutter
    work: StageWork
    plan: Plan
    progress: WindowProgress

    def store(self, task: WindowTask, made: CutFile) -> None:
        """Look at a file, hold it against the plan, upload it and record it.

        Raises RunOverError where its run has ended: nothing is uploaded then.
        """
        seen = self.cutter.inspect(made.path, task.plan)
        number = task.number_of(made.segment)
        if not is_whole(task.plan, made, seen):
            raise shortfall(self.plan, number)
        _require_size(self.plan, number, made.path.stat().st_size)
        file = replace(made, segment=self.plan.segments[number - 1])
        self._record(file, seen)
        for path in (file.path, seen.thumbnail, seen.audio):
            if path:
                path.unlink(missing_ok=True)
        self.progress.stored(file.segment)

    def _record(self, file: CutFile, seen: Inspection) -> None:
        """Files first, the segment's row last."""
        context, run = self.context, self.work.run
        processed = processed_row(context, self.work, self.plan, file, seen)
        files = {processed.segment_id: file.path}
        rows = [processed]
        if seen.thumbnail:
            thumbnail = thumbnail_row(processed, self.plan, seen.thumbnail)
            files[thumbnail.segment_id] = seen.thumbnail
            rows = [thumbnail, replace(processed, thumbnail_id=thumbnail.segment_id)]
        require_open(context, run)
        rows = in_place(context, rows, run, Stage.CUT)
        for row in rows:
            context.media.upload(files[row.segment_id], row.s3_key, row.content_type)
        self._keep_sound(file.segment.number, seen)
        record(context, rows, run, Stage.CUT)

    def _keep_sound(self, number: int, seen: Inspection) -> None:
        """Pieces that follow each other are joined in the end."""
        kind, plan = self.plan.audio_format, self.plan
        if seen.audio is None or kind is None or plan.lanes:
            return
        video = self.work.video
        place = (video.user_id, video.video_id, plan.plan_id)
        key = audio_piece_key(*place, number, kind.extension)
        self.context.media.upload(seen.audio, key, kind.content_type)


def _require_size(plan: Plan, number: int, size: int) -> None:
    if plan.size_limit is not None and size > plan.size_limit:
        raise MediaError(
            "segment.too_large",
            f"Segment {number} has {size} bytes, and files were to have {plan.size_limit} at the "
            "most. Ask for larger files, a smaller target, or another mode.",
        )


def is_whole(plan: Plan, file: CutFile, seen: Inspection) -> bool:
    """ffmpeg ends well on a file that is cut off: hold what was made against the plan.

    The stated length of a whole file may be a guess, so its last segment is given more room.
    """
    last = file.segment.number == len(plan.segments)
    room = max(SHORTFALL, plan.duration // 20) if last else SHORTFALL
    return plan.end_of(file.segment) - (file.actual_start + seen.duration) <= room


def shortfall(plan: Plan, number: int) -> MediaError | UnavailableError:
    """With an index the probe has seen the whole file, so a short read is worth another try."""
    if plan.one_pass:
        return MediaError(
            "media.truncated",
            f"The file ends in its segment {number} of {len(plan.segments)}, before its stated "
            "length. Upload the whole file again.",
        )
    return UnavailableError(
        "cut.short_read", f"The source could not be read past segment {number}."
    )

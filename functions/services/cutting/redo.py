"""Making a thing again that is there: its row keeps its id and what users made of it.

Each row says which run has made its file, so that a step that is repeated finds what it has redone
itself and goes on behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from functions.domain.errors import StaleWriteError
from functions.domain.runs.run import Run, Stage
from functions.domain.segments.segment import Segment
from functions.services.runs.stages import Context

_ATTEMPTS = 5


def in_place(context: Context, rows: Sequence[Segment], run: Run, stage: Stage) -> list[Segment]:
    """Rows that are to be written: a file that is made again takes the place of the one before,
    for a key of its own would leave that behind."""
    if not run.redoes(stage):
        return list(rows)
    known = {one.segment_id: one for one in context.segments.get_many(_ids(rows))}
    return [
        replace(row, s3_key=known[row.segment_id].s3_key) if row.segment_id in known else row
        for row in rows
    ]


def record(context: Context, rows: Sequence[Segment], run: Run, stage: Stage) -> None:
    """Write rows that are not there and, of a stage that is done again, those that are."""
    if not run.redoes(stage):
        context.segments.add(rows, by=run)
        return
    for row in rows:
        _record_anew(context, row, run)


def work_name(name: str, run: Run, stage: Stage) -> str:
    """The name of a stage's half-way pieces: those of another run are not taken for redone ones."""
    return f"{name}-{run.number}" if run.redoes(stage) else name


def _record_anew(context: Context, row: Segment, run: Run) -> None:
    for left in reversed(range(_ATTEMPTS)):
        known = context.segments.get(row.segment_id)
        try:
            if known is not None:
                context.segments.save(known, _as_made(known, row), by=run)
                return
            if context.segments.create(row, by=run):
                return
        except StaleWriteError:
            if not left:
                raise
    raise StaleWriteError("The segment")


def _as_made(known: Segment, made: Segment) -> Segment:
    """What was measured on the new file; titles, tags and posts stay."""
    return replace(
        made,
        title=known.title or made.title,
        description=known.description,
        tags=known.tags,
        social_media_usage=known.social_media_usage,
        views=known.views,
        engagement_rate=known.engagement_rate,
        created_at=known.created_at,
        version=known.version,
    )


def _ids(rows: Sequence[Segment]) -> list[str]:
    return [row.segment_id for row in rows]

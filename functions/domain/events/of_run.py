"""What is told of a run: its status, each of its stages, and how far it is.

Percentages are of one run: the next run of a video is another one, and begins at nought.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from functions.domain.codec import from_plain
from functions.domain.events.change import (
    FAILURE,
    ID,
    NO_COUNT,
    PERCENT,
    Change,
    Draft,
    Schema,
    data_schema,
    failure_of,
    one_of,
)
from functions.domain.events.event import EventType
from functions.domain.runs.run import Run, RunStatus
from functions.domain.runs.stage import Stage


class StageState(StrEnum):
    """`reused`: what an earlier run has made of it stays. `given_up`: the run goes on without."""

    STARTED = "started"
    FINISHED = "finished"
    REUSED = "reused"
    GIVEN_UP = "given_up"


_RUN: Final = data_schema(
    run_id=ID,
    status=one_of(RunStatus),
    stage=one_of(Stage),
    percent=PERCENT,
    segment_count=NO_COUNT,
    error=FAILURE,
)
SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.RUN_CREATED: _RUN,
    EventType.RUN_UPDATED: _RUN,
    EventType.STAGE_UPDATED: data_schema(
        run_id=ID, stage=one_of(Stage), state=one_of(StageState), percent=PERCENT
    ),
    EventType.RUN_PROGRESS: data_schema(run_id=ID, stage=one_of(Stage), percent=PERCENT),
}


def drafts(change: Change) -> Iterator[Draft]:
    if change.after is None:
        return
    now = from_plain(Run, change.after)
    was = from_plain(Run, change.before) if change.before else None
    if was is None:
        yield _draft(now, EventType.RUN_CREATED, _run(change, now))
        return
    if was.status is RunStatus.QUEUED and now.status is not RunStatus.QUEUED:
        # It begins before its stages do, and ends after them.
        yield _draft(now, EventType.RUN_UPDATED, _run(change, now))
    for stage in Stage:
        state = _state(now, stage)
        if state is not None and state != _state(was, stage):
            yield _draft(now, EventType.STAGE_UPDATED, {"stage": stage.value, "state": state.value})
    if was.status is RunStatus.RUNNING and now.status is not was.status:
        yield _draft(now, EventType.RUN_UPDATED, _run(change, now))
    elif now.percent() > was.percent() and _stages(was) == _stages(now):
        yield _draft(now, EventType.RUN_PROGRESS, {"stage": now.stage().value})


def _draft(run: Run, kind: EventType, data: Mapping[str, Any]) -> Draft:
    return Draft(
        user_id=run.user_id,
        type=kind,
        subject_id=run.run_id,
        video_id=run.video_id,
        data={"run_id": run.run_id, "percent": run.percent(), **data},
        percent=run.percent(),
    )


def _run(change: Change, run: Run) -> dict[str, Any]:
    return {
        "status": run.status.value,
        "stage": run.stage().value,
        "segment_count": run.outcome.segment_count if run.outcome else None,
        "error": failure_of(change.row),
    }


def _stages(run: Run) -> list[StageState | None]:
    return [_state(run, stage) for stage in Stage]


def _state(run: Run, stage: Stage) -> StageState | None:
    times = run.times(stage)
    if times.finished_at is None:
        return StageState.STARTED if times.started_at else None
    if times.given_up:
        return StageState.GIVEN_UP
    return StageState.REUSED if times.reused else StageState.FINISHED

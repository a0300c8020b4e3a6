"""Where every caught error of the pipeline ends: the run and the video say what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from functions.domain.failure import Failure
from functions.domain.runs.ports import RunWork
from functions.domain.runs.run import RunStatus, Stage
from functions.services.runs.close_run import INTERNAL, close_run
from functions.services.runs.stages import Context

_KEPT = "What was made is kept; start the pipeline again."
STOPPED = Failure(
    code="pipeline.stopped", detail=f"The run stopped without an end. {_KEPT}", stage=""
)
OVERDUE = Failure(
    code="pipeline.overdue", detail=f"The run took longer than a run may. {_KEPT}", stage=""
)


def fail_run(
    context: Context,
    *,
    video_id: str,
    run_id: str,
    code: str | None,
    detail: str | None,
    works: Sequence[RunWork] = (),
) -> Failure | None:
    """Write `failed` on both rows. An error without a code is ours, and says so.

    None where the run has not failed: it has ended otherwise before, or is gone.
    """
    run = context.runs.get(video_id, run_id)
    stage = run.stage() if run else Stage.CLAIM
    failure = Failure(
        code=code or INTERNAL.code, detail=detail or INTERNAL.detail, stage=stage.value
    )
    context.runs.fail(video_id, run_id, failure, context.clock())
    ended = context.runs.get(video_id, run_id)
    if ended is None:
        return None
    # A cancelled run is watched on: what its workers may still leave is cleared later.
    done = ended.watched and close_run(context, ended, works)
    if done and ended.status is not RunStatus.CANCELLED:
        context.runs.let_go(ended)
    return ended.error if ended.status is RunStatus.FAILED else None

"""What a user says of a moment: accepted, rejected, or neither; and taking one away."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import PreconditionError, StaleWriteError
from functions.domain.moments.moment import Moment, MomentStatus
from functions.services.moments.context import MomentContext, own_moment
from functions.services.ownership import Caller

_ATTEMPTS = 5
Revisions = frozenset[int] | None
"""Those that the caller accepts; None accepts any."""


@dataclass(frozen=True, slots=True)
class Named:
    """A moment as a caller names it."""

    caller: Caller
    video_id: str
    moment_id: str


def judge_moment(
    made: MomentContext, named: Named, status: MomentStatus, accepted: Revisions = None
) -> Moment:
    """The same verdict again changes nothing. Raises NotFoundError, PreconditionError, and
    ConflictError for an older version."""
    for left in reversed(range(_ATTEMPTS)):
        moment = _accepted(made, named, accepted)
        judged = moment.decided(status, made.context.clock())
        if judged == moment:
            return moment
        try:
            return made.moments.save(judged)
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def delete_moment(made: MomentContext, named: Named, accepted: Revisions = None) -> None:
    """With the versions before it. Raises as above."""
    for left in reversed(range(_ATTEMPTS)):
        moment = _accepted(made, named, accepted)
        moment.require_current()
        try:
            made.moments.remove(lineage(made, moment))
        except StaleWriteError:
            if not left:
                raise
        else:
            return


def lineage(made: MomentContext, moment: Moment) -> list[Moment]:
    """The moment and all that it was refined from."""
    by_id = {one.moment_id: one for one in made.moments.of_video(moment.video_id)}
    found = [moment]
    while (parent := by_id.get(found[-1].parent_id or "")) is not None:
        found.append(parent)
    return found


def _accepted(made: MomentContext, named: Named, accepted: Revisions) -> Moment:
    _, moment = own_moment(named.caller, made, named.video_id, named.moment_id)
    if accepted is not None and moment.revision not in accepted:
        raise PreconditionError("The moment", moment.revision)
    return moment

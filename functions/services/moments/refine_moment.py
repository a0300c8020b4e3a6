"""A new version of a moment: by exact times, or by an instruction in words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    StaleWriteError,
)
from functions.domain.moments.moment import (
    MAX_VERSIONS,
    Edges,
    Moment,
    MomentStatus,
    Refinement,
    refined_id_of,
)
from functions.domain.moments.quoting import quote_in, words_between
from functions.domain.times import Milliseconds, seconds
from functions.domain.video import Video
from functions.services.moments.context import MAX_MOMENTS, MomentContext, own_moment, read_words
from functions.services.moments.instruct_moment import (
    LONGEST,
    SHORTEST,
    Instructed,
    Refiners,
    changes_of,
)
from functions.services.moments.judge_moment import Named
from functions.services.moments.open_generation import require_model


@dataclass(frozen=True, slots=True, kw_only=True)
class Exactly:
    start: Milliseconds
    end: Milliseconds


def refine_moment(
    made: MomentContext, refiners: Refiners, named: Named, wanted: Exactly | Instructed
) -> Moment:
    """The new version, which keeps its parent; an accepted moment stays accepted.

    Raises NotFoundError, InvalidInputError for times beyond the end or words that were not
    understood, ConflictError for an older version or where nothing can move, UnavailableError
    where a model does not answer and the words are too many for counting.
    """
    if isinstance(wanted, Instructed):
        require_model(made.models, wanted.model)
    video, moment = own_moment(named.caller, made, named.video_id, named.moment_id)
    moment.require_current()
    _require_room(made, moment)
    if isinstance(wanted, Exactly):
        child = _exactly(made, video, moment, wanted)
    else:
        child = _instructed(made, refiners, video, moment, wanted)
    return _write(made, moment, child)


def _require_room(made: MomentContext, moment: Moment) -> None:
    if moment.version >= MAX_VERSIONS:
        says = f"A moment has {MAX_VERSIONS} versions at the most; generate moments anew."
        raise ConflictError("moment.too_many_versions", says)
    if len(made.moments.of_video(moment.video_id)) >= MAX_MOMENTS:
        says = f"A video has {MAX_MOMENTS} moments at the most, versions included; delete some."
        raise ConflictError("moments.too_many", says)


def _write(made: MomentContext, parent: Moment, child: Moment) -> Moment:
    """A verdict that came meanwhile is no reason to refuse it; another refinement is."""
    for _ in range(5):
        try:
            return made.moments.refine(parent, child)
        except StaleWriteError:
            known = made.moments.get(parent.video_id, parent.moment_id)
            if known is None:
                raise
            known.require_current()
            parent = known
            child = replace(child, status=_status(known), decided_at=_decided_at(known))
    raise StaleWriteError("The moment")


def _status(parent: Moment) -> MomentStatus:
    """What was rejected is on offer again."""
    return (
        MomentStatus.ACCEPTED if parent.status is MomentStatus.ACCEPTED else MomentStatus.PROPOSED
    )


def _decided_at(parent: Moment) -> datetime | None:
    return parent.decided_at if parent.status is MomentStatus.ACCEPTED else None


def _exactly(made: MomentContext, video: Video, moment: Moment, wanted: Exactly) -> Moment:
    """As asked, but for what lies beyond the video's end."""
    duration = video.media.duration if video.media else wanted.end
    if wanted.start >= duration:
        says = f"The video lasts {seconds(duration)} s; start before that."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/start", "beyond_end", says),)
        )
    end = min(wanted.end, duration)
    said = read_words(made.context, video) if video.transcript_key else None
    inside = words_between(said, wanted.start, end) if said else None
    quoted = moment.quote.text if moment.quote else ""
    return replace(
        _child(made, moment),
        start=wanted.start,
        end=end,
        edges=Edges.EXACT,
        first_word=inside[0] if inside else None,
        last_word=inside[1] if inside else None,
        quote=quote_in(said, quoted, inside) if said and inside else None,
        transcript_version=said.version if said else moment.transcript_version,
        reason="Its times were set by hand.",
        refinement=Refinement(made_by="hand"),
    )


def _instructed(
    made: MomentContext, refiners: Refiners, video: Video, moment: Moment, wanted: Instructed
) -> Moment:
    said = read_words(made.context, video)
    child = replace(_child(made, moment), **changes_of(refiners, said, moment, wanted))
    if (child.start, child.end) == (moment.start, moment.end):
        raise ConflictError("moment.cannot_move", "That is where this moment lies already.")
    if not SHORTEST <= child.length <= LONGEST:
        says = f"A moment has {seconds(SHORTEST)} to {seconds(LONGEST)} s; this would have other."
        raise ConflictError("moment.cannot_move", says)
    return child


def _child(made: MomentContext, parent: Moment) -> Moment:
    now = made.context.clock()
    return replace(
        parent,
        moment_id=refined_id_of(parent),
        parent_id=parent.moment_id,
        superseded_by=None,
        clip=None,
        version=parent.version + 1,
        revision=1,
        status=_status(parent),
        decided_at=_decided_at(parent),
        created_at=now,
        updated_at=now,
    )

"""A new version of a moment: by exact times, or by an instruction in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from functions.domain.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    StaleWriteError,
    UnavailableError,
)
from functions.domain.moment import (
    EMBEDDED,
    MAX_VERSIONS,
    REASON_LENGTH,
    Edges,
    Moment,
    MomentStatus,
    Refinement,
    refined_id_of,
)
from functions.domain.moment_ports import MomentRefiner
from functions.domain.moments.grounding import Ground
from functions.domain.moments.phrases import shortened
from functions.domain.moments.quoting import edges_of, quote_in, words_between
from functions.domain.proposals import Proposals
from functions.domain.times import Milliseconds, seconds
from functions.domain.transcript import Transcript
from functions.domain.video import Video
from functions.services.judge_moment import Named
from functions.services.moments import MAX_MOMENTS, MomentContext, own_moment, read_words
from functions.services.open_generation import require_model

SHORTEST: Milliseconds = 1_000
LONGEST: Milliseconds = 600_000
"""What an instruction may make of a moment; exact times may make anything of it."""
_TAKEN: Final = (
    "start",
    "end",
    "edges",
    "title",
    "reason",
    "quote",
    "score",
    "parts",
    "tags",
    "source",
)
Refiners = Callable[[str], MomentRefiner]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exactly:
    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructed:
    """`model` is a model's name, or EMBEDDED."""

    instruction: str
    model: str


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
            parent, child = known, replace(child, status=_status(known))
    raise StaleWriteError("The moment")


def _status(parent: Moment) -> MomentStatus:
    """What was rejected is on offer again."""
    return (
        MomentStatus.ACCEPTED if parent.status is MomentStatus.ACCEPTED else MomentStatus.PROPOSED
    )


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
    proposals = _proposed(refiners, said, moment, wanted)
    by_model = proposals.generator != EMBEDDED
    changes = _as_model(said, proposals) if by_model else _as_counted(said, proposals, wanted)
    child = replace(
        _child(made, moment),
        transcript_version=said.version,
        refinement=_refinement(proposals, wanted),
        **changes,
    )
    if (child.start, child.end) == (moment.start, moment.end):
        raise ConflictError("moment.cannot_move", "That is where this moment lies already.")
    if not SHORTEST <= child.length <= LONGEST:
        says = f"A moment has {seconds(SHORTEST)} to {seconds(LONGEST)} s; this would have other."
        raise ConflictError("moment.cannot_move", says)
    return child


def _as_counted(said: Transcript, proposals: Proposals, wanted: Instructed) -> dict[str, Any]:
    """Only its ends are others, and what lies between them."""
    (one,) = proposals.items
    span = one.first, one.last
    return {
        "start": said.words[one.first].start,
        "end": said.words[one.last].end,
        "first_word": one.first,
        "last_word": one.last,
        "edges": edges_of(said, span),
        "quote": quote_in(said, one.quote, span),
        "reason": shortened(f"As was asked for: {wanted.instruction}", REASON_LENGTH),
    }


def _as_model(said: Transcript, proposals: Proposals) -> dict[str, Any]:
    """All that the model has said of it."""
    draft = Ground(said, SHORTEST, LONGEST).draft(proposals.items[0])
    if draft is None:
        raise UnavailableError("moments.model_unclear", "The model has found no place for this.")
    plain = {name: getattr(draft, name) for name in _TAKEN}
    return {**plain, "first_word": draft.first, "last_word": draft.last}


def _refinement(proposals: Proposals, wanted: Instructed) -> Refinement:
    return Refinement(
        instruction=wanted.instruction,
        made_by=proposals.generator,
        model_id=proposals.model_id,
        prompt_version=proposals.prompt_version or None,
        usage=proposals.usage,
        cost_usd=proposals.cost_usd,
        notes=proposals.notes,
    )


def _proposed(
    refiners: Refiners, said: Transcript, moment: Moment, wanted: Instructed
) -> Proposals:
    """Where a model does not answer, what can be understood by counting still is."""
    try:
        return refiners(wanted.model).refine(said, moment, wanted.instruction)
    except UnavailableError as failed:
        if wanted.model == EMBEDDED:
            raise
        try:
            found = refiners(EMBEDDED).refine(said, moment, wanted.instruction)
        except InvalidInputError:
            raise failed from None
        return replace(found, notes=(failed.detail,), degraded=True)


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
        decided_at=parent.decided_at if _status(parent) is MomentStatus.ACCEPTED else None,
        created_at=now,
        updated_at=now,
    )
